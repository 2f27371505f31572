"""Live sources: what came is accepted whole or held with its reason; the last good stays."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from daily_provider import DAILY_URL, QUICK, QUICK_BUILD, TODAY, Provider, away, good, held
from fault_server import serving
from form_service import Service, read_here
from good_files import DAILY, daily_csv
from provider_forms import FORMS, obu
from provider_mirror import DAYS, MADE_FROM, REAL, dated, lay_out, place
from run_commands import ROOT

from layers.catalog import LAYERS
from layers.compose import _fold, static_layers
from layers.errors import ExportError, SourceError, UsageError
from pipelines.files import locked
from pipelines.intake.fetch import Fetcher
from pipelines.intake.ledger import accepted_folder, ledger_of
from pipelines.intake.refresh import as_text, refresh
from pipelines.intake.replace_embedded import replace_embedded
from pipelines.intake.sniff import sniff
from pipelines.intake.tables import embedded_table, table_of
from pipelines.operations.source_list import source_rows
from pipelines.picture.build import Options, build, compose_snapshot
from pipelines.picture.diff import changes
from pipelines.picture.read import check_picture
from pipelines.snapshot import Snapshot, load
from pipelines.sources import FETCHABLE, SOURCES, source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from layers.picture import Picture


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    table = embedded_table(source(DAILY))
    assert table is not None
    return table


@pytest.fixture
def provider(tmp_path, series) -> Iterator[Provider]:
    with serving(tmp_path / "mirror") as url:
        yield Provider(tmp_path, url, series)


def test_first_then_unchanged_then_changed(provider):
    last = float(provider.series["extent_million_km2"].iloc[-1])
    provider.serve(daily_csv(provider.series))
    told = provider.refresh()
    assert (told.state, told.rows, told.rows_before) == ("new", 15800, 15800)
    assert told.as_of == provider.series["date"].iloc[-1], "the day of the content, not of the file"
    again = provider.refresh()
    assert (again.state, again.as_of) == ("unchanged", told.as_of)
    provider.serve(daily_csv(provider.more(last + 0.01, last)))
    more = provider.refresh()
    assert (more.state, more.rows, more.rows_before) == ("changed", 15802, 15800)
    folder = accepted_folder(provider.cache, DAILY, ledger_of(provider.cache))
    assert len(table_of(source(DAILY), folder, provider.cache)) == 15802
    assert len(list(folder.parent.iterdir())) == 1, "old sets are cleared away"
    assert not (provider.cache / "incoming").exists()


def test_the_same_bytes_under_a_new_date_are_unchanged(provider):
    text = daily_csv(provider.series)
    provider.serve(text)
    provider.refresh()
    provider.serve(text)
    assert provider.refresh().state == "unchanged"


def test_held_since_stays_until_it_passes(provider):
    provider.serve(daily_csv(provider.series))
    provider.refresh()
    provider.serve("<html></html>\n")
    provider.refresh(date(2026, 11, 26))
    provider.serve("<html>2</html>\n")
    provider.refresh(date(2026, 11, 28))
    assert ledger_of(provider.cache)[DAILY]["held"]["since"] == "2026-11-26"
    provider.serve(daily_csv(provider.series))
    provider.refresh(date(2026, 11, 29))
    assert ledger_of(provider.cache)[DAILY]["held"] is None


def test_a_bad_first_fetch_accepts_nothing(provider):
    provider.serve("<html></html>\n")
    told = provider.refresh()
    assert (told.state, told.as_of) == ("held", None)
    assert accepted_folder(provider.cache, DAILY, ledger_of(provider.cache)) is None


def test_a_server_that_is_away_leaves_the_last_good(provider):
    provider.serve(daily_csv(provider.series))
    good = provider.refresh()
    provider.file.unlink()
    told = provider.refresh()
    assert (told.state, told.as_of) == ("refused", good.as_of)
    assert "expected status 200, found 404" in told.reason
    assert not provider.held


def test_accepted_files_that_were_changed_are_not_used(provider):
    provider.serve(daily_csv(provider.series))
    provider.refresh()
    folder = accepted_folder(provider.cache, DAILY, ledger_of(provider.cache))
    [path] = folder.rglob("*.csv")
    path.chmod(0o644)
    path.write_text("spoiled")
    with pytest.raises(SourceError, match="expected the bytes that were accepted"):
        accepted_folder(provider.cache, DAILY, ledger_of(provider.cache))
    assert provider.refresh().state == "new", "it is fetched again, not asked for as unchanged"
    assert accepted_folder(provider.cache, DAILY, ledger_of(provider.cache))


def test_a_ledger_that_cannot_be_read_is_said(tmp_path):
    (tmp_path / "ledger.json").write_text("{")
    with pytest.raises(SourceError, match=r"expected the ledger of accepted files, found .*: delete it"):
        ledger_of(tmp_path)


def test_two_runs_at_once(provider):
    provider.cache.mkdir()
    with locked(provider.cache), pytest.raises(ExportError, match="found another"):
        provider.refresh()


def test_what_is_not_free_is_fetched_only_when_a_person_names_it(tmp_path):
    def state(name: str) -> str:
        told = refresh(FETCHABLE, tmp_path, Fetcher(), today=TODAY, day=TODAY, names=[name], is_asked=False)
        return {row.source: row.state for row in told}[name]

    assert state("telegeography_cables") == "by_name"
    assert state("sea_ice_grid.nsidc_0051") == "by_name"
    assert state("icmm_global_mining") == "by_hand"


def test_an_unknown_source_is_refused(tmp_path):
    with pytest.raises(
        UsageError, match=r"fetch: expected one of .*nsidc_sea_ice_index.*, found 'nsidc_ice'"
    ):
        refresh(FETCHABLE, tmp_path, Fetcher(), today=TODAY, day=TODAY, names=["nsidc_ice"])


@pytest.mark.parametrize("row", [r for s in FETCHABLE for r in s.remotes], ids=lambda r: r.url[-40:])
def test_an_address_names_its_hosts_and_stays_inside_the_cache(row):
    there = row.of(TODAY)
    for url in filter(None, (there.url, there.archive)):
        assert url.startswith("https://"), "no password, no proxy and no one in between reads along"
        assert "{" not in url
        assert "@" not in url
    assert there.allowed
    assert all("." in host for host in there.allowed)
    assert not there.file.startswith("/")
    assert ".." not in there.file
    assert there.file or row.kind == "page"


def test_files_of_a_source_have_names_of_their_own():
    for row in FETCHABLE:
        names = [remote.of(TODAY).file for remote in row.remotes if remote.kind != "page"]
        assert len(names) == len(set(names)), row.id


# --- every source with a real file


@pytest.fixture(scope="module")
def served(mirror, tmp_path_factory):
    """The mirror under the providers' own hosts and paths."""
    return lay_out(mirror, tmp_path_factory.mktemp("live") / "mirror")


