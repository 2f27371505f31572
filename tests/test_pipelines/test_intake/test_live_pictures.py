"""Pictures of live sources: nothing late is shown as fresh, and live rows enter where they were fetched."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from daily_provider import DAILY_URL, QUICK_BUILD, Provider, away, good, held
from fault_server import serving
from form_service import Service, read_here
from good_files import DAILY, daily_csv
from provider_forms import FORMS, obu
from provider_mirror import place

from layers.catalog import LAYERS
from layers.compose import _fold, static_layers
from pipelines.intake.replace_embedded import replace_embedded
from pipelines.operations.source_list import source_rows
from pipelines.picture.build import Options, build, compose_snapshot
from pipelines.picture.diff import changes
from pipelines.picture.read import check_picture
from pipelines.snapshot import load
from pipelines.sources import SOURCES, source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.picture import Picture


def build_on(provider: Provider, day: date) -> tuple[Path, Picture]:
    return build(provider.cache / "pictures", replace(QUICK_BUILD, cache=provider.cache, day=day))


# What happened -> the day of the picture, the source's date and state, and the picture's status.
SCENARIOS = {
    "fresh": ([good], "2026-08-07", "2026-08-06", "live", "COMPLETE"),
    "fresh for a week": ([good], "2026-08-13", "2026-08-06", "live", "COMPLETE"),
    "older than a week": ([good], "2026-08-14", "2026-08-06", "stale", "DEGRADED"),
    "held after a good one": ([good, held], "2026-08-07", "2026-08-06", "held", "DEGRADED"),
    "away after a good one": ([good, away], "2026-08-07", "2026-08-06", "stale", "DEGRADED"),
    "held, then good again": ([good, held, good], "2026-08-07", "2026-08-06", "live", "COMPLETE"),
    "held and old": ([good, held], "2026-08-30", "2026-08-06", "held", "DEGRADED"),
    "four weeks old": ([good], "2026-09-04", "2026-08-06", "stale", "DEGRADED"),
    "a season old": ([good], "2026-11-25", "2026-08-06", "stale", "DEGRADED"),
    "held and a season old": ([good, held], "2026-11-25", "2026-08-06", "held", "DEGRADED"),
    "held at first": ([held], "2026-08-07", "2026-08-05", "held", "DEGRADED"),
    "away at first": ([away], "2026-08-07", "2026-08-05", "stale", "DEGRADED"),
    "never fetched": ([], "2026-08-07", "2026-08-05", "embedded", "COMPLETE"),
}


@pytest.mark.sweep
@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_late_is_shown_as_fresh(provider, embedded, name):
    happened, day, as_of, state, status = SCENARIOS[name]
    provider.cache.mkdir(exist_ok=True)
    for step in happened:
        step(provider)
    made, result = replace_embedded(embedded, SOURCES, provider.cache, date.fromisoformat(day))
    assert result == ({} if state == "embedded" else {DAILY: (as_of, state)})
    assert (status == "DEGRADED") == (state in {"held", "stale", "missing"})
    extent = made.feeds["sea_ice_extent"][0]
    assert str(extent["as_of"].max()) == as_of
    assert len(extent) == 15800 + (as_of == "2026-08-06"), "a late series stands in, with all of its rows"
    assert made.feeds["ports"][0] is embedded.feeds["ports"][0]
    assert made.static is embedded.static, "nothing that stands follows from the series"


@pytest.mark.sweep
def test_what_is_late_is_said_in_every_output(provider):
    good(provider)
    folder, _ = build_on(provider, date(2026, 8, 7))
    assert "Some sources are late" not in (folder / "briefing.html").read_text()
    held(provider)
    before, (folder, _) = folder, build_on(provider, date(2026, 8, 7))
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    assert manifest["before"]["id"] == before.name
    [row] = pd.read_parquet(folder / "tables" / "changes.parquet").to_dict("records")
    assert (row["subject_id"], row["was"], row["now"]) == (
        DAILY, "as of 2026-08-06, live", "as of 2026-08-06, held",
    )  # fmt: skip
    assert manifest["status"] == "DEGRADED"
    [layer] = [row for row in manifest["layers"] if row["id"] == "sea_ice_extent"]
    assert (layer["state"], layer["as_of"]) == ("held", "2026-08-06")
    assert "Some sources are late" in (folder / "briefing.html").read_text()
    assert '"DEGRADED"' in (folder / "map.html").read_text()


@pytest.mark.sweep
def test_a_live_picture_holds_the_new_days_and_where_they_came_from(provider):
    good(provider)
    folder, picture = build_on(provider, date(2026, 8, 7))
    table = picture.tables["sea_ice_extent"]
    assert (len(table), table["date"].max()) == (15801, "2026-08-06")
    assert len(pd.read_parquet(folder / "tables" / "sea_ice_extent.parquet")) == 15801
    [row] = [r for r in json.loads((folder / "MANIFEST.json").read_text())["inputs"] if r["id"] == DAILY]
    assert row["inputs"][0]["url"] == DAILY_URL
    assert len(row["inputs"][0]["sha256"]) == 64
    assert row["rows"] == 15801
    assert check_picture(folder)[0]["orphans"] == 0
    again, _ = build_on(provider, date(2026, 8, 7))
    assert again == folder, "the same accepted files give the same picture"


@pytest.mark.sweep
def test_only_what_changed_is_told_between_an_embedded_and_a_live_picture(provider, tmp_path):
    before, _ = build(tmp_path / "before", replace(QUICK_BUILD, day=date(2026, 8, 7)))
    good(provider)
    report = changes(before, build_on(provider, date(2026, 8, 7))[0])
    [row] = report["sources"]
    assert (row["id"], row["rows_old"], row["rows_new"]) == (DAILY, 15800, 15801)
    assert (row["state_old"], row["state_new"]) == ("embedded", "live")
    assert report["methods"] == []
    assert report["nodes"] == [], "the extent series feeds no node"


@pytest.mark.sweep
def test_the_live_build_of_the_command_line_is_degraded_where_servers_are_away(provider, command):
    """One provider is there, the others are not: the picture is made, marked, and ends with 10."""
    last = float(provider.series["extent_million_km2"].iloc[-1])
    provider.serve(daily_csv(provider.more(last)))
    done = command(
        "build", "--live", "--base-url", provider.url, "--cache", str(provider.cache), "--region", "bering",
        "--draws", "25", "--out", "pictures", "--json",
    )  # fmt: skip
    assert done.returncode == 10, done.stderr
    report = json.loads(done.stdout)
    assert report["status"] == "DEGRADED"
    states = {row["id"]: row["state"] for row in report["layers"]}
    assert states["ports"] == "stale"
    assert states["sea_ice_extent"] in {"live", "stale"}  # by the day on which this runs


OBU, DRAWN = "obu_2019_permafrost", "nsidc_ggd318_permafrost"


DAY = date(2026, 11, 29)


GROUND = ["permafrost_zone", "ground_ice"]


@pytest.fixture
def maps(tmp_path, monkeypatch) -> Iterator[Service]:
    """Two maps of permafrost as written forms; what stands on the sources is not derived anew."""
    monkeypatch.setattr("pipelines.intake.sandbox.read_in_sandbox", read_here)
    monkeypatch.setattr(
        "pipelines.intake.replace_embedded.derive_static", lambda feeds, _grids, _kept: {"made of": feeds}
    )
    with serving(tmp_path / "mirror") as url:
        service = Service(tmp_path, url)
        service.cache.mkdir()
        yield service


def take(maps: Service, *contents: bytes) -> str:
    """What becomes of the last of some files of Obu's map; none at its address where it is empty."""
    state = ""
    for content in contents:
        maps.serve(OBU, content)
        if not content:
            place(maps.mirror, source(OBU).remotes[0].url, by_query=True).unlink()
        state = maps.refresh(OBU)[0].state
    return state


