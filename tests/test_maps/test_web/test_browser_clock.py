"""The clock of the real map: month and year drive ice, ports and routes; a port has its strips."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
import xarray as xr
from map_pages import open_map, set_clock

from maps.web import ice_record
from pipelines.snapshot.make import make_ice_record
from pipelines.sources import SOURCES

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from layers.picture import Picture

KIRKENES = "port:wpi-20650"


def test_the_stored_record_is_what_would_be_coded_now() -> None:
    """`arctic-picture snapshot --static` writes maps/web/ice_record.json again."""
    assert ice_record.ICE_RECORD.read_bytes() == make_ice_record(SOURCES)


@pytest.mark.chromium
def test_the_fields_of_the_page_are_those_of_the_record(browser: Browser, folder: Path) -> None:
    """The drawn ice of some months, cell by cell, against the grid the record was coded from."""
    page = open_map(browser, folder)
    with xr.open_dataset("pipelines/snapshot/data/nsidc_ice_presence.nc") as grid:
        presence = grid["presence"].load()
    for month, year in ((9, 2012), (3, 1985), (12, 2022)):
        set_clock(page, month, year)
        ice = page.evaluate(
            """([month, year]) => {
                const all = [], { wide, high } = arcticPicture.record;
                for (let k = 0; k < wide * high; k++)
                    if (arcticPicture.hasIce(k, month, year)) all.push(k);
                return all;
            }""",
            [month, year],
        )
        field = presence.sel(time=f"{year}-{month:02d}").to_numpy().reshape(-1)
        assert ice == np.flatnonzero(field == 1).tolist()
    page.close()


@pytest.mark.chromium
def test_the_strips_agree_with_the_facts_of_the_picture(
    browser: Browser, folder: Path, picture: Picture
) -> None:
    """Months with ice of the last ten years, as the strip of a port sums them, are those of its fact."""
    page = open_map(browser, folder)
    page.wait_for_selector("#years:not([hidden])")
    facts = picture.tables["climate_facts"]
    own = facts[(facts["fact"] == "ice_months_recent") & (facts["source_id"] == "nsidc_ice_presence")]
    ports = own[own["value"] > 1].head(20)
    assert len(ports) == 20
    for node, value in zip(ports["node_id"], ports["value"], strict=True):
        shown = page.evaluate("id => arcticPicture.iceMonths(id)", node)
        # The fact counts ice years from September, the strip the last ten fields of each month.
        assert shown == pytest.approx(value, abs=0.35), node
    page.close()


@pytest.mark.chromium
def test_the_days_by_sea_from_a_port_follow_the_clock(browser: Browser, folder: Path) -> None:
    """In September 2012 a ship from Kirkenes reaches more ports without ice than in March of 1985."""
    page = open_map(browser, folder)
    set_clock(page, 3, 1985)
    page.evaluate(f"arcticPicture.select('{KIRKENES}')")
    page.click("#reach")
    assert page.get_attribute("#reach", "aria-pressed") == "true"

    def reached() -> int:
        words = page.inner_text("#ice-of-node").split("Reached: ")[1]
        return int(words.split(" of ")[0])

    march, drawn = reached(), page.locator("#map_arctic").screenshot()
    assert "March 1985, at 12 knots" in page.inner_text("#ice-of-node")
    set_clock(page, 9, 2012)
    assert reached() > march > 100
    assert page.locator("#map_arctic").screenshot() != drawn
    assert page.evaluate("document.querySelector('.reach-swatch').style.background") != ""
    # The address follows a change after a while; the link that a reader copies is written at once.
    page.click("#tools summary")
    page.click("#link")
    link, seen = page.input_value("#link-text"), reached()
    page.click("#tools summary")
    page.click("#reach")
    assert "Reached" not in page.inner_text("#ice-of-node")
    page.goto("about:blank")
    page.goto(link)
    page.wait_for_selector("#ice-of-node:has-text('Reached: ')")
    assert reached() == seen
    page.close()


@pytest.mark.chromium
def test_the_strips_are_read_by_the_arrow_keys(browser: Browser, folder: Path) -> None:
    page = open_map(browser, folder)
    set_clock(page, 3, 1985)
    page.evaluate("arcticPicture.select('port:geonames-11361343')")
    assert page.locator("#details .strip-chart").count() == 2
    page.focus("#details .strip-chart >> nth=1")
    page.keyboard.press("ArrowRight")
    assert page.inner_text("#details .reading >> nth=1").startswith("1986: ")
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    assert page.inner_text("#details .reading >> nth=1").startswith("1984: ")
    page.close()


@pytest.mark.chromium
def test_month_and_year_change_ice_ports_and_routes_and_stay_in_the_address(
    browser: Browser, folder: Path
) -> None:
    page = open_map(browser, folder)
    set_clock(page, 3, 1985)
    march = page.inner_text("#open-note")
    assert march.startswith("March in 1985: ")
    assert "Filled: March 1985" in page.inner_text("#ice-note")
    before = page.locator("#map_arctic").screenshot()
    set_clock(page, 9, 2012)
    september = page.inner_text("#open-note")
    assert september != march
    assert page.locator("#map_arctic").screenshot() != before
    page.wait_for_function("() => location.hash.includes('year=2012')")
    link = page.url
    page.close()
    again = browser.new_page()
    again.goto(link)
    again.wait_for_selector("#years:not([hidden])")
    again.wait_for_function("() => document.getElementById('year-title').textContent === '2012'")
    assert again.inner_text("#open-note") == september
    again.close()


@pytest.mark.chromium
def test_the_caption_names_the_month_drawn_and_says_which_edge_is_lacking(
    browser: Browser, folder: Path, picture: Picture
) -> None:
    ice = picture.tables["sea_ice"]
    months_with_edge = set(ice.loc[ice["year"].fillna(0) > 2010, "month"])
    assert 0 < len(months_with_edge) < 12
    page = open_map(browser, folder)
    extent = page.inner_text("#ice-note").split("Newest extent held, ")[1]
    for month in range(1, 13):
        set_clock(page, month, None)
        name = f"{date(2000, month, 1):%B}"
        caption = page.inner_text("#ice-note")
        assert f"usual {name}" in caption
        assert (f"No edge of a recent {name} is held" in caption) == (month not in months_with_edge)
        assert (f"dashed: {name} " in caption) == (month in months_with_edge)
        # The newest extent is of one month, whatever month is drawn.
        assert (f"(not {name})" in caption) == (int(extent[5:7]) != month)
    page.close()


@pytest.mark.chromium
def test_the_address_follows_while_views_change_without_a_pause(browser: Browser, folder: Path) -> None:
    """A reader who drags the slider of the year for seconds has the year in the address meanwhile."""
    page = open_map(browser, folder)
    page.wait_for_selector("#years:not([hidden])")
    # Each signal comes sooner than the address waits for.
    page.evaluate("window.dragging = setInterval(() => map_arctic.fire('moveend'), 40)")
    set_clock(page, 9, 2012)
    page.wait_for_function("() => location.hash.includes('year=2012')", timeout=10_000)
    page.evaluate("clearInterval(window.dragging)")
    page.close()


@pytest.mark.chromium
@pytest.mark.parametrize("refusal", ["", "throw new DOMException('too often', 'SecurityError')"])
def test_the_address_is_written_again_when_the_browser_refused_it(
    browser: Browser, folder: Path, refusal: str
) -> None:
    """A browser that is asked too often throws (Safari) or stays silent (Chromium); this one does so once."""
    page = open_map(browser, folder)
    page.wait_for_selector("#years:not([hidden])")
    page.wait_for_timeout(500)  # until what the start writes is written
    page.evaluate(
        f"""() => {{
            const write = history.replaceState;
            history.replaceState = () => {{
                window.wasRefused = true;
                history.replaceState = write;
                {refusal}
            }};
        }}"""
    )
    set_clock(page, 9, 2012)
    page.wait_for_function("() => window.wasRefused && location.hash.includes('year=2012')")
    page.close()
