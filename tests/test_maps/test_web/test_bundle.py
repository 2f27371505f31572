"""The bundle has each module after its imports, in one closure, and refuses modules that do not fit."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from layers.errors import ExportError
from maps.web import bundle as module
from maps.web.bundle import bundle

PAGE = Path(module.__file__).parent / "page"
NODE = shutil.which("node")
MODULES = {
    "main": 'import { twice } from "./numbers.js";\nimport { two } from "./names.js";\n\n'
    "console.log(twice(two));\n",
    "names": "export const two = 2;\n",
    "numbers": 'import {\n  two,\n} from "./names.js";\n\nconst by = two;\nexport function twice(n) {\n'
    "  return by * n;\n}\n",
}


def _folder(tmp_path: Path, **texts: str) -> Path:
    for name, text in (MODULES | texts).items():
        (tmp_path / f"{name}.js").write_text(text, encoding="utf-8")
    return tmp_path


def test_each_module_stands_after_those_it_imports(tmp_path: Path) -> None:
    script = bundle(_folder(tmp_path))
    assert script.startswith('(() => {\n"use strict";\n')
    assert script.endswith("})();\n")
    assert not re.search(r"^(?:import|export)\b", script, flags=re.MULTILINE)
    places = [script.index(text) for text in ("const two = 2", "function twice", "console.log")]
    assert places == sorted(places)


@pytest.mark.skipif(NODE is None, reason="not on this machine: node")
def test_the_bundle_runs(tmp_path: Path) -> None:
    assert NODE
    script = bundle(_folder(tmp_path))
    run = subprocess.run([NODE, "-e", script], capture_output=True, text=True, check=True)
    assert run.stdout == "4\n"


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (
            {"names": 'import { twice } from "./numbers.js";\nexport const two = twice(1);\n'},
            r"names\.js.*names -> numbers -> names|numbers\.js.*numbers -> names -> numbers",
        ),
        ({"names": "const two = 2;\n"}, r"expected exports of names\.js, found none of two"),
        ({"names": "export const two = 2;\nlet twice = 0;\n"}, r"numbers\.js.*'twice' in names\.js too"),
        ({"alone": "export const one = 1;\n"}, r"alone\.js.*no module imports"),
        ({"main": 'import { x } from "./nowhere.js";\n'}, r"main\.js.*found \./nowhere\.js"),
        ({"names": "export default 2;\n"}, r"names\.js.*found export default 2"),
        ({"names": "const two = 2;\nexport { two };\n"}, r"names\.js.*found export \{ two \}"),
        ({"main": 'import * as all from "./names.js";\n'}, r"main\.js.*found import \* as all"),
        ({"main": 'import "./names.js";\n'}, r"main\.js.*found import"),
        ({"main": 'import { two as n } from "./names.js";\n'}, r"expected exports.*two as n"),
    ],
)
def test_modules_that_do_not_fit_are_refused_by_name(
    tmp_path: Path, texts: dict[str, str], message: str
) -> None:
    with pytest.raises(ExportError, match=message):
        bundle(_folder(tmp_path, **texts))


def test_a_folder_without_the_entry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"main\.js.*found only none"):
        bundle(tmp_path)


def test_no_module_of_the_page_is_long() -> None:
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in PAGE.glob("*.js")}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}
