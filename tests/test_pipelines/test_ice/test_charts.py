"""The index of charted ice: codes by hand, real charts of Greenland, areas read back by their reader."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from layers.errors import SourceError
from layers.ice.charts import chart_bounds, stages_of, tenths_of
from layers.ice.polaris import CHAINS
from pipelines.ice.charts import charted, write_chart
from pipelines.ice.passages import read_polaris


@pytest.mark.parametrize(
    ("code", "tenths"),
    [("46", (4, 6)), ("40", (4, 4)), ("91", (9, 10)), ("81", (8, 10)), ("92", (10, 10)), ("98", (0, 0)),
     ("01", (0, 1)), ("1", (0, 1)), ("-9", None)],
)  # fmt: skip
def test_codes_of_concentration(code, tenths):
    assert tenths_of(code) == tenths


@pytest.mark.parametrize("code", ["4", "00", "64", "ice", "123"])
def test_a_code_of_no_chart_is_refused(code):
    with pytest.raises(SourceError, match="expected a SIGRID-3 code of concentration, found"):
        tenths_of(code)


def test_stages_are_the_lightest_and_the_heaviest_of_those_charted():
    assert stages_of(["95", "87", "-9"]) == ("thin_fy_1", "heavy_my")
    assert stages_of(["87", "-9", "-9"]) == ("thin_fy_1", "thin_fy_2")
    assert stages_of(["-9", "-9", "-9"]) is None
    assert stages_of(["98", "87", "-9"]) is None  # bergs have no risk value


def test_the_index_by_hand():
    chart = pd.DataFrame(
        [
            {"CT": "46", "SA": "87", "SB": "-9", "SC": "-9", "CN": "-9", "POLY_TYPE": "I"},
            {"CT": "-9", "SA": "-9", "SB": "-9", "SC": "-9", "CN": "-9", "POLY_TYPE": "W"},
            {"CT": "90", "SA": "99", "SB": "-9", "SC": "-9", "CN": "-9", "POLY_TYPE": "I"},
        ]
    )
    result = chart_bounds(chart, read_polaris()).set_index(["area", "ice_class"])
    # No class: 10 (0.4 x 3 + 0.6 x -3) = -6, the heavier; 10 (0.6 x 3 + 0.4 x -2) = 10, the lighter.
    row = result.loc[0, "none"]
    assert (row["rio_low"], row["rio_high"]) == (pytest.approx(-6), pytest.approx(10))
    assert (row["stage_low"], row["stage_high"]) == ("thin_fy_2", "thin_fy_1")
    assert (row["operation_low"], row["operation_high"]) == ("special", "normal")
    assert result.loc[1, "none"][["rio_low", "operation_low"]].tolist() == [30, "normal"]
    assert np.isnan(result.loc[2, "PC3"]["rio_low"])  # not determined is not light
    assert result.loc[2, "PC3"]["operation_low"] == "unknown"
    # A trace of old ice is up to a tenth of it: -8 instead of -3, once.
    traced = chart_bounds(chart.assign(CN="95"), read_polaris()).set_index(["area", "ice_class"])
    assert traced.loc[0, "none"]["rio_low"] == pytest.approx(-11)
    assert traced.loc[0, "none"]["rio_high"] == pytest.approx(10)


def test_a_shapefile_of_something_else_is_refused(tmp_path):
    path = tmp_path / "other.shp"
    gpd.GeoDataFrame({"CT": ["46"]}, geometry=[shapely.box(0, 70, 1, 71)], crs=4326).to_file(path)
    with pytest.raises(SourceError, match=r"other\.shp: expected the columns CT, SA, .*found no SA"):
        charted(path)


@pytest.mark.shared
def test_real_charts_of_greenland(mirror: Path, tmp_path):
    charts = sorted((mirror / "sea_ice" / "ice_charts").glob("*_RIC.shp"))
    assert len(charts) == 6
    found = pd.concat(
        [pyogrio.read_dataframe(write_chart(charted(chart), chart, tmp_path)) for chart in charts]
    )
    print("\n" + found.groupby(["ice_class", "operation_low"]).size().unstack(fill_value=0).to_string())  # noqa: PD010
    assert "not for navigation" in found["note"].iloc[0]
    known = found[found["rio_low"].notna()]
    assert len(known) > 0.8 * len(found)
    assert (known["rio_low"] <= known["rio_high"]).all()
    assert known["rio_low"].between(-80, 30).all()
    assert known.loc[known["rio_low"] < 30, "stage_low"].notna().all()
    wide = known.pivot_table(index=["chart", "area"], columns="ice_class", values="rio_low")
    for chain in CHAINS:
        for strong, weak in pairwise(name for name in chain if name in wide):
            assert (wide[strong] >= wide[weak]).all()
