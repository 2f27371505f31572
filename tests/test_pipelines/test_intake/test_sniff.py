"""The first look at a file counts its rows and names its columns."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import pytest
from good_files import boxed, shape_parts, zipped
from shapely import Point

from layers.errors import SourceError
from pipelines.intake.sniff import FileSummary, sniff

if TYPE_CHECKING:
    from pathlib import Path


def hdf5(tmp_path: Path, name: str = "x.nc") -> bytes:
    import xarray as xr

    path = tmp_path / name
    xr.Dataset({"ice": ("x", list(range(1000)))}).to_netcdf(path, engine="h5netcdf")
    return path.read_bytes()


POINTS = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [20, 70]}}
    ],
}


CSV = b"id,name\n1,a\n2,b\n"


def test_what_is_well_is_counted(tmp_path):
    def facts(kind, content):
        (tmp_path / "file").write_bytes(content)
        return sniff(tmp_path / "file", kind)

    assert facts("csv", CSV) == FileSummary(2, ("id", "name"))
    assert facts("csv", b"\xef\xbb\xbf" + CSV).columns == ("id", "name")
    assert facts("csv", CSV.decode().encode("utf-16")) == FileSummary(2, ("id", "name"))
    assert facts("json", b'{"a": [1]}').rows == 1
    assert facts("geojson", json.dumps(POINTS).encode()).rows == 1
    assert facts("zip", boxed(shape_parts([Point(n, n) for n in range(7)]))).rows == 7
    assert facts("zip", zipped({"a": b"1", "b": b"2"})).rows == 2
    assert facts("netcdf", hdf5(tmp_path)).rows == 1
    assert facts("netcdf", b"CDF\x01" + struct.pack(">I", 0) * 20).rows == 1
    assert facts("bytes", b"12345").rows == 5


def test_properties_of_features_are_columns(tmp_path):
    path = tmp_path / "x.geojson"
    two = [{**POINTS["features"][0], "properties": row} for row in ({"a": 1}, {"b": 2, "a": 3}, None)]
    path.write_text(json.dumps({**POINTS, "features": two}))
    assert sniff(path, "geojson") == FileSummary(3, ("a", "b"))


@pytest.mark.parametrize(
    ("content", "row"), [(b"a\x00,b\n", 1), (CSV + b"3,\x00\n", 4), (CSV + b"3,\xff\xff\n", 4)]
)
def test_what_is_wrong_in_a_text_is_named_by_its_row(tmp_path, content, row):
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(SourceError, match=rf"row {row}\b"):
        sniff(tmp_path / "x.csv", "csv")
