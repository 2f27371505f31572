"""Make the project's own environment from pins with hashes, then build, test or run in it.

It needs only the standard library of Python.

    python3 -m pipelines.bootstrap build     make .venv if need be, then build the picture
    python3 -m pipelines.bootstrap test      the same with the test tools, then run all tests (or pytest ...)
    python3 -m pipelines.bootstrap run ...   any arctic-picture command in .venv
"""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
PACKAGES = ("layers", "maps", "pipelines")
# All tests but the long sweeps (.ci/run has them too), a file at a time on each core.
WHOLE = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not sweep and not wheel")
PINS = {"run": "pins/run.txt", "dev": "pins/dev.txt", "snapshot": "pins/snapshot.txt"}


def say(text: str) -> None:
    """Print a line of progress."""
    sys.stderr.write(f"bootstrap: {text}\n")


def ensure(group: str) -> None:
    """Create .venv where there is none, and install the pins of `group` (a key of PINS) by their hashes.

    Nothing is installed again while the pins and pyproject.toml are unchanged.
    """
    if not PYTHON.exists():
        say(f"making {VENV.name} with Python {sys.version.split()[0]}")
        try:
            venv.create(VENV, with_pip=True)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"bootstrap: expected to make {VENV.name}, found {error}: install Python's venv module")
    pins = ROOT / PINS[group]
    mark = VENV / f".installed-{group}"
    digest = hashlib.sha256(pins.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if mark.exists() and mark.read_text() == digest:
        return
    say(f"installing {pins.name}, every file checked against its hash (a minute or two)")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    run([*pip, "--require-hashes", "-r", str(pins)])
    run([*pip, "--no-build-isolation", "--editable", str(ROOT)])
    # Compiled now, so that the first command does not spend its time on it.
    run([str(PYTHON), "-m", "compileall", "-q", *PACKAGES])
    mark.write_text(digest)


def run(command: list[str]) -> None:
    """Run a command in the project's folder. If it fails, this process exits with its code."""
    code = subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603
    if code:
        sys.exit(code)


def main(arguments: list[str]) -> None:
    """Run the command that the first of `arguments` names; the rest are arguments of that command."""
    if sys.version_info < (3, 11):  # noqa: UP036  this runs before any check of the version
        sys.exit(f"bootstrap: expected Python 3.11 or newer, found {sys.version.split()[0]}")
    word, rest = (arguments[0] if arguments else ""), arguments[1:]
    if word == "build":
        ensure("run")
        run([str(PYTHON), "-m", "pipelines", "build", *rest])
    elif word == "test":
        ensure("dev")
        run([str(PYTHON), "-m", "pytest", *(rest or WHOLE)])
    elif word == "run":
        ensure("run")
        run([str(PYTHON), "-m", "pipelines", *rest])
    else:
        sys.exit(f"bootstrap: expected build, test or run, found {word!r}\n{__doc__}")


if __name__ == "__main__":
    main(sys.argv[1:])
