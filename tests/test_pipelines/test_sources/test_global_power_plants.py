"""The power plant database on made-up rows: place, the bound of 5 MW, and plants that occur twice."""

from __future__ import annotations

import pytest

from layers.crs import lonlat
from pipelines.sources.infrastructure import global_power_plants


def plant(key, mw, lat="69.5", lon="25.0", **more):
    return {"gppd_idnr": key, "name": key, "capacity_mw": mw, "latitude": lat, "longitude": lon,
            "country": "NOR", "owner": ""} | more  # fmt: skip


@pytest.fixture
def table(provider_file, csv_text):
    wri, canada = global_power_plants._FILES
    provider_file(wri, csv_text([
        plant("A1", "5.0", fuel1="Hydro"), plant("A2", "4.99", fuel1="Gas"), plant("A3", "", fuel1="Gas"),
        plant("A4", "7", lat="", fuel1="Gas"), plant("A5", "8", lat="57.9", fuel1="Gas"),
        plant("A6", "8", lon="-150.0", owner="A Utility", name="Twice", country="CAN", fuel1="Wind"),
    ]))  # fmt: skip
    return global_power_plants.read(provider_file(canada, csv_text([
        plant("B1", "8", name="Twice", country="CAN", primary_fuel="Wind"),
        plant("A1", "99", primary_fuel="Coal"), plant("B2", "9.5", primary_fuel="Oil"),
    ])))  # fmt: skip


def test_plants_of_5_mw_and_more_with_a_place_are_kept_once(table):
    assert table["feature_id"].tolist() == ["gppd-a1", "gppd-a6", "gppd-b2"]
    assert table["capacity_mw"].tolist() == [5.0, 8.0, 9.5]
    assert table["fuel"].tolist() == ["Hydro", "Wind", "Oil"]
    assert table["owner"].astype(object).where(table["owner"].notna(), None).tolist() == [
        None, "A Utility", None,
    ]  # fmt: skip


def test_plants_lie_at_their_longitude_and_latitude(table):
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    assert lon == pytest.approx([25.0, -150.0, 25.0])
    assert lat == pytest.approx([69.5, 69.5, 69.5])
