"""Coalition lens: the share of the picture that a set of states has, and the fewest states for a share.

It is a count of places and cables and no judgement of states. A territory counts on its own: `DNK` is Denmark
alone, `DNK+` is Denmark with Greenland and the Faroes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed.dual_use import CLASSES
from layers.assessed.sites import KINDS
from layers.errors import UsageError
from layers.iso_3166 import ALPHA_3
from layers.names import hint, match, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["Holding", "country", "holdings", "lens", "members", "smallest_set"]

_MOST_STATES = 16  # all sets of them are compared: 65,536


def members(text: str, memberships: pd.DataFrame) -> tuple[str, ...]:
    """Return the ISO 3166-1 alpha-3 codes of the states in a comma-separated text.

    A state is an alpha-2 code, an alpha-3 code or an English name, in upper or lower case. `+` adds its
    territories.

    Raises
    ------
    UsageError
        If the text names no state, or one that is not in the membership table; with the nearest names.
    """
    table = memberships.set_index("country_iso3")
    codes: list[str] = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        code = country(word.removesuffix("+"), table["name"].to_dict(), "--states")
        codes.append(code)
        if word.endswith("+"):
            codes += table.index[table["parent_iso3"] == code].tolist()
    if not codes:
        msg = "--states: expected at least one state, found none: such as NO,FI,SE"
        raise UsageError(msg)
    return tuple(dict.fromkeys(codes))


def country(text: str, names: Mapping[str, str], option: str) -> str:
    """Return the ISO 3166-1 alpha-3 code that a code of two or three letters or an English name stands for.

    `names` maps the codes to choose from to English names. `option` is named in the message.

    Raises
    ------
    UsageError
        If `text` names none of them; the message gives the nearest.
    """
    alpha_2 = {three: two for two, three in ALPHA_3.items()}
    found = match(text, {code: (name, alpha_2.get(code, "")) for code, name in names.items()})
    if found is not None:
        return found
    near = [f"{name} ({code})" for name in nearest(text, names.values())
            for code, own in names.items() if own == name]  # fmt: skip
    end = hint(near, f"such as {', '.join(list(names)[:3])}")
    msg = f"{option}: expected an ISO code or an English name of a country, found {text.strip()!r}: {end}"
    raise UsageError(msg)


@dataclass(frozen=True, slots=True)
class Holding:
    """One measure of the picture: `weights` of its things, and `is_held`, shape (things, states).

    `is_held` marks the states that have a thing. A thing that several states share, such as a cable, counts
    once if any of these states is chosen.
    """

    id: str
    unit: str
    weights: NDArray[np.float64]
    is_held: NDArray[np.bool_]

    def of(self, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the weight that each set of states has; `chosen` has shape (sets, states)."""
        return np.asarray((chosen.astype(float) @ self.is_held.T.astype(float) > 0) @ self.weights)


def holdings(
    nodes: pd.DataFrame, cables: pd.DataFrame, cable_landings: pd.DataFrame
) -> tuple[tuple[str, ...], tuple[Holding, ...]]:
    """Return the states of the picture, and its measures: nodes, kinds, ports, flags, places, km of cable.

    A critical place is a place with a flagged node; it counts once if any state of its flagged nodes is
    chosen. A cable system in service counts once, with its whole published length. A measure without things
    is left out.
    """
    states = tuple(sorted(set(nodes["country_iso3"]) | set(cable_landings["country_iso3"])))

    def counted(name: str, where: pd.Series) -> Holding:
        number = nodes.loc[where, "country_iso3"].value_counts().reindex(states, fill_value=0)
        return Holding(name, "nodes", number.to_numpy(dtype=float), np.eye(len(states), dtype=bool))

    kind = nodes["kind"]
    rows = [counted("nodes", kind.notna())]
    rows += [counted(name, kind == name) for name in KINDS]
    rows += [
        counted(f"port {name}", (kind == "port") & (nodes["dual_use_class"] == name)) for name in CLASSES
    ]
    flagged = nodes["flag"].isin(["robust", "possible"])
    rows.append(counted("flagged", flagged))
    rows.append(_places(states, nodes[flagged]))
    rows.append(_cable_km(states, cables, cable_landings))
    return states, tuple(row for row in rows if row.weights.sum() > 0)


