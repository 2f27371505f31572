"""Mines, smelters and plants of the ICMM Global Mining Dataset, with the confidence that it states."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from layers.errors import SourceError
from layers.iso_3166 import ALPHA_3_OF_NAME
from pipelines.intake.findings import Checks
from pipelines.intake.place_checks import ashore
from pipelines.read_helpers import points, to_number
from pipelines.source import Inputs, Remote, Source

_FILE = "minerals/ICMM_global-mining-dataset_2025-09.xlsx"
_AS_OF = "2025-09-01"
_KINDS = ("mine", "smelter", "refinery")


def read(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the facilities north of 58 N, EPSG:3413.

    Raises
    ------
    SourceError
        If a country of the north has no known code, or as `points`.
    """
    raw = pd.read_excel(inputs.provider(_FILE), sheet_name="External", dtype=str, na_filter=False)
    raw = (
        raw.rename(columns=str.strip)
        .assign(latitude=to_number(raw["Latitude"]), longitude=to_number(raw["Longitude"]))
        .dropna(subset=["latitude", "longitude"])
    )
    table = points(raw, "longitude", "latitude")
    strange = sorted(set(table["Country"]) - set(ALPHA_3_OF_NAME))
    if strange:
        msg = f"{_FILE}: expected a country of the north, found {strange[0]!r}: add its code"
        raise SourceError(msg)
    others = table["Secondary Commodity"].str.strip() + ";" + table["Other Commodities"].str.strip()
    others = others.str.strip(";")
    return table.assign(
        feature_id=table["ICMMID"].str.lower(),
        name=table["Mine Name"].map(_repaired),
        country_iso3=table["Country"].map(ALPHA_3_OF_NAME),
        kind=_kind(table["Asset Type"]),
        kind_stated=table["Asset Type"].str.lower(),
        commodity=table["Primary Commodity"].str.strip(),
        byproducts=others.where(others != "", None),
        confidence=table["Confidence Factor"].str.lower(),
        source_id="icmm_global_mining",
        as_of=_AS_OF,
    )


def _kind(asset_type: pd.Series) -> pd.Series:
    """Return the first of mine, smelter and refinery that an asset type names; a plant alone is a mine's.

    Raises
    ------
    SourceError
        If an asset type names something else.
    """
    named = asset_type.str.lower().str.split(";").map(lambda words: {word.strip() for word in words})
    strange = named[named.map(lambda words: not words <= {*_KINDS, "plant"})]
    if len(strange):
        found = asset_type[strange.index[0]]
        msg = f"{_FILE}: expected {', '.join(_KINDS)} or plant, found {found!r}: say what it is"
        raise SourceError(msg)
    return named.map(lambda words: next((kind for kind in _KINDS if kind in words), "mine"))


def _repaired(name: str) -> str:
    """Return the name. If its letters are UTF-8 that was read as Latin-1, they are decoded."""
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


SOURCES = (
    Source(
        id="icmm_global_mining",
        feeds="mines",
        title="Global Mining Dataset, September 2025 (V1)",
        publisher="International Council on Mining and Metals",
        licence="CC-BY-4.0",
        citation="ICMM Global Mining Dataset, September 2025 (V1) release.",
        homepage="https://www.icmm.com",
        as_of=_AS_OF,
        state="embedded",
        made="facts (name, place, kind, commodities, confidence) north of 58 N",
        read=read,
        remotes=(Remote("https://www.icmm.com", _FILE, "page"),),
        checks=Checks(own=(ashore,)),
    ),
)
