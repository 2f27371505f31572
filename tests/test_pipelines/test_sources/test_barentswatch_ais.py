"""Ships of BarentsWatch on made-up rows: counted by cell, one row a ship, none kept."""

from __future__ import annotations

import json

import pytest
from provider_forms import ship

from layers.crs import lonlat
from pipelines.sources import source

SHIPS = [
    ship(257000001, 18.9, 69.6), ship(257000002, 18.1, 69.9, "2026-11-24T23:59:59+00:00"),
    ship(257000001, 18.8, 69.6), ship(257000003, 181, 91), ship(257000004, -10.2, 70.0),
]  # fmt: skip


def test_ships_are_counted_at_the_middle_of_their_cell(provider_file):
    row = source("barentswatch_ais")
    table = row.read(provider_file(row.remotes[0].file, json.dumps(SHIPS)))
    assert table[["feature_id", "detail"]].to_numpy().tolist() == [
        ["barentswatch_ais-69_18", "2 ships"], ["barentswatch_ais-70_-11", "1 ships"],
    ]  # fmt: skip
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    assert lon == pytest.approx([18.5, -10.5])
    assert lat == pytest.approx([69.5, 70.5])
    assert set(table["as_of"]) == {"2026-11-25"}
    assert "257000001" not in table.to_csv()
