"""What a reader meets in QGIS: the month at opening, the map themes, the names of what is flagged."""

from __future__ import annotations

import shutil
import warnings
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import qgis_session
import rasterio
from rasterio.errors import NotGeoreferencedWarning

from maps.qgis import project as qgis
from maps.qgis.conditions import CONDITIONS
from maps.qgis.themes import THEMES, VIEWS
from maps.style import FLAGGED, GAPS, GRADES, marked

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.qgis

SCRIPT = """
import json, os, sys
from qgis.core import *
from qgis.PyQt.QtCore import QSize, Qt
application = QgsApplication([], False)
application.initQgis()
folder, task, given = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
warned = []
QgsApplication.messageLog().messageReceived.connect(
    lambda text, tag, level: warned.append(text) if level else None)
project = QgsProject.instance()
assert project.read(folder + "/picture.qgz")
root = project.layerTreeRoot()


class Seen(QgsRenderedFeatureHandlerInterface):
    def __init__(self):
        super().__init__()
        self.ice = []

    def handleRenderedFeature(self, feature, geometry, context):
        if "area_million_km2" in feature.fields().names():
            year = feature["year"]
            self.ice.append([feature["product"], feature["month"], None if year == NULL else year])


def drawn(path, span=None, scoped=True):
    settings = QgsMapSettings()
    settings.setLayers([
        one for one in root.layerOrder()
        if root.findLayer(one.id()).isVisible() and (given != "ice" or "sea_ice" in one.id())
    ])
    settings.setOutputSize(QSize(1200, 1000))
    settings.setDestinationCrs(project.crs())
    settings.setExtent(project.viewSettings().defaultViewExtent())
    if span:
        settings.setIsTemporal(True)
        settings.setTemporalRange(span)
    if scoped:
        context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(None))
        context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))
        settings.setExpressionContext(context)
    seen = Seen()
    settings.addRenderedFeatureHandler(seen)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    assert not job.errors(), [error.message for error in job.errors()]
    assert job.renderedImage().save(path)
    labels = [row for row in job.takeLabelingResults().allLabels() if "nodes" in row.layerID]
    boxes = [row.labelRect for row in labels]
    covered = [
        [labels[a].labelText, labels[b].labelText]
        for a in range(len(boxes)) for b in range(a) if boxes[a].intersects(boxes[b])
    ]
    return {
        "ice": seen.ice, "labels": [row.labelText for row in labels], "covered": covered,
        "layers": [one.id().replace("arctic_picture_", "") for one in settings.layers()],
    }


span = project.timeSettings().temporalRange()
told = {"span": [span.begin().toString(Qt.ISODate), span.end().toString(Qt.ISODate)]}
if task == "open":
    told["controller"] = project.readNumEntry("TemporalControllerWidget", "/NavigationMode", 0)
    told["timed"] = drawn(folder + "/timed.png", span)
    told["still"] = drawn(folder + "/still.png")
    told["bare"] = drawn(folder + "/bare.png", None, False)
elif task == "themes":
    nodes = project.mapLayer("arctic_picture_nodes")
    themes = project.mapThemeCollection()
    told["names"] = themes.mapThemes()
    for name in told["names"]:
        model = QgsLayerTreeModel(root)
        themes.applyTheme(name, root, model)
        told[name] = drawn(f"{folder}/{name}.png")
        shown = next(
            one for one in root.layerOrder() if "_nodes" in one.id() and root.findLayer(one).isVisible())
        told[name]["rules"] = {
            rule.ruleKey()[1:-1]: sum(1 for _ in shown.getFeatures(rule.filterExpression()))
            for rule in shown.renderer().rootRule().children()
        }
        told[name]["kept"] = [
            shown.labelsEnabled(), bool(shown.mapTipTemplate()), len(nodes.editFormConfig().tabs()),
            shown.attributeAlias(shown.fields().indexOf("position_uncertainty_km")),
            all(child.relation().isValid() for tab in nodes.editFormConfig().tabs()
                for child in tab.children() if isinstance(child, QgsAttributeEditorRelation)),
        ]
elif task == "sheets":
    for layout in project.layoutManager().layouts():
        exporter, image = QgsLayoutExporter(layout), QgsLayoutExporter.ImageExportSettings()
        image.dpi = 75
        sheet = told[layout.name()] = {"pages": {}, "cut": [], "lists": layout.atlas().enabled()}

        def words_cut():
            return [
                item.id() for item in layout.items() if isinstance(item, QgsLayoutItemLabel)
                and item.sizeForText().height() > item.rect().height() + 0.1
                and item.sizeForText().width() <= item.rect().width()
            ]

        def printed(name):
            path = f"{folder}/{layout.name()} {name}"
            done = int(exporter.exportToImage(path + ".png", image))
            done += int(exporter.exportToPdf(path + ".pdf", QgsLayoutExporter.PdfExportSettings()))
            page = layout.referenceMap()
            shape = QgsGeometry.fromPolygonXY([[
                QgsPointXY(corner) for corner in page.visibleExtentPolygon()]])
            held = layout.reportContext().feature().geometry()
            sheet["cut"] += words_cut()
            sheet["pages"][name] = {
                "failed": done, "turned": page.mapRotation(),
                "size": [page.rect().width(), page.rect().height()],
                "whole": shape.buffer(1, 5).contains(held) if not held.isNull() else None,
                "title": layout.itemById("title").currentText(),
                "counts": layout.itemById("counts").currentText(),
                "rows": [[str(cell) for cell in row] for t in layout.multiFrames() for row in t.contents()],
                "shown": [f.rect().height() for table in layout.multiFrames() for f in table.frames()],
                "height": [table.totalSize().height() for table in layout.multiFrames()],
            }

        if sheet["lists"]:
            atlas = layout.atlas()
            atlas.beginRender()
            while atlas.next():
                if atlas.currentFilename() in given:
                    printed(atlas.currentFilename())
            sheet["count"] = atlas.count()
            atlas.endRender()
        else:
            printed("all")
        legend = next(item for item in layout.items() if isinstance(item, QgsLayoutItemLegend))
        where = legend.sceneBoundingRect()
        on = [
            item.id() for item in layout.items()
            if isinstance(item, (QgsLayoutItemLabel, QgsLayoutItemMap, QgsLayoutFrame))
            and item.sceneBoundingRect().adjusted(0.2, 0.2, -0.2, -0.2).intersects(where)
        ]
        sheet["legend"] = [on, where.right(), where.bottom()]
told["warned"] = warned
print(json.dumps(told), flush=True)
os._exit(0)  # QGIS crashes while it takes itself apart
"""


