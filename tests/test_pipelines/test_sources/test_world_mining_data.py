"""Production on a made-up database: all states, three years, and shares of no sum."""

from __future__ import annotations

import sqlite3

import pandas as pd
import pytest

from layers.observed.minerals import MINERAL_PRODUCTION
from layers.schema import conform
from pipelines.sources.minerals import world_mining_data


@pytest.fixture
def table(tmp_path, package_file):
    path = tmp_path / "world.db"
    with sqlite3.connect(path) as database:
        for commodity in world_mining_data._COMMODITIES:
            database.execute(
                f'CREATE TABLE "{commodity}" (Country TEXT, Country_ISO TEXT, "2021" TEXT, "2022" TEXT,'
                ' "2023" TEXT, "2024" TEXT, unit TEXT, data_source TEXT)'
            )
        rows = [
            ("Norway", "NOR", "9", "1", "1", "30", "metr. t", "r"),
            ("Chile", "CHL", "9", "1", "3", "50", "metr. t", "e"),
            ("Russia, Asia", "RUS", "9", "0", "0", "20", "metr. t", None),
            ("French Guiana", "CHL", "9", "0", "1", "0", "metr. t", "e"),
            ("Guyana", "GUY", "9", "7", "1", "0", "metr. t", "r"),
            ("Sweden", "SWE", "9", "0", "0", "0", "metr. t", "r"),
            ("Total", "DELETE", "99", "2", "5", "100", "metr. t", "r"),
        ]  # fmt: skip
        database.executemany('INSERT INTO "Nickel" VALUES (?, ?, ?, ?, ?, ?, ?, ?)', rows)
    database.close()
    read = world_mining_data.read(package_file(world_mining_data.PACKAGE, path.read_bytes()))
    return conform(read, MINERAL_PRODUCTION).set_index("feature_id")


def test_a_share_is_of_all_states_and_of_no_sum(table):
    latest = table[table["year"] == 2024].set_index("country_iso3")
    assert latest["production"].to_dict() == {"CHL": 50.0, "NOR": 30.0, "RUS": 20.0}
    assert latest["world_share"].to_dict() == {"CHL": 0.5, "NOR": 0.3, "RUS": 0.2}
    assert table.loc["wmd-2023-nickel-chl", ["production", "world_share"]].tolist() == [3.0, 0.6]


def test_two_neighbours_whose_numbers_were_mixed_up_are_told_apart(table):
    assert table.loc["wmd-2023-nickel-guf", "production"] == 1.0
    mixed = table.loc["wmd-2023-nickel-guy"]
    assert (pd.isna(mixed["production"]), mixed["state"]) == (True, "not available")
    assert table.loc["wmd-2022-nickel-guy", "production"] == 7.0


def test_rows_hold_for_the_end_of_their_year(table):
    row = table.loc["wmd-2024-nickel-nor"]
    assert row[["as_of", "material", "stage", "unit", "state"]].tolist() == [
        "2024-12-31", "nickel", "mining", "t", "reported",
    ]  # fmt: skip
    assert table.loc["wmd-2024-nickel-rus", "state"] == "not stated"
    assert set(table["year"]) == {2022, 2023, 2024}
