"""What the page says in words: a link to a lost node, a browser that draws nothing, a military site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from map_pages import open_map

from maps.reports.scenes import SCENES

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from layers.picture import Picture


@pytest.mark.chromium
def test_a_link_to_a_node_that_is_gone_says_so_and_the_rest_works(browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    page.goto((folder / "map.html").as_uri() + "#south=-45&month=3&node=port:gone")
    page.wait_for_selector("#details:not([hidden])")
    assert "port:gone, which this picture does not have" in page.inner_text("#details")
    page.fill("#search", "Narvik")
    page.keyboard.press("Enter")
    assert "Narvik" in page.inner_text("#details h2")
    page.close()


@pytest.mark.chromium
def test_a_browser_without_canvas_says_so_and_keeps_lists_and_search(browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null;")
    page.goto((folder / "map.html").as_uri())
    page.wait_for_selector("#details:not([hidden])")
    assert "draws no canvas" in page.inner_text("#details")
    assert page.locator("#flagged-list li").count() > 5
    page.fill("#search", "Мурманск")
    page.keyboard.press("Enter")
    assert "Murmansk" in page.inner_text("#details h2")
    assert errors == []
    page.close()


@pytest.mark.chromium
@pytest.mark.parametrize("name", ["Pituffik", "Severomorsk"])
def test_a_military_site_is_found_and_says_why_it_is_no_node(
    browser: Browser, folder: Path, name: str
) -> None:
    page = open_map(browser, folder)
    page.fill("#search", name)
    results = page.locator("#hits li").all_inner_texts()
    sites = [k for k, text in enumerate(results) if "ilitary" in text]
    assert sites
    for _ in range(sites[0]):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    words = page.inner_text("#details")
    assert "No node: this is a military site." in words
    assert page.locator("#details .near button").count() == 5
    page.close()


@pytest.mark.chromium
@pytest.mark.parametrize("typed", ["69.65, 18.96", "69°39'N 18°57.6'E"])
def test_a_typed_position_shows_the_nearest_nodes(browser: Browser, folder: Path, typed: str) -> None:
    page = open_map(browser, folder)
    page.fill("#search", typed)
    page.keyboard.press("Enter")
    assert "69.65° N, 18.96° E" in page.inner_text("#details h2").replace("\u00a0", " ")
    assert "Tromsø" in page.locator("#details .near button").first.inner_text()
    # The view is turned: the pole lies straight above the place.
    assert page.evaluate("document.getElementById('turn').value") == "19"
    page.close()


@pytest.mark.chromium
def test_both_skip_links_come_first_and_lose_nothing(browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    page.goto((folder / "map.html").as_uri() + "#south=90&month=3&node=port:wpi-20650")
    page.wait_for_selector("#details:not([hidden])")
    page.wait_for_timeout(300)
    link = page.url
    page.evaluate("document.body.focus(); document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip-search"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "search"
    page.evaluate("document.getElementById('skip-map').click()")
    assert page.evaluate("document.activeElement.id") == "map_arctic"
    assert page.url == link
    assert page.evaluate("arcticPicture.selected") == "port:wpi-20650"
    page.close()


@pytest.mark.chromium
def test_the_six_scenes_of_the_story_are_views_of_the_map(
    browser: Browser, folder: Path, picture: Picture
) -> None:
    levels = picture.tables["warming_levels"]
    higher = int(levels.loc[levels["warming_degc"] == 2, "is_higher"].sum())
    page = open_map(browser, folder)
    page.wait_for_selector("#years:not([hidden])")
    page.click("#story-open")
    shown = []
    for k, scene in enumerate(SCENES):
        assert page.inner_text("#story-title") == f"{k + 1} of 6: {scene.title}"
        assert page.inner_text("#story-about") == scene.about
        on = page.evaluate(
            "[...document.querySelectorAll('#layers input:checked')].map(box => box.id.replace('show-', ''))"
        )
        # Land is drawn by the countries. A level of warming shows its own air, and rings what it changes.
        own = {
            f"{name}_at_2_degc" if scene.level_degc and name == "warming" else name for name in scene.layers
        }
        assert set(on) - {"graticule", "names"} == own - {"land"}
        assert page.is_visible("#level") == bool(scene.level_degc)
        if scene.level_degc:
            assert page.locator("#level-list li").count() == higher
            assert f"the climate class is higher at {higher} nodes" in page.inner_text("#level-about")
        if scene.month:
            assert page.evaluate("document.getElementById('month').value") == str(scene.month)
        assert (page.evaluate("arcticPicture.selected") is not None) == (scene.shows == "case")
        assert page.locator("#story-cases button").count() == (3 if scene.shows == "case" else 0)
        if scene.shows == "case":
            page.click("#story-cases button >> nth=2")
            third = page.evaluate("arcticPicture.selected")
            assert page.inner_text("#details h2") == page.inner_text("#story-cases [aria-pressed=true]")
            page.click("#story-cases button >> nth=0")
            assert page.evaluate("arcticPicture.selected") not in {third, None}
        shown.append(page.url)
        if k < 5:
            page.click("#story-next")
    assert page.is_disabled("#story-next")
    assert len(set(shown)) == 6
    page.click("#story-shut")
    assert page.is_hidden("#story")
    page.close()


@pytest.mark.chromium
def test_only_leaves_one_country_and_a_territory_names_its_state(browser: Browser, folder: Path) -> None:
    page = open_map(browser, folder)
    page.click("#filter-list > summary")
    page.click("#choices summary:has-text('Country')")
    page.click("button[aria-label='Only Svalbard and Jan Mayen (Norway)']")
    left = page.evaluate("arcticPicture.pixel('airfield:oa-ensb') !== null")
    gone = page.evaluate("arcticPicture.pixel('port:wpi-20650')")
    assert (left, gone) == (True, None)
    assert page.locator("#choices input:checked").count() == 1
    page.close()


@pytest.mark.chromium
def test_a_node_outside_the_scope_is_never_flagged_and_not_at_0_percent(
    browser: Browser, folder: Path
) -> None:
    page = open_map(browser, folder)
    page.click("#filter-list > summary")
    page.click("#choices summary:has-text('Scope')")
    page.click("#choices button[aria-label^='Only Context']")
    page.click("#table-open")
    page.wait_for_selector("#table-view tbody tr")
    column = [text.strip() for text in page.locator("#table-view thead th").all_inner_texts()].index(
        "Critical"
    )
    cells = page.locator(f"#table-view tbody tr td:nth-child({column + 1})").all_inner_texts()
    assert set(cells) == {"never flagged"}
    page.close()


@pytest.mark.chromium
def test_the_menu_of_tools_lies_within_a_phone(browser: Browser, folder: Path) -> None:
    page = open_map(browser, folder)
    page.set_viewport_size({"width": 390, "height": 844})
    page.click("#tools summary")
    for box in (one.bounding_box() for one in page.locator("#tools .menu button").all()):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    page.close()


@pytest.mark.chromium
def test_the_strip_says_how_old_extent_and_maps_of_ice_are(browser: Browser, folder: Path) -> None:
    page = open_map(browser, folder)
    assert "maps to 2023-02" in page.inner_text("#status .ice-age")
    page.close()
