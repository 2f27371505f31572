"""Capability of ports and airfields: which nodes are equals, and which can serve as another node."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.assessed.class_thresholds import anchor_values
from layers.assessed.evidence_builder import SourceColumns, numbers, yes

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["capability_of", "is_usable"]

# Deep draft, and the runways on which a large transport can land (short) and from which it can take off
# (long), m. The values are those of ANCHORS, so that capability is the same under every scenario.
_DEEP_DRAFT_M, _SHORT_RUNWAY_M, _LONG_RUNWAY_M = (
    anchor_values()[name] for name in ("depth_deep", "runway_short", "runway_long")
)
_GRAVEL = 0.5  # a long unpaved runway: usable, but no equal of a paved one
_DEPTHS = ("channel_depth_low_m", "anchorage_depth_low_m", "cargo_pier_depth_low_m")


def capability_of(sites: pd.DataFrame, ports: pd.DataFrame, airfields: pd.DataFrame) -> NDArray[np.float64]:
    """Return the capability class of each site, shape (sites,); higher is more capable, NaN is unknown.

    A port has 1 with deep water, else 0. An airfield has 2, 1 or 0 by the length of its longest paved runway.
    An airfield with only an unpaved runway has 0.5 if this runway is long enough, else 0. A runway of unknown
    surface gives 0 if it is too short in any case. All other kinds have 0.
    """
    port, air = SourceColumns(sites["sources"], ports), SourceColumns(sites["sources"], airfields)
    depths = np.vstack([numbers(port["channel_depth_low_m"]), numbers(port["anchorage_depth_low_m"])])
    deep = np.where((depths >= _DEEP_DRAFT_M).any(axis=0), 1.0, depths.sum(axis=0) * 0)
    length, paved_m = numbers(air["runway_length_m"]), numbers(air["paved_length_m"])
    unpaved = np.where(
        yes(air["is_runway_paved"]) == 0, 0.0, np.where(length < _SHORT_RUNWAY_M, length, np.nan)
    )
    paved_m = np.where(np.isnan(paved_m), unpaved, paved_m)
    field = np.where(paved_m >= _LONG_RUNWAY_M, 2.0, paved_m >= _SHORT_RUNWAY_M) + paved_m * 0
    field = np.where((field == 0) & (length >= _SHORT_RUNWAY_M), _GRAVEL, field)
    kinds = sites["kind"].to_numpy(dtype=object)
    return np.where(kinds == "port", deep, np.where(kinds == "airfield", field, 0.0))


def is_usable(
    sites: pd.DataFrame, capability: NDArray[np.float64], ports: pd.DataFrame, landings: pd.DataFrame
) -> NDArray[np.bool_]:
    """Return which sites can serve as another node of their kind, shape (sites,).

    A port needs a known depth, an airfield a runway of 1,067 m or more, a landing a system in service. A site
    of any other kind is usable. `capability` is that of `capability_of`.
    """
    kinds = sites["kind"].to_numpy(dtype=object)
    port, landing = SourceColumns(sites["sources"], ports), SourceColumns(sites["sources"], landings)
    depth = np.vstack([numbers(port[name]) for name in _DEPTHS])
    has_depth = ~np.isnan(depth).all(axis=0)
    systems = numbers(landing["systems_in_service"])
    return np.select(
        [kinds == "port", kinds == "airfield", kinds == "cable_landing"],
        [has_depth, np.nan_to_num(capability, nan=0.0) >= _GRAVEL, systems >= 1],
        default=True,
    ).astype(bool)
