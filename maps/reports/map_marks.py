"""Numbers of places on a small map, set so that no two of them overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["APART", "spread"]

APART: Final = 1.5  # least gap between two marks, in the unit of the positions
_TURNS: Final = 16  # directions that are tried around a place
_REACHES: Final = (2.2, 3.2, 4.4, 6.0, 8.0)  # distances that are tried, in radii of a mark


def spread(
    points: Sequence[tuple[float, float]], radius: float, width: float, height: float
) -> list[tuple[float, float]]:
    """The middle of the mark of each point: the point itself, or the nearest free position around it.

    No mark comes nearer to another than `APART`, covers another point, or leaves the sheet from (0, 0) to
    (`width`, `height`), as long as a position is free. The same points give the same positions.
    """
    own = np.array(points, dtype=float).reshape(-1, 2)
    taken: list[tuple[float, float]] = []
    for place, (x, y) in enumerate(own):
        others = np.delete(own, place, axis=0)
        choices = [(x, y), *_around(x, y, radius, width, height)]
        free = [one for one in choices if _is_free(one, taken, others, radius, width, height)]
        taken.append((float(free[0][0]), float(free[0][1])) if free else (float(x), float(y)))
    return taken


def _around(x: float, y: float, radius: float, width: float, height: float) -> list[tuple[float, float]]:
    # The first direction leads away from the middle of the sheet, where most places lie.
    first = np.arctan2(y - height / 2, x - width / 2)
    # Then one step to either side, two steps to either side, and so on.
    steps = sorted(range(_TURNS), key=lambda step: (min(step, _TURNS - step), step))
    turns = [first + 2 * np.pi * step / _TURNS for step in steps]
    return [
        (x + reach * radius * np.cos(turn), y + reach * radius * np.sin(turn))
        for reach in _REACHES
        for turn in turns
    ]


def _is_free(
    at: tuple[float, float], taken: list[tuple[float, float]], others: np.ndarray, radius: float,
    width: float, height: float,
) -> bool:  # fmt: skip
    inside = radius <= at[0] <= width - radius and radius <= at[1] <= height - radius
    clear = all(np.hypot(at[0] - x, at[1] - y) >= 2 * radius + APART for x, y in taken)
    return bool(inside and clear and (np.hypot(*(others - at).T) >= radius + APART).all())
