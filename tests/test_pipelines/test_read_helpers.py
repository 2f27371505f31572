"""Strict CSV rows, numbers of text, and points in their place."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from layers.crs import POLAR, distance_km, lonlat
from layers.errors import SourceError
from pipelines.read_helpers import counting_outside, lines, points, read_rows, to_number


def written(folder: Path, data: bytes) -> Path:
    path = folder / "list.csv"
    path.write_bytes(data)
    return path


def test_rows_stay_text(tmp_path):
    path = written(tmp_path, '﻿key,code,name\n007,NA,"Tromsø, inner"\n1E5,,nan\n'.encode())
    table = read_rows(path, expect=["key", "name"])
    assert table.to_numpy().tolist() == [["007", "NA", "Tromsø, inner"], ["1E5", "", "nan"]]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a,b,c\n1,2,3\n4,5\n", r"list\.csv, row 3: expected 3 fields, found 2"),
        (b"a,b,c\n1,2,3,4\n", r"list\.csv, row 2: expected 3 fields, found 4"),
        (b"a,b,c\n1,2,3\n\n4,5,6\n", r"list\.csv, row 3: expected 3 fields, found 0"),
        (b"a,x,c\n1,2,3\n", r"list\.csv: expected the headings b, found a, x, c"),
        (b"", r"list\.csv: expected"),
        ("a,b,c\n1,Tromsø,3\n".encode("latin-1"), r"list\.csv.*expected a CSV in utf-8.*position"),
        (b'a,b,c\n1,"2,3\n4,5,6\n', r"list\.csv.*expected a CSV.*unexpected end of data"),
        (b'a,b,c\n1,"2"x,3\n', r"list\.csv.*expected a CSV"),
    ],
    ids=["cut", "shifted", "blank", "heading", "empty", "encoding", "open quote", "text after quote"],
)
def test_a_damaged_list_is_refused(tmp_path, data, told):
    with pytest.raises(SourceError, match=told):
        read_rows(written(tmp_path, data), expect=["b"])


def test_a_list_without_its_last_line_end_is_refused(tmp_path):
    with pytest.raises(SourceError, match="list"):
        read_rows(written(tmp_path, b"name,km\nA,1250\nB,12"))


def test_two_columns_of_one_heading_are_refused(tmp_path):
    with pytest.raises(SourceError, match="list"):
        read_rows(written(tmp_path, b"a,a\n1,2\n"))


# --- numbers


def numbers(*texts: str, **how: bool) -> list[float | None]:
    found = to_number(pd.Series(list(texts), name="depth", dtype="str"), **how)
    return [None if pd.isna(value) else float(value) for value in found]


def test_numbers_as_they_are_meant():
    assert numbers("7", " 9.4 ", "", "\N{MINUS SIGN}68.5", "-3", "1e3", "  ") == [
        7,
        9.4,
        None,
        -68.5,
        -3,
        1000,
        None,
    ]


def test_zero_is_a_number_unless_it_means_missing():
    assert numbers("0", "0.0", "-0", "2") == [0, 0, 0, 2]
    assert numbers("0", "0.0", "-0", "2", zero_is_missing=True) == [None, None, None, 2]


@pytest.mark.parametrize("text", ["unknown", "9,4", "12 m", "nan", "0x10", "1_000", "--3", "7;8", "NaN", "-"])
def test_text_is_no_number(text):
    with pytest.raises(SourceError, match=r"column depth, row 1: expected a number, found") as refusal:
        numbers("1", text)
    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize("text", ["inf", "-Infinity"])
def test_infinity_is_no_number(text):
    with pytest.raises(SourceError, match="expected a number"):
        numbers(text)


# --- points


def placed(lon: list[float], lat: list[float]) -> gpd.GeoDataFrame:
    return points(pd.DataFrame({"id": list(range(len(lon))), "lon": lon, "lat": lat}), "lon", "lat")


def test_points_go_where_they_belong():
    table = placed([18.95, -156.79, 180.0, 0.0, 10.0, 10.0], [69.65, 71.29, 71.0, 90.0, 57.9, 0.0])
    assert table.crs == POLAR
    assert table["id"].tolist() == [0, 1, 2, 3], "a row south of 58 N is not kept, one on the equator as well"
    lon, lat = lonlat(table.geometry.x.to_numpy(), table.geometry.y.to_numpy())
    apart = distance_km(lon, lat, [18.95, -156.79, 180.0, 0.0], [69.65, 71.29, 71.0, 90.0])
    assert apart.max() < 0.001


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        (69.65, 118.95),
        (float("nan"), 70.0),
        (20.0, float("nan")),
        (float("inf"), 70.0),
        (20.0, -90.1),
        (361.0, 70.0),
        (0.0, 0.0),
    ],
)
def test_points_that_cannot_be_are_refused(lon, lat):
    with pytest.raises(SourceError, match=r"row 1: expected longitude and latitude in degrees"):
        placed([20.0, lon], [70.0, lat])


# --- lines


def test_a_line_that_only_touches_the_edge_is_left_out():
    """Three lanes of a picture were points: their cut was less than a metre long."""
    shapes = [
        shapely.LineString([(-178, 58 + 1e-9), (-178, 50)]),  # touches the southern edge of the snapshot
        shapely.LineString([(-178, 58.01), (-178, 50)]),
        shapely.LineString([(10, 70), (10, 70 + 1e-6)]),  # a tenth of a metre, as its source has it
    ]
    kept = lines(gpd.GeoDataFrame({"name": ["touch", "cut", "short"]}, geometry=shapes, crs=4326))
    assert list(kept["name"]) == ["cut", "short"]


def test_rows_south_of_the_snapshot_are_counted_where_somebody_counts():
    frame = pd.DataFrame({"lon": [20.0, 20.0, 20.0], "lat": [70.0, -60.0, 40.0]})
    with counting_outside() as outside:
        assert len(points(frame, "lon", "lat")) == 1
        lines_south = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 10), (5, 12)])], crs=4326)
        assert len(lines(lines_south)) == 0
    assert outside == [2, 1]
    points(frame, "lon", "lat")
    assert outside == [2, 1]
