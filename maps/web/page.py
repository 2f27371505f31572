"""The web map: one file that opens from disk, asks the network for nothing and runs no data.

folium made the shell from constants (maps.web.shell); no value of a picture passes through it or any
other template. Data lie in JSON blocks that are spliced into the finished page, and page.js brings
every text to the screen by `textContent` under a policy of hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from layers.assessed.anchors import ANCHORS, anchor_values
from layers.errors import ExportError
from layers.picture import LATE
from layers.schema import PILLARS, Column
from maps.style import BASE, MEDIAN_ENDS, OVERLAP_FROM, classed, marked, style_of
from maps.text import visible as _text
from maps.web.method import classes_in_words, method

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from layers.picture import Before, Picture
    from layers.schema import Layer
    from maps.style import Style

__all__ = ["OUTLINES", "outlines", "page", "write"]

_HERE = Path(__file__).parent
OUTLINES = _HERE / "outlines.json.zlib"
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
# From afar, a third of a pixel where the whole Arctic fills a wide window.
_AFAR_M = 3_000.0
# Areas of square cells, which from afar are a picture with a pixel a cell.
_CELLS = ("bathymetry",)
_CELL_AT_LEAST_M = 5_000
_LABEL_GRID_M = 20_000.0
_DIGITS = 6  # significant; whole numbers are kept whole
_SHARE_DIGITS = 4  # after the point, of what lies between 0 and 1; the tables hold all of them
_PACKED_BELOW = 2**28
_LONG = 50_000  # characters of a column from which on its texts are kept as phrases
_PHRASE = re.compile(r"(?<=[.,:;]) ")
_ALPHABET: Final = np.frombuffer(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype=np.uint8
)

# State of a source that was never held: a gap to name.
_NOT_HELD = "not_held"
_GAPS = (_NOT_HELD, *LATE)


def write(picture: Picture, folder: Path, other: Picture | None = None) -> Path:
    """Write `map.html` into `folder` and return its path; compared with `other` if that is given.

    Raises
    ------
    ExportError
        If the shell refers to anything outside the file, or a value is not finite.
    """
    path = folder / "map.html"
    path.write_text(page(picture, other), encoding="utf-8", newline="\n")
    return path


def page(picture: Picture, other: Picture | None = None) -> str:
    """Make the page of a picture: the same picture gives the same text.

    With another picture (another day, another scenario) the page says which nodes are new, gone or
    flagged otherwise than there.

    Raises
    ------
    ExportError
        If the shell refers to anything outside the file, or a value is not finite.
    """
    # One replacement, and the last: a name that reads like the placeholder stays a name.
    content, later = _content(picture, other)
    blocks = {_DATA: _block("picture-data", content)}
    blocks[_LATER] = "".join(_block(f"later-{name}", rest) for name, rest in later.items())
    blocks[_LATER] += _block("evidence-data", _evidence(picture))
    return _PLACE.sub(lambda place: blocks[place.group()], _shell())


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


def _content(picture: Picture, other: Picture | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the first view needs, and by layer what only a closer look asks for."""
    there = {layer.id for layer in picture.layers}
    drawn = [
        layer
        for layer in picture.layers
        if layer.geometry != "table" and _DRAWN_BY.get(layer.id) not in there
    ]
    first: dict[str, str] = {}
    layers, later = [], {}
    for layer in drawn:
        one = _layer(layer, picture, first)
        later[layer.id] = _put_off(one)
        layers.append(one)
    content = {
        "region": {
            "title": _text(picture.region.title),
            "outline": _paths(np.array([picture.region.outline], dtype=object), "polygon", 0),
        },
        "scenario": _text(picture.scenario.title),
        "day": picture.day.isoformat(),
        "status": picture.status,
        "expires": picture.expires.isoformat() if picture.expires else None,
        "late": picture.late,
        "not_held": [source.id for source in picture.sources if source.state == _NOT_HELD],
        "caveats": [_text(sentence) for sentence in picture.caveats],
        "sources": [
            {name: _text(value) for name, value in asdict(source).items()} for source in picture.sources
        ],
        "pillars": PILLARS,
        "base": {name: _plain(style) for name, style in BASE.items()},
        "layers": layers,
        "extent": _latest_extent(picture),
        **_explained(picture),
        "compare": None if other is None else _compared(picture, other),
    }
    if picture.before:
        content["since"] = _since(picture, picture.before)
    return content, {name: rest for name, rest in later.items() if rest}


