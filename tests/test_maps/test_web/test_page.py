"""The web map: hostile names stay text, shapes come back whole, the page opens from disk alone."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
import zlib
from dataclasses import replace
from datetime import date
from functools import reduce
from itertools import accumulate, islice
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from layers.assessed.anchors import ANCHORS, anchor_values
from layers.crs import POLAR, geographic_to_polar, polar_points
from layers.errors import ExportError
from layers.picture import Picture, SourceNote
from layers.regions import region
from layers.schema import Column, Layer
from maps.style import STYLES, Ink, classed, marked, ramp, style_of
from maps.web import page as html
from maps.web.method import classes_in_words
from pipelines.picture.build import Options, compose_snapshot
from pipelines.snapshot.make import make_outlines
from pipelines.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

AXE = Path(__file__).parents[2] / "vendor"
VENDOR = Path(html.__file__).parent / "vendor"

HOSTILE = (
    "</script><script>window.__pwned=1</script>",
    "{{7*7}}",
    "{% raw %}",
    "${window.__pwned=2}",
    "`;window.__pwned=3;`",
    "<img src=x onerror=window.__pwned=4>",
    "@@DATA@@ @@CODE@@ @@POLICY@@",
    "quote \" and ' and \\",
)
HIDDEN = "nul\x00 turned\u202eder line\u2028end"
HIDDEN_SHOWN = "nul\u2400 turned[U+202E]der line[U+2028]end"
NAMES = (*HOSTILE, HIDDEN, "Tromsø")

POLE = geographic_to_polar([shapely.box(-180, 80, 180, 90)])[0]
DATE_LINE = geographic_to_polar([shapely.box(170, 66, 195, 72)])[0]


def _table(layer: Layer, rows: dict[str, Any], shapes: Any = None) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    for column in layer.all_columns:
        if column.name not in frame:
            frame[column.name] = None
    if shapes is None:
        return frame
    table: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=list(shapes), crs=POLAR)
    return table


def _spine(prefix: str, names: Any) -> dict[str, Any]:
    return {
        "feature_id": [f"{prefix}:{i}" for i in range(len(names))],
        "name": list(names),
        "source_id": "made",
        "as_of": "2026-11-01",
    }


def _columns(*names: str, dtype: str = "str") -> tuple[Column, ...]:
    kind: Any = dtype
    return tuple(Column(name, kind, f"meaning of {name}") for name in names)


LAND = Layer("land", "Land", "environmental", "polygon", ())
SEA_ICE = Layer("sea_ice", "Sea ice", "environmental", "polygon",
                (*_columns("product"), *_columns("month", "year", dtype="int")))  # fmt: skip
LANES = Layer("sea_lanes", "Sea lanes", "economic", "line", (), "A proxy.")
NODES = Layer("nodes", "Nodes", "military", "point", (
    *_columns("node_id", "kind", "country_iso3", "institution", "dual_use_class", "scope", "place"),
    *_columns("place_id", "hazard_class", "military_class", "dependence_class", "hazard_deciding"),
    *_columns("hazard_tier", "hazard_could_be", "deciding_datum", "flag", "nearest_exit", "reasons"),
    *_columns("flag_probability", "overlap_probability", "fact_age_years", dtype="float"),
))  # fmt: skip
EVIDENCE = Layer("evidence", "Evidence", "military", "table", (
    *_columns("node_id", "axis", "dimension", "group", "indicator", "label"),
    *_columns("value", "value_low", "value_high", "score", "zero_at", "one_at", "weight", dtype="float"),
    *_columns("unit", "scale", "tier", "state", "source_id", "as_of", "note"),
), spine=(), key=("node_id", "indicator"))  # fmt: skip
EXITS = Layer("exits", "Exits", "military", "table", _columns("node_id", "axis", "what", "words"),
              spine=(), key=("node_id", "what"))  # fmt: skip
ODD = Layer("never_seen", "Never seen", "social", "point", ())


def _picture(names: tuple[str, ...] = NAMES) -> Picture:
    count = len(names)
    ids = [f"port:{i}" for i in range(count)]
    september = shapely.Point(0, 0).buffer(900_000)
    march = shapely.Point(0, 0).buffer(2_400_000)
    tables = {
        "land": _table(LAND, _spine("land", ["Land"]), [DATE_LINE]),
        "sea_ice": _table(
            SEA_ICE,
            _spine("ice", ["March", "September", "September 2024", "September 2025"])
            | {
                "product": ["median_1981_2010"] * 2 + ["monthly_extent"] * 2,
                "month": [3, 9, 9, 9],
                "year": pd.array([None, None, 2009, 2025], dtype="Int64"),
            },
            [march, september, september.buffer(-9e4), september.buffer(-2e5)],
        ),
        "sea_lanes": _table(
            LANES,
            _spine("lane", [None]),
            geographic_to_polar([shapely.LineString([(175, 70), (185, 72)])]),
        ),
        "nodes": _table(
            NODES,
            _spine("port", names)
            | {"feature_id": ids, "node_id": ids, "kind": "port", "country_iso3": "NOR",
               "institution": "nato_only", "flag": ["robust", *["insufficient_data"] * (count - 1)],
               "scope": "arctic", "hazard_class": ["high", *["unknown"] * (count - 1)],
               "flag_probability": [0.9, *[0.0] * (count - 1)], "reasons": list(names),
               "overlap_probability": [1.0, *[0.0] * (count - 1)]},
            polar_points(np.linspace(-170, 170, count), np.full(count, 70.0)),
        ),
        "evidence": _table(EVIDENCE, {
            "node_id": [ids[-1], ids[0], "port:nowhere"], "axis": "climate",
            "indicator": ["fetch", "runway", "lost"], "value": [np.nan, 12.5, 1.0],
            "value_low": [np.nan, 12.5, 1.0], "value_high": [np.nan, 14.0, 1.0],
            "score": [np.nan, 0.5, 0.5], "weight": 0.2, "unit": "km",
            "state": ["unknown", "known", "known"], "source_id": "made", "as_of": "2026-11-01",
        }),
        "never_seen": _table(ODD, _spine("odd", ["Odd"]), polar_points([10.0], [75.0])),
    }  # fmt: skip
    scenario: Any = SimpleNamespace(id="now", title="Reference", anchors=None, with_association=True)
    return Picture(
        region=region("arctic"),
        scenario=scenario,
        day=date(2026, 3, 15),
        layers=(LAND, SEA_ICE, LANES, NODES, EVIDENCE, ODD),
        tables=tables,
        sources=(
            SourceNote("made", "nodes", "Made up", "Nobody", "CC0", "Nobody (2026).",
                       "https://example.org", "2026-11-01", "embedded"),
        ),
    )  # fmt: skip


def _data(text: str, block: str = "picture-data") -> Any:
    found = re.search(rf'<script type="application/json" id="{block}">(.*?)</script>', text)
    assert found
    return json.loads(found.group(1))


def _layer(text: str, name: str) -> Any:
    return next(layer for layer in _data(text)["layers"] if layer["id"] == name)


def _unpacked(text: str) -> list[int]:
    """The other end of `_packed`, a character at a time."""
    numbers, value, shift = [], 0, 0
    for character in text:
        digit = bytes(html._ALPHABET).decode().index(character)
        value |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            numbers.append(value >> 1 if value % 2 == 0 else -(value + 1) // 2)
            value = shift = 0
    return numbers


def _cell(column: dict[str, Any], row: int) -> Any:
    if "one" in column:
        return column["one"]
    if "phrases" in column:
        counts, which = _unpacked(column["counts"]), _unpacked(column["which"])
        first = sum(counts[:row])
        parts = [column["phrases"][k] for k in which[first : first + counts[row]]]
        return " ".join(parts) if parts else None
    if "packed" in column:
        whole = _unpacked(column["packed"])[row]
        return None if whole == 0 else (whole - (whole > 0)) / 10 ** column["digits"]
    if "codes" not in column:
        return column["values"][row]
    code = _unpacked(column["codes"])[row]
    return None if code < 0 else column["values"][code]


def _decoded(paths: dict[str, str]) -> list[Any]:
    """Each shape as the symmetric difference of its rings: inside is what an odd number of them hold."""
    steps = _unpacked(paths["steps"])
    points = zip(accumulate(steps[0::2]), accumulate(steps[1::2]), strict=True)
    rings = iter([[(100 * x, 100 * y) for x, y in islice(points, n)] for n in _unpacked(paths["rings"])])
    return [
        reduce(shapely.symmetric_difference, map(shapely.Polygon, islice(rings, n)), shapely.Polygon())
        for n in _unpacked(paths["shapes"])
    ]


@pytest.fixture(scope="module")
def text() -> str:
    return html.page(_picture())


# --- the page as text ------------------------------------------------------------------------


def test_names_survive_as_they_are_and_close_no_block(text: str) -> None:
    column = next(c for c in _layer(text, "nodes")["columns"] if c["name"] == "name")
    assert [_cell(column, i) for i in range(len(NAMES))] == [*HOSTILE, HIDDEN_SHOWN, "Tromsø"]
    assert text.count("<script") == text.count("</script>") == 3 + text.count('id="later-')


def test_no_character_of_data_can_open_markup(text: str) -> None:
    for block in ("picture-data", "evidence-data", "later-nodes"):
        found = re.search(rf'id="{block}">(.*?)</script>', text)
        assert found
        assert not set(found.group(1)) & set("<>&\u2028\u2029\x00")


def test_shell_refers_to_nothing_outside(text: str) -> None:
    assert not re.search(r"<(?:link|img|iframe|object|embed)\b[^>]*(?:src|href|data)=", text)
    assert not re.search(r"<script\b[^>]*\bsrc\s*=", text)
    assert "cdn" not in re.sub(r'<script type="application/json".*?</script>', "", text)


@pytest.mark.parametrize(
    "shell",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<link rel=stylesheet href='http://a.example/a.css'>",
        "<style>@import 'https://a.example/a.css';</style>",
        "<style>a { background: url(http://a.example/a.png) }</style>",
        '<img src="https://a.example/a.png">',
    ],
)
def test_shell_with_a_reference_is_refused(shell: str) -> None:
    with pytest.raises(ExportError, match="inside the page"):
        html._refuse_references(shell)


def test_policy_names_the_hash_of_every_script_and_style(text: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    assert policy.group(1).startswith("default-src 'none'")
    assert "unsafe" not in policy.group(1)
    for tag in ("script", "style"):
        (inline,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy.group(1)
    assert not re.search(r"<[a-z][^<>]*\s(?:style|on[a-z]+)=", text.split("<script", 1)[0])


def test_same_picture_same_bytes(text: str, tmp_path: Path) -> None:
    html._shell.cache_clear()
    path = html.write(_picture(), tmp_path)
    assert path == tmp_path / "map.html"
    assert path.read_bytes() == text.encode()


def test_a_value_that_is_not_finite_is_refused() -> None:
    picture = _picture()
    broken = picture.tables["evidence"].assign(value=np.inf)
    with pytest.raises(ExportError, match="finite"):
        html.page(replace(picture, tables={**picture.tables, "evidence": broken}))


def test_a_stale_source_degrades_the_picture() -> None:
    picture = _picture()
    assert _data(html.page(picture))["status"] == "COMPLETE"
    never = tuple(replace(source, state="not_held") for source in picture.sources)
    data = _data(html.page(replace(picture, sources=never)))
    assert (data["status"], data["not_held"]) == ("COMPLETE", ["made"])
    for state in ("stale", "held", "missing"):
        late = tuple(replace(source, state=state) for source in picture.sources)
        data = _data(html.page(replace(picture, sources=late)))
        assert (data["status"], data["late"]) == ("DEGRADED", ["made"])


def test_evidence_lies_with_its_node_and_unknown_is_null(text: str) -> None:
    evidence = _data(text, "evidence-data")
    assert _unpacked(evidence["counts"]) == [1, *[0] * (len(NAMES) - 2), 1]
    value, low, high = (
        next(c for c in evidence["columns"] if c["name"] == name)
        for name in ("value", "value_low", "value_high")
    )
    assert [_cell(value, i) for i in range(2)] == [12.5, None]
    # An end that is the value itself is not told again.
    assert [(_cell(low, i), _cell(high, i)) for i in range(2)] == [(None, 14.0), (None, None)]
    state = next(c for c in evidence["sayings"] if c["name"] == "state")
    assert [_cell(state, row) for row in _unpacked(evidence["saying"])] == ["known", "unknown"]


def test_shapes_of_two_layers_are_kept_once() -> None:
    picture = _picture()
    twin = replace(LAND, id="twin")
    tables = {**picture.tables, "twin": picture.tables["land"]}
    text = html.page(replace(picture, layers=(*picture.layers, twin), tables=tables))
    assert _data(text, "later-twin")["paths"] == "land"


def test_the_first_view_has_the_ice_of_its_month_alone() -> None:
    picture = _picture()
    table = html._ice_shown(picture.tables["sea_ice"])
    text = html.page(picture)
    first, whole = _layer(text, "sea_ice")["afar"], _data(text, "later-sea_ice")["paths"]
    is_now = (table["month"] == picture.day.month).to_numpy()
    assert _layer(text, "sea_ice")["afar_month"] == picture.day.month
    for shape, there, now in zip(_decoded(first), _decoded(whole), is_now, strict=True):
        assert shape.equals(there) if now else shape.is_empty


def test_what_was_coded_with_the_snapshot_is_what_would_be_coded_now() -> None:
    """`arctic-picture snapshot --static` writes maps/web/outlines.json.zlib again."""
    kept, made = html.OUTLINES.read_bytes(), make_outlines(SOURCES)
    assert json.loads(zlib.decompress(kept)) == json.loads(zlib.decompress(made))


def test_shapes_that_were_not_kept_are_coded(monkeypatch: pytest.MonkeyPatch) -> None:
    picture, loaded = compose_snapshot(Options(draws=100))
    assert loaded.manifest
    kept = html.page(picture)
    monkeypatch.setattr(html, "_outlines", dict)
    assert html.page(picture) == kept


def test_an_empty_layer_is_listed() -> None:
    picture = _picture()
    tables = {name: table.iloc[:0] for name, table in picture.tables.items()}
    data = _data(html.page(replace(picture, tables=tables)))
    assert [layer["count"] for layer in data["layers"]] == [0] * 5


def test_the_ice_panel_names_the_last_change_of_its_sensor(picture):
    told = html._latest_extent(picture)
    assert told is not None
    assert told["break"] == "2025-01-01, SSMIS (DMSP F17) to AMSR2 (GCOM-W1)"
    early = replace(picture, day=date(2000, 6, 1))
    told = html._latest_extent(early)
    assert told is not None
    assert told["break"] == "1995-09-30, SSM/I (DMSP F11) to SSM/I (DMSP F13)"
    without = {name: table for name, table in picture.tables.items() if name != "source_continuity"}
    told = html._latest_extent(replace(picture, tables=without))
    assert told is not None
    assert told["break"] is None


def test_a_picture_without_nodes_and_ice_is_drawn() -> None:
    picture = _picture()
    bare = replace(picture, layers=(LAND,), tables={"land": picture.tables["land"]}, sources=())
    assert _data(html.page(bare), "evidence-data") is None
    assert [layer["id"] for layer in _data(html.page(bare))["layers"]] == ["land"]


# --- packed numbers and texts ------------------------------------------------------------------


@given(st.lists(st.integers(-(2**31), 2**31 - 1)))
def test_packed_numbers_come_back(numbers: list[int]) -> None:
    packed = html._packed(numbers)
    assert _unpacked(packed) == numbers
    assert not set(packed) & set('<>&"\\')


def test_a_small_step_is_one_character() -> None:
    assert (html._packed([0]), html._packed([-1]), html._packed([1])) == ("A", "B", "C")
    assert [len(html._packed([n])) for n in (15, -16, 16, 511, 512)] == [1, 1, 2, 2, 3]


@given(st.lists(st.one_of(st.none(), st.floats(-1e5, 1e5).map(lambda v: round(v, 3))), min_size=1))
def test_numbers_come_back_and_missing_stays_missing(values: list[float | None]) -> None:
    column = Column("value", "float", "any")
    coded = html._coded(pd.Series(values, dtype="float64"), column)
    for row, value in enumerate(values):
        assert _cell(coded, row) == (None if value is None else pytest.approx(value, rel=1e-5, abs=1e-9))


def test_long_texts_come_back_from_their_phrases() -> None:
    texts = [f"Climate {k % 7} of 9: known. Civil {k}, half; {'x' * 60}" for k in range(900)] + [None]
    coded = html._coded(pd.Series(texts, dtype="str"), Column("reasons", "str", "why"))
    assert "phrases" in coded
    assert [_cell(coded, row) for row in (0, 500, 900)] == [texts[0], texts[500], None]
    assert len(json.dumps(coded)) < 0.6 * len(json.dumps(texts))


# --- shapes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [POLE, DATE_LINE, POLE.difference(shapely.Point(3e5, 0).buffer(2e5))])
def test_polygons_come_back_whole(shape: Any) -> None:
    coded = html._paths(np.array([shape], dtype=object), "polygon", 1_000.0)
    (back,) = _decoded(json.loads(json.dumps(coded)))
    assert back.symmetric_difference(shape).area < 0.005 * shape.area
    assert back.hausdorff_distance(shape) < 1_500


def test_the_pole_and_the_date_line_stay_inside(text: str) -> None:
    ice = _decoded(_data(text, "later-sea_ice")["paths"])
    assert len(ice) == 3
    assert all(shape.contains(shapely.Point(0, 0)) for shape in ice)
    for paths in (_layer(text, "land")["afar"], _data(text, "later-land")["paths"]):
        (land,) = _decoded(paths)
        for point in polar_points([171.0, 179.99, -179.99, -166.0], np.full(4, 69.0)):
            assert land.contains(point)
        assert not land.contains(shapely.Point(0, 0))


@given(st.lists(st.integers(0, 2), min_size=12, max_size=12).filter(any))
def test_areas_of_cells_come_back_as_runs(grid: list[int]) -> None:
    boxes = [
        shapely.box(1e4 * (k % 4), -1e4 * (k // 4), 1e4 * (k % 4 + 1), 1e4 * (1 - k // 4)) for k in range(12)
    ]
    areas = [shapely.union_all([b for b, v in zip(boxes, grid, strict=True) if v == k]) for k in (1, 2)]
    cells = html._cells(np.array(areas, dtype=object))["cells"]
    assert sum(_unpacked(cells["runs"])) == cells["wide"] * cells["high"]
    line = [
        k for k, n in zip(_unpacked(cells["areas"]), _unpacked(cells["runs"]), strict=True) for _ in range(n)
    ]
    for area, shape in enumerate(areas, start=1):
        x, y = np.divmod([k for k, v in enumerate(line) if v == area], cells["wide"])[::-1]
        west, north, size = (
            cells["west"] + cells["size"] * x,
            cells["north"] - cells["size"] * y,
            cells["size"],
        )
        back = shapely.union_all(shapely.box(west, north - size, west + size, north))
        assert back.symmetric_difference(shape).area == 0


def test_areas_that_are_not_of_cells_are_no_cells() -> None:
    assert html._cells(np.array([shapely.Point(0, 0).buffer(1e5)], dtype=object)) == {}
    assert html._cells(np.array([shapely.Polygon()], dtype=object)) == {}


def test_a_vertex_at_the_pole_is_kept() -> None:
    wedge = shapely.Polygon([(0, 0), (1e6, 0), (1e6, 1e6)])
    coded = html._paths(np.array([wedge], dtype=object), "polygon", 0.0)
    assert _decoded(coded)[0].equals(wedge)


def test_the_slider_gets_medians_and_the_latest_year(text: str) -> None:
    ice = _layer(text, "sea_ice")
    year = next(c for c in ice["columns"] if c["name"] == "year")
    assert [_cell(year, i) for i in range(ice["count"])] == [None, None, 2025]


# --- style and vendored files ----------------------------------------------------------------


def test_every_geometry_has_a_style_and_ramps_keep_their_ends() -> None:
    assert style_of(ODD) not in STYLES.values()
    assert style_of(LAND) is STYLES["land"]
    ends = (Ink("#000000", "#ffffff"), Ink("#0000ff", "#000000"))
    assert ramp(ends, 3) == (ends[0], Ink("#000080", "#808080"), ends[1])
    assert ramp(ends, 1) == ends[:1]


def test_depth_classes_run_from_shallow_to_deep() -> None:
    table = pd.DataFrame({
        "label": ["deep", "shelf", "slope"],
        "class_low": [-5000.0, -200.0, -2000.0], "class_high": [-2000.0, 0.0, -200.0],
    })  # fmt: skip
    style = classed(STYLES["bathymetry"], table)
    assert [c.value for c in style.classes] == ["shelf", "slope", "deep"]


def test_marks_and_kinds_differ_in_more_than_colour() -> None:
    nodes = STYLES["nodes"]
    assert len({shape.shape for shape in nodes.shapes}) == len(nodes.shapes) == 7
    assert len({(c.radius, c.hollow) for c in nodes.classes}) == len(nodes.classes) == 7
    sizes = [c.radius for c in nodes.classes]
    assert sizes == sorted(sizes, reverse=True), "what weighs more is larger"


def test_a_mark_is_the_flag_then_the_overlap_and_context_is_only_that() -> None:
    table = pd.DataFrame(
        [
            ("robust", 1.0, "arctic", "robust"),
            ("possible", 0.6, "gateway", "possible"),
            ("not_flagged", 0.5, "arctic", "overlap"),
            ("not_flagged", 0.4999, "arctic", "not_flagged"),
            ("insufficient_data", 0.9, "arctic", "overlap_open"),
            ("insufficient_data", 0.0, "gateway", "insufficient_data"),
            ("not_flagged", 1.0, "context", "context"),
            ("not_flagged", 0.0, "context", "context"),
        ],
        columns=["flag", "overlap_probability", "scope", "mark"],
    )
    assert marked(table).tolist() == table["mark"].tolist()
    assert set(table["mark"]) == {c.value for c in STYLES["nodes"].classes}
    assert marked(table[["flag"]]).tolist()[:3] == ["robust", "possible", "not_flagged"]


def test_layers_of_climate_facts_have_a_look_and_only_the_boundary_is_shown_at_first() -> None:
    facts = {"permafrost_places", "thaw_damage", "coastal_erosion", "port_ice_seasons", "station_normals",
             "railheads", "gateways", "arctic_boundary"}  # fmt: skip
    assert facts <= set(STYLES)
    assert {name for name in facts if STYLES[name].visible} == {"arctic_boundary"}
    boundary = STYLES["arctic_boundary"]
    assert (boundary.fill_opacity, bool(boundary.dash), boundary.width < 1.5) == (0.0, True, True)


@pytest.mark.parametrize(("folder", "licences"), [(VENDOR, {"BSD-2-Clause", "MIT"}), (AXE, {"MPL-2.0"})])
def test_vendored_files_are_those_of_the_packages(folder: Path, licences: set[str]) -> None:
    rows = [line.split("  ") for line in (folder / "CHECKSUMS.txt").read_text().splitlines()[1:]]
    held = {path.name for path in folder.iterdir()} - {"CHECKSUMS.txt"}
    assert {name for _, name, *_ in rows} == held
    for digest, name, _, version, licence in rows:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
        assert version
        assert licence.split(",")[0] in licences or not name.endswith((".js", ".css"))


# --- the page in a browser -------------------------------------------------------------------


def _open(browser: Browser, path: Path, link: str = "") -> tuple[Page, list[str]]:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("request", lambda request: heard.append(f"request: {request.url}"))
    page.goto(path.as_uri() + link)
    page.wait_for_selector("html[data-ready=true]", state="attached")
    page.wait_for_load_state()
    return page, heard


def _choose_tool(page: Page, button: str) -> None:
    page.click("#tools summary")
    page.click(button)


@pytest.fixture
def opened(browser: Browser, text: str, tmp_path: Path) -> Iterator[tuple[Page, list[str]]]:
    path = tmp_path / "map.html"
    path.write_text(text, encoding="utf-8")
    page, heard = _open(browser, path)
    yield page, heard
    page.close()


@pytest.mark.chromium
def test_page_opens_alone_and_silent(opened: tuple[Page, list[str]]) -> None:
    page, heard = opened
    page.select_option("#turn", "90")
    page.click("#about-open")
    page.keyboard.press("Escape")
    for box in page.query_selector_all("#layers input"):
        box.click()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    assert heard == [f"request: {page.url.split('#')[0]}"]


@pytest.mark.chromium
def test_hostile_names_are_text(opened: tuple[Page, list[str]]) -> None:
    page, heard = opened
    for row, name in enumerate([*HOSTILE, HIDDEN_SHOWN, "Tromsø"]):
        assert page.evaluate("id => arcticPicture.select(id)", f"port:{row}")
        assert page.text_content("#details h2") == name
        assert page.text_content("#details .reasons") == name
    assert page.evaluate("typeof window.__pwned") == "undefined"
    assert page.query_selector("#details img") is None
    assert not page.evaluate("() => arcticPicture.select('port:none')")
    assert len(heard) == 1


@pytest.mark.chromium
def test_the_page_tells_scripts_where_a_mark_is_and_which_node_is_open(
    opened: tuple[Page, list[str]],
) -> None:
    page, _ = opened
    assert page.evaluate("arcticPicture.selected") is None
    assert page.evaluate("arcticPicture.pixel('port:none')") is None
    place = page.evaluate("arcticPicture.pixel('port:0')")
    page.mouse.click(place["x"], place["y"])
    assert page.evaluate("arcticPicture.selected") == "port:0"
    page.click("#choices summary >> nth=0")
    page.uncheck("#only-flag-0")
    assert page.evaluate("arcticPicture.pixel('port:0')") is None, "a filter hides it"
    page.click("#details .close")
    assert page.evaluate("arcticPicture.selected") is None


@pytest.mark.chromium
def test_search_folds_diacritics_and_opens_by_keyboard(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened
    page.fill("#search", "tromso")
    page.keyboard.press("Enter")
    assert page.text_content("#details h2") == "Tromsø"
    assert "unknown" in (page.text_content("#details .evidence") or "")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    page.keyboard.press("Escape")
    assert page.is_hidden("#details")
    assert page.evaluate("document.activeElement.id") == "search"


@pytest.mark.chromium
@pytest.mark.parametrize("meridian", ["-45", "90", "180"])
def test_a_click_on_a_mark_opens_it(opened: tuple[Page, list[str]], meridian: str) -> None:
    page, _ = opened
    page.select_option("#turn", meridian)
    x, y = page.evaluate("""() => {
        const frame = document.getElementById('map_arctic').getBoundingClientRect();
        const p = map_arctic.latLngToContainerPoint([70, -170]);
        return [frame.left + p.x, frame.top + p.y];
    }""")
    page.mouse.click(x, y)
    assert page.text_content("#details h2") == NAMES[0]


@pytest.mark.chromium
def test_filter_hides_nodes(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened
    page.click("#choices summary >> nth=0")
    page.uncheck("#only-flag-1")
    assert page.text_content("#shown") == f"1 of {len(NAMES)} nodes shown"


@pytest.mark.chromium
def test_march_and_september_differ_and_the_pole_is_ice(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened

    def month(number: int) -> tuple[bytes, list[int]]:
        page.evaluate(
            "n => { const m = document.getElementById('month'); m.value = n;"
            " m.dispatchEvent(new Event('input')); }",
            number,
        )
        page.wait_for_timeout(150)
        colours = page.evaluate("""() => {
            const canvas = document.querySelector('.leaflet-overlay-pane canvas');
            const box = canvas.getBoundingClientRect(), map = document.getElementById('map_arctic');
            const frame = map.getBoundingClientRect(), scale = canvas.width / box.width;
            // At 88 N, off the meridians, and at 75 N, where only March has ice.
            return [[88, 20], [75, 20]].map(([lat, lng]) => {
                const p = map_arctic.latLngToContainerPoint([lat, lng]);
                return [...canvas.getContext('2d').getImageData(
                    (frame.left + p.x - box.left) * scale, (frame.top + p.y - box.top) * scale, 1, 1
                ).data].slice(0, 3).join();
            });
        }""")
        return page.locator("#map_arctic").screenshot(), colours

    march, (pole, shelf) = month(3)
    assert pole == shelf
    september, (pole_later, shelf_later) = month(9)
    assert march != september
    assert pole_later == pole != shelf_later


# --- the judgement of a node, by hand -----------------------------------------------------------


def _judged() -> Picture:
    """Five nodes of three places: critical, low so far, overlap without a datum, context, not known."""
    base = _picture(("Keel", "Mast", "Sail", "Rope", "Oar"))
    ids = list(base.tables["nodes"]["node_id"])
    nodes = base.tables["nodes"].assign(
        kind=["port", "airfield", "port", "port", "port"],
        country_iso3=["NOR", "NOR", "RUS", "SWE", "NOR"],
        scope=["arctic", "gateway", "arctic", "context", "arctic"],
        place=["Alpha", "Alpha", "Beta", "Gamma", "Delta"],
        place_id=["place:a", "place:a", "place:b", "place:c", "place:d"],
        hazard_class=["high", "low", "moderate", "high", "low"],
        military_class=["high", "moderate", "high", "high", "unknown"],
        dependence_class=["high", "low", "high", "moderate", "low"],
        hazard_deciding=["ice season lost 1.7 (1.6 to 2) months a year", "permafrost thaw: no permafrost",
                         "permafrost thaw: continuous permafrost, ground ice not known", None, None],
        hazard_tier=["measured", "typed", "typed", None, None],
        hazard_could_be=[None, "high", "high", None, None],
        deciding_datum=[None, "rate of erosion of the shore", "ground ice of the site", None, None],
        flag=["possible", "not_flagged", "insufficient_data", "not_flagged", "not_flagged"],
        flag_probability=[0.996, 0.0, 0.0, 0.0, 0.0],
        overlap_probability=[0.996, 0.004, 0.75, 1.0, 0.0],
        fact_age_years=[4.5, np.nan, 2.0, np.nan, np.nan],
        nearest_exit="position 0.7, moderate at 0.5: 0.2 apart",
        reasons="Military high: facility 0.75, hinterland not known, position 0.22, association 1.00. Etc.",
    )  # fmt: skip
    row = {"unit": "1", "scale": "class", "weight": 0.0, "tier": "", "state": "known", "source_id": "made",
           "as_of": "2026-11-01", "note": None, "label": None, "value": np.nan, "score": np.nan}  # fmt: skip
    keel = row | {"node_id": ids[0]}
    evidence = [
        keel | {"axis": "climate", "dimension": "hazard", "group": "h_seaice", "indicator": "ice_season_lost",
                "value": 1.7, "value_low": 1.6, "value_high": 2.0, "unit": "months a year", "score": 1.0,
                "scale": "steps", "zero_at": 0.5, "one_at": 1.5, "tier": "measured", "as_of": "2022-08-31"},
        keel | {"axis": "climate", "dimension": "hazard", "group": "h_level",
                "indicator": "relative_sea_level", "value": 0.75, "value_low": 0.4, "value_high": 1.3,
                "unit": "m by 2100", "score": 0.5, "scale": "steps", "zero_at": 0.6, "one_at": 1.0,
                "tier": "modelled", "label": "rise"},
        keel | {"axis": "climate", "dimension": "hazard", "group": "h_permafrost",
                "indicator": "permafrost_zone", "value": 4.0, "value_low": 4.0, "value_high": 4.0,
                "unit": "class", "label": "continuous"},
        keel | {"axis": "military", "dimension": "facility", "group": "m_facility", "indicator": "pier_depth",
                "value": 8.0, "value_low": 8.0, "value_high": 9.1, "unit": "m", "score": 0.5345,
                "scale": "ramp", "zero_at": 4.9, "one_at": 10.7, "weight": 0.25},
        keel | {"axis": "military", "dimension": "hinterland", "group": "m_hinterland",
                "indicator": "runway_near", "unit": "m", "weight": 0.25, "state": "unknown"},
        keel | {"axis": "civil", "dimension": "dependence", "group": "c_sole",
                "indicator": "people_without_another", "value": 12300.0, "unit": "persons", "score": 1.0,
                "scale": "steps", "zero_at": 300.0, "one_at": 1000.0},
        *(row | {"node_id": ids[k], "axis": "climate", "dimension": "hazard", "group": "h_coast",
                 "indicator": "coastal_erosion", "unit": "m a-1", "state": "unknown"} for k in (1, 2)),
    ]  # fmt: skip
    exits = pd.DataFrame(
        [(ids[0], "climate", "ice_season_lost", "nearest"), (ids[0], "climate", "level", "farther"),
         (ids[2], "military", "facility", "of the third"), ("port:gone", "civil", "captive", "of none")],
        columns=["node_id", "axis", "what", "words"],
    )  # fmt: skip
    tables = {
        **base.tables,
        "nodes": nodes,
        "evidence": _table(EVIDENCE, pd.DataFrame(evidence)),
        "exits": exits,
    }
    return replace(base, layers=(*base.layers, EXITS), tables=tables)


@pytest.fixture
def judged(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    page, heard = _open(browser, html.write(_judged(), tmp_path))
    yield page
    assert len(heard) == 1
    page.close()


def _gates(page: Page, node: str) -> dict[str, str]:
    assert page.evaluate("id => arcticPicture.select(id)", node)
    return {
        (gate.query_selector("h3") or gate).inner_text().split("\n")[0]: gate.inner_text()
        for gate in page.query_selector_all("#details .gate")
    }


@pytest.mark.chromium
def test_three_gates_come_first_each_with_class_value_tier_and_source(judged: Page) -> None:
    gates = _gates(judged, "port:0")
    assert list(gates) == ["Climate", "Defence", "People"]
    order = judged.evaluate("[...document.getElementById('details').children].map(e => e.className)")
    assert order.index("gates") == 1, "nothing but the heading stands above them"
    climate, defence, people = gates.values()
    assert "high" in climate
    assert "✓ met" in climate
    assert "Ice season lost 1.7 (1.6 to 2) months a year." in climate
    assert "Measured at the place, 2022-08-31: Made up." in climate
    assert "relative sea level 0.75 (0.4 to 1.3) m by 2100, rise: moderate" in climate
    assert "Nearest turn: nearest." in climate
    assert "farther" not in climate
    assert "Not known" not in climate
    assert "Facility 0.75" in defence
    assert "Hinterland not known" in defence
    assert "pier depth 8 to 9.1 m" in defence
    assert "Not known: runway near" in defence
    assert "People without another: 12\u202f300 people (moderate from 300, high from 1\u202f000)." in people


@pytest.mark.chromium
def test_low_with_an_unknown_hazard_reads_low_so_far_and_says_what_could_change_it(judged: Page) -> None:
    climate = _gates(judged, "port:1")["Climate"]
    assert "low so far" in climate
    assert "Not known: coastal erosion." in climate
    assert "Could be high: rate of erosion of the shore is not known." in climate
    plain = _gates(judged, "port:4")
    assert "low so far" not in plain["Climate"]
    assert "No hazard that applies is known." in plain["Climate"]
    assert "? open" in plain["Defence"]
    assert "Could be high: ground ice of the site is not known." in _gates(judged, "port:2")["Climate"]


@pytest.mark.chromium
def test_shares_scope_and_place_are_told_plainly(judged: Page) -> None:
    judged.evaluate("arcticPicture.select('port:0')")
    said = judged.inner_text("#details")
    assert "over 99 % of the draws" in said
    assert "Critical, possible" in said
    assert "Alpha, 1 other node" in said
    assert "4.5 years old" in said
    judged.click("#details .others button")
    assert judged.text_content("#details h2") == "Mast"
    said = judged.inner_text("#details")
    assert "under 1 % of the draws" in said
    assert "Gateway to the Arctic" in said
    judged.evaluate("arcticPicture.select('port:3')")
    said = judged.inner_text("#details")
    assert "Context: outside the boundary of the Arctic, judged, never flagged." in said
    assert "never flagged\n" in said
    assert "Gamma, no other node" in said


@pytest.mark.chromium
def test_evidence_is_grouped_by_axis_and_group(judged: Page) -> None:
    judged.evaluate("arcticPicture.select('port:0')")
    tables = judged.locator("#details .evidence")
    assert tables.locator("caption").all_text_contents() == ["Climate", "Defence", "People"]
    assert tables.nth(0).locator(".group").all_text_contents() == ["Sea ice", "Sea level", "Permafrost"]
    climate = tables.nth(0).inner_text()
    assert "0.75 (0.4 to 1.3) m by 2100" in climate
    assert "moderate from 0.6, high from 1 m by 2100" in climate
    assert "modelled" in climate
    assert "continuous" in climate
    assert "weight 0.25" in tables.nth(1).inner_text()


@pytest.mark.chromium
def test_critical_places_are_listed_first_then_overlap_and_context_is_counted(judged: Page) -> None:
    assert judged.text_content("#flagged-title") == "Critical places, 1"
    assert "Alpha" in (judged.text_content("#flagged-list") or "")
    assert judged.text_content("#overlap-title") == "Overlap, other nodes at 1 place"
    assert "Beta" in (judged.text_content("#overlap-list") or "")
    assert "1 more is context" in (judged.text_content("#overlap-note") or "")
    judged.click("#table-open")
    names = [name.strip() for name in judged.locator("#table-view tbody th").all_text_contents()]
    assert names == ["Keel", "Sail", "Mast", "Oar", "Rope"]
    cells = judged.locator("#table-view tbody tr").nth(2).locator("td").all_text_contents()
    assert cells[:6] == ["Alpha", "Airfield", "NOR", "Gateway to the Arctic", "Not flagged", "0 %"]
    assert cells[6:10] == ["under 1 %", "low so far", "moderate", "low"]


@pytest.mark.chromium
@pytest.mark.parametrize(
    ("title", "label", "left"),
    [
        ("Overlap of climate and defence", "No overlap", ["Keel", "Sail", "Rope"]),
        ("Kind", "Airfield", ["Keel", "Sail", "Oar", "Rope"]),
        ("Scope", "Context: judged, never flagged", ["Keel", "Sail", "Mast", "Oar"]),
        ("Climate class", "High", ["Sail", "Mast", "Oar"]),
        ("Defence class", "Unknown", ["Keel", "Sail", "Mast", "Rope"]),
        ("People class", "Low", ["Keel", "Sail", "Rope"]),
        ("Flag", "Insufficient data", ["Keel", "Mast", "Oar", "Rope"]),
    ],
)
def test_a_filter_leaves_what_it_says(judged: Page, title: str, label: str, left: list[str]) -> None:
    judged.locator("#choices summary", has_text=re.compile(f"^{title}$")).click()
    judged.get_by_label(label, exact=True).uncheck()
    judged.click("#table-open")
    names = [name.strip() for name in judged.locator("#table-view tbody th").all_text_contents()]
    assert names == left


@pytest.mark.chromium
def test_a_node_is_found_by_its_place(judged: Page) -> None:
    judged.fill("#search", "alpha")
    assert judged.locator("#hits .what").all_text_contents() == ["Keel", "Mast"]


@pytest.mark.chromium
def test_another_picture_is_told_by_its_classes(browser: Browser, tmp_path: Path) -> None:
    new = _judged()
    earlier = new.tables["nodes"].assign(flag="not_flagged", hazard_class="moderate", flag_probability=0.1)
    old = replace(new, day=date(2025, 1, 2), tables={**new.tables, "nodes": earlier})
    page, _ = _open(browser, html.write(new, tmp_path, other=old))
    page.evaluate("arcticPicture.select('port:0')")
    told = page.text_content("#details .change") or ""
    assert "not flagged, critical in 10 % of the draws; climate moderate, defence high, people high" in told
    page.close()


def test_nodes_that_know_only_their_flag_are_drawn() -> None:
    picture = _judged()
    few = replace(NODES, columns=_columns("node_id", "kind", "flag"))
    layers = tuple(few if layer.id == "nodes" else layer for layer in picture.layers if layer.id != "exits")
    data = _data(html.page(replace(picture, layers=layers)), "evidence-data")
    assert data["exits"] is None


def test_only_the_nearest_exit_of_an_axis_is_kept() -> None:
    exits = _data(html.page(_judged()), "evidence-data")["exits"]
    assert _unpacked(exits["counts"]) == [1, 0, 1, 0, 0]
    words = next(c for c in exits["columns"] if c["name"] == "words")
    assert [_cell(words, row) for row in range(2)] == ["nearest", "of the third"]


def test_the_page_prints_every_anchor_that_it_judges_by() -> None:
    picture = _picture()
    usual = {a["id"]: a["value"] for a in _data(html.page(picture))["anchors"]}
    assert usual == {anchor.id: anchor.value for anchor in ANCHORS}
    scenario: Any = SimpleNamespace(
        id="own", title="Own", anchors={"erosion_high": 2.5}, with_association=False
    )
    data = _data(html.page(replace(picture, scenario=scenario)))
    own = {a["id"]: a for a in data["anchors"]}
    assert (own["erosion_high"]["value"], own["erosion_high"]["source"]) == (2.5, "this scenario")
    assert own["erosion_moderate"]["source"] != "this scenario"
    said = json.dumps(data["classes"])
    assert "high from 2.5 m a year" in said
    assert "association" not in said


def test_words_of_the_classes_follow_the_anchors() -> None:
    before, after = (
        "\n".join(text for part in classes_in_words(a) for text in part)
        for a in (anchor_values(), anchor_values({"captive_high": 4321.0, "warm_permafrost": -7.5}))
    )
    assert "4\u202f321 people" in after
    assert "\u22127.5 °C" in after
    assert "4\u202f321" not in before


def test_what_is_lacking_agrees_with_the_sentences_of_every_node(picture: Picture) -> None:
    nodes = picture.tables["nodes"]
    lacking = pd.notna(pd.Series(html._lacking(picture), index=nodes.index))
    so_far = nodes["reasons"].str.startswith("Climate low so far")
    assert so_far.any()
    assert (so_far == (lacking & (nodes["hazard_class"] == "low"))).all()


def test_the_parts_of_defence_are_read_from_the_sentences_of_every_node(picture: Picture) -> None:
    parts = ", ".join(
        rf"{name} (?:not known|[01]\.\d\d)" for name in ("facility", "hinterland", "position", "association")
    )
    assert picture.tables["nodes"]["reasons"].str.contains(parts).all()


# --- every control, every vector, both looks ---------------------------------------------------

SCRIPTS = (
    "<script>window.__pwned=1</script>",
    "</script><script>window.__pwned=1</script>",
    "<img src=x onerror=window.__pwned=1>",
    "<svg onload=window.__pwned=1>",
    "<svg/onload=window.__pwned=1//",
    "<body onload=window.__pwned=1>",
    "<iframe srcdoc='<script>parent.__pwned=1</script>'>",
    "<details open ontoggle=window.__pwned=1>",
    "<video><source onerror=window.__pwned=1></video>",
    "<input autofocus onfocus=window.__pwned=1>",
    "<a href='javascript:window.__pwned=1'>x</a>",
    "javascript:window.__pwned=1",
    "data:text/html,<script>window.__pwned=1</script>",
    '" onmouseover="window.__pwned=1',
    "' onfocus='window.__pwned=1' autofocus='",
    "--><script>window.__pwned=1</script>",
    "]]><script>window.__pwned=1</script>",
    "</style><script>window.__pwned=1</script>",
    "</title><script>window.__pwned=1</script>",
    "</textarea><img src=x onerror=window.__pwned=1>",
    "<math><mtext><img src=x onerror=window.__pwned=1></mtext></math>",
    "<object data='javascript:window.__pwned=1'>",
    "<meta http-equiv=refresh content='0;url=javascript:window.__pwned=1'>",
    "<base href='javascript:window.__pwned=1//'>",
    "<link rel=stylesheet href='data:text/css,*{}' onload=window.__pwned=1>",
    "<form action='javascript:window.__pwned=1'>",
    "\\u003cimg src=x onerror=window.__pwned=1\\u003e",
    "&lt;img src=x onerror=window.__pwned=1&gt;",
    "\\\\`;window.__pwned=1;//",
    "';window.__pwned=1;//",
    "<noscript><img title='</noscript><img src=x onerror=window.__pwned=1>'>",
)
TEMPLATES = (
    "{{7*7}}",
    "{{ 7 * 7 }}",
    "{{{7*7}}}",
    "{% raw %}",
    "{% if 1 %}x{% endif %}",
    "{# gone #}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "<% 7*7 %>",
    "[[7*7]]",
    "{{constructor.constructor('window.__pwned=1')()}}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{config}}",
    "${window.__pwned=1}",
    "@@DATA@@",
    "@@LATER@@ @@CODE@@ @@LOOK@@",
    "%(name)s",
    "{0.__class__}",
    "$&$1$`",
)
VECTORS = (*SCRIPTS, *TEMPLATES)


def _hostile() -> Picture:
    """A picture all of whose words are vectors, in rotation, so that each stands in each kind of field."""
    assert len(set(SCRIPTS)) >= 27
    assert len(set(TEMPLATES)) >= 17
    picture = _picture(VECTORS)
    count = len(VECTORS)

    def turned(first: int, rows: int) -> list[str]:
        return [VECTORS[(first + k) % count] for k in range(rows)]

    layers, tables, first = [], {}, 0
    for layer in picture.layers:
        table = picture.tables[layer.id]
        if layer.id == "evidence":
            table = pd.concat(
                [table.assign(node_id=f"port:{k}").head(1) for k in range(count)], ignore_index=True
            )
        words = [
            c.name for c in layer.all_columns if c.dtype == "str" and c.name not in {"feature_id", "node_id"}
        ]
        for name in words:
            first += 1
            table = table.assign(**{name: turned(first, len(table))})
        tables[layer.id] = table
        columns = tuple(
            replace(c, meaning=VECTORS[first % count], unit=VECTORS[-first % count]) for c in layer.columns
        )
        layers.append(
            replace(layer, title=VECTORS[first % count], note=VECTORS[(first + 1) % count], columns=columns)
        )
    tables["nodes"] = tables["nodes"].assign(name=list(VECTORS), reasons=list(VECTORS))
    notes = tuple(
        SourceNote(vector, *turned(k, 7), "stale" if k % 2 else vector) for k, vector in enumerate(VECTORS)
    )
    scenario: Any = SimpleNamespace(id="now", title=VECTORS[0], anchors=None, with_association=True)
    place = replace(picture.region, title=VECTORS[1])
    return replace(
        picture, layers=tuple(layers), tables=tables, sources=notes, scenario=scenario, region=place
    )


@pytest.mark.chromium
def test_no_vector_runs_and_all_are_shown_verbatim(browser: Browser, tmp_path: Path) -> None:
    hostile = _hostile()
    gone = replace(hostile, tables={**hostile.tables, "nodes": hostile.tables["nodes"].iloc[:9]})
    path = html.write(gone, tmp_path, other=hostile)
    page, heard = _open(browser, path)
    assert page.locator("#changes-list li").count() == len(VECTORS) - 9
    page.close()
    page, more = _open(browser, html.write(hostile, tmp_path))
    for box in page.query_selector_all("#layers input:not(:checked)"):
        box.click()
    for opener in ("#about-open", "#method-open"):
        page.click(opener)
        page.keyboard.press("Escape")
    for row, vector in enumerate(VECTORS):
        assert page.evaluate("id => arcticPicture.select(id)", f"port:{row}")
        assert page.text_content("#details h2") == vector
        assert page.text_content("#details .reasons") == vector
        said = page.text_content("#details .evidence") or ""
        table = hostile.tables["evidence"].iloc[row]
        for name in ("indicator", "note", "as_of"):
            shown = table[name].replace("_", " ") if name == "indicator" else table[name]
            assert shown[1:] in said, name
    page.click("#table-open")
    assert [h.strip() for h in page.locator("#table-view tbody th").all_text_contents()] == [
        v.strip() for v in VECTORS
    ]
    page.keyboard.press("Escape")
    page.fill("#search", VECTORS[2])
    page.keyboard.press("Enter")
    assert page.text_content("#details h2") == VECTORS[2]
    sources = page.locator("#about .sources tbody tr")
    assert sources.count() == len(VECTORS)
    assert page.evaluate("typeof window.__pwned") == "undefined"
    # What would have come of a vector that was read as markup.
    assert not page.query_selector("iframe, object, embed, video, math, form, base, img, [onerror], [onload]")
    assert not page.query_selector("a[href^='javascript'], a[href^='data']")
    assert [h for h in heard + more if not h.startswith("request: file:")] == []
    assert len(heard) == len(more) == 1
    page.close()


@pytest.mark.chromium
def test_every_control_does_what_it_says(browser: Browser, tmp_path: Path) -> None:
    page, heard = _open(browser, html.write(_picture(), tmp_path))
    page.click("#play")
    assert page.get_attribute("#play", "aria-pressed") == "true"
    page.click("#play")
    page.focus("#month")
    page.keyboard.press("Home")
    assert page.text_content("#ice-title") == "Sea ice, January"
    _choose_tool(page, "#measure-open")
    page.click("#map_arctic", position={"x": 500, "y": 400})
    page.click("#map_arctic", position={"x": 500, "y": 200})
    assert "km along 1 geodesic" in (page.text_content("#measured") or "")
    page.click("#measure-undo")
    page.keyboard.press("Escape")
    assert page.is_hidden("#measure")
    _choose_tool(page, "#link")
    assert "month=1" in page.input_value("#link-text")
    page.select_option("#theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 21, 27)"
    page.select_option("#theme", "light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(243, 245, 246)"
    page.click("#full")
    page.wait_for_function("document.fullscreenElement !== null")
    page.click("#full")
    page.wait_for_function("document.fullscreenElement === null")
    page.click("#tools summary")
    page.click(".leaflet-control-zoom-in")
    page.click("#home")
    page.click("#legend summary")
    page.click("#show-graticule")
    page.click("#show-names")
    page.click("#choices summary >> nth=0")
    page.click("#choices button >> nth=0")
    assert page.text_content("#shown") == f"0 of {len(NAMES)} nodes shown"
    page.click("#choices button >> nth=0")
    page.click("#legend summary >> nth=0")
    page.click("#legend .meaning summary")
    assert "moderate from 0.5, high from 1.5 months" in (page.text_content("#legend .meaning") or "")
    assert len(heard) == 1
    page.close()


@pytest.mark.chromium
def test_every_dialog_and_list_opens_and_closes(browser: Browser, tmp_path: Path) -> None:
    page, heard = _open(browser, html.write(_picture(), tmp_path))
    page.click("#caveats-open")
    assert page.locator("#about .caveats li").count() == 10
    page.click("#about .close")
    page.click("#method-open")
    assert "Three gates" in (page.text_content("#method") or "")
    assert page.locator("#method .anchors tbody tr").count() == len(ANCHORS)
    page.click("#method .close")
    page.click("#flagged-list button >> nth=0")
    page.click("#details .close")
    page.evaluate("window.print = () => { window.printed = true; }")
    _choose_tool(page, "#print")
    assert page.evaluate("window.printed")
    assert len(heard) == 1
    page.close()


@pytest.mark.chromium
def test_the_table_and_its_csv_hold_the_filtered_nodes(browser: Browser, tmp_path: Path) -> None:
    page, heard = _open(browser, html.write(_picture((*NAMES, "=cmd|' /C calc'!A0", "@sum(1)")), tmp_path))
    page.click("#choices summary >> nth=0")
    page.uncheck("#only-flag-0")
    page.click("#table-open")
    assert page.locator("#table-view tbody tr").count() == len(NAMES) + 1
    page.click("#table-view .sort >> nth=0")
    assert page.get_attribute("#table-view thead th >> nth=0", "aria-sort") == "ascending"
    with page.expect_download() as download:
        page.click("#csv")
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row["name"] for row in rows}
    plain = {*HOSTILE[1:], HIDDEN_SHOWN, "Tromsø"} - {"@@DATA@@ @@CODE@@ @@POLICY@@"}
    # An apostrophe before what a spreadsheet would run.
    assert names == plain | {"'@@DATA@@ @@CODE@@ @@POLICY@@", "'=cmd|' /C calc'!A0", "'@sum(1)"}
    assert {row["flag"] for row in rows} == {"insufficient_data"}
    assert {row["military_class"] for row in rows} == {""}
    # What the page adds to a node is no column of its table.
    assert not {"mark", "lacking"} & set(rows[0])
    page.click("#table-view tbody button >> nth=0")
    assert page.is_hidden("#table-view")
    assert page.is_visible("#details")
    assert [h for h in heard if "blob:" not in h] == heard[:1]
    page.close()


@pytest.mark.chromium
def test_a_link_brings_the_view_back(browser: Browser, tmp_path: Path) -> None:
    path = html.write(_picture(), tmp_path)
    link = (
        "#south=90&layers=land.nodes&month=3&no_flag=robust&theme=dark&node=port%3A9&at=72.5,33.25&zoom=3.5"
        "&no_hazard_class=high&no_scope=context"
    )
    page, _ = _open(browser, path, link)
    assert page.input_value("#turn") == "90"
    assert page.is_checked("#show-nodes")
    assert not page.is_checked("#show-sea_ice")
    assert page.text_content("#details h2") == "Tromsø"
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    lat, lng, zoom = page.evaluate(
        "[map_arctic.getCenter().lat, map_arctic.getCenter().lng, map_arctic.getZoom()]"
    )
    assert (round(lat, 1), round(lng, 1), zoom) == (72.5, 33.2, 3.5)
    page.wait_for_function("location.hash.includes('no_flag=robust')")
    assert "no_scope=context" in page.evaluate("location.hash")
    assert page.text_content("#shown") == f"{len(NAMES) - 1} of {len(NAMES)} nodes shown"
    page.close()
    page, heard = _open(browser, path, "#zoom=x&at=a,b&south=900&layers=%00&month=77&theme=<b>")
    assert len(heard) == 1
    page.close()


@pytest.mark.chromium
def test_distances_are_those_of_the_ellipsoid(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened
    _choose_tool(page, "#measure-open")
    for lat, lng in ((70.0, 20.0), (78.0, 16.0)):
        x, y = page.evaluate(
            "([lat, lng]) => { const b = map_arctic.getContainer().getBoundingClientRect();"
            " const p = map_arctic.latLngToContainerPoint([lat, lng]); return [b.left + p.x, b.top + p.y]; }",
            [lat, lng],
        )
        page.mouse.click(x, y)
    told = float((page.text_content("#measured") or "").split(" km")[0].replace("\u202f", ""))
    true_m = Geod(ellps="WGS84").inv(20.0, 70.0, 16.0, 78.0)[2]
    # A pixel of the whole Arctic is about ten kilometres.
    assert told == pytest.approx(true_m / 1000, abs=15)


@pytest.mark.chromium
def test_an_expired_picture_covers_itself_by_the_readers_clock(browser: Browser, tmp_path: Path) -> None:
    assert _data(html.page(_picture()))["expires"] is None
    path = html.write(replace(_picture(), expires=date(2026, 3, 20)), tmp_path)
    for now, status in (("2026-03-19T12:00:00Z", "COMPLETE"), ("2026-03-21T12:00:00Z", "EXPIRED")):
        page = browser.new_page()
        page.clock.set_fixed_time(now)
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready=true]", state="attached")
        assert page.text_content("#status strong") == status
        assert page.is_visible("#expired") == (status == "EXPIRED")
        page.close()


@pytest.mark.chromium
def test_stale_empty_and_missing_layers_are_drawn_as_such(browser: Browser, tmp_path: Path) -> None:
    picture = _picture()
    note = picture.sources[0]
    gap = replace(note, id="lost", feeds="never_seen", state="missing", title="Lost source")
    late = replace(note, state="stale")
    tables = {
        **picture.tables,
        "never_seen": picture.tables["never_seen"].iloc[:0],
        "sea_lanes": picture.tables["sea_lanes"].iloc[:0],
    }
    told = replace(picture, tables=tables, sources=(late, gap))
    page, _ = _open(browser, html.write(told, tmp_path))
    assert page.text_content("#status strong") == "DEGRADED"
    tree = page.text_content("#layers") or ""
    assert "No data: its source is not held" in tree
    assert "Empty: no such feature" in tree
    assert "Made up: stale" in tree
    before = page.locator("#map_arctic").screenshot()
    page.check("#show-never_seen")
    assert page.locator("#map_arctic").screenshot() != before
    page.check("#show-sea_lanes")
    legend = page.text_content("#legend-body") or ""
    assert "Never seen: no data" in legend
    assert "Sea lanes: none in this region" in legend
    assert "(late: greyed)" in legend
    page.close()


@pytest.mark.chromium
def test_a_mistyped_name_is_found(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened
    for typed in ("Tromsö", "Tromsoe", "Trmso"):
        page.fill("#search", typed)
        assert "Tromsø" in (page.text_content("#hits") or ""), typed


def test_two_pictures_are_compared_node_by_node() -> None:
    old, new = _picture(("A", "B", "C")), _picture(("A", "B", "C"))
    nodes = new.tables["nodes"].assign(flag=["possible", "insufficient_data", "robust"]).iloc[[0, 2]]
    told = html._compared(replace(new, tables={"nodes": nodes}), replace(old, day=date(2025, 1, 2)))
    assert told is not None
    assert told["day"] == "2025-01-02"
    flag = next(c for c in told["columns"] if c["name"] == "flag")
    assert [_cell(flag, row) for row in range(2)] == ["robust", "insufficient_data"]
    assert [(lost["name"], lost["flag"]) for lost in told["gone"]] == [("B", "insufficient_data")]


@pytest.mark.chromium
@pytest.mark.parametrize("size", [(1400, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    browser: Browser, picture: Picture, tmp_path: Path, size: tuple[int, int], scheme: Any
) -> None:
    path = html.write(picture, tmp_path)
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        bypass_csp=True,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=true]", state="attached")
    page.add_script_tag(path=AXE / "axe.min.js")

    def faults() -> list[str]:
        found = page.evaluate("axe.run().then((r) => r.violations)")
        return [
            f"{v['id']}: {v['nodes'][0]['html'][:120]}"
            for v in found
            if v["impact"] in {"serious", "critical"}
        ]

    assert faults() == []
    # In the Arctic, of context, and one on which a lacking datum decides.
    nodes = picture.tables["nodes"]
    outside = nodes.loc[nodes["scope"] == "context", "node_id"].iloc[0]
    lacking = nodes.loc[nodes["flag"] == "insufficient_data", "node_id"].iloc[0]
    for node in ("airfield:oa-enkr", outside, lacking):
        assert page.evaluate("id => arcticPicture.select(id)", node)
        assert faults() == []
    page.keyboard.press("Escape")
    page.evaluate(
        "document.querySelectorAll('#panel details, #legend, .meaning').forEach(d => d.open = true)"
    )
    assert faults() == []
    page.evaluate("document.getElementById('method-open').click()")
    assert faults() == []
    page.keyboard.press("Escape")
    page.evaluate("document.getElementById('table-open').click()")
    assert faults() == []
    page.keyboard.press("Escape")
    page.evaluate("document.getElementById('about-open').click()")
    assert faults() == []
    context.close()


@pytest.mark.chromium
@pytest.mark.parametrize("width", [1400, 390])
def test_the_whole_region_is_in_view_and_nothing_hangs_over(
    browser: Browser, picture: Picture, tmp_path: Path, width: int
) -> None:
    path = html.write(picture, tmp_path)
    page = browser.new_page(viewport={"width": width, "height": 860})
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=true]", state="attached")
    ends = page.evaluate("""() => [...Array(36).keys()].map(k => {
        const p = map_arctic.latLngToContainerPoint([60, 10 * k - 180]), s = map_arctic.getSize();
        return p.x >= 0 && p.y >= 0 && p.x <= s.x && p.y <= s.y;
    })""")
    assert all(ends)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    overlap = page.evaluate("""() => {
        const boxes = [...document.querySelectorAll('.corner > *, .rail > *, .leaflet-control-zoom')]
            .filter(e => e.offsetParent).map(e => [e.id || e.className, e.getBoundingClientRect()]);
        return boxes.flatMap(([a, r], i) => boxes.slice(i + 1).filter(([, q]) => r.left < q.right - 1
            && q.left < r.right - 1 && r.top < q.bottom - 1 && q.top < r.bottom - 1).map(([b]) => [a, b]));
    }""")
    assert overlap == []
    page.close()


@pytest.mark.chromium
def test_a_print_bears_the_map_in_light_colours_and_all_caveats(
    browser: Browser, picture: Picture, tmp_path: Path
) -> None:
    path = html.write(picture, tmp_path)
    page = browser.new_page(color_scheme="dark")
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=true]", state="attached")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.is_hidden("#panel")
    assert page.is_hidden(".corner")
    assert all(sentence in (page.text_content("#first-caveats") or "") for sentence in picture.caveats)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.is_visible("#panel")
    page.close()


def test_draw_compares_with_another_picture(folder: Path, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from pipelines.cli import app

    line = ["draw", str(folder), "--as", "html", "--to", str(tmp_path), "--compare", str(folder)]
    told = CliRunner().invoke(app, line, catch_exceptions=False)
    assert told.exit_code == 0
    compared = _data((tmp_path / "map.html").read_text(encoding="utf-8"))["compare"]
    assert compared["gone"] == []
    flags = next(c for c in compared["columns"] if c["name"] == "flag")
    ours = next(
        c
        for c in _layer((tmp_path / "map.html").read_text(encoding="utf-8"), "nodes")["columns"]
        if c["name"] == "flag"
    )
    assert flags == ours
