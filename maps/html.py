"""The web map: one file that opens from disk, asks the network for nothing and runs no data.

folium makes the shell from constants. branca renders whatever it is given a second time as a
template, so no value of a picture may pass through it (reliability §0.1): data lie in JSON blocks
that are spliced into the finished page, and page.js brings every text to the screen by
`textContent` under a policy of hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import folium
import numpy as np
import pandas as pd
import shapely
from folium.template import Template

from layers.errors import ExportError
from layers.schema import PILLARS
from maps.style import BASE, classed, style_of

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
_LABEL_GRID_M = 20_000.0
_DIGITS = 6  # significant; whole numbers are kept whole
_MEDIAN_ENDS = 2010  # years of the period are in the median already

# States of a source (contract.md). One that is `not_held` never was: a gap to name, no decay.
_DEGRADED = frozenset({"stale", "held", "missing"})
_NOT_HELD = "not_held"

# Characters that hide, or turn the reading order of what follows, are shown instead of obeyed.
_VISIBLE: Final = (
    {code: 0x2400 + code for code in range(0x20) if code not in (0x09, 0x0A)}
    | {0x7F: "\u2421"}
    | {
        code: f"[U+{code:04X}]"
        for code in (*range(0x80, 0xA0), 0x061C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F),
                     *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF)
    }
)  # fmt: skip


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
    drawn = [layer for layer in picture.layers if layer.geometry != "table"]
    late = [source.id for source in picture.sources if source.state in _DEGRADED]
    return {
        "region": {
            "title": _text(picture.region.title),
            "outline": _paths(np.array([picture.region.outline], dtype=object), "polygon", 0)[0],
        },
        "scenario": _text(picture.scenario.title),
        "day": picture.day.isoformat(),
        "status": "DEGRADED" if late else "COMPLETE",
        "late": late,
        "not_held": [source.id for source in picture.sources if source.state == _NOT_HELD],
        "caveats": [_text(sentence) for sentence in picture.caveats],
        "sources": [
            {name: _text(value) for name, value in asdict(source).items()}
            for source in picture.sources
        ],
        "pillars": PILLARS,
        "base": {name: _plain(style) for name, style in BASE.items()},
        "layers": _shared([_layer(layer, picture.tables[layer.id]) for layer in drawn]),
        "extent": _latest_extent(picture),
    }


def _shared(layers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave shapes that an earlier layer has too to that layer, by its id."""
    first: dict[str, str] = {}
    for layer in layers:
        if "paths" in layer:
            owner = first.setdefault(json.dumps(layer["paths"]), layer["id"])
            if owner != layer["id"]:
                layer["paths"] = owner
    return layers


def _layer(layer: Layer, table: Any) -> dict[str, Any]:
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
        content["paths"] = _paths(geometry, layer.geometry, _TOLERANCE_M[layer.geometry])
    if layer.id in _LABELLED:
        content["labels"] = [_label(shape) for shape in geometry]
    return content


def _plain(style: Style) -> dict[str, Any]:
    content = asdict(style)
    for one in content["classes"]:
        one |= {"value": _text(one["value"]), "label": _text(one["label"])}
    return content