def _explained(picture: Picture) -> dict[str, Any]:
    """The method in words, and every anchor that the picture is judged by."""
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
            {"id": a.id, "value": _number(float(values[a.id])), "unit": a.unit, "meaning": a.meaning,
             "source": "this scenario" if a.id in own else a.source}
            for a in ANCHORS
        ],
    }  # fmt: skip


# Columns that the first view shows, or counts, of layers that have more than those.
_FIRST = {
    "nodes": ("name", "kind", "country_iso3", "institution", "scope", "place", "dual_use_class", "mark",
              "flag", "flag_probability", "overlap_probability", "hazard_class", "military_class",
              "dependence_class"),
    "settlements": ("name", "population"),
    "seas": ("name",),
}  # fmt: skip


def _put_off(layer: dict[str, Any]) -> dict[str, Any]:
    """Take out of a layer, and return, what the first view does without.

    A browser reads a page from its beginning: what stands behind the script keeps nobody waiting.
    """
    name, is_shown = layer["id"], layer["style"]["visible"]
    first = _FIRST.get(name, tuple(c["name"] for c in layer["columns"]) if is_shown else ())
    rest: dict[str, Any] = {"columns": [c for c in layer["columns"] if c["name"] not in first]}
    layer["columns"] = [c for c in layer["columns"] if c["name"] in first]
    if (not is_shown and name != "settlements") or "afar" in layer or "cells" in layer:
        rest |= {part: layer.pop(part) for part in ("x", "y", "paths") if part in layer}
    return {part: content for part, content in rest.items() if content}


# Rows that the panel lists; the table `changes` of the GeoPackage holds them all.
_SINCE = 100


def _since(picture: Picture, before: Before) -> dict[str, Any]:
    """What changed since the earlier picture: nodes counted by change and cause, and the first rows."""
    table = picture.tables.get("changes")
    told = {"before": {name: _text(value) for name, value in asdict(before).items()}}
    if table is None:
        return told
    layer = next(layer for layer in picture.layers if layer.id == "changes")
    is_node = table["subject"] == "node"
    counts = table[is_node].groupby(["change", "cause"]).size()
    shown = table[~is_node | (table["place"] < _SINCE)]
    return told | {
        "counts": [[change, cause, int(count)] for (change, cause), count in counts.items()],
        "rows": len(shown),
        "columns": _columns(layer.columns, shown),
    }


_COMPARED = (
    "flag", "flag_probability", "overlap_probability", "hazard_class", "military_class", "dependence_class",
)  # fmt: skip


def _compared(picture: Picture, other: Picture) -> dict[str, Any] | None:
    """What the other picture says of the nodes of this one, row by row, and the nodes only it has."""
    ours, theirs = picture.tables.get("nodes"), other.tables.get("nodes")
    if ours is None or theirs is None:
        return None
    layer = next(layer for layer in other.layers if layer.id == "nodes")
    columns = [column for column in layer.all_columns if column.name in _COMPARED]
    there: Any = theirs.set_index("node_id")
    gone: Any = there[~there.index.isin(ours["node_id"])]
    xy = np.round(shapely.get_coordinates(np.asarray(gone.geometry.array, dtype=object)) / _POINT_GRID_M)
    return {
        "day": other.day.isoformat(),
        "scenario": _text(other.scenario.title),
        "columns": _columns(columns, there.reindex(ours["node_id"])),
        "gone": [
            {"name": _text(name), "kind": _text(kind), "flag": _text(flag), "at": [int(v) for v in at]}
            for name, kind, flag, at in zip(gone["name"], gone["kind"], gone["flag"], xy, strict=True)
        ],
    }


