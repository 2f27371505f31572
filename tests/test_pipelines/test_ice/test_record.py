"""The ice of one's own: files taken in by the command line, tables read back by pandas."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from layers.errors import UsageError
from layers.ice.synthetic import days
from layers.ice.warming import september_loss, whole_area
from pipelines.ice.archive import Archive
from pipelines.ice.record import _ice_years, embedded, read_warming, surface_of, write_record


@pytest.mark.sweep
def test_tables_of_a_made_record_say_so_and_are_read_back(tmp_path):
    surface = surface_of(embedded())
    made = (day for day in days(2000, 2000, surface) if date(2000, 9, 1) <= day.date < date(2000, 9, 15))
    Archive(tmp_path / "cube", "synthetic").append(made, surface)
    paths = write_record(tmp_path / "cube", "synthetic", tmp_path / "out")
    assert paths[-1].name == "routes-synthetic.html"
    page = paths[-1].read_text(encoding="utf-8")
    assert "<title>SYNTHETIC" in page
    assert page.count("Synthetic, not observed") > 12  # at the lead, the map and every route
    tables = {path.stem: pd.read_parquet(path) for path in paths[:-1]}
    assert set(tables) == {
        "ice_seasons", "route_seasons", "route_trends", "ice_warming", "ice_loss", "ice_ledger", "ice_days",
        "ice_years",
    }  # fmt: skip
    assert not len(tables["ice_warming"])  # one year has no sensitivity
    seasons = tables["ice_seasons"]
    assert set(seasons["place_kind"]) == {"node", "sea", "route_stretch"}
    assert set(seasons["input"]) == set(tables["route_seasons"]["input"]) == {"daily, synthetic"}
    assert set(seasons["state"]) == {"insufficient_data"}  # a fortnight is no climate
    assert seasons["open_water_days_median"].isna().all()
    assert tables["route_seasons"]["open_days"].isna().all()
    assert tables["route_seasons"]["route_id"].nunique() == 12
    assert len(tables["ice_days"]) == 14
    assert "not for navigation" in tables["ice_seasons"].attrs["note"]
    assert seasons["place_id"][seasons["place_kind"] == "node"].is_unique


def test_the_real_septembers_lose_what_is_published():
    """NSIDC's monthly area on observed warming, 1979 to 2024, against Notz & Stroeve 2018."""
    table = embedded().feeds["sea_ice_monthly"][0]
    september = table[(table["month"] == 9) & (table["year"] <= 2024)].set_index("year")
    years = september.index.to_numpy()
    warming = read_warming().loc[years].to_numpy()
    assert (years[0], years[-1], len(years)) == (1979, 2024, 46)
    result = september_loss(whole_area(september["area_million_km2"], years), warming)
    print("\nSeptember area:", result["note"])
    assert result["is_published"]
    assert result["loss_million_km2_per_degc"] == pytest.approx(3.6, abs=0.06)
    assert result["loss_low_million_km2_per_degc"] == pytest.approx(3.0, abs=0.15)
    assert result["loss_high_million_km2_per_degc"] == pytest.approx(4.1, abs=0.15)
    # As published, without the circle about the pole, which shrank: the trap.
    bare = september_loss(september["area_million_km2"], warming)
    assert not bare["is_published"]
    assert bare["loss_million_km2_per_degc"] == pytest.approx(2.2, abs=0.06)


def test_months_of_ice_years_by_hand():
    """A quarter, none and more than a year of open water; a year that was not seen is left out."""
    record = SimpleNamespace(
        ids=np.array(["a", "b"]), years=np.array([2000, 2001]), product="p",
        metrics={"open_water_days": np.array([[91.25, 0.0], [np.nan, 366.0]])},
    )  # fmt: skip
    table = _ice_years(record, "2002-02-28T00:00:00")
    assert table[["node_id", "year", "ice_months", "as_of"]].to_numpy().tolist() == [
        ["a", 2001, 9.0, "2002-02-28"], ["a", 2002, 12.0, "2002-02-28"], ["b", 2002, 0.0, "2002-02-28"],
    ]  # fmt: skip


def test_an_empty_cube_is_named(tmp_path):
    with pytest.raises(UsageError, match="expected days of the product p, found none"):
        write_record(tmp_path, "p", tmp_path / "out")


@pytest.mark.shared
def test_the_command_takes_real_files_and_names_what_it_holds(command, mirror, tmp_path):
    real = sorted((mirror / "sea_ice/nsidc0051").glob("nt_2015*.bin"))
    month = mirror / "sea_ice/nsidc0051/nt_201305_f17_v1.1_n.bin"
    done = command("ice", tmp_path / "cube", *real, month, "--json")
    assert done.returncode == 10, done.stderr  # the month is left out
    report = json.loads(done.stdout)
    assert report["added"] == len(real) == 4
    assert report["products"] == {"nsidc_0051": 4}
    assert "found a month" in report["held"][0]["reason"]
    assert "nsidc_0051: 4 days" in command("ice", tmp_path / "cube").stdout
    refused = command("ice", tmp_path / "cube", "--product", "nsidc_0051")
    assert refused.returncode == 2
    assert "expected --product and --to together" in refused.stderr
    assert command("ice", tmp_path / "nothing").returncode == 2
