"""Pictures written by hand for the tests of the page, and readers of the data in a page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from functools import reduce
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import POLAR, geographic_to_polar, polar_points
from layers.picture import Picture, SourceNote
from layers.regions import region
from layers.scenarios import scenario
from layers.schema import Column, Layer
from maps.web import packing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


AXE_FOLDER = Path(__file__).parents[1] / "vendor"

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


def table_of(layer: Layer, rows: dict[str, Any], shapes: Any = None) -> pd.DataFrame:
    """Return a table of a layer, with geometry if it has shapes; missing columns are empty."""
    frame = pd.DataFrame(rows)
    for column in layer.all_columns:
        if column.name not in frame:
            frame[column.name] = None
    if shapes is None:
        return frame
    table: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=list(shapes), crs=POLAR)
    return table


def spine(prefix: str, names: Any) -> dict[str, Any]:
    """Return the columns that every layer has, for rows with these names; ids begin with `prefix`."""
    return {
        "feature_id": [f"{prefix}:{i}" for i in range(len(names))],
        "name": list(names),
        "source_id": "made",
        "as_of": "2026-11-01",
    }


def columns(*names: str, dtype: str = "str") -> tuple[Column, ...]:
    """Return columns of one type."""
    kind: Any = dtype
    return tuple(Column(name, kind, f"meaning of {name}") for name in names)


LAND = Layer("land", "Land", "environmental", "polygon", ())
SEA_ICE = Layer("sea_ice", "Sea ice", "environmental", "polygon",
                (*columns("product"), *columns("month", "year", dtype="int")))  # fmt: skip
LANES = Layer("sea_lanes", "Sea lanes", "economic", "line", (), "A proxy.")
NODES = Layer("nodes", "Nodes", "military", "point", (
    *columns("node_id", "kind", "country_iso3", "institution", "dual_use_class", "scope", "place"),
    *columns("place_id", "hazard_class", "military_class", "dependence_class", "hazard_deciding"),
    *columns("hazard_tier", "hazard_could_be", "deciding_datum", "flag", "nearest_exit", "reasons"),
    *columns("flag_probability", "overlap_probability", "fact_age_years", dtype="float"),
))  # fmt: skip
EVIDENCE = Layer("evidence", "Evidence", "military", "table", (
    *columns("node_id", "axis", "dimension", "group", "indicator", "label"),
    *columns("value", "value_low", "value_high", "score", "zero_at", "one_at", "weight", dtype="float"),
    *columns("unit", "scale", "tier", "state", "source_id", "as_of", "note"),
), spine=(), key=("node_id", "indicator"))  # fmt: skip
EXITS = Layer("exits", "Exits", "military", "table", (
    *columns("node_id", "axis", "what", "unit", "anchor", "before", "after"),
    *columns("value", "at", dtype="float"),
), spine=(), key=("node_id", "axis", "what", "anchor"))  # fmt: skip
ODD = Layer("never_seen", "Never seen", "social", "point", ())


def made_picture(names: tuple[str, ...] = NAMES) -> Picture:
    """Return a picture of a few layers whose nodes have these names, from 170° W to 170° E at 70° N."""
    count = len(names)
    ids = [f"port:{i}" for i in range(count)]
    september = shapely.Point(0, 0).buffer(900_000)
    march = shapely.Point(0, 0).buffer(2_400_000)
    tables = {
        "land": table_of(LAND, spine("land", ["Land"]), [DATE_LINE]),
        "sea_ice": table_of(
            SEA_ICE,
            spine("ice", ["March", "September", "September 2024", "September 2025"])
            | {
                "product": ["median_1981_2010"] * 2 + ["monthly_extent"] * 2,
                "month": [3, 9, 9, 9],
                "year": pd.array([None, None, 2009, 2025], dtype="Int64"),
            },
            [march, september, september.buffer(-9e4), september.buffer(-2e5)],
        ),
        "sea_lanes": table_of(
            LANES,
            spine("lane", [None]),
            geographic_to_polar([shapely.LineString([(175, 70), (185, 72)])]),
        ),
        "nodes": table_of(
            NODES,
            spine("port", names)
            | {"feature_id": ids, "node_id": ids, "kind": "port", "country_iso3": "NOR",
               "institution": "nato_only", "flag": ["robust", *["insufficient_data"] * (count - 1)],
               "scope": "arctic", "hazard_class": ["high", *["unknown"] * (count - 1)],
               "flag_probability": [0.9, *[0.0] * (count - 1)], "reasons": list(names),
               "overlap_probability": [1.0, *[0.0] * (count - 1)]},
            polar_points(np.linspace(-170, 170, count), np.full(count, 70.0)),
        ),
        "evidence": table_of(EVIDENCE, {
            "node_id": [ids[-1], ids[0], "port:nowhere"], "axis": "climate",
            "indicator": ["fetch", "runway", "lost"], "value": [np.nan, 12.5, 1.0],
            "value_low": [np.nan, 12.5, 1.0], "value_high": [np.nan, 14.0, 1.0],
            "score": [np.nan, 0.5, 0.5], "weight": 0.2, "unit": "km",
            "state": ["unknown", "known", "known"], "source_id": "made", "as_of": "2026-11-01",
        }),
        "never_seen": table_of(ODD, spine("odd", ["Odd"]), polar_points([10.0], [75.0])),
    }  # fmt: skip
    climate = replace(scenario("today"), title="Reference")
    return Picture(
        region=region("arctic"),
        scenario=climate,
        day=date(2026, 3, 15),
        layers=(LAND, SEA_ICE, LANES, NODES, EVIDENCE, ODD),
        tables=tables,
        sources=(
            SourceNote("made", "nodes", "Made up", "Nobody", "CC0", "Nobody (2026).",
                       "https://example.org", "2026-11-01", "embedded"),
        ),
    )  # fmt: skip


def judged_picture() -> Picture:
    """Return a picture of five nodes, one of each result.

    They are critical, low with the data at hand, an overlap that lacks a datum, context, and not known.
    """
    base = made_picture(("Keel", "Mast", "Sail", "Rope", "Oar"))
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
    exits = pd.DataFrame(
        [(ids[0], "climate", "ice_season_lost", 1.7, "months", "ice_lost_high", 1.5, "high", "moderate"),
         (ids[0], "climate", "ice_season_lost", 1.7, "months", "ice_lost_moderate", 0.5, "high", "low"),
         (ids[0], "climate", "relative_sea_level", 0.75, "m", "level_rise_high", 1.0, "high", "high"),
         (ids[2], "military", "facility", 0.75, "1", "facility_high", 0.6, "high", "moderate"),
         ("port:gone", "civil", "people_without_another", 508.0, "persons", "captive_moderate", 300.0,
          "high", "low")],
        columns=["node_id", "axis", "what", "value", "unit", "anchor", "at", "before", "after"],
    )  # fmt: skip
    tables = {
        **base.tables,
        "nodes": nodes,
        "evidence": table_of(EVIDENCE, pd.DataFrame(_judged_evidence(ids))),
        "exits": exits,
    }
    return replace(base, layers=(*base.layers, EXITS), tables=tables)


def _judged_evidence(ids: list[str]) -> list[dict[str, Any]]:
    """Return rows of evidence: six of the first node, an unknown hazard of the second and the third."""
    row = {"unit": "1", "scale": "class", "weight": 0.0, "tier": "", "state": "known", "source_id": "made",
           "as_of": "2026-11-01", "note": None, "label": None, "value": np.nan, "score": np.nan}  # fmt: skip
    keel = row | {"node_id": ids[0]}
    return [
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


def block_of(text: str, block: str = "picture-data") -> Any:
    """Return the content of a JSON block of a page."""
    match = re.search(rf'<script type="application/json" id="{block}">(.*?)</script>', text)
    assert match
    return json.loads(match.group(1))


def layer_of(text: str, name: str) -> Any:
    """Return the layer with the id `name` from the text of a page."""
    return next(layer for layer in block_of(text)["layers"] if layer["id"] == name)


def unpacked(text: str) -> list[int]:
    """Return the numbers of a packed text, read a character at a time."""
    numbers, value, shift = [], 0, 0
    for character in text:
        digit = bytes(packing.ALPHABET).decode().index(character)
        value |= (digit & 31) << shift
        shift += 5
        if digit < 32:
            numbers.append(value >> 1 if value % 2 == 0 else -(value + 1) // 2)
            value = shift = 0
    return numbers


def cell(column: dict[str, Any], row: int) -> Any:
    """Return a value of a coded column."""
    if "one" in column:
        return column["one"]
    if "phrases" in column:
        counts, which = unpacked(column["counts"]), unpacked(column["which"])
        first = sum(counts[:row])
        parts = [column["phrases"][k] for k in which[first : first + counts[row]]]
        return " ".join(parts) if parts else None
    if "packed" in column:
        whole = unpacked(column["packed"])[row]
        return None if whole == 0 else (whole - (whole > 0)) / 10 ** column["digits"]
    if "codes" not in column:
        return column["values"][row]
    code = unpacked(column["codes"])[row]
    return None if code < 0 else column["values"][code]


def decoded(paths: dict[str, str]) -> list[Any]:
    """Return each shape as the symmetric difference of its rings."""
    steps = unpacked(paths["steps"])
    points = zip(accumulate(steps[0::2]), accumulate(steps[1::2]), strict=True)
    rings = iter([[(100 * x, 100 * y) for x, y in islice(points, n)] for n in unpacked(paths["rings"])])
    return [
        reduce(shapely.symmetric_difference, map(shapely.Polygon, islice(rings, n)), shapely.Polygon())
        for n in unpacked(paths["shapes"])
    ]


def open_page(browser: Browser, path: Path, link: str = "") -> tuple[Page, list[str]]:
    """Open a page; returns it with a list of its console messages, errors and requests."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    events: list[str] = []
    page.on("console", lambda message: events.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: events.append(f"error: {error}"))
    page.on("request", lambda request: events.append(f"request: {request.url}"))
    page.goto(path.as_uri() + link)
    page.wait_for_selector("html[data-ready=true]", state="attached")
    page.wait_for_load_state()
    return page, events


def choose_tool(page: Page, button: str) -> None:
    """Click a button of the tools."""
    page.click("#tools summary")
    page.click(button)


def gates_of(page: Page, node: str) -> dict[str, str]:
    """Open a node and return the text of its gates by their titles."""
    assert page.evaluate("id => arcticPicture.select(id)", node)
    return {
        (gate.query_selector("h3") or gate).inner_text().split("\n")[0]: gate.inner_text()
        for gate in page.query_selector_all("#details .gate")
    }
