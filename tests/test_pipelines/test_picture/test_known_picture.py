"""Every file of the default picture, and what is drawn from it on request, is the one on record.

A number moved in a drawing, a page or a table changes a hash here. If the change is meant, look at what it
makes, run this file as a script (`python tests/test_pipelines/test_picture/test_known_picture.py`) and commit
the new record with the change. The bytes do not depend on processor, threads, clock or place; they depend on
the pinned versions of the libraries.
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import maps
from pipelines.picture.briefing import Brief
from pipelines.picture.read import read_picture
from pipelines.source import sha256_of

RECORD = Path(__file__).with_name("known_picture.json")
# They decide bytes; another version may write the same content in other bytes.
LIBRARIES = (
    "geopandas",
    "h5netcdf",
    "numpy",
    "pandas",
    "pyarrow",
    "pyogrio",
    "pyproj",
    "rasterio",
    "scipy",
    "shapely",
)


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 by file; the manifest names the hash of the code, so it has an own test."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "MANIFEST.json")
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}


def entries(folder: Path) -> dict[str, object]:
    """The manifest without the hash of the code and what follows from it."""
    manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    return {name: entry for name, entry in manifest.items() if name not in {"code", "id"}}


def on_request(folder: Path, scratch: Path) -> dict[str, str]:
    """SHA-256 of briefings of two countries, the STAC item and the CSV tables."""
    for country in ("NOR", "CAN"):
        Brief.of(folder, country, as_pdf=False).write(scratch)
    stored = read_picture(folder)
    for kind in ("stac", "csv"):
        maps.write(kind, stored, scratch)
    return hashes(scratch)


def record_of(folder: Path, scratch: Path) -> dict[str, object]:
    return {
        "libraries": {name: version(name) for name in LIBRARIES},
        "files": hashes(folder),
        "on_request": on_request(folder, scratch),
        "manifest": {name: sha256_of_json(entry) for name, entry in entries(folder).items()},
    }


def sha256_of_json(entry: object) -> str:
    from hashlib import sha256

    return sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()


def test_every_file_of_the_default_picture_is_the_one_on_record(folder: Path, tmp_path: Path) -> None:
    known = json.loads(RECORD.read_text(encoding="utf-8"))
    made = record_of(folder, tmp_path)
    if made["libraries"] != known["libraries"]:
        pytest.skip("the pinned libraries are not installed: other versions write other bytes")
    changed = {
        part: sorted(
            name for name in {*known[part], *made[part]} if known[part].get(name) != made[part].get(name)
        )
        for part in ("files", "on_request", "manifest")
    }
    assert changed == {"files": [], "on_request": [], "manifest": []}, (
        "if this is meant, run this file as a script"
    )


if __name__ == "__main__":
    import tempfile

    from pipelines.picture.build import Options, build

    with tempfile.TemporaryDirectory() as pictures, tempfile.TemporaryDirectory() as drawn:
        made = record_of(build(Path(pictures), Options())[0], Path(drawn))
    RECORD.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{RECORD.name}: {len(made['files'])} files\n")
