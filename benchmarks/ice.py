"""The ice cube against named peers: series of nodes, seasons of decades, and discs on a large raster.

The results must be equal within half a percentage point before anything is timed. The cube is synthetic. The
peers are in the dependency group `benchmarks`; a peer that is not installed gives a row that does not hold.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from rasterio.features import geometry_mask

from layers.grid import NSIDC_25KM
from layers.ice.daily import disc_means, disc_support, node_support, series
from layers.ice.synthetic import days, year
from pipelines.ice.archive import Archive
from pipelines.ice.year_passes import seasons
from pipelines.snapshot import DATA

RADIUS_M = 75_000.0
FIRST, LAST = 1979, 2018
POINTS = 0.5  # percentage points: the largest difference that counts as an equal result
SIZE, DISC_CELLS = 5_000, 20
GROWTH = (1_000, 3_000, 10_000, 30_000, 100_000)
RUNS = 3
# A pass reads every year once. Each side runs in a separate process, so that its peak memory can be measured.
CHILD = """
import json, re, sys, time
from datetime import date
from pathlib import Path
from benchmarks.ice import FIRST, LAST, places
from layers.ice.seasons import season_table
from layers.ice.daily import node_support
from pipelines.ice.archive import Archive
from pipelines.ice.year_passes import seasons
archive = Archive(Path(sys.argv[1]), "synthetic")
surface, x, y, ids = places(10_000)
def one_pass():
    for year in archive.files():
        archive.read(date(year, 1, 1), date(year, 12, 31))
def table():
    support = node_support(ids, x, y, surface == 0)
    return season_table(seasons(archive, support, FIRST, LAST - 1))
def timed(work):
    begun = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - begun[0], time.process_time() - begun[1]
