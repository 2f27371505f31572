"""NSIDC Sea Ice Index (G02135): daily and monthly extent, monthly extent polygons, median edges."""

from __future__ import annotations

import calendar
import re
import zipfile
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import geographic_to_polar
from layers.ice.continuity import NOT_STATED, SENSORS
from pipelines.intake.findings import Checks
from pipelines.intake.ice_fields import IceField
from pipelines.intake.series_checks import daily_extent, daily_mean, monthly_mean
from pipelines.shapes_agree import check_shapes_of
from pipelines.source import Inputs, Remote, Source
from pipelines.sources.sea_ice.ice_samples import refuse

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = [
    "DAILY",
    "DAILY_CSV",
    "LICENCE",
    "MEDIAN_REMOTES",
    "MONTHLY",
    "MONTHLY_CSV",
    "POLYGONS_REMOTE",
    "SOURCES",
    "median_files",
    "monthly_polygon_files",
    "read_daily",
    "read_monthly",
    "read_polygons",
]

DAILY, MONTHLY = "nsidc_sea_ice_index", "nsidc_sea_ice_index_monthly"
DAILY_CSV = "sea_ice/g02135_N_seaice_extent_daily_v4.0_to20260805.csv"
MONTHLY_CSV = "sea_ice/g02135_monthly_csv/N_*_extent_v3.0.csv"
LICENCE = "NSIDC open data, free to use, cite Fetterer et al. 2017 (doi:10.7265/N5K072F8)"

_LIVE = "https://noaadata.apps.nsidc.org/NOAA/G02135/north"
_POLYGONS = "sea_ice/g02135_extent_polygons/*N[-_]*"
_MEDIAN = "sea_ice/median_extent_qgreenland/{month}_median_1981-2010.geojson"
_HUGHES_EPSG = 3411
_PLAUSIBLE_MILLION_KM2 = (2.5, 17.0)  # any day of the record is within (hold limit of the project)
_CITATION = "Fetterer, F. et al. 2017, Sea Ice Index (G02135), {version}, doi:10.7265/N5K072F8."


def read_daily(inputs: Inputs) -> pd.DataFrame:
    """Return the daily extent of the northern hemisphere (Sea Ice Index V4), million km2.

    There is a row for every other day before 1987-08-21, and none from 1987-12-03 to 1988-01-12; gaps are not
    filled. `sensor_note` names the sensor and the product. AMSR2 follows SSMIS in 2025, and a trend over that
    change has a step (decisions/0015).

    Raises
    ------
    SourceError
        If columns, an extent (2.5...17), a date or a product is not as expected.
    """
    path = inputs.provider(DAILY_CSV)
    columns = ["Year", "Month", "Day", "Extent", "Missing", "Source Data"]
    raw = _csv(path, columns, skiprows=[1])
    try:
        day = pd.to_datetime(raw[["Year", "Month", "Day"]])
    except ValueError as error:
        raise refuse(path, "days of the calendar", str(error)) from error
    if day.duplicated().any():
        raise refuse(path, "each day once", f"{day[day.duplicated()].iloc[0]:%Y-%m-%d} twice")
    _check_extent(path, raw["Extent"])
    iso = day.dt.strftime("%Y-%m-%d")
    notes = {text: _sensor_note(path, str(text)) for text in raw["Source Data"].unique()}
    return pd.DataFrame(
        {
            "feature_id": "nh-" + iso,
            "name": "Arctic sea ice extent, " + iso,
            "source_id": DAILY,
            "as_of": iso,
            "date": iso,
            "extent_million_km2": raw["Extent"],
            "missing_million_km2": raw["Missing"],
            "sensor_note": raw["Source Data"].map(notes),
        }
    )


def read_monthly(inputs: Inputs) -> pd.DataFrame:
    """Return the monthly extent and area of the northern hemisphere (Sea Ice Index V3), million km2.

    The extent of a month is the mean of its daily extents. `as_of` is the last day of the month. The code
    -9999 is missing. `area_million_km2` excludes the pole hole, which shrank in 1987-07 and in 2008, so a
    trend over these months has steps.

    Raises
    ------
    SourceError
        If columns, an extent (2.5...17) or a month is not as expected.
    """
    columns = ["year", "mo", "data-type", "region", "extent", "area"]
    tables = []
    for path in inputs.provider_glob(MONTHLY_CSV):
        raw = _csv(path, columns)
        if set(raw["region"]) != {"N"}:
            raise refuse(path, "region N", str(set(raw["region"])))
        _check_extent(path, raw["extent"])
        tables.append(raw)
    table = pd.concat(tables, ignore_index=True).sort_values(["year", "mo"], ignore_index=True)
    if table.duplicated(["year", "mo"]).any():
        raise refuse(path, "each month once", "one twice")
    iso = table["year"].map("{:04d}".format) + "-" + table["mo"].map("{:02d}".format)
    return pd.DataFrame(
        {
            "feature_id": "nh-" + iso,
            "name": "Arctic sea ice extent, " + iso,
            "source_id": MONTHLY,
            "as_of": (pd.to_datetime(iso + "-01") + pd.offsets.MonthEnd()).dt.strftime("%Y-%m-%d"),
            "date": iso + "-01",
            "year": table["year"],
            "month": table["mo"],
            "extent_million_km2": table["extent"],
            "area_million_km2": table["area"],
            "sensor_note": table["data-type"].fillna("missing"),
        }
    )


