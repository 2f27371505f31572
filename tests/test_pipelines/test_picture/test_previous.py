"""What a new picture says of the earlier one: a case worked by hand, read in its pages by Chromium."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import geopandas as gpd
import pandas as pd
import pytest
from shapely import affinity

from layers.crs import lonlat
from maps.reports import briefing
from maps.web import page as html
from pipelines.picture import build as line
from pipelines.picture.build import Options
from pipelines.picture.diff import changes
from pipelines.picture.publish import faults_of, manifest_of
from pipelines.picture.read import read_picture
from pipelines.picture.store import store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from layers.picture import Picture
    from pipelines.snapshot import Snapshot

pytestmark = pytest.mark.sweep

AXE = Path(__file__).parents[2] / "vendor" / "axe.min.js"
OPTIONS = {
    "region": "bering", "scenario": "today", "as_of": "2026-11-25", "draws": 25, "seed": 0,
    "sensitivity": 0, "audience": "public",
}  # fmt: skip
HOSTILE = "</script><script>window.__pwned=1</script><img src=x onerror=window.__pwned=4>{{7*7}} a_b"
PORTS, ICE = "nga_world_port_index", "nsidc_ice_presence"
DRAWN = ("html", "briefing")

Made = tuple["Picture", "Snapshot"]


@pytest.fixture(scope="module")
def made() -> Made:
    return line.compose_snapshot(Options(region="bering", draws=25, day=date(2026, 11, 25)))


def put(root: Path, made: Made, *, exports: tuple[str, ...] = (), **options: Any) -> Path:
    return store(made[0], root, options=OPTIONS | options, used=made[1], exports=exports, is_compared=True)


class Six:
    """Six nodes of a picture, and the picture of the next day in which each differs in its own way."""

    def __init__(self, made: Made) -> None:
        picture, used = made
        nodes, evidence = picture.tables["nodes"].copy(), picture.tables["evidence"].copy()
        measured = (evidence["source_id"] == ICE) & (evidence["state"] == "known")
        by_ice = set(evidence.loc[measured, "node_id"])
        listed = nodes[(nodes["source_id"] == PORTS)]["node_id"].tolist()
        self.world = next(name for name in listed if name in by_ice)
        self.method, self.gone, self.moved, self.renamed, pattern = [n for n in listed if n != self.world][:5]
        self.added = "port:new-1"

        def at(name: str) -> Any:
            return nodes["node_id"] == name

        self.names = {n: nodes.loc[at(n), "name"].item() for n in listed}
        self.before = replace(picture, tables={**picture.tables, "nodes": self.flagged(nodes, "possible")})
        # The next day.
        nodes = self.flagged(nodes, "robust")
        nodes.loc[at(self.method), "flag"] = "possible"
        nodes.loc[at(self.renamed), "name"] = HOSTILE
        shape = nodes.geometry.copy()
        row = nodes.index[at(self.moved)][0]
        shape[row] = affinity.translate(shape[row], 5_000.0)
        longitude, latitude = lonlat(shape[row].x, shape[row].y)
        self.was = nodes.loc[row, "latitude_deg"], nodes.loc[row, "longitude_deg"]
        self.now = float(latitude), float(longitude)
        nodes.loc[row, ["latitude_deg", "longitude_deg"]] = self.now
        nodes = nodes.set_geometry(gpd.GeoSeries(shape, crs=3413))
        new = nodes[at(pattern)].assign(
            node_id=self.added, feature_id=self.added, name="New Port", flag="not_flagged"
        )
        nodes = pd.concat([nodes[~at(self.gone)], new], ignore_index=True).sort_values("feature_id")
        ice = evidence.index[(evidence["node_id"] == self.world) & measured][0]
        evidence.loc[ice, "value"] += 2
        evidence.loc[ice, "as_of"] = "2026-11-26"
        more = evidence[evidence["node_id"] == pattern].assign(node_id=self.added)
        evidence = pd.concat([evidence[evidence["node_id"] != self.gone], more], ignore_index=True)
        tables = {**picture.tables, "nodes": nodes.reset_index(drop=True), "evidence": evidence}
        manifest = json.loads(json.dumps(used.manifest))
        for source in manifest["sources"]:
            if source["id"] in {PORTS, ICE}:
                source |= {"as_of": "2026-11-26", "sha256": "0" * 64, "rows": source["rows"] + 1}
        self.after: Made = replace(picture, tables=tables), replace(used, manifest=manifest)

    def flagged(self, nodes: Any, flag: str) -> Any:
        """The node that the ice is news of has a flag, the one that goes is possible, the rest has none."""
        flags = nodes["flag"].mask(nodes["node_id"].isin([self.method, self.moved]), "not_flagged")
        flags = flags.mask(nodes["node_id"] == self.gone, "possible")
        return nodes.assign(flag=flags.mask(nodes["node_id"] == self.world, flag))

    def expected(self) -> list[tuple[str, ...]]:
        """Name, change, was, is, cause: written down by hand, in the order of reading."""
        places = [f"{y:.3f}° N, {abs(x):.3f}° {'W' if x < 0 else 'E'}" for y, x in (self.was, self.now)]
        return [
            (self.names[self.world], "flag changed", "possible", "robust", "world changed"),
            (self.names[self.method], "flag changed", "not flagged", "possible", "method changed"),
            (self.names[self.gone], "gone", "possible", "not in the picture", "source changed"),
            (self.names[self.moved], "moved", *places, "source changed"),
            ("New Port", "added", "not in the picture", "not flagged", "source changed"),
            (HOSTILE, "changed", self.names[self.renamed], HOSTILE, "source changed"),
        ]  # fmt: skip


@pytest.fixture(scope="module")
def six(made) -> Six:
    return Six(made)


@pytest.fixture(scope="module")
def two(six, made, tmp_path_factory) -> tuple[Path, Path]:
    """The two pictures, in one folder; the later one drawn. It is judged by one draw more."""
    root = tmp_path_factory.mktemp("two")
    first = put(root, (six.before, made[1]), exports=DRAWN)
    return first, put(root, six.after, exports=DRAWN, draws=26)


def rows_of(folder: Path, subject: str = "node") -> pd.DataFrame:
    table = pd.read_parquet(folder / "tables" / "changes.parquet")
    return table[table["subject"] == subject]


def test_the_first_picture_says_nothing(two):
    first, _ = two
    assert "before" not in manifest_of(first)
    assert not (first / "tables" / "changes.parquet").exists()
    assert "What changed" not in (first / "briefing.html").read_text()
    assert '"since":' not in (first / "map.html").read_text()


def test_six_differences_by_hand(two, six):
    first, second = two
    stands = manifest_of(first)
    assert manifest_of(second)["before"] == {
        "id": first.name, "seq": 1, "day": "2026-11-25", "status": stands["status"],
    }  # fmt: skip
    rows = rows_of(second)
    found = rows[["name", "change", "was", "now", "cause"]].itertuples(index=False, name=None)
    assert list(found) == six.expected()
    assert rows["why"].iloc[1] == "judged otherwise: draws: 25 → 26"
    assert "2026-11-26" in rows["why"].iloc[0]
    sources = rows_of(second, "source")
    assert sorted(sources["subject_id"]) == [PORTS, ICE]
    assert list(rows_of(second, "method")["name"]) == ["draws: 25 → 26"]
    assert faults_of(second) == []


def test_the_table_says_what_the_command_says(two):
    """Two readings of the same: from memory before publication, and of two stored pictures after it."""
    report, rows = changes(*two), rows_of(two[1])
    assert len(rows) == len(report["nodes"]) == sum(sum(by.values()) for by in report["counts"].values())
    assert sorted(zip(rows["subject_id"], rows["cause"], strict=True)) == sorted(
        (row["id"], row["cause"]) for row in report["nodes"]
    )


def test_the_stored_picture_is_drawn_again_the_same(two, tmp_path):
    picture = read_picture(two[1])
    assert html.write(picture, tmp_path).read_bytes() == (two[1] / "map.html").read_bytes()
    assert {layer.id for layer in picture.layers} >= {"changes"}


def test_the_briefing_of_a_country_has_its_nodes_alone(two, six):
    picture = read_picture(two[1])
    nodes = picture.tables["nodes"].set_index("node_id")["country_iso3"]
    for country in ("USA", "RUS"):
        page = briefing.page(picture, country)
        here = [name for name in (six.world, six.method, six.moved, six.renamed) if nodes[name] == country]
        assert "What changed since" in page
        assert all((f"{six.names[name]}</data></b>" in page) for name in here if name != six.renamed)
        assert ("No node and no flag differs." in page) == (
            country not in set(rows_of(two[1])["country_iso3"])
        )


# --- the same content again


def test_three_runs_more_are_the_same_picture(six, made, tmp_path):
    """Of the same content nothing changed, so nothing else is said: the same bytes, the same id."""
    first = put(tmp_path, (six.before, made[1]))
    assert put(tmp_path, (six.before, made[1])) == first
    second = put(tmp_path, six.after, exports=DRAWN)
    before = {path: path.stat().st_mtime_ns for path in second.rglob("*")}
    for _ in range(3):
        assert put(tmp_path, six.after, exports=DRAWN) == second
    assert {path: path.stat().st_mtime_ns for path in second.rglob("*")} == before
    assert len(list((tmp_path / "snapshots").iterdir())) == 2
    # The earlier one may be retired meanwhile: what was said of it is kept.
    shutil.rmtree(tmp_path / "snapshots" / manifest_of(second)["before"]["id"])
    assert put(tmp_path, six.after, exports=DRAWN) == second


def test_the_same_two_pictures_are_the_same_bytes_elsewhere(two, six, made, tmp_path):
    put(tmp_path, (six.before, made[1]), exports=DRAWN)
    assert put(tmp_path, six.after, exports=DRAWN, draws=26).name == two[1].name


def test_what_comes_back_is_news_again(six, made, tmp_path):
    """A, B, A: the third is compared with the second, not taken for the first."""
    first = put(tmp_path, (six.before, made[1]))
    second = put(tmp_path, six.after)
    third = put(tmp_path, (six.before, made[1]))
    assert third not in {first, second}
    assert manifest_of(third)["before"]["id"] == second.name
    assert set(rows_of(third)["change"]) == set(rows_of(second)["change"])
    assert put(tmp_path, (six.before, made[1])) == third


def test_a_picture_of_another_region_or_audience_is_no_earlier_one(six, made, tmp_path):
    first = put(tmp_path, (six.before, made[1]))
    other = put(tmp_path, (replace(six.before, audience="eu"), made[1]), audience="eu")
    assert "before" not in manifest_of(other), "what one audience may see is not told to another"
    again = put(tmp_path, six.after)
    assert manifest_of(again)["before"]["id"] == first.name


@pytest.mark.parametrize("what", ["tables/evidence.parquet", "tables/changes.parquet"])
def test_a_damaged_picture_is_replaced_by_the_same(six, made, tmp_path, what):
    put(tmp_path, (six.before, made[1]))
    second = put(tmp_path, six.after)
    (second / what).chmod(0o644)
    (second / what).write_bytes(b"torn")
    assert put(tmp_path, six.after) == second
    assert faults_of(second) == []


def test_an_earlier_picture_that_cannot_be_read_keeps_none_from_being_published(six, made, tmp_path):
    first = put(tmp_path, (six.before, made[1]))
    torn = first / "tables" / "evidence.parquet"
    torn.chmod(0o644)
    torn.write_bytes(b"torn")
    second = put(tmp_path, six.after, exports=DRAWN)
    assert manifest_of(second)["before"]["id"] == first.name
    assert not (second / "tables" / "changes.parquet").exists()
    assert "The earlier picture could not be read" in (second / "briefing.html").read_text()
    assert put(tmp_path, six.after, exports=DRAWN) == second


def test_a_picture_that_is_not_compared_says_nothing_of_an_earlier_one(six, made, tmp_path):
    """What a plain build publishes: the same whatever lies there."""
    first = put(tmp_path / "both", six.after)
    alone, both = (
        store(six.before, tmp_path / name, options=OPTIONS, used=made[1], exports=())
        for name in ("alone", "both")
    )
    assert alone.name == both.name != first.name
    assert "before" not in manifest_of(both)


# --- in the pages


def opened(browser: Browser, path: Path, **more: Any) -> Page:
    page = browser.new_page(**more)
    page.goto(path.as_uri())
    if path.name == "map.html":
        page.wait_for_selector("html[data-ready=true]", state="attached")
    return page


# Change: under source, world, method, and all. Six rows, of which each cause is counted by hand.
COUNTS = [
    ["Flag changed", "0", "1", "1", "2"], ["Added", "1", "0", "0", "1"], ["Gone", "1", "0", "0", "1"],
    ["Moved", "1", "0", "0", "1"], ["Changed otherwise", "1", "0", "0", "1"], ["All", "4", "1", "1", "6"],
]  # fmt: skip
CELLS = "rows => rows.map(row => [...row.children].map(cell => cell.innerText.trim()))"


@pytest.mark.chromium
def test_the_map_shows_these_rows_and_runs_nothing(browser, two, six):
    page = opened(browser, two[1] / "map.html", viewport={"width": 1400, "height": 900})
    assert page.inner_text("#since-title") == "What changed since 2026-11-25"
    note = page.inner_text("#since-note")
    assert f"This picture, of 2026-11-25, compared with picture 1 ({two[0].name}) of 2026-11-25" in note
    assert page.eval_on_selector_all("#since tbody tr", CELLS) == COUNTS
    for summary in page.query_selector_all("#since details:not([open]) summary"):
        summary.click()
    items = page.eval_on_selector_all(
        "#since li", "items => items.map(item => [...item.children].map(part => part.innerText))"
    )
    shown = [(item[0].split("\n")[0], item[1], item[2].split(": ")[0]) for item in items[:6]]

    def sentence(change: str, was: str, now: str) -> str:
        first = {"changed": "Name was", "moved": "Place was"}.get(change, "Was")
        return f"{first} {was}, is {now}."

    order = {"flag changed": 0, "added": 1, "gone": 2, "moved": 3, "changed": 4}
    rows = sorted(six.expected(), key=lambda row: order[row[1]])
    assert shown == [
        (name, sentence(change, was, now), cause.capitalize()) for name, change, was, now, cause in rows
    ]
    assert page.evaluate("window.__pwned") is None
    # A node that is there opens, and says it in its details; one that is gone is no button.
    page.click(f"#since button:has-text('{six.names[six.world]}')")
    assert "Since 2026-11-25: was possible, is robust." in page.inner_text("#details")
    assert page.locator("#since li", has_text="is not in the picture").locator("button").count() == 0
    page.close()


@pytest.mark.chromium
def test_the_briefing_shows_these_rows_and_runs_nothing(browser, two, six):
    page = opened(browser, two[1] / "briefing.html")
    assert "What changed since 2026-11-25" in page.inner_text("body")
    assert page.eval_on_selector_all(".counts tbody tr", CELLS) == COUNTS
    rows = page.eval_on_selector_all(".changes tbody tr", CELLS)
    result = [
        (cells[0].split("\n")[0], cells[1], cells[2], cells[3], cells[4].split(": ")[0]) for cells in rows
    ]
    assert result == [
        (name, "name" if change == "changed" else change, was, now, cause)
        for name, change, was, now, cause in six.expected()
    ]
    assert page.evaluate("window.__pwned") is None
    # Every figure and word of it is that of the cell it names, read again from the stored table.
    cells = page.eval_on_selector_all(
        "[data-cell*=':changes?']", "cells => cells.map(c => [c.dataset.cell, c.dataset.form, c.textContent])"
    )
    page.close()
    table = pd.read_parquet(two[1] / "tables" / "changes.parquet")
    assert len(cells) > 60
    for address, form, text in cells:
        found = re.fullmatch(r"(value|count):changes\?([^#]*)(?:#(.*))?", address)
        assert found, address
        rows = table
        for condition in found[2].split("&"):
            column, value = condition.split("=")
            rows = rows[rows[column].astype("str") == unquote(value)]
        result = str(len(rows)) if found[1] == "count" else str(rows[found[3]].item())
        assert text == (result.replace("_", " ") if form == "words" else result), address


@pytest.mark.chromium
@pytest.mark.parametrize("output", ["map.html", "briefing.html"])
def test_phone_dark_and_paper(browser, two, output):
    """Nothing hangs over, axe finds nothing serious, and a print of the map bears it too."""
    page = opened(
        browser, two[1] / output, viewport={"width": 390, "height": 844}, color_scheme="dark", bypass_csp=True
    )
    if output == "map.html":
        page.click("#panel-toggle")
        page.wait_for_selector("#since", state="visible")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.add_script_tag(path=AXE)
    within = {"map.html": "document", "briefing.html": "{ include: ['.counts', '.changes', '.renewed'] }"}[
        output
    ]
    found = page.evaluate(f"axe.run({within}).then((r) => r.violations)")
    assert [row["id"] for row in found if row["impact"] in {"serious", "critical"}] == []
    if output == "map.html":
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        text = page.text_content("#first-caveats") or ""
        assert "What changed since 2026-11-25 (picture 1): 2 flag changed, 1 added, 1 gone, 1 moved" in text
    page.close()


@pytest.mark.chromium
def test_no_difference_is_said_as_such(browser, six, made, tmp_path):
    put(tmp_path, (six.before, made[1]))
    # The next day, with the same of everything else.
    second = put(tmp_path, (six.before, made[1]), exports=DRAWN, as_of="2026-11-26")
    for output in DRAWN:
        page = opened(browser, second / {"html": "map.html"}.get(output, "briefing.html"))
        assert "No node and no flag differs." in page.inner_text("body")
        page.close()
