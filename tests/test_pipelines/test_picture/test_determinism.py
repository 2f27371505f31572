"""A live picture is a function of what was accepted and the day it is for: not of clock, place or process."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest
from daily_provider import QUICK
from fault_server import serving
from good_files import DAILY, daily_csv
from provider_mirror import NSIDC, place
from run_commands import environment

from pipelines.intake.fetch import Fetcher
from pipelines.intake.refresh import refresh
from pipelines.snapshot import source_table
from pipelines.source import sha256_of
from pipelines.sources import FETCHABLE

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.sweep

# `build` is what `build --live` runs when it has fetched. The clock of all our modules is moved; the class
# itself cannot be, C libraries know its size.
BUILD = """
import os, sys, time
from datetime import date, datetime, timedelta
from importlib import import_module
from pathlib import Path
import maps
from pipelines.picture.build import Options, build
ours = ("pipelines.picture.health", "pipelines.intake.refresh", "pipelines.picture.store")
for name in (*ours, *maps.EXPORTS.values()):
    import_module(name)
ahead, now = timedelta(days=int(os.environ["CLOCK_DAYS"])), time.time
class Moved(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + ahead
time.time = lambda: now() + ahead.total_seconds()
moved = [m for n, m in sys.modules.items() if n.startswith(("layers", "maps", "pipelines"))
         and getattr(m, "datetime", None) is datetime]
for module in moved:
    module.datetime = Moved
assert moved
cache = Path(sys.argv[1])
options = Options(region="bering", draws=25, cache=cache, day=date(2026, 8, 7))
folder, _ = build(cache.parent / "pictures", options)
sys.stdout.write(str(folder))
"""
WORLDS = [
    {"PYTHONHASHSEED": "0", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "CLOCK_DAYS": "-9000"},
    {"PYTHONHASHSEED": "1", "TZ": "America/Adak", "LC_ALL": "C.UTF-8", "CLOCK_DAYS": "4000",
     "OMP_NUM_THREADS": "1"},
]  # fmt: skip


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    """What one fetch left: the daily series accepted, with a day more than the embedded one."""
    folder = tmp_path_factory.mktemp("fetched")
    series = source_table(DAILY)
    file = place(folder / "mirror", f"{NSIDC}/daily/data/N_seaice_extent_daily_v4.0.csv")
    more = series.tail(1).assign(date="2026-08-06")
    file.write_text(daily_csv(series) + daily_csv(more).split("\n", 2)[2])
    with serving(folder / "mirror") as url:
        day = date(2026, 8, 7)
        [results] = refresh(
            FETCHABLE, folder / "cache", Fetcher(url, QUICK), today=day, day=day, names=[DAILY]
        )
    assert (results.state, results.as_of) == ("new", "2026-08-06")
    return folder / "cache"


def test_one_cache_makes_one_picture_in_any_world(cache, tmp_path):
    started = []
    for number, world in enumerate(WORLDS):
        home = tmp_path / f"world {number} ø"
        shutil.copytree(cache, home / "cache")
        command = [sys.executable, "-X", "utf8", "-c", BUILD, str(home / "cache")]
        started.append(
            subprocess.Popen(command, cwd=home, env=environment(**world), stdout=-1, stderr=-1, text=True)
        )
    result = [(process.communicate(timeout=180), process.returncode) for process in started]
    assert [code for _, code in result] == [0, 0], result
    one, other = (
        {p.relative_to(f): sha256_of(p) for p in f.rglob("*") if p.is_file()} for f in folders(result)
    )
    assert one == other
    assert len(one) > 20
    manifest = json.loads((folders(result)[0] / "MANIFEST.json").read_text())
    [layer] = [row for row in manifest["layers"] if row["id"] == "sea_ice_extent"]
    assert (layer["state"], layer["as_of"]) == ("live", "2026-08-06"), "of what was fetched"


def folders(said) -> list[Path]:
    from pathlib import Path

    return [Path(out) for (out, _), _ in said]
