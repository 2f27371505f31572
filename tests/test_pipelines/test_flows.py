"""Prefect at the rim: the flow makes the picture that the command line makes."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fault_server import serving
from run_commands import ROOT, environment, read_today, run_command

from pipelines.operations.prefect_server import deployment_name
from pipelines.operations.runs import runs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURE = "arctic://picture/bering"
ASSETS = '{"filter": {"event": {"prefix": ["prefect.asset.materialization"]}}, "limit": 50}'

CALL = """
import sys
from pipelines.flows import refresh
for draws in map(int, sys.argv[2:]):
    sys.stdout.write(refresh(out=sys.argv[1], region="bering", draws=draws) + "\\n")
"""
FAIL = """
import sys
from pipelines.flows import refresh
for region, fetch in (("atlantis", False), ("bering", True)):
    try:
        refresh(out=region, region=region, draws=25, fetch=fetch, cache="cache")
    except Exception as error:
        sys.stdout.write(f"{error}\\n")
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
        cwd=cwd, env=env, capture_output=True, text=True, encoding="utf-8", check=False, timeout=900,
    )  # fmt: skip


@pytest.mark.sweep
@pytest.mark.prefect
def test_the_flow_gives_the_picture_of_the_command_line(folder, tmp_path):
    """`python -m pipelines.flows` in an empty folder: Completed, and the default picture's id."""
    done = prefect(tmp_path, "-m", "pipelines.flows")
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().splitlines()[-1] == folder.name
    assert re.search(r"Flow run '[^']+' - Finished in state Completed\(\)", done.stderr), done.stderr[-2000:]
    assert (tmp_path / "pictures" / "latest").resolve().name == folder.name
    check = run_command(tmp_path, "check", str(tmp_path / "pictures"))
    assert check.returncode == read_today(folder)[0], check.stderr


@pytest.mark.sweep
@pytest.mark.prefect
def test_the_flow_takes_the_options_of_a_build_and_says_what_changed_since(tmp_path):
    """The first picture is that of the command line; the second, of a draw more, says so, again and again."""
    done = prefect(tmp_path, "-c", CALL, str(tmp_path / "flow"), "25", "26", "26")
    assert done.returncode == 0, done.stderr[-2000:]
    built = run_command(
        tmp_path, "build", "--region", "bering", "--draws", "25", "--out", str(tmp_path / "line")
    )
    assert built.returncode == read_today(tmp_path / "line" / "latest")[0], built.stderr
    first, second, third = done.stdout.strip().splitlines()[-3:]
    assert first == (tmp_path / "line" / "latest").resolve().name
    assert second == third == (tmp_path / "flow" / "latest").resolve().name != first
    manifest = json.loads((tmp_path / "flow" / "latest" / "MANIFEST.json").read_text())
    assert (manifest["before"]["id"], manifest["before"]["seq"]) == (first, 1)
    for output in ("map.html", "briefing.html"):
        text = (tmp_path / "flow" / "latest" / output).read_text()
        assert first in text
        assert "draws: 25 → 26" in text.replace("\\u2192", "→")


