"""`build` with a day before its facts: one warning, in words and in the manifest."""

from __future__ import annotations

import json

QUICK = ("build", "--region", "bering", "--draws", "5")


def test_a_day_before_the_facts_is_built_with_one_warning(run, tmp_path, monkeypatch):
    monkeypatch.setattr("gc.disable", lambda: None)
    done = run(*QUICK, "--as-of", "1900-01-01", "--out", tmp_path / "p", "--json")
    assert done.err.startswith("arctic-picture: warning: the facts of ")
    assert "sources are of later dates than 1900-01-01" in done.err
    assert done.err.count("\n") == 1
    manifest = json.loads((tmp_path / "p" / "latest" / "MANIFEST.json").read_text(encoding="utf-8"))
    later = manifest["later_sources"]
    assert later == sorted(later) == json.loads(done.out)["later_sources"]
    notes = {row["id"]: row for row in manifest["sources"]}
    made = max(row["retrieved"] for row in manifest["inputs"])
    # What is of the future is a model, what is not held gave no fact.
    assert set(later) == {
        name for name, row in notes.items() if row["state"] != "not_held" and row["as_of"] <= made
    }
    assert "nga_world_port_index" in later


def test_the_day_of_the_snapshot_has_no_later_fact(folder):
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    assert "later_sources" not in manifest
