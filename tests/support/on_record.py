"""Files that tests hold byte for byte: their hashes stand in `on_record.json` beside this file.

With ARCTIC_PICTURE_RECORD=1 a test writes the hash of what it made; look at the change before you commit.
"""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from pathlib import Path

import pytest

from pipelines.source import sha256_of

__all__ = ["LIBRARIES", "hold"]

RECORD = Path(__file__).with_name("on_record.json")
# They decide bytes; another version may write the same content in other bytes.
LIBRARIES = (
    "geopandas", "h5netcdf", "numpy", "pandas", "pyarrow", "pyogrio", "pyproj", "rasterio", "scipy",
    "shapely",
)  # fmt: skip


def hold(what: str, files: dict[str, Path]) -> None:
    """Fail if the bytes of a file are not those on record; `what` names the files as a group."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    libraries = {name: version(name) for name in LIBRARIES}
    made = {name: sha256_of(path) for name, path in sorted(files.items())}
    if os.environ.get("ARCTIC_PICTURE_RECORD"):
        record |= {"libraries": libraries, what: made}
        RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if record["libraries"] != libraries:
        pytest.skip("the pinned libraries are not installed: other versions write other bytes")
    changed = [name for name in {*made, *record[what]} if made.get(name) != record[what].get(name)]
    assert sorted(changed) == [], f"{what}: if this is meant, run the test with ARCTIC_PICTURE_RECORD=1"
