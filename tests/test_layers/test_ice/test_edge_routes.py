"""Ice on the routes of a toy sea in a single field, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from toy_strait import GRID, OCEAN, RIV, sea, way

from layers.grid import MISSING, POLE_HOLE
from layers.ice.edge_routes import field_rows, least_ice, shore_ice


def rows(field: np.ndarray, **choice: object) -> dict[str, object]:
    [row] = field_rows([way()], field, OCEAN, RIV, "thick_fy", grid=GRID, **choice).to_dict("records")
    return row


def mask(**cells: int) -> np.ndarray:
    """Cells of the corridor that have ice."""
    return sea(**cells).ravel()[way().cells] > 0


def test_the_way_with_fewest_kilometres_of_ice() -> None:
    toy = way()
    free = least_ice(toy, mask(r13=1))
    assert (free.ice_km, free.cell) == (0, -1)
    assert free.way_km > 100
    # Two cells of ice in the north against one in the south: half a step on either side of it.
    one = least_ice(toy, mask(r12=1, r13=1, r33=1))
    assert one.cell == 3 * 7 + 3
    assert one.ice_km == pytest.approx(25, rel=0.08)
    assert one.shore_km == 0


def test_the_middle_of_the_longest_ice_places_it() -> None:
    ice = mask(r12=1, r13=1, r14=1, r31=1, r32=1, r33=1, r34=1)
    least = least_ice(way(), ice)
    assert least.cell == 1 * 7 + 3
    assert least.ice_km == pytest.approx(75, rel=0.08)


def test_shore_ice_lies_wholly_within_two_cells_of_land() -> None:
    ocean = np.ones((9, 9), dtype=bool)
    ocean[:, 0] = False
    ice = np.zeros((9, 9), dtype=bool)
    ice[1, 1:3] = True  # both cells within two of land
    ice[4, 1:4] = True  # the third reaches out
    ice[7, 2], ice[8, 3] = True, True  # joined at a corner to a cell that reaches out
    assert shore_ice(ice, ocean).nonzero()[0].tolist() == [1, 1]
    assert not shore_ice(np.ones((9, 9), dtype=bool), ocean)[ocean].any()


def test_a_row_of_a_field_of_concentration() -> None:
    row = rows(sea(r13=80, r33=40), month=9)
    assert (row["route_id"], row["month"], row["is_open"]) == ("toy", 9, False)
    assert row["bottleneck_pct"] == 40
    assert row["weakest_class"] == "IA"  # 50 %; IC bears 38 %
    assert row["unseen_cells"] == 0
    unseen = rows(sea(r13=MISSING, r33=POLE_HOLE))
    assert unseen["unseen_cells"] == 1
    assert unseen["bottleneck_pct"] == 100
    assert unseen["weakest_class"] == "PC5"  # its risk value is not negative
    assert rows(sea(r13=14, r33=15))["is_open"]
    assert not rows(sea(r13=15, r33=15))["is_open"]


def test_a_row_of_an_edge_has_no_concentration() -> None:
    row = rows(sea(r13=1, r33=1), is_edge=True)
    assert np.isnan(row["bottleneck_pct"])
    assert (row["weakest_class"], row["stage"], row["unseen_cells"]) == ("", "", 0)
    assert row["ice_km"] == pytest.approx(25, rel=0.08)
    assert row["shore_km"] == row["ice_km"]  # a strait of one cell is all shore
