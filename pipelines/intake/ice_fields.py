"""`IceField`: how the sea ice field of one product is read, and with which series it is compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.crs import POLAR

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["IceField"]


@dataclass(frozen=True, slots=True)
class IceField:
    """The ice field in a file of one product.

    `read` returns a `Sample` (pipelines.sources.sea_ice.ice_samples) on the 25 km grid, or the ice polygons
    in EPSG:3413. `read_own_grid` returns a `Sample` on the grid of the product, if that is another grid.
    `file_names` are the first letters of the names of the product's daily files. `has_land` is false for a
    product that states no land, or states it on another grid. `is_month` is true if the field is the mean of
    a month.

    `series` is the id of the source with the daily extents that the field is compared with. `month` is the
    part of the same source that holds the grid of a month; polygons are compared with it. `own_extent` is the
    outcome of a field whose extent differs from the one that `series` states for its day; empty makes no
    such check.
    """

    read: Callable[[Path], Any]
    series: str
    month: str = ""
    read_own_grid: Callable[[Path], Any] | None = None
    file_names: tuple[str, ...] = ()
    has_land: bool = True
    own_extent: Literal["", "warn", "hold"] = ""
    is_month: bool = False

    def table(self, path: Path) -> pd.DataFrame:
        """The field in a file: the column `code` of all cells row by row, or polygons in EPSG:3413.

        Raises
        ------
        SourceError
            If the file is not of this product.
        """
        content = self.read(path)
        if isinstance(content, np.ndarray):
            return gpd.GeoDataFrame(geometry=content, crs=POLAR)
        return pd.DataFrame({"code": content.concentration.ravel()})
