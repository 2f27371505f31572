"""Every critical and overlapping mark of the real picture opens its own node: by mouse and by finger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from map_pages import open_map

from maps.style import FLAGGED, marked

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from layers.picture import Picture

OFF_PX = ((0, 0), (4, 0), (-2.8, 2.8))
ZOOMS = (None, 3.0, 6.0)  # None: the view of the whole region


def flagged(picture: Picture) -> list[str]:
    """Return the ids of the nodes whose mark is never hidden."""
    nodes = picture.tables["nodes"]
    return [str(node) for node in nodes.loc[np.isin(marked(nodes), FLAGGED), "node_id"]]


# Show a node in the middle of the map, at a zoom or in the whole region; where its mark is in the page.
PLACE = """([id, zoom]) => {
    document.querySelector('#details .close')?.click();
    if (zoom === null) document.getElementById('home').click();
    else {
        arcticPicture.select(id);
        const centre = map_arctic.getCenter();
        document.querySelector('#details .close').click();
        map_arctic.setView(centre, zoom, { animate: false, reset: true });
    }
    const p = arcticPicture.pixel(id);
    const over = document.elementFromPoint(p.x, p.y);
    return [p.x, p.y, Boolean(over && over.closest('#map_arctic'))];
}"""


def misses(page: Page, ids: list[str], zoom: float | None, *, touch: bool) -> list[str]:
    """Return what a click or a tap on or beside each mark opened, where it was not the node."""
    wrong = []
    for node in ids:
        for dx, dy in OFF_PX:
            x, y, is_free = page.evaluate(PLACE, [node, zoom])
            assert is_free, f"{node} at zoom {zoom} lies beneath a control"
            (page.touchscreen.tap if touch else page.mouse.click)(x + dx, y + dy)
            opened = page.evaluate("arcticPicture.selected")
            if opened != node:
                wrong.append(f"{node} at zoom {zoom}, {dx} {dy}: {opened}")
    return wrong


@pytest.mark.chromium
def test_a_click_opens_the_flagged_mark_it_points_at(
    browser: Browser, folder: Path, picture: Picture
) -> None:
    page = open_map(browser, folder)
    assert misses(page, flagged(picture)[::6], None, touch=False) == []
    page.close()


@pytest.mark.sweep
@pytest.mark.long
@pytest.mark.chromium
@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
@pytest.mark.parametrize("zoom", ZOOMS)
def test_every_flagged_mark_opens_its_node(
    browser: Browser, folder: Path, picture: Picture, zoom: float | None, *, touch: bool
) -> None:
    page = open_map(browser, folder, has_touch=touch)
    ids = flagged(picture)
    assert len(ids) > 30
    # Closer in, marks stand farther apart: a third of them, and another third by touch, are enough.
    some = ids if zoom is None else ids[int(touch) :: 3]
    assert misses(page, some, zoom, touch=touch) == []
    page.close()


@pytest.mark.chromium
def test_a_click_in_the_task_in_which_the_page_becomes_ready_opens_its_mark(
    browser: Browser, folder: Path, picture: Picture
) -> None:
    """Ready means that marks are drawn and pickable; names and layers follow at once, evidence when read."""
    nodes = picture.tables["nodes"]
    node = str(nodes.loc[nodes["name"] == "Churchill railhead", "node_id"].iloc[0])
    page = open_map(browser, folder)
    page.wait_for_selector("#years:not([hidden])")
    place = page.evaluate("node => arcticPicture.pixel(node)", node)
    page.close()
    page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.add_init_script(
        f"""const [x, y] = [{place["x"]}, {place["y"]}];
        new MutationObserver((_, seen) => {{
            if (document.documentElement?.dataset.ready !== "true" || window.stateThen) return;
            seen.disconnect();
            window.stateThen = document.readyState;
            for (const type of ["mousedown", "mouseup", "click"])
                document.elementFromPoint(x, y).dispatchEvent(
                    new MouseEvent(type, {{ clientX: x, clientY: y, bubbles: true, view: window }}));
        }}).observe(document, {{ attributes: true, subtree: true, attributeFilter: ["data-ready"] }});"""
    )
    page.goto((folder / "map.html").as_uri())
    page.wait_for_selector("#details h2")
    assert page.evaluate("window.stateThen") == "loading", "the page was read before: the test shows nothing"
    assert page.inner_text("#details h2") == "Churchill railhead"
    assert page.locator("#details .gate").count() == 3
    assert page.evaluate("arcticPicture.selected") == node
    assert errors == []
    page.close()
