"""Tables that several files of tests use."""

from __future__ import annotations

import pandas as pd
import pytest


@pytest.fixture
def crossings() -> pd.DataFrame:
    """Crossings of the borders with Russia: two roads and a railway of Finland, a road of Norway."""
    return pd.DataFrame({
        "states": ["FIN-RUS", "FIN-RUS", "NOR-RUS", "FIN-RUS"],
        "mode": ["road", "road", "road", "rail"],
        "state": ["closed", "closed", "open_restricted", "open_freight"],
        "closed_from": ["2023-11-18", "2023-11-30", None, None],
        "closed_until": [None, None, None, None],
        "as_of": ["2025-09", "2025-09", "2024-08-01", "2024-04-15"],
    })  # fmt: skip
