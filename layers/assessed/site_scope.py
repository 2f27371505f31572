"""The scope of a site (Arctic, gateway or context), the place that it is part of, and its territory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from layers.assessed.merged_sources import thinned
from layers.assessed.positions import with_lonlat, xy_of
from layers.crs import distance_km
from layers.merge import nearest, within_km

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["PLACE_KM", "SCOPES", "in_scope", "places_of", "territory"]

SCOPES = ("arctic", "gateway", "context")
PLACE_KM = 25.0  # nodes within this distance of a centre are one place (method §1.1)
_GATEWAY_KM = 50.0  # no gateway reaches farther
# A site within the first distance belongs to a territory, because outlines are simplified and lack islets;
# within the second one if the rest of its state is farther off (Signilskär: Åland 10 km, Finland 110 km).
_TERRITORY_KM, _ISLET_KM = 5.0, 15.0
_BORDER_KM = 5.0  # within this distance the nearest outline alone does not tell the country
_BASE = r"Air Force Base|Joint Base|Naval|\bAFB\b"
# For these territories sources write the code of the state: Norway for Svalbard, Finland for Åland.
_TERRITORIES = (("SJM", "NOR"), ("ALA", "FIN"))


def in_scope(
    sites: pd.DataFrame, arctic_boundary: gpd.GeoDataFrame, gateways: gpd.GeoDataFrame
) -> dict[str, NDArray[np.bool_] | NDArray[np.str_]]:
    """Return `in_arctic`, inside the boundary, and `scope`: arctic, gateway or context.

    A gateway site lies outside the boundary, within `reach_km` of a cited gateway.
    """
    ground = shapely.union_all(arctic_boundary.geometry.to_numpy())
    shapely.prepare(ground)
    inside = shapely.covers(ground, shapely.points(*xy_of(sites)))
    cited = with_lonlat(gateways)
    site, gate = within_km(sites, cited, _GATEWAY_KM)
    lon, lat = sites["longitude_deg"].to_numpy(), sites["latitude_deg"].to_numpy()
    km = distance_km(
        lon[site], lat[site],
        cited["longitude_deg"].to_numpy()[gate], cited["latitude_deg"].to_numpy()[gate],
    )  # fmt: skip
    is_gateway = np.zeros(len(sites), dtype=bool)
    is_gateway[site[km <= cited["reach_km"].to_numpy(dtype=float)[gate]]] = True
    return {"in_arctic": inside, "scope": np.select([inside, is_gateway], ["arctic", "gateway"], "context")}


def places_of(sites: pd.DataFrame, towns: pd.DataFrame) -> dict[str, NDArray[np.object_]]:
    """Return `place_id` and `place` of every node: key and name of the nearest centre within 25 km.

    Candidates for a centre are the largest town within 25 km of each node, in order of population, and then
    the nodes. A candidate becomes a centre if it lies farther than 25 km from every earlier centre.
    """
    # A place is not named after a military base.
    towns = towns[~towns["name"].str.contains(_BASE, regex=True, na=False)].reset_index(drop=True)
    people = np.nan_to_num(towns["population"].to_numpy(dtype=float), nan=0.0)
    site, town = within_km(sites, towns, PLACE_KM)
    near = pd.DataFrame({"node": site, "town": town, "people": people[town]})
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
    centres = thinned(centres, PLACE_KM)
    named = centres.iloc[nearest(sites, centres)[1][:, 0]]
    return {
        "place_id": ("place:" + named["feature_id"]).to_numpy(dtype=object),
        "place": named["name"].to_numpy(dtype=object),
    }


def territory(table: pd.DataFrame, countries: gpd.GeoDataFrame, towns: pd.DataFrame) -> pd.Series:
    """Return the ISO 3166-1 alpha-3 code of each site: the code of its source or of its territory.

    A site of Norway or Finland takes the code of Svalbard or Åland within 5 km of it, and within 15 km if the
    rest of the state is farther off. A null becomes the code of the nearest country; if a second country is
    within 5 km, that of the nearest of `towns` in one of the two.
    """
    # Metres in the plane of EPSG:3413: the error of scale, up to 8 %, does not matter at 5 km.
    points = shapely.points(*xy_of(table))
    shapes = countries.geometry.to_numpy()
    codes = countries["country_iso3"].to_numpy(dtype=object)
    answer = table["country_iso3"].to_numpy(dtype=object, na_value=None, copy=True)
    for code, parent in _TERRITORIES:
        of_parent = np.flatnonzero(answer == parent)
        metres, other = (
            shapely.distance(shapely.union_all(shapes[codes == name]), points[of_parent])
            for name in (code, parent)
        )
        # The distance to a country without an outline is NaN, and a comparison with NaN is false.
        islet = (metres <= _ISLET_KM * 1000) & ~(other <= metres)
        answer[of_parent[(metres <= _TERRITORY_KM * 1000) | islet]] = code
    for row in np.flatnonzero(pd.isna(answer)):
        answer[row] = _country_at(points[row], table.iloc[[row]], countries, towns)
    return pd.Series(answer, index=table.index)


def _country_at(
    point: shapely.Point, site: pd.DataFrame, countries: gpd.GeoDataFrame, towns: pd.DataFrame
) -> str:
    """Return the country of a site for which its source states none."""
    metres = pd.Series(shapely.distance(countries.geometry.to_numpy(), point))
    metres = metres.groupby(countries["country_iso3"].to_numpy()).min().sort_values()
    near = metres.index[metres <= _BORDER_KM * 1000]
    some = towns[towns["country_iso3"].isin(near)] if "country_iso3" in towns else towns.iloc[:0]
    if len(near) < 2 or some.empty:
        return str(metres.index[0])
    return str(some["country_iso3"].iloc[nearest(site, some)[1][0, 0]])
