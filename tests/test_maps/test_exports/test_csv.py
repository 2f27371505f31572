"""CSV: the tables come back as they were, and no cell runs as a formula."""

from __future__ import annotations

import csv as reader
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from export_pictures import HOSTILE, hostile, only, seen

from layers.crs import POLAR, polar_points
from layers.schema import conform
from maps.exports import csv

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture


def test_csv_is_read_back(picture, tmp_path):
    some = only(picture, "ports", "evidence", "military_sites")
    into = csv.write(some, tmp_path)
    ports = pd.read_csv(into / "ports.csv")
    table = picture.tables["ports"]
    assert list(ports["feature_id"]) == list(table["feature_id"])
    assert ports["tidal_range_m"].tolist() == pytest.approx(table["tidal_range_m"].tolist(), nan_ok=True)
    back = gpd.GeoSeries(polar_points(ports["longitude_deg"], ports["latitude_deg"]), crs=POLAR)
    assert back.distance(table.geometry.reset_index(drop=True)).max() < 0.2
    assert (into / "ports.csv").read_bytes().startswith(b"\xef\xbb\xbf"), (
        "Excel reads UTF-8 by this mark only"
    )
    rows = pd.read_csv(into / "evidence.csv")
    assert rows["score"].isna().sum() == picture.tables["evidence"]["score"].isna().sum(), (
        "missing is missing"
    )
    sites = pd.read_csv(into / "military_sites.csv")
    assert (sites["longitude_deg"] * 10).round(6).mod(1).eq(0).all(), "a military site is 0.1 degree"


def test_no_cell_of_a_csv_is_a_formula(picture, tmp_path):
    path = csv.write(hostile(picture), tmp_path) / "settlements.csv"
    table = pd.read_csv(path)
    assert not table["name"].str.match(r"[=+\-@\t\r]").any()
    for text in HOSTILE:
        assert (f"'{seen(text)}" if text[0] in "=+-@" else seen(text)) in set(table["name"])
    assert table["population"].dtype.kind == "f", "numbers are numbers"
    about = (path.parent / "ABOUT.txt").read_text(encoding="utf-8")
    assert "apostrophe" in about
    assert all(sentence in about for sentence in picture.caveats)


def written_name(picture: Picture, folder: Path, name: str) -> str:
    """The cell of the name of a settlement, as the CSV reader of the standard library reads it."""
    layer = next(layer for layer in picture.layers if layer.id == "settlements")
    table = conform(picture.tables["settlements"].head(1).assign(name=name), layer)
    path = csv.write(replace(picture, layers=(layer,), tables={layer.id: table}), folder) / "settlements.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        [row] = reader.DictReader(file)
    return row["name"]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
@pytest.mark.parametrize("before", ["", "\t", "\t\t"])
def test_a_formula_gets_an_apostrophe_also_after_a_tab(picture, tmp_path, before, sign):
    text = f"{before}{sign}1+1"
    assert written_name(picture, tmp_path, text) == f"'{text}"


def test_a_tab_alone_gets_an_apostrophe(picture, tmp_path):
    assert written_name(picture, tmp_path, "\tplain") == "'\tplain"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "plain"])
def test_a_carriage_return_becomes_a_symbol(picture, tmp_path, sign):
    """`visible_table` shows it, so no cell begins with one."""
    assert written_name(picture, tmp_path, f"\r{sign}1+1") == f"\u240d{sign}1+1"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_the_pattern_covers_every_sign_that_starts_a_formula(sign):
    """Also the carriage return, which does not depend on `visible_table` alone."""
    assert pd.Series([f"{sign}1"]).str.replace(csv._FORMULA_START, r"'\1", regex=True)[0] == f"'{sign}1"


def test_a_sign_inside_a_text_stays(picture, tmp_path):
    assert written_name(picture, tmp_path, "a=1 -2 @3 +4\t=5") == "a=1 -2 @3 +4\t=5"
