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
# Why no check can tell that a value is another one.
_CELLS = "a plausible value of a single cell"
_VERTICES = "a vertex inside the bounds of its shape, or a text of its table"
_TEXTS = "another letter of a text, or a digit of a number within its bounds"


def _mutated(whole: bytes, chance: random.Random) -> bytes:
    """Return `whole` with a bit flipped, two bytes swapped, some changed, or a piece gone, doubled or cut."""
    if chance.random() < 0.3:
        content, place = bytearray(whole), chance.randrange(len(whole) - 1)
        if chance.random() < 0.5:
            content[place] ^= 1 << chance.randrange(8)
        else:
            content[place], content[place + 1] = content[place + 1], content[place]
        return bytes(content)
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
    """A format to mutate: the unit whose file is used, or a kind of file that no source has.

    `at_most_pct` bounds the share of mutated files that are taken and have other values, and `unknown` says
    why no check can tell them. The bounds are first ones: they are to be a half above what is measured.
    """

    name: str
    unit: str
    at_most_pct: float
    unknown: str
    which: int = 0
    mutate: Callable[[bytes, random.Random], bytes] = _mutated
    again: bool = False  # a second seed of a format


def forms(share: str) -> list[Form]:
    """Return the formats of one of the two processes; the `share` `gdal` has those that GDAL reads."""
    import good_files as good  # noqa: PLC0415

    if share == "gdal":
        return [
            Form("GeoTIFF", good.GEOTIFF, 15, _CELLS),
            Form(
                "shapefile zip", good.SEAS, 1, "nothing: a zip has checksums; names and notes of its members"
            ),
            Form("shapefile zip, packed again", good.SEAS, 25, _VERTICES, mutate=_repacked, again=True),
            Form("polygon zip, packed again", good.POLYGONS, 25, _VERTICES, mutate=_repacked, again=True),
            Form("SIGRID-3 chart, .shp", good.CHART, 25, _VERTICES),
            Form("SIGRID-3 chart, .dbf", good.CHART, 40, _TEXTS, 2, again=True),
        ]
    return [
        Form("CSV, power plants", good.PLANTS, 60, _TEXTS),
        Form("CSV, daily ice extent", good.DAILY, 60, "thousandths of a day: its month says hundredths"),
        Form("CSV in UTF-16", good.TRACKER, 40, _TEXTS, again=True),
        Form("GeoJSON, points", good.SITES, 60, _TEXTS),
        Form("GeoJSON, polygons", good.ZONES, 60, _TEXTS, again=True),
        Form("NetCDF-4", good.CDR, 15, _CELLS),
        Form("NetCDF-3", CLASSIC, 60, f"{_CELLS}; no source has it"),
        Form("NSIDC binary", good.NASA_TEAM, 60, _CELLS),
        Form("JSON", "json", 60, _TEXTS),
        Form(
            "GeoParquet of a user",
            "parquet",
            5,
            "values between the least and the largest, without a checksum",
        ),
        Form("GeoPackage of a user", "gpkg", 40, "values of attributes, and vertices within the envelope"),
        Form("xlsx", "xlsx", 1, "nothing: a zip has checksums; names and notes of its members"),
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
