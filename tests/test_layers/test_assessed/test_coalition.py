"""The coalition lens: names of states, shares by hand, and the fewest states against brute force."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.assessed.coalition import Holding, holdings, lens, members, smallest_set
from layers.errors import UsageError
from layers.iso_3166 import ALPHA_3
from layers.observed.military import MEMBERSHIPS
from layers.schema import conform
from pipelines.source import Inputs
from pipelines.sources.reference.memberships import read_memberships


@pytest.fixture(scope="module")
def memberships() -> pd.DataFrame:
    return conform(read_memberships(Inputs(packages=Path("x"))), MEMBERSHIPS)


# --------------------------------------------------------------------------------------- names


def test_every_member_has_one_alpha_2(memberships) -> None:
    assert sorted(ALPHA_3.values()) == sorted(memberships["country_iso3"])


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("NO,FI,SE", ("NOR", "FIN", "SWE")),
        (" nor , Finland,sweden", ("NOR", "FIN", "SWE")),
        ("DK", ("DNK",)),
        ("DK+", ("DNK", "FRO", "GRL")),
        ("Norway+", ("NOR", "SJM")),
        ("GL,FRO,SJ,Åland Islands", ("GRL", "FRO", "SJM", "ALA")),
        ("NO,NOR,Norway", ("NOR",)),
        ("France", ("FRA",)),
    ],
)
def test_states_are_named_by_code_or_name(memberships, text, codes) -> None:
    assert members(text, memberships) == codes


@pytest.mark.parametrize(
    ("text", "actual"),
    [
        ("NO,Finnland", "Finland"),
        ("Swedn", "Sweden"),
        ("Svalbard", "Svalbard and Jan Mayen"),
        ("XX", "--states"),
    ],
)
def test_an_unknown_state_names_the_nearest(memberships, text, actual) -> None:
    with pytest.raises(UsageError, match=actual) as error:
        members(text, memberships)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", " , "])
def test_no_state_is_refused(memberships, text) -> None:
    with pytest.raises(UsageError, match="at least one state"):
        members(text, memberships)


# -------------------------------------------------------------------------------------- shares


NODES = pd.DataFrame(
    [
        ("port", "NOR", "D2", "robust", "a"), ("port", "FIN", "D1", "not_flagged", "b"),
        ("port", "RUS", "D?", "possible", "c"),
        ("airfield", "NOR", "D2", "not_flagged", "a"), ("cable_landing", "NOR", "D2", "not_flagged", "d"),
    ],
    columns=["kind", "country_iso3", "dual_use_class", "flag", "place_id"],
)  # fmt: skip
LANDINGS = pd.DataFrame(
    {"feature_id": ["landing-a", "landing-b", "landing-c"], "country_iso3": ["NOR", "FIN", "RUS"]}
)
CABLES = pd.DataFrame(
    [
        ("one", "in_service", 100.0, "a", "b"), ("one", "in_service", 100.0, "b", "a"),
        ("two", "in_service", 300.0, "c", "south:0,50"),
        ("far", "in_service", 900.0, "south:0,50", "south:1,50"),
        ("unsaid", "in_service", np.nan, "a", "c"), ("plan", "planned", 5000.0, "a", "c"),
    ],
    columns=["system_id", "status", "published_length_km", "from_landing", "to_landing"],
)  # fmt: skip


def test_shares_by_hand() -> None:
    shares = {row["measure"]: row for row in lens(("NOR", "FRA"), NODES, CABLES, LANDINGS)}
    assert (shares["nodes"]["held"], shares["nodes"]["total"], shares["nodes"]["share"]) == (3, 5, 0.6)
    assert shares["port"]["share"] == pytest.approx(1 / 3)
    assert (shares["port D2"]["share"], shares["port D1"]["share"], shares["port D?"]["share"]) == (
        1,
        0,
        0,
    )
    assert shares["flagged"]["share"] == 0.5
    assert shares["cable_landing"]["share"] == 1
    assert "mine" not in shares
    assert "port D3" not in shares
    # One of 100 km lands in Norway, two of 300 km in Russia; nothing else is published and lands.
    cables = shares["cable systems"]
    assert (cables["held"], cables["total"], cables["unit"]) == (100, 400, "km")
    assert cables["smallest_set"] == ["FIN", "RUS"], "Finland and Norway share it; the alphabet decides"
    assert shares["nodes"]["smallest_set"] == ["FIN", "NOR"]


def test_a_critical_place_counts_once_however_many_of_its_nodes_are_flagged() -> None:
    more = [("airfield", "NOR", "D2", "possible", "a"), ("airfield", "FIN", "D2", "robust", "c"),
            ("mine", "FIN", "D1", "insufficient_data", "e")]  # fmt: skip
    nodes = pd.concat([NODES, pd.DataFrame(more, columns=NODES.columns)], ignore_index=True)
    # Flagged: two of Norway at a, one of Russia and one of Finland at c, which both states share.
    for chosen, places, flagged in ((("NOR",), 1, 2), (("FIN",), 1, 1), (("FIN", "RUS"), 1, 2)):
        shares = {row["measure"]: row for row in lens(chosen, nodes, CABLES, LANDINGS)}
        assert (shares["critical places"]["held"], shares["critical places"]["total"]) == (places, 2)
        assert (shares["flagged"]["held"], shares["flagged"]["total"]) == (flagged, 4)
        assert shares["critical places"]["unit"] == "places"
        assert shares["critical places"]["smallest_set"] == ["FIN", "NOR"]


def test_nothing_flagged_is_no_place() -> None:
    shares = lens(("NOR",), NODES.assign(flag="not_flagged"), CABLES, LANDINGS)
    assert not {"critical places", "flagged"} & {row["measure"] for row in shares}


def test_a_shared_cable_counts_once() -> None:
    shares = lens(("NOR", "FIN"), NODES, CABLES, LANDINGS)
    assert shares[-1]["held"] == 100


def test_a_state_without_a_node_holds_nothing() -> None:
    assert {row["held"] for row in lens(("FRA",), NODES, CABLES, LANDINGS)} == {0}


@pytest.mark.parametrize("reach", [0.0, -1.0, 1.01])
def test_a_share_that_cannot_be_reached_is_refused(reach) -> None:
    with pytest.raises(UsageError, match="--reach"):
        lens(("NOR",), NODES, CABLES, LANDINGS, reach)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 50), st.sets(st.integers(0, 5), min_size=1)), min_size=1, max_size=8),
    st.sampled_from([0.3, 0.5, 0.8, 1.0]),
)
def test_the_fewest_states_are_the_fewest(things, reach) -> None:
    states = tuple("ABCDEF")
    weights = np.array([weight for weight, _ in things], dtype=float)
    kept_rows = np.array([[i in who for i in range(6)] for _, who in things])
    actual = smallest_set(Holding("x", "km", weights, kept_rows), states, reach)

    def share(chosen: tuple[str, ...]) -> float:
        return sum(w for w, who in things if {states[i] for i in who} & set(chosen)) / weights.sum()

    assert share(actual) >= reach - 1e-12
    for size in range(1, len(actual)):
        assert all(share(chosen) < reach - 1e-12 for chosen in combinations(states, size))
    assert share(actual) >= max(share(chosen) for chosen in combinations(states, len(actual))) - 1e-9


def test_more_states_than_can_be_looked_at_are_refused() -> None:
    states = tuple(f"S{i:02}" for i in range(17))
    with pytest.raises(UsageError, match="at most 16"):
        smallest_set(Holding("x", "nodes", np.ones(17), np.eye(17, dtype=bool)), states, 0.8)


# --------------------------------------------------------------------------- the real picture


def test_everybody_holds_everything(picture) -> None:
    tables = [picture.tables[name] for name in ("nodes", "cables", "cable_landings")]
    states, rows = holdings(*tables)
    assert set(states) == set(tables[0]["country_iso3"])
    shares = lens(states, *tables)
    assert [row["share"] for row in shares] == [1.0] * len(rows)
    assert shares[0]["total"] == len(tables[0])
    by_state = [lens((state,), *tables)[0]["held"] for state in states]
    assert sum(by_state) == len(tables[0])


def test_norway_finland_and_sweden(picture) -> None:
    nodes = picture.tables["nodes"]
    shares = lens(("NOR", "FIN", "SWE"), *(picture.tables[n] for n in ("nodes", "cables", "cable_landings")))
    ours = nodes["country_iso3"].isin(["NOR", "FIN", "SWE"])
    assert shares[0]["held"] == ours.sum()
    flagged = nodes["flag"].isin(["robust", "possible"])
    row = next(row for row in shares if row["measure"] == "flagged")
    assert row["share"] == pytest.approx((ours & flagged).sum() / flagged.sum())
    row = next(row for row in shares if row["measure"] == "critical places")
    assert row["total"] == nodes.loc[flagged, "place_id"].nunique()
    assert row["held"] == nodes.loc[flagged & ours, "place_id"].nunique()
    assert all(row["smallest_share"] >= 0.8 for row in shares)
