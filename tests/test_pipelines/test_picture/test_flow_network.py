"""Tables of the flow network from the snapshot."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from layers.errors import SourceError
from pipelines import snapshot
from pipelines.picture.flow_network import flow_tables, kept_tables, snapshot_key
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


MADE = {
    "a": pd.DataFrame({"text": ["Tromsø", None], "number": [1.5, float("nan")], "is_open": [True, False]})
}


def kept(cache, name="net-1", made=MADE):
    calls = []
    table = kept_tables(cache, name, ("a",), lambda: calls.append(1) or made)["a"]
    return table, len(calls)


def test_tables_are_made_once_and_come_back_as_they_were(tmp_path):
    assert kept(tmp_path / "cache")[1] == 1
    again, calls = kept(tmp_path / "cache")
    assert calls == 0
    pd.testing.assert_frame_equal(again, MADE["a"], check_dtype=False)
    assert again["text"].dtype == object


def test_without_a_cache_they_are_made_each_time(tmp_path):
    assert [kept(None)[1] for _ in range(2)] == [1, 1]
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert [kept(tmp_path / "file")[1] for _ in range(2)] == [1, 1]  # no folder can be made there


def test_a_damaged_file_is_made_anew(tmp_path):
    kept(tmp_path)
    path = tmp_path / "net-1" / "a.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    assert kept(tmp_path)[1] == 1
    assert kept(tmp_path)[1] == 0


def test_old_folders_of_the_same_name_go(tmp_path):
    (tmp_path / "other-1").mkdir()
    for number in range(5):
        kept(tmp_path, f"net-{number}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net-2", "net-3", "net-4", "other-1"]


def test_the_key_changes_with_a_file_of_the_snapshot_and_with_the_day():
    manifest = snapshot.manifest_of()
    feeds = frozenset({"roads"})
    own = snapshot_key(manifest, feeds, "2026-01-01")
    assert own == snapshot_key(manifest, feeds, "2026-01-01")
    assert own != snapshot_key(manifest, feeds, "2026-01-02")
    rows = [row | {"sha256": "0" * 64} if row["feeds"] == "roads" else row for row in manifest["sources"]]
    assert own != snapshot_key(manifest | {"sources": rows}, feeds, "2026-01-01")
    other = [row | {"sha256": "0" * 64} if row["feeds"] == "ports" else row for row in manifest["sources"]]
    assert own == snapshot_key(manifest | {"sources": other}, feeds, "2026-01-01")
