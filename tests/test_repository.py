"""What is committed: no place or service of ours, nobody else's files, nothing too large."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines.operations import source_list as docs

ROOT = Path(__file__).resolve().parents[1]
LARGEST_BYTES, SNAPSHOT_BYTES = 1_500_000, 8_000_000

# An absolute path of somebody's machine. Addresses (https://host/home/...) are not one.
PLACE = re.compile(
    rb"(?<![\w./%-])/(?:home|Users|root|work|workspaces?|mnt|scratch|private/var)/[\w.-]+"
    rb"|\b[A-Za-z]:\\+(?:Users|Documents and Settings|work)\\"
)
# Where packages are served from, public or of a company; pages about a package are not one.
REGISTRY = re.compile(
    rb"(?:https?|git|ssh)://[^\s\"'<>]*(?:/simple(?=[/\s\"']|$)|pythonhosted|registry\.npm|registry\.yarn"
    rb"|artifactory|jfrog|nexus|devpi|verdaccio|goproxy|proxy\.golang|crates\.io/api|conda\.anaconda)"
    rb"|--(?:extra-)?index-url|_authToken|trusted-host",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def tracked() -> list[Path]:
    if not shutil.which("git"):
        pytest.skip("not on this machine: git")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, timeout=60)
    if done.returncode:
        pytest.skip(f"not a git checkout: {done.stderr.decode().strip()[:200]}")
    paths = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    assert paths
    return [path for path in paths if path.is_file()]


def found(tracked: list[Path], pattern: re.Pattern[bytes]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {hit[0][:80]!r}"
        for path in tracked
        if path != Path(__file__).resolve()
        for hit in [pattern.search(path.read_bytes())]
        if hit
    ]


def test_the_patterns_know_what_they_look_for():
    slash = "/"
    for text in (f'"{slash}home/ann/x"', f"in {slash}work/main", f"({slash}Users/ann", "C:\\Users\\ann"):
        assert PLACE.search(text.encode()), text
    for text in ("https://example.org/home/x", "layers/work/x", "../home/x", "and/or/work"):
        assert not PLACE.search(text.encode()), text
    for text in (
        "https://repo.example.org/pypi/" + "simple/",
        "--index" + "-url x",
        "https://nexus.example.org/x",
    ):
        assert REGISTRY.search(text.encode()), text
    for text in ("https://pypi.org/project/folium/", "https://www.npmjs.com/package/leaflet"):
        assert not REGISTRY.search(text.encode()), text


def test_no_path_of_a_machine(tracked):
    assert not found(tracked, PLACE)


def test_no_address_of_a_package_registry(tracked):
    assert not found(tracked, REGISTRY)


def test_no_lock_no_cache_no_environment(tracked):
    names = [path.relative_to(ROOT).as_posix() for path in tracked]
    odd = re.compile(
        r"\.lock$|\.pyc$|(?:^|/)(?:\.venv|cache|pictures|__pycache__|\.[a-z_]+_cache)/|\.egg-info/"
    )
    assert not [name for name in names if odd.search(name)]


def test_no_file_is_too_large(tracked):
    assert not [(path.name, path.stat().st_size) for path in tracked if path.stat().st_size > LARGEST_BYTES]


def test_the_snapshot_is_small(tracked):
    data = [path for path in tracked if (ROOT / "pipelines" / "snapshot" / "data") in path.parents]
    assert data, "the snapshot is not committed: a fresh checkout builds nothing"
    assert sum(path.stat().st_size for path in data) < SNAPSHOT_BYTES
    on_disk = {path for path in (ROOT / "pipelines" / "snapshot" / "data").iterdir() if path.is_file()}
    assert set(data) == on_disk, "a file of the snapshot is not committed"


@pytest.mark.shared
def test_no_file_of_a_provider_is_committed(tracked, mirror):
    theirs = {}
    for path in mirror.rglob("*"):
        if path.is_file() and path.stat().st_size:
            theirs[hashlib.sha256(path.read_bytes()).hexdigest()] = path.relative_to(mirror)
    assert len(theirs) > 20
    copied = {path.name: theirs.get(hashlib.sha256(path.read_bytes()).hexdigest()) for path in tracked}
    assert {name: origin for name, origin in copied.items() if origin} == {}


def test_data_sources_is_made_from_the_table():
    text = docs.PATH.read_text(encoding="utf-8")
    preface, mark, _ = text.partition(docs.MARK)
    assert mark, "data_sources.md has no mark below which the table stands"
    assert preface.strip()
    assert text == preface + docs.table(), "run `python -m pipelines.operations.source_list`"


def test_data_sources_names_every_source_with_its_licence():
    from pipelines.sources import FETCHABLE, SOURCES

    rows = [line for line in docs.table().splitlines() if line.startswith("| `")]
    assert len(rows) == len(FETCHABLE)
    for row, source in zip(rows, FETCHABLE, strict=True):
        assert f"`{source.id}`" in row
        assert source.licence in row
        assert row.count("|") == (9 if source in SOURCES else 8), (
            f"{source.id}: a bar in a cell breaks the table"
        )
