"""What a loss of a node would mean in time and way, in words, for explain and the briefing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["recovery_words"]

_MONTHS = {"03": "March", "09": "September"}
_FITS = {"large_enough": "large enough", "smaller": "smaller", "unknown": "its size against it unknown"}
_BASIS = {
    "published_stock": "a published stock", "capacity_over_use": "tanks over yearly use",
    "delivery_gap": "the gap between deliveries, which a stock must bridge", "ran_short": "it ran short so",
}  # fmt: skip


def recovery_words(row: Mapping[str, Any], hazard_class: str | None) -> dict[str, str]:
    """Return by title what a row of `node_recovery` says; `hazard_class` is that of the substitute.

    What is not known is called unknown.
    """
    return {
        "repair": _repair(row), "days on stock": _stock(row), "detour": _detour(row),
        "substitute": _substitute(row, hazard_class),
    }  # fmt: skip


def _span(low: Any, high: Any) -> str:
    if pd.isna(low):
        return f"at most {high:g}"
    if pd.isna(high):
        return f"at least {low:g}"
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _repair(row: Mapping[str, Any]) -> str:
    if pd.isna(row["repaired_as"]):
        return "unknown: no incident of its kind was read"
    count = int(row["repair_incidents"])
    words = f"{count} incidents" if count > 1 else "one incident, which is no range"
    span = _span(row["repair_low_days"], row["repair_high_days"])
    return f"{span} days, from {words} ({str(row['repaired_as']).replace('_', ' ')})"


def _stock(row: Mapping[str, Any]) -> str:
    if pd.isna(row["stock_of"]):
        return "unknown: no stock of its place was read"
    span = _span(row["stock_low_days"], row["stock_high_days"])
    return f"{span} of {row['stock_of']} ({_BASIS[row['stock_basis']]})"


def _detour(row: Mapping[str, Any]) -> str:
    parts = [
        f"{row[f'detour_{month}_km']:,.0f} km in {name} ({row[f'detour_{month}_place']}, the longest of "
        f"{int(row[f'detour_{month}_places'])})"
        for month, name in _MONTHS.items()
        if pd.notna(row[f"detour_{month}_km"])
    ]
    return "; ".join(parts) or "none of more than 5 km in March or September for a place that has a way"


def _substitute(row: Mapping[str, Any], hazard_class: str | None) -> str:
    if pd.isna(row["substitute_id"]):
        return "none on file"
    by_land = pd.notna(row["substitute_land_km"])
    away = (
        f"{row['substitute_land_km']:,.0f} km by land" if by_land
        else f"{row['substitute_straight_km']:,.0f} km straight, no way by land within 300 km"
    )  # fmt: skip
    size = {"port": _port, "airfield": _airfield}.get(str(row["substitute_id"]).partition(":")[0])
    room = size(row) if size else "capacity unknown"
    fits = _FITS[row["substitute_fits"]]
    return f"{row['substitute']}, {away}; {room}; {fits}; hazard {hazard_class or 'unknown'}"


def _port(row: Mapping[str, Any]) -> str:
    draught, ro_ro = row["substitute_draught_m"], row["has_substitute_ro_ro"]
    depth = "unknown" if pd.isna(draught) else f"{draught:g} m"
    return f"draught {depth}, ro-ro {'unknown' if pd.isna(ro_ro) else 'yes' if ro_ro else 'no'}"


def _airfield(row: Mapping[str, Any]) -> str:
    runway = row["substitute_runway_m"]
    return f"runway {'unknown' if pd.isna(runway) else f'{runway:,.0f} m'}"
