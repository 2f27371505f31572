"""What changed: every difference once, with its cause, between pictures and between issues of a table."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from run_commands import beside_progress
from shapely import affinity

from layers.compose import compose
from layers.schema import Layer
from pipelines.intake.tables import embedded_table, table_of
from pipelines.picture import build as line
from pipelines.picture.build import Options
from pipelines.picture.diff import (
    CAUSES,
    METHOD,
    SOURCE,
    WORLD,
    _place,
    _Why,
    as_text,
    changes,
    moved_km,
    row_changes,
)
from pipelines.picture.publish import identify
from pipelines.picture.store import store
from pipelines.sources import source
from pipelines.sources.sea_ice.nsidc_sea_ice_index import DAILY_CSV
from pipelines.sources.shipping.world_port_index import PACKAGE

if TYPE_CHECKING:
    from pathlib import Path

IGNORED = Layer.__dataclass_fields__["ignored_in_changes"].default
BERING = Options(region="bering", draws=25)


@pytest.fixture(scope="module")
def bering(tmp_path_factory) -> Path:
    return line.build(tmp_path_factory.mktemp("bering"), BERING)[0]


def altered(folder: Path, change, as_of: dict[str, str] | None = None, options: Options = BERING) -> Path:
    """The picture of a snapshot whose feeds are changed, as a later issue of a source would."""
    picture, loaded = line.compose_snapshot(options)
    feeds = {name: list(tables) for name, tables in loaded.feeds.items()}
    change(feeds)
    manifest = json.loads(json.dumps(loaded.manifest))
    for row in manifest["sources"]:
        if row["id"] in (as_of or {}):
            row |= {"as_of": (as_of or {})[row["id"]], "sha256": "0" * 64}
    loaded = replace(loaded, feeds=feeds, manifest=manifest, files={}, static={})
    made = compose(
        feeds, loaded.grids, region=picture.region, scenario=picture.scenario, day=picture.day,
        draws=25, seed=0, sources=picture.sources,
    )  # fmt: skip
    fields = {
        "region": options.region,
        "scenario": "today",
        "as_of": picture.day.isoformat(),
        "draws": 25,
        "seed": 0,
    }
    return store(
        made, folder, options=fields | {"sensitivity": 0, "audience": "public"}, used=loaded, exports=()
    )


@pytest.mark.sweep
def test_a_picture_and_itself_differ_in_nothing(bering):
    report = changes(bering, bering)
    assert (report["nodes"], report["sources"], report["methods"]) == ([], [], [])
    assert set(report["counts"]) == {"added", "gone", "moved", "changed"}


@pytest.fixture(scope="module")
def milder(tmp_path_factory) -> Path:
    """The same data, judged by a rule that asks less."""
    folder = tmp_path_factory.mktemp("milder")
    (folder / "milder.toml").write_text("warming_degc = 1.36\n[anchors]\nfacility_high = 0.5\n")
    return line.build(folder, replace(BERING, scenario=str(folder / "milder.toml")))[0]


@pytest.mark.sweep
def test_another_rule_is_a_change_of_method(bering, milder):
    report = changes(bering, milder)
    assert report["sources"] == []
    assert "anchors.facility_high: 0.6 -> 0.5" in report["methods"]
    assert not [
        text for text in report["methods"] if text.startswith("anchors") and "facility_high" not in text
    ]
    # Pevek's facility of 0.58 is enough now; hinterland and position were.
    rows = {(row["id"], row["what"]): row for row in report["nodes"]}
    pevek = rows["port:wpi-62680", "military_class"]
    assert (pevek["old"], pevek["new"], pevek["cause"]) == ("moderate", "high", METHOD)
    assert {row["what"] for row in report["nodes"]} <= {"flag", "military_class"}
    assert {row["cause"] for row in report["nodes"]} == {METHOD}
    assert {row["change"] for row in report["nodes"]} == {"changed"}
    assert not [row for row in report["nodes"] if "relative" in row["why"]], "classes are absolute"


@pytest.mark.sweep
def test_a_refreshed_table_dates_the_evidence_and_is_named_as_the_cause(bering, tmp_path):
    """The index of the snapshot under a later date, the pier of Pevek 12.5 m deep instead of 4.9 m."""

    def change(feeds):
        table = ports_of(feeds)
        assert set(table["source_id"]) == {"nga_world_port_index"}
        at = table["feature_id"] == "wpi-62680"
        assert table.loc[at, "cargo_pier_depth_low_m"].item() == pytest.approx(4.9, abs=0.05)
        deeper = {"cargo_pier_depth_low_m": 12.5, "cargo_pier_depth_high_m": 13.7}
        table = table.assign(as_of="2026-10-01", **{c: table[c].mask(at, v) for c, v in deeper.items()})
        feeds["ports"][0] = table

    other = altered(tmp_path, change, {"nga_world_port_index": "2026-10-01"})
    evidence = pd.read_parquet(other / "tables" / "evidence.parquet")
    rests = evidence[(evidence["source_id"] == "nga_world_port_index") & (evidence["group"] == "m_facility")]
    assert len(rests) > 20
    assert set(rests["as_of"]) == {"2026-10-01"}
    report = changes(bering, other)
    [source_row] = report["sources"]
    assert (source_row["id"], source_row["as_of_new"]) == ("nga_world_port_index", "2026-10-01")
    assert source_row["evidence_anew"] >= len(rests)
    # The pier, and the deepest charted water that a falling sea would take from, where it is asked.
    assert 1 <= source_row["evidence_other"] < 10
    rows = {(row["id"], row["what"]): row for row in report["nodes"]}
    pevek = rows["port:wpi-62680", "military_class"]
    assert (pevek["old"], pevek["new"], pevek["cause"]) == ("moderate", "high", SOURCE)
    assert pevek["why"].startswith("pier_depth 4.9 -> 12.5 (nga_world_port_index, 2026-10-01)")
    assert {row["cause"] for row in report["nodes"]} == {SOURCE}
    assert all("nga_world_port_index" in row["why"] for row in report["nodes"])
    text = as_text(report)
    assert f"evidence: {source_row['evidence_anew']} rows stated anew" in text
    assert "port:wpi-62680 Pevek: military_class moderate -> high [source changed]" in text


@pytest.mark.sweep
def test_a_picture_of_an_earlier_method_is_refused_in_one_line(bering, tmp_path, command):
    """What it was judged by is not what pictures are judged by now: told, not guessed at."""
    report = json.loads((bering / "MANIFEST.json").read_text())
    report["judged_by"] |= {"top_share": 0.25}
    report["id"] = identify(report)
    old = tmp_path / report["id"]
    shutil.copytree(bering, old)
    (old / "MANIFEST.json").chmod(0o644)
    (old / "MANIFEST.json").write_text(json.dumps(report))
    done = command("changes", str(old), str(bering))
    assert (done.returncode, beside_progress(done.stderr).count("\n")) == (1, 1)
    assert "found top_share: it is of an earlier method; build it again" in done.stderr


def ports_of(feeds) -> gpd.GeoDataFrame:
    return feeds["ports"][0]


@pytest.mark.sweep
def test_a_port_gone_moved_and_renamed_is_the_sources_doing(bering, tmp_path):
    """Of three ports of the index one is left out, one moves 5 km, one has another name."""
    nodes = gpd.read_parquet(bering / "layers" / "nodes.parquet")
    ports = nodes[nodes["node_id"].str.startswith("port:wpi-")].sort_values("node_id")
    # Ports that no other source also lists: their node stands and falls with the index.
    alone = ports[~ports["sources"].str.contains(";")]["node_id"].str.removeprefix("port:").tolist()
    gone, moved, renamed = alone[:3]

    def change(feeds):
        table = ports_of(feeds)
        shape = table.geometry.copy()
        at = table.index[table["feature_id"] == moved][0]
        shape[at] = affinity.translate(shape[at], 5000.0)
        name = table["name"].mask(table["feature_id"] == renamed, "Port Renamed")
        table = table.assign(name=name).set_geometry(gpd.GeoSeries(shape, crs=3413))
        feeds["ports"][0] = table[table["feature_id"] != gone].reset_index(drop=True)

    other = altered(tmp_path, change, {"nga_world_port_index": "2026-10-01"})
    report = changes(bering, other)
    [row] = report["sources"]
    assert (row["id"], row["as_of_old"], row["as_of_new"]) == (
        "nga_world_port_index", "2025-05-27", "2026-10-01",
    )  # fmt: skip
    assert report["methods"] == [], report["methods"]
    rows = {(row["id"], row["change"], row["what"]): row for row in report["nodes"]}
    assert rows[f"port:{gone}", "gone", ""]["cause"] == SOURCE
    assert "no longer lists it" in rows[f"port:{gone}", "gone", ""]["why"]
    place = rows[f"port:{moved}", "moved", "place"]
    assert place["cause"] == SOURCE
    assert 4.5 < float(place["why"].split(" km")[0].rsplit(" ", 1)[-1]) < 5.5
    name = rows[f"port:{renamed}", "changed", "name"]
    assert (name["new"], name["cause"]) == ("Port Renamed", SOURCE)
    for change, ids in (("gone", {f"port:{gone}"}), ("moved", {f"port:{moved}"}), ("added", set())):
        assert {row["id"] for row in report["nodes"] if row["change"] == change} == ids
    # The other way round what is gone was added.
    back = changes(other, bering)
    assert {row["id"] for row in back["nodes"] if row["change"] == "added"} == {f"port:{gone}"}
    assert sum(sum(by.values()) for by in report["counts"].values()) == len(report["nodes"])
    assert {row["cause"] for row in report["nodes"]} <= set(CAUSES)


@pytest.mark.sweep
def test_the_command_prints_what_differs(bering, milder, tmp_path, command):
    done = command("changes", str(bering), str(milder), "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["old"], report["new"]) == (bering.name, milder.name)
    text = command("changes", str(bering), str(milder)).stdout
    assert "[method changed]" in text
    assert len(text.splitlines()) >= len(report["nodes"])
    done = command("changes", str(bering), str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "expected a picture" in done.stderr


# --- tables


def table(**columns) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    return pd.DataFrame({"feature_id": [f"f{n}" for n in range(count)], "as_of": "2026-01-01", **columns})


def test_rows_by_hand():
    old = table(depth_m=[1.0, 2.0, None, 4.0], is_lit=[True, False, None, None])
    new = table(depth_m=[1.0, 2.5, 3.0, None], is_lit=[True, False, None, True])
    rows = row_changes(old, new, is_measured=False, ignored=IGNORED)
    assert {(r["id"], r["what"], r["old"], r["new"]) for r in rows} == {
        ("f1", "depth_m", 2.0, 2.5), ("f2", "depth_m", None, 3.0), ("f3", "depth_m", 4.0, None),
        ("f3", "is_lit", None, True),
    }  # fmt: skip
    assert {r["cause"] for r in rows} == {SOURCE}


def test_only_a_later_measurement_is_news_of_the_world():
    old = pd.DataFrame({"feature_id": ["a", "b"], "as_of": ["2026-01-01", "2026-01-03"], "x": [1.0, 2.0]})
    new = pd.DataFrame(
        {
            "feature_id": ["a", "b", "c", "d", "e"],
            "as_of": ["2026-01-01", "2026-01-03", "2026-01-02", "2026-01-04", "2026-01-03"],
            "x": [1.5, 2.0, 3.0, 4.0, 5.0],
        }
    )
    rows = {
        (r["id"], r["change"]): r["cause"] for r in row_changes(old, new, is_measured=True, ignored=IGNORED)
    }
    # A day filled in later, a day corrected and another row of the last day come from the source.
    assert rows == {
        ("a", "changed"): SOURCE, ("c", "added"): SOURCE, ("d", "added"): WORLD, ("e", "added"): SOURCE,
    }  # fmt: skip
    assert {c["cause"] for c in row_changes(old, new, is_measured=False, ignored=IGNORED)} == {SOURCE}


def test_a_column_that_the_layer_leaves_out_is_no_change():
    """Another licence number under the same date; the place is reported as a move."""
    old, new = table(x=[1.0], serial=["a"]), table(x=[1.0], serial=["b"])
    [row] = row_changes(old, new, is_measured=False, ignored=IGNORED)
    assert row["what"] == "serial"
    assert row_changes(old, new, is_measured=False, ignored=("as_of", "serial")) == []


def test_a_field_that_is_new_is_said_once():
    old, new = table(x=[None, None, None]), table(x=[1.0, 2.0, 3.0])
    [row] = row_changes(old, new, is_measured=False, ignored=IGNORED)
    assert (row["id"], row["what"]) == ("", "x")
    assert "the field is new" in row["why"]
    assert "the field is gone" in row_changes(new, old, is_measured=False, ignored=IGNORED)[0]["why"]


def test_a_point_moved_from_a_hundred_and_ten_metres_on():
    """0.0009 degree of latitude are 100 m, 0.0011 are 123 m."""
    north = [0.0, 0.0009, 0.0011, -1.0]
    old, new = (
        gpd.GeoDataFrame(table(x=[1.0] * 4), geometry=gpd.points_from_xy([20.0] * 4, y), crs=4326).to_crs(
            3413
        )
        for y in ([70.0] * 4, [70.0 + dy for dy in north])
    )
    rows = row_changes(old, new, is_measured=True, ignored=IGNORED)
    assert [(row["id"], row["change"], row["cause"], row["why"]) for row in rows] == [
        ("f2", "moved", SOURCE, "by 0.1 km"), ("f3", "moved", SOURCE, "by 111.6 km"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("longitude", "said"), [(-51.7167, "51.717° W"), (30.0453, "30.045° E"), (0.0, "0.000° E")]
)
def test_a_place_has_its_side_of_greenwich(longitude, said):
    assert _place(pd.Series({"longitude_deg": longitude, "latitude_deg": 64.1667})) == f"64.167° N, {said}"


@pytest.mark.parametrize(
    ("days", "renewed", "cause", "why"),
    [
        ((1, 1), set(), METHOD, "code"),
        ((1, 2), set(), WORLD, "as it stands on 2026-01-02, by own_memberships"),
        ((2, 1), {"own_memberships"}, SOURCE, "own_memberships says so"),
        ((1, 1), {"ports"}, METHOD, "code"),
    ],
)
def test_a_membership_differs_by_its_source_or_by_the_day(days, renewed, cause, why):
    note = SimpleNamespace(id="own_memberships", feeds="memberships")
    old, new = (SimpleNamespace(day=date(2026, 1, day), sources=[note]) for day in days)
    why_of = _Why(old, new, SimpleNamespace(otherwise=(METHOD, "code")), renewed)
    assert why_of("institution", pd.Series({"source_id": "ports"}), []) == (cause, why)


def test_moved_km_is_geodesic():
    """A degree of latitude at 70 N is 111.57 km on WGS 84."""
    old = pd.DataFrame({"id": ["a"], "longitude_deg": [20.0], "latitude_deg": [69.5]})
    new = old.assign(latitude_deg=70.5)
    assert moved_km(old, new, "id")["a"] == pytest.approx(111.57, abs=0.02)
    across = old.assign(longitude_deg=-179.99), old.assign(longitude_deg=179.99)
    assert moved_km(*across, "id")["a"] < 1


def wpi_2023(mirror: Path, folder: Path) -> gpd.GeoDataFrame:
    path = folder / PACKAGE.member
    path.parent.mkdir(parents=True)
    shutil.copy(mirror / "ports" / "NGA_WPI_UpdatedPub150_2023.csv", path)
    return table_of(source("nga_world_port_index"), folder, folder).assign(as_of="2023-05-01")


@pytest.mark.shared
def test_two_issues_of_the_world_port_index(mirror, tmp_path):
    """Counted again from the raw file with the csv module alone."""
    old, new = wpi_2023(mirror, tmp_path), embedded_table(source("nga_world_port_index"))
    rows = row_changes(old, new, is_measured=False, ignored=IGNORED)
    with (mirror / "ports" / "NGA_WPI_UpdatedPub150_2023.csv").open(
        encoding="utf-8-sig", newline=""
    ) as stream:
        raw = [row for row in csv.DictReader(stream) if float(row["Latitude"]) >= 58]
    raw = [row for row in raw if row["Harbor Use"] != "Military"]
    numbers: dict[str, dict[str, str]] = {}
    for row in raw:  # of two ports with one number the first keeps it
        numbers.setdefault(row["World Port Index Number"].removesuffix(".0"), row)
    now = new.set_index("feature_id")
    assert len(old) == len(raw)
    counts = Counter(row["change"] for row in rows)
    assert counts["added"] == len(set(now.index) - set(old["feature_id"])) == 6
    assert counts["gone"] == len(set(old["feature_id"]) - set(now.index)) == 13
    both = {f"wpi-{number}": row for number, row in numbers.items() if f"wpi-{number}" in now.index}
    names = {r["id"]: (r["old"], r["new"]) for r in rows if r["what"] == "name"}
    assert names == {
        key: (row["Main Port Name"].strip(), now.loc[key, "name"])
        for key, row in both.items()
        if row["Main Port Name"].strip() != now.loc[key, "name"]
    }
    assert names["wpi-28410"] == ("Reka Luga", "Ust Luga")
    # 0 means "not stated" in both issues; nothing becomes 0.
    lengths = {r["id"]: (r["old"], r["new"]) for r in rows if r["what"] == "max_vessel_length_m"}
    assert len(lengths) == 44
    for key, (before, after) in lengths.items():
        assert (before or 0) == float(both[key]["Maximum Vessel Length (m)"] or 0)
        assert 0 not in {before, after}
    # No port moved by 100 m: the places again, from the raw degrees.
    where = new.set_geometry(new.geometry).to_crs(4326).geometry
    for key, x, y in zip(new["feature_id"], where.x, where.y, strict=True):
        if key in both:
            assert abs(float(both[key]["Latitude"]) - y) < 0.001
            assert abs(float(both[key]["Longitude"]) - x) < 0.003
    assert counts["moved"] == 0
    assert {row["cause"] for row in rows} == {SOURCE}
    assert [r["what"] for r in rows if r["id"] == ""] == ["object_id"], "OID_ is new in 2025"


def extent(mirror: Path, folder: Path, name: str) -> pd.DataFrame:
    path = folder / name / DAILY_CSV
    path.parent.mkdir(parents=True)
    shutil.copy(mirror / "sea_ice" / f"g02135_N_seaice_extent_daily_{name}.csv", path)
    return table_of(source("nsidc_sea_ice_index"), folder / name, folder)


@pytest.mark.shared
def test_two_issues_of_the_extent_series(mirror, tmp_path):
    """2025-12-11 to 2026-08-05 is 237 days, each measured and added once; no earlier day differs."""
    old, new = (extent(mirror, tmp_path, f"v4.0_to{day}") for day in ("20251211", "20260805"))
    rows = row_changes(old, new, is_measured=True, ignored=IGNORED)
    days = pd.date_range("2025-12-12", "2026-08-05").strftime("%Y-%m-%d")
    assert [row["id"] for row in rows] == [f"nh-{day}" for day in days]
    assert len(days) == 237
    assert {(row["change"], row["cause"]) for row in rows} == {("added", WORLD)}


@pytest.mark.shared
def test_two_versions_of_the_extent_series(mirror, tmp_path):
    """Version 3 and 4 are the same until 2022; from 2023 days are of another sensor: the source's doing."""
    old, new = (extent(mirror, tmp_path, name) for name in ("v3.0_to2025", "v4.0_to20260805"))
    rows = row_changes(old, new, is_measured=True, ignored=IGNORED)
    other = [row for row in rows if row["what"] == "extent_million_km2"]
    assert {row["cause"] for row in other} == {SOURCE}
    assert min(row["id"] for row in other) >= "nh-2023-01-01"
    both = old.merge(new, on="date", suffixes=("", "_new"))
    apart = (both["extent_million_km2"] - both["extent_million_km2_new"]).abs()
    assert len(other) == int((apart > 1e-9).sum())
    assert apart.max() == pytest.approx(0.286, abs=0.001)
    assert np.isfinite(apart).all()


