"""The same data judged today, at the least and the most warming: no hazard falls, no node is given a year."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest

from layers.ice.warming import LEVELS_DEGC
from layers.scenarios import SCENARIOS
from pipelines.picture.build import Options, compose_snapshot

TODAY = "today"
# The least and the most warming: test_regions_scenarios judges the whole Arctic at every level.
LEVELS = (TODAY, *(f"{level:g}C" for level in (LEVELS_DEGC[0], LEVELS_DEGC[-1])))
LATER = r"(?<![\d.])(?:20[3-9]\d|21\d\d)(?!\d|\.\d)"


@pytest.fixture(scope="module")
def pictures() -> dict[str, dict[str, pd.DataFrame]]:
    """Tables of the smallest region at each of the levels."""
    made = (compose_snapshot(Options(region="bering", scenario=name, draws=25))[0] for name in LEVELS)
    return dict(zip(LEVELS, (picture.tables for picture in made), strict=True))


def test_the_levels_of_seasons_are_those_of_the_scenarios():
    assert tuple(row.warming_degc for row in SCENARIOS if row.id != TODAY) == LEVELS_DEGC


RANK = {"unknown": -1, "low": 0, "moderate": 1, "high": 2}
KEYS = ["node_id", "axis", "dimension", "group", "indicator"]
# What warms: the air, what thaws by it, the zones it leaves, and the ice that a node loses by its own slope.
WARMS = {"air_temperature", "permafrost_thaw", "zones_lost", "ice_season_lost"}


@pytest.mark.sweep
def test_the_climate_warms_with_the_level_and_nothing_else_moves(pictures):
    before = None
    for name in LEVELS:
        evidence = pictures[name]["evidence"]
        assert set(pictures[name]["nodes"]["flag"]) <= {
            "robust", "possible", "not_flagged", "insufficient_data",
        }  # fmt: skip
        if before is not None:
            both = before.merge(evidence, on=KEYS, how="outer", indicator="side", suffixes=("", "_now"))
            assert set(both.loc[both["side"] != "both", "indicator"]) <= {"zones_lost"}
            assert not (both["side"] == "left_only").any(), (
                "what was left at a lower level is left at this one"
            )
            both = both[both["side"] == "both"]
            moved = both[both["value"].fillna(-99) != both["value_now"].fillna(-99)]
            assert {"air_temperature"} <= set(moved["indicator"]) <= WARMS
            assert (moved["value_now"] > moved["value"]).all()
            assert (both["score_now"].fillna(-1) >= both["score"].fillna(-1)).all()
        before = evidence
    continuous = {
        name: tables["permafrost"].set_index("name").geometry.area.get("continuous, over 90 % (proxy)", 0.0)
        for name, tables in pictures.items()
    }
    assert list(continuous.values()) == sorted(continuous.values(), reverse=True)


@pytest.mark.sweep
def test_no_class_falls_with_the_level_and_only_the_hazard_moves(pictures):
    nodes = {name: tables["nodes"].set_index("node_id") for name, tables in pictures.items()}
    for lower, higher in pairwise(LEVELS):
        then, now = nodes[lower], nodes[higher].loc[nodes[lower].index]
        fell = now["hazard_class"].map(RANK) < then["hazard_class"].map(RANK)
        assert not fell.any(), (higher, list(then.index[fell]))
        for column in ("military_class", "dependence_class", "dual_use_class", "scope", "place_id"):
            assert now[column].equals(then[column]), column


# A rate per year and an age in years are no dates; the horizon of the sea level is dated by AR6 itself.
NO_DATE = ("_per_year", "_age_years")
HORIZON = r"\bm by 2100\b"


@pytest.mark.sweep
@pytest.mark.parametrize("level", LEVELS)
def test_never_a_year_for_a_node(pictures, level):
    """A level is no date. What the sea's level does by the horizon of AR6 is the provider's own date."""
    for name in ("nodes", "evidence", "measures"):
        table = pictures[level][name].drop(columns="geometry", errors="ignore")
        assert not [c for c in table.columns if "year" in c and not c.endswith(NO_DATE)], name
        if name == "evidence":
            table = table[table["group"] != "h_level"]
        texts = [column for column in table if not pd.api.types.is_numeric_dtype(table[column])]
        stored = {c: table[c].dropna().astype(str).str.replace(HORIZON, "m", regex=True) for c in texts}
        dated = {c: t for c, v in stored.items() if len(t := v.loc[v.str.contains(LATER)])}
        assert not dated, name
