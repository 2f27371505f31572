"""Read and check the cited CSV tables in layers/reference, and describe a source that is one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.errors import SourceError
from pipelines.read_helpers import points, read_rows, to_number
from pipelines.source import Package, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import geopandas as gpd

    from pipelines.source import Inputs

__all__ = [
    "CITED", "COMPILED", "FLAGS", "check", "check_choices", "date_read", "keyed", "place", "read_cited",
    "read_table", "reference_source",
]  # fmt: skip

CITED = "own table, a citation in every row"
COMPILED = "2026-11-23"  # the day the tables were compiled; each row says when its source was read
FLAGS = {"1": True, "0": False, "true": True, "false": False, "True": True, "False": False}


def read_table(inputs: Inputs, file: str) -> pd.DataFrame:
    """Return the table `file` of layers/reference as text; blank is missing."""
    frame = read_rows(inputs.table(file))
    return frame.apply(lambda column: column.str.strip().where(column.str.strip() != "", None))


def date_read(frame: pd.DataFrame) -> pd.Series:
    """Return the day on which the source of each row was read; the day of compilation if not stated."""
    return frame["seen_on"].fillna(COMPILED) if "seen_on" in frame else pd.Series(COMPILED, frame.index)


def read_cited(inputs: Inputs, file: str, key: str) -> pd.DataFrame:
    """Return the table `file`, in which every row has a source, an address, a date and a day of reading.

    `key` names the column that identifies a row.

    Raises
    ------
    SourceError
        With file and row, if one of these is blank, a date is no ISO date, or a key occurs twice.
    """
    raw = read_table(inputs, file)
    for column in (key, "source_title", "source_url", "as_of", "seen_on", "confidence"):
        if column not in raw or raw[column].isna().any():
            row = 2 if column not in raw else int(np.argmax(raw[column].isna().to_numpy())) + 2
            msg = f"{file}, row {row}: expected a {column}, found none: a fact without it is not taken"
            raise SourceError(msg)
    bad = ~raw["as_of"].str.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?")
    bad |= pd.to_datetime(raw["as_of"], format="ISO8601", errors="coerce").isna()
    check(bad, file, raw["as_of"], "an ISO date")
    check(~raw["confidence"].isin(["high", "medium", "low"]), file, raw["confidence"], "high, medium or low")
    check(raw[key].duplicated(), file, raw[key], "each key once")
    return raw


def check(bad: pd.Series, file: str, values: pd.Series, expected: str) -> None:
    """Raise SourceError with file, row and value for the first row where `bad` is true.

    `values` is the checked column, and `expected` says what it must hold.
    """
    if bad.any():
        row = int(np.argmax(bad.to_numpy()))
        msg = f"{file}, row {row + 2}: {values.name}: expected {expected}, found {values.iloc[row]!r}"
        raise SourceError(msg)


def check_choices(raw: pd.DataFrame, file: str, column: str, choices: Sequence[str]) -> None:
    """Raise SourceError with file and row if a value of `column` is none of `choices`; blank passes."""
    check(raw[column].notna() & ~raw[column].isin(choices), file, raw[column], f"one of {', '.join(choices)}")


def place(raw: pd.DataFrame, *numbers: str) -> gpd.GeoDataFrame:
    """Return the rows as points in EPSG:3413, from `longitude_deg` and `latitude_deg`.

    The columns `numbers` become numbers, and blank is NaN. Columns that begin with `is_` become flags, and
    blank is null.

    Raises
    ------
    SourceError
        If a flag is none of 1, 0, true, false or blank; or as `points`.
    """
    for name in (column for column in raw if column.startswith("is_")):
        check(raw[name].notna() & ~raw[name].isin(FLAGS), f"column {name}", raw[name], "1, 0 or blank")
    cast = {name: to_number(raw[name].fillna("")) for name in ("longitude_deg", "latitude_deg", *numbers)}
    flags = {name: raw[name].map(FLAGS).astype("boolean") for name in raw if name.startswith("is_")}
    return points(raw.assign(**cast, **flags), "longitude_deg", "latitude_deg")


def keyed(table: pd.DataFrame, source_id: str, key: str, prefix: str) -> pd.DataFrame:
    """Return the table with `feature_id` (`prefix` and the column `key`), `name` and `source_id`."""
    name = table["name"] if "name" in table else table[key]
    return table.assign(feature_id=prefix + table[key], name=name, source_id=source_id)


def reference_source(
    source_id: str,
    file: str,
    feeds: str,
    title: str,
    read: Callable[[Inputs], pd.DataFrame],
    made: str,
    as_of: str = COMPILED,
    packages: tuple[Package, ...] = (),
) -> Source:
    """Return the `Source` that is read from `layers/reference/<file>.csv`.

    The other parameters are fields of `Source`; `as_of` is by default the day of compilation.
    """
    return Source(
        id=source_id,
        feeds=feeds,
        title=title,
        publisher="arctic-picture",
        licence="CC-BY-4.0",
        citation="arctic-picture, compiled from public sources named in every row.",
        homepage=f"layers/reference/{file}.csv",
        as_of=as_of,
        state="embedded",
        made=made,
        read=read,
        packages=packages,
    )
