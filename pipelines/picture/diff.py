"""Differences between two pictures, or between two issues of a table, each with its cause.

There are three causes (decisions/0021). *Method changed*: another code, scenario, option or anchor judges the
same evidence. *World changed*: a measurement of a later day has another value. *Source changed*: another
source, a correction, or a new issue of a list. A list has one date for all rows. It shows that the source
changed, and does not show whether the world changed. Classes and flags are absolute: the judgement of a node
changes only with its own evidence or the evidence of the neighbours that it names (pipelines.picture.causes).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed.class_thresholds import anchor_values
from layers.crs import distance_km, lonlat
from layers.differences import CAUSES, METHOD, SOURCE, WORLD
from pipelines.picture.causes import AXIS_OF, MEASURED, Causes, differ
from pipelines.picture.publish import manifest_of
from pipelines.picture.read import read_picture
from pipelines.picture.source_changes import source_changes

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["CAUSES", "SHIFT_KM", "as_text", "changes", "differences", "moved_km", "row_changes"]

# km; 0.001 degree of latitude. A smaller shift is the same place, written with other digits.
SHIFT_KM = 0.11

_NODE_COLUMNS = (
    "flag", *AXIS_OF, "scope", "institution", "special_status", "kind", "name", "country_iso3",
)  # fmt: skip
# Column -> the layers that decide it. The source of the node decides the other columns.
_FED_BY = {
    "institution": ("memberships",),
    "special_status": ("memberships",),
    "scope": ("arctic_boundary", "gateways"),
}
_DATED = frozenset({"institution", "special_status"})  # a membership begins on a day, also without new data
# Entries of a manifest that are no rule of judgement: the day of a picture, and the names of a scenario.
_NO_METHOD = frozenset({"as_of", "id", "title", "basis"})


def moved_km(old: pd.DataFrame, new: pd.DataFrame, key: str) -> pd.Series:
    """Geodesic distance in km between the old and the new place of each row, indexed by `key`.

    Only rows that both tables have are compared. Both tables have points in EPSG:3413, or the columns
    `longitude_deg` and `latitude_deg` (WGS 84).
    """
    before, now = (_degrees(table).groupby(table[key].to_numpy()).first() for table in (old, new))
    both = before.index.intersection(now.index)
    a, b = before.loc[both], now.loc[both]
    apart = distance_km(a["longitude_deg"], a["latitude_deg"], b["longitude_deg"], b["latitude_deg"])
    return pd.Series(np.asarray(apart, dtype=float), index=both)


def _degrees(table: pd.DataFrame) -> pd.DataFrame:
    """Longitude and latitude of every row, degrees of WGS 84."""
    if {"longitude_deg", "latitude_deg"} <= set(table):
        return pd.DataFrame(table[["longitude_deg", "latitude_deg"]])
    longitude, latitude = lonlat(table.geometry.x, table.geometry.y)
    return pd.DataFrame({"longitude_deg": longitude, "latitude_deg": latitude})


def row_changes(
    old: pd.DataFrame,
    new: pd.DataFrame,
    *,
    is_measured: bool,
    ignored: Collection[str],
    key: str = "feature_id",
) -> list[dict[str, Any]]:
    """Rows added, gone, moved and changed between two issues of a table, each with its cause.

    `is_measured` means that each row has the day of its measurement in `as_of`. Then an added row comes from
    the world if it is later than every row of the old issue, and a changed row if it is later than before.
    All other changes come from the source. `ignored` are columns whose differences are no change
    (`Layer.ignored_in_changes`). `key` is the column that identifies a row.
    """
    before, now = (table.drop_duplicates(key).set_index(key) for table in (old, new))
    latest, latest_now = (str(table["as_of"].max()) if len(table) else "" for table in (old, new))
    rows = []
    for name in now.index.difference(before.index):
        day = str(now.loc[name, "as_of"])
        is_news = is_measured and day > latest
        why = f"measured on {day}" if is_news else f"not in the issue of {latest}, in that of {day}"
        rows.append(_row(name, "added", WORLD if is_news else SOURCE, why))
    rows += [
        _row(name, "gone", SOURCE, f"in the issue of {latest}, not in that of {latest_now}")
        for name in before.index.difference(now.index)
    ]
    if "geometry" in old and "geometry" in new and set(old.geometry.geom_type) == {"Point"}:
        far = moved_km(old, new, key)
        rows += [_row(name, "moved", SOURCE, f"by {km:.1f} km") for name, km in far[far > SHIFT_KM].items()]
    for column in before.columns.intersection(now.columns):
        # A moved point has its own row above; other geometry is not compared.
        if column not in {"geometry", *ignored}:
            rows += _column_changes(before, now, column, latest_now, is_measured=is_measured)
    return rows


def _column_changes(
    before: pd.DataFrame, now: pd.DataFrame, column: str, latest: str, *, is_measured: bool
) -> list[dict[str, Any]]:
    """Rows of both issues that differ in a column; a single row if the whole column is new or gone.

    `latest` is the date of the later issue.
    """
    both = before.index.intersection(now.index)
    a, b = before.loc[both, column], now.loc[both, column]
    if a.isna().all() != b.isna().all():
        why = f"the field is {'new' if a.isna().all() else 'gone'} in the issue of {latest}"
        return [_row("", "changed", SOURCE, why) | {"what": column}]
    rows = []
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
    """A cell as a value for JSON: None if it is missing, and no numpy scalar."""
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def changes(old_folder: Path, new_folder: Path) -> dict[str, Any]:
    """Differences between two stored pictures in sources, nodes and flags, each with its cause.

    Raises
    ------
    ExportError
        If either picture is damaged.
    """
    names = {"old": old_folder.name, "new": new_folder.name}
    manifests = manifest_of(old_folder), manifest_of(new_folder)
    return names | differences(manifests, (read_picture(old_folder), read_picture(new_folder)))


def differences(
    manifests: tuple[dict[str, Any], dict[str, Any]], pictures: tuple[Picture, Picture]
) -> dict[str, Any]:
    """Differences between two pictures: methods, sources, nodes, rows of layers, and counts by cause.

    `states` are the sources of which the state differs and the data do not.
    Both arguments are pairs, the earlier picture first.
    """
    methods = _methods(*manifests)
    sources, states_alone = source_changes(*manifests)
    # A source that is held or missing is not assessed, so its state may turn a class as its data may.
    renewed = [row["id"] for row in (*sources, *states_alone)]
    old, new = pictures
    causes = Causes.between(
        old.tables["evidence"], new.tables["evidence"],
        methods=methods, renewed=renewed,
    )  # fmt: skip
    counts = causes.counts()
    for row in sources:
        row["evidence_anew"], row["evidence_other"] = counts.get(row["id"], (0, 0))
    rows = _nodes(old, new, causes, set(renewed))
    return {
        "methods": methods,
        "sources": sources,
        "states": states_alone,
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
    """The rules of judgement that differ between two manifests, and the code if it differs, in words."""
    words = []
    for name in ("region", "scenario", "judged_by", "options"):
        a, b = _spread(old[name]), _spread(new[name])
        pairs = [(name, a, b)] if not isinstance(a, dict) else [(k, a.get(k), b.get(k)) for k in {**a, **b}]
        words += [f"{k}: {x} -> {y}" for k, x, y in pairs if x != y and k not in _NO_METHOD]
    before, now = _code(old, new), _code(new, old)
    return list(dict.fromkeys(words + ([f"code: {before} -> {now}"] if before != now else [])))


def _code(manifest: dict[str, Any], other: dict[str, Any]) -> str:
    """The version of the code of `manifest`, with the hash of its files if `other` has another hash."""
    a, b = (m["code"].get("sources_sha256") for m in (manifest, other))
    name = str(manifest["code"]["arctic_picture"])
    return f"{name} ({a[:8]})" if a and b and a != b else name


def _spread(rule: Any) -> Any:
    """A rule of a manifest with one entry for each anchor; an anchor that it omits has the default value."""
    if not isinstance(rule, dict) or "anchors" not in rule:
        return rule
    return {**rule, "anchors": None} | {
        f"anchors.{name}": value for name, value in anchor_values(rule["anchors"]).items()
    }


def _features(old: Picture, new: Picture, sources: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Changed rows of layers, from the sources that differ."""
    feeds = {note.id: note.feeds for note in new.sources}
    ignored = {layer.id: layer.ignored_in_changes for layer in new.layers}
    rows = []
    for name in (row["id"] for row in sources):
        layer = feeds.get(name, "")
        # A grid is no layer, and an audience may not see every layer.
        if layer not in old.tables or layer not in new.tables:
            continue
        tables = [picture.tables[layer] for picture in (old, new)]
        before, now = (table[table["source_id"] == name] for table in tables)
        rows += [
            {"layer": layer, "source": name} | row
            for row in row_changes(before, now, is_measured=name in MEASURED, ignored=ignored[layer])
        ]
    return rows


