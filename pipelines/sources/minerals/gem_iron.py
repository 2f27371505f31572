"""Iron ore mines and iron and steel plants of the Global Energy Monitor, from the files of its maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from layers.errors import SourceError
from layers.iso_3166 import ALPHA_3_OF_NAME
from layers.names import folded
from layers.observed.minerals import UNKNOWN
from pipelines.read_helpers import points, read_rows, to_number
from pipelines.source import Inputs, Remote, Source

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["SOURCES", "read_ore", "read_steel"]

_ORE, _ORE_DAY = "minerals/gem/giomt_iron_ore_mines_2024-11-25.csv", "2024-11-25"
_STEEL, _STEEL_DAY = "minerals/gem/gist_iron_steel_2025-03-25.csv", "2025-03-25"
_ORE_COLUMNS = ("name-(english)", "status", "country/area", "total-reserves-(proven-and-probable", "lng")
_STEEL_COLUMNS = ("plant-id", "plant-name-(english)", "plant-status", "gem-wiki-page", "lng")
# The words of the trackers and our stages; a project that was cancelled is no site.
_STAGE = {
    "operating": "operating", "operating pre-retirement": "operating", "mothballed": "standby",
    "mothballed pre-retirement": "standby", "construction": "construction", "proposed": "feasibility",
    "announced": "feasibility", "shelved": "exploration", "retired": "closed",
}  # fmt: skip
_PRECISION = {"exact": "exact", "approximate": "approximate"}


def _sites(raw: pd.DataFrame, file: str) -> gpd.GeoDataFrame:
    """Return the rows north of 58 N as points in EPSG:3413, with the columns that both trackers share."""
    placed = raw.assign(lat=to_number(raw["lat"]), lng=to_number(raw["lng"])).dropna(subset=["lat", "lng"])
    table = points(placed[placed["status"] != "cancelled"], "lng", "lat")
    for column, known in (("country/area", ALPHA_3_OF_NAME), ("status", _STAGE)):
        strange = sorted(set(table[column]) - set(known))
        if strange:
            msg = f"{file}: {column}: expected one of {', '.join(known)}, found {strange[0]!r}: add it"
            raise SourceError(msg)
    page = table["url"].str.rsplit("/", n=1).str[-1].map(folded)
    slug = page.str.replace(r"[^a-z0-9]+", "-", regex=True).str.strip("-")
    return table.assign(
        feature_id="gem-" + slug,
        country_iso3=table["country/area"].map(ALPHA_3_OF_NAME),
        stage=table["status"].map(_STAGE),
        position_precision=table["coordinate-accuracy"].map(_PRECISION),
        subnational_unit=table["subnational-unit"].str.strip(),
        operator=table["owner"].str.replace(r"\s*\[100\.0%\]", "", regex=True),
        owner=table["parent"]
        .str.replace(r"\s*\[100\.0%\]", "", regex=True)
        .replace({"--": UNKNOWN, "": UNKNOWN}),
        owner_state=UNKNOWN,
        owner_url=table["url"],
        source_url=table["url"],
        confidence="moderate",
    )


def read_ore(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return iron ore mines, EPSG:3413; one that is only proposed or shelved is a deposit."""
    raw = read_rows(inputs.provider(_ORE), expect=_ORE_COLUMNS)
    table = _sites(raw, _ORE)
    reserves = to_number(table["total-reserves-(proven-and-probable"].replace("unknown", "")) / 1000
    has_reserves = reserves.notna() & (reserves > 0)
    return table.assign(
        name=table["name-(english)"],
        kind=table["stage"].isin(["feasibility", "exploration"]).map({True: "deposit", False: "mine"}),
        kind_stated=table["status"] + " mine",
        commodity="iron ore",
        reserves=(reserves.map("{:g} Mt of ore, proven and probable".format)).where(has_reserves, None),
        source_title="GEM Global Iron Ore Mines Tracker, November 2024",
        source_id="gem_iron_ore_mines",
        as_of=_ORE_DAY,
    )


def read_steel(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return iron and steel plants, EPSG:3413; every one of them is a smelter."""
    raw = read_rows(inputs.provider(_STEEL), expect=_STEEL_COLUMNS)
    ours = {"plant-status": "status", "subnational-unit-(province/state)": "subnational-unit"}
    table = _sites(raw.rename(columns=ours | {"gem-wiki-page": "url"}), _STEEL)
    return table.assign(
        name=table["plant-name-(english)"],
        kind="smelter",
        kind_stated=table["main-production-equipment"].replace("", None),
        commodity="steel",
        source_title="GEM Global Iron and Steel Tracker, map file of 2025-03-25",
        source_id="gem_iron_steel_plants",
        as_of=_STEEL_DAY,
    )


SOURCES = tuple(
    Source(
        id=source_id,
        feeds="mines",
        title=title,
        publisher="Global Energy Monitor",
        licence="CC-BY-4.0",
        citation=f"Global Energy Monitor, {title}.",
        homepage=page,
        as_of=day,
        state="embedded",
        made="facts (name, place, stage, owner, reserves) north of 58 N, from the file of the tracker's map",
        read=read,
        remotes=(Remote(f"{page}download-data/", file, "page"),),
    )
    for source_id, title, day, file, read, page in (
        (
            "gem_iron_ore_mines", "Global Iron Ore Mines Tracker, November 2024", _ORE_DAY, _ORE, read_ore,
            "https://globalenergymonitor.org/projects/global-iron-ore-mines-tracker/",
        ),
        (
            "gem_iron_steel_plants", "Global Iron and Steel Tracker, March 2025", _STEEL_DAY, _STEEL,
            read_steel,
            "https://globalenergymonitor.org/projects/global-iron-and-steel-tracker/",
        ),
    )
)  # fmt: skip
