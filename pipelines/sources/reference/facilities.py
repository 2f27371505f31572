"""Cited facilities that other lists lack or have wrong: ports and power plants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.read_helpers import points, to_number
from pipelines.sources.reference.cited_tables import (
    CITED,
    FLAGS,
    check_choices,
    read_cited,
    reference_source,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from pipelines.source import Inputs

__all__ = ["SOURCES", "read_arctic_ports", "read_arctic_power_plants"]

_COMPILED = "2026-11-29"
_STATUS = ("operating", "standby", "closed", "construction", "project")


def _placed(raw: pd.DataFrame, *numbers: str) -> gpd.GeoDataFrame:
    """Return the rows with a position as points in EPSG:3413; the columns `numbers` become numbers."""
    cast = {name: to_number(raw[name].fillna("")) for name in ("longitude_deg", "latitude_deg", *numbers)}
    table = raw.assign(**cast)
    return points(table[table["longitude_deg"].notna()], "longitude_deg", "latitude_deg")


def read_arctic_ports(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return ports that the World Port Index lacks, with their published facts; depths in m, EPSG:3413.

    Ports that only a navy uses are left out, because they are no nodes. Rows of ports in the index are left
    out too, because overrides.csv corrects those.
    """
    raw = read_cited(inputs, "arctic_ports.csv", "port_key")
    indexed = raw["match_node"].fillna("").str.startswith("port:wpi-")
    depths = ("channel_depth_m", "pier_depth_m")
    table = _placed(raw[~indexed & (raw["is_military_only"] != "1")], *depths, "max_vessel_length_m")
    depth_of = {"channel_depth": "channel_depth_m", "cargo_pier_depth": "pier_depth_m"}
    bins = {f"{ours}_{end}_m": table[name] for ours, name in depth_of.items() for end in ("low", "high")}
    return table.assign(
        **bins,
        feature_id="port-" + table["port_key"],
        has_facilities_ro_ro=table["has_ro_ro"].map(FLAGS).astype("boolean"),
        source_id="own_arctic_ports",
    )


def read_arctic_power_plants(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return power plants that the Global Power Plant Database lacks or has wrong, MW, EPSG:3413.

    The column `replaces` names the rows of the database that a row stands for.
    """
    file = "arctic_power_plants.csv"
    raw = read_cited(inputs, file, "plant_key")
    check_choices(raw, file, "status", _STATUS)
    table = _placed(raw, "capacity_mw")
    replaces = table["replaces"].str.replace(" ", "")
    return table.assign(
        feature_id="plant-" + table["plant_key"],
        fuel=table["fuel"].fillna("unknown"),
        owner=table["operator"],
        replaces=replaces,
        source_id="own_arctic_power_plants",
    )


SOURCES = (
    reference_source(
        "own_arctic_ports", "arctic_ports", "ports",
        "Arctic ports outside the World Port Index", read_arctic_ports, CITED,
        _COMPILED,
    ),
    reference_source(
        "own_arctic_power_plants", "arctic_power_plants", "power_plants",
        "Arctic power plants", read_arctic_power_plants,
        f"{CITED}; computed from EIA-860/923 and GEM trackers (CC BY 4.0) where the row says so",
        _COMPILED,
    ),
)  # fmt: skip
