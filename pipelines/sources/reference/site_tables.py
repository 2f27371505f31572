"""Our cited tables of ports, power plants, smelters and mines that other lists lack or have wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pipelines.read_helpers import points, to_number
from pipelines.sources.reference.climate_tables import YES, cited, listed
from pipelines.sources.reference.tables import own

if TYPE_CHECKING:
    import geopandas as gpd

    from pipelines.source import Inputs

_STATUS = ("operating", "standby", "closed", "construction", "project")


def _placed(raw: pd.DataFrame, *numbers: str) -> gpd.GeoDataFrame:
    """The rows that have a place; the others are facts without one and stay in the table of ours."""
    cast = {name: to_number(raw[name].fillna("")) for name in ("longitude_deg", "latitude_deg", *numbers)}
    table = raw.assign(**cast)
    return points(table[table["longitude_deg"].notna()], "longitude_deg", "latitude_deg")


def read_arctic_ports(inputs: Inputs) -> gpd.GeoDataFrame:
    """Ports that the World Port Index lacks, with what is published of them.

    What only a navy uses is no node, and a port of the index is corrected in overrides.csv: both are
    left out here.
    """
    raw = cited(inputs, "arctic_ports.csv", "port_key")
    indexed = raw["match_node"].fillna("").str.startswith("port:wpi-")
    depths = ("channel_depth_m", "pier_depth_m")
    table = _placed(raw[~indexed & (raw["is_military_only"] != "1")], *depths, "max_vessel_length_m")
    known = {"channel_depth": "channel_depth_m", "cargo_pier_depth": "pier_depth_m"}
    bins = {f"{ours}_{end}_m": table[name] for ours, name in known.items() for end in ("low", "high")}
    return table.assign(
        **bins,
        feature_id="port-" + table["port_key"],
        has_facilities_ro_ro=table["has_ro_ro"].map(YES).astype("boolean"),
        source_id="own_arctic_ports",
    )


def read_arctic_power_plants(inputs: Inputs) -> gpd.GeoDataFrame:
    """Power plants that the database lacks or has wrong; `replaces` names its rows."""
    file = "arctic_power_plants.csv"
    raw = cited(inputs, file, "plant_key")
    listed(raw, file, "status", _STATUS)
    table = _placed(raw, "capacity_mw")
    replaces = table["replaces"].str.replace(" ", "")
    return table.assign(
        feature_id="plant-" + table["plant_key"],
        fuel=table["fuel"].fillna("unknown"),
        owner=table["operator"],
        replaces=replaces,
        source_id="own_arctic_power_plants",
    )


def read_mine_sites(inputs: Inputs) -> gpd.GeoDataFrame:
    """Mines, smelters and plants that the mining dataset lacks or has wrong; `replaces` names its rows."""
    file = "smelters_and_plants.csv"
    raw = cited(inputs, file, "facility_key")
    listed(raw, file, "kind", ("mine", "smelter", "refinery", "plant", "deposit"))
    listed(raw, file, "status", _STATUS)
    table = _placed(raw)
    return table.assign(
        feature_id="site-" + table["facility_key"],
        replaces=table["replaces"].str.replace(" ", ""),
        source_id="own_mine_sites",
    )


_CITED = "own table, a citation in every row"
SOURCES = (
    own("own_arctic_ports", "ports", "Arctic ports outside the World Port Index", read_arctic_ports, _CITED,
        "2026-11-29", file="arctic_ports"),
    own("own_arctic_power_plants", "power_plants", "Arctic power plants", read_arctic_power_plants,
        f"{_CITED}; computed from EIA-860/923 and GEM trackers (CC BY 4.0) where the row says so",
        "2026-11-29", file="arctic_power_plants"),
    own("own_mine_sites", "mines", "Mines, smelters and plants, corrected", read_mine_sites, _CITED,
        "2026-11-29", file="smelters_and_plants"),
)  # fmt: skip
