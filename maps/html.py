"""The web map: one file that opens from disk, asks the network for nothing and runs no data.

folium made the shell from constants (maps.shell); no value of a picture passes through it or any
other template. Data lie in JSON blocks that are spliced into the finished page, and page.js brings
every text to the screen by `textContent` under a policy of hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from layers.errors import ExportError
from layers.schema import PILLARS
from maps.style import BASE, MEDIAN_ENDS, classed, style_of
from maps.text import visible as _text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from layers.picture import Picture
    from layers.schema import Column, Layer
    from maps.style import Style

__all__ = ["page", "write"]

_HERE = Path(__file__).parent
_SCRIPTS = ("vendor/leaflet.js", "vendor/proj4.js", "vendor/proj4leaflet.js", "page.js")
_STYLES = ("vendor/leaflet.css", "page.css")
_LICENCES = ("leaflet", "proj4", "mgrs", "wkt-parser", "proj4leaflet")

_POINT_GRID_M = 10
_PATH_GRID_M = 100
_TOLERANCE_M = {"polygon": 1_000.0, "line": 700.0}
_LABELLED = ("countries", "seas")
# Countries draw the land where both are there; twice would only cost.
_DRAWN_BY = {"land": "countries"}
# Layers whose areas share borders and never overlap, by how they are made.
_COVERAGES = ("countries", "alliances")
# Outlines of cells and chords between junctions: nothing to simplify.
_EXACT = ("bathymetry", "permafrost", "warming", "sea_ice", "railways", "roads")
_LABEL_GRID_M = 20_000.0
_DIGITS = 6  # significant; whole numbers are kept whole

# State of a source that was never held: a gap to name.
_NOT_HELD = "not_held"


def write(picture: Picture, folder: Path) -> Path:
    """Write `map.html` into `folder` and return its path.

    Raises
    ------
    ExportError
        If the shell refers to anything outside the file, or a value is not finite.
    """
    path = folder / "map.html"
    path.write_text(page(picture), encoding="utf-8", newline="\n")
    return path


def page(picture: Picture) -> str:
    """Make the page of a picture: the same picture gives the same text.

    Raises
    ------
    ExportError
        If the shell refers to anything outside the file, or a value is not finite.
    """
    # One replacement, and the last: a name that reads like the placeholder stays a name.
    blocks = _block("picture-data", _content(picture)) + _block("evidence-data", _evidence(picture))
    return _shell().replace(_DATA, blocks)


def _block(name: str, content: Any) -> str:
    try:
        text = json.dumps(content, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        msg = f"map data {name}: expected finite numbers, found another ({error}): check the tables"
        raise ExportError(msg) from error
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f'<script type="application/json" id="{name}">{text}</script>\n'


# --- what the page is told -------------------------------------------------------------------


def _content(picture: Picture) -> dict[str, Any]:
    there = {layer.id for layer in picture.layers}
    drawn = [
        layer
        for layer in picture.layers
        if layer.geometry != "table" and _DRAWN_BY.get(layer.id) not in there
    ]
    first: dict[bytes, str] = {}
    return {
        "region": {
            "title": _text(picture.region.title),
            "outline": _paths(np.array([picture.region.outline], dtype=object), "polygon", 0)[0],
        },
        "scenario": _text(picture.scenario.title),
        "day": picture.day.isoformat(),
        "status": picture.status,
        "late": picture.late,
        "not_held": [source.id for source in picture.sources if source.state == _NOT_HELD],
        "caveats": [_text(sentence) for sentence in picture.caveats],
        "sources": [
            {name: _text(value) for name, value in asdict(source).items()} for source in picture.sources
        ],
        "pillars": PILLARS,
        "base": {name: _plain(style) for name, style in BASE.items()},
        "layers": [_layer(layer, picture, first) for layer in drawn],
        "extent": _latest_extent(picture),
    }


def _layer(layer: Layer, picture: Picture, first: dict[bytes, str]) -> dict[str, Any]:
    """Describe a layer. Shapes that an earlier one has too are left to it, by its id in `first`."""
    table: Any = picture.tables[layer.id]
    rows = len(table)
    if layer.id == "sea_ice":
        table = _ice_shown(table)
    dates = sorted(set(table["as_of"].dropna().astype(str)))
    geometry = np.asarray(table.geometry.array, dtype=object)
    # The key of a road segment tells a reader nothing and weighs as much as the segment; a node
    # has its key twice.
    keyed = layer.geometry != "line" and "node_id" not in table.columns
    columns = [c for c in layer.all_columns if c.name != "feature_id" or keyed]
    content: dict[str, Any] = {
        "id": layer.id,
        "title": _text(layer.title),
        "pillar": layer.pillar,
        "geometry": layer.geometry,
        "note": _text(layer.note),
        "rows": rows,
        "count": len(table),
        "as_of": " to ".join(dict.fromkeys((dates[0], dates[-1]))) if dates else "",
        "sources": sorted(set(map(_text, table["source_id"].dropna()))),
        "style": _plain(classed(style_of(layer), table)),
        "columns": _columns(columns, table),
    }
    if layer.geometry == "point":
        xy = np.round(shapely.get_coordinates(geometry) / _POINT_GRID_M).astype(int)
        content |= {"x": xy[:, 0].tolist(), "y": xy[:, 1].tolist()}
    else:
        wkb = b"".join(shapely.to_wkb(geometry))
        owner = first.setdefault(hashlib.sha256(wkb).digest(), layer.id)
        tolerance_m = 0.0 if layer.id in _EXACT else _TOLERANCE_M[layer.geometry]
        is_coverage = layer.id in _COVERAGES
        content["paths"] = (
            _paths(geometry, layer.geometry, tolerance_m, is_coverage=is_coverage)
            if owner == layer.id
            else owner
        )
    if layer.id in _LABELLED:
        # A cap shows all there is; another region shows a part, and the name belongs into that.
        region = picture.region
        shown = geometry if region.is_cap else shapely.intersection(geometry, region.outline)
        content["labels"] = [_label(shape) for shape in shown]
    return content


def _plain(style: Style) -> dict[str, Any]:
    content = asdict(style)
    for one in content["classes"]:
        one |= {"value": _text(one["value"]), "label": _text(one["label"])}
    return content


def _ice_shown(table: Any) -> Any:
    """Keep the medians and, of each month, the latest year after them: what the slider shows."""
    year = table["year"].astype("float64")
    later = year.where(year > MEDIAN_ENDS)
    return table[year.isna() | (later == later.groupby(table["month"]).transform("max"))]


def _latest_extent(picture: Picture) -> dict[str, Any] | None:
    table = picture.tables.get("sea_ice_extent")
    if table is None:
        return None
    known = table[table["extent_million_km2"].notna()]
    known = known[known["date"].astype(str) <= picture.day.isoformat()].sort_values("date")
    if known.empty:
        return None
    last = known.iloc[-1]
    return {"date": _text(last["date"]), "million_km2": _number(float(last["extent_million_km2"]))}


def _evidence(picture: Picture) -> dict[str, Any] | None:
    table, nodes = picture.tables.get("evidence"), picture.tables.get("nodes")
    if table is None or nodes is None:
        return None
    place = pd.Series(range(len(nodes)), index=nodes["node_id"].astype(str))
    owner = table["node_id"].astype(str).map(place)
    rows = table[owner.notna()].assign(_owner=owner).sort_values("_owner", kind="stable")
    counts = np.bincount(rows["_owner"].astype(int), minlength=len(nodes))
    if "score_high" in rows:
        rows["score_high"] = rows["score_high"].where(rows["score_high"] != rows["score"])
    layer = next(layer for layer in picture.layers if layer.id == "evidence")
    columns = [column for column in layer.all_columns if column.name in rows.columns]
    words = [column for column in columns if column.dtype == "str" and column.name != "node_id"]
    # What is said of an indicator hardly differs from node to node: each saying is kept once.
    said = np.zeros(len(rows), dtype=np.int64)
    for column in words:
        codes, found = pd.factorize(rows[column.name], sort=True)
        # Numbered anew after each column, so that the product of the counts stays small.
        said = np.unique(said * (len(found) + 1) + codes + 1, return_inverse=True)[1]
    sayings = rows.iloc[np.unique(said, return_index=True)[1]]
    return {
        "starts": np.concatenate([[0], np.cumsum(counts)]).tolist(),
        "saying": said.tolist(),
        "sayings": _columns(words, sayings),
        "columns": _columns([column for column in columns if column.dtype != "str"], rows),
    }


# --- columns ---------------------------------------------------------------------------------


def _columns(columns: Iterable[Column], table: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": column.name,
            "unit": _text(column.unit),
            "meaning": _text(column.meaning),
            **_coded(table[column.name], is_text=column.dtype == "str"),
        }
        for column in columns
        if column.name in table.columns
    ]


def _coded(values: pd.Series, *, is_text: bool) -> dict[str, Any]:
    """Code a column as a list, or as a dictionary with codes where values repeat; null is -1."""
    codes, found = pd.factorize(values, sort=True)
    plain = [_text(value) for value in found] if is_text else _numbers(found)
    if 3 * len(plain) < len(values):
        return {"values": plain, "codes": codes.tolist()}
    return {"values": [None if code < 0 else plain[code] for code in codes.tolist()]}


def _numbers(values: Any) -> list[float | int | bool]:
    """Numbers to six significant digits, whole ones whole; yes and no as they are."""
    if getattr(values, "dtype", None) in ("bool", "boolean"):
        return [bool(value) for value in values]
    return [_number(value) for value in np.asarray(values, dtype=float).tolist()]


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() else float(f"{value:.{_DIGITS}g}")


# --- shapes ----------------------------------------------------------------------------------


def _paths(
    shapes: NDArray[np.object_], kind: str, tolerance_m: float, *, is_coverage: bool = False
) -> list[list[list[list[int]]]]:
    """Code each shape as parts, each a list of rings (a line has one), each x, y, then steps.

    Steps are whole numbers of 100 m in EPSG:3413; the point that closes a ring is left out. Shapes
    of a coverage are simplified together, so that neighbours stay neighbours.
    """
    if tolerance_m and is_coverage:
        shapes = shapely.coverage_simplify(shapes, tolerance_m)
    elif tolerance_m:
        shapes = shapely.simplify(shapes, tolerance_m, preserve_topology=True)
    closed = kind == "polygon"
    parts, shape_of = shapely.get_parts(shapes, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True) if closed else (parts, np.arange(len(parts)))
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    if not len(xy):
        return [[] for _ in shapes]
    xy = np.round(xy / _PATH_GRID_M).astype(int)
    first = np.append(True, ring_of[1:] != ring_of[:-1])
    moved = first | np.append(True, np.any(xy[1:] != xy[:-1], axis=1))
    xy, ring_of = xy[moved], ring_of[moved]
    if closed:
        # The last point of a ring is its first again.
        inner = np.append(ring_of[1:] == ring_of[:-1], False)
        xy, ring_of = xy[inner], ring_of[inner]
    count = np.bincount(ring_of, minlength=len(rings))
    stop = np.cumsum(count) * 2
    steps = np.diff(xy, axis=0, prepend=0)
    starts = (stop // 2 - count)[count > 0]
    steps[starts] = xy[starts]
    flat = steps.ravel().tolist()
    coded: list[list[list[list[int]]]] = [[] for _ in shapes]
    least = 3 if closed else 2
    part = -1
    for ring in range(len(rings)):
        is_outer = part_of[ring] != part
        part = part_of[ring]
        if is_outer:
            # A part whose outline vanished has no inside left to cut holes into.
            holds = count[ring] >= least
            if holds:
                coded[shape_of[part]].append([])
        if holds and count[ring] >= least:
            coded[shape_of[part]][-1].append(flat[stop[ring] - 2 * count[ring] : stop[ring]])
    return coded


def _label(shape: Any) -> list[int]:
    """Where a name fits best: x, y and clear radius of the widest part, in 100 m of EPSG:3413.

    The radius is 0 where nothing of the shape is shown.
    """
    parts = [part for part in shapely.get_parts(shape) if part.area]
    if not parts:
        return [0, 0, 0]
    part = max(parts, key=shapely.area)
    radius = shapely.maximum_inscribed_circle(part, _LABEL_GRID_M)
    (x, y), _ = shapely.get_coordinates(radius)
    return [round(v / _PATH_GRID_M) for v in (x, y, radius.length)]


# --- the shell -------------------------------------------------------------------------------

# What the shell holds for what is known only here.
_CODE, _LOOK, _POLICY, _DATA = (f"@@{name}@@" for name in ("CODE", "LOOK", "POLICY", "DATA"))


@cache
def _shell() -> str:
    """Make the page without its data; it depends on the files of this package alone."""
    notices = "".join(f"/* {name}\n{_file(f'vendor/{name}.LICENSE')}*/\n" for name in _LICENCES)
    shell = (_HERE / "shell.html").read_text(encoding="utf-8")
    shell = shell.replace(_CODE, notices + "\n".join(map(_file, _SCRIPTS)))
    shell = shell.replace(_LOOK, "\n".join(map(_file, _STYLES)))
    _refuse_references(shell)
    return shell.replace(_POLICY, _policy(shell))


def _file(name: str) -> str:
    text = (_HERE / name).read_bytes().decode("utf-8").replace("\r\n", "\n")
    # Controls that this map has not would fetch these; a source map would be asked for by name.
    text = re.sub(r"background-image: url\(images/[^)]*\);", "", text)
    return re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE)


_REFERENCE = re.compile(
    r"<(?:script|link|img|iframe|source|object|embed)\b[^>]*\b(?:src|href|data)\s*=[^>]*>"
    r"|@import\b[^;]*;|\burl\(\s*['\"]?(?!data:|#)[^)]*\)",
    re.IGNORECASE,
)


def _refuse_references(shell: str) -> None:
    """Raise if script, style or image of the shell lies anywhere but in the page."""
    found = _REFERENCE.search(shell)
    if found:
        msg = (
            f"map shell: expected everything inside the page, found {found.group()[:120]!r}: "
            "put the file in maps/vendor"
        )
        raise ExportError(msg)


def _policy(shell: str) -> str:
    def hashes(tag: str) -> str:
        return " ".join(
            f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
            for text in re.findall(rf"<{tag}>(.*?)</{tag}>", shell, flags=re.DOTALL)
        )

    return (
        f"default-src 'none'; script-src {hashes('script')}; style-src {hashes('style')}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
