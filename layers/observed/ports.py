"""Ports of the World Port Index with all of its fields, and small harbours."""

from __future__ import annotations

from typing import Literal, NamedTuple

from layers.schema import Column, Layer

__all__ = ["DEPTH_BINS_M", "HARBOURS", "PORTS", "WPI_FIELDS", "WpiField"]


class WpiField(NamedTuple):
    """One field of Publication 150: its heading, our column, the kind of its value, and its unit."""

    heading: str
    column: str
    kind: Literal["key", "text", "locode", "flag", "measure", "depth", "class", "place"]
    unit: str = ""


# The letter bins of older editions, metres (35 ft = 10.7 m). A depth that equals a lower bound is the bin, not
# a sounding. Bin A has no upper bound.
DEPTH_BINS_M: dict[float, float | None] = {
    23.2: None, 21.6: 22.9, 20.1: 21.3, 18.6: 19.8, 17.1: 18.2, 15.5: 16.8, 14.0: 15.2, 12.5: 13.7,
    11.0: 12.2, 9.4: 10.7, 7.9: 9.1, 6.4: 7.6, 4.9: 6.1, 3.4: 4.6, 1.8: 3.0,
}  # fmt: skip


def _flags(prefix: str, *names: str) -> tuple[WpiField, ...]:
    return tuple(WpiField(f"{prefix}{name}", "has_" + _snake(f"{prefix}{name}"), "flag") for name in names)


def _snake(heading: str) -> str:
    letters = "".join(c.lower() if c.isalnum() else " " for c in heading.replace("+", " plus"))
    return "_".join(letters.split())


WPI_FIELDS: tuple[WpiField, ...] = (
    WpiField("OID_", "object_id", "key"),
    WpiField("World Port Index Number", "wpi_number", "key"),
    WpiField("Region Name", "region_name", "text"),
    WpiField("Main Port Name", "name", "text"),
    WpiField("Alternate Port Name", "alternate_name", "text"),
    WpiField("UN/LOCODE", "un_locode", "locode"),
    WpiField("Country Code", "country_name", "text"),
    WpiField("World Water Body", "water_body", "text"),
    WpiField("IHO S-130 Sea Area", "iho_s130_sea_area", "text"),
    WpiField("Sailing Direction or Publication", "sailing_directions", "text"),
    WpiField("Publication Link", "publication_link", "text"),
    WpiField("Standard Nautical Chart", "nautical_chart", "text"),
    WpiField("IHO S-57 Electronic Navigational Chart", "iho_s57_chart", "text"),
    WpiField("IHO S-101 Electronic Navigational Chart", "iho_s101_chart", "text"),
    WpiField("Digital Nautical Chart", "digital_nautical_chart", "text"),
    WpiField("Tidal Range (m)", "tidal_range_m", "measure", "m"),
    WpiField("Entrance Width (m)", "entrance_width_m", "measure", "m"),
    WpiField("Channel Depth (m)", "channel_depth", "depth", "m"),
    WpiField("Anchorage Depth (m)", "anchorage_depth", "depth", "m"),
    WpiField("Cargo Pier Depth (m)", "cargo_pier_depth", "depth", "m"),
    WpiField("Oil Terminal Depth (m)", "oil_terminal_depth", "depth", "m"),
    WpiField("Liquified Natural Gas Terminal Depth (m)", "lng_terminal_depth", "depth", "m"),
    WpiField("Maximum Vessel Length (m)", "max_vessel_length_m", "measure", "m"),
    WpiField("Maximum Vessel Beam (m)", "max_vessel_beam_m", "measure", "m"),
    WpiField("Maximum Vessel Draft (m)", "max_vessel_draft_m", "measure", "m"),
    WpiField("Offshore Maximum Vessel Length (m)", "offshore_max_vessel_length_m", "measure", "m"),
    WpiField("Offshore Maximum Vessel Beam (m)", "offshore_max_vessel_beam_m", "measure", "m"),
    WpiField("Offshore Maximum Vessel Draft (m)", "offshore_max_vessel_draft_m", "measure", "m"),
    WpiField("Harbor Size", "harbor_size", "class"),
    WpiField("Harbor Type", "harbor_type", "class"),
    WpiField("Harbor Use", "harbor_use", "class"),
    WpiField("Shelter Afforded", "shelter_afforded", "class"),
    *_flags("Entrance Restriction - ", "Tide", "Heavy Swell", "Ice", "Other"),
    *_flags("", "Overhead Limits"),
    WpiField("Underkeel Clearance Management System", "underkeel_clearance_management_system", "class"),
    *_flags("", "Good Holding Ground", "Turning Area", "Port Security", "Estimated Time of Arrival Message"),
    *_flags("Quarantine - ", "Pratique", "Sanitation", "Other"),
    *_flags("", "Traffic Separation Scheme", "Vessel Traffic Service", "First Port of Entry"),
    *_flags("", "US Representative"),
    *_flags("Pilotage - ", "Compulsory", "Available", "Local Assistance", "Advisable"),
    *_flags("Tugs - ", "Salvage", "Assistance"),
    *_flags("Communications - ", "Telephone", "Telefax", "Radio", "Radiotelephone", "Airport", "Rail"),
    *_flags("", "Search and Rescue"),
    WpiField("NAVAREA", "navarea", "class"),
    *_flags("Facilities - ", "Wharves", "Anchorage", "Dangerous Cargo Anchorage", "Med Mooring"),
    *_flags("Facilities - ", "Beach Mooring", "Ice Mooring", "Ro-Ro", "Solid Bulk", "Liquid Bulk"),
    *_flags("Facilities - ", "Container", "Breakbulk", "Oil Terminal", "LNG Terminal", "Other"),
    *_flags("", "Medical Facilities", "Garbage Disposal", "Chemical Holding Tank Disposal"),
    *_flags("", "Degaussing", "Dirty Ballast Disposal"),
    *_flags("Cranes - ", "Fixed", "Mobile", "Floating"),
    *_flags("", "Cranes Container"),
    *_flags("Lifts - ", "100+ Tons", "50-100 Tons", "25-49 Tons", "0-24 Tons"),
    *_flags("Services - ", "Longshoremen", "Electricity"),
    *_flags("Services -", "Steam"),
    *_flags("Services - ", "Navigation Equipment", "Electrical Repair", "Ice Breaking"),
    *_flags("Services -", "Diving"),
    *_flags("Supplies - ", "Provisions", "Potable Water", "Fuel Oil", "Diesel Oil"),
    *_flags("Supplies - ", "Aviation Fuel", "Deck", "Engine"),
    WpiField("Repairs", "repairs", "class"),
    WpiField("Dry Dock", "dry_dock", "class"),
    WpiField("Railway", "railway", "class"),
    WpiField("Latitude", "latitude_deg", "place", "degree"),
    WpiField("Longitude", "longitude_deg", "place", "degree"),
)


