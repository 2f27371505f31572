"""A forked process that reads mutated files, with its libraries loaded and under the limits of the sandbox.

It reads file after file until it dies, runs over the time of a file, or has read its share.
"""

from __future__ import annotations

import hashlib
import json
import os
import select
import signal
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from layers.errors import PictureError, SourceError
from pipelines.intake import sandbox_child as child
from pipelines.sources.sea_ice import noaa_cdr_g02202, nsidc_0051, nsidc_g02135_geotiff
from pipelines.sources.sea_ice.nsidc_sea_ice_index import read_polygons
from pipelines.user_files.read import read_geoparquet
from pipelines.user_files.read_gdal import read_geopackage

if TYPE_CHECKING:
    pass


from benchmarks.fuzz_formats import CLASSIC

SECONDS = 45.0  # a file that is not read within this time is refused; far more than a busy machine takes
_SHARE = 200  # files that one reader reads; its limit of CPU seconds is for all of them together


def _alone(kind: str, path: str) -> str:
    """Return a digest of what was read from the file at `path`, of a kind that no source has."""
    if kind == CLASSIC:
        return _grid("noaa_cdr_g02202", path)
    if kind == "json":
        return digest(json.dumps(json.loads(Path(path).read_bytes())).encode())
    if kind == "xlsx":
        return digest(pd.read_excel(path, dtype=str, na_filter=False).to_csv().encode())
    if kind == "gpkg":
        [table] = read_geopackage(Path(path), {})
        return digest(repr((table.columns, shapely.to_wkb(table.geometry).tolist())).encode())
    [table] = read_geoparquet(Path(path), {})
    return digest(repr((table.columns, shapely.to_wkb(table.geometry).tolist())).encode())


def _grid(part: str, path: str) -> str:
    """Return a digest of the cells or shapes in a file of the ice grid; a fetch would read only its day."""
    if part == "polygons":
        return digest(shapely.to_wkb(shapely.GeometryCollection(list(read_polygons(Path(path))))))
    products = {"g02135_day": nsidc_g02135_geotiff, "nsidc_0051": nsidc_0051}
    return digest(products.get(part, noaa_cdr_g02202).read_sample(Path(path)).concentration.tobytes())


def digest(content: bytes) -> str:
    """Return the SHA-256 of `content` as hexadecimal text."""
    return hashlib.sha256(content).hexdigest()


class Reader:
    """A forked reader: each request and each answer is one line. If it died, a new one is started."""

    def __init__(self) -> None:
        self._child, self._asked = 0, 0
        self.died = self.ended = 0

    def ask(self, *words: str) -> str:
        """Send a request of some words to the reader and return its answer.

        Raises
        ------
        SourceError
            If the reader refuses the file, dies, or does not end in time.
        """
        if not self._child or self._asked >= _SHARE:
            self.close()
            self._start()
        self._asked += 1
        os.write(self._to, json.dumps(words).encode() + b"\n")
        answer, ends = b"", time.monotonic() + SECONDS
        while not answer.endswith(b"\n"):
            if not select.select([self._from], [], [], max(ends - time.monotonic(), 0))[0]:
                self.ended += 1
                self.close()
                msg = f"expected it to be read within {SECONDS:g} s, found no end"
                raise SourceError(msg)
            got = os.read(self._from, 65536)
            if not got:
                self.died += 1
                self.close()
                msg = "expected it to be read, found the reader dead"
                raise SourceError(msg)
            answer += got
        is_well, result = json.loads(answer)
        if not is_well:
            raise SourceError(result)
        return str(result)

    def close(self) -> None:
        """Kill the process of the reader."""
        if self._child:
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
            os.close(self._to)
            os.close(self._from)
        self._child = 0

    def _start(self) -> None:
        reading, self._to = os.pipe()
        self._from, writing = os.pipe()
        self._asked, self._child = 0, os.fork()
        if self._child == 0:
            try:
                os.close(self._to)
                os.close(self._from)
                _serve(reading, writing)
            finally:
                os._exit(70)
        os.close(reading)
        os.close(writing)


def _serve(reading: int, writing: int) -> None:
    """Read the file that each line of `reading` names and write a line to `writing`; runs in the child."""
    child.limit()
    warnings.simplefilter("ignore")
    ways = {"table": child._table, "day": child._day, "grid": _grid, "alone": _alone}  # noqa: SLF001
    with os.fdopen(reading, encoding="utf-8") as lines:
        for line in lines:
            way, folder, *words = json.loads(line)
            try:
                os.chdir(folder)
                result = (True, ways[way](*words))
            except Exception as error:  # noqa: BLE001
                is_ours = isinstance(error, PictureError)
                result = (False, f"{'' if is_ours else type(error).__name__} {error}"[:300])
            os.write(writing, json.dumps(result).encode() + b"\n")
