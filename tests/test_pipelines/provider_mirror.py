"""The providers' servers on loopback: the shared mirror's files under the providers' hosts and paths."""

from __future__ import annotations

import gzip
import os
import zipfile
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import geopandas as gpd

if TYPE_CHECKING:
    from pathlib import Path

NSIDC = "https://noaadata.apps.nsidc.org/NOAA/G02135/north"
GITHUB = "https://raw.githubusercontent.com"
DAYS = {"noaa_cdr_g02202": "2021-12-31", "nsidc_0051": "2015-02-04", "osisaf_sic": "2019-09-09"}

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
_ROUTES = f"{GITHUB}/GlobalEnergyMonitor/GOIT-GGIT-pipeline-routes/main/data/individual-routes"


def place(folder: Path, url: str) -> Path:
    """Where a mirror holds what `url` names."""
    parts = urlsplit(url)
    path = folder / (parts.hostname or "") / parts.path.lstrip("/")
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def lay_out(mirror: Path, folder: Path) -> Path:
    """Make the mirror; files that no mirror holds in the provider's format are made from one that does."""
    for url, name in REAL.items():
        place(folder, url).symlink_to(mirror / name)
    for path in sorted((mirror / "infrastructure/gem_pipeline_routes").iterdir()):
        place(folder, f"{_ROUTES}/{path.name.replace('__', '/')}").symlink_to(path)
    for name in ("airports", "runways"):
        packed = (mirror / f"infrastructure/ourairports/{name}.csv.gz").read_bytes()
        url = f"https://davidmegginson.github.io/ourairports-data/{name}.csv"
        place(folder, url).write_bytes(gzip.decompress(packed))
    zip_shapes(
        mirror / "sea_ice/g02135_extent_polygons/N-2012-09.geojson",
        place(folder, f"{NSIDC}/monthly/shapefiles/shp_extent/09_Sep/extent_N_201209_polygon_v4.0.zip"),
    )
    zip_shapes(
        mirror / "infrastructure/natural_earth/ne_50m_admin_0_countries.json",
        place(folder, "https://naciscdn.org/naturalearth/10m/cultural/ne_10m_admin_0_countries_deu.zip"),
    )
    return folder


def zip_shapes(source: Path, target: Path) -> None:
    """A zipped shapefile of a GeoJSON file, as providers serve one."""
    parts = target.parent / f"{target.stem}.parts"
    parts.mkdir()
    gpd.read_file(source).to_file(parts / f"{target.stem}.shp")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as box:
        for path in sorted(parts.iterdir()):
            box.write(path, path.name)


def dated(path: Path, seconds: float) -> None:
    """Give a file the time a server states as Last-Modified."""
    os.utime(path, (seconds, seconds))
