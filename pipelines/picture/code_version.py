"""The code that makes a picture: its version, the hash of its sources, Python and the libraries."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

__all__ = ["code", "hash_of_sources"]

_ROOT = Path(__file__).parents[2]
_PACKAGES = ("layers", "maps", "pipelines")
# Files of the packages that decide a picture. The embedded snapshot is not among them: the manifest lists it.
_SUFFIXES = frozenset({".py", ".csv", ".projjson", ".js", ".css", ".html", ".zlib"})
_LIBRARIES = ("geopandas", "shapely", "pyproj", "pandas", "numpy", "pyarrow", "xarray", "rasterio", "scipy")


def code() -> dict[str, Any]:
    """The entry `code` of a manifest: version, hash of the files, Python and libraries.

    The hash identifies the code even if a change did not raise the version.
    """
    return {
        "arctic_picture": version("arctic-picture"),
        "sources_sha256": hash_of_sources(),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


def hash_of_sources() -> str:
    """SHA-256, hexadecimal, over path, size and bytes of every file of the packages, sorted by path."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted((_ROOT / package).rglob("*")):
            if path.suffix in _SUFFIXES and path.is_file():
                name, data = path.relative_to(_ROOT).as_posix(), path.read_bytes()
                # With the size, bytes cannot move from one file to the next without another hash.
                digest.update(f"{name} {len(data)}\n".encode())
                digest.update(data)
    return digest.hexdigest()
