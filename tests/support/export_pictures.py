"""Small and hostile pictures for the tests of the exports, and an independent measure of area."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.schema import conform

if TYPE_CHECKING:
    from layers.picture import Picture

# Names with markup, templates, formulas of spreadsheets and control characters.
HOSTILE = (
    "<script>alert(1)</script>", "]]><x/>", "{{7*7}} ${1+1}", "=cmd|' /C calc'!A0", "+1", "-2+3", "@SUM(A1)",
    "nul\x00 bell\x07", "turned\u202eder", 'quote " and , and ;', "Tromsø",
)  # fmt: skip


def only(picture: Picture, *names: str) -> Picture:
    layers = tuple(layer for layer in picture.layers if layer.id in names)
    return replace(picture, layers=layers, tables={name: picture.tables[name] for name in names})


def hostile(picture: Picture) -> Picture:
    layer = next(layer for layer in picture.layers if layer.id == "settlements")
    table = picture.tables["settlements"].head(len(HOSTILE)).assign(name=list(HOSTILE))
    return replace(picture, layers=(layer,), tables={"settlements": conform(table, layer)})


def seen(text: str) -> str:
    return text.replace("\x00", "\u2400").replace("\x07", "\u2407").replace("\u202e", "[U+202E]")


def lonlat_area_km2(shapes) -> np.ndarray:
    """Area in km2 of shapes in degrees, by Lambert's cylindrical equal-area projection of the sphere.

    It shares nothing with the polar projection that the tests check.
    """

    def flat(degrees):
        # 6371.007 km is the radius of the sphere with the area of the WGS 84 ellipsoid.
        return 6371.007 * np.column_stack([np.radians(degrees[:, 0]), np.sin(np.radians(degrees[:, 1]))])

    return shapely.area(shapely.transform(shapely.segmentize(shapes, 0.1), flat))