def _nodes(old: Picture, new: Picture, causes: Causes, renewed: set[str]) -> list[dict[str, Any]]:
    """Nodes added, gone, moved and changed, each with its cause."""
    before, now = (p.tables["nodes"].set_index("node_id", drop=False) for p in (old, new))
    is_cut = old.region.id != new.region.id
    rows = _listed(now, before, "added", causes, renewed, is_cut=is_cut)
    # The same function with the tables in the other order gives the nodes that are gone.
    rows += _listed(before, now, "gone", causes, renewed, is_cut=is_cut)
    far = moved_km(before, now, "node_id")
    for name, km in far[far > SHIFT_KM].items():
        rows.append(
            _row(name, "moved", SOURCE, f"{now.loc[name, 'source_id']} places it {km:.1f} km away")
            | _named(now.loc[name])
            | {"what": "place", "old": _place(before.loc[name]), "new": _place(now.loc[name])}
        )
    return rows + _judged(before, now, _Why(old, new, causes, renewed))


def _listed(
    table: pd.DataFrame,
    other: pd.DataFrame,
    change: str,
    causes: Causes,
    renewed: set[str],
    *,
    is_cut: bool,
) -> list[dict[str, Any]]:
    """Nodes of `table` that the other picture lacks. `is_cut`: the pictures have different regions."""
    rows = []
    for name in table.index.difference(other.index):
        row = table.loc[name]
        cause, why = SOURCE, f"{row['source_id']} {'lists' if change == 'added' else 'no longer lists'} it"
        if is_cut:
            # The choice of a region removes nodes; that is no news of a source.
            cause, why = METHOD, "another region is drawn"
        elif row["source_id"] not in renewed:
            # The source is the same: the node was merged with another node or split from it.
            cause, why = causes.otherwise
        side = "new" if change == "added" else "old"
        rows.append(_row(name, change, cause, why) | _named(row) | {side: row["flag"]})
    return rows


