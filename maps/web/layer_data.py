"""Data of the web page on one layer: title, style, columns and shapes. page/map_layer.js reads them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers.picture import LATE
from maps.style import classed, style_of
from maps.text import visible
from maps.web.flow_data import LINE_COLUMNS, LINES, page_lines, switches
from maps.web.node_data import ADDED, with_added
from maps.web.outlines import PATH_GRID_M, coded_paths, ice_rows, shape_digest, stored_or_coded
from maps.web.packing import coded_columns, packed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.picture import Picture
    from layers.schema import Column, Layer
    from maps.style import Style

__all__ = ["NOT_HELD", "POINT_GRID_M", "layer_data", "plain_style", "put_off"]

POINT_GRID_M = 10  # step of the coordinates of points, as in page/decode.js
# State of a source of which the project has no data. The page names it as a gap.
NOT_HELD = "not_held"
_GAPS = (NOT_HELD, *LATE)
_LABELLED = ("countries", "seas")
_LABEL_GRID_M = 20_000.0  # tolerance of the largest circle inside a shape, for the place of its label
# Layer -> the columns that the first view of the page needs. Other layers are treated as a whole.
_FIRST = {
    "nodes": ("name", "kind", "country_iso3", "institution", "scope", "place", "dual_use_class", "mark",
              "flag", "flag_probability", "overlap_probability", "hazard_class", "military_class",
              "dependence_class", "hazard_deciding"),
    "settlements": ("name", "population"),
    "seas": ("name",),
}  # fmt: skip


def layer_data(layer: Layer, picture: Picture, owners: dict[str, str]) -> dict[str, Any]:
    """Return a layer as the page reads it.

    `owners` maps a hash of shapes to the id of the first layer with these shapes. A later layer with the same
    shapes refers to the first layer and does not repeat them. The function adds the layer to `owners`.
    """
    table: Any = picture.tables[layer.id]
    rows = len(table)
    added: tuple[Column, ...] = ()
    if layer.id == "sea_ice":
        table = ice_rows(table)
    elif layer.id == "nodes":
        table, added = with_added(table, picture), ADDED
    elif layer.id == LINES:
        table = page_lines(table)
    dates = sorted(table["as_of"].dropna().unique().tolist())
    # The key of a road segment has no use for a reader and takes as much room as the segment. A node has its
    # key twice.
    has_key = layer.geometry != "line" and "node_id" not in table.columns
    columns = [*(c for c in layer.all_columns if c.name != "feature_id" or has_key), *added]
    if layer.id == LINES:
        columns = [c for c in columns if c.name in LINE_COLUMNS]
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
        # A layer with a late source is hatched, and an image of cells can have no hatch.
        if set(content["sources"]) & set(picture.late):
            content.pop("cells", None)
    if layer.id == LINES:
        content["switches"] = switches(table, layer.note)
    if layer.id in _LABELLED:
        content["labels"] = _labels(geometry, picture)
    return content


def _source_ids(layer: Layer, table: Any, picture: Picture) -> list[str]:
    """Return the ids of the sources of the rows, and of the late or absent sources that feed the layer."""
    gaps = {visible(s.id) for s in picture.sources if s.feeds == layer.id and s.state in _GAPS}
    return sorted(set(map(visible, table["source_id"].dropna().unique())) | gaps)


def _shapes(
    layer: Layer, table: Any, picture: Picture, owners: dict[str, str], *, is_first: bool
) -> dict[str, Any]:
    """Return the coded shapes of a layer, or the id of an earlier layer with the same shapes.

    `is_first` adds simpler shapes for the first view, which shows the whole Arctic from afar.
    """
    geometry = np.asarray(table.geometry.array, dtype=object)
    digest = shape_digest(geometry)
    owner = owners.setdefault(digest, layer.id)
    if owner != layer.id:
        return {"paths": owner}
    content = stored_or_coded(layer, geometry, digest, is_first=is_first)
    if is_first and layer.id == "sea_ice":
        # The first view shows one month only; the slider needs the others.
        of_month = geometry.copy()
        of_month[(table["month"] != picture.day.month).to_numpy(dtype=bool)] = None
        content |= {"afar": coded_paths(of_month, "polygon", 0.0), "afar_month": picture.day.month}
    return content


def _labels(geometry: NDArray[np.object_], picture: Picture) -> list[list[int]]:
    """Return the place of the name of each shape, within the region of the picture.

    A region around the pole (a cap) shows all of a shape; another region shows a part.
    """
    region = picture.region
    parts = geometry if region.is_cap else shapely.intersection(geometry, region.outline)
    return [_label(shape) for shape in parts]


def _label(shape: Any) -> list[int]:
    """Return the centre and the radius of the largest circle in the largest part of a shape.

    The three numbers are whole steps of 100 m of EPSG:3413. They are 0 if the region has no part of the
    shape.
    """
    parts = [part for part in shapely.get_parts(shape) if part.area]
    if not parts:
        return [0, 0, 0]
    part = max(parts, key=shapely.area)
    radius = shapely.maximum_inscribed_circle(part, _LABEL_GRID_M)
    (x, y), _ = shapely.get_coordinates(radius)
    return [round(v / PATH_GRID_M) for v in (x, y, radius.length)]


def plain_style(style: Style) -> dict[str, Any]:
    """Return a style as a dictionary for the page, with the hidden characters of its classes visible."""
    content = asdict(style)
    for one in content["classes"]:
        one |= {"value": visible(one["value"]), "label": visible(one["label"])}
    return content


def put_off(layer: dict[str, Any]) -> dict[str, Any]:
    """Remove from `layer` the columns and shapes that the first view does not need, and return them.

    `layer` is a result of `layer_data`. The page has the removed parts after the script, so that a browser
    shows the first view before it reads them.
    """
    name, is_visible = layer["id"], layer["style"]["visible"]
    first = _FIRST.get(name, tuple(c["name"] for c in layer["columns"]) if is_visible else ())
    rest: dict[str, Any] = {"columns": [c for c in layer["columns"] if c["name"] not in first]}
    layer["columns"] = [c for c in layer["columns"] if c["name"] in first]
    if (not is_visible and name != "settlements") or "afar" in layer or "cells" in layer:
        rest |= {part: layer.pop(part) for part in ("x", "y", "paths") if part in layer}
    return {part: content for part, content in rest.items() if content}
