"""Days of every ice product, written in the form that its provider documents.

The forms of NSIDC-0051 v2 and G02202 v5/v6 are from public code of NSIDC (nsidc/polarstereo-nc2bin,
nsidc/seaice_ecdr), those of OSI-450/430 from headers of OSI SAF and ESA CCI, that of ASI from descriptions of
its NetCDF by third parties. No real file of these products was at hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
import xarray as xr
from affine import Affine
from pyproj import Transformer
from scipy import ndimage

from layers.errors import SourceError
from layers.grid import NSIDC_25KM, Grid
from pipelines.ice.provider_files import day_of, ingest
from pipelines.ice.sandboxed_samples import sample_of
from pipelines.sources.sea_ice.ice_grids import EASE2_25KM, HUGHES_6KM, HUGHES_10KM

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from layers.ice.daily import Day
    from pipelines.sources.sea_ice.ice_samples import Sample

__all__ = ["PRODUCTS", "Wish", "day_in", "read_here", "take"]

HUGHES = {
    "grid_mapping_name": "polar_stereographic", "straight_vertical_longitude_from_pole": -45.0,
    "latitude_of_projection_origin": 90.0, "standard_parallel": 70.0, "false_easting": 0.0,
    "false_northing": 0.0, "semi_major_axis": 6378273.0, "semi_minor_axis": 6356889.44891,
}  # fmt: skip
SOUTH = (332, 316)  # shape of the southern 25 km grid, which every reader must refuse


@dataclass(frozen=True, slots=True)
class Wish:
    """What a written day holds: the concentration of the sea in percent, and one fault or more."""

    day: date = date(2020, 3, 1)
    percent: int = 60
    flag: int | None = None  # raw code of one ocean cell
    shift_m: float = 0.0
    south: bool = False
    version: str = ""
    # Latitude of an ice edge: open water south of it, no ice on land. With None there is ice everywhere.
    edge_deg: float | None = None


def coded(wish: Wish, surface: np.ndarray, full: int, land: int, coast: int, lake: int | None) -> np.ndarray:
    """Raw codes on the 25 km grid: one percentage in the ocean, and land, coast and lake of the product.

    `full` is the code of 100 %.
    """
    codes = np.full(surface.shape, wish.percent * full // 100, dtype=np.uint16)
    codes[surface == 1], codes[surface == 2] = land, coast
    if lake is not None:
        codes[surface == 3] = lake
    if wish.flag is not None:
        codes[tuple(np.argwhere(surface == 0)[0])] = wish.flag
    return np.zeros(SOUTH, dtype=np.uint16) + codes[200, 150] if wish.south else codes


def ice_of(wish: Wish, grid: Grid, surface: np.ndarray) -> np.ndarray:
    """Percent on a grid. If the wish has an edge, cells on land and beside land are NaN."""
    if wish.edge_deg is None:
        return np.full(grid.shape, float(wish.percent))
    x, y = np.meshgrid(grid.x_m, grid.y_m)
    lat = Transformer.from_crs(grid.crs, 4326, always_xy=True).transform(x, y)[1]
    row, column, inside = NSIDC_25KM.cell_of(
        *Transformer.from_crs(grid.crs, 3413, always_xy=True).transform(x, y)
    )
    is_sea = ndimage.binary_erosion(surface == 0, np.ones((3, 3)), border_value=1)[row, column] & inside
    return np.where(is_sea, np.where(lat >= wish.edge_deg, wish.percent, 0.0), np.nan)


def netcdf(path: Path, root: xr.Dataset, **groups: xr.Dataset) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    root.to_netcdf(path, engine="h5netcdf")
    for name, held in groups.items():
        held.to_netcdf(path, engine="h5netcdf", group=name, mode="a")
    return path


def nasa_team(folder: Path, wish: Wish, surface: np.ndarray) -> Path:
    codes = coded(wish, surface, 250, 254, 253, None).astype(np.uint8)
    rows, columns = codes.shape
    number = wish.day.timetuple().tm_yday
    numbers = [
        "00255", f"{columns:5}", f"{rows:5}", "1.799", "39.43", "45.00", "558.4", "154.0", "234.0", "SSMIS",
        "17 cn", f"{number:5}", "-9999", "-9999", f"{number:5}", "-9999", "-9999", f"{wish.day.year:5}",
        f"{number:5}", "  000", "00250",
    ]  # fmt: skip
    stem = f"nt_{wish.day:%Y%m%d}_f17_{wish.version or 'v1.1'}_{'s' if wish.south else 'n'}"
    where = "ANTARCTIC" if wish.south else "ARCTIC"
    header = "\0".join(numbers) + "\0" + f"{stem:>23}\0" + f"{where:<79}\0"
    path = folder / f"{stem}.bin"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header.encode().ljust(300, b"\0") + codes.tobytes())
    return path


def nasa_team_netcdf(folder: Path, wish: Wish, surface: np.ndarray) -> Path:
    codes = coded(wish, surface, 250, 254, 253, None).astype(np.uint8)
    result = xr.Dataset(
        {"F17_ICECON": (("time", "y", "x"), codes[None], {"scale_factor": 0.004, "units": "1"})},
        {"x": NSIDC_25KM.x_m[: codes.shape[1]] + wish.shift_m, "y": NSIDC_25KM.y_m[: codes.shape[0]]}
        if not wish.south
        else {"x": np.arange(316.0), "y": np.arange(332.0)},
    )
    half = "S" if wish.south else "N"
    name = f"NSIDC0051_SEAICE_PS_{half}25km_{wish.day:%Y%m%d}_{wish.version or 'v2.0'}.nc"
    return netcdf(folder / name, result)


def index(folder: Path, wish: Wish, surface: np.ndarray) -> Path:
    codes = coded(wish, surface, 1000, 2540, 2530, None)
    half = "S" if wish.south else "N"
    path = folder / f"{half}_{wish.day:%Y%m%d}_concentration_{wish.version or 'v4.0'}.tif"
    path.parent.mkdir(parents=True, exist_ok=True)
    with rasterio.open(
        path, "w", driver="GTiff", height=codes.shape[0], width=codes.shape[1], count=1, dtype="uint16",
        crs="EPSG:3411", transform=Affine(25_000, 0, -3_850_000 + wish.shift_m, 0, -25_000, 5_850_000),
    ) as file:  # fmt: skip
        file.write(codes, 1)
    return path


def record_v4(folder: Path, wish: Wish, surface: np.ndarray) -> Path:
    codes = coded(wish, surface, 100, 254, 253, 252).astype(np.uint8)
    rows, columns = codes.shape
    meta = {"scale_factor": 0.01, "flag_meanings": "pole_hole lakes coastal land_mask missing_data"}
    result = xr.Dataset(
        {"cdr_seaice_conc": (("tdim", "y", "x"), codes[None], meta)},
        {"xgrid": ("x", NSIDC_25KM.x_m[0] + wish.shift_m + 25e3 * np.arange(columns)),
         "ygrid": ("y", NSIDC_25KM.y_m[0] - 25e3 * np.arange(rows))},
        {"product_version": wish.version or "v04r00", "time_coverage_start": f"{wish.day}T00:00:00Z"},
    )  # fmt: skip
    return netcdf(folder / f"seaice_conc_daily_nh_{wish.day:%Y%m%d}_f17_v04r00.nc", result)


def record_v6(folder: Path, wish: Wish, surface: np.ndarray, made: str = "v06r00") -> Path:
    codes = np.nan_to_num(ice_of(wish, NSIDC_25KM, surface)).astype(np.uint8)
    kinds = np.array([50, 250, 200, 75], dtype=np.uint8)[surface]
    codes[surface != 0] = 255
    if wish.flag is not None:
        codes[tuple(np.argwhere(surface == 0)[0])] = wish.flag
    if wish.south:
        codes, kinds = codes[:332, :].repeat(2, axis=1)[:, :316], kinds[:332, :].repeat(2, axis=1)[:, :316]
    rows, columns = codes.shape
    meta: dict[str, Any] = {"scale_factor": np.float32(0.01), "grid_mapping": "crs"}
    result = xr.Dataset(
        {"cdr_seaice_conc": (("time", "y", "x"), codes[None], meta)},
        {"time": ("time", [0.0], {"units": "days since 1970-01-01"}),
         "x": NSIDC_25KM.x_m[0] + wish.shift_m + 25e3 * np.arange(columns),
         "y": NSIDC_25KM.y_m[0] - 25e3 * np.arange(rows)},
        {"product_version": wish.version or made, "time_coverage_start": f"{wish.day}T00:00:00Z"},
    )  # fmt: skip
    more = xr.Dataset({"surface_type_mask": (("time", "y", "x"), kinds[None])})
    half = "s" if wish.south else "n"
    return netcdf(folder / f"sic_ps{half}25_{wish.day:%Y%m%d}_F17_{made}.nc", result, cdr_supplementary=more)


def record_v5(folder: Path, wish: Wish, surface: np.ndarray) -> Path:
    return record_v6(folder, wish, surface, "v05r00")


def _seconds(day: date) -> list[float]:
    return [((day - date(1978, 1, 1)).days + 0.5) * 86400]


def operational(folder: Path, wish: Wish, surface: np.ndarray) -> Path:  # noqa: ARG001
    values = np.full(HUGHES_10KM.shape, wish.percent * 100, dtype=np.int16)
    values[0, 0] = wish.flag or values[0, 0]
    turned = {"straight_vertical_longitude_from_pole": 0.0, "standard_parallel": -70.0} if wish.south else {}
    result = xr.Dataset(
        {"ice_conc": (("time", "yc", "xc"), values[None],
                      {"units": "%", "scale_factor": 0.01, "_FillValue": np.int16(-999)}),
         "Polar_Stereographic_Grid": ((), 0, HUGHES | turned)},
        {"time": ("time", _seconds(wish.day), {"units": "seconds since 1978-01-01 00:00:00"}),
         "xc": ("xc", (HUGHES_10KM.x_m + wish.shift_m) / 1000, {"units": "km"}),
         "yc": ("yc", HUGHES_10KM.y_m / 1000, {"units": "km"})},
    )  # fmt: skip
    half = "sh" if wish.south else "nh"
    return netcdf(folder / f"ice_conc_{half}_polstere-100_multi_{wish.day:%Y%m%d}1200.nc", result)


def climate(folder: Path, wish: Wish, surface: np.ndarray, kind: str = "cdr", version: str = "v3p0") -> Path:
    percent = ice_of(wish, EASE2_25KM, surface)
    values = np.where(np.isnan(percent), -32767, percent * 100).astype(np.int32)
    values[0, 0] = -32767
    flags = np.isnan(percent).astype(np.int16)
    flags[0, 0], flags[5, 5:7] = 1, (2, 16)
    if wish.flag is not None:
        flags[9, 9] = wish.flag
    words = (
        "land lake open_water_filtered land_spill_over high_t2m spatial_interp temporal_interp max_ice_climo"
    )
    masks = np.array([1, 2, 4, 8, 16, 32, 64, 128], dtype=np.int16)
    mapping = {
        "grid_mapping_name": "lambert_azimuthal_equal_area", "longitude_of_projection_origin": 0.0,
        "latitude_of_projection_origin": -90.0 if wish.south else 90.0, "semi_major_axis": 6378137.0,
    }  # fmt: skip
    meta = {"units": "%", "scale_factor": 0.01, "_FillValue": np.int32(-32767)}
    result = xr.Dataset(
        {"ice_conc": (("time", "yc", "xc"), values[None], meta),
         "status_flag": (("time", "yc", "xc"), flags[None], {"flag_masks": masks, "flag_meanings": words}),
         "Lambert_Azimuthal_Grid": ((), 0, mapping)},
        {"time": ("time", _seconds(wish.day), {"units": "seconds since 1978-01-01 00:00:00"}),
         "xc": ("xc", (EASE2_25KM.x_m + wish.shift_m) / 1000, {"units": "km"}),
         "yc": ("yc", EASE2_25KM.y_m / 1000, {"units": "km"})},
    )  # fmt: skip
    half = "sh" if wish.south else "nh"
    name = f"ice_conc_{half}_ease2-250_{kind}-{wish.version or version}_{wish.day:%Y%m%d}1200.nc"
    return netcdf(folder / name, result)


def climate_interim(folder: Path, wish: Wish, surface: np.ndarray) -> Path:
    return climate(folder, wish, surface, "icdr", "v2p0")


def asi(folder: Path, wish: Wish, surface: np.ndarray) -> Path:
    percent = ice_of(wish, HUGHES_6KM, surface).astype(np.float32)
    percent[0, 0] = np.nan
    percent[1, 1] = percent[1, 1] if wish.flag is None else wish.flag
    mapping = HUGHES | ({"latitude_of_projection_origin": -90.0} if wish.south else {})
    result = xr.Dataset(
        {"z": (("y", "x"), percent[::-1], {"_FillValue": np.float32(np.nan)}),
         "polar_stereographic": ((), 0, mapping | {"inverse_flattening": 298.279411123064})},
        {"x": HUGHES_6KM.x_m + wish.shift_m, "y": HUGHES_6KM.y_m[::-1].copy()},
    )  # fmt: skip
    half = "s" if wish.south else "n"
    return netcdf(folder / f"asi-AMSR2-{half}6250-{wish.day:%Y%m%d}-{wish.version or 'v5.4'}.nc", result)


# Product -> its writer, a raw code that it does not have, and a version that it does not have.
PRODUCTS: dict[str, tuple[Callable[[Path, Wish, np.ndarray], Path], int, str]] = {
    "nsidc_0051 v1": (nasa_team, 252, "v3.0"),
    "nsidc_0051 v2": (nasa_team_netcdf, 252, "v3.0"),
    "nsidc_g02135 v4": (index, 2520, "v5.0"),
    "noaa_cdr_g02202 v4": (record_v4, 250, "v07r00"),
    "noaa_cdr_g02202 v5": (record_v5, 251, "v07r00"),
    "noaa_cdr_g02202 v6": (record_v6, 251, "v07r00"),
    "osisaf_sic": (operational, 12_000, ""),
    "osisaf_cdr_v2 interim": (climate_interim, 256, "v4p0"),
    "osisaf_cdr_v3": (climate, 256, "v4p0"),
    "bremen_asi_amsr2": (asi, 120, "v6.0"),
}


def read_here(paths: Sequence[Path], *, own_grid: bool) -> list[Sample | str]:
    """What `read_samples` reads, without a child: the readers are the same, and a child costs a second."""
    results: list[Sample | str] = []
    for path in paths:
        try:
            results.append(sample_of(path, own_grid=own_grid))
        except SourceError as error:
            results.append(str(error))
    return results


def day_in(path: Path, surface: np.ndarray) -> Day:
    return day_of(sample_of(path), path.name, surface)


take = partial(ingest, read=read_here)