GOOD, BAD, NONE = obu(), b"<html></html>", b""


# Files one after another -> what becomes of the last, the state of the source, and whether it is read.
FETCHED = {
    "never": ((), "", None, False),
    "away at first": ((NONE,), "refused", None, False),
    "held at first": ((BAD,), "held", None, False),
    "good": ((GOOD,), "new", "live", True),
    "away after a good one": ((GOOD, NONE), "refused", "stale", True),
    "held after a good one": ((GOOD, BAD), "held", "held", True),
}


@pytest.mark.sweep
@pytest.mark.parametrize("name", FETCHED)
def test_a_source_that_is_not_embedded_is_late_only_after_it_was_there(maps, embedded, name):
    contents, outcome, state, is_read = FETCHED[name]
    assert take(maps, *contents) == outcome
    made, result = replace_embedded(embedded, SOURCES, maps.cache, DAY)
    assert result == ({OBU: ("2016-12-31", state)} if state else {})
    assert (made is embedded) is not is_read
    tables = made.feeds.get("permafrost_maps", [])
    assert [len(table) for table in tables] == ([4] if is_read else [])
    row = {row["id"]: row for row in source_rows(DAY, maps.cache)}[OBU]
    assert (row["state"], row["age"] == "not held") == (state or "not_held", state is None)


