"""Power lines of OpenStreetMap on a made-up answer: drawn with longitude first, tags by name."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from provider_forms import drawn, overpass

from layers.crs import lonlat
from layers.errors import SourceError
from pipelines.sources import source
from pipelines.sources.infrastructure.osm_power_lines import QUERY, power_lines


def test_a_line_is_drawn_from_its_nodes(provider_file):
    row = source("osm_power_lines")
    answer = overpass(
        drawn(6, (25.7, 66.5), (26.0, 67.0), power="line", voltage="220000", operator="Net"),
        base="2026-11-20T00:00:00Z"
    )  # fmt: skip
    table = row.read(provider_file(row.remotes[0].file, answer))
    assert table[["feature_id", "kind", "operator", "detail", "as_of"]].to_numpy().tolist() == [
        ["osm_power_lines-way-6", "power=line", "Net", "220000", "2026-11-20"]
    ]
    lon, lat = lonlat(*shapely.get_coordinates(table.geometry[0]).T)
    assert np.column_stack([lon, lat])[[0, -1]] == pytest.approx(np.array([[25.7, 66.5], [26.0, 67.0]]))


def test_a_way_of_one_node_is_no_line(tmp_path):
    path = tmp_path / "osm_power_lines.json"
    path.write_bytes(overpass(drawn(4, (17.4, 68.4), power="line")))
    with pytest.raises(SourceError, match="expected every way with all its nodes, found 1 of 1, way 4 first"):
        power_lines(path)


def test_the_query_asks_for_lines_of_100_kv_in_the_north():
    assert "[bbox:58,-180,90,180]" in QUERY
    assert 'way["power"="line"]["voltage"~"^[1-9][0-9][0-9][0-9][0-9][0-9]"]' in QUERY