@pytest.mark.sweep
@pytest.mark.prefect
def test_the_flow_fails_where_its_parts_fail_and_health_says_why(tmp_path):
    """In the build, then in the fetch, whose ledger is damaged: nothing is published, both are told of."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "ledger.json").write_text("{")
    done = prefect(tmp_path, "-c", FAIL)
    assert done.returncode == 0, done.stderr[-2000:]
    for region, said, last in (
        ("atlantis", "expected one of arctic", {"build"}),
        # On a machine without a network that is said after the fetch has begun.
        ("bering", "expected the ledger of accepted files", {"fetch", "no network"}),
    ):
        assert said in done.stdout
        assert not (tmp_path / region / "latest").exists()
        report = json.loads((tmp_path / region / "health.json").read_text())
        assert (report["run"]["end"], report["picture"]) == ("failed", None)
        assert report["run"]["last"] in last
        assert said in report["run"]["reason"]
        ages = {row["id"]: row["age_days"] for row in report["sources"]}
        assert ages["nga_world_port_index"] > 500


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


class Server:
    """A real Prefect server of its own, and what is started against it; all of it ended by process id."""

    def __init__(self, folder: Path, **more: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.folder, self.home, self.started = folder, f"http://127.0.0.1:{port}", []
        self.api = f"{self.home}/api"
        self.env = environment(**{
            "PREFECT_HOME": str(folder / "prefect"), "HOME": str(folder), "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_UI_API_URL": self.api, "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1", "NO_COLOR": "1", "COLUMNS": "200", "PREFECT_CLI_COLORS": "false", **more,
        })  # fmt: skip
        self.log = (folder / "log").open("w")
        self.start("prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port))
        self.wait_for(lambda: answers(f"{self.api}/health"), 90)

    def start(self, *arguments: str, cwd: Path | None = None) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=self.env, cwd=cwd or self.folder, stdout=self.log, stderr=self.log, start_new_session=True,
        )  # fmt: skip
        self.started.append(process)
        return process

    def run(self, *arguments: str, cwd: Path | None = None) -> str:
        process = self.start(*arguments, cwd=cwd)
        code = process.wait(timeout=120)
        assert code == 0, Path(self.log.name).read_text()[-3000:]
        return Path(self.log.name).read_text()

    def flow(self, out: str) -> subprocess.Popen[bytes]:
        return self.start("pipelines.flows", "--region", "bering", "--draws", "25", "--out", out)

    def wait_for(self, holds, seconds: float, pause_s: float = 1.0):
        ends = time.monotonic() + seconds
        while not (found := holds()):
            assert time.monotonic() < ends, Path(self.log.name).read_text()[-3000:]
            time.sleep(pause_s)
        return found

    def ask(self, what: str, query: str = "{}") -> list[dict]:
        return self.post(f"{what}/filter", json.loads(query))

    def post(self, what: str, body: dict) -> Any:
        """The answer of the server, which is asked again while it says 503: its database is locked."""
        request = urllib.request.Request(
            f"{self.api}/{what}", method="POST", headers={"Content-Type": "application/json"},
            data=json.dumps(body).encode(),
        )  # fmt: skip
        for left in reversed(range(20)):
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code != 503 or not left:
                    raise
                time.sleep(1)
        return None

    def runs(self, deployment: str, state: str = "COMPLETED") -> list[dict]:
        deployed = {row["id"]: row["name"] for row in self.ask("deployments")}
        runs = self.ask("flow_runs", json.dumps({"flow_runs": {"state": {"type": {"any_": [state]}}}}))
        return [run for run in runs if deployed.get(run["deployment_id"]) == deployment]

    def end(self) -> None:
        for process in self.started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.log.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    """One server for all, with `serve --cron` on it from the start: the minutes it takes are used.

    The mirror serves nothing, so every source is refused and its picture is DEGRADED. Before `serve` comes,
    three runs with the options of an earlier one are due, as after a stop of some minutes.
    """
    folder = tmp_path_factory.mktemp("server")
    (folder / "mirror").mkdir()
    with serving(folder / "mirror") as mirror:
        server = Server(folder)
        try:
            late_runs(server, folder / "earlier")
            server.start(
                "pipelines", "serve", "--cron", "* * * * *", "--region", "bering", "--base-url", mirror
            )
            yield server
        finally:
            server.end()


def served(server: Server) -> str:
    """The name of the deployment of `serve` in the folder of a server."""
    return deployment_name(server.folder / "pictures")


def late_runs(server: Server, out: Path) -> None:
    """Schedule runs of the deployment of `serve` for minutes that are over, with other options.

    Beside it is a deployment that an earlier version made for the same folder.
    """
    flow_id = server.post("flows/", {"name": "refresh"})["id"]
    earlier = {"out": str(server.folder / "pictures")}
    server.post("deployments/", {"name": "arctic-picture", "flow_id": flow_id, "parameters": earlier})
    deployment = server.post("deployments/", {"name": served(server), "flow_id": flow_id})
    for minute in range(3):
        due = f"2026-01-01T00:0{minute}:00Z"
        server.post(
            f"deployments/{deployment['id']}/create_flow_run",
            {
                "name": f"late-{minute}",
                "parameters": {"out": str(out), "region": "bering", "draws": 25},
                "state": {"type": "SCHEDULED", "state_details": {"scheduled_time": due}},
                "enforce_parameter_schema": False,
            },
        )


def events(root: Path) -> list[dict]:
    path = root / "runs.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def is_clean(root: Path) -> None:
    """The picture that stands is whole, late or not, no lock is held, and nothing staged is left."""
    assert run_command(root, "check", str(root)).returncode in {0, 10}
    for name in (".lock", ".running"):
        with (root / name).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert not (root / "staging").exists()
    assert not [
        path.name for path in root.iterdir() if path.name in {".latest", ".changes.atom", ".health.json"}
    ]


@pytest.mark.sweep
@pytest.mark.prefect
def test_a_run_killed_in_the_middle_is_followed_by_a_whole_one(server):
    """kill -9 while it builds, then while it publishes: the next run says so, and leaves nothing behind."""
    root = server.folder / "killed"
    for event, is_there in (("build", lambda: True), ("publish", lambda: any(root.glob("staging/*/*/*")))):
        process = server.flow("killed")

        def has_come(event=event, is_there=is_there, pid=process.pid) -> bool:
            value = events(root)
            mine = {row["run"] for row in value if row.get("pid") == pid}
            return any(row["event"] == event and row["run"] in mine for row in value) and is_there()

        server.wait_for(has_come, 60, 0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not (root / "latest").exists(), "killed before anything was published"
        if event == "publish":
            assert any(root.glob("staging/*")), "the kill came in the middle of publishing"
    assert server.flow("killed").wait(timeout=120) == 0, Path(server.log.name).read_text()[-3000:]
    is_clean(root)
    result = runs_of(root)
    assert [(run["end"], run["last"]) for run in result] == [
        ("killed", "build"), ("killed", "publish"), ("ended", "announced"),
    ]  # fmt: skip
    assert result[2]["picture"] == (root / "latest").resolve().name
    health = json.loads((root / "health.json").read_text())
    assert health["run"]["end"] == "ended"
    assert health["picture"]["id"] == result[2]["picture"]
    # Prefect still believes that the two are at work: nothing here rests on it.
    running = server.ask("flow_runs", '{"flow_runs": {"state": {"type": {"any_": ["RUNNING"]}}}}')
    assert len([run for run in running if run["parameters"].get("out") == "killed"]) == 2


@pytest.mark.sweep
@pytest.mark.prefect
def test_a_work_pool_takes_a_run_to_a_picture(server):
    """`prefect deploy` of prefect.yaml as it stands, and a process worker."""
    server.env["ARCTIC_PICTURE_CLONE"] = str(ROOT)
    root = server.folder / "pooled"
    server.run("prefect", "work-pool", "create", "arctic", "--type", "process")
    server.run("prefect", "--no-prompt", "deploy", "--all", cwd=ROOT)
    names = {row["name"]: row for row in server.ask("deployments")}
    assert set(names) == {served(server), "pool-daily", "pool-by-hand"}
    assert [row["schedule"]["cron"] for row in names["pool-daily"]["schedules"]] == ["0 5 * * *"]
    assert {names[name]["work_pool_name"] for name in ("pool-daily", "pool-by-hand")} == {"arctic"}
    server.run(
        "prefect", "deployment", "run", "refresh/pool-by-hand", "--param", "region=bering", "--param",
        "draws=25", "--param", f"out={root}",
    )  # fmt: skip
    server.start("prefect", "worker", "start", "--pool", "arctic", "--run-once")
    server.wait_for(lambda: server.runs("pool-by-hand"), 120)
    is_clean(root)
    assert [run["end"] for run in runs_of(root)] == ["ended"]


@pytest.mark.sweep
@pytest.mark.prefect
def test_late_runs_with_earlier_options_are_dropped_and_the_first_is_made_at_once(server):
    """One run, with the options now given, before the first minute of the schedule comes."""
    runs = server.wait_for(
        lambda: [row for row in server.ask("flow_runs") if row["state_type"] != "SCHEDULED"], 120
    )
    assert not (server.folder / "earlier").exists()
    assert "arctic-picture" not in {row["name"] for row in server.ask("deployments")}
    names = {row["name"] for row in server.ask("flow_runs")}
    assert not names & {"late-0", "late-1", "late-2"}
    deployed = {row["id"] for row in server.ask("deployments") if row["name"] == served(server)}
    first = min((row for row in runs if row["deployment_id"] in deployed), key=lambda row: row["created"])
    assert not first["auto_scheduled"], "the first is not one of the schedule"
    assert first["parameters"]["out"] == str(server.folder / "pictures")


@pytest.mark.sweep
@pytest.mark.prefect
def test_an_every_minute_cron_publishes_twice(server):
    """A real server and `serve --cron "* * * * *"`: two pictures' worth of completed runs, on schedule."""
    server.wait_for(lambda: len(server.runs(served(server))) >= 3, 400)
    done = server.runs(served(server))
    done = [run for run in done if run["auto_scheduled"]]  # one more is made at the start
    starts = [datetime.fromisoformat(run["expected_start_time"]) for run in done]
    assert all(start.second == 0 for start in starts), "runs of the schedule, on the minute"
    assert len(set(starts)) == len(done) >= 2
    root = server.folder / "pictures"
    manifest = json.loads((root / "latest" / "MANIFEST.json").read_text())
    assert manifest["status"] == "DEGRADED"
    assert run_command(server.folder, "check", str(root)).returncode == 10
    ended = [run for run in runs_of(root) if run["end"] == "ended"]
    assert len(ended) >= 2
    assert {run["picture"] for run in ended} == {manifest["id"]}
    sources = json.loads((root / "health.json").read_text())["sources"]
    late = [row["last_failure"] for row in sources if row["last_failure"]]
    assert "found 404" in late[0]["reason"]
    assert late[0]["since"]
    # What is made and of what, as Prefect keeps it: it has no page for it.
    made = [
        e for e in server.ask("events", ASSETS)["events"] if e["resource"]["prefect.resource.id"] == PICTURE
    ]
    assert any(e["event"] == "prefect.asset.materialization.succeeded" for e in made)
    assert "arctic://source/nga_world_port_index" in json.dumps([e["related"] for e in made])


