"""The QGIS project: by a strict parser, then by the QGIS of this machine, pixel by pixel."""

from __future__ import annotations

import io
import json
import re
import shutil
import sqlite3
import warnings
import zipfile
from contextlib import closing
from dataclasses import replace
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any
from xml.dom import expatbuilder
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pyogrio
import pytest
import qgis_session
import rasterio
import shapely
from pyproj import CRS, Geod, Transformer
from rasterio.errors import NotGeoreferencedWarning

from layers.catalog import LAYERS
from layers.crs import polar_xy
from layers.errors import ExportError
from layers.raster import rasters
from layers.regions import REGIONS
from layers.schema import PILLARS, Column, conform
from maps.qgis import geopackage, graticule
from maps.qgis import project as qgis
from maps.qgis.conditions import CONDITIONS
from maps.qgis.symbology import qml
from maps.qgis.themes import VIEWS
from maps.style import FLAGGED, STYLES, marked, style_of
from maps.text import heading, literal, visible

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture

HOSTILE = (
    "<script>alert(1)</script>", "a & b", "[% 6 * 7 %]", "[%eval('1')%]", "{{7*7}}", "{% raw %}", "]]>",
    '"double" \'single\'', "\u202eredro", "bell\x07", "0\ufffe0", "' || 'x", "%]", "</td></tr>", "&lt;b&gt;",
)  # fmt: skip
# Ports of the World Port Index, WGS 84.
PORTS = {
    "Tromso": (18.96667, 69.65), "Kirkenes": (30.06889, 69.72972), "Murmansk": (33.05, 68.98333),
    "Nuuk": (-51.75, 64.18333), "Churchill": (-94.2, 58.78333), "Tiksi": (128.89056, 71.64444),
    "Pevek": (170.3, 69.71667), "Longyearbyen": (15.63333, 78.22722), "Narvik": (17.40222, 68.42111),
    "Keflavik": (-22.55, 64.0),
}  # fmt: skip


