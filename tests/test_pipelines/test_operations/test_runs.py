"""The record of runs: each has an end or is found killed, a cut line spoils nothing, health is by source."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from fault_server import serving
from run_commands import environment

from layers.errors import ExportError, SourceError
from pipelines.operations.runs import RECORD, recorded, runs_of
from pipelines.picture.health import HEALTH, health_of
from pipelines.picture.publish import publish
from pipelines.sources import SOURCES

SOURCE = {"id": "ports", "state": "held", "as_of": "2026-01-01"}


def test_a_run_ends_or_says_why_not(tmp_path):
    result: list[str] = []
    with recorded(tmp_path, tell=result.append) as run:
        run.say("published", picture="abc", seq=7)
    with pytest.raises(SourceError, match="line one\nline two"), recorded(tmp_path):
        raise SourceError("line one\nline two")  # noqa: EM101, TRY003
    first, second = runs_of(tmp_path)
    assert (first["end"], first["last"], first["picture"]) == ("ended", "published", "abc")
    assert (second["end"], second["reason"]) == ("failed", "SourceError: line one line two")
    lines = [json.loads(line) for line in (tmp_path / RECORD).read_text().splitlines()]
    assert [line["event"] for line in lines] == ["began", "published", "ended", "began", "failed"]
    assert all(datetime.fromisoformat(line["time"]).tzinfo for line in lines)
    assert len({line["run"] for line in lines}) == 2
    assert "published picture=abc seq=7" in result


def test_one_run_at_a_time(tmp_path):
    refused = pytest.raises(ExportError, match="expected to be the only run")
    with recorded(tmp_path), refused, recorded(tmp_path):
        pass
    assert [run["end"] for run in runs_of(tmp_path)] == ["ended"]


def test_a_killed_run_is_found_by_the_next(tmp_path):
    """Killed in the middle of a line: what follows is still read, and the line is nobody's."""
    code = f"""
import os, signal
from pathlib import Path
from pipelines.operations.runs import recorded
with recorded(Path({str(tmp_path)!r})) as run:
    run.say("build")
    with open({str(tmp_path / RECORD)!r}, "a") as stream:
        stream.write('{{"time": "2026')
        stream.flush()
        os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code], env=environment(), check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert runs_of(tmp_path)[0]["end"] is None
    with recorded(tmp_path):
        pass
    dead, alive = runs_of(tmp_path)
    assert (dead["end"], dead["last"], alive["end"]) == ("killed", "build", "ended")
    assert "it had come to: build" in dead["reason"]
    with recorded(tmp_path):  # found once
        pass
    assert (tmp_path / RECORD).read_text().count('"killed"') == 1


def test_the_record_keeps_a_hundred_runs(tmp_path):
    rows = [{"time": "2026-01-01", "run": f"r{n}", "event": "ended"} for n in range(150)]
    (tmp_path / RECORD).write_text("".join(json.dumps(row) + "\n" for row in rows))
    with recorded(tmp_path):
        pass
    names = [run["run"] for run in runs_of(tmp_path)]
    assert len(names) == 101
    assert names[:2] == ["r50", "r51"]


def test_a_planted_link_is_not_followed(tmp_path):
    """A link under a name of ours: refused where lines are added, replaced where a file is made anew."""
    other = tmp_path / "other"
    other.write_text("theirs")
    root = tmp_path / "root"
    root.mkdir()
    (root / HEALTH).symlink_to(other)
    with recorded(root):
        pass
    assert not (root / HEALTH).is_symlink()
    (root / RECORD).unlink()
    (root / RECORD).symlink_to(other)
    with pytest.raises(OSError, match="symbolic links"), recorded(root):
        pass
    assert other.read_text() == "theirs"


def test_health_tells_the_age_of_each_source_and_why_it_is_late(tmp_path):
    publish(
        tmp_path / "root",
        lambda _: {"files": [], "status": "DEGRADED", "day": "2026-02-01", "sources": [SOURCE]},
    )
    cache = tmp_path / "cache"
    cache.mkdir()
    fields = {"state": "held", "since": "2026-01-05", "reason": "rows: 3 of 3000"}
    (cache / "ledger.json").write_text(json.dumps({"ports": {"checked": "2026-01-04", "held": fields}}))
    with recorded(tmp_path / "root", cache=cache):
        pass
    report = json.loads((tmp_path / "root" / HEALTH).read_text())
    assert report["run"]["end"] == "ended"
    assert (report["picture"]["seq"], report["picture"]["status"]) == (1, "DEGRADED")
    [row] = report["sources"]
    age = (datetime.now(UTC).date() - date(2026, 1, 1)).days
    assert abs(row.pop("age_days") - age) <= 1
    assert row == SOURCE | {"last_accepted": "2026-01-04", "last_failure": fields, "next_expected": None}
    now = datetime.now(UTC)
    assert health_of(tmp_path / "nothing", None, now)["picture"] is None
    (cache / "ledger.json").write_text("{")
    report = health_of(tmp_path / "root", cache, now)
    assert report["sources"][0]["last_failure"] is None
    assert report["run"] is None, "nobody's"


def test_health_tells_of_a_failed_run_before_there_is_a_picture(tmp_path):
    """Why it failed, and the age of each source, embedded or fetched."""
    cache = tmp_path / "cache"
    cache.mkdir()
    away = {"state": "refused", "since": "2026-11-20", "reason": "status 503"}
    (cache / "ledger.json").write_text(json.dumps({"nga_world_port_index": {"held": away}}))
    root = tmp_path / "root"
    with pytest.raises(SourceError, match="away"), recorded(root, cache=cache):
        raise SourceError("the mirror is away")  # noqa: EM101, TRY003
    report = json.loads((root / HEALTH).read_text())
    assert report["run"]["end"] == "failed"
    assert report["run"]["reason"] == "SourceError: the mirror is away"
    assert report["picture"] is None
    rows = {row["id"]: row for row in report["sources"]}
    assert set(rows) == {source.id for source in SOURCES}
    port = rows["nga_world_port_index"]
    age = (datetime.now(UTC).date() - date(2025, 5, 27)).days
    assert abs(port["age_days"] - age) <= 1
    assert (port["state"], port["last_failure"]) == ("stale", away)
    assert rows["geonames_harbours"]["state"] == "embedded"


@pytest.mark.sweep
def test_a_live_build_that_fails_is_told_of_by_health(tmp_path, command):
    """In its build, after a fetch that found nothing."""
    (tmp_path / "mirror").mkdir()
    with serving(tmp_path / "mirror") as mirror:
        live = ("--live", "--base-url", mirror, "--cache", "cache", "--out", "pictures")
        done = command("build", "--region", "bering", "--scenario", "none.toml", *live)
    assert done.returncode == 2
    report = json.loads((tmp_path / "pictures" / HEALTH).read_text())
    assert report["run"]["end"] == "failed"
    assert "none.toml" in report["run"]["reason"]
    assert {row["id"]: row["state"] for row in report["sources"]}["nga_world_port_index"] == "stale"


def test_the_lock_is_free_after_a_failure(tmp_path):
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), recorded(tmp_path):
            raise KeyboardInterrupt
    assert {run["end"] for run in runs_of(tmp_path)} == {"failed"}
    assert os.access(tmp_path / HEALTH, os.R_OK)
