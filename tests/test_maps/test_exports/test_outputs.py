"""The list of outputs: which are written when, and that a stored picture gives the same files."""

from __future__ import annotations

from export_pictures import only

import maps
from pipelines.picture.read import read_picture


def test_every_picture_has_the_contracts_outputs(folder):
    assert set(maps.ALWAYS) <= set(maps.EXPORTS)
    assert maps.ALWAYS[-1] == "rocrate", "it describes the files that lie there before it"
    for name in ("map.html", "picture.gpkg", "briefing.html", "ro-crate-metadata.json"):
        assert (folder / name).is_file()
    assert not [path for path in folder.iterdir() if path.name in {"geojson", "kml", "csv", "pmtiles"}]


def test_a_stored_picture_is_drawn_the_same(folder, tmp_path, picture):
    again = read_picture(folder)
    for name in ("stac", "csv"):
        one, other = tmp_path / "one", tmp_path / "other"
        for into, of in ((one, only(picture, "ports", "nodes")), (other, only(again, "ports", "nodes"))):
            into.mkdir(exist_ok=True)
            maps.write(name, of, into)
    files = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert [(one / path).read_bytes() for path in files] == [(other / path).read_bytes() for path in files]
