"""Parallels and meridians of the QGIS project, because the grid of QGIS draws chords instead of circles."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from layers.crs import polar_xy
from layers.regions import SOUTH_DEG
from maps.qgis.primitives import text_style
from maps.qgis.symbology import line_symbol
from maps.style import BASE

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["items"]

_PARALLELS_DEG = (60, 70, 80)
_MERIDIANS_DEG = tuple(range(-150, 181, 30))
_NORTH_DEG = 85.0  # meridians end before the pole
_NAMED_AT_DEG = (15.0, -165.0)  # longitudes of the names of parallels, between meridians


def items() -> Element:
    """The element `items` of an annotation layer in EPSG:3413: lines and their names."""
    style = BASE["graticule"]
    root = Element("items")
    for name, wkt in _lines():
        item = SubElement(
            root, "item", type="linestring", id=_uuid(name), wkt=wkt, zIndex="0", useReferenceScale="0",
            referenceScale="0",
        )  # fmt: skip
        item.append(line_symbol(style.stroke.light, style.stroke_opacity, 0.18))
    for name, lon, lat in _names():
        x, y = polar_xy(lon, lat)
        item = SubElement(
            root, "item", type="pointtext", id=_uuid(f"name {name} {lon}"), text=name, x=f"{float(x):.0f}",
            y=f"{float(y):.0f}", zIndex="1", angle="0", alignment="4", useReferenceScale="0",
            referenceScale="0",
        )  # fmt: skip
        SubElement(item, "pointTextFormat").append(text_style(6.5, style.stroke.light, halo=0.5))
    return root


def _uuid(name: str) -> str:
    # An id from the name and not at random, so that the same picture gives the same bytes.
    return f"{{{uuid5(NAMESPACE_URL, f'arctic-picture/graticule/{name}')}}}"


def _lines() -> Iterator[tuple[str, str]]:
    # With a vertex every 2 degrees a parallel at 60 N is within 0.6 km of its circle.
    around = np.arange(-180.0, 180.5, 2.0)
    for lat in _PARALLELS_DEG:
        yield f"{lat} N", _wkt(around, np.full_like(around, lat))
    for lon in _MERIDIANS_DEG:
        yield f"meridian {lon}", _wkt(np.array([lon, lon]), np.array([SOUTH_DEG, _NORTH_DEG]))


def _wkt(lon: np.ndarray, lat: np.ndarray) -> str:
    x, y = polar_xy(lon, lat)
    return f"LineString ({', '.join(f'{a:.0f} {b:.0f}' for a, b in zip(x, y, strict=True))})"


def _names() -> Iterator[tuple[str, float, float]]:
    for lat in _PARALLELS_DEG:
        for lon in _NAMED_AT_DEG:
            yield f"{lat}°N", lon, float(lat)
    for lon in _MERIDIANS_DEG:
        side = "" if lon in {0, 180} else "W" if lon < 0 else "E"
        yield f"{abs(lon)}°{side}", float(lon), SOUTH_DEG + 0.7
