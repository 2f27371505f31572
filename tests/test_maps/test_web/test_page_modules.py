"""The modules of the page's script pass their own tests, tests/test_maps/test_web/page/*.test.mjs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

FILES = sorted((Path(__file__).parent / "page").glob("*.test.mjs"))
NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="not on this machine: node")
def test_the_modules_pass_their_own_tests() -> None:
    """By hand: `node --test tests/test_maps/test_web/page/*.test.mjs`."""
    assert NODE
    command = [NODE, "--test", "--test-reporter=tap", *map(str, FILES)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    failed = re.findall(r"^ *not ok .*?^ *\.\.\.$", run.stdout, flags=re.MULTILINE | re.DOTALL)
    assert run.returncode == 0, "\n".join(failed) or run.stdout + run.stderr
    passed = re.search(r"^# pass (\d+)$", run.stdout, flags=re.MULTILINE)
    assert passed
    assert int(passed.group(1)) >= len(FILES) > 10
