"""Military sites: a cited table, and the rows of aerodrome and port lists that are called military there.

Every position is rounded to 0.1 degree, whichever source it comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.crs import distance_km
from layers.iso_3166 import NORTHERN
from layers.regions import SOUTH_DEG
from pipelines.read_helpers import points, to_number
from pipelines.sources.infrastructure.our_airports import AIRPORTS, AIRPORTSDATA, is_military_only, read_lists
from pipelines.sources.reference.cited_tables import CITED, date_read, read_table, reference_source
from pipelines.sources.shipping import world_port_index

if TYPE_CHECKING:
    import geopandas as gpd

    from pipelines.source import Inputs

__all__ = ["SOURCES", "read_military_sites"]

_ROUND_KM = 6.0  # about half the diagonal of a cell of 0.1 degree: 6.3 km at 58 N, 5.7 km at 75 N


def read_military_sites(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return claims on military sites, EPSG:3413: one row for each source that names a site.

    The claims are the rows of the cited table and of the lists. An aerodrome of a list belongs to the cited
    site with the same ICAO code; without one it is a separate site.
    """
    cited = read_table(inputs, "military_sites.csv")
    cited = cited.assign(
        longitude_deg=to_number(cited["longitude_deg"].fillna("")),
        latitude_deg=to_number(cited["latitude_deg"].fillna("")),
        uncertainty_km=to_number(cited["uncertainty_km"].fillna("")),
        claim="cited",
        origin="own_military_sites",
    )
    claims = pd.concat([cited, _aerodrome_claims(inputs, cited), _port_claims(inputs)], ignore_index=True)
    # Distances between claims are measured before rounding, because a distance reveals no position.
    spread = claims.groupby("site_key").apply(_spread_km, include_groups=False)
    claims = claims.assign(
        longitude_deg=claims["longitude_deg"].round(1),
        latitude_deg=claims["latitude_deg"].round(1),
        uncertainty_km=claims["uncertainty_km"].clip(lower=_ROUND_KM),
    )
    claims = claims.drop_duplicates(["site_key", "claim", "source_url", "longitude_deg", "latitude_deg"])
    table = points(claims, "longitude_deg", "latitude_deg")
    number = table.groupby("site_key").cumcount() + 1
    by_site = table.groupby("site_key")
    count = by_site["name"].transform("size").to_numpy()
    return table.assign(
        feature_id="mil-" + table["site_key"] + "-" + number.astype("str"),
        site_id=table["site_key"],
        claims=count,
        claims_apart_km=np.where(count > 1, spread.reindex(table["site_key"]).to_numpy(), np.nan),
        is_joint_use=table["note"].fillna("").str.contains("joint civil-military"),
        source_id=table["origin"],
        as_of=date_read(table),
    )


def _spread_km(claims: pd.DataFrame) -> float:
    if len(claims) < 2:
        return float("nan")
    lon, lat = claims["longitude_deg"].to_numpy(), claims["latitude_deg"].to_numpy()
    return round(float(distance_km(lon[:, None], lat[:, None], lon, lat).max()), 1)


def _aerodrome_claims(inputs: Inputs, cited: pd.DataFrame) -> pd.DataFrame:
    ours, theirs = read_lists(inputs)
    ours = ours[ours["type"] != "heliport"]
    military = ours[is_military_only(ours)]
    military = military[(military["latitude_deg"] >= SOUTH_DEG) & military["iso_country"].isin(NORTHERN)]
    site_of = dict(zip(cited["icao"].dropna(), cited.loc[cited["icao"].notna(), "site_key"], strict=True))
    cited_site = cited.drop_duplicates("site_key").set_index("site_key")
    # Every ICAO code of the cited table, and every aerodrome that the list calls military.
    aerodromes = pd.concat([military, ours[ours["ident"].isin(site_of)]]).drop_duplicates("ident")
    rows = []
    for row in aerodromes.itertuples():
        site = site_of.get(row.ident, f"aerodrome-{row.ident.lower()}")
        cited_row = cited_site.loc[site] if site in cited_site.index else None
        listed_status = "closed" if row.type == "closed" else "unknown"
        common = {
            "site_key": site,
            "name": row.name if cited_row is None else cited_row["name"],
            "country_iso3": NORTHERN[row.iso_country] if cited_row is None else cited_row["country_iso3"],
            "service": "unknown" if cited_row is None else cited_row["service"],
            "kind": "air_base" if cited_row is None else cited_row["kind"],
            "status": listed_status if cited_row is None else cited_row["status"],
            "uncertainty_km": _ROUND_KM,
            "confidence": "medium",
            "note": "named military by an aerodrome list" if cited_row is None else cited_row["note"],
        }
        rows.append(
            common
            | {
                "longitude_deg": row.longitude_deg,
                "latitude_deg": row.latitude_deg,
                "claim": "ourairports",
                "origin": "ourairports",
                "source_title": "OurAirports, aerodrome list of 2022-10-11",
                "source_url": f"https://ourairports.com/airports/{row.ident}/",
                "seen_on": "2022-10-11",
            }
        )
        other = theirs[theirs["icao"] == row.ident]
        if len(other):
            rows.append(
                common
                | {
                    "longitude_deg": other["lon"].iloc[0],
                    "latitude_deg": other["lat"].iloc[0],
                    "claim": "airportsdata",
                    "origin": "ourairports",
                    "source_title": "airportsdata 20260905, aerodrome list",
                    "source_url": "https://github.com/mborsetti/airportsdata",
                    "seen_on": "2026-09-05",
                }
            )
    return pd.DataFrame(rows)


def _port_claims(inputs: Inputs) -> pd.DataFrame:
    """Return the ports that the World Port Index lists for military use, as claims."""
    ports = world_port_index.read_all(inputs)
    ports = ports[ports["harbor_use"] == "Military"]
    return pd.DataFrame(
        {
            "site_key": "port-" + ports["name"].str.lower().str.replace(r"[^a-z]+", "-", regex=True),
            "name": ports["name"],
            "country_iso3": ports["country_iso3"],
            "service": "navy",
            "kind": "naval_base",
            "status": "unknown",
            "longitude_deg": ports["longitude_deg"],
            "latitude_deg": ports["latitude_deg"],
            "uncertainty_km": _ROUND_KM,
            "confidence": "medium",
            "note": "harbor use is military in the World Port Index",
            "claim": "world_port_index",
            "origin": "nga_world_port_index",
            "source_title": "World Port Index, Publication 150",
            "source_url": "https://msi.nga.mil/Publications/WPI",
            "seen_on": "2025-05-27",
        }
    )


SOURCES = (
    reference_source(
        "own_military_sites", "military_sites", "military_sites",
        "Military sites named by public sources",
        read_military_sites, f"{CITED}; joined with what aerodrome and port lists call military; "
        "0.1 degree", packages=(AIRPORTS, AIRPORTSDATA, world_port_index.PACKAGE),
    ),
)  # fmt: skip
