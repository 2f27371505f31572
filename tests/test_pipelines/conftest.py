"""The command line as a fixture; how it is started stands in conftest_pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from run_commands import run_command

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `arctic-picture ...` in an empty folder."""

    def run(*arguments: Any, **extra: str) -> subprocess.CompletedProcess[str]:
        return run_command(tmp_path, *map(str, arguments), **extra)

    return run
