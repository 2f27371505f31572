"""Monthly records of ice presence on small grids."""

from __future__ import annotations

import numpy as np
import xarray as xr

FIRST, LAST = "1979-09", "2022-08"  # whole ice years 1980 to 2022


def months(first: str = FIRST, last: str = LAST) -> np.ndarray:
    return np.arange(np.datetime64(first), np.datetime64(last) + 1).astype("datetime64[s]")


def dataset(ice: np.ndarray, when: np.ndarray, valid: np.ndarray | None = None) -> xr.Dataset:
    """A record of presence (time, y, x) with its mask of valid ice; by default ice is valid everywhere."""
    mask = np.ones((12, *ice.shape[1:]), dtype=np.uint8) if valid is None else valid
    return xr.Dataset(
        {"presence": (("time", "y", "x"), ice), "valid_ice": (("month", "y", "x"), mask)},
        coords={"time": when, "month": np.arange(1, 13)},
    )


def month_of(when: np.ndarray) -> np.ndarray:
    return when.astype("datetime64[M]").astype(int) % 12 + 1
