"""Prefect at the rim: the flow makes the picture that the command line makes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from conftest_pipelines import ROOT, environment, run_command

if TYPE_CHECKING:
    from pathlib import Path

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