def _layer(layer: Layer, picture: Picture, first: dict[str, str]) -> dict[str, Any]:
    """Describe a layer. Shapes that an earlier one has too are left to it, by its id in `first`."""
    table: Any = picture.tables[layer.id]
    rows = len(table)
    own: tuple[Column, ...] = ()
    if layer.id == "sea_ice":
        table = _ice_shown(table)
    elif layer.id == "nodes":
        table, own = table.assign(mark=marked(table), lacking=_lacking(picture)), _ADDED
    dates = sorted(table["as_of"].dropna().unique().tolist())
    geometry = np.asarray(table.geometry.array, dtype=object)
    # The key of a road segment tells a reader nothing and weighs as much as the segment; a node
    # has its key twice.
    keyed = layer.geometry != "line" and "node_id" not in table.columns
    columns = [*(c for c in layer.all_columns if c.name != "feature_id" or keyed), *own]
    content: dict[str, Any] = {
        "id": layer.id,
        "title": _text(layer.title),
        "pillar": layer.pillar,
        "geometry": layer.geometry,
        "note": _text(layer.note),
        "rows": rows,
        "count": len(table),
        "as_of": " to ".join(dict.fromkeys((dates[0], dates[-1]))) if dates else "",
        "sources": sorted(
            set(map(_text, table["source_id"].dropna().unique()))
            | {
                _text(source.id)
                for source in picture.sources
                if source.feeds == layer.id and source.state in _GAPS
            }
        ),
        "style": _plain(classed(style_of(layer), table)),
        "columns": _columns(columns, table),
    }
    if layer.geometry == "point":
        xy = np.round(shapely.get_coordinates(geometry) / _POINT_GRID_M).astype(int)
        content |= {"x": _packed(xy[:, 0]), "y": _packed(xy[:, 1])}
    else:
        wkb = b"".join(shapely.to_wkb(geometry))
        digest = hashlib.sha256(wkb).hexdigest()
        owner = first.setdefault(digest, layer.id)
        # The first view of a cap is a far one: what it needs of the shapes comes first.
        is_first = picture.region.is_cap and content["style"]["visible"]
        if owner == layer.id:
            key = _outline_key(layer.id, digest, is_first=is_first)
            content |= _outlines().get(key) or _outline(layer, geometry, is_first=is_first)
            if is_first and layer.id == "sea_ice":
                # Of the months the first view shows one; the slider asks for the others.
                shown = geometry.copy()
                shown[(table["month"] != picture.day.month).to_numpy(dtype=bool)] = None
                content |= {"afar": _paths(shown, "polygon", 0.0), "afar_month": picture.day.month}
        else:
            content["paths"] = owner
        if set(content["sources"]) & set(picture.late):
            content.pop("cells", None)
    if layer.id in _LABELLED:
        # A cap shows all there is; another region shows a part, and the name belongs into that.
        region = picture.region
        shown = geometry if region.is_cap else shapely.intersection(geometry, region.outline)
        content["labels"] = [_label(shape) for shape in shown]
    return content


# What the page is told of a node besides its columns.
_ADDED = (
    Column("mark", "str", "what it is drawn as"),
    Column("lacking", "str", "hazards that apply and are not known"),
)


def _lacking(picture: Picture) -> NDArray[np.object_]:
    """Of each node the hazards that apply to it and are not known, in words."""
    nodes, evidence = picture.tables["nodes"], picture.tables.get("evidence")
    if evidence is None or "dimension" not in evidence or "node_id" not in nodes:
        return np.full(len(nodes), None, dtype=object)
    rows = evidence[(evidence["dimension"] == "hazard") & evidence["indicator"].isin(_HAZARDS)]
    rows = rows[rows["state"] == "unknown"]
    said = rows["indicator"].str.replace("_", " ").groupby(rows["node_id"]).agg("; ".join)
    return np.asarray(said.reindex(nodes["node_id"]), dtype=object)


# Indicators that are a hazard; the others of their groups are what a hazard rests on.
_HAZARDS = (
    "ice_season_lost",
    "ice_season_unreliable",
    "permafrost_thaw",
    "coastal_erosion",
    "relative_sea_level",
)


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
    return {
        "date": _text(last["date"]),
        "million_km2": _number(float(last["extent_million_km2"])),
        "break": _latest_break(picture, str(last["date"])),
    }


def _latest_break(picture: Picture, day: str) -> str | None:
    """The last change of the extent's sensor up to a day, in words."""
    table = picture.tables.get("source_continuity")
    if table is None:
        return None
    some = table[(table["kind"] == "sensor_change") & (table["last_day"] <= day)].sort_values("last_day")
    return _text(f"{some['last_day'].iloc[-1]}, {some['note'].iloc[-1]}") if len(some) else None


