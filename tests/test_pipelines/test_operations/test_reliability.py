"""The counts of the benchmarks `reliability` and `daily_refresh` that must be 0: fewer kills, all formats."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from run_commands import ROOT, environment


@pytest.mark.sweep
def test_nothing_is_torn_mixed_or_lost():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "reliability", "daily_refresh", "--json"],
        cwd=ROOT, env=environment(ARCTIC_PICTURE_RELIABILITY="short"), capture_output=True, text=True,
        check=False, timeout=1500,
    )  # fmt: skip
    # The last lines alone may be those of a process that only lost its parent.
    assert done.stdout, "\n".join(row for row in done.stderr.splitlines() if "Error" in row)
    rows = json.loads(done.stdout)
    # Times are for a quiet machine; here they show that the work is done and its results are equal.
    timed = {row["work"].split(":")[0].split(" of ")[0] for row in rows if row["goal"]}
    assert timed >= {"publish 40 MB", "validation"}
    counts = {row["work"]: row["value"] for row in rows if not row["goal"]}
    assert sum(work.startswith("20 mutated files") for work in counts) == 13
    assert len(counts) == 32
    assert set(counts.values()) == {0}, counts
