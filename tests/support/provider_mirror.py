"""A mirror on loopback: files of the shared mirror under the hosts and paths of their providers."""

from __future__ import annotations

import gzip
import os
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import geopandas as gpd
import rasterio
from fault_server import at_query
from ice_files import Wish, asi, climate, record_v6

from layers.grid import NSIDC_25KM
from pipelines.ice.record import embedded, surface_of
from pipelines.sources import source
from pipelines.sources.sea_ice import nsidc_0051

if TYPE_CHECKING:
    from collections.abc import Iterator

NSIDC = "https://noaadata.apps.nsidc.org/NOAA/G02135/north"
GITHUB = "https://raw.githubusercontent.com"
DAYS = {
    "noaa_cdr_g02202": "2021-12-31", "nsidc_0051": "2015-02-04", "osisaf_sic": "2019-09-09",
    "g02135_day": "2015-02-04", "g02135_month": "2013-01-01", "polygons": "2012-09-01",
    "capefarewell": "2013-04-10T09:20", "capefarewell2": "2014-04-25T04:20",
    "noaa_cdr_g02202_v6": "2026-03-01", "osisaf_cdr": "2020-03-01", "osisaf_icdr": "2024-03-01",
    "bremen_asi": "2024-03-01",
    "northeast": "2013-08-07T08:05", "southwest": "2014-05-01T10:00",
}  # fmt: skip

# The mirror states this Last-Modified for all files, whenever they were copied or written.
SERVED = datetime(2026, 11, 24, tzinfo=UTC).timestamp()

# Address -> real file of the mirror, unchanged.
REAL = {
    f"{NSIDC}/daily/data/N_seaice_extent_daily_v4.0.csv": (
        "sea_ice/g02135_N_seaice_extent_daily_v4.0_to20260805.csv"
    ),
    **{
        f"{NSIDC}/monthly/data/N_{month:02}_extent_v4.0.csv": (
            f"sea_ice/g02135_monthly_csv/N_{month:02}_extent_v3.0.csv"
        )
        for month in range(1, 13)
    },
    "https://noaadata.apps.nsidc.org/NOAA/G02202_V4/north/daily/2021/"
    "seaice_conc_daily_nh_20211231_f17_v04r00.nc": (
        "sea_ice/g02202/seaice_conc_daily_nh_20211231_f17_v04r00.nc"
    ),
    "https://sidads.colorado.edu/pub/DATASETS/nsidc0051_gsfc_nasateam_seaice/final-gsfc/north/daily/2015/"
    "nt_20150204_f17_v1.1_n.bin": "sea_ice/nsidc0051/nt_20150204_f17_v1.1_n.bin",
    "https://thredds.met.no/thredds/fileServer/osisaf/met.no/ice/conc/2019/09/"
    "ice_conc_nh_polstere-100_multi_201909091200.nc": "sea_ice/osisaf_cf_nh10km_polstere_20190909.nc",
    "https://msi.nga.mil/api/publications/download": "ports/NGA_WPI_UpdatedPub150_2023.csv",
    f"{GITHUB}/wri/global-power-plant-database/master/source_databases_csv/database_WRI.csv": (
        "infrastructure/gppd_source_database_WRI.csv"
    ),
    f"{GITHUB}/wri/global-power-plant-database/master/source_databases_csv/database_CAN.csv": (
        "infrastructure/gppd_source_database_CAN.csv"
    ),
    f"{GITHUB}/GlobalEnergyMonitor/europe_gas_tracker/main/docs/static/data/data.csv": (
        "infrastructure/gem_europe_gas_tracker_data.csv"
    ),
    "https://www.submarinecablemap.com/api/v3/cable/cable-geo.json": (
        "infrastructure/telegeography_v2_cable-geo_20210629.json"
    ),
    "https://www.submarinecablemap.com/api/v3/landing-point/landing-point-geo.json": (
        "infrastructure/telegeography_v2_landing-point-geo_20210629.json"
    ),
}
_MPAS = f"{GITHUB}/MPAS-Dev/geometric_features/main/geometric_data"
_CHARTS = "https://download.dmi.dk/public/ICESERVICE/SIGRID3"
_NATURAL_EARTH = {"ne_10m_geography_marine_polys": "10m/physical"}
_SNAP = f"{GITHUB}/ua-snap/geospatial-vector-veracity/main/vector_data"
_SNAP_FOLDERS = {"ethnolinguistic_regions": "ethnolinguistic",
                 "first_nation_traditional_territories": "first_nations"}  # fmt: skip
# Files from which others are made, because the shared mirror lacks those in the format of their provider.
MADE_FROM = (
    "infrastructure/ourairports/airports.csv.gz", "infrastructure/ourairports/runways.csv.gz",
    "sea_ice/g02135_extent_polygons/N-2012-09.geojson",
    "infrastructure/natural_earth/ne_50m_admin_0_countries.json",
    "sea_ice/nsidc0051/nt_20150204_f17_v1.1_n.bin", "sea_ice/nsidc0051/nt_201301_f17_v1.1_n.bin",
    *(f"infrastructure/natural_earth/{name}.json" for name in _NATURAL_EARTH),
)  # fmt: skip
_ROUTES = f"{GITHUB}/GlobalEnergyMonitor/GOIT-GGIT-pipeline-routes/main/data/individual-routes"


