"""Cited mines, smelters, refineries and deposits, which other lists lack or have wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.observed.minerals import PRECISIONS, SITE_KINDS, STAGES, UNKNOWN
from pipelines.read_helpers import points, to_number
from pipelines.sources.reference.cited_tables import (
    CITED,
    check,
    check_choices,
    read_cited,
    reference_source,
)

if TYPE_CHECKING:
    import geopandas as gpd

    from pipelines.source import Inputs

__all__ = ["SOURCES", "read_mine_sites"]

_FILE = "mine_sites.csv"


def read_mine_sites(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the sites as points in EPSG:3413, each with its stage, its owner and the document behind it.

    The column `replaces` names the rows of other lists that a row stands for. The column `unread` names what
    was typed from memory. Owner and owner's state are `unknown` without an address that says so.

    Raises
    ------
    SourceError
        As `read_cited`; or if a site has no stage, a choice is none of its list, a stage from memory has
        more than low confidence, or a position from memory is called exact.
    """
    raw = read_cited(inputs, _FILE, "facility_key")
    for column, choices in (("kind", SITE_KINDS), ("stage", STAGES), ("position_precision", PRECISIONS)):
        check(raw[column].isna(), _FILE, raw[column], f"one of {', '.join(choices)}")
        check_choices(raw, _FILE, column, choices)
    unread = raw["unread"].fillna("").str.split(";").map(set)
    is_guess = unread.map(lambda names: "stage" in names) & (raw["confidence"] != "low")
    check(is_guess, _FILE, raw["confidence"], "low, because the stage is from memory")
    is_loose = unread.map(lambda names: "position" in names) & (raw["position_precision"] != "approximate")
    check(is_loose, _FILE, raw["position_precision"], "approximate, because the position is from memory")
    cast = {name: to_number(raw[name].fillna("")) for name in ("longitude_deg", "latitude_deg")}
    table = points(raw.assign(**cast), "longitude_deg", "latitude_deg")
    has_source = table["owner_url"].notna()
    return table.assign(
        feature_id="site-" + table["facility_key"],
        owner=table["owner"].where(has_source).fillna(UNKNOWN),
        owner_state=table["owner_state"].where(has_source).fillna(UNKNOWN),
        kind_stated=table["kind"],
        replaces=table["replaces"].str.replace(" ", ""),
        source_id="own_mine_sites",
    )


SOURCES = (
    reference_source(
        "own_mine_sites", "mine_sites", "mines",
        "Mines, smelters, refineries and deposits", read_mine_sites,
        f"{CITED}; iron ore and steel of GEM trackers (CC BY 4.0) where the row says so", "2026-12-01",
    ),
)  # fmt: skip
