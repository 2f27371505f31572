"""Sources that differ between two manifests: in their data, or in their state alone."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.picture.diff_text import changes_text
from pipelines.picture.source_changes import source_changes


def manifest(sha256: str = "a", as_of: str = "2026-01-01", state: str = "live") -> dict[str, Any]:
    row = {"id": "ports", "sha256": sha256, "as_of": as_of, "rows": 3}
    return {"inputs": [row], "sources": [{"id": "ports", "state": state}]}


@pytest.mark.parametrize(
    ("new", "data", "alone"),
    [
        (manifest(), 0, 0), (manifest(sha256="b"), 1, 0), (manifest(as_of="2026-02-01"), 1, 0),
        (manifest(state="stale"), 0, 1), (manifest(sha256="b", state="stale"), 1, 0),
        ({"inputs": [], "sources": []}, 1, 0),
    ],
)  # fmt: skip
def test_another_state_of_the_same_data_is_no_change_of_the_source(new, data, alone):
    assert tuple(map(len, source_changes(manifest(), new))) == (data, alone)


def test_the_text_names_it_apart():
    _, states = source_changes(manifest(), manifest(state="stale"))
    report = {"old": "x", "new": "y", "methods": [], "sources": [], "states": states, "nodes": [],
              "features": []}  # fmt: skip
    text = changes_text(report)
    assert "The same data, in another state:" in text
    assert [line.split() for line in text.splitlines() if line.startswith("ports")] == [
        ["ports", "live", "stale"]
    ]
