"""The data of the web page: what the first view needs, and for each layer what later views need."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from layers.assessed.class_thresholds import ANCHORS, anchor_values
from layers.schema import PILLARS
from maps.reports.citations import CitationIndex
from maps.reports.scenes import SCENES, fragment
from maps.reports.story_cases import chosen
from maps.style import BASE, FLAGGED, OVERLAP_FROM, marked
from maps.text import visible
from maps.web import warmer_level
from maps.web.change_data import compared_data, since_data
from maps.web.layer_data import NOT_HELD, layer_data, plain_style, put_off
from maps.web.method import classes_in_words, method
from maps.web.outlines import DRAWN_BY, coded_paths
from maps.web.packing import rounded

if TYPE_CHECKING:
    from layers.picture import Picture
    from layers.schema import Layer

__all__ = ["latest_extent", "oldest_deciding_fact", "picture_data", "scenes"]


def picture_data(picture: Picture, other: Picture | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the data of the first view, and by layer id the data that only later views need.

    With `other` the data of the first view compare the nodes of the two pictures.
    """
    layers, later = _layers(picture)
    content = {
        "region": {
            "title": visible(picture.region.title),
            "outline": coded_paths(np.array([picture.region.outline], dtype=object), "polygon", 0),
        },
        "scenario": visible(picture.scenario.title),
        "day": picture.day.isoformat(),
        "status": picture.status,
        "expires": picture.expires.isoformat() if picture.expires else None,
        "late": picture.late,
        "not_held": [source.id for source in picture.sources if source.state == NOT_HELD],
        "caveats": [visible(sentence) for sentence in picture.caveats],
        "sources": [
            {name: visible(value) for name, value in asdict(source).items()} for source in picture.sources
        ],
        "pillars": PILLARS,
        "base": {name: plain_style(style) for name, style in BASE.items()},
        "layers": layers,
        "extent": latest_extent(picture),
        "ice_maps_to": _latest_ice_map(picture),
        "territories": _territories(picture),
        "scenes": scenes(picture),
        "oldest_fact": oldest_deciding_fact(picture),
        **_explained(picture),
        "compare": None if other is None else compared_data(picture, other),
    }
    if picture.before:
        content["since"] = since_data(picture, picture.before)
    return content, later


def _layers(picture: Picture) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the layers on the map, and by layer id the parts that only later views need."""
    ids = {layer.id for layer in picture.layers}
    owners: dict[str, str] = {}
    layers, later = [], {}
    for layer in picture.layers:
        if layer.geometry == "table" or DRAWN_BY.get(layer.id) in ids:
            continue
        contents = [layer_data(layer, picture, owners)]
        if layer.id == warmer_level.AIR:
            contents += _at_level(layer, picture, owners)
        for content in contents:
            rest = put_off(content)
            layers.append(content)
            if rest:
                later[content["id"]] = rest
    return layers, later


def _at_level(layer: Layer, picture: Picture, owners: dict[str, str]) -> list[dict[str, Any]]:
    """Return `layer`, the warming of the air, at 2 °C; none in a picture of this level or warmer."""
    table = warmer_level.warming_at_level(picture)
    if table is None:
        return []
    warmer = replace(picture, tables={**picture.tables, layer.id: table})
    names = {"id": warmer_level.LAYER_ID, "title": warmer_level.LAYER_TITLE}
    return [layer_data(layer, warmer, owners) | names]


def _explained(picture: Picture) -> dict[str, Any]:
    """Return the method in words, and each anchor of the scenario with its value, unit and source."""
    scenario = picture.scenario
    values = anchor_values(scenario.anchors)
    own = set(scenario.anchors or ())
    with_association = scenario.with_association
    return {
        "method": method(values, with_association=with_association),
        "classes": classes_in_words(values, with_association=with_association),
        "with_association": with_association,
        "overlap_from": OVERLAP_FROM,
        "anchors": [
            {"id": a.id, "value": rounded(float(values[a.id])), "unit": a.unit, "meaning": a.meaning,
             "source": "this scenario" if a.id in own else a.source}
            for a in ANCHORS
        ],
    }  # fmt: skip


def latest_extent(picture: Picture) -> dict[str, Any] | None:
    """Return the newest sea ice extent up to the day of the picture; None if there is none.

    The result has the date, the extent in million km² and the last change of sensor, in words.
    """
    table = picture.tables.get("sea_ice_extent")
    if table is None:
        return None
    rows = table[table["extent_million_km2"].notna()]
    rows = rows[rows["date"].astype(str) <= picture.day.isoformat()].sort_values("date")
    if rows.empty:
        return None
    last = rows.iloc[-1]
    return {
        "date": visible(last["date"]),
        "million_km2": rounded(float(last["extent_million_km2"])),
        "break": _latest_break(picture, str(last["date"])),
    }


def _latest_ice_map(picture: Picture) -> str | None:
    """Return the last day of the newest monthly ice map; None if there is none."""
    table = picture.tables.get("sea_ice")
    if table is None or table.empty:
        return None
    days = table.loc[table["product"] != "median_1981_2010", "as_of"].astype(str)
    return visible(days.max()) if len(days) else None


def _territories(picture: Picture) -> dict[str, str]:
    """Return the name of the state that each territory belongs to, by its ISO 3166-1 alpha-3 code."""
    table = picture.tables.get("memberships")
    if table is None:
        return {}
    own = table[table["parent_iso3"].notna()]
    names = table.set_index("country_iso3")["name"]
    parents = names.reindex(own["parent_iso3"])
    return dict(zip(map(visible, own["country_iso3"]), map(visible, parents), strict=True))


def oldest_deciding_fact(picture: Picture) -> dict[str, Any] | None:
    """Return the age in years of the oldest fact that decides a critical or overlapping node, and its name.

    None for a picture without such a node or without ages.
    """
    nodes = picture.tables.get("nodes")
    if nodes is None or "fact_age_years" not in nodes:
        return None
    rows = nodes[np.isin(marked(nodes), FLAGGED) & nodes["fact_age_years"].notna()]
    if rows.empty:
        return None
    oldest = rows.loc[rows["fact_age_years"].idxmax()]
    return {"years": rounded(float(oldest["fact_age_years"])), "name": visible(oldest["name"])}


def scenes(picture: Picture) -> list[dict[str, Any]]:
    """Return title, sentence and address of each scene of the story; none without judgements.

    The scene of cases has the address of its first case, and `cases`: the name and the address of each.
    """
    nodes = picture.tables.get("nodes")
    if nodes is None or "hazard_class" not in nodes or "evidence" not in picture.tables:
        return []
    ids = tuple(picture.tables)
    names = nodes.set_index("node_id")["name"]
    stories: list[dict[str, Any]] = []
    for scene in SCENES:
        address = fragment(scene, layer_ids=ids)
        cases = [
            {"name": visible(names[node]) or node, "address": fragment(scene, node=node, layer_ids=ids)}
            for node in (chosen(CitationIndex(picture), (), None) if scene.shows == "case" else ())
        ]
        if cases:
            address = cases[0]["address"]
        stories.append({"title": scene.title, "about": scene.about, "address": address, "cases": cases})
    return stories


def _latest_break(picture: Picture, day: str) -> str | None:
    """Return the last change of the sensor up to a day, in words; None if there is none."""
    table = picture.tables.get("source_continuity")
    if table is None:
        return None
    rows = table[(table["kind"] == "sensor_change") & (table["last_day"] <= day)].sort_values("last_day")
    return visible(f"{rows['last_day'].iloc[-1]}, {rows['note'].iloc[-1]}") if len(rows) else None