@pytest.fixture(scope="module")
def fetched(served):
    """All that a first fetch from the loopback mirror says, by unit, and its cache."""
    folder = served.parent
    dated_wpi = place(folder / "mirror", "https://msi.nga.mil/api/publications/download")
    content = dated_wpi.read_bytes()
    dated_wpi.unlink()
    dated_wpi.write_bytes(content)
    dated(dated_wpi, 1_683_000_000)  # 2023-05-02
    told = {}
    with serving(folder / "mirror") as url:
        fetcher = Fetcher(url, replace(QUICK, deadline_s=60))

        def take(day: date, *names: str) -> None:
            rows = refresh(FETCHABLE, folder / "cache", fetcher, today=TODAY, day=day, names=names)
            told.update({row.source: row for row in rows})

        take(date(2026, 11, 24))
        for part, day in DAYS.items():
            whole = "dmi_ice_charts" if "T" in day else "sea_ice_grid"
            take(datetime.fromisoformat(day), f"{whole}.{part}")
        first = dict(told)
        take(TODAY, "telegeography_cables", "telegeography_landings")
        named = {name: told[name] for name in ("telegeography_cables", "telegeography_landings")}
        return first, named, folder / "cache"


# No file of theirs is at hand: test_written_forms, test_world_port_index_json.
WRITTEN = set(FORMS)

ICMM = "minerals/ICMM_global-mining-dataset_2025-09.xlsx"

