"""Sources of which no file is at hand: fetched from loopback, judged and read in the documented form."""

from __future__ import annotations

import itertools
import json
import math
from datetime import UTC, date, datetime, timedelta
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from fault_server import _Quiet, running, serving
from form_service import QUICK, Service, day_here, read_here
from provider_forms import (
    FORMS,
    GGD318,
    LINE,
    MONTH,
    OBU_BANDS,
    OCCURRENCE,
    SHIPS,
    TODAY,
    drawn,
    features,
    ggd318,
    gml,
    obu,
    overpass,
    ship,
    vessel_density,
    zipped,
)
from provider_mirror import place

from layers.crs import area_km2, lonlat
from pipelines.intake.checks import judge
from pipelines.intake.fetch import Fetcher
from pipelines.intake.fetch_results import FetchResult
from pipelines.intake.findings import Finding
from pipelines.intake.ledger import ledger_of
from pipelines.intake.refresh import refresh
from pipelines.intake.tables import embedded_table
from pipelines.sources import FETCHABLE, source
from pipelines.sources.infrastructure import feature_services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRETS = {"BARENTSWATCH_CLIENT_ID": "who@example.org:c", "BARENTSWATCH_CLIENT_SECRET": "canary-3f9a"}


class _SignedIn(_Quiet):
    """A mirror that also gives a token to who knows the secret, and ships to who shows the token."""

    def do_POST(self) -> None:  # noqa: N802  its base's name
        result = self.rfile.read(int(self.headers["Content-Length"])).decode()
        right = "client_secret=canary-3f9a" in result and "grant_type=client_credentials" in result
        body = json.dumps(
            {"access_token": "token-77", "expires_in": 3600} if right else {"error": "no"}
        ).encode()
        self.send_response(200 if right else 400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:  # noqa: N802
        if "barentswatch" in self.path and self.headers.get("Authorization") != "Bearer token-77":
            self.send_error(401)
            return
        del self.headers["If-Modified-Since"]  # many services send their answer whole each time
        super().do_GET()


@pytest.fixture
def service(tmp_path, monkeypatch) -> Iterator[Service]:
    """A service of the test's own, read in this process; that of `accepted` is read apart."""
    monkeypatch.setattr("pipelines.intake.sandbox.read_in_sandbox", read_here)
    monkeypatch.setattr("pipelines.intake.sandbox.day_in_sandbox", day_here)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_SignedIn, directory=str(tmp_path / "mirror")))
    with running(server):
        yield Service(tmp_path, f"http://127.0.0.1:{server.server_address[1]}")


# One of each way of reading is read apart, as all are where it counts.
APART = (
    "emodnet_pipelines", "osm_power_lines", "geus_mineral_occurrences", "emodnet_vessel_density",
    "obu_2019_permafrost", "nsidc_ggd318_permafrost",
)  # fmt: skip


@pytest.fixture(scope="module")
def accepted(tmp_path_factory):
    """All forms fetched once, but those that take an account: the service, and what was told by source."""
    folder = tmp_path_factory.mktemp("forms")
    with serving(folder / "mirror") as url:
        service = Service(folder, url)
        names = [name for name in FORMS if not source(name).remotes[0].login]
        for name in names:
            service.serve(name, FORMS[name].make())
        results = {row.source: row for row in service.refresh(*APART)}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("pipelines.intake.sandbox.read_in_sandbox", read_here)
            results |= {row.source: row for row in service.refresh(*(set(names) - set(APART)))}
        yield service, results


@pytest.mark.sweep
@pytest.mark.parametrize("name", [name for name in FORMS if not source(name).remotes[0].login])
def test_a_form_is_fetched_judged_and_read(accepted, name):
    service, result = accepted
    assert result[name].state == "new", result[name].reason
    table, form = service.table(name), FORMS[name]
    assert len(table) == result[name].rows == form.rows
    row = table.to_dict("records")[0]
    assert {key: None if pd.isna(row[key]) else row[key] for key in form.first} == form.first
    assert set(table["source_id"]) == {name}