def _evidence(picture: Picture) -> dict[str, Any] | None:
    table, nodes = picture.tables.get("evidence"), picture.tables.get("nodes")
    if table is None or nodes is None:
        return None
    place = pd.Series(range(len(nodes)), index=nodes["node_id"].astype(str))
    owner = table["node_id"].astype(str).map(place)
    if not owner.notna().any():
        return None
    rows = table[owner.notna()].assign(_owner=owner).sort_values("_owner", kind="stable")
    counts = np.bincount(rows["_owner"].astype(int), minlength=len(nodes))
    # An end that is the value says nothing more.
    for end in ("value_low", "value_high"):
        if end in rows:
            rows[end] = rows[end].where(rows[end] != rows["value"])
    layer = next(layer for layer in picture.layers if layer.id == "evidence")
    columns = [column for column in layer.all_columns if column.name in rows.columns]
    words = [c for c in columns if c.name in _SAID or (c.dtype == "str" and c.name not in _UNSAID)]
    # What is said of an indicator hardly differs from node to node: each saying is kept once.
    said = np.zeros(len(rows), dtype=np.int64)
    for column in words:
        codes, found = pd.factorize(rows[column.name], sort=True)
        # Numbered anew after each column, so that the product of the counts stays small.
        said = np.unique(said * (len(found) + 1) + codes + 1, return_inverse=True)[1]
    sayings = rows.iloc[np.unique(said, return_index=True)[1]]
    measured = [c for c in columns if c.dtype != "str" and c.name not in (*_SAID, *_UNSAID)]
    return {
        "counts": _packed(counts),
        "saying": _packed(said),
        "sayings": _columns(words, sayings),
        "columns": _columns(measured, rows),
        "exits": _exits(picture, place),
    }


# Numbers of a row that are the same wherever its indicator stands, and what the page does not show.
_SAID = ("zero_at", "one_at", "weight")
_UNSAID = ("node_id", "dimension")


def _exits(picture: Picture, place: pd.Series) -> dict[str, Any] | None:
    """Of each node and axis the nearest exit, in the words of the table; the first row is the nearest."""
    table = picture.tables.get("exits")
    layer = next((layer for layer in picture.layers if layer.id == "exits"), None)
    if table is None or layer is None:
        return None
    rows = table[table["node_id"].isin(place.index)].drop_duplicates(["node_id", "axis"])
    rows = rows.assign(_owner=rows["node_id"].map(place)).sort_values("_owner", kind="stable")
    columns = [column for column in layer.columns if column.name in ("axis", "words")]
    counts = np.bincount(rows["_owner"].astype(int), minlength=len(place))
    return {"counts": _packed(counts), "columns": _columns(columns, rows)}


# --- columns ---------------------------------------------------------------------------------


def _columns(columns: Iterable[Column], table: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": column.name,
            "unit": _text(column.unit),
            "meaning": _text(column.meaning),
            **(_keyed(table) if column.name == "node_id" else _coded(table[column.name], column)),
        }
        for column in columns
        if column.name in table.columns
    ]


def _keyed(table: Any) -> dict[str, Any]:
    """Code the ids of nodes without the kind and colon that each begins with."""
    ids, column = table["node_id"], Column("node_id", "str", "")
    if "kind" not in table.columns:
        return _coded(ids, column)
    short = [
        node_id.removeprefix(f"{kind}:") if str(node_id).startswith(f"{kind}:") else None
        for node_id, kind in zip(ids, table["kind"], strict=True)
    ]
    if None in short:
        return _coded(ids, column)
    return {**_coded(pd.Series(short, dtype="str"), column), "after": "kind"}


def _coded(values: pd.Series, column: Column) -> dict[str, Any]:
    """Code a column the way that takes the least room.

    `one` is a value all rows share; `values` with `codes` a dictionary (null is -1); `packed` whole
    numbers of 10**-digits, of which 0 is null and what is not negative is moved up by one; `values`
    alone are the values. Long texts are phrases (`_phrased`).
    """
    is_text = column.dtype == "str"
    codes, found = pd.factorize(values, sort=True)
    is_share = column.dtype == "float" and (column.low, column.high) == (0.0, 1.0)
    plain = [_text(value) for value in found] if is_text else _numbers(found, is_share=is_share)
    if len(plain) == 1 and not np.any(codes < 0):
        return {"one": plain[0]}
    if 3 * len(plain) < len(codes):
        return {"values": plain, "codes": _packed(codes)}
    if is_text and sum(len(str(text)) for text in plain) > _LONG:
        return _phrased([None if code < 0 else plain[code] for code in codes.tolist()])
    digits = None if is_text or not plain else _digits(np.asarray(plain, dtype=float))
    if digits is None:
        return {"values": [None if code < 0 else plain[code] for code in codes.tolist()]}
    whole = np.round(np.append(plain, 0.0) * 10.0**digits).astype(np.int64)
    return {"digits": digits, "packed": _packed(np.where(codes < 0, 0, (whole + (whole >= 0))[codes]))}


