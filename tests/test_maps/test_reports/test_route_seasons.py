"""The trend of a route on the route page names the breaks of its record."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from maps.reports.citations import Tables
from maps.reports.route_seasons import _breaks, _trend_cells


def trends(crossed: float, breaks: str | None) -> Tables:
    row = {
        "route_id": "r", "state": "", "open_days_median": 90.0, "valid_years": 40,
        "open_days_per_decade": 5.0,
        "open_days_per_decade_low": 1.0, "open_days_per_decade_high": 9.0, "breaks_crossed": crossed,
        "breaks": breaks,
    }  # fmt: skip
    return Tables(tables={"route_trends": pd.DataFrame([row])}, page="routes")


@pytest.mark.parametrize(
    ("crossed", "breaks", "is_told"),
    [(2.0, "1987-08-21 a to b; 2025-01-01 b to c", True), (0.0, "", False), (np.nan, None, False)],
)
def test_a_trend_says_which_breaks_it_crosses(crossed: float, breaks: str | None, is_told: bool):
    book = trends(crossed, breaks)
    [_, interval] = _trend_cells(book, {"route_id": "r"})
    text = "".join(part if isinstance(part, str) else part.text for part in interval)
    assert text.startswith("+5.0 (+1.0 to +9.0) days")
    assert text.endswith(", over 2 changes of sensor or version") == is_told
    result = _breaks(book, {"route_id": "r"})
    assert (result is not None) == is_told
    if result is not None:
        assert breaks in "".join(result.itertext())
