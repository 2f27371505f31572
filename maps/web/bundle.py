"""Join the modules of the page, maps/web/page/*.js, into one script without Node.js or a network.

The modules are ES modules, so that Node.js can test each of them. A browser loads no module from disk, and
the map must open from disk. The bundle therefore removes `import` and `export` and puts all modules into one
closure. A module may use `import { a, b } from "./x.js";` and `export` before a function, class, const or
let, each at the start of a line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layers.errors import ExportError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["bundle"]

_IMPORT = re.compile(r'^import \{([\w\s,]*)\} from "\./(\w+)\.js";\n', re.MULTILINE)
_DECLARED = re.compile(r"^(export )?(?:async function|function|class|const|let) (\w+)", re.MULTILINE)
# An import or export in a form that this module does not read.
_UNREAD = re.compile(
    r"^(?:import\b|export (?!async function |function |class |const |let )).*$", re.MULTILINE
)


def bundle(folder: Path, entry: str = "main") -> str:
    """Return one script with the module `entry` of `folder` and all modules that it imports.

    A module comes after the modules that it imports.

    Raises
    ------
    ExportError
        If imports form a circle, an import names no module or no export, two modules declare the same name
        at the top level, no module imports a module, or an import or export has another form.
    """
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.js"))}
    owners: dict[str, str] = {}
    for name, text in texts.items():
        unread = _UNREAD.search(_IMPORT.sub("", text))
        if unread:
            _refuse(
                name, 'import { a } from "./x.js" or export before a declaration', unread[0], "rewrite it"
            )
        for _, declared in _DECLARED.findall(text):
            if declared in owners:
                found = f"{declared!r} in {owners[declared]}.js too"
                _refuse(name, "names of its own at the top level", found, "rename one of the two")
            owners[declared] = name
    order = _ordered(texts, entry)
    for name in texts.keys() - set(order):
        _refuse(name, f"a module that {entry}.js needs", "one that no module imports", "import or delete it")
    bodies = [re.sub(r"^export ", "", _IMPORT.sub("", texts[name]), flags=re.MULTILINE) for name in order]
    return '(() => {\n"use strict";\n' + "\n".join(bodies) + "})();\n"


def _ordered(texts: dict[str, str], entry: str) -> list[str]:
    """Names of the modules that `entry` needs, in the order in which they can run."""
    order: list[str] = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            _refuse(name, "imports without a circle", circle, "move what both need to a third module")
        if name in order:
            return
        for names, source in _IMPORT.findall(texts[name]):
            if source not in texts:
                _refuse(name, "imports of modules of the page", f"./{source}.js", "correct the import")
            exports = {declared for export, declared in _DECLARED.findall(texts[source]) if export}
            missing = {part.strip() for part in names.split(",")} - exports - {""}
            if missing:
                found = f"none of {', '.join(sorted(missing))}"
                _refuse(name, f"exports of {source}.js", found, "export or correct it")
            visit(source, (*path, name))
        order.append(name)

    if entry not in texts:
        _refuse(entry, "a module of the page", f"only {', '.join(texts) or 'none'}", "name the entry")
    visit(entry, ())
    return order


def _refuse(name: str, expected: str, found: str, remedy: str) -> None:
    msg = f"map script {name}.js: expected {expected}, found {found}: {remedy}"
    raise ExportError(msg)
