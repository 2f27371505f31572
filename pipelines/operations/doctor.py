"""Check the installed parts and the pictures of a folder, with a remedy for each fault."""

from __future__ import annotations

import json
import shutil
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import pyogrio
import pyproj
import rasterio
import shapely

from layers.errors import ExportError
from maps.status import COMPLETE
from pipelines.intake.sandbox import sandbox
from pipelines.picture.health import HEALTH, status_of
from pipelines.picture.publish import manifest_of, picture_folder

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

__all__ = ["examine", "examine_pictures"]

# Part -> lowest version that works, and first version that does not, if it is known. The bounds of prefect,
# fastapi and sqlalchemy are explained in decisions/0005.
_NEEDED: dict[str, tuple[str, str | None]] = {
    "geopandas": ("1.1", None),
    "shapely": ("2.1", None),
    "pyproj": ("3.7", None),
    "pyogrio": ("0.11", None),
    "rasterio": ("1.4", None),
    "xarray": ("2025.6", None),
    "h5netcdf": ("1.6", None),
    "h5py": ("3.13", None),
    "pyarrow": ("20", None),
    "folium": ("0.20", "0.21"),
    "prefect": ("3.8.8", "4"),
    "fastapi": ("0.139", "0.151"),
    "sqlalchemy": ("2.0", "2.1"),
}
_OPTIONAL = {
    "chromium": "prints the briefing as PDF; install the package chromium of your system",
    "qgis": "opens picture.qgz and picture.gpkg; install qgis python3-qgis qgis-providers, 3.22 or newer",
    "git": "fetches the project; install the package git of your system",
}
# GDAL from which CVE-2026-4738 is mended.
_DEFLATE64_MENDED = (3, 11)


def _order(text: str) -> tuple[int, ...]:
    """The first three numbers of a version as a tuple, for comparison."""
    return tuple(int(part) for part in text.split(".")[:3] if part.isdigit())


def examine() -> list[dict[str, str]]:
    """A row for each part, with state, version and remedy.

    The state is `ok`, `broken` (the program will not work) or `absent` (an optional part is missing).
    """
    rows = []
    for name, (low, high) in _NEEDED.items():
        span = f">={low}" + (f",<{high}" if high else "")
        try:
            installed = version(name)
        except PackageNotFoundError:
            rows.append(
                {"part": name, "state": "broken", "found": "not installed", "remedy": f"install {name}{span}"}
            )
            continue
        good = _order(installed) >= _order(low) and (high is None or _order(installed) < _order(high))
        remedy = "" if good else f"install {name}{span}"
        rows.append({"part": name, "state": "ok" if good else "broken", "found": installed, "remedy": remedy})
    rows += [*_native(), _sandbox()]
    for name, remedy in _OPTIONAL.items():
        path = shutil.which(name)
        rows.append(
            {
                "part": name,
                "state": "ok" if path else "absent",
                "found": "present" if path else "not found",
                "remedy": "" if path else remedy,
            }
        )
    return rows


def examine_pictures(root: Path, today: date) -> list[dict[str, str]]:
    """A row on the latest picture and a row on the health file; empty if the folder does not exist.

    The state is `ok` or `late`. A picture is late if there is none, or if it is DEGRADED or EXPIRED on
    `today`. A health file is late if it describes another picture.
    """
    if not root.exists():
        return []
    try:
        manifest = manifest_of(picture_folder(root))
    except ExportError as error:
        return [{"part": "latest picture", "state": "late", "found": "none", "remedy": str(error)}]
    status = status_of(manifest, today)
    rows = [
        {
            "part": "latest picture",
            "state": "ok" if status == COMPLETE else "late",
            "found": f"{status}, good until {manifest['expires']}",
            "remedy": "" if status == COMPLETE else "build a new one: arctic-picture build --live",
        }
    ]
    try:
        picture_id = json.loads((root / HEALTH).read_text(encoding="utf-8"))["picture"]["id"]
    except (OSError, ValueError, TypeError, KeyError):
        picture_id = "none"
    # A run that is killed after the publication leaves the health file of the earlier picture.
    is_its = picture_id == manifest["id"]
    remedy = "" if is_its else "the last run was cut short after it published: build again"
    state = "ok" if is_its else "late"
    return [*rows, {"part": HEALTH, "state": state, "found": f"of picture {picture_id}", "remedy": remedy}]


def _native() -> list[dict[str, str]]:
    """A row with the version of each native library; pyogrio and rasterio bring a GDAL each."""
    versions = {
        "GDAL (vectors)": ".".join(map(str, pyogrio.__gdal_version__)),
        "GDAL (rasters)": rasterio.__gdal_version__,
        "PROJ": pyproj.proj_version_str,
        "GEOS": ".".join(map(str, shapely.geos_version)),
    }
    rows = [{"part": name, "state": "ok", "found": text, "remedy": ""} for name, text in versions.items()]
    if _order(rasterio.__gdal_version__) < _DEFLATE64_MENDED:
        rows[1]["found"] += (
            "; Python 3.12 brings a newer one, and nothing here uses its faulty part (decisions/0032)"
        )
    return rows


def _sandbox() -> dict[str, str]:
    """A row on the sandbox in which files of providers are read."""
    command = sandbox()
    if not isinstance(command, str):
        return {"part": "sandbox of readers", "state": "ok", "found": "bubblewrap", "remedy": ""}
    remedy = "install bubblewrap and allow user namespaces; until then drivers and limits stand alone"
    return {"part": "sandbox of readers", "state": "absent", "found": command, "remedy": remedy}