# State and rows of what is read from the mirror's real files; of a part of the ice grid, the day read.
READ = {
    "natural_earth_countries": ("new", 14),
    "natural_earth_marine": ("new", 92),
    "sea_ice_grid.noaa_cdr_g02202": ("new", "2021-12-31"),
    "sea_ice_grid.nsidc_0051": ("new", "2015-02-04"),
    "sea_ice_grid.osisaf_sic": ("new", "2019-09-09"),
    "sea_ice_grid.g02135_day": ("new", "2015-02-04"),
    "sea_ice_grid.g02135_month": ("new", "2013-01-01"),
    # Made in their documented form: none of the provider's was at hand.
    "sea_ice_grid.noaa_cdr_g02202_v6": ("new", "2026-03-01"),
    "sea_ice_grid.osisaf_cdr": ("new", "2020-03-01"),
    "sea_ice_grid.osisaf_icdr": ("new", "2024-03-01"),
    "sea_ice_grid.bremen_asi": ("new", "2024-03-01"),
    "sea_ice_grid.polygons": ("new", "2012-09-30"),
    "sea_ice_grid.medians": ("new", "2010-12-31"),
    "nsidc_sea_ice_index": ("new", 15_800),
    "nsidc_sea_ice_index_monthly": ("new", 555),
    # The issue of 2023 is older than the embedded one: read, and held (test_changes reads it whole).
    "nga_world_port_index": ("held", None),
    "nga_world_port_index_terminals": ("held", None),
    "ourairports": ("new", 117_574),  # rows of both files; joining them takes airportsdata too
    "wri_global_power_plants": ("new", 642),
    "icmm_global_mining": ("by_hand", None),
    "dmi_ice_charts.capefarewell": ("new", 23),
    "dmi_ice_charts.capefarewell2": ("new", 8),
    "dmi_ice_charts.northeast": ("new", 25),
    "dmi_ice_charts.southwest": ("new", 27),
    "gem_pipelines": ("new", 197),
    "gem_europe_gas": ("new", 286),
    "telegeography_cables": ("new", 52),
    "telegeography_landings": ("new", 114),
    "snap_territories": ("new", 41),
}


@pytest.mark.shared
def test_every_source_with_a_real_file_is_read(fetched):
    told, named, cache = fetched
    print(as_text([*told.values(), *named.values()]))
    assert {told[name].state for name in named} == {"by_name"}, "not free for every use"
    found = {
        name: (row.state, row.as_of if name.startswith("sea_ice_grid.") else row.rows)
        for name, row in (told | named).items()
        if name not in WRITTEN and not name.endswith(".json")
    }
    assert found == READ
    assert told["dmi_ice_charts.southwest"].as_of == "2014-05-01"
    assert told["nsidc_sea_ice_index"].as_of == "2026-08-05"
    assert told["nsidc_sea_ice_index_monthly"].as_of == "2025-01-31"
    older = "date: expected a file of 2025-05-27 or later, found one last changed on 2023-05-02"
    assert older in told["nga_world_port_index"].reason
    # No server's date of a file is the day of its content: what dates itself nowhere is as old as embedded.
    for name in ("ourairports", "wri_global_power_plants", "natural_earth_marine"):
        assert told[name].as_of == source(name).as_of, name
    assert len(ledger_of(cache)["gem_pipelines"]["files"]) == 65


@pytest.mark.shared
def test_every_real_file_is_read_or_named_with_the_reason_why_not(mirror, served):
    """Served above, put there by hand, read into the snapshot, or named in data_sources.md."""
    told = {path.resolve() for path in served.rglob("*")}
    told |= {(mirror / name).resolve() for name in (*REAL.values(), *MADE_FROM, ICMM)}
    preface = (ROOT / "data_sources.md").read_text(encoding="utf-8").split("<!--")[0]
    listed = preface[preface.index("**Provider files**") : preface.index("**Sources of which")]
    named = [name for text in re.findall(r"`([^`]+/[^`]+)`", listed) for name in braces(text)]
    for pattern in named:
        assert [*mirror.glob(pattern)], f"{pattern}: named, and not at hand"
    left = [
        path.relative_to(mirror)
        for path in sorted(mirror.rglob("*"))
        if path.is_file() and path.resolve() not in told
        and not any(path.relative_to(mirror).match(pattern) for pattern in named)
    ]  # fmt: skip
    assert left == []


