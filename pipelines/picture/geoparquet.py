"""GeoParquet whose bytes do not hang on the version of PROJ.

geopandas writes the CRS as PROJ words it, and versions word it differently. Here the PROJJSON of
EPSG:3413 is a file (layers/reference/epsg_3413.projjson), so that the same table gives the same bytes.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.source import REFERENCE

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["write_table"]


@cache
def _polar() -> dict[str, Any]:
    return dict(json.loads((REFERENCE / "epsg_3413.projjson").read_text(encoding="utf-8")))


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet, and one with geometry (EPSG:3413) as GeoParquet 1.1 in WKB."""
    import geopandas as gpd  # noqa: PLC0415  heavy; --help must not pay for it
    import pandas as pd  # noqa: PLC0415
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415
    import shapely  # noqa: PLC0415

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
    if len(table):
        column["bbox"] = [float(value) for value in table.total_bounds]
    told = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    held = dict(arrow.schema.metadata or {}) | {b"geo": json.dumps(told, sort_keys=True).encode()}
    pq.write_table(arrow.replace_schema_metadata(held), path, compression="zstd")
