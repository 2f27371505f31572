"""Sea ice on the 25 km grid, one CF dataset: median edges, months and samples of three products."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

import pipelines.sources.sea_ice.nsidc_sea_ice_index as index
from layers.crs import POLAR
from layers.grid import (
    COAST,
    ICE_THRESHOLD_PCT,
    LAKE,
    LAND,
    LAND_SURFACE,
    MISSING,
    NSIDC_25KM,
    OCEAN,
    POLE_HOLE,
    cell_area_km2,
    extent_million_km2,
    nearest_cells,
    rasterise,
)
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
from pipelines.sources.sea_ice.ice_samples import refuse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from numpy.typing import NDArray

    from pipelines.sources.sea_ice.ice_samples import Sample

__all__ = [
    "FILL_KM",
    "ICE",
    "NOT_ASSESSED",
    "OPEN",
    "SOURCES",
    "fill_unassessed",
    "on_surface",
    "presence",
    "read",
    "read_surface",
]

OPEN, ICE, NOT_ASSESSED = 0, 1, 255  # classes of presence
FILL_KM = 50.0  # two cells; what other distances give: decisions/0003-ice-grid.md

_FULL_PCT = 100
_CANDIDATES = 8  # on the sphere, of which the ellipsoid picks the nearest
_SURFACE_TOLERANCE = 0.001  # share of cells in which two products' land may differ
_PRODUCTS = (nsidc_0051, noaa_cdr_g02202, osisaf_sic)
_LICENCE = {
    index.DAILY: index.LICENCE,
    index.MONTHLY: index.LICENCE,
    **{product.PRODUCT: product.LICENCE for product in _PRODUCTS},
    "": "computed by this project, Apache-2.0",
}
_LICENCES = "; ".join(dict.fromkeys(text for source, text in _LICENCE.items() if source))
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
    """Make the CF-1.8 dataset of all sea-ice fields at hand, on `NSIDC_25KM` in EPSG:3413.

    Dimensions y (448), x (304), month (12), time (months with polygons), sample (fields). Codes of
    `concentration` are those of `layers.grid`; nothing in it is filled, no flag is a fraction. Only
    `computed_extent_million_km2` is of a filled field (`fill_unassessed`).

    Raises
    ------
    MissingInputError
        If a file is not at hand.
    SourceError
        If one is not what it is known to be.
    """
    files = {product: inputs.provider_glob(product.FILES) for product in _PRODUCTS}
    surface = read_surface(files[nsidc_0051][0], files[noaa_cdr_g02202][0])
    valid_ice = inputs.provider_glob(nsidc_0622.FILES)
    masks = [nsidc_0622.read_valid_ice_mask(path) for path in valid_ice]
    samples = [
        on_surface(product.read_sample(path), surface, masks)
        for product, paths in files.items()
        for path in paths
    ]
    samples.sort(key=lambda sample: (sample.product, sample.date, sample.period))
    monthly = index.monthly_polygon_files(inputs)
    medians = index.median_files(inputs)
    x_y = ("y", "x")
    area = cell_area_km2()
    return xr.Dataset(
        {
            "crs": ((), np.int32(0), {**POLAR.to_cf(), "long_name": POLAR.to_string(), **_credit()}),
            "cell_area_km2": _mapped(
                x_y,
                area.astype(np.float32),
                "area of the cell on the ellipsoid",
                "km2",
                standard_name="cell_area",
            ),
            "surface": _mapped(
                x_y,
                surface,
                "surface of the cell; coast is land beside water",
                "1",
                nsidc_0051.PRODUCT,
                noaa_cdr_g02202.PRODUCT,
                **_flags((OCEAN, LAND_SURFACE, COAST, LAKE), "ocean land coast lake"),
            ),
            "presence_median": _presence_variable(
                "month",
                [presence(index.read_polygons(path), surface) for path in medians],
                "sea ice within the median monthly edge of 1981-2010",
                comment="edge of 15 % or more ice, by QGreenland, closed by A. Hager",
            ),
            "presence_monthly": _presence_variable(
                "time",
                [presence(index.read_polygons(path), surface) for path in monthly.values()],
                "sea ice within the monthly extent polygons",
                comment="monthly mean concentration of 15 % or more",
            ),
            **_sample_variables(samples, area, surface, inputs),
        },
        coords={
            "x": _axis("x", NSIDC_25KM.x_m),
            "y": _axis("y", NSIDC_25KM.y_m),
            "month": (
                "month",
                np.arange(1, 13, dtype=np.int8),
                {"long_name": "month of the year", "units": "1", **_credit(index.DAILY)},
            ),
            "time": (
                "time",
                _days(list(monthly)),
                {
                    "long_name": "first day of the month",
                    "standard_name": "time",
                    "axis": "T",
                    **_credit(index.DAILY),
                },
            ),
        },
        attrs={
            "Conventions": "CF-1.8",
            "title": "Sea ice of the Arctic on the 25 km polar stereographic grid",
            "institution": "Arctic picture, an open-source project; not an NSIDC product",
            "source": "; ".join(
                path.name
                for path in (
                    *(path for paths in files.values() for path in paths),
                    *valid_ice,
                    *monthly.values(),
                    *medians,
                    inputs.provider(index.DAILY_CSV),
                    *inputs.provider_glob(index.MONTHLY_CSV),
                )
            ),
            "references": _REFERENCES,
            "history": "made by pipelines.sources.sea_ice.sea_ice_grid.read",
            "licence": _LICENCES,
        },
    )


def read_surface(nasa_team: Path, cdr: Path) -> NDArray[np.uint8]:
    """Read what each cell of `NSIDC_25KM` is: OCEAN, LAND_SURFACE, COAST or LAKE, uint8 (448, 304).

    Coast (land beside water) and land are flags 253 and 254 of an NSIDC-0051 file, cross-checked
    with those of a CDR file, whose flag 252 gives the lakes.

    Raises
    ------
    SourceError
        If the two land masks differ in more than 0.1 % of the cells.
    """
    codes, _, _ = nsidc_0051.raw_codes(nasa_team)
    other, _, _ = noaa_cdr_g02202.raw_codes(cdr)
    land = np.isin(codes, (253, 254))
    share = float(np.mean(land != np.isin(other, (253, 254))))
    if share > _SURFACE_TOLERANCE:
        raise refuse(
            cdr,
            f"the land mask of {nasa_team.name} but for {_SURFACE_TOLERANCE:.1%} of the cells",
            f"{share:.2%} that differ",
        )
    surface = np.where(codes == 253, COAST, np.where(land, LAND_SURFACE, OCEAN))
    return np.where(~land & (other == 252), LAKE, surface).astype(np.uint8)


def presence(polygons: NDArray[np.object_], surface: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mark the cells of `NSIDC_25KM` OPEN, ICE or, off the sea, NOT_ASSESSED; uint8 (448, 304).

    A cell has ice where its centre lies in a polygon (EPSG:3413) and it is ocean in `surface`. So a
    polygon that also covers land, as the closed median edges do, serves as an edge only.
    """
    return np.where(surface == OCEAN, rasterise(polygons), NOT_ASSESSED).astype(np.uint8)


