"""CF variables of the samples of the sea-ice grid: concentration, what each sample is, and its extents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import pipelines.sources.sea_ice.nsidc_sea_ice_index as index
from layers.grid import ICE_THRESHOLD_PCT, LAND, MISSING, OCEAN, POLE_HOLE, extent_million_km2
from pipelines.sources.sea_ice.cell_surface import FILL_KM, fill_unassessed
from pipelines.sources.sea_ice.grid_variables import credit, day_stamps, flag_attributes, mapped_variable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from pipelines.source import Inputs
    from pipelines.sources.sea_ice.ice_samples import Sample

__all__ = ["sample_variables"]


def sample_variables(
    samples: Sequence[Sample],
    area: NDArray[np.float64],
    surface: NDArray[np.uint8],
    inputs: Inputs,
) -> dict[str, Any]:
    """Return the variables along the dimension `sample`: fields, ids and dates, extents in million km2.

    `area` holds the area of each cell in km2, `surface` the codes of `layers.grid`; both have the shape
    (448, 304). The official extents are read by `inputs` from the tables of the Sea Ice Index.
    """
    stamps = [s.date.isoformat()[: 10 if s.period == "daily" else 7] for s in samples]
    products = sorted({sample.product for sample in samples})
    stack = np.stack([sample.concentration for sample in samples])
    return {
        "concentration": _concentration(stack, products),
        **_identity(samples, stamps, products),
        **_extents(stack, area, surface == OCEAN, products),
        "official_extent_million_km2": _official_extent(samples, stamps, inputs),
    }


def _concentration(stack: NDArray[np.uint8], products: Sequence[str]) -> Any:
    return mapped_variable(
        ("sample", "y", "x"),
        stack,
        "sea ice concentration, rounded down",
        "percent",
        *products,
        standard_name="sea_ice_area_fraction",
        valid_range=np.array([0, 100], dtype=np.uint8),
        comment="flags are not fractions: mask them before use. Ice where it cannot be was set "
        "to 0 where sample_valid_ice_mask is 1",
        **flag_attributes((POLE_HOLE, LAND, MISSING), "pole_hole_assumed_ice land_or_lake missing"),
    )


def _identity(samples: Sequence[Sample], stamps: Sequence[str], products: Sequence[str]) -> dict[str, Any]:
    """Return what each sample is: id, date, product, version, period, and whether a mask was applied."""

    def text(values: Sequence[str], long_name: str) -> Any:
        return ("sample", np.array(values), {"long_name": long_name, **credit(*products)})

    return {
        "sample_id": text(
            [f"{s.product}-{stamp}" for s, stamp in zip(samples, stamps, strict=True)], "sample"
        ),
        "sample_date": (
            "sample",
            day_stamps([sample.date for sample in samples]),
            {"long_name": "day, or first day of the month", **credit(*products)},
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
                **flag_attributes((0, 1), "no yes"),
                **credit(*products),
            },
        ),
    }


def _extents(
    stack: NDArray[np.uint8], area: NDArray[np.float64], ocean: NDArray[np.bool_], products: Sequence[str]
) -> dict[str, Any]:
    """Return the extents computed from the samples, the area filled, and the area without a value before."""
    unseen = (stack == MISSING) & ocean
    filled = np.stack([fill_unassessed(field, ocean) for field in stack])
    edge = f"{ICE_THRESHOLD_PCT:.0f} % or more (Cavalieri et al. 1999, doi:10.1029/1999JC900081)"
    return {
        "computed_extent_million_km2": _million_km2(
            extent_million_km2(filled, area),
            "sea ice extent, computed from the sample with its gaps filled",
            *products,
            comment=f"area of all cells of {edge}; the pole hole is assumed to be ice; an ocean "
            "cell without a value takes that of the nearest ocean cell with one, no farther than "
            f"{FILL_KM:g} km. Only this number is filled: concentration keeps its gaps",
        ),
        "assessed_extent_million_km2": _million_km2(
            extent_million_km2(stack, area),
            "sea ice extent, computed from the sample as it is, nothing filled",
            *products,
            comment=f"area of all cells of {edge}; the pole hole is assumed to be ice",
        ),
        "filled_million_km2": _million_km2(
            np.sum((unseen & (filled != MISSING)) * area, axis=(1, 2)) / 1e6,
            "area of the ocean cells filled for computed_extent_million_km2, ice or not",
            *products,
            comment="part of unassessed_million_km2; the rest lies farther from any value",
        ),
        "unassessed_million_km2": _million_km2(
            np.sum(unseen * area, axis=(1, 2)) / 1e6,
            "area of the ocean cells in which the sample holds no value",
            *products,
        ),
    }


def _official_extent(samples: Sequence[Sample], stamps: Sequence[str], inputs: Inputs) -> Any:
    """Return the extent that NSIDC states for the day or month of each sample; NaN where it states none."""
    daily = index.read_daily(inputs).set_index("feature_id")["extent_million_km2"]
    monthly = index.read_monthly(inputs).set_index("feature_id")["extent_million_km2"]
    official = [
        (daily if sample.period == "daily" else monthly).get(f"nh-{stamp}", np.nan)
        for sample, stamp in zip(samples, stamps, strict=True)
    ]
    return _million_km2(
        official,
        "sea ice extent as NSIDC states it",
        index.DAILY,
        index.MONTHLY,
        comment="NASA Team or AMSR2; a month is the mean of its days' extents, which is 1 to "
        "2 % less than the extent of the month's mean concentration",
    )


def _million_km2(values: Any, long_name: str, *sources: str, **more: Any) -> Any:
    attributes = {"long_name": long_name, "units": "1e6 km2", **credit(*sources), **more}
    return ("sample", np.asarray(values, dtype=np.float64).round(6), attributes)
