"""Sobol indices of the judgement, against a case whose answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.assessed.climate_risk import ice_support
from layers.assessed.sensitivity import SENSITIVITY, effective_importance, sensitivity
from layers.draws import FACTORS
from layers.scenarios import Scenario
from layers.schema import check, conform
from layers.scoring import AXES, weigh

pytest.importorskip("SALib")
TODAY = Scenario("t", "t", 1.36, "a test")
AXIS_OF = {dimension: axis for axis, dimensions in AXES.items() for dimension in dimensions}


def kind(unknown: bool) -> pd.DataFrame:
    """Twelve nodes, one group a dimension; the civil scores unknown or known."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        [
            {
                "node_id": f"port:{node:02}", "axis": axis, "dimension": dimension, "group": dimension,
                "indicator": dimension, "value": np.nan, "scale": "percentile", "zero_at": np.nan,
                "one_at": np.nan, "score": np.nan if unknown and axis == "civil" else random.random(),
            }
            for node in range(12)
            for dimension, axis in AXIS_OF.items()
        ]
    )  # fmt: skip
    frame["state"] = np.where(frame["score"].isna(), "unknown", "known")
    frame["score_high"] = frame["score"]
    return frame.assign(weight=weigh(frame))


def nodes_of(table: pd.DataFrame) -> pd.DataFrame:
    ids = sorted(table["node_id"].unique())
    return pd.DataFrame({"node_id": ids, "kind": "port", "dual_use_class": "D2"})


def test_what_does_not_vary_explains_nothing() -> None:
    table = kind(unknown=True)
    told = sensitivity(table, nodes_of(table), TODAY, {}, samples=64, seed=1).set_index(["output", "factor"])
    conformed = conform(told.reset_index(), SENSITIVITY)
    check(conformed, SENSITIVITY)
    assert set(conformed["factor"]) == set(FACTORS)
    for output in ("mean_rank_shift", "nodes_in_conjunction"):
        # One indicator a group and percentiles: no anchor, no radius, no ice.
        for factor in ("anchors", "radii", "ice_support"):
            assert told.loc[(output, factor), "total"] == pytest.approx(0, abs=1e-9)
    shift = told.xs("mean_rank_shift")["total"]
    assert shift.idxmax() in {"unknowns", "aggregation"}
    assert shift["unknowns"] > 0.3


def test_what_is_known_takes_the_unknowns_out() -> None:
    table = kind(unknown=False)
    told = sensitivity(table, nodes_of(table), TODAY, {}, samples=64, seed=1)
    part = told[told["output"] == "mean_rank_shift"].set_index("factor")["total"]
    assert part["unknowns"] == pytest.approx(0, abs=1e-9)
    assert part["aggregation"] > part["normalisation"]


def test_twins_are_named() -> None:
    table = kind(unknown=False)
    twin = table[table["dimension"] == "military"].assign(indicator="again", group="again")
    both = pd.concat([table, twin], ignore_index=True)
    both["weight"] = weigh(both)
    told = effective_importance(both, pd.Series("port", index=sorted(both["node_id"].unique())))
    named = told.dropna(subset="twin").set_index("indicator")["twin"].to_dict()
    assert named == {"again": "military", "military": "again"}


def test_the_picture_holds_indices_when_it_is_asked_to(tmp_path) -> None:
    from pipelines.build import Options, build
    from pipelines.store import check_picture, read_picture

    folder, picture = build(tmp_path, Options(draws=200, sensitivity=16, region="barents"))
    table = pd.read_parquet(folder / "tables" / "sensitivity.parquet")
    assert set(table["factor"]) == set(FACTORS)
    assert read_picture(folder).tables["sensitivity"].equals(picture.tables["sensitivity"])
    assert check_picture(folder)[0]["orphans"] == 0
    assert set(ice_support(picture.tables["measures"])) == {"ice_months", "wave_exposure"}
