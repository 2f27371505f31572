"""ALLIANCES: membership of NATO and the EU by date and territory, and what each of the two covers by kind.

NATO: the seven baseline requirements (Warsaw, July 2016). EU: the sectors of the CER Directive (EU)
2022/2557.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from layers.crs import POLAR
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from datetime import date

__all__ = [
    "ALLIANCES",
    "BASELINE_REQUIREMENTS",
    "CER_SECTORS",
    "NO_REMIT",
    "institutions",
    "special_status",
]

INSTITUTIONS = ("both", "nato_only", "eu_only", "neither")

BASELINE_REQUIREMENTS: dict[str, str] = {
    "BLR1": "continuity of government",
    "BLR2": "energy supply",
    "BLR3": "movement of people",
    "BLR4": "food and water",
    "BLR5": "mass casualties and health",
    "BLR6": "civil communications",
    "BLR7": "civil transport",
}

# Kind of node -> (NATO baseline requirements, CER sectors); method §5.2.
REMIT: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "port": (("BLR7", "BLR4"), ("transport", "food")),
    "airfield": (("BLR7", "BLR3"), ("transport",)),
    "rail_terminal": (("BLR7", "BLR3"), ("transport",)),
    "cable_landing": (("BLR6",), ("digital infrastructure",)),
    "energy_site": (("BLR2",), ("energy",)),
    "mine": ((), ()),
    "ground_station": (("BLR6",), ("space", "digital infrastructure")),
}
# Reason why neither NATO nor the EU covers a kind. The table has a null; every output prints the reason.
NO_REMIT: dict[str, str] = {
    "mine": "neither list names raw materials; method §5.2 counts a mine as supply chain",
}
CER_SECTORS = tuple(sorted({sector for _, sectors in REMIT.values() for sector in sectors}))


def institutions(memberships: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return institution, special status, level and source by country_iso3 on `day`.

    Membership begins on the day in `nato_since` or `eu_since`. `eu_until` is the first day after membership.
    Dates are ISO 8601 texts, whose order is the order of days.
    """
    today = day.isoformat()
    in_nato = memberships["nato_since"].fillna("9999") <= today
    in_eu = (memberships["eu_since"].fillna("9999") <= today) & (
        memberships["eu_until"].fillna("9999") > today
    )
    names = pd.Series("neither", index=memberships.index)
    names = names.mask(in_nato & in_eu, "both").mask(in_nato & ~in_eu, "nato_only")
    names = names.mask(~in_nato & in_eu, "eu_only")
    return pd.DataFrame(
        {
            "institution": names.to_numpy(),
            "special_status": memberships["special_status"].to_numpy(),
            "level": memberships["level"].to_numpy(),
            "source_id": memberships["source_id"].to_numpy(),
        },
        index=pd.Index(memberships["country_iso3"], name="country_iso3"),
    )


def special_status(sites: pd.DataFrame, memberships: pd.DataFrame, day: date) -> pd.Series:
    """Return the special status of the territory of each site; null where there is none.

    A status has no dates, so it is the same on every `day`. The Svalbard Treaty holds for the archipelago
    alone (74 to 81 N). Jan Mayen has the same country code and is not under the treaty.
    """
    status = sites["country_iso3"].map(institutions(memberships, day)["special_status"])
    jan_mayen = (sites["country_iso3"] == "SJM") & (sites["latitude_deg"] < 74)
    return status.mask(jan_mayen)


def _alliances(countries: gpd.GeoDataFrame, memberships: pd.DataFrame, day: date) -> gpd.GeoDataFrame:
    lens = institutions(memberships, day)
    member_areas = countries[countries["country_iso3"].isin(lens.index)]
    rows = lens.loc[member_areas["country_iso3"]]
    return gpd.GeoDataFrame(
        {
            "feature_id": "lens-" + member_areas["country_iso3"].str.lower(),
            "name": member_areas["name"],
            "country_iso3": member_areas["country_iso3"],
            "institution": rows["institution"].to_numpy(),
            "special_status": rows["special_status"].to_numpy(),
            "source_id": rows["source_id"].to_numpy(),
            "as_of": day.isoformat(),
        },
        geometry=member_areas.geometry,
        crs=POLAR,
    )


ALLIANCES = Layer(
    id="alliances",
    title="NATO and the EU on the picture's day",
    pillar="military",
    geometry="polygon",
    columns=(
        Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True),
        Column("institution", "str", "which of the two the territory belongs to", required=True,
               choices=INSTITUTIONS),
        Column("special_status", "str", "treaty or other status of the territory"),
    ),
    derive=_alliances,
    note="By date and territory; boundaries imply no position on status.",
)  # fmt: skip
