"""Our three top-level names are ours alone, and the pins hold what is promised."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution, entry_points, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINS = ("run", "dev", "snapshot")
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
    """What pyproject asks for in a group, with what every installation needs."""
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
    assert len(rows) > 50
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

    told = {row["part"]: row for row in examine()}
    asked_for = {row.name: row.specifier for row in asked("run")}
    for name in ("prefect", "fastapi", "sqlalchemy", "folium", "geopandas", "pyogrio"):
        assert told[name]["state"] == "ok", told[name]
        assert asked_for[name].contains(told[name]["found"])


def test_this_python_is_one_we_promise():
    assert Requirement(f"x{PROJECT['project']['requires-python']}").specifier.contains(
        ".".join(map(str, sys.version_info[:3]))
    )
