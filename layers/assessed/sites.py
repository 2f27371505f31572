"""Node sites: ports, airfields, landings, mines, railheads, energy sites and stations, each once.

Several sources name one place; they are merged by distance and name and their keys are kept. What
is military only is not a node: it is never scored (method §10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import POLAR, distance_km, lonlat, polar_xy
from layers.merge import match_points, nearest, within_km
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["KINDS", "SCOPES", "SITES", "in_scope", "places_of", "with_lonlat"]

KINDS = (
    "port", "airfield", "cable_landing", "mine", "rail_terminal", "energy_site", "ground_station",
)  # fmt: skip

# GeoNames codes that name a working harbour by themselves; a bare "harbour" may be a bay, so it
# counts only beside a settlement.
_HARBOUR_CODES = ("L.PRT", "H.DCK", "S.FYT", "S.DCKY")
_BESIDE_KM = 5.0
_SAME_PLACE_KM, _SAME_NAME_KM = 2.0, 8.0
_RAILHEAD_REACH_KM = 10.0
_LEAST_LINE_KM = 25.0
PLACE_KM = 25.0  # people read places: nodes this near together (judgement, section 2)
SCOPES = ("arctic", "gateway", "context")
_BASE = r"Air Force Base|Joint Base|Naval|\bAFB\b"


def with_lonlat(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """The table with WGS 84 `longitude_deg` and `latitude_deg` of its points."""
    xy = shapely.get_coordinates(frame.geometry.to_numpy())
    lon, lat = lonlat(xy[:, 0], xy[:, 1])
    return pd.DataFrame(frame).assign(longitude_deg=lon, latitude_deg=lat)


def _merged(tables: Sequence[pd.DataFrame], *, same_place_km: float, same_name_km: float) -> pd.DataFrame:
    """Fold the tables into one: what repeats an earlier row adds its key to that row's `sources`.

    Inside one table only a row of the very name of an earlier one, within 1 km, repeats it. Where two
    lists place one thing apart, the largest distance is `sources_apart_km`; null with one list.
    """
    first = tables[0].reset_index(drop=True)
    first["sources_apart_km"] = first.get("position_apart_km", pd.Series(np.nan, index=first.index))
    kept = _folded(_keyed(first), _twins(first))
    for others in tables[1:]:
        match = match_points(kept, others, same_place_km=same_place_km, same_name_km=same_name_km)
        again = _keyed(others)["sources"][match >= 0].groupby(match[match >= 0]).agg("; ".join)
        kept.loc[again.index, "sources"] += "; " + again
        apart = _apart_km(kept, others, match).groupby(match[match >= 0]).max()
        kept.loc[apart.index, "sources_apart_km"] = kept.loc[apart.index, "sources_apart_km"].combine(
            apart, np.fmax
        )
        new = others[match < 0].reset_index(drop=True)
        new = _folded(_keyed(new), _twins(new))
        kept = pd.concat([kept, new], ignore_index=True)
    return kept


def _keyed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with `sources`, the keys of the rows behind each row: its own, if no list says more."""
    return table if "sources" in table else table.assign(sources=table["feature_id"])


def _apart_km(kept: pd.DataFrame, others: pd.DataFrame, match: np.ndarray) -> pd.Series:
    """Kilometres between each of `others` that was matched and the row it repeats."""
    told = others[match >= 0]
    own = kept.iloc[match[match >= 0]]
    return pd.Series(
        distance_km(
            told["longitude_deg"].to_numpy(), told["latitude_deg"].to_numpy(),
            own["longitude_deg"].to_numpy(), own["latitude_deg"].to_numpy(),
        )
    )  # fmt: skip


def _twins(table: pd.DataFrame, apart_km: float = 1.0) -> np.ndarray:
    """For each row the earlier row of the same name within `apart_km` that it repeats, or itself."""
    owner = np.arange(len(table))
    left, right = within_km(table, table, apart_km)
    names = table["name"].to_numpy(dtype=object)
    alike = (right < left) & (names[left] == names[right])
    np.minimum.at(owner, left[alike], right[alike])
    while (owner[owner] != owner).any():
        owner = owner[owner]
    return owner


def _folded(table: pd.DataFrame, owner: np.ndarray) -> pd.DataFrame:
    """Keep the rows that own themselves; the others leave their keys to their owners."""
    sources = table.groupby(owner)["sources"].agg("; ".join)
    kept = table[owner == np.arange(len(table))]
    return kept.assign(sources=sources.loc[kept.index].to_numpy()).reset_index(drop=True)


