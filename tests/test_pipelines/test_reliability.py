"""The counts of `python -m benchmarks reliability` that must be 0: a tenth of its kills, all its formats."""

from __future__ import annotations

import json
import subprocess
import sys

from conftest_pipelines import ROOT, environment


def test_nothing_is_torn_mixed_or_lost():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "reliability", "--json"],
        cwd=ROOT, env=environment(ARCTIC_PICTURE_RELIABILITY="short"), capture_output=True, text=True,
        check=False, timeout=1200,
    )  # fmt: skip
    assert done.stdout, done.stderr[-2000:]
    rows = json.loads(done.stdout)
    counts = {row["work"]: row["value"] for row in rows if "value" in row}
    assert len(counts) == 22
    assert sum(work.startswith("2000 mutated files") for work in counts) == 12
    assert set(counts.values()) == {0}, counts