def document(packed: bytes) -> ET.Element:
    """The project in a .qgz, parsed by one that refuses every declaration and entity."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["picture.qgs"]
        assert archive.testzip() is None
        text = archive.read("picture.qgs")
    assert b"<!DOCTYPE" not in text
    expatbuilder.parseString(text)
    return ET.fromstring(text)


@pytest.fixture(scope="module")
def root(folder: Path) -> ET.Element:
    return document((folder / "picture.qgz").read_bytes())


@pytest.fixture(scope="module")
def layers(root: ET.Element) -> dict[str, ET.Element]:
    return {element.findtext("id"): element for element in root.iter("maplayer")}


def one(picture: Picture, layer_id: str, **columns: Any) -> Picture:
    """The picture with the first rows of one layer only changed in some columns."""
    layer = next(layer for layer in picture.layers if layer.id == layer_id)
    rows = len(next(iter(columns.values())))
    table = picture.tables[layer_id].head(rows).assign(**columns)
    return replace(picture, tables={**picture.tables, layer_id: conform(table, layer)})


def test_two_writes_give_the_same_bytes(picture, folder, tmp_path):
    assert qgis.write(picture, tmp_path).read_bytes() == (folder / "picture.qgz").read_bytes()
    for path in sorted((folder / "grids").glob("*.tif")):
        assert (tmp_path / "grids" / path.name).read_bytes() == path.read_bytes()
    with zipfile.ZipFile(folder / "picture.qgz") as archive:
        assert archive.infolist()[0].date_time == (1980, 1, 1, 0, 0, 0)


def test_the_layers_are_those_of_the_geopackage_and_the_grids(folder, layers):
    sources = [
        element.findtext("datasource") for element in layers.values() if element.get("type") != "annotation"
    ]
    tables = {source.removeprefix("./picture.gpkg|layername=") for source in sources if "|" in source}
    table = set(dict(pyogrio.list_layers(folder / "picture.gpkg").tolist()))
    assert tables == table - {"layer_styles", "status"}
    files = {source for source in sources if "|" not in source}
    assert files == {f"./grids/{path.name}" for path in (folder / "grids").glob("*.tif")}
    assert len(files) == 6
    assert all(len(name) > 8 for name in layers)


def test_the_tree_names_every_layer_once_in_the_order_of_drawing(root, layers, picture):
    tree = root.find("layer-tree-group")
    leaves = [leaf.get("id") for leaf in tree.iter("layer-tree-layer")]
    assert sorted(leaves) == sorted(layers)
    groups = [group.get("name") for group in tree.findall("layer-tree-group")]
    assert groups[0] == "Critical nodes, overlap, context", "what is judged lies on top"
    assert groups[1] == "Nodes by one class"
    assert groups[2] == "Flows"
    assert {name.lower() for name in groups[3:7]} == set(PILLARS)
    assert groups[7:] == ["Environment grids", "Tables"]
    by_id = {f"arctic_picture_{layer.id}": layer for layer in picture.layers}
    judged, graded, _, *pillars = tree.findall("layer-tree-group")[:7]
    views = [f"arctic_picture_{name}" for name in VIEWS]
    assert [leaf.get("id") for leaf in graded] == views
    assert {leaf.get("checked") for leaf in graded} == {"Qt::Unchecked"}
    assert [by_id[leaf.get("id")].id for leaf in judged] == ["nodes", "gateways", "arctic_boundary"]
    for group in pillars:
        assert {by_id[leaf.get("id")].pillar for leaf in group.iter("layer-tree-layer")} == {
            group.get("name").lower()
        }
    for group in (
        judged,
        *pillars,
        *(inner for outer in pillars for inner in outer.findall("layer-tree-group")),
    ):
        heights = [style_of(by_id[leaf.get("id")]).order for leaf in group.findall("layer-tree-layer")]
        assert heights == sorted(heights, reverse=True)
    facts = next(g for g in tree.iter("layer-tree-group") if g.get("name") == "Climate facts, as published")
    assert {by_id[leaf.get("id")].id for leaf in facts} == {
        "thaw_damage", "coastal_erosion", "port_ice_seasons", "permafrost_places", "station_normals",
        "permafrost_maps",
    }  # fmt: skip
    rows = next(g for g in tree.iter("layer-tree-group") if g.get("name") == "Rows of each node")
    assert {by_id[leaf.get("id")].id for leaf in rows} >= {"evidence", "exits", "climate_facts", "measures"}
    order = [item.text for item in tree.find("custom-order")]
    assert order[: len(views)] == views
    assert tree.find("custom-order").get("enabled") == "1"
    heights = [style_of(by_id[name]).order for name in order if name in by_id]
    assert heights == sorted(heights, reverse=True)
    place = {name: number for number, name in enumerate(order)}
    for grid in (name for name in order if "_grid_" in name):
        assert place["arctic_picture_arctic_boundary"] < place[grid] < place["arctic_picture_warming"]
    for leaf in tree.iter("layer-tree-layer"):
        if leaf.get("id") in by_id and by_id[leaf.get("id")].geometry != "table":
            shown = leaf.get("checked") == "Qt::Checked"
            assert shown == style_of(by_id[leaf.get("id")]).visible


def test_nothing_runs_and_no_path_leads_out(root, folder):
    text = ET.tostring(root, encoding="unicode")
    assert str(folder) not in text
    sources = [element.findtext("datasource") for element in root.iter("maplayer")]
    sources += [leaf.get("source", "") for leaf in root.iter("layer-tree-layer")]
    for source in filter(None, sources):
        assert re.fullmatch(r"\./(picture\.gpkg\|layername=\w+|grids/\w+\.tif)", source)
    assert not re.search(r"[\"'>](/[a-z]|[A-Z]:\\|\.\./|file:)", text.replace("/>", "").replace("</", ""))
    assert root.find("homePath").get("path") == ""
    assert not list(root.iter("attributeactions"))
    assert not list(root.iter("editforminit"))
    assert root.findtext("properties/Macros/pythonCode") in {"", None}
    assert root.findtext("properties/Paths/Absolute") == "false"
    for address in re.findall(r'"(https?://[^"]*)"', text):
        assert f'url="{address}"' in text, "an address stands only where sources are named"
    assert not re.search(r"\beval\b|\benv\(|load_layer|python:", text)


def test_the_crs_is_the_polar_one_and_used(root, layers):
    assert root.findtext("properties/SpatialRefSys/ProjectionsEnabled") == "1"
    for system in root.iter("spatialrefsys"):
        assert system.findtext("authid") == "EPSG:3413"
        assert CRS.from_wkt(system.findtext("wkt")).to_epsg() == 3413
        x, y = Transformer.from_crs("EPSG:4326", system.findtext("proj4"), always_xy=True).transform(20, 70)
        assert np.allclose((x, y), polar_xy(20, 70), atol=1e-3)
    for element in layers.values():
        if element.get("geometry") != "No geometry":
            assert element.findtext("srs/spatialrefsys/authid") == "EPSG:3413"


def test_every_column_is_called_by_words_and_unit(layers, picture):
    for layer in picture.layers:
        aliases = {
            row.get("field"): row.get("name") for row in layers[f"arctic_picture_{layer.id}"].iter("alias")
        }
        assert list(aliases) == [column.name for column in layer.all_columns]
        for column in layer.all_columns:
            assert "_" not in aliases[column.name]
            if column.unit and column.unit != "1":
                assert aliases[column.name].endswith(f" [{column.unit}]")


def test_headings():
    columns = {column.name: column for layer in LAYERS for column in layer.all_columns}
    assert heading(columns["position_uncertainty_km"]) == "Position uncertainty [km]"
    assert heading(columns["overlap_probability"]) == "Overlap probability [0 to 1]"
    assert heading(columns["extent_million_km2"]) == "Extent [million km2]"
    assert heading(columns["name"]) == "Name"
    assert heading(columns["cer_sectors"]) == "CER sectors"


RELATED = {
    f"nodes_{name}": "node_id"
    for name in (
        "evidence",
        "exits",
        "climate_facts",
        "measures",
        "node_recovery",
        "overrides",
        "standards",
        "warming_levels",
    )
} | {"nodes_thaw_damage": "match_node"}


def test_a_node_leads_to_its_evidence(root, layers, picture):
    relations = {row.get("id"): row for row in root.iter("relation")}
    assert {name: row.find("fieldRef").get("referencingField") for name, row in relations.items()} == RELATED
    nodes = set(picture.tables["nodes"]["node_id"])
    for name, row in relations.items():
        assert row.get("referencedLayer") == "arctic_picture_nodes"
        assert row.get("referencingLayer") == name.replace("nodes_", "arctic_picture_", 1)
        assert row.get("referencingLayer") in layers
        assert row.find("fieldRef").get("referencedField") == "node_id"
        named = picture.tables[name.removeprefix("nodes_")][RELATED[name]].dropna()
        assert set(named) <= nodes


def test_a_nodes_form_has_each_column_once_and_each_table(layers, picture):
    element = layers["arctic_picture_nodes"]
    assert element.findtext("editorlayout") == "tablayout"
    form = element.find("attributeEditorForm")
    tabs = [tab.get("name") for tab in form]
    assert tabs[:4] == ["Judgement", "Climate", "Military and remit", "Position and sources"]
    nodes = next(layer for layer in picture.layers if layer.id == "nodes")
    columns = [column.name for column in nodes.all_columns]
    fields = [row.get("name") for row in form.iter("attributeEditorField")]
    assert sorted(fields) == sorted(columns)
    first = [row.get("name") for row in form[0].iter("attributeEditorField")]
    assert {
        "flag", "overlap_probability", "scope", "place", "hazard_class", "hazard_deciding",
        "military_class", "dependence_class", "nearest_exit", "reasons",
    } <= set(first)  # fmt: skip
    for row in form.iter("attributeEditorField"):
        assert columns[int(row.get("index")) - 1] == row.get("name"), "the first field of a GeoPackage is fid"
    editors = [row.get("relation") for row in form.iter("attributeEditorRelation")]
    assert editors[:3] == ["nodes_evidence", "nodes_exits", "nodes_climate_facts"]
    assert sorted(editors) == sorted(RELATED)


def expressions(element: ET.Element) -> list[str]:
    """All that QGIS computes of a vector layer: rules, labels, tips, ranges, names of rows."""
    found = [rule.get("filter") for rule in element.iter("rule")]
    found += [style.get("fieldName") for style in element.iter("text-style")]
    found += [row.get("value") for row in element.iter("Option") if row.get("name") == "expression"]
    found += re.findall(r"\[%(.*?)%\]", element.findtext("mapTip") or "", re.DOTALL)
    found += [element.findtext("previewExpression")]
    found += [row.get("attr") for row in element.iter("renderer-v2")]
    return [text for text in found if text]


def test_every_expression_names_columns_that_are_there(layers, picture):
    for layer in picture.layers:
        columns = {column.name for column in layer.all_columns}
        result = expressions(layers[f"arctic_picture_{layer.id}"])
        # A column stands in double quotes; what single quotes hold is text.
        named = {name for text in result for name in re.findall(r'"([^"]*)"', re.sub(r"'[^']*'", "''", text))}
        assert named <= columns, layer.id
    tip = " ".join(expressions(layers["arctic_picture_nodes"]))
    for name in ("hazard_class", "hazard_deciding", "hazard_could_be", "deciding_datum", "military_class",
                 "dependence_class", "overlap_probability", "flag_probability", "scope", "place",
                 "nearest_exit", "fact_age_years", "permafrost_zone", "ground_ice", "ice_months_lost",
                 "coastal_erosion_m_per_year", "relative_sea_level_m"):  # fmt: skip
        assert f'"{name}"' in tip, f"no reader of the map is told {name}"


# Scope, flag, share of overlap -> what the node is drawn as.
MARKED = (
    ("arctic", "robust", 1.0, "robust"), ("gateway", "possible", 0.2, "possible"),
    ("arctic", "not_flagged", 0.5, "overlap"), ("gateway", "not_flagged", 0.4999, "not_flagged"),
    ("arctic", "insufficient_data", 0.5, "overlap_open"),
    ("arctic", "insufficient_data", 0.0, "insufficient_data"),
    ("context", "robust", 1.0, "context"), ("context", "possible", 0.0, "context"),
    ("context", "not_flagged", 0.6, "context"), ("context", "insufficient_data", 0.6, "context"),
    ("context", "insufficient_data", 0.0, "context"), ("context", "not_flagged", 0.0, "context"),
)  # fmt: skip


def test_a_node_has_the_one_symbol_of_the_web_map(picture):
    table = picture.tables["nodes"]
    columns = ["scope", "flag", "overlap_probability"]
    given = pd.concat([pd.DataFrame(MARKED, columns=[*columns, "mark"]), table[columns]], ignore_index=True)
    wanted = marked(given)
    assert wanted[: len(MARKED)].tolist() == [row[3] for row in MARKED]
    with closing(sqlite3.connect(":memory:")) as database:
        given[columns].to_sql("nodes", database, index_label="place")
        fields = {
            value: {row[0] for row in database.execute(f"SELECT place FROM nodes WHERE {condition}")}
            for value, condition in CONDITIONS["mark"].items()
        }
    assert sum(map(len, fields.values())) == len(given), "a node has more symbols than one, or none"
    for value, places in fields.items():
        assert places == set(np.flatnonzero(wanted == value)), value


def test_a_boundary_is_an_outline(layers):
    symbol = layers["arctic_picture_arctic_boundary"].find("renderer-v2/symbols/symbol")
    options = {row.get("k"): row.get("v") for row in symbol.iter("prop")}
    assert (options["style"], options["outline_style"]) == ("no", "dash")


def test_a_bookmark_for_each_region(root):
    marks = {row.get("name"): shapely.from_wkt(row.get("extent")) for row in root.iter("Bookmark")}
    assert list(marks) == [region.title for region in REGIONS]
    for region in REGIONS:
        assert np.allclose(marks[region.title].bounds, region.outline.bounds, atol=1)


def test_metadata_names_terms_sources_and_dates(layers, picture):
    metadata = layers["arctic_picture_ports"].find("resourceMetadata")
    note = next(note for note in picture.sources if note.id == "nga_world_port_index")
    assert metadata.findtext("license") == note.licence
    assert metadata.findtext("rights") == note.citation
    assert note.as_of in metadata.findtext("history")
    named = set(picture.tables["ports"]["source_id"]) - {note.id}
    days = [one.as_of for one in picture.sources if one.feeds == "ports" or one.id in named]
    assert note.as_of in days
    assert metadata.findtext("extent/temporal/period/start")[:10] == min(days)
    assert metadata.findtext("extent/temporal/period/end")[:10] == max(days)
    derived = layers["arctic_picture_nodes"].find("resourceMetadata")
    assert any("Computed by arctic-picture from" in row.text for row in derived.iter("history"))
    for element in layers.values():
        if element.get("type") != "annotation":
            assert element.findtext("resourceMetadata/title")


@pytest.mark.parametrize(
    ("as_of", "first", "last"),
    [
        ("2014", "2014-01-01", "2014-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-11-23", "2026-11-23", "2026-11-23"),
    ],
)
def test_a_source_of_a_year_holds_for_the_year(picture, as_of, first, last):
    notes = tuple(replace(n, as_of=as_of) if n.feeds == "chokepoints" else n for n in picture.sources)
    root = document(qgis.project(replace(picture, sources=notes)))
    element = next(e for e in root.iter("maplayer") if e.findtext("id") == "arctic_picture_chokepoints")
    period = element.find("resourceMetadata/extent/temporal/period")
    assert (period.findtext("start"), period.findtext("end")) == (f"{first}T00:00:00Z", f"{last}T00:00:00Z")


def test_the_ice_has_a_clock(root, layers, picture):
    temporal = layers["arctic_picture_sea_ice"].find("temporal")
    assert temporal.get("enabled") == "1"
    assert temporal.get("mode") == "4"
    begin, end = (root.findtext(f"ProjectTimeSettings/TemporalRange/{name}") for name in ("start", "end"))
    month = f"{picture.day:%Y-%m}"
    last = (pd.Timestamp(picture.day) + pd.offsets.MonthEnd(0)).day
    assert (begin, end) == (f"{month}-01T00:00:00Z", f"{month}-{last}T23:59:59Z")
    controller = root.find("properties/TemporalControllerWidget")
    assert controller.findtext("NavigationMode") == "2", "the controller opens on one range of time"
    assert [controller.findtext(name)[:19] + "Z" for name in ("StartDateTime", "EndDateTime")] == [begin, end]
    assert root.find("ProjectTimeSettings").get("timeStepUnit") == "mon"
    others = [name for name, element in layers.items() if element.find("temporal") is not None]
    assert others == ["arctic_picture_sea_ice"]


SHEETS = [
    "Arctic picture, A3 landscape", "Arctic picture, A3 portrait", "Arctic picture, A4 landscape",
    "Arctic picture, A4 portrait", "Country sheets, A4",
]  # fmt: skip


def box(item: ET.Element) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of an item of a layout, in millimetres."""
    left, top = map(float, item.get("position").split(",")[:2])
    width, height = map(float, item.get("size").split(",")[:2])
    return left, top, left + width, top + height


