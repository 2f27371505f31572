"""The GeoPackage by its readers: every table, its meaning, its style, the same bytes, hostile text."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from layers.catalog import LAYERS
from layers.errors import ExportError
from layers.schema import conform
from maps.qgis import geopackage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.picture import Picture

PUBLISHED = [layer for layer in LAYERS if layer.is_published]


@pytest.fixture(scope="module")
def path(picture: Picture, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return geopackage.write(picture, tmp_path_factory.mktemp("gpkg"))


@pytest.fixture(scope="module")
def database(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
        yield connection


def one(picture: Picture, layer_id: str, **columns: Any) -> Picture:
    """The picture with the first rows of one layer only, some columns replaced."""
    layer = next(layer for layer in picture.layers if layer.id == layer_id)
    rows = len(next(iter(columns.values())))
    table = picture.tables[layer_id].head(rows).assign(**columns)
    return replace(picture, layers=(layer,), tables={layer_id: conform(table, layer)})


def test_two_writes_give_the_same_bytes(folder, path):
    assert path.read_bytes() == (folder / "picture.gpkg").read_bytes()


def test_it_is_a_geopackage_1_3(path, database):
    head = path.read_bytes()[:100]
    assert head[:16] == b"SQLite format 3\0"
    assert struct.unpack(">I", head[60:64])[0] == 10300
    assert head[68:72] == b"GPKG"
    assert head[18:20] == b"\x01\x01", "a write-ahead log would change the published bytes"
    assert database.execute("PRAGMA user_version").fetchone() == (10300,)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert [p.name for p in path.parent.iterdir()] == ["picture.gpkg"], "a journal is left"


def test_every_layer_and_no_other_is_in_it(path, picture):
    found = dict(pyogrio.list_layers(path).tolist())
    expected = {"point": "Point", "line": "MultiLineString", "polygon": "MultiPolygon", "table": None}
    assert {name: found[name] for name in picture.tables} == {
        layer.id: expected[layer.geometry] for layer in picture.layers
    }
    assert set(found) - set(picture.tables) == {"layer_styles", "about", "status", "status_now"}


@pytest.mark.parametrize("layer", PUBLISHED, ids=lambda row: row.id)
def test_a_layer_comes_back_as_it_was(path, picture, layer):
    table = picture.tables[layer.id]
    if layer.id == "standards":  # what is not asked of a kind stays in the Parquet table
        table = table[table["result"] != "not_applicable"].reset_index(drop=True)
    back = pyogrio.read_dataframe(path, layer=layer.id, use_arrow=True)
    info = pyogrio.read_info(path, layer=layer.id)
    assert info["features"] == len(back) == len(table)
    names = [column.name for column in layer.all_columns]
    assert list(back.drop(columns="geometry", errors="ignore").columns) == names
    if layer.geometry == "table":
        assert info["crs"] is None
    else:
        assert back.crs.to_epsg() == 3413
        assert back.geometry.is_valid.all()
        assert not back.geometry.is_empty.any()
        whole = table.geometry.to_numpy()
        assert np.allclose(shapely.bounds(back.geometry.to_numpy()), shapely.bounds(whole), rtol=0, atol=1e-9)
        assert (
            shapely.get_num_coordinates(back.geometry.to_numpy()).tolist()
            == shapely.get_num_coordinates(whole).tolist()
        )
    for column in layer.all_columns:
        ours, theirs = table[column.name], back[column.name]
        assert theirs.isna().tolist() == ours.isna().tolist(), f"{column.name}: a null is not a null"
        known = ours.notna().to_numpy()
        if column.dtype == "str":
            assert theirs[known].tolist() == ours[known].tolist(), column.name
        else:
            assert np.array_equal(theirs[known].astype("float64"), ours[known].astype("float64")), column.name


def test_a_yes_or_no_is_one(database):
    types = {row[1]: row[2] for row in database.execute("PRAGMA table_info(airfields)")}
    assert types["is_runway_paved"] == "BOOLEAN"
    assert types["paved_length_m"] in {"REAL", "DOUBLE"}
    assert types["runways"] in {"INTEGER", "MEDIUMINT"}


def test_every_column_has_a_meaning(database, picture):
    for layer in picture.layers:
        there = {row[1] for row in database.execute(f'PRAGMA table_info("{layer.id}")')} - {"fid", "geom"}
        table = dict(
            database.execute(
                "SELECT column_name, description FROM gpkg_data_columns WHERE table_name = ?", (layer.id,)
            )
        )
        assert there == {column.name for column in layer.all_columns}
        assert there <= set(table), f"{layer.id}: {there - set(table)} without a meaning"
        for column in layer.all_columns:
            assert column.meaning in table[column.name]
            assert not column.unit or f"[{column.unit}]" in table[column.name]
    extensions = {row[0] for row in database.execute("SELECT extension_name FROM gpkg_extensions")}
    assert "gpkg_schema" in extensions


def test_every_map_layer_has_a_default_style(database, picture):
    rows = {
        row[0]: row[1:]
        for row in database.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
        )
    }
    assert set(rows) == {layer.id for layer in picture.layers if layer.geometry != "table"}
    for layer in picture.layers:
        if layer.geometry == "table":
            continue
        column, text, default = rows[layer.id]
        assert (column, default) == ("geom", 1)
        text = re.sub(r"^<!DOCTYPE[^>]*>", "", text)
        root = ET.fromstring(text)
        assert root.tag == "qgis"
        renderer = root.find("renderer-v2")
        symbols = renderer.findall("symbols/symbol")
        kind = {"point": "marker", "line": "line", "polygon": "fill"}[layer.geometry]
        assert {symbol.get("type") for symbol in symbols} == {kind}
        names = {symbol.get("name") for symbol in symbols}
        if renderer.get("type") == "RuleRenderer":
            rules = [rule for rule in renderer.iter("rule") if rule.get("symbol")]
            assert {rule.get("symbol") for rule in rules} == names
            assert len(rules) == len(names) == {"nodes": 7 * 7, "sea_ice": 2}[layer.id]
        elif renderer.get("type") == "graduatedSymbol":
            assert {row.get("symbol") for row in renderer.findall("ranges/range")} == names
            assert set(re.findall(r'"(\w+)"', renderer.get("attr"))) <= {c.name for c in layer.all_columns}
        elif renderer.get("type") == "categorizedSymbol":
            assert renderer.get("attr") in {c.name for c in layer.all_columns}
            categories = renderer.findall("categories/category")
            assert {row.get("symbol") for row in categories} == names
            known = set(picture.tables[layer.id][renderer.get("attr")].dropna().astype(str))
            assert not known or known & {row.get("value") for row in categories}, (
                f"{layer.id}: no class of the style occurs"
            )
        else:
            assert names == {"0"}
        assert not re.search(r"https?:|file:|python|eval|action", text, re.IGNORECASE)


def test_every_class_that_occurs_has_a_symbol(database, picture):
    lacking = {}
    for name, text in database.execute("SELECT f_table_name, styleQML FROM layer_styles"):
        renderer = ET.fromstring(re.sub(r"<!DOCTYPE[^>]*>", "", text)).find("renderer-v2")
        if renderer.get("type") == "categorizedSymbol":
            fields = {row.get("value") for row in renderer.findall("categories/category")}
            if "" not in fields:  # the class of all the rest
                column = next(
                    c
                    for c in {x.id: x for x in PUBLISHED}[name].all_columns
                    if c.name == renderer.get("attr")
                )
                values = picture.tables[name][column.name].dropna()
                missing = {f"{v:g}" if column.dtype == "float" else str(v) for v in values} - fields
                lacking |= {name: missing} if missing else {}
    assert lacking == {}, "rows that QGIS does not draw"


def test_it_says_where_it_comes_from(database, picture):
    rows = database.execute("SELECT topic, text FROM about ORDER BY id").fetchall()
    topics = [topic for topic, _ in rows]
    result = dict(rows)
    assert result["region"] == picture.region.title
    assert result["day"] == picture.day.isoformat()
    assert "another name" in result["project"], "what a renamed file costs"
    assert [text for topic, text in rows if topic == "caveat"] == list(picture.caveats)
    sources = [json.loads(text) for topic, text in rows if topic == "source"]
    assert [row["id"] for row in sources] == [note.id for note in picture.sources]
    assert topics.count("caveat") == 10
    notes = dict(database.execute("SELECT table_name, description FROM gpkg_contents"))
    for layer in picture.layers:
        assert notes[layer.id] == layer.note


def test_its_times_are_the_pictures(database, picture):
    stamp = f"{picture.day.isoformat()}T00:00:00.000Z"
    assert {row[0] for row in database.execute("SELECT last_change FROM gpkg_contents")} == {stamp}
    assert {row[0] for row in database.execute("SELECT update_time FROM layer_styles")} == {stamp}


def test_it_has_an_index_for_every_shape(database, picture):
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for layer in picture.layers:
        if layer.geometry != "table":
            assert f"rtree_{layer.id}_geom" in tables


HOSTILE = (
    "{{7*7}}", "{% raw %}", "${x}", "</script><script>alert(1)</script>", "=cmd|' /C calc'!A0", "+1", "@sum",
    "'; DROP TABLE ports; --", '"quoted" and \\ back', "tab\tand\nline", "\u202eredro thgir", "שלום مرحبا",
    "Å", "A\u030a", "𐌰 beyond", "zero\u200bwidth", "%s %n", "NULL", "nan", "", " ",
)  # fmt: skip


def test_hostile_text_survives(picture, tmp_path):
    layer_id, names = "settlements", list(HOSTILE)
    written = one(picture, layer_id, name=names)
    file = geopackage.write(written, tmp_path)
    back = pyogrio.read_dataframe(file, layer=layer_id)
    assert back["name"].tolist() == written.tables[layer_id]["name"].tolist()
    assert sorted(back["name"]) == sorted(names)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert "settlements" in tables


def test_a_nul_in_a_name_is_not_cut(picture, tmp_path):
    file = geopackage.write(one(picture, "settlements", name=["b\0c", "d"]), tmp_path)
    back = pyogrio.read_dataframe(file, layer="settlements")["name"].tolist()
    assert "b" not in back


def test_an_empty_table_is_there_with_its_columns(picture, tmp_path):
    written = one(picture, "mines", name=[])
    file = geopackage.write(written, tmp_path)
    back = pyogrio.read_dataframe(file, layer="mines")
    assert len(back) == 0
    assert {c.name for c in written.layers[0].all_columns} <= set(back.columns)
    assert pyogrio.read_info(file, layer="mines")["geometry_type"] == "Point"


def test_a_folder_that_is_not_there_is_said(picture, tmp_path):
    with pytest.raises(ExportError, match=r"picture\.gpkg: expected to write it into .*gone"):
        geopackage.write(one(picture, "mines", name=["x"]), tmp_path / "gone")


def test_the_clock_of_gdal_is_given_back(picture, tmp_path):
    geopackage.write(one(picture, "mines", name=["x"]), tmp_path)
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


def test_writing_again_replaces(picture, tmp_path):
    small = one(picture, "mines", name=["x", "y"])
    first = geopackage.write(small, tmp_path).read_bytes()
    assert geopackage.write(small, tmp_path).read_bytes() == first


def test_a_planted_link_is_not_followed(picture, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    victim = tmp_path / "elsewhere" / "not_there_yet.gpkg"
    (tmp_path / "out" / "picture.gpkg").symlink_to(victim)
    with suppress(ExportError):
        geopackage.write(one(picture, "mines", name=["x"]), tmp_path / "out")
    assert not victim.exists()


def test_the_tables_are_frames_again(path):
    table = gpd.read_file(path, layer="nodes")
    assert isinstance(table, gpd.GeoDataFrame)
    assert isinstance(pyogrio.read_dataframe(path, layer="evidence"), pd.DataFrame)


def test_the_validator_of_gdal_finds_nothing(path):
    """The checker that GDAL ships for Python, of the system's own GDAL; skipped where it is not installed."""
    python = shutil.which("python3", path=os.defpath) or sys.executable
    module = "osgeo_utils.samples.validate_gpkg"
    if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode:
        pytest.skip(f"not on this machine: {module} of GDAL")
    done = subprocess.run(
        [python, "-m", module, "-k", str(path)], capture_output=True, text=True, check=False, cwd=path.parent
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
