"""Data of the web page on flows: which columns of a line it needs, and what depends on each thing.

page/flow_layers.js makes a layer with a switch for each flow of the one table of lines, and
page/dependants.js reads what depends on a node, a line or a risk group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from layers.schema import Column
from maps.text import visible
from maps.web.packing import coded_columns, packed

if TYPE_CHECKING:
    from layers.picture import Picture

__all__ = ["LINES", "LINE_COLUMNS", "dependants_data", "page_lines", "switches"]

LINES: Final = "flow_edges"
LAND_LINES: Final = "land_lines"  # their licence (ODbL) keeps them in a table of their own
# The page leaves out what it can tell from the shape or from `dependants`.
LINE_COLUMNS: Final = ("name", "source_id", "mode", "open_months", "border", "is_assumed",
                       "risk_groups")  # fmt: skip
_FLOWS: Final = {
    "goods": "Sea lanes in months of open water, assumed air links. Railways and roads are own layers.",
    "energy": "Fuel by sea, power lines and gas pipelines that were read. Railways and roads are own layers.",
    "data": "Submarine cables in service, from landing to landing, and the fibres on land that were read.",
    "people": "Sea lanes in months of open water, assumed air links. Railways and roads are own layers.",
}
_NOT_SHOWN: Final = ("node_id", "substitute_id", "stock_row", "network_of")
_LACKS: Final = "Not in the network"  # from here on a note says what is not held


def switches(table: Any, note: str) -> list[dict[str, Any]]:
    """Return a switch for each flow: its title, what it lacks, the modes that occur, and how many lines.

    `note` is that of the layer of lines.
    """
    lacks, rows = _lacks(note), table["flows"].str.split()
    found = []
    for flow, words in _FLOWS.items():
        own = table.loc[[flow in flows for flows in rows], "mode"]
        found.append({
            "id": f"flow_{flow}", "flow": flow, "title": f"Flow of {flow}",
            "note": f"{words} {lacks}".strip(), "lacks": lacks, "modes": sorted(own.unique()),
            "rows": len(own),
        })  # fmt: skip
    return found


def _lacks(note: str) -> str:
    """Return what a note says that the network does not hold; empty if it says nothing of it."""
    _, sign, rest = visible(note).partition(_LACKS)
    return f"{sign}{rest}" if sign else ""


def page_lines(table: Any) -> Any:
    """Return the lines with names of cables, power, gas and straits only: the page makes the others."""
    is_named = table["mode"].isin(["cable", "power", "pipeline"])
    is_named |= table["name"].str.startswith("Sea lane, ", na=False)
    return table.assign(name=table["name"].where(is_named))


def dependants_data(picture: Picture) -> dict[str, Any] | None:
    """Return what depends on each node and line of the picture and on each risk group; None without a table.

    `things` has by kind the things (rows of nodes, of lines, of roads and railways, or names of groups) and
    the number of rows of each. `place` is the step from the place of a row to that of the next one in
    `places`. `saying` is the number of effect, flows, mode, months and what stands in of a row in `sayings`.
    """
    table = picture.tables.get("dependants")
    if table is None or table.empty:
        return None
    lines, nodes = picture.tables.get(LINES), picture.tables.get("nodes")
    land = picture.tables.get(LAND_LINES)
    note = next(layer.note for layer in picture.layers if layer.id == "dependants")
    known = {
        "node": {} if nodes is None else {key: row for row, key in enumerate(nodes["node_id"])},
        "land": {} if land is None else {key: row for row, key in enumerate(land["feature_id"])},
        "line": {} if lines is None else {key: row for row, key in enumerate(lines["feature_id"])},
        "risk_group": {key: row for row, key in enumerate(
            sorted(table.loc[table["thing_kind"] == "risk_group", "thing_id"].unique())
        )},
    }  # fmt: skip
    is_land = (table["thing_kind"] == "line") & table["thing_id"].isin(known["land"].keys())
    table = table.assign(thing_kind=table["thing_kind"].where(~is_land, "land"))
    number = [
        known[kind].get(key, -1) for kind, key in zip(table["thing_kind"], table["thing_id"], strict=True)
    ]
    rows = table.assign(number=number)[np.array(number) >= 0]
    rows = rows.assign(spot=_numbered(rows)).sort_values(["thing_kind", "number", "spot"], kind="stable")
    columns = ["effect", "flows", "mode", "months", "stands_in"]
    keys = rows[columns].fillna("")
    saying = keys.groupby(columns, sort=False).ngroup().to_numpy()
    places = rows.drop_duplicates("spot").sort_values("spot")
    return {
        "network_of": visible(table["network_of"].iloc[0]),
        "recovery": _recovery(picture),
        "not_known": _lacks(note),
        "things": {kind: _things(rows[rows["thing_kind"] == kind], kind) for kind in known},
        "places": _places(places, picture),
        "place": packed(np.diff(rows["spot"].to_numpy(), prepend=0)),
        "saying": packed(saying),
        "sayings": coded_columns(
            [Column(name, "str", "") for name in columns], rows.iloc[np.unique(saying, return_index=True)[1]]
        ),
    }


def _recovery(picture: Picture) -> list[dict[str, Any]]:
    """Return the columns of `node_recovery`, a row for each node, and the row of its substitute."""
    nodes, table = picture.tables.get("nodes"), picture.tables.get("node_recovery")
    if nodes is None or table is None:
        return []
    rows = table.set_index("node_id").reindex(nodes["node_id"]).reset_index()
    number = {key: row for row, key in enumerate(nodes["node_id"])}
    rows["substitute_row"] = rows["substitute_id"].map(number).astype("Int64")
    layer = next(one for one in picture.layers if one.id == "node_recovery")
    kept = [one for one in layer.columns if one.name not in _NOT_SHOWN]
    return coded_columns([*kept, Column("substitute_row", "int", "")], rows)


def _places(places: pd.DataFrame, picture: Picture) -> dict[str, Any]:
    """Return for each place the layer that has it (0 nodes, 1 settlements, 2 none) and its row there."""
    nodes, towns = picture.tables.get("nodes"), picture.tables.get("settlements")
    rows: dict[str, tuple[int, int]] = {}
    if nodes is not None:
        rows |= {key: (0, row) for row, key in enumerate(nodes["node_id"])}
    if towns is not None:
        rows |= {f"settlement:{key}": (1, row) for row, key in enumerate(towns["feature_id"])}
    found = [rows.get(key, (2, 0)) for key in places["place_id"]]
    lacking = places[[layer == 2 for layer, _ in found]]
    columns = [Column("place", "str", ""), Column("place_kind", "str", ""), Column("people", "int", "")]
    return {
        "layer": packed([layer for layer, _ in found]),
        "row": packed(np.diff([row for _, row in found], prepend=0)),
        "others": coded_columns(columns, lacking),
    }


def _numbered(rows: pd.DataFrame) -> pd.Series:
    """Return a number for the place of each row: places of the same things follow one another."""
    things = (rows["thing_kind"] + rows["number"].astype(str)).groupby(rows["place_id"]).agg(tuple)
    order = pd.Series(range(len(things)), index=things.sort_values(kind="stable").index)
    return rows["place_id"].map(order)


def _things(rows: pd.DataFrame, kind: str) -> dict[str, Any]:
    counts = rows.groupby("number", sort=True).size()
    content: dict[str, Any] = {
        "at": packed(np.diff(counts.index.to_numpy(), prepend=0)),
        "counts": packed(counts.to_numpy()),
    }
    if kind == "risk_group":
        firsts = rows.drop_duplicates("number").sort_values("number")
        content |= {"keys": firsts["thing_id"].map(visible).tolist(),
                    "names": firsts["thing"].fillna(firsts["thing_id"]).map(visible).tolist()}  # fmt: skip
    return content
