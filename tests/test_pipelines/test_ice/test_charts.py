"""The index of charted ice: codes by hand, real charts of Greenland, areas read back by their reader."""

from __future__ import annotations

import itertools
import shutil
import zipfile
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from layers.crs import area_km2, chart_to_polar
from layers.errors import SourceError
from layers.ice.charts import chart_bounds, index_bounds, stages_of, tenths_of
from layers.ice.polaris import CHAINS
from pipelines.ice.charts import charted, write_chart
from pipelines.ice.passages import read_polaris


@pytest.mark.parametrize(
    ("code", "tenths"),
    [("46", (4, 6)), ("40", (4, 4)), ("91", (9, 10)), ("81", (8, 10)), ("92", (10, 10)), ("98", (0, 0)),
     ("55", (0, 0)), ("02", (0, 1)),      ("01", (0, 1)), ("1", (0, 1)), ("-9", None)],
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


def bounds_of(**codes: object) -> pd.Series:
    """The bounds for a ship without ice class in one charted area."""
    empty = dict.fromkeys(("SA", "SB", "SC", "CN", "CA", "CB", "CC", "CD"), "-9")
    chart = pd.DataFrame([empty | {"POLY_TYPE": "I"} | codes])
    return chart_bounds(chart, read_polaris(), ["none"]).iloc[0]


def test_partial_concentrations_narrow_the_bounds_by_hand():
    riv = read_polaris().riv.loc["none"]
    old, young = int(riv["second_year"]), int(riv["grey"])
    wide = bounds_of(CT="90", SA="96", SB="84")
    assert (wide["rio_low"], wide["rio_high"]) == (30 - 9 * (3 - old), 30 - 9 * (3 - young))
    narrow = bounds_of(CT="90", SA="96", CA="20", SB="84", CB="70")
    both = 30 - 2 * (3 - old) - 7 * (3 - young)
    assert (narrow["rio_low"], narrow["rio_high"]) == (both, both)
    assert wide["rio_low"] < both < wide["rio_high"]
    # A range: two or three tenths of old ice in nine.
    ranged = bounds_of(CT="90", SA="96", CA="23", SB="84")
    assert ranged["rio_low"] == 30 - 3 * (3 - old) - 6 * (3 - young)
    assert ranged["rio_high"] == both
    # Partial concentrations that do not add up say nothing.
    assert bounds_of(CT="30", SA="96", CA="90", SB="84")["rio_low"] == 30 - 3 * (3 - old)
    assert bounds_of(CT="90", SA="96", CA="20", SB="84", CB="10")["rio_low"] <= both
    # What the three stages leave is the fourth.
    assert bounds_of(CT="90", SA="96", CA="20", CD="84")["rio_high"] == both


shares = st.tuples(st.integers(0, 10), st.integers(0, 10)).map(lambda pair: (min(pair), max(pair)))
values = st.tuples(st.integers(-8, 3), st.integers(-8, 3)).map(lambda pair: (min(pair), max(pair)))


@given(shares, st.lists(st.tuples(shares, values), min_size=1, max_size=3))
def test_the_bounds_are_the_least_and_most_of_all_mixtures(total, parts):
    """Against every mixture in whole tenths that the codes allow."""
    mixtures = [
        tenths
        for tenths in itertools.product(*(range(low, high + 1) for (low, high), _ in parts))
        if total[0] <= sum(tenths) <= total[1]
    ]
    assume(mixtures)
    low, high = index_bounds(total, parts)
    ends = list(zip(*(value for _, value in parts), strict=True))
    index = [
        [30 - sum(t * (3 - v) for t, v in zip(tenths, end, strict=True)) for tenths in mixtures]
        for end in ends
    ]
    assert (low, high) == (min(index[0]), max(index[1]))


@pytest.mark.parametrize(
    ("codes", "kind", "operation"),
    [
        ({"POLY_TYPE": "S", "CT": None}, "ice shelf", "no ice information"),
        ({"POLY_TYPE": "L", "CT": np.nan}, "land", "no ice information"),
        ({"POLY_TYPE": "N", "CT": "-9"}, "no data", "no ice information"),
        ({"CT": "", "SA": None}, "ice", "no ice information"),
        ({"CT": "90", "SA": "99"}, "ice", "unknown"),
        ({"CT": 90.0, "SA": 84}, "ice", "normal"),  # a column of numbers
        ({"POLY_TYPE": "W", "CT": None}, "open water", "normal"),
    ],
)
def test_an_area_without_ice_codes_is_kept_and_never_free_of_ice(codes, kind, operation):
    empty = dict.fromkeys(("SA", "SB", "SC", "CN"), np.nan) | {"POLY_TYPE": "I"}
    row = chart_bounds(pd.DataFrame([empty | codes]), read_polaris(), ["PC3"]).iloc[0]
    assert (row["area_kind"], row["operation_low"], row["operation_high"]) == (kind, operation, operation)
    assert np.isfinite(row["rio_low"]) == (operation == "normal")


@pytest.mark.parametrize(
    ("total", "tenths"),
    [("57", (5, 7)), ("30", (3, 3)), ("92", (10, 10)), ("91", (9, 10)), ("99", (None, None))],
)
def test_a_chart_tells_the_least_and_the_most_ice_of_an_area(total, tenths):
    codes = {"POLY_TYPE": "I", "CT": total, "SA": "84", "SB": None, "SC": None, "CN": None}
    row = chart_bounds(pd.DataFrame([codes]), read_polaris(), ["PC3"]).iloc[0]
    found = [None if np.isnan(row[name]) else row[name] for name in ("least_tenths", "most_tenths")]
    assert tuple(found) == tenths


def chart_file(folder: Path, shape: object, crs: object, count: int = 1) -> Path:
    folder.mkdir(exist_ok=True)
    codes = {"CT": "91", "SA": "95", "SB": "-9", "SC": "-9", "CN": "-9", "POLY_TYPE": "I"}
    table = pd.DataFrame([codes] * count)
    gpd.GeoDataFrame(table, geometry=[shape] * count, crs=crs).to_file(folder / "a chart.shp")
    return folder / "a chart.shp"


@pytest.mark.parametrize(
    "crs", [3413, 3995, "+proj=lcc +lat_1=49 +lat_2=77 +lat_0=40 +lon_0=-100 +ellps=WGS84"]
)
def test_edges_are_straight_in_the_plane_that_the_chart_states(tmp_path, crs):
    """A long edge has its middle on the straight line of its own plane, not of ours or of a parallel."""
    to_plane = Transformer.from_crs(4326, crs, always_xy=True)
    x, y = to_plane.transform(-60.0, 75.0)
    shape = shapely.box(x - 600_000, y - 100_000, x + 600_000, y + 100_000)
    [area] = charted(chart_file(tmp_path, shape, crs)).geometry.unique()
    middle = Transformer.from_crs(crs, 3413, always_xy=True).transform(x, y + 100_000)
    assert area.boundary.distance(shapely.Point(middle)) < 200
    dense = shapely.segmentize(shape, 1000)
    right = gpd.GeoSeries([dense], crs=crs).to_crs(3413)
    assert area_km2([area])[0] == pytest.approx(area_km2(right)[0], rel=1e-3)


def test_a_chart_in_degrees_is_straight_on_the_polar_map_over_the_date_line_and_the_pole():
    corners = Transformer.from_crs(3413, 4326, always_xy=True).transform(
        [-300_000, 400_000, 400_000, -300_000], [-200_000, -200_000, 900_000, 900_000]
    )
    [area] = chart_to_polar([shapely.Polygon(np.column_stack(corners))], CRS(4326))
    assert area.area == pytest.approx(700_000 * 1_100_000, rel=1e-9)
    with pytest.raises(ValueError, match="columns swapped"):
        chart_to_polar([shapely.box(0, 89, 1, 95)], CRS(4326))


def test_a_cut_chart_is_refused_and_one_without_its_index_is_read(tmp_path):
    path = chart_file(tmp_path, shapely.box(-20, 75, -19, 76), 4326, count=3)
    whole = path.read_bytes()
    path.with_suffix(".shx").unlink()
    assert charted(path)["area"].nunique() == 3
    boxed = tmp_path / "chart.zip"
    with zipfile.ZipFile(boxed, "w") as box:
        for part in (".shp", ".dbf", ".prj"):
            box.write(path.with_suffix(part), f"folder/{path.stem}{part.upper()}")
    assert charted(boxed)["area"].nunique() == 3
    assert not (path.with_suffix(".shx")).exists(), "nothing is written beside the user's file"
    path.write_bytes(whole[:-40])
    with pytest.raises(SourceError, match=rf"a chart\.shp: expected {len(whole)} bytes.* ends after"):
        charted(path)
    path.write_bytes(whole)
    table = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").write_bytes(table[:-60])
    with pytest.raises(SourceError, match=r"a chart\.shp: expected 3 rows in its \.dbf"):
        charted(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(SourceError, match=r"found no \.prj"):
        charted(path)


def test_gdal_never_sees_a_list_of_other_files_that_is_called_a_chart(tmp_path):
    """GDAL opens by content: this text, under any name, would be read as the file it names."""
    path = chart_file(tmp_path / "mine", shapely.box(-20, 75, -19, 76), 4326)
    other = tmp_path / "list.shp"
    other.write_text(f"<OGRVRTDataSource><OGRVRTLayer name='a chart'><SrcDataSource>{path}</SrcDataSource>"
                     "</OGRVRTLayer></OGRVRTDataSource>".ljust(200))  # fmt: skip
    for part in (".dbf", ".prj"):
        shutil.copy(path.with_suffix(part), other.with_suffix(part))
    with pytest.raises(
        SourceError, match=r"list\.shp: expected a shapefile that can be read, found another format"
    ):
        charted(other)


@pytest.mark.shared
def test_the_charts_that_went_wrong(mirror: Path):
    cases = mirror.parents[1] / "cases"
    frame = charted(cases / "chart_long_edge" / "frame.shp")
    corners = shapely.get_coordinates(
        pyogrio.read_dataframe(cases / "chart_long_edge" / "frame.shp").geometry[0]
    )
    plane = shapely.Polygon(
        np.column_stack(Transformer.from_crs(4326, 3413, always_xy=True).transform(*corners.T))
    )
    assert area_km2(frame.geometry.to_numpy()[:1])[0] == pytest.approx(area_km2([plane])[0], rel=1e-3)
    assert area_km2(frame.geometry.to_numpy()[:1])[0] == pytest.approx(64_227, rel=1e-3)
    shelf = charted(cases / "chart_ice_shelf" / "chart.shp")
    assert shelf.groupby("area")["operation_low"].first().tolist()[1] == "no ice information"
    assert shelf.loc[shelf["area"] == 0, "rio_low"].notna().all()
    assert shelf.loc[shelf["area"] == 1, "area_kind"].unique().tolist() == ["ice shelf"]
    with pytest.raises(SourceError, match=r"chart\.shp: expected 2820 bytes, .*ends after 705"):
        charted(cases / "chart_cut" / "chart.shp")
    assert len(charted(cases / "chart_no_shx" / "chart.shp")) == len(frame)


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
        [pyogrio.read_dataframe(write_chart(charted(chart), chart, tmp_path)) for chart in charts[::2]]
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
