"""NSIDC-0622: where ice can be in a month, of the National Ice Center's charts of 1972 to 2007."""

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
    """Read a month (1...12) and the cells of `NSIDC_25KM` where ice can be in it (NSIDC-0622).

    The largest extent of the National Ice Center's charts of 1972 to 2007.

    Raises
    ------
    SourceError
        If the name, the shape or a flag is not the known one.
    """
    named = re.search(r"\.N25km\.(0[1-9]|1[0-2])\.", path.name)
    if named is None:
        raise refuse(path, "a name with .N25km.MM.", path.name)
    with opened(path) as raw, complete(path):
        flags = raw["valid_ice_flag"].to_numpy()
        meanings = raw["valid_ice_flag"].attrs["flag_meanings"]
    if flags.shape != NSIDC_25KM.shape or meanings != "ocean valid_ice coast land lake":
        raise refuse(path, f"flags ocean valid_ice coast land lake, {NSIDC_25KM.shape}", meanings)
    return int(named[1]), flags == 1


def mask_invalid_ice(sample: Sample, month: int, valid: NDArray[np.bool_]) -> Sample:
    """Set to 0 % the concentration where ice cannot be, if the mask is of the sample's month.

    Such values come from weather and from land within the footprint. In another month the sample
    comes back as it is. Masks: NSIDC-0622; with them the Sea Ice Index is met to three decimals.
    """
    if sample.date.month != month:
        return sample
    spurious = ~valid & (sample.concentration <= 100)
    cleared = np.where(spurious, np.uint8(0), sample.concentration)
    return replace(sample, concentration=cleared, valid_ice_mask=True)
