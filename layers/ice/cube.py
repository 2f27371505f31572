"""The daily ice cube of one product as a CF dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from layers.grid import LAND, MISSING, POLE_HOLE
from layers.ice.daily import SYNTHETIC, missing_pct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from layers.grid import Grid
    from layers.ice.daily import Day

__all__ = ["dataset"]

_COMPLETE, _GAPS = 0, 1  # quality of a day
_GAPS_PCT = 1.0  # a day with more of its ocean cells unseen has gaps


def dataset(days: Sequence[Day], surface: NDArray[np.uint8]) -> xr.Dataset:
    """Describe days of one product and grid, in order, as a CF-1.8 dataset (time, y, x) in its CRS.

    `surface` are the classes of `layers.grid`, shape (y, x).
    """
    grid = days[0].grid
    products = {day.product for day in days}
    mark = "SYNTHETIC, not observed. " if SYNTHETIC in products else ""
    return xr.Dataset(
        {
            "crs": ((), np.int32(0), {**grid.crs.to_cf(), "long_name": grid.crs.to_string()}),
            **_fields(days, surface, mark),
            **_by_day(days),
        },
        coords=_coordinates(days, grid),
        attrs={
            "Conventions": "CF-1.8",
            "title": f"{mark}Daily sea ice concentration, {grid.cell_m / 1000:g} km: "
            + ", ".join(sorted(products)),
            "source": ", ".join(sorted(products)),
            "comment": "not for navigation; missing is not open water, land is not ice",
        },
    )


def _fields(days: Sequence[Day], surface: NDArray[np.uint8], mark: str) -> dict[str, Any]:
    return {
        "surface": (
            ("y", "x"),
            surface,
            {
                "long_name": "surface of the cell; coast is land beside water",
                "flag_values": np.arange(4, dtype=np.uint8),
                "flag_meanings": "ocean land coast lake",
                "grid_mapping": "crs",
            },
        ),
        "concentration": (
            ("time", "y", "x"),
            np.stack([day.concentration for day in days]),
            {
                "long_name": f"{mark}sea ice concentration, rounded down",
                "standard_name": "sea_ice_area_fraction",
                "units": "percent",
                "valid_range": np.array([0, 100], dtype=np.uint8),
                "flag_meanings": "pole_hole_assumed_ice land_or_lake missing",
                "grid_mapping": "crs",
                "flag_values": np.array([POLE_HOLE, LAND, MISSING], dtype=np.uint8),
            },
        ),
    }


def _by_day(days: Sequence[Day]) -> dict[str, Any]:
    gaps = np.array([missing_pct(day.concentration) for day in days])
    return {
        "version": ("time", np.array([day.version for day in days]), {"long_name": "product version"}),
        "sensor": ("time", np.array([day.sensor for day in days]), {"long_name": "satellite sensor"}),
        "missing_pct": (
            "time",
            gaps.astype(np.float32),
            {"long_name": "ocean cells without a value", "units": "percent"},
        ),
        "quality": (
            "time",
            np.where(gaps > _GAPS_PCT, _GAPS, _COMPLETE).astype(np.uint8),
            {
                "long_name": f"quality; gaps where over {_GAPS_PCT:g} % of the ocean was not seen",
                "flag_values": np.array([_COMPLETE, _GAPS], dtype=np.uint8),
                "flag_meanings": "complete gaps",
            },
        ),
    }


def _coordinates(days: Sequence[Day], grid: Grid) -> dict[str, Any]:
    return {
        "time": (
            "time",
            np.array([day.date for day in days], dtype="datetime64[D]").astype("datetime64[s]"),
            {"standard_name": "time", "long_name": "day", "axis": "T"},
        ),
        "y": ("y", grid.y_m, {"standard_name": "projection_y_coordinate", "units": "m"}),
        "x": ("x", grid.x_m, {"standard_name": "projection_x_coordinate", "units": "m"}),
    }
