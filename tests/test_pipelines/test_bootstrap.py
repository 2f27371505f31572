"""The environment of the project: made, mended after a kill, waited for, and refused in one line.

A clone in miniature: the real `bootstrap.py`, no pins, and a project that its own few lines install.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from run_commands import ROOT

PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
# Builds an empty wheel, so that no package is needed to install the project.
BACKEND = """
import zipfile
def build_editable(folder, settings=None, metadata=None):
    name = "mini-1-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as box:
        box.writestr("mini-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: mini\\nVersion: 1\\n")
        wheel = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        box.writestr("mini-1.dist-info/WHEEL", wheel)
        box.writestr("mini-1.dist-info/RECORD", "")
    return name
"""
SAYS = "import sys; print('built', *sys.argv[1:])\n"


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clone")
    for name in ("layers", "maps", "pipelines", "pins"):
        (folder / name).mkdir()
    shutil.copy(ROOT / "pipelines" / "bootstrap.py", folder / "pipelines")
    (folder / "pipelines" / "__main__.py").write_text(SAYS)
    (folder / "pins" / "run.txt").write_text("")
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "backend.py").write_text(BACKEND)
    return folder


def start(clone: Path, *words: str, code: str = "", **extra: str) -> subprocess.Popen[str]:
    """Bootstrap, isolated from the packages of the tests; `code` runs before it."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PIP_"))}
    before = f"import sys; sys.path.insert(0, '.'); {code}\nfrom pipelines.bootstrap import main\n"
    return subprocess.Popen(
        [sys.executable, "-I", "-c", before + "main(sys.argv[1:])", *words],
        cwd=clone, env=clean | {"PIP_NO_INDEX": "1", **extra}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err
    return process.returncode, out, err


def test_a_killed_one_is_made_again_and_a_second_waits(clone):
    """kill -9 while pip is put in; then two at once: one makes it again, both build."""
    killed = start(clone, "build")
    ends = time.monotonic() + 60
    while not (clone / ".venv" / "bin" / "python").exists():
        assert time.monotonic() < ends
        time.sleep(0.01)
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert (clone / ".venv" / ".half-made").exists()
    results = [ended(one) for one in [start(clone, "build", str(number)) for number in (1, 2)]]
    assert [(code, out) for code, out, _ in results] == [(0, "built build 1\n"), (0, "built build 2\n")]
    stderr_text = "".join(err for *_, err in results)
    assert stderr_text.count("making it again") == stderr_text.count("installing run.txt") == 1
    assert "another one makes the environment: waits for it" in stderr_text
    assert not (clone / ".venv" / ".half-made").exists()
    assert ended(start(clone, "run", "sources")) == (0, "built sources\n", ""), "nothing is done twice"


def test_an_environment_whose_python_is_gone_is_made_again(clone):
    """As after an update of the system's Python; here with the maker stopped, for it takes seconds."""
    python = clone / ".venv" / "bin" / "python"
    there = python.resolve()
    python.unlink()
    python.symlink_to("/nowhere/python")
    try:
        code, _, err = ended(start(clone, "build", code="sys.modules['ensurepip'] = None"))
        assert code == 1
        [line] = err.splitlines()
        assert line.startswith("bootstrap: expected Python's module ensurepip, found none in ")
        assert f"apt install python3.{sys.version_info[1]}-venv" in line
    finally:
        python.unlink()
        python.symlink_to(there)


@pytest.mark.parametrize(
    ("pins", "said"),
    [
        ("not-there==1 --hash=sha256:" + "0" * 64, "found no index that gives them (not-there==1): connect"),
        ("tiny==1 --hash=sha256:" + "0" * 64, "found another of its name (tiny==1): nothing is installed"),
    ],
)
def test_what_cannot_be_installed_is_named_with_what_to_do(clone, tmp_path, pins, said):
    with zipfile.ZipFile(tmp_path / "tiny-1-py3-none-any.whl", "w") as box:
        box.writestr("tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n")
        box.writestr(
            "tiny-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        box.writestr("tiny-1.dist-info/RECORD", "")
    (clone / "pins" / "run.txt").write_text(pins + "\n")
    try:
        code, out, err = ended(start(clone, "build", PIP_FIND_LINKS=str(tmp_path)))
    finally:
        (clone / "pins" / "run.txt").write_text("")
    *_, last = err.splitlines()
    assert (code, out) == (1, "")
    assert said in last
    assert ended(start(clone, "build"))[:2] == (0, "built build\n"), "its refusal leaves nothing half made"


@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_environment_is_not_removed(clone, tmp_path, kind):
    venv, aside = clone / ".venv", tmp_path / "aside"
    venv.rename(aside)
    try:
        if kind == "file":
            venv.write_text("mine")
        else:
            (tmp_path / "mine").mkdir()
            venv.symlink_to(tmp_path / "mine")
        code, _, err = ended(start(clone, "build"))
        assert (code, len(err.splitlines())) == (1, 1)
        assert "found a link or a file: remove it" in err
        assert venv.is_symlink() or venv.read_text() == "mine"
    finally:
        venv.unlink()
        aside.rename(venv)


def test_a_signal_of_the_command_is_told_as_a_shell_does(clone):
    main = clone / "pipelines" / "__main__.py"
    main.write_text("import os; os.kill(os.getpid(), 9)\n")
    try:
        assert ended(start(clone, "build"))[0] == 137
    finally:
        main.write_text(SAYS)
