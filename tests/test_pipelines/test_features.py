"""Feature services in their documented form, written here: read whole or refused, military places coarse."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from layers.crs import lonlat
from layers.errors import SourceError
from pipelines.live import table_of
from pipelines.sources import source

if TYPE_CHECKING:
    from pathlib import Path

LINE = {"type": "LineString", "coordinates": [[4.0, 60.0], [5.0, 61.0]]}
SQUARE = {"type": "Polygon", "coordinates": [[[10, 70], [20, 70], [20, 72], [10, 72], [10, 70]]]}
SITE = {"type": "Point", "coordinates": [-147.8371, 64.6652]}

# Source -> a shape and properties as its service gives them, and what is read of them.
FORMS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = {
    "us_mirta": (
        SITE, {"OBJECTID": 7, "SITENAME": "A Site", "SITEOPERATIONALSTATUS": "act"},
        {"feature_id": "us_mirta-7", "name": "A Site", "status": "act"},
    ),
    "sodir_pipelines": (
        LINE, {"pplNpdidPipeline": 311.0, "pplName": "A to B", "pplMedium": "Gas"},
        {"feature_id": "sodir_pipelines-311", "name": "A to B", "kind": "Gas"},
    ),
    "emodnet_pipelines": (
        LINE, {"name": "C", "country_co": "NO"},
        {"feature_id": "emodnet_pipelines-emodnet_pipelines-0", "name": "C", "country": "NO"},
    ),
    "marine_regions_eez": (
        SQUARE, {"mrgid": 5686, "geoname": "A Zone", "sovereign1": "Norway"},
        {"feature_id": "marine_regions_eez-5686", "name": "A Zone", "country": "Norway"},
    ),
}  # fmt: skip


def served(folder: Path, name: str, **more: Any) -> Path:
    shape, properties, _ = FORMS[name]
    path = folder / source(name).remotes[0].file
    path.parent.mkdir(parents=True)
    row = {"type": "Feature", "geometry": shape, "properties": properties}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [row]} | more))
    return folder


@pytest.mark.parametrize("name", FORMS)
def test_a_service_is_read(tmp_path, name):
    [row] = table_of(source(name), served(tmp_path, name), tmp_path).to_dict("records")
    expected = FORMS[name][2]
    assert {key: row[key] for key in expected} == expected
    assert row["source_id"] == name


def test_a_military_place_is_coarse(tmp_path):
    table = table_of(source("us_mirta"), served(tmp_path, "us_mirta"), tmp_path)
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    assert (lon[0], lat[0]) == (pytest.approx(-147.8), pytest.approx(64.7))


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
