"""Gates: every class of bad input is held or read right, never taken for what it is not."""

from __future__ import annotations

import json
import struct
from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from good_files import boxed, shape_parts, zipped
from shapely import Point, affinity

from layers.crs import lonlat, polar_points
from layers.errors import SourceError
from pipelines.intake.checks import judge, judge_file
from pipelines.intake.findings import Checks, Finding
from pipelines.intake.sniff import FileSummary, sniff
from pipelines.intake.tables import embedded_table
from pipelines.read_helpers import points
from pipelines.sources import FETCHABLE, source

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 25)


def hdf5(tmp_path: Path, name: str = "x.nc") -> bytes:
    import xarray as xr

    path = tmp_path / name
    xr.Dataset({"ice": ("x", list(range(1000)))}).to_netcdf(path, engine="h5netcdf")
    return path.read_bytes()


POINTS = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [20, 70]}}
    ],
}
CSV = b"id,name\n1,a\n2,b\n"


def test_what_is_well_is_counted(tmp_path):
    def facts(kind, content):
        (tmp_path / "file").write_bytes(content)
        return sniff(tmp_path / "file", kind)

    assert facts("csv", CSV) == FileSummary(2, ("id", "name"))
    assert facts("csv", b"\xef\xbb\xbf" + CSV).columns == ("id", "name")
    assert facts("csv", CSV.decode().encode("utf-16")) == FileSummary(2, ("id", "name"))
    assert facts("json", b'{"a": [1]}').rows == 1
    assert facts("geojson", json.dumps(POINTS).encode()).rows == 1
    assert facts("zip", boxed(shape_parts([Point(n, n) for n in range(7)]))).rows == 7
    assert facts("zip", zipped({"a": b"1", "b": b"2"})).rows == 2
    assert facts("netcdf", hdf5(tmp_path)).rows == 1
    assert facts("netcdf", b"CDF\x01" + struct.pack(">I", 0) * 20).rows == 1
    assert facts("bytes", b"12345").rows == 5


@pytest.mark.parametrize(
    ("now", "outcomes"),
    [
        (FileSummary(100, ("a", "b")), {}),
        (FileSummary(104, ("a", "b")), {}),
        (FileSummary(90, ("a", "b")), {"rows": "warn"}),
        (FileSummary(79, ("a", "b")), {"rows": "hold"}),
        (FileSummary(151, ("a", "b")), {"rows": "hold"}),
        (FileSummary(100, ("a", "b", "c")), {"columns": "warn"}),
        (FileSummary(100, ("a",)), {"columns": "hold"}),
        (FileSummary(9, ("a", "b")), {"rows": "hold"}),
    ],
)
def test_rows_and_columns_against_the_last_file(now, outcomes):
    found = judge_file(now, FileSummary(100, ("a", "b")), 1000, [1000, 1000, 1000], 10)
    assert {finding.rule: finding.outcome for finding in found} == outcomes


def test_a_first_file_has_its_least_rows():
    assert [row.rule for row in judge_file(FileSummary(9), None, 1000, [], 10)] == ["rows"]
    assert judge_file(FileSummary(10), None, 1000, [], 10) == []


@pytest.mark.parametrize(("size", "held"), [(499, True), (500, False), (2000, False), (2001, True)])
def test_size_against_the_median_of_the_last(size, held):
    found = judge_file(FileSummary(1), None, size, [1000, 10, 1000, 1000, 90_000], 1)
    assert [(f.rule, f.outcome) for f in found] == ([("size", "hold")] if held else [])


def ports(count: int = 100, **columns) -> gpd.GeoDataFrame:
    table = {
        "feature_id": [f"wpi-{n}" for n in range(count)],
        "name": [f"Port {n}" for n in range(count)],
        "source_id": "x",
        "as_of": "2026-01-01",
        "depth_m": [1.0] * count,
        **columns,
    }
    places = polar_points([10.0 + n / 10 for n in range(count)], [70.0] * count)
    return gpd.GeoDataFrame(table, geometry=places, crs="EPSG:3413")


