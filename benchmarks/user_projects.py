"""Projects of QGIS with the hostile files of a user in them, opened in the QGIS of this machine.

A file that is taken becomes a layer of `picture.qgz`. QGIS must open the project with every row of the layer.
No map tip, alias, label or name may show the result of an expression that stands in the file, or bytes of
another file.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from layers.errors import UsageError
from pipelines.picture.build import Options, build

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))
import qgis_session
from hostile_user_files import CANARY, HOSTILE, make

__all__ = ["opened", "user_projects"]

# What the expressions of the hostile files would give; their own text holds "]INJECTED[".
_EVALUATED = re.compile(rf"(?<!\])INJECTED|\b42\b|{CANARY}")
_SCRIPT = """
import json, os, sys
from qgis.core import *
app = QgsApplication([], False); app.initQgis()
folder, task, given = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
by_file = {}
for name, path in given.items():
    project = QgsProject()
    opened = project.read(path)
    texts, rows, invalid = [project.title()], {}, []
    for layer in project.mapLayers().values():
        if not layer.isValid():
            invalid.append(layer.name())
        if not isinstance(layer, QgsVectorLayer) or "private_" not in layer.source():
            continue
        rows[layer.name()] = layer.featureCount()
        texts += [layer.name(), layer.displayExpression(), *layer.attributeAliases().values()]
        for feature in layer.getFeatures():
            context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
            context.setFeature(feature)
            texts.append(QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context))
            texts.append(str(QgsExpression(layer.displayExpression()).evaluate(context)))
    by_file[name] = {"opened": opened, "rows": rows, "invalid": invalid, "texts": texts}
    project.clear()
print(json.dumps(by_file), flush=True)
os._exit(0)  # QGIS crashes while it takes itself apart
"""


def opened(folder: Path, names: list[str], address: str) -> dict[str, Any]:
    """Build a picture with each hostile file that is taken and open its project; what QGIS shows, by file."""
    secret = folder / "secret.csv"
    secret.write_text(f"name,lat,lon\n{CANARY},70,20\n", encoding="utf-8")
    projects = {}
    for number, name in enumerate(names):
        own = folder / str(number)
        make(name, own, secret, address)
        try:
            picture, _ = build(folder / f"pictures-{number}", Options(private=own, draws=25))
        except UsageError:
            continue  # a refused file makes no project
        projects[name] = str(picture / "picture.qgz")
    return dict(qgis_session.run(_SCRIPT, folder, "open", projects))


def user_projects() -> list[dict[str, Any]]:
    """Return a row for each count, all of which must be 0; none where QGIS is not installed."""
    if shutil.which("qgis") is None:
        return []
    with tempfile.TemporaryDirectory() as name:
        seen = opened(Path(name), list(HOSTILE), "http://127.0.0.1:9/x")
    counts = {
        "not opened": sum(not one["opened"] for one in seen.values()),
        "layers that are not valid": sum(len(one["invalid"]) for one in seen.values()),
        "projects without the layer of the user": sum(not one["rows"] for one in seen.values()),
        "texts that an expression of the file made": sum(
            bool(_EVALUATED.search(text)) for one in seen.values() for text in one["texts"]
        ),
    }
    work = f"QGIS opens {len(seen)} projects of {len(HOSTILE)} files"
    return [
        {
            "benchmark": "user_projects", "work": f"{work}: {what}",
            "value": count, "goal": 0, "holds": count == 0,
        }
        for what, count in counts.items()
    ]  # fmt: skip
