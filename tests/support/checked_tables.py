"""Tables for the tests of the checks: a synthetic list of ports that a test changes, and the findings."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from layers.crs import polar_points
from pipelines.intake.checks import judge
from pipelines.sources import source

if TYPE_CHECKING:
    pass


TODAY = date(2026, 11, 25)


def ports(count: int = 100, **columns) -> gpd.GeoDataFrame:
    table = {
        "feature_id": [f"wpi-{n}" for n in range(count)],
        "name": [f"Port {n}" for n in range(count)],
        "source_id": "x",
        "as_of": "2026-01-01",
        "depth_m": [1.0] * count,
        **columns,
    }
    places = polar_points([10.0 + n / 10 for n in range(count)], [70.0] * count)
    return gpd.GeoDataFrame(table, geometry=places, crs="EPSG:3413")


def outcomes(new: pd.DataFrame, old: pd.DataFrame | None = None, name: str = "") -> dict[str, str]:
    """The outcome of each finding by its rule, with the checks of the source `name` if it is given."""
    checks = source(name).checks if name else None
    return {finding.rule: finding.outcome for finding in judge(new, old, TODAY, checks)}


def other(table: gpd.GeoDataFrame, points) -> gpd.GeoDataFrame:
    return table.set_geometry(gpd.GeoSeries(list(points), crs=3413, index=table.index))
