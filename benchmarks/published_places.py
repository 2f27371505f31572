"""Compare the picture with published facts on places (published_places.csv)."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.claims import claim

if TYPE_CHECKING:
    from layers.picture import Picture

__all__ = ["published"]

_PLACES = Path(__file__).parent / "published_places.csv"


def published(picture: Picture) -> list[dict[str, Any]]:
    """Return the claim that the picture agrees with the published facts."""
    nodes = picture.tables["nodes"].set_index("node_id")
    with _PLACES.open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    right, misses, unknown = 0, [], []
    for row in table:
        if row["node_id"] not in nodes.index:
            misses.append(f"{row['place']}: no node {row['node_id']}")
            continue
        value, is_right = _compared(nodes.loc[row["node_id"]], row)
        right += bool(is_right)
        if value is None:
            unknown.append(f"{row['place']} ({row['attribute']})")
        elif not is_right:
            expected = row["expected"] or f"{row['low']} to {row['high']}"
            misses.append(f"{row['place']}, {row['attribute']}: published {expected}, here {value}")
    count_known = len(table) - len(unknown)
    places = len({row["place"] for row in table})
    return [
        claim(
            f"published facts right, of {count_known} on {places} places that the picture tells",
            right,
            f">= {0.9 * count_known:.1f}",
            right >= 0.9 * count_known,
            misses="; ".join(misses),
            not_told="; ".join(unknown),
        )
    ]


def _compared(node: pd.Series, row: dict[str, str]) -> tuple[Any, bool]:
    """Return the value of the picture for a published fact, None if it has none, and whether it is right."""
    attribute, expected = row["attribute"], row["expected"].split("|")
    if attribute in {"permafrost_zone", "coastal_erosion_class"}:
        value = node[attribute]
        return (None, False) if value == "unknown" else (value, value in expected)
    column = {
        "ice_months_recent": "ice_months_recent", "ice_season_change": "ice_months_lost",
        "relative_sea_level_sign": "relative_sea_level_m",
    }[attribute]  # fmt: skip
    value = float(node[column])
    if np.isnan(value):
        return None, False
    if attribute == "ice_months_recent":
        # Published seasons are in days, those of the picture in months. Half a month more or less is right.
        is_right = float(row["low"]) - 0.5 <= value <= float(row["high"]) + 0.5
    elif attribute == "ice_season_change":
        is_right = ("shorter" in expected and value > 0) or ("unchanged" in expected and abs(value) < 0.5)
    else:
        is_right = ("rise" in expected and value > 0) or ("fall" in expected and value < 0)
    return round(value, 2), is_right
