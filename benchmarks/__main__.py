"""Run benchmarks and print our value, that of the peer, the ratio, and whether the goal holds."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.command_lines import command_lines
from benchmarks.daily_refresh import daily_refresh
from benchmarks.fuzz import fuzz, table_of
from benchmarks.hindcasts import hindcasts
from benchmarks.ice import ice
from benchmarks.judgement import judgement
from benchmarks.kills import kills
from benchmarks.maps import maps
from benchmarks.mutation import mutation
from benchmarks.network import network, passing
from benchmarks.reliability import FUZZED, reliability
from benchmarks.user_files import user_files
from benchmarks.user_projects import user_projects
from benchmarks.validation import validation

ROOT = Path(__file__).parent.parent
FLOOR = "import geopandas, xarray, rasterio, pyarrow"
RUNS = 5


def _child_cpu_s(command: list[str]) -> tuple[float, float]:
    """CPU seconds and peak memory (MB) of one child process that runs `command`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, after.ru_maxrss / 1000


def build() -> list[dict[str, Any]]:
    """CPU seconds of a cold build, against the import of the libraries that a build must load; medians."""
    ours, peer, peak = [], [], 0.0
    ids = set()
    for _ in range(RUNS):
        peer.append(_child_cpu_s([sys.executable, "-c", FLOOR])[0])
        with tempfile.TemporaryDirectory() as folder:
            cpu, peak = _child_cpu_s([sys.executable, "-m", "pipelines", "build", "--out", folder])
            ids.add((Path(folder) / "latest").resolve().name)
        ours.append(cpu)
    assert len(ids) == 1, f"builds differ: {ids}"
    ours_s, peer_s = sorted(ours)[RUNS // 2], sorted(peer)[RUNS // 2]
    return [
        {
            "benchmark": "build",
            "work": "cold build from the snapshot, CPU seconds; peak memory of the largest process",
            "ours_s": round(ours_s, 3),
            "peer": FLOOR,
            "peer_s": round(peer_s, 3),
            "ratio": round(peer_s / ours_s, 3),
            "goal": round(1 / 15, 3),
            "holds": ours_s <= 15 * peer_s and peak <= 1500,
            "peak_mb": round(peak),
        }
    ]


def start() -> list[dict[str, Any]]:
    """Wall seconds of `arctic-picture --help`."""
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "pipelines", "--help"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        times.append(time.perf_counter() - begun)
    value = sorted(times)[RUNS // 2]
    return [
        {
            "benchmark": "start",
            "work": "--help, wall seconds",
            "value": round(value, 3),
            "goal": 0.5,
            "holds": value < 0.5,
        }
    ]


BENCHMARKS = {
    "build": build,
    "start": start,
    "network": network,
    "judgement": lambda: [*judgement(), *passing(), *build()],
    "ice": ice,
    "validation": validation,
    "hindcasts": hindcasts,
    "maps": maps,
    "reliability": reliability,
    "fuzz": lambda: fuzz(*FUZZED),
    "user_files": lambda: [*user_files(), *user_projects()],
    "daily_refresh": daily_refresh,
    "command_lines": command_lines,
    "mutation": mutation,
    "kills": kills,
}
# They take an hour and more, and mutation needs an extra tool; fuzz is a part of reliability. They run only
# when named.
_BY_NAME = {"fuzz", "kills", "mutation"}


def main(arguments: list[str]) -> int:
    """Run the benchmarks that `arguments` name, or all; returns 0 only if every goal holds."""
    names = [a for a in arguments if not a.startswith("-")] or [
        name for name in BENCHMARKS if name not in _BY_NAME
    ]
    strange = [name for name in names if name not in BENCHMARKS]
    if strange:
        sys.stderr.write(f"benchmarks: expected {', '.join(BENCHMARKS)}, found {strange[0]}\n")
        return 2
    rows = [row for name in names for row in BENCHMARKS[name]()]
    if "--json" in arguments:
        print(json.dumps(rows))
    else:
        for row in rows:
            print("  ".join(f"{key}={value}" for key, value in row.items()))
        if judged := [row for row in rows if row["benchmark"] == "fuzz"]:
            print(table_of(judged))
    return 0 if all(row["holds"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
