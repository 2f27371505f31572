"""Reading apart: a hostile or endless file ends its reader, never the run, and reaches nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from run_commands import ROOT

from layers.errors import SourceError
from pipelines.intake.sandbox import ENVIRONMENT, _bound, read_in_sandbox, sandbox
from pipelines.source import MissingInputError
from pipelines.sources.sea_ice.nsidc_sea_ice_index import DAILY_CSV

if TYPE_CHECKING:
    from pathlib import Path

DAILY = "nsidc_sea_ice_index"
HEAD = "Year, Month, Day,     Extent,    Missing, Source Data\nYYYY, MM, DD, x, x, x\n"
ROW = "2026, 01, 02, 13.0, 0.0, ['nsidc-0081 x_f18_y']\n"


@pytest.fixture
def fetched(tmp_path) -> Path:
    path = tmp_path / "set" / DAILY_CSV
    path.parent.mkdir(parents=True)
    path.write_text(HEAD + ROW)
    return tmp_path / "set"


def test_a_table_comes_back(fetched, tmp_path):
    read_in_sandbox(DAILY, fetched, tmp_path, tmp_path / "out.parquet")
    table = pd.read_parquet(tmp_path / "out.parquet")
    assert (table["date"].tolist(), table["extent_million_km2"].tolist()) == (["2026-01-02"], [13.0])


def test_an_interpreter_that_is_a_link_is_not_bound_by_itself(fetched, tmp_path):
    """bubblewrap ended at once where `python3 -m venv` had made the environment from the system's Python."""
    if isinstance(sandbox(), str):
        pytest.skip(sandbox())
    link, file = tmp_path / "python", fetched / DAILY_CSV
    link.symlink_to(sys.executable)
    command = _bound([str(link), "-m", "reader", str(file)], tmp_path)
    assert command[-4:] == [str(link), "-m", "reader", str(file)]
    assert command.count(str(link)) == 1, "the program alone"
    assert command.count(str(file)) == 3, "bound, and an argument"


def test_what_the_reader_refuses_is_told(fetched, tmp_path):
    (fetched / DAILY_CSV).write_text(HEAD + ROW.replace("13.0", "1300"))
    with pytest.raises(SourceError, match=r"extents of 2\.5\.\.\.17 million km2, found 1300"):
        read_in_sandbox(DAILY, fetched, tmp_path, tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()


def test_what_is_lacking_is_told_as_lacking(tmp_path):
    with pytest.raises(MissingInputError, match="expected the provider's file"):
        read_in_sandbox(DAILY, tmp_path, tmp_path, tmp_path / "out.parquet")


def test_a_reader_without_end_is_ended(fetched, tmp_path):
    with pytest.raises(SourceError, match=r"expected its files to be read within 0\.05 s, found no end"):
        read_in_sandbox(DAILY, fetched, tmp_path, tmp_path / "out.parquet", seconds=0.05)


def test_a_reader_that_dies_is_told(fetched, tmp_path, monkeypatch):
    script = tmp_path / "dies"
    script.write_text("#!/bin/sh\nkill -SEGV $$\n")
    script.chmod(0o755)
    monkeypatch.setattr("pipelines.intake.sandbox.sys.executable", str(script))
    with pytest.raises(SourceError, match=r"found the reader dead \(-11\)"):
        read_in_sandbox(DAILY, fetched, tmp_path, tmp_path / "out.parquet")


def in_child(code: str, *arguments: str, limited: bool = True) -> str:
    """Run code in the environment and, unless told otherwise, under the limits of a reader."""
    first = "from pipelines.intake.sandbox_child import limit\nlimit()\n" if limited else ""
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{first}{code}", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **ENVIRONMENT},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


def test_memory_is_limited():
    assert "MemoryError" in in_child("bytearray(5 << 30)")


def test_only_the_drivers_that_readers_need_are_there():
    """Each library brings a GDAL of its own: the lists of both, as they live in a reader."""
    drivers = in_child("import json, pyogrio; print(json.dumps(sorted(pyogrio.list_drivers())))")
    assert json.loads(drivers) == ["ESRI Shapefile", "MEM"]
    code = "import json, rasterio\nwith rasterio.Env() as env: print(json.dumps(sorted(env.drivers())))"
    assert set(json.loads(in_child(code))) - {"Memory"} == {"COG", "ESRI Shapefile", "GTiff", "MEM"}


def test_no_secret_goes_along(fetched, tmp_path, monkeypatch):
    monkeypatch.setenv("EARTHDATA_TOKEN", "canary-4711")
    script = tmp_path / "tells"
    script.write_text("#!/bin/sh\nenv\nexit 3\n")
    script.chmod(0o755)
    monkeypatch.setattr("pipelines.intake.sandbox.sys.executable", str(script))
    with pytest.raises(SourceError) as told:
        read_in_sandbox(DAILY, fetched, tmp_path, tmp_path / "out.parquet")
    assert "GDAL_SKIP" in str(told.value)
    assert "canary" not in str(told.value)
