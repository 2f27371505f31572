"""What differs between two pictures, or two issues of a table, each difference with its cause.

Three causes. *Method changed*: the same statements, judged otherwise (code, scenario, options,
weights, anchors). *World changed*: a measurement of a later day says something else. *Source changed*:
another source, a correction, or a list issued anew. A list under one date shows that the source
changed; whether the world did, it does not say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.changes import CAUSES, METHOD, SOURCE, WORLD
from layers.crs import distance_km, lonlat

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["CAUSES", "SHIFT_KM", "as_text", "changes", "differences", "moved_km", "row_changes"]

# Below this a place was written with other digits, not moved: 0.001 degree of latitude.
SHIFT_KM = 0.11
# Sources that measure: their later value is a later state of the world.
MEASURED = frozenset({"nsidc_sea_ice_index", "nsidc_sea_ice_index_monthly", "sea_ice_areas", "sea_ice_grid"})

_NODE_COLUMNS = ("flag", "dual_use_class", "institution", "kind", "name", "country_iso3", "special_status")
_STATEMENT = ("value", "state", "source_id", "as_of")  # what a source says
_JUDGEMENT = ("unit", "scale", "zero_at", "one_at", "weight", "score", "score_high")  # what is made of it
_CLOSE = 1e-9
# What is named may have risen where the flag fell.
_RELATIVE = "; a flag is relative to others of its kind, which changed too"


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
        for name in both[_differ(a, b)]:
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


def _differ(a: pd.Series, b: pd.Series) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Where two columns in the same order differ; both missing is the same."""
    if pd.api.types.is_numeric_dtype(a) and pd.api.types.is_numeric_dtype(b):
        left, right = (np.asarray(x.astype("Float64").to_numpy(dtype=float, na_value=np.nan)) for x in (a, b))
        return np.asarray(~np.isclose(left, right, rtol=0, atol=_CLOSE, equal_nan=True))
    missing = a.isna().to_numpy() & b.isna().to_numpy()
    same = (a.astype("object").to_numpy() == b.astype("object").to_numpy()) & ~a.isna().to_numpy()
    return np.asarray(~(missing | same.astype(bool)))


def changes(old_folder: Path, new_folder: Path) -> dict[str, Any]:
    """What differs between two stored pictures: sources, nodes and flags, each with its cause.

    Raises
    ------
    ExportError
        If either is damaged.
    """
    from pipelines.publish import manifest_of  # noqa: PLC0415
    from pipelines.store import read_picture  # noqa: PLC0415

    names = {"old": old_folder.name, "new": new_folder.name}
    manifests = manifest_of(old_folder), manifest_of(new_folder)
    return names | differences(manifests, (read_picture(old_folder), read_picture(new_folder)))


def differences(
    manifests: tuple[dict[str, Any], dict[str, Any]], pictures: tuple[Picture, Picture]
) -> dict[str, Any]:
    """What differs between an earlier and a later picture, which come with their manifests."""
    methods = _methods(*manifests)
    sources = _sources(*manifests)
    rows = _nodes(*pictures, methods, sources)
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
        a, b = old[name], new[name]
        pairs = [(name, a, b)] if not isinstance(a, dict) else [(k, a.get(k), b.get(k)) for k in {**a, **b}]
        # The day of a picture is no method: it says when, not how.
        said += [
            f"{k}: {x} -> {y}" for k, x, y in pairs if x != y and k not in {"as_of", "id", "title", "basis"}
        ]
    a, b = old["code"]["arctic_picture"], new["code"]["arctic_picture"]
    return list(dict.fromkeys(said + ([f"code: {a} -> {b}"] if a != b else [])))


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
    old: Picture, new: Picture, methods: Sequence[str], sources: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    before, now = (p.tables["nodes"].set_index("node_id", drop=False) for p in (old, new))
    elsewhere = _elsewhere(methods, sources)
    renewed = {row["id"] for row in sources}
    reasons = _reasons(old.tables["evidence"], new.tables["evidence"], renewed, elsewhere[0])
    # A region cuts nodes away: that is a choice, not news of a source.
    cut = METHOD if old.region.id != new.region.id else SOURCE
    rows = []
    for change, table, there in (("added", now, before), ("gone", before, now)):
        for name in table.index.difference(there.index):
            row = table.loc[name]
            why = f"{row['source_id']} {'lists' if change == 'added' else 'no longer lists'} it"
            why = "another region is drawn" if cut == METHOD else why
            if row["source_id"] not in renewed and cut != METHOD:
                why = elsewhere[1]  # its list is the same: it was joined to another, or parted from it
            side = "new" if change == "added" else "old"
            rows.append(_row(name, change, cut, why) | _named(row) | {side: row["flag"]})
    far = moved_km(before, now, "node_id")
    for name, km in far[far > SHIFT_KM].items():
        rows.append(
            _row(name, "moved", SOURCE, f"{now.loc[name, 'source_id']} places it {km:.1f} km away")
            | _named(now.loc[name])
            | {"what": "place", "old": _place(before.loc[name]), "new": _place(now.loc[name])}
        )
    both = before.index.intersection(now.index)
    for column in (name for name in _NODE_COLUMNS if name in before and name in now):
        a, b = before.loc[both, column], now.loc[both, column]
        for name in both[_differ(a, b)]:
            if column in {"flag", "dual_use_class"}:
                cause, why = reasons.get(name, elsewhere)
                why += _RELATIVE if column == "flag" and name in reasons else ""
            else:
                told = now.loc[name, "source_id"]
                cause, why = (SOURCE, f"{told} says so") if told in renewed else elsewhere
            rows.append(
                _row(name, "changed", cause, why)
                | _named(now.loc[name])
                | {"what": column, "old": _plain(a[name]), "new": _plain(b[name])}
            )
    return rows


