"""Cited tables of networks: maritime gates, sea routes, subsea cables, ground stations, energy terminals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import length_km
from layers.errors import SourceError
from pipelines.read_helpers import lines, points, to_number
from pipelines.sources.reference.cited_tables import CITED, date_read, read_table, reference_source

if TYPE_CHECKING:
    from pipelines.source import Inputs

__all__ = [
    "SOURCES", "read_cable_landings", "read_cables", "read_chokepoints", "read_ground_stations",
    "read_sea_routes", "read_terminals",
]  # fmt: skip


def read_chokepoints(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return maritime gates north of 58 N as lines in EPSG:3413 between two approximate end points."""
    raw = read_table(inputs, "chokepoints.csv")
    ends = [
        to_number(raw[f"{end}_{part}_deg"]) for end in ("from", "to") for part in ("longitude", "latitude")
    ]
    pairs = np.stack([np.column_stack(ends[:2]), np.column_stack(ends[2:])], axis=1)
    table = lines(gpd.GeoDataFrame(raw, geometry=list(shapely.linestrings(pairs)), crs=4326))
    widths = read_table(inputs, "gate_widths.csv").set_index("gate_key")["width_km"]
    return table.assign(
        narrows_km=to_number(widths.reindex(table["gate_key"]).reset_index(drop=True).fillna("")),
        feature_id="gate-" + table["gate_key"],
        length_km=length_km(table.geometry.to_numpy()).round(1),
        source_id="own_chokepoints",
        as_of=date_read(table),
    )