def outcomes(new: pd.DataFrame, old: pd.DataFrame | None = None, name: str = "") -> dict[str, str]:
    """Outcome by rule, by the checks of a source if it is named."""
    checks = source(name).checks if name else None
    return {finding.rule: finding.outcome for finding in judge(new, old, TODAY, checks)}


def test_the_same_again_passes():
    assert outcomes(ports(), ports()) == {}
    assert outcomes(ports()) == {}


def test_a_feature_twice_is_held():
    assert outcomes(ports(feature_id=["wpi-0"] * 100))["key"] == "hold"


def test_a_date_to_come_is_held():
    assert outcomes(ports(as_of="2026-11-27")) == {"date": "hold"}
    assert outcomes(ports(as_of="2026-11-26")) == {}


def test_a_date_before_the_last_is_held():
    assert outcomes(ports(as_of="2025-12-31"), ports()) == {"date": "hold"}
    assert outcomes(ports(as_of="2026-01-01"), ports()) == {}, "the same day is no earlier one"


def test_other_ids_are_held():
    assert outcomes(ports(feature_id=[f"other-{n}" for n in range(100)]), ports()) == {"ids": "hold"}


@pytest.mark.parametrize(
    ("rows", "found"),
    [(79, {"rows": "hold"}), (80, {"rows": "warn"}), (94, {"rows": "warn"}), (95, {}), (105, {}),
     (106, {"rows": "warn"}), (150, {"rows": "warn"}), (151, {"rows": "hold"})],
)  # fmt: skip
def test_fewer_or_more_rows_are_held_or_marked(rows, found):
    assert outcomes(ports(rows), ports()) == found
    facts, before = FileSummary(rows, ("a", "b")), FileSummary(100, ("a", "b"))
    assert {row.rule: row.outcome for row in judge_file(facts, before, 1, [], 1)} == found


@pytest.mark.parametrize(("kept", "held"), [(49, True), (50, False), (51, False)])
def test_half_of_the_ids_is_enough_and_one_less_is_not(kept, held):
    ids = [f"wpi-{n}" if n < kept else f"other-{n}" for n in range(100)]
    found = judge(ports(feature_id=ids), ports(), TODAY)
    assert [(row.rule, row.outcome) for row in found] == ([("ids", "hold")] if held else [])
    more = pd.concat([ports(feature_id=ids), ports(20, feature_id=[f"more-{n}" for n in range(20)])])
    by_rule = {row.rule for row in judge(more, ports(), TODAY)}
    assert ("ids" in by_rule) is held, "of the ids of last time, however many are new"
    if held:
        assert found[0].found == "expected 50% or more of the ids of last time, found 49%"


def test_limits_on_the_row_of_a_source_are_the_limits_of_its_table():
    """Each limit apart: what the defaults let pass, or hold, by its own number."""

    def found(new: pd.DataFrame, **limits) -> dict[str, str]:
        return {row.rule: row.outcome for row in judge(new, ports(), TODAY, Checks(**limits))}

    ids = [f"wpi-{n}" if n < 89 else f"other-{n}" for n in range(100)]
    assert found(ports(feature_id=ids)) == {}
    assert found(ports(feature_id=ids), ids_least=0.9) == {"ids": "hold"}
    assert found(ports(90), rows_hold=(0.95, 1.05)) == {"rows": "hold"}
    assert found(ports(90), rows_warn=(0.9, 1.1)) == {}
    assert found(ports(depth_m=[1.3] * 100), unit_hold=(0.8, 1.25)) == {"unit": "hold"}
    gaps = ports(depth_m=[1.0] * 98 + [None] * 2)
    assert found(gaps) == {}
    assert found(gaps, missing_warn=0.01) == {"missing": "warn"}
    moved = other(ports(), [affinity.translate(at, 1500.0) for at in ports().geometry])
    assert found(moved) == {}
    assert found(moved, moved_km=1.0) == {"moved": "warn"}
    own = Checks(own=(lambda new, old: [Finding("own", "warn", f"{len(new)} {len(old)}")],))
    assert judge(ports(99), ports(), TODAY, own) == [Finding("own", "warn", "99 100")]
    assert judge(ports(0), None, TODAY, own) == judge(ports(0), None, TODAY), "no row to check"