table_s, table_cpu = min((timed(table) for _ in range(2)), key=lambda pair: pair[1])
pass_s, pass_cpu = min((timed(one_pass) for _ in range(2)), key=lambda pair: pair[1])
# ru_maxrss would be the larger one of this process and of the one that started it.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1000
print(json.dumps([table_s, table_cpu, pass_s, pass_cpu, peak]))
"""


def _surface() -> Any:
    options = {"decode_times": False, "mask_and_scale": False}
    with xr.open_dataset(DATA / "sea_ice_grid.nc", **options) as grid:
        return grid["surface"].to_numpy()


def places(count: int) -> Any:
    """Return the surface of the grid, and `count` random positions at sea with their names.

    The positions are north of 50 N, in metres of EPSG:3413.
    """
    surface, random = _surface(), np.random.default_rng(0)
    row, column = np.unravel_index(random.choice(np.flatnonzero(surface == 0), count), surface.shape)
    shift = random.uniform(-12_000, 12_000, (2, count))
    ids = [str(n) for n in range(count)]
    return surface, NSIDC_25KM.x_m[column] + shift[0], NSIDC_25KM.y_m[row] + shift[1], ids


def _median_s(work: Any, runs: int = RUNS) -> tuple[float, Any]:
    times, means = [], None
    for _ in range(runs):
        begun = time.perf_counter()
        means = work()
        times.append(time.perf_counter() - begun)
    return sorted(times)[runs // 2], means


def _row(work: str, ours_s: float, peer: str, peer_s: float, goal: float, **more: Any) -> dict[str, Any]:
    """Return the row of a benchmark whose goal is to be `goal` times as fast as the peer."""
    return {
        "benchmark": "ice",
        "work": work,
        "ours_s": round(ours_s, 4),
        "peer": peer,
        "peer_s": round(peer_s, 3),
        "ratio": round(peer_s / ours_s, 2),
        "goal": goal,
        "holds": peer_s / ours_s >= goal,
        **more,
    }


def _absent(peer: str, error: ImportError) -> dict[str, Any]:
    return {"benchmark": "ice", "work": "not run", "peer": peer, "found": str(error), "holds": False}


def _version(*names: str) -> str:
    return ", ".join(f"{name} {metadata.version(name)}" for name in names)


def _differ(ours: Any, theirs: Any) -> float:
    """Return the largest difference in percentage points; both results must lack the same values."""
    assert np.array_equal(np.isnan(ours), np.isnan(theirs)), "a value on one side only"
    worst = float(np.nanmax(np.abs(ours - theirs)))
    assert worst <= POINTS, f"results differ by {worst:.2f} percentage points"
    return round(worst, 3)


def ice() -> list[dict[str, Any]]:
    """Return all rows of the ice benchmark."""
    return [*one_year(), *raster(), *decades()]


def one_year() -> list[dict[str, Any]]:
    """Return times of a year of daily fields at discs of 75 km.

    The time of our matrix, and of making it, is compared with masks and with xvec.
    """
    surface = _surface()
    cube = year(2000, surface)
    flat, ocean = cube.reshape(len(cube), -1), surface == 0

    def ours(x: Any, y: Any, ids: Any, parts: int = 1) -> Any:
        support = disc_support(ids, x, y, ocean, RADIUS_M, parts=parts)
        return series(support.weights, np.ascontiguousarray(np.take(flat, support.cells, axis=1).T))

    def masks(x: Any, y: Any) -> Any:
        stack = np.where(ocean, cube, np.nan).astype(np.float32)
        means = np.empty((len(x), len(cube)), dtype=np.float32)
        begun = time.perf_counter()
        for n, disc in enumerate(shapely.points(x, y)):
            shape = disc.buffer(RADIUS_M, quad_segs=64)
            outside = geometry_mask([shape], ocean.shape, NSIDC_25KM.transform)
            means[n] = stack[:, ~outside & ocean].mean(axis=1)
        return time.perf_counter() - begun, means

    rows = []
    for count, goal, measured_count in ((1_000, 5, 1_000), (10_000, 15, 2_000)):
        _, x, y, ids = places(count)
        ours_s, means = _median_s(lambda x=x, y=y, ids=ids: ours(x, y, ids))
        peer_s, theirs = masks(x[:measured_count], y[:measured_count])
        worst = _differ(means[:measured_count], theirs)
        work = f"365 days x {count:,} discs, peer measured on {measured_count:,}"
        peer = f"geometry_mask loop, {_version('rasterio')}"
        rows.append(_row(work, ours_s, peer, peer_s * count / measured_count, goal, differ_points=worst))
    try:
        rows.append(_xvec(ours, cube, ocean))
    except ImportError as error:
        rows.append(_absent("xvec with exactextract", error))
    return rows


def _xvec(ours: Any, cube: Any, ocean: Any) -> dict[str, Any]:
    import exactextract  # noqa: F401, PLC0415  xvec calls it
    import rioxarray  # noqa: F401, PLC0415  exactextract reads xarray through it
    import xvec  # noqa: F401, PLC0415  registers itself

    _, x, y, ids = places(1_000)
    ours_s, means = _median_s(lambda: ours(x, y, ids, parts=8))
    stack = xr.DataArray(
        np.where(ocean, cube, np.nan).astype(np.float32),
        dims=("time", "y", "x"),
        coords={"time": np.arange(len(cube)), "y": NSIDC_25KM.y_m, "x": NSIDC_25KM.x_m},
        name="concentration",
    )
    stack = stack.rio.write_crs("EPSG:3413")
    discs = gpd.GeoSeries(shapely.buffer(shapely.points(x, y), RADIUS_M, quad_segs=64), crs="EPSG:3413")
    begun = time.perf_counter()
    theirs = stack.xvec.zonal_stats(discs, x_coords="x", y_coords="y", stats="mean", method="exactextract")
    peer_s = time.perf_counter() - begun
    values = theirs.transpose("geometry", "time", ...).to_numpy().reshape(len(ids), -1)
    worst = _differ(means, values)
    return _row(
        "365 days x 1,000 discs, cells by covered share",
        ours_s,
        f"zonal_stats, {_version('xvec', 'exactextract')}",
        peer_s,
        50,
        differ_points=worst,
    )


def raster() -> list[dict[str, Any]]:
    """Return times of discs with a radius of 20 cells on one raster of 25 million cells."""
    from affine import Affine  # noqa: PLC0415

    random = np.random.default_rng(0)
    line = np.arange(SIZE) / SIZE * 8
    field = 50 + 40 * np.outer(np.sin(line), np.cos(line)) + random.normal(0, 5, (SIZE, SIZE))
    field = field.astype(np.float32)
    row, column = random.integers(DISC_CELLS, SIZE - DISC_CELLS, (2, 10_000))
    discs = shapely.buffer(shapely.points(column + 0.5, SIZE - row - 0.5), DISC_CELLS, quad_segs=32)
    transform = Affine(1, 0, 0, 0, -1, SIZE)
    ours_s, means = _median_s(lambda: disc_means(field, row, column, DISC_CELLS))
    rows = []
    for peer, measured_count, goal in ((_rasterstats, 1_000, 10), (_exactextract, 10_000, 3)):
        try:
            named, peer_s, theirs = peer(field, discs[:measured_count], transform, gpd)
        except ImportError as error:
            rows.append(_absent(peer.__name__.strip("_"), error))
            continue
        worst = _differ(means[:measured_count], theirs)
        work = (
            f"5,000 x 5,000 raster, 10,000 discs of {DISC_CELLS} cells, peer measured on {measured_count:,}"
        )
        rows.append(_row(work, ours_s, named, peer_s * 10_000 / measured_count, goal, differ_points=worst))
    return rows


def _rasterstats(field: Any, discs: Any, transform: Any, gpd: Any) -> Any:
    from rasterstats import zonal_stats  # noqa: PLC0415

    shapes = gpd.GeoSeries(discs)
    begun = time.perf_counter()
    means = zonal_stats(shapes, field, affine=transform, stats=["mean"], nodata=-9999)
    peer_s = time.perf_counter() - begun
    return _version("rasterstats"), peer_s, np.array([row["mean"] for row in means])


def _exactextract(field: Any, discs: Any, _: Any, gpd: Any) -> Any:
    from exactextract import exact_extract  # noqa: PLC0415
    from exactextract.raster import NumPyRasterSource  # noqa: PLC0415

    shapes = gpd.GeoDataFrame({"n": range(len(discs))}, geometry=discs, crs="EPSG:3413")
    wkt = shapes.crs.to_wkt()
    source = NumPyRasterSource(field, xmin=0, ymin=0, xmax=SIZE, ymax=SIZE, srs_wkt=wkt)
    begun = time.perf_counter()
    means = exact_extract(source, shapes, "mean", output="pandas")
    return _version("exactextract"), time.perf_counter() - begun, means["mean"].to_numpy()


def decades() -> list[dict[str, Any]]:
    """Return times of the season table of forty synthetic years against one pass over the archive."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder), "synthetic")
        surface = _surface()
        for number in range(FIRST, LAST + 1):
            archive.append(days(number, number, surface), surface)
        size = sum(path.stat().st_size for path in archive.files().values())
        done = subprocess.run(
            [sys.executable, "-c", CHILD, folder], check=True, capture_output=True, text=True,
            cwd=Path(__file__).parent.parent,
        )  # fmt: skip
        table_s, table_cpu, pass_s, pass_cpu, peak = json.loads(done.stdout)
        rows = [
            {
                "benchmark": "ice",
                "work": f"{LAST - FIRST} ice years x 10,000 nodes to a season table; archive "
                f"{size / 1e6:.0f} MB, synthetic; CPU of both, of two runs the better",
                "ours_s": round(table_cpu, 2),
                "wall_s": round(table_s, 2),
                "peer": "one pass: read and decompress",
                "peer_s": round(pass_cpu, 2),
                "peer_wall_s": round(pass_s, 2),
                "ratio": round(table_cpu / pass_cpu, 2),
                "goal": "at most 3, peak 1200 MB",
                "holds": table_cpu <= 3 * pass_cpu and peak <= 1200,
                "peak_mb": round(peak),
            }
        ]
        return [*rows, _growth(archive)]


def _growth(archive: Any) -> dict[str, Any]:
    """Return the CPU seconds of one ice year by the number of places, and the fit of a straight line."""
    took = []
    for count in GROWTH:
        surface, x, y, ids = places(count)
        support = node_support(ids, x, y, surface == 0)
        runs = []
        for _ in range(RUNS):
            begun = time.process_time()
            seasons(archive, support, 2000, 2000)
            runs.append(time.process_time() - begun)
        took.append(min(runs))
    size, spent = np.array(GROWTH, dtype=float), np.array(took)
    slope, base = np.polyfit(size, spent, 1, w=1 / spent)
    off = float(np.max(np.abs(base + slope * size - spent) / spent))
    return {
        "benchmark": "ice",
        "work": "one ice year x "
        + ", ".join(f"{count:,}: {s:.3f} s" for count, s in zip(GROWTH, took, strict=True)),
        "fit": f"{base:.3f} s + {slope * 1e6:.2f} s per million places, at most {off:.0%} off",
        "goal": "a straight line, 25 %",
        "holds": bool(off <= 0.25 and slope > 0),
    }
