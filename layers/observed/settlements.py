"""Settlements with population. No output scores them or colours them as a risk."""

from layers.schema import Column, Layer

__all__ = ["SETTLEMENTS"]

SETTLEMENTS = Layer(
    id="settlements",
    title="Settlements with population",
    pillar="social",
    geometry="point",
    columns=(
        Column("country_iso3", "str", "ISO 3166-1 alpha-3"),
        Column("population", "float", "residents; null where the source holds 0", "persons", low=1),
    ),
    note="GeoNames places of 500 people and more and seats of administration; not a census.",
)
