"""The page in Chromium: expired, late, printed, on small screens, for readers with aids."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from page_pictures import AXE_FOLDER, made_picture, open_page

from layers.picture import Picture
from maps.web import picture_data
from maps.web.page import write

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.chromium
def test_an_expired_picture_covers_itself_by_the_readers_clock(browser: Browser, tmp_path: Path) -> None:
    assert picture_data.picture_data(made_picture(), None)[0]["expires"] is None
    path = write(replace(made_picture(), expires=date(2026, 3, 20)), tmp_path)
    for now, status in (("2026-03-19T12:00:00Z", "COMPLETE"), ("2026-03-21T12:00:00Z", "EXPIRED")):
        page = browser.new_page()
        page.clock.set_fixed_time(now)
        page.goto(path.as_uri())
        page.wait_for_selector("html[data-ready=true]", state="attached")
        assert page.text_content("#status strong") == status
        assert page.is_visible("#expired") == (status == "EXPIRED")
        page.close()


@pytest.mark.chromium
def test_stale_empty_and_missing_layers_are_drawn_as_such(browser: Browser, tmp_path: Path) -> None:
    picture = made_picture()
    note = picture.sources[0]
    gap = replace(note, id="lost", feeds="never_seen", state="missing", title="Lost source")
    late = replace(note, state="stale")
    tables = {
        **picture.tables,
        "never_seen": picture.tables["never_seen"].iloc[:0],
        "sea_lanes": picture.tables["sea_lanes"].iloc[:0],
    }
    result = replace(picture, tables=tables, sources=(late, gap))
    page, _ = open_page(browser, write(result, tmp_path))
    assert page.text_content("#status strong") == "DEGRADED"
    tree = page.text_content("#layers") or ""
    assert "No data: its source is not held" in tree
    assert "Empty: no such feature" in tree
    assert "Made up: stale" in tree
    before = page.locator("#map_arctic").screenshot()
    page.check("#show-never_seen")
    assert page.locator("#map_arctic").screenshot() != before
    page.check("#show-sea_lanes")
    legend = page.text_content("#legend-body") or ""
    assert "Never seen: no data" in legend
    assert "Sea lanes: none in this region" in legend
    assert "(late: greyed)" in legend
    page.close()


@pytest.mark.sweep
@pytest.mark.chromium
@pytest.mark.parametrize("size", [(1400, 900), (390, 844)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(
    browser: Browser, picture: Picture, tmp_path: Path, size: tuple[int, int], scheme: Any
) -> None:
    path = write(picture, tmp_path)
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=scheme,
        bypass_csp=True,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=true]", state="attached")
    page.add_script_tag(path=AXE_FOLDER / "axe.min.js")

    def faults() -> list[str]:
        match = page.evaluate("axe.run().then((r) => r.violations)")
        return [
            f"{v['id']}: {v['nodes'][0]['html'][:120]}"
            for v in match
            if v["impact"] in {"serious", "critical"}
        ]

    assert faults() == []
    # In the Arctic, of context, and one on which a lacking datum decides.
    nodes = picture.tables["nodes"]
    outside = nodes.loc[nodes["scope"] == "context", "node_id"].iloc[0]
    lacking = nodes.loc[nodes["flag"] == "insufficient_data", "node_id"].iloc[0]
    for node in ("airfield:oa-enkr", outside, lacking):
        assert page.evaluate("id => arcticPicture.select(id)", node)
        assert faults() == []
    page.keyboard.press("Escape")
    page.evaluate(
        "document.querySelectorAll('#panel details, #legend, .meaning').forEach(d => d.open = true)"
    )
    assert faults() == []
    page.evaluate("document.getElementById('method-open').click()")
    assert faults() == []
    page.keyboard.press("Escape")
    page.evaluate("document.getElementById('table-open').click()")
    assert faults() == []
    page.keyboard.press("Escape")
    page.evaluate("document.getElementById('caveats-open').click()")
    assert faults() == []
    context.close()


@pytest.mark.chromium
@pytest.mark.parametrize("width", [1400, 390])
def test_the_whole_region_is_in_view_and_nothing_hangs_over(
    browser: Browser, picture: Picture, tmp_path: Path, width: int
) -> None:
    path = write(picture, tmp_path)
    page = browser.new_page(viewport={"width": width, "height": 860})
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=true]", state="attached")
    ends = page.evaluate("""() => [...Array(36).keys()].map(k => {
        const p = map_arctic.latLngToContainerPoint([60, 10 * k - 180]), s = map_arctic.getSize();
        return p.x >= 0 && p.y >= 0 && p.x <= s.x && p.y <= s.y;
    })""")
    assert all(ends)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    overlap = page.evaluate("""() => {
        const boxes = [...document.querySelectorAll('.corner > *, .rail > *, .leaflet-control-zoom')]
            .filter(e => e.offsetParent).map(e => [e.id || e.className, e.getBoundingClientRect()]);
        return boxes.flatMap(([a, r], i) => boxes.slice(i + 1).filter(([, q]) => r.left < q.right - 1
            && q.left < r.right - 1 && r.top < q.bottom - 1 && q.top < r.bottom - 1).map(([b]) => [a, b]));
    }""")
    assert overlap == []
    page.close()


@pytest.mark.chromium
def test_a_print_bears_the_map_in_light_colours_and_all_caveats(
    browser: Browser, picture: Picture, tmp_path: Path
) -> None:
    path = write(picture, tmp_path)
    page = browser.new_page(color_scheme="dark")
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=true]", state="attached")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.is_hidden("#layers")
    assert page.is_hidden(".corner")
    assert all(sentence in (page.text_content("#first-caveats") or "") for sentence in picture.caveats)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.is_visible("#panel")
    page.close()
