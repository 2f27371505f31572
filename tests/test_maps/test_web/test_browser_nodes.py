"""The page in Chromium: the judgement of a node."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from map_pages import open_map
from page_pictures import gates_of, judged_picture, open_page

from maps.web.page import write

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from layers.picture import Picture


@pytest.mark.chromium
def test_three_gates_come_first_each_with_class_value_tier_and_source(judged: Page) -> None:
    gates = gates_of(judged, "port:0")
    assert list(gates) == ["Climate", "Defence", "People"]
    order = judged.evaluate("[...document.getElementById('details').children].map(e => e.className)")
    assert order.index("gates") == 1, "nothing but the heading stands above them"
    climate, defence, people = gates.values()
    assert "high" in climate
    assert "✓ met" in climate
    assert "Ice season lost 1.7 (1.6 to 2) months a year." in climate
    assert "Measured at the place, 2022-08-31: Made up." in climate
    assert "relative sea level 0.75 (0.4 to 1.3) m by 2100, rise: moderate" in climate
    assert (
        "Moderate from 0.5, high from 1.5 months a year; the lower end of the range, 1.6, decides." in climate
    )
    assert (
        "Nearest turn, all else as it is: lower end of the ice season lost is 1.7 months; "
        "the class is moderate from 0.5, high from 1.5 months." in climate
    )
    assert "1 m" not in climate, "an exit that is farther"
    assert "Not known" not in climate
    assert "Facility 0.75" in defence
    assert "Hinterland not known" in defence
    assert "pier depth 8 to 9.1 m" in defence
    assert "Not known: runway near" in defence
    assert "People without another: 12\u202f300 people (moderate from 300, high from 1\u202f000)." in people


@pytest.mark.chromium
def test_low_with_an_unknown_hazard_reads_low_so_far_and_says_what_could_change_it(judged: Page) -> None:
    climate = gates_of(judged, "port:1")["Climate"]
    assert "low so far" in climate
    assert "Not known: coastal erosion." in climate
    assert "Could be high: rate of erosion of the shore is not known." in climate
    plain = gates_of(judged, "port:4")
    assert "low so far" not in plain["Climate"]
    assert "No hazard that applies is known." in plain["Climate"]
    assert "? not known" in plain["Defence"]
    assert "Could be high: ground ice of the site is not known." in gates_of(judged, "port:2")["Climate"]


@pytest.mark.chromium
def test_shares_scope_and_place_are_told_plainly(judged: Page) -> None:
    judged.evaluate("arcticPicture.select('port:0')")
    words = judged.inner_text("#details")
    assert "over 99 % of the draws" in words
    assert "Critical, possible" in words
    assert "Alpha, 1 other node" in words
    assert "4.5 years old" in words
    judged.click("#details .others button")
    assert judged.text_content("#details h2") == "Mast"
    words = judged.inner_text("#details")
    assert "under 1 % of the draws" in words
    assert "Gateway to the Arctic" in words
    judged.evaluate("arcticPicture.select('port:3')")
    words = judged.inner_text("#details")
    assert "Context: outside the boundary of the Arctic, judged, never flagged." in words
    assert "never flagged\n" in words
    assert "Gamma, no other node" in words


@pytest.mark.chromium
@pytest.mark.parametrize(
    ("node", "position"), [("port:0", "70.00° N, 170.00° W"), ("port:4", "70.00° N, 170.00° E")]
)
def test_the_card_prints_west_for_a_western_longitude(judged: Page, node: str, position: str) -> None:
    judged.evaluate("id => arcticPicture.select(id)", node)
    card = (judged.text_content("#details") or "").replace("\u00a0", " ")
    assert f"Position{position}, uncertainty unknown" in card


@pytest.mark.chromium
def test_evidence_is_grouped_by_axis_and_group(judged: Page) -> None:
    judged.evaluate("arcticPicture.select('port:0')")
    assert not judged.is_visible("#details .evidence >> nth=0"), "the raw rows are folded"
    judged.click("#details .raw > summary")
    tables = judged.locator("#details .evidence")
    assert tables.locator("caption").all_text_contents() == ["Climate", "Defence", "People"]
    assert tables.nth(0).locator(".group").all_text_contents() == ["Sea ice", "Sea level", "Permafrost"]
    climate = tables.nth(0).inner_text()
    assert "0.75 (0.4 to 1.3) m by 2100" in climate
    assert "moderate from 0.6, high from 1 m by 2100" in climate
    assert "modelled" in climate
    assert "continuous" in climate
    assert "weight 0.25" in tables.nth(1).inner_text()


@pytest.mark.chromium
def test_critical_places_are_listed_first_then_overlap_and_context_is_counted(judged: Page) -> None:
    assert judged.text_content("#flagged-title") == "Critical places, 1"
    assert "Alpha" in (judged.text_content("#flagged-list") or "")
    assert judged.text_content("#overlap-title") == "Overlap, other nodes at 1 place"
    assert "Beta" in (judged.text_content("#overlap-list") or "")
    assert "1 more is context" in (judged.text_content("#overlap-note") or "")
    judged.click("#table-open")
    names = [name.strip() for name in judged.locator("#table-view tbody th").all_text_contents()]
    assert names == ["Keel", "Sail", "Mast", "Oar", "Rope"]
    cells = judged.locator("#table-view tbody tr").nth(2).locator("td").all_text_contents()
    assert cells[:6] == ["Alpha", "Airfield", "NOR", "Gateway to the Arctic", "Not flagged", "0 %"]
    assert cells[6:10] == ["under 1 %", "low so far", "moderate", "low"]


@pytest.mark.chromium
@pytest.mark.parametrize(
    ("title", "label", "left"),
    [
        ("Overlap of climate and defence", "No overlap", ["Keel", "Sail", "Rope"]),
        ("Kind", "Airfield", ["Keel", "Sail", "Oar", "Rope"]),
        ("Scope", "Context: judged, never flagged", ["Keel", "Sail", "Mast", "Oar"]),
        ("Climate class", "High", ["Sail", "Mast", "Oar"]),
        ("Defence class", "Unknown", ["Keel", "Sail", "Mast", "Rope"]),
        ("People class", "Low", ["Keel", "Sail", "Rope"]),
        ("Flag", "Insufficient data", ["Keel", "Mast", "Oar", "Rope"]),
    ],
)
def test_a_filter_leaves_what_it_says(judged: Page, title: str, label: str, left: list[str]) -> None:
    judged.click("#filter-list > summary")
    judged.locator("#choices summary", has_text=re.compile(f"^{title}$")).click()
    judged.get_by_label(label, exact=True).uncheck()
    judged.click("#table-open")
    names = [name.strip() for name in judged.locator("#table-view tbody th").all_text_contents()]
    assert names == left


@pytest.mark.chromium
def test_a_node_is_found_by_its_place(judged: Page) -> None:
    judged.fill("#search", "alpha")
    assert judged.locator("#hits .what").all_text_contents() == ["Keel", "Mast"]


@pytest.mark.chromium
def test_another_picture_is_told_by_its_classes(browser: Browser, tmp_path: Path) -> None:
    new = judged_picture()
    earlier = new.tables["nodes"].assign(flag="not_flagged", hazard_class="moderate", flag_probability=0.1)
    old = replace(new, day=date(2025, 1, 2), tables={**new.tables, "nodes": earlier})
    page, _ = open_page(browser, write(new, tmp_path, other=old))
    page.evaluate("arcticPicture.select('port:0')")
    result = page.text_content("#details .change") or ""
    assert "not flagged, critical in 10 % of the draws; climate moderate, defence high, people high" in result
    page.close()


@pytest.mark.chromium
def test_the_slider_of_an_exit_says_what_the_node_would_be_and_moves_its_mark(judged: Page) -> None:
    judged.evaluate("arcticPicture.select('port:0')")

    def mark() -> bytes:
        at = judged.evaluate("arcticPicture.pixel('port:0')")
        return judged.screenshot(clip={"x": at["x"] - 6, "y": at["y"] - 6, "width": 12, "height": 12})

    def slide(share: float) -> str:
        judged.evaluate(
            "s => { const e = document.getElementById('exit-climate'); e.value = s * e.max;"
            " e.dispatchEvent(new Event('input')); }",
            share,
        )
        return judged.inner_text(".gate:first-child output")

    stored = mark()
    # The scale runs from 0 to a quarter above the larger of value and anchors: 2.125 months.
    assert "moderate. The node would be an overlap of climate and defence, not critical." in slide(
        1.0 / 2.125
    )
    overlap = mark()
    assert "low. The node would be neither critical nor an overlap." in slide(0.4 / 2.125)
    nothing = mark()
    assert "high. The node would be critical: all three gates are met. That is as it is." in slide(
        1.6 / 2.125
    )
    assert len({stored, overlap, nothing}) == 3
    assert not judged.evaluate("Boolean(document.querySelector('#exit-military:not([disabled])'))")


@pytest.mark.chromium
def test_a_trial_is_shown_on_gate_and_badges_and_one_button_ends_it(judged: Page) -> None:
    judged.evaluate("arcticPicture.select('port:0')")
    badges, gate = judged.locator("#details .badges"), judged.locator(".gate").first
    assert badges.inner_text() == "Critical, possible"
    judged.evaluate(
        "(() => { const e = document.getElementById('exit-climate'); e.value = 0.4 / 2.125 * e.max;"
        " e.dispatchEvent(new Event('input')); })()"
    )
    assert badges.inner_text().split("\n") == ["Trial: neither critical nor overlap", "Critical, possible"]
    assert "trial: low" in gate.inner_text()
    assert "not met" in gate.inner_text()
    judged.click("#details .exit button")
    assert badges.inner_text() == "Critical, possible"
    assert "trial" not in gate.inner_text()
    assert "✓ met" in gate.inner_text()
    assert judged.inner_text(".gate:first-child output") == ""
    assert judged.is_hidden("#details .exit button")


@pytest.mark.chromium
def test_ports_are_listed_by_the_ice_that_they_lost(browser: Browser, folder: Path, picture: Picture) -> None:
    """The first row of the list is the port or landing that lost most; other kinds have no ice season."""
    page = open_map(browser, folder)
    page.click("#ice-table-open")
    table = page.locator("#table-view tbody tr")
    cells = table.first.locator("th, td").all_text_contents()
    nodes = picture.tables["nodes"].sort_values("ice_months_lost", ascending=False, na_position="last")
    most = nodes.iloc[0]
    levels = picture.tables["warming_levels"]
    [at_2] = levels.loc[
        (levels["node_id"] == most["node_id"]) & (levels["warming_degc"] == 2), "ice_months_lost"
    ]
    assert cells[0] == most["name"]
    now, lost, warmer = (float(text.split()[0]) for text in cells[11:14])
    assert now == pytest.approx(most["ice_months_recent"], rel=0.01)
    assert lost == pytest.approx(most["ice_months_lost"], rel=0.01)
    assert warmer == pytest.approx(at_2, rel=0.01)
    assert f"({most['ice_months_lost_low']:.2f} to " in cells[12]
    page.locator("#table-view .sort").nth(2).click()
    assert table.first.locator("td").all_text_contents()[10:13] == ["\N{EN DASH}"] * 3
    page.close()
