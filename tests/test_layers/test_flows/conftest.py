"""Small hand-made layers, and the graph of the embedded snapshot, assembled once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr

from layers.crs import POLAR, geographic_to_polar, polar_points
from layers.flows.assemble import Assembled, FlowTables, assemble
from layers.flows.parts import vertex_table
from layers.grid import NSIDC_25KM
from pipelines import snapshot
from pipelines.picture.flow_network import flow_tables
from pipelines.sources import SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable

DAY = "2026-11-30"


@pytest.fixture(scope="session")
def drawn() -> Callable[..., gpd.GeoDataFrame]:
    """Lines of a layer through lon/lat points, straight in EPSG:3413, the columns given and plain ids."""

    def draw(*paths: list[tuple[float, float]], **columns: object) -> gpd.GeoDataFrame:
        shapes = [shapely.LineString(polar_points(*np.array(path).T)) for path in paths]
        ids = [f"line-{number}" for number in range(len(paths))]
        plain: dict[str, object] = {"feature_id": ids, "passage": None, "source_id": "s", "as_of": "2026"}
        return gpd.GeoDataFrame(plain | columns, geometry=shapes, crs=POLAR)

    return draw


@pytest.fixture(scope="session")
def areas() -> Callable[..., gpd.GeoDataFrame]:
    """States as boxes of longitude at 60 to 80 N."""

    def draw(**edges: tuple[float, float]) -> gpd.GeoDataFrame:
        boxes = geographic_to_polar([shapely.box(west, 60, east, 80) for west, east in edges.values()])
        return gpd.GeoDataFrame({"country_iso3": list(edges)}, geometry=boxes, crs=POLAR)

    return draw


@pytest.fixture(scope="session")
def some_places() -> Callable[..., pd.DataFrame]:
    """Vertices at (lon, lat) by id, with kind, state and place."""

    def make(kind: str = "settlement", state: str = "NOR", **at: tuple[float, float]) -> pd.DataFrame:
        lon, lat = np.array(list(at.values())).reshape(-1, 2).T
        table = vertex_table(
            vertex_id=list(at), name=list(at), kind=[kind] * len(at), country_iso3=[state] * len(at),
            longitude_deg=lon, latitude_deg=lat,
        )  # fmt: skip
        return table.assign(place_id=["place:" + name for name in at])

    return make


@pytest.fixture(scope="session")
def ice_record() -> Callable[..., xr.Dataset]:
    """A record of ten years without land; `ice` marks (calendar month, year, y, x) cells."""

    def make(*ice: tuple[int, int, slice, slice], land: tuple[slice, slice] | None = None) -> xr.Dataset:
        time = pd.date_range("2012-09-01", "2022-08-01", freq="MS")
        presence = np.zeros((len(time), *NSIDC_25KM.shape), dtype=np.uint8)
        for month, year, y, x in ice:
            presence[(time.month == month) & (time.year == year), y, x] = 1
        if land:
            presence[:, land[0], land[1]] = 255
        valid = np.ones((12, *NSIDC_25KM.shape), dtype=np.uint8)
        return xr.Dataset(
            {"presence": (("time", "y", "x"), presence), "valid_ice": (("month", "y", "x"), valid)},
            coords={"time": time, "month": np.arange(1, 13)},
        )

    return make


@pytest.fixture(scope="session")
def tables() -> FlowTables:
    """The tables of the embedded snapshot."""
    return flow_tables(snapshot.load(SOURCES))


@pytest.fixture(scope="session")
def assembled(tables: FlowTables) -> Assembled:
    """The graph of the embedded snapshot on a fixed day."""
    return assemble(tables, DAY)
