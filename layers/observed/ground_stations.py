"""Civil and public satellite ground stations and space sites."""

from layers.schema import CITED, Column, Layer

__all__ = ["GROUND_STATIONS"]

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
        *CITED,
    ),
)