def test_a_form_stands_for_what_is_not_at_hand():
    """`data_sources.md` says of each that it was tried on a file written by the test."""
    for name in FORMS:
        assert name == "geonames_cities500" or "written by the test" in source(name).made, name


# --- what a server says of a file dates none of its content


PIPES = "emodnet_pipelines"  # no day in the file: the reader gives it that of its source, 2026-01-01
PIPES_AS_OF = source(PIPES).as_of


def stated(service: Service, day: str, content: bytes) -> FetchResult:
    """What becomes of a file of which the server says that it was last changed on a day."""
    service.time = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
    service.serve(PIPES, content)
    return service.refresh(PIPES)[0]


@pytest.mark.parametrize("day", ["2026-01-01", "2026-11-20", "2026-11-29", "2027-03-01", "2037-12-31"])
def test_the_day_a_server_states_is_never_the_day_of_the_content(service, day):
    result = stated(service, day, FORMS[PIPES].make())
    assert (result.state, result.as_of) == ("new", PIPES_AS_OF)
    assert set(service.table(PIPES)["as_of"]) == {PIPES_AS_OF}


def test_a_file_last_changed_before_what_is_held_was_made_is_held(service):
    result = stated(service, "2025-12-30", FORMS[PIPES].make())
    assert result.state == "held"
    assert (
        "date: expected a file of 2026-01-01 or later, found one last changed on 2025-12-30" in result.reason
    )


@pytest.mark.parametrize(
    ("first", "then", "state"),
    [
        ("2026-11-20", "2026-11-20", "changed"),
        ("2026-11-20", "2026-11-19", "held"),
        ("2026-11-20", "2027-03-01", "changed"),
        # A clock that ran ahead says no more than the day on which it was asked, 2026-11-25.
        ("2037-12-31", "2026-11-25", "changed"),
        ("2037-12-31", "2026-11-24", "held"),
    ],
)
def test_other_content_under_an_earlier_date_is_an_older_file_served_again(service, first, then, state):
    content = FORMS[PIPES].make()
    assert stated(service, first, content).state == "new"
    result = stated(service, then, content + b"\n")
    assert (result.state, result.as_of) == (state, PIPES_AS_OF)


# --- held, each for its reason


def base(*changes: str) -> bytes:
    """An answer of Overpass with one power line, in which some words are replaced."""
    answer = overpass(drawn(6, (25.7, 66.5), (26.0, 67.0), power="line", voltage="220000"))
    return answer.replace(*(text.encode() for text in changes))


