"""The daily ice series: as it is embedded, and served by one provider on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from daily_provider import Provider
from fault_server import serving
from good_files import DAILY

from pipelines.intake.tables import embedded_table
from pipelines.snapshot import Snapshot, load
from pipelines.sources import SOURCES, source

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    table = embedded_table(source(DAILY))
    assert table is not None
    return table


@pytest.fixture
def provider(tmp_path, series) -> Iterator[Provider]:
    with serving(tmp_path / "mirror") as url:
        yield Provider(tmp_path, url, series)


@pytest.fixture(scope="module")
def embedded() -> Snapshot:
    return load(SOURCES)