def _named(row: pd.Series) -> dict[str, Any]:
    return {name: _plain(row[name]) for name in ("name", "kind", "country_iso3")}


def _place(row: pd.Series) -> str:
    """Where a node is, to 0.001 degree of WGS 84: what is less is no move."""
    side = "W" if row["longitude_deg"] < 0 else "E"
    return f"{row['latitude_deg']:.3f}° N, {abs(row['longitude_deg']):.3f}° {side}"


def _elsewhere(methods: Sequence[str], sources: Sequence[dict[str, Any]]) -> tuple[str, str]:
    """The cause of a change in a node whose own evidence is the same: flags are relative within kind."""
    if methods:
        return METHOD, f"judged otherwise: {'; '.join(methods)}"
    named = ", ".join(row["id"] for row in sources) or "no source"
    return SOURCE, f"its own evidence is the same; others of its kind changed ({named})"


def _reasons(
    old: pd.DataFrame, new: pd.DataFrame, renewed: set[str], otherwise: str
) -> dict[str, tuple[str, str]]:
    """Per node whose own evidence differs: the cause with the most weight behind it, and what differs.

    A statement that differs though its source did not change is a matter of method, as is a score
    that differs on the same statement, where the method differs at all: `otherwise` says so.
    """
    keys = ["node_id", "axis", "dimension", "group", "indicator"]
    a, b = (
        table.assign(dimension=table["dimension"].fillna(""), group=table["group"].fillna(""))
        for table in (old, new)
    )
    pair = a.merge(b, on=keys, how="outer", suffixes=("_old", "_new"), indicator=True)
    said = np.zeros(len(pair), dtype=bool)
    for name in _STATEMENT:
        said |= _differ(pair[f"{name}_old"], pair[f"{name}_new"])
    judged = np.zeros(len(pair), dtype=bool)
    for name in _JUDGEMENT:
        judged |= _differ(pair[f"{name}_old"], pair[f"{name}_new"])
    one_sided = (pair["_merge"] != "both").to_numpy()
    matters = judged | one_sided | _differ(pair["value_old"], pair["value_new"])
    later = (pair["as_of_new"].fillna("") > pair["as_of_old"].fillna("")).to_numpy()
    is_world = later & pair["source_id_new"].isin(MEASURED).to_numpy() & ~one_sided
    is_news = said & ~one_sided & pair["source_id_new"].isin(renewed).to_numpy()
    pair["cause"] = np.where(is_news, np.where(is_world, WORLD, SOURCE), otherwise)
    swing = (pair["score_new"].fillna(0) - pair["score_old"].fillna(0)).abs()
    pair["swing"] = swing * pair[["weight_old", "weight_new"]].max(axis=1).fillna(0)
    reasons = {}
    for name, rows in pair[matters].groupby("node_id"):
        weight = rows.groupby("cause")["swing"].sum()
        cause = str(weight.idxmax())
        top = rows[rows["cause"] == cause].nlargest(3, "swing")
        reasons[str(name)] = (cause, "; ".join(_in_words(row) for row in top.to_dict("records")))
    return reasons


def _in_words(row: dict[str, Any]) -> str:
    if row["_merge"] != "both":
        return f"{row['indicator']} is {'no longer ' if row['_merge'] == 'left_only' else ''}asked"
    if row["cause"] == METHOD and row["value_old"] == row["value_new"]:
        return f"{row['indicator']} weighed or scaled otherwise"
    old, new = (_written(row[f"value_{side}"], "g") for side in ("old", "new"))
    if old != new:
        return f"{row['indicator']} {old} -> {new} ({row['source_id_new']}, {row['as_of_new']})"
    for form in (".2f", ".4f", ".6f"):  # a score may move with others of its kind
        before, now = (_written(row[f"score_{side}"], form) for side in ("old", "new"))
        if before != now:
            return f"{row['indicator']}, still {new}, scores {before} -> {now}"
    return f"{row['indicator']} from {row['source_id_new']}"


def _written(value: float, form: str) -> str:
    return "unknown" if pd.isna(value) else format(value, form)


def as_text(told: dict[str, Any]) -> str:
    """A line a change, the sources and methods first."""
    lines = [f"{told['old']} -> {told['new']}"]
    lines += [f"method  {text}" for text in told["methods"]]
    for row in told["sources"]:
        lines.append(
            f"source  {row['id']}: as of {row['as_of_old']} -> {row['as_of_new']}, "
            f"rows {row['rows_old']} -> {row['rows_new']}, {row['state_old']} -> {row['state_new']}"
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
