"""Sea ice on the 25 km grid as one CF dataset: median edges, monthly extents, samples of three products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

import pipelines.sources.sea_ice.nsidc_sea_ice_index as index
from layers.crs import POLAR
from layers.grid import COAST, LAKE, LAND_SURFACE, NSIDC_25KM, OCEAN, cell_area_km2
from pipelines.intake.ice_fields import IceField
from pipelines.source import Inputs, Remote, Source
from pipelines.sources.sea_ice import (
    bremen_asi,
    noaa_cdr_g02202,
    nsidc_0051,
    nsidc_0622,
    nsidc_g02135_geotiff,
    osisaf_sic,
)
from pipelines.sources.sea_ice.cell_surface import on_surface, presence, read_surface
from pipelines.sources.sea_ice.grid_variables import (
    LICENCES,
    PRODUCTS,
    axis_variable,
    credit,
    day_stamps,
    flag_attributes,
    mapped_variable,
    presence_variable,
)
from pipelines.sources.sea_ice.sample_variables import sample_variables

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["SOURCES", "read"]

_REFERENCES = (
    "Fetterer et al. 2017, Sea Ice Index, doi:10.7265/N5K072F8; "
    "Cavalieri et al. 1996, NSIDC-0051, doi:10.5067/8GQ8LZQVL0VL; "
    "Meier et al. 2021, NOAA/NSIDC CDR V4, doi:10.7265/efmz-2t65; "
    "Cavalieri et al. 1999, ice edge at 15 %, doi:10.1029/1999JC900081; "
    "QGreenland (median edges), doi:10.5281/zenodo.12823307; "
    "NSIDC-0622, valid ice masks of the National Ice Center; "
    "EUMETSAT OSI SAF, sea ice concentration, https://osi-saf.eumetsat.int"
)


def read(inputs: Inputs) -> xr.Dataset:
    """Return the CF-1.8 dataset of all sea-ice fields at hand, on `NSIDC_25KM` in EPSG:3413.

    The dimensions are y (448), x (304), month (12), time (months with polygons) and sample (fields).
    `concentration` holds whole percent and the codes of `layers.grid`; gaps in it are not filled. Only
    `computed_extent_million_km2` is computed from filled fields (`fill_unassessed`).

    Raises
    ------
    MissingInputError
        If a file is not at hand.
    SourceError
        If a file has another form than the documented one.
    """
    files = {product: inputs.provider_glob(product.FILES) for product in PRODUCTS}
    surface = read_surface(files[nsidc_0051][0], files[noaa_cdr_g02202][0])
    valid_ice = inputs.provider_glob(nsidc_0622.FILES)
    masks = [nsidc_0622.read_valid_ice_mask(path) for path in valid_ice]
    samples = [
        on_surface(product.read_sample(path), surface, masks)
        for product, paths in files.items()
        for path in paths
    ]
    # Sorted, so that the grid has the same bytes whatever the names of the files.
    samples.sort(key=lambda sample: (sample.product, sample.date, sample.period))
    monthly = index.monthly_polygon_files(inputs)
    medians = index.median_files(inputs)
    area = cell_area_km2()
    variables = {
        **_cell_variables(area, surface),
        "presence_median": presence_variable(
            "month",
            [presence(index.read_polygons(path), surface) for path in medians],
            "sea ice within the median monthly edge of 1981-2010",
            comment="edge of 15 % or more ice, by QGreenland, closed by A. Hager",
        ),
        "presence_monthly": presence_variable(
            "time",
            [presence(index.read_polygons(path), surface) for path in monthly.values()],
            "sea ice within the monthly extent polygons",
            comment="monthly mean concentration of 15 % or more",
        ),
        **sample_variables(samples, area, surface, inputs),
    }
    paths = (
        *(path for paths in files.values() for path in paths),
        *valid_ice,
        *monthly.values(),
        *medians,
        inputs.provider(index.DAILY_CSV),
        *inputs.provider_glob(index.MONTHLY_CSV),
    )
    return xr.Dataset(variables, _coordinates(list(monthly)), _attributes(paths))


def _cell_variables(area: NDArray[np.float64], surface: NDArray[np.uint8]) -> dict[str, Any]:
    """Return the CRS, and the area (km2) and surface of each cell."""
    return {
        "crs": ((), np.int32(0), {**POLAR.to_cf(), "long_name": POLAR.to_string(), **credit()}),
        "cell_area_km2": mapped_variable(
            ("y", "x"),
            area.astype(np.float32),
            "area of the cell on the ellipsoid",
            "km2",
            standard_name="cell_area",
        ),
        "surface": mapped_variable(
            ("y", "x"),
            surface,
            "surface of the cell; coast is land beside water",
            "1",
            nsidc_0051.PRODUCT,
            noaa_cdr_g02202.PRODUCT,
            **flag_attributes((OCEAN, LAND_SURFACE, COAST, LAKE), "ocean land coast lake"),
        ),
    }


def _coordinates(months: list[date]) -> dict[str, Any]:
    """Return the coordinates: the axes of the grid, the month of the year, and the months with polygons."""
    return {
        "x": axis_variable("x", NSIDC_25KM.x_m),
        "y": axis_variable("y", NSIDC_25KM.y_m),
        "month": (
            "month",
            np.arange(1, 13, dtype=np.int8),
            {"long_name": "month of the year", "units": "1", **credit(index.DAILY)},
        ),
        "time": (
            "time",
            day_stamps(months),
            {
                "long_name": "first day of the month",
                "standard_name": "time",
                "axis": "T",
                **credit(index.DAILY),
            },
        ),
    }


def _attributes(paths: Iterable[Path]) -> dict[str, str]:
    return {
        "Conventions": "CF-1.8",
        "title": "Sea ice of the Arctic on the 25 km polar stereographic grid",
        "institution": "Arctic picture, an open-source project; not an NSIDC product",
        "source": "; ".join(path.name for path in paths),
        "references": _REFERENCES,
        "history": "made by pipelines.sources.sea_ice.sea_ice_grid.read",
        "licence": LICENCES,
    }


_CDR_FIELD = IceField(noaa_cdr_g02202.read_sample, index.DAILY, file_names=("seaice_conc_", "sic_ps"))
_OSI_FIELD = IceField(
    osisaf_sic.read_sample,
    index.DAILY,
    read_own_grid=osisaf_sic.read_field,
    file_names=("osisaf_", "ice_conc_"),
    has_land=False,  # or that of another grid
)
_FOR_A_CUBE = "for a cube of one's own (the command `ice`)"
_OSI_RECORD = "https://thredds.met.no/thredds/fileServer/osisaf/met.no/reprocessed/ice/"
# No picture uses these days. A user fetches them by name, and the command `ice` adds them to a cube
# (decisions/0011).
_CUBE_REMOTES = tuple(
    Remote(
        url + name,
        "sea_ice/cube/" + name,
        "netcdf",
        part=part,
        only_named=_FOR_A_CUBE,
        probe=probe,
        field=field,
    )
    for part, probe, field, url, name in (
        (
            "noaa_cdr_g02202_v6", lambda path: noaa_cdr_g02202.read_sample(path).date, _CDR_FIELD,
            "https://noaadata.apps.nsidc.org/NOAA/G02202_V6/north/daily/{day:%Y}/",
            "sic_psn25_{day:%Y%m%d}_am2_v06r00.nc",
        ),
        (
            "osisaf_cdr", lambda path: osisaf_sic.read_sample(path).date, _OSI_FIELD,
            _OSI_RECORD + "conc_450a_files/{day:%Y}/{day:%m}/",
            "ice_conc_nh_ease2-250_cdr-v3p0_{day:%Y%m%d}1200.nc",
        ),
        (
            "osisaf_icdr", lambda path: osisaf_sic.read_sample(path).date, _OSI_FIELD,
            _OSI_RECORD + "conc_cra_files/{day:%Y}/{day:%m}/",
            "ice_conc_nh_ease2-250_icdr-v3p0_{day:%Y%m%d}1200.nc",
        ),
        (
            "bremen_asi", lambda path: bremen_asi.read_sample(path).date,
            IceField(
                bremen_asi.read_sample, index.DAILY, read_own_grid=bremen_asi.read_field,
                file_names=("asi-",), has_land=False,
            ),
            "https://data.seaice.uni-bremen.de/amsr2/asi_daygrid_swath/n6250/netcdf/{day:%Y}/",
            "asi-AMSR2-n6250-{day:%Y%m%d}-v5.4.nc",
        ),
    )
)  # fmt: skip

SOURCES = (
    Source(
        id="sea_ice_grid",
        feeds="grid:sea_ice",
        title="Sea ice on the 25 km grid: medians, months and daily samples",
        publisher="National Snow and Ice Data Center; NOAA; EUMETSAT OSI SAF",
        licence=LICENCES,
        citation=_REFERENCES,
        homepage="https://nsidc.org/data/g02135",
        as_of="2023-02-28",
        state="embedded",
        is_measured=True,
        made="raw codes decoded by product and version, OSI SAF averaged into 25 km cells, "
        "one land mask for all; concentration keeps its gaps, computed extent fills them to 50 km",
        read=read,
        remotes=(
            Remote(
                "https://noaadata.apps.nsidc.org/NOAA/G02202_V4/north/daily/{day:%Y}/"
                "seaice_conc_daily_nh_{day:%Y%m%d}_f17_v04r00.nc",
                "sea_ice/g02202/seaice_conc_daily_nh_{day:%Y%m%d}_f17_v04r00.nc",
                "netcdf",
                part="noaa_cdr_g02202",
                probe=lambda path: noaa_cdr_g02202.read_sample(path).date,
                field=_CDR_FIELD,
            ),
            Remote(
                "https://sidads.colorado.edu/pub/DATASETS/nsidc0051_gsfc_nasateam_seaice/"
                "final-gsfc/north/daily/{day:%Y}/nt_{day:%Y%m%d}_f17_v1.1_n.bin",
                "sea_ice/nsidc0051/nt_{day:%Y%m%d}_f17_v1.1_n.bin",
                "bytes",
                part="nsidc_0051",
                only_named="the provider now asks for a log-in; this is its old place, for mirrors",
                probe=lambda path: nsidc_0051.read_sample(path).date,
                field=IceField(
                    nsidc_0051.read_sample,
                    index.DAILY,
                    file_names=("nt_", "NSIDC0051_"),
                    own_extent="warn",
                ),
            ),
            Remote(
                "https://thredds.met.no/thredds/fileServer/osisaf/met.no/ice/conc/{day:%Y}/{day:%m}/"
                "ice_conc_nh_polstere-100_multi_{day:%Y%m%d}1200.nc",
                "sea_ice/osisaf_cf_nh10km_polstere_{day:%Y%m%d}.nc",
                "netcdf",
                part="osisaf_sic",
                probe=lambda path: osisaf_sic.read_sample(path).date,
                field=_OSI_FIELD,
            ),
            *(
                Remote(
                    "https://noaadata.apps.nsidc.org/NOAA/G02135/north/" + place,
                    "sea_ice/g02135_geotiff/" + place.rsplit("/", 1)[-1],
                    "tiff",
                    part=part,
                    probe=lambda path: nsidc_g02135_geotiff.read_sample(path).date,
                    field=field,
                )
                for part, field, place in (
                    (
                        "g02135_day",
                        IceField(
                            nsidc_g02135_geotiff.read_sample,
                            index.DAILY,
                            file_names=("N_",),
                            own_extent="hold",
                        ),
                        "daily/geotiff/{day:%Y}/{day:%m_%b}/N_{day:%Y%m%d}_concentration_v4.0.tif",
                    ),
                    (
                        "g02135_month",
                        IceField(nsidc_g02135_geotiff.read_sample, index.DAILY, is_month=True),
                        "monthly/geotiff/{day:%m_%b}/N_{day:%Y%m}_concentration_v4.0.tif",
                    ),
                )
            ),
            index.POLYGONS_REMOTE,
            *index.MEDIAN_REMOTES,
            *_CUBE_REMOTES,
        ),
    ),
)
