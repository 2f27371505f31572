"""Make the project's own environment from pins with hashes, then build, test or run in it.

It needs only the standard library of Python. An environment that a kill left half made is made again, and a
second call waits for the first one.

    python3 -m pipelines.bootstrap build     make .venv if need be, then build the picture
    python3 -m pipelines.bootstrap test      the same with the test tools, then run all tests (or pytest ...)
    python3 -m pipelines.bootstrap run ...   any arctic-picture command in .venv
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
LOCK = ROOT / ".venv.lock"  # beside the environment, which may be made again while it is held
# Is in the environment from before its first file to after its last: where it is found, a kill came between.
HALF_MADE = VENV / ".half-made"
LOG = ROOT / ".venv.log"
PACKAGES = ("layers", "maps", "pipelines")
# All tests but the long sweeps (.ci/run has them too), a file at a time on each core.
WHOLE = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not sweep and not wheel")
PINS = {"run": "pins/run.txt", "dev": "pins/dev.txt", "snapshot": "pins/snapshot.txt"}
LEAST = (3, 11)
WAIT_S, INSTALL_S, TRY_S = 3600.0, 3600.0, 60.0

# What the log of pip holds -> what to say. The first row that is found counts.
REASONS = (
    ("DO NOT MATCH THE HASHES", "expected the file that was tested, found another of its name ({what}): "
     "nothing is installed; remove it from the index or folder that gave it, then try again"),
    ("No space left", "expected room on the disk, found it full: free two gigabytes, then try again"),
    ("Permission denied", "expected to write into {venv}, found no permission: make the folder your own"),
    ("No matching distribution|NewConnectionError|NameResolution|name resolution|unreachable|timed out|"
     "ProxyError|SSLError|Connection refused",
     "expected the packages of {pins}, found no index that gives them ({what}): connect to a network, or set "
     "PIP_NO_INDEX=1 and PIP_FIND_LINKS to a folder of wheels"),
)  # fmt: skip


def say(text: str) -> None:
    """Print a line of progress."""
    sys.stderr.write(f"bootstrap: {text}\n")


def ensure(group: str) -> None:
    """Create .venv where there is none, and install the pins of `group` (a key of PINS) by their hashes.

    Nothing is installed again while the pins and pyproject.toml are unchanged.
    """
    pins, mark = ROOT / PINS[group], VENV / f".installed-{group}"
    digest = hashlib.sha256(pins.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()

    def is_whole() -> bool:
        return not HALF_MADE.exists() and PYTHON.exists() and mark.exists() and mark.read_text() == digest

    if is_whole():
        return
    with locked() as lock:
        if is_whole():  # the one that was waited for has made it
            return
        if HALF_MADE.exists() or not works():
            make(lock)
        HALF_MADE.touch()
        say(f"installing {pins.name}, every file checked against its hash (a minute or two)")
        pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        install([*pip, "--require-hashes", "-r", str(pins)], pins.name, lock)
        install([*pip, "--no-build-isolation", "--editable", str(ROOT)], "pyproject.toml", lock)
        # Compiled now, so that the first command does not spend its time on it.
        install(["-m", "compileall", "-q", *PACKAGES], "the packages", lock)
        mark.write_text(digest)
        HALF_MADE.unlink()


@contextmanager
def locked() -> Iterator[int]:
    """Be the only one that makes .venv; gives the handle of the lock. A second call waits, with a bound.

    The programs that are started get the handle too: where a kill leaves one at work, the lock stays until
    that one has ended.
    """
    lock = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    ends, has_said_so = time.monotonic() + WAIT_S, False
    try:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > ends:
                    sys.exit(
                        f"bootstrap: expected the other one to end within {WAIT_S / 60:.0f} min, found it at "
                        "work: end it, then try again"
                    )
                if not has_said_so:
                    say("another one makes the environment: waits for it")
                    has_said_so = True
                time.sleep(0.2)
        yield lock
    finally:
        os.close(lock)


def works() -> bool:
    """Whether .venv has a Python that is new enough and a pip. A link to a Python that is gone has not."""
    code = f"import sys, pip; sys.exit(sys.version_info < {LEAST})"
    try:
        done = subprocess.run(  # noqa: S603  the arguments are a list
            [str(PYTHON), "-c", code], capture_output=True, check=False, timeout=TRY_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def make(lock: int) -> None:
    """Make .venv anew, after removing what is left of one."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(
            f"bootstrap: expected Python's module {missing[0]}, found none in {sys.executable}: install it "
            f"(Debian and Ubuntu: apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv)"
        )
    if VENV.is_symlink() or (VENV.exists() and not VENV.is_dir()):
        sys.exit(f"bootstrap: expected {VENV} to be a folder or missing, found a link or a file: remove it")
    if VENV.exists():
        say(f"{VENV.name} is half made or no longer works: making it again")
        shutil.rmtree(VENV)
    say(f"making {VENV.name} with Python {sys.version.split()[0]}")
    VENV.mkdir()
    HALF_MADE.touch()
    start = [sys.executable, "-I", "-m", "venv", "--without-pip", str(VENV)]
    for command in (start, [str(PYTHON), "-I", "-m", "ensurepip", "--default-pip"]):
        code = logged(command, lock)
        if code:
            sys.exit(f"bootstrap: expected to make {VENV.name}, found code {code} of {command[3]}: see {LOG}")


