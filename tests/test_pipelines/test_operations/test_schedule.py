"""The schedule: when it runs, what it tells, and what it refuses. Runs of it are in test_flows."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from run_commands import environment

from layers.errors import SourceError, UsageError
from pipelines.files import locked
from pipelines.operations import prefect_server
from pipelines.operations.end_with_parent import PARENT
from pipelines.operations.schedule import RunLines, _Record, _watch, next_run, serve

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 5 * * *", datetime(2026, 3, 2, 5, tzinfo=UTC)), ("* * * * *", NOW.replace(minute=31)),
        ("30 12 * * *", datetime(2026, 3, 2, 12, 30, tzinfo=UTC)),
        ("0 0 29 2 *", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0 6 * * MON", datetime(2026, 3, 2, 6, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_the_next_time_of_a_schedule(cron, expected):
    assert next_run(cron, NOW) == expected


@pytest.mark.parametrize(
    "cron",
    ["", "* * * *", "* * * * * *", "60 * * * *", "0 0 31 2 *", "daily", "@daily", "\0 * * * *", "a" * 999],
)
def test_what_is_no_schedule_is_refused_in_a_line(cron):
    with pytest.raises(UsageError, match="--cron: expected five fields such as") as refused:
        next_run(cron, NOW)
    assert len(str(refused.value)) < 260
    assert str(refused.value).isprintable()


def test_a_run_is_told_in_lines_for_a_person():
    """Forty sources without a network are a line with the reason and one with the number, not forty."""
    lines = RunLines("0 5 * * *")
    rows = [
        {"event": "began"}, {"event": "fetch"}, {"event": "no network", "reason": "no network: expected one"},
        *({"event": "source", "state": "refused", "source": str(n)} for n in range(38)),
        *({"event": "source", "state": "by_hand", "source": str(n)} for n in range(2)),
        {"event": "build", "region": "arctic", "scenario": "today"}, {"event": "publish"},
        {"event": "published", "seq": 3, "status": "DEGRADED", "picture": "abc"}, {"event": "ended"},
    ]  # fmt: skip
    printed_lines = [line for row in rows for line in lines.of(row)]
    assert printed_lines[:-1] == [
        "a run begins", "fetches the sources", "no network: expected one",
        "sources: 2 by hand, 38 refused; 'arctic-picture sources' says why",
        "builds the picture of arctic under today", "publishes the picture",
        "picture 3 is published (DEGRADED): abc",
    ]  # fmt: skip
    assert printed_lines[-1].startswith("the next run is due at ")
    assert lines.of({"event": "build", "region": "x", "scenario": "y"}) == ["builds the picture of x under y"]


def test_the_record_gives_each_row_once_though_it_is_written_anew(tmp_path):
    path = tmp_path / "runs.jsonl"

    def row(number: int) -> str:
        return json.dumps({"run": str(number), "event": "began"}) + "\n"

    path.write_text(row(1))
    record = _Record(path)
    assert record.fresh() == []
    path.write_text(row(1) + row(2) + '{"run": "3", "ev')
    assert [one["run"] for one in record.fresh()] == ["2"]
    path.write_text(row(2) + "no json\n[1]\n" + row(4))  # shortened, as after a hundred runs
    assert [one["run"] for one in record.fresh()] == ["4"]
    path.unlink()
    assert record.fresh() == []


def test_two_schedules_of_one_folder_are_refused(tmp_path):
    (tmp_path / ".prefect").mkdir()
    with (
        locked(tmp_path, ".serving"),
        pytest.raises(UsageError, match=r"expected to be the only schedule of .*: end that one first"),
    ):
        serve(tmp_path, "0 5 * * *", [])


@pytest.mark.parametrize(
    "url", ["here", "http://", "http://[", "http://127.0.0.1:99999/api", "ftp://127.0.0.1/"]
)
def test_an_address_that_is_none_is_refused(tmp_path, monkeypatch, url):
    monkeypatch.setenv("PREFECT_API_URL", url)
    with pytest.raises(UsageError, match="expected PREFECT_API_URL such as"):
        serve(tmp_path, "0 5 * * *", [])


def test_a_server_that_does_not_answer_is_waited_for_with_a_bound(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    monkeypatch.setattr(prefect_server, "_ANSWERS_S", 0.1)
    with pytest.raises(SourceError, match=r"found none within 0 s: start it, or unset PREFECT_API_URL"):
        serve(tmp_path, "0 5 * * *", [])


def test_a_server_of_our_own_that_dies_is_told_with_its_last_words(tmp_path, monkeypatch):
    """Its database is set aside, for nothing rests on it, and after some tries in a row the command ends."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setattr("pipelines.operations.schedule._PAUSES_S", (0.0,))
    monkeypatch.setattr(prefect_server.sys, "executable", "/bin/false")
    (tmp_path / ".prefect").mkdir()
    (tmp_path / ".prefect" / "prefect.db").write_text("damaged")
    with pytest.raises(SourceError, match=r"expected a Prefect server .*, 2 times in a row: see the logs in"):
        serve(tmp_path, "0 5 * * *", [])
    assert sorted(path.name for path in (tmp_path / ".prefect").iterdir()) == ["damaged.db", "server.log"]


