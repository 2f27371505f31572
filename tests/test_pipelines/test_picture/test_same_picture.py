"""The same picture on any machine: BLAS, vector units and Python do not move its id."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.sweep

ROOT = Path(__file__).parents[3]
# Vector units that numpy would use where the processor has them.
VECTORS = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX2 FMA3"


def built(folder: Path, python: str = sys.executable, **environment: str) -> str:
    """Id of the picture that a child process builds."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS")}
    build = ["-m", "pipelines", "build", "--out", str(folder), "--draws", "2000", "--json"]
    done = subprocess.run(
        [python, "-W", "ignore", *build],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return str(json.loads(done.stdout)["id"])


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> str:
    return built(tmp_path_factory.mktemp("usual"), OPENBLAS_NUM_THREADS="1")


@pytest.mark.parametrize(
    "environment",
    [
        # Two changes at a time: each of them alone would cost a build more and show no more.
        {"OPENBLAS_NUM_THREADS": "2", "OPENBLAS_CORETYPE": "Prescott"},
        {"OPENBLAS_CORETYPE": "Zen", "NPY_DISABLE_CPU_FEATURES": VECTORS},
        pytest.param(
            {"OPENBLAS_NUM_THREADS": "8", "OPENBLAS_CORETYPE": "Sandybridge"}, marks=pytest.mark.long
        ),
        pytest.param({"OPENBLAS_NUM_THREADS": "2", "OPENBLAS_CORETYPE": "Haswell"}, marks=pytest.mark.long),
    ],
    ids=lambda environment: "-".join(f"{name}-{value}" for name, value in environment.items())[:60],
)
def test_the_id_stays(usual: str, tmp_path: Path, environment: dict[str, str]) -> None:
    assert built(tmp_path, **environment) == usual


def test_this_process_gives_the_same_id(usual: str, tmp_path: Path) -> None:
    from pipelines.picture.build import Options, build

    assert build(tmp_path, Options(draws=2000))[0].name == usual


def test_another_python_gives_the_same_id(usual: str, tmp_path: Path) -> None:
    """ARCTIC_PICTURE_OTHER_PYTHON names an interpreter with pins/run.txt; `.ci/run` makes one of 3.13."""
    other = os.environ.get("ARCTIC_PICTURE_OTHER_PYTHON", "")
    if not shutil.which(other):
        pytest.skip("ARCTIC_PICTURE_OTHER_PYTHON names no other Python with the project's pins")
    assert built(tmp_path, python=other) == usual