@pytest.mark.parametrize(
    ("day", "outcome"),
    [("2026-11-23", {}), ("2026-11-22", {"base": "warn"}), ("2026-11-18", {"base": "warn"}),
     ("2026-11-17", {"base": "hold"})],
)  # fmt: skip
def test_content_may_be_as_old_as_its_row_says(day, outcome):
    found = judge(ports(as_of=day), None, TODAY, Checks(age_days=(2, 7)))
    assert {row.rule: row.outcome for row in found} == outcome
    assert judge(ports(as_of=day), None, TODAY) == []


@pytest.mark.parametrize("name", [row.id for row in FETCHABLE if row.checks.age_days])
def test_only_openstreetmap_says_how_old_its_base_may_be(name):
    assert name.startswith("osm_")
    assert source(name).checks.age_days == (2, 7)


def test_points_of_the_north_are_held_ashore_and_harbours_to_the_coast():
    """The checks that stand on rows, by the sources that carry them."""
    carried = {row.id: {check.__name__ for check in row.checks.own if hasattr(check, "__name__")}
               for row in FETCHABLE}  # fmt: skip
    assert {name for name, checks in carried.items() if "near_coast" in checks} == {
        "nga_world_port_index", "geonames_harbours",
    }  # fmt: skip
    assert {name for name, checks in carried.items() if "ashore" in checks} == {
        "nga_world_port_index", "nga_world_port_index_terminals", "geonames_harbours", "geonames_cities500",
        "ourairports", "wri_global_power_plants", "icmm_global_mining", "natural_earth_ports",
        "natural_earth_airports", "natural_earth_towns", "snap_communities", "telegeography_landings",
        "us_mirta",
    }  # fmt: skip
    assert {name for name, checks in carried.items() if "permafrost_ashore" in checks} == {
        "obu_2019_permafrost", "nsidc_ggd318_permafrost",
    }  # fmt: skip


def test_a_column_that_goes_missing_is_marked():
    assert outcomes(ports(depth_m=[1.0] * 94 + [None] * 6), ports()) == {"missing": "warn"}
    assert outcomes(ports(depth_m=[1.0] * 95 + [None] * 5), ports()) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Troms\u00c3\u00b8",
        "Troms\ufffd",
        "{{7*7}}",
        "{% if x %}",
        "${x}",
        "a\x07b",
        "<script>",
        "\N{RIGHT-TO-LEFT OVERRIDE}x",
    ],
)
def test_text_that_is_code_or_control_is_marked(text):
    assert outcomes(ports(name=[text, *["Port"] * 99])) == {"text": "warn"}


@pytest.mark.parametrize(
    ("times", "held"), [(0.49, True), (0.5, False), (2, False), (2.01, True), (0.3048, True), (1000, True)]
)
def test_a_measure_in_another_unit_is_held(times, held):
    depths = [5.0 + n / 10 for n in range(100)]
    new = ports(depth_m=[depth * times for depth in depths])
    assert outcomes(new, ports(depth_m=depths)) == ({"unit": "hold"} if held else {})
    assert outcomes(new.head(19), ports(19, depth_m=depths[:19])) == {}, "too few to tell"


def test_a_port_that_moved_is_marked():
    old, new = ports(), ports()
    shifted = list(new.geometry)
    shifted[3] = affinity.translate(shifted[3], 2500.0)
    assert outcomes(new.set_geometry(shifted, crs=3413), old) == {"moved": "warn"}
    shifted[3] = affinity.translate(old.geometry[3], 1500.0)
    assert outcomes(new.set_geometry(shifted, crs=3413), old) == {}


