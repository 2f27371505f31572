"""Our three top-level names are ours alone, and the pins hold what is promised."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution, entry_points, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = ("run", "dev", "snapshot", "docs")
# Pins of what is installed together with the project; the documents have an environment of their own.
WITH_PROJECT = ("run", "dev", "snapshot")
PACKAGES = ("layers", "maps", "pipelines")
PIN = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;]+)(?: ; (?P<marker>.+?))?$")


def requirements(group: str) -> list[tuple[str, str]]:
    """Each requirement of a pin file as its head and the rest of it, continued lines joined."""
    text = (ROOT / "pins" / f"{group}.txt").read_text(encoding="utf-8")
    joined = re.sub(r" \\\n\s*", " ", text)
    lines = [line.strip() for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(" --hash=", 1)[0].strip(), line) for line in lines]


def pinned(group: str) -> dict[str, str]:
    """Name -> version of what is pinned for this Python and system."""
    found = {}
    for head, _ in requirements(group):
        row = Requirement(head)
        if row.marker is None or row.marker.evaluate():
            [version] = row.specifier
            assert canonicalize_name(row.name) not in found, f"{row.name} is pinned twice"
            found[canonicalize_name(row.name)] = version.version
    return found


def asked(group: str) -> list[Requirement]:
    """What pyproject asks for in a group, with what every installation of the project needs."""
    if group not in WITH_PROJECT:
        return [Requirement(row) for row in PROJECT["dependency-groups"][group]]
    rows = list(PROJECT["project"]["dependencies"])
    if group != "run":
        rows += PROJECT["dependency-groups"][group]
    # Bootstrap installs the project without build isolation: what builds it has to be there.
    rows += PROJECT["build-system"]["requires"]
    return [Requirement(row) for row in rows]


@pytest.mark.parametrize("package", ["layers", "maps", "pipelines"])
def test_only_this_project_ships_our_packages(package):
    # An editable installation lists them or not; another distribution never does.
    owners = set(packages_distributions().get(package, []))
    assert owners <= {"arctic-picture"}


def test_our_packages_come_from_here():
    for name in ("layers", "maps", "pipelines"):
        module = import_module(name)
        assert Path(str(module.__file__)).is_relative_to(ROOT), f"{name} comes from {module.__file__}"


def test_the_command_is_arctic_picture():
    assert PROJECT["project"]["scripts"] == {"arctic-picture": "pipelines.cli:main"}
    ours = [
        e for e in entry_points(group="console_scripts") if e.value.split(":")[0].split(".")[0] == "pipelines"
    ]
    assert {(e.name, e.value) for e in ours} == {("arctic-picture", "pipelines.cli:main")}
    assert callable(ours[0].load())
    assert distribution("arctic-picture").version == PROJECT["project"]["version"]


def test_the_wheel_takes_our_packages_and_their_data():
    assert PROJECT["tool"]["setuptools"]["packages"]["find"]["include"] == ["layers*", "maps*", "pipelines*"]
    for package, patterns in PROJECT["tool"]["setuptools"]["package-data"].items():
        for pattern in patterns:
            assert list((ROOT / package).glob(pattern)), f"{package}/{pattern} is empty"
    data = {p for p in (ROOT / "layers").rglob("*") if p.is_file() and p.suffix not in {".py", ".pyc"}}
    reference = ROOT / "layers" / "reference"
    assert data == {*reference.glob("*.csv"), *reference.glob("*.projjson")}


@pytest.mark.parametrize("group", PINS)
def test_every_pin_has_a_version_and_a_hash(group):
    rows = requirements(group)
    assert len(rows) > (50 if group in WITH_PROJECT else 20)
    for head, line in rows:
        assert PIN.match(head), head
        hashes = re.findall(r"--hash=(\S+)", line)
        assert hashes, f"{head} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", text) for text in hashes), head
        rest = re.sub(r"--hash=\S+", "", line).strip()
        assert rest == head, f"{head} says something else: {rest}"


@pytest.mark.parametrize("group", PINS)
def test_pins_name_no_address_and_no_option(group):
    text = (ROOT / "pins" / f"{group}.txt").read_text(encoding="utf-8")
    assert not re.search(r"[a-z+]+://|^\s*(?:--(?!hash)\S+|-[a-zA-Z] )|@ |www\.", text, re.MULTILINE)


@pytest.mark.parametrize("group", PINS)
def test_pins_meet_what_the_project_asks_for(group):
    have = pinned(group)
    for row in asked(group):
        if row.marker and not row.marker.evaluate():
            continue
        name = canonicalize_name(row.name)
        assert name in have, f"pins/{group}.txt lacks {row.name}"
        assert row.specifier.contains(have[name]), f"{row} is pinned to {have[name]}"


def test_pins_of_one_name_are_one_version():
    run = pinned("run")
    for group in ("dev", "snapshot"):
        other = pinned(group)
        assert set(run) <= set(other)
        assert {name: other[name] for name in run} == run


@pytest.mark.parametrize("group", ["run", "dev"])
def test_pins_are_complete(group):
    """Bootstrap installs with --no-deps: what a pinned distribution needs has to be pinned too."""
    have = pinned(group)
    lacking = []
    for name, version in have.items():
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        if Version(found.version) != Version(version):
            continue
        for text in found.requires or []:
            row = Requirement(text)
            if row.marker and not row.marker.evaluate({"extra": ""}):
                continue
            pin = have.get(canonicalize_name(row.name))
            if pin is None or not row.specifier.contains(pin, prereleases=True):
                lacking.append(f"{name} {version} needs {row}, pinned {pin}")
    assert not lacking


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_every_python_gets_every_dependency(python):
    found = set()
    for head, _ in requirements("run"):
        row = Requirement(head)
        asked_of = {
            "python_version": python, "python_full_version": f"{python}.9", "sys_platform": "linux",
            "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64",
            "implementation_name": "cpython", "platform_python_implementation": "CPython",
        }  # fmt: skip
        if row.marker is None or row.marker.evaluate(asked_of):
            name = canonicalize_name(row.name)
            assert name not in found, f"{name} twice on Python {python}"
            found.add(name)
    assert {canonicalize_name(row.name) for row in asked("run")} <= found


def test_the_three_that_stand_together():
    rows = {row.name: row for row in map(Requirement, PROJECT["project"]["dependencies"])}
    # Prefect 3.8 breaks with newer fastapi; its scheduler never fires with SQLAlchemy 2.1.
    assert not rows["prefect"].specifier.contains("3.8.7")
    assert not rows["prefect"].specifier.contains("4.0.0")
    assert rows["prefect"].specifier.contains("3.8.8")
    assert not rows["fastapi"].specifier.contains("0.151.0")
    assert rows["fastapi"].specifier.contains("0.150.0")
    assert not rows["sqlalchemy"].specifier.contains("2.1.0")
    assert rows["sqlalchemy"].specifier.contains("2.0.40")
    assert rows["folium"].specifier.contains("0.20.0")
    assert not rows["folium"].specifier.contains("0.21.0"), "the map renders folium's own templates"


def test_the_doctor_asks_for_what_the_project_asks_for():
    from pipelines.operations.doctor import examine

    fields = {row["part"]: row for row in examine()}
    asked_for = {row.name: row.specifier for row in asked("run")}
    for name in ("prefect", "fastapi", "sqlalchemy", "folium", "geopandas", "pyogrio"):
        assert fields[name]["state"] == "ok", fields[name]
        assert asked_for[name].contains(fields[name]["found"])


def test_this_python_is_one_we_promise():
    assert Requirement(f"x{PROJECT['project']['requires-python']}").specifier.contains(
        ".".join(map(str, sys.version_info[:3]))
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from a copy of the sources so that no build folder is left in the clone."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "clone"
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "tmp*"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    run(
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        folder,
        copy,
        cwd=copy,
    )
    [path] = folder.glob("*.whl")
    return path


def run(*command: object, cwd: Path, environment: dict[str, str] | None = None) -> str:
    """Output of a command that has to succeed."""
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.wheel
def test_the_wheel_holds_every_file_of_our_packages(wheel):
    with zipfile.ZipFile(wheel) as box:
        inside = {name for name in box.namelist() if name.split("/")[0] in PACKAGES}
    ours = {
        path.relative_to(ROOT).as_posix()
        for name in PACKAGES
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    # Says to Node that the scripts are modules; only tests read it.
    assert ours - inside <= {"maps/web/page/package.json"}
    assert inside <= ours


@pytest.mark.wheel
def test_a_wheel_builds_a_picture_in_an_empty_folder(wheel, tmp_path):
    """Its own environment sees the libraries of this one, but neither the clone nor its editable install."""
    home, work = tmp_path / "env", tmp_path / "work"
    venv.create(home)
    work.mkdir()
    bin_dir = home / ("Scripts" if os.name == "nt" else "bin")
    [site] = home.rglob("site-packages")
    (site / "libraries.pth").write_text(
        sysconfig.get_path("purelib") + "\n"
    )  # paths only: no .pth in it is read
    python = bin_dir / "python"
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        wheel,
        cwd=work,
    )
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ARCTIC_"))
    }
    where = run(python, "-c", "import layers; print(layers.__file__)", cwd=work, environment=environment)
    assert Path(where.strip()).is_relative_to(site)
    output = run(
        bin_dir / "arctic-picture", "build", "--draws", "100", "--json", cwd=work, environment=environment
    )
    result = json.loads(output)
    assert result["status"] == "COMPLETE"
    assert {layer["state"] for layer in result["layers"]} <= {"embedded", "derived"}
    for name in ("map.html", "picture.gpkg", "picture.qgz", "briefing.html", "layers/nodes.parquet"):
        assert (work / "pictures" / "latest" / name).stat().st_size > 1000, name
    assert sorted(path.name for path in work.iterdir()) == ["pictures"]
