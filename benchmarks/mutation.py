"""Plant small slips in the code, one at a time, and count those that a test sees.

`python -m benchmarks mutation` takes a random sample of the mutants that cosmic-ray makes (signs,
comparisons, numbers, and/or, true/false) over `layers`, `maps` and `pipelines`. First all tests run once
under pytest-cov, which records the lines that each test runs. Then each mutant is written into a copy of the
checkout, and the tests that run its statement run there, until one fails. Annotations are never evaluated,
so they are left out. A test that fails without a mutant catches none.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import Queue
from typing import Any
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parent.parent
PACKAGES = ("layers", "maps", "pipelines")
MUTANTS, SEED, GOAL_PCT = 210, 20261129, 95
WORKERS = len(os.sched_getaffinity(0))
# Tests are tried until one fails or this time is up. A mutant that is left then is not caught.
TIMEOUT_S = 300
TRACE_S = 7200
# Tests that take this many times their time without a mutant hang.
SLOWER = 8
# A mutant that this many tests run without a failure is seldom caught by one more.
MOST_TESTS = 80
OPERATORS = (
    "ReplaceBinaryOperator_Add_Sub", "ReplaceBinaryOperator_Sub_Add", "ReplaceBinaryOperator_Mul_Div",
    "ReplaceBinaryOperator_Div_Mul", "ReplaceBinaryOperator_FloorDiv_Div", "ReplaceBinaryOperator_Mod_Add",
    "ReplaceBinaryOperator_BitAnd_BitOr", "ReplaceBinaryOperator_BitOr_BitAnd",
    "ReplaceComparisonOperator_Eq_NotEq", "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceComparisonOperator_Lt_LtE", "ReplaceComparisonOperator_Lt_Gt",
    "ReplaceComparisonOperator_LtE_Lt", "ReplaceComparisonOperator_LtE_GtE",
    "ReplaceComparisonOperator_Gt_GtE", "ReplaceComparisonOperator_Gt_Lt",
    "ReplaceComparisonOperator_GtE_Gt", "ReplaceComparisonOperator_GtE_LtE",
    "ReplaceComparisonOperator_Is_IsNot", "ReplaceComparisonOperator_IsNot_Is",
    "ReplaceUnaryOperator_Delete_USub", "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_Invert", "NumberReplacer", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue",
    "ReplaceAndWithOr", "ReplaceOrWithAnd",
)  # fmt: skip
# The long sweeps are left out, as in the test command of the README.
_OPTIONS = (
    "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
    "-m", "not sweep and not wheel and not long and not prefect",
)  # fmt: skip
_PASSES = {0, 5}  # 5: every test of the file is skipped
_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".other", "__pycache__", "pictures", "cache", ".*_cache")


@dataclass(frozen=True)
class Mutant:
    """One planted slip: the operator of cosmic-ray, the number of its occurrence in the module, the line."""

    module: str
    operator: str
    occurrence: int
    line: int

    @property
    def package(self) -> str:
        """The package of the module."""
        return self.module.split("/", 1)[0]


def _annotation_spans(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    spans = []
    for node in ast.walk(ast.parse(source)):
        parts: list[ast.expr | None] = []
        if isinstance(node, ast.arg | ast.AnnAssign):
            parts.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            parts.append(node.returns)
        spans += [
            ((part.lineno, part.col_offset), (part.end_lineno or 0, part.end_col_offset or 0))
            for part in parts
            if part is not None
        ]
    return spans


def mutants_of(module: str) -> list[Mutant]:
    """All mutants of a module (a path from the root), in the order of the operators."""
    from cosmic_ray.ast import ast_nodes, get_ast  # noqa: PLC0415
    from cosmic_ray.plugins import get_operator  # noqa: PLC0415

    source = (ROOT / module).read_text(encoding="utf-8")
    spans, nodes = _annotation_spans(source), list(ast_nodes(get_ast(source)))
    rows = []
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        positions = [place for node in nodes for place in operator.mutation_positions(node)]
        rows += [
            Mutant(module, name, number, start[0])
            for number, (start, _) in enumerate(positions)
            if not any(low <= start <= high for low, high in spans)
        ]
    return rows


@dataclass(frozen=True)
class Trace:
    """What the tests run: for each module and line, the tests, and for each test its seconds.

    A test is a node id of pytest without its parameters. A line that runs while a fixture is set up has, in
    place of a test, the file of the test that asked first. A line that runs at import has the empty name.
    `failed` are the tests that fail without a mutant; they catch none.
    """

    tests_by_line: dict[str, dict[int, frozenset[str]]]
    seconds: dict[str, float]
    failed: frozenset[str]

    def tests_of(self, module: str, lines: range) -> frozenset[str]:
        """Tests, and files, that run one of the lines of a module."""
        by_line = self.tests_by_line.get(module, {})
        return frozenset().union(*(by_line.get(line, frozenset()) for line in lines))


def _traced(names: list[str], copy: Path) -> Trace:
    """Run files of tests in a copy of the checkout, and record what each test runs in its own process."""
    from coverage import CoverageData  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path, report = Path(folder) / "lines", Path(folder) / "report.xml"
        cover = [f"--cov={package}" for package in PACKAGES]
        options = ["--cov-context=test", "--cov-report=", *cover, "-o", "junit_family=xunit1"]
        _pytest(
            [*options, f"--junitxml={report}", *names], copy, TRACE_S, stop=False, COVERAGE_FILE=str(path)
        )
        data = CoverageData(str(path))
        data.read()
        seconds: dict[str, float] = {}
        failed = set()
        for case in ET.parse(report).iter("testcase"):
            file = case.get("file") or ""
            inner = (case.get("classname") or "").removeprefix(file.removesuffix(".py").replace("/", "."))
            test = "::".join([file, *inner.split(".")[1:], (case.get("name") or "").split("[")[0]])
            seconds[test] = seconds.get(test, 0.0) + float(case.get("time") or 0)
            if {"failure", "error"} & {child.tag for child in case}:
                failed.add(test)
        tests_by_line = {
            str(Path(file).relative_to(copy)): {
                line: frozenset(_test_of(context) for context in contexts)
                for line, contexts in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
            if Path(file).is_relative_to(copy)
        }
    kept = {
        module: {line: tests - failed for line, tests in by_line.items()}
        for module, by_line in tests_by_line.items()
    }
    return Trace(kept, seconds, frozenset(failed))


def _test_of(context: str) -> str:
    """Test, or file for a fixture, of a context of pytest-cov, such as `tests/test_a.py::test_b[1]|run`."""
    test, _, phase = context.rpartition("|")
    return test.split("[")[0] if phase == "run" else test.split("::")[0]


def _merged(traces: list[Trace]) -> Trace:
    by_line: dict[str, dict[int, frozenset[str]]] = {}
    seconds: dict[str, float] = {}
    failed: frozenset[str] = frozenset()
    for trace in traces:
        seconds |= trace.seconds
        failed |= trace.failed
        for module, lines in trace.tests_by_line.items():
            mine = by_line.setdefault(module, {})
            for line, tests in lines.items():
                mine[line] = mine.get(line, frozenset()) | tests
    return Trace(by_line, seconds, failed)


def statement_lines(source: str, line: int) -> range:
    """Lines of the innermost statement of a module that contains a line."""
    spans = [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt)
    ]
    first, last = max((span for span in spans if span[0] <= line <= span[1]), default=(line, line))
    return range(first, last + 1)


def tests_of(mutant: Mutant, trace: Trace) -> list[list[str]]:
    """Arguments of the runs of pytest that can catch a mutant.

    First the tests that run the statement: those of the file of the module's name, then the quickest. Then
    the files in which a fixture runs it, with all files that look at the picture that the session builds
    once. What a test starts in another process is not seen: the file of the module's name runs always.
    """
    lines = statement_lines((ROOT / mutant.module).read_text(encoding="utf-8"), mutant.line)
    own, every = f"test_{Path(mutant.module).stem}", trace.tests_of(mutant.module, lines)

    def order(test: str) -> tuple[bool, float]:
        return Path(test.split("::", 1)[0]).stem != own, trace.seconds.get(test, 0.0)

    single = sorted((test for test in every if "::" in test), key=order)
    files = {test for test in every if "::" not in test}
    if files:
        files |= _looking_at_the_picture()
    files = (files - {""}) | {
        test.split("::")[0] for test in trace.seconds if Path(test.split("::")[0]).stem == own
    }
    length = {
        file: sum(seconds for test, seconds in trace.seconds.items() if test.split("::")[0] == file)
        for file in files
    }
    whole = sorted(files, key=lambda file: (Path(file).stem != own, length[file]))
    return [run for run in (single[:MOST_TESTS], whole) if run]


@cache
def _looking_at_the_picture() -> set[str]:
    """Files with a test that takes the picture of the session, by the name of its argument."""
    fixtures, names = {"built", "picture", "folder"}, set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        taken = {
            argument.arg
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef)
            for argument in node.args.args
        }
        if taken & fixtures:
            names.add(str(path.relative_to(ROOT)))
    return names


def _pytest(
    arguments: list[str], copy: Path, timeout_s: float = TIMEOUT_S, *, stop: bool = True, **variables: str
) -> int:
    """Run files of tests, or single tests, in a copy of the checkout; returns the exit code of pytest."""
    first = ["-x"] if stop else []
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *first, *_OPTIONS, *arguments], cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1", **variables},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=timeout_s, check=False,
    )  # fmt: skip
    return run.returncode


def _catches(mutant: Mutant, trace: Trace, copy: Path) -> bool:
    """Plant a mutant in a copy of the checkout; return whether one of the runs of pytest fails."""
    from cosmic_ray.mutating import mutate_code  # noqa: PLC0415
    from cosmic_ray.plugins import get_operator  # noqa: PLC0415

    path = copy / mutant.module
    source = path.read_text(encoding="utf-8")
    changed = mutate_code(source, get_operator(f"core/{mutant.operator}")(), mutant.occurrence)
    assert changed is not None, mutant
    runs = tests_of(mutant, trace)
    path.write_text(changed, encoding="utf-8")
    try:
        for arguments in runs:
            seconds = sum(
                trace.seconds[test] for test in trace.seconds if {test, test.split("::", 1)[0]} & {*arguments}
            )
            try:
                left_out = [f"--deselect={test}" for test in sorted(trace.failed)]
                if _pytest([*left_out, *arguments], copy) not in _PASSES:
                    return True
            except subprocess.TimeoutExpired:
                # A loop for ever is seen; tests that are slow without the mutant have not failed.
                return SLOWER * seconds < TIMEOUT_S
    finally:
        path.write_text(source, encoding="utf-8")
    return False


def sample(mutants: int = MUTANTS, seed: int = SEED, only: str = "") -> list[Mutant]:
    """A random sample of mutants, the same number from each package.

    `only` is a part of the path of a module; empty takes all modules.
    """
    rows = []
    for package in PACKAGES:
        modules = sorted(str(path.relative_to(ROOT)) for path in (ROOT / package).rglob("*.py"))
        every = [mutant for module in modules if only in module for mutant in mutants_of(module)]
        rows += random.Random(seed).sample(every, min(mutants // len(PACKAGES), len(every)))
    return rows


def mutation(mutants: int = MUTANTS, only: str = "") -> list[dict[str, Any]]:
    """Test a sample of mutants and print each that no test sees; returns a row a package and one for all."""
    if not all(map(importlib.util.find_spec, ("cosmic_ray", "pytest_cov"))):
        sys.exit("benchmarks: expected cosmic-ray and pytest-cov, found none: pip install --group mutation")
    drawn = sample(mutants, only=only)
    names = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py"))
    copies: Queue[Path] = Queue()
    caught: dict[Mutant, bool] = {}

    def traced(some: list[str]) -> Trace:
        copy = copies.get()
        try:
            return _traced(some, copy)
        finally:
            copies.put(copy)

    def run(mutant: Mutant) -> None:
        copy = copies.get()
        caught[mutant] = _catches(mutant, trace, copy)
        copies.put(copy)
        word = "caught" if caught[mutant] else "survived"
        number = f"{len(caught)} of {len(drawn)}"
        print(
            f"{number} {word}: {mutant.module}:{mutant.line} {mutant.operator} #{mutant.occurrence}",
            flush=True,
        )

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
        for number in range(WORKERS):
            copies.put(Path(shutil.copytree(ROOT, Path(folder) / str(number), ignore=_LEFT_OUT)))
        trace = _merged(list(pool.map(traced, [names[part::WORKERS] for part in range(WORKERS)])))
        list(pool.map(run, drawn))
    return [_row(package, [m for m in drawn if package in {"all", m.package}], caught)
            for package in (*PACKAGES, "all")]  # fmt: skip


def _row(package: str, drawn: list[Mutant], caught: dict[Mutant, bool]) -> dict[str, Any]:
    number = sum(caught[mutant] for mutant in drawn)
    share = 100 * number / max(len(drawn), 1)
    return {
        "benchmark": "mutation", "work": package, "mutants": len(drawn), "caught": number,
        "value": round(share, 1), "goal": GOAL_PCT, "holds": package != "all" or share >= GOAL_PCT,
    }  # fmt: skip


if __name__ == "__main__":
    for row in mutation(int(sys.argv[1]) if len(sys.argv) > 1 else MUTANTS, *sys.argv[2:3]):
        print(row)
