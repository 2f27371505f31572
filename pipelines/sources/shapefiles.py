"""A shapefile held to the lengths in its own headers, before a library opens it.

GDAL reads a shapefile that was cut in a download: the areas after the cut have no outline, without an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["check_shapefile"]

_MAGIC, _HEADER_BYTES, _WORD_BYTES = 9994, 100, 2


def check_shapefile(path: Path, name: str) -> int:
    """Return the number of rows of the shapefile at `path`, if it has the length that its headers state.

    `name` names the file in errors.

    Raises
    ------
    SourceError
        If it is no shapefile, it or its .dbf ends before its header says, or it has fewer shapes than rows.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        header = stream.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES or int.from_bytes(header[:4], "big") != _MAGIC:
            msg = f"{name}: expected a shapefile that can be read, found another format: export it again"
            raise SourceError(msg)
        stated = int.from_bytes(header[24:28], "big") * _WORD_BYTES
        if size < stated:
            msg = (
                f"{name}: expected {stated} bytes, as its header says, found that the file ends after "
                f"{size}: download it again"
            )
            raise SourceError(msg)
        shapes = 0
        # A record is its number and its length in words, then the shape.
        while stream.tell() + 8 <= stated:
            length = int.from_bytes(stream.read(8)[4:], "big") * _WORD_BYTES
            stream.seek(length, 1)
            shapes += 1
        if stream.tell() != stated:
            msg = (
                f"{name}: expected whole records in {stated} bytes, found an end at {stream.tell()}: "
                "download it again"
            )
            raise SourceError(msg)
    table = path.with_suffix(".dbf")
    with table.open("rb") as stream:
        header = stream.read(32)
    rows, start, width = (int.from_bytes(header[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    if len(header) < 32 or table.stat().st_size < start + rows * width or rows != shapes:
        msg = (
            f"{name}: expected {shapes} rows in its .dbf, as it has shapes, found {rows} announced in "
            f"{table.stat().st_size} bytes: download it again"
        )
        raise SourceError(msg)
    return rows
