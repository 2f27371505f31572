"""Find the node of a picture that a reader names, and what else bears the name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from layers.errors import UsageError
from layers.names import folded

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

__all__ = ["Found", "find_node", "found", "neighbours"]

# Scores of rapidfuzz, 0 to 100: a name that is a match, and two words that are the same but for spelling.
_GOOD_ENOUGH = 85
_SAME_WORD = 70
_CODE = 3  # letters of the shortest code
_CRITICAL = ("robust", "possible")
_SAME = 101.0  # nearness of two names that are equal

# Word in a query -> kind of node: "Kirkenes airport", "Tromsø cable".
_KIND_WORDS = {
    "port": "port", "harbour": "port", "harbor": "port", "airport": "airfield", "airfield": "airfield",
    "runway": "airfield", "landing": "cable_landing", "cable": "cable_landing", "mine": "mine",
    "smelter": "mine", "refinery": "mine", "deposit": "mine",
    "railhead": "rail_terminal", "rail": "rail_terminal", "energy": "energy_site",
    "power": "energy_site", "plant": "energy_site", "terminal": "energy_site", "station": "ground_station",
}  # fmt: skip
# Words that name a `site_kind` among the nodes of kind `mine`.
_SITE_WORDS = frozenset({"mine", "smelter", "refinery", "deposit"})
# Kind of node -> the word that names it in the hints.
_WORD_OF_KIND = {
    "port": "port", "airfield": "airport", "cable_landing": "cable", "mine": "mine",
    "rail_terminal": "railhead", "energy_site": "plant", "ground_station": "station",
}  # fmt: skip
_KIND_ORDER = {"port": 0, "airfield": 1}
_fold = cache(folded)


@dataclass(frozen=True, slots=True)
class Found:
    """The node that a query names, and by what: its id, code, name, place or another name of its place."""

    node_id: str
    by: str


def find_node(nodes: pd.DataFrame, query: str, others: Mapping[str, str] | None = None) -> str:
    """The node_id of the node that `query` names; parameters and errors as in `found`."""
    return found(nodes, query, others).node_id


def found(nodes: pd.DataFrame, query: str, others: Mapping[str, str] | None = None) -> Found:
    """The node that `query` names by its id, its code, its name, or a name that is nearly the same.

    The name of a place with a critical node names that node, the surest one. Elsewhere, if several nodes have
    the same name, a port comes first, then an airfield. A word such as `airport` limits
    the choice to nodes of that kind, and one such as `smelter` puts those
    sites first. Their names are compared first, then the names of their places; of the
    nodes of a place the one with the highest military score is chosen. `others` maps other names of places,
    folded (`layers.names.folded`), to the names in `nodes`.

    Raises
    ------
    UsageError
        If no name is near; the message gives the nearest.
    """
    by_id = {node_id.casefold(): node_id for node_id in nodes["node_id"]}
    if query.strip().casefold() in by_id:
        return Found(by_id[query.strip().casefold()], "its id")
    words = _fold(query).split()
    kinds = {_KIND_WORDS[word] for word in words if word in _KIND_WORDS}
    text = " ".join(words)
    bare = " ".join(word for word in words if word not in _KIND_WORDS) or text
    of_kind = _of_kinds(nodes, kinds, _SITE_WORDS.intersection(words))
    other = (others or {}).get(bare)
    same = (
        _critical_of_place(nodes, text)
        or _pick(nodes, text, "name", _SAME)
        or _pick_first(of_kind, bare, ("name", "place"), _SAME)
        or _pick(nodes, text, "place", _SAME)
    )
    # A name that GeoNames or the port index holds too stands before one that is only near.
    if same is None and other is not None and _fold(other) != bare:
        kind_words = [word for word in words if word in _KIND_WORDS]
        return Found(found(nodes, " ".join([other, *kind_words])).node_id, f"another name of {other}")
    hit = (
        same
        or _by_code(nodes, text)
        or _pick_first(of_kind, bare, ("name", "place"), _GOOD_ENOUGH)
        or _pick(nodes, text, "name", _GOOD_ENOUGH)
    )
    if hit is None:
        nearest = _ranked(nodes, text, "name").head(3)
        near = ", ".join(f"{row.name} ({row.node_id})" for row in nearest.itertuples(index=False))
        msg = f"node: expected an id or name of this picture, found {query!r}: nearest are {near}"
        raise UsageError(msg)
    return hit


def _of_kinds(nodes: pd.DataFrame, kinds: Collection[str], site_kinds: Collection[str]) -> list[pd.DataFrame]:
    """The nodes of some kinds; before them, if the query names a kind of site, those that are such a site."""
    of_kind = nodes[nodes["kind"].isin(kinds)]
    return [of_kind[of_kind["site_kind"].isin(site_kinds)], of_kind] if site_kinds else [of_kind]


def _pick_first(
    tables: Sequence[pd.DataFrame], text: str, columns: Sequence[str], least: float
) -> Found | None:
    """The node of the first table and column that has one near to a text; None without one."""
    picks = (_pick(table, text, column, least) for table in tables for column in columns)
    return next((pick for pick in picks if pick), None)


def _pick(nodes: pd.DataFrame, text: str, column: str, least: float) -> Found | None:
    """The node whose `column`, `name` or `place`, is nearest to a text; None if none reaches `least`."""
    ranked = _ranked(nodes, text, column)
    if not len(ranked) or ranked["score"].iloc[0] < least:
        return None
    is_same = ranked["score"].iloc[0] >= _SAME
    return Found(str(ranked["node_id"].iloc[0]), f"its {column}" if is_same else f"a {column} that is near")


def _critical_of_place(nodes: pd.DataFrame, text: str) -> Found | None:
    """The surest critical node of the places that a text names exactly; None without one."""
    critical = nodes[nodes["flag"].isin(_CRITICAL) & nodes["place"].map(_fold).eq(text)]
    if not len(critical):
        return None
    surest = critical.sort_values(["flag_probability", "node_id"], ascending=[False, True])
    return Found(str(surest["node_id"].iloc[0]), "its place, where it is the surest critical node")


def _by_code(nodes: pd.DataFrame, text: str) -> Found | None:
    """The node with a code of a source in its id, such as `enkr`, the ICAO code in `airfield:oa-enkr`."""
    if len(text) < _CODE or text.isdigit():
        return None
    hits = nodes.loc[nodes["node_id"].str.rsplit("-", n=1).str[-1] == text, "node_id"]
    return Found(str(hits.iloc[0]), "its code") if len(hits) == 1 else None


def _ranked(nodes: pd.DataFrame, text: str, column: str) -> pd.DataFrame:
    """Nodes with their nearness to a text as `score`, the nearest first, then by kind and military score.

    `column` is the column to compare, `name` or `place`.
    """
    score = {name: _nearness(text, _fold(name)) for name in nodes[column].unique()}
    # Ports and airfields come first, because readers usually mean one of them.
    order = nodes["kind"].map(_KIND_ORDER).fillna(2)
    capable = nodes["military_known"].fillna(0.0) if column == "place" else 0.0
    return nodes.assign(score=nodes[column].map(score), order=order, capable=capable).sort_values(
        ["score", "order", "capable", "node_id"], ascending=[False, True, False, True]
    )


def _nearness(text: str, name: str) -> float:
    """Nearness of a name to a text, 0 to 100, or 101 if they are equal.

    A partial match counts only under two conditions. The name has at least half the length of the text, so
    that Lya does not match Zapolyarny. The longest word of the text is in the name, so that Vorkuta CHP-2
    does not match Serebryanskaya HPP-2.
    """
    if name == text:
        return _SAME
    longest = max(text.split(), key=len, default="")
    shared = max((fuzz.ratio(longest, word) for word in name.split()), default=0.0) >= _SAME_WORD
    return fuzz.WRatio(text, name) if shared and 2 * len(name) >= len(text) else fuzz.ratio(text, name)


def neighbours(nodes: pd.DataFrame, node_id: str) -> list[dict[str, Any]]:
    """The other nodes of the place of a node, and nodes elsewhere of its name, with words that find each.

    `ask` is the shortest of these that `find_node` answers with the node: its place and a word for its kind,
    its name, its id.
    """
    own = nodes[nodes["node_id"] == node_id].iloc[0]
    is_here = nodes["place_id"] == own["place_id"]
    is_namesake = nodes["name"].map(_fold) == _fold(own["name"])
    some = nodes[(is_here | is_namesake) & (nodes["node_id"] != node_id)]
    some = some.assign(
        order=some["kind"].map(_KIND_ORDER).fillna(2), elsewhere=some["place_id"] != own["place_id"]
    )
    return [
        {
            "node_id": str(row.node_id),
            "name": str(row.name),
            "kind": str(row.kind),
            "place": str(row.place),
            "country_iso3": str(row.country_iso3),
            "flag": str(row.flag),
            "ask": _ask(nodes, row),
        }
        for row in some.sort_values(["elsewhere", "order", "kind", "name", "node_id"]).itertuples(index=False)
    ]


def _ask(nodes: pd.DataFrame, row: Any) -> str:
    """The shortest words that find a node: its place and kind, its name, or its id."""
    word = _WORD_OF_KIND[row.kind]
    # The place and the kind find the first node of the kind by name or place, so only these are ranked.
    of_kind = nodes[nodes["kind"].isin({_KIND_WORDS[word]})]
    for column in ("name", "place"):
        hit = _pick(of_kind, _fold(row.place), column, _SAME)
        if hit is not None:
            if (
                hit.node_id == row.node_id
                and not (nodes["name"].map(_fold) == _fold(f"{row.place} {word}")).any()
            ):
                return f"{row.place} {word}"
            break
    hit = _critical_of_place(nodes, _fold(row.name)) or _pick(nodes, _fold(row.name), "name", _SAME)
    return str(row.name) if hit is not None and hit.node_id == row.node_id else str(row.node_id)
