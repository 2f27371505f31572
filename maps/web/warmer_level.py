"""What the web page shows of 2 °C of global warming, beside the level of the picture itself.

The judgement of a warmer level is the table `warming_levels` (layers/assessed/warming_levels.py). The page
rings the nodes whose climate class is higher, and has the warming of the air at this level as a layer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from layers.schema import Column, conform

if TYPE_CHECKING:
    import pandas as pd

    from layers.picture import Picture

__all__ = ["AIR", "COLUMNS", "LAYER_ID", "LAYER_TITLE", "LEVEL_DEGC", "level_columns", "warming_at_level"]

LEVEL_DEGC: Final = 2.0
AIR: Final = "warming"  # the layer of the warming of the air at the level of the picture
LAYER_ID: Final = "warming_at_2_degc"
LAYER_TITLE: Final = "Warming since pre-industry at 2 °C of global warming (one model's pattern)"
COLUMNS: Final = (
    Column("hazard_class_at_2_degc", "str", "climate class at 2 °C, where it is higher than in the picture"),
    Column("is_critical_at_2_degc", "bool", "meets the rule of a critical node at 2 °C, without draws"),
    Column(
        "ice_months_lost_at_2_degc", "float", "months with ice fewer than in 1981-2010, at 2 °C", "months"
    ),
)


def level_columns(picture: Picture) -> dict[str, Any]:
    """Return the values of `COLUMNS` in the order of the nodes; null in a picture of this level or warmer."""
    nodes, levels = picture.tables["nodes"], picture.tables.get("warming_levels")
    if levels is None or "node_id" not in nodes:
        return {column.name: np.full(len(nodes), None, dtype=object) for column in COLUMNS}
    rows = levels[levels["warming_degc"] == LEVEL_DEGC].set_index("node_id").reindex(nodes["node_id"])
    is_higher = rows["is_higher"].eq(other=True)
    return {
        "hazard_class_at_2_degc": rows["hazard_class"].where(is_higher, None).to_numpy(),
        "is_critical_at_2_degc": rows["is_critical_by_rule"].to_numpy(),
        "ice_months_lost_at_2_degc": rows["ice_months_lost"].to_numpy(),
    }


def warming_at_level(picture: Picture) -> pd.DataFrame | None:
    """Return the table of the layer `warming` at the level.

    None for a picture without this layer, and for one of this level or warmer.
    """
    layer = next((layer for layer in picture.layers if layer.id == AIR), None)
    if layer is None or layer.derive is None or "climate" not in picture.grids:
        return None
    if picture.scenario.warming_degc >= LEVEL_DEGC:
        return None
    # The layer is made as it is for the picture, so that the two differ in nothing but the level.
    level = replace(picture.scenario, warming_degc=LEVEL_DEGC)
    return conform(layer.derive(picture.grids, level), layer)
