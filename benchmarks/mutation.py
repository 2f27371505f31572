"""Plant small slips in the code, one at a time, and count those that a test sees.

`python -m benchmarks mutation` takes a random sample of the mutants that cosmic-ray makes (signs,
comparisons, numbers, and/or, true/false) over `layers`, `maps` and `pipelines`. Each mutant is written into a
copy of the checkout, where groups of tests run until one fails: the file of the module's name, the files that
hold the default picture and the words of the commands, and the files that import the module. A test that also
fails without a mutant catches none. Annotations are never evaluated, so they are left out. What survives can
still be seen by a test of another room: the share is a lower bound.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import random
import re
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

ROOT = Path(__file__).parent.parent
PACKAGES = ("layers", "maps", "pipelines")
MUTANTS, SEED, GOAL_PCT = 210, 20261129, 95
WORKERS = len(os.sched_getaffinity(0))
TIMEOUT_S = 300
MOST_FAILING = 3
# They hold every file of the default picture, every word of the commands and the tables of the documents.
KNOWN = (
    "tests/test_pipelines/test_picture/test_known_picture.py",
    "tests/test_pipelines/test_commands/test_known_words.py",
    "tests/test_docs.py",
)
# It holds every file of the packs; for rooms of exercises alone.
PACKS = "tests/test_pipelines/test_exercises/test_write.py"
# A long sweep that derives again what the embedded snapshot holds ready, so that no picture derives it.
STANDING = (
    "-m", "not long",
    "tests/test_pipelines/test_snapshot.py::test_what_stands_is_made_again_to_the_same_bytes",
)  # fmt: skip
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
SWEEPS = "sweep and not wheel and not long and not prefect"
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


def _files() -> list[Path]:
    return sorted((ROOT / "tests").rglob("test_*.py"))


@cache
def _imported_by(path: Path) -> frozenset[str]:
    """Modules that a file of tests imports, as paths from the root."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return frozenset(name.replace(".", "/") + ".py" for name in names)


def tests_of(module: str) -> list[list[str]]:
    """Groups of files of tests that can see a slip in `module`, in the order in which they run."""
    place = Path(module)
    own = [path for path in _files() if path.stem == f"test_{place.stem}"]
    importing = [path for path in _files() if module in _imported_by(path)]
    room = ROOT.joinpath("tests", *(f"test_{part}" for part in place.parent.parts))
    # Where no file is of the module, those of its room stand in.
    near = sorted(room.rglob("test_*.py")) if room.is_dir() and not own + importing else []
    groups, seen = [], set()
    packs = [ROOT / PACKS] if "exercise" in module else []
    for group in (own, packs, [ROOT / name for name in KNOWN], importing, near):
        names = [str(path.relative_to(ROOT)) for path in group if path not in seen]
        seen |= set(group)
        groups += [names] if names else []
    seeing = [str(path.relative_to(ROOT)) for path in (*own, *importing)]
    groups += [list(STANDING)] if module.startswith("layers/") else []
    # The long sweeps of these files, which .ci/run runs as well.
    return [*groups, ["-m", SWEEPS, *seeing]] if seeing else groups


class _Copy:
    """A copy of the checkout in which mutants are planted, and the tests that fail there without one."""

    def __init__(self, folder: Path) -> None:
        self.root = Path(shutil.copytree(ROOT, folder, ignore=_LEFT_OUT))
        self.passes: dict[str, bool] = {}
        self.ends: dict[str, bool] = {}

    def _failed(self, arguments: list[str]) -> str | None:
        """Run pytest until a test fails; return its node id, "" for a failure without one, or None."""
        left_out = [f"--deselect={test}" for test, does_pass in self.passes.items() if not does_pass]
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", *_OPTIONS, *left_out, *arguments], cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
        if run.returncode in _PASSES:
            return None
        found = re.search(
            r"^(?:FAILED|ERROR) (tests/\S+?\.py(?:::.*?)?)(?: - .*)?$", run.stdout, re.MULTILINE
        )
        return found[1] if found else ""

    def catches(self, mutant: Mutant) -> bool:
        """Plant a mutant; return whether a test fails that passes without it, or a loop does not end."""
        from cosmic_ray.mutating import mutate_code  # noqa: PLC0415
        from cosmic_ray.plugins import get_operator  # noqa: PLC0415

        path = self.root / mutant.module
        source = path.read_text(encoding="utf-8")
        changed = mutate_code(source, get_operator(f"core/{mutant.operator}")(), mutant.occurrence)
        assert changed is not None, mutant
        for group in tests_of(mutant.module):
            failing: str | None = ""
            while failing is not None:
                names = [name for name in group if not self._is_left_out(name)]
                if not names:
                    break
                path.write_text(changed, encoding="utf-8")
                try:
                    failing = self._failed(names)
                except subprocess.TimeoutExpired:
                    if self._ends(group):
                        return True
                    break
                finally:
                    path.write_text(source, encoding="utf-8")
                if failing == "" or (failing is not None and self._passes(failing)):
                    return True
        return False

    def _ends(self, group: list[str]) -> bool:
        """Return whether a group of files ends in time without a mutant."""
        key = " ".join(group)
        if key not in self.ends:
            try:
                self._failed(group)
                self.ends[key] = True
            except subprocess.TimeoutExpired:
                self.ends[key] = False
        return self.ends[key]

    def _is_left_out(self, name: str) -> bool:
        """Return whether so many tests of a file fail without a mutant that something it needs is lacking."""
        failing = (test for test, does_pass in self.passes.items() if not does_pass)
        return sum(test.startswith(f"{name}::") for test in failing) >= MOST_FAILING

    def _passes(self, test: str) -> bool:
        """Return whether a test passes without a mutant."""
        if test not in self.passes:
            self.passes[test] = self._failed([test]) is None
        return self.passes[test]


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
    if not importlib.util.find_spec("cosmic_ray"):
        sys.exit("benchmarks: expected cosmic-ray, found none: pip install --group mutation")
    drawn = sample(mutants, only=only)
    copies: Queue[_Copy] = Queue()
    caught: dict[Mutant, bool] = {}

    def run(mutant: Mutant) -> None:
        copy = copies.get()
        caught[mutant] = copy.catches(mutant)
        copies.put(copy)
        word = "caught" if caught[mutant] else "survived"
        number = f"{len(caught)} of {len(drawn)}"
        print(
            f"{number} {word}: {mutant.module}:{mutant.line} {mutant.operator} #{mutant.occurrence}",
            flush=True,
        )

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
        for number in range(WORKERS):
            copies.put(_Copy(Path(folder) / str(number)))
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
