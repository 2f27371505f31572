"""A GeoPackage or a GeoParquet whose values contradict what stands beside them is refused."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
import shapely

from layers.errors import SourceError
from pipelines.user_files.says_twice import check_geopackage, check_statistics


@pytest.fixture
def squares() -> gpd.GeoDataFrame:
    shapes = [shapely.box(n, 70, n + 1, 71) for n in range(5)]
    return gpd.GeoDataFrame({"n": range(5), "x": [0.5, 1.5, None, 3.5, 4.5]}, geometry=shapes, crs=4326)


def checked(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        check_geopackage(database, "squares", "geom")


def test_a_geopackage_as_gdal_writes_it_agrees(squares, tmp_path):
    path = tmp_path / "squares.gpkg"
    squares.to_file(path)
    checked(path)


@pytest.mark.parametrize(
    ("at", "form", "value", "message"),
    [
        (8, "<d", 0.5, "expected a shape within 0.5, 70, 1, 71 in row 1, found 0, 70, 1, 71"),
        (4, "<i", 3413, "expected the CRS 4326 of its table in row 1, found 3413"),
        (3, "<B", 0x0F, "expected an envelope in row 1, found the code 7"),
        (0, "<B", 0, "expected a shape of a GeoPackage in row 1"),
        (69, "<d", 7.0, "expected a shape within 0, 70, 1, 71 in row 1, found 0, 70, 7, 71"),
    ],
)
def test_a_shape_that_is_not_in_its_envelope_is_told(squares, tmp_path, at, form, value, message):
    path = tmp_path / "squares.gpkg"
    squares.to_file(path, SPATIAL_INDEX="NO")
    with closing(sqlite3.connect(path)) as database, database:
        blob = database.execute("SELECT geom FROM squares WHERE fid = 1").fetchone()[0]
        other = blob[:at] + struct.pack(form, value) + blob[at + struct.calcsize(form) :]
        database.execute("UPDATE squares SET geom = ? WHERE fid = 1", (other,))
    with pytest.raises(SourceError, match=message):
        checked(path)


def test_a_parquet_file_agrees_with_its_statistics(squares, tmp_path):
    squares.to_parquet(tmp_path / "x.parquet")
    check_statistics(tmp_path / "x.parquet")


def test_a_value_beyond_its_statistics_is_told(squares, tmp_path):
    """The bytes of one value, stored without compression or a dictionary, are changed."""
    path = tmp_path / "x.parquet"
    squares.to_parquet(path, compression="none", use_dictionary=False)
    content = path.read_bytes()
    at = content.index(struct.pack("<2d", 0.5, 1.5))
    path.write_bytes(content[:at] + struct.pack("<d", 9.5) + content[at + 8 :])
    assert pq.read_table(path)["x"][0].as_py() == 9.5, "the reader does not see it"
    with pytest.raises(SourceError, match=r"expected 'x' from 0.5 to 4.5, found 1.5 to 9.5"):
        check_statistics(path)
