"""The area that contains each point, or the nearest one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["nearest_areas"]


def nearest_areas(points: NDArray[np.object_], areas: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return for each point the row of the area that contains it, else of the nearest area.

    Of several areas that contain a point the first counts. Points and areas share one plane.

    Raises
    ------
    ValueError
        If there is a point and no area.
    """
    if len(points) and not len(areas):
        msg = "areas: expected at least one, found none; give the areas"
        raise ValueError(msg)
    row = np.full(len(points), -1, dtype=np.int64)
    # The distance to a long coast is slow, and most points lie on land.
    area, point = shapely.STRtree(points).query(areas, predicate="intersects")
    row[point[::-1]] = area[::-1]
    beside = np.flatnonzero(row < 0)
    if len(beside):
        row[beside] = shapely.STRtree(areas).nearest(points[beside])
    return row
