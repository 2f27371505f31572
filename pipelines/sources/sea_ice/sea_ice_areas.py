"""Sea ice of the 25 km grid as areas: twelve monthly medians, and the monthly extents."""

from __future__ import annotations

import calendar

import geopandas as gpd
import numpy as np
import shapely

from layers.crs import POLAR, area_km2
from layers.grid import polygons
from layers.regions import REGIONS
from pipelines.source import Inputs, Source
from pipelines.sources.sea_ice import sea_ice_grid

_ICE = 1
_MEDIAN_ENDS = "2010-12-31"


def read(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return areas with ice in EPSG:3413, along the edges of the 25 km cells, cut at 58 N.

    `area_million_km2` is the area of all ice of the month, south of 58 N too. It is the extent of the monthly
    mean concentration, which is 1 to 5 % larger than the mean of daily extents in the monthly table
    (Windnagel et al. 2017, NSIDC Special Report 19).
    """
    grid = sea_ice_grid.read(inputs)
    fields = [
        (f"ice-median-{month:02d}", "median_1981_2010", None, month, _MEDIAN_ENDS, field)
        for month, field in enumerate(grid["presence_median"].to_numpy(), start=1)
    ]
    times = grid["time"].dt
    for year, month, field in zip(
        times.year.to_numpy(), times.month.to_numpy(), grid["presence_monthly"].to_numpy(), strict=True
    ):
        last = calendar.monthrange(year, month)[1]
        day = f"{year}-{month:02d}-{last}"
        fields.append((f"ice-{year}-{month:02d}", "monthly_extent", year, month, day, field))
    ids, products, years, months, days, masks = zip(*fields, strict=True)
    shapes = np.array([dict(polygons(mask))[_ICE] for mask in masks], dtype=object)
    names = [
        f"{calendar.month_name[month]} {year or 'median 1981-2010'}"
        for year, month in zip(years, months, strict=True)
    ]
    return gpd.GeoDataFrame(
        {
            "feature_id": ids,
            "name": names,
            "product": products,
            "year": years,
            "month": months,
            "area_million_km2": (area_km2(shapes) / 1e6).round(3),
            "source_id": "sea_ice_areas",
            "as_of": days,
        },
        geometry=shapely.intersection(shapes, REGIONS[0].outline),
        crs=POLAR,
    )


SOURCES = (
    Source(
        id="sea_ice_areas",
        feeds="sea_ice",
        title="Sea ice as areas: monthly medians and monthly extents",
        publisher="National Snow and Ice Data Center",
        licence=sea_ice_grid.SOURCES[0].licence,
        citation=sea_ice_grid.SOURCES[0].citation,
        homepage="https://nsidc.org/data/g02135",
        as_of="2023-02-28",
        state="embedded",
        is_measured=True,
        made="outlines of the 25 km cells with ice, cut at 58 N",
        read=read,
    ),
)
