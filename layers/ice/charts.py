"""Bounds of the POLARIS risk index for the areas of an ice chart, which states the stage of the ice.

Not for navigation. A SIGRID-3 chart (WMO/TD-No. 1214) states the total concentration, often as a range, the
stages, oldest first, and sometimes the partial concentration of each stage. The lower bound is the index of
the most and heaviest ice that the codes allow, the upper bound that of the least and lightest
(MSC.1/Circ.1519). Partial concentrations narrow both. A trace of heavier ice counts as a whole tenth, its
upper limit. Bergs have no risk value and are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.errors import SourceError
from layers.ice.polaris import CLASSES, ICE_TYPES, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.ice.polaris import Polaris

__all__ = [
    "AREA_KINDS", "NO_ICE_INFORMATION", "chart_bounds", "code_of", "index_bounds", "stages_of", "tenths_of",
]  # fmt: skip

NO_ICE_INFORMATION = "no ice information"
# POLY_TYPE of SIGRID-3 -> what the area is.
AREA_KINDS = {"I": "ice", "W": "open water", "L": "land", "S": "ice shelf", "N": "no data"}

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


def code_of(value: object) -> str:
    """Return a code of a chart as text; "" where the chart states none. A whole number loses its ".0"."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def index_bounds(
    total: tuple[int, int], parts: Sequence[tuple[tuple[int, int], tuple[int, int]]]
) -> tuple[float, float]:
    """Return the lowest and highest risk index of an area.

    `total` is the least and most tenths of ice. A part is a stage of ice: its least and most tenths, and the
    risk values of its heaviest and lightest ice type. Parts that cannot add up to the total lose their
    tenths.

    The index is 30 less the sum of tenths times (3 - risk value), so the lowest index fills the most ice
    with the heaviest stages first, and the highest index the least ice with the lightest first.
    """
    low, high = total
    if sum(part[0][0] for part in parts) > high:
        parts = [((0, tenths[1]), values) for tenths, values in parts]
    if sum(part[0][1] for part in parts) < low:
        parts = [((tenths[0], _WHOLE), values) for tenths, values in parts]

    def index(whole: int, values: list[int], order: list[int]) -> float:
        tenths = [part[0][0] for part in parts]
        for at in order:
            tenths[at] = min(parts[at][0][1], tenths[at] + max(whole - sum(tenths), 0))
        return float(30 - sum(share * (3 - value) for share, value in zip(tenths, values, strict=True)))

    heavy, light = ([part[1][end] for part in parts] for end in (0, 1))
    places = range(len(parts))
    return (
        index(high, heavy, sorted(places, key=lambda at: heavy[at])),
        index(low, light, sorted(places, key=lambda at: -light[at])),
    )


def chart_bounds(chart: pd.DataFrame, table: Polaris, classes: Sequence[str] = CLASSES) -> pd.DataFrame:
    """Return one row per area and class: `rio_low`, `rio_high`, and the stage and operation of each bound.

    `chart` has `CT`, `SA`, `SB`, `SC`, `CN` (the trace) and `POLY_TYPE`, and may have the partial
    concentrations `CA`, `CB`, `CC` and the further stage `CD`. `area_kind` says what an area is. Open water
    (`W`) is ice free whatever its codes. An area of land, ice shelf or no data, or without any code of ice,
    has no index and the operation NO_ICE_INFORMATION. Where ice is charted without a stage or a
    concentration, the index is NaN and the operation `unknown`. Ice free areas have an index without a stage.

    Raises
    ------
    SourceError
        If a code of concentration is not a SIGRID-3 code.
    """
    rows = []
    for area, codes in zip(chart.index, chart.to_dict("records"), strict=True):
        row = {name: code_of(value) for name, value in codes.items()}
        kind = AREA_KINDS.get(row["POLY_TYPE"], "ice")
        tenths, stages, parts = _ice_of(row, kind)
        has_code = kind == "open water" or any(row[name] not in _NOT_STATED for name in ("CT", "SA"))
        is_judged = kind in {"ice", "open water"} and has_code
        trace = stages_of([row["CN"]])
        for name in classes:
            low = high = np.nan
            if is_judged and tenths is not None and stages is not None:
                low, high = _rio(tenths, stages, parts, trace, table.riv.loc[name])
            no_index = "unknown" if is_judged else NO_ICE_INFORMATION
            worst, best = (no_index if np.isnan(v) else str(operation(v, name)) for v in (low, high))
            rows.append(
                {
                    "area": area,
                    "area_kind": kind,
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


_Part = tuple[tuple[int, int], tuple[str, str]]


def _ice_of(
    row: dict[str, str], kind: str
) -> tuple[tuple[int, int] | None, tuple[str, str] | None, list[_Part]]:
    """Tenths, lightest and heaviest ice type, and the parts of an area: tenths and types of each stage."""
    if kind not in {"ice", "open water"}:
        return None, None, []
    tenths = (0, 0) if kind == "open water" else tenths_of(row["CT"])
    if tenths == (0, 0):
        return tenths, ("ice_free", "ice_free"), []
    # The fourth stage has no concentration of its own: it takes what the others leave.
    names = (("SA", "CA"), ("SB", "CB"), ("SC", "CC"), ("CD", ""))
    stated = [
        (row[stage], row.get(part, "")) for stage, part in names if row.get(stage, "") not in _NOT_STATED
    ]
    stages = stages_of([stage for stage, _ in stated])
    if stages is None:
        return tenths, None, []
    return tenths, stages, [(tenths_of(part) or (0, _WHOLE), _STAGES[stage]) for stage, part in stated]


def _rio(
    tenths: tuple[int, int],
    stages: tuple[str, str],
    parts: Sequence[_Part],
    trace: tuple[str, str] | None,
    riv: pd.Series[Any],
) -> tuple[float, float]:
    values = [(share, (int(riv[types[1]]), int(riv[types[0]]))) for share, types in parts]
    low, high = index_bounds(tenths, values)
    if trace is not None and tenths[1]:
        low -= max(int(riv[stages[1]] - riv[trace[1]]), 0)
    return low, high
