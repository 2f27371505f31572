"""Runs a script in the QGIS of this machine, without a window."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["run"]


def run(script: str, folder: Path, task: str, given: Any = None) -> Any:
    """Run `script` with the folder, the task and JSON of `given`; return the JSON of its last line."""
    (folder / "runtime").mkdir(mode=0o700, exist_ok=True)
    # Debian's QGIS belongs to the system's Python.
    done = subprocess.run(
        ["/usr/bin/python3", "-c", script, folder, task, json.dumps(given)],
        env={
            "PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "HOME": str(folder / "runtime"),
            "XDG_RUNTIME_DIR": str(folder / "runtime"),
        },
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])