# What is served, and the words of the reason.
HELD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "overpass_remark": (
        "osm_power_lines",
        lambda: base('"elements"', '"remark": "runtime error: Query timed out", "elements"'),
        "the remark 'runtime error: Query timed out'",
    ),
    "overpass_no_base": (
        "osm_power_lines", lambda: base("timestamp_osm_base", "stamp"),
        "expected osm3s.timestamp_osm_base",
    ),
    "overpass_old_base": (
        "osm_power_lines", lambda: base("2026-11-24", "2026-11-10"), "found one of 15 days ago",
    ),
    "overpass_missing_node": (
        "osm_power_lines", lambda: overpass(drawn(4, (17.4, 68.4), None, (18, 68.4), power="line")),
        "expected every way with all its nodes, found 1 of 1, way 4 first",
    ),
    "overpass_no_nodes": (
        "osm_power_lines", lambda: overpass({"type": "way", "id": 5, "tags": {"power": "line"}}),
        "expected every way with all its nodes",
    ),
    "overpass_unresolved": (
        "osm_power_lines",
        lambda: overpass(
            drawn(1, (25, 66), (26, 66), power="line"), {"type": "relation", "id": 2, "tags": {}}
        ),
        "expected a place in 99 % of the rows, found 1 of 2 without",
    ),
    "overpass_empty": ("osm_power_lines", overpass, "expected at least 1 rows, found 0"),
    "gml_entities": (
        "geus_mineral_occurrences",
        lambda: gml(OCCURRENCE).replace(b"<wfs:Feat", b'<!DOCTYPE x [<!ENTITY a "b">]><wfs:Feat', 1),
        "expected plain GML, found",
    ),
    "gml_system": (
        "geus_mineral_occurrences", lambda: gml(OCCURRENCE, system="EPSG:25832"),
        "expected one CRS of EPSG:32624, 4326",
    ),
    "gml_cut": ("geus_mineral_occurrences", lambda: gml(OCCURRENCE)[:-20], "expected GML, found"),
    "gml_exception": (
        "geus_mineral_occurrences", lambda: b"<ServiceExceptionReport>busy</ServiceExceptionReport>",
        "expected mineral_occurrences_v3_external, found none",
    ),
    "density_projection": (
        "emodnet_vessel_density", lambda: vessel_density(epsg=3857),
        "expected one band of 1 km cells in EPSG:3035",
    ),
    "density_code": (
        "emodnet_vessel_density", lambda: vessel_density(most=9e9), "expected 0 to 1e+06 hours",
    ),
    "obu_range": (
        "obu_2019_permafrost", lambda: obu(high=100.0), "expected values of 0 to 1, found 0 to 100",
    ),
    "obu_grid": ("obu_2019_permafrost", lambda: obu(step=25_000.0), "expected even steps of 10000 m"),
    "obu_variable": (
        "obu_2019_permafrost", lambda: obu(variable="PFR"), "expected the variable PerProb, found",
    ),
    # Upside down the block lies about the White Sea; left for right it lies in Yukon and Alaska.
    "obu_rows": (
        "obu_2019_permafrost", lambda: obu(turn=(-1, 1)), "expected 90% or more of the permafrost on land",
    ),
    "obu_columns": (
        "obu_2019_permafrost", lambda: obu(turn=(1, -1)), "typed places within a step of their zone, found",
    ),
    "ggd318_code": (
        "nsidc_ggd318_permafrost", lambda: ggd318("X"),
        "expected EXTENT of C, D, S, I, G, L, O, R, found 'X'",
    ),
    "ggd318_ice": (
        "nsidc_ggd318_permafrost", lambda: ggd318(content="v"), "expected CONTENT of H, M, L, found 'V'",
    ),
    "ggd318_columns": (
        "nsidc_ggd318_permafrost", lambda: ggd318(drop="CONTENT"),
        "expected the column CONTENT, found NUM_CODE",
    ),
    "ggd318_degrees": (
        "nsidc_ggd318_permafrost", lambda: ggd318(crs="EPSG:4326"), "expected a CRS in metres in its .prj",
    ),
    "cables_cut": (
        "emodnet_power_cables",
        lambda: features(LINE, {"navn": "A"}, numberMatched=9),
        "expected all features, found 1 of 9",
    ),
    "geonames_columns": (
        "geonames_cities500", lambda: zipped("cities500.txt", "1\tA\tA\n2\tB\tB\n"),
        "expected 19 columns that end in a day",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HELD)
def test_what_is_bad_is_held_for_its_reason(service, case):
    name, content, reason = HELD[case]
    service.serve(name, content())
    [results] = service.refresh(name)
    assert results.state == "held"
    assert reason in results.reason
    assert not (ledger_of(service.cache).get(name) or {}).get("set")


@pytest.mark.parametrize("name", [row.id for row in feature_services.SOURCES])
def test_a_service_that_leaves_some_out_is_held(service, name):
    service.serve(name, json.dumps(json.loads(FORMS[name].make()) | {"numberMatched": 9}).encode())
    [results] = service.refresh(name)
    assert results.state == "held"
    assert "expected all features, found 1 of 9" in results.reason


def test_areas_that_do_not_say_their_projection_are_held(service, tmp_path):
    frame = gpd.GeoDataFrame({"id": ["A"], "name": ["A"]}, geometry=[shapely.box(10, 60, 11, 61)], crs=4326)
    for remote in source("snap_territories").remotes:
        path = tmp_path / Path(remote.file).name
        if not path.with_suffix(".shp").exists():
            frame.to_file(path.with_suffix(".shp"))
        content = b" " if path.suffix == ".prj" else path.read_bytes()
        place(service.mirror, remote.url).write_bytes(content)
    [results] = service.refresh("snap_territories")
    assert results.state == "held"
    assert "expected a CRS in metres in its .prj, found none" in results.reason


