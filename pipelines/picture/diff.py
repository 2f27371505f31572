"""What differs between two pictures, or two issues of a table, each difference with its cause.

Three causes. *Method changed*: the same statements, judged otherwise (code, scenario, options, anchors).
*World changed*: a measurement of a later day says something else. *Source changed*: another source, a
correction, or a list issued anew. A list under one date shows that the source changed; whether the world
did, it does not say. Classes and flags are absolute: a node is judged otherwise for what is said of it, or
of the neighbours that its evidence names (pipelines.picture.causes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed.anchors import anchor_values
from layers.crs import distance_km, lonlat
from layers.differences import CAUSES, METHOD, SOURCE, WORLD
from pipelines.picture.causes import AXIS_OF, MEASURED, Causes, differ

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["CAUSES", "SHIFT_KM", "as_text", "changes", "differences", "moved_km", "row_changes"]

# Below this a place was written with other digits, not moved: 0.001 degree of latitude.
SHIFT_KM = 0.11

_NODE_COLUMNS = (
    "flag", *AXIS_OF, "scope", "institution", "special_status", "kind", "name", "country_iso3",
)  # fmt: skip
# Column -> the layers that decide it, where that is not the list that names the node.
_FED_BY = {
    "institution": ("memberships",),
    "special_status": ("memberships",),
    "scope": ("arctic_boundary", "gateways"),
}
_DATED = frozenset({"institution", "special_status"})  # hold from a day on


def moved_km(old: pd.DataFrame, new: pd.DataFrame, key: str) -> pd.Series:
    """Geodesic kilometres between the places of the rows that both hold, by `key`.

    Both have points in EPSG:3413, or `longitude_deg` and `latitude_deg` (WGS 84).
    """
    before, now = (_degrees(table).groupby(table[key].to_numpy()).first() for table in (old, new))
    both = before.index.intersection(now.index)
    a, b = before.loc[both], now.loc[both]
    apart = distance_km(a["longitude_deg"], a["latitude_deg"], b["longitude_deg"], b["latitude_deg"])
    return pd.Series(np.asarray(apart, dtype=float), index=both)


def _degrees(table: pd.DataFrame) -> pd.DataFrame:
    if {"longitude_deg", "latitude_deg"} <= set(table):
        return pd.DataFrame(table[["longitude_deg", "latitude_deg"]])
    longitude, latitude = lonlat(table.geometry.x, table.geometry.y)
    return pd.DataFrame({"longitude_deg": longitude, "latitude_deg": latitude})


def row_changes(
    old: pd.DataFrame, new: pd.DataFrame, *, is_measured: bool, key: str = "feature_id"
) -> list[dict[str, Any]]:
    """Rows added, gone, moved and changed between two issues of a table, each with its cause.

    `is_measured` says that rows carry the day they were measured: one of a day after all that the old
    issue holds is news of the world; anything else is the source's.
    """
    columns = [
        name for name in old.columns.intersection(new.columns) if name not in {key, "geometry", "as_of"}
    ]
    before, now = (table.drop_duplicates(key).set_index(key) for table in (old, new))
    latest = str(old["as_of"].max()) if len(old) else ""
    rows = []
    for name in now.index.difference(before.index):
        day = str(now.loc[name, "as_of"])
        is_news = is_measured and day > latest
        why = f"measured on {day}" if is_news else f"not in the issue of {latest}, in that of {day}"
        rows.append(_row(name, "added", WORLD if is_news else SOURCE, why))
    latest_now = str(new["as_of"].max()) if len(new) else ""
    rows += [
        _row(name, "gone", SOURCE, f"in the issue of {latest}, not in that of {latest_now}")
        for name in before.index.difference(now.index)
    ]
    if "geometry" in old and "geometry" in new and set(old.geometry.geom_type) == {"Point"}:
        far = moved_km(old, new, key)
        rows += [_row(name, "moved", SOURCE, f"by {km:.1f} km") for name, km in far[far > SHIFT_KM].items()]
    both = before.index.intersection(now.index)
    for column in columns:
        if column in {"longitude_deg", "latitude_deg"}:
            continue  # said as moved
        a, b = before.loc[both, column], now.loc[both, column]
        if len(both) and a.isna().all() != b.isna().all():
            why = f"the field is {'new' if a.isna().all() else 'gone'} in the issue of {latest_now}"
            rows.append(_row("", "changed", SOURCE, why) | {"what": column})
            continue
        for name in both[differ(a, b)]:
            is_news = is_measured and str(now.loc[name, "as_of"]) > str(before.loc[name, "as_of"])
            why = "a later measurement" if is_news else "the source corrected or reissued it"
            rows.append(
                _row(name, "changed", WORLD if is_news else SOURCE, why)
                | {"what": column, "old": _plain(a[name]), "new": _plain(b[name])}
            )
    return rows


def _row(name: Any, change: str, cause: str, why: str) -> dict[str, Any]:
    return {
        "id": str(name),
        "change": change,
        "what": "",
        "old": None,
        "new": None,
        "cause": cause,
        "why": why,
    }


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def changes(old_folder: Path, new_folder: Path) -> dict[str, Any]:
    """What differs between two stored pictures: sources, nodes and flags, each with its cause.

    Raises
    ------
    ExportError
        If either is damaged.
    """
    from pipelines.picture.publish import manifest_of  # noqa: PLC0415
    from pipelines.picture.store import read_picture  # noqa: PLC0415

    names = {"old": old_folder.name, "new": new_folder.name}
    manifests = manifest_of(old_folder), manifest_of(new_folder)
    return names | differences(manifests, (read_picture(old_folder), read_picture(new_folder)))


def differences(
    manifests: tuple[dict[str, Any], dict[str, Any]], pictures: tuple[Picture, Picture]
) -> dict[str, Any]:
    """What differs between an earlier and a later picture, which come with their manifests."""
    methods = _methods(*manifests)
    sources = _sources(*manifests)
    old, new = pictures
    causes = Causes.between(
        old.tables["evidence"], new.tables["evidence"],
        methods=methods, renewed=[row["id"] for row in sources],
    )  # fmt: skip
    counts = causes.counts()
    for row in sources:
        row["evidence_anew"], row["evidence_other"] = counts.get(row["id"], (0, 0))
    rows = _nodes(old, new, causes, sources)
    return {
        "methods": methods,
        "sources": sources,
        "nodes": rows,
        "features": _features(*pictures, sources),
        "counts": {
            change: {
                cause: sum(r["change"] == change and r["cause"] == cause for r in rows) for cause in CAUSES
            }
            for change in ("added", "gone", "moved", "changed")
        },
    }


def _methods(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What the two were judged by differently, in words."""
    said = []
    for name in ("region", "scenario", "judged_by", "options"):
        a, b = _spread(old[name]), _spread(new[name])
        pairs = [(name, a, b)] if not isinstance(a, dict) else [(k, a.get(k), b.get(k)) for k in {**a, **b}]
        # The day of a picture is no method: it says when, not how.
        said += [
            f"{k}: {x} -> {y}" for k, x, y in pairs if x != y and k not in {"as_of", "id", "title", "basis"}
        ]
    a, b = old["code"]["arctic_picture"], new["code"]["arctic_picture"]
    return list(dict.fromkeys(said + ([f"code: {a} -> {b}"] if a != b else [])))


