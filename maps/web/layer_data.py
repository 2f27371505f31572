"""What the page gets of one layer: title, style, columns and shapes; page/map_layer.js reads it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers.picture import LATE
from maps.style import classed, style_of
from maps.text import visible
from maps.web.node_data import ADDED, with_added
from maps.web.outlines import PATH_GRID_M, coded_paths, ice_rows, shape_digest, stored_or_coded
from maps.web.packing import coded_columns, packed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.picture import Picture
    from layers.schema import Column, Layer
    from maps.style import Style

__all__ = ["NOT_HELD", "POINT_GRID_M", "layer_data", "plain_style", "put_off"]

POINT_GRID_M = 10
# State of a source that was never held: a gap to name.
NOT_HELD = "not_held"
_GAPS = (NOT_HELD, *LATE)
_LABELLED = ("countries", "seas")
_LABEL_GRID_M = 20_000.0
# Columns that the first view shows, or counts, of layers that have more than those.
_FIRST = {
    "nodes": ("name", "kind", "country_iso3", "institution", "scope", "place", "dual_use_class", "mark",
              "flag", "flag_probability", "overlap_probability", "hazard_class", "military_class",
              "dependence_class"),
    "settlements": ("name", "population"),
    "seas": ("name",),
}  # fmt: skip


def layer_data(layer: Layer, picture: Picture, owners: dict[str, str]) -> dict[str, Any]:
    """Return a layer as the page reads it.

    `owners` maps a hash of shapes to the id of the layer that has them; a later layer of the same shapes
    names that one instead. The function adds to it.
    """
    table: Any = picture.tables[layer.id]
    rows = len(table)
    added: tuple[Column, ...] = ()
    if layer.id == "sea_ice":
        table = ice_rows(table)
    elif layer.id == "nodes":
        table, added = with_added(table, picture), ADDED
    dates = sorted(table["as_of"].dropna().unique().tolist())
    # The key of a road segment tells a reader nothing and weighs as much as the segment; a node
    # has its key twice.
    has_key = layer.geometry != "line" and "node_id" not in table.columns
    columns = [*(c for c in layer.all_columns if c.name != "feature_id" or has_key), *added]
    content: dict[str, Any] = {
        "id": layer.id,
        "title": visible(layer.title),
        "pillar": layer.pillar,
        "geometry": layer.geometry,
        "note": visible(layer.note),
        "rows": rows,
        "count": len(table),
        "as_of": " to ".join(dict.fromkeys((dates[0], dates[-1]))) if dates else "",
        "sources": _source_ids(layer, table, picture),
        "style": plain_style(classed(style_of(layer), table)),
        "columns": coded_columns(columns, table),
    }
    geometry = np.asarray(table.geometry.array, dtype=object)
    if layer.geometry == "point":
        xy = np.round(shapely.get_coordinates(geometry) / POINT_GRID_M).astype(int)
        content |= {"x": packed(xy[:, 0]), "y": packed(xy[:, 1])}
    else:
        is_first = picture.region.is_cap and content["style"]["visible"]
        content |= _shapes(layer, table, picture, owners, is_first=is_first)
        # What is late is hatched: an image of cells has no hatch.
        if set(content["sources"]) & set(picture.late):
            content.pop("cells", None)
    if layer.id in _LABELLED:
        content["labels"] = _labels(geometry, picture)
    return content


def _source_ids(layer: Layer, table: Any, picture: Picture) -> list[str]:
    """Return the ids of the sources of the rows, and of those that feed the layer and are a gap."""
    gaps = {visible(s.id) for s in picture.sources if s.feeds == layer.id and s.state in _GAPS}
    return sorted(set(map(visible, table["source_id"].dropna().unique())) | gaps)


def _shapes(
    layer: Layer, table: Any, picture: Picture, owners: dict[str, str], *, is_first: bool
) -> dict[str, Any]:
    """Return the coded shapes of a layer, or the id of the layer that has the same.

    The first view of a cap is a far one: `is_first` asks for shapes that are made for it.
    """
    geometry = np.asarray(table.geometry.array, dtype=object)
    digest = shape_digest(geometry)
    owner = owners.setdefault(digest, layer.id)
    if owner != layer.id:
        return {"paths": owner}
    content = stored_or_coded(layer, geometry, digest, is_first=is_first)
    if is_first and layer.id == "sea_ice":
        # Of the months the first view shows one; the slider asks for the others.
        of_month = geometry.copy()
        of_month[(table["month"] != picture.day.month).to_numpy(dtype=bool)] = None
        content |= {"afar": coded_paths(of_month, "polygon", 0.0), "afar_month": picture.day.month}
    return content


def _labels(geometry: NDArray[np.object_], picture: Picture) -> list[list[int]]:
    """Return the place of each name: a cap shows all of a shape, another region a part of it."""
    region = picture.region
    parts = geometry if region.is_cap else shapely.intersection(geometry, region.outline)
    return [_label(shape) for shape in parts]


def _label(shape: Any) -> list[int]:
    """Return x, y and clear radius of the widest part of a shape, in 100 m of EPSG:3413.

    The radius is 0 where the region has nothing of the shape.
    """
    parts = [part for part in shapely.get_parts(shape) if part.area]
    if not parts:
        return [0, 0, 0]
    part = max(parts, key=shapely.area)
    radius = shapely.maximum_inscribed_circle(part, _LABEL_GRID_M)
    (x, y), _ = shapely.get_coordinates(radius)
    return [round(v / PATH_GRID_M) for v in (x, y, radius.length)]


def plain_style(style: Style) -> dict[str, Any]:
    """Return a style as the page reads it, hidden characters of its classes made visible."""
    content = asdict(style)
    for one in content["classes"]:
        one |= {"value": visible(one["value"]), "label": visible(one["label"])}
    return content


def put_off(layer: dict[str, Any]) -> dict[str, Any]:
    """Take out of a layer, and return, what the first view does without.

    A browser reads a page from its beginning: what stands behind the script keeps nobody waiting.
    """
    name, is_visible = layer["id"], layer["style"]["visible"]
    first = _FIRST.get(name, tuple(c["name"] for c in layer["columns"]) if is_visible else ())
    rest: dict[str, Any] = {"columns": [c for c in layer["columns"] if c["name"] not in first]}
    layer["columns"] = [c for c in layer["columns"] if c["name"] in first]
    if (not is_visible and name != "settlements") or "afar" in layer or "cells" in layer:
        rest |= {part: layer.pop(part) for part in ("x", "y", "paths") if part in layer}
    return {part: content for part, content in rest.items() if content}
