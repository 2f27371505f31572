"""Series that are looked at and feed no layer: values by date and place, one shape for all of them."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.schema import Column, Layer
from pipelines.source import Inputs, MissingInputError, Source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["SERIES", "series_source"]

SERIES = Layer(
    id="looked_at_series",
    title="Looked at only",
    pillar="environmental",
    geometry="table",
    columns=(
        Column("date", "str", "day, or first day of the month, ISO 8601", required=True),
        Column("place", "str", "what it is of"),
        Column("quantity", "str", "what is told", required=True),
        Column("value", "float", "number; null where none is told"),
        Column("unit", "str", "unit of the value"),
        Column("detail", "str", "what else its source says"),
    ),
)


def series_source(parse: Callable[[Path], pd.DataFrame], **row: Any) -> Source:
    """A source that is only looked at, its files read by `parse` into the columns of `SERIES`.

    A row holds as of its date, unless `parse` gives `as_of`: a projection is as old as its model run.
    """
    told = {"state": "live", "feeds": "sea_ice_monthly"} | row

    def read(inputs: Inputs) -> pd.DataFrame:
        table = pd.concat([parse(path) for path in _files(inputs, told)], ignore_index=True)
        named = table["place"].fillna("") + "-" + table["quantity"] + "-" + table["date"]
        key = named.str.lower().str.replace(r"[^a-z0-9]+", "-", regex=True).str.strip("-")
        again = table.groupby(key).cumcount()
        return table.assign(
            feature_id=told["id"] + "-" + key + again.astype("str").radd("-").where(again > 0, ""),
            name=table["quantity"] + ", " + table["date"],
            as_of=table["as_of"] if "as_of" in table else table["date"],
            source_id=told["id"],
        )

    return Source(read=read, shape=SERIES, **told)


def _files(inputs: Inputs, told: dict[str, Any]) -> list[Path]:
    found: list[Path] = []
    for pattern in dict.fromkeys(re.sub(r"\{[^}]*\}", "*", remote.file) for remote in told["remotes"]):
        if "*" not in pattern:
            found.append(inputs.provider(pattern))
            continue
        with suppress(MissingInputError):  # a file a day: any of them will do
            found += inputs.provider_glob(pattern)
    if not found:
        msg = f"{told['id']}: expected a provider file, found none: fetch it"
        raise MissingInputError(msg)
    return found
