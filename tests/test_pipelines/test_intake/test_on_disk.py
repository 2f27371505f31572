"""Provider files that lie on this machine: known by their content, the newer of two, all or none of a set."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from daily_provider import QUICK, TODAY, Provider
from form_service import read_here
from good_files import DAILY, daily_csv

from layers.errors import SourceError
from pipelines.intake.fetch import Fetcher
from pipelines.intake.fetch_results import FetchResult, as_text
from pipelines.intake.issues import UNDATED, issue_of, named_day
from pipelines.intake.ledger import ledger_of, write_ledger
from pipelines.intake.on_disk import _stated_day, fitting
from pipelines.intake.refresh import refresh
from pipelines.intake.replace_embedded import replace_embedded, standings
from pipelines.intake.tables import embedded_table
from pipelines.intake.unit_checks import Unit
from pipelines.operations.source_list import source_rows
from pipelines.snapshot import load
from pipelines.sources import FETCHABLE, SOURCES, source

MONTHLY = "nsidc_sea_ice_index_monthly"
CLOSED = "http://127.0.0.1:9"  # nothing listens there: a test that asks it is refused


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr("pipelines.intake.sandbox.read_in_sandbox", read_here)
    return tmp_path / "cache"


def take(cache: Path, name: str, *given: Path, day: date = TODAY) -> list[FetchResult]:
    fetcher = Fetcher(CLOSED, QUICK)
    return refresh(FETCHABLE, cache, fetcher, today=TODAY, day=day, names=[name], given=given)


@pytest.fixture
def issues(tmp_path, series) -> dict[str, Path]:
    """Two issues of the daily series under names that say nothing."""
    made = Provider(tmp_path, "", series)
    last = float(series["extent_million_km2"].iloc[-1])
    texts = {"pub150 (1).bin": daily_csv(made.more(last)), "b.txt": daily_csv(series)}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return {name: tmp_path / name for name in texts}


def test_a_file_is_known_by_its_content(cache, issues):
    [result] = take(cache, DAILY, issues["pub150 (1).bin"])
    assert (result.state, result.as_of, result.rows) == ("new", "2026-08-06", 15801)
    [file] = ledger_of(cache)[DAILY]["files"].values()
    assert file["from"] == "by hand, pub150 (1).bin"
    [again] = take(cache, DAILY, issues["pub150 (1).bin"])
    assert again.state == "unchanged"


def test_of_two_issues_the_later_content_is_taken_and_the_other_named(cache, issues):
    [result] = take(cache, DAILY, *issues.values())
    assert (result.state, result.as_of) == ("new", "2026-08-06")
    assert result.warnings == ("left out: b.txt of 2026-08-05, as pub150 (1).bin is of 2026-08-06",)


def test_two_issues_of_one_day_are_not_chosen_between(cache, issues, tmp_path):
    other = tmp_path / "c.txt"
    other.write_text(issues["b.txt"].read_text().replace("1978", " 1978", 1), encoding="utf-8")
    [result] = take(cache, DAILY, issues["b.txt"], other)
    assert result.state == "refused"
    assert "found b.txt and c.txt both of 2026-08-05: give one of them" in result.reason


def test_an_older_issue_than_the_accepted_one_is_held(cache, issues):
    take(cache, DAILY, issues["pub150 (1).bin"])
    [result] = take(cache, DAILY, issues["b.txt"])
    assert (result.state, result.as_of) == ("held", "2026-08-06")
    assert "expected days up to 2026-08-06 or later, found 2026-08-05" in result.reason
    assert ledger_of(cache)[DAILY]["held"] is None, "a wrong file that was named says nothing of the source"


def test_another_file_is_refused_and_the_source_stays_as_it_was(cache, tmp_path):
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n" + "1,2\n" * 16_000, encoding="utf-8")
    [result] = take(cache, DAILY, wrong)
    assert result.state == "held"
    assert "expected the columns Year" in result.reason
    assert DAILY not in ledger_of(cache)


def test_what_lies_in_by_hand_is_taken_for_any_source(cache, issues):
    folder = cache / "by_hand" / DAILY
    folder.mkdir(parents=True)
    shutil.copy(issues["b.txt"], folder / "from the stick (2).csv")
    [result] = take(cache, DAILY)
    assert (result.state, result.as_of, result.rows) == ("new", "2026-08-05", 15800)


def month_csv(month: int) -> str:
    """The file of a month with the embedded values, and with 2025 where the embedded series ends before."""
    table = embedded_table(source(MONTHLY))
    assert table is not None
    of_month = table[(table["month"] == month) & table["year"].between(1979, 2025)]
    extents = dict(zip(of_month["year"], of_month["extent_million_km2"].fillna(-9999), strict=True))
    days = embedded_table(source(DAILY))
    assert days is not None
    is_last = days["date"].str.startswith(f"2025-{month:02}")
    extents.setdefault(2025, days["extent_million_km2"][is_last].mean())
    rows = [f"{year}, {month:2}, Goddard, N, {extent:.2f}, -9999" for year, extent in extents.items()]
    return "\n".join(["year, mo, data-type, region, extent, area", *rows, ""])


def test_a_month_is_known_by_its_rows_whatever_its_name(cache, tmp_path):
    """The file of month m has the name of month m + 1."""
    paths = [tmp_path / f"N_{month % 12 + 1:02}_extent_v3.0.csv" for month in range(1, 13)]
    for month, path in enumerate(paths, start=1):
        path.write_text(month_csv(month), encoding="utf-8")
    of_nine = fitting(source(MONTHLY).remotes, paths[8])
    assert [remote.file for remote in of_nine] == ["sea_ice/g02135_monthly_csv/N_09_extent_v3.0.csv"]
    [lacking] = take(cache, MONTHLY, *paths[:-1])
    assert lacking.state == "refused"
    assert "expected N_12_extent_v3.0.csv as well, found none: give all files of the set" in lacking.reason
    [result] = take(cache, MONTHLY, *paths)
    assert (result.state, result.as_of) == ("new", "2025-12-31"), result.reason


def test_the_file_of_another_month_at_an_address_is_held(tmp_path):
    """A nickel address with lanthanum: the address says September, the content March."""
    paths = [tmp_path / f"{month}.csv" for month in (3, 9)]
    for month, path in zip((3, 9), paths, strict=True):
        path.write_text(month_csv(month), encoding="utf-8")
    [september] = [row for row in source(MONTHLY).remotes if row.file.endswith("N_09_extent_v3.0.csv")]
    with pytest.raises(
        SourceError, match=r"expected the content of N_09_extent_v3\.0\.csv, found no .*another"
    ):
        fitting([september], paths[0])
    assert fitting([september], paths[1]) == [september]


@pytest.mark.shared
def test_polygons_of_a_month_are_known_by_the_shapefile_inside(mirror, tmp_path):
    """An archive that was renamed, asked for with another day, is of the month of the shapefile in it."""
    [real] = (mirror.parents[1] / "cases" / "mirror_polygons").rglob("extent_N_202003*.zip")
    renamed = tmp_path / "download (1).zip"
    shutil.copyfile(real, renamed)
    [result] = take(tmp_path / "cache", "sea_ice_grid.polygons", renamed)
    assert (result.state, result.as_of) == ("new", "2020-03-31"), result.reason
    wrong = tmp_path / "extent_N_202009_polygon_v4.0.zip"
    shutil.copyfile(real, wrong)
    [again] = take(tmp_path / "cache", "sea_ice_grid.polygons", wrong, day=date(2020, 9, 1))
    assert again.state == "unchanged", "the same content under the name of September is that of March"


WPI = "nga_world_port_index"


@pytest.fixture
def old_issue(mirror, tmp_path) -> Path:
    """The World Port Index of 2023 under a name without a date; its content states none either."""
    return Path(shutil.copyfile(mirror / "ports/NGA_WPI_UpdatedPub150_2023.csv", tmp_path / "pub150 (1).bin"))


def issue(cache: Path, path: Path, issued: date | None = None) -> FetchResult:
    """The result for a file of the World Port Index, read in the sandbox as it is."""
    [result] = refresh(
        FETCHABLE, cache, Fetcher(CLOSED, QUICK), today=TODAY, day=TODAY, names=[WPI], given=[path],
        issued=issued,
    )  # fmt: skip
    return result


@pytest.mark.shared
def test_an_issue_that_nothing_dates_is_held_until_its_date_is_named(tmp_path, old_issue):
    """The embedded issue is of 2025: that of 2023 takes its place only where it is asked for, and says so."""
    cache = tmp_path / "cache"
    undated = issue(cache, old_issue)
    assert (undated.state, undated.as_of) == ("held", None)
    assert "nothing tells whether it is later than the issue of 2025-05-27 in use" in undated.reason
    assert ledger_of(cache) == {}
    dated = issue(cache, old_issue, date(2023, 7, 1))
    assert (dated.state, dated.as_of, dated.rows, dated.rows_outside) == ("new", "2023-07-01", 451, 3315)
    assert "3,315 rows outside the region left out" in as_text([dated])
    assert any("an older issue, taken as asked" in text for text in dated.warnings)
    embedded = load(SOURCES)
    loaded, states = replace_embedded(embedded, SOURCES, cache, TODAY)
    assert states[WPI] == ("2023-07-01", "stale")
    ports = next(table for table in loaded.feeds["ports"] if set(table["source_id"]) == {WPI})
    assert (len(ports), set(ports["as_of"])) == (451, {"2023-07-01"})
    [row] = [one for one in source_rows(TODAY, cache) if one["id"] == WPI]
    assert (row["state"], row["as_of"]) == ("stale", "2023-07-01")
    assert row["remark"] == "an older issue than the embedded one of 2025-05-27, taken as its user asked."


@pytest.mark.shared
def test_a_day_in_the_name_dates_an_issue_whose_content_states_none(tmp_path, old_issue):
    cache = tmp_path / "cache"
    older = old_issue.rename(tmp_path / "pub150 2023-07-01.csv")
    result = issue(cache, older)
    assert (result.state, result.as_of) == ("held", None)
    assert "expected days up to 2025-05-27 or later, found 2023-07-01" in result.reason
    later = issue(cache, older.rename(tmp_path / "pub150_20260101.csv"))
    assert (later.state, later.as_of) == ("new", "2026-01-01")


def test_the_date_of_a_person_stands_not_before_that_of_the_content(cache, issues):
    fetcher = Fetcher(CLOSED, QUICK)
    [result] = refresh(
        FETCHABLE, cache, fetcher, today=TODAY, day=TODAY, names=[DAILY], given=[issues["b.txt"]],
        issued=date(2026, 1, 1),
    )  # fmt: skip
    assert result.state == "held"
    assert "expected no --issued, as the content states its date 2026-08-05" in result.reason


def test_the_issue_that_is_embedded_may_be_given_again():
    """Nothing is replaced, so nobody need say which is newer."""
    old = embedded_table(source(WPI))
    assert old is not None
    unit = Unit(WPI, source(WPI), Path(), Path(), TODAY)
    files = {"x": {"from": "by hand, x.csv"}}
    assert issue_of(
        unit.issued, unit.source.as_of, files, old.sample(frac=1, random_state=1), old, is_undated=True
    ) == ("", [])
    [finding] = issue_of(unit.issued, unit.source.as_of, files, old.iloc[1:], old, is_undated=True)[1]
    assert (finding.rule, finding.outcome) == (UNDATED, "hold")


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("pub150 2023-07-01 (2).csv", "2023-07-01"), ("by hand, x_20260131.zip", "2026-01-31"),
        ("pub150_2023.csv", ""), ("2023-13-01.csv", ""), ("x20230230.csv", ""), ("1202607011.csv", ""),
    ],
)  # fmt: skip
def test_the_day_in_a_name(name, day):
    assert named_day(name) == day


def test_an_issue_of_an_earlier_version_does_not_replace_a_later_embedded_one(tmp_path):
    row = {"set": "x", "files": {}, "as_of": "2020-01-01", "checked": "2020-02-01", "held": None}
    write_ledger(tmp_path, {WPI: row})
    assert WPI not in standings(SOURCES, tmp_path, TODAY)
    (tmp_path / "accepted" / WPI / "x").mkdir(parents=True)
    write_ledger(tmp_path, {WPI: row | {"issued": "2020-01-01"}})
    assert standings(SOURCES, tmp_path, TODAY)[WPI] == ("2020-01-01", "stale")


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("N_20120905_v4.0.tif", date(2012, 9, 5)), ("N_201209_v4.0.tif", date(2012, 9, 1)),
        ("ice_202403011200.nc", date(2024, 3, 1)), ("N_20121399_v4.0.tif", date(2026, 1, 2)),
        ("x.tif", date(2026, 1, 2)),
    ],
)  # fmt: skip
def test_the_day_in_a_name_counts_and_a_month_is_its_first_day(tmp_path: Path, name: str, day: date) -> None:
    (tmp_path / name).write_bytes(b"")
    assert _stated_day(tmp_path / name, date(2026, 1, 2)) == day
