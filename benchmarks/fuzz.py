"""Mutated files by format: looked at in this process, read in a forked reader with a reader's limits."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.apart import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 20.0


def _seeds(folder: Path) -> dict[str, tuple[str, str, Callable[[Path], Any]]]:
    """Format -> the file that is mutated, its kind, and its reader."""
    import geopandas as gpd  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415
    import rasterio  # noqa: PLC0415
    import shapely  # noqa: PLC0415
    import xarray as xr  # noqa: PLC0415

    from pipelines.frames import read_rows  # noqa: PLC0415
    from pipelines.sources import nsidc_0051  # noqa: PLC0415
    from pipelines.sources.ice_samples import opened  # noqa: PLC0415
    from pipelines.sources.nsidc_sea_ice_index import read_polygons  # noqa: PLC0415

    squares = gpd.GeoDataFrame({"n": range(20)}, geometry=[shapely.box(n, 70, n + 1, 71) for n in range(20)])
    squares = squares.set_crs(4326)
    squares.to_file(folder / "x.geojson")
    squares.to_parquet(folder / "x.parquet")
    squares.to_file(folder / "x.shp")
    with zipfile.ZipFile(folder / "x.zip", "w") as box:
        for part in ("shp", "shx", "dbf", "prj"):
            box.write(folder / f"x.{part}", f"x.{part}")
    for part in ("shx", "dbf", "prj"):  # a zip's checksum meets nearly all: the shapes alone besides
        shutil.copyfile(folder / f"x.{part}", folder / f"mutated-x.{part}")
    pd.DataFrame({"a": range(50), "b": "port"}).to_csv(folder / "x.csv", index=False)
    (folder / "x.json").write_text(
        json.dumps({"elements": [{"id": n, "tags": {"a": "b"}} for n in range(50)]})
    )
    xr.Dataset({"ice": ("x", np.arange(500))}).to_netcdf(folder / "x.nc", engine="h5netcdf")
    with rasterio.open(
        folder / "x.tif",
        "w",
        driver="GTiff",
        width=64,
        height=64,
        count=1,
        dtype="uint16",
        compress="deflate",
    ) as made:
        made.write(np.arange(4096, dtype="uint16").reshape(1, 64, 64))
    (folder / "x.bin").write_bytes(_nasa_team())

    def grid(path: Path) -> None:
        with opened(path) as file:
            for name in file.variables:
                file[name].to_numpy()

    def raster(path: Path) -> None:
        with rasterio.open(path, driver="GTiff") as file:
            file.read()

    return {
        "GeoTIFF": ("x.tif", "tiff", raster),
        "NetCDF-4": ("x.nc", "netcdf", grid),
        "shapefile zip": ("x.zip", "zip", lambda path: gpd.read_file(f"zip://{path}")),
        "shapes": ("x.shp", "bytes", gpd.read_file),
        "GeoJSON": ("x.geojson", "geojson", read_polygons),
        "CSV": ("x.csv", "csv", read_rows),
        "JSON": ("x.json", "json", lambda path: json.loads(path.read_bytes())),
        "Parquet": ("x.parquet", "bytes", gpd.read_parquet),
        "NSIDC binary": ("x.bin", "bytes", nsidc_0051.raw_codes),
    }


def _nasa_team() -> bytes:
    """A day of NSIDC-0051 with half its ice: header of 300 bytes, then the codes."""
    fields = dict.fromkeys(range(0, 126, 6), 0) | {0: 255, 6: 304, 12: 448, 66: 6, 84: 6, 102: 2001, 120: 250}
    header = "".join(f"{fields[at]:05}\0" for at in fields) + f"{'nt_20010106_f13_v1.1_n':>23}\0ARCTIC"
    return header.encode().ljust(300, b"\0") + bytes([125]) * (448 * 304)


def _mutated(whole: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, a piece cut out or doubled, or the end cut off."""
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


def _read(path: Path, read: Callable[[Path], Any]) -> str:
    """What became of a file in a reader of its own: read, refused, died or ended."""
    child = os.fork()
    if child == 0:
        import warnings  # noqa: PLC0415

        from pipelines.apart import limit  # noqa: PLC0415

        warnings.simplefilter("ignore")
        code = 3
        try:
            limit()
            read(path)
            code = 0
        finally:
            os._exit(code)
    ends = time.monotonic() + SECONDS
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return "read" if code == 0 else "refused" if code > 0 else "died"
        if time.monotonic() > ends:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return "ended"
        time.sleep(0.001)


def _rows(many: int) -> list[dict[str, Any]]:
    from layers.errors import SourceError  # noqa: PLC0415
    from pipelines.look import sniff  # noqa: PLC0415

    rows = []
    with tempfile.TemporaryDirectory() as name:
        for form, (file, kind, read) in _seeds(Path(name)).items():
            chance, path, begun = random.Random(11), Path(name) / f"mutated-{file}", time.monotonic()
            whole = (Path(name) / file).read_bytes()
            counts = dict.fromkeys(("looked", "read", "refused", "died", "ended"), 0)
            late = 0
            for _ in range(many):
                path.write_bytes(_mutated(whole, chance))
                asked = time.monotonic()
                try:
                    sniff(path, kind)
                    counts[_read(path, read)] += 1
                except SourceError:
                    counts["looked"] += 1
                late += time.monotonic() - asked > SECONDS + 1
            rows.append(
                {
                    "benchmark": "fuzz", "work": f"{many} mutated files, {form}: hangs of the main process",
                    "value": late, "goal": 0, "holds": late == 0, "refused_at_a_look": counts["looked"],
                    "refused_by_the_reader": counts["refused"], "read": counts["read"],
                    "readers_died": counts["died"], "readers_ended": counts["ended"],
                    "took_s": round(time.monotonic() - begun, 1),
                }
            )  # fmt: skip
    return rows


def fuzz(many: int) -> list[dict[str, Any]]:
    """So many mutated files a format, in a process apart: drivers are cut before GDAL is imported there.

    A death of that process is an error.
    """
    import subprocess  # noqa: PLC0415

    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fuzz", str(many)], env=os.environ | ENVIRONMENT,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return list(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(_rows(int(sys.argv[1]))) + "\n")
