"""Checks that know the product: sizes by month, ids that are numbered anew, content that is late."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import geopandas as gpd
import pytest
from daily_provider import QUICK, TODAY
from fault_server import serving
from shapely import Point

from layers.crs import POLAR
from pipelines.intake.checks import judge
from pipelines.intake.fetch import Fetcher
from pipelines.intake.ledger import ledger_of, state_of
from pipelines.intake.refresh import refresh
from pipelines.intake.unit_checks import sizes_before, sizes_with
from pipelines.sources import FETCHABLE, source

POLYGONS = "sea_ice_grid.polygons"


@pytest.mark.shared
def test_the_ice_of_september_is_not_held_for_the_size_of_march(mirror, tmp_path):
    """70,947 bytes in March and 21,000 in September are each usual for their month."""
    states = []
    with serving(mirror.parents[1] / "cases" / "mirror_polygons") as url:
        for month in (3, 9):
            [result] = refresh(
                FETCHABLE, tmp_path / "cache", Fetcher(url, QUICK), today=TODAY, day=date(2020, month, 1),
                names=[POLYGONS],
            )  # fmt: skip
            states.append((result.state, result.as_of, result.reason))
    assert states == [("new", "2020-03-31", ""), ("changed", "2020-09-30", "")]
    assert ledger_of(tmp_path / "cache")[POLYGONS]["sizes"] == {"03": [70947], "09": [21000]}


def test_sizes_of_a_month_are_kept_apart():
    [remote] = [row for row in source("sea_ice_grid").remotes if row.part == "polygons"]
    [dateless] = source("geonames_cities500").remotes
    row = {"sizes": {"03": [70, 71], "09": [21]}}
    assert sizes_before(row, "2021-09-30", [remote]) == [21]
    assert sizes_before(row, "2021-04-30", [remote]) == []
    assert sizes_with(row, "2021-03-31", [remote], 72)["03"] == [70, 71, 72]
    assert len(sizes_with({"sizes": {"": [9] * 10}}, None, [dateless], 8)[""]) == 10
    assert sizes_before({"sizes": [70, 71]}, None, [dateless]) == [70, 71], "a ledger of before"
    assert sizes_before({"sizes": [70, 71]}, "2021-03-31", [remote]) == []


def table(ids: list[str], x_m: float = 0.0) -> gpd.GeoDataFrame:
    """Ten places, each a kilometre from the next."""
    places = [Point(1e6 + x_m + 1000 * n, -2e6) for n in range(len(ids))]
    return gpd.GeoDataFrame(
        {"feature_id": ids, "name": [f"Place {n}" for n in range(len(ids))], "as_of": "2026-01-01"},
        geometry=places, crs=POLAR,
    )  # fmt: skip


OLD = [f"geus-{n}" for n in range(10)]


@pytest.mark.parametrize(
    ("ids", "x_m", "outcome"),
    [
        (OLD, 0.0, None),
        ([f"GEUS {n}" for n in range(10)], 0.0, None),  # written in another way
        ([f"geus-{n + 100}" for n in range(10)], 0.0, "warn"),  # numbered anew
        ([f"geus-{n + 100}" for n in range(10)], 500.0, "hold"),  # other places
    ],
)
def test_a_list_that_is_numbered_anew_is_the_same_list(ids, x_m, outcome):
    findings = judge(table(ids, x_m), table(OLD), TODAY)
    assert {row.rule: row.outcome for row in findings} == ({"ids": outcome} if outcome else {})


@pytest.mark.parametrize(
    ("kind", "checked", "state"),
    [
        ("embedded", "2026-01-02", "stale"),  # never emptied: the embedded table would be older still
        ("live", "2026-11-25", "stale"),  # fetched today, old content: late
        ("live", "2026-11-18", "stale"),
        ("live", "2026-11-17", "missing"),  # nobody looked for over a week
    ],
)
def test_old_content_is_late_and_missing_only_if_nobody_looked(kind, checked, state):
    one = replace(source("nsidc_sea_ice_index"), state=kind)
    row = {"set": "x", "as_of": "2026-01-01", "checked": checked}
    assert state_of(one, row, TODAY) == ("2026-01-01", state)
