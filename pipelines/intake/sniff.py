"""Check that a fetched file is a whole file of its kind.

Python alone reads the file here. No library that parses in C opens a file that did not pass (decisions/0016).
"""

from __future__ import annotations

import json
import re
import stat
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast

from layers.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipelines.source import Kind, Remote

__all__ = ["FileSummary", "check_mark", "kind_of", "sniff"]

_HEAD_BYTES = 20_000  # of a file, in which the mark of a remote stands
_SHAPE = b"\x00\x00\x27\x0a"  # the file code 9994 of a shapefile
_LISTS = ("features", "elements", "ports")  # of GeoJSON, Overpass and the World Port Index
# Conventions. The first three are limits against archives that unpack to far more than their size.
_MEMBERS, _UNPACKED_BYTES, _RATIO, _COLUMNS = 100, 500_000_000, 100, 200


@dataclass(frozen=True, slots=True)
class FileSummary:
    """The number of rows of a file, and the names of its columns if it has any.

    `rows` counts the rows of a CSV, the features of GeoJSON or shapefiles, the entries of the list in a JSON,
    the members of another zip, the worksheets of an xlsx, and the bytes of the kind `bytes`. It is 1 for
    NetCDF, TIFF and a JSON without a list.
    """

    rows: int
    columns: tuple[str, ...] = ()


def sniff(path: Path, kind: Kind) -> FileSummary:
    """The summary of a file, after a check that it is a whole file of its kind.

    Raises
    ------
    SourceError
        If the file is not a whole file of that kind.
    """
    return _SNIFFERS[kind](path)


def kind_of(remote: Remote) -> Kind:
    """The kind of the file of a remote; that of a page follows from the name under which it is read."""
    return cast("Kind", Path(remote.file).suffix[1:]) if remote.kind == "page" else remote.kind


