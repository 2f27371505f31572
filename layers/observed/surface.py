"""Land, sea depth and sea ice as areas of their grids and outlines."""

from layers.regions import SOUTH_DEG
from layers.schema import CLASS_COLUMNS, Column, Layer

__all__ = ["BATHYMETRY", "LAND", "SEA_ICE"]

LAND = Layer(
    id="land",
    title="Land",
    pillar="environmental",
    geometry="polygon",
    columns=(Column("area_km2", "float", f"area north of {SOUTH_DEG:g} N", "km2", low=0),),
)

SEA_ICE = Layer(
    id="sea_ice",
    title="Sea ice: monthly median and monthly extent",
    pillar="environmental",
    geometry="polygon",
    columns=(
        Column("product", "str", "median 1981-2010 or the extent of one month", required=True,
               choices=("median_1981_2010", "monthly_extent")),
        Column("year", "int", "year; null for the median", low=1978, high=2100),
        Column("month", "int", "month", required=True, low=1, high=12),
        Column("area_million_km2", "float", f"area of the month's ice, also south of the cut at {SOUTH_DEG:g} N", "million km2", required=True, low=0),
    ),
    note="25 km satellite cells at 15 % and more; harbours and fjords are not resolved.",
)  # fmt: skip

BATHYMETRY = Layer(
    id="bathymetry",
    title="Sea depth (ETOPO1)",
    pillar="environmental",
    geometry="polygon",
    columns=CLASS_COLUMNS,
    note="Bedrock surface; below the ice sheets it is not sea.",
)
