"""The POLARIS table of IMO: risk values of ship classes in ice, and the risk index (method §3).

Not for navigation. POLARIS (IMO MSC.1/Circ.1519) weighs each stage of ice by the class of the ship. Without
thickness the index is a bound for an assumed stage of ice, never a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.errors import SourceError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "CHAINS",
    "CLASSES",
    "ICE_TYPES",
    "STAGES",
    "Polaris",
    "operation",
    "polaris",
    "rio",
    "rio_bounds",
    "stages",
]

# Ice types of the table, thinnest first.
ICE_TYPES = (
    "ice_free", "new", "grey", "grey_white", "thin_fy_1", "thin_fy_2", "medium_fy_lt1m", "medium_fy",
    "thick_fy", "second_year", "light_my", "heavy_my",
)  # fmt: skip
# Strongest class first. The two families cross (IA Super has higher values in thin ice than PC7), so neither
# family ranks above the other. Both rank above a ship without ice class.
CHAINS = (
    ("PC1", "PC2", "PC3", "PC4", "PC5", "PC6", "PC7", "none"),
    ("IA Super", "IA", "IB", "IC", "none"),
)
# Seasons are counted for these; weakest class first.
CLASSES = ("none", "IC", "IA", "PC7", "PC6", "PC5", "PC3")
STAGES = ("thin_fy_1", "medium_fy", "thick_fy", "second_year")
_POLAR_CLASSES = CHAINS[0][:-1]
_SPECIAL_RIO = -10.0  # below it, special consideration also for polar classes (Circ.1519, Table 1.1)
# Thinnest and thickest plausible first-year ice by month: growth from October to May, no thin ice left by
# July. A convention of this project, not of IMO. Multi-year ice is as thick all year.
_FIRST_YEAR = {
    10: ("new", "thin_fy_1"), 11: ("new", "thin_fy_2"), 12: ("grey", "thin_fy_2"),
    1: ("grey_white", "medium_fy_lt1m"), 2: ("grey_white", "medium_fy"), 3: ("thin_fy_1", "thick_fy"),
    4: ("thin_fy_1", "thick_fy"), 5: ("thin_fy_1", "thick_fy"), 6: ("thin_fy_2", "thick_fy"),
    7: ("medium_fy_lt1m", "thick_fy"), 8: ("medium_fy_lt1m", "thick_fy"), 9: ("medium_fy_lt1m", "thick_fy"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Polaris:
    """Risk index values (RIV) by class and ice type, and the speed limit in elevated risk, knots."""

    riv: pd.DataFrame
    speed_kn: pd.Series[Any]

    @property
    def c_star(self) -> pd.DataFrame:
        """Return the concentration, 0...1, at which the index of ice of one stage is zero.

        It is 3 / (3 - RIV), or 1 where RIV >= 0.
        """
        return pd.DataFrame(
            np.where(self.riv < 0, 3.0 / (3.0 - self.riv.clip(upper=0)), 1.0),
            index=self.riv.index,
            columns=self.riv.columns,
        )


def polaris(table: pd.DataFrame) -> Polaris:
    """Make the table of risk values and check its two orders.

    A thicker stage never has a higher value than a thinner one. A weaker class never has a higher value than
    a stronger class of the same family. Most wrong copies of the table break one of the two orders.

    Raises
    ------
    SourceError
        If a class or ice type is missing, or an order does not hold.
    """
    riv = table.pivot_table(index="ice_class", columns="ice_type", values="riv", aggfunc="sum")
    classes = list(dict.fromkeys(name for chain in CHAINS for name in chain))
    if set(riv.index) != set(classes) or set(riv.columns) != set(ICE_TYPES) or len(table) != riv.size:
        size = f"{riv.shape[0]} x {riv.shape[1]} in {len(table)} rows"
        msg = f"polaris_riv: expected 12 classes x 12 ice types, each once, found {size}: restore the table"
        raise SourceError(msg)
    riv = riv.loc[classes, list(ICE_TYPES)].astype(int)
    chains = [riv.loc[list(chain)] for chain in CHAINS]
    rises = [riv.diff(axis=1).max(axis=1), *(chain.diff().max(axis=1) for chain in chains)]
    wrong = [name for rise in rises for name in rise.index[rise > 0]]
    if wrong:
        msg = f"polaris_riv: expected values that fall with thickness and class, found {wrong[0]} to rise: "
        raise SourceError(msg + "compare it with MSC.1/Circ.1519, Table 1.3")
    speed = table.drop_duplicates("ice_class").set_index("ice_class")["elevated_risk_speed_limit_kn"]
    return Polaris(riv, speed.loc[classes])


def rio(concentration_pct: ArrayLike, riv: int) -> NDArray[np.float64]:
    """Return the risk index of ice of one stage, 10 [3 (1 - C) + C RIV]; the IMO index needs all stages."""
    share = np.asarray(concentration_pct, dtype=float) / 100.0
    return np.asarray(10.0 * (3.0 * (1.0 - share) + share * riv))


def stages(month: int, ice_type: str | None = None) -> tuple[str, str]:
    """Return the thinnest and the thickest plausible stage of ice in a month.

    `ice_type` is `first_year`, `multi_year` or None (unknown). `month` is 1 to 12.
    """
    thinnest, thickest = _FIRST_YEAR[month]
    if ice_type == "first_year":
        return thinnest, thickest
    return ("second_year" if ice_type == "multi_year" else thinnest), "heavy_my"


def rio_bounds(
    table: Polaris, concentration_pct: ArrayLike, ice_class: str, month: int, ice_type: str | None = None
) -> dict[str, Any]:
    """Return the lowest and the highest index of a ship class, and the stage of each (method §3.2)."""
    thinnest, thickest = stages(month, ice_type)
    values = table.riv.loc[ice_class]
    return {
        "rio_low": rio(concentration_pct, int(values[thickest])),
        "rio_high": rio(concentration_pct, int(values[thinnest])),
        "stage_low": thickest,
        "stage_high": thinnest,
    }


def operation(index: ArrayLike, ice_class: str) -> NDArray[np.object_]:
    """Return `normal`, `elevated` (polar classes only) or `special` consideration (Circ.1519, Table 1.1)."""
    value = np.asarray(index, dtype=float)
    below = "elevated" if ice_class in _POLAR_CLASSES else "special"
    choices = np.array(["normal", below], dtype=object)
    return np.select([value >= 0, value >= _SPECIAL_RIO], choices, "special")