def place(folder: Path, url: str, *, by_query: bool = False) -> Path:
    """The path of the file for `url` in a mirror: for any query, or with `by_query` for this query only."""
    parts = urlsplit(url)
    path = folder / (parts.hostname or "") / parts.path.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    return Path(at_query(str(path), parts.query)) if by_query and parts.query else path


def lay_out(mirror: Path, folder: Path) -> Path:
    """Lay out the files of the shared `mirror` in `folder` by host and path, and return `folder`.

    A file that the shared mirror has in another format is converted.
    """
    for url, name in REAL.items():
        place(folder, url).symlink_to(mirror / name)
    for url, path in _folders(mirror):
        place(folder, url).symlink_to(path)
    for name in ("airports", "runways"):
        packed = (mirror / f"infrastructure/ourairports/{name}.csv.gz").read_bytes()
        url = f"https://davidmegginson.github.io/ourairports-data/{name}.csv"
        place(folder, url).write_bytes(gzip.decompress(packed))
    zip_shapes(
        mirror / "sea_ice/g02135_extent_polygons/N-2012-09.geojson",
        place(folder, f"{NSIDC}/monthly/shapefiles/shp_extent/09_Sep/extent_N_201209_polygon_v4.0.zip"),
        epsg=3411,
    )
    zip_shapes(
        mirror / "infrastructure/natural_earth/ne_50m_admin_0_countries.json",
        place(folder, "https://naciscdn.org/naturalearth/10m/cultural/ne_10m_admin_0_countries_deu.zip"),
    )
    for name, theme in _NATURAL_EARTH.items():
        url = f"https://naciscdn.org/naturalearth/{theme}/{name}.zip"
        zip_shapes(mirror / f"infrastructure/natural_earth/{name}.json", place(folder, url))
    for name, stamp, where in (
        ("nt_20150204_f17_v1.1_n.bin", "20150204", "daily/geotiff/2015/02_Feb"),
        ("nt_201301_f17_v1.1_n.bin", "201301", "monthly/geotiff/01_Jan"),
    ):
        url = f"{NSIDC}/{where}/N_{stamp}_concentration_v4.0.tif"
        geotiff(mirror / "sea_ice/nsidc0051" / name, place(folder, url))
    _days_for_a_cube(folder)
    for path in folder.rglob("*"):
        dated(path, SERVED)
    return folder


EDGE_DEG = 62.0  # latitude of an ice edge that is possible in March


def _days_for_a_cube(folder: Path) -> None:
    """Write days of products of which no file was at hand, in their documented form (`ice_files`)."""
    surface = surface_of(embedded())
    for part, write in (
        ("noaa_cdr_g02202_v6", record_v6), ("osisaf_cdr", climate), ("osisaf_icdr", climate),
        ("bremen_asi", asi),
    ):  # fmt: skip
        [remote] = [row for row in source("sea_ice_grid").remotes if row.part == part]
        day = date.fromisoformat(DAYS[part])
        target = place(folder, remote.of(day).url)
        kind = {"kind": "icdr"} if part == "osisaf_icdr" else {}
        write(target.parent, Wish(day, edge_deg=EDGE_DEG), surface, **kind).rename(target)


def _folders(mirror: Path) -> Iterator[tuple[str, Path]]:
    """Address and file, for sources with one file for each project, month or place."""
    for path in sorted((mirror / "infrastructure/gem_pipeline_routes").iterdir()):
        yield f"{_ROUTES}/{path.name.replace('__', '/')}", path
    for path in sorted((mirror / "sea_ice/median_extent_qgreenland").iterdir()):
        month = path.name.split("_")[0]
        yield f"{_MPAS}/seaice/region/{month}_Historical_Median_Sea_Ice_Extent/region.geojson", path
    for path in sorted((mirror / "climate/uasnap").iterdir()):
        yield f"{_SNAP}/polygon/boundaries/{_SNAP_FOLDERS[path.stem]}/{path.name}", path
    for path in sorted((mirror / "sea_ice/ice_charts").glob("*_RIC.*")):
        if path.suffix != ".xml":
            yield f"{_CHARTS}/{path.name[:4]}/{path.stem}/{path.name}", path


def geotiff(binary: Path, target: Path) -> None:
    """Write a file of NSIDC-0051 as GeoTIFF in the documented form of G02135 (user guide, table 5)."""
    codes, _, _ = nsidc_0051.raw_codes(binary)
    field = codes.astype("uint16") * 4
    for old, new in ((251, 2510), (252, 2550), (253, 2530), (254, 2540), (255, 2550)):
        field[codes == old] = new
    grid = NSIDC_25KM
    with rasterio.open(
        target, "w", driver="GTiff", height=grid.shape[0], width=grid.shape[1], count=1, dtype="uint16",
        crs="EPSG:3411", transform=grid.transform,
    ) as raster:  # fmt: skip
        raster.write(field, 1)


def zip_shapes(source: Path, target: Path, epsg: int = 4326) -> None:
    """Write a GeoJSON file as zipped shapefile, the form in which its provider serves it."""
    parts = target.parent / f"{target.stem}.parts"
    parts.mkdir()
    gpd.read_file(source).to_crs(epsg).to_file(parts / f"{target.stem}.shp", encoding="utf-8")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as box:
        for path in sorted(parts.iterdir()):
            box.write(path, path.name)


def dated(path: Path, seconds: float) -> None:
    """Set the time of a file that a server states as Last-Modified; for a link only that of the link."""
    os.utime(path, (seconds, seconds), follow_symlinks=False)