def days(extent: dict[str, float]) -> pd.DataFrame:
    dates = list(extent)
    return pd.DataFrame(
        {
            "feature_id": dates, "name": dates, "source_id": "nsidc_sea_ice_index", "as_of": dates,
            "date": dates, "extent_million_km2": list(extent.values()),
        }
    )  # fmt: skip


def series(until: str, **last: float) -> pd.DataFrame:
    """Three years of 10 million km2, the last days otherwise."""
    made = {d.strftime("%Y-%m-%d"): 10.0 for d in pd.date_range("2023-09-01", until)}
    return days(made | {day.replace("_", "-").removeprefix("d"): value for day, value in last.items()})


@pytest.mark.parametrize(
    ("value", "outcome"),
    [(10.2, {}), (10.3, {"step": "warn"}), (9.7, {"step": "warn"}), (10.6, {"step": "hold"}),
     (5.0, {"step": "hold", "season": "hold"}), (10.9, {"step": "hold"}),
     (11.1, {"step": "hold", "season": "hold"})],
)  # fmt: skip
def test_a_step_of_the_ice_that_has_no_melt_behind_it(value, outcome):
    old = series("2026-09-10")
    new = series("2026-09-11", d2026_09_11=value)
    assert outcomes(new, old, "nsidc_sea_ice_index") == outcome


def test_a_step_over_a_gap_is_by_the_day():
    old = series("2026-09-10")
    made = pd.concat([old, days({"2026-09-13": 10.6})], ignore_index=True)
    assert outcomes(made, old, "nsidc_sea_ice_index") == {}, "0.2 million km2 a day"


def test_a_step_long_ago_is_not_news():
    old = series("2026-09-10", d2024_03_05=11.0)
    new = series("2026-09-11", d2024_03_05=11.0)
    assert outcomes(new, old, "nsidc_sea_ice_index") == {}


@pytest.mark.parametrize(
    ("spoil", "held"),
    [
        (lambda x, y: (x, y), False),
        (lambda x, y: (np.round(x), np.round(y)), True),
        (lambda x, y: (x + 1, y), True),
        (lambda x, y: (-x, y), True),
        (lambda x, y: (x, y - 0.5), True),
    ],
    ids=["as it is", "whole degrees", "a degree east", "the wrong sign", "half a degree south"],
)
def test_harbours_that_leave_the_coast_are_held(spoil, held):
    """The embedded index itself, its places spoiled in degrees."""
    index = embedded_table(source("nga_world_port_index"))
    places = polar_points(*spoil(*lonlat(index.geometry.x, index.geometry.y)))
    spoilt = index.set_geometry(gpd.GeoSeries(places, crs=3413, index=index.index))
    found = {
        row.rule: row.outcome for row in judge(spoilt, index, TODAY, source("nga_world_port_index").checks)
    }
    assert (found.get("coast") == "hold") == held
    assert found or not held


def other(table: gpd.GeoDataFrame, points) -> gpd.GeoDataFrame:
    return table.set_geometry(gpd.GeoSeries(list(points), crs=3413, index=table.index))


ASHORE = (
    "ourairports", "geonames_cities500", "geonames_harbours", "wri_global_power_plants",
    "icmm_global_mining", "nga_world_port_index",
)  # fmt: skip


@pytest.mark.parametrize("name", ASHORE)
def test_places_of_the_wrong_sign_are_held(name):
    table = embedded_table(source(name))
    assert outcomes(table, table, name) == {}
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    found = outcomes(other(table, polar_points(-lon, lat)), table, name)
    assert found["ashore"] == found["turned"] == "hold"


def test_exchanged_degrees_are_held_by_what_is_left_of_them():
    """Only places east of 58 E are still in the north when longitude and latitude are exchanged."""
    table = embedded_table(source("ourairports"))
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    left = table[(lon >= 58) & (lon <= 90)]
    swapped = other(left, polar_points(lat[left.index], lon[left.index]))
    found = {row.rule: row.found for row in judge(swapped, left, TODAY, source("ourairports").checks)}
    assert "100% of 72 lie ashore with degrees exchanged" in found["turned"]
    assert outcomes(left, left, "ourairports") == {}


