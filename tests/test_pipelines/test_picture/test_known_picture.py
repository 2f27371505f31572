"""Every file of two pictures, and what is drawn from one on request, is the one on record.

A number moved in a drawing, a page or a table changes a hash here. If the change is meant, look at what it
makes, run `ARCTIC_PICTURE_RECORD=1 pytest` on this file and commit the new record with the change. The bytes
do not depend on processor, threads, clock or place; they depend on the pinned versions of the libraries.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from on_record import hold

import maps
from pipelines.picture.briefing import Brief
from pipelines.picture.build import Options, build
from pipelines.picture.read import read_picture


def files_of(folder: Path, scratch: Path) -> dict[str, Path]:
    """Files by their names; of the manifest all but the hash of the code and what follows from it."""
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    own = scratch / "manifest.json"
    own.write_text(json.dumps({k: v for k, v in manifest.items() if k not in {"code", "id"}}, sort_keys=True))
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return found | {"MANIFEST.json": own}


def test_every_file_of_the_default_picture(folder: Path, tmp_path: Path) -> None:
    hold("default picture", files_of(folder, tmp_path))


def test_what_is_drawn_from_it_on_request(folder: Path, tmp_path: Path) -> None:
    for country in ("NOR", "CAN"):
        Brief.of(folder, country, as_pdf=False).write(tmp_path)
    stored = read_picture(folder)
    for kind in ("stac", "csv"):
        maps.write(kind, stored, tmp_path)
    hold(
        "on request",
        {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()},
    )


@pytest.mark.parametrize(("region", "scenario"), [("bering", "warming_2"), ("greenland", "today")])
def test_a_region_and_a_scenario(tmp_path: Path, region: str, scenario: str) -> None:
    # Bering lies across the antimeridian; the sheets of a small region have other scales.
    folder, picture = build(tmp_path / "pictures", Options(region=region, scenario=scenario, draws=25))
    maps.write("stac", picture, tmp_path)
    some = files_of(folder, tmp_path)
    kept = ("picture.qgz", "briefing.html", "map.html", "layers/nodes.parquet", "MANIFEST.json")
    stac = {path.name: path for path in tmp_path.glob("*.json") if path.name != "manifest.json"}
    hold(f"{region} {scenario}", {name: some[name] for name in kept} | stac)
