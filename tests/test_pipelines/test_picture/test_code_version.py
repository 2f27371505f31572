"""The code that a picture names: one version everywhere, and a hash that follows every source file."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from importlib.metadata import version

import pytest
from run_commands import ROOT

from pipelines.picture import code_version as home
from pipelines.picture.code_version import code, hash_of_sources
from pipelines.picture.diff import _methods
from pipelines.picture.publish import identify


def test_the_changelog_begins_with_the_version_of_the_project():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## (\S+) \(\d{4}-\d{2}-\d{2}\)$", changelog, re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert newest
    assert newest[1] == project["version"]


def test_the_manifest_names_the_installed_version_and_the_sources():
    entry = code()
    assert entry["arctic_picture"] == version("arctic-picture")
    assert re.fullmatch("[0-9a-f]{64}", entry["sources_sha256"])
    assert set(entry) == {"arctic_picture", "sources_sha256", "python", "libraries"}


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of two source files and an input, as the whole project."""
    for name in ("layers/crs.py", "layers/reference/seas.csv", "pipelines/snapshot/data/MANIFEST.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.setattr(home, "_ROOT", tmp_path)
    return tmp_path


def test_the_hash_follows_name_and_bytes_of_every_source_file(copied):
    first = hash_of_sources()
    assert first == hash_of_sources()
    seen = {first}
    (copied / "layers" / "crs.py").write_text("other")
    seen.add(hash_of_sources())
    shutil.move(copied / "layers" / "crs.py", copied / "layers" / "crs2.py")
    seen.add(hash_of_sources())
    (copied / "layers" / "reference" / "seas.csv").write_text("other")
    seen.add(hash_of_sources())
    assert len(seen) == 4
    last = hash_of_sources()
    (copied / "pipelines" / "snapshot" / "data" / "MANIFEST.json").write_text("other")
    (copied / "layers" / "__pycache__").mkdir()
    (copied / "layers" / "__pycache__" / "crs.pyc").write_text("other")
    assert hash_of_sources() == last, "inputs and compiled files are no sources"


def test_the_same_content_of_other_code_is_the_same_picture_and_its_changes_name_the_code():
    old = {"content": "x", "code": {"arctic_picture": "1", "sources_sha256": "a" * 64, "python": "3.11"}}
    new = json.loads(json.dumps(old))
    new["code"] |= {"sources_sha256": "b" * 64, "python": "3.12"}
    assert identify(old) == identify(new)
    new["code"]["arctic_picture"] = "2"
    assert identify(old) != identify(new)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({"arctic_picture": "1"}, {"arctic_picture": "1", "sources_sha256": "b" * 64}, []),
        ({"arctic_picture": "1"}, {"arctic_picture": "2", "sources_sha256": "b" * 64}, ["code: 1 -> 2"]),
        (
            {"arctic_picture": "1", "sources_sha256": "a" * 64},
            {"arctic_picture": "1", "sources_sha256": "b" * 64},
            ["code: 1 (aaaaaaaa) -> 1 (bbbbbbbb)"],
        ),
    ],
)
def test_another_code_of_the_same_version_is_another_method(old, new, said):
    rules = {"region": "arctic", "scenario": "today", "judged_by": {}, "options": {}}
    assert _methods(rules | {"code": old}, rules | {"code": new}) == said