def _phrased(texts: list[str | None]) -> dict[str, Any]:
    """Code long texts as phrases that many share: `phrases`, which ones, and how many each text has."""
    split = [[] if text is None else _PHRASE.split(text) for text in texts]
    codes, phrases = pd.factorize(np.array([part for parts in split for part in parts], dtype=object))
    return {"phrases": phrases.tolist(), "which": _packed(codes), "counts": _packed([len(p) for p in split])}


def _digits(values: NDArray[np.float64]) -> int | None:
    """How many digits after the point hold all of these numbers, if a packed whole number can."""
    for digits in range(9):
        scaled = values * 10.0**digits
        if np.abs(scaled).max() >= _PACKED_BELOW:
            return None
        if np.abs(scaled - np.round(scaled)).max() < 1e-6:
            return digits
    return None


def _numbers(values: Any, *, is_share: bool) -> list[float | int | bool]:
    """Numbers to six significant digits, whole ones whole; yes and no as they are."""
    if getattr(values, "dtype", None) in ("bool", "boolean"):
        return [bool(value) for value in values]
    numbers = np.asarray(values, dtype=float)
    if is_share:
        return [int(v) if v.is_integer() else v for v in np.round(numbers, _SHARE_DIGITS).tolist()]
    return [_number(value) for value in numbers.tolist()]


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() else float(f"{value:.{_DIGITS}g}")


def _packed(values: Any) -> str:
    """Whole numbers as text: five bits a character, the lowest first, the sign in the lowest of all.

    A character of the upper half of `_ALPHABET` says that more of the same number follow.
    """
    number = np.asarray(values, dtype=np.int64)
    if not len(number):
        return ""
    folded = (number << 1) ^ (number >> 63)
    length = 1 + sum((folded >= 32**k).astype(int) for k in range(1, 7))
    place = np.arange(length.max())
    digit = (folded[:, None] >> (5 * place)) & 31
    digit |= np.where(place < length[:, None] - 1, 32, 0)
    return _ALPHABET[digit[place < length[:, None]]].tobytes().decode("ascii")


# --- shapes ----------------------------------------------------------------------------------


def _outline(layer: Layer, geometry: NDArray[np.object_], *, is_first: bool) -> dict[str, Any]:
    """Code the shapes of a layer: `paths`, and what a first view needs of them, `cells` or `afar`."""
    tolerance_m = 0.0 if layer.id in _EXACT else _TOLERANCE_M[layer.geometry]
    is_coverage = layer.id in _COVERAGES
    content: dict[str, Any] = {
        "paths": _paths(geometry, layer.geometry, tolerance_m, is_coverage=is_coverage)
    }
    if is_first and layer.id in _CELLS:
        content |= _cells(geometry)
    elif is_first and tolerance_m and layer.geometry == "polygon":
        content["afar"] = _paths(geometry, "polygon", _AFAR_M, is_coverage=is_coverage)
    return content


def _outline_key(layer_id: str, digest: str, *, is_first: bool) -> str:
    return f"{layer_id} {digest} {'first' if is_first else 'later'}"


@cache
def _outlines() -> dict[str, dict[str, Any]]:
    """The coded shapes that were made with the snapshot (decisions/0006), by what they were made of."""
    return dict(json.loads(zlib.decompress(OUTLINES.read_bytes())))


def outlines(layers: Iterable[Layer], tables: Mapping[str, Any]) -> bytes:
    """Code the shapes of layers that no picture changes, for `OUTLINES`; same input, same content.

    They are found again by a hash of the shapes: of others nothing is taken from here.
    """
    kept = {}
    for layer in layers:
        if layer.geometry not in _TOLERANCE_M or layer.id in _DRAWN_BY:
            continue
        table = _ice_shown(tables[layer.id]) if layer.id == "sea_ice" else tables[layer.id]
        geometry = np.asarray(table.geometry.array, dtype=object)
        digest = hashlib.sha256(b"".join(shapely.to_wkb(geometry))).hexdigest()
        is_first = style_of(layer).visible
        key = _outline_key(layer.id, digest, is_first=is_first)
        kept[key] = _outline(layer, geometry, is_first=is_first)
    return zlib.compress(json.dumps(kept, separators=(",", ":")).encode(), 9)