@pytest.mark.shared
def test_a_table_that_was_saved_anew_and_lost_its_places_is_refused(mirror):
    path = mirror / "ports/NGA_WPI_UpdatedPub150_bloom_semicolon.csv"
    with pytest.raises(SourceError, match="expected 2 to 200 columns, found 1"):
        sniff(path, "csv")


def braces(text: str) -> list[str]:
    """The names that `a{b,c}d` stands for."""
    found = re.fullmatch(r"(.*)\{(.*)\}(.*)", text)
    return [found[1] + part + found[3] for part in found[2].split(",")] if found else [text]


@pytest.mark.shared
def test_what_a_person_fetched_is_read_from_its_folder(mirror, tmp_path):
    pytest.importorskip("openpyxl", reason="reading a spreadsheet takes the group snapshot")
    there = tmp_path / "by_hand" / ICMM
    there.parent.mkdir(parents=True)
    shutil.copyfile(mirror / ICMM, there)
    [told] = refresh(FETCHABLE, tmp_path, Fetcher(), today=TODAY, day=TODAY, names=["icmm_global_mining"])
    assert (told.state, told.rows, told.as_of, told.reason) == ("new", told.rows_before, "2025-09-01", "")


@pytest.mark.shared
def test_what_was_fetched_makes_the_embedded_tables(fetched):
    """The embedded snapshot was made from the same files: fetched, they give the same rows."""
    *_, cache = fetched
    for name in ("nsidc_sea_ice_index", "nsidc_sea_ice_index_monthly", "wri_global_power_plants"):
        folder = accepted_folder(cache, name, ledger_of(cache))
        made = table_of(source(name), folder, cache)
        pd.testing.assert_frame_equal(pd.DataFrame(made), pd.DataFrame(embedded_table(source(name))))


@pytest.mark.shared
def test_nothing_fetched_is_left_out_of_the_mirror(served):
    """Every address that is a file's is served, on the day on which there is one."""
    rows = [row for row in FETCHABLE if row.id not in WRITTEN]
    for row in (remote for owner in rows for remote in owner.remotes if remote.kind != "page"):
        there = row.of(datetime.fromisoformat(DAYS.get(row.part, "2026-11-24")))
        assert row.part == "json" or place(served, there.url).is_file(), there.url


def test_the_command_says_what_was_refused_and_ends_with_10(provider, command):
    provider.serve(daily_csv(provider.series))
    done = command("fetch", DAILY, "--base-url", provider.url, "--json")
    assert done.returncode == 0, done.stderr
    [row] = json.loads(done.stdout)["sources"]
    assert (row["source"], row["state"], row["as_of"]) == (DAILY, "new", "2026-08-05")
    provider.serve("<html>busy</html>\n")
    done = command("fetch", DAILY, "--base-url", provider.url)
    assert done.returncode == 10
    assert "held" in done.stdout
    assert "expected a CSV, found '<html>busy</html>'" in done.stdout
    assert done.stderr == "", "no progress where there is no terminal"
    done = command("fetch", "atlantis")
    assert done.returncode == 2
    assert "found 'atlantis'" in done.stderr


def test_no_secret_of_the_environment_is_written(provider, command):
    provider.serve(daily_csv(provider.series))
    done = command(
        "fetch", DAILY, "--base-url", provider.url, "--cache", str(provider.cache),
        EARTHDATA_TOKEN="canary-4711", HTTPS_PROXY="http://canary-4711@127.0.0.1:9",
    )  # fmt: skip
    assert done.returncode == 0
    written = b"".join(path.read_bytes() for path in provider.cache.rglob("*") if path.is_file())
    assert b"canary" not in written + done.stdout.encode() + done.stderr.encode()


# --- pictures of live sources


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
    "gone": ([good], "2026-09-04", "2026-08-06", "missing", "DEGRADED"),
    "held and gone": ([good, held], "2026-11-25", "2026-08-06", "missing", "DEGRADED"),
    "held at first": ([held], "2026-08-07", "2026-08-05", "held", "DEGRADED"),
    "away at first": ([away], "2026-08-07", "2026-08-05", "stale", "DEGRADED"),
    "never fetched": ([], "2026-08-07", "2026-08-05", "embedded", "COMPLETE"),
}