@pytest.fixture(scope="module")
def opened(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    there = tmp_path_factory.mktemp("faces")
    shutil.copytree(folder / "grids", there / "grids", copy_function=shutil.copyfile)
    for name in ("picture.gpkg", "picture.qgz"):
        shutil.copyfile(folder / name, there / name)
    return there


def pixels(path: Path) -> np.ndarray:
    with (
        warnings.catch_warnings(action="ignore", category=NotGeoreferencedWarning),
        rasterio.open(path) as file,
    ):
        return np.moveaxis(file.read()[:3].astype(int), 0, -1)


def test_the_project_opens_on_one_month_of_ice_and_names_what_is_flagged(opened, picture):
    told = qgis_session.run(SCRIPT, opened, "open")
    assert told["warned"] == []
    last = (pd.Timestamp(picture.day) + pd.offsets.MonthEnd(0)).date().isoformat()
    assert [moment[:10] for moment in told["span"]] == [f"{picture.day:%Y-%m}-01", last]
    assert told["controller"] == [2, True], "the controller is on, at a fixed range"
    for way in ("timed", "still", "bare"):
        assert told[way]["ice"] == [["median_1981_2010", picture.day.month, None]], way
    nodes = picture.tables["nodes"]
    flagged = nodes[marked(nodes).isin(FLAGGED)]
    critical = flagged[flagged["flag"].isin(["robust", "possible"])]
    # From afar a place has one label; each place with a critical node has it, and nearly each other.
    names = told["timed"]["labels"]
    assert len(names) == len(set(names)) >= flagged["place_id"].nunique() - 3
    shown = {name.partition(" (")[0] for name in names}
    for _, rows in critical.groupby("place_id"):
        assert shown & {*rows["place"], *rows["name"]}, rows["place"].iloc[0]
    assert told["timed"]["covered"] == []
    assert (pixels(opened / "timed.png") == pixels(opened / "still.png")).mean() > 0.99


@pytest.mark.parametrize(
    ("day", "ice"),
    [
        (date(2020, 9, 15), [["median_1981_2010", 9, None], ["monthly_extent", 9, 2020]]),
        (date(2027, 2, 1), [["median_1981_2010", 2, None]]),
        (date(2024, 12, 31), [["median_1981_2010", 12, None]]),
    ],
)
def test_each_month_opens_on_its_own_ice(opened, picture, tmp_path, day, ice):
    shutil.copyfile(opened / "picture.gpkg", tmp_path / "picture.gpkg")
    qgis.write(replace(picture, day=day, grids={}), tmp_path)
    told = qgis_session.run(SCRIPT, tmp_path, "open", "ice")
    assert [sorted(told[way]["ice"]) for way in ("timed", "still", "bare")] == [ice, ice, ice]


def test_each_theme_shows_its_subject(opened, picture):
    told = qgis_session.run(SCRIPT, opened, "themes")
    assert told["warned"] == []
    assert sorted(told["names"]) == ["Climate", "Data gaps", "Defence", "Flows", "People", "Situation"]
    asked = {
        "Situation": {"sea_ice", "sea_routes"}, "Climate": {"sea_ice", "permafrost"},
        "Defence": {"alliances", "military_sites"}, "People": {"settlements", "roads"}, "Data gaps": set(),
        "Flows": {"flow_edges", "land_lines", "roads", "railways", "chokepoints"},
    }  # fmt: skip
    nodes = picture.tables["nodes"]
    for theme in THEMES:
        found = told[theme.name]
        assert {theme.nodes, "countries", "graticule", *asked[theme.name]} <= set(found["layers"])
        assert found["layers"][0] == theme.nodes
        assert found["kept"] == [True, True, 13, "Position uncertainty [km]", True]
        assert len(found["labels"]) > 15
        assert found["covered"] == []
        assert sum(found["rules"].values()) == len(nodes), "each node has one class"
        assert list(found["rules"]) == list(
            reversed(CONDITIONS[VIEWS[theme.nodes][0] if theme.nodes in VIEWS else "mark"])
        )
    inside = nodes[nodes["scope"] != "context"]
    for name, column in (
        ("Climate", "hazard_class"),
        ("Defence", "military_class"),
        ("People", "dependence_class"),
    ):
        counts = inside[column].value_counts()
        assert told[name]["rules"] == {
            row.value: int(counts.get(row.value, 0)) if row.value != "context" else len(nodes) - len(inside)
            for row in GRADES
        }
    gaps = told["Data gaps"]["rules"]
    assert list(reversed(gaps)) == [row.value for row in GAPS]
    is_open = inside["flag"] == "insufficient_data"
    assert gaps["decides"] == is_open.sum()
    assert gaps["hazard_high"] == (~is_open & (inside["hazard_could_be"] == "high")).sum()
    images = [pixels(opened / f"{theme.name}.png") for theme in THEMES]
    for number, image in enumerate(images):
        assert len(np.unique(image.reshape(-1, 3), axis=0)) > 500
        for other in images[:number]:
            assert (np.abs(image - other).max(axis=-1) > 8).mean() > 0.01


@pytest.mark.sweep
def test_each_sheet_is_printed_whole(opened, picture):
    told = qgis_session.run(SCRIPT, opened, "sheets", ["RUS", "USA", "NOR"])
    assert told["warned"] == []
    sheets = {name: row for name, row in told.items() if name not in {"span", "warned"}}
    assert len(sheets) == 5
    for name, sheet in sheets.items():
        assert sheet["cut"] == [], f"{name}: words are cut off"
        assert sheet["legend"][0] == [], f"{name}: the legend lies on another item"
        for page, found in sheet["pages"].items():
            assert found["failed"] == 0
            stem = opened / f"{name} {page}"
            assert stem.with_name(f"{stem.name}.pdf").read_bytes()[:5] == b"%PDF-"
            image = pixels(stem.with_name(f"{stem.name}.png"))
            assert len(np.unique(image.reshape(-1, 3), axis=0)) > 500
    countries = sheets["Country sheets, A4"]
    nodes = picture.tables["nodes"]
    inside = nodes[nodes["scope"] != "context"]
    assert countries["count"] == inside["country_iso3"].nunique()
    names = {"RUS": "Russia", "USA": "United States of America", "NOR": "Norway"}
    for code, found in countries["pages"].items():
        assert found["title"] == names[code]
        assert found["whole"], f"{code}: a part of the country is off the map"
        own = inside[inside["country_iso3"] == code]
        flagged = own[marked(own).isin(FLAGGED)]
        # The map takes the room that the table leaves: 4.7 mm a row, and 8 mm for its heading.
        spare = max(0.0, 63.5 - 8 - 4.7 * len(flagged))
        assert found["size"] == pytest.approx([198, 122 + spare], abs=0.1), "no band of the sheet is blank"
        critical = own[own["flag"].isin(["robust", "possible"])]
        assert found["counts"].startswith(
            f"{len(own)} nodes in scope: {len(critical)} critical "
            f"in {critical['place_id'].nunique()} places, "
        )
        assert f"overlap at {len(flagged) - len(critical)} more" in found["counts"]
        listed = [row[0] for row in found["rows"]]
        assert sorted(listed) == sorted(flagged["name"]), "each flagged node is listed"
        assert set(listed[: len(critical)]) == set(critical["name"]), "the critical ones first"
        assert found["height"][0] <= found["shown"][0] + 0.1, "the table is cut off"
    # North is up at the middle of each country: east of the meridian of 45 W the map turns clockwise.
    turned = {code: found["turned"] for code, found in countries["pages"].items()}
    assert turned["NOR"] == pytest.approx(45 + 14, abs=8)
    assert turned["RUS"] == pytest.approx(45 + 100, abs=12)
    assert turned["USA"] == pytest.approx(45 - 152, abs=8)
