"""Civil and public satellite ground stations and space sites."""

from layers.schema import Column, Layer

GROUND_STATIONS = Layer(
    id="ground_stations",
    title="Civil ground stations and space sites",
    pillar="economic",
    geometry="point",
    columns=(
        Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True),
        Column("operator", "str", "civil operator", required=True),
        Column("service", "str", "what it serves", required=True),
        Column("is_polar_orbit_service", "bool", "serves satellites in polar orbit"),
        Column("source_title", "str", "document that says so", required=True),
        Column("source_url", "str", "address of that document", required=True),
        Column("seen_on", "str", "date its text was read for this table; null: cited unread"),
        Column("confidence", "str", "our confidence", required=True, choices=("high", "medium", "low")),
        Column("note", "str", "remark"),
    ),
)
