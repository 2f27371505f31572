"""The page in Chromium: map, search, filters, tools."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page_pictures import (
    HIDDEN_SHOWN,
    HOSTILE,
    NAMES,
    choose_tool,
    made_picture,
    open_page,
)
from pyproj import Geod

from layers.assessed.class_thresholds import ANCHORS
from maps.web.page import write

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.mark.chromium
def test_page_opens_alone_and_silent(opened: tuple[Page, list[str]]) -> None:
    page, events = opened
    page.select_option("#turn", "90")
    page.click("#caveats-open")
    page.keyboard.press("Escape")
    for box in page.query_selector_all("#layers input"):
        box.click()
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    assert events == [f"request: {page.url.split('#')[0]}"]


@pytest.mark.chromium
def test_the_page_tells_scripts_where_a_mark_is_and_which_node_is_open(
    opened: tuple[Page, list[str]],
) -> None:
    page, _ = opened
    assert page.evaluate("arcticPicture.selected") is None
    assert page.evaluate("arcticPicture.pixel('port:none')") is None
    place = page.evaluate("arcticPicture.pixel('port:0')")
    page.mouse.click(place["x"], place["y"])
    assert page.evaluate("arcticPicture.selected") == "port:0"
    page.click("#filter-list > summary")
    page.click("#choices summary >> nth=0")
    page.uncheck("#only-flag-0")
    assert page.evaluate("arcticPicture.pixel('port:0')") is None, "a filter hides it"
    page.click("#details .close")
    assert page.evaluate("arcticPicture.selected") is None


@pytest.mark.chromium
def test_search_folds_diacritics_and_opens_by_keyboard(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened
    page.fill("#search", "tromso")
    page.keyboard.press("Enter")
    assert page.text_content("#details h2") == "Tromsø"
    assert "unknown" in (page.text_content("#details .evidence") or "")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    page.keyboard.press("Escape")
    assert page.is_hidden("#details")
    assert page.evaluate("document.activeElement.id") == "search"


@pytest.mark.chromium
def test_a_mistyped_name_is_found(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened
    for typed in ("Tromsö", "Tromsoe", "Trmso"):
        page.fill("#search", typed)
        assert "Tromsø" in (page.text_content("#hits") or ""), typed


@pytest.mark.chromium
@pytest.mark.parametrize("meridian", ["-45", "90", "180"])
def test_a_click_on_a_mark_opens_it(opened: tuple[Page, list[str]], meridian: str) -> None:
    page, _ = opened
    page.select_option("#turn", meridian)
    x, y = page.evaluate("""() => {
        const frame = document.getElementById('map_arctic').getBoundingClientRect();
        const p = map_arctic.latLngToContainerPoint([70, -170]);
        return [frame.left + p.x, frame.top + p.y];
    }""")
    page.mouse.click(x, y)
    assert page.text_content("#details h2") == NAMES[0]


@pytest.mark.chromium
def test_filter_hides_nodes(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened
    page.click("#filter-list > summary")
    page.click("#choices summary >> nth=0")
    page.uncheck("#only-flag-1")
    assert page.text_content("#shown") == f"1 of {len(NAMES)} nodes shown"


@pytest.mark.chromium
def test_march_and_september_differ_and_the_pole_is_ice(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened

    def month(number: int) -> tuple[bytes, list[int]]:
        page.evaluate(
            "n => { const m = document.getElementById('month'); m.value = n;"
            " m.dispatchEvent(new Event('input')); }",
            number,
        )
        page.wait_for_timeout(150)
        colours = page.evaluate("""() => {
            const canvas = document.querySelector('.leaflet-overlay-pane canvas');
            const box = canvas.getBoundingClientRect(), map = document.getElementById('map_arctic');
            const frame = map.getBoundingClientRect(), scale = canvas.width / box.width;
            // At 88 N, off the meridians, and at 75 N, where only March has ice.
            return [[88, 20], [75, 20]].map(([lat, lng]) => {
                const p = map_arctic.latLngToContainerPoint([lat, lng]);
                return [...canvas.getContext('2d').getImageData(
                    (frame.left + p.x - box.left) * scale, (frame.top + p.y - box.top) * scale, 1, 1
                ).data].slice(0, 3).join();
            });
        }""")
        return page.locator("#map_arctic").screenshot(), colours

    march, (pole, shelf) = month(3)
    assert pole == shelf
    september, (pole_later, shelf_later) = month(9)
    assert march != september
    assert pole_later == pole != shelf_later


@pytest.mark.chromium
def test_every_control_does_what_it_says(browser: Browser, tmp_path: Path) -> None:
    page, events = open_page(browser, write(made_picture(), tmp_path))
    page.click("#play")
    assert page.get_attribute("#play", "aria-pressed") == "true"
    page.click("#play")
    page.focus("#month")
    page.keyboard.press("Home")
    assert page.text_content("#ice-title") == "Sea ice, January"
    choose_tool(page, "#measure-open")
    page.click("#map_arctic", position={"x": 500, "y": 400})
    page.click("#map_arctic", position={"x": 500, "y": 200})
    assert "km along 1 geodesic" in (page.text_content("#measured") or "")
    page.click("#measure-undo")
    page.keyboard.press("Escape")
    assert page.is_hidden("#measure")
    choose_tool(page, "#link")
    assert "month=1" in page.input_value("#link-text")
    page.select_option("#theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 21, 27)"
    page.select_option("#theme", "light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(243, 245, 246)"
    page.click("#full")
    page.wait_for_function("() => document.fullscreenElement !== null")
    page.click("#full")
    page.wait_for_function("() => document.fullscreenElement === null")
    page.click("#tools summary")
    page.click(".leaflet-control-zoom-in")
    page.click("#home")
    page.click("#legend summary")
    page.click("#show-graticule")
    page.click("#show-names")
    page.click("#filter-list > summary")
    page.click("#choices summary >> nth=0")
    page.click("#choices button:has-text('All or none') >> nth=0")
    assert page.text_content("#shown") == f"0 of {len(NAMES)} nodes shown"
    page.click("#choices button:has-text('All or none') >> nth=0")
    page.click("#legend summary >> nth=0")
    page.click("#legend .meaning summary")
    assert "moderate from 0.5, high from 1.5 months" in (page.text_content("#legend .meaning") or "")
    assert len(events) == 1
    page.close()


@pytest.mark.chromium
def test_every_dialog_and_list_opens_and_closes(browser: Browser, tmp_path: Path) -> None:
    page, events = open_page(browser, write(made_picture(), tmp_path))
    page.click("#caveats-open")
    assert page.locator("#about .caveats li").count() == 10
    page.click("#about .close")
    page.click("#method-open")
    assert "Three gates" in (page.text_content("#method") or "")
    assert page.locator("#method .anchors tbody tr").count() == len(ANCHORS)
    page.click("#method .close")
    page.click("#flagged-list button >> nth=0")
    page.click("#details .close")
    page.evaluate("window.print = () => { window.printed = true; }")
    choose_tool(page, "#print")
    assert page.evaluate("window.printed")
    assert len(events) == 1
    page.close()


@pytest.mark.chromium
def test_the_table_and_its_csv_hold_the_filtered_nodes(browser: Browser, tmp_path: Path) -> None:
    page, events = open_page(
        browser, write(made_picture((*NAMES, "=cmd|' /C calc'!A0", "@sum(1)")), tmp_path)
    )
    page.click("#filter-list > summary")
    page.click("#choices summary >> nth=0")
    page.uncheck("#only-flag-0")
    page.click("#table-open")
    assert page.locator("#table-view tbody tr").count() == len(NAMES) + 1
    page.click("#table-view .sort >> nth=0")
    assert page.get_attribute("#table-view thead th >> nth=0", "aria-sort") == "ascending"
    with page.expect_download() as download:
        page.click("#csv")
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {row["name"] for row in rows}
    plain = {*HOSTILE[1:], HIDDEN_SHOWN, "Tromsø"} - {"@@DATA@@ @@CODE@@ @@POLICY@@"}
    # An apostrophe before what a spreadsheet would run.
    assert names == plain | {"'@@DATA@@ @@CODE@@ @@POLICY@@", "'=cmd|' /C calc'!A0", "'@sum(1)"}
    assert {row["flag"] for row in rows} == {"insufficient_data"}
    assert {row["military_class"] for row in rows} == {""}
    # What the page adds to a node is no column of its table.
    assert not {"mark", "lacking"} & set(rows[0])
    page.click("#table-view tbody button >> nth=0")
    assert page.is_hidden("#table-view")
    assert page.is_visible("#details")
    assert [h for h in events if "blob:" not in h] == events[:1]
    page.close()


@pytest.mark.chromium
def test_a_link_brings_the_view_back(browser: Browser, tmp_path: Path) -> None:
    path = write(made_picture(), tmp_path)
    link = (
        "#south=90&layers=land.nodes&month=3&no_flag=robust&theme=dark&node=port%3A9&at=72.5,33.25&zoom=3.5"
        "&no_hazard_class=high&no_scope=context"
    )
    page, _ = open_page(browser, path, link)
    assert page.input_value("#turn") == "90"
    assert page.is_checked("#show-nodes")
    assert not page.is_checked("#show-sea_ice")
    assert page.text_content("#details h2") == "Tromsø"
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    lat, lng, zoom = page.evaluate(
        "[map_arctic.getCenter().lat, map_arctic.getCenter().lng, map_arctic.getZoom()]"
    )
    assert (round(lat, 1), round(lng, 1), zoom) == (72.5, 33.2, 3.5)
    page.wait_for_function("() => location.hash.includes('no_flag=robust')")
    assert "no_scope=context" in page.evaluate("location.hash")
    assert page.text_content("#shown") == f"{len(NAMES) - 1} of {len(NAMES)} nodes shown"
    page.close()
    page, events = open_page(browser, path, "#zoom=x&at=a,b&south=900&layers=%00&month=77&theme=<b>")
    assert len(events) == 1
    page.close()


@pytest.mark.chromium
def test_distances_are_those_of_the_ellipsoid(opened: tuple[Page, list[str]]) -> None:
    page, _ = opened
    choose_tool(page, "#measure-open")
    for lat, lng in ((70.0, 20.0), (78.0, 16.0)):
        x, y = page.evaluate(
            "([lat, lng]) => { const b = map_arctic.getContainer().getBoundingClientRect();"
            " const p = map_arctic.latLngToContainerPoint([lat, lng]); return [b.left + p.x, b.top + p.y]; }",
            [lat, lng],
        )
        page.mouse.click(x, y)
    result = float((page.text_content("#measured") or "").split(" km")[0].replace("\u202f", ""))
    true_m = Geod(ellps="WGS84").inv(20.0, 70.0, 16.0, 78.0)[2]
    # A pixel of the whole Arctic is about ten kilometres.
    assert result == pytest.approx(true_m / 1000, abs=15)
