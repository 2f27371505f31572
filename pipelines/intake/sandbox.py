"""Read provider files in a separate process with few drivers, no network and hard limits (decisions/0016).

On a hostile file, a library that parses in C may read other files, use the network, die or never end. None of
this may happen to the process that publishes. The child returns one Parquet file or one line of text. Where
bubblewrap works, the child sees only the system, the project and the files it reads. Elsewhere the few
drivers, the limits and a namespace without a network remain.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from layers.errors import SourceError
from pipelines.files import scratch_folder
from pipelines.source import MissingInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "ENVIRONMENT",
    "LACKING",
    "REFUSED",
    "SECONDS",
    "TABLE_FILE",
    "day_in_sandbox",
    "read_in_sandbox",
    "run_apart",
    "sandbox",
    "user_file_in_sandbox",
]  # fmt: skip

SECONDS = 120.0  # wall time of a child; its limit of CPU time is below that
# Every driver of GDAL 3.10 and 3.12 except GTiff, COG, ESRI Shapefile and MEM. Some drivers open other files
# or addresses, and GDAL chooses the driver by content, not by name. GeoJSON is read without GDAL: GDAL would
# fetch a CRS that is a link, and open a grid on disk that a CRS names.
_SKIPPED = (
    "AAIGrid ACE2 ADBC ADRG AIG AIVector AVCBin AVCE00 AirSAR AmigoCloud Arrow BAG BASISU BIGGIF BLX "
    "BMP BSB BT BYN CAD CALS CEOS COASP COSAR CPG CSV CSW CTG CTable2 Carto DAAS DERIVED DGN DIMAP "
    "DIPEx DOQ1 DOQ2 DTED DWG DXF ECRGTOC ECW EDIGEO EEDA EEDAI EHdr EIR ELAS ENVI ERS ESAT ESRIC "
    "ESRIJSON Elasticsearch FAST FIT FITS FlatGeobuf GDALG GFF GIF GML GNMDatabase GNMFile GPKG "
    "GPSBabel GPX GRASSASCIIGrid GRIB GS7BG GSAG GSBG GSC GTFS GTI GTX GXF GenBin GeoJSON GeoJSONSeq GeoRSS "
    "HANA HDF5 HDF5Image HF2 HFA HTTP ILWIS IRIS ISCE ISG ISIS2 ISIS3 Idrisi Interlis\u00a01 "
    "Interlis\u00a02 JAXAPALSAR JDEM JML JP2ECW JP2KAK JP2OpenJPEG JPEG JSONFG KML KMLSUPEROVERLAY KRO "
    "KTX2 L1B LAN LCP LIBERTIFF LIBKML LOSLAS LVBAG Leveller MAP MBTiles MFF MFF2 MRF MSGN MSSQLSpatial "
    "MVT MapInfo\u00a0File MapML MiraMonRaster MiraMonVector MongoDBv3 MySQL NDF NGSGEOID NGW NITF "
    "NOAA_B NSIDCbin NTv2 NWT_GRC NWT_GRD OAPIF OCI ODBC ODS OGCAPI OGR_GMT OGR_PDS OGR_VRT OSM OZI "
    "OpenFileGDB PAux PCIDSK PCRaster PDF PDS PDS4 PGDUMP PLMOSAIC PLMosaic PLSCENES PMTiles PNG PNM "
    "PRF Parquet PostGISRaster PostgreSQL R RCM RIK RMF ROI_PAC RPFTOC RRASTER RS2 RST Rasterlite S102 "
    "S104 S111 S57 SAFE SAGA SAR_CEOS SDTS SENTINEL2 SGI SIGDEM SNAP_TIFF SNODAS SQLite SRP SRTMHGT "
    "STACIT STACTA SXF Selafin TGA TIL TSX Terragen TileDB TopoJSON USGSDEM VDV VFK VICAR VRT WAsP WCS "
    "WEBP WFS WMS WMTS XLSX XODR XPM XYZ ZMap Zarr netCDF"
)
ENVIRONMENT = {
    "GDAL_SKIP": _SKIPPED.replace(" ", ",").replace("\u00a0", " "),
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_PAM_ENABLED": "NO",
    "GDAL_HTTP_PROXY": "none://none",  # a proxy that no transfer can use: a CRS may be a link
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "none",
    "PROJ_NETWORK": "OFF",
    "HDF5_PLUGIN_PRELOAD": "::",  # HDF5 loads no filter from a folder
    "OPENBLAS_NUM_THREADS": "1",
}
# The child gets only these variables, so that no secret in the environment reaches a hostile file.
_KEPT = ("PATH", "LANG", "TMPDIR", "PYTHONPATH", "SYSTEMROOT")
REFUSED, LACKING = 3, 4  # exit codes of the child: a bad file, a file that is not at hand
_OUTPUT, TABLE_FILE = "output", "table.parquet"
_ROOT = Path(__file__).parents[2]


def read_in_sandbox(
    source_id: str, fetched: Path, packages: Path, out: Path, *, seconds: float = SECONDS
) -> int:
    """Read the fetched files of a source in a child process, and write the conformed table to `out`.

    Returns the number of rows that lie outside the region and are left out.

    `fetched` is the folder of the files, `packages` that of unpacked package members. The child is killed
    after `seconds`.

    Raises
    ------
    MissingInputError
        If the reader needs a file that is in neither folder.
    SourceError
        If a file is not as it must be, or the child died or went over a limit.
    """
    command = ["table", source_id, str(fetched.resolve()), str(packages.resolve())]
    text = _apart(command, f"source {source_id}", out, seconds)
    # The child read a hostile file: what it says is a number or nothing.
    return int(text) if text.isascii() and text.isdigit() else 0


def day_in_sandbox(
    source_id: str, part: str, paths: Sequence[Path], out: Path | None = None, *, seconds: float = SECONDS
) -> date:
    """The day that the files of a part of a source hold for, read in a child process.

    `paths` are in the order of the remotes of the part. If the first remote has an ice field, the table of
    that field is written to `out`. The child is killed after `seconds`.

    Raises
    ------
    SourceError
        If a file is not as it must be, or the child died or went over a limit.
    """
    command = ["day", source_id, part, *(str(path.resolve()) for path in paths)]
    return date.fromisoformat(_apart(command, f"source {source_id}", out, seconds))


def user_file_in_sandbox(
    name: str, format_id: str, options: str, paths: Sequence[Path], out: Path, *, drivers: Sequence[str],
    seconds: float = SECONDS,
) -> None:  # fmt: skip
    """Read a file of the user in a child process, and write the table of its layers to `out`.

    `name` is the name of the file for messages, `options` JSON for the reader (pipelines.user_files.read),
    `paths` the file and those that belong to it. GDAL gets `drivers` and no other. The child is killed after
    `seconds`.

    Raises
    ------
    SourceError
        If the file is not as it must be, or the child died or went over a limit.
    """
    command = ["own", format_id, options, *(str(path.resolve()) for path in paths)]
    _apart(command, name, out, seconds, drivers)


@cache
def sandbox() -> tuple[str, ...] | str:
    """The start of a command under bubblewrap; or, as one text, the reason why bubblewrap is not used.

    A command with this start sees only the system and the project, both read only, and has no network.
    """
    program = shutil.which("bwrap")
    if not program:
        return "bubblewrap is not installed"
    python = {sys.prefix, sys.base_prefix, *os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    own = (str(_ROOT / name) for name in ("layers", "maps", "pipelines"))
    readable = ["/usr", "/bin", "/lib", "/lib32", "/lib64", *sorted(python - {"", str(_ROOT)}), *own]
    command = [program, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    command += ["--dev", "/dev", "--tmpfs", "/tmp", "--setenv", "TMPDIR", "/tmp"]  # noqa: S108  its own
    for path in readable:
        command += ["--ro-bind-try", path, path]
    trial = [*command, sys.executable, "-I", "-S", "-c", "0"]
    done = subprocess.run(trial, capture_output=True, check=False, timeout=30)  # noqa: S603
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no word"]
        return f"bubblewrap is installed and does not work here: {lines[-1][:200]}"
    return tuple(command)


def _bound(command: Sequence[str], work: Path) -> list[str]:
    """The command under bubblewrap, if there is one: it reads the paths it names and writes to `work`."""
    prefix = sandbox()
    if isinstance(prefix, str):
        return list(command)
    started = list(prefix)
    for name in filter(os.path.isabs, command):
        # The interpreter of many environments is a link in a folder that is bound already. It cannot be bound
        # by itself: bubblewrap looks for the target outside its new root.
        if not Path(name).is_symlink():
            started += ["--ro-bind-try", name, name]
    return [*started, "--bind", str(work), str(work), "--chdir", str(work), *command]


def _apart(
    arguments: list[str], subject: str, out: Path | None, seconds: float, drivers: Sequence[str] = ()
) -> str:
    """Run the child with `arguments` and return its text; on success its table is moved to `out`.

    `subject` is what is read, for errors. `drivers` are drivers of GDAL that this child may use.
    """
    with scratch_folder(out.parent if out else None) as work:
        output = run_apart(arguments, subject, work, seconds, drivers)
        if out:
            (work / TABLE_FILE).replace(out)
        return output


def run_apart(
    arguments: list[str], name: str, work: Path, seconds: float, drivers: Sequence[str] = ()
) -> str:
    """Run the child with `arguments` in the folder `work`, where it may write, and return its text.

    `name` names in errors what is read. The child is killed after `seconds`; what it wrote until then stays.
    `drivers` are drivers of GDAL that this child may use beside those of every child.

    Raises
    ------
    MissingInputError
        If the child needs a file that is not at hand.
    SourceError
        If the child refuses a file, or died or went over a limit.
    """
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}  # no secret goes along
    work = work.resolve()
    skipped = ",".join(name for name in ENVIRONMENT["GDAL_SKIP"].split(",") if name not in drivers)
    path = os.pathsep.join(filter(None, (str(_ROOT), environment.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "pipelines.intake.sandbox_child", *arguments]
    environment |= ENVIRONMENT | {"GDAL_SKIP": skipped, "PYTHONPATH": path}
    code = _ended(_bound(command, work), work, seconds, environment)
    with (work / _OUTPUT).open("rb") as stream:
        output = stream.read(4000).decode(errors="replace").strip()[:1000]
    if code == 0:
        return output
    if code is None:
        msg = f"{name}: expected its files to be read within {seconds:g} s, found no end"
    elif code == LACKING:
        raise MissingInputError(output)
    elif code == REFUSED:
        msg = output
    else:
        msg = f"{name}: expected its files to be read, found the reader dead ({code})"
    raise SourceError(msg)


def _ended(command: Sequence[str], work: Path, seconds: float, environment: dict[str, str]) -> int | None:
    """Run a command and return its exit code: below 0 for a signal, None if `seconds` were over.

    The output goes into a file of limited size, because a pipe could be filled or kept open for ever.
    """
    with (work / _OUTPUT).open("wb") as output:
        child = subprocess.Popen(  # noqa: S603
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.DEVNULL,
            cwd=work, start_new_session=True,
        )  # fmt: skip
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            if child.returncode is None:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
    return 128 - code if code > 128 else code  # the sandbox reports a signal as a shell does
