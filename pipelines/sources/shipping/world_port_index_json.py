"""The World Port Index as JSON of NGA's service, read into the headings and words of Publication 150.

The service has codes instead of words, and rounds depths to whole metres: a depth that may be the bound of a
letter bin is read as that bin. The columns `OID_`, `Publication Link` and `IHO S-130 Sea Area` are blank,
because the service does not have them.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pandas as pd

from layers.errors import SourceError
from layers.observed.ports import DEPTH_BINS_M, WPI_FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["FIELDS", "csv_rows"]

# Heading of Publication 150 -> field of the service.
FIELDS = {
    "World Port Index Number": "portNumber", "Region Name": "regionName", "Main Port Name": "portName",
    "Alternate Port Name": "alternateName", "UN/LOCODE": "unloCode", "Country Code": "countryName",
    "World Water Body": "dodWaterBody", "Sailing Direction or Publication": "publicationNumber",
    "Standard Nautical Chart": "chartNumber", "IHO S-57 Electronic Navigational Chart": "s57Enc",
    "IHO S-101 Electronic Navigational Chart": "s101Enc", "Digital Nautical Chart": "dnc",
    "Tidal Range (m)": "tide", "Entrance Width (m)": "entranceWidth", "Channel Depth (m)": "chDepth",
    "Anchorage Depth (m)": "anDepth", "Cargo Pier Depth (m)": "cpDepth", "Oil Terminal Depth (m)": "otDepth",
    "Liquified Natural Gas Terminal Depth (m)": "lngTerminalDepth",
    "Maximum Vessel Length (m)": "maxVesselLength", "Maximum Vessel Beam (m)": "maxVesselBeam",
    "Maximum Vessel Draft (m)": "maxVesselDraft", "Offshore Maximum Vessel Length (m)": "offMaxVesselLength",
    "Offshore Maximum Vessel Beam (m)": "offMaxVesselBeam",
    "Offshore Maximum Vessel Draft (m)": "offMaxVesselDraft", "Harbor Size": "harborSize",
    "Harbor Type": "harborType", "Harbor Use": "harborUse", "Shelter Afforded": "shelter",
    "Entrance Restriction - Tide": "erTide", "Entrance Restriction - Heavy Swell": "erSwell",
    "Entrance Restriction - Ice": "erIce", "Entrance Restriction - Other": "erOther",
    "Overhead Limits": "overheadLimits", "Underkeel Clearance Management System": "ukcMgmtSystem",
    "Good Holding Ground": "goodHoldingGround", "Turning Area": "turningArea",
    "Port Security": "portSecurity", "Estimated Time of Arrival Message": "etaMessage",
    "Quarantine - Pratique": "qtPratique", "Quarantine - Sanitation": "qtSanitation",
    "Quarantine - Other": "qtOther", "Traffic Separation Scheme": "tss", "Vessel Traffic Service": "vts",
    "First Port of Entry": "firstPortOfEntry", "US Representative": "usRep",
    "Pilotage - Compulsory": "ptCompulsory", "Pilotage - Available": "ptAvailable",
    "Pilotage - Local Assistance": "ptLocalAssist", "Pilotage - Advisable": "ptAdvisable",
    "Tugs - Salvage": "tugsSalvage", "Tugs - Assistance": "tugsAssist",
    "Communications - Telephone": "cmTelephone", "Communications - Telefax": "cmTelegraph",
    "Communications - Radio": "cmRadio", "Communications - Radiotelephone": "cmRadioTel",
    "Communications - Airport": "cmAir", "Communications - Rail": "cmRail",
    "Search and Rescue": "searchAndRescue", "NAVAREA": "navArea", "Facilities - Wharves": "loWharves",
    "Facilities - Anchorage": "loAnchor", "Facilities - Dangerous Cargo Anchorage": "loDangCargo",
    "Facilities - Med Mooring": "loMedMoor", "Facilities - Beach Mooring": "loBeachMoor",
    "Facilities - Ice Mooring": "loIceMoor", "Facilities - Ro-Ro": "loRoro",
    "Facilities - Solid Bulk": "loSolidBulk", "Facilities - Liquid Bulk": "loLiquidBulk",
    "Facilities - Container": "loContainer", "Facilities - Breakbulk": "loBreakBulk",
    "Facilities - Oil Terminal": "loOilTerm", "Facilities - LNG Terminal": "loLongTerm",
    "Facilities - Other": "loOther", "Medical Facilities": "medFacilities",
    "Garbage Disposal": "garbageDisposal", "Chemical Holding Tank Disposal": "cht", "Degaussing": "degauss",
    "Dirty Ballast Disposal": "dirtyBallast", "Cranes - Fixed": "crFixed", "Cranes - Mobile": "crMobile",
    "Cranes - Floating": "crFloating", "Cranes Container": "cranesContainer",
    "Lifts - 100+ Tons": "lifts100", "Lifts - 50-100 Tons": "lifts50", "Lifts - 25-49 Tons": "lifts25",
    "Lifts - 0-24 Tons": "lifts0", "Services - Longshoremen": "srLongshore",
    "Services - Electricity": "srElectrical", "Services -Steam": "srSteam",
    "Services - Navigation Equipment": "srNavigEquip", "Services - Electrical Repair": "srElectRepair",
    "Services - Ice Breaking": "srIceBreaking", "Services -Diving": "srDiving",
    "Supplies - Provisions": "suProvisions", "Supplies - Potable Water": "suWater",
    "Supplies - Fuel Oil": "suFuel", "Supplies - Diesel Oil": "suDiesel",
    "Supplies - Aviation Fuel": "suAviationFuel", "Supplies - Deck": "suDeck",
    "Supplies - Engine": "suEngine", "Repairs": "repairCode", "Dry Dock": "drydock", "Railway": "railway",
    "Latitude": "ycoord", "Longitude": "xcoord",
}  # fmt: skip
_BLANK = ("OID_", "Publication Link", "IHO S-130 Sea Area")
_FLAG = {"Y": "Yes", "N": "No", "U": "Unknown"}
_SIZE = {"V": "Very Small", "S": "Small", "M": "Medium", "L": "Large", "N": "None", "U": "Unknown"}
_CODES: Mapping[str, Mapping[str, str]] = {
    "Harbor Size": _SIZE, "Dry Dock": _SIZE, "Railway": _SIZE,
    "Harbor Type": {
        "CB": "Coastal (Breakwater)", "CN": "Coastal (Natural)", "CT": "Coastal (Tide Gates)",
        "LC": "Canal or Lake", "OR": "Open Roadstead", "RB": "River (Basins)", "RN": "River (Natural)",
        "RT": "River (Tide Gates)", "TH": "Typhoon Harbor",
    },
    "Harbor Use": {
        "FISH": "Fishing", "MIL": "Military", "CARGO": "Cargo", "FERRY": "Ferry", "UNK": "Unknown",
    },
    "Shelter Afforded": {
        "E": "Excellent", "G": "Good", "F": "Fair", "P": "Poor", "N": "None", "U": "Unknown",
    },
    "Underkeel Clearance Management System": {"S": "Static", "D": "Dynamic", "N": "None", "U": "Unknown"},
    "Repairs": {
        "A": "Major", "B": "Moderate", "C": "Limited", "D": "Emergency Only", "N": "None", "U": "Unknown",
    },
    **{field.heading: _FLAG for field in WPI_FIELDS if field.kind == "flag"},
}  # fmt: skip
# Depth in whole metres, halves rounded up -> its bin.
_BINS = {str(math.floor(depth + 0.5)): f"{depth:g}" for depth in DEPTH_BINS_M}


def csv_rows(path: Path) -> pd.DataFrame:
    """Return the ports of an answer as text, in the headings and words of Publication 150.

    Raises
    ------
    SourceError
        If the answer has no ports, a field is missing, or a code is unknown.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    ports = content.get("ports") if isinstance(content, dict) else None
    if not isinstance(ports, list) or not ports:
        msg = f"{path.name}: expected `ports`, found {str(content)[:60]!r}: is the address still right?"
        raise SourceError(msg)
    frame = pd.DataFrame(ports, dtype="object")
    lacking = [name for name in FIELDS.values() if name not in frame]
    if lacking:
        msg = f"{path.name}: expected the field {lacking[0]!r}, found {', '.join(frame.columns[:8])}"
        raise SourceError(msg)
    text = {heading: frame[name].map(_text) for heading, name in FIELDS.items()}
    for heading, codes in _CODES.items():
        text[heading] = text[heading].map(lambda code, words=codes, at=heading: _decoded(code, words, at))
    for field in WPI_FIELDS:
        if field.kind == "depth":
            text[field.heading] = text[field.heading].map(lambda metres: _BINS.get(metres, metres))
    name = text["Region Name"].str.title()
    text["Region Name"] = (name + " -- " + frame["regionNumber"].map(_text)).where(name != "", "")
    return pd.DataFrame(text | {heading: pd.Series("", index=frame.index) for heading in _BLANK})


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()  # noqa: PLR0124  NaN is not itself


def _decoded(code: str, words: Mapping[str, str], heading: str) -> str:
    if code in words or not code:
        return words.get(code, "")
    msg = (
        f"World Port Index, field {heading!r}: expected one of {', '.join(words)}, found {code!r}: "
        "a new code, decide what it means"
    )
    raise SourceError(msg)
