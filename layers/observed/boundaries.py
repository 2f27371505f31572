"""Countries and named seas. Boundaries are cartographic and imply no position on status."""

from layers.schema import Column, Layer

__all__ = ["COUNTRIES", "SEAS"]

COUNTRIES = Layer(
    id="countries",
    title="Countries and territories, 1:10m",
    pillar="social",
    geometry="polygon",
    columns=(
        Column("country_iso3", "str", "ISO 3166-1 alpha-3 of the country or territory", required=True),
        Column("sovereign", "str", "state that is responsible for it", required=True),
        Column("population", "float", "estimated population of the whole country", "persons", low=0),
    ),
    note="Boundaries are cartographic and imply no position on status.",
)

SEAS = Layer(
    id="seas",
    title="Named seas, bays and straits",
    pillar="environmental",
    geometry="polygon",
    columns=(Column("kind", "str", "sea, bay, strait, channel …", required=True),),
    note="Cartographic areas for labels, not legal limits.",
)
