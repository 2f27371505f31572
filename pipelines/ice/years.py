"""`build --ice-record`: months with ice from the daily archive of a user instead of the embedded months."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from layers.errors import SchemaError, UsageError
from layers.observed.sea_ice import ICE_YEARS
from layers.picture import SourceNote
from layers.schema import conform

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.snapshot import Snapshot

__all__ = ["FILE", "with_ice_record"]

FILE = "ice_years.parquet"
# Id of the source in every row of the table, as pipelines.ice.record writes it.
_SOURCE = "user_daily_ice"


def with_ice_record(embedded: Snapshot, folder: Path) -> tuple[Snapshot, SourceNote]:
    """The snapshot with the months with ice that `arctic-picture ice --to` wrote, and the note on them.

    `folder` is the folder of that command. The stored table `climate_facts` is removed from the snapshot,
    because it depends on these months and has to be computed again.

    Raises
    ------
    UsageError
        If the folder has no such table, or the table breaks its schema.
    """
    path = folder / FILE
    if not path.is_file():
        msg = (
            f"--ice-record: expected {FILE} in {folder}, found none: write it with "
            "'arctic-picture ice CUBE --product NAME --to FOLDER'"
        )
        raise UsageError(msg)
    try:
        table = conform(pd.read_parquet(path), ICE_YEARS)
    except (SchemaError, pa.ArrowException, OSError, ValueError) as error:
        msg = f"--ice-record: expected months of ice by year in {path}, found {error}: write it again"
        raise UsageError(msg) from error
    if table.empty or set(table["source_id"]) != {_SOURCE}:
        msg = f"--ice-record: expected rows of {_SOURCE} in {path}, found {len(table)} rows: write it again"
        raise UsageError(msg)
    product = table["product"].iloc[0]
    note = SourceNote(
        id=_SOURCE, feeds=ICE_YEARS.id, title=f"Daily ice record {product}, of the user's own",
        publisher="the user", licence="that of the product", citation=str(product), homepage="",
        as_of=str(table["as_of"].max()), state="user-supplied",
    )  # fmt: skip
    # climate_facts is derived from the months with ice; without a stored table it is derived again.
    ready = {name: layer for name, layer in embedded.static.items() if name != "climate_facts"}
    files = {name: file for name, file in embedded.files.items() if name != "climate_facts"}
    return replace(embedded, feeds=embedded.feeds | {ICE_YEARS.id: [table]}, static=ready, files=files), note