ARCTIC = Options(draws=25)


@pytest.mark.shared
@pytest.mark.long
def test_two_issues_of_two_sources_in_two_pictures(mirror, tmp_path):
    """The index of 2023 and of 2025, the extents to 2025-12-11 and to 2026-08-05.

    Four rows were looked up by number and by name in both raw files: 28410 is Reka Luga in that of 2023 and
    Ust Luga in that of 2025; 20491, Tuktoyaktuk, and 115, Borgarnes, are in the first and the last only;
    1000, Pituffik, is of unknown use, then of military use. The fifth, of GeoNames, is in its own table.
    """
    issues = {
        "ports": wpi_2023(mirror, tmp_path / "wpi"),
        "sea_ice_extent": extent(mirror, tmp_path, "v4.0_to20251211"),
    }

    def change(feeds):
        feeds["ports"][0], feeds["sea_ice_extent"][0] = issues["ports"], issues["sea_ice_extent"]

    dates = {"nga_world_port_index": "2023-05-01", "nsidc_sea_ice_index": "2025-12-11"}
    old = altered(tmp_path / "old", change, dates, ARCTIC)
    report = changes(old, altered(tmp_path / "new", lambda _feeds: None, None, ARCTIC))
    assert [(row["id"], row["as_of_old"], row["as_of_new"]) for row in report["sources"]] == [
        ("nga_world_port_index", "2023-05-01", "2025-05-27"),
        ("nsidc_sea_ice_index", "2025-12-11", "2026-08-05"),
    ]
    nodes = {(row["id"], row["change"], row["what"]): row for row in report["nodes"]}
    assert nodes["port:wpi-115", "added", ""]["name"] == "Borgarnes"
    assert nodes["port:wpi-20491", "gone", ""]["why"] == "nga_world_port_index no longer lists it"
    assert nodes["port:wpi-1000", "gone", ""]["name"] == "Pituffik (Thule Air Base)"
    renamed = nodes["port:wpi-28410", "changed", "name"]
    assert (renamed["old"], renamed["new"]) == ("Reka Luga", "Ust Luga")
    assert {row["cause"] for row in report["nodes"]} == {SOURCE}
    # Tuktoyaktuk's harbour of GeoNames was joined to the index's port while that was there.
    joined = nodes["port:geonames-6170032", "added", ""]
    assert "nothing said of it differs; it follows from others (nga_world_port_index" in joined["why"]
    by = Counter((row["layer"], row["change"], row["cause"]) for row in report["features"])
    assert by["sea_ice_extent", "added", WORLD] == 237
    assert (by["ports", "added", SOURCE], by["ports", "gone", SOURCE]) == (6, 13)
    assert not [key for key in by if key[0] == "sea_ice_extent" and key[2] == SOURCE]
