"""GeoJSON without GDAL, which fetches a CRS that is a link and runs a pipeline that a file names."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry import shape

from layers.errors import SourceError
from pipelines.user_files.raw_table import DEGREES, RawTable, crs_of, text_of
from pipelines.user_files.text_encoding import text_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from pyproj import CRS

__all__ = ["read_geojson"]

_GEOMETRIES = {
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection",
}  # fmt: skip
_CODE = re.compile(r"EPSG:{1,2}(?:[\d.]*:)?(\d{4,6})$", re.IGNORECASE)


def read_geojson(path: Path, options: Mapping[str, str]) -> list[RawTable]:
    """The features of a GeoJSON file.

    A `crs` by name is used (older files have one); a `crs` by link is refused, because nothing is fetched.

    Raises
    ------
    SourceError
        If it is no GeoJSON.
    """
    try:
        text, encoding_note = text_in(path, options.get("encoding", ""))
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        msg = f"expected JSON, found {str(error)[:120]}: export it again"
        raise SourceError(msg) from error
    kind = content.get("type") if isinstance(content, dict) else None
    if kind == "FeatureCollection" and isinstance(content.get("features"), list):
        features = content["features"]
    elif kind == "Feature":
        features = [content]
    elif kind in _GEOMETRIES:
        features = [{"geometry": content, "properties": {}}]
    else:
        found = f"the type {str(kind)[:60]!r}" if isinstance(content, dict) else type(content).__name__
        msg = f"expected GeoJSON, found {found}: export it again"
        raise SourceError(msg)
    features = [one if isinstance(one, dict) else {"geometry": one} for one in features]
    geometry, is_damaged = _geometry([one.get("geometry") for one in features])
    columns = _columns([one.get("properties") for one in features])
    crs = _crs(content.get("crs"), options)
    return [RawTable("", columns, geometry, crs, remark=encoding_note, is_damaged=is_damaged)]


def _crs(member: Any, options: Mapping[str, str]) -> CRS:
    if member is None or options.get("crs"):
        return crs_of(DEGREES, options)
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    name = name if isinstance(name, str) and member.get("type") == "name" else ""
    if re.search(r"CRS84h?$", name):
        return DEGREES
    code = _CODE.search(name)
    if not code:
        msg = (
            f"expected a crs by name such as EPSG:3413, found {json.dumps(member)[:120]} and nothing is "
            "fetched: export it in degrees, or write its CRS in the TOML"
        )
        raise SourceError(msg)
    return crs_of(f"EPSG:{code[1]}", options)


def _geometry(members: Sequence[Any]) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """A geometry for each member, None where there is none, and which members cannot be read."""
    shapes = np.full(len(members), None, dtype=object)
    is_damaged = np.zeros(len(members), dtype=bool)
    points, at = [], []
    for row, member in enumerate(members):
        if member is None:
            continue
        try:
            if member["type"] == "Point" and len(member["coordinates"]) >= 2:
                x, y = member["coordinates"][:2]
                points.append((float(x), float(y)))
                at.append(row)
            elif member["type"] in _GEOMETRIES:
                shapes[row] = shape(member)
            else:
                is_damaged[row] = True
        # A file may hold anything where coordinates belong, and shapely raises many kinds of error on it.
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError, RecursionError,
                shapely.errors.ShapelyError):  # fmt: skip
            is_damaged[row] = True
    shapes[at] = shapely.points(np.array(points, dtype=float).reshape(-1, 2))
    return shapes, is_damaged


def _columns(rows: Sequence[Any]) -> dict[str, list[str | None]]:
    """The properties of all features by name; a value with parts stays JSON."""
    properties = [row if isinstance(row, dict) else {} for row in rows]
    names = dict.fromkeys(name for row in properties for name in row)
    return {
        name: text_of([
            json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value
            for value in (row.get(name) for row in properties)
        ])
        for name in names
    }  # fmt: skip
