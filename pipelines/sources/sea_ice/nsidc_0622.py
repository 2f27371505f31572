"""NSIDC-0622: masks of valid ice by month, from charts of the National Ice Center of 1972 to 2007."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from layers.grid import NSIDC_25KM
from pipelines.sources.sea_ice.ice_samples import complete, opened, refuse

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from pipelines.sources.sea_ice.ice_samples import Sample

__all__ = ["FILES", "mask_invalid_ice", "read_valid_ice_mask"]

FILES = "sea_ice/nsidc0622_NIC_valid_ice_mask.N25km.*.nc"


def read_valid_ice_mask(path: Path) -> tuple[int, NDArray[np.bool_]]:
    """Return the month (1...12) of a mask, and the cells of `NSIDC_25KM` where ice is possible in that month.

    The mask is the largest extent in the charts of 1972 to 2007.

    Raises
    ------
    SourceError
        If the name, the shape or a flag is not the documented one.
    """
    match = re.search(r"\.N25km\.(0[1-9]|1[0-2])\.", path.name)
    if match is None:
        raise refuse(path, "a name with .N25km.MM.", path.name)
    with opened(path) as raw, complete(path):
        flags = raw["valid_ice_flag"].to_numpy()
        meanings = raw["valid_ice_flag"].attrs["flag_meanings"]
    if flags.shape != NSIDC_25KM.shape or meanings != "ocean valid_ice coast land lake":
        raise refuse(path, f"flags ocean valid_ice coast land lake, {NSIDC_25KM.shape}", meanings)
    return int(match[1]), flags == 1


def mask_invalid_ice(sample: Sample, month: int, valid: NDArray[np.bool_]) -> Sample:
    """Return the sample with 0 % where `valid` is false, if the sample is of `month`; else unchanged.

    Ice outside the mask is an error, from weather or from land in the footprint of the sensor. With these
    masks, extents computed here equal the Sea Ice Index to three decimals.
    """
    if sample.date.month != month:
        return sample
    spurious = ~valid & (sample.concentration <= 100)
    cleared = np.where(spurious, np.uint8(0), sample.concentration)
    return replace(sample, concentration=cleared, valid_ice_mask=True)
