"""The embedded table of repair, stock, detour and substitute: known nodes, and what stays unknown."""

from __future__ import annotations

import pytest

from layers.borders import LATEST, borders
from pipelines import snapshot
from pipelines.sources import SOURCES


@pytest.fixture(scope="module")
def loaded():
    return snapshot.load(SOURCES)


@pytest.fixture(scope="module")
def rows(loaded):
    return loaded.static["node_recovery"].set_index("node_id")


def test_days_of_repair_are_those_of_the_cited_incidents(rows, loaded):
    cited = loaded.feeds["repair_times"][0]
    own = cited[cited["kind"] == "submarine_cable"]
    nuuk = rows.loc["cable_landing:landing-nuuk"]
    assert (nuuk["repair_low_days"], nuuk["repair_high_days"]) == (
        own["days_low"].min(), own["days_high"].max(),
    )  # fmt: skip
    ports = rows[rows.index.str.startswith("port:")]
    assert ports["repair_low_days"].isna().all(), "no incident of a port was read: unknown, not 0"


def test_stock_is_a_range_or_unknown(rows):
    iqaluit = rows.loc["port:port-iqaluit"]
    assert (iqaluit["stock_of"], iqaluit["stock_low_days"], iqaluit["stock_high_days"]) == (
        "fuel oil",
        212,
        273,
    )
    assert rows["stock_of"].isna().mean() > 0.9
    assert (rows["stock_low_days"].dropna() > 0).all()


def test_detours_are_longer_than_what_lines_can_tell(rows):
    for month in ("03", "09"):
        assert (rows[f"detour_{month}_km"].dropna() > 5).all()
    assert rows["detour_09_km"].notna().sum() > 100


def test_no_substitute_lies_beyond_a_border_that_carries_nothing(rows, loaded):
    state = loaded.static["node_sites"].set_index("node_id")["country_iso3"]
    pairs = borders(loaded.feeds["closed_borders"][0], LATEST).impassable
    known = rows["substitute_id"].dropna()
    crossed = [frozenset(pair) for pair in zip(state.reindex(known.index), state.reindex(known), strict=True)]
    assert pairs.isdisjoint(crossed)
    assert rows.loc["airfield:oa-enkr", "substitute_id"].startswith("airfield:")
