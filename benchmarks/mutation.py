"""Plant small slips in the code, one at a time, and count those that a test sees.

`python -m benchmarks mutation` takes a random sample of the mutants that cosmic-ray makes (signs,
comparisons, numbers, and/or, true/false) over `layers`, `maps` and `pipelines`. Each mutant is written into a
copy of the checkout, and the tests of its module run there: the file of the same name, then every file that
imports the module, then those that import a module that imports it. Annotations are never evaluated, so they
are left out.
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
MUTANTS, SEED, GOAL_PCT, WORKERS = 210, 20261129, 95, 2
# A mutant may loop for ever: a file of tests that takes longer than this has caught it.
TIMEOUT_S = 600
# Files of tests are tried until one fails or this time is up. A mutant that is left then is not caught.
PATIENCE_S = 240
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


def _imports(path: Path) -> set[str]:
    """Modules of ours that a file imports, as paths from the root."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    paths = {name.replace(".", "/") for name in names}
    return {p for path in paths for p in (f"{path}.py", f"{path}/__init__.py") if (ROOT / p).is_file()}


def tests_by_module(modules: list[str]) -> dict[str, list[str]]:
    """Files of tests by module: the file of the same name first, then direct and indirect importers."""
    tests = sorted(path for path in (ROOT / "tests").rglob("*.py"))
    imported = {path: _imports(path) for path in [*tests, *(ROOT / m for m in modules)]}
    support = {path.stem: path for path in tests if path.parent.name == "support"}
    for path in tests:  # what a file of tests imports through tests/support
        text = path.read_text(encoding="utf-8")
        for stem, helper in support.items():
            if f"from {stem} import" in text or f"import {stem}" in text:
                imported[path] |= imported[helper]
    rows = {}
    for module in modules:
        users = {str(path.relative_to(ROOT)) for path, names in imported.items() if module in names}
        near = {m for m in users if not m.startswith("tests/")}
        stem = Path(module).stem if Path(module).stem != "__init__" else Path(module).parent.name
        files = [str(path.relative_to(ROOT)) for path in tests if path.name.startswith("test_")]
        own = [name for name in files if Path(name).stem == f"test_{stem}"]
        direct = [name for name in files if name in users]
        indirect = [name for name in files if imported[ROOT / name] & near]
        rows[module] = list(dict.fromkeys([*own, *direct, *indirect]))
    return rows


def _fails(name: str, copy: Path) -> bool:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *_OPTIONS, name], cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    return run.returncode not in {0, 5}  # 5: every test of the file is skipped


class _Copy:
    """A copy of the checkout in which mutants are planted one at a time."""

    def __init__(self, folder: Path, fails_anyway: dict[str, bool]) -> None:
        self.folder, self.fails_anyway = folder, fails_anyway

    def catches(self, mutant: Mutant, tests: list[str]) -> bool:
        """Return whether a file of tests fails that passes without the mutant."""
        from cosmic_ray.mutating import mutate_code  # noqa: PLC0415
        from cosmic_ray.plugins import get_operator  # noqa: PLC0415

        path = self.folder / mutant.module
        source = path.read_text(encoding="utf-8")
        changed = mutate_code(source, get_operator(f"core/{mutant.operator}")(), mutant.occurrence)
        assert changed is not None, mutant
        until = time.monotonic() + PATIENCE_S
        for name in tests:
            if time.monotonic() > until:
                return False
            path.write_text(changed, encoding="utf-8")
            try:
                is_caught = _fails(name, self.folder)
            except subprocess.TimeoutExpired:
                is_caught = True
            finally:
                path.write_text(source, encoding="utf-8")
            if is_caught and name not in self.fails_anyway:
                self.fails_anyway[name] = _fails(name, self.folder)
            if is_caught and not self.fails_anyway[name]:
                return True
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
    if importlib.util.find_spec("cosmic_ray") is None:
        sys.exit("benchmarks: expected cosmic-ray, found none: pip install --group mutation")
    drawn = sample(mutants, only=only)
    tests = tests_by_module(sorted({mutant.module for mutant in drawn}))
    copies: Queue[_Copy] = Queue()
    caught: dict[Mutant, bool] = {}
    fails_anyway: dict[str, bool] = {}

    def run(mutant: Mutant) -> None:
        copy = copies.get()
        caught[mutant] = copy.catches(mutant, tests[mutant.module])
        copies.put(copy)
        if not caught[mutant]:
            print(
                f"survived: {mutant.module}:{mutant.line} {mutant.operator} #{mutant.occurrence}", flush=True
            )

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
        for number in range(WORKERS):
            copy = Path(shutil.copytree(ROOT, Path(folder) / str(number), ignore=_LEFT_OUT))
            copies.put(_Copy(copy, fails_anyway))
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
