"""Mutated files by format, through look, reader and gates: none may end the process that publishes.

The measured process does what a fetch does (`pipelines.intake.refresh`): it looks, asks for the file to be
read apart, and judges. Reading apart is a reader forked from one that has its libraries loaded, under a
reader's limits; it reads file after file until it dies, does not end, or has read its share.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.errors import PictureError, SourceError
from pipelines.intake.sandbox import ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable


ROOT = Path(__file__).parent.parent
SECONDS = 20.0
_SHARE = 200  # files a reader reads, at most: its limit of CPU is for all of them together
_TODAY = date(2026, 11, 25)
_CLASSIC, _GOOD = "classic", "good"
_ALONE = frozenset({"json", "parquet", "gpkg", "xlsx", _CLASSIC})


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


def _repacked(whole: bytes, chance: random.Random) -> bytes:
    """A member of a zip mutated and packed again: a checksum meets nearly all that is done from outside."""
    with zipfile.ZipFile(io.BytesIO(whole)) as box:
        held = {name: box.read(name) for name in box.namelist()}
    name = chance.choice(sorted(held))
    held[name] = _mutated(held[name], chance)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as box:
        for row, content in held.items():
            box.writestr(row, content)
    return packed.getvalue()


@dataclass(frozen=True)
class _Form:
    """A format: the unit whose file is mutated, or a kind and the reader of a file alone."""

    name: str
    unit: str
    which: int = 0
    mutate: Callable[[bytes, random.Random], bytes] = _mutated
    again: bool = False  # a second seed of a format


def _forms(share: str) -> list[_Form]:
    """The formats of one of two processes: those that GDAL reads, with its drivers cut; and the others."""
    import good_files as good  # noqa: PLC0415

    if share == "gdal":
        return [
            _Form("GeoTIFF", good.GEOTIFF),
            _Form("shapefile zip", good.SEAS),
            _Form("shapefile zip, packed again", good.SEAS, mutate=_repacked, again=True),
            _Form("polygon zip, packed again", good.POLYGONS, mutate=_repacked, again=True),
            _Form("SIGRID-3 chart, .shp", good.CHART),
            _Form("SIGRID-3 chart, .dbf", good.CHART, 2, again=True),
        ]
    return [
        _Form("CSV", good.PLANTS),
        _Form("CSV in UTF-16", good.TRACKER, again=True),
        _Form("GeoJSON, points", good.SITES),
        _Form("GeoJSON, polygons", good.ZONES, again=True),
        _Form("NetCDF-4", good.CDR),
        _Form("NetCDF-3", _CLASSIC),
        _Form("NSIDC binary", good.NASA_TEAM),
        _Form("JSON", "json"),
        _Form("Parquet", "parquet"),
        _Form("GeoPackage", "gpkg"),
        _Form("xlsx", "xlsx"),
    ]


@cache
def _good() -> dict[str, list[bytes]]:
    """A good file or more of each unit: the mirror's own where it is at hand, else written here."""
    import good_files as good  # noqa: PLC0415
    import numpy as np  # noqa: PLC0415

    # Classic NetCDF has no unsigned bytes: codes of land and gaps, which the gates ask for, do not fit.
    codes = np.tile(np.arange(8, dtype=np.uint8), (448, 38))
    return good.good_files() | {_CLASSIC: [good.cdr_bytes(codes, engine="scipy")]} | _real()


def _written(kind: str) -> bytes:
    """A file of a kind that no unit has."""
    import geopandas as gpd  # noqa: PLC0415
    import good_files as good  # noqa: PLC0415
    import shapely  # noqa: PLC0415

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
    """Real files of the mirror that are small enough to be read thousands of times."""
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


def _alone(kind: str, path: str) -> str:
    """Read a file of a kind that no unit has; a digest of what was read."""
    import pandas as pd  # noqa: PLC0415

    from pipelines.intake.refresh import _stored  # noqa: PLC0415
    from pipelines.picture.private import _frame  # noqa: PLC0415

    if kind == _CLASSIC:
        return _grid("noaa_cdr_g02202", path)
    if kind == "json":
        return _digest(json.dumps(json.loads(Path(path).read_bytes())).encode())
    if kind == "xlsx":
        return _digest(pd.read_excel(path, dtype=str, na_filter=False).to_csv().encode())
    frame = _stored(Path(path)) if kind == "parquet" else _frame(Path(path))
    return _digest(frame.to_wkb().to_csv().encode())


