"""The map of a briefing as inline SVG, in EPSG:3413, drawn from the picture's own tables.

Shapes are cut to the frame, simplified to less than a pixel and written in whole units of the view box. So
the map is small, and the same picture gives the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from shapely.affinity import affine_transform

from layers.crs import lonlat
from maps.reports.charts import svg
from maps.reports.html_document import tag
from maps.reports.map_marks import spread
from maps.reports.scenes import View
from maps.style import MEDIAN_ENDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from xml.etree import ElementTree as ET

    from layers.picture import Picture
    from maps.reports.citations import CitationIndex
    from maps.reports.story_places import Place

__all__ = [
    "MONTH",
    "Frame",
    "country_frame",
    "ice_row",
    "near_frame",
    "polar_map",
    "small_map",
    "whole_frame",
]

MONTH: Final = 9  # the month of the ice that is drawn: the least ice of the year
_WIDE: Final = 1000  # units of the view box
_MARK: Final = 19.0  # radius of the number of a place, units
_LEAST_UNITS: Final = 3.0  # narrower shapes are left out
_TOLERANCE_UNITS: Final = 0.9
_SCALES_KM: Final = (50, 100, 200, 500, 1000, 2000)
_SCALE_SHARE: Final = 0.2  # longest scale bar, as a share of the width
_TRUE_AT_DEG: Final = 70.0  # latitude at which EPSG:3413 is true to scale
_WIDTH_PIXELS: Final = 900  # width of a window, for the zoom of the web map
_METRES_AT_ZOOM_0: Final = 32768


@dataclass(frozen=True, slots=True)
class Frame:
    """The part of the plane that a map shows: its middle and half its sides in metres, turned by `turn`.

    A `turn` in radians is against the clock. A round frame is the circle in its box.
    """

    x_m: float
    y_m: float
    half_width_m: float
    half_height_m: float
    turn: float = 0.0
    is_round: bool = False

    @property
    def metres(self) -> float:
        """Metres of a unit of the view box."""
        return 2 * self.half_width_m / _WIDE

    @property
    def height(self) -> float:
        """Height of the view box, units."""
        return 2 * self.half_height_m / self.metres

    @property
    def matrix(self) -> list[float]:
        """The affine transform from EPSG:3413 to units of the view box, as shapely takes it."""
        cos, sin = np.cos(self.turn) / self.metres, np.sin(self.turn) / self.metres
        return [
            cos, -sin, -sin, -cos,
            _WIDE / 2 - cos * self.x_m + sin * self.y_m,
            self.height / 2 + sin * self.x_m + cos * self.y_m,
        ]  # fmt: skip

    def units(self, x_m: float, y_m: float) -> tuple[float, float]:
        """A position of EPSG:3413 in units of the view box."""
        a, b, c, d, e, f = self.matrix
        return a * x_m + b * y_m + e, c * x_m + d * y_m + f

    @property
    def view(self) -> View:
        """The same part of the plane on the web map."""
        (lon,), (lat,) = lonlat([self.x_m], [self.y_m])
        zoom = np.log2(_METRES_AT_ZOOM_0 / (2 * max(self.half_width_m, self.half_height_m) / _WIDTH_PIXELS))
        return View(float(lat), float(lon), float(np.clip(zoom, 0, 10)), float(round(lon)))


def whole_frame(picture: Picture) -> Frame:
    """The frame of a whole picture: a circle around the pole, or the box of its region."""
    west, south, east, north = picture.region.outline.bounds
    if picture.region.is_whole:
        half = max(-west, -south, east, north)
        return Frame(0.0, 0.0, half, half, is_round=True)
    half = max(east - west, north - south) / 2
    return Frame((west + east) / 2, (south + north) / 2, half, half)


def country_frame(x_m: Sequence[float], y_m: Sequence[float]) -> Frame:
    """The frame of the nodes of a country, turned so that north is up in its middle."""
    return _turned(np.asarray(x_m, dtype=float), np.asarray(y_m, dtype=float), least_m=350_000.0)


def near_frame(x_m: float, y_m: float, half_m: float) -> Frame:
    """The frame around one place, `half_m` metres to each side, with north up."""
    return _turned(np.array([x_m]), np.array([y_m]), least_m=half_m, margin=1.0)


def _turned(x: np.ndarray, y: np.ndarray, least_m: float, margin: float = 1.12) -> Frame:
    # The mean direction from the pole is turned onto the lower half of the vertical axis: south is down.
    away = np.hypot(x, y)
    towards = np.array([(x / away).mean(), (y / away).mean()]) if (away > 1).all() else np.zeros(2)
    turn = -np.pi / 2 - np.arctan2(towards[1], towards[0]) if towards.any() else 0.0
    cos, sin = np.cos(turn), np.sin(turn)
    across, up = cos * x - sin * y, sin * x + cos * y
    half = max((across.max() - across.min()) / 2, (up.max() - up.min()) / 2, least_m) * margin
    right, top = (across.min() + across.max()) / 2, (up.min() + up.max()) / 2
    return Frame(float(cos * right + sin * top), float(-sin * right + cos * top), float(half), float(half),
                 float(turn))  # fmt: skip


# --- shapes ------------------------------------------------------------------------------------


def _clip(frame: Frame) -> Any:
    """The area of a frame, in EPSG:3413."""
    if frame.is_round:
        return shapely.Point(frame.x_m, frame.y_m).buffer(frame.half_width_m, quad_segs=48)
    a, b, c, d, e, f = frame.matrix
    size = a * d - b * c
    back = [d / size, -b / size, -c / size, a / size, (b * f - d * e) / size, (c * e - a * f) / size]
    return affine_transform(shapely.box(0, 0, _WIDE, frame.height), back)


def _drawn(shapes: Iterable[Any], frame: Frame, *, is_area: bool = True) -> str:
    """The path of shapes in units of a frame, in whole steps from point to point."""
    clip = _clip(frame)
    shapely.prepare(clip)
    near = [shape for shape in shapes if shapely.intersects(clip, shape)]
    if not near:
        return ""
    cut = shapely.intersection(np.array(near, dtype=object), clip)
    cut = shapely.simplify(cut, _TOLERANCE_UNITS * frame.metres, preserve_topology=True)
    parts = [affine_transform(part, frame.matrix) for part in shapely.get_parts(cut)]
    if is_area:
        areas = [part for part in parts if part.geom_type == "Polygon"]
        rings = [ring for part in areas for ring in (part.exterior, *part.interiors)
                 if shapely.Polygon(ring).area > _LEAST_UNITS**2]  # fmt: skip
        return "".join(f"{_steps(shapely.get_coordinates(ring)[:-1])}z" for ring in rings)
    lines = [part for part in parts if part.geom_type == "LineString" and part.length > 2 * _LEAST_UNITS]
    return "".join(_steps(shapely.get_coordinates(line)) for line in lines)


def _steps(points: np.ndarray) -> str:
    xy = np.round(points).astype(int)
    steps = np.diff(xy, axis=0)
    steps = steps[np.any(steps != 0, axis=1)]
    return f"M{xy[0][0]} {xy[0][1]}l" + " ".join(f"{a} {b}" for a, b in steps)


def _rims(shapes: Iterable[Any]) -> list[Any]:
    """The edges of areas; cut as lines they do not follow the edge of the frame."""
    return [shapely.boundary(shape) for shape in shapes if shape is not None]


def ice_row(citations: CitationIndex, *, is_median: bool) -> dict[str, Any] | None:
    """The columns and the value that choose the ice of `MONTH`: its median, or its latest year on file."""
    if "sea_ice" not in citations or not len(citations.table("sea_ice")):
        return None
    table = citations.table("sea_ice")
    year = table["year"].astype("float64")
    rows = table[(table["month"] == MONTH) & (year.isna() if is_median else year > MEDIAN_ENDS)]
    if not len(rows):
        return None
    last = rows.assign(year=year).sort_values(["year", "feature_id"]).iloc[-1]
    return {"feature_id": str(last["feature_id"])}


def _shapes(citations: CitationIndex, table: str, *where: Any) -> list[Any]:
    if table not in citations:
        return []
    return list(citations.table(table).geometry.to_numpy()[citations.rows(table, *where)])


def _ground(image: ET.Element, citations: CitationIndex, frame: Frame, country: str | None) -> None:
    """Draw sea, ice, land, the country and the boundary of the Arctic."""
    if frame.is_round:
        image.append(tag("circle", cx=_WIDE / 2, cy=_WIDE / 2, r=_WIDE / 2, class_="m-sea"))
    else:
        image.append(tag("rect", x=0, y=0, width=_WIDE, height=frame.height, class_="m-outside"))
        # Beyond the outline of the region there is no data, which must not look like sea.
        _path(image, _drawn([citations.picture.region.outline], frame), "m-sea")
    for where, class_, is_area in (
        (ice_row(citations, is_median=False), "m-ice", True),
        (ice_row(citations, is_median=True), "m-median", False),
    ):  # fmt: skip
        shapes = _shapes(citations, "sea_ice", ("feature_id", "=", where["feature_id"])) if where else []
        _path(image, _drawn(shapes if is_area else _rims(shapes), frame, is_area=is_area), class_)
    _path(image, _drawn(_shapes(citations, "land"), frame), "m-land")
    # Seen from afar borders only repeat the coast.
    borders = [] if frame.is_round else _rims(_shapes(citations, "countries"))
    _path(image, _drawn(borders, frame, is_area=False), "m-border")
    if country:
        _path(image, _drawn(_shapes(citations, "countries", ("country_iso3", "=", country)), frame), "m-own")
    rims = _rims(_shapes(citations, "arctic_boundary"))
    _path(image, _drawn(rims, frame, is_area=False), "m-arctic")


def _path(image: ET.Element, d: str, class_: str) -> None:
    if d:
        image.append(tag("path", d=d, class_=class_))


# --- the map -----------------------------------------------------------------------------------


def polar_map(
    citations: CitationIndex,
    frame: Frame,
    places: Sequence[Place],
    label: str,
    country: str | None = None,
    dots: Sequence[tuple[float, float]] = (),
) -> ET.Element:
    """The map of a frame with the numbers of places. `label` is for screen readers.

    `country` is highlighted, an ISO 3166-1 alpha-3 code or None. `dots` are further positions, EPSG:3413.
    """
    image = svg(_WIDE, frame.height, label)
    image.set("class", "map")
    _ground(image, citations, frame, country)
    for x, y in dots:
        across, down = frame.units(x, y)
        image.append(tag("circle", cx=round(across), cy=round(down), r=4, class_="m-dot"))
    points = [frame.units(place.x_m, place.y_m) for place in places]
    middles = spread(points, _MARK, _WIDE, frame.height)
    for point, middle in zip(points, middles, strict=True):
        if point != middle:
            (x1, y1), (x2, y2) = np.round(point), np.round(middle)
            image.append(tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_="m-lead"))
            image.append(tag("circle", cx=x1, cy=y1, r=5, class_="m-point"))
    for place, (x, y) in zip(places, middles, strict=True):
        image.append(_mark(place, round(x), round(y)))
        image.append(tag("text", str(place.number), x=round(x), y=round(y) + 8,
                         class_=f"tick m-number{'' if place.is_critical else ' over'}"))  # fmt: skip
    _scale_and_north(image, frame)
    return image


def _mark(place: Place, x: float, y: float) -> ET.Element:
    """A circle for a critical place, a square for one of overlap: not colour alone tells them apart."""
    if place.is_critical:
        return tag("circle", cx=x, cy=y, r=_MARK - 1, class_=f"m-place {place.flag}")
    side = 2 * _MARK - 6
    return tag("rect", x=x - side / 2, y=y - side / 2, width=side, height=side, class_="m-place overlap")


def small_map(citations: CitationIndex, place: Place, half_m: float, label: str) -> ET.Element:
    """The map around one place, with scale and north; only the place itself is marked."""
    frame = near_frame(place.x_m, place.y_m, half_m)
    image = svg(_WIDE, frame.height, label)
    image.set("class", "map near")
    _ground(image, citations, frame, None)
    x, y = frame.units(place.x_m, place.y_m)
    image.append(tag("circle", cx=round(x), cy=round(y), r=34, class_=f"m-place {place.flag}"))
    _scale_and_north(image, frame, large=4.0)
    return image


def _scale_and_north(image: ET.Element, frame: Frame, large: float = 1.0) -> None:
    """Draw a scale bar and an arrow to the north, or the pole on a round map; `large` is the size of text."""
    distance = np.hypot(frame.x_m, frame.y_m)
    latitude = _TRUE_AT_DEG if frame.is_round or distance < 1 else frame.view.latitude
    # Metres of the plane per metre on the ground (polar stereographic on a sphere).
    factor = (1 + np.sin(np.radians(_TRUE_AT_DEG))) / (1 + np.sin(np.radians(latitude)))
    share = _SCALE_SHARE * large**0.5
    fits = [km for km in _SCALES_KM if km * 1000 * factor / frame.metres <= share * _WIDE]
    km = fits[-1] if fits else _SCALES_KM[0]
    long = km * 1000 * factor / frame.metres
    right, low = _WIDE - 14, frame.height - 14
    image.append(tag("path", d=f"M{right - long:.0f} {low - 10:.0f}v10h{long:.0f}v-10", class_="m-scale"))
    image.append(tag("text", tag("tspan", str(km), class_="tick"), " km", x=round(right - long / 2),
                     y=round(low - 14), class_=f"mid m-text{' big' if large > 1 else ''}"))  # fmt: skip
    if frame.is_round:
        x, y = frame.units(0.0, 0.0)
        image.append(tag("path", d=f"M{x - 9:.0f} {y:.0f}h18m-9 -9v18", class_="m-scale"))
        image.append(tag("text", "North Pole", x=round(x), y=round(y) - 16, class_="mid m-text"))
        return
    size = 20 * large
    x, y = _WIDE - 20 - size / 2, 16
    image.append(tag("path", d=f"M{x:.0f} {y:.0f}l{size / 2:.0f} {size:.0f}h{-size:.0f}z", class_="m-north"))
    image.append(tag("text", "N", x=round(x), y=round(y + size + 22 * large),
                     class_=f"mid m-text{' big' if large > 1 else ''}"))  # fmt: skip
