"""Prefect at the rim: the flow makes the picture that the command line makes."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from datetime import datetime
from pathlib import Path

import pytest
from conftest_pipelines import ROOT, environment, run_command
from fault_server import serving

CALL = """
import os, sys
from pipelines.flows import refresh
sys.stdout.write(refresh(out=sys.argv[1], region="bering", draws=25) + "\\n")
"""


def prefect(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    extra = {
        "PREFECT_HOME": str(cwd / "prefect"), "PREFECT_LOGGING_LEVEL": "INFO", "HOME": str(cwd),
        "PREFECT_LOGGING_COLORS": "false", "NO_COLOR": "1", "COLUMNS": "200",
    }  # fmt: skip
    keep = {k: v for k, v in os.environ.items() if k.startswith("PREFECT_") and k not in extra}
    env = {k: v for k, v in environment(**extra).items() if k not in keep}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", check=False, timeout=240,
    )  # fmt: skip


@pytest.mark.prefect
def test_the_flow_gives_the_picture_of_the_command_line(folder, tmp_path):
    """`python -m pipelines.flows` in an empty folder: Completed, and the default picture's id."""
    done = prefect(tmp_path, "-m", "pipelines.flows")
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().splitlines()[-1] == folder.name
    assert re.search(r"Flow run '[^']+' - Finished in state Completed\(\)", done.stderr), done.stderr[-2000:]
    assert (tmp_path / "pictures" / "latest").resolve().name == folder.name
    check = run_command(tmp_path, "check", str(tmp_path / "pictures"))
    assert check.returncode == 0, check.stderr


@pytest.mark.prefect
def test_the_flow_takes_the_options_of_a_build(tmp_path):
    done = prefect(tmp_path, "-c", CALL, str(tmp_path / "flow"))
    assert done.returncode == 0, done.stderr[-2000:]
    built = run_command(
        tmp_path, "build", "--region", "bering", "--draws", "25", "--out", str(tmp_path / "line")
    )
    assert built.returncode == 0, built.stderr
    assert (tmp_path / "flow" / "latest").resolve().name == (tmp_path / "line" / "latest").resolve().name
    assert done.stdout.strip().splitlines()[-1] == (tmp_path / "line" / "latest").resolve().name


@pytest.mark.prefect
def test_the_flow_fails_where_the_build_fails(tmp_path):
    done = prefect(tmp_path, "-c", CALL.replace("bering", "atlantis"), str(tmp_path / "flow"))
    assert done.returncode != 0
    assert "expected one of arctic" in done.stderr
    assert not (tmp_path / "flow" / "latest").exists()


@pytest.mark.prefect
def test_an_every_minute_cron_publishes_twice(tmp_path):
    """A real server and `serve --cron "* * * * *"`: two pictures' worth of completed runs, on schedule.

    The mirror serves nothing, so every source is refused and the picture is DEGRADED, twice the same.
    """
    with serving(tmp_path) as mirror, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        api = f"http://127.0.0.1:{port}/api"
        extra = {
            "PREFECT_HOME": str(tmp_path / "prefect"), "HOME": str(tmp_path), "PREFECT_API_URL": api,
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "NO_COLOR": "1",
        }  # fmt: skip
        env = environment(**extra)
        log = (tmp_path / "log").open("w")
        python = [sys.executable, "-m"]
        started = [
            subprocess.Popen(
                [*python, "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)],
                env=env, cwd=tmp_path, stdout=log, stderr=log, start_new_session=True,
            )
        ]  # fmt: skip
        try:
            wait_for(lambda: answers(f"{api}/health"), 90, log.name)
            started.append(
                subprocess.Popen(
                    [
                        *python, "pipelines", "serve", "--cron", "* * * * *", "--region", "bering",
                        "--base-url", mirror,
                    ],
                    env=env, cwd=tmp_path, stdout=log, stderr=log, start_new_session=True,
                )
            )  # fmt: skip
            wait_for(lambda: len(completed(api)) >= 2, 400, log.name)
            done = completed(api)
        finally:
            for process in started:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            log.close()
    starts = [datetime.fromisoformat(run["expected_start_time"]) for run in done]
    assert all(start.second == 0 for start in starts), "runs of the schedule, on the minute"
    assert len(set(starts)) == len(done) >= 2
    folder = (tmp_path / "pictures" / "latest").resolve()
    assert json.loads((folder / "MANIFEST.json").read_text())["status"] == "DEGRADED"
    assert run_command(tmp_path, "check", str(tmp_path / "pictures")).returncode == 0


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait_for(holds, seconds: float, log: str) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, Path(log).read_text()[-3000:]
        time.sleep(2)


def completed(api: str) -> list[dict]:
    asked = urllib.request.Request(
        f"{api}/flow_runs/filter", method="POST", headers={"Content-Type": "application/json"},
        data=b'{"flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}}}',
    )  # fmt: skip
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return json.load(answer)


def test_serve_without_a_server_is_refused_in_one_line(tmp_path):
    clean = {k: v for k, v in environment().items() if not k.startswith("PREFECT_")}
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", "serve", "--cron", "0 5 * * *"],
        cwd=tmp_path, env=clean | {"PREFECT_HOME": str(tmp_path / "prefect")}, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 1
    assert "expected a Prefect server in PREFECT_API_URL, found none" in done.stderr.splitlines()[-1]


def test_the_environment_is_set_before_prefect_and_only_where_it_is_not():
    """Read in a process of its own: the import changes the environment."""
    code = (
        "import os, sys\nos.environ['PREFECT_LOGGING_SERVER_LEVEL'] = 'DEBUG'\n"
        "import pipelines.flows\n"
        "for name in ('SERVER_ANALYTICS_ENABLED', 'LOGGING_SERVER_LEVEL'):\n"
        "    print(os.environ['PREFECT_' + name])\n"
        "print(os.environ['DO_NOT_TRACK'])"
    )
    clean = {k: v for k, v in environment().items() if not k.startswith("PREFECT_") and k != "DO_NOT_TRACK"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-1000:]
    assert done.stdout.split() == ["false", "DEBUG", "1"]


@pytest.mark.parametrize(
    "address", ["http://me:canary4711@127.0.0.1:9", "http://127.0.0.1:9/?key=canary4711"]
)
def test_an_address_with_a_secret_is_refused_and_not_told(tmp_path, address):
    done = prefect(tmp_path, "-m", "pipelines.flows", "--fetch", "--base-url", address)
    assert done.returncode != 0
    assert "found a name, password or question in it" in done.stderr
    assert "canary4711" not in done.stdout + done.stderr
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"canary4711" in path.read_bytes()]


@pytest.mark.prefect
def test_a_secret_of_the_environment_is_written_nowhere(tmp_path, monkeypatch):
    """A run of the flow that fetches and publishes; every file it wrote is searched, Prefect's too."""
    for name in ("EARTHDATA_TOKEN", "COPERNICUSMARINE_SERVICE_PASSWORD", "BARENTSWATCH_CLIENT_SECRET"):
        monkeypatch.setenv(name, "canary4711")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:canary4711@127.0.0.1:9")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password canary4711\n")
    (tmp_path / "mirror").mkdir()
    with serving(tmp_path / "mirror") as mirror:
        done = prefect(
            tmp_path, "-m", "pipelines.flows", "--fetch", "--base-url", mirror, "--region", "bering",
            "--draws", "25",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert "canary4711" not in done.stdout + done.stderr
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".netrc"]
    assert {"prefect.db", "MANIFEST.json", "ledger.json", "map.html"} <= {path.name for path in written}
    assert [path.name for path in written if b"canary4711" in path.read_bytes()] == []