def monthly_polygon_files(inputs: Inputs) -> dict[date, Path]:
    """Return the files of extent polygons by the first day of their month, in the order of time.

    Raises
    ------
    MissingInputError
        If no file is at hand.
    SourceError
        If a name is not like N-2012-09.geojson.
    """
    files = {_month_of(path): path for path in inputs.provider_glob(_POLYGONS)}
    return dict(sorted(files.items()))


def median_files(inputs: Inputs) -> list[Path]:
    """Return the twelve files of the median edge of 1981-2010, January first.

    Raises
    ------
    MissingInputError
        If one of the twelve is not at hand.
    """
    return [inputs.provider(_MEDIAN.format(month=calendar.month_name[month])) for month in range(1, 13)]


def read_polygons(path: Path) -> NDArray[np.object_]:
    """Return the ice polygons of a GeoJSON file or zipped shapefile in EPSG:3413, valid, without duplicates.

    The GeoJSON files have every feature twice and some invalid rings. A ring around the pole and over the
    date line stays whole (`layers.crs`). The shapefiles of the provider are on the Hughes grid, whose metres
    are taken as metres of EPSG:3413 (decisions/0003).

    Raises
    ------
    SourceError
        If a feature is no polygon of the northern hemisphere, or the CRS is another one than WGS 84 degrees
        (GeoJSON) or EPSG:3411 (zip).
    """
    if path.suffix == ".zip":
        check_shapes_of(path)
        frame = gpd.read_file(f"zip://{path}")
        if frame.crs is None or frame.crs.to_epsg() != _HUGHES_EPSG:
            raise refuse(path, f"EPSG:{_HUGHES_EPSG}", str(frame.crs))
        with zipfile.ZipFile(path) as box:
            inside = re.findall(r"extent_N_(\d{6})_polygon", " ".join(box.namelist()))
        # Another month may lie under the address of this one. A name that states none tells nothing.
        if inside and inside[0] != (month := f"{_month_of(path):%Y%m}"):
            raise refuse(path, f"polygons of {month}", f"those of {inside[0]}")
        shapes = shapely.make_valid(np.asarray(frame.geometry.array, dtype=object))
        return np.asarray(shapes[~shapely.is_missing(shapes)])
    try:
        parts = shapely.get_parts(shapely.from_geojson(path.read_bytes()))
    except shapely.GEOSException as error:
        raise refuse(path, "GeoJSON", str(error)) from error
    kinds = {str(part.geom_type) for part in parts}
    if not kinds or not kinds <= {"Polygon", "MultiPolygon"}:
        raise refuse(path, "polygons", ", ".join(sorted(kinds)) or "no feature")
    west, south, east, north = shapely.total_bounds(parts)
    if not (west >= -360 and east <= 360 and south >= 0 and north <= 90):
        actual = f"{west:g} {south:g} {east:g} {north:g}"
        raise refuse(path, "longitude, latitude in degrees, north of the equator", actual)
    _, once = np.unique(shapely.to_wkb(shapely.normalize(parts)), return_index=True)
    return geographic_to_polar(parts[np.sort(once)])


def _month_of(path: Path) -> date:
    match = re.fullmatch(r"N-(\d{4})-(0[1-9]|1[0-2])\.geojson", path.name) or re.fullmatch(
        r"extent_N_(\d{4})(0[1-9]|1[0-2])_polygon_v[\d.]+\.zip", path.name
    )
    if match is None:
        raise refuse(path, "a name like N-2012-09.geojson", path.name)
    return date(int(match[1]), int(match[2]), 1)


def _has_polygons(path: Path) -> date:
    """Return the last day of the month of a file; raises SourceError if it has no polygons."""
    if not len(read_polygons(path)):
        raise refuse(path, "polygons", "none")
    first = _month_of(path)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