def _columns(field: WpiField) -> tuple[Column, ...]:
    heading = f"World Port Index field '{field.heading}'"
    if field.kind == "locode":
        return (Column(field.column, "str", f"{heading}, five characters without a space"),)
    if field.kind in {"text", "key", "class"}:
        return (Column(field.column, "str", heading),)
    if field.kind == "flag":
        return (Column(field.column, "bool", f"{heading}; null where not reported"),)
    if field.kind == "measure":
        return (Column(field.column, "float", f"{heading}; 0 is read as not reported", "m", low=0),)
    if field.kind == "depth":
        return (
            Column(f"{field.column}_low_m", "float", f"{heading}, lower bound of its bin", "m", low=0),
            Column(
                f"{field.column}_high_m", "float", f"{heading}, upper bound; null above 23.2 m", "m", low=0
            ),
        )
    return ()


PORTS = Layer(
    id="ports",
    title="Ports (World Port Index)",
    pillar="economic",
    geometry="point",
    columns=(
        Column("country_iso3", "str", "ISO 3166-1 alpha-3 of the port", required=True),
        *(column for f in WPI_FIELDS if f.column != "name" for column in _columns(f)),
    ),
    note="Depths are bins; 0, blank and Unknown mean not reported.",
    # The provider numbers its rows anew in each issue.
    ignored_in_changes=("as_of", "longitude_deg", "latitude_deg", "object_id"),
)

HARBOURS = Layer(
    id="harbours",
    title="Small harbours and landings (GeoNames)",
    pillar="economic",
    geometry="point",
    columns=(
        Column("country_iso3", "str", "ISO 3166-1 alpha-3"),
        Column("kind", "str", "GeoNames feature code in words", required=True),
        Column("feature_code", "str", "GeoNames feature class and code", required=True),
    ),
    note="A gazetteer: some entries are historical; no attributes beyond name and place.",
)
