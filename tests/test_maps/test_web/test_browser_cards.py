"""Cards and panels in Chromium: what a card covers, what it folds, what a reader reaches by keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from map_pages import open_map, set_clock
from page_pictures import choose_tool, columns, made_picture, open_page, spine, table_of

from layers.crs import polar_points
from layers.schema import Layer
from maps.web.page import write

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

MANY = Layer("many", "Many columns", "social", "point", columns(*(f"column_{k}" for k in range(200))))
PLAY_TOP = "document.getElementById('play-years').getBoundingClientRect().top"
IS_FREE = "([x, y]) => Boolean(document.elementFromPoint(x, y).closest('#map_arctic'))"
# Distance in pixels from the middle of the map to the mark of a node.
OFF_MIDDLE = """id => {
    const p = arcticPicture.pixel(id), box = document.getElementById('map_arctic').getBoundingClientRect();
    return [p.x - box.left - box.width / 2, p.y - box.top - box.height / 2];
}"""


@pytest.mark.chromium
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_a_closed_card_leaves_its_subject_in_the_middle(
    browser: Browser, folder: Path, size: tuple[int, int]
) -> None:
    page = open_map(browser, folder)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.evaluate("arcticPicture.select('port:wpi-20650')")
    x, y = page.evaluate("arcticPicture.pixel('port:wpi-20650')").values()
    assert page.evaluate(IS_FREE, [x, y])
    page.click("#details .close")
    assert page.evaluate(OFF_MIDDLE, "port:wpi-20650") == pytest.approx([0, 0], abs=3)
    # A reader who moved the map meanwhile finds it as it was left.
    page.evaluate("arcticPicture.select('port:wpi-20650')")
    page.evaluate("map_arctic.panBy([120, 60], { animate: false })")
    before = page.evaluate("map_arctic.containerPointToLatLng([0, 0])")
    page.click("#details .close")
    assert page.evaluate("map_arctic.containerPointToLatLng([0, 0])") == before
    page.close()


@pytest.mark.chromium
def test_a_clicked_mark_does_not_end_beneath_the_card(browser: Browser, folder: Path) -> None:
    page = open_map(browser, folder)
    node = "port:wpi-20650"
    page.evaluate("id => arcticPicture.select(id)", node)
    page.click("#details .close")
    # To the right edge of the map, where the card will stand.
    page.evaluate("map_arctic.panBy([-(map_arctic.getSize().x / 2 - 290), 0], { animate: false })")
    x, y = page.evaluate("id => Object.values(arcticPicture.pixel(id))", node)
    page.mouse.click(x, y)
    assert page.evaluate("arcticPicture.selected") == node
    x, y = page.evaluate("id => Object.values(arcticPicture.pixel(id))", node)
    assert page.evaluate(IS_FREE, [x, y])
    page.close()


@pytest.mark.chromium
def test_a_private_layer_of_200_columns_folds_and_loses_none(browser: Browser, tmp_path: Path) -> None:
    picture = made_picture(("Keel",))
    rows = spine("many", ["Wide"]) | {f"column_{k}": [f"value {k}"] for k in range(150)}
    picture = replace(
        picture,
        layers=(*picture.layers, MANY),
        tables={**picture.tables, "many": table_of(MANY, rows, polar_points([20.0], [75.0]))},
    )
    page, _ = open_page(browser, write(picture, tmp_path))
    page.fill("#search", "Wide")
    page.keyboard.press("Enter")
    assert page.inner_text("#details h2") == "Wide"
    folded = page.locator("#details .more-facts")
    assert folded.locator("summary").inner_text() == "177 more of 201 columns, 50 of them unknown"
    assert page.locator("#details > .facts").first.locator("dt").count() == 24
    assert folded.locator("dt").count() == 177
    assert page.evaluate("document.documentElement.scrollWidth") <= 1400
    page.close()


@pytest.mark.chromium
def test_the_map_is_reached_by_keys_and_escape_closes_what_is_open(judged: Page) -> None:
    order = []
    for _ in range(2):
        judged.keyboard.press("Tab")
        order.append(judged.evaluate("document.activeElement.id"))
    assert order == ["skip-search", "skip-map"]
    assert judged.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    judged.keyboard.press("Enter")
    assert judged.evaluate("document.activeElement.id") == "map_arctic"
    assert judged.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    judged.evaluate("arcticPicture.select('port:0')")
    judged.keyboard.press("Escape")
    assert judged.is_hidden("#details")


@pytest.mark.chromium
def test_copied_is_said_for_a_while_only(judged: Page) -> None:
    judged.clock.install()
    choose_tool(judged, "#link")
    assert judged.inner_text("#link") in ("Link copied", "Copy this link")
    judged.clock.run_for(5_000)
    assert judged.inner_text("#link") == "Copy link to this view"


@pytest.mark.chromium
def test_the_ports_that_the_clock_rings_are_in_the_legend_and_play_stays_in_place(
    browser: Browser, folder: Path
) -> None:
    page = open_map(browser, folder)
    page.wait_for_selector("#years:not([hidden])")
    legend = page.text_content("#legend-body") or ""
    assert "Dashed ring: port with ice" in legend
    assert "Solid: sea route without ice" in legend
    places = set()
    for month, year in ((3, None), (9, 1985), (9, 2012), (12, 2022)):
        set_clock(page, month, year)
        places.add(page.evaluate(PLAY_TOP))
    assert len(places) == 1
    page.close()