def fill_unassessed(
    concentration: NDArray[np.uint8], ocean: NDArray[np.bool_], max_km: float = FILL_KM
) -> NDArray[np.uint8]:
    """Give each MISSING ocean cell the value of the nearest ocean cell that holds a percentage.

    On `NSIDC_25KM`, by geodesic distance between centres, at most `max_km`; farther cells stay
    MISSING. Neither land nor the pole hole, which no satellite saw, is a neighbour to take from. A
    product that leaves coasts out (OSI SAF) is so compared with one that does not.
    """
    gap = (concentration == MISSING) & ocean
    if not gap.any():
        return concentration
    x, y = np.meshgrid(NSIDC_25KM.x_m, NSIDC_25KM.y_m)
    held = ocean & (concentration <= _FULL_PCT)
    nearest, _ = nearest_cells(x[gap], y[gap], held, _CANDIDATES, max_km)
    cell = nearest[:, 0]
    filled = concentration.copy()
    filled[gap] = np.where(cell >= 0, concentration.ravel()[cell], np.uint8(MISSING))
    return filled


def _sample_variables(
    samples: Sequence[Sample],
    area: NDArray[np.float64],
    surface: NDArray[np.uint8],
    inputs: Inputs,
) -> dict[str, Any]:
    daily = index.read_daily(inputs).set_index("feature_id")["extent_million_km2"]
    monthly = index.read_monthly(inputs).set_index("feature_id")["extent_million_km2"]
    stamps = [s.date.isoformat()[: 10 if s.period == "daily" else 7] for s in samples]
    official = [
        (daily if sample.period == "daily" else monthly).get(f"nh-{stamp}", np.nan)
        for sample, stamp in zip(samples, stamps, strict=True)
    ]
    stack = np.stack([sample.concentration for sample in samples])
    ocean = surface == OCEAN
    unseen = (stack == MISSING) & ocean
    filled = np.stack([fill_unassessed(field, ocean) for field in stack])
    products = sorted({sample.product for sample in samples})
    edge = f"{ICE_THRESHOLD_PCT:.0f} % or more (Cavalieri et al. 1999, doi:10.1029/1999JC900081)"

    def text(values: Sequence[str], long_name: str) -> Any:
        return ("sample", np.array(values), {"long_name": long_name, **_credit(*products)})

    def million_km2(values: Any, long_name: str, *sources: str, **more: Any) -> Any:
        meta = {"long_name": long_name, "units": "1e6 km2", **_credit(*sources), **more}
        return ("sample", np.asarray(values, dtype=np.float64).round(6), meta)

    return {
        "concentration": _mapped(
            ("sample", "y", "x"),
            stack,
            "sea ice concentration, rounded down",
            "percent",
            *products,
            standard_name="sea_ice_area_fraction",
            valid_range=np.array([0, 100], dtype=np.uint8),
            comment="flags are not fractions: mask them before use. Ice where it cannot be was set "
            "to 0 where sample_valid_ice_mask is 1",
            **_flags((POLE_HOLE, LAND, MISSING), "pole_hole_assumed_ice land_or_lake missing"),
        ),
        "sample_id": text(
            [f"{s.product}-{stamp}" for s, stamp in zip(samples, stamps, strict=True)], "sample"
        ),
        "sample_date": (
            "sample",
            _days([sample.date for sample in samples]),
            {"long_name": "day, or first day of the month", **_credit(*products)},
        ),
        "sample_product": text([sample.product for sample in samples], "source of the sample"),
        "sample_version": text([sample.version for sample in samples], "version of the product"),
        "sample_period": text([sample.period for sample in samples], "daily or monthly mean"),
        "sample_valid_ice_mask": (
            "sample",
            np.array([sample.valid_ice_mask for sample in samples], dtype=np.uint8),
            {
                "long_name": "whether the valid-ice mask of the month was applied (NSIDC-0622)",
                "units": "1",
                **_flags((0, 1), "no yes"),
                **_credit(*products),
            },
        ),
        "computed_extent_million_km2": million_km2(
            extent_million_km2(filled, area),
            "sea ice extent, computed from the sample with its gaps filled",
            *products,
            comment=f"area of all cells of {edge}; the pole hole is assumed to be ice; an ocean "
            "cell without a value takes that of the nearest ocean cell with one, no farther than "
            f"{FILL_KM:g} km. Only this number is filled: concentration keeps its gaps",
        ),
        "assessed_extent_million_km2": million_km2(
            extent_million_km2(stack, area),
            "sea ice extent, computed from the sample as it is, nothing filled",
            *products,
            comment=f"area of all cells of {edge}; the pole hole is assumed to be ice",
        ),
        "filled_million_km2": million_km2(
            np.sum((unseen & (filled != MISSING)) * area, axis=(1, 2)) / 1e6,
            "area of the ocean cells filled for computed_extent_million_km2, ice or not",
            *products,
            comment="part of unassessed_million_km2; the rest lies farther from any value",
        ),
        "unassessed_million_km2": million_km2(
            np.sum(unseen * area, axis=(1, 2)) / 1e6,
            "area of the ocean cells in which the sample holds no value",
            *products,
        ),
        "official_extent_million_km2": million_km2(
            official,
            "sea ice extent as NSIDC states it",
            index.DAILY,
            index.MONTHLY,
            comment="NASA Team or AMSR2; a month is the mean of its days' extents, which is 1 to "
            "2 % less than the extent of the month's mean concentration",
        ),
    }