def _by_source(table: pd.DataFrame, first: Sequence[str] = ()) -> list[pd.DataFrame]:
    """The rows of each source that was stacked into `table`; those of `first` come first, then by id."""
    names = sorted(table["source_id"].unique(), key=lambda name: (name not in first, name))
    return [table[table["source_id"] == name].reset_index(drop=True) for name in names]


def _corrected(table: pd.DataFrame) -> pd.DataFrame:
    """The table without rows that a later list replaces.

    What replaces a row takes its key, so that the node stays the same node. What is closed or not yet built
    is no node.
    """
    keys = set(table["feature_id"])
    lists = table["replaces"].fillna("").str.split(";").map(lambda names: [n for n in names if n in keys])
    gone = {name for names in lists for name in names}
    own = table["feature_id"]
    first = lists.map(lambda names: names[0] if names else None)
    first = first.where(~first.duplicated(), None)
    sources = own + lists.map(lambda names: "".join(f"; {name}" for name in names))
    table = table.assign(feature_id=first.where(first.notna(), own), sources=sources)
    live = ~table["status"].fillna("").isin(["closed", "construction"])
    return table[live & ~own.isin(gone)].reset_index(drop=True)


def _ports(ports: gpd.GeoDataFrame, harbours: gpd.GeoDataFrame, settlements: pd.DataFrame) -> pd.DataFrame:
    index, *others = (
        part.assign(position_uncertainty_km=1.0)
        for part in _by_source(with_lonlat(ports), ["nga_world_port_index"])
    )
    gazetteer = with_lonlat(harbours).assign(position_uncertainty_km=2.0)
    beside = nearest(gazetteer, settlements)[0][:, 0] <= _BESIDE_KM
    named = gazetteer["feature_code"].isin(_HARBOUR_CODES)
    working = named | (gazetteer["feature_code"].eq("H.HBR") & beside)
    return _merged(
        [index, gazetteer[working], *others], same_place_km=_SAME_PLACE_KM, same_name_km=_SAME_NAME_KM
    )


def _serves(airfields: pd.DataFrame) -> pd.Series:
    """Open airfields of which a list says more than a name: a runway, an IATA code or a service.

    An airstrip nobody describes stays in the layer; as a node it would only be unknown.
    """
    is_open = ~airfields["kind"].fillna("").isin(["closed", "seaplane_base"])
    described = airfields["runway_length_m"].notna() | airfields["iata"].notna()
    return is_open & (described | airfields["has_scheduled_service"].fillna(value=False))


