"""Relative sea level at tide gauges: observed trends, and projections to 2100 (IPCC AR6; decisions/0008)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.read_helpers import to_number
from pipelines.sources.reference.cited_tables import CITED, read_table, reference_source

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.source import Inputs

__all__ = ["SOURCES", "read_sea_level_projections", "read_sea_level_trends"]


def _gauges(inputs: Inputs, name: str, numbers: tuple[str, ...]) -> pd.DataFrame:
    raw = read_table(inputs, name)
    cast = {column: to_number(raw[column]) for column in ("longitude_deg", "latitude_deg", *numbers)}
    return raw.assign(name=raw["station"], psmsl_id=to_number(raw["psmsl_id"]).astype("Int64"), **cast)


def read_sea_level_trends(inputs: Inputs) -> pd.DataFrame:
    """Return observed trends of relative sea level at tide gauges, mm per year."""
    columns = ("trend_mm_per_year", "uncertainty_mm_per_year", "first_year", "last_year")
    table = _gauges(inputs, "sea_level_trends.csv", columns)
    return table.assign(
        feature_id="trend-" + table["psmsl_id"].astype("str") + "-" + table["made"],
        source_id="own_sea_level_trends",
        as_of=table["last_year"].astype("int").astype("str") + "-12-31",
    )


def read_sea_level_projections(inputs: Inputs) -> pd.DataFrame:
    """Return the projected relative sea level at tide gauges in 2100 (m), IPCC AR6."""
    table = _gauges(inputs, "sea_level_projections.csv", ("low_m", "central_m", "high_m"))
    return table.assign(
        feature_id="level-" + table["psmsl_id"].astype("str"),
        source_id="own_sea_level_projections",
        as_of="2021-08-09",
    )


SOURCES = (
    reference_source(
        "own_sea_level_trends", "sea_level_trends", "sea_level_trends",
        "Trends of relative sea level",
        read_sea_level_trends, f"{CITED}; some computed from PSMSL annual means", "2023-12-31",
    ),
    reference_source(
        "own_sea_level_projections", "sea_level_projections", "sea_level_projections",
        "Relative sea level in 2100, IPCC AR6",
        read_sea_level_projections, f"{CITED}; after Grandey et al. from Garner et al. 2021, "
        "doi:10.5281/zenodo.6382554", "2021-08-09",
    ),
)  # fmt: skip
