"""Tables of the flow network from the snapshot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from layers.errors import SourceError
from pipelines import snapshot
from pipelines.picture.flow_network import flow_tables
from pipelines.sources import SOURCES


@pytest.fixture(scope="module")
def loaded() -> snapshot.Snapshot:
    return snapshot.load(SOURCES)


def test_every_table_is_there_and_settlements_have_degrees(loaded):
    tables = flow_tables(loaded)
    tromso = tables.settlements.set_index("name").loc["Tromsø"]
    assert tromso[["longitude_deg", "latitude_deg"]].tolist() == pytest.approx([18.96, 69.65], abs=0.05)
    assert len(tables.power_plants) == sum(len(table) for table in loaded.feeds["power_plants"])
    assert tables.power_lines is None
    assert "risk-svalbard_sea_floor" in set(tables.shared_risk_groups["feature_id"])


def test_a_missing_layer_is_named(loaded):
    lacking = replace(loaded, feeds={name: rows for name, rows in loaded.feeds.items() if name != "roads"})
    with pytest.raises(SourceError, match="expected the layer roads in the snapshot, found none"):
        flow_tables(lacking)