def _grid(part: str, path: str) -> str:
    """A digest of the cells or shapes of a file of the ice grid: more than its day, which a fetch asks."""
    import shapely  # noqa: PLC0415

    from pipelines.sources.sea_ice import noaa_cdr_g02202, nsidc_0051, nsidc_g02135_geotiff  # noqa: PLC0415
    from pipelines.sources.sea_ice.nsidc_sea_ice_index import read_polygons  # noqa: PLC0415

    if part == "polygons":
        return _digest(shapely.to_wkb(shapely.GeometryCollection(list(read_polygons(Path(path))))))
    products = {"g02135_day": nsidc_g02135_geotiff, "nsidc_0051": nsidc_0051}
    return _digest(products.get(part, noaa_cdr_g02202).read_sample(Path(path)).concentration.tobytes())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class _Reader:
    """A forked reader that is asked by a line and answers by one; a new one where it has died."""

    def __init__(self) -> None:
        self._child, self._asked = 0, 0
        self.died = self.ended = 0

    def ask(self, *words: str) -> str:
        """What it says; raises SourceError where it refuses, dies or does not end."""
        if not self._child or self._asked >= _SHARE:
            self.close()
            self._start()
        self._asked += 1
        os.write(self._to, json.dumps(words).encode() + b"\n")
        said, ends = b"", time.monotonic() + SECONDS
        while not said.endswith(b"\n"):
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
            said += got
        is_well, told = json.loads(said)
        if not is_well:
            raise SourceError(told)
        return str(told)

    def close(self) -> None:
        """End it."""
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
    """In the forked reader: read what each line names, and say what came of it."""
    import warnings  # noqa: PLC0415

    from pipelines.intake import sandbox as apart  # noqa: PLC0415

    apart.limit()
    warnings.simplefilter("ignore")
    ways = {"table": apart._table, "day": apart._day, "grid": _grid, "alone": _alone}  # noqa: SLF001
    with os.fdopen(reading, encoding="utf-8") as lines:
        for line in lines:
            way, folder, *words = json.loads(line)
            try:
                os.chdir(folder)
                told = (True, ways[way](*words))
            except Exception as error:  # noqa: BLE001
                is_ours = isinstance(error, PictureError)
                told = (False, f"{'' if is_ours else type(error).__name__} {error}"[:300])
            os.write(writing, json.dumps(told).encode() + b"\n")


class _Unit:
    """A unit's files in a folder, its last good, and the way a fetch judges them."""

    def __init__(self, form: _Form, root: Path, reader: _Reader) -> None:
        import good_files as good  # noqa: PLC0415

        from pipelines.intake.refresh import _units  # noqa: PLC0415
        from pipelines.sources import FETCHABLE  # noqa: PLC0415

        self.form, self.reader, self.root = form, reader, root
        self.is_alone = form.unit in _ALONE
        self.contents = _good().get(form.unit) or [_written(form.unit)]
        self.sizes = [sum(map(len, self.contents))]
        if not self.is_alone:
            self.source, remotes = _units(FETCHABLE, [form.unit])[form.unit]
            day = datetime.fromisoformat(good.DAYS.get(form.unit, "2026-11-24"))
            self.remotes = [remote.of(day) for remote in remotes]
        self.before: Path | None = None
        self.row: dict[str, Any] = {}
        good_folder = self.lay(self.contents[form.which], _GOOD)
        held, self.read_good = self.taken(good_folder, self.contents[form.which])
        if held:
            msg = f"{form.name}: expected the good file to be taken, found {held}"
            raise AssertionError(msg)
        self.before, self.row = good_folder, {"sizes": self.sizes}

    def lay(self, content: bytes, name: str) -> Path:
        """The files of the unit in a folder of their own, one of them with this content."""
        stage = self.root / name
        if self.is_alone:
            stage.mkdir()
            (stage / f"x.{self.form.unit}").write_bytes(content)
            return stage
        for number, (remote, good) in enumerate(zip(self.remotes, self.contents, strict=True)):
            path = stage / remote.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if number == self.form.which else good)
        return stage

    def taken(self, stage: Path, content: bytes) -> tuple[str, Any]:
        """The rule that holds the files back, or none and what was read of them."""
        from pipelines.intake import refresh as live  # noqa: PLC0415
        from pipelines.intake.sniff import sniff  # noqa: PLC0415

        if self.is_alone:
            path = stage / f"x.{self.form.unit}"
            try:
                if kind := {"json": "json", "xlsx": "xlsx", _CLASSIC: "netcdf"}.get(self.form.unit):
                    sniff(path, kind)  # type: ignore[arg-type]
            except SourceError:
                return "kind", None
            if self.form.unit == "xlsx" and not _reads_xlsx():
                return "", _digest(content)
            try:
                return "", self.reader.ask("alone", str(stage), self.form.unit, str(path))
            except SourceError:
                return "read", None
        return self._judged(live, stage)

    def _judged(self, live: Any, stage: Path) -> tuple[str, Any]:
        class Run(live._Run):  # noqa: SLF001
            stage = None

        run = Run(self.form.unit, self.source, self.root, self.root, _TODAY)
        Run.stage = stage
        files = {remote.url: {"last_modified": ""} for remote in self.remotes}
        findings = live._judged(run, self.remotes, files, self.row, self.before)[0]  # noqa: SLF001
        held = [finding.rule for finding in findings if finding.outcome == "hold"]
        if held:
            return held[0], None
        if (stage / live.TABLE).exists():
            return "", live._stored(stage / live.TABLE)  # noqa: SLF001
        try:
            paths = (str(stage / remote.file) for remote in self.remotes)
            return "", self.reader.ask("grid", str(stage), self.remotes[0].part, *paths)
        except SourceError:
            return "read", None  # its day was read; the grid itself refuses it, when it is made


