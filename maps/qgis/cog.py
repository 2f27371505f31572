"""The grids of a picture as cloud-optimised GeoTIFFs (COG), and their colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rasterio

from layers.crs import POLAR
from layers.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from layers.raster import Raster

__all__ = ["STOPS", "write_rasters"]

_Stops = tuple[tuple[float, str, str], ...]
# Raster -> value, colour and label of the legend, in the blues and warm tones of maps.style.
STOPS: dict[str, _Stops] = {
    "sea_ice_concentration": (
        (0, "#2f6d97", "0 %"), (15, "#5f97bb", "15 %"), (50, "#b9d6e6", "50 %"), (100, "#ffffff", "100 %"),
        (251, "#ffffff", "pole hole"), (254, "#e3ddd2", "land or lake"),
    ),
    "sea_ice_presence": ((0, "#92bdd8", "open water"), (1, "#ffffff", "sea ice")),
    "bathymetry": (
        (-5000, "#3f74a3", "-5000 m"), (-2000, "#6b9fc4", "-2000 m"), (-500, "#92bdd8", "-500 m"),
        (-50, "#bcd8e8", "-50 m"), (0, "#e4f0f6", "0 m"), (1, "#d9d2c3", "land"), (2500, "#8d8577", "2500 m"),
    ),
    "land": ((0, "#dbe9f1", "sea"), (1, "#e3ddd2", "land")),
    "air_temperature": (
        (-25, "#40548f", "-25 °C"), (-15, "#7f95c4", "-15 °C"), (-5, "#c9d3e6", "-5 °C"),
        (0, "#f7f5ee", "0 °C"), (5, "#fbb45c", "5 °C"), (10, "#b3330e", "10 °C"),
    ),
    "warming": ((0, "#fff3d1", "0 K"), (3, "#fbb45c", "3 K"), (8, "#b3330e", "8 K")),
}  # fmt: skip


def write_rasters(grids: Sequence[Raster], folder: Path) -> None:
    """Write each raster as `<id>.tif` into `folder`; the same raster gives the same bytes.

    Raises
    ------
    ExportError
        If a file cannot be written.
    """
    folder.mkdir(exist_ok=True)
    for raster in grids:
        count, height, width = raster.bands.shape
        path = folder / f"{raster.id}.tif"
        path.unlink(missing_ok=True)  # replaces a symbolic link of that name instead of following it
        try:
            with rasterio.open(
                path, "w", driver="COG", count=count, height=height, width=width,
                dtype=raster.bands.dtype, crs=POLAR.to_wkt(), transform=raster.grid.transform,
                nodata=raster.void, compress="DEFLATE", level=6, predictor="NO", blocksize=512,
                overviews="NONE",
            ) as file:  # fmt: skip
                file.write(raster.bands)
                for number, name in enumerate(raster.names, start=1):
                    file.set_band_description(number, name)
                    file.set_band_unit(number, raster.unit)
        except (OSError, rasterio.errors.RasterioError) as error:
            msg = f"{path.name}: expected to write it into {folder}, found {error}: is the disk full?"
            raise ExportError(msg) from error