def install(arguments: Sequence[str], what: str, lock: int) -> None:
    """Run a module of .venv. If it fails, this process ends with one line that says why and what to do."""
    code = logged([str(PYTHON), *arguments], lock)
    if code == 0:
        return
    # pip installs only after it has everything, so an environment is not half made by its refusal.
    HALF_MADE.unlink(missing_ok=True)
    log = LOG.read_text(encoding="utf-8", errors="replace")
    for pattern, reason in REASONS:
        if re.search(pattern, log, re.IGNORECASE):
            sys.exit(f"bootstrap: {reason.format(what=named_in(log), pins=what, venv=VENV)}")
    sys.exit(f"bootstrap: expected to install {what}, found code {code}: see {LOG}")


def named_in(log: str) -> str:
    """The first requirement that a log of pip names, without an address, which may hold a secret."""
    found = re.search(r"([A-Za-z0-9][\w.-]*)==([\w.+!-]+)", log)
    return found.group(0) if found else f"see {LOG.name}"


def logged(command: Sequence[str], lock: int) -> int:
    """Run a command in the project's folder with its output in LOG; returns its exit code."""
    with LOG.open("wb") as log:
        try:
            return subprocess.run(  # noqa: S603  the arguments are a list
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False,
                timeout=INSTALL_S, pass_fds=(lock,),
            ).returncode  # fmt: skip
        except subprocess.TimeoutExpired:
            log.write(b"timed out\n")
            return 124


def run(command: Sequence[str]) -> None:
    """Run a command in the project's folder. If it fails, this process exits with its code."""
    code = subprocess.run(command, cwd=ROOT, check=False).returncode  # noqa: S603
    if code:
        sys.exit(code if code > 0 else 128 - code)  # a signal, as a shell tells of it


def main(arguments: Sequence[str]) -> None:
    """Run the command that the first of `arguments` names; the rest are arguments of that command."""
    if sys.version_info < LEAST:
        found = sys.version.split()[0]
        sys.exit(f"bootstrap: expected Python {'.'.join(map(str, LEAST))} or newer, found {found}")
    word, rest = (arguments[0] if arguments else ""), arguments[1:]
    groups = {"build": "run", "test": "dev", "run": "run"}
    if word not in groups:
        sys.exit(f"bootstrap: expected build, test or run, found {word!r}\n{__doc__}")
    try:
        ensure(groups[word])
        if word == "test":
            run([str(PYTHON), "-m", "pytest", *(rest or WHOLE)])
        else:
            run([str(PYTHON), "-m", "pipelines", *(["build"] if word == "build" else []), *rest])
    except OSError as error:
        sys.exit(
            f"bootstrap: expected to make and use {VENV}, found {error}: check the folder, then try again"
        )
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1:])