def finding(name: str, new: Any, old: Any = None, today: date = TODAY) -> list[Finding]:
    return judge(new, old, today, source(name).checks)


@pytest.mark.sweep
def test_a_base_of_three_days_is_marked_and_one_of_eight_is_not_taken(accepted):
    service, _ = accepted
    table = service.table("osm_power_lines")

    def outcome(days: int) -> list[str]:
        found = finding("osm_power_lines", table, today=date(2026, 11, 24) + timedelta(days))
        return [row.outcome for row in found if row.rule == "base"]

    assert [outcome(days) for days in (0, 2, 3, 7, 8)] == [[], [], ["warn"], ["warn"], ["hold"]]


def test_a_fifth_fewer_elements_are_not_taken_and_names_that_all_change_are_told(service):
    name = "osm_power_lines"
    many = [drawn(n, (18 + n / 100, 69.6), (18.5, 69.7), power="line", name=f"P{n}") for n in range(20)]
    service.serve(name, overpass(*many))
    assert service.refresh(name)[0].state == "new"
    renamed = [row | {"tags": row["tags"] | {"name": "X"}} for row in many]
    service.serve(name, overpass(*renamed))
    [results] = service.refresh(name)
    assert (results.state, results.warnings) == (
        "changed",
        ("names: osm_power_lines.json: 100% of the names changed since last time",),
    )
    service.serve(name, overpass(*many[:15]))
    [results] = service.refresh(name)
    assert results.state == "held"
    assert "expected about 20 rows, found 15" in results.reason


def test_openstreetmap_is_a_table_of_its_own_that_feeds_nothing():
    from pipelines.sources import SOURCES

    row = source("osm_power_lines")
    assert (row.licence, row.feeds, row.planned_for) == ("ODbL-1.0", "", "the flow network")
    assert row not in SOURCES
    assert row.shape is not None


@pytest.mark.sweep
def test_geonames_own_dump_gives_the_rows_of_the_package(accepted):
    service, result = accepted
    live, stored = service.table("geonames_cities500"), embedded_table(source("geonames_cities500"))
    assert isinstance(live, type(stored))
    assert result["geonames_cities500"].as_of == "2026-11-09"
    same = ["feature_id", "name", "country_iso3", "population"]
    assert live[same].equals(stored[same])
    assert live.geometry.distance(stored.geometry).max() < 1.0, "a metre: five digits of a degree"


@pytest.mark.sweep
def test_permafrost_is_where_the_file_has_it(accepted):
    """Each zone is a block of 38 degrees of longitude between two parallels: its area on a sphere."""
    service, _ = accepted
    table = service.table("obu_2019_permafrost").set_index("permafrost_zone")
    zones = ("isolated", "sporadic", "discontinuous", "continuous")
    for zone, (south, north) in zip(zones, itertools.pairwise(low for low, _ in OBU_BANDS), strict=True):
        shape = table.geometry[zone]
        at_lon, at_lat = lonlat(*shapely.get_coordinates(shape).T)
        margin = 0.15  # a cell of 10 km and its diagonal, in degrees of latitude
        assert south - margin < at_lat.min() < at_lat.max() < north + margin, zone
        assert 111.5 < at_lon.min() < at_lon.max() < 150.5, zone
        height = math.sin(math.radians(north)) - math.sin(math.radians(south))
        block = 6371.0**2 * math.radians(38) * height
        assert area_km2([shape])[0] == pytest.approx(block, rel=0.03), zone
    assert table["ground_ice"].isna().all(), "the model says nothing of it"


