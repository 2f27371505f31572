"""Twelve ways for a source or a picture to be late; none is shown as fresh, in any output."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyogrio
import pytest
from daily_provider import QUICK_BUILD, Provider, away, good, held
from fault_server import serving
from good_files import DAILY

from layers.source_outage import NOT_ASSESSED
from maps.status import status_of as status_of_picture
from pipelines import snapshot
from pipelines.intake.tables import embedded_table
from pipelines.picture.build import build
from pipelines.picture.health import HEALTH, status_of
from pipelines.picture.publish import manifest_of
from pipelines.sources import source

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser

    from layers.picture import Picture

pytestmark = pytest.mark.sweep

PORTS = "nga_world_port_index"


def ports_held(provider: Provider) -> None:
    """What the ledger says after a first fetch whose file the gate held back."""
    path = provider.cache / "ledger.json"
    ledger = json.loads(path.read_text()) if path.exists() else {}
    ledger[PORTS] = {"held": {"state": "held", "since": "2026-08-07", "reason": "rows: found 12"}}
    path.write_text(json.dumps(ledger))


def lost(provider: Provider) -> None:
    for path in (provider.cache / "accepted").rglob("*.csv"):
        path.unlink()


# The day on which the sources of the snapshot were last looked at, and a year.
A_YEAR_ON = str(
    date.fromisoformat(max(row["retrieved"] for row in snapshot.manifest_of()["sources"]))
    + timedelta(days=365)
)
# What happened; day of the picture; the day it is read; states as made; status as made, and as read.
SCENARIOS: dict[str, tuple[list[Any], str, str, dict[str, str], str, str]] = {
    "embedded": ([], "2026-11-25", "2026-12-01", {DAILY: "embedded"}, "COMPLETE", "COMPLETE"),
    "embedded, a year on": ([], "2026-11-25", A_YEAR_ON, {DAILY: "embedded"}, "COMPLETE", "EXPIRED"),
    "fresh": ([good], "2026-08-10", "2026-08-13", {DAILY: "live"}, "COMPLETE", "COMPLETE"),
    "stale by the reader's clock": (
        [good], "2026-08-10", "2026-08-14", {DAILY: "live"}, "COMPLETE", "DEGRADED",
    ),
    "the pipeline stopped": ([good], "2026-08-10", "2026-08-17", {DAILY: "live"}, "COMPLETE", "EXPIRED"),
    "stale": ([good], "2026-08-14", "2026-08-14", {DAILY: "stale"}, "DEGRADED", "DEGRADED"),
    "held": ([good, held], "2026-08-07", "2026-08-07", {DAILY: "held"}, "DEGRADED", "DEGRADED"),
    "away": ([good, away], "2026-08-07", "2026-08-07", {DAILY: "stale"}, "DEGRADED", "DEGRADED"),
    "held at first": ([held], "2026-08-07", "2026-08-07", {DAILY: "held"}, "DEGRADED", "DEGRADED"),
    "old": ([good], "2026-11-20", "2026-11-20", {DAILY: "stale"}, "DEGRADED", "DEGRADED"),
    "lost": ([good, lost], "2026-08-07", "2026-08-07", {DAILY: "missing"}, "DEGRADED", "DEGRADED"),
    "ports held": (
        [good, ports_held], "2026-08-07", "2026-08-07", {DAILY: "live", PORTS: "held"}, "DEGRADED",
        "DEGRADED",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def series() -> pd.DataFrame:
    table = embedded_table(source(DAILY))
    assert table is not None
    return table


def read_by(browser: Browser, page_file: Path, day: str) -> tuple[str, str]:
    """Status and whole text of a page that is opened on a day; nothing is asked of a network."""
    page = browser.new_page()
    result: list[str] = []
    page.on("request", lambda request: result.append(request.url))
    page.clock.set_fixed_time(f"{day}T12:00:00Z")
    page.goto(page_file.as_uri())
    if page_file.name == "map.html":
        page.wait_for_selector("html[data-ready=true]", state="attached")
        status = page.text_content("#status strong") or ""
        assert page.is_visible("#expired") == (status == "EXPIRED")
    else:
        status = str(page.get_attribute(".status", "data-status"))
    # Without the numbers of the notes, which stand between the words.
    page.evaluate("document.querySelectorAll('.note').forEach(note => note.remove())")
    text = page.text_content("body") or ""
    page.close()
    assert result == [page_file.as_uri()]
    return status, text


Made = tuple["Path", "Picture"]


@pytest.fixture(scope="module")
def made_once(series: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Made]:
    """The picture of a scenario: what differs only in who reads it, and when, is built once."""
    pictures: dict[str, Made] = {}

    def made(name: str) -> Made:
        happened, day, *_ = SCENARIOS[name]
        key = f"{happened} {day}"
        if key not in pictures:
            root = tmp_path_factory.mktemp("state")
            with serving(root / "mirror") as url:
                provider = Provider(root, url, series)
                provider.cache.mkdir()
                for step in happened:
                    step(provider)
            options = replace(QUICK_BUILD, cache=provider.cache, day=date.fromisoformat(day))
            pictures[key] = build(root / "pictures", options)
        return pictures[key]

    return made


@pytest.mark.chromium
@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_late_is_shown_as_fresh_in_any_output(
    name: str, browser: Browser, series: pd.DataFrame, made_once: Callable[[str], Made]
) -> None:
    happened, _, read, states, made, status = SCENARIOS[name]
    folder, picture = made_once(name)
    reader = date.fromisoformat(read)
    manifest = manifest_of(folder)
    fields = {row["id"]: row for row in manifest["sources"]}
    assert {source_id: fields[source_id]["state"] for source_id in states} == states
    assert manifest["status"] == made
    assert status_of(manifest, reader) == status_of_picture(picture, reader) == status

    for output in ("map.html", "briefing.html"):
        shown, text = read_by(browser, folder / output, read)
        assert shown == status, output
        if output == "briefing.html":
            assert status in text
            assert f"Good until {manifest['expires']}" in text
            for source_id, state in states.items():
                assert state in {"live", "embedded"} or f"{fields[source_id]['title']} is {state}" in text

    rows = pyogrio.read_dataframe(folder / "picture.gpkg", layer="status", use_arrow=True)
    stored = rows.set_index("what")
    assert stored.loc["picture", "state_as_made"] == made
    assert {s: stored.loc[s, "state_as_made"] for s in states} == states
    now = pyogrio.read_dataframe(folder / "picture.gpkg", layer="status_now").set_index("what")
    today = datetime.now(UTC).date()
    assert now.loc["picture", "state"] == status_of_picture(picture, today)

    with zipfile.ZipFile(folder / "picture.qgz") as archive:
        project = archive.read("picture.qgs").decode()
    assert f"to_date('{manifest['expires']}')" in project
    for source_id, state in states.items():
        layer = next(row["title"] for row in manifest["layers"] if row["id"] == fields[source_id]["feeds"])
        if state not in {"live", "embedded"}:
            assert f"{layer} ({state}, as of {fields[source_id]['as_of']}" in project

    health = json.loads((folder.parents[1] / HEALTH).read_text())
    assert health["picture"]["id"] == folder.name
    assert health["picture"]["status"] == status_of(manifest, today)
    assert {r["id"]: r["last_failure"] is not None for r in health["sources"] if r["id"] in states} == {
        source_id: state == "held" or name == "away" for source_id, state in states.items()
    }
    extent = pd.read_parquet(folder / "tables" / "sea_ice_extent.parquet")
    assert len(extent) == (0 if states[DAILY] == "missing" else len(series) + (good in happened))


def test_what_rests_on_a_held_source_is_not_assessed(series: pd.DataFrame, tmp_path: Path) -> None:
    provider = Provider(tmp_path, "", series)
    provider.cache.mkdir()
    _, before = build(tmp_path / "before", replace(QUICK_BUILD, day=date(2026, 8, 7)))
    ports_held(provider)
    folder, after = build(
        tmp_path / "after", replace(QUICK_BUILD, cache=provider.cache, day=date(2026, 8, 7))
    )
    was, now = before.tables["evidence"], after.tables["evidence"]
    rests = now[(now["source_id"] == PORTS) & (now["state"] != "not_applicable")]
    assert len(rests) > 100
    assert set(rests["state"]) == {"unknown"}
    outcome = ["value", "value_low", "value_high", "label", "score"]
    assert rests[outcome].isna().all(axis=None), "null, never zero"
    assert rests["note"].str.startswith(f"{NOT_ASSESSED}: World Port Index").all()
    assert (was.loc[was["source_id"] == PORTS, "state"] == "known").any()
    other = now["source_id"] != PORTS
    pd.testing.assert_frame_equal(
        now.loc[other, ["node_id", *outcome]], was.loc[other, ["node_id", *outcome]]
    )
    # The facts stay as they were last good; nodes follow their evidence, and nothing is raised by it.
    pd.testing.assert_frame_equal(after.tables["ports"], before.tables["ports"])
    nodes = {name: p.tables["nodes"].set_index("node_id") for name, p in (("was", before), ("now", after))}
    listed = nodes["now"].index[nodes["now"]["source_id"] == PORTS]
    assert set(nodes["was"].loc[listed, "military_class"]) - {"unknown"}
    assert set(nodes["now"].loc[listed, "military_class"]) == {"unknown"}, "their depths are not assessed"
    rank = {"unknown": -1, "low": 0, "moderate": 1, "high": 2}
    for column in ("hazard_class", "military_class", "dependence_class"):
        assert (nodes["now"][column].map(rank) <= nodes["was"][column].map(rank)).all(), column
    assert (nodes["now"]["military_coverage"] <= nodes["was"]["military_coverage"] + 1e-9).all()
    table = nodes["now"].loc[listed, "reasons"]
    assert table.str.contains(f"Values {NOT_ASSESSED}, as a source is late: ").any()
    assert NOT_ASSESSED in (folder / "briefing.html").read_text()
    assert NOT_ASSESSED in (folder / "map.html").read_text()
    noted = pyogrio.read_dataframe(folder / "picture.gpkg", layer="evidence", columns=["note"])
    assert noted["note"].str.startswith(NOT_ASSESSED).sum() == len(rests)
    results = after.tables["standards"]
    held_rows = results[(results["source_id"] == PORTS) & (results["result"] != "not_applicable")]
    assert set(held_rows["result"]) == {"unknown"}


def test_check_and_doctor_end_with_ten_where_a_picture_is_late(
    command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pipelines.picture.build._SNAPSHOT_DAYS", 36_500
    )  # late, and not expired, whenever this runs
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "ledger.json").write_text(
        json.dumps({PORTS: {"held": {"state": "held", "since": "2026-11-25", "reason": "rows"}}})
    )
    build(tmp_path / "pictures", replace(QUICK_BUILD, cache=cache))
    done = command("check", "--json")
    assert (done.returncode, json.loads(done.stdout)["status"]) == (10, "DEGRADED")
    result = command("doctor", "--json")
    assert result.returncode == 10, result.stderr
    rows = {row["part"]: row for row in json.loads(result.stdout)["parts"]}
    assert rows["latest picture"]["state"] == "late"
    assert rows[HEALTH]["state"] == "ok"