@pytest.mark.sweep
@pytest.mark.prefect
@pytest.mark.chromium
def test_the_server_shows_run_and_artifacts(server, tmp_path):
    """The Prefect pages in Chromium: the run's state, its table of sources and its summary."""
    from playwright.sync_api import sync_playwright

    [run, *_] = server.wait_for(lambda: server.runs(served(server)), 200)
    of_run = json.dumps({"artifacts": {"flow_run_id": {"any_": [run["id"]]}}})
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1300, "height": 900})
        page.goto(f"{server.home}/runs/flow-run/{run['id']}")
        page.get_by_text("Completed", exact=True).first.wait_for(timeout=60_000)
        # The first lines of its log: with a line a source the last ones lie below the window.
        page.get_by_text("fetch", exact=False).first.wait_for(timeout=30_000)
        page.screenshot(path=tmp_path / "run.png")
        for key, shown in (("sources", "nga_world_port_index"), ("picture", "DEGRADED")):
            [made] = [row for row in server.ask("artifacts", of_run) if row["key"] == key]
            page.goto(f"{server.home}/artifacts/artifact/{made['id']}")
            page.get_by_text(shown, exact=False).first.wait_for(timeout=30_000)
            page.screenshot(path=tmp_path / f"{key}.png")
        browser.close()