@pytest.mark.sweep
def test_a_table_that_is_added_makes_anew_what_follows_from_it_alone(maps, embedded):
    take(maps, GOOD)
    made, _ = replace_embedded(embedded, SOURCES, maps.cache, DAY)
    assert made.static == {"made of": made.feeds}
    assert set(embedded.files) - set(made.files) == {"climate_facts"}, "the others can be copied"
    assert "permafrost_maps" not in embedded.feeds, "what is embedded is left as it is"
    [row] = [row for row in made.manifest["sources"] if row["id"] == OBU]
    assert row | {"inputs": None, "sha256": None} == {
        "id": OBU, "feeds": "permafrost_maps", "title": "Permafrost probability, 10 km", "crs": "EPSG:3413",
        "publisher": "Obu et al., PANGAEA", "licence": "CC-BY-4.0", "rows": 4, "as_of": "2016-12-31",
        "retrieved": "2026-11-25", "citation": source(OBU).citation, "homepage": source(OBU).homepage,
        "made": source(OBU).made, "inputs": None, "sha256": None, "bytes": len(GOOD),
        "file": source(OBU).remotes[0].file,
    }  # fmt: skip
    assert [file["url"] for file in row["inputs"]] == [source(OBU).remotes[0].url]
    assert made.manifest["sources"][:-1] == embedded.manifest["sources"]


@pytest.mark.sweep
def test_a_map_that_was_lost_is_missing(maps, embedded):
    take(maps, GOOD)
    shutil.rmtree(maps.cache / "accepted")
    made, result = replace_embedded(embedded, SOURCES, maps.cache, DAY)
    assert result == {OBU: ("2016-12-31", "missing")}
    assert made is embedded


@pytest.mark.sweep
def test_a_picture_without_a_map_is_the_same_byte_for_byte(maps, tmp_path):
    """Whether nobody asked for the map, or its server was away."""
    take(maps, NONE)
    options = replace(QUICK_BUILD, day=DAY)
    away = replace(options, cache=maps.cache)
    folders = [build(tmp_path / "without", options)[0], build(tmp_path / "away", away)[0]]
    one, other = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in folders
    )
    assert one == other
    manifest = json.loads((folders[0] / "MANIFEST.json").read_text())
    states = {row["id"]: row["state"] for row in manifest["sources"]}
    assert states[OBU] == states[DRAWN] == "not_held"
    assert manifest["status"] == "COMPLETE"


@pytest.mark.sweep
def test_of_two_maps_obu_tells_the_zone_and_the_drawn_one_the_ice(maps, embedded):
    """Batagay lies in the drawn box (continuous, ice high) and in the band of 0.7; Moma in a band alone.

    By the drawn map alone it is continuous.
    """
    take(maps, GOOD)
    maps.serve(DRAWN, FORMS[DRAWN].make())
    assert maps.refresh(DRAWN)[0].state == "new"
    both = replace_embedded(embedded, SOURCES, maps.cache, DAY)[0].feeds
    assert ground(both, "airfield:oa-uebb") == [
        ("discontinuous", "mapped", OBU, "2016-12-31"), ("high", "mapped", DRAWN, "2002-02-01"),
    ]  # fmt: skip
    assert ground(both, "airfield:oa-uema") == [("sporadic", "mapped", OBU, "2016-12-31"), None]
    drawn = both | {"permafrost_maps": both["permafrost_maps"][1:]}
    assert ground(drawn, "airfield:oa-uebb")[0] == ("continuous", "mapped", DRAWN, "2002-02-01")


