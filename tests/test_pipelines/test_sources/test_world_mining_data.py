"""Mine production on a made-up database: the share of the world, and the states that are kept."""

from __future__ import annotations

import sqlite3

import pytest

from pipelines.sources.minerals import world_mining_data


@pytest.fixture
def table(tmp_path, package_file):
    path = tmp_path / "world.db"
    with sqlite3.connect(path) as database:
        for commodity in world_mining_data._COMMODITIES:
            database.execute(
                f'CREATE TABLE "{commodity}" (Country TEXT, Country_ISO TEXT, "2023" TEXT, "2024" TEXT,'
                " unit TEXT)"
            )
        rows = [
            ("Norway", "NOR", "1", "30", "metr. t"), ("Chile", "CHL", "1", "50", "metr. t"),
            ("Russia, Asia", "RUS", "9", "20", "metr. t"), ("Sweden", "SWE", "5", "0", "metr. t"),
            ("World", "", "99", "100", "metr. t"), ("Europe", "Europe", "99", "50", "metr. t"),
        ]  # fmt: skip
        database.executemany('INSERT INTO "Nickel" VALUES (?, ?, ?, ?, ?)', rows)
    database.close()
    return world_mining_data.read(package_file(world_mining_data.PACKAGE, path.read_bytes()))


def test_a_share_is_of_all_states_and_of_no_sum(table):
    assert table["country_iso3"].tolist() == ["NOR", "RUS"]
    assert table["production"].tolist() == [30.0, 20.0]
    assert table["world_share"].tolist() == [0.3, 0.2]


def test_rows_hold_for_the_end_of_their_year(table):
    assert table["feature_id"].tolist() == ["wmd-2024-nickel-nor", "wmd-2024-nickel-rus"]
    assert set(table["year"]) == {2024}
    assert set(table["as_of"]) == {"2024-12-31"}
