"""Corridors of a toy sea: their cells, steps and straits."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from toy_strait import GRID, OCEAN, block, sea, way

from layers.errors import UsageError
from layers.ice.bottlenecks import bottlenecks
from layers.ice.corridors import corridor


def test_corridor_of_the_toy_sea():
    toy = way()
    assert len(toy.cells) == OCEAN.sum()
    steps = {tuple(sorted((int(toy.cells[a]), int(toy.cells[b])))) for a, b in zip(toy.u, toy.v, strict=True)}
    assert (7, 8) in steps
    assert (8, 16) not in steps or not OCEAN[2, 2]  # row 2, column 2 is land
    assert toy.km.min() == pytest.approx(25, rel=0.08)
    assert toy.straits == 0  # the land between the basins is wider than 100 km


def test_a_strait_the_grid_does_not_resolve_is_a_link():
    isthmus = np.zeros((5, 7), dtype=bool)
    isthmus[2] = True
    isthmus[2, 3:5] = False
    toy = way(isthmus)
    assert toy.straits == 1
    values = sea(r22=70, r23=0)
    assert bottlenecks(toy, block(values, toy)).high.tolist() == [70]  # ice at the mouth shuts it


def test_a_route_over_land_is_refused():
    island = OCEAN.copy()
    island[:, 2:6] = False
    with pytest.raises(UsageError, match="route toy: expected a way over ocean cells"):
        corridor("toy", shapely.LineString([(-75_000, 50_000), (75_000, 50_000)]), island,
                 half_width_km=20.0, grid=GRID)  # fmt: skip


def test_a_step_across_a_corner_of_land_is_a_strait_of_the_line_or_none():
    ocean = np.zeros((5, 7), dtype=bool)
    ocean[2, :3] = True
    ocean[3, 3:] = True
    line = shapely.LineString([(-75_000, 0), (-25_000, 0), (0, -25_000), (75_000, -25_000)])
    toy = corridor("toy", line, ocean, half_width_km=26.0, grid=GRID)
    assert toy.straits == 1
    assert len(toy.u) == 2 + 3 + 1
    assert len(set(zip(toy.u.tolist(), toy.v.tolist(), strict=True))) == len(toy.u)
