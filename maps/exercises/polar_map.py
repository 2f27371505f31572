"""The map of an exercise before and at each step, for each flow, as one page that makes no request.

It is drawn in EPSG:3413, turned so that north is up in its middle. Radio buttons choose flow and step by CSS
alone. No meaning rests on colour alone: a closed asset is a cross, a place that is cut off a filled square, a
longer way a hollow triangle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from shapely.affinity import affine_transform

from layers.regions import REGIONS
from maps.exercises.document import listed, page
from maps.reports.charts import svg
from maps.reports.html_document import tag
from maps.reports.story_map import Frame, country_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from xml.etree import ElementTree as ET

    from numpy.typing import NDArray

__all__ = ["MARKS", "Mark", "Scene", "exercise_map"]

MARKS: Final = {
    "closed": "closed in the exercise", "cut_off": "cut off: no way to a gateway in the network",
    "longer": "way to a gateway longer by 5 km or more", "end": "end of a watched way",
}  # fmt: skip
_MODES: Final = {"sea": "sea lane", "cable": "cable in service", "rail": "railway", "road": "main road",
                 "air": "assumed air link"}  # fmt: skip
_WIDE: Final = 1000
_LABELS: Final = 16
_NEAR: Final = 45.0  # units: a node so near to a place with a name gets none
_LETTER: Final = (8.2, 17.0)  # mean width and height of a letter, units


@dataclass(frozen=True, slots=True)
class Mark:
    """A place or an asset on the map: EPSG:3413 metres, name, one of `MARKS`, and a rank for its label."""

    x_m: float
    y_m: float
    name: str
    kind: str
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """One flow at one step. `closed` and `ways` are lines in EPSG:3413. `words` stand beside the map."""

    flow: str
    step: str
    marks: tuple[Mark, ...]
    closed: NDArray[np.object_]
    ways: NDArray[np.object_]
    words: tuple[str, ...]


def exercise_map(
    title: str,
    stamp: Mapping[str, Any],
    land: Sequence[Any],
    lines: Mapping[str, Mapping[str, NDArray[np.object_]]],
    scenes: Sequence[Scene],
    notes: Mapping[str, Sequence[str]],
) -> str:
    """Return the page of the map.

    `land` are areas and `lines` the usable lines by flow and mode before, all in EPSG:3413. `scenes` has one
    for each flow and step. `notes` says by flow what is not known. The page opens at the first step.
    """
    flows = list(dict.fromkeys(one.flow for one in scenes))
    steps = list(dict.fromkeys(one.step for one in scenes))
    frame = _frame(scenes)
    image = svg(_WIDE, frame.height, f"Map: {title}")
    image.append(tag("rect", x=0, y=0, width=_WIDE, height=frame.height, class_="m-outside"))
    clip = _clip(frame)
    # Beyond the outline there is no data, which must not look like sea.
    _path(image, _areas([REGIONS[0].outline], frame, clip), "m-sea")
    _path(image, _areas(land, frame, clip), "m-land")
    for flow in flows:
        group = tag("g", class_=f"f{flows.index(flow)} base")
        for mode, shapes in lines.get(flow, {}).items():
            _path(group, _strokes(shapes, frame, clip), f"l-{mode}")
        image.append(group)
    for one in scenes:
        image.append(_scene(one, frame, clip, flows.index(one.flow), steps.index(one.step)))
    _scale(image, frame)
    words = [_words(one, flows.index(one.flow), steps.index(one.step)) for one in scenes]
    asked = [tag("div", tag("h3", "What this does not know"), listed(notes[flow], "nothing is named"),
                 class_=f"f{number} base") for number, flow in enumerate(flows)]  # fmt: skip
    modes = list(dict.fromkeys(mode for flow in flows for mode in lines.get(flow, {})))
    body = tag(
        "div", *_radios("step", steps, steps[0]), *_radios("flow", flows, flows[0]),
        tag("div", image, tag("aside", *words, *asked), class_="map-and-words"), _legend(modes),
        class_="chooser",
    )  # fmt: skip
    return page(
        title, stamp, body, kicker="Map before and after", look=_LOOK + _rules(len(flows), len(steps))
    )


def _radios(name: str, labels: Sequence[str], chosen: str) -> list[ET.Element]:
    out: list[ET.Element] = []
    for number, label in enumerate(labels):
        key = f"{name}{number}"
        out.append(tag("input", type="radio", name=name, id=key, class_="radio"))
        if label == chosen:
            out[-1].set("checked", "checked")
        out.append(tag("label", label, for_=key))
    out.append(tag("span", "", class_="turn"))
    return out


def _rules(flows: int, steps: int) -> str:
    selectors = [f"#flow{flow}:checked~.map-and-words .f{flow}.base" for flow in range(flows)]
    selectors += [f"#step{step}:checked~#flow{flow}:checked~.map-and-words .f{flow}.s{step}"
              for flow in range(flows) for step in range(steps)]  # fmt: skip
    return ",".join(selectors) + "{display:inline}"


def _frame(scenes: Sequence[Scene]) -> Frame:
    xy = [(mark.x_m, mark.y_m) for one in scenes for mark in one.marks]
    for one in scenes:
        for shapes in (one.closed, one.ways):
            xy += shapely.get_coordinates(shapes).tolist()
    points = np.array(xy or [(0.0, -2_000_000.0)], dtype=float)
    square = country_frame(points[:, 0].tolist(), points[:, 1].tolist())
    return Frame(square.x_m, square.y_m, square.half_width_m * 1.12, square.half_height_m * 0.95, square.turn)


def _clip(frame: Frame) -> Any:
    a, b, c, d, e, f = frame.matrix
    size = a * d - b * c
    back = [d / size, -b / size, -c / size, a / size, (b * f - d * e) / size, (c * e - a * f) / size]
    area = affine_transform(shapely.box(0, 0, _WIDE, frame.height), back)
    shapely.prepare(area)
    return area


def _areas(shapes: Iterable[Any], frame: Frame, clip: Any) -> str:
    parts = shapely.get_parts(np.array(list(shapes), dtype=object))
    parts = parts[shapely.intersects(clip, parts)]
    parts = shapely.simplify(shapely.intersection(parts, clip), 0.7 * frame.metres)
    rings = [
        ring
        for part in shapely.get_parts(parts)
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    units = [affine_transform(ring, frame.matrix) for ring in rings]
    kept = [ring for ring in units if shapely.Polygon(ring).area > 6]
    return "".join(f"{_steps(shapely.get_coordinates(ring)[:-1])}z" for ring in kept)


def _strokes(shapes: NDArray[np.object_], frame: Frame, clip: Any, tolerance: float = 1.0) -> str:
    shapes = shapes[shapely.intersects(clip, shapes)] if len(shapes) else shapes
    if not len(shapes):
        return ""
    joined = shapely.line_merge(
        shapely.multilinestrings(shapely.get_parts(shapely.intersection(shapes, clip)))
    )
    lines = [affine_transform(part, frame.matrix) for part in shapely.get_parts(joined)]
    drawn = shapely.simplify(np.array(lines, dtype=object), tolerance)
    return "".join(_steps(shapely.get_coordinates(line)) for line in drawn if line.length > 2 * tolerance)


def _steps(points: NDArray[np.float64]) -> str:
    xy = np.round(points).astype(int)
    steps = np.diff(xy, axis=0)
    steps = steps[np.any(steps != 0, axis=1)]
    return f"M{xy[0][0]} {xy[0][1]}l" + " ".join(f"{a} {b}" for a, b in steps) if len(steps) else ""


def _path(image: ET.Element, d: str, class_: str) -> None:
    if d:
        image.append(tag("path", d=d, class_=class_))


def _scene(one: Scene, frame: Frame, clip: Any, flow: int, step: int) -> ET.Element:
    group = tag("g", class_=f"f{flow} s{step} cell")
    ways = _strokes(one.ways, frame, clip)
    _path(group, ways, "m-way-edge")
    _path(group, ways, "m-way")
    closed = _strokes(one.closed, frame, clip, tolerance=0.5)
    _path(group, closed, "m-closed-edge")
    _path(group, closed, "m-closed")
    at = [frame.units(mark.x_m, mark.y_m) for mark in one.marks]
    order = sorted(range(len(at)), key=lambda row: list(MARKS).index(one.marks[row].kind), reverse=True)
    for row in order:
        group.append(_mark(one.marks[row].kind, *at[row]))
    for row, x, y, anchor in _placed(one.marks, at, frame.height):
        group.append(tag("text", one.marks[row].name, x=round(x), y=round(y), class_=f"m-name {anchor}"))
    return group


def _mark(kind: str, x: float, y: float) -> ET.Element:
    x, y = round(x), round(y)
    if kind == "closed":
        return tag("path", d=f"M{x - 8} {y - 8}l16 16m0 -16l-16 16", class_="k-closed")
    if kind == "cut_off":
        return tag("rect", x=x - 6, y=y - 6, width=12, height=12, class_="k-cut")
    if kind == "longer":
        return tag("path", d=f"M{x} {y - 7}l7 12h-14z", class_="k-longer")
    return tag("circle", cx=x, cy=y, r=5, class_="k-end")


def _placed(
    marks: Sequence[Mark], at: Sequence[tuple[float, float]], height: float
) -> list[tuple[int, float, float, str]]:
    """Return row, position and anchor of names that fit, the most important first."""
    taken = [(x - 7, y - 7, x + 7, y + 7) for x, y in at]
    out: list[tuple[int, float, float, str]] = []
    named: set[str] = set()
    first = list(MARKS)
    for row in sorted(range(len(marks)), key=lambda row: (first.index(marks[row].kind), -marks[row].rank)):
        mark, (x, y) = marks[row], at[row]
        near = any(np.hypot(at[other][0] - x, at[other][1] - y) < _NEAR for other, *_ in out)
        if len(out) == _LABELS or mark.name in named or (near and mark.rank <= 0 and mark.kind != "end"):
            continue
        wide, high = _LETTER[0] * len(mark.name), _LETTER[1]
        for left, top, anchor in (
            (x + 11, y - high / 2, "start"), (x - 11 - wide, y - high / 2, "end"),
            (x - wide / 2, y - 11 - high, "mid"), (x - wide / 2, y + 11, "mid"),
        ):  # fmt: skip
            box = (left, top, left + wide, top + high)
            inside = left >= 4 and top >= 4 and box[2] <= _WIDE - 4 and box[3] <= height - 4
            if inside and not any(_overlap(box, other) for other in taken if not _holds(other, x, y)):
                taken.append(box)
                named.add(mark.name)
                tip = {"start": left, "end": left + wide, "mid": left + wide / 2}[anchor]
                out.append((row, tip, top + 0.78 * high, anchor))
                break
    return out


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _holds(box: tuple[float, ...], x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3] and box[2] - box[0] == 14


def _words(one: Scene, flow: int, step: int) -> ET.Element:
    return tag(
        "div", tag("h3", f"{one.flow.capitalize()}: {one.step}"), listed(one.words, "Nothing changes."),
        class_=f"f{flow} s{step} cell",
    )  # fmt: skip


def _legend(modes: Sequence[str]) -> ET.Element:
    items = []
    for kind, words in MARKS.items():
        image = tag("svg", _mark(kind, 11, 11), viewBox="0 0 22 22", width=22, height=22, aria_hidden="true")
        items.append(tag("li", image, f" {words}"))
    lines = [(f"l-{mode}", words) for mode, words in _MODES.items() if mode in modes]
    for class_, words in (*lines, ("m-closed", "closed line"), ("m-way", "watched way that is open")):
        stroke = tag("path", d="M1 11h28", class_=class_)
        image = tag("svg", stroke, viewBox="0 0 30 22", width=30, height=22, aria_hidden="true")
        items.append(tag("li", image, f" {words}"))
    return tag("ul", *items, class_="legend")


def _scale(image: ET.Element, frame: Frame) -> None:
    # Metres of the plane per metre on the ground (polar stereographic on a sphere, true at 70 N).
    factor = (1 + np.sin(np.radians(70.0))) / (1 + np.sin(np.radians(frame.view.latitude)))
    fits = [km for km in (20, 50, 100, 200, 500, 1000) if km * 1000 * factor / frame.metres <= 0.2 * _WIDE]
    km = fits[-1] if fits else 20
    long = km * 1000 * factor / frame.metres
    low = frame.height - 16
    image.append(tag("path", d=f"M20 {low - 8:.0f}v8h{long:.0f}v-8", class_="m-scale"))
    image.append(tag("text", f"{km} km", x=round(20 + long / 2), y=round(low - 12), class_="m-name mid"))
    x, y = _WIDE - 34, 20
    image.append(tag("path", d=f"M{x} {y}l10 22h-20z", class_="m-north"))
    image.append(tag("text", "N", x=x, y=y + 40, class_="m-name mid"))


_LOOK: Final = """
body{max-width:86rem}
.chooser .radio{position:absolute;opacity:0}
.chooser label{display:inline-block;border:1px solid var(--soft);padding:.25rem .6rem;margin:0 .3rem .4rem 0;
cursor:pointer;border-radius:3px}
.chooser .radio:checked+label{background:var(--ink);color:#fff;border-color:var(--ink)}
.chooser .radio:focus-visible+label{outline:3px solid #c8861b;outline-offset:2px}
.turn{display:block}
.map-and-words{display:grid;grid-template-columns:minmax(0,2.2fr) minmax(16rem,1fr);gap:1.2rem;
align-items:start}
.map-and-words>svg{width:100%;height:auto;border:1px solid var(--line);overflow:hidden}
.cell,.base{display:none}
aside>div>*{display:block}aside li{font-size:.9rem}
.m-outside{fill:#e4e4e2}.m-sea{fill:#dcebf3}.m-land{fill:#f1ede2;stroke:#a9a493;stroke-width:.8}
.l-sea,.l-cable,.l-rail,.l-road,.l-air{fill:none;stroke-width:1.1}
.l-sea{stroke:#5d8fae}.l-cable{stroke:#2a5d8a;stroke-width:1.6}.l-rail{stroke:#3c3c3c;stroke-width:1.5;
stroke-dasharray:7 2}.l-road{stroke:#b09a6c}.l-air{stroke:#8b7fa8;stroke-width:.8;stroke-dasharray:2 4}
.m-way-edge{fill:none;stroke:#fff;stroke-width:7;stroke-linejoin:round}
.m-way{fill:none;stroke:#0b5d8f;stroke-width:3.6;stroke-linejoin:round}

.m-closed-edge{fill:none;stroke:#fff;stroke-width:5}
.m-closed{fill:none;stroke:#a3171f;stroke-width:3.4;stroke-dasharray:3 5}
.k-closed{stroke:#a3171f;stroke-width:5;stroke-linecap:round;fill:none}
.k-cut{fill:#16202a;stroke:#fff;stroke-width:1.4}.k-longer{fill:#fff;stroke:#b35c00;stroke-width:2.2}
.k-end{fill:#0b5d8f;stroke:#fff;stroke-width:1.4}
.m-name{font:600 15px "Source Sans 3","Helvetica Neue",Arial,"Liberation Sans",sans-serif;fill:#16202a;
paint-order:stroke;stroke:#fff;stroke-width:3.5px;stroke-linejoin:round}
.mid{text-anchor:middle}.end{text-anchor:end}
.m-scale{fill:none;stroke:#16202a;stroke-width:1.6}.m-north{fill:#16202a}
.legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;max-width:none;
margin-top:.6rem;font-size:.88rem}.legend svg{vertical-align:middle}
@media (max-width:760px){.map-and-words{grid-template-columns:1fr}}
@media print{.map-and-words{grid-template-columns:1fr}.chooser label{display:none}
.chooser .radio:checked+label{display:inline-block}}
"""
