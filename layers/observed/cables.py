"""Subsea telecom cables as schematic lines, and the towns where they land."""

from layers.schema import CITED, Column, Layer

__all__ = ["CABLES", "CABLE_LANDINGS"]

CABLES = Layer(
    id="cables",
    title="Subsea telecom cables (schematic)",
    pillar="social",
    geometry="line",
    columns=(
        Column("system_id", "str", "cable system", required=True),
        Column("ready_for_service_year", "int", "year of service", low=1850, high=2060),
        Column("owner", "str", "owner or operator"),
        Column("published_length_km", "float", "length of the whole system where published", "km", low=0),
        Column("status", "str", "status", required=True,
               choices=("in_service", "planned", "retired", "unknown")),
        Column("from_landing", "str", "one end", required=True),
        Column("to_landing", "str", "other end", required=True),
        *CITED,
    ),
    note="Drawn between towns, not where the cable lies.",
)  # fmt: skip

CABLE_LANDINGS = Layer(
    id="cable_landings",
    title="Cable landing towns",
    pillar="social",
    geometry="point",
    columns=(
        Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True),
        Column("geonames_id", "str", "GeoNames key of the town that places it"),
        Column("systems", "str", "systems that land here, `;` separated", required=True),
        Column("systems_in_service", "int", "how many of them are in service", required=True, low=0),
        *CITED,
    ),
    note="Town level, never the landing itself.",
)