def check_mark(remote: Remote, path: Path) -> None:
    """Raise SourceError if the file does not have the mark of its remote: it is another one of the source."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES).decode("utf-8", "replace")
    if not re.search(remote.mark, head):
        name = Path(remote.file).name
        msg = f"{path.name}: expected the content of {name}, found no {remote.mark!r} in it: another file?"
        raise SourceError(msg)


def _refuse(path: Path, expected: str, found: str) -> NoReturn:
    msg = f"{path.name}: expected {expected}, found {found}"
    raise SourceError(msg)


def _text(path: Path) -> str:
    raw = path.read_bytes()
    coding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = raw.decode(coding)
    except UnicodeDecodeError as error:
        _refuse(path, f"text in {coding}", f"{error} (row {_row(raw, error.start)})")
    if "\x00" in text:
        at = text.index("\x00")
        _refuse(path, "text", f"a NUL character in row {_row(text, at)}")
    return text


def _row(content: str | bytes, place: int) -> int:
    """The row of a text, counted from 1, of the character or byte at `place`."""
    begins = content[:place]
    return 1 + (begins.count("\n") if isinstance(begins, str) else begins.count(b"\n"))


def _csv(path: Path) -> FileSummary:
    text = _text(path)
    if re.match(r"\s*[<{\[]", text):
        _refuse(path, "a CSV", f"{' '.join(text[:60].split())!r} in row 1")
    if not text.endswith(("\n", "\r")):
        end = f"{text[-40:]!r} in row {_row(text, len(text))}: it is cut"
        _refuse(path, "a line end after the last row", end)
    first = text.split("\n", 1)[0]
    columns = tuple(name.strip().strip('"') for name in first.split(","))
    if not 2 <= len(columns) <= _COLUMNS:
        _refuse(path, f"2 to {_COLUMNS} columns", f"{len(columns)} in row 1 ({first[:60]!r})")
    return FileSummary(text.count("\n") - 1, columns)


def _json(path: Path) -> FileSummary:
    # Readers of JSON differ on which value of a repeated name counts, so a repeated name is refused.
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        content = dict(pairs)
        if len(content) != len(pairs):
            names = [name for name, _ in pairs]
            _refuse(path, "each name once", f"{max(names, key=names.count)!r} twice")
        return content

    def number(name: str) -> NoReturn:
        stands = re.search(rf"[:\[,]\s*{name}", text)
        _refuse(path, "numbers of JSON", f"{name} in row {_row(text, stands.end() if stands else 0)}")

    text = _text(path)
    try:
        content = json.loads(text, object_pairs_hook=once, parse_constant=number)
    except (ValueError, RecursionError) as error:
        _refuse(path, "JSON", str(error)[:120])
    if isinstance(content, dict) and "remark" in content:
        _refuse(path, "an answer of Overpass in full", f"the remark {str(content['remark'])[:120]!r}")
    lists = [content.get(name) for name in _LISTS] if isinstance(content, dict) else [content]
    return FileSummary(next((len(rows) for rows in lists if isinstance(rows, list)), 1))


def _geojson(path: Path) -> FileSummary:
    facts = _json(path)
    content = json.loads(_text(path))
    if not isinstance(content, dict) or content.get("type") not in {"FeatureCollection", "Feature"}:
        _refuse(path, "GeoJSON", f"type {content.get('type') if isinstance(content, dict) else content!r}")
    system = content.get("crs", {"type": "name", "properties": {"name": "CRS84"}})
    name = str(system.get("properties", {}).get("name", "")) if isinstance(system, dict) else ""
    # GDAL fetches a `crs` of type link. GeoJSON allows no other named CRS (RFC 7946).
    if not isinstance(system, dict) or system.get("type") != "name" or not re.search(r"CRS84$|4326$", name):
        _refuse(path, "longitude, latitude (CRS84)", f"crs {str(system)[:120]}")
    features = content.get("features", [content])
    named_once = {name: None for row in features for name in row.get("properties") or ()}
    return FileSummary(facts.rows, tuple(named_once))


def _archive(path: Path) -> dict[str, int]:
    """Unpacked bytes by member of a zip; raises SourceError if a member is cut, a link or far too large."""
    try:
        with zipfile.ZipFile(path) as box:
            members = [row for row in box.infolist() if not row.is_dir()]
            _check_members(path, members)
            sizes = {row.filename: 0 for row in members}
            for row in members:
                with box.open(row) as stream:
                    while block := stream.read(1 << 20):
                        sizes[row.filename] += len(block)
                        if sum(sizes.values()) > _UNPACKED_BYTES:
                            _refuse(path, f"at most {_UNPACKED_BYTES} bytes unpacked", "more")
    except SourceError:
        raise
    except Exception as error:  # noqa: BLE001  zipfile passes on any error of its eight decoders
        _refuse(path, "a whole zip archive", f"{type(error).__name__} {error}"[:120])
    return sizes


def _check_members(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    if not 1 <= len(members) <= _MEMBERS:
        _refuse(path, f"1 to {_MEMBERS} members", str(len(members)))
    seen: set[str] = set()
    for row in members:
        name = row.orig_filename
        parts = re.split(r"[/\\]", name)
        if "\x00" in name or "\\" in name or ":" in name or name.startswith("/") or ".." in parts:
            _refuse(path, "members inside the archive", repr(name))
        if stat.S_ISLNK(row.external_attr >> 16):
            _refuse(path, "plain files", f"the link {name!r}")
        if name.casefold() in seen:
            _refuse(path, "each member once", f"{name!r} twice")
        seen.add(name.casefold())
        if row.file_size > 1_000_000 and row.file_size > _RATIO * max(row.compress_size, 1):
            _refuse(path, f"at most {_RATIO} times unpacked", f"{name!r}: {row.file_size} bytes")


def _zip(path: Path) -> FileSummary:
    """The summary of a zip. A shapefile in it must have all its parts, with the same number of rows."""
    names = _archive(path)
    shapes = [name for name in names if name.lower().endswith(".shp")]
    rows = 0
    for shape in shapes:
        stem = shape[:-4]
        lacking = [part for part in (".shx", ".dbf", ".prj") if stem + part not in names]
        if lacking:
            _refuse(path, f"{shape} with {', '.join(lacking)}", "none")
        with zipfile.ZipFile(path) as box:
            records = int.from_bytes(box.read(stem + ".dbf")[4:8], "little")
            # An index has a header of 100 bytes and 8 bytes for each record.
            indexed = (names[stem + ".shx"] - 100) // 8
            begins = box.read(shape)[:28]
            if len(begins) < 28 or not begins.startswith(_SHAPE):  # GDAL chooses by content
                _refuse(path, f"{shape} to be a shapefile", repr(begins[:16]))
            length = struct.unpack(">I", begins[24:28])[0] * 2
        if records != indexed or length != names[shape]:
            parts = f"{records} in .dbf, {indexed} in .shx; {length} bytes announced, {names[shape]} here"
            _refuse(path, f"{shape} with as many rows in each part and its whole length", parts)
        rows += records
    return FileSummary(rows or len(names))


def _xlsx(path: Path) -> FileSummary:
    names = _archive(path)
    if "[Content_Types].xml" not in names:
        _refuse(path, "a spreadsheet", f"a zip of {', '.join(sorted(names)[:3])}")
    return FileSummary(sum("worksheets/" in name for name in names))


def _netcdf(path: Path) -> FileSummary:
    """The summary of a NetCDF file.

    Only HDF5 states its length in the header, which is checked here. The reader refuses a classic file that
    is cut.
    """
    raw, size = path.read_bytes()[:64], path.stat().st_size
    if raw.startswith(b"\x89HDF\r\n\x1a\n") and len(raw) == 64:
        version = raw[8]
        # The end-of-file address stands at byte 28 of superblock versions 2 and 3, at byte 40 of 0 and 1.
        ends = struct.unpack_from("<Q", raw, 28 if version >= 2 else 40)[0]
        if ends > size:
            _refuse(path, f"{ends} bytes, as its header says", f"{size}: it is cut")
    elif not raw.startswith((b"CDF\x01", b"CDF\x02")):
        _refuse(path, "NetCDF", repr(raw[:16]))
    return FileSummary(1)


def _tiff(path: Path) -> FileSummary:
    """The summary of a TIFF, known by its first bytes.

    The check matters because GDAL chooses a driver by content, and some formats name other files to open.
    """
    with path.open("rb") as stream:
        first = stream.read(4)
    if first not in {b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"}:
        _refuse(path, "TIFF", repr(first))
    return FileSummary(1)


def _bytes(path: Path) -> FileSummary:
    return FileSummary(path.stat().st_size)


_SNIFFERS: dict[str, Callable[[Path], FileSummary]] = {
    "csv": _csv, "json": _json, "geojson": _geojson, "zip": _zip, "xlsx": _xlsx, "netcdf": _netcdf,
    "tiff": _tiff, "bytes": _bytes,
}  # fmt: skip
