"""The GeoPackage in the QGIS of this machine: every layer valid, styled, in place."""

import json
import os
import shutil
import subprocess

import pytest

# Debian's QGIS belongs to the system's Python, so the check runs there.
SCRIPT = """
import json, os, sys
from qgis.core import QgsApplication, QgsVectorLayer
application = QgsApplication([], False)
application.initQgis()
told = {}
for name in json.loads(sys.argv[2]):
    layer = QgsVectorLayer(f"{sys.argv[1]}|layername={name}", name, "ogr")
    styled = layer.loadDefaultStyle()[1]
    renderer = layer.renderer()
    told[name] = {
        "valid": layer.isValid(), "rows": layer.featureCount(), "crs": layer.crs().authid(),
        "styled": styled, "renderer": type(renderer).__name__,
        "classes": len(renderer.categories()) if hasattr(renderer, "categories") else 0,
    }
print(json.dumps(told), flush=True)
os._exit(0)  # QGIS crashes while it takes itself apart
"""


@pytest.mark.qgis
def test_qgis_opens_every_layer_with_its_style(folder, picture, tmp_path):
    shutil.copyfile(folder / "picture.gpkg", tmp_path / "picture.gpkg")
    drawn = [layer for layer in picture.layers if layer.geometry != "table"]
    done = subprocess.run(
        ["/usr/bin/python3", "-c", SCRIPT, tmp_path / "picture.gpkg", json.dumps([d.id for d in drawn])],
        env={"PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(tmp_path)},
        capture_output=True, text=True, check=True, timeout=180,
    )  # fmt: skip
    told = json.loads(done.stdout.strip().splitlines()[-1])
    for layer in drawn:
        found = told[layer.id]
        assert found["valid"], layer.id
        assert found["styled"], layer.id
        assert found["crs"] == "EPSG:3413"
        assert found["rows"] == len(picture.tables[layer.id])
    assert told["nodes"]["renderer"] == "QgsRuleBasedRenderer"
    assert told["permafrost"]["classes"] == len(picture.tables["permafrost"])
    assert told["bathymetry"]["classes"] == len(picture.tables["bathymetry"])