def test_there_are_sheets_of_a3_and_a4(root):
    assert [layout.get("name") for layout in root.findall("Layouts/Layout")] == SHEETS
    sizes = {
        layout.get("name"): layout.find("PageCollection/LayoutItem").get("size").removesuffix(",mm")
        for layout in root.findall("Layouts/Layout")
    }
    assert list(sizes.values()) == ["420,297", "297,420", "297,210", "210,297", "210,297"]
    ids = [item.get("uuid") for item in root.iter("LayoutItem")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", SHEETS)
def test_the_sheet_says_what_the_map_is_not(root, picture, name):
    layout = next(row for row in root.findall("Layouts/Layout") if row.get("name") == name)
    items = {item.get("id"): item for item in layout.iter("LayoutItem")}
    assert set(items) >= {"map", "title", "status", "counts", "legend", "scale bar", "caveats", "sources"}
    for sentence in picture.caveats:
        assert sentence in items["caveats"].get("labelText")
    for note in picture.sources:
        words = items["sources"].get("labelText")
        assert note.title in words or name == "Country sheets, A4"
        assert note.state == "not_held" or note.licence in words
        assert note.state == "not_held" or note.publisher in words
    assert items["map"].get("isTemporal") == "1"
    assert items["map"].get("temporalRangeBegin")[:7] == picture.day.isoformat()[:7]
    assert items["map"].get("temporalRangeEnd")[:7] == picture.day.isoformat()[:7]
    assert (items["map"].get("followPreset"), items["map"].get("followPresetName")) == ("true", "Situation")
    named = {leaf.get("id") for leaf in items["legend"].iter("layer-tree-layer")}
    assert "arctic_picture_nodes" in named
    pages = [box(item) for key, item in items.items() if key.startswith("page ")]
    inside = {key: box(item) for key, item in items.items() if not key.startswith("page ")}
    for key, (left, top, right, bottom) in inside.items():
        assert any(a <= left and b <= top and right <= c and bottom <= d for a, b, c, d in pages), key
    for one_id, other_id in combinations(set(inside) - {"scale bar"}, 2):
        a, b = inside[one_id], inside[other_id]
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        # The box of the legend is an upper bound; QGIS makes it as large as its entries.
        assert apart or "legend" in {one_id, other_id}, f"{one_id} lies on {other_id}"


def test_the_sheet_counts_what_is_critical(picture):
    rows = [
        ("arctic", "robust", "a", 1.0), ("arctic", "possible", "a", 0.9), ("gateway", "possible", "b", 0.2),
        ("arctic", "not_flagged", "c", 0.5), ("arctic", "insufficient_data", "d", 0.7),
        ("arctic", "insufficient_data", "d", 0.0), ("context", "not_flagged", "e", 1.0),
    ]  # fmt: skip
    scope, flag, place_id, overlap = zip(*rows, strict=True)
    shown = one(picture, "nodes", scope=scope, flag=flag, place_id=place_id, overlap_probability=overlap)
    root = document(qgis.project(shown))
    result = next(i.get("labelText") for i in root.iter("LayoutItem") if i.get("id") == "counts")
    assert result == (
        "3 critical nodes in 2 places, 1 robust; climate and defence overlap at 2 more; "
        "an unknown alone decides at 2."
    )


def test_the_legend_names_each_class_of_node(root):
    legend = next(item for item in root.iter("LayoutItem") if item.get("type") == "65642")
    classes, kinds = [
        leaf for leaf in legend.iter("layer-tree-layer") if leaf.get("id") == "arctic_picture_nodes"
    ]
    labels = {
        int(row.get("name").removeprefix("legend/label-")): row.get("value")
        for row in classes.iter("Option") if (row.get("name") or "").startswith("legend/label-")
    }  # fmt: skip
    # Rules stand in the legend one after another, each with its seven kinds below it, the faintest first.
    assert labels == {
        49: "Critical, robust (p ≥ 0.8)", 41: "Critical, possible (p 0.2 to 0.8)",
        33: "Overlap, not critical (p ≥ 0.5)", 25: "Overlap, a datum lacking", 17: "A datum lacking",
        9: "Other in scope", 1: "Context, never flagged",
    }  # fmt: skip
    shapes = [row.get("value") for row in kinds.iter("Option") if "legend/label-" in (row.get("name") or "")]
    assert shapes == [row.label for row in STYLES["nodes"].shapes]


def test_ranges_and_classes_have_the_colours_of_the_page(layers, picture):
    for name in ("bathymetry", "permafrost", "warming"):
        renderer = layers[f"arctic_picture_{name}"].find("renderer-v2")
        assert renderer.get("type") == "graduatedSymbol"
        ranges = [(float(r.get("lower")), float(r.get("upper"))) for r in renderer.iter("range")]
        assert len(ranges) == len(picture.tables[name])
        assert all(low < high for low, high in ranges)
        assert all(first[1] == second[0] for first, second in pairwise(ranges))
        labels = [row.get("label") for row in renderer.iter("range")]
        for low, high, label in picture.tables[name][["class_low", "class_high", "label"]].to_numpy():
            middle = (low + (low + 2 if np.isnan(high) else high)) / 2
            assert [labels[n] for n, (a, b) in enumerate(ranges) if a <= middle <= b] == [label]
    flags = layers["arctic_picture_nodes"].find("renderer-v2")
    robust = next(rule for rule in flags.iter("rule") if rule.get("key") == "{robust-port}")
    symbol = next(s for s in flags.iter("symbol") if s.get("name") == robust.get("symbol"))
    assert symbol.find("layer/prop[@k='color']").get("v") == "213,94,0,255"
    classes = [rule.get("key")[1:-1] for rule in flags.find("rules")]
    assert classes == [row.value for row in reversed(STYLES["nodes"].classes)]
    assert classes[-1] == "robust"
    assert symbol.find("layer").get("pass") == str(len(classes) - 1), "what weighs most is drawn last"
    for element in layers.values():
        for layer in element.findall("renderer-v2/symbols/symbol/layer"):
            options = {row.get("name"): row.get("value") for row in layer.findall("Option/Option")}
            assert options == {row.get("k"): row.get("v") for row in layer.findall("prop")}


def test_late_and_empty_layers_say_so(picture):
    notes = tuple(
        replace(note, state="stale") if note.id == "nga_world_port_index" else note
        for note in picture.sources
    )
    written = one(replace(picture, sources=notes), "mines", name=[])
    root = document(qgis.project(written))
    names = {element.findtext("id"): element for element in root.iter("maplayer")}
    ports = names["arctic_picture_ports"]
    assert ports.findtext("layername").endswith("(stale, as of 2025-05-27)")
    assert "stale" in ports.findtext("resourceMetadata/history")
    assert names["arctic_picture_mines"].findtext("layername").endswith("(empty)")
    assert "(" not in names["arctic_picture_airfields"].findtext("layername")
    sheet = {item.get("id"): item.get("labelText") for item in root.find("Layouts/Layout").iter("LayoutItem")}
    subtitles = [item.get("labelText") for item in root.iter("LayoutItem") if item.get("id") == "subtitle"]
    assert all("nga_world_port_index" in words for words in subtitles)
    assert "(stale)" in sheet["sources"]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text(picture, text):
    notes = tuple(
        replace(note, title=text, publisher=text, licence=text, citation=text, homepage=text)
        if note.id == "nga_world_port_index"
        else note
        for note in picture.sources
    )
    root = document(qgis.project(replace(picture, sources=notes)))
    rights = [row.text for row in root.iter("rights")]
    assert literal(text) in rights
    result = [
        value
        for item in root.iter("LayoutItem")
        for value in item.attrib.values()
        # These ask the clock or the country of the sheet, and hold no data.
        if "[%" in (value or "") and (item.get("id") not in {"status", "title", "counts"})
    ]
    assert not result
    shown = visible(text)
    assert not any(ord(c) < 0x20 and c not in "\t\n" for c in shown)
    assert not re.search("[\u202a-\u202e\ufffe\uffff]", shown)


def test_map_tips_hold_columns_and_nothing_of_the_data(picture):
    layer = next(layer for layer in picture.layers if layer.id == "settlements")
    hostile = one(picture, "settlements", name=[text.replace("\x07", "") for text in HOSTILE])
    day = picture.day
    assert qml(layer, hostile.tables["settlements"], day) == qml(layer, picture.tables["settlements"], day)


def test_the_project_is_in_the_geopackage(folder, picture):
    with closing(
        sqlite3.connect(f"file:{folder / 'picture.gpkg'}?mode=ro&immutable=1", uri=True)
    ) as database:
        name, content, metadata = database.execute(
            "SELECT name, content, metadata FROM qgis_projects"
        ).fetchone()
    assert name == "picture"
    root = document(bytes.fromhex(content))
    sources = {element.findtext("datasource") for element in root.iter("maplayer")}
    assert not any(source and "picture.gpkg" not in source for source in sources), "grids lie beside it"
    assert json.loads(metadata)["last_modified_time"][:10] == picture.day.isoformat()


def test_a_disk_that_refuses_is_said(picture, tmp_path):
    with pytest.raises(ExportError, match=r"expected to write it into .*gone"):
        qgis.write(replace(picture, grids={}), tmp_path / "gone")


def test_a_planted_link_is_not_followed(picture, tmp_path):
    victim = tmp_path / "victim"
    (tmp_path / "picture.qgz").symlink_to(victim)
    qgis.write(replace(picture, grids={}), tmp_path)
    assert not victim.exists()
    assert not (tmp_path / "grids").exists()


# --- grids ---------------------------------------------------------------------------------------


def test_grids_are_small_polar_cogs(folder):
    files = sorted((folder / "grids").glob("*.tif"))
    assert sum(path.stat().st_size for path in files) < 1_500_000
    for path in files:
        with rasterio.open(path) as file:
            assert CRS(file.crs.to_wkt()).to_epsg() == 3413
            assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
            assert file.nodata is not None
            assert all(file.descriptions)


def at(path: Path, lon: float, lat: float, band: int = 1) -> float:
    x, y = polar_xy(lon, lat)
    with rasterio.open(path) as file:
        return float(next(file.sample([(float(x), float(y))], indexes=band))[0])


def test_grids_say_what_is_known_of_places(folder, picture):
    grids = folder / "grids"
    assert at(grids / "land.tif", -40.0, 75.0) == 1  # the ice sheet of Greenland
    assert at(grids / "land.tif", 0.0, 72.0) == 0  # the Norwegian Sea
    assert at(grids / "sea_ice_presence.tif", 40.0, 77.0, 3) == 1  # northern Barents Sea in March
    assert at(grids / "sea_ice_presence.tif", 40.0, 77.0, 9) == 0
    assert -4500 < at(grids / "bathymetry.tif", 0.0, 90.0) < -3800  # the pole is 4.2 km deep
    assert at(grids / "bathymetry.tif", 20.0, 57.0) == -32768, "outside the data is no depth"
    assert at(grids / "air_temperature.tif", -40.0, 75.0) < -20
    assert at(grids / "warming.tif", 0.0, 85.0) > 0
    assert np.isnan(at(grids / "warming.tif", 20.0, 57.0))
    latest = next(r for r in rasters(picture.grids, picture.scenario) if r.id == "sea_ice_concentration")
    assert latest.names == ("2021-12-31",)


def test_what_is_not_held_is_no_raster(picture):
    assert rasters({}, picture.scenario) == []
    assert [r.id for r in rasters({"land": picture.grids["land"]}, picture.scenario)] == ["land"]


def test_parallels_are_round():
    lines = {item.get("id"): item for item in graticule.items() if item.get("type") == "linestring"}
    assert len(lines) == 3 + 12
    radii = [np.hypot(*shapely.get_coordinates(shapely.from_wkt(row.get("wkt"))).T) for row in lines.values()]
    circles = [radius for radius in radii if np.ptp(radius) < 2]
    assert len(circles) == 3
    # One degree of latitude by the pole is 111.7 km on the ellipsoid, 0.97 of it in EPSG:3413.
    near = Geod(ellps="WGS84").inv(0, 80, 0, 90)[2]
    assert min(radius.mean() for radius in circles) / near == pytest.approx(0.97, abs=0.005)


# --- in QGIS ---------------------------------------------------------------------------------------

SCRIPT = """
import json, os, sys
from qgis.core import *
from qgis.PyQt.QtCore import QDateTime, QSize
from qgis.PyQt.QtGui import QColor
application = QgsApplication([], False)
application.initQgis()
folder, task, given = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
project = QgsProject.instance()


def opened(address):
    assert project.read(address), address
    return {
        layer.id(): {
            "valid": layer.isValid(), "crs": layer.crs().authid(), "spatial": layer.isSpatial(),
            "rows": layer.featureCount() if layer.type() == QgsMapLayerType.VectorLayer else None,
            "renderer": type(layer.renderer()).__name__ if hasattr(layer, "renderer") else "",
            "licences": layer.metadata().licenses(),
        }
        for layer in project.mapLayers().values()
    }


def drawn(layers, path, extent, size, month=None, scoped=True):
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setOutputSize(QSize(size, size))
    settings.setDestinationCrs(project.crs())
    settings.setExtent(extent)
    settings.setBackgroundColor(QColor(60, 90, 120))  # the ice is white
    settings.setFlag(QgsMapSettings.Antialiasing, False)
    settings.setFlag(QgsMapSettings.DrawLabeling, False)
    if month:
        year = project.timeSettings().temporalRange().begin().date().year()
        settings.setIsTemporal(True)
        span = [QDateTime(year, month, day, 0, 0) for day in (1, 28)]
        settings.setTemporalRange(QgsDateTimeRange(*span))
    if scoped:
        context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(None))
        context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))
        settings.setExpressionContext(context)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    assert not job.errors(), [error.message for error in job.errors()]
    job.renderedImage().save(path)
    seen = settings.visibleExtent()
    return [seen.xMinimum(), seen.yMaximum(), settings.mapUnitsPerPixel()]


told = {}
if task == "open":
    told["project"] = opened(folder + "/picture.qgz")
    told["crs"] = project.crs().authid()
    told["relations"] = {r.id(): r.isValid() for r in project.relationManager().relations().values()}
    told["bookmarks"] = [mark.name() for mark in project.bookmarkManager().bookmarks()]
    nodes = project.mapLayer("arctic_picture_nodes")
    told["alias"] = nodes.attributeAlias(nodes.fields().indexOf("position_uncertainty_km"))
    form = nodes.editFormConfig()
    told["tabs"] = [tab.name() for tab in form.tabs()]
    told["editors"] = {
        child.name(): child.relation().isValid()
        for tab in form.tabs() for child in tab.children() if isinstance(child, QgsAttributeEditorRelation)
    }
    told["related"] = {
        relation.id(): {
            node["node_id"]: sum(1 for _ in relation.getRelatedFeatures(node))
            for node in nodes.getFeatures("flag = 'robust'")
        }
        for relation in project.relationManager().relations().values()
    }
    told["embedded"] = opened("geopackage:" + folder + "/picture.gpkg?projectName=picture")
elif task == "drop":
    for name in given:
        layer = QgsVectorLayer(f"{folder}/picture.gpkg|layername={name}", name, "ogr")
        styled = layer.loadDefaultStyle()[1]
        renderer = layer.renderer()
        told[name] = {
            "valid": layer.isValid(), "rows": layer.featureCount(), "crs": layer.crs().authid(),
            "styled": styled, "renderer": type(renderer).__name__, "labels": layer.labelsEnabled(),
            "classes": len(renderer.ranges()) if hasattr(renderer, "ranges") else 0,
            "alias": layer.attributeAlias(layer.fields().indexOf("source_id")),
        }
elif task == "ports":
    opened(folder + "/picture.qgz")
    nodes = project.mapLayer("arctic_picture_nodes")
    nodes.setSubsetString("kind = 'port' AND node_id IN (" + ",".join("'%s'" % name for name in given) + ")")
    told["frame"] = drawn([nodes], folder + "/ports.png", project.viewSettings().defaultViewExtent(), 900)
elif task == "months":
    opened(folder + "/picture.qgz")
    ice = [project.mapLayer("arctic_picture_sea_ice")]
    extent = project.viewSettings().defaultViewExtent()
    for month in (3, 9):
        drawn(ice, f"{folder}/month{month}.png", extent, 400, month)
    drawn(ice, folder + "/still.png", extent, 400)
    drawn(ice, folder + f"/month{given}.png", extent, 400, given)
elif task == "marks":
    opened(folder + "/picture.qgz")
    nodes = project.mapLayer("arctic_picture_nodes")
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(nodes))
    # A number beyond the labels' near scale: a place has one label there.
    context.appendScope(QgsExpressionContextScope())
    context.lastScope().setVariable("map_scale", given)
    label = QgsExpression(nodes.labeling().settings().fieldName)
    label.prepare(context)
    rules = {rule.ruleKey(): rule.filter() for rule in nodes.renderer().rootRule().children()}
    told["labels"], told["marks"], told["errors"] = [], {}, []
    for feature in nodes.getFeatures():
        context.setFeature(feature)
        said = label.evaluate(context)
        if said not in (None, NULL):
            told["labels"].append([feature["node_id"], said])
        told["marks"][feature["node_id"]] = [key for key, rule in rules.items() if rule.evaluate(context)]
    told["errors"] = [label.evalErrorString(), *(rule.evalErrorString() for rule in rules.values())]
elif task == "tips":
    layer = QgsVectorLayer(f"{folder}/picture.gpkg|layername={given}", "x", "ogr")
    layer.loadDefaultStyle()
    for feature in layer.getFeatures():
        context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
        context.setFeature(feature)
        told[feature["feature_id"]] = QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context)
print(json.dumps(told), flush=True)
os._exit(0)  # QGIS crashes while it takes itself apart
"""


def in_qgis(folder: Path, task: str, given: Any = None) -> Any:
    return qgis_session.run(SCRIPT, folder, task, given)


@pytest.fixture(scope="module")
def moved(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files a project needs, copied to where they were not made."""
    there = tmp_path_factory.mktemp("moved") / "a folder & its name"
    shutil.copytree(folder / "grids", there / "grids", copy_function=shutil.copyfile)
    for name in ("picture.gpkg", "picture.qgz"):
        shutil.copyfile(folder / name, there / name)
    return there


def pixels(path: Path) -> np.ndarray:
    with (
        warnings.catch_warnings(action="ignore", category=NotGeoreferencedWarning),
        rasterio.open(path) as file,
    ):
        return np.moveaxis(file.read()[:3].astype(int), 0, -1)


def _unasked(relation: str, table: pd.DataFrame, node: str) -> int:
    """Rows that the GeoPackage leaves out: standards that are not asked of a kind."""
    if relation != "nodes_standards":
        return 0
    return int(((table["node_id"] == node) & (table["result"] == "not_applicable")).sum())


@pytest.mark.qgis
def test_qgis_opens_the_project_wherever_it_lies(moved, picture):
    before = {path: path.read_bytes() for path in moved.rglob("*") if path.is_file()}
    value = in_qgis(moved, "open")
    assert all(path.read_bytes() == held for path, held in before.items()), "looking changes a file"
    assert value["crs"] == "EPSG:3413"
    assert value["relations"] == dict.fromkeys(RELATED, True)
    assert value["tabs"][0] == "Judgement"
    assert value["editors"] == dict.fromkeys(RELATED, True)
    tables = {name: picture.tables[name.removeprefix("nodes_")] for name in RELATED}
    assert value["related"] == {
        name: {
            node: int((table[RELATED[name]] == node).sum() - _unasked(name, table, node))
            for node in value["related"][name]
        }
        for name, table in tables.items()
    }
    assert value["bookmarks"] == [region.title for region in REGIONS]
    assert value["alias"] == "Position uncertainty [km]"
    assert len(value["project"]) == len(picture.layers) + len(VIEWS) + 3 + 6
    assert len(value["embedded"]) == len(picture.layers) + len(VIEWS) + 3
    for layers in (value["project"], value["embedded"]):
        for name, found in layers.items():
            assert found["valid"], name
            assert not found["spatial"] or found["crs"] == "EPSG:3413", name
        for layer in picture.layers:
            table = picture.tables[layer.id]
            if layer.id == "standards":  # what is not asked of a kind stays in the Parquet table
                table = table[table["result"] != "not_applicable"]
            assert layers[f"arctic_picture_{layer.id}"]["rows"] == len(table)
        assert layers["arctic_picture_nodes"]["renderer"] == "QgsRuleBasedRenderer"
        assert layers["arctic_picture_bathymetry"]["renderer"] == "QgsGraduatedSymbolRenderer"
        assert layers["arctic_picture_alliances"]["renderer"] == "QgsCategorizedSymbolRenderer"
        assert layers["arctic_picture_railways"]["licences"] == ["ODbL-1.0"]


@pytest.mark.qgis
def test_qgis_opens_every_layer_with_its_style(moved, picture):
    drawn = [layer for layer in picture.layers if layer.geometry != "table"]
    result = in_qgis(moved, "drop", [layer.id for layer in drawn])
    for layer in drawn:
        found = result[layer.id]
        assert found["valid"], layer.id
        assert found["styled"], layer.id
        assert found["crs"] == "EPSG:3413"
        assert found["rows"] == len(picture.tables[layer.id])
        assert found["alias"] == "Source id"
    assert result["nodes"]["renderer"] == "QgsRuleBasedRenderer"
    assert result["nodes"]["labels"]
    assert result["permafrost"]["classes"] == len(picture.tables["permafrost"])
    assert result["bathymetry"]["classes"] == len(picture.tables["bathymetry"])


@pytest.mark.qgis
def test_qgis_draws_each_port_in_its_place(moved, picture):
    nodes = picture.tables["nodes"]
    ports = nodes[nodes["kind"] == "port"].set_index("name")
    west, north, metres = in_qgis(moved, "ports", [ports.loc[name, "node_id"] for name in PORTS])["frame"]
    image = pixels(moved / "ports.png")
    style = style_of(next(layer for layer in picture.layers if layer.id == "nodes"))
    fills = {row.value: row.stroke.light if row.hollow else row.fill.light for row in style.classes}
    marks = marked(ports)
    for name, (lon, lat) in PORTS.items():
        x, y = polar_xy(lon, lat)
        column, row = (float(x) - west) / metres, (north - float(y)) / metres
        mark = marks[name]
        wanted = [int(fills[mark][i : i + 2], 16) for i in (1, 3, 5)]
        hits = np.argwhere((np.abs(image - wanted) <= 6).all(axis=-1)) - [row, column]
        near = hits[np.hypot(*hits.T) < 12]
        assert len(near), f"{name}: no marker of {mark} ({fills[mark]})"
        assert np.hypot(*near.mean(axis=0)) < 3, f"{name} is drawn {near.mean(axis=0)} pixels away"


@pytest.mark.qgis
def test_qgis_marks_each_node_once_and_names_each_flagged_node(moved, picture):
    far, near = in_qgis(moved, "marks", 20_000_000), in_qgis(moved, "marks", 1_000_000)
    result = far
    assert not any(result["errors"])
    nodes = picture.tables["nodes"].set_index("node_id")
    assert result["marks"] == {node: [f"{{{mark}}}"] for node, mark in marked(nodes).items()}
    flagged = nodes[marked(nodes).isin(FLAGGED)]
    assert len(flagged) > 20
    assert dict(near["labels"]) == flagged["name"].to_dict(), "near by each flagged node has its name"
    assert len(far["labels"]) == flagged["place_id"].nunique(), "from afar a place has one label"
    for node, said in far["labels"]:
        beside = flagged[flagged["place_id"] == flagged.loc[node, "place_id"]]
        row = flagged.loc[node]
        assert said == (row["name"] if len(beside) == 1 else f"{row['place']} ({len(beside)})")
        critical = beside[beside["flag"].isin(["robust", "possible"])]
        if len(critical):
            assert row["flag_probability"] == critical["flag_probability"].max()
        else:
            assert row["overlap_probability"] == beside["overlap_probability"].max()


@pytest.mark.qgis
def test_qgis_tells_a_node_in_words(picture, tmp_path):
    null = [None] * 4
    written = one(
        picture, "nodes", name=["One", "Two", "Three", "Four"],
        kind=["port", "mine", "cable_landing", "port"],
        site_kind=[None, "smelter", None, None], scope=["arctic", "gateway", "context", "arctic"],
        place=["A", "B", "C", "D"], hazard_class=["high", "low", "low", "unknown"],
        hazard_deciding=["ice season lost 2.1 months", "coastal erosion 0.1 m a-1", None, None],
        hazard_tier=["measured", "typed", None, None], hazard_could_be=[None, "high", None, None],
        deciding_datum=[None, "ice season at the quay", None, "depth of approach and quay"],
        military_class=["high", "low", "moderate", "unknown"], military_low=[0.5] * 4,
        military_high=[0.75] * 4,
        military_coverage=[0.8] * 4, dependence_class=["moderate", "low", "low", "high"],
        flag=["robust", "not_flagged", "not_flagged", "insufficient_data"],
        flag_probability=[0.91, 0.0, 0.0, 0.0], overlap_probability=[0.96, 0.0, 0.5, 0.499],
        permafrost_zone=["none"] * 4, ground_ice=["unknown"] * 4, fact_age_years=[12.5, *null[1:]],
        ice_months_lost=[2.4, *null[1:]], ice_months_lost_low=[2.1, *null[1:]],
        ice_months_lost_high=[2.9, *null[1:]], relative_sea_level_m=[-0.31, *null[1:]],
        relative_sea_level_low_m=[-0.5, *null[1:]], relative_sea_level_high_m=null,
        coastal_erosion_m_per_year=null,
    )  # fmt: skip
    geopackage.write(written, tmp_path)
    result = in_qgis(tmp_path, "tips", "nodes")
    tips = [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", result[key]))
        for key in written.tables["nodes"]["feature_id"]
    ]
    first, second, third, fourth = tips
    for words in (
        "port,", "arctic; place: A", "Critical, robust: all three in 91 % of draws",
        "Overlap of climate and defence: 96 % of draws",
        "Climate hazard high ice season lost 2.1 months (measured)",
        "Military relevance high mean of its parts 0.50 to 0.75, 80 % known", "Dependence of people moderate",
        "Oldest deciding fact 12.5 years", "Months of ice lost since 1981-2010 2.4 (2.1 to 2.9)",
        "Permafrost none, ground ice unknown", "Sea level by 2100 [m] -0.31 ",
    ):  # fmt: skip
        assert words in first, words
    assert "Hazard could be" not in first
    assert "Coastal erosion" not in first, "what is not known of a coast has no row of its own"
    assert "mine, smelter," in second
    assert "Not critical No overlap of climate and defence: 0 % of draws" in second
    assert "Climate hazard low so far coastal erosion 0.1 m a-1 (typed)" in second
    assert "Hazard could be high: ice season at the quay is not known" in second
    assert "cable landing," in third
    assert "Context: outside the boundary, judged, never flagged Overlap of" in third
    assert "Climate hazard low Military" in third, "where nothing lacking could worsen it, it is low"
    assert "Insufficient data: an unknown alone decides No overlap" in fourth
    assert not any("NULL" in tip or "[%" in tip for tip in tips)


@pytest.mark.qgis
def test_qgis_draws_march_otherwise_than_september(moved, picture):
    in_qgis(moved, "months", picture.day.month)
    ice = {name: (pixels(moved / f"{name}.png").min(axis=-1) > 200) for name in ("month3", "month9")}
    table = picture.tables["sea_ice"]
    assert 0.1 < (ice["month3"] & ~ice["month9"]).mean() < 0.3, "much more ice in March"
    assert not (ice["month9"] & ~ice["month3"]).mean() > 0.01
    assert table["month"].nunique() == 12
    # Without a clock one month is drawn, not twelve on top of each other.
    still, month = pixels(moved / "still.png"), pixels(moved / f"month{picture.day.month}.png")
    assert (np.abs(still - month).max(axis=-1) > 8).mean() < 0.01


@pytest.mark.qgis
def test_qgis_shows_hostile_words_of_a_node_as_text(picture, tmp_path):
    words = [text.replace("\x07", "").replace("\ufffe", "") for text in HOSTILE]
    told_of = (
        "name",
        "place",
        "hazard_deciding",
        "deciding_datum",
        "nearest_exit",
        "reasons",
        "special_status",
    )
    written = one(picture, "nodes", **dict.fromkeys(told_of, words), hazard_could_be=["high"] * len(words))
    geopackage.write(written, tmp_path)
    result = in_qgis(tmp_path, "tips", "nodes")
    table = written.tables["nodes"].set_index("feature_id")
    for key, text in table["reasons"].items():
        clean = re.sub("[\u202a-\u202e]", "\u2423", text)
        for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
            clean = clean.replace(character, entity)
        assert result[key].count(clean) >= len(told_of) - 1, "the codes of a status lose their underlines"
        assert "<script" not in result[key]
        assert "\u202e" not in result[key]


@pytest.mark.qgis
def test_qgis_shows_hostile_names_as_text(picture, tmp_path):
    names = [text.replace("\x07", "").replace("\ufffe", "") for text in HOSTILE]
    written = one(picture, "settlements", name=names)
    geopackage.write(written, tmp_path)
    result = in_qgis(tmp_path, "tips", "settlements")
    table = written.tables["settlements"]
    for key, name in zip(table["feature_id"], table["name"], strict=True):
        tip = result[key]
        shown = re.search(r"<h3>(.*?)</h3>", tip, re.DOTALL)[1]
        clean = re.sub("[\u202a-\u202e]", "\u2423", name)
        for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
            clean = clean.replace(character, entity)
        assert shown == clean, "a name is shown as it is, once, and not obeyed"
        assert "<script" not in tip


# Names of columns in a user's file; the last begins an expression that the one before it would end.
NAMES = (
    'a" IS NULL THEN 1 ELSE 2 END %]INJECTED<img src="x">[% CASE WHEN "a', "[% 6 * 7 %]", "%] 42 [%",
    "<b>d</b>", "' || 'x", 'double "quoted"', "back\\slash", "{{7*7}}",
)  # fmt: skip


@pytest.fixture
def private(picture) -> Picture:
    """The nodes, and a private layer whose columns and owner are code."""
    hostile = replace(
        next(layer for layer in picture.layers if layer.id == "settlements"),
        id="private_x", title="Private: [% 6 * 7 %]",
        note="Private layer of [% 6 * 7 %]<script>x</script>.",
        columns=tuple(Column(name, "str", "as the file has it") for name in NAMES), is_private=True,
    )  # fmt: skip
    rows = (
        picture.tables["settlements"].head(1).assign(**{name: f"value {n}" for n, name in enumerate(NAMES)})
    )
    layers = (*(layer for layer in picture.layers if layer.id in {"nodes", "memberships", "land"}), hostile)
    tables = {layer.id: picture.tables.get(layer.id) for layer in layers}
    return replace(picture, layers=layers, tables=tables | {"private_x": conform(rows, hostile)}, grids={})


def test_hostile_column_names_leave_the_project_whole(private):
    root = document(qgis.project(private))
    layer = next(one for one in root.iter("maplayer") if one.findtext("id") == "arctic_picture_private_x")
    assert {row.get("field") for row in layer.iter("alias")} >= set(NAMES)
    assert not any("[%" in row.get("name") for row in layer.iter("alias"))
    # Outside of expressions the tip has only what the template has.
    outside = re.sub(r"\[%.*?%\]", "", layer.findtext("mapTip"), flags=re.DOTALL)
    assert "INJECTED" not in outside
    assert "42" not in outside
    assert "<script" not in outside


@pytest.mark.qgis
def test_qgis_evaluates_no_column_name(private, tmp_path):
    geopackage.write(private, tmp_path)
    [tip] = in_qgis(tmp_path, "tips", "private_x").values()
    for number in range(len(NAMES)):
        assert f"value {number}" in tip, NAMES[number]
    # Shown as text: the name itself, not what it would compute or draw.
    assert "<td>[% 6 * 7 %]</td>" in tip
    assert "<td>%] 42 [%</td>" in tip
    assert 'END %]INJECTED&lt;img src="x"&gt;[% CASE' in tip
    assert "[ % 6 * 7 %]" in tip, "the note of the layer"
    assert "<img" not in tip
    assert "<script" not in tip
