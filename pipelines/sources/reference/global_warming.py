"""Observed global warming by year (Forster et al. 2025)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.read_helpers import to_number
from pipelines.sources.reference.cited_tables import read_table, reference_source

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.source import Inputs

__all__ = ["SOURCES", "read_global_warming"]

_COMPILED = "2026-11-29"


def read_global_warming(inputs: Inputs) -> pd.DataFrame:
    """Return observed global warming by year, degC (Forster et al. 2025)."""
    raw = read_table(inputs, "global_warming.csv")
    return raw.assign(
        year=to_number(raw["year"]).astype("int"),
        warming_degc=to_number(raw["warming_degc"]),
        source_id="own_global_warming",
        as_of="2024-12-31",
    )


SOURCES = (
    reference_source(
        "own_global_warming", "global_warming", "global_warming",
        "Global warming by year",
        read_global_warming, "after Forster et al. 2025, doi:10.5194/essd-17-2641-2025", _COMPILED,
    ),
)  # fmt: skip
