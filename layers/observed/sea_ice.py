"""The official series of sea-ice extent, and months with ice from a record of the user."""

from layers.schema import Column, Layer

__all__ = ["ICE_YEARS", "SEA_ICE_EXTENT", "SEA_ICE_MONTHLY"]

_MKM2 = "million km2"

SEA_ICE_EXTENT = Layer(
    id="sea_ice_extent",
    title="Sea ice extent of the northern hemisphere, daily",
    pillar="environmental",
    geometry="table",
    columns=(
        Column("date", "str", "day, ISO 8601", required=True),
        Column("extent_million_km2", "float", "extent at 15 % and more", _MKM2, low=0, high=20),
        Column("missing_million_km2", "float", "area without data that day", _MKM2, low=0, high=20),
        Column("sensor_note", "str", "sensor or version the day comes from"),
    ),
    note="The sensor changed in the record; see the note of each day.",
)

SEA_ICE_MONTHLY = Layer(
    id="sea_ice_monthly",
    title="Sea ice extent and area of the northern hemisphere, monthly",
    pillar="environmental",
    geometry="table",
    columns=(
        Column("year", "int", "year", required=True, low=1978, high=2100),
        Column("month", "int", "month", required=True, low=1, high=12),
        Column("extent_million_km2", "float", "mean extent", _MKM2, low=0, high=20),
        Column("area_million_km2", "float", "mean area", _MKM2, low=0, high=20),
    ),
)

ICE_YEARS = Layer(
    id="ice_years",
    title="Months with ice by node and ice year, from a daily record of the user's own",
    pillar="environmental",
    geometry="table",
    spine=(),
    key=("node_id", "year"),
    columns=(
        Column("node_id", "str", "the node", required=True),
        Column("year", "int", "year in which the ice year ends (March to February)", required=True,
               low=1978, high=2100),
        Column("ice_months", "float", "months with ice", "months", required=True, low=0, high=12),
        Column("product", "str", "product of the daily record", required=True),
        Column("source_id", "str", "source", required=True),
        Column("as_of", "str", "last day of the record, ISO 8601", required=True),
    ),
    note="Empty unless a record is given (build --ice-record).",
    is_optional=True,
    is_published=False,
)  # fmt: skip