# The provider serves the polygons of a month. The median edges as closed polygons come from another project.
POLYGONS_REMOTE = Remote(
    _LIVE + "/monthly/shapefiles/shp_extent/{day:%m_%b}/extent_N_{day:%Y%m}_polygon_v4.0.zip",
    "sea_ice/g02135_extent_polygons/extent_N_{day:%Y%m}_polygon_v4.0.zip",
    "zip",
    part="polygons",
    probe=_has_polygons,
    field=IceField(read_polygons, DAILY, month="g02135_month"),
)
MEDIAN_REMOTES = tuple(
    Remote(
        "https://raw.githubusercontent.com/MPAS-Dev/geometric_features/main/geometric_data/seaice/region/"
        f"{month}_Historical_Median_Sea_Ice_Extent/region.geojson",
        _MEDIAN.format(month=month),
        "geojson",
        part="medians",
        mark=rf"{month} Historical Median",
        probe=lambda path: date(2010, 12, 31) if len(read_polygons(path)) else date.min,
    )
    for month in calendar.month_name[1:]
)


def _csv(path: Path, columns: list[str], **options: Any) -> pd.DataFrame:
    try:
        raw: pd.DataFrame = pd.read_csv(path, skipinitialspace=True, na_values=["-9999"], **options)
    except pd.errors.ParserError as error:
        raise refuse(path, "rows as long as the headings", str(error).removesuffix("\n")) from error
    raw.columns = [str(column).strip() for column in raw.columns]
    if list(raw.columns) != columns:
        raise refuse(path, f"the columns {', '.join(columns)}", ", ".join(raw.columns))
    return raw


def _check_extent(path: Path, extent: pd.Series[Any]) -> None:
    low, high = _PLAUSIBLE_MILLION_KM2
    numbers = pd.to_numeric(extent, errors="coerce")
    wrong = (extent.notna() & numbers.isna()) | (numbers < low) | (numbers > high)
    if wrong.any():
        actual = f"{extent[wrong].iloc[0]} in data row {int(np.argmax(wrong)) + 1}"
        raise refuse(path, f"extents of {low:g}...{high:g} million km2", actual)


def _sensor_note(path: Path, files: str) -> str:
    products = sorted(set(re.findall(r"nsidc-?(0051|0081|0803)", files.lower())))
    sensors = sorted(set(re.findall(r"_(n07|f\d{2}|amsr2)_", files.lower())))
    unknown = [sensor for sensor in sensors if sensor not in SENSORS]
    if not products or unknown:
        raise refuse(path, "a known product and sensor in Source Data", files[:120])
    sensor_names = " and ".join(SENSORS[sensor] for sensor in sensors) or NOT_STATED
    return f"{sensor_names}, {' and '.join(f'NSIDC-{product}' for product in products)}"


SOURCES = (
    Source(
        id=DAILY,
        feeds="sea_ice_extent",
        title="Sea Ice Index, daily extent of the northern hemisphere, Version 4",
        publisher="National Snow and Ice Data Center",
        licence=LICENCE,
        citation=_CITATION.format(version="Version 4"),
        homepage="https://nsidc.org/data/g02135",
        as_of="2026-08-05",
        state="embedded",
        is_measured=True,
        made="all days as published, none filled in; sensor and product of each day named",
        read=read_daily,
        remotes=(
            Remote(
                f"{_LIVE}/daily/data/N_seaice_extent_daily_v4.0.csv",
                DAILY_CSV,
                at_least_rows=15_000,
                fresh_days=7,
            ),
        ),
        checks=Checks(own=(daily_extent, daily_mean)),
    ),
    Source(
        id=MONTHLY,
        feeds="sea_ice_monthly",
        title="Sea Ice Index, monthly extent and area of the northern hemisphere, Version 3",
        publisher="National Snow and Ice Data Center",
        licence=LICENCE,
        citation=_CITATION.format(version="Version 3"),
        homepage="https://nsidc.org/data/g02135",
        as_of="2025-01-31",
        state="embedded",
        is_measured=True,
        made="twelve files in one table; -9999 is missing",
        read=read_monthly,
        remotes=tuple(
            Remote(
                f"{_LIVE}/monthly/data/N_{month:02}_extent_v4.0.csv",
                f"sea_ice/g02135_monthly_csv/N_{month:02}_extent_v3.0.csv",
                at_least_rows=40,
                mark=rf"\n\s*\d{{4}},\s*{month},",
                fresh_days=62,
            )
            for month in range(1, 13)
        ),
        checks=Checks(own=(monthly_mean,)),
    ),
)