def _judged(before: pd.DataFrame, now: pd.DataFrame, why_of: _Why) -> list[dict[str, Any]]:
    """A row for each node of both pictures and each of its columns that differs."""
    rows = []
    # Added and gone nodes have their own rows, so only nodes of both pictures are compared here.
    both = before.index.intersection(now.index)
    columns = [name for name in _NODE_COLUMNS if name in before and name in now]
    differs = {column: differ(before.loc[both, column], now.loc[both, column]) for column in columns}
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
    """The cause of a changed column of a node, with its reason in words."""

    def __init__(self, old: Picture, new: Picture, causes: Causes, renewed: set[str]) -> None:
        self._causes, self._renewed = causes, renewed
        self._days = old.day, new.day
        self._feeds = {note.id: note.feeds for note in new.sources}

    def __call__(self, column: str, node: pd.Series, turned: Sequence[str]) -> tuple[str, str]:
        """Cause and reason of a change in `column` of `node`.

        `turned` are the axes whose class differs. They decide the cause of a changed flag.
        """
        if column in AXIS_OF:
            return self._causes.of(str(node["node_id"]), [AXIS_OF[column]])
        if column == "flag":
            return self._causes.of(str(node["node_id"]), turned)
        sources = [str(node["source_id"])]
        if column in _FED_BY:
            sources = [name for name, layer in self._feeds.items() if layer in _FED_BY[column]]
        renewed = [name for name in sources if name in self._renewed]
        if renewed:
            return SOURCE, f"{', '.join(renewed)} says so"
        if column in _DATED and self._days[0] != self._days[1]:
            return WORLD, f"as it stands on {self._days[1]}, by {', '.join(sources)}"
        return self._causes.otherwise


def _named(row: pd.Series) -> dict[str, Any]:
    return {name: _plain(row[name]) for name in ("name", "kind", "country_iso3")}


def _place(row: pd.Series) -> str:
    """The place of a node in words, WGS 84 to 0.001 degree, as a smaller shift is no move (`SHIFT_KM`)."""
    side = "W" if row["longitude_deg"] < 0 else "E"
    return f"{row['latitude_deg']:.3f}° N, {abs(row['longitude_deg']):.3f}° {side}"


def as_text(report: dict[str, Any]) -> str:
    """The result of `changes` as text: methods and sources first, then a line for each change."""
    lines = [f"{report['old']} -> {report['new']}"]
    lines += [f"method  {text}" for text in report["methods"]]
    for row in report["sources"]:
        lines.append(
            f"source  {row['id']}: as of {row['as_of_old']} -> {row['as_of_new']}, "
            f"rows {row['rows_old']} -> {row['rows_new']}, {row['state_old']} -> {row['state_new']}; "
            f"evidence: {row['evidence_anew']} rows stated anew, {row['evidence_other']} of them otherwise"
        )
    lines += [
        f"state   {row['id']}: {row['state_old']} -> {row['state_new']}, the same data"
        for row in report.get("states", ())
    ]
    features = report["features"]
    for layer, cause in sorted({(row["layer"], row["cause"]) for row in features}):
        of = [row["change"] for row in features if (row["layer"], row["cause"]) == (layer, cause)]
        counts = ", ".join(f"{of.count(change)} {change}" for change in dict.fromkeys(of))
        lines.append(f"rows    {layer}: {counts} [{cause}]")
    for row in report["nodes"]:
        value = (
            f" {row['what']} {row['old']} -> {row['new']}" if row["what"] and row["old"] != row["new"] else ""
        )
        lines.append(f"{row['change']:8}{row['id']} {row['name']}:{value} [{row['cause']}] {row['why']}")
    if not report["nodes"]:
        lines.append("no node and no flag differs")
    return "\n".join(lines)
