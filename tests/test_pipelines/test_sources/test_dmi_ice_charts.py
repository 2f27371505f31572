"""DMI's ice charts on a made-up chart: codes of concentration in words, the day of the name, no land."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from layers.crs import lonlat
from pipelines.source import Inputs
from pipelines.sources import source
from pipelines.sources.sea_ice.dmi_ice_charts import _tenths

NAME = "201405011000_SouthWest_RIC"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("91", "9 to 10 tenths"), ("92", "10 tenths"), ("90", "9 tenths"), ("10", "1 tenths"),
        ("35", "3 to 5 tenths"), ("01", "less than 1 tenth"), ("02", "bergy water"), ("55", "ice free"),
        ("98", "ice free"), ("99", None), ("-9", None),
    ],
)  # fmt: skip
def test_a_code_of_concentration_in_words(code, words):
    assert _tenths(code) == words


def test_areas_of_a_chart_but_its_land(tmp_path):
    folder = tmp_path / "sea_ice" / "ice_charts" / NAME
    folder.mkdir(parents=True)
    shapes = [shapely.box(-50 + n, 60, -49 + n, 61) for n in range(3)]
    columns = {"POLY_TYPE": ["I", "L", "W"], "CT": ["91", "-9", "98"], "SA": ["95", "-9", "-9"]}
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(folder / f"{NAME}.shp")
    table = source("dmi_ice_charts").read(Inputs(packages=tmp_path, fetched=tmp_path))
    assert table["kind"].tolist() == ["ice", "open water"]
    assert table["status"].tolist() == ["9 to 10 tenths", "ice free"]
    assert table["detail"].tolist() == ["stage of development 95", "stage of development not stated"]
    assert set(table["as_of"]) == {"2014-05-01"}
    assert set(table["source_id"]) == {"dmi_ice_charts"}
    lon, lat = lonlat(table.geometry[1].centroid.x, table.geometry[1].centroid.y)
    assert (lon, lat) == (pytest.approx(-47.5, abs=0.05), pytest.approx(60.5, abs=0.05))
