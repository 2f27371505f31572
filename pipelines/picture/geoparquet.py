"""GeoParquet whose bytes do not depend on the version of PROJ.

geopandas writes the CRS as the installed PROJ describes it, and the description differs between versions.
This writer takes the PROJJSON of EPSG:3413 from layers/reference/epsg_3413.projjson, so the same table gives
the same bytes.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from pipelines.source import REFERENCE

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_table"]


@cache
def _polar() -> dict[str, Any]:
    return dict(json.loads((REFERENCE / "epsg_3413.projjson").read_text(encoding="utf-8")))


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table to `path` as Parquet. A table with geometry (EPSG:3413) becomes GeoParquet 1.1 in WKB."""
    if not isinstance(table, gpd.GeoDataFrame):
        table.to_parquet(path, index=False, compression="zstd")
        return
    shapes = table.geometry.to_numpy()
    plain = pd.DataFrame(table.drop(columns="geometry"))
    plain["geometry"] = shapely.to_wkb(shapes)
    arrow = pa.Table.from_pandas(plain, preserve_index=False)
    column: dict[str, Any] = {
        "encoding": "WKB",
        "crs": _polar(),
        "geometry_types": sorted(set(table.geom_type.dropna())),
    }
    # An empty table has no bounds: NaN is no valid JSON.
    if len(table):
        column["bbox"] = [float(value) for value in table.total_bounds]
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    metadata = dict(arrow.schema.metadata or {}) | {b"geo": json.dumps(geo, sort_keys=True).encode()}
    pq.write_table(arrow.replace_schema_metadata(metadata), path, compression="zstd")