@pytest.fixture
def postgres() -> Iterator[str]:
    """A database of its own, where PostgreSQL is installed; gives its address."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("not on this machine: postgresql")
    # Not below tmp_path: a second run of the tests shuts that folder to the user that it needs.
    place, data, as_user = found[-1].parent, Path(tempfile.mkdtemp(prefix="arctic-picture-postgres-")), []
    if os.getuid() == 0:  # it refuses to run as root
        as_user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        shutil.chown(data, "nobody", "nogroup")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def quietly(*command: str | Path) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=60)

    quietly(*as_user, place / "initdb", "-A", "trust", "-U", "arctic", "-D", data)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    control = [*as_user, place / "pg_ctl", "-D", data, "-w"]
    quietly(*control, "-o", options, "-l", data / "log", "start")
    try:
        yield f"postgresql+asyncpg://arctic@127.0.0.1:{port}/postgres"
    finally:
        quietly(*control, "-m", "immediate", "stop")
        shutil.rmtree(data)


@pytest.mark.sweep
@pytest.mark.prefect
def test_a_server_on_postgres_takes_a_run(tmp_path, postgres):
    """Chosen by one setting of Prefect's; the run is in that database and the picture is published."""
    server = Server(tmp_path, PREFECT_SERVER_DATABASE_CONNECTION_URL=postgres)
    try:
        assert server.flow("pictures").wait(timeout=120) == 0, Path(server.log.name).read_text()[-3000:]
        [run] = server.ask("flow_runs")
        assert run["state_type"] == "COMPLETED"
        assert not list(tmp_path.glob("prefect/*.db")), "nothing of it in SQLite"
    finally:
        server.end()
    is_clean(tmp_path / "pictures")


@pytest.mark.sweep
@pytest.mark.prefect
def test_dask_composes_the_same_picture(server):
    pytest.importorskip("prefect_dask", reason="optional: pip install 'arctic-picture[dask]'")
    assert server.flow("alone").wait(timeout=120) == 0
    server.env["ARCTIC_PICTURE_TASK_RUNNER"] = "dask"
    try:
        assert server.flow("together").wait(timeout=180) == 0, Path(server.log.name).read_text()[-3000:]
    finally:
        del server.env["ARCTIC_PICTURE_TASK_RUNNER"]
    assert "Creating a new Dask cluster" in Path(server.log.name).read_text()
    names = {(server.folder / name / "latest").resolve().name for name in ("alone", "together")}
    assert len(names) == 1