def _places(states: Sequence[str], critical: pd.DataFrame) -> Holding:
    at = pd.crosstab(critical["place_id"], critical["country_iso3"]).reindex(
        columns=list(states), fill_value=0
    )
    return Holding("critical places", "places", np.ones(len(at)), at.to_numpy() > 0)


def _cable_km(states: Sequence[str], cables: pd.DataFrame, landings: pd.DataFrame) -> Holding:
    country = dict(
        zip(landings["feature_id"].str.removeprefix("landing-"), landings["country_iso3"], strict=True)
    )
    live = cables[(cables["status"] == "in_service") & cables["published_length_km"].notna()]
    ends = pd.concat([live.assign(end=live[side].map(country)) for side in ("from_landing", "to_landing")])
    ends = ends.dropna(subset=["end"])
    lands = pd.crosstab(ends["system_id"], ends["end"]).reindex(columns=list(states), fill_value=0)
    length = live.groupby("system_id")["published_length_km"].first().reindex(lands.index)
    return Holding("cable systems", "km", length.to_numpy(dtype=float), lands.to_numpy() > 0)


def smallest_set(holding: Holding, states: Sequence[str], reach: float) -> tuple[str, ...]:
    """Return the fewest states that together have the share `reach`, 0 to 1, of a measure.

    If several sets of this size reach the share, the set with the largest share is returned, and of equal
    ones the first in the alphabet. All sets are compared.

    Raises
    ------
    UsageError
        If more than 16 states have something.
    """
    has = np.flatnonzero(holding.weights @ holding.is_held > 0)
    if len(has) > _MOST_STATES:
        msg = (
            f"smallest set: expected at most {_MOST_STATES} states, found {len(has)}: choose a smaller region"
        )
        raise UsageError(msg)
    numbers = np.arange(1, 2 ** len(has))
    # The first state is the highest bit: of equal sets the first in the alphabet has the largest number.
    chosen = np.zeros((len(numbers), len(states)), dtype=bool)
    chosen[:, has] = (numbers[:, None] >> np.arange(len(has))[::-1]) & 1 == 1
    total = holding.weights.sum()
    share = holding.of(chosen) / total
    size = chosen.sum(axis=1)
    # The margin keeps a set that reaches the share exactly.
    enough = share >= reach - 1e-12
    order = np.lexsort((-numbers, -share.round(12), size, ~enough))
    return tuple(states[i] for i in np.flatnonzero(chosen[order[0]]).tolist())


def lens(
    chosen: Sequence[str],
    nodes: pd.DataFrame,
    cables: pd.DataFrame,
    cable_landings: pd.DataFrame,
    reach: float = 0.8,
) -> list[dict[str, Any]]:
    """Return what the chosen states have of each measure, and the fewest states that reach `reach`.

    Rows have measure, unit, held, total, share, smallest_set and smallest_share. A state without a thing in
    the picture has 0.

    Raises
    ------
    UsageError
        If `reach` is not larger than 0 and at most 1.
    """
    if not 0 < reach <= 1:
        msg = f"--reach: expected a share over 0 and up to 100 %, found {100 * reach:g} %: 80 is usual"
        raise UsageError(msg)
    states, rows = holdings(nodes, cables, cable_landings)
    ours = np.isin(states, chosen)
    table = []
    for row in rows:
        total = float(row.weights.sum())
        best = smallest_set(row, states, reach)
        amount, most = row.of(np.stack([ours, np.isin(states, best)]))
        table.append(
            {
                "measure": row.id,
                "unit": row.unit,
                "held": float(amount),
                "total": total,
                "share": float(amount) / total,
                "smallest_set": list(best),
                "smallest_share": float(most) / total,
            }
        )
    return table
