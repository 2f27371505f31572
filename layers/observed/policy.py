"""Public documents on single nodes: the network of the EU, dual use, corrections of attributes."""

from layers.regions import SOUTH_DEG
from layers.schema import Column, Layer

__all__ = ["DOCUMENTED_DUAL_USE", "OVERRIDES_ON_FILE", "TEN_T_NODES"]

_CITED = (
    Column("source_title", "str", "document that says so", required=True),
    Column("source_url", "str", "address at which it was read", required=True),
    Column("seen_on", "str", "date it was read", required=True),
    Column("confidence", "str", "our confidence", required=True, choices=("high", "medium", "low")),
    Column("note", "str", "remark"),
)
_KIND = Column("kind", "str", "kind of node", required=True, choices=("port", "airfield", "rail_terminal"))

TEN_T_NODES = Layer(
    id="ten_t_nodes",
    title=f"Nodes of the trans-European transport network north of {SOUTH_DEG:g} N",
    pillar="economic",
    geometry="table",
    columns=(
        _KIND,
        Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True),
        Column("network", "str", "network the annex puts it in", required=True,
               choices=("core", "extended_core", "comprehensive")),
        Column("match_name", "str", "name of the node of ours it is; null where we have none"),
        *_CITED,
    ),
    note="Regulation (EU) 2024/1679, Annex II. Lines are on its maps (Annex I), which are not held.",
)  # fmt: skip

DOCUMENTED_DUAL_USE = Layer(
    id="documented_dual_use",
    title="Nodes that an official document calls dual use, or funds as such",
    pillar="military",
    geometry="table",
    columns=(
        _KIND,
        Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True),
        Column("match_name", "str", "name of the node of ours it is", required=True),
        Column("longitude_deg", "float", "WGS 84, to 0.01", "degree", required=True, low=-180, high=180),
        Column("latitude_deg", "float", "WGS 84, to 0.01", "degree", required=True, low=SOUTH_DEG, high=90),
        Column("what", "str", "what the document says", required=True,
               choices=("joint_use_aerodrome", "cef_military_mobility_grant", "official_dual_use_statement")),
        Column("scope", "str", "the node itself, or only the way to it", required=True,
               choices=("node", "access")),
        Column("quote", "str", "the words it rests on", required=True),
        Column("published_on", "str", "date of the document as far as it is known"),
        *_CITED,
    ),
    note="What is documented only for the way to a node makes no class of the node.",
)  # fmt: skip

OVERRIDES_ON_FILE = Layer(
    id="overrides_on_file",
    title="Documented corrections of an attribute, as filed",
    pillar="economic",
    geometry="table",
    is_published=False,
    columns=(
        Column("node_id", "str", "the node", required=True),
        Column("column", "str", "attribute of the source's table that is corrected", required=True),
        Column("old_value", "str", "what the source says; null where it says nothing"),
        Column("new_value", "str", "what the correction says", required=True),
        Column("unit", "str", "unit of both", required=True),
        Column("who", "str", "who says so", required=True),
        Column("why", "str", "what it says", required=True),
        Column("since", "str", "first day it holds, ISO 8601", required=True),
        Column("until", "str", "last day it holds, ISO 8601; null where open"),
        *_CITED,
    ),
)
