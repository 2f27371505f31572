"""The boundary of the Arctic, gateways outside it, railheads, and closed border crossings."""

from layers.schema import CITED_READ, Column, Layer

__all__ = ["ARCTIC_BOUNDARY", "CLOSED_BORDERS", "GATEWAYS", "RAILHEADS"]

_COUNTRY = Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True)

ARCTIC_BOUNDARY = Layer(
    id="arctic_boundary",
    title="The Arctic of the Arctic Human Development Report",
    pillar="social",
    geometry="polygon",
    columns=(Column("statement", "str", "what it includes, by which source"),),
    note="AHDR 2004 and 2014 by first-order units, less what lies south of 60 N in North America (AMAP).",
)

GATEWAYS = Layer(
    id="gateways",
    title="Places outside the Arctic that its supply hangs on",
    pillar="economic",
    geometry="point",
    columns=(
        _COUNTRY,
        Column("reach_km", "float", "radius within which a node belongs to it", "km", required=True,
               low=0, high=50),
        Column("why", "str", "what hangs on it", required=True),
        *CITED_READ,
    ),
)  # fmt: skip

CLOSED_BORDERS = Layer(
    id="closed_borders",
    title="Border crossings that are closed, by date",
    pillar="military",
    geometry="table",
    columns=(
        Column("states", "str", "the two states, ISO 3166-1 alpha-3 in alphabetical order", required=True),
        Column("crossing", "str", "the crossing, or all", required=True),
        Column("mode", "str", "what is closed", required=True, choices=("road", "rail", "all")),
        Column("closed_from", "str", "first day it is closed; null where it is not closed as a whole"),
        Column("closed_until", "str", "last day it is closed; null while it is"),
        Column("state", "str", "state in words", required=True),
        Column("by", "str", "who closed it"),
        *CITED_READ,
    ),
    note="The last state that was read: `as_of` says when.",
)  # fmt: skip

RAILHEADS = Layer(
    id="railheads",
    title="Railheads and border stations, as published",
    pillar="economic",
    geometry="point",
    columns=(
        _COUNTRY,
        Column("line", "str", "the line", required=True),
        Column("gauge_mm", "int", "gauge", "mm", low=600, high=1700),
        Column("is_electrified", "bool", "electrified; null where not stated"),
        Column("is_end_of_line", "bool", "the line ends here; null where not stated"),
        Column("is_border_station", "bool", "a border station; null where not stated"),
        Column("is_isolated", "bool", "its line is joined to no other; null where it is"),
        Column("serves_port", "str", "port within 10 km that it serves"),
        Column("axle_load_t", "float", "permitted axle load", "t", low=5, high=50),
        Column("replaces", "str", "keys of railheads drawn from the lines that it stands for"),
        *CITED_READ,
    ),
)  # fmt: skip
