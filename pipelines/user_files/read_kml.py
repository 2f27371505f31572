"""KML: placemarks with their names, extended data and shapes, in degrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers.errors import SourceError
from pipelines.user_files.raw_table import DEGREES, RawTable
from pipelines.user_files.safe_xml import local_name, tree_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from xml.etree.ElementTree import Element

__all__ = ["read_kml"]

_SHAPES = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Track", "MultiTrack", "Model")


def read_kml(path: Path, _: Mapping[str, str]) -> list[RawTable]:
    """The placemarks of a KML file as one layer, whatever the folders they lie in.

    A link to another file (NetworkLink) is not followed; a remark says so.

    Raises
    ------
    SourceError
        If it is no KML.
    """
    root = tree_of(path.read_bytes())
    if local_name(root) != "kml":
        msg = f"expected KML, found an XML document of the kind {local_name(root)[:60]!r}: export it again"
        raise SourceError(msg)
    places = [element for element in root.iter() if local_name(element) == "Placemark"]
    links = sum(local_name(element) == "NetworkLink" for element in root.iter())
    attributes = [_attributes(place) for place in places]
    names = list(dict.fromkeys(name for row in attributes for name in row))
    columns = {name: [row.get(name) for row in attributes] for name in names}
    read = [_shape_of(place) for place in places]
    geometry = np.empty(len(read), dtype=object)
    geometry[:] = [shape for shape, _ in read]
    is_damaged = np.array([is_bad for _, is_bad in read], dtype=bool)
    remark = f"{links} links to other files are not followed" if links else ""
    return [RawTable("", columns, geometry, DEGREES, remark=remark, is_damaged=is_damaged)]


def _children(element: Element, name: str) -> list[Element]:
    return [child for child in element if local_name(child) == name]


def _text(element: Element | None) -> str | None:
    return (element.text or "").strip() or None if element is not None else None


def _attributes(place: Element) -> dict[str, str | None]:
    """Name, description, time and extended data of a placemark."""
    row: dict[str, str | None] = {}
    for child in place:
        name = local_name(child)
        if name in {"name", "description", "address"}:
            row[name] = _text(child)
        elif name == "TimeStamp":
            row["date"] = next((_text(when) for when in _children(child, "when")), None)
        elif name == "ExtendedData":
            for data in child.iter():
                key = data.get("name")
                if key and local_name(data) == "SimpleData":
                    row[key] = _text(data)
                elif key and local_name(data) == "Data":
                    row[key] = next((_text(value) for value in _children(data, "value")), None)
    return row


def _shape_of(place: Element) -> tuple[Any, bool]:
    """The shape of a placemark, and whether it has one that cannot be read."""
    shapes = [child for child in place if local_name(child) in _SHAPES]
    try:
        parts = [part for shape in shapes for part in _parts(shape)]
    except (ValueError, shapely.errors.GEOSException):
        return None, True
    if len(parts) > 1:
        return shapely.GeometryCollection(parts), False
    return (parts[0], False) if parts else (None, bool(shapes))


def _parts(shape: Element) -> list[Any]:
    kind = local_name(shape)
    if kind in {"MultiGeometry", "MultiTrack"}:
        return [part for child in shape if local_name(child) in _SHAPES for part in _parts(child)]
    if kind == "Polygon":
        outer, inner = (
            [_path(ring) for edge in _children(shape, name) for ring in _children(edge, "LinearRing")]
            for name in ("outerBoundaryIs", "innerBoundaryIs")
        )
        return [shapely.Polygon(outer[0], inner)] if outer else []
    if kind == "Track":
        # A track has a place in each `coord`, with spaces between its numbers.
        path = [[float(number) for number in (_text(c) or "").split()[:2]] for c in _children(shape, "coord")]
        return [shapely.LineString(path)] if len(path) > 1 else [shapely.Point(path[0])] if path else []
    path = _path(shape)
    if kind == "Point":
        return [shapely.Point(path[0])] if path else []
    return [shapely.LineString(path)] if path else []


def _path(shape: Element) -> list[list[float]]:
    """The vertices of a path, longitude before latitude; the height is left out."""
    texts = [_text(child) or "" for child in _children(shape, "coordinates")]
    return [[float(number) for number in place.split(",")[:2]] for place in " ".join(texts).split()]
