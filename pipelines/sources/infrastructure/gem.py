"""Global Energy Monitor: pipeline routes of the north, and the points of the Europe Gas Tracker."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from pipelines.read_helpers import to_number
from pipelines.source import Remote
from pipelines.sources.planned_features import FLOW_NETWORK, feature_source, geojson

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SOURCES"]

# Keys of Global Energy Monitor for pipelines that reach north of 66.5 N. Each route is a file of its own, so
# the keys must be listed.
_ROUTES = {
    "gas-pipelines": (
        "P0146 P0174 P0211 P0293 P0300 P0714 P0734 P0737 P0738 P0774 P0815 P1607 P1647 P2287 P2346 P2358 "
        "P2450 P2459 P3500 P3506 P3607 P3958 P4311 P5402 P5403 P5404 P5621 P5666 P5667 P5668 P6534 P6540 "
        "P6683 P6684 P7462 P7463 P7465"
    ),
    "hydrogen-pipelines": "P5826",
    "liquid-pipelines": (
        "P0135 P0660 P0661 P1292 P3668 P3675 P3704 P5123 P5126 P6098 P6099 P6100 P6124 P6128 P6133 P6140 "
        "P6159 P6160 P7160 P7187 P7256 P7263 P7266 P7267 P7427 P7428 P7429"
    ),
}
_RAW = "https://raw.githubusercontent.com/GlobalEnergyMonitor"


def _route(path: Path) -> gpd.GeoDataFrame:
    """Return the route in a file, with the key from the file name.

    The id inside the file may be that of another project, and becomes `detail`.
    """
    kind, key = path.stem.split("__")
    raw = geojson(path)
    detail = raw["ProjectID"].astype("str").radd("drawn as ") if "ProjectID" in raw else None
    return raw.assign(key=key, kind=kind.replace("-", " ").removesuffix("s"), detail=detail)


def _tracker(path: Path) -> gpd.GeoDataFrame:
    """Return the points of the Europe Gas Tracker, WGS 84; routes are left out, as they have own files."""
    raw = pd.read_csv(io.StringIO(path.read_bytes().decode("utf-16")), dtype=str, keep_default_na=False)
    raw = raw[raw["geom"] == "point"].reset_index(drop=True)
    places = gpd.points_from_xy(to_number(raw["lng"]), to_number(raw["lat"]))
    key = raw[["type", "project", "unit"]].agg(" ".join, axis=1).str.split().str.join("-").str.lower()
    return gpd.GeoDataFrame(raw.assign(key=key), geometry=places, crs=4326)


SOURCES = (
    feature_source(
        "line", {"key": "key", "kind": "kind", "name": "name", "operator": "operator", "detail": "detail"},
        parse=_route, id="gem_pipelines", planned_for=FLOW_NETWORK,
        title="Oil, gas and hydrogen pipelines of the north, routes",
        publisher="Global Energy Monitor", licence="CC-BY-4.0 (some lines are of OpenStreetMap, ODbL-1.0)",
        citation="Global Energy Monitor, GOIT and GGIT pipeline routes",
        homepage="https://globalenergymonitor.org", as_of="2026-04-01",
        made="lines by the key of their file; several projects share a route",
        remotes=tuple(
            Remote(
                f"{_RAW}/GOIT-GGIT-pipeline-routes/main/data/individual-routes/{kind}/{key}.geojson",
                f"infrastructure/gem_pipeline_routes/{kind}__{key}.geojson",
                "geojson",
            )
            for kind, keys in _ROUTES.items()
            for key in keys.split()
        ),
    ),
    feature_source(
        "point",
        {"key": "key", "name": "project", "kind": "type", "status": "status_tabular", "operator": "owner",
         "country": "countries", "detail": "unit"},
        parse=_tracker, id="gem_europe_gas", planned_for=FLOW_NETWORK,
        title="Europe Gas Tracker: plants, fields and LNG terminals",
        publisher="Global Energy Monitor", licence="CC-BY-4.0",
        citation="Global Energy Monitor, Europe Gas Tracker",
        homepage="https://globalenergymonitor.org", as_of="2024-05-01", made="rows that are points",
        remotes=(
            Remote(
                f"{_RAW}/europe_gas_tracker/main/docs/static/data/data.csv",
                "infrastructure/gem_europe_gas_tracker_data.csv",
                at_least_rows=1000,
            ),
        ),
    ),
)  # fmt: skip
