"""Answers of feature services that are not whole or have other columns, and shapefiles out of range."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely
from provider_forms import FORMS

from layers.errors import SourceError
from pipelines.intake.tables import table_of
from pipelines.sources import source
from pipelines.sources.planned_features import shapefile

if TYPE_CHECKING:
    from pathlib import Path


def served(folder: Path, name: str, **more: Any) -> Path:
    path = folder / source(name).remotes[0].file
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(json.loads(FORMS[name].make()) | more))
    return folder


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"exceededTransferLimit": True}, "expected all features, found 1 of more"),
        ({"properties": {"exceededTransferLimit": True}}, "expected all features"),
        ({"numberMatched": 3}, "expected all features, found 1 of 3"),
        ({"features": []}, "expected features, found none"),
    ],
)
def test_what_a_service_left_out_is_not_taken_for_all(tmp_path, more, said):
    with pytest.raises(SourceError, match=said):
        table_of(source("sodir_pipelines"), served(tmp_path, "sodir_pipelines", **more), tmp_path)


def test_columns_of_another_form_are_refused(tmp_path):
    folder = served(tmp_path, "sodir_pipelines")
    path = folder / source("sodir_pipelines").remotes[0].file
    path.write_text(path.read_text().replace("ppl", "xyz"))
    with pytest.raises(SourceError, match="expected the columns pplNpdidPipeline"):
        table_of(source("sodir_pipelines"), folder, folder)


def test_metres_in_a_file_that_says_degrees_are_refused(tmp_path):
    shapes = [shapely.box(n, 70, n + 1, 71) for n in range(2)]
    frame = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=shapes, crs=4326)
    frame.to_file(tmp_path / "right.shp")
    assert len(shapefile(tmp_path / "right.shp")) == 2
    far = frame.set_geometry([shapes[0], shapely.box(1e5, 2e5, 1.1e5, 2.1e5)])
    far.to_file(tmp_path / "metres.shp")
    with pytest.raises(SourceError, match=r"metres.shp, row 1: expected degrees within 360 and 90"):
        shapefile(tmp_path / "metres.shp")
    for number, bounds in enumerate([(0, 70, 1, 91), (0, -91, 1, 71), (-361, 70, 1, 71), (0, 70, 361, 71)]):
        over = tmp_path / f"over-{number}.shp"
        frame.set_geometry([shapely.box(*bounds), shapes[1]]).to_file(over)
        with pytest.raises(SourceError, match=rf"{over.name}, row 0: expected degrees within 360 and 90"):
            shapefile(over)
