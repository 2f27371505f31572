"""OurAirports and airportsdata: civil and joint-use airfields with their runways.

The two lists are joined by code, name or place (`twins`). If both have an airfield, `position_apart_km` is
the distance between the two positions. What OurAirports calls closed or a heliport stays so. Airfields whose
name marks them as military only are left out here. They become claims with rounded positions in
pipelines.sources.reference.military_sites.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.crs import distance_km
from layers.iso_3166 import NORTHERN
from layers.merge import Nearest
from pipelines.intake.findings import Checks
from pipelines.intake.place_checks import ashore
from pipelines.read_helpers import count_outside, points, read_rows, to_number
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
_NORTH_DEG = 57.0  # one degree beyond the tables, so that a field at their edge finds its twin
# A twin by code or name lies within the first distance, a twin by place alone within the second, km. Of the
# fields with one ICAO code in both lists 90 % lie within 0.3 km and 95 % within 0.9 km.
_SAME_CODE_KM, _SAME_PLACE_KM = 10.0, 0.5
_KINDS = ("large_airport", "medium_airport", "small_airport", "seaplane_base", "closed")

_ICAO = "[A-Z]{4}"
# Words in the name of a military aerodrome.
MILITARY_NAME = re.compile(
    r"\b(?:air base|airbase|air force|afb|air station|air field \(military\)|army|naval|military"
    r"|lrrs|long range radar|cfb|raf|flygflottilj|heliport military|jber|joint base)\b",
    re.IGNORECASE,
)
_HELIPORT_NAME = re.compile(r"\b(?:heliport|helipad|helicopter|helistop)\b", re.IGNORECASE)
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
    """Return the rows of OurAirports, heliports too, and the rows of airportsdata that have an ICAO code.

    Coordinates are numbers, in degrees of WGS 84; all other columns are text. A code that an issue does not
    have is blank.
    """
    ours = read_rows_gz(inputs, AIRPORTS)
    ours = ours.assign(**{name: "" for name in ("gps_code", "local_code") if name not in ours})
    ours = ours.assign(
        latitude_deg=to_number(ours["latitude_deg"]), longitude_deg=to_number(ours["longitude_deg"])
    )
    theirs = read_rows(inputs.package(AIRPORTSDATA), expect=["icao", "lat", "lon"])
    theirs = theirs.assign(lat=to_number(theirs["lat"]), lon=to_number(theirs["lon"]))
    return ours, theirs[theirs["icao"] != ""].drop_duplicates("icao").reset_index(drop=True)


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


def twins(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.Series:
    """Return for each row of `theirs` the index of the same airfield in `ours`; -1 if there is none.

    The two lists have different codes for many fields, so a code alone does not join them. The first rule
    that applies counts: the ICAO code of `theirs` is the identifier or GPS code of a row of any type, also of
    a heliport or a closed field; the IATA or local code is that of an open field within `_SAME_CODE_KM`; the
    name is that of such a field; an open or closed field without an ICAO code lies within `_SAME_PLACE_KM`.
    """
    by_code = pd.concat([_first_by(ours, "gps_code"), _first_by(ours, "ident")])
    by_code = by_code[~by_code.index.duplicated(keep="last")]  # the identifier counts before the GPS code
    result = theirs["icao"].map(by_code).fillna(-1).astype(int)
    fields = ours[ours["type"] != "heliport"]
    lone = theirs[result == -1]
    place = Nearest(fields["longitude_deg"].to_numpy(), fields["latitude_deg"].to_numpy())
    at, near = place.within(lone["lon"].to_numpy(), lone["lat"].to_numpy(), _SAME_CODE_KM)
    a, b = lone.iloc[at].reset_index(drop=True), fields.iloc[near].reset_index(drop=True)
    km = distance_km(a["lon"], a["lat"], b["longitude_deg"], b["latitude_deg"])
    # airportsdata writes K before the local code of an American field that has no ICAO code.
    is_local = (b["local_code"] == a["icao"]) | (b["local_code"] == a["icao"].str.removeprefix("K"))
    # A town that gets a new airport keeps its name and IATA code: for a closed field only the place counts.
    is_open = b["type"] != "closed"
    # Two fields with an ICAO code each are two fields, however near.
    has_icao = b["ident"].str.fullmatch(_ICAO) | b["gps_code"].str.fullmatch(_ICAO)
    rules = (
        is_open & (b["iata_code"] == a["iata"]) & (a["iata"] != ""),
        is_open & is_local,
        is_open & (b["name"].str.casefold() == a["name"].str.casefold()),
        ~has_icao & (km <= _SAME_PLACE_KM),
    )
    pairs = pd.DataFrame({"row": lone.index[at], "twin": fields.index[near], "km": km})
    pairs["rule"] = np.select(rules, range(len(rules)), len(rules))
    best = pairs[pairs["rule"] < len(rules)].sort_values(["rule", "km"]).drop_duplicates("row")
    result[best["row"]] = best["twin"].to_numpy()
    return result


def _first_by(ours: pd.DataFrame, column: str) -> pd.Series:
    """Return the index of the first row with each code of a column; open fields come first."""
    order = ours["type"].map({"closed": 1, "heliport": 2}).fillna(0)
    rows = ours[ours[column] != ""].assign(order=order).sort_values("order", kind="stable")
    rows = rows.drop_duplicates(column)
    return pd.Series(rows.index, index=rows[column])


def read(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the civil and joint-use airfields of both lists north of 58 N, one row each, EPSG:3413."""
    ours, theirs = read_lists(inputs)
    count_outside(int((ours["latitude_deg"] < _NORTH_DEG).sum()))
    ours, theirs = ours[ours["latitude_deg"] >= _NORTH_DEG], theirs[theirs["lat"] >= _NORTH_DEG]
    runways = longest_runways(read_rows_gz(inputs, RUNWAYS))
    military = military_codes(inputs)
    twin = twins(ours, theirs)
    is_military = ours["ident"].isin(military) | (ours["gps_code"].isin(military) & (ours["gps_code"] != ""))
    table = ours[ours["type"].isin(_KINDS) & ~is_military_only(ours) & ~is_military]
    table = table.join(runways, on="ident")
    other = theirs[twin != -1].assign(twin=twin[twin != -1]).drop_duplicates("twin").set_index("twin")
    other = other.reindex(table.index)
    apart = np.full(len(table), np.nan)
    both = other["lon"].notna().to_numpy()
    apart[both] = distance_km(
        table["longitude_deg"][both], table["latitude_deg"][both], other["lon"][both], other["lat"][both]
    )
    stated = table["iata_code"] != ""
    code = other["icao"].fillna("")
    is_icao = code.str.fullmatch(_ICAO) & (code != "K" + table["ident"])
    table = table.assign(
        position_apart_km=apart.round(3),
        # The second list has the ICAO code of a field that OurAirports lists under a national number.
        icao=table["ident"].mask(is_icao, other["icao"]),
        iata_code=table["iata_code"].where(stated, other["iata"].fillna("")),
        listed_by="ourairports",
    )
    table = points(
        pd.concat([table, _only_theirs(theirs[twin == -1], military)], ignore_index=True),
        "longitude_deg",
        "latitude_deg",
    )
    return table.assign(
        feature_id=table["listed_by"].str.replace("airportsdata", "apd").str.replace("ourairports", "oa")
        + "-"
        + table["ident"].str.lower(),
        iata=table["iata_code"].where(table["iata_code"] != "", None),
        country_iso3=table["iso_country"].map(NORTHERN),
        kind=table["type"],
        elevation_m=(to_number(table["elevation_ft"]) * _FOOT_M).round(1),
        has_scheduled_service=table["scheduled_service"].map({"yes": True, "no": False}),
        source_id="ourairports",
        as_of=_AS_OF,
    )


def _only_theirs(theirs: pd.DataFrame, military: set[str]) -> pd.DataFrame:
    """Return the civil fields that airportsdata alone lists, in the columns of OurAirports; no runways."""
    left_out = theirs["name"].str.contains(MILITARY_NAME) | theirs["name"].str.contains(_HELIPORT_NAME)
    added = theirs[~left_out & ~theirs["icao"].isin(military)]
    return pd.DataFrame(
        {
            "ident": added["icao"],
            "icao": added["icao"],
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
            Remote(f"{_LIVE}/airports.csv", AIRPORTS.member, mark="scheduled_service", at_least_rows=50_000),
            Remote(f"{_LIVE}/runways.csv", RUNWAYS.member, mark="airport_ident", at_least_rows=20_000),
        ),
        checks=Checks(own=(ashore,)),
    ),
)
