"""Railways, roads, sea lanes and the named Arctic routes."""

from layers.schema import Column, Layer

__all__ = ["RAILWAYS", "ROADS", "SEA_LANES", "SEA_ROUTES"]

_LENGTH = Column("length_km", "float", "geodesic length", "km", required=True, low=0)

RAILWAYS = Layer(
    id="railways",
    title="Railways (OpenStreetMap, simplified)",
    pillar="economic",
    geometry="line",
    columns=(_LENGTH,),
    note="© OpenStreetMap contributors, ODbL 1.0. Straight chords between junctions; some lines missing.",
)

ROADS = Layer(
    id="roads",
    title="Main roads (OpenStreetMap, simplified)",
    pillar="social",
    geometry="line",
    columns=(_LENGTH,),
    note="© OpenStreetMap contributors, ODbL 1.0. Straight chords between junctions; no classes.",
)

SEA_LANES = Layer(
    id="sea_lanes",
    title="Sea lane network (Eurostat SeaRoute)",
    pillar="economic",
    geometry="line",
    columns=(
        _LENGTH,
        Column("passage", "str", "named passage the lane belongs to, as the network says"),
    ),
    note="Schematic lanes, not traffic.",
)

SEA_ROUTES = Layer(
    id="sea_routes",
    title="Named Arctic sea routes",
    pillar="economic",
    geometry="line",
    columns=(
        _LENGTH,
        Column("family", "str", "route family", required=True, choices=(
            "Northern Sea Route", "Northwest Passage", "Transpolar Sea Route", "Arctic Bridge",
            "Barents approach")),
        Column("waypoints", "str", "waypoints in order", required=True),
        Column("note", "str", "what is known of draught or variant"),
        Column("source_url", "str", "address of the source", required=True),
    ),
    note="Schematic: our own waypoints through the named straits, not a track to sail.",
)  # fmt: skip