@pytest.fixture(scope="module")
def embedded() -> Snapshot:
    return load(SOURCES)


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_late_is_shown_as_fresh(provider, embedded, name):
    happened, day, as_of, state, status = SCENARIOS[name]
    provider.cache.mkdir(exist_ok=True)
    for step in happened:
        step(provider)
    made, told = replace_embedded(embedded, SOURCES, provider.cache, date.fromisoformat(day))
    assert told == ({} if state == "embedded" else {DAILY: (as_of, state)})
    assert (status == "DEGRADED") == (state in {"held", "stale", "missing"})
    assert str(made.feeds["sea_ice_extent"][0]["as_of"].max()) == as_of
    assert made.feeds["ports"][0] is embedded.feeds["ports"][0]
    assert made.static is embedded.static, "nothing that stands follows from the series"


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


def test_only_what_changed_is_told_between_an_embedded_and_a_live_picture(provider, tmp_path):
    before, _ = build(tmp_path / "before", replace(QUICK_BUILD, day=date(2026, 8, 7)))
    good(provider)
    told = changes(before, build_on(provider, date(2026, 8, 7))[0])
    [row] = told["sources"]
    assert (row["id"], row["rows_old"], row["rows_new"]) == (DAILY, 15800, 15801)
    assert (row["state_old"], row["state_new"]) == ("embedded", "live")
    assert told["methods"] == []
    assert told["nodes"] == [], "the extent series feeds no node"


def test_the_live_build_of_the_command_line_is_degraded_where_servers_are_away(provider, command):
    """One provider is there, the others are not: the picture is made, marked, and ends with 10."""
    last = float(provider.series["extent_million_km2"].iloc[-1])
    provider.serve(daily_csv(provider.more(last)))
    done = command(
        "build", "--live", "--base-url", provider.url, "--cache", str(provider.cache), "--region", "bering",
        "--draws", "25", "--out", "pictures", "--json",
    )  # fmt: skip
    assert done.returncode == 10, done.stderr
    told = json.loads(done.stdout)
    assert told["status"] == "DEGRADED"
    states = {row["id"]: row["state"] for row in told["layers"]}
    assert states["ports"] == "stale"
    assert states["sea_ice_extent"] in {"live", "stale", "missing"}  # by the day on which this runs


# --- sources of which nothing is embedded: they feed a layer where they were fetched

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


@pytest.mark.parametrize("name", FETCHED)
def test_a_source_that_is_not_embedded_is_late_only_after_it_was_there(maps, embedded, name):
    contents, outcome, state, is_read = FETCHED[name]
    assert take(maps, *contents) == outcome
    made, told = replace_embedded(embedded, SOURCES, maps.cache, DAY)
    assert told == ({OBU: ("2016-12-31", state)} if state else {})
    assert (made is embedded) is not is_read
    tables = made.feeds.get("permafrost_maps", [])
    assert [len(table) for table in tables] == ([4] if is_read else [])
    row = {row["id"]: row for row in source_rows(DAY, maps.cache)}[OBU]
    assert (row["state"], row["age"] == "not held") == (state or "not_held", state is None)


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
        "made": source(OBU).made, "inputs": None, "sha256": None,
    }  # fmt: skip
    assert [file["url"] for file in row["inputs"]] == [source(OBU).remotes[0].url]
    assert made.manifest["sources"][:-1] == embedded.manifest["sources"]


def test_a_map_that_was_lost_is_missing(maps, embedded):
    take(maps, GOOD)
    shutil.rmtree(maps.cache / "accepted")
    made, told = replace_embedded(embedded, SOURCES, maps.cache, DAY)
    assert told == {OBU: ("2016-12-31", "missing")}
    assert made is embedded


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
    held = load(SOURCES)
    layers = [layer for layer in LAYERS if layer.derive is None or layer in static_layers()]
    ready = {name: table for name, table in held.static.items() if name != "climate_facts"}
    facts = _fold(feeds, {"grids": held.grids}, layers, ready)["climate_facts"]
    own = facts[facts["node_id"] == node_id].set_index("fact")
    columns = ["label", "tier", "source_id", "as_of"]
    return [tuple(own.loc[fact, columns]) if fact in own.index else None for fact in GROUND]


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
    told = rows[(rows["node_id"] == mine) & rows["indicator"].isin(["permafrost_thaw", *GROUND])]
    assert set(zip(told["source_id"], told["as_of"], told["tier"], told["state"], strict=True)) == {
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
