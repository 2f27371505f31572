"""Checks that the points of a table lie on land or near a coast. Tables are in EPSG:3413."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.spatial import cKDTree

from layers.crs import lonlat, polar_xy
from layers.grid import LAND_5KM
from pipelines.intake.findings import Finding
from pipelines.snapshot import grid, layer_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ashore", "land_mask", "near_coast"]

# 2.9 % of the World Port Index of 2025 lie more than 10 km from a coast (decisions/0019).
COAST_KM, COAST_USUAL, COAST_MORE = 10.0, 0.03, 0.01
# Of the embedded tables 0 to 1.8 % of the points lie neither on land nor near a coast, of cable landings 4 %.
# With longitudes of the wrong sign it is 31 to 84 % (decisions/0019).
AT_SEA_MOST = 0.05
TURNED_LEAST = 10  # points; fewer cannot show that degrees were exchanged


def near_coast(new: pd.DataFrame, old: pd.DataFrame | None) -> list[Finding]:
    """A hold if a larger share of the harbours in `new` lies over 10 km from the embedded coast than usual.

    The usual share is that of `old`, and at least 3 %, because some harbours lie at rivers and islets. One
    percentage point more shows places that were shifted, cut to whole degrees or written with a wrong sign.
    """

    def share_far(points: pd.DataFrame) -> float:
        return float(1 - _at_coast(points.geometry.x, points.geometry.y).mean())

    usual = COAST_USUAL if old is None or not len(old) else max(share_far(old), COAST_USUAL)
    share = share_far(new)
    if share <= usual + COAST_MORE:
        return []
    text = f"expected at most {usual + COAST_MORE:.0%} over {COAST_KM:g} km from a coast, found {share:.0%}"
    return [Finding("coast", "hold", text)]


def ashore(new: pd.DataFrame, _old: pd.DataFrame | None) -> list[Finding]:
    """A hold if more than 5 % of the points in `new` lie at sea, and one if their degrees look turned.

    They look turned if more of them lie ashore with longitude and latitude exchanged, or with the other sign
    of the longitude, than as they are.
    """
    place = new.geometry.x.to_numpy(), new.geometry.y.to_numpy()
    lon, lat = lonlat(*place)
    here = _on_land(*place)
    findings = []
    if 1 - here.mean() > AT_SEA_MOST:
        text = f"expected at most {AT_SEA_MOST:.0%} at sea, found {1 - here.mean():.0%}"
        findings.append(Finding("ashore", "hold", text))
    south = lat.min(initial=90.0)
    for change, x, y in (("of the other sign", -lon, lat), ("exchanged", lat, lon)):
        possible = (y >= south) & (y <= 90)
        if possible.sum() >= TURNED_LEAST:
            turned = _on_land(*polar_xy(x[possible], y[possible])).mean()
            if turned > here[possible].mean():
                text = (
                    f"{turned:.0%} of {int(np.sum(possible))} lie ashore with degrees {change}, as they are "
                )
                findings.append(Finding("turned", "hold", text + f"{here[possible].mean():.0%}"))
    return findings


def land_mask() -> Any:
    """The embedded land mask on the grid `LAND_5KM`, bool; true is land."""
    return grid("land")["is_land"].to_numpy().astype(bool)


@cache
def _coast() -> Any:
    """Points of the embedded coast, one per kilometre, as a search tree in metres of EPSG:3413.

    The scale of EPSG:3413 is within 4 % of true here, which is enough for a limit of 10 km.
    """
    line = shapely.segmentize(shapely.boundary(layer_table("land").geometry.to_numpy()), 1000.0)
    return cKDTree(shapely.get_coordinates(line))


def _at_coast(x_m: Any, y_m: Any) -> Any:
    """Whether places in EPSG:3413 lie within `COAST_KM` of the coast."""
    bound = COAST_KM * 1000
    return np.isfinite(_coast().query(np.column_stack([x_m, y_m]), distance_upper_bound=bound)[0])


def _on_land(x_m: Any, y_m: Any) -> Any:
    """Whether places in EPSG:3413 lie in a land cell of 5 km, or near the coast."""
    row, column, inside = LAND_5KM.cell_of(x_m, y_m)
    return (land_mask()[row, column] & inside) | _at_coast(x_m, y_m)