def on_surface(
    sample: Sample,
    surface: NDArray[np.uint8],
    masks: Sequence[tuple[int, NDArray[np.bool_]]],
) -> Sample:
    """Give all samples one land: land and lakes hold no sea ice, and what is ocean is not land."""
    for month, valid in masks:
        sample = nsidc_0622.mask_invalid_ice(sample, month, valid)
    value = sample.concentration
    value = np.where(value == LAND, np.uint8(MISSING), value)
    return replace(sample, concentration=np.where(surface == OCEAN, value, np.uint8(LAND)))


def _presence_variable(
    dimension: str, fields: Sequence[NDArray[np.uint8]], long_name: str, **more: Any
) -> Any:
    flags = _flags((OPEN, ICE, NOT_ASSESSED), "open_water sea_ice not_assessed")
    return _mapped((dimension, "y", "x"), np.stack(fields), long_name, "1", index.DAILY, **flags, **more)


def _mapped(
    dims: tuple[str, ...],
    values: NDArray[Any],
    long_name: str,
    units: str,
    *sources: str,
    **more: Any,
) -> Any:
    meta = {"long_name": long_name, "units": units, "grid_mapping": "crs"}
    return (dims, values, {**meta, **_credit(*sources), **more})


def _credit(*sources: str) -> dict[str, str]:
    return {
        "source": " ".join(sources) or "layers.grid",
        "licence": "; ".join(dict.fromkeys(_LICENCE[source] for source in sources or ("",))),
    }


def _flags(values: tuple[int, ...], meanings: str) -> dict[str, Any]:
    return {"flag_values": np.array(values, dtype=np.uint8), "flag_meanings": meanings}


def _axis(name: str, centres_m: NDArray[np.float64]) -> Any:
    meta = {
        "standard_name": f"projection_{name}_coordinate",
        "long_name": f"{name} of the cell centre in {POLAR}",
        "units": "m",
        "axis": name.upper(),
        **_credit(),
    }
    return (name, centres_m, meta)


def _days(days: Sequence[date]) -> NDArray[np.datetime64]:
    return np.array(days, dtype="datetime64[D]").astype("datetime64[s]")


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
# Days that no picture is made of: fetched when named, read by their probes, taken into a cube.
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
        licence=_LICENCES,
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
