"""Give hostile words to every command: no traceback, no raw control character, nothing hangs.

A line ends with 0, 2 or 10 within its deadline, and with a line of text for its reader if it is refused.
`serve` may also end with 1, because it needs a server that is not there. The lines run in one process,
because to start hundreds takes an hour; `main` is what the command runs.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.cli import main
from pipelines.picture.build import Options, build

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["COMMANDS", "Ended", "command_lines", "lines", "run_line"]

ROOT = Path(__file__).parent.parent
SECONDS = 60
# {} is the hostile word, PICTURE a picture that is there. None reaches a provider or rebuilds the snapshot.
COMMANDS = (
    "{}", "explain {} --out PICTURE", "explain Kirkenes --out {}", "glossary {}", "standards {}",
    "standards PICTURE --by {}", "lens --picture PICTURE --states {}", "lens --states NO --reach {}",
    "check {}", "draw {} --as stac", "draw PICTURE --as {}", "draw PICTURE --as stac --to {}",
    "draw PICTURE --as html --compare {}", "brief {}", "brief PICTURE --country {}", "brief PICTURE --as {}",
    "changes {} PICTURE", "changes PICTURE {}", "sources --cache {}", "fetch {}",
    "fetch icmm_global_mining --cache {}", "fetch icmm_global_mining --base-url {}",
    "fetch icmm_global_mining --day {}",
    "fetch icmm_global_mining --file {}", "snapshot --source {}", "ice cube {}", "ice {} nothing.bin",
    "routes --cube {}", "isochrones {}", "isochrones Tromso --month {}", "polaris {}", "doctor --out {}",
    "serve --cron {}", "build --dry-run --region {}", "build --dry-run --scenario {}",
    "build --dry-run --as-of {}", "build --dry-run --audience {}", "build --dry-run --private {}",
    "build --dry-run --out {}", "build --dry-run --draws {}",
)  # fmt: skip
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command line ended: the exit code, and what is wrong with it; empty if nothing is."""

    line: tuple[str, ...]
    code: int | None
    wrong: str
    said: str


def words(folder: Path) -> dict[str, str]:
    """Hostile words by what they are; those that are paths lie in `folder`."""
    fifo, locked, file = folder / "fifo", folder / "read_only", folder / "file.txt"
    if not fifo.exists():
        os.mkfifo(fifo)
        locked.mkdir()
        locked.chmod(0o500)
        file.write_text("x\n", encoding="utf-8")
    return {
        "control characters": "a\x1b[2J\x07\x7f\x9bb", "turned": "abc\u202egnp.exe",
        "template": "{{7*7}}{%x%}",
        "very long": "x" * 5000, "empty": "", "no UTF-8": "caf\udce9", "fifo": str(fifo),
        "folder": str(folder), "missing": str(folder / "no" / "such"), "read only": str(locked / "x"),
        "file": str(file), "year 1": "0001-01-01", "year 9999": "9999-12-31", "a line\nbreak": "a\nb",
        "parent": "../../../../etc/passwd", "option": "--=", "device": "/dev/zero", "number": "9" * 400,
    }  # fmt: skip


def lines(folder: Path, picture: Path) -> list[tuple[str, ...]]:
    """Every command with every hostile word."""
    return [
        tuple({"{}": word, "PICTURE": str(picture)}.get(part, part) for part in command.split())
        for word in words(folder).values()
        for command in COMMANDS
    ]


class _LateError(BaseException):
    """The deadline of a line; no `except Exception` of a command catches it."""


@contextmanager
def _deadline(seconds: int) -> Iterator[None]:
    def late(*_: object) -> None:
        raise _LateError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def run_line(line: Sequence[str], seconds: int = SECONDS, encoding: str = "utf-8") -> Ended:
    """Run one command line in this process, in the present folder, on a terminal of an encoding.

    `serve` replaces its process by another one, so it runs in a process of its own.
    """
    if line and line[0] == "serve":
        return _run_apart(line, seconds)
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    before = sys.argv, sys.stdout, sys.stderr
    sys.argv, sys.stdout, sys.stderr = ["arctic-picture", *line], out, err
    code, wrong = None, ""
    try:
        with _deadline(seconds):
            main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else None
    except _LateError:
        wrong = f"no end within {seconds} s"
    except BaseException as error:  # noqa: BLE001  whatever passes `main` is a traceback for the user
        wrong = f"traceback: {type(error).__name__} {error}"
    finally:
        sys.argv, sys.stdout, sys.stderr = before
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode(encoding))  # type: ignore[attr-defined]
    return Ended(tuple(line), code, wrong or _fault({0, 2, 10}, code, *texts), " | ".join(texts))


def _run_apart(line: Sequence[str], seconds: int) -> Ended:
    command = [sys.executable, "-m", "pipelines", *line]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PREFECT_API_URL": ""},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Ended(tuple(line), None, f"no end within {seconds} s", "")
    out, err = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    return Ended(
        tuple(line), done.returncode, _fault({0, 1, 2, 10}, done.returncode, out, err), (out + err)[-400:]
    )


def _fault(good: set[int], code: int | None, out: str, err: str) -> str:
    if "Traceback" in out + err:
        return "traceback"
    found = _CONTROL.search(out + err)
    if found:
        return f"raw control character {found[0]!a}"
    if code not in good:
        return f"exit code {code}"
    said = [row for row in err.splitlines() if row.startswith("arctic-picture:")]
    return f"{len(said)} lines of error" if code in {1, 2} and len(said) != 1 else ""


def command_lines() -> list[dict[str, Any]]:
    """Return one row: the command lines that ended badly, of all."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        picture, _ = build(folder / "pictures", Options(region="bering", draws=25))
        work = folder / "work"
        work.mkdir()
        try:
            os.chdir(work)
            ended = [run_line(line) for line in lines(folder, picture)]
        finally:
            os.chdir(here)
            (folder / "read_only").chmod(0o700)
            shutil.rmtree(work)
    bad = [row for row in ended if row.wrong]
    for row in bad:
        sys.stderr.write(f"command_lines: {row.line!a:.200}: {row.wrong!a:.300}\n")
    return [
        {
            "benchmark": "command_lines",
            "work": f"{len(ended)} command lines with hostile words that ended badly",
            "value": len(bad), "goal": 0, "holds": not bad,
            "refused": sum(row.code == 2 for row in ended),
        }
    ]  # fmt: skip
