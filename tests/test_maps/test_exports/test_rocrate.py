"""The RO-Crate by its library: every file of the picture, its sources and terms."""

from __future__ import annotations

import pytest

from maps.exports import rocrate


def test_the_crate_is_read_by_its_library(folder, picture):
    library = pytest.importorskip("rocrate.rocrate")
    crate = library.ROCrate(folder)
    files = {entity.id for entity in crate.data_entities}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == there - {"MANIFEST.json", "ro-crate-metadata.json"}
    assert crate.root_dataset["license"].id.startswith("https://creativecommons.org/")
    assert str(crate.root_dataset["datePublished"]).startswith(picture.day.isoformat())
    assert {source["name"] for source in crate.root_dataset["isBasedOn"]} == {
        s.title for s in picture.sources
    }
    gpkg = crate.dereference("picture.gpkg")
    assert int(gpkg["contentSize"]) == (folder / "picture.gpkg").stat().st_size


def test_the_crate_repeats_and_follows_no_link(picture, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "out").symlink_to("/etc/hostname")
    first = rocrate.write(picture, tmp_path).read_bytes()
    assert rocrate.write(picture, tmp_path).read_bytes() == first
    assert b'"a.txt"' in first
    assert b'"out"' not in first
