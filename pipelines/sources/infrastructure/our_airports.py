"""OurAirports and airportsdata: civil and joint-use airfields with their runways.

The two lists are joined by ICAO code. If both have an airfield, `position_apart_km` is the distance between
the two positions. Airfields whose name marks them as military only are left out here. They become claims with
rounded positions in pipelines.sources.reference.military_sites.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.crs import distance_km
from layers.iso_3166 import NORTHERN
from pipelines.intake.findings import Checks
from pipelines.intake.place_checks import ashore
from pipelines.read_helpers import points, read_rows, to_number
from pipelines.source import Inputs, Package, Remote, Source

if TYPE_CHECKING:
    import geopandas as gpd

_OUR_HASH = "56fe3f73bb6c1884c2e2582caf7f7e0fef0b8a6f23b45181e70a3d2bf9a7fb8a"
AIRPORTS = Package("ourairports", "1.1.0.20221011", _OUR_HASH, "ourairports/data/airports.csv.gz")
RUNWAYS = Package("ourairports", "1.1.0.20221011", _OUR_HASH, "ourairports/data/runways.csv.gz")
AIRPORTSDATA = Package(
    "airportsdata",
    "20260905",
    "d7eaa9a57d373b0adaaae0d52da2af0bb0edf73f7baa170f7c415d3342bf4868",
    "airportsdata/airports.csv",
)
_LIVE = "https://davidmegginson.github.io/ourairports-data"
_AS_OF = "2022-10-11"
_FOOT_M = 0.3048
_KINDS = ("large_airport", "medium_airport", "small_airport", "seaplane_base", "closed")

# Words in the name of a military aerodrome.
MILITARY_NAME = re.compile(
    r"\b(?:air base|airbase|air force|afb|air station|air field \(military\)|army|naval|military"
    r"|lrrs|long range radar|cfb|raf|flygflottilj|heliport military|jber|joint base)\b",
    re.IGNORECASE,
)
# Asphalt, bitumen, concrete, tarmac, macadam; PEM and COP are partly concrete or composite pavements.
_PAVED = re.compile(r"^(?:ASP|BIT|CON|PEM|TAR|PAVE|MAC|COP)", re.IGNORECASE)
_UNSTATED = re.compile(r"^(?:UNK.*|U|N|)$", re.IGNORECASE)


def is_military_only(ours: pd.DataFrame) -> pd.Series:
    """Return true for rows of OurAirports that are, by name, military aerodromes without civil passengers."""
    return ours["name"].str.contains(MILITARY_NAME) & ours["scheduled_service"].ne("yes")


def military_codes(inputs: Inputs) -> set[str]:
    """Return the ICAO codes of military_sites.csv whose site has no note "joint civil-military"."""
    cited = read_rows(inputs.table("military_sites.csv"))
    joint = cited["note"].str.contains("joint civil-military").groupby(cited["site_key"]).transform("any")
    return set(cited.loc[~joint & (cited["icao"] != ""), "icao"])


def read_lists(inputs: Inputs) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of OurAirports without heliports, and the rows of airportsdata.

    Coordinates are numbers, in degrees of WGS 84; all other columns are text.
    """
    ours = read_rows_gz(inputs, AIRPORTS)
    ours = ours[ours["type"].isin(_KINDS)].reset_index(drop=True)
    ours = ours.assign(
        latitude_deg=to_number(ours["latitude_deg"]), longitude_deg=to_number(ours["longitude_deg"])
    )
    theirs = read_rows(inputs.package(AIRPORTSDATA), expect=["icao", "lat", "lon"])
    theirs = theirs.assign(lat=to_number(theirs["lat"]), lon=to_number(theirs["lon"]))
    return ours, theirs


def read_rows_gz(inputs: Inputs, package: Package) -> pd.DataFrame:
    """Return the rows of a CSV, plain or gzipped, as text.

    No text is read as missing, because the country code NA is Namibia.
    """
    path = inputs.package(package)
    with path.open("rb") as stream:  # the package has gzip, a fetched file is plain text
        zipped = "gzip" if stream.read(2) == b"\x1f\x8b" else None
    return pd.read_csv(path, dtype=str, keep_default_na=False, compression=zipped)