def read_ground_stations(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return civil ground stations and space sites, EPSG:3413."""
    raw = read_table(inputs, "ground_stations.csv")
    raw = raw.assign(
        longitude_deg=to_number(raw["longitude_deg"]), latitude_deg=to_number(raw["latitude_deg"])
    )
    table = points(raw, "longitude_deg", "latitude_deg")
    return table.assign(
        feature_id="gs-" + table["station_key"],
        is_polar_orbit_service=table["is_polar_orbit_service"].map({"1": True, "0": False}),
        source_id="own_ground_stations",
        as_of=date_read(table),
    )


def read_terminals(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return oil, gas and LNG terminals that the World Port Index lacks, EPSG:3413."""
    raw = read_table(inputs, "energy_terminals.csv")
    raw = raw.assign(
        longitude_deg=to_number(raw["longitude_deg"]), latitude_deg=to_number(raw["latitude_deg"])
    )
    table = points(raw, "longitude_deg", "latitude_deg")
    return table.assign(
        feature_id="term-" + table["terminal_key"],
        source_id="own_energy_terminals",
        as_of=date_read(table),
    )


def _systems_by_landing(inputs: Inputs) -> pd.DataFrame:
    links = read_table(inputs, "cable_links.csv")
    systems = read_table(inputs, "cable_systems.csv").set_index("system_key")
    ends = pd.concat([links["from_landing"], links["to_landing"]])
    pairs = pd.DataFrame(
        {"landing_key": ends.to_numpy(), "system": np.tile(links["system_key"].to_numpy(), 2)}
    ).drop_duplicates()
    strange = sorted(set(pairs["system"]) - set(systems.index))
    if strange:
        msg = f"cable_links.csv: expected a system of cable_systems.csv, found {strange[0]!r}: add it"
        raise SourceError(msg)
    return pairs.assign(
        name=pairs["system"].map(systems["name"]),
        in_service=pairs["system"].map(systems["status"]).eq("in_service"),
    )


def read_cable_landings(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return landing towns with the cable systems that land there, EPSG:3413."""
    raw = read_table(inputs, "cable_landings.csv")
    pairs = _systems_by_landing(inputs).groupby("landing_key")
    systems = pairs["name"].agg(lambda names: "; ".join(sorted(names)))
    raw = raw.assign(
        longitude_deg=to_number(raw["longitude_deg"]),
        latitude_deg=to_number(raw["latitude_deg"]),
        systems=raw["landing_key"].map(systems),
        systems_in_service=raw["landing_key"].map(pairs["in_service"].sum()),
    )
    table = points(raw, "longitude_deg", "latitude_deg")
    return table.assign(
        feature_id="landing-" + table["landing_key"],
        name=table["town"],
        source_id="own_cable_landings",
        as_of=date_read(table),
    )


def read_cables(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the links of cable systems as schematic lines in EPSG:3413 through the way points of the table.

    An end of a link is a landing town of the table, or a point farther south (`south:lon,lat`).

    Raises
    ------
    SourceError
        If an end of a link is neither.
    """
    links = read_table(inputs, "cable_links.csv")
    systems = read_table(inputs, "cable_systems.csv").set_index("system_key")
    towns = read_table(inputs, "cable_landings.csv").set_index("landing_key")

    def place(end: str) -> tuple[float, float]:
        if end.startswith("south:"):
            lon, lat = end.removeprefix("south:").split(",")
            return float(lon), float(lat)
        if end not in towns.index:
            msg = f"cable_links.csv: expected a landing of cable_landings.csv, found {end!r}: add it"
            raise SourceError(msg)
        return float(towns.loc[end, "longitude_deg"]), float(towns.loc[end, "latitude_deg"])

    def path(row: Any) -> shapely.LineString:
        via = [tuple(map(float, pair.split())) for pair in row.via_lonlat.split(";") if pair]
        return shapely.LineString([place(row.from_landing), *via, place(row.to_landing)])

    links["via_lonlat"] = links["via_lonlat"].fillna("")
    drawn = gpd.GeoDataFrame(links, geometry=[path(row) for row in links.itertuples()], crs=4326)
    table = lines(drawn)
    system = systems.loc[table["system_key"]].reset_index()
    return table.assign(
        feature_id="cable-" + table["link_key"],
        name=system["name"],
        system_id=system["system_key"],
        ready_for_service_year=to_number(system["ready_for_service_year"].fillna("")),
        owner=system["owner"],
        published_length_km=to_number(system["length_km"].fillna("")),
        status=system["status"],
        source_title=system["source_title"],
        source_url=system["source_url"],
        seen_on=system["seen_on"],
        confidence=system["confidence"],
        note=system["note"],
        source_id="own_cables",
        as_of=date_read(system),
    )


def read_sea_routes(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return named Arctic sea routes as lines in EPSG:3413 through the way points of the table."""
    raw = read_table(inputs, "sea_routes.csv")
    raw = raw.assign(
        longitude_deg=to_number(raw["longitude_deg"]), latitude_deg=to_number(raw["latitude_deg"])
    )
    rows, shapes = [], []
    for key, part in raw.groupby("route_key", sort=False):
        shapes.append(shapely.LineString(part[["longitude_deg", "latitude_deg"]].to_numpy()))
        head = part.iloc[0]
        rows.append(
            {
                "feature_id": f"route-{key}",
                "name": head["route_name"],
                "family": head["family"],
                "waypoints": "; ".join(dict.fromkeys(part["waypoint"].dropna())),
                "note": head["note"],
                "source_url": head["source_url"],
                "seen_on": head["seen_on"],
            }
        )
    table = lines(gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=4326))
    return table.assign(
        length_km=length_km(table.geometry.to_numpy()).round(1),
        source_id="own_sea_routes",
        as_of=date_read(table),
    )


SOURCES = (
    reference_source(
        "own_chokepoints", "chokepoints", "chokepoints",
        "Maritime gates", read_chokepoints, CITED,
    ),
    reference_source(
        "own_cables", "cable_systems", "cables",
        "Subsea cables and links", read_cables, f"{CITED}; lines are schematic",
    ),
    reference_source(
        "own_cable_landings", "cable_landings", "cable_landings",
        "Cable landing towns", read_cable_landings,
        f"{CITED}; placed by GeoNames towns",
    ),
    reference_source(
        "own_ground_stations", "ground_stations", "ground_stations",
        "Civil ground stations", read_ground_stations, CITED,
    ),
    reference_source(
        "own_energy_terminals", "energy_terminals", "terminals",
        "Energy terminals", read_terminals, CITED,
    ),
    reference_source(
        "own_sea_routes", "sea_routes", "sea_routes",
        "Named Arctic sea routes", read_sea_routes,
        f"{CITED}; our own way points",
    ),
)  # fmt: skip
