"""Power plants, and oil, gas and LNG terminals."""

from layers.schema import Column, Layer

__all__ = ["POWER_PLANTS", "TERMINALS"]

POWER_PLANTS = Layer(
    id="power_plants",
    title="Power plants of 5 MW and more, and the smaller of the Arctic",
    pillar="economic",
    geometry="point",
    columns=(
        Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True),
        Column("capacity_mw", "float", "installed capacity; null where it was not read", "MW", low=0),
        Column("fuel", "str", "primary fuel", required=True),
        Column("owner", "str", "owner as the source names it"),
        Column("status", "str", "operating, standby, construction, closed; null where not stated"),
        Column("replaces", "str", "keys of rows of other lists that it corrects, `;` separated"),
    ),
)

TERMINALS = Layer(
    id="terminals",
    title="Oil, gas and LNG terminals",
    pillar="economic",
    geometry="point",
    columns=(
        Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True),
        Column("fuel", "str", "what it handles", required=True),
        Column("status", "str", "in service, planned …"),
        Column("operator", "str", "operator as the source names it"),
        Column("source_url", "str", "address of the source"),
    ),
)
