"""The web map: hostile names stay text, shapes come back whole, the page opens from disk alone."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from dataclasses import replace
from datetime import date
from itertools import accumulate
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.crs import POLAR, geographic_to_polar, polar_points
from layers.errors import ExportError
from layers.picture import Picture, SourceNote
from layers.regions import region
from layers.schema import Column, Layer
from maps import html
from maps.style import STYLES, Ink, classed, ramp, style_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

VENDOR = Path(html.__file__).parent / "vendor"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

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


AXES = [
    f"{axis}_{part}"
    for axis in ("climate", "military", "civil")
    for part in ("low", "high", "known", "coverage")
]
LAND = Layer("land", "Land", "environmental", "polygon", ())
SEA_ICE = Layer("sea_ice", "Sea ice", "environmental", "polygon",
                (*_columns("product"), *_columns("month", "year", dtype="int")))  # fmt: skip
LANES = Layer("sea_lanes", "Sea lanes", "economic", "line", (), "A proxy.")
NODES = Layer("nodes", "Nodes", "military", "point", (
    *_columns("node_id", "kind", "country_iso3", "institution", "dual_use_class"),
    *_columns("flag", "reasons"),
    *_columns("flag_probability", *AXES, dtype="float"),
))  # fmt: skip
EVIDENCE = Layer("evidence", "Evidence", "military", "table", (
    *_columns("node_id", "axis", "indicator"), *_columns("value", "score", "weight", dtype="float"),
    *_columns("unit", "state", "source_id", "as_of", "note"),
), spine=(), key=("node_id", "indicator"))  # fmt: skip
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
               "flag_probability": [0.9, *[np.nan] * (count - 1)], "reasons": list(names)}
            | dict.fromkeys(AXES, np.nan),
            polar_points(np.linspace(-170, 170, count), np.full(count, 70.0)),
        ),
        "evidence": _table(EVIDENCE, {
            "node_id": [ids[-1], ids[0], "port:nowhere"], "axis": "climate",
            "indicator": ["fetch", "runway", "lost"], "value": [np.nan, 12.5, 1.0],
            "score": [np.nan, 0.25, 0.5], "weight": 0.2, "unit": "km",
            "state": ["unknown", "known", "known"], "source_id": "made", "as_of": "2026-11-01",
        }),
        "never_seen": _table(ODD, _spine("odd", ["Odd"]), polar_points([10.0], [75.0])),
    }  # fmt: skip
    scenario: Any = SimpleNamespace(id="now", title="Reference")
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


def _cell(column: dict[str, Any], row: int) -> Any:
    if "codes" not in column:
        return column["values"][row]
    code = column["codes"][row]
    return None if code < 0 else column["values"][code]


def _decoded(parts: list[list[list[int]]]) -> Any:
    def ring(steps: list[int]) -> list[tuple[int, int]]:
        xs, ys = accumulate(steps[0::2]), accumulate(steps[1::2])
        return [(100 * x, 100 * y) for x, y in zip(xs, ys, strict=True)]

    return shapely.union_all([shapely.Polygon(ring(p[0]), [ring(h) for h in p[1:]]) for p in parts])


@pytest.fixture(scope="module")
def text() -> str:
    return html.page(_picture())


# --- the page as text ------------------------------------------------------------------------


def test_names_survive_as_they_are_and_close_no_block(text: str) -> None:
    column = next(c for c in _layer(text, "nodes")["columns"] if c["name"] == "name")
    assert [_cell(column, i) for i in range(len(NAMES))] == [*HOSTILE, HIDDEN_SHOWN, "Tromsø"]
    assert text.count("<script") == text.count("</script>") == 3


def test_no_character_of_data_can_open_markup(text: str) -> None:
    for block in ("picture-data", "evidence-data"):
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
    assert evidence["starts"] == [0, *[1] * (len(NAMES) - 1), 2]
    value = next(c for c in evidence["columns"] if c["name"] == "value")
    assert [_cell(value, i) for i in range(2)] == [12.5, None]
    state = next(c for c in evidence["sayings"] if c["name"] == "state")
    assert [_cell(state, row) for row in evidence["saying"]] == ["known", "unknown"]


def test_shapes_of_two_layers_are_kept_once() -> None:
    picture = _picture()
    twin = replace(LAND, id="twin")
    tables = {**picture.tables, "twin": picture.tables["land"]}
    text = html.page(replace(picture, layers=(*picture.layers, twin), tables=tables))
    assert _layer(text, "twin")["paths"] == "land"


def test_an_empty_layer_is_listed() -> None:
    picture = _picture()
    tables = {name: table.iloc[:0] for name, table in picture.tables.items()}
    data = _data(html.page(replace(picture, tables=tables)))
    assert [layer["count"] for layer in data["layers"]] == [0] * 5


def test_a_picture_without_nodes_and_ice_is_drawn() -> None:
    picture = _picture()
    bare = replace(picture, layers=(LAND,), tables={"land": picture.tables["land"]}, sources=())
    assert _data(html.page(bare), "evidence-data") is None
    assert [layer["id"] for layer in _data(html.page(bare))["layers"]] == ["land"]


# --- shapes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [POLE, DATE_LINE, POLE.difference(shapely.Point(3e5, 0).buffer(2e5))])
def test_polygons_come_back_whole(shape: Any) -> None:
    coded = html._paths(np.array([shape], dtype=object), "polygon", 1_000.0)
    back = _decoded(json.loads(json.dumps(coded))[0])
    assert back.symmetric_difference(shape).area < 0.005 * shape.area
    assert back.hausdorff_distance(shape) < 1_500


def test_the_pole_and_the_date_line_stay_inside(text: str) -> None:
    ice = _layer(text, "sea_ice")["paths"]
    assert all(_decoded(parts).contains(shapely.Point(0, 0)) for parts in ice)
    land = _decoded(_layer(text, "land")["paths"][0])
    for point in polar_points([171.0, 179.99, -179.99, -166.0], np.full(4, 69.0)):
        assert land.contains(point)
    assert not land.contains(shapely.Point(0, 0))


def test_a_vertex_at_the_pole_is_kept() -> None:
    wedge = shapely.Polygon([(0, 0), (1e6, 0), (1e6, 1e6)])
    coded = html._paths(np.array([wedge], dtype=object), "polygon", 0.0)
    assert _decoded(coded[0]).equals(wedge)


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


def test_flags_and_kinds_differ_in_more_than_colour() -> None:
    nodes = STYLES["nodes"]
    assert len({shape.shape for shape in nodes.shapes}) == len(nodes.shapes) == 7
    assert len({(c.radius, c.hollow) for c in nodes.classes}) == len(nodes.classes) == 4


def test_vendored_files_are_those_of_the_packages() -> None:
    rows = [line.split("  ") for line in (VENDOR / "CHECKSUMS.txt").read_text().splitlines()[1:]]
    held = {path.name for path in VENDOR.iterdir()} - {"CHECKSUMS.txt"}
    assert {name for _, name, *_ in rows} == held
    for digest, name, _, version, licence in rows:
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name
        assert version
        assert licence.split(",")[0] in {"BSD-2-Clause", "MIT"}


# --- the page in a browser -------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert CHROMIUM is not None, "who opens a browser is marked `chromium`"
    playwright = pytest.importorskip("playwright.sync_api")
    switches = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
        " --disable-component-update --disable-sync"
    )
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=switches.split())
        yield opened
        opened.close()


@pytest.fixture
def opened(browser: Browser, text: str, tmp_path: Path) -> Iterator[tuple[Page, list[str]]]:
    path = tmp_path / "map.html"
    path.write_text(text, encoding="utf-8")
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("request", lambda request: heard.append(f"request: {request.url}"))
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=true]", state="attached")
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
    assert heard == [f"request: {page.url}"]


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
