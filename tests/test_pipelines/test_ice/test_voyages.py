"""Isochrones on request: real edges, a made cube, areas read back by their reader, what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from layers.crs import area_km2
from layers.errors import SourceError, UsageError
from layers.grid import LAND, NSIDC_25KM, OCEAN, Grid
from layers.ice.daily import Day
from layers.ice.isochrones import cells_near
from layers.ice.synthetic import days
from pipelines.ice.archive import Archive
from pipelines.ice.isochrones import Voyage, _port, find_isochrones
from pipelines.ice.provider_files import own_surface
from pipelines.ice.record import embedded, land_of, surface_of
from pipelines.sources.sea_ice.ice_grids import EASE2_25KM


@pytest.fixture(scope="module")
def held():
    return embedded()


def days_to(path, *names: str) -> list[float]:
    return pd.read_parquet(path).set_index("name").loc[list(names), "least_days"].tolist()


def test_the_edge_of_a_real_september(held, tmp_path):
    voyage = Voyage("murmansk", 9, 2022, "none")
    table, areas, page = find_isochrones(held, voyage).write(tmp_path)
    assert page.name == "isochrones-murmansk-none-september-2022.html"
    kirkenes, longyearbyen, pevek = days_to(table, "Kirkenes", "Longyearbyen", "Pevek")
    # Some 200, 1,050 and 4,500 km at twelve knots, 533 km a day.
    assert 0.2 < kirkenes < 0.6
    assert 1.8 < longyearbyen < 2.6
    assert 7 < pevek < 11
    found = pyogrio.read_dataframe(areas)
    assert found.crs.to_epsg() == 3413
    assert found.geometry.is_valid.all()
    assert "not for navigation" in found["note"].iloc[0]
    reached = found[found["is_reached"]]
    assert (reached["least_days"].diff().dropna() > 0).all()
    assert found.loc[~found["is_reached"], "least_days"].isna().all()
    assert found["area_million_km2"].to_numpy() == pytest.approx(area_km2(found.geometry.to_numpy()) / 1e6)
    text = page.read_text(encoding="utf-8")
    assert "Not for navigation" in text
    assert "SYNTHETIC" not in text
    # March has more ice than September: nothing is sooner.
    winter = find_isochrones(held, Voyage("Murmansk", 3, 2022, "none")).write(tmp_path)[0]
    both = pd.read_parquet(table).merge(pd.read_parquet(winter), on="node_id")
    later = both["least_days_y"].to_numpy() - both["least_days_x"].to_numpy()
    assert np.nanmin(later) >= -1e-9
    assert both["least_days_y"].notna().sum() < both["least_days_x"].notna().sum()


def test_without_a_year_the_last_edge_of_the_month_is_sailed(held):
    assert find_isochrones(held, Voyage("Murmansk", 9)).page.tables["record"]["period"].tolist() == [
        "September 2022"
    ]


def test_a_made_cube_says_so(held, tmp_path):
    surface = surface_of(held)
    archive = Archive(tmp_path / "cube", "synthetic")
    archive.append((day for day in days(2000, 2000, surface) if day.date.month in {3, 9}), surface)
    voyage = Voyage("33.05,68.97", 9)
    table, areas, page = find_isochrones(held, voyage, archive).write(tmp_path / "out")
    text = page.read_text(encoding="utf-8")
    assert "<title>SYNTHETIC" in text
    assert "68.97 N 33.05 E" in text
    assert set(pyogrio.read_dataframe(areas)["input"]) == {"daily, synthetic, median of 30 days"}
    assert set(pd.read_parquet(table)["period"]) == {"September 2000"}
    with pytest.raises(UsageError, match="expected days of July in any year, found none"):
        find_isochrones(held, Voyage("Murmansk", 7), archive)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Voyage("Murmanks", 9), "found none: name one of Murmansk"),
        (Voyage("Murmansk", 13), "--month: expected 1 to 12, found 13"),
        (Voyage("Murmansk", 9, 2021), "edge of September 2021: expected one of the embedded ones"),
        (Voyage("Murmansk", 9, None, "PC9"), "--ice-class: expected one of PC1"),
        (Voyage("Murmansk", 9, None, "PC6", "slush"), "--stage: expected one of"),
        (Voyage("Murmansk", 9, None, "PC6", "thick_fy", 0.0), "--speed-kn: expected a speed over 0"),
        (Voyage("100,20", 9), "north of 31 N"),
        (Voyage("-100,45", 9), "expected open sea of the grid within 100 km"),
    ],
)
def test_what_cannot_be_asked_is_named(held, tmp_path, asked, said):
    with pytest.raises(UsageError, match=said):
        find_isochrones(held, asked)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("port", "found"),
    [("-180,70", ("70 N 180 W", -180.0, 70.0)), ("180,70", ("70 N 180 E", 180.0, 70.0)),
     ("0, 31", ("31 N 0 E", 0.0, 31.0)), ("-0.5,90", ("90 N 0.5 W", -0.5, 90.0))],
)  # fmt: skip
def test_a_place_in_degrees_lies_within_the_bounds_of_the_grid(held, port, found):
    assert _port(held, port) == found
    for beyond in ("-180.1,70", "180.1,70", "0,30.9", "0,90.1"):
        with pytest.raises(UsageError, match="north of 31 N"):
            _port(held, beyond)


@pytest.mark.sweep
def test_the_command(command, tmp_path):
    done = command("isochrones", "Tromso", "--month", "3", "--to", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["files"]) == 3
    refused = command("isochrones", "Tromso", "--month", "3", "--product", "p")
    assert refused.returncode == 2
    assert "expected --cube and --product together" in refused.stderr


def day(number: int, product: str, surface: np.ndarray, grid: Grid, percent: int) -> Day:
    field = np.where(surface == OCEAN, percent, LAND).astype(np.uint8)
    ocean = np.flatnonzero(surface == OCEAN)
    field.ravel()[ocean[len(ocean) // 2]] = 100  # no day is without any ice
    return Day(date(2000, 9, number), product, "1", "made", field, grid)


@pytest.fixture(scope="module")
def own_cube(held, tmp_path_factory):
    """A made cube on the equal-area grid, without ice in September 2000, full of ice in a second product."""
    root = tmp_path_factory.mktemp("own")
    surface = own_surface(EASE2_25KM, land_of(held), surface_of(held))
    for name, percent in (("open_25000m", 0), ("shut_25000m", 100)):
        archive = Archive.named(root, name)
        assert archive.grid is EASE2_25KM
        archive.append((day(number, name, surface, EASE2_25KM, percent) for number in (1, 2, 3)), surface)
    return root


def test_a_cube_on_its_own_grid_is_sailed_on_that_grid(held, own_cube, tmp_path):
    """Open water on another projection: the same ports as on the grid of 25 km, in about the same days."""
    voyage = Voyage("Murmansk", 9, 2000, "none")
    own = find_isochrones(held, voyage, Archive.named(own_cube, "open_25000m"))
    surface = surface_of(held)
    polar = Archive(tmp_path, "open")
    polar.append((day(number, "open", surface, NSIDC_25KM, 0) for number in (1, 2, 3)), surface)
    usual = find_isochrones(held, voyage, polar)
    both = own.ports.merge(usual.ports, on="node_id", suffixes=("_own", "_usual"))
    both = both.dropna(subset=["least_days_own", "least_days_usual"])
    # The entrance of the Baltic is land at the centres of these cells: its ports are not reached.
    assert own.ports_reached > 0.65 * usual.ports_reached > 300
    far = both[both["least_days_usual"] > 1]
    assert (far["least_days_own"] / far["least_days_usual"]).between(0.85, 1.2).mean() > 0.95
    assert own.areas.crs.to_epsg() == 3413
    assert own.areas.geometry.is_valid.all()
    reached = [frame.areas[frame.areas["is_reached"]]["area_million_km2"].sum() for frame in (own, usual)]
    north = own.areas.geometry.union_all().intersection(shapely.box(-2e6, -2e6, 2e6, 2e6)).area / 1e12
    assert reached[0] > reached[1] > 10, "the equal-area grid reaches farther south"
    assert north == pytest.approx(
        usual.areas.geometry.union_all().intersection(shapely.box(-2e6, -2e6, 2e6, 2e6)).area / 1e12, rel=0.02
    )


def test_a_grid_that_does_not_fit_the_name_of_its_archive_is_refused(own_cube):
    with pytest.raises(SourceError, match="expected a grid of 448 x 304 cells, found 432 x 432"):
        Archive(own_cube, "open_25000m").surface()


@pytest.mark.sweep
def test_the_command_sails_a_cube_on_its_own_grid_and_says_where_no_port_is_reached(
    command, own_cube, tmp_path
):
    words = ("isochrones", "Murmansk", "--month", "9", "--cube", own_cube, "--ice-class", "none")
    done = command(*words, "--product", "open_25000m", "--to", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert 300 < report["ports_reached"] <= report["ports"]
    done = command(*words, "--product", "shut_25000m", "--to", tmp_path / "out")
    assert done.returncode == 1
    assert done.stdout.startswith(f"0 of {report['ports']} ports reached")
    assert "no port is reached" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("cell_m", "cells"), [(25_000.0, 25), (12_500.0, 78), (6_250.0, 254)])
def test_a_disc_holds_more_cells_of_a_finer_grid(cell_m, cells):
    assert cells_near(replace(NSIDC_25KM, cell_m=cell_m), 50.0) == cells


def test_the_way_back_is_as_long_and_the_port_itself_is_no_way(held):
    out = find_isochrones(held, Voyage("Murmansk", 9))
    back = find_isochrones(held, Voyage("Kirkenes", 9))
    days_out, days_back = (one.ports.set_index("name")["least_days"] for one in (out, back))
    assert days_out["Kirkenes"] == pytest.approx(0.441, abs=0.001)
    assert days_back["Murmansk"] == pytest.approx(days_out["Kirkenes"], rel=1e-6)
    assert (days_out["Murmansk"], days_back["Kirkenes"]) == (0, 0)
    assert 0 < days_out["Lavna"] < 0.02, "five kilometres off on the same fjord"
    # Every port that is not reached has one reason, and no reason is given to others.
    ports = out.ports
    assert (ports["not_reached"].isna() == ports["least_days"].notna()).all()
    assert set(ports["not_reached"].dropna()) == {"land", "distance"}
    assert out.not_reached == {"ice": 0, "not seen": 0} | ports["not_reached"].value_counts().to_dict()
    assert out.ports_reached == ports["least_days"].notna().sum() - 1
    winter = find_isochrones(held, Voyage("Murmansk", 3, 2022, "none"))
    assert winter.not_reached["ice"] > 50
    assert len(winter.ports) == winter.ports_reached + 1 + sum(winter.not_reached.values())
