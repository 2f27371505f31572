"""The table of the draft standards, and nodes of which nothing is known."""

from __future__ import annotations

import numpy as np
import pytest
from toy_standards import IDS, hold, node

from layers.assessed.sites import KINDS
from layers.assessed.standards import STANDARDS


def test_twenty_standards_in_order() -> None:
    assert [f"S{number:02}" for number in range(1, 21)] == IDS


@pytest.mark.parametrize("standard", STANDARDS, ids=IDS)
def test_a_standard_says_what_it_asks_on_what_basis_and_who_would_know(standard) -> None:
    assert set(standard.kinds) <= set(KINDS)
    assert standard.kinds
    for text in (standard.title, standard.rule, standard.threshold, standard.unit, standard.basis,
                 standard.data_needed, standard.from_whom, standard.source_id):  # fmt: skip
        assert text.strip()
    assert set(standard.baseline_requirements) <= {f"BLR{number}" for number in range(1, 8)}
    # What holds for one kind brings the vocabulary of its subject; a mine has none in either list.
    if standard.kinds not in (KINDS, ("mine",)):
        assert standard.baseline_requirements
        assert standard.cer_sectors
    assert standard.judge.__doc__
    assert standard.judge.__doc__.startswith(f"{standard.id}:")
    assert standard.is_scored == (standard.id != "S19")


@pytest.mark.parametrize("standard", STANDARDS, ids=IDS)
def test_it_is_asked_of_its_kinds_alone(standard) -> None:
    world = [node(kind, kind, key=f"landing-{kind}" if kind == "cable_landing" else kind) for kind in KINDS]
    outcome = hold(world).xs(standard.id, level="standard_id")
    for kind in set(KINDS) - set(standard.kinds):
        row = outcome.loc[kind]
        assert (row["result"], row["note"]) == ("not_applicable", "not asked of this kind of node")
        assert np.isnan(row["value"])


@pytest.mark.parametrize("standard", STANDARDS, ids=IDS)
def test_a_node_of_which_nothing_is_known_neither_passes_nor_fails(standard) -> None:
    nothing = dict.fromkeys(("rail_km", "road_km", "airfield_km", "warming_ratio"), np.nan)
    silent = {"measures": nothing, "class": "D?", "coverage": np.nan, "age": np.nan}
    world = [
        node(f"{kind} {i}", kind, lon=20.0 + 2 * i,
             key=f"landing-{kind}{i}" if kind == "cable_landing" else f"{kind}{i}", **silent)
        for kind in KINDS
        for i in range(2)
    ]  # fmt: skip
    outcome = hold(world, cables=[("s", "cable_landing0", "cable_landing1", "unknown")])
    outcome = outcome.xs(standard.id, level="standard_id")
    queried = outcome[outcome["note"] != "not asked of this kind of node"]
    assert set(queried["result"]) == {"unknown"}
    assert queried["note"].str.len().gt(10).all()
