"""Read provider files apart: in a process of its own, with few drivers, no network and hard limits.

A library that parses in C may read other files, reach for the network, die or never end on a hostile
file; none of that may happen to the process that publishes. The child hands back one Parquet file.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from layers.errors import PictureError, SourceError

__all__ = ["ENVIRONMENT", "SECONDS", "read_apart"]

SECONDS = 120.0
MEMORY_BYTES, CPU_S, OUTPUT_BYTES = 4 << 30, 60, 500_000_000
# Every driver of GDAL that no reader needs: opening some is enough to open other files or addresses.
_SKIPPED = (
    "ADBC AIVector AVCBin AVCE00 AmigoCloud CSV CSW Carto DGN DXF EDIGEO EEDA EEDAI ESRIJSON Elasticsearch "
    "FlatGeobuf GDALG GML GPKG GPSBabel GPX GTFS GTI GeoJSONSeq GeoRSS HTTP Idrisi JML JSONFG KML "
    "LIBKML LVBAG MBTiles MVT MapInfo\u00a0File MapML MiraMonVector NGW OAPIF ODS OGCAPI OGR_GMT OGR_PDS "
    "OGR_VRT OSM OpenFileGDB PCIDSK PDF PDS4 PGDUMP PLMosaic PLSCENES PMTiles S57 SQLite STACIT STACTA SXF "
    "Selafin TopoJSON VDV VFK VICAR VRT WAsP WCS WFS WMS WMTS XLSX"
)
ENVIRONMENT = {
    "GDAL_SKIP": _SKIPPED.replace(" ", ",").replace("\u00a0", " "),
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_PAM_ENABLED": "NO",
    "OPENBLAS_NUM_THREADS": "1",
}
_KEPT = ("PATH", "LANG", "TMPDIR", "PYTHONPATH", "SYSTEMROOT")
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_REFUSED, _LACKING = 3, 4


def read_apart(source_id: str, fetched: Path, packages: Path, out: Path, *, seconds: float = SECONDS) -> None:
    """Read a source's fetched files in a process of its own and write its conformed table to `out`.

    Raises
    ------
    MissingInputError
        If the reader needs a file that is not at hand.
    SourceError
        If a file is not as it must be, or the reader died, or took more than its share.
    """
    command = [sys.executable, "-m", "pipelines.apart", source_id]
    command += [str(path.resolve()) for path in (fetched, packages, out)]
    root = str(Path(__file__).parent.parent)
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}  # no secret goes along
    path = os.pathsep.join(filter(None, (root, kept.get("PYTHONPATH"))))
    try:
        done = subprocess.run(  # noqa: S603
            command, env=kept | ENVIRONMENT | {"PYTHONPATH": path}, stdin=subprocess.DEVNULL,
            capture_output=True, check=False, timeout=seconds, cwd=out.parent,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        msg = f"source {source_id}: expected its files to be read within {seconds:g} s, found no end"
        raise SourceError(msg) from error
    if done.returncode == 0:
        return
    said = done.stdout.decode(errors="replace").strip()[:1000]
    if done.returncode == _LACKING:
        from pipelines.source import MissingInputError  # noqa: PLC0415

        raise MissingInputError(said)
    if done.returncode == _REFUSED:
        raise SourceError(said)
    msg = f"source {source_id}: expected its files to be read, found the reader dead ({done.returncode})"
    raise SourceError(msg)


def _limit() -> None:
    """Hard limits of this process: memory, CPU, size of a file, no core, and no network where it can be."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    with suppress(OSError, AttributeError):  # a kernel may forbid it; the drivers are cut all the same
        ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NET)


def main(arguments: list[str]) -> int:
    """In the child: limit, read, write; what is wrong is one line on stdout."""
    source_id, fetched, packages, out = arguments
    _limit()
    from pipelines.live import table_of  # noqa: PLC0415
    from pipelines.source import MissingInputError  # noqa: PLC0415
    from pipelines.sources import source  # noqa: PLC0415

    try:
        table_of(source(source_id), Path(fetched), Path(packages)).to_parquet(Path(out), index=False)
    except MissingInputError as error:
        sys.stdout.write(str(error))
        return _LACKING
    except MemoryError:
        sys.stdout.write(f"expected at most {MEMORY_BYTES} bytes of memory to read it, found more")
        return _REFUSED
    except Exception as error:  # noqa: BLE001  whatever a reader stumbles over, it is told
        kind = "" if isinstance(error, PictureError) else f"{type(error).__name__} "
        sys.stdout.write(f"{kind}{' '.join(str(error).split())}")
        return _REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
