"""Occurrences of Greenland on made-up GML: the point and not its box, and columns by their beginnings."""

from __future__ import annotations

import pytest
from provider_forms import OCCURRENCE, gml

from layers.crs import lonlat
from pipelines.sources import source


def test_an_occurrence_lies_at_its_point(provider_file):
    """500 km east in UTM 24 N is 39 W by definition, 7100 km north is 64.03 N."""
    row = source("geus_mineral_occurrences")
    table = row.read(provider_file(row.remotes[0].file, gml(OCCURRENCE)))
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    assert (lon[0], lat[0]) == (pytest.approx(-39.0), pytest.approx(64.03, abs=0.01))
    assert table[["name", "kind", "detail"]].to_numpy().tolist() == [["Kvanefjeld", "rare earths", "REE"]]