def _reads_xlsx() -> bool:
    with suppress(ImportError):
        import openpyxl  # noqa: F401, PLC0415

        return True
    return False


def _is_same(one: Any, other: Any) -> bool:
    return bool(one.equals(other)) if hasattr(one, "equals") else one == other


def _ask_for(reader: _Reader) -> None:
    """Let the refresh ask the forked reader where it would start one, and read a last good once."""
    from pipelines.intake import refresh as live  # noqa: PLC0415

    def table(source_id: str, fetched: Path, packages: Path, out: Path) -> None:
        reader.ask("table", str(out.parent), source_id, str(fetched), str(packages))

    def day(source_id: str, part: str, paths: list[Path], out: Path) -> date:
        said = reader.ask("day", str(out.parent), source_id, part, *map(str, paths))
        return date.fromisoformat(said)

    stored = live._stored  # noqa: SLF001
    last_good = cache(stored)

    def kept(path: Path) -> Any:
        return last_good(path) if path.parent.name == _GOOD else stored(path)

    live.read_in_sandbox, live.day_in_sandbox, live._stored = table, day, kept  # type: ignore[assignment]  # noqa: SLF001


def _rows(of_each: int, of_others: int, share: str) -> list[dict[str, Any]]:
    rows = []
    reader = _Reader()
    _ask_for(reader)
    for form in _forms(share):
        many = of_others if form.again else of_each
        with tempfile.TemporaryDirectory() as name:
            root, chance, begun = Path(name), random.Random(11), time.monotonic()
            unit = _Unit(form, root, reader)
            counts = dict.fromkeys(("kind", "read", "gates", "same", "different"), 0)
            reader.died = reader.ended = late = 0
            whole = unit.contents[form.which]
            for number in range(many):
                content = form.mutate(whole, chance)
                stage = unit.lay(content, str(number))
                asked = time.monotonic()
                held, read = unit.taken(stage, content)
                late += time.monotonic() - asked > SECONDS + 1
                if held:
                    counts[held if held in counts else "gates"] += 1
                else:
                    counts["same" if _is_same(read, unit.read_good) else "different"] += 1
                shutil.rmtree(stage)
            reader.close()
        rows.append(_row(form.name, many, counts, reader, late, time.monotonic() - begun))
        sys.stderr.write(f"fuzz: {form.name}: {rows[-1]['took_s']:g} s\n")  # it takes minutes
    return rows


def _row(
    name: str, many: int, counts: dict[str, int], reader: _Reader, late: int, seconds: float
) -> dict[str, Any]:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return {
        "benchmark": "fuzz", "work": f"{many} mutated files, {name}: deaths and hangs of the main process",
        "value": late, "goal": 0, "holds": late == 0, "refused_at_a_look": counts["kind"],
        "refused_by_the_reader": counts["read"], "held_by_a_gate": counts["gates"],
        "taken_and_the_same": counts["same"], "taken_and_different": counts["different"],
        "share_different_pct": round(100 * counts["different"] / many, 2),
        "readers_died": reader.died, "readers_ended": reader.ended, "took_s": round(seconds, 1),
        "cpu_s_so_far": round(sum(row.ru_utime + row.ru_stime for row in used), 1),
    }  # fmt: skip


def fuzz(of_each: int, of_others: int) -> list[dict[str, Any]]:
    """So many mutated files a format, and of its other seeds, in two processes; a death of one is an error.

    Where GDAL reads, its drivers are cut before it is imported; a GeoPackage is read where they are not
    all cut: only as a private layer, which its owner vouches for.
    """
    paths = os.pathsep.join((str(ROOT), str(ROOT / "tests" / "test_pipelines")))
    cut = os.environ | ENVIRONMENT | {"PYTHONPATH": paths, "CPL_LOG": os.devnull}
    kept = {"GDAL_SKIP": ",".join(set(ENVIRONMENT["GDAL_SKIP"].split(",")) - {"GPKG"})}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.fuzz", str(of_each), str(of_others), share],
            env=cut | more, cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )
        for share, more in (("gdal", {}), ("others", kept))
    ]  # fmt: skip
    rows = []
    for child in running:
        said, _ = child.communicate()
        if child.returncode:
            msg = f"fuzz: expected its process to live, found it dead ({child.returncode})"
            raise RuntimeError(msg)
        rows += json.loads(said.splitlines()[-1])
    return rows


if __name__ == "__main__":
    told = _rows(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    sys.stdout.write("\n" + json.dumps(told) + "\n")
