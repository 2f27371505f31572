"""Tables of the default picture that several tests of the judgement read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import pandas as pd


@pytest.fixture(scope="session")
def nodes(picture) -> pd.DataFrame:
    return picture.tables["nodes"]


@pytest.fixture(scope="session")
def evidence(picture) -> pd.DataFrame:
    return picture.tables["evidence"]
