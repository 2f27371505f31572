"""The formats of the mutated files: a good file of each format, and how its bytes are mutated."""

from __future__ import annotations

import io
import json
import os
import random
import tempfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable


ROOT = Path(__file__).parent.parent
CLASSIC = "classic"  # unit of a NetCDF-3 file, which no source has


def _mutated(whole: bytes, chance: random.Random) -> bytes:
    """Return the bytes of `whole` with some changed, and with a piece removed or doubled or the end cut."""
    content = bytearray(whole)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        content[chance.randrange(len(content))] = chance.choice((48, 0, 255, chance.randrange(128)))
    begin, size = chance.randrange(len(content)), chance.randrange(64)
    way = chance.random()
    if way < 0.15:
        del content[begin : begin + size]
    elif way < 0.3:
        content[begin:begin] = content[begin : begin + size]
    elif way < 0.4:
        del content[begin:]
    return bytes(content)


def _repacked(whole: bytes, chance: random.Random) -> bytes:
    """Return a zip in which one member is mutated and packed again.

    The checksum of a member would find any other mutation before its reader is tried.
    """
    with zipfile.ZipFile(io.BytesIO(whole)) as box:
        members = {name: box.read(name) for name in box.namelist()}
    name = chance.choice(sorted(members))
    members[name] = _mutated(members[name], chance)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as box:
        for row, content in members.items():
            box.writestr(row, content)
    return packed.getvalue()


@dataclass(frozen=True)
class Form:
    """A format to mutate: the unit whose file is used, or a kind of file that no source has."""

    name: str
    unit: str
    which: int = 0
    mutate: Callable[[bytes, random.Random], bytes] = _mutated
    again: bool = False  # a second seed of a format


def forms(share: str) -> list[Form]:
    """Return the formats of one of the two processes; the `share` `gdal` has those that GDAL reads."""
    import good_files as good  # noqa: PLC0415

    if share == "gdal":
        return [
            Form("GeoTIFF", good.GEOTIFF),
            Form("shapefile zip", good.SEAS),
            Form("shapefile zip, packed again", good.SEAS, mutate=_repacked, again=True),
            Form("polygon zip, packed again", good.POLYGONS, mutate=_repacked, again=True),
            Form("SIGRID-3 chart, .shp", good.CHART),
            Form("SIGRID-3 chart, .dbf", good.CHART, 2, again=True),
        ]
    return [
        Form("CSV", good.PLANTS),
        Form("CSV in UTF-16", good.TRACKER, again=True),
        Form("GeoJSON, points", good.SITES),
        Form("GeoJSON, polygons", good.ZONES, again=True),
        Form("NetCDF-4", good.CDR),
        Form("NetCDF-3", CLASSIC),
        Form("NSIDC binary", good.NASA_TEAM),
        Form("JSON", "json"),
        Form("Parquet", "parquet"),
        Form("GeoPackage", "gpkg"),
        Form("xlsx", "xlsx"),
    ]


@cache
def good_contents() -> dict[str, list[bytes]]:
    """Return the good files by unit, from the mirror of the providers if there is one, else written here."""
    import good_files as good  # noqa: PLC0415

    # Classic NetCDF has no unsigned bytes, so the codes of land and gaps that the checks need do not fit in.
    codes = np.tile(np.arange(8, dtype=np.uint8), (448, 38))
    return good.good_files() | {CLASSIC: [good.cdr_bytes(codes, engine="scipy")]} | _real()


def written(kind: str) -> bytes:
    """Return the bytes of a good file of a kind that no source has."""
    import good_files as good  # noqa: PLC0415

    if kind == "json":
        return json.dumps({"elements": [{"id": n, "tags": {"a": "b"}} for n in range(50)]}).encode()
    if kind == "xlsx":
        return good.zipped({"[Content_Types].xml": b"<x/>", "xl/worksheets/1.xml": b"<x/>"})
    at = [shapely.box(n, 70, n + 1, 71) for n in range(20)]
    squares = gpd.GeoDataFrame({"n": range(20)}, geometry=at, crs=4326)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"x.{kind}"
        squares.to_parquet(path) if kind == "parquet" else squares.to_file(path)
        return path.read_bytes()


def _real() -> dict[str, list[bytes]]:
    """Return the real files of the mirror, by unit, that are small enough to be read thousands of times."""
    import good_files as good  # noqa: PLC0415

    named = os.environ.get("ARCTIC_PICTURE_SHARED")
    mirror = (Path(named) if named else ROOT.parent / "shared") / "data" / "mirror"
    if not mirror.is_dir():
        return {}
    charts = mirror / "sea_ice/ice_charts"
    files = {
        good.CDR: [mirror / "sea_ice/g02202/seaice_conc_daily_nh_20211231_f17_v04r00.nc"],
        good.NASA_TEAM: [mirror / "sea_ice/nsidc0051/nt_20150204_f17_v1.1_n.bin"],
        good.CHART: [
            charts / f"201304100920_CapeFarewell_RIC{part}" for part in (".shp", ".shx", ".dbf", ".prj")
        ],
        "xlsx": [mirror / "sea_ice/g02135_Sea_Ice_Index_Regional_Monthly_Data_v3.0.xlsx"],
    }
    return {unit: [path.read_bytes() for path in paths] for unit, paths in files.items()}
