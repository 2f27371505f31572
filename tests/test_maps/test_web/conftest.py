"""What the tests of the page share: its text, and pages open in Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from page_pictures import judged_picture, made_picture, open_page

from maps.web import page
from maps.web.page import write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def text() -> str:
    """The page of the picture made by hand."""
    return page.page(made_picture())


@pytest.fixture
def opened(browser: Browser, text: str, tmp_path: Path) -> Iterator[tuple[Page, list[str]]]:
    """That page in Chromium, and what it says on the console and asks for."""
    path = tmp_path / "map.html"
    path.write_text(text, encoding="utf-8")
    page, events = open_page(browser, path)
    yield page, events
    page.close()


@pytest.fixture
def judged(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """The page of the five judged nodes in Chromium."""
    page, events = open_page(browser, write(judged_picture(), tmp_path))
    yield page
    assert len(events) == 1
    page.close()