def longest_runways(raw: pd.DataFrame) -> pd.DataFrame:
    """Return by airfield the number of open runways, the longest runway, and the longest paved length.

    `raw` is the table of runways in feet; the result is in metres. The width, surface and lights are those
    of the longest runway.
    """
    table = pd.DataFrame(
        {
            "ident": raw["airport_ident"],
            "length_m": to_number(raw["length_ft"], zero_is_missing=True) * _FOOT_M,
            "width_m": to_number(raw["width_ft"], zero_is_missing=True) * _FOOT_M,
            "surface": raw["surface"].str.strip(),
            "is_lit": raw["lighted"].map({"1": True, "0": False}).astype("boolean"),
        }
    )[raw["closed"] != "1"]
    stated = ~table["surface"].str.contains(_UNSTATED)
    paved = table["surface"].str.contains(_PAVED).astype("boolean").where(stated)
    table = table.assign(paved=paved)
    # A runway wider than 200 m or longer than 6 km is an ice or water lane or a typing error.
    table["width_m"] = table["width_m"].where(table["width_m"] <= 200)
    table = table[~(table["length_m"] > 6000)]
    table = table.sort_values(["ident", "length_m"], ascending=[True, False], na_position="last")
    first = table.drop_duplicates("ident").set_index("ident")
    return pd.DataFrame(
        {
            "runways": table.groupby("ident").size(),
            "runway_length_m": first["length_m"].round(1),
            "runway_width_m": first["width_m"].round(1),
            "runway_surface": first["surface"].where(first["surface"] != "", None),
            "is_runway_paved": first["paved"],
            "is_runway_lit": first["is_lit"],
            "paved_length_m": table[table["paved"].fillna(value=False)]
            .groupby("ident")["length_m"]
            .max()
            .round(1),
        }
    )


def read(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the civil and joint-use airfields of both lists north of 58 N, one row each, EPSG:3413."""
    ours, theirs = read_lists(inputs)
    runways = longest_runways(read_rows_gz(inputs, RUNWAYS))
    military = military_codes(inputs)
    table = ours[~is_military_only(ours) & ~ours["ident"].isin(military)]
    table = table.join(runways, on="ident")
    code = table["ident"]
    other = theirs[theirs["icao"] != ""].drop_duplicates("icao").set_index("icao")
    lon2, lat2 = code.map(other["lon"]), code.map(other["lat"])
    apart = np.full(len(table), np.nan)
    both = lon2.notna().to_numpy()
    apart[both] = distance_km(
        table["longitude_deg"][both], table["latitude_deg"][both], lon2[both], lat2[both]
    )
    table = table.assign(position_apart_km=apart.round(3))
    # Airfields of airportsdata only are added, without runways.
    added = theirs[~theirs["icao"].isin(ours["ident"]) & (theirs["icao"] != "")]
    added = added[~added["name"].str.contains(MILITARY_NAME) & ~added["icao"].isin(military)]
    added = pd.DataFrame(
        {
            "ident": added["icao"],
            "name": added["name"],
            "iso_country": added["country"],
            "iata_code": added["iata"],
            "latitude_deg": added["lat"],
            "longitude_deg": added["lon"],
            "elevation_ft": added["elevation"],
            "type": None,
            "scheduled_service": "",
            "listed_by": "airportsdata",
        }
    )
    table = pd.concat([table.assign(listed_by="ourairports"), added], ignore_index=True)
    table = points(table, "longitude_deg", "latitude_deg")
    return table.assign(
        feature_id=table["listed_by"].str.replace("airportsdata", "apd").str.replace("ourairports", "oa")
        + "-"
        + table["ident"].str.lower(),
        icao=table["ident"],
        iata=table["iata_code"].where(table["iata_code"] != "", None),
        country_iso3=table["iso_country"].map(NORTHERN),
        kind=table["type"],
        elevation_m=(to_number(table["elevation_ft"]) * _FOOT_M).round(1),
        has_scheduled_service=table["scheduled_service"].map({"yes": True, "no": False}),
        source_id="ourairports",
        as_of=_AS_OF,
    )


SOURCES = (
    Source(
        id="ourairports",
        feeds="airfields",
        title="OurAirports airports and runways, completed by airportsdata",
        publisher="OurAirports; Mike Borsetti (airportsdata)",
        licence="public domain; MIT",
        citation="OurAirports (public domain), snapshot of 2022-10-11; airportsdata 20260905 (MIT).",
        homepage="https://ourairports.com/data/",
        as_of=_AS_OF,
        state="embedded",
        made="heliports and military-only fields left out; longest open and longest paved runway; "
        "distance between the two lists kept",
        read=read,
        packages=(AIRPORTS, RUNWAYS, AIRPORTSDATA),
        remotes=(
            Remote(f"{_LIVE}/airports.csv", AIRPORTS.member, at_least_rows=50_000),
            Remote(f"{_LIVE}/runways.csv", RUNWAYS.member, at_least_rows=20_000),
        ),
        checks=Checks(own=(ashore,)),
    ),
)
