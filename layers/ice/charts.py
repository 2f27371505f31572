"""Bounds of the POLARIS risk index for the areas of an ice chart, which states the stage of the ice.

Not for navigation. A SIGRID-3 chart (WMO/TD-No. 1214) states the total concentration, often as a range, and
the stages, oldest first. Partial concentrations are mostly missing. So the lower bound is the index of the
highest concentration in the heaviest stage. The upper bound is the index of the lowest concentration in the
lightest stage (MSC.1/Circ.1519). A trace of heavier ice counts as a whole tenth, its upper limit. Bergs have
no risk value and are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.errors import SourceError
from layers.ice.polaris import CLASSES, ICE_TYPES, operation, rio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.ice.polaris import Polaris

__all__ = ["chart_bounds", "stages_of", "tenths_of"]

# Stage of development -> lightest and heaviest possible ice type. Bergs (98), undetermined stages (99) and
# other codes have none, so their areas have no index.
_STAGES = {
    "81": ("new", "new"), "82": ("new", "new"), "83": ("grey", "grey_white"), "84": ("grey", "grey"),
    "85": ("grey_white", "grey_white"), "86": ("thin_fy_1", "thick_fy"), "87": ("thin_fy_1", "thin_fy_2"),
    "88": ("thin_fy_1", "thin_fy_1"), "89": ("thin_fy_2", "thin_fy_2"),
    "91": ("medium_fy_lt1m", "medium_fy"), "93": ("thick_fy", "thick_fy"),
    "95": ("second_year", "heavy_my"), "96": ("second_year", "second_year"), "97": ("light_my", "heavy_my"),
}  # fmt: skip
_NOT_STATED = frozenset({"-9", "99", ""})
_WHOLE = 10  # tenths of full cover


def tenths_of(code: str) -> tuple[int, int] | None:
    """Return the least and most tenths of a code of total concentration; None if the code states none.

    `40` is four, `46` four to six, `81` and `91` up to ten, `92` ten, `55` and `98` ice free. `01` (also
    written `1`, less than one) and `02` (bergy water) are none to one.

    Raises
    ------
    SourceError
        If the code is not a SIGRID-3 code.
    """
    if code in _NOT_STATED:
        return None
    named = {"55": (0, 0), "98": (0, 0), "01": (0, 1), "1": (0, 1), "02": (0, 1), "92": (_WHOLE, _WHOLE)}
    if code in named:
        return named[code]
    if len(code) == 2 and code.isdigit() and code[0] != "0":
        low, high = int(code[0]), int(code[1])
        if high <= 1 or high > low:
            return low, {0: low, 1: _WHOLE}.get(high, high)
    msg = f"ice chart: expected a SIGRID-3 code of concentration, found {code!r}: is it another format?"
    raise SourceError(msg)


def stages_of(codes: Sequence[str]) -> tuple[str, str] | None:
    """Return the lightest and heaviest ice type of the stages.

    None if no stage is stated, or a stage has no ice type.
    """
    stated = [code for code in codes if code not in _NOT_STATED]
    if not stated or any(code not in _STAGES for code in stated):
        return None
    types = [ICE_TYPES.index(name) for code in stated for name in _STAGES[code]]
    return ICE_TYPES[min(types)], ICE_TYPES[max(types)]


def chart_bounds(chart: pd.DataFrame, table: Polaris, classes: Sequence[str] = CLASSES) -> pd.DataFrame:
    """Return one row per area and class: `rio_low`, `rio_high`, and the stage and operation of each bound.

    `chart` has `CT`, `SA`, `SB`, `SC`, `CN` (the trace) and `POLY_TYPE` as text. Open water (`W`) is ice free
    whatever its codes. Without a stage or a concentration the index is NaN and the operation `unknown`. Ice
    free areas have an index without a stage.
    """
    rows = []
    for area, row in zip(chart.index, chart.to_dict("records"), strict=True):
        tenths = (0, 0) if row["POLY_TYPE"] == "W" else tenths_of(str(row["CT"]))
        stages = stages_of([str(row[name]) for name in ("SA", "SB", "SC")])
        if tenths == (0, 0):
            stages = ("ice_free", "ice_free")
        trace = stages_of([str(row["CN"])])
        for name in classes:
            low = high = np.nan
            if tenths is not None and stages is not None:
                values = table.riv.loc[name]
                low = float(rio(10 * tenths[1], int(values[stages[1]])))
                if trace is not None and tenths[1]:
                    low -= max(int(values[stages[1]] - values[trace[1]]), 0)
                high = float(rio(10 * tenths[0], int(values[stages[0]])))
            worst, best = ("unknown" if np.isnan(v) else str(operation(v, name)) for v in (low, high))
            rows.append(
                {
                    "area": area,
                    "ice_class": name,
                    "least_tenths": tenths[0] if tenths else np.nan,
                    "most_tenths": tenths[1] if tenths else np.nan,
                    "stage_low": stages[1] if stages else None,
                    "stage_high": stages[0] if stages else None,
                    "rio_low": low,
                    "rio_high": high,
                    "operation_low": worst,
                    "operation_high": best,
                }
            )
    return pd.DataFrame(rows)