def test_a_tenth_of_the_places_at_sea_is_held():
    table = embedded_table(source("icmm_global_mining"))
    points = list(table.geometry)
    points[:18] = polar_points([0.0] * 18, [75.0] * 18)
    assert outcomes(other(table, points), table, "icmm_global_mining")["ashore"] == "hold"


def test_places_without_the_pinned_system_are_held():
    assert outcomes(ports().set_crs(None, allow_override=True)) == {"crs": "hold"}
    assert outcomes(ports().set_crs(3411, allow_override=True)) == {"crs": "hold"}
    named = ports().set_crs(None, allow_override=True)
    assert outcomes(named, None, "nga_world_port_index") == {"crs": "hold"}, "and no place is asked for"


@pytest.mark.parametrize(
    ("place", "rule"),
    [(shapely.Point(), "place"), (None, "place"), (shapely.Point(np.inf, 1), "place"),
     (shapely.Point(0, 0), "zero")],
    ids=["empty", "none", "infinite", "zero"],
)  # fmt: skip
def test_a_row_without_a_place_is_held(place, rule):
    table = ports()
    assert outcomes(other(table, [place, *table.geometry[1:]])) == {rule: "hold"}


@pytest.mark.parametrize("place", [(0.0, 0.0), (np.nan, 70.0), (20.0, np.inf), (20.0, 91.0)])
def test_no_reader_takes_a_place_that_is_none(place):
    frame = pd.DataFrame({"lon": [20.0, place[0]], "lat": [70.0, place[1]]})
    with pytest.raises(SourceError, match=r"row 1: expected longitude and latitude in degrees.*missing"):
        points(frame, "lon", "lat")
    assert len(points(frame[:1], "lon", "lat")) == 1


def test_an_index_that_hardly_changes_is_held_sooner():
    index = embedded_table(source("nga_world_port_index"))
    assert outcomes(index[:423], index, "nga_world_port_index") == {}
    assert outcomes(index[:420], index, "nga_world_port_index") == {"rows": "hold"}
    assert outcomes(index[:420], index) == {"rows": "warn"}, "of any other source"


def test_a_port_of_another_name_is_marked():
    index = embedded_table(source("nga_world_port_index"))
    named = index.assign(name=["Atlantis", *index["name"][1:]])
    assert outcomes(named, index, "nga_world_port_index") == {"name": "warn"}


def test_a_new_day_without_a_value_is_held():
    old = series("2026-09-10")
    assert outcomes(series("2026-09-11", d2026_09_11=np.nan), old, "nsidc_sea_ice_index") == {"value": "hold"}
    gap = series("2026-09-10", d2024_03_05=np.nan)
    assert outcomes(gap, gap, "nsidc_sea_ice_index") == {}, "known long since"


def test_a_new_sensor_is_marked():
    old = series("2026-09-10").assign(sensor_note="SSMIS (DMSP F18), NSIDC-0081")
    new = series("2026-09-11").assign(sensor_note=[*old["sensor_note"], "AMSR2 (GCOM-W1), NSIDC-0803"])
    assert outcomes(new, old, "nsidc_sea_ice_index") == {"sensor": "warn"}
    same = series("2026-09-11").assign(sensor_note="SSMIS (DMSP F18), NSIDC-0081")
    assert outcomes(same, old, "nsidc_sea_ice_index") == {}


def test_properties_of_features_are_columns(tmp_path):
    path = tmp_path / "x.geojson"
    two = [{**POINTS["features"][0], "properties": row} for row in ({"a": 1}, {"b": 2, "a": 3}, None)]
    path.write_text(json.dumps({**POINTS, "features": two}))
    assert sniff(path, "geojson") == FileSummary(3, ("a", "b"))
