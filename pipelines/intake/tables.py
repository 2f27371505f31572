"""The tables of a source: read from fetched files, from accepted files, or from the snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pyarrow.parquet as pq

from layers.catalog import LAYERS
from layers.names import without_invisible
from layers.schema import conform
from pipelines.files import scratch_folder
from pipelines.intake import sandbox
from pipelines.read_helpers import counting_outside
from pipelines.snapshot import source_table
from pipelines.source import Inputs, MissingInputError

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from pipelines.source import Source

__all__ = ["OUTSIDE", "TABLE", "accepted_table", "embedded_table", "stored_table", "table_of"]

TABLE = "table.parquet"
OUTSIDE = "rows_outside"


def table_of(source: Source, fetched: Path, packages: Path) -> pd.DataFrame:
    """The conformed table that a source reads from the files in `fetched`.

    `packages` is the folder of unpacked package members (pipelines.source.Inputs). The attribute `OUTSIDE` of
    the table counts the rows that lie outside the region and are left out. The files are parsed in
    this process; `accepted_table` uses the sandbox.

    Raises
    ------
    MissingInputError
        If the source feeds a grid or has no reader, or if the reader needs a file that is in neither folder.
    SourceError, SchemaError
        If a file or the table is not as it must be.
    """
    layer = source.shape or {row.id: row for row in LAYERS}.get(source.feeds)
    if layer is None or source.read is None:
        msg = f"{source.id}: feeds a grid or nothing, which takes more than what is fetched"
        raise MissingInputError(msg)
    with counting_outside() as outside:
        raw = source.read(Inputs(packages=packages, fetched=fetched))
    table = conform(without_invisible(raw), layer)
    table.attrs[OUTSIDE] = sum(outside)
    return table


def accepted_table(source: Source, folder: Path, packages: Path) -> pd.DataFrame:
    """The table of the accepted files in `folder`, read by the present reader in the sandbox.

    The table stored at the fetch is not used, because the reader may have changed since.

    Raises
    ------
    MissingInputError
        If the reader needs a file that is neither in `folder` nor in `packages`.
    SourceError
        If a file is not as the reader expects.
    """
    with scratch_folder() as folder_of_table:
        out = folder_of_table / TABLE
        sandbox.read_in_sandbox(source.id, folder, packages, out)
        return stored_table(out)


def embedded_table(source: Source) -> pd.DataFrame | None:
    """The table of a source in the snapshot; None if it is not embedded or feeds a grid."""
    is_table = source.state == "embedded" and not source.feeds.startswith("grid:")
    return source_table(source.id) if is_table else None


def stored_table(path: Path) -> pd.DataFrame:
    """The table in a Parquet file that the sandbox wrote, a GeoDataFrame if it has geometry."""
    table = pq.read_table(path)
    is_geographic = b"geo" in (table.schema.metadata or {})
    return gpd.read_parquet(path) if is_geographic else table.to_pandas()
