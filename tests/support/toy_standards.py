"""A small world for the draft standards: nodes with the facts that a test names, and their results."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import Point

from layers.assessed.standard_results import STANDARD_RESULTS
from layers.assessed.standards import STANDARDS
from layers.crs import POLAR, polar_xy
from layers.observed.airfields import AIRFIELDS
from layers.observed.cables import CABLE_LANDINGS, CABLES
from layers.observed.energy import POWER_PLANTS, TERMINALS
from layers.observed.ports import PORTS
from layers.observed.scope import RAILHEADS
from layers.schema import Layer, conform

DAY = date(2026, 11, 23)


IDS = [standard.id for standard in STANDARDS]


def frame(layer: Layer, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """A table of a layer of facts; a column that a row does not have is null."""
    names = [column.name for column in layer.all_columns]
    table = pd.DataFrame(rows).reindex(columns=names)
    for column in layer.all_columns:
        table[column.name] = table[column.name].astype(
            {"str": "str", "float": "float64", "int": "Int64", "bool": "boolean"}[column.dtype]
        )
    xy = [polar_xy(row.get("lon", 20.0), row.get("lat", 66.0)) for row in rows]
    points = [Point(float(np.ravel(x)[0]), float(np.ravel(y)[0])) for x, y in xy]
    return gpd.GeoDataFrame(table, geometry=points, crs=POLAR)


# Indicator of a hazard -> its group.
HAZARD_GROUPS = {
    "ice_season_lost": "h_seaice", "ice_season_unreliable": "h_seaice", "permafrost_thaw": "h_permafrost",
    "ground_ice": "h_permafrost", "coastal_erosion": "h_coast", "relative_sea_level": "h_level",
}  # fmt: skip


LACKING = {"ground_ice": "nsidc_ggd318_permafrost", "coastal_erosion": "arctic_coastal_dynamics"}


def node(name: str, kind: str = "port", **stated: Any) -> dict[str, Any]:
    """A node with the facts of a test; `stated` replaces the defaults.

    `facts` is the row of the node in the list that it comes from. `climate` holds its climate facts by name,
    as a value or as (value, low, high); `labels` and `tiers` hold the labels and tiers of these facts.
    `hazards` holds the states of its hazards, `depth` the interval of its charted approach in m.
    """
    return {"name": name, "kind": kind, "lon": 20.0, "lat": 66.0, "facts": {}, "measures": {}, "climate": {},
            "labels": {}, "tiers": {}, "hazards": {}, "class": "D2", "country": "SWE", "as_of": "2025-05-27",
            "coverage": 0.7, "age": 2.0, "depth": None, "key": name} | stated  # fmt: skip


def climate_of(nodes: list[dict[str, Any]], ids: list[str]) -> pd.DataFrame:
    rows = []
    for i, n in zip(ids, nodes, strict=True):
        for fact, stated in n["climate"].items():
            value, low, high = stated if isinstance(stated, tuple) else (stated, np.nan, np.nan)
            rows.append(
                {"node_id": i, "fact": fact, "value": value, "low": low, "high": high,
                 "label": n["labels"].get(fact), "tier": n["tiers"].get(fact, "typed"),
                 "source_id": n.get("told", {}).get(fact, f"own_{fact}"), "as_of": "2021-08-09"}
            )  # fmt: skip
    columns = ["node_id", "fact", "value", "low", "high", "label", "tier", "source_id", "as_of"]
    return pd.DataFrame(rows, columns=columns)


def evidence_of(nodes: list[dict[str, Any]], ids: list[str]) -> pd.DataFrame:
    rows = []
    for i, n in zip(ids, nodes, strict=True):
        hazards = {"permafrost_thaw": "known", "ground_ice": "unknown", "coastal_erosion": "unknown"}
        for name, state in (hazards | n["hazards"]).items():
            rows.append((i, "hazard", HAZARD_GROUPS[name], name, np.nan, np.nan, np.nan, state,
                         LACKING.get(name, "own_hazard"), "2010-12-31"))  # fmt: skip
        low, high = n["depth"] or (np.nan, np.nan)
        rows.append((i, "facility", "m_facility", "approach_depth", low, low, high,
                     "known" if n["depth"] else "unknown", "nga_world_port_index", n["as_of"]))  # fmt: skip
        rows += [(i, "facility", "m_facility", "listed_material", np.nan, np.nan, np.nan,
                  n.get("material", "unknown"), "icmm_global_mining", "2025-09-01")]  # fmt: skip
    columns = ["node_id", "dimension", "group", "indicator", "value", "value_low", "value_high", "state",
               "source_id", "as_of"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def hold(
    nodes: list[dict[str, Any]], *, plants: list[dict[str, Any]] = (), cables: list[tuple[str, ...]] = ()
) -> pd.DataFrame:
    """The results of the standards for `nodes`, with the index (name, standard)."""
    points = [Point(*(float(np.ravel(c)[0]) for c in polar_xy(n["lon"], n["lat"]))) for n in nodes]
    ids = [f"{n['kind']}:{n['key']}" for n in nodes]
    sites = gpd.GeoDataFrame(
        {
            "node_id": ids, "name": [n["name"] for n in nodes], "kind": [n["kind"] for n in nodes],
            "country_iso3": [n["country"] for n in nodes],
            "longitude_deg": [n["lon"] for n in nodes], "latitude_deg": [n["lat"] for n in nodes],
            "source_id": "list_of_sites", "as_of": [n["as_of"] for n in nodes],
            "sources": [n["key"] for n in nodes],
        },
        geometry=points, crs=POLAR,
    )  # fmt: skip
    judged = gpd.GeoDataFrame(
        {
            "node_id": ids, "dual_use_class": [n["class"] for n in nodes],
            "military_coverage": [n["coverage"] for n in nodes], "fact_age_years": [n["age"] for n in nodes],
        },
        geometry=points, crs=POLAR,
    )  # fmt: skip
    usual = {"rail_km": 20.0, "road_km": 20.0, "airfield_km": 80.0, "is_coastal": True, "warming_ratio": 2.0,
             "rail_source_id": "osm_railways", "rail_as_of": "2024-04-01", "road_source_id": "osm_roads",
             "road_as_of": "2024-04-02"}  # fmt: skip
    measures = pd.DataFrame([{"node_id": i} | usual | n["measures"] for i, n in zip(ids, nodes, strict=True)])

    def listed(kind: str, layer: Layer, also: list[dict[str, Any]] = ()) -> gpd.GeoDataFrame:
        own = [{"source_id": f"list_of_{kind}", "as_of": "2025-01-01", "lon": n["lon"], "lat": n["lat"],
                "country_iso3": n["country"]} | n["facts"] | {"feature_id": n["key"]}
               for n in nodes if n["kind"] == kind]  # fmt: skip
        return frame(layer, [*own, *also] or [{"feature_id": f"no-{kind}", "country_iso3": "X"}])

    energy = [n for n in nodes if n["kind"] == "energy_site"]
    works = [{"feature_id": n["key"], "fuel": "Oil", "lon": n["lon"], "lat": n["lat"]} | n["facts"]
             for n in energy if not n["key"].startswith("term-")]  # fmt: skip
    jetties = [
        {"feature_id": n["key"], "fuel": "LNG"} | n["facts"] for n in energy if n["key"].startswith("term-")
    ]
    table = conform(
        STANDARD_RESULTS.derive(
            node_sites=sites, nodes=judged, measures=measures, climate_facts=climate_of(nodes, ids),
            evidence=evidence_of(nodes, ids), ports=listed("port", PORTS),
            airfields=listed("airfield", AIRFIELDS), railheads=listed("rail_terminal", RAILHEADS),
            cable_landings=listed("cable_landing", CABLE_LANDINGS), cables=links(cables),
            power_plants=frame(POWER_PLANTS, [*works, *plants] or [{"feature_id": "p", "fuel": "Oil"}]),
            terminals=frame(TERMINALS, jetties or [{"feature_id": "t", "fuel": "LNG"}]),
            # Places were built for the climate of 0.6 degC above 1850-1900.
            global_warming=pd.DataFrame({"year": range(1981, 2011), "warming_degc": 0.6}),
            overrides_on_file=pd.DataFrame(columns=["node_id", "column"]), day=DAY,
        ),
        STANDARD_RESULTS,
    )  # fmt: skip
    names = {f"{n['kind']}:{n['key']}": n["name"] for n in nodes}
    return table.assign(name=table["node_id"].map(names)).set_index(["name", "standard_id"])


def links(rows: list[tuple[str, ...]]) -> gpd.GeoDataFrame:
    """Cable links from (system, one end, other end[, status])."""
    return frame(
        CABLES,
        [
            {"system_id": row[0], "from_landing": row[1], "to_landing": row[2],
             "status": row[3] if len(row) > 3 else "in_service", "feature_id": str(number)}
            for number, row in enumerate(rows)
        ] or [{"system_id": "none", "from_landing": "x", "to_landing": "y", "status": "retired"}],
    )  # fmt: skip


def results(table: pd.DataFrame, standard: str) -> dict[str, str]:
    return table.xs(standard, level="standard_id")["result"].to_dict()


def landing(name: str, country: str = "NOR", **stated: Any) -> dict[str, Any]:
    return node(name, "cable_landing", key=f"landing-{name}", country=country, **stated)