def _rail_terminals(
    railways: gpd.GeoDataFrame, towns: pd.DataFrame, railheads: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Railheads as published, then ends of the network at a town, port or mine; the cut makes no ends.

    A published railhead takes the key of the end that it stands for.
    """
    parts = shapely.get_parts(railways.geometry.to_numpy())
    first, last = shapely.get_point(parts, 0), shapely.get_point(parts, -1)
    ends = np.round(shapely.get_coordinates(np.concatenate([first, last]))).astype(int)
    places, node = np.unique(ends, axis=0, return_inverse=True)
    start, stop = np.split(node.ravel(), 2)
    from scipy import sparse  # noqa: PLC0415  a build with ready sites needs none
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    length = shapely.length(parts) / 1000
    graph = sparse.coo_array((np.ones(len(parts)), (start, stop)), shape=(len(places),) * 2)
    component = connected_components(graph, directed=False)[1]
    line_km = np.bincount(component[start], weights=length)[component]
    ended = (np.bincount(node.ravel()) == 1) & (line_km >= _LEAST_LINE_KM)
    lon, lat = lonlat(places[:, 0], places[:, 1])
    ends_at = pd.DataFrame({"longitude_deg": lon, "latitude_deg": lat, "line_km": line_km})[
        ended & (lat > 58.05)
    ].reset_index(drop=True)
    km, found = nearest(ends_at, towns)
    at_town = km[:, 0] <= _RAILHEAD_REACH_KM
    place = towns.iloc[found[at_town, 0]]
    table = ends_at[at_town].reset_index(drop=True)
    key = (
        (table["longitude_deg"] * 1000).round().astype(int).astype(str)
        + "_"
        + (table["latitude_deg"] * 1000).round().astype(int).astype(str)
    )
    table = table.assign(
        feature_id="osm-rail-" + key,
        name=(place["name"] + " railhead").to_numpy(),
        country_iso3=place["country_iso3"].to_numpy(),
        source_id="osm_railways",
        as_of=railways["as_of"].max(),
        position_uncertainty_km=3.0,
    )
    # Sidings end next to each other: the end nearest its town stands for the place.
    order = np.argsort(km[at_town, 0], kind="stable")
    heads = with_lonlat(railheads).assign(position_uncertainty_km=2.0)
    heads = heads.assign(
        name=heads["name"] + " railhead",
        replaces=heads["replaces"].str.replace("rail_terminal:", "").str.replace(" ", ""),
    )
    every = pd.concat([heads, table.iloc[order].assign(replaces=None)], ignore_index=True)
    return _merged([_thin(_corrected(every.assign(status=None)))], same_place_km=0, same_name_km=0)


def _thin(table: pd.DataFrame, apart_km: float = 10.0) -> pd.DataFrame:
    """The rows, first come first kept, that lie farther than `apart_km` from every kept one."""
    table = table.reset_index(drop=True)
    left, right = within_km(table, table, apart_km)
    taken = np.ones(len(table), dtype=bool)
    for q, f in zip(left, right, strict=True):
        if f < q and taken[f]:
            taken[q] = False
    return table[taken].reset_index(drop=True)


def _sites(
    countries: gpd.GeoDataFrame,
    ports: gpd.GeoDataFrame,
    harbours: gpd.GeoDataFrame,
    airfields: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
    railways: gpd.GeoDataFrame,
    railheads: gpd.GeoDataFrame,
    power_plants: gpd.GeoDataFrame,
    terminals: gpd.GeoDataFrame,
    mines: gpd.GeoDataFrame,
    strategic_projects: gpd.GeoDataFrame,
    cable_landings: gpd.GeoDataFrame,
    ground_stations: gpd.GeoDataFrame,
    arctic_boundary: gpd.GeoDataFrame,
    gateways: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    towns = with_lonlat(settlements)
    port = _ports(ports, harbours, towns)
    airfield = with_lonlat(airfields[_serves(airfields)])
    airfield["position_uncertainty_km"] = airfield["position_apart_km"].clip(lower=0.5).fillna(2.0)
    mine = _corrected(with_lonlat(mines))
    mine["position_uncertainty_km"] = mine["confidence"].map({"high": 2.0, "moderate": 5.0}).fillna(15.0)
    project = with_lonlat(strategic_projects).assign(position_uncertainty_km=15.0)
    plant = _corrected(with_lonlat(power_plants)).assign(position_uncertainty_km=2.0)
    terminal = with_lonlat(terminals).assign(position_uncertainty_km=5.0)
    landing = with_lonlat(cable_landings).assign(position_uncertainty_km=5.0)
    station = with_lonlat(ground_stations).assign(position_uncertainty_km=8.0)
    columns = [
        "feature_id", "name", "country_iso3", "longitude_deg", "latitude_deg",
        "position_uncertainty_km", "sources_apart_km", "source_id", "as_of", "sources",
    ]  # fmt: skip
    near = {"same_place_km": 0.2, "same_name_km": 10.0}
    places = pd.concat([towns, port, mine], ignore_index=True)[
        ["name", "country_iso3", "longitude_deg", "latitude_deg"]
    ]
    by_kind = {
        "port": port,
        "airfield": _merged(_by_source(airfield, ["ourairports"]), same_place_km=1.0, same_name_km=10.0),
        "cable_landing": _merged([landing], **near),
        "mine": _merged(
            [*_by_source(mine, ["own_mine_sites"]), project], same_place_km=1.0, same_name_km=30.0
        ),
        "rail_terminal": _rail_terminals(railways, places, railheads),
        "energy_site": _merged([*_by_source(plant, ["own_arctic_power_plants"]), terminal], **near),
        "ground_station": _merged([station], **near),
    }
    table = pd.concat(
        [frame.reindex(columns=columns).assign(kind=kind) for kind, frame in by_kind.items()],
        ignore_index=True,
    )
    table["node_id"] = table["kind"] + ":" + table["feature_id"]
    # Two lists that disagree say how well the place is known.
    table["position_uncertainty_km"] = table[["position_uncertainty_km", "sources_apart_km"]].max(axis=1)
    table["country_iso3"] = _territory(table, countries)
    table = table.assign(**in_scope(table, arctic_boundary, gateways), **places_of(table, towns))
    geometry = gpd.points_from_xy(*_xy(table), crs=POLAR)
    return gpd.GeoDataFrame(table.drop(columns="feature_id"), geometry=geometry, crs=POLAR)


def in_scope(
    sites: pd.DataFrame, arctic_boundary: gpd.GeoDataFrame, gateways: gpd.GeoDataFrame
) -> dict[str, np.ndarray]:
    """`in_arctic` by the boundary, and `scope`: arctic, gateway (cited, outside it) or context."""
    ground = shapely.union_all(arctic_boundary.geometry.to_numpy())
    shapely.prepare(ground)
    inside = shapely.covers(ground, shapely.points(*_xy(sites)))
    cited = with_lonlat(gateways)
    at, found = within_km(sites, cited, 50.0)
    lon, lat = sites["longitude_deg"].to_numpy(), sites["latitude_deg"].to_numpy()
    km = distance_km(
        lon[at], lat[at], cited["longitude_deg"].to_numpy()[found], cited["latitude_deg"].to_numpy()[found]
    )
    gate = np.zeros(len(sites), dtype=bool)
    gate[at[km <= cited["reach_km"].to_numpy(dtype=float)[found]]] = True
    return {"in_arctic": inside, "scope": np.select([inside, gate], ["arctic", "gateway"], "context")}


def places_of(sites: pd.DataFrame, towns: pd.DataFrame) -> dict[str, np.ndarray]:
    """`place_id` and `place` of every node: that of the first centre within 25 km.

    Centres are taken one by one: the largest town near a node first, then nodes where there is no town. A
    node belongs to the nearest centre within 25 km.
    """
    # A place is not called after a base.
    towns = towns[~towns["name"].str.contains(_BASE, regex=True, na=False)].reset_index(drop=True)
    people = np.nan_to_num(towns["population"].to_numpy(dtype=float), nan=0.0)
    at, found = within_km(sites, towns, PLACE_KM)
    near = pd.DataFrame({"node": at, "town": found, "people": people[found]})
    biggest = near.sort_values(["node", "people", "town"], ascending=[True, False, True]).drop_duplicates(
        "node"
    )
    used = biggest.sort_values(["people", "town"], ascending=[False, True])["town"].unique()
    centres = pd.concat(
        [
            towns.iloc[used][["feature_id", "name", "longitude_deg", "latitude_deg"]],
            sites[["node_id", "name", "longitude_deg", "latitude_deg"]].rename(
                columns={"node_id": "feature_id"}
            ),
        ],
        ignore_index=True,
    )
    centres = _thin(centres, PLACE_KM)
    place = nearest(sites, centres)[1][:, 0]
    named = centres.iloc[place]
    return {
        "place_id": ("place:" + named["feature_id"]).to_numpy(dtype=object),
        "place": named["name"].to_numpy(dtype=object),
    }


def _xy(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return polar_xy(table["longitude_deg"].to_numpy(), table["latitude_deg"].to_numpy())


def _territory(table: pd.DataFrame, countries: gpd.GeoDataFrame) -> pd.Series:
    """Country of the source; the territory where it stands on or by one that sources leave out.

    Sources write Norway for Svalbard and Finland for Åland; a blank takes the nearest polygon.
    """
    points = shapely.points(*_xy(table))
    shapes = countries.geometry.to_numpy()
    codes = countries["country_iso3"].to_numpy(dtype=object)
    answer = table["country_iso3"].to_numpy(dtype=object, na_value=None, copy=True)
    for territory, parent in (("SJM", "NOR"), ("ALA", "FIN")):
        ground = shapely.union_all(shapes[codes == territory])
        shapely.prepare(ground)
        answer[(answer == parent) & shapely.dwithin(ground, points, _BESIDE_KM * 1000)] = territory
    blank = np.flatnonzero(pd.isna(answer))
    answer[blank] = codes[shapely.STRtree(shapes).nearest(points[blank])]
    return pd.Series(answer, index=table.index)


SITES = Layer(
    id="node_sites",
    title="Node sites before judgement",
    pillar="military",
    geometry="point",
    spine=(),
    key=("node_id",),
    columns=(
        Column("node_id", "str", "`<kind>:<source key>`, stable across runs", required=True),
        Column("name", "str", "name", required=True),
        Column("kind", "str", "kind of node", required=True, choices=KINDS),
        Column("country_iso3", "str", "ISO 3166-1 alpha-3 of country or territory", required=True),
        Column("longitude_deg", "float", "WGS 84", "degree", required=True, low=-180, high=180),
        Column("latitude_deg", "float", "WGS 84", "degree", required=True, low=50, high=90),
        Column("position_uncertainty_km", "float", "radius within which it lies", "km", required=True),
        Column(
            "sources_apart_km",
            "float",
            "largest distance between the lists that place it; null with one",
            "km",
            low=0,
        ),
        Column("source_id", "str", "source of the place", required=True),
        Column("as_of", "str", "ISO 8601", required=True),
        Column("sources", "str", "keys of all rows that were merged", required=True),
        Column("in_arctic", "bool", "inside the boundary of the Arctic", required=True),
        Column("scope", "str", "arctic, a gateway to it, or context", required=True, choices=SCOPES),
        Column("place_id", "str", "the place it belongs to: nodes within 25 km of one centre", required=True),
        Column("place", "str", "name of that place", required=True),
    ),
    derive=_sites,
    is_published=False,
)
