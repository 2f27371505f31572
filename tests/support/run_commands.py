"""Run the command line as users do, in a separate process, with or without a network."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_PROGRESS = re.compile(r"\[\d+ s\] .*\n")


def beside_progress(stderr: str) -> str:
    """What a command printed on stderr beside its progress, which depends on how fast the machine is."""
    return _PROGRESS.sub("", stderr)


# Runs the command in a process that ends with code 99 at the first use of a network.
OFFLINE = """
import os, socket, sys
def refuse(*arguments, **named):
    sys.stderr.write(f"reached for the network: {arguments[1:]}\\n")
    os._exit(99)
for name in ("connect", "connect_ex", "sendto", "bind"):
    setattr(socket.socket, name, refuse)
socket.getaddrinfo = socket.create_connection = refuse
from pipelines.cli import main
try:
    main()
finally:
    told = os.environ.get("MODULES_TO")
    if told:
        with open(told, "w") as stream:
            stream.write("\\n".join(sys.modules))
"""


def environment(**extra: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **extra}


def start_offline(cwd: Path, *arguments: str, **extra: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", OFFLINE, *arguments],
        cwd=cwd, env=environment(**extra), text=True, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def read_today(folder: Path) -> tuple[int, str]:
    """The exit code and status that a command must give today for the complete picture in `folder`.

    The command uses the clock of the machine, and a picture of the embedded snapshot expires after a year
    (decisions/0020).
    """
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    has_expired = datetime.now(UTC).date() >= date.fromisoformat(manifest["expires"])
    return (10, "EXPIRED") if has_expired else (0, "COMPLETE")


def without_progress(stderr: str) -> str:
    """What a command says on stderr besides the lines of progress, which a slow machine has more of."""
    return re.sub(r"^\[\d+ s\] .*\n", "", stderr, flags=re.MULTILINE)


def run_command(cwd: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", *arguments],
        cwd=cwd, env=environment(**extra), capture_output=True, text=True, encoding="utf-8", check=False,
        timeout=120,
    )  # fmt: skip
    done.stderr = without_progress(done.stderr)
    return done
