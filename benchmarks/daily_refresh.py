"""A picture that is refreshed daily: time of the checks, cost of a scheduled run, 200 simulated days.

On each simulated day a provider on loopback serves the series up to that day, three times in ten with a
fault. The accepted rows, their date and the state of the source must be those of a model of a few lines.
`ARCTIC_PICTURE_RELIABILITY=short` simulates ten days and leaves out the scheduled run, which needs a Prefect
server.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.crs import lonlat
from pipelines.intake.checks import judge, judge_file
from pipelines.intake.fetch import Fetcher, Limits
from pipelines.intake.ledger import accepted_folder, ledger_of, state_of
from pipelines.intake.refresh import refresh
from pipelines.intake.sniff import sniff
from pipelines.intake.tables import TABLE, table_of
from pipelines.picture.build import Options, build
from pipelines.snapshot import source_table
from pipelines.sources import FETCHABLE, source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pandas as pd

SHORT = os.environ.get("ARCTIC_PICTURE_RELIABILITY") == "short"
# Simulated days; days from one built picture to the next; share of fetches with a fault; days without server.
DAYS, BUILT_EVERY, FAULTY, AWAY = (10, 9, 0.3, range(0)) if SHORT else (200, 20, 0.3, range(60, 100))
ROWS, VALIDATED_S = 100_000, 1.5  # rows of the checked table, and the goal for its checks in seconds
RUNS, OVERHEAD_S = 1 if SHORT else 5, 10.0
DAILY = "nsidc_sea_ice_index"
QUICK = Limits(deadline_s=5, idle_s=1, tries=1, pace_s=0)
ROOT = Path(__file__).parent.parent


def _row(work: str, value: float, goal: float, **more: Any) -> dict[str, Any]:
    holds = value <= goal
    return {
        "benchmark": "daily_refresh",
        "work": work,
        "value": round(value, 3),
        "goal": goal,
        "holds": holds,
        **more,
    }


def _spread(times: list[float]) -> str:
    return f"{min(times):.2f} to {max(times):.2f} s in {len(times)}"


# --- validation


def validation() -> list[dict[str, Any]]:
    """Return the time to sniff, read and check 100,000 power plants in the format of their provider.

    The last accepted table is the same table, and the positions are those of the embedded plants. So every
    check runs and none has a finding.
    """
    plants = source("wri_global_power_plants")
    last_good = source_table(plants.id)
    at = np.arange(ROWS) % len(last_good)
    lon, lat = (part[at] for part in lonlat(last_good.geometry.x, last_good.geometry.y))
    head = "country,country_long,name,gppd_idnr,capacity_mw,latitude,longitude,{},owner,source,url"
    lines = [
        f"NOR,Norway,Plant {n},X{n:06},{10 + n % 90},{lat[n]:.5f},{lon[n]:.5f},Hydro,,a source,"
        for n in range(ROWS)
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for remote, fuel, rows in zip(
            plants.remotes, ("fuel1", "primary_fuel"), (lines[1000:], lines[:1000]), strict=True
        ):
            path = folder / remote.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join([head.format(fuel), *rows]) + "\n", encoding="utf-8")
        old, times, cpu = table_of(plants, folder, folder), [], []
        for _ in range(RUNS):
            begun, used = time.perf_counter(), time.process_time()
            findings = []
            for remote in plants.remotes:
                path = folder / remote.file
                facts = sniff(path, remote.kind)
                size = path.stat().st_size
                findings += judge_file(facts, facts, size, [size], remote.at_least_rows)
            table = table_of(plants, folder, folder)
            findings += judge(table, old, date(2026, 11, 25), plants.checks)
            times.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - used)
            assert (len(table), findings) == (ROWS, []), (len(table), findings)
    value = sorted(times)[RUNS // 2]
    work = f"validation of a table of {ROWS} rows: looked at, read, judged; seconds"
    more = {"spread": _spread(times), "cpu_s": round(sorted(cpu)[RUNS // 2], 2)}
    return [_row(work, value, VALIDATED_S, **more)]


# --- a scheduled run


@contextmanager
def _prefect(folder: Path) -> Iterator[dict[str, str]]:
    """Run a Prefect server on loopback and yield the environment of its clients."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    api = f"http://127.0.0.1:{port}/api"
    more = {"PREFECT_HOME": str(folder / "prefect"), "PREFECT_API_URL": api, "PYTHONPATH": str(ROOT),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}  # fmt: skip
    environment = os.environ | more
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(
        command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        _wait_for(f"{api}/health", 120)
        yield environment
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _wait_for(url: str, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            assert time.monotonic() < ends, f"no answer from {url}"
            time.sleep(0.5)


def overhead() -> list[dict[str, Any]]:
    """Return wall seconds of the flow in a new process, as a schedule starts it, against the same build."""
    extra, flow, plain, cpu = [], [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with _prefect(folder) as environment:

            def ran(module: str, *more: str) -> tuple[float, float, str]:
                out = folder / module.replace(".", "-")
                command = [sys.executable, "-m", module, *more, "--region", "bering", "--out", str(out)]
                begun, used = time.perf_counter(), _children_cpu_s()
                subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
                wall, used = time.perf_counter() - begun, _children_cpu_s() - used
                return wall, used, (out / "latest").resolve().name

            for _ in range(RUNS):
                build_s, build_cpu_s, of_build = ran("pipelines", "build")
                flow_s, flow_cpu_s, of_flow = ran("pipelines.flows")
                assert of_build == of_flow, f"pictures differ: {of_build}, {of_flow}"
                extra.append(flow_s - build_s)
                cpu.append(flow_cpu_s - build_cpu_s)
                flow.append(flow_s)
                plain.append(build_s)
    work = "a run of the flow over the plain build, a server running; wall seconds, median of pairs"
    more = {"spread": _spread(extra), "cpu_s": round(sorted(cpu)[RUNS // 2], 2)}
    return [
        _row(work, sorted(extra)[RUNS // 2], OVERHEAD_S, flow=_spread(flow), build=_spread(plain), **more)
    ]


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# --- simulated days


@dataclass(slots=True)
class _Model:
    """The model: `rows` of the series are accepted, and `late` is how the last fetch failed, or empty."""

    rows: int = 0
    late: str = ""

    def after(self, kind: str, served: int) -> str:
        """Return how a fetch of `served` rows must end; `kind` is the end of a fault, empty without one."""
        self.late = kind
        if kind:
            return kind
        before, self.rows = self.rows, served
        return "unchanged" if before == served else "changed" if before else "new"

    def state(self, day: date, last: date) -> str:
        """Return the state of the source on `day`, whose content is of the day `last`.

        It is held or stale after a fault, else stale after one week.
        """
        age = (day - last).days
        if self.late:
            return {"held": "held", "refused": "stale"}[self.late]
        return "stale" if age > 7 else "live"


def _to_come() -> pd.DataFrame:
    """Return the embedded series, continued by days with the steps of the same days a year before."""
    last_good = source_table(DAILY)[["date", "extent_million_km2"]]
    year = last_good["extent_million_km2"].iloc[-366 : DAYS - 365].to_numpy()
    extent = (last_good["extent_million_km2"].iloc[-1] + year[1:] - year[0]).round(3)
    days = pd.date_range(last_good["date"].iloc[-1], periods=DAYS + 1)[1:].strftime("%Y-%m-%d")
    more = pd.DataFrame({"date": days, "extent_million_km2": extent})
    return pd.concat([last_good, more], ignore_index=True)


def _series(table: pd.DataFrame) -> list[str]:
    """Return the lines of the series in the format of its provider: two lines of heading, then one a day."""
    lines = [
        "Year, Month, Day,     Extent,    Missing, Source Data",
        "YYYY,    MM,  DD, 10^6 sq km, 10^6 sq km, Source data product web sites",
    ]
    for row in table.itertuples():
        year, month, day = row.date.split("-")
        lines.append(f"{year}, {month}, {day}, {row.extent_million_km2:.3f}, 0.000, ['nsidc-0081 x_f18_y.n']")
    return lines


def _with_last(extent: str) -> Callable[[list[str]], list[str]]:
    def spoil(lines: list[str]) -> list[str]:
        fields = lines[-1].split(", ")
        return [*lines[:-1], ", ".join([*fields[:3], extent, *fields[4:]])]

    return spoil


# Fault in the content -> the lines that are served instead. Each of these files must be held.
_HELD: dict[str, Callable[[list[str]], list[str]]] = {
    "a page": lambda _lines: ["<!DOCTYPE html>", "<html>maintenance</html>"],
    "the last row cut": lambda lines: [*lines[:-1], lines[-1][:12]],
    "half of it": lambda lines: lines[: len(lines) // 2],
    "an older issue": lambda lines: lines[:-60],
    "a day twice": lambda lines: [*lines, lines[-1]],
    "a leap of the ice": _with_last("1.0"),
    "a step that no melt makes": _with_last("16.9"),
    "no number": _with_last("n/a"),
    "a day to come": lambda lines: [*lines, "2031, 01, 01, 13.0, 0.0, ['nsidc-0081 x_f18_y.n']"],
    "an unknown sensor": lambda lines: [*lines[:-1], lines[-1].replace("f18", "f99")],
    "another column": lambda lines: [lines[0].replace("Extent", "Area"), *lines[1:]],
    "a NUL": lambda lines: [*lines[:-1], lines[-1].replace("nsidc", "nsi\x00c")],
}
# Fault of the server -> status, and bytes announced beyond the real length. Each fetch must be refused.
_REFUSED = {"gone": (404, 0), "busy": (503, 0), "cut": (200, 1000), "closed": (0, 0), "turned": (302, 0)}


class _Provider(BaseHTTPRequestHandler):
    """Serves one text with the fault of the day."""

    body, fault, stamp = b"", "", 0

    def do_GET(self) -> None:
        """Answer with the fault of the day."""
        status, more = _REFUSED.get(self.fault, (200, 0))
        if not status:
            return
        self.send_response(status)
        self.send_header("ETag", f'"{self.stamp}"')
        if status == 302:
            self.send_header("Location", "https://elsewhere.example/")
        sent = self.body if status == 200 else b""
        self.send_header("Content-Length", str(len(sent) + more))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def _provider() -> Iterator[tuple[type[_Provider], str]]:
    handler = type("Handler", (_Provider,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield handler, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _differs(
    day: date, expected: str, cache: Path, url: str, truth: pd.DataFrame, model: _Model
) -> list[str]:
    """Fetch as a daily run does, and return the differences from the model."""
    [fetch] = refresh(FETCHABLE, cache, Fetcher(url, QUICK), today=day, day=day, names=[DAILY])
    ledger = ledger_of(cache)
    last_good = truth[: model.rows]
    last = last_good["date"].iloc[-1]
    pairs = {
        "end": (fetch.state, expected),
        "date": (ledger[DAILY]["as_of"], last),
        "state": (state_of(source(DAILY), ledger[DAILY], day)[1], model.state(day, date.fromisoformat(last))),
    }
    folder = accepted_folder(cache, DAILY, ledger)
    assert folder is not None
    table = pd.read_parquet(folder / TABLE)
    for name in ("date", "extent_million_km2"):
        pairs[name] = (table[name].tolist() == last_good[name].tolist(), True)
    return [
        f"{name}: expected {right}, found {value}" for name, (value, right) in pairs.items() if value != right
    ]


def _misshown(day: date, cache: Path, truth: pd.DataFrame, model: _Model) -> list[str]:
    """Build and publish the picture of a day, read it again, and return the differences from the model."""
    folder, _ = build(cache / "pictures", Options(region="bering", draws=25, cache=cache, day=day))
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    [layer] = [row for row in manifest["layers"] if row["id"] == "sea_ice_extent"]
    table = pd.read_parquet(folder / "tables" / "sea_ice_extent.parquet")
    last = truth["date"].iloc[model.rows - 1]
    state = model.state(day, date.fromisoformat(last))
    visible = truth[: model.rows]
    pairs = {
        "layer": ((layer["state"], layer["as_of"]), (state, last)),
        "status": (manifest["status"], "COMPLETE" if state == "live" else "DEGRADED"),
        "rows": (table["extent_million_km2"].tolist(), visible["extent_million_km2"].tolist()),
    }
    return [
        f"picture, {name}: expected {right}, found {value}"[:200]
        for name, (value, right) in pairs.items()
        if value != right
    ]


def soak() -> list[dict[str, Any]]:
    """Return the row that counts the simulated days which differ from the model.

    Three fetches in ten have a fault, and the server is off for forty days.
    """
    truth = _to_come()
    lines, first = _series(truth), len(truth) - DAYS
    chance, model, wrong, faults, built = random.Random(11), _Model(), [], 0, 0
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as name, _provider() as (provider, url):
        cache = Path(name) / "cache"
        for number in range(DAYS):
            rows = first + number + 1
            day = date.fromisoformat(truth["date"].iloc[rows - 1]) + timedelta(days=1)
            fault = _fault_of(number, chance)
            faults += bool(fault)
            text = "\n".join(_HELD.get(fault, list)(lines[: rows + 2]))
            provider.body = (text + "\n" * (fault != "the last row cut")).encode()
            provider.fault, provider.stamp = fault, number
            expected = model.after("held" if fault in _HELD else "refused" if fault else "", rows)
            differences = _differs(day, expected, cache, url, truth, model)
            if number % BUILT_EVERY == BUILT_EVERY - 1:
                differences += _misshown(day, cache, truth, model)
                built += 1
            wrong += [f"{day}, {fault or 'no fault'}: {row}" for row in differences]
    sys.stderr.writelines(f"soak: {row}\n" for row in wrong[:20])
    work = f"wrong in {DAYS} simulated days, {faults} with a fault, {built} pictures built and read"
    return [_row(work, len(wrong), 0, seconds=round(time.perf_counter() - begun))]


def _fault_of(number: int, chance: random.Random) -> str:
    """Return the fault of a day; the first day has none."""
    if number in AWAY:
        return chance.choice(sorted(_REFUSED))
    return chance.choice(sorted([*_REFUSED, *_HELD])) if number and chance.random() < FAULTY else ""


def daily_refresh() -> list[dict[str, Any]]:
    """Return the times with their bounds, and the number of days on which something was wrong."""
    return [*validation(), *([] if SHORT else overhead()), *soak()]