def _ice_shown(table: Any) -> Any:
    """Keep the medians and, of each month, the latest year after them: what the slider shows."""
    year = table["year"].astype("float64")
    later = year.where(year > _MEDIAN_ENDS)
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
    return {"date": _text(last["date"]), "million_km2": _number(last["extent_million_km2"])}


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
    said = rows[[column.name for column in words]].astype("object")
    sayings = said.drop_duplicates().sort_values(list(said.columns), kind="stable")
    numbered = sayings.assign(_saying=range(len(sayings)))
    saying = said.merge(numbered, how="left", on=list(said.columns))["_saying"]
    return {
        "starts": np.concatenate([[0], np.cumsum(counts)]).tolist(),
        "saying": saying.tolist(),
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
    plain = [_text(value) if is_text else _number(value) for value in found]
    if 3 * len(plain) < len(values):
        return {"values": plain, "codes": codes.tolist()}
    return {"values": [None if code < 0 else plain[code] for code in codes]}


def _text(value: Any) -> str:
    return "" if value is None else str(value).translate(_VISIBLE)


def _number(value: Any) -> float | int | bool:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    number = float(value)
    return int(number) if number.is_integer() else float(f"{number:.{_DIGITS}g}")


# --- shapes ----------------------------------------------------------------------------------


def _paths(
    shapes: NDArray[np.object_], kind: str, tolerance_m: float
) -> list[list[list[list[int]]]]:
    """Code each shape as parts, each a list of rings (a line has one), each x, y, then steps.

    Steps are whole numbers of 100 m in EPSG:3413; the point that closes a ring is left out.
    """
    if tolerance_m and kind == "polygon" and shapely.coverage_is_valid(shapes):
        shapes = shapely.coverage_simplify(shapes, tolerance_m)
    elif tolerance_m:
        shapes = shapely.simplify(shapes, tolerance_m, preserve_topology=True)
    return [_parts(shape, kind) for shape in shapes]


def _parts(shape: Any, kind: str) -> list[list[list[int]]]:
    parts = []
    for part in shapely.get_parts(shape):
        rings = [part.exterior, *part.interiors] if kind == "polygon" else [part]
        coded = [_steps(shapely.get_coordinates(ring), closed=kind == "polygon") for ring in rings]
        # A part whose outline vanished has no inside left to cut holes into.
        if coded[0]:
            parts.append([ring for ring in coded if ring])
    return parts


def _steps(xy_m: NDArray[np.float64], *, closed: bool) -> list[int]:
    xy = np.round(xy_m / _PATH_GRID_M).astype(int)
    xy = xy[np.append([True], np.any(np.diff(xy, axis=0) != 0, axis=1))]
    if closed:
        xy = xy[:-1]
    if len(xy) < (3 if closed else 2):
        return []
    return [int(step) for step in np.diff(xy, axis=0, prepend=0).ravel()]


def _label(shape: Any) -> list[int]:
    """Where a name fits best: x, y and clear radius of the widest part, in 100 m of EPSG:3413."""
    part = max(shapely.get_parts(shape), key=shapely.area)
    radius = shapely.maximum_inscribed_circle(part, _LABEL_GRID_M)
    (x, y), _ = shapely.get_coordinates(radius)
    return [round(v / _PATH_GRID_M) for v in (x, y, radius.length)]


# --- the shell -------------------------------------------------------------------------------

# Stand-ins for what jinja2 must not read (scripts hold braces) and for what is known only later.
_CODE, _LOOK, _POLICY, _DATA = (f"@@{name}@@" for name in ("CODE", "LOOK", "POLICY", "DATA"))

_HEAD = f"""
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>{_LOOK}</style>
"""

_BODY = f"""
<a class="skip" href="#search">Skip to search</a>
<header class="strip">
<div class="masthead"><h1>Arctic situational picture</h1><p id="scope"></p></div>
<p id="status"></p>
<p id="asof"></p>
<button type="button" id="about-open">Sources and caveats</button>
</header>
<nav id="panel" aria-label="Search, layers and filters">
<div class="find">
<label for="search">Find a place or node</label>
<input id="search" type="search" role="combobox" autocomplete="off" spellcheck="false"
 aria-expanded="false" aria-controls="hits" aria-autocomplete="list" placeholder="Name">
<ul id="hits" role="listbox" aria-label="Places found" hidden></ul>
</div>
<section aria-labelledby="layers-title"><h2 id="layers-title">Layers</h2>
<div id="layers"></div></section>
<section id="filters" aria-labelledby="filters-title"><h2 id="filters-title">Filter nodes</h2>
<p id="shown" role="status"></p><div id="choices"></div></section>
<section id="flagged" aria-labelledby="flagged-title"><h2 id="flagged-title">Flagged nodes</h2>
<p class="small" id="flagged-note"></p><ol id="flagged-list"></ol></section>
</nav>
<main id="stage" aria-label="Map">
<div class="folium-map" id="{{{{ this.get_name() }}}}"></div>
<div class="corner">
<button type="button" id="panel-toggle" aria-controls="panel" aria-expanded="false">Layers</button>
<label class="turn"><span>South at the bottom</span> <select id="turn"
 aria-label="Meridian that points down"></select></label>
<button type="button" id="home">Whole region</button>
</div>
<div class="rail">
<details id="legend"><summary>Legend</summary><div id="legend-body"></div></details>
<section id="ice" aria-labelledby="ice-title" hidden>
<p id="ice-title"></p>
<div class="months"><button type="button" id="play" aria-pressed="false">Play</button>
<div class="track"><input id="month" type="range" min="1" max="12" step="1" aria-label="Month">
<ol id="ticks" aria-hidden="true"></ol></div></div>
<p class="small" id="ice-note"></p>
</section>
<div id="scale" role="img"><span id="scale-bar"></span><span id="scale-text"></span></div>
</div>
</main>
<aside id="details" aria-label="Details" hidden></aside>
<footer id="notes"><p id="first-caveats"></p>
<button type="button" id="caveats-open">All caveats</button></footer>
<dialog id="about" aria-labelledby="about-title"></dialog>
<noscript><p>This map draws itself with JavaScript, which is switched off here.</p></noscript>
{_DATA}
"""

# folium's own macro, less the switches and the controls this map does not have.
_START = f"""
{_CODE}
var {{{{ this.get_name() }}}} = L.map({{{{ this.get_name()|tojson }}}}, {{
    center: {{{{ this.location|tojson }}}},
    crs: L.CRS.{{{{ this.crs }}}},
    ...{{{{ this.options|tojavascript }}}}
}});
L.control.zoom({{{{ {{"position": this.zoom_control}}|tojson }}}}).addTo({{{{ this.get_name() }}}});
arcticPicture.start({{{{ this.get_name() }}}});
"""


class _PolarMap(folium.Map):
    """folium's map with nothing fetched: what it includes stands in the page."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 (folium declares it on instances)
    default_css: list[tuple[str, str]] = []  # noqa: RUF012
    _template = Template(
        f"{{% macro header(this, kwargs) %}}{_HEAD}{{% endmacro %}}"
        f"{{% macro html(this, kwargs) %}}{_BODY}{{% endmacro %}}"
        f"{{% macro script(this, kwargs) %}}{_START}{{% endmacro %}}"
    )


@cache
def _shell() -> str:
    """Make the page without its data; it depends on the files of this package alone."""
    polar = _PolarMap(
        location=(90, 0),
        zoom_start=1,
        tiles=None,
        crs="EPSG3413",
        zoom_control="bottomleft",
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=120,
        attribution_control=False,
        max_bounds_viscosity=1.0,
    )
    # folium names what it makes at random; the same picture must give the same bytes.
    polar._id = "arctic"  # noqa: SLF001
    figure = folium.Figure(title="Arctic situational picture").add_child(polar)
    shell = str(figure.render()).replace("<html>", '<html lang="en">', 1)
    notices = "".join(f"/* {name}\n{_file(f'vendor/{name}.LICENSE')}*/\n" for name in _LICENCES)
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