def ground(feeds: dict[str, list[pd.DataFrame]], node_id: str) -> list[tuple[str, ...] | None]:
    """Label, tier, source and date of the zone and of the ground ice of a node, derived from some feeds."""
    loaded = load(SOURCES)
    layers = [layer for layer in LAYERS if layer.derive is None or layer in static_layers()]
    ready = {name: table for name, table in loaded.static.items() if name != "climate_facts"}
    facts = _fold(feeds, {"grids": loaded.grids}, layers, ready)["climate_facts"]
    own = facts[facts["node_id"] == node_id].set_index("fact")
    columns = ["label", "tier", "source_id", "as_of"]
    return [tuple(own.loc[fact, columns]) if fact in own.index else None for fact in GROUND]


@pytest.mark.sweep
def test_a_map_that_was_fetched_is_judged_by(tmp_path, monkeypatch):
    """Fetched, accepted, built with: the nodes within it are mapped, and their ice makes their hazard high.

    The mine of Batagay has a proxy of continuous permafrost and no word on its ice without the map.
    """
    monkeypatch.setattr("pipelines.intake.sandbox.read_in_sandbox", read_here)
    service = Service(tmp_path, "")
    service.serve(DRAWN, FORMS[DRAWN].make())
    assert service.refresh(DRAWN)[0].state == "new"
    options = Options(draws=25, day=DAY)
    without, _ = compose_snapshot(options)
    folder, picture = build(tmp_path / "pictures", replace(options, cache=service.cache))
    mine = "mine:icmm06776"
    before, now = (one.tables["nodes"].set_index("node_id").loc[mine] for one in (without, picture))
    columns = ["permafrost_zone", "ground_ice", "hazard_class", "hazard_tier"]
    assert before[columns].tolist() == ["continuous", "unknown", "moderate", "proxy"]
    assert now[columns].tolist() == ["continuous", "high", "high", "mapped"]
    assert (before["hazard_could_be"], pd.isna(now["hazard_could_be"])) == ("high", True)
    rows = pd.read_parquet(folder / "tables" / "evidence.parquet")
    result = rows[(rows["node_id"] == mine) & rows["indicator"].isin(["permafrost_thaw", *GROUND])]
    assert set(zip(result["source_id"], result["as_of"], result["tier"], result["state"], strict=True)) == {
        (DRAWN, "2002-02-01", "mapped", "known")
    }
    # Who lies in no box is told of as before.
    same = [one.tables["climate_facts"].query("source_id != @DRAWN") for one in (without, picture)]
    outside = ~same[0]["node_id"].isin(
        picture.tables["climate_facts"].query("source_id == @DRAWN")["node_id"]
    )
    assert outside.mean() > 0.9
    kept = same[1][same[1]["node_id"].isin(same[0].loc[outside, "node_id"])]
    pd.testing.assert_frame_equal(same[0][outside].reset_index(drop=True), kept.reset_index(drop=True))
    [note] = [note for note in picture.sources if note.id == DRAWN]
    assert (note.state, note.as_of, note.licence) == ("live", "2002-02-01", "free use with citation")
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    [layer] = [row for row in manifest["layers"] if row["id"] == "permafrost_maps"]
    assert (layer["rows"], layer["state"], layer["as_of"]) == (4, "live", "2002-02-01")
    [row] = [row for row in manifest["inputs"] if row["id"] == DRAWN]
    assert (row["licence"], row["retrieved"], row["rows"]) == ("free use with citation", "2026-11-25", 4)
    page = (folder / "briefing.html").read_text()
    assert "Circum-Arctic map of permafrost and ground ice" in page
    assert check_picture(folder)[0]["orphans"] == 0
