"""The route page: real edges give what was, one file, no script, every number from its row."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from layers.errors import UsageError
from layers.ice.corridors import Corridor
from layers.ice.edge_routes import least_ice
from pipelines.ice.record import embedded
from pipelines.ice.route_page import stage_of, write_edge_page


def toy() -> Corridor:
    """Two ways from 0 to 3, each two steps of 10 km: over 1, and over 2."""
    u, v = np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3])
    return Corridor("toy", np.arange(4), u, v, np.full(4, 10.0), np.array([0]), np.array([3]), 0)


def test_the_way_with_least_ice_by_hand():
    result = least_ice(toy(), np.array([False, True, False, False]))
    assert (result.ice_km, result.shore_km, result.way_km, result.cell) == (0, 0, 20, -1)
    shore = np.array([False, False, False, True])
    result = least_ice(toy(), np.array([False, True, True, True]), shore)
    assert (result.ice_km, result.shore_km, result.way_km) == (
        15,
        5,
        20,
    )  # half of the first step, all of the next
    assert result.cell in {1, 2}


def test_the_page_of_the_real_edges(tmp_path):
    paths = write_edge_page(embedded(), tmp_path)
    page = paths[-1].read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert not re.findall(r"(?:src|href)=", page)
    assert "Not for navigation" in page
    assert "no daily record" in page
    assert "SYNTHETIC" not in page
    fields = pd.read_parquet(tmp_path / "route_fields.parquet")
    sea = fields[(fields["route_id"] == "route-nsr_north_new_siberian") & (fields["input"] == "edge")]
    september = sea[(sea["month"] == 9) & sea["year"].notna()]
    assert september.loc[september["is_open"], "year"].tolist() == [2012, 2016, 2019, 2020, 2022]
    shut = fields[~fields["is_open"] & (fields["input"] == "edge")]
    assert (shut["ice_km"] > 0).all()
    assert shut["bottleneck_water"].notna().all()


def test_a_stage_that_is_not_counted_is_refused():
    with pytest.raises(UsageError, match="--stage: expected one of thin_fy_1"):
        stage_of("slush")
