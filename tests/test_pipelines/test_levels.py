"""The same data judged at every level of warming: all build, thaw grows, and no node is given a year."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.assessed.ice_warming import LEVELS_DEGC
from layers.scenarios import SCENARIOS
from pipelines.build import Options, compose_snapshot

TODAY = "today"
LEVELS = (TODAY, *(f"{level:g}C" for level in LEVELS_DEGC))
LATER = r"(?<![\d.])(?:20[3-9]\d|21\d\d)(?!\d|\.\d)"


@pytest.fixture(scope="module")
def pictures() -> dict[str, dict[str, pd.DataFrame]]:
    """Tables of the smallest region at every level."""
    made = (compose_snapshot(Options(region="bering", scenario=name, draws=25))[0] for name in LEVELS)
    return dict(zip(LEVELS, (picture.tables for picture in made), strict=True))


def test_the_levels_of_seasons_are_those_of_the_scenarios():
    assert tuple(row.warming_degc for row in SCENARIOS if row.id != TODAY) == LEVELS_DEGC


def test_thaw_grows_with_the_level_and_nothing_else_moves(pictures):
    before = None
    for name in LEVELS:
        evidence = pictures[name]["evidence"]
        assert set(pictures[name]["nodes"]["flag"]) <= {
            "robust", "possible", "not_flagged", "insufficient_data",
        }  # fmt: skip
        keys = ["node_id", "axis", "dimension", "group", "indicator"]
        if before is not None:
            both = before.merge(evidence, on=keys, how="outer", indicator="side", suffixes=("", "_now"))
            assert (both["side"] == "both").all()
            moved = both[both["value"].fillna(-1) != both["value_now"].fillna(-1)]
            assert set(moved["indicator"]) == {"permafrost_loss_proxy"}
            assert (moved["value_now"] > moved["value"]).all()
        before = evidence
    continuous = {
        name: tables["permafrost"].set_index("name").geometry.area.get("continuous, over 90 % (proxy)", 0.0)
        for name, tables in pictures.items()
    }
    assert list(continuous.values()) == sorted(continuous.values(), reverse=True)


@pytest.mark.parametrize("level", LEVELS)
def test_never_a_year_for_a_node(pictures, level):
    """A level is no date. What the sea's level does by the horizon of AR6 is the provider's own date."""
    for name in ("nodes", "evidence", "measures"):
        table = pictures[level][name].drop(columns="geometry", errors="ignore")
        assert not [column for column in table.columns if "year" in column], name
        if name == "evidence":
            table = table[table["group"] != "h_level"]
        texts = [column for column in table if not pd.api.types.is_numeric_dtype(table[column])]
        dated = {
            c: t
            for c in texts
            if len(t := table[c].dropna().astype(str).loc[lambda v: v.str.contains(LATER)])
        }
        assert not dated, name
