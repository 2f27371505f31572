"""Civil and joint-use airfields with their longest runway; military-only airfields are excluded."""

from layers.schema import Column, Layer

__all__ = ["AIRFIELDS"]

AIRFIELDS = Layer(
    id="airfields",
    title="Airfields and runways",
    pillar="economic",
    geometry="point",
    columns=(
        Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True),
        Column("icao", "str", "ICAO location indicator or local code"),
        Column("iata", "str", "IATA code"),
        Column("kind", "str", "size class of OurAirports", choices=(
            "large_airport", "medium_airport", "small_airport", "seaplane_base", "closed")),
        Column("elevation_m", "float", "elevation of the aerodrome", "m", low=-100, high=4000),
        Column("has_scheduled_service", "bool", "scheduled passengers, as OurAirports says"),
        Column("runways", "int", "runways on file that are not closed", low=0),
        Column("runway_length_m", "float", "longest open runway", "m", low=0, high=6000),
        Column("runway_width_m", "float", "width of the longest open runway", "m", low=0, high=200),
        Column("runway_surface", "str", "its surface in the source's words"),
        Column("is_runway_paved", "bool", "asphalt, concrete or bitumen; null where not stated"),
        Column("is_runway_lit", "bool", "lit; null where not stated"),
        Column("paved_length_m", "float", "longest open paved runway", "m", low=0, high=6000),
        Column("position_apart_km", "float", "distance between the places the two lists give", "km", low=0),
    ),
    note="Pavement strength is not openly known: long enough says nothing of strong enough.",
)  # fmt: skip