def _paths(
    shapes: NDArray[np.object_], kind: str, tolerance_m: float, *, is_coverage: bool = False
) -> dict[str, str]:
    """Code shapes as `shapes`, how many rings each has, `rings`, how many points, and `steps`.

    Steps lead from point to point over all rings, x and y, in whole numbers of 100 m of EPSG:3413;
    the point that closes a ring is left out. Shapes of a coverage are simplified together, so that
    neighbours stay neighbours.
    """
    if tolerance_m and is_coverage:
        shapes = shapely.coverage_simplify(shapes, tolerance_m)
    elif tolerance_m:
        shapes = shapely.simplify(shapes, tolerance_m, preserve_topology=True)
    closed = kind == "polygon"
    parts, shape_of = shapely.get_parts(shapes, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True) if closed else (parts, np.arange(len(parts)))
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    xy = np.round(xy / _PATH_GRID_M).astype(int)
    starts = np.append(True, ring_of[1:] != ring_of[:-1])[: len(xy)]
    moved = starts | np.append(True, np.any(xy[1:] != xy[:-1], axis=1))[: len(xy)]
    xy, ring_of = xy[moved], ring_of[moved]
    if closed:
        # The last point of a ring is its first again.
        inner = np.append(ring_of[1:] == ring_of[:-1], False)[: len(xy)]
        xy, ring_of = xy[inner], ring_of[inner]
    count = np.bincount(ring_of, minlength=len(rings))
    held = count >= (3 if closed else 2)
    # A part whose outline vanished has no inside left to cut holes into.
    outer = np.append(True, part_of[1:] != part_of[:-1])[: len(rings)]
    held &= held[outer][part_of] if closed else True
    steps = np.diff(xy[held[ring_of]], axis=0, prepend=0)
    return {
        "shapes": _packed(np.bincount(shape_of[part_of[held]], minlength=len(shapes))),
        "rings": _packed(count[held]),
        "steps": _packed(steps.ravel()),
    }


def _cells(shapes: NDArray[np.object_]) -> dict[str, Any]:
    """Code areas of square cells as `cells`: runs of them from west to east, rows from north to south.

    Of each run `areas` has its area, counted from 1 (0 is none), and `runs` its length. Nothing where
    the areas are not of square cells.
    """
    parts, shape_of = shapely.get_parts(shapes, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    if not len(xy):
        return {}
    xy = np.round(xy).astype(np.int64)
    west, north = int(xy[:, 0].min()), int(xy[:, 1].max())
    place = (xy - (west, north)) * (1, -1)
    cell_m = int(np.gcd.reduce(place.ravel()))
    along = np.diff(place, axis=0)[ring_of[1:] == ring_of[:-1]]
    if cell_m < _CELL_AT_LEAST_M or np.any(along[:, 0] * along[:, 1]):
        return {}
    column, row = (place // cell_m).T
    wide, high = column.max(), row.max()
    upright = np.flatnonzero((ring_of[1:] == ring_of[:-1]) & (column[1:] == column[:-1]))
    top, foot = np.sort([row[upright], row[upright + 1]], axis=0)
    owner = shape_of[part_of[ring_of[upright]]]
    area = np.zeros((high, wide), dtype=np.int64)
    for shape in range(len(shapes)):
        mine = owner == shape
        edges = np.zeros((high + 1, wide + 1), dtype=np.int64)
        np.add.at(edges, (top[mine], column[upright][mine]), 1)
        np.subtract.at(edges, (foot[mine], column[upright][mine]), 1)
        # Inside is where an odd number of upright edges lies to the west.
        inside = edges.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] % 2 == 1
        area[inside] = shape + 1
    line = area.ravel()
    first = np.flatnonzero(np.append(True, line[1:] != line[:-1]))
    runs = {"areas": _packed(line[first]), "runs": _packed(np.diff(first, append=len(line)))}
    return {
        "cells": {"west": west, "north": north, "size": cell_m, "wide": int(wide), "high": int(high), **runs}
    }


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
_CODE, _LOOK, _POLICY, _DATA, _LATER = (f"@@{name}@@" for name in ("CODE", "LOOK", "POLICY", "DATA", "LATER"))
_PLACE = re.compile(f"{_DATA}|{_LATER}")


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
            "put the file in maps/web/vendor"
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
