"""A toy sea for routes: two basins, a wide strait to the north (row 1) and one to the south (row 3)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from layers.crs import POLAR
from layers.grid import Grid
from layers.ice.corridors import Corridor, corridor
from layers.ice.polaris import polaris

CSV = Path(__file__).parents[2] / "layers" / "reference" / "polaris_riv.csv"
TABLE = pd.read_csv(CSV, keep_default_na=False)
RIV = polaris(TABLE)

GRID = Grid(POLAR, (5, 7), (-87_500.0, 62_500.0), 25_000.0)
OCEAN = np.array(
    [
        [0, 0, 0, 0, 0, 0, 0],
        [1, 1, 1, 1, 1, 1, 1],
        [1, 1, 0, 0, 0, 1, 1],
        [1, 1, 1, 1, 1, 1, 1],
        [0, 0, 0, 0, 0, 0, 0],
    ],
    dtype=bool,
)
LINE = shapely.LineString([(-75_000, 0), (75_000, 0)])


def way(ocean: np.ndarray = OCEAN, width: float = 60.0) -> Corridor:
    return corridor("toy", LINE, ocean, half_width_km=width, grid=GRID)


def block(values: np.ndarray, toy: Corridor | None = None) -> np.ndarray:
    return np.asarray(values, dtype=np.uint8).ravel()[(toy or way()).cells][:, None]


def sea(**cells: int) -> np.ndarray:
    values = np.zeros((5, 7), dtype=np.uint8)
    for name, value in cells.items():
        values[int(name[1]), int(name[2])] = value
    return values