def test_the_settings_of_the_user_stand_before_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "true")
    monkeypatch.delenv("DO_NOT_TRACK", raising=False)
    settings = prefect_server.prefect_environment(tmp_path)
    assert settings["PREFECT_SERVER_ANALYTICS_ENABLED"] == "true"
    assert (settings["DO_NOT_TRACK"], settings["PREFECT_HOME"]) == ("1", str(tmp_path))
    assert settings[PARENT] == str(os.getpid())


@pytest.fixture
def sleeper():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def test_a_run_whose_process_is_gone_without_an_end_is_a_fault(tmp_path, sleeper):
    """So a run that the system killed is made again, not only at the next time of the schedule."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    path = tmp_path / "runs.jsonl"
    record = _Record(path)
    rows = [{"run": "a", "event": "began", "pid": gone.pid}, {"run": "a", "event": "ended"}]
    rows += [{"run": "b", "event": "began", "pid": gone.pid}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    fault = _watch(record, "0 5 * * *", prefect_server.Server("http://127.0.0.1:1/api"), sleeper, tmp_path)
    assert fault == "the run b was killed"


def test_a_run_that_does_not_begin_is_a_fault(tmp_path, sleeper, monkeypatch):
    monkeypatch.setattr("pipelines.operations.schedule._BEGINS_S", -1.0)
    record, server = _Record(tmp_path / "runs.jsonl"), prefect_server.Server("http://127.0.0.1:1/api")
    assert _watch(record, "0 5 * * *", server, sleeper, tmp_path).startswith("no run began within -1 s of ")
    sleeper.kill()
    sleeper.wait()
    monkeypatch.setattr("pipelines.operations.schedule._BEGINS_S", 60.0)
    (tmp_path / "runs.log").write_text("Traceback\nValueError: \x1b[31m no room\n\n")
    fault = _watch(record, "0 5 * * *", server, sleeper, tmp_path)
    assert fault == "the client of the server ended with -9 (ValueError:  [31m no room)"


# A parent that starts a child, tells its id and waits.
PARENT_CODE = """
import os, subprocess, sys, time
child = subprocess.Popen(
    [sys.executable, "-m", "pipelines.operations.end_with_parent", "http.server", "--bind", "127.0.0.1", "0"],
    env=os.environ | {"ARCTIC_PICTURE_PARENT": str(os.getpid() + int(sys.argv[1]))},
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("how", ["killed", "gone before"])
def test_a_child_ends_when_its_parent_is_killed(how):
    """And at once where the parent was gone before the child looked."""
    offset = 0 if how == "killed" else 1
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT_CODE, str(offset)], env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    try:
        if how == "killed":
            time.sleep(0.5)
            assert is_alive(child)
            parent.kill()
        ends = time.monotonic() + 60
        while is_alive(child):
            assert time.monotonic() < ends
            time.sleep(0.05)
    finally:
        parent.kill()
        parent.communicate()
        if is_alive(child):
            os.kill(child, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that ended and is not yet waited for does not."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stream:  # noqa: PTH123
            return stream.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_each_folder_of_pictures_has_a_deployment_of_its_own(tmp_path, monkeypatch):
    """Two deployments of one name are one, and both would run with the options of the last."""
    monkeypatch.chdir(tmp_path)
    names = [prefect_server.deployment_name(Path(name)) for name in ("a", "b", "./a", str(tmp_path / "a"))]
    assert names[0] == names[2] == names[3] != names[1]
    assert all(re.fullmatch(r"arctic-picture-[0-9a-f]{8}", name) for name in names)
