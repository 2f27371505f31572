"""CF variables of the sea-ice grid: attributes, flags, axes, and the source and licence of each variable.

The grid is `layers.grid.NSIDC_25KM`, 448 x 304 cells of 25 km in EPSG:3413. A variable is a tuple of its
dimensions, its values and its attributes, from which `xarray.Dataset` makes a variable. `sources` are the ids
of the products that a variable is made of; give none for a variable that this project computes. An id that
has no licence in this module raises KeyError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import pipelines.sources.sea_ice.nsidc_sea_ice_index as index
from layers.crs import POLAR
from pipelines.sources.sea_ice import noaa_cdr_g02202, nsidc_0051, osisaf_sic
from pipelines.sources.sea_ice.cell_surface import ICE, NOT_ASSESSED, OPEN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

__all__ = [
    "LICENCES",
    "PRODUCTS",
    "axis_variable",
    "credit",
    "day_stamps",
    "flag_attributes",
    "mapped_variable",
    "presence_variable",
]

PRODUCTS = (nsidc_0051, noaa_cdr_g02202, osisaf_sic)
# Product -> its licence. The empty id stands for this project.
_LICENCE = {
    index.DAILY: index.LICENCE,
    index.MONTHLY: index.LICENCE,
    **{product.PRODUCT: product.LICENCE for product in PRODUCTS},
    "": "computed by this project, Apache-2.0",
}
LICENCES = "; ".join(dict.fromkeys(text for source, text in _LICENCE.items() if source))


def mapped_variable(
    dims: tuple[str, ...],
    values: NDArray[Any],
    long_name: str,
    units: str,
    *sources: str,
    **more: Any,
) -> Any:
    """Return a variable on the grid, with its CF attributes, source and licence.

    `values` has the shape of `dims`, whose last two are y and x, in `units` as CF writes them. `more` are
    further attributes.
    """
    attributes = {"long_name": long_name, "units": units, "grid_mapping": "crs"}
    return (dims, values, {**attributes, **credit(*sources), **more})


def presence_variable(
    dimension: str, fields: Sequence[NDArray[np.uint8]], long_name: str, **more: Any
) -> Any:
    """Return a variable of the presence of ice, uint8, with `fields` stacked along `dimension`.

    `fields` have the shape (y, x) and the codes of `cell_surface`: 0 OPEN, 1 ICE, 255 NOT_ASSESSED.
    """
    flags = flag_attributes((OPEN, ICE, NOT_ASSESSED), "open_water sea_ice not_assessed")
    stack = np.stack(fields)
    return mapped_variable((dimension, "y", "x"), stack, long_name, "1", index.DAILY, **flags, **more)


def axis_variable(name: str, centres_m: NDArray[np.float64]) -> Any:
    """Return the variable of the axis `name` (x or y): the centres of the cells in metres of EPSG:3413."""
    attributes = {
        "standard_name": f"projection_{name}_coordinate",
        "long_name": f"{name} of the cell centre in {POLAR}",
        "units": "m",
        "axis": name.upper(),
        **credit(),
    }
    return (name, centres_m, attributes)


def credit(*sources: str) -> dict[str, str]:
    """Return the attributes `source` and `licence` of a variable made of `sources`, or by this project.

    `source` holds the ids, separated by blanks, or `layers.grid` if there is none. `licence` holds the texts,
    separated by "; ".
    """
    # `dict.fromkeys` keeps the first of equal licences and their order, so equal inputs give equal bytes.
    return {
        "source": " ".join(sources) or "layers.grid",
        "licence": "; ".join(dict.fromkeys(_LICENCE[source] for source in sources or ("",))),
    }


def flag_attributes(values: tuple[int, ...], meanings: str) -> dict[str, Any]:
    """Return the CF attributes of a variable whose codes are `values`, uint8.

    `meanings` has a word for each code, in the same order, separated by blanks.
    """
    return {"flag_values": np.array(values, dtype=np.uint8), "flag_meanings": meanings}


def day_stamps(days: Sequence[date]) -> NDArray[np.datetime64]:
    """Return days as datetime64[s], midnight at the start of each day, shape (days,)."""
    # xarray has no datetime64 in days: seconds are its coarsest unit.
    return np.array(days, dtype="datetime64[D]").astype("datetime64[s]")
