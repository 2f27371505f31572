"""Lines and backups of our own tables: as they stand, where they end, whose word they are, every refusal."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from cited_tables import GEOD

import pipelines.source
from layers.catalog import LAYERS
from layers.crs import lonlat
from layers.errors import SourceError
from layers.schema import check, conform
from pipelines.read_helpers import read_rows
from pipelines.snapshot import DATA
from pipelines.source import REFERENCE, Inputs
from pipelines.sources.reference import interconnectors

if TYPE_CHECKING:
    from pathlib import Path

READERS = {
    "interconnectors": (interconnectors.read_interconnectors, "line_key"),
    "backup_links": (interconnectors.read_backup_links, "backup_key"),
}


def own(name: str) -> pd.DataFrame:
    return read_rows(REFERENCE / f"{name}.csv")


def read(name: str, folder: Path) -> pd.DataFrame:
    return READERS[name][0](Inputs(packages=folder))


@pytest.fixture(scope="module")
def places() -> dict[str, tuple[float, float]]:
    """Longitude and latitude of every settlement and node of the picture, by vertex."""
    towns = gpd.read_parquet(DATA / "geonames_cities500.parquet")
    x, y = lonlat(towns.geometry.x.to_numpy(), towns.geometry.y.to_numpy())
    nodes = gpd.read_parquet(DATA / "node_sites.parquet")
    keys = ["settlement:" + towns["feature_id"], nodes["node_id"]]
    points = [zip(x, y, strict=True), zip(nodes["longitude_deg"], nodes["latitude_deg"], strict=True)]
    return {
        key: at for ids, part in zip(keys, points, strict=True) for key, at in zip(ids, part, strict=True)
    }


# ------------------------------------------------------------------------------------- as they stand


@pytest.mark.parametrize("name", READERS)
def test_each_table_reads_and_is_embedded_as_it_stands(name: str, tmp_path: Path) -> None:
    source = next(row for row in interconnectors.SOURCES if row.id == f"own_{name}")
    layer = next(row for row in LAYERS if row.id == source.feeds)
    table = conform(read(name, tmp_path), layer)
    check(table, layer)
    pd.testing.assert_frame_equal(table, pd.read_parquet(DATA / f"own_{name}.parquet"))
    assert len(table) == len(own(name))


def test_an_end_lies_at_the_place_that_it_names(places) -> None:
    """Ends are to 0.1 degree, and may be drawn to the town nearby: within 10 km."""
    named = 0
    for row in own("interconnectors").to_dict("records"):
        for side in ("from", "to"):
            if not row[f"{side}_vertex"]:
                continue
            named += 1
            at = float(row[f"{side}_longitude_deg"]), float(row[f"{side}_latitude_deg"])
            metres = GEOD.inv(*at, *places[row[f"{side}_vertex"]])[2]
            assert metres < 10_000, (row["line_key"], side, metres)
    assert named > 40


def test_a_place_without_a_vertex_has_one_position_a_carrier() -> None:
    table = own("interconnectors")
    carrier = table["kind"].replace({"power_cable": "power", "power_line": "power"})
    ends = pd.concat([
        table[[f"{side}_{name}" for name in ("place", "vertex", "longitude_deg", "latitude_deg", "grid")]]
        .set_axis(["place", "vertex", "longitude", "latitude", "grid"], axis=1).assign(carrier=carrier)
        for side in ("from", "to")
    ])  # fmt: skip
    stations = ends[ends["vertex"] == ""].drop_duplicates()
    assert not stations.duplicated(["carrier", "place"]).any()


def test_what_a_backup_serves_is_in_the_picture(places) -> None:
    for row in own("backup_links").itertuples():
        assert set(row.vertices.split()) | set(row.leads_to.split()) <= set(places), row.backup_key


def test_no_backup_is_known_from_the_report_of_an_incident() -> None:
    """A row that cites a report would let that report predict itself."""
    reports = set(own("incidents")["source_url"])
    for name in READERS:
        assert reports.isdisjoint(own(name)["source_url"]), name


def test_a_supplied_end_is_a_grid_a_plant_or_a_way_out() -> None:
    """A town is fed by lines; only two of Finnmark lead on to the south."""
    table = own("interconnectors")
    for side in ("from", "to"):
        towns = table[
            table[f"{side}_vertex"].str.startswith("settlement:") & (table[f"is_{side}_supplied"] == "1")
        ]
        assert set(towns[f"{side}_place"]) <= {"Alta", "Hammerfest"}


# ------------------------------------------------------------------------------------------ refusals


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Our tables in a folder of the test, from which they are read."""
    shutil.copytree(REFERENCE, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(pipelines.source, "REFERENCE", tmp_path)
    return tmp_path


REFUSED = {
    "kind": ("interconnectors", "estlink_1", {"kind": "tunnel"}, "kind: expected one of power_cable"),
    "no place": ("interconnectors", "estlink_1", {"to_place": ""}, "to_place: expected a value, found "),
    "one place twice": ("interconnectors", "estlink_1", {"to_place": "Harku"},
                        "to_place: expected another place than from_place, found 'Harku'"),
    "no position": ("interconnectors", "estlink_1", {"from_latitude_deg": ""},
                    "from_latitude_deg: expected 45 to 90"),
    "far south": ("interconnectors", "estlink_1", {"to_latitude_deg": "6.2"},
                  "to_latitude_deg: expected 45 to 90, found '6.2'"),
    "supply in words": ("interconnectors", "estlink_1", {"is_from_supplied": "yes"},
                        "is_from_supplied: expected 1 or 0, found 'yes'"),
    "capacity without unit": ("interconnectors", "estlink_1", {"capacity_unit": ""},
                              "capacity_unit: expected a unit where a capacity is given, else none"),
    "unit without capacity": ("interconnectors", "estlink_1", {"capacity": ""},
                              "capacity_unit: expected a unit where a capacity is given, else none"),
    "ends before it starts": ("interconnectors", "vyborg_400kv", {"in_service_until": "1979"},
                              "in_service_until: expected a day that is not before in_service_from"),
    "no such month": ("interconnectors", "estlink_1", {"in_service_from": "2006-13"},
                      "in_service_from: expected an ISO date, found '2006-13'"),
    "address": ("interconnectors", "estlink_1", {"source_url": "ftp://example.org/a"},
                "source_url: expected an address with http or https"),
    "serves nothing": ("backup_links", "terra_alaska", {"vertices": ""}, "vertices: expected a value"),
    "no start": ("backup_links", "terra_alaska", {"in_service_from": ""},
                 "in_service_from: expected a value"),
    "kind of backup": ("backup_links", "terra_alaska", {"kind": "pigeon"}, "kind: expected one of radio"),
    "flow": ("backup_links", "terra_alaska", {"flow": "goods"}, "flow: expected one of data, energy"),
    "room reversed": ("backup_links", "terra_alaska",
                      {"room_low": "2", "room_high": "1", "room_unit": "Gbit/s"},
                      "room_low: expected no more than room_high, found '2'"),
    "room without unit": ("backup_links", "terra_alaska", {"room_high": "1"},
                          "room_unit: expected a unit for a room, else none"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_row_that_contradicts_itself_is_refused_by_file_and_row(case: str, folder: Path) -> None:
    name, key, cells, reason = REFUSED[case]
    table = own(name)
    row = int(table.index[table[READERS[name][1]] == key][0])
    for column, value in cells.items():
        assert column in table
        table.loc[row, column] = value
    table.to_csv(folder / f"{name}.csv", index=False)
    with pytest.raises(SourceError) as caught:
        read(name, folder)
    message = str(caught.value)
    assert f"{name}.csv, row {row + 2}: " in message
    assert reason in message
    assert "\n" not in message
