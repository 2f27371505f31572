"""Run mutated files of each format through sniffing, reading and checks.

No file may end the process that publishes. The measured process works as a fetch does
(pipelines.intake.refresh): it sniffs a file, has it read in the sandbox, and checks the result. Here a forked
reader (benchmarks.fuzz_reader) stands in for the sandbox: to start a process for each file takes too long.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.fuzz_formats import CLASSIC, ROOT, Form, forms, good_contents, written
from benchmarks.fuzz_reader import SECONDS, Reader, digest
from layers.errors import SourceError
from pipelines.intake import sandbox, tables, unit_checks
from pipelines.intake.refresh import units_of
from pipelines.intake.sandbox import ENVIRONMENT
from pipelines.intake.sniff import sniff
from pipelines.sources import FETCHABLE
from pipelines.text_table import text_table

if TYPE_CHECKING:
    pass


_TODAY = date(2026, 11, 25)
_GOOD = "good"
_TEST_FOLDERS = ("test_intake", "test_sources")  # good_files builds on the files of these tests
_LEAST_FILES = 200
_ALONE = frozenset({"json", "parquet", "gpkg", "xlsx", CLASSIC})


class _Unit:
    """A unit of one format: its good files, and the checks that a fetch makes of changed ones."""

    def __init__(self, form: Form, root: Path, reader: Reader) -> None:
        import good_files as good  # noqa: PLC0415

        self.form, self.reader, self.root = form, reader, root
        self.is_alone = form.unit in _ALONE
        self.contents = good_contents().get(form.unit) or [written(form.unit)]
        self.sizes = [sum(map(len, self.contents))]
        if not self.is_alone:
            self.source, remotes = units_of(FETCHABLE, [form.unit])[form.unit]
            day = datetime.fromisoformat(good.DAYS.get(form.unit, "2026-11-24"))
            self.remotes = [remote.of(day) for remote in remotes]
        self.before: Path | None = None
        self.row: dict[str, Any] = {}
        good_folder = self.lay(self.contents[form.which], _GOOD)
        rule, self.read_good = self.taken(good_folder, self.contents[form.which])
        if rule:
            msg = f"{form.name}: expected the good file to be taken, found {rule}"
            raise AssertionError(msg)
        self.before, self.row = good_folder, {"sizes": self.sizes}

    def lay(self, content: bytes, name: str) -> Path:
        """Return a new folder `name` with the files of the unit; the file under test has `content`."""
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
        """Return the rule that refuses the files in `stage` and None, or "" and the result of reading."""
        if self.is_alone:
            path = stage / f"x.{self.form.unit}"
            try:
                if kind := {"json": "json", "xlsx": "xlsx", CLASSIC: "netcdf"}.get(self.form.unit):
                    sniff(path, kind)  # type: ignore[arg-type]
            except SourceError:
                return "kind", None
            if self.form.unit == "xlsx" and not _reads_xlsx():
                return "", digest(content)
            try:
                return "", self.reader.ask("alone", str(stage), self.form.unit, str(path))
            except SourceError:
                return "read", None
        return self._judged(stage)

    def _judged(self, stage: Path) -> tuple[str, Any]:
        class Staged(unit_checks.Unit):
            stage = None

        unit = Staged(self.form.unit, self.source, self.root, self.root, _TODAY)
        Staged.stage = stage
        files = {remote.url: {"last_modified": ""} for remote in self.remotes}
        findings = unit_checks.judge_unit(unit, self.remotes, files, self.row, self.before).findings
        rule = [finding.rule for finding in findings if finding.outcome == "hold"]
        if rule:
            return rule[0], None
        if (stage / tables.TABLE).exists():
            return "", tables.stored_table(stage / tables.TABLE)
        try:
            paths = (str(stage / remote.file) for remote in self.remotes)
            return "", self.reader.ask("grid", str(stage), self.remotes[0].part, *paths)
        except SourceError:
            return "read", None  # its day was read; the grid itself refuses it, when it is made


def table_of(rows: list[dict[str, Any]]) -> str:
    """Return the rows of `fuzz` as a table: what became of the mutated files of each format."""
    heads = {
        "format": "format", "tried": "tried", "refused": "refused", "taken_and_the_same": "same",
        "taken_and_different": "different", "share_different_pct": "%", "at_most_pct": "at most %",
        "readers_died": "deaths", "readers_ended": "hangs", "unknown": "why it cannot be known",
    }  # fmt: skip
    return text_table(rows, heads, right=tuple(heads)[1:-1])


def _reads_xlsx() -> bool:
    with suppress(ImportError):
        import openpyxl  # noqa: F401, PLC0415

        return True
    return False


def _is_same(one: Any, other: Any) -> bool:
    return bool(one.equals(other)) if hasattr(one, "equals") else one == other


def _ask_for(reader: Reader) -> None:
    """Make the checks use the forked reader instead of the sandbox, and load each good table only once."""

    def table(source_id: str, fetched: Path, packages: Path, out: Path) -> None:
        reader.ask("table", str(out.parent), source_id, str(fetched), str(packages))

    def day(source_id: str, part: str, paths: list[Path], out: Path | None) -> date:
        folder = out.parent if out else paths[0].parent
        answer = reader.ask("day", str(folder), source_id, part, *map(str, paths))
        return date.fromisoformat(answer)

    stored = unit_checks.stored_table
    last_good = cache(stored)

    def kept(path: Path) -> Any:
        return last_good(path) if path.parent.name == _GOOD else stored(path)

    sandbox.read_in_sandbox, sandbox.day_in_sandbox = table, day  # type: ignore[assignment]
    unit_checks.stored_table = kept


def _rows(of_each: int, of_others: int, share: str) -> list[dict[str, Any]]:
    rows = []
    reader = Reader()
    _ask_for(reader)
    for form in forms(share):
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
                started = time.monotonic()
                rule, read = unit.taken(stage, content)
                late += time.monotonic() - started > SECONDS + 1
                if rule:
                    counts[rule if rule in counts else "gates"] += 1
                else:
                    counts["same" if _is_same(read, unit.read_good) else "different"] += 1
                shutil.rmtree(stage)
            reader.close()
        rows.append(_row(form, many, counts, reader, late, time.monotonic() - begun))
        counted = {
            key: rows[-1][key] for key in ("refused", "taken_and_the_same", "taken_and_different", "took_s")
        }
        sys.stderr.write(f"fuzz: {form.name}: {counted}\n")  # it takes minutes
    return rows


def _row(
    form: Form, many: int, counts: dict[str, int], reader: Reader, late: int, seconds: float
) -> dict[str, Any]:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    share_pct = round(100 * counts["different"] / many, 2)
    # A few files show the deaths and hangs, and no share.
    is_within_bound = many < _LEAST_FILES or share_pct <= form.at_most_pct
    return {
        "benchmark": "fuzz",
        "work": f"{many} mutated files, {form.name}: deaths and hangs of the main process",
        "value": late, "goal": 0, "holds": late == 0 and is_within_bound, "format": form.name, "tried": many,
        "refused": counts["kind"] + counts["read"] + counts["gates"], "refused_at_a_look": counts["kind"],
        "refused_by_the_reader": counts["read"], "held_by_a_gate": counts["gates"],
        "taken_and_the_same": counts["same"], "taken_and_different": counts["different"],
        "share_different_pct": share_pct, "at_most_pct": form.at_most_pct, "unknown": form.unknown,
        "readers_died": reader.died, "readers_ended": reader.ended, "took_s": round(seconds, 1),
        "cpu_s_so_far": round(sum(row.ru_utime + row.ru_stime for row in used), 1),
    }  # fmt: skip


def fuzz(of_each: int, of_others: int) -> list[dict[str, Any]]:
    """Return a row for each format: `of_each` mutated files of it, and `of_others` of each further seed.

    Two processes share the formats. The process of the GDAL formats starts with only the drivers of a fetch.
    The other process keeps GeoPackage too, which only a private layer uses.

    Raises
    ------
    RuntimeError
        If one of the two processes dies.
    """
    tests = ROOT / "tests"
    folders = (ROOT, tests / "support", *(tests / "test_pipelines" / name for name in _TEST_FOLDERS))
    paths = os.pathsep.join(map(str, folders))
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
        answer, _ = child.communicate()
        if child.returncode:
            msg = f"fuzz: expected its process to live, found it dead ({child.returncode})"
            raise RuntimeError(msg)
        rows += json.loads(answer.splitlines()[-1])
    return rows


if __name__ == "__main__":
    results = _rows(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    sys.stdout.write("\n" + json.dumps(results) + "\n")