@pytest.mark.sweep
def test_a_drawn_map_is_read_by_extent_and_content(accepted):
    """The zones and the ice of the file, each where it was drawn; glaciers and lakes are no permafrost."""
    service, _ = accepted
    table = service.table("nsidc_ggd318_permafrost")
    stored = table[["permafrost_zone", "ground_ice"]].astype("object").where(table.notna(), None)
    assert stored.to_numpy().tolist() == [
        ["continuous", "high"], ["discontinuous", "medium"], ["sporadic", None], ["isolated", "low"],
    ]  # fmt: skip
    assert table["name"].tolist()[2] == "sporadic, ground ice not told"
    for shape, (box, _, _) in zip(table.geometry, GGD318, strict=False):
        bounds = shapely.bounds(shapely.MultiPoint(np.column_stack(lonlat(*shape.exterior.coords.xy))))
        assert bounds == pytest.approx(box, abs=0.1)


@pytest.mark.sweep
def test_an_occurrence_lies_at_its_point_and_not_at_its_box(accepted):
    """UTM 24 N, 500 km east: on the meridian of 39 W by definition; 7100 km north is 64.03 N."""
    service, _ = accepted
    at = service.table("geus_mineral_occurrences").geometry
    lon, lat = lonlat(at.x, at.y)
    assert (lon[0], lat[0]) == (pytest.approx(-39.0), pytest.approx(64.03, abs=0.01))


@pytest.mark.sweep
def test_a_coverage_lies_where_its_corner_says(accepted):
    """EPSG:3035 is centred on 10 E, 52 N at (4321000, 3210000): 4.2 to 4.3, 5.1 Mm is by 10 E, 69 N."""
    service, _ = accepted
    middle_of = service.table("emodnet_vessel_density").geometry.iloc[0].centroid
    lon, lat = lonlat(middle_of.x, middle_of.y)
    assert 8 < float(lon) < 10
    assert 68 < float(lat) < 70


def test_ships_are_counted_where_a_token_is_shown(service, monkeypatch):
    service.serve("barentswatch_ais", json.dumps(SHIPS).encode())
    [results] = service.refresh("barentswatch_ais")
    assert results.state == "refused"
    assert "set BARENTSWATCH_CLIENT_ID and BARENTSWATCH_CLIENT_SECRET" in results.reason
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    [results] = service.refresh("barentswatch_ais")
    assert (results.state, results.rows, results.as_of) == ("new", 1, "2026-11-25"), results.reason
    table = service.table("barentswatch_ais")
    assert table["detail"].tolist() == ["2 ships"], "the third has no place, and none is kept by name"
    assert "257000001" not in table.to_csv()
    monkeypatch.setenv("BARENTSWATCH_CLIENT_SECRET", "wrong")
    [results] = service.refresh("barentswatch_ais")
    assert (results.state, "expected a token, found status 400" in results.reason) == ("refused", True)
    for path in service.cache.rglob("*"):
        result = path.read_bytes() if path.is_file() else b""
        assert b"canary" not in result, path
        assert b"token-77" not in result, path


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([ship(257, 18, 69), *SHIPS], "expected an MMSI of 9 digits"),
        ([ship(257000009, 18, 95)], "expected degrees, or 91 and 181 for none"),
        ([{"mmsi": 1}], "expected rows of latitude, longitude, mmsi, msgtime"),
    ],
)
def test_ships_that_cannot_be_are_held(service, monkeypatch, rows, said):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    service.serve("barentswatch_ais", json.dumps(rows).encode())
    [results] = service.refresh("barentswatch_ais")
    assert results.state == "held"
    assert said in results.reason


@pytest.mark.parametrize(
    "mirror", ["http://mirror.example.org", "https://mirror.example.org", "https://10.0.0.1"]
)
def test_a_secret_is_not_sent_to_a_mirror_elsewhere(tmp_path, monkeypatch, mirror):
    """Nor under TLS, which keeps a secret on its way to the one who has the mirror."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    fetcher = Fetcher(mirror, QUICK)
    results = refresh(FETCHABLE, tmp_path, fetcher, today=TODAY, day=MONTH, names=["barentswatch_ais"])
    assert "expected https or a mirror on this machine" in results[0].reason
