"""Checks that a permafrost map lies on land, and agrees with the zones published for places."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import shapely

from layers.grid import LAND_5KM, rasterise
from layers.observed.climate_records import PERMAFROST_ZONES
from pipelines.intake.findings import Finding
from pipelines.intake.place_checks import land_mask
from pipelines.snapshot import source_table

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.intake.findings import Check

__all__ = ["agrees_with", "permafrost_ashore"]

# Measured on the map of Canada: 99 % of it is on land, and 37 of 37 places are within a step of the scale. Of
# the same map upside down, half is on land and 3 % of the places are within a step.
ON_LAND_LEAST, WITHIN_STEP_LEAST, PLACES_LEAST = 0.9, 0.8, 10


def permafrost_ashore(new: pd.DataFrame, _old: pd.DataFrame | None) -> list[Finding]:
    """A hold if less than 90 % of the permafrost in `new` (areas in EPSG:3413) lies on land.

    Such a map is upside down or shifted.
    """
    frozen = rasterise(new.geometry.to_numpy(), LAND_5KM)
    share = float(land_mask()[frozen].mean()) if frozen.any() else 1.0
    if share >= ON_LAND_LEAST:
        return []
    text = f"expected {ON_LAND_LEAST:.0%} or more of the permafrost on land, found {share:.0%}"
    return [Finding("ashore", "hold", text)]


def agrees_with(source_id: str) -> Check:
    """The check of a map against the embedded places of the source `source_id`.

    It holds the map if less than 80 % of the places in its areas have a zone at most one step of the scale
    from the zone of the area. With fewer than ten places in the areas it finds nothing.
    """
    return partial(_agreement, source_id)


def _agreement(source_id: str, new: pd.DataFrame, _old: pd.DataFrame | None) -> list[Finding]:
    scale = {name: step for step, name in enumerate(PERMAFROST_ZONES)}
    places = source_table(source_id)
    places = places[places["permafrost_zone"].notna()]
    at, area = shapely.STRtree(new.geometry.to_numpy()).query(places.geometry.to_numpy(), "within")
    if len(at) < PLACES_LEAST:
        return []
    published = places["permafrost_zone"].map(scale).to_numpy()[at]
    share = float((abs(published - new["permafrost_zone"].map(scale).to_numpy()[area]) <= 1).mean())
    if share >= WITHIN_STEP_LEAST:
        return []
    expected = f"{WITHIN_STEP_LEAST:.0%} of {len(at)} typed places within a step of their zone"
    text = f"expected {expected}, found {share:.0%}"
    return [Finding("zone", "hold", text)]
