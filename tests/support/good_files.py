"""A good file of each kind that is fetched, in the form that its provider documents.

The tests make bad files from them.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
import xarray as xr
from provider_mirror import geotiff

from layers.crs import lonlat
from layers.grid import NSIDC_25KM
from pipelines.intake.tables import embedded_table
from pipelines.snapshot import grid
from pipelines.sources import source

if TYPE_CHECKING:
    from collections.abc import Callable

DAILY, PLANTS, SEAS, SITES, ZONES = (
    "nsidc_sea_ice_index", "wri_global_power_plants", "natural_earth_marine", "telegeography_landings",
    "marine_regions_eez",
)  # fmt: skip
LINES, TRACKER = "sodir_pipelines", "gem_europe_gas"
CDR, NASA_TEAM, GEOTIFF, POLYGONS, CHART = (
    "sea_ice_grid.noaa_cdr_g02202", "sea_ice_grid.nsidc_0051", "sea_ice_grid.g02135_day",
    "sea_ice_grid.polygons", "dmi_ice_charts.capefarewell",
)  # fmt: skip


def cdr_file(codes: np.ndarray, **attrs: Any) -> xr.Dataset:
    """The dataset of a G02202 V4 file with these raw codes; `attrs` change its attributes."""
    meta = {
        "scale_factor": 0.01,
        "flag_meanings": "pole_hole lakes coastal land_mask missing_data",
    }
    return xr.Dataset(
        {"cdr_seaice_conc": (("tdim", "y", "x"), codes[None], meta)},
        {"xgrid": ("x", NSIDC_25KM.x_m), "ygrid": ("y", NSIDC_25KM.y_m)},
        {"product_version": "v04r00", "time_coverage_start": "2021-12-31T00:00:00Z"} | attrs,
    )


TEAM_NAME = "nt_20010106_f13_v1.1_n.bin"


def nasa_team(folder: Path, codes: np.ndarray, name: str = TEAM_NAME, **fields: str) -> Path:
    """Write a file of NSIDC-0051: 21 header fields of 6 bytes, a name, two titles, then the codes.

    `fields` change the text of header fields.
    """
    texts = {
        "missing": "00255",
        "columns": "  304",
        "rows": "  448",
        "first": "  006",
        "last": "  006",
        "year": " 2001",
        "scale": "00250",
        "inner": "nt_20010106_f13_v01_n",
        "area": "ARCTIC",
    } | fields
    numbers = [
        texts["missing"], texts["columns"], texts["rows"], "1.799", "39.43", "45.00", "558.4",
        "154.0", "234.0", " SSMI", "13 cn", texts["first"], "-9999", "-9999", texts["last"],
        "-9999", "-9999", texts["year"], texts["first"], "  000", texts["scale"],
    ]  # fmt: skip
    header = "\0".join(numbers) + "\0" + f"{texts['inner']:>23}\0" + f"{texts['area']:<79}\0"
    path = folder / name
    path.write_bytes(header.encode().ljust(300, b"\0") + codes.astype(np.uint8).tobytes())
    return path


def daily_csv(table: pd.DataFrame) -> str:
    """The daily series as CSV in the format of the provider, written without code of the project."""
    lines = [
        "Year, Month, Day,     Extent,    Missing, Source Data",
        "YYYY,    MM,  DD, 10^6 sq km, 10^6 sq km, Source data product web sites",
    ]
    for row in table.itertuples():
        year, month, day = row.date.split("-")
        lines.append(f"{year}, {month}, {day}, {row.extent_million_km2:.3f}, 0.000, ['nsidc-0081 x_f18_y.n']")
    return "\n".join(lines) + "\n"


def zipped(members: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] | None = None) -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in members.items():
            row = zipfile.ZipInfo(name)
            row.compress_type = zipfile.ZIP_DEFLATED
            if change:
                change(row)
            box.writestr(row, content)
    return result.getvalue()


def shape_parts(shapes: list[shapely.Geometry], epsg: int | None = 4326, **columns: Any) -> dict[str, bytes]:
    """The parts of a shapefile: their bytes by suffix."""
    with tempfile.TemporaryDirectory() as name:
        table = gpd.GeoDataFrame(columns or {"n": range(len(shapes))}, geometry=shapes, crs=epsg)
        table.to_file(Path(name) / "x.shp", engine="pyogrio")
        return {path.suffix: path.read_bytes() for path in Path(name).iterdir()}


def boxed(parts: dict[str, bytes]) -> bytes:
    return zipped({f"x{suffix}": content for suffix, content in parts.items()})


def collection(shapes: list[dict[str, Any] | None], properties: list[dict[str, Any]], **more: Any) -> bytes:
    rows = [
        {"type": "Feature", "geometry": shape, "properties": row}
        for shape, row in zip(shapes, properties, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": rows} | more).encode()


def sites(count: int = 200, **more: Any) -> bytes:
    at = [{"type": "Point", "coordinates": [-160 + n / 10, 65.0]} for n in range(count)]
    result = [{"id": n, "name": f"Site {n}", "slug": f"site-{n}"} for n in range(count)]
    return collection(at, result, **more)


def _seas() -> bytes:
    """A zipped shapefile of 200 seas: the embedded ones in coarse shapes, and southern ones."""
    table = embedded_table(source(SEAS))
    assert isinstance(table, gpd.GeoDataFrame)
    south = range(200 - len(table))
    shapes = [*table.simplify(10_000).to_crs(4326), *(shapely.box(n, -10, n + 1, -9) for n in south)]
    return boxed(shape_parts(shapes, name=[*table["name"], *(f"South {n}" for n in south)]))


def _plants() -> bytes:
    """The embedded plants in the columns of the provider, and as many southern ones as a real file has."""
    table = embedded_table(source(PLANTS))
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    lines = ["gppd_idnr,name,capacity_mw,fuel1,country,latitude,longitude,owner"]
    lines += [
        f'{row.feature_id.removeprefix("gppd-").upper()},"{row.name}",{row.capacity_mw},{row.fuel},'
        f'{row.country_iso3},{y:.6f},{x:.6f},"{row.owner if isinstance(row.owner, str) else ""}"'
        for row, x, y in zip(table.drop(columns="geometry").itertuples(index=False), lon, lat, strict=True)
    ]
    lines += [f"SOUTH{n},South {n},{n + 10},Hydro,BRA,-10.0,-50.0," for n in range(600)]
    return ("\n".join(lines) + "\n").encode()


def _southern() -> bytes:
    lines = ["gppd_idnr,name,capacity_mw,primary_fuel,country,latitude,longitude,owner"]
    lines += [f"CAN{n},Lake {n},{n + 10},Hydro,CAN,45.0,-75.0," for n in range(1000)]
    return ("\n".join(lines) + "\n").encode()


def _tracker() -> bytes:
    lines = ["project,type,status_tabular,owner,countries,unit,geom,lat,lng"]
    lines += [f"Plant {n},gas_plant,operating,X,Norway,{n},point,{60 + n / 500},5.0" for n in range(1200)]
    return ("\n".join(lines) + "\n").encode("utf-16")


def _field(sample: str) -> np.ndarray:
    """A sample of ice of the snapshot in percent, with 251 around the pole, 254 on land, 255 missing."""
    ice = grid("sea_ice")
    return ice["concentration"].to_numpy()[list(ice["sample_id"].to_numpy()).index(sample)]


def cdr_codes() -> np.ndarray:
    return _field("noaa_cdr_g02202-2021-12-31")


def _cdr() -> bytes:
    return cdr_bytes(cdr_codes())


def cdr_bytes(codes: np.ndarray, change: Callable[[Any], Any] = lambda whole: whole, **options: Any) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "x.nc"
        change(cdr_file(codes)).to_netcdf(path, **({"engine": "h5netcdf"} | options))
        return path.read_bytes()


def team_codes() -> np.ndarray:
    codes = _field("nsidc_0051-2015-02-04")
    return np.where(codes <= 100, np.rint(np.minimum(codes, 100) * 2.5), codes).astype(np.uint8)


def team_bytes(codes: np.ndarray | None = None, **fields: str) -> bytes:
    given = {"first": "  035", "last": "  035", "year": " 2015", "inner": "nt_20150204_f17_v01_n"} | fields
    with tempfile.TemporaryDirectory() as name:
        result = team_codes() if codes is None else codes
        return nasa_team(Path(name), result, "nt_20150204_f17_v1.1_n.bin", **given).read_bytes()


def _geotiff() -> bytes:
    with tempfile.TemporaryDirectory() as name:
        binary = Path(name) / "nt_20150204_f17_v1.1_n.bin"
        binary.write_bytes(team_bytes())
        geotiff(binary, Path(name) / "x.tif")
        return (Path(name) / "x.tif").read_bytes()


def tiff_bytes(field: np.ndarray, **changed: Any) -> bytes:
    profile = {"crs": "EPSG:3411", "transform": NSIDC_25KM.transform} | changed
    height, width = field.shape
    with rasterio.MemoryFile() as held:
        with held.open(
            driver="GTiff", height=height, width=width, count=1, dtype=str(field.dtype), **profile
        ) as file:
            file.write(field, 1)
        return bytes(held.read())


def _polygons() -> bytes:
    return boxed(shape_parts([shapely.Point(0, 0).buffer(1_034_000)], 3411))


def _chart() -> dict[str, bytes]:
    areas = [shapely.box(-45 + n, 60, -44 + n, 61) for n in range(6)]
    return shape_parts(areas, POLY_TYPE=["I"] * 5 + ["W"], CT=["91", "10", "92", "35", "-9", "98"], SA="-9")


_POLE = {"type": "Polygon", "coordinates": [[[-180, 60], [180, 60], [180, 90], [-180, 90], [-180, 60]]]}
_ZONE = {"type": "Polygon", "coordinates": [[[170, 70], [190, 70], [190, 72], [170, 72], [170, 70]]]}
_LINE = {"type": "LineString", "coordinates": [[4.0, 60.0], [5.0, 61.0]]}


def _zones() -> bytes:
    return collection([_ZONE, _POLE], [{"mrgid": n, "geoname": f"Zone {n}"} for n in range(2)])


def _lines() -> bytes:
    result = [{"pplNpdidPipeline": n, "pplName": f"Pipe {n}", "pplMedium": "Gas"} for n in range(9)]
    return collection([_LINE] * 9, result)


def good_files() -> dict[str, list[bytes]]:
    """The bytes of each file of a unit, in the order of its remotes, by unit."""
    chart = _chart()
    return {
        DAILY: [daily_csv(embedded_table(source(DAILY))).encode()],
        PLANTS: [_plants(), _southern()],
        TRACKER: [_tracker()],
        SITES: [sites()],
        ZONES: [_zones()],
        LINES: [_lines()],
        SEAS: [_seas()],
        POLYGONS: [_polygons()],
        CHART: [chart[suffix] for suffix in (".shp", ".shx", ".dbf", ".prj")],
        CDR: [_cdr()],
        NASA_TEAM: [team_bytes()],
        GEOTIFF: [_geotiff()],
    }


DAYS = {
    CDR: "2021-12-31", NASA_TEAM: "2015-02-04", GEOTIFF: "2015-02-04", POLYGONS: "2012-09-01",
    CHART: "2013-04-10T09:20",
}  # fmt: skip
