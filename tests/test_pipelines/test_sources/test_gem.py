"""Routes and points of Global Energy Monitor on made-up files."""

from __future__ import annotations

import json

import pytest

from layers.crs import lonlat
from pipelines.source import Inputs
from pipelines.sources import source
from pipelines.sources.infrastructure.gem import _route


def test_a_route_has_the_key_of_its_file(tmp_path):
    path = tmp_path / "gas-pipelines__P0146.geojson"
    line = {"type": "LineString", "coordinates": [[70.0, 68.0], [75.0, 67.0]]}
    path.write_text(json.dumps({"type": "Feature", "properties": {"ProjectID": "P0999"}, "geometry": line}))
    row = _route(path).iloc[0]
    assert (row["key"], row["kind"], row["detail"]) == ("P0146", "gas pipeline", "drawn as P0999")


def test_points_of_the_tracker_and_no_routes(tmp_path, csv_text):
    row = {"project": "Ny Plant", "type": "LNG  Terminal", "status_tabular": "Operating", "owner": "A",
           "countries": "Norway", "unit": "T 1", "geom": "point", "lat": "70.7", "lng": "23.6"}  # fmt: skip
    path = tmp_path / source("gem_europe_gas").remotes[0].file
    path.parent.mkdir(parents=True)
    rows = [row, row | {"geom": "line", "lat": "", "lng": ""}, row | {"lat": "45"}]
    path.write_bytes(csv_text(rows).encode("utf-16"))
    table = source("gem_europe_gas").read(Inputs(packages=tmp_path, fetched=tmp_path))
    assert table["feature_id"].tolist() == ["gem_europe_gas-lng-terminal-ny-plant-t-1"]
    assert table["status"].tolist() == ["Operating"]
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    assert (lon[0], lat[0]) == (pytest.approx(23.6), pytest.approx(70.7))
