"""Places: ashore, near the coast, in their country; by the embedded tables, spoiled in degrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
from shapely import Point

from layers.crs import lonlat, polar_points
from pipelines.intake import place_checks
from pipelines.intake.checks import judge
from pipelines.intake.tables import embedded_table
from pipelines.sources import FETCHABLE, source

if TYPE_CHECKING:
    pass

from checked_tables import TODAY, other, outcomes, ports


@pytest.mark.parametrize(
    ("spoil", "held"),
    [
        (lambda x, y: (x, y), False),
        (lambda x, y: (np.round(x), np.round(y)), True),
        (lambda x, y: (x + 1, y), True),
        (lambda x, y: (-x, y), True),
        (lambda x, y: (x, y - 0.5), True),
    ],
    ids=["as it is", "whole degrees", "a degree east", "the wrong sign", "half a degree south"],
)
def test_harbours_that_leave_the_coast_are_held(spoil, held):
    """The embedded index itself, its places spoiled in degrees."""
    index = embedded_table(source("nga_world_port_index"))
    places = polar_points(*spoil(*lonlat(index.geometry.x, index.geometry.y)))
    spoilt = index.set_geometry(gpd.GeoSeries(places, crs=3413, index=index.index))
    found = {
        row.rule: row.outcome for row in judge(spoilt, index, TODAY, source("nga_world_port_index").checks)
    }
    assert (found.get("coast") == "hold") == held
    assert found or not held


ASHORE = (
    "ourairports", "geonames_cities500", "geonames_harbours", "wri_global_power_plants",
    "icmm_global_mining", "nga_world_port_index",
)  # fmt: skip


@pytest.mark.parametrize("name", ASHORE)
def test_places_of_the_wrong_sign_are_held(name):
    table = embedded_table(source(name))
    assert outcomes(table, table, name) == {}
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    found = outcomes(other(table, polar_points(-lon, lat)), table, name)
    assert found["ashore"] == found["turned"] == "hold"


def test_exchanged_degrees_are_held_by_what_is_left_of_them():
    """Only places east of 58 E are still in the north when longitude and latitude are exchanged."""
    table = embedded_table(source("ourairports"))
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    left = table[(lon >= 58) & (lon <= 90)]
    swapped = other(left, polar_points(lat[left.index], lon[left.index]))
    found = {row.rule: row.found for row in judge(swapped, left, TODAY, source("ourairports").checks)}
    assert "100% of 70 lie ashore with degrees exchanged" in found["turned"]
    assert outcomes(left, left, "ourairports") == {}


def test_a_tenth_of_the_places_at_sea_is_held():
    table = embedded_table(source("icmm_global_mining"))
    points = list(table.geometry)
    points[:18] = polar_points([0.0] * 18, [75.0] * 18)
    assert outcomes(other(table, points), table, "icmm_global_mining")["ashore"] == "hold"


def test_points_of_the_north_are_held_ashore_and_harbours_to_the_coast():
    """The checks that stand on rows, by the sources that carry them."""
    carried = {row.id: {check.__name__ for check in row.checks.own if hasattr(check, "__name__")}
               for row in FETCHABLE}  # fmt: skip
    assert {name for name, checks in carried.items() if "near_coast" in checks} == {
        "nga_world_port_index", "geonames_harbours",
    }  # fmt: skip
    assert {name for name, checks in carried.items() if "ashore" in checks} == {
        "nga_world_port_index", "nga_world_port_index_terminals", "geonames_harbours", "geonames_cities500",
        "ourairports", "wri_global_power_plants", "icmm_global_mining", "telegeography_landings",
    }  # fmt: skip
    assert {name for name, checks in carried.items() if "permafrost_ashore" in checks} == {
        "obu_2019_permafrost", "nsidc_ggd318_permafrost",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("far_before", "far_now", "held"), [(None, 3, False), (None, 5, True), (5, 5, False), (5, 7, True)]
)
def test_one_in_a_hundred_more_may_lie_off_the_coast_than_usual(monkeypatch, far_before, far_now, held):
    """Three in a hundred are usual, or as many as last time."""
    monkeypatch.setattr(place_checks, "_at_coast", lambda x_m, _y_m: x_m > 0)

    def harbours(far: int) -> gpd.GeoDataFrame:
        return other(ports(), [Point(-1 if n < far else 1, 1) for n in range(100)])

    old = None if far_before is None else harbours(far_before)
    found = place_checks.near_coast(harbours(far_now), old)
    assert [(row.rule, row.outcome) for row in found] == ([("coast", "hold")] if held else [])


@pytest.mark.parametrize(("at_sea", "held"), [(4, False), (6, True)])
def test_one_in_twenty_places_may_lie_at_sea(monkeypatch, at_sea, held):
    monkeypatch.setattr(place_checks, "_on_land", lambda x_m, _y_m: np.arange(len(x_m)) >= at_sea)
    found = place_checks.ashore(ports(), None)
    assert ("ashore" in {row.rule for row in found}) is held