def _spread(rule: Any) -> Any:
    """What a picture was judged by, each anchor by itself: one that is not named stands as it always does."""
    if not isinstance(rule, dict) or "anchors" not in rule:
        return rule
    return {**rule, "anchors": None} | {
        f"anchors.{name}": value for name, value in anchor_values(rule["anchors"]).items()
    }


def _sources(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    """Sources added, gone, or with other bytes, another date or another state."""
    before, now = ({row["id"]: row for row in m["inputs"]} for m in (old, new))
    states = [{row["id"]: row["state"] for row in m["sources"]} for m in (old, new)]
    rows = []
    for name in sorted({**before, **now}):
        a, b = before.get(name, {}), now.get(name, {})
        state = [known.get(name) for known in states]
        if a.get("sha256") != b.get("sha256") or a.get("as_of") != b.get("as_of") or state[0] != state[1]:
            rows.append(
                {
                    "id": name,
                    "as_of_old": a.get("as_of"), "as_of_new": b.get("as_of"),
                    "rows_old": a.get("rows"), "rows_new": b.get("rows"),
                    "state_old": state[0], "state_new": state[1],
                }
            )  # fmt: skip
    return rows


def _features(old: Picture, new: Picture, sources: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of the sources that changed, in the layer each feeds, as both pictures hold it."""
    feeds = {note.id: note.feeds for note in new.sources}
    rows = []
    for name in (row["id"] for row in sources):
        layer = feeds.get(name, "")
        if layer not in old.tables or layer not in new.tables:
            continue
        tables = [picture.tables[layer] for picture in (old, new)]
        before, now = (table[table["source_id"] == name] for table in tables)
        rows += [
            {"layer": layer, "source": name} | row
            for row in row_changes(before, now, is_measured=name in MEASURED)
        ]
    return rows


def _nodes(
    old: Picture, new: Picture, causes: Causes, sources: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    before, now = (p.tables["nodes"].set_index("node_id", drop=False) for p in (old, new))
    renewed = {row["id"] for row in sources}
    # A region cuts nodes away: that is a choice, not news of a source.
    cut = METHOD if old.region.id != new.region.id else SOURCE
    rows = []
    for change, table, there in (("added", now, before), ("gone", before, now)):
        for name in table.index.difference(there.index):
            row = table.loc[name]
            why = f"{row['source_id']} {'lists' if change == 'added' else 'no longer lists'} it"
            why = "another region is drawn" if cut == METHOD else why
            cause = cut
            if row["source_id"] not in renewed and cut != METHOD:
                # Its list is the same: it was joined to another, or parted from it.
                cause, why = causes.otherwise
            side = "new" if change == "added" else "old"
            rows.append(_row(name, change, cause, why) | _named(row) | {side: row["flag"]})
    far = moved_km(before, now, "node_id")
    for name, km in far[far > SHIFT_KM].items():
        rows.append(
            _row(name, "moved", SOURCE, f"{now.loc[name, 'source_id']} places it {km:.1f} km away")
            | _named(now.loc[name])
            | {"what": "place", "old": _place(before.loc[name]), "new": _place(now.loc[name])}
        )
    both = before.index.intersection(now.index)
    columns = [name for name in _NODE_COLUMNS if name in before and name in now]
    differs = {column: differ(before.loc[both, column], now.loc[both, column]) for column in columns}
    why_of = _Why(old, new, causes, renewed)
    for column in columns:
        for place in np.flatnonzero(differs[column]):
            name = both[place]
            turned = [axis for c, axis in AXIS_OF.items() if c in differs and differs[c][place]]
            cause, why = why_of(column, now.loc[name], turned)
            rows.append(
                _row(name, "changed", cause, why)
                | _named(now.loc[name])
                | {
                    "what": column,
                    "old": _plain(before.loc[name, column]),
                    "new": _plain(now.loc[name, column]),
                }
            )
    return rows


class _Why:
    """The cause of a column of a node, and what stands behind it."""

    def __init__(self, old: Picture, new: Picture, causes: Causes, renewed: set[str]) -> None:
        self._causes, self._renewed = causes, renewed
        self._days = old.day, new.day
        self._feeds = {note.id: note.feeds for note in new.sources}

    def __call__(self, column: str, node: pd.Series, turned: Sequence[str]) -> tuple[str, str]:
        """`turned` are the axes whose class of the node differs: a flag turns by them."""
        if column in AXIS_OF:
            return self._causes.of(str(node["node_id"]), [AXIS_OF[column]])
        if column == "flag":
            return self._causes.of(str(node["node_id"]), turned)
        told = [str(node["source_id"])]
        if column in _FED_BY:
            told = [name for name, layer in self._feeds.items() if layer in _FED_BY[column]]
        said = [name for name in told if name in self._renewed]
        if said:
            return SOURCE, f"{', '.join(said)} says so"
        if column in _DATED and self._days[0] != self._days[1]:
            return WORLD, f"as it stands on {self._days[1]}, by {', '.join(told)}"
        return self._causes.otherwise


def _named(row: pd.Series) -> dict[str, Any]:
    return {name: _plain(row[name]) for name in ("name", "kind", "country_iso3")}


def _place(row: pd.Series) -> str:
    """Where a node is, to 0.001 degree of WGS 84: what is less is no move."""
    side = "W" if row["longitude_deg"] < 0 else "E"
    return f"{row['latitude_deg']:.3f}° N, {abs(row['longitude_deg']):.3f}° {side}"


def as_text(told: dict[str, Any]) -> str:
    """A line a change, the sources and methods first."""
    lines = [f"{told['old']} -> {told['new']}"]
    lines += [f"method  {text}" for text in told["methods"]]
    for row in told["sources"]:
        lines.append(
            f"source  {row['id']}: as of {row['as_of_old']} -> {row['as_of_new']}, "
            f"rows {row['rows_old']} -> {row['rows_new']}, {row['state_old']} -> {row['state_new']}; "
            f"evidence: {row['evidence_anew']} rows stated anew, {row['evidence_other']} of them otherwise"
        )
    for layer, cause in sorted({(row["layer"], row["cause"]) for row in told["features"]}):
        of = [row["change"] for row in told["features"] if (row["layer"], row["cause"]) == (layer, cause)]
        counts = ", ".join(f"{of.count(change)} {change}" for change in dict.fromkeys(of))
        lines.append(f"rows    {layer}: {counts} [{cause}]")
    for row in told["nodes"]:
        value = (
            f" {row['what']} {row['old']} -> {row['new']}" if row["what"] and row["old"] != row["new"] else ""
        )
        lines.append(f"{row['change']:8}{row['id']} {row['name']}:{value} [{row['cause']}] {row['why']}")
    if not told["nodes"]:
        lines.append("no node and no flag differs")
    return "\n".join(lines)