def test_only_what_may_pass_is_tried_again():
    """Read in a process of its own, as every import of Prefect here."""
    code = """
from types import SimpleNamespace as N
from pipelines.flows import LateError, _fetch, may_pass
from pipelines.intake.fetch_results import FetchResult
told = [FetchResult("a", "refused", None, "status 503", may_pass=True)]
print(may_pass(None, None, N(data=LateError(told))), may_pass(None, None, N(data=ValueError("x"))))
print(_fetch.retries, _fetch.retry_condition_fn is may_pass)
"""
    clean = {k: v for k, v in environment().items() if not k.startswith("PREFECT_")}
    done = subprocess.run([sys.executable, "-c", code], env=clean, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False", "2", "True"]


def test_a_strange_task_runner_is_refused():
    done = subprocess.run(
        [sys.executable, "-c", "import pipelines.flows"], capture_output=True, text=True, check=False,
        env=environment(ARCTIC_PICTURE_TASK_RUNNER="spark"),
    )  # fmt: skip
    assert "expected dask, or tcp://host:8786 and the like, found 'spark'" in done.stderr


def test_the_client_without_a_server_is_refused_in_one_line(tmp_path):
    """`serve` starts a server for it; by itself it has none."""
    clean = {k: v for k, v in environment().items() if not k.startswith("PREFECT_")}
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.flows", "--cron", "0 5 * * *"],
        cwd=tmp_path, env=clean | {"PREFECT_HOME": str(tmp_path / "prefect")}, capture_output=True, text=True,
        check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 2
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


@pytest.mark.sweep
@pytest.mark.parametrize(
    "address", ["http://me:canary4711@127.0.0.1:9", "http://127.0.0.1:9/?key=canary4711"]
)
def test_an_address_with_a_secret_is_refused_and_not_told(tmp_path, address):
    done = prefect(tmp_path, "-m", "pipelines.flows", "--fetch", "--base-url", address)
    assert done.returncode != 0
    assert "found a name, password or question in it" in done.stderr
    assert "canary4711" not in done.stdout + done.stderr
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and b"canary4711" in path.read_bytes()]


# A block that keeps a secret, read again by the run that follows it.
KEEP = """
import sys
from pipelines.flows import main
from prefect.blocks.system import Secret
Secret(value="canary4711").save("webhook")
assert Secret.load("webhook").get() == "canary4711"
main(sys.argv[1:])
"""
# What Prefect itself is told: of the server, which asks for it, and of the one who asks the server.
PROFILE = """
active = "watch"
[profiles.watch]
PREFECT_SERVER_ALLOW_EPHEMERAL_MODE = "true"
PREFECT_SERVER_API_AUTH_STRING = "me:canary4711"
PREFECT_API_AUTH_STRING = "me:canary4711"
PREFECT_API_KEY = "canary4711"
"""


@pytest.mark.sweep
@pytest.mark.prefect
def test_a_secret_of_environment_profile_or_block_is_written_nowhere(tmp_path, monkeypatch):
    """A run of the flow that fetches and publishes; every file it wrote is searched, Prefect's too."""
    for name in ("EARTHDATA_TOKEN", "COPERNICUSMARINE_SERVICE_PASSWORD", "BARENTSWATCH_CLIENT_SECRET"):
        monkeypatch.setenv(name, "canary4711")
    monkeypatch.setenv("HTTPS_PROXY", "http://me:canary4711@127.0.0.1:9")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password canary4711\n")
    (tmp_path / "mirror").mkdir()
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "profiles.toml").write_text(PROFILE)
    with serving(tmp_path / "mirror") as mirror:
        monkeypatch.setenv("ARCTIC_PICTURE_WEBHOOK", f"{mirror}/hook?key=canary4711")
        done = prefect(
            tmp_path, "-c", KEEP, "--fetch", "--base-url", mirror, "--region", "bering", "--draws", "25"
        )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "canary4711" not in done.stdout + done.stderr
    # The two that a user wrote it into; no other.
    ours = {".netrc", "profiles.toml"}
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name not in ours]
    names = {path.name for path in written}
    assert {"prefect.db", "MANIFEST.json", "ledger.json", "map.html", "runs.jsonl", "health.json"} <= names
    assert [path.name for path in written if b"canary4711" in path.read_bytes()] == []
    with closing(sqlite3.connect(tmp_path / "prefect" / "prefect.db")) as database:
        [kept] = database.execute("SELECT data FROM block_document WHERE name = 'webhook'").fetchone()
        rows = "\n".join(database.iterdump())
    assert kept, "the block is there, encrypted"
    assert "canary4711" not in rows
