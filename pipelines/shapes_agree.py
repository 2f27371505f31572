"""A shapefile held to what it says twice: bounds, lengths, places and numbers of its shapes.

The format has no checksum. Its header and each shape state the bounds of what follows, and the index states
where each shape stands (ESRI, 1998, Shapefile Technical Description).
"""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from layers.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["check_shapes", "check_shapes_of"]

_HEADER_BYTES, _RECORD_BYTES, _WORD_BYTES = 100, 8, 2
_POINTS, _LINES, _AREAS, _MULTIPOINTS = {1, 11, 21}, {3, 13, 23}, {5, 15, 25}, {8, 18, 28}
# Writers round bounds to a float of 32 bits at worst, which is 1 part in 10 million.
_RELATIVE = 1e-6


def check_shapes(shapes: bytes, index: bytes | None, name: str) -> None:
    """Refuse a shapefile that contradicts itself: `shapes` is its .shp, `index` its .shx, None without one.

    `name` names the file in errors.

    Raises
    ------
    SourceError
        If bounds, lengths, numbers, rings or the index do not agree with the shapes.
    """
    if len(shapes) < _HEADER_BYTES:
        _refuse(name, "a header of 100 bytes", f"{len(shapes)} bytes")
    kind = struct.unpack_from("<i", shapes, 32)[0]
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    at, number, places, first = _HEADER_BYTES, 0, [], None
    while at + _RECORD_BYTES <= len(shapes):
        stated, words = struct.unpack_from(">2i", shapes, at)
        number += 1
        content = shapes[at + _RECORD_BYTES : at + _RECORD_BYTES + words * _WORD_BYTES]
        # Some writers count from 0.
        first = first if first is not None else min(max(stated, 0), 1)
        if stated != first + number - 1 or words < 2 or len(content) != words * _WORD_BYTES:
            _refuse(name, f"shape {number} with its length", f"the number {stated} and {words} words")
        places.append((at // _WORD_BYTES, words))
        xy = _points(content, kind, f"{name}, shape {number}")
        if len(xy):
            low, high = np.minimum(low, xy.min(axis=0)), np.maximum(high, xy.max(axis=0))
        at += _RECORD_BYTES + len(content)
    bounds = np.array(struct.unpack_from("<4d", shapes, 36))
    # Some writers leave the bounds of the header at zero.
    if number and np.isfinite(low).all() and bounds.any():
        _must_agree(bounds, np.concatenate([low, high]), f"{name}, header")
    if index is not None:
        rows = max(len(index) - _HEADER_BYTES, 0) // 8
        stated_places = np.frombuffer(index[_HEADER_BYTES:], ">i4", 2 * rows).reshape(-1, 2)
        if len(stated_places) != number or (number and (stated_places != np.array(places)).any()):
            _refuse(name, "an index (.shx) of the places of its shapes", "another one")


def check_shapes_of(path: Path) -> None:
    """Refuse a shapefile, plain or the ones in a zip, that contradicts itself (`check_shapes`).

    Raises
    ------
    SourceError
        If bounds, lengths, numbers, rings or the index do not agree with the shapes.
    """
    if path.suffix.lower() != ".zip":
        index = next((one for one in map(path.with_suffix, (".shx", ".SHX")) if one.is_file()), None)
        check_shapes(path.read_bytes(), index.read_bytes() if index else None, path.name)
        return
    with zipfile.ZipFile(path) as box:
        names = {name.lower(): name for name in box.namelist()}
        for lower, name in names.items():
            if lower.endswith(".shp"):
                beside = names.get(f"{lower[:-4]}.shx")
                check_shapes(box.read(name), box.read(beside) if beside else None, path.name)


def _points(content: bytes, kind: int, name: str) -> NDArray[np.float64]:
    """The coordinates of one shape, after a check of its own bounds and parts; empty for no shape."""
    own = struct.unpack_from("<i", content)[0]
    if own not in {0, kind}:
        _refuse(name, f"the type {kind}, as the header says", str(own))
    if own == 0 or kind not in _POINTS | _LINES | _AREAS | _MULTIPOINTS:
        return np.zeros((0, 2))  # no shape, or a patch of surfaces, which no reader takes
    has_parts = kind in _LINES | _AREAS
    if len(content) < (20 if kind in _POINTS else 44 if has_parts else 40):
        _refuse(name, "a whole shape", f"{len(content)} bytes")
    if kind in _POINTS:
        return np.frombuffer(content, "<f8", 2, 4).reshape(1, 2)
    parts, count = struct.unpack_from("<2i", content, 36) if has_parts else (
        0, struct.unpack_from("<i", content, 36)[0]
    )  # fmt: skip
    begin = (44 if has_parts else 40) + 4 * max(parts, 0)
    if parts < 0 or count < 0 or len(content) < begin + 16 * count:
        _refuse(name, f"{count} points in {parts} parts", f"{len(content)} bytes")
    xy = np.frombuffer(content, "<f8", 2 * count, begin).reshape(-1, 2)
    if has_parts and count:
        _check_parts(np.frombuffer(content, "<i4", parts, 44), xy, name, is_area=kind in _AREAS)
    if count:
        bounds = np.array(struct.unpack_from("<4d", content, 4))
        _must_agree(bounds, np.concatenate([xy.min(axis=0), xy.max(axis=0)]), name)
    return xy


def _check_parts(firsts: NDArray[np.int32], xy: NDArray[np.float64], name: str, *, is_area: bool) -> None:
    """Refuse parts that do not follow each other, and rings that are not closed."""
    if not len(firsts) or firsts[0] != 0 or (np.diff(firsts) < 1).any() or firsts[-1] >= len(xy):
        _refuse(name, "parts one after the other", f"the beginnings {firsts[:5].tolist()}")
    lasts = np.append(firsts[1:], len(xy)) - 1
    if is_area and (xy[firsts] != xy[lasts]).any():
        _refuse(name, "closed rings", "one whose last point is not its first")


def _must_agree(stated: NDArray[np.float64], found: NDArray[np.float64], name: str) -> None:
    with np.errstate(invalid="ignore"):
        is_same = np.abs(stated - found) <= _RELATIVE * np.maximum(1.0, np.abs(found))
    if not is_same.all():
        texts = (", ".join(f"{value:g}" for value in bounds) for bounds in (stated, found))
        _refuse(name, f"shapes within the bounds {next(texts)}", next(texts))


def _refuse(name: str, expected: str, found: str) -> NoReturn:
    msg = f"{name}: expected {expected}, found {found}: the file contradicts itself, fetch it again"
    raise SourceError(msg)
