"""Pages of a built map in Chromium.

The policy of the page allows no `eval`. Playwright asks a plain expression of `wait_for_function` again by
`eval`, which fails if it did not hold at once; a function, `() => ...`, is asked again without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page


def open_map(browser: Browser, folder: Path, **options: Any) -> Page:
    """Return the page of a map that is drawn."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="reduce", **options)
    page.goto((folder / "map.html").as_uri())
    page.wait_for_function("() => document.documentElement.dataset.ready === 'true'")
    # Two quick clicks near one another would be a double click, which zooms.
    page.evaluate("map_arctic.doubleClickZoom.disable()")
    return page


def set_clock(page: Page, month: int, year: int | None) -> None:
    """Move both sliders as a reader would."""
    page.wait_for_selector("#years:not([hidden])")
    page.evaluate(
        """([month, year]) => {
            for (const [id, value] of [["month", month], ["year", year]]) {
                const slider = document.getElementById(id);
                slider.value = value === null ? slider.min : value;
                slider.dispatchEvent(new Event("input"));
            }
        }""",
        [month, year],
    )
