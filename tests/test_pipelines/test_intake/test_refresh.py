"""Live sources: what came is accepted whole or held with its reason; the last good stays."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from daily_provider import TODAY
from good_files import DAILY, daily_csv
from run_commands import beside_progress

from layers.errors import ExportError, SourceError, UsageError
from pipelines.files import locked
from pipelines.intake.fetch import Fetcher
from pipelines.intake.ledger import accepted_folder, ledger_of
from pipelines.intake.refresh import refresh
from pipelines.intake.tables import table_of
from pipelines.sources import FETCHABLE, source

if TYPE_CHECKING:
    pass


def test_first_then_unchanged_then_changed(provider):
    last = float(provider.series["extent_million_km2"].iloc[-1])
    provider.serve(daily_csv(provider.series))
    result = provider.refresh()
    assert (result.state, result.rows, result.rows_before) == ("new", 15800, 15800)
    assert result.as_of == provider.series["date"].iloc[-1], "the day of the content, not of the file"
    again = provider.refresh()
    assert (again.state, again.as_of) == ("unchanged", result.as_of)
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
    result = provider.refresh()
    assert (result.state, result.as_of) == ("held", None)
    assert accepted_folder(provider.cache, DAILY, ledger_of(provider.cache)) is None


def test_a_server_that_is_away_leaves_the_last_good(provider):
    provider.serve(daily_csv(provider.series))
    good = provider.refresh()
    provider.file.unlink()
    result = provider.refresh()
    assert (result.state, result.as_of) == ("refused", good.as_of)
    assert "expected status 200, found 404" in result.reason
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
        results = refresh(
            FETCHABLE, tmp_path, Fetcher(), today=TODAY, day=TODAY, names=[name], is_asked=False
        )
        return {row.source: row.state for row in results}[name]

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


@pytest.mark.sweep
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
    assert beside_progress(done.stderr) == "", "no bars where there is no terminal"
    done = command("fetch", "atlantis")
    assert done.returncode == 2
    assert "found 'atlantis'" in done.stderr


@pytest.mark.sweep
def test_no_secret_of_the_environment_is_written(provider, command):
    provider.serve(daily_csv(provider.series))
    done = command(
        "fetch", DAILY, "--base-url", provider.url, "--cache", str(provider.cache),
        EARTHDATA_TOKEN="canary-4711", HTTPS_PROXY="http://canary-4711@127.0.0.1:9",
    )  # fmt: skip
    assert done.returncode == 0
    written = b"".join(path.read_bytes() for path in provider.cache.rglob("*") if path.is_file())
    assert b"canary" not in written + done.stdout.encode() + done.stderr.encode()
