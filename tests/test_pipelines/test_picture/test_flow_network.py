"""Tables of the flow network from the snapshot, and the table of risk groups where it is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from layers.errors import SourceError
from layers.flows.data import RISK_GROUP_COLUMNS
from pipelines import snapshot
from pipelines.picture.flow_network import flow_tables
from pipelines.sources import SOURCES


@pytest.fixture(scope="module")
def loaded() -> snapshot.Snapshot:
    return snapshot.load(SOURCES)


def test_every_table_is_there_and_settlements_have_degrees(loaded, tmp_path):
    tables = flow_tables(loaded, reference=tmp_path)
    tromso = tables.settlements.set_index("name").loc["Tromsø"]
    assert tromso[["longitude_deg", "latitude_deg"]].tolist() == pytest.approx([18.96, 69.65], abs=0.05)
    assert len(tables.power_plants) == sum(len(table) for table in loaded.feeds["power_plants"])
    assert tables.power_lines is None
    assert tables.shared_risk_groups is None


def test_the_table_of_risk_groups_is_read_and_checked(loaded, tmp_path):
    path = tmp_path / "shared_risk_groups.csv"
    path.write_text(",".join(RISK_GROUP_COLUMNS) + "\nx,X,trench,a b,,,,,,\n", encoding="utf-8")
    groups = flow_tables(loaded, reference=tmp_path).shared_risk_groups
    assert groups is not None
    assert groups[["group_key", "kind", "members"]].to_numpy().tolist() == [["x", "trench", "a b"]]
    path.write_text("group_key,name\nx,X\n", encoding="utf-8")
    with pytest.raises(SourceError, match="members"):
        flow_tables(loaded, reference=tmp_path)


def test_a_missing_layer_is_named(loaded, tmp_path):
    lacking = replace(loaded, feeds={name: rows for name, rows in loaded.feeds.items() if name != "roads"})
    with pytest.raises(SourceError, match="expected the layer roads in the snapshot, found none"):
        flow_tables(lacking, reference=tmp_path)
