"""Bad input, class by class, the whole way: served, fetched, looked at, read apart, judged, set apart.

BAD is the one table. Each class is spoiled from a good file that was accepted before (`good_files`), and
is refused with source, file, row or cell, rule, value and what was done, or it is read right. A class is
named by its row in the design's list of failures: N is the network, Z an archive, P what is in a file.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import stat
import struct
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import shapely
from fault_server import Server, running, serving
from good_files import (
    CDR,
    CHART,
    DAILY,
    DAYS,
    GEOTIFF,
    LINES,
    NASA_TEAM,
    PLANTS,
    POLYGONS,
    SEAS,
    SITES,
    TRACKER,
    ZONES,
    boxed,
    cdr_bytes,
    good_files,
    shape_parts,
    sites,
    team_bytes,
    team_codes,
    tiff_bytes,
    zipped,
)  # fmt: skip
from hostile_files import hdf5
from provider_mirror import dated, place

from pipelines import cli
from pipelines.intake.fetch import Fetcher, Limits
from pipelines.intake.fetch_results import FetchResult
from pipelines.intake.ledger import accepted_folder, ledger_of, state_of
from pipelines.intake.refresh import refresh, units_of
from pipelines.intake.tables import stored_table
from pipelines.sources import FETCHABLE, source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

TODAY = date(2026, 11, 25)
QUICK = Limits(
    deadline_s=20, idle_s=0.5, grace_s=0.3, slowest_bytes_s=200, tries=2, backoff_s=0.01, pace_s=0,
    longest_wait_s=0.5,
)  # fmt: skip
ICMM = "icmm_global_mining"


@dataclass(frozen=True)
class Bad:
    """What is wrong, in words; how a good file becomes so; the rule that meets it, and what is said of it.

    `rule` is that of a gate; `fetch` where nothing is taken from the server; empty where the file is read
    right, and then `right` looks at the table, and `says` at the warnings.
    """

    id: str
    unit: str
    wrong: str
    make: Callable[[bytes], bytes] | str
    rule: str
    says: tuple[str, ...] = ()
    right: Callable[[pd.DataFrame], bool] = lambda _: True
    which: int = 0


def text(spoil: Callable[[str], str]) -> Callable[[bytes], bytes]:
    return lambda whole: spoil(whole.decode()).encode()


def only(content: bytes) -> Callable[[bytes], bytes]:
    return lambda _whole: content


def line(number: int, spoil: Callable[[str], str]) -> Callable[[bytes], bytes]:
    """Spoil one row of a text, counted from 1."""

    def change(whole: str) -> str:
        rows = whole.split("\n")
        rows[number - 1] = spoil(rows[number - 1])
        return "\n".join(rows)

    return text(change)


def cell(number: int, column: int, value: str) -> Callable[[bytes], bytes]:
    def put(row: str) -> str:
        fields = row.split(",")
        fields[column] = value
        return ",".join(fields)

    return line(number, put)


def members(spoil: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Callable[[bytes], bytes]:
    """Spoil the parts of a zipped shapefile."""

    def change(whole: bytes) -> bytes:
        with zipfile.ZipFile(BytesIO(whole)) as box:
            return zipped(spoil({name: box.read(name) for name in box.namelist()}))

    return change


def without(*names: str) -> Callable[[bytes], bytes]:
    return members(lambda held: {name: held[name] for name in held if name not in names})


def twice(whole: bytes) -> bytes:
    result = BytesIO(whole)
    with zipfile.ZipFile(result, "a") as box, pytest.warns(UserWarning, match="Duplicate name"):
        box.writestr("x.dbf", b"evil")
    return result.getvalue()


def linked(row: zipfile.ZipInfo) -> None:
    row.external_attr = (stat.S_IFLNK | 0o777) << 16


def features(spoil: Callable[[list[dict[str, Any]]], None], **more: Any) -> Callable[[bytes], bytes]:
    def change(whole: bytes) -> bytes:
        report = json.loads(whole)
        spoil(report["features"])
        return json.dumps(report | more).encode()

    return change


def placed(number: int, *coordinates: Any) -> Callable[[bytes], bytes]:
    return features(lambda rows: rows[number]["geometry"].update(coordinates=list(coordinates)))


def vast_tiff() -> bytes:
    tags = ((256, 2**22), (257, 2**22), (258, 16), (273, 8), (279, 2**31))
    rows = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, 5) + rows + b"\0\0\0\0"


def elsewhere(kind: str) -> Callable[[bytes], bytes]:
    from pathlib import Path

    return lambda _whole: hdf5(kind, Path("/etc/hostname"))


def flagged(field: np.ndarray, code: int) -> np.ndarray:
    field = field.copy()
    field[3, 5] = code
    return field


def renamed(old: str, new: str) -> Callable[[Any], Any]:
    return lambda whole: whole.rename({old: new})


VRT = b"<VRTDataset rasterXSize='304' rasterYSize='448'><SRS>EPSG:3411</SRS></VRTDataset>"
OGR_VRT = b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>"
HTML = b"<!DOCTYPE html><html><body>We will be back soon</body></html>\n"
GRID = {"type": "name", "properties": {"name": "+proj=longlat +nadgrids=/etc/hostname +no_defs"}}
METRES = shapely.box(-5e5, -5e5, 5e5, 5e5)
BOW = [[[10, 70], [20, 72], [20, 70], [10, 72], [10, 70]]]
ICE = np.tile(np.array([0, 1000, 2510, 2530, 2540, 2550, 150, 140], np.uint16), (448, 38))
NO_ICE = np.zeros((448, 304), np.uint8)
SAID = {"name": ["x"] * 200}
EMPTY_XLSX = {"[Content_Types].xml": b"<x/>", "xl/worksheets/1.xml": b"<x/>"}


BAD = (
    # --- the network: nothing is taken
    Bad("N1", DAILY, "the server stalls within the file", "stall_in_body", "fetch", ("readtimeout",)),
    Bad("N2", DAILY, "the file drips in, a byte at a time", "drip_body", "fetch", ("200 bytes a second",)),
    Bad("N3", DAILY, "fewer bytes than announced", "short_of_its_length", "fetch", ("in each of 2 tries",)),
    Bad("N4", DAILY, "cut, and no length announced", "short_without_length", "fetch", ("found neither",)),
    Bad("N4", DAILY, "cut between its chunks", "short_in_chunks", "fetch", ("in each of 2 tries",)),
    Bad("N6", DAILY, "packed though plain was asked for", "gzip_unasked", "fetch", ("'gzip'",)),
    Bad("N6", DAILY, "a gzip bomb", "gzip_bomb", "fetch", ("'x-gzip, gzip'",)),
    Bad("N7", DAILY, "a file without end", "endless", "fetch", ("at most 50000000 bytes, found more",)),
    Bad("N7", DAILY, "a terabyte announced", "announced_too_large", "fetch", ("1000000000000 announced",)),
    Bad("N8", DAILY, "busy for ever", "busy_for_ever", "fetch", ("status 503 in each of 2 tries",)),
    Bad("N8", DAILY, "busy until tomorrow", "busy_for_a_day", "fetch", ("asked to wait 86400 s",)),
    Bad("N9", DAILY, "sent on to a local file", "redirect_to_a_file", "fetch", ("file:///etc/passwd",)),
    Bad("N9", DAILY, "sent on to another host", "redirect_elsewhere", "fetch", (r"evil\.example",)),
    Bad("N9", DAILY, "sent on inwards", "redirect_inwards", "fetch", (r"169\.254\.169\.254",)),
    Bad("N9", DAILY, "sent round in a loop", "redirect_loop", "fetch", ("at most 5 redirects",)),
    Bad("N11", DAILY, "no byte under 200", "empty", "fetch", ("found 0 bytes",)),
    Bad("N8", DAILY, "hung up at once", "closed_at_once", "fetch", ("in each of 2 tries",)),
    Bad("N11", DAILY, "gone", "gone", "fetch", ("expected status 200, found 404",)),
    # --- CSV: looked at in Python
    Bad("N11", DAILY, "a page under 200", only(HTML * 4000), "kind", ("expected a CSV", "DOCTYPE", "row 1")),
    Bad("N11", DAILY, "a page after blank lines", only(b"\r\n \n" + HTML), "kind", ("expected a CSV",
        "row 1")),
    Bad("N11", DAILY, "an error in JSON", only(b'{"error": "quota"}\n'), "kind", ("quota", "row 1")),
    Bad("N6", DAILY, "a packed file for a plain one", gzip.compress, "kind", ("text in utf-8", "row 1")),
    Bad("P8", DAILY, "the last row cut", text(lambda t: t[:-20]), "kind", ("it is cut", "row 15802")),
    Bad("P8", DAILY, "semicolons", text(lambda t: t.replace(",", ";")), "kind", ("columns", "1 in row 1")),
    Bad("P8", DAILY, "a NUL", line(9, lambda r: r.replace("19", "1\x009", 1)), "kind", ("NUL", "row 9")),
    Bad("P8", DAILY, "latin-1", lambda b: b.replace(b"sites", b"sit\xe9s"), "kind", ("0xe9", "row 2")),
    Bad("P7", DAILY, "a thousand columns", only(b",".join([b"c"] * 1000) + b"\n"), "kind", ("found 1000",)),
    # --- CSV: against the last
    Bad("P15", DAILY, "half of the rows", text(lambda t: t[: len(t) // 2].rsplit("\n", 1)[0] + "\n"), "rows",
        ("15801 rows", "found 7893")),
    Bad("P15", DAILY, "a heading changed", line(1, lambda r: r.replace("Extent", "Area")), "columns",
        ("'Extent'", "gone")),
    Bad("N5", DAILY, "three times as long", lambda b: b + b"\n" * 1_700_000, "size", ("found 25",)),
    # --- CSV: read apart
    Bad("P15", DAILY, "km2 for million km2", text(lambda t: t.replace(" 4.", " 4000000.")), "read",
        (r"2\.5\.\.\.17 million km2", "row", "4000000")),
    Bad("P8", DAILY, "a column more, with a heading", line(1, lambda r: r + ", Quality"), "read",
        ("Quality",)),
    Bad("P8", DAILY, "a field more in one row", line(99, lambda r: r.replace(",", ", 7,", 1)), "read",
        ("line 99", "saw 7")),
    Bad("P8", DAILY, "decimal commas", text(lambda t: re.sub(r"(\d)\.(\d{3}),", r"\1,\2,", t)), "read",
        ("days of the calendar", "26-10-231")),
    Bad("P8", DAILY, "a quote left open", line(99, lambda r: r.replace("[", '"[', 1)), "read", ("row|line",)),
    Bad("P13", DAILY, "a day twice", text(lambda t: t + t.rstrip("\n").split("\n")[-1] + "\n"), "read",
        ("each day once", "2026-08-05 twice")),
    Bad("P10", DAILY, "no such day", cell(99, 2, " 32"), "read", ("days of the calendar", "1979-05-32")),
    Bad("P10", DAILY, "a word for a number", cell(99, 3, " x4.0"), "read", ("x4.0", "row 97")),
    Bad("P10", DAILY, "an infinite extent", cell(99, 3, " inf"), "read", ("inf", "row 97")),
    Bad("P10", DAILY, "a day without an extent", cell(99, 3, " "), "", (),
        lambda t: t["extent_million_km2"].isna().sum() == 1),
    Bad("P10", DAILY, "a negative extent", cell(99, 3, " -4.0"), "read", ("-4.0", "row 97")),
    Bad("P14", DAILY, "a sensor nobody knows", text(lambda t: t.replace("_f18_", "_f99_")), "read",
        ("x_f99_y",)),
    Bad("P14", DAILY, "a product nobody knows", text(lambda t: t.replace("0081", "9999")), "read", ("9999",)),
    # --- CSV: judged
    Bad("N12", DAILY, "an older issue", text(lambda t: "\n".join(t.split("\n")[:-30]) + "\n"), "date",
        ("2026-08-05 or later", "2026-07-07")),
    Bad("S5", DAILY, "a day to come", text(lambda t: t + "2031, 01, 01, 4.9, 0.0, ['nsidc-0081 x_f18_y']\n"),
        "date", ("up to 2026-11-25", "2031-01-01")),
    Bad("P10", DAILY, "a leap of the ice",
        text(lambda t: t + "2026, 08, 06, 9.9, 0.0, ['nsidc-0081 x_f18_y']\n"), "step", ("2026-08-06",)),
    Bad("P8", DAILY, "line ends of another system", lambda b: b.replace(b"\n", b"\r\n"), "", (),
        lambda t: len(t) == 15_800 and t["extent_million_km2"].notna().all()),
    Bad("P8", DAILY, "a mark of byte order", lambda b: b"\xef\xbb\xbf" + b, "", (),
        lambda t: len(t) == 15_800),
    Bad("P14", DAILY, "another sensor that is known", line(15802, lambda r: r.replace("_f18_", "_amsr2_")),
        "",
        (), lambda t: "AMSR2" in t["sensor_note"].iloc[-1] and "F18" in t["sensor_note"].iloc[-2]),
    # --- points in a CSV
    Bad("P8", PLANTS, "a row cut in the middle", line(50, lambda r: r.rsplit(",", 3)[0]), "read",
        ("row 50", "expected 8 fields, found 5")),
    Bad("P8", PLANTS, "an extra comma", line(50, lambda r: r + ",x"), "read", ("row 50", "found 9")),
    Bad("P8", PLANTS, "a quote left open", line(50, lambda r: r.replace('",', ",", 1)), "read",
        ("after row 49",)),
    Bad("P8", PLANTS, "a heading twice", line(1, lambda r: r.replace("owner", "name")), "columns",
        ("'owner'",)),
    Bad("P10", PLANTS, "longitude and latitude exchanged",
        text(lambda t: t.replace("latitude,longitude", "longitude,latitude")), "read",
        ("longitude and latitude", "row", "swapped")),
    Bad("P10", PLANTS, "a latitude of 91", cell(9, 5, "91.0"), "read", ("row", "91.0")),
    Bad("P10", PLANTS, "a place that is no number", cell(9, 5, "NaN"), "read", ("latitude", "row", "'NaN'")),
    Bad("P10", PLANTS, "an infinite place", cell(9, 6, "inf"), "read", ("longitude", "row", "'inf'")),
    Bad("P10", PLANTS, "a word for a capacity", cell(9, 2, "12 MW"), "read", ("capacity_mw", "row",
        "'12 MW'")),
    Bad("P15", PLANTS, "kilowatts for megawatts",
        text(lambda t: re.sub(r'",([\d.]+),', lambda m: f'",{float(m[1]) * 1000},', t)), "unit|read",
        ("capacity_mw",)),
    Bad("P15", PLANTS, "every key anew", text(lambda t: re.sub(r"(?m)^([A-Z]{3})", r"X\1", t)), "ids",
        ("50% or more of the ids", "found 0%")),
    Bad("P8", PLANTS, "a name in UTF-8 that was taken for Latin-1", cell(9, 1, '"Troms\u00c3\u00b8"'), "",
        ("text: .*name of 1 rows",), lambda t: (t["name"] == "Troms\u00c3\u00b8").sum() == 1),
    Bad("P16", PLANTS, "a name that turns the direction of text", cell(9, 1, '"x\u202ey"'), "",
        ("text: .*name of 1 rows",), lambda t: t["name"].str.contains("\u202e").sum() == 1),
    Bad("P16", PLANTS, "a name that is code", cell(9, 1, '"{{7*7}}<script>"'), "",
        ("text: .*name of 1 rows",), lambda t: (t["name"] == "{{7*7}}<script>").sum() == 1),
    Bad("S9", PLANTS, "a name that is a formula", cell(9, 1, '"=cmd|\' /C calc\'!A0"'), "", (),
        lambda t: t["name"].str.startswith("=cmd").sum() == 1),
    Bad("P8", PLANTS, "an owner called NA", cell(9, 7, "NA"), "", (),
        lambda t: (t["owner"] == "NA").sum() == 1),
    Bad("P8", TRACKER, "UTF-16, as its provider has it", lambda b: b, "", (), lambda t: len(t) == 1200),
    Bad("P8", TRACKER, "UTF-16 cut in the middle of a character", lambda b: b[:-1], "kind",
        ("utf-16", "truncated", "row")),
    # --- JSON and GeoJSON
    Bad("P8", SITES, "half a file", lambda b: b[: len(b) // 2], "kind", ("expected JSON", "char")),
    Bad("P10", SITES, "NaN", placed(3, -160.0, float("nan")), "kind", ("numbers of JSON", "NaN", "row 1")),
    Bad("P10", SITES, "Infinity", placed(3, -160.0, float("-inf")), "kind", ("-Infinity", "row 1")),
    Bad("P8", SITES, "a name twice", lambda b: b.replace(b'"type"', b'"x": 1, "x": 2, "type"', 1), "kind",
        ("each name once", "'x' twice")),
    Bad("P7", SITES, "a hundred thousand brackets", only(b"[" * 100_000), "kind", ("recursion",)),
    Bad("N11", SITES, "a page under 200", only(HTML), "kind", ("expected JSON", "char 0")),
    Bad("N11", SITES, "a service that ran out of time", features(lambda _: None, remark="Query timed out"),
        "kind", ("in full", "Query timed out")),
    Bad("P1", SITES, "a topology", only(b'{"type": "Topology"}'), "kind", ("type 'Topology'",)),
    Bad("P1", SITES, "a list", only(b"[]"), "kind", ("expected GeoJSON",)),
    Bad("P1", SITES, "a VRT that names a local file", only(OGR_VRT), "kind", ("expected JSON",)),
    Bad("P1", SITES, "a CRS to be fetched", only(sites(crs={"type": "link",
        "properties": {"href": "http://x"}})),
        "kind", ("crs", "link", "http://x")),
    Bad("P1", SITES, "a CRS that names a grid on disk", only(sites(crs=GRID)), "kind", ("crs", "nadgrids")),
    Bad("P10", SITES, "a CRS in metres",
        only(sites(crs={"type": "name", "properties": {"name": "EPSG:3413"}})), "kind", ("crs", "3413")),
    Bad("N11", SITES, "no feature", features(list.clear), "rows", ("at least 1 rows, found 0",)),
    Bad("N11", SITES, "a first page only", features(lambda _: None, exceededTransferLimit=True), "read",
        ("expected all features", "200 of more")),
    Bad("N11", SITES, "200 of the 500 it counts", features(lambda _: None, numberMatched=500), "read",
        ("200 of 500",)),
    Bad("P13", SITES, "a tenth without a place",
        features(lambda rows: [row.update(geometry=None) for row in rows[:20]]), "read", ("20 of 200",)),
    Bad("P15", SITES, "every column renamed",
        features(lambda rows: [row.update(properties={"x": 1}) for row in rows]), "read",
        ("id, name, slug", "found geometry, x")),
    Bad("P10", SITES, "a place beyond the pole", placed(3, -160.0, 95.0), "read", ("row 3", "95")),
    Bad("P10", SITES, "latitude first", features(lambda rows: [r["geometry"]["coordinates"].reverse()
        for r in rows]), "read", ("row 0", "swapped")),
    Bad("P13", LINES, "a point among the lines",
        features(lambda rows: rows[3].update(geometry={"type": "Point", "coordinates": [4, 60]})), "read",
        ("row 3", "expected a line, found a Point")),
    Bad("P13", LINES, "a line without a place", placed(3), "read", ("1 of 9 without",)),
    Bad("P13", ZONES, "a zone that crosses itself", placed(0, *BOW), "", (),
        lambda t: t.is_valid.all() and np.allclose(t.to_crs(6931).area[0] / 1e12, 0.0404, rtol=0.02)),
    Bad("P11", ZONES, "over the date line and around the pole", lambda b: b + b"\n", "", (),
        lambda t: np.allclose(t.to_crs(6931).area / 1e12, [0.161, 34.2], rtol=0.02)),
    # --- archives
    Bad("Z4", SEAS, "not an archive", only(b"PK\x03\x04 and no more"), "kind", ("a whole zip archive",)),
    Bad("N11", SEAS, "a page under 200", only(HTML), "kind", ("a whole zip archive",)),
    Bad("Z4", SEAS, "an archive that is cut", lambda b: b[:-30], "kind", ("a whole zip archive",)),
    Bad("P9", SEAS, "a byte of a member changed", lambda b: b.replace(b"\x03\x04", b"\x03\x05", 1), "kind",
        ("a whole zip archive",)),
    Bad("Z1", SEAS, "a member that climbs out", members(lambda h: h | {"../../etc/x": b"x"}), "kind",
        ("inside the archive", "'../../etc/x'")),
    Bad("Z1", SEAS, "an absolute member", members(lambda h: h | {"/etc/passwd": b"x"}), "kind",
        ("'/etc/passwd'",)),
    Bad("Z1", SEAS, "a member with a drive", members(lambda h: h | {"C:x": b"x"}), "kind", ("'C:x'",)),
    Bad("Z1", SEAS, "a member with backslashes", members(lambda h: h | {"..\\x": b"x"}), "kind", (r"\.\.",)),
    Bad("Z1", SEAS, "a link", only(zipped({"x.shp": b"/etc/passwd"}, linked)), "kind",
        ("the link 'x.shp'",)),
    Bad("Z2", SEAS, "a bomb", members(lambda h: h | {"x": b"0" * 20_000_000}), "kind",
        ("100 times unpacked", "'x': 20000000 bytes")),
    Bad("Z2", SEAS, "too many members", members(lambda h: h | {f"{n}": b"x" for n in range(101)}), "kind",
        ("1 to 100 members, found 10",)),
    Bad("Z2", SEAS, "no member", only(zipped({})), "kind", ("1 to 100 members, found 0",)),
    Bad("Z3", SEAS, "a member twice", twice, "kind", ("each member once", "'x.dbf' twice")),
    Bad("Z3", SEAS, "members equal but for case", members(lambda h: h | {"X.DBF": b"x"}), "kind",
        ("each member once",)),
    Bad("Z5", SEAS, "no .prj", without("x.prj"), "kind", (r"x\.shp with \.prj",)),
    Bad("Z5", SEAS, "no .dbf", without("x.dbf"), "kind", (r"x\.shp with \.dbf",)),
    Bad("Z5", SEAS, "no .shx", without("x.shx"), "kind", (r"x\.shp with \.shx",)),
    Bad("Z4", SEAS, "shapes cut", members(lambda h: h | {"x.shp": h["x.shp"][:-28]}), "kind",
        (r"x\.shp", "whole length")),
    Bad("Z4", SEAS, "a row fewer in .dbf",
        members(lambda h: h | {"x.dbf": h["x.dbf"][:4] + b"\xc7" + h["x.dbf"][5:]}), "kind",
        ("199 in .dbf, 200 in .shx",)),
    Bad("P1", SEAS, "a VRT for shapes", members(lambda h: h | {"x.shp": OGR_VRT}), "kind",
        (r"x\.shp to be a shapefile", "OGRVRT")),
    Bad("Z5", SEAS, "a table and no shapes", members(lambda h: {"a.csv": h["x.dbf"]}), "rows|read",
        ("found 1",)),
    Bad("P10", SEAS, "metres called degrees",
        only(boxed(shape_parts([shapely.box(n, 2e5, n + 1, 2e5 + 1) for n in range(200)], **SAID))), "read",
        ("row 0", "200000")),
    Bad("P10", SEAS, "degrees called metres",
        only(boxed(shape_parts([shapely.box(n, 70, n + 1, 71) for n in range(200)], 3413, **SAID))), "read",
        (r"CRS in degrees in its \.prj", "3413|North Pole|NSIDC")),
    Bad("P10", POLYGONS, "another CRS than the pinned one", only(boxed(shape_parts([METRES], 3413))), "read",
        ("EPSG:3411", "3413")),
    Bad("Z4", CHART, "shapes cut, in plain sight", lambda b: b[:-300], "read", ("without|place|shp",)),
    Bad("Z5", CHART, "no row where there are shapes", only(b""), "fetch", (), which=2),
    # --- grids
    Bad("N11", CDR, "a page under 200", only(HTML), "kind", ("expected NetCDF", "DOCTYPE")),
    Bad("P9", CDR, "NetCDF-4 cut to a twentieth", lambda b: b[: len(b) // 20], "kind", ("its header says",
        "cut")),
    Bad("P9", CDR, "NetCDF-4 without its last byte", lambda b: b[:-1], "kind", ("its header says", "cut")),
    Bad("P9", CDR, "classic NetCDF cut to a twentieth",
        only(cdr_bytes(NO_ICE, engine="scipy")[:7000]), "read", ("NetCDF",)),
    Bad("P14", CDR, "a version nobody knows",
        only(cdr_bytes(NO_ICE, lambda w: w.assign_attrs(product_version="v09r00"))), "read",
        ("v04r00.*found v09r00",)),
    Bad("P14", CDR, "a code nobody knows", only(cdr_bytes(flagged(NO_ICE, 101))), "read",
        ("101 in 1 cell", "row 3, column 5")),
    Bad("P14", CDR, "another scale",
        only(cdr_bytes(NO_ICE, lambda w: (w["cdr_seaice_conc"].attrs.update(scale_factor=1.0), w)[1])),
        "read",
        ("scale 0.01", "found 1,")),
    Bad("P14", CDR,
        "the grid upside down", only(cdr_bytes(NO_ICE, lambda w: w.isel(y=slice(None, None, -1)))),
        "read", ("448 x 304 grid",)),
    Bad("P15", CDR, "a variable renamed", only(cdr_bytes(NO_ICE, renamed("cdr_seaice_conc", "sic"))), "read",
        ("cdr_seaice_conc", "none")),
    Bad("P1", CDR, "values in another file", elsewhere("storage"), "read", ("in the file itself", "'ice'")),
    Bad("P1", CDR, "a link to another file", elsewhere("link"), "read", ("in the file itself", "'ice'")),
    Bad("P1", CDR, "a virtual dataset", elsewhere("virtual"), "read", ("in the file itself", "'ice'")),
    Bad("P14", NASA_TEAM, "a code nobody knows", only(team_bytes(flagged(team_codes(), 252))), "read",
        ("252 in 1 cell", "row 3, column 5")),
    Bad("P9", NASA_TEAM, "the last byte lost", lambda b: b[:-1], "rows|read", ("136492", "136491")),
    Bad("N12", NASA_TEAM, "another day under this name", only(team_bytes(first="  036", last="  036")),
        "read",
        ("2015-02-04", "2015-02-05")),
    Bad("P14", NASA_TEAM, "a version nobody knows", only(team_bytes(inner="nt_20150204_f17_v03_n")), "read",
        ("found v03",)),
    Bad("P14", NASA_TEAM, "the other pole", only(team_bytes(area="ANTARTIC")), "read", ("ARCTIC",)),
    Bad("P1", GEOTIFF, "a VRT under .tif", only(VRT), "kind", ("expected TIFF", "<VRT")),
    Bad("P5", GEOTIFF, "a TIFF of 29 TiB", only(vast_tiff()), "read", ("448, 304|whole GeoTIFF",)),
    Bad("P9", GEOTIFF, "a TIFF cut in half", lambda b: b[: len(b) // 2], "read", ("GeoTIFF",)),
    Bad("P10", GEOTIFF, "another CRS than the pinned one", only(tiff_bytes(ICE, crs="EPSG:3413")), "read",
        ("EPSG:3411", "EPSG:3413")),
    Bad("P14", GEOTIFF, "a code nobody knows", only(tiff_bytes(flagged(ICE, 1001))), "read",
        ("1001", "row 3, column 5")),
    Bad("P14", GEOTIFF, "a grid of another size", only(tiff_bytes(ICE[:-1])), "read", (r"\(447, 304\)",)),
    Bad("P15", GEOTIFF, "fractions for tenths of a percent", only(tiff_bytes((ICE / 1000).astype("float32"))),
        "read", ("uint16", "float32")),
    # --- what a person fetched: it is known by its content before it is taken, so nothing is set apart
    Bad("Z5", ICMM, "an archive for a spreadsheet", only(zipped({"a.csv": b"1"})), "disk",
        ("expected a spreadsheet", r"a\.csv")),
    Bad("N11", ICMM, "a page for a spreadsheet", only(HTML), "disk", ("a whole zip archive",)),
    Bad("Z2", ICMM, "a spreadsheet that is a bomb",
        only(zipped(EMPTY_XLSX | {"xl/x.xml": b"0" * 20_000_000})), "disk", ("100 times unpacked", "xl/x")),
)  # fmt: skip
NAMED = {f"{row.id} {row.unit}: {row.wrong}": row for row in BAD}


def moment(unit: str) -> date:
    return datetime.fromisoformat(DAYS.get(unit, "2026-11-24"))


def take(unit: str, cache: Path, url: str) -> FetchResult:
    fetcher = Fetcher(url, QUICK)
    [results] = refresh(FETCHABLE, cache, fetcher, today=TODAY, day=moment(unit), names=[unit])
    return results


def lay(mirror: Path, cache: Path, unit: str, contents: list[bytes], at: float = 1_790_000_000) -> None:
    """Put a unit's files under the provider's addresses, or where a person would put them."""
    for remote, content in zip(units_of(FETCHABLE, [unit])[unit][1], contents, strict=True):
        there = remote.of(moment(unit))
        path = cache / "by_hand" / there.file if there.kind == "page" else place(mirror, there.url)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        dated(path, at)


@pytest.fixture(scope="module")
def ways(tmp_path_factory) -> dict[str, tuple[FetchResult, Path, Path | None]]:
    """What became of every class, its cache, and the set that was accepted before."""
    folder = tmp_path_factory.mktemp("bad")
    good, server = good_files() | {ICMM: [b""]}, Server()
    with ExitStack() as stack:
        url = stack.enter_context(serving(folder))
        stack.enter_context(running(server))
        pool = stack.enter_context(ThreadPoolExecutor(3))

        def accept(unit: str) -> None:
            lay(folder / unit, folder / unit / "cache", unit, good[unit])
            assert take(unit, folder / unit / "cache", f"{url}/{unit}").state == "new", unit

        def spoil(number: int, row: Bad) -> tuple[FetchResult, Path, Path | None]:
            mirror = folder / str(number)
            cache = mirror / "cache"
            if row.unit != ICMM:
                shutil.copytree(folder / row.unit / "cache", cache)
            before = accepted_folder(cache, row.unit, ledger_of(cache))
            if isinstance(row.make, str):
                return take(row.unit, cache, f"{server.url}/fault/{row.make}"), cache, before
            contents = list(good[row.unit])
            contents[row.which] = row.make(contents[row.which])
            lay(mirror, cache, row.unit, contents, 1_790_086_400)  # 2026-09-22, a day later
            return take(row.unit, cache, f"{url}/{number}"), cache, before

        list(pool.map(accept, [unit for unit in good if unit != ICMM]))
        result = list(pool.map(spoil, range(len(BAD)), BAD))
    return dict(zip(NAMED, result, strict=True))


@pytest.mark.sweep
@pytest.mark.parametrize("name", NAMED)
def test_bad_input_is_refused_by_name_or_read_right(ways, name, monkeypatch, capsys):
    row, (result, cache, before) = NAMED[name], ways[name]
    print(result)
    if not row.rule:
        assert result.state in {"new", "changed", "unchanged"}
        now = accepted_folder(cache, row.unit, ledger_of(cache))
        assert row.right(stored_table(now / "table.parquet"))
        assert [part for part in row.says if not re.search(part, "; ".join(result.warnings))] == []
        return
    ledger = ledger_of(cache)
    # source, file, row or cell, rule, value and action
    assert result.source == row.unit
    assert result.is_late
    files = [remote.of(moment(row.unit)) for remote in units_of(FETCHABLE, [row.unit])[row.unit][1]]
    there = files[row.which]
    assert (there.url if row.rule == "fetch" else there.file.rsplit("/", 1)[-1]) in result.reason
    assert re.search("expected .*found ", result.reason)
    assert [part for part in row.says if not re.search(part, result.reason)] == [], result.reason
    stays = f"; the last good of {result.as_of} stays" if before else "; none was accepted before"
    assert result.reason.endswith(stays)
    assert "\n" not in result.reason
    # the last good, with its date
    assert accepted_folder(cache, row.unit, ledger) == before
    assert (result.as_of is None) == (before is None)
    assert ledger[row.unit]["held"] == {"state": result.state, "since": "2026-11-25", "reason": result.reason}
    assert not (cache / "incoming").exists()
    kept = sorted((cache / "quarantine").glob("*/*/WHY.json"))
    if row.rule in {"fetch", "disk"}:
        assert (result.state, kept) == ("refused", [])
    else:
        assert result.state == "held"
        assert re.search(rf"(?:^|; )(?:{row.rule}): ", result.reason)
        assert f"set apart in quarantine/{kept[0].parent.relative_to(cache / 'quarantine')}" in result.reason
        report = json.loads(kept[0].read_text())
        assert (report["source"], report["reason"]) == (row.unit, result.reason)
        assert all((kept[0].parent / file["file"]).is_file() for file in report["files"].values())
    # what a reader sees, and the exit code
    owner = source(row.unit.split(".")[0])
    assert state_of(owner, ledger[row.unit], TODAY)[1] in {"held", "stale", "missing"}
    monkeypatch.setattr("pipelines.commands.sources.fetched", lambda *_: [result])
    assert cli.app(args=["fetch", row.unit], standalone_mode=False) == 10
    assert result.reason in capsys.readouterr().out


def test_there_are_more_than_sixty_classes(capsys):
    with capsys.disabled():
        refused = sum(bool(row.rule) for row in BAD)
        print(
            f"\n{len(NAMED)} classes of bad input: {refused} refused by name, {len(BAD) - refused} read right"
        )
    assert len(NAMED) == len(BAD) >= 60
    ids = {row.id for row in BAD}
    assert {f"N{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12)} <= ids
    assert {f"Z{n}" for n in range(1, 6)} <= ids
    assert {f"P{n}" for n in (1, 5, 7, 8, 9, 10, 11, 13, 14, 15, 16)} <= ids


def test_a_good_file_is_taken_once(tmp_path):
    good = good_files()
    with serving(tmp_path) as url:
        lay(tmp_path / "x", tmp_path / "cache", NASA_TEAM, good[NASA_TEAM])
        assert [take(NASA_TEAM, tmp_path / "cache", f"{url}/x").state for _ in "ab"] == ["new", "unchanged"]
