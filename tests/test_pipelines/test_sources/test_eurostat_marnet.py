"""The maritime network on made-up lanes: longitudes over 180, the cut at 58 N, and lengths."""

from __future__ import annotations

import json

import pytest

from layers.crs import distance_km, lonlat
from pipelines.sources.shipping import eurostat_marnet

LANES = [([[170, 70], [175, 70]], None), ([[178, 70], [183, 70]], "bering"), ([[5, 40], [5, 57.9]], None),
         ([[5, 50], [5, 66]], None)]  # fmt: skip


@pytest.fixture
def table(package_file):
    rows = [
        {
            "type": "Feature",
            "properties": {"pass": passage},
            "geometry": {"type": "LineString", "coordinates": lane},
        }
        for lane, passage in LANES
    ]
    content = json.dumps({"type": "FeatureCollection", "features": rows})
    return eurostat_marnet.read(package_file(eurostat_marnet.PACKAGE, content))


def test_lanes_with_a_part_in_the_north_are_kept_by_their_number(table):
    assert table["feature_id"].tolist() == ["marnet-0", "marnet-1", "marnet-3"]
    assert table["passage"].iloc[1] == "bering"


def test_a_lane_over_the_date_line_is_short(table):
    east = distance_km([170.0], [70.0], [175.0], [70.0])[0]
    assert table["length_km"].iloc[0] == pytest.approx(east, rel=0.005)
    assert table["length_km"].iloc[1] == pytest.approx(east, rel=0.005), "183 E is 177 W"
    lon, _ = lonlat(*table.geometry.iloc[1].coords[-1])
    assert lon == pytest.approx(-177.0)


def test_a_lane_is_cut_at_58_north(table):
    north = distance_km([5.0], [58.0], [5.0], [66.0])[0]
    assert table["length_km"].iloc[2] == pytest.approx(north, rel=0.005)
