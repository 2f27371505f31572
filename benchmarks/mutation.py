"""Plant small slips in the code, one at a time, and count those that a test sees.

`python -m benchmarks mutation` takes a random sample of the mutants that cosmic-ray makes (signs,
comparisons, numbers, and/or, true/false) over `layers`, `maps` and `pipelines`. First each file of tests runs
once under coverage.py, which records the lines that each test runs. Then each mutant is written into a copy
of the checkout, and the tests that run its statement run there, until one fails. Annotations are never
evaluated, so they are left out. A file that fails without a mutant catches none.
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
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

ROOT = Path(__file__).parent.parent
PACKAGES = ("layers", "maps", "pipelines")
MUTANTS, SEED, GOAL_PCT = 210, 20261129, 95
WORKERS = len(os.sched_getaffinity(0))
# A mutant may loop for ever: a file of tests that takes longer than this has caught it.
TIMEOUT_S = 900
# Tests are tried until one fails or this time is up. A mutant that is left then is not caught.
PATIENCE_S = 400
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
_OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not sweep and not wheel")
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
class TestFile:
    """A file of tests: the tests that run each line of each module, its seconds, and whether it passes.

    A line that runs at import or in a fixture has the empty name among its tests.
    """

    name: str
    tests_by_line: dict[str, dict[int, frozenset[str]]]
    seconds: float
    passes: bool

    def tests_of(self, module: str, lines: range) -> frozenset[str]:
        """Names of the tests that run one of the lines of a module; the empty name is a fixture."""
        by_line = self.tests_by_line.get(module, {})
        return frozenset().union(*(by_line.get(line, frozenset()) for line in lines))


def _traced(name: str, copy: Path) -> TestFile:
    """Run a file of tests in a copy of the checkout and record what each test runs in its own process."""
    from coverage import CoverageData  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        path, settings, start = Path(folder) / "lines", Path(folder) / "settings", time.monotonic()
        settings.write_text("[run]\ndynamic_context = test_function\n", encoding="utf-8")
        options = (f"--rcfile={settings}", f"--data-file={path}", f"--source={','.join(PACKAGES)}")
        status = _pytest([name], copy, "coverage", "run", *options, "-m")
        data = CoverageData(str(path))
        data.read()
        # A name that pytest cannot take alone, such as that of a method, stands for the whole file.
        tree = ast.parse((copy / name).read_text(encoding="utf-8"))
        known = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        tests_by_line = {
            str(Path(file).relative_to(copy)): {
                line: frozenset(
                    test if test in known else ""
                    for test in (context.rsplit(".", 1)[-1] for context in contexts)
                )
                for line, contexts in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
            if Path(file).is_relative_to(copy)
        }
    return TestFile(name, tests_by_line, time.monotonic() - start, status in _PASSES)


def statement_lines(source: str, line: int) -> range:
    """Lines of the innermost statement of a module that contains a line."""
    spans = [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt)
    ]
    first, last = max((span for span in spans if span[0] <= line <= span[1]), default=(line, line))
    return range(first, last + 1)


def tests_of(mutant: Mutant, files: list[TestFile]) -> list[list[str]]:
    """Arguments of the runs of pytest that can catch a mutant, the most likely first.

    First the tests of each file that run the statement: the file of the module's name, then the
    quickest. Then whole files, where a fixture or an import runs it, in the same order. What a test starts in
    another process is not seen: a statement that no test runs is left to the file of the module's name.
    """
    lines = statement_lines((ROOT / mutant.module).read_text(encoding="utf-8"), mutant.line)
    own = f"test_{Path(mutant.module).stem}"
    by_file = sorted(
        ((file, file.tests_of(mutant.module, lines)) for file in files if file.passes),
        key=lambda row: (Path(row[0].name).stem != own, row[0].seconds),
    )
    single = [
        [f"{file.name}::{test}" for test in sorted(tests - {""})] for file, tests in by_file if tests - {""}
    ]
    whole = [[file.name] for file, tests in by_file if "" in tests or Path(file.name).stem == own]
    return single + whole


def _pytest(arguments: list[str], copy: Path, *before: str) -> int:
    """Run files of tests, or single tests, in a copy of the checkout; returns the exit code of pytest."""
    run = subprocess.run(
        [sys.executable, "-m", *before, "pytest", *_OPTIONS, *arguments], cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    return run.returncode


def _catches(mutant: Mutant, runs: list[list[str]], copy: Path) -> bool:
    """Plant a mutant in a copy of the checkout; return whether one of the runs of pytest fails."""
    from cosmic_ray.mutating import mutate_code  # noqa: PLC0415
    from cosmic_ray.plugins import get_operator  # noqa: PLC0415

    path = copy / mutant.module
    source = path.read_text(encoding="utf-8")
    changed = mutate_code(source, get_operator(f"core/{mutant.operator}")(), mutant.occurrence)
    assert changed is not None, mutant
    path.write_text(changed, encoding="utf-8")
    until = time.monotonic() + PATIENCE_S
    try:
        for arguments in runs:
            if time.monotonic() > until:
                return False
            if _pytest(arguments, copy) not in _PASSES:
                return True
    except subprocess.TimeoutExpired:
        return True
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
    if not all(map(importlib.util.find_spec, ("cosmic_ray", "coverage"))):
        sys.exit("benchmarks: expected cosmic-ray and coverage, found none: pip install --group mutation")
    drawn = sample(mutants, only=only)
    names = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py"))
    copies: Queue[Path] = Queue()
    caught: dict[Mutant, bool] = {}

    def trace(name: str) -> TestFile:
        copy = copies.get()
        try:
            return _traced(name, copy)
        finally:
            copies.put(copy)

    def run(mutant: Mutant) -> None:
        copy = copies.get()
        caught[mutant] = _catches(mutant, tests_of(mutant, files), copy)
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
        files = list(pool.map(trace, names))
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
