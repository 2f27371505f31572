"""`IceField`: how the sea ice field of one product is read, and what it is held against."""

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
    """The ice field in a product's file.

    `read` gives a `Sample` (pipelines.sources.sea_ice.ice_samples) on the 25 km grid, or the ice polygons in
    EPSG:3413. `read_own_grid` gives a `Sample` on the product's own grid, where that is another one.
    `file_names` are how the names of the product's daily files begin. `has_land` is false for a product that
    states no land, or the land of another grid. `series` is the source whose daily extents the field is held
    against, `month` the part that holds the grid of a month. `own_extent` says what follows where the field
    is not of the extent that `series` states for its day; empty asks for no such agreement.
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
        """`code` of all cells row by row, or polygons in EPSG:3413.

        Raises
        ------
        SourceError
            If the file is not of this product.
        """
        content = self.read(path)
        if isinstance(content, np.ndarray):
            return gpd.GeoDataFrame(geometry=content, crs=POLAR)
        return pd.DataFrame({"code": content.concentration.ravel()})
