"""What the print of the map shows on each paper: the pages are drawn and their ink is counted."""

from __future__ import annotations

import json
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from map_pages import open_map

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from layers.picture import Picture

KIRKENES = "port:wpi-20650"

# GDAL of the system reads a PDF page as an image: the share of it that is not white, and the number of pages.
_INK = """
import json, sys
from osgeo import gdal
gdal.UseExceptions()
pdf = gdal.OpenEx(sys.argv[1], open_options=["DPI=40", "BANDS=3"])
image = pdf.ReadAsArray()
wide, high = image.shape[2], image.shape[1]
# Coloured pixels alone: text and outlines are grey.
colour = (image.max(0).astype(int) - image.min(0)) > 8
pages = len(pdf.GetMetadata("SUBDATASETS") or {}) // 2 or 1
print(json.dumps([float(colour.mean()), pages, wide, high]))
"""


@pytest.mark.chromium
@pytest.mark.qgis
@pytest.mark.parametrize("paper", ["A4", "A3"])
@pytest.mark.parametrize("landscape", [False, True], ids=["portrait", "landscape"])
def test_a_print_shows_the_map_on_one_page(
    browser: Browser, folder: Path, tmp_path: Path, paper: str, *, landscape: bool
) -> None:
    page = open_map(browser, folder)
    page.pdf(path=tmp_path / "map.pdf", format=paper, landscape=landscape)
    # The screen is as it was.
    assert not page.evaluate("document.documentElement.classList.contains('printing')")
    assert page.locator("#paper-map").count() == 0
    page.close()
    run = subprocess.run(
        ["/usr/bin/python3", "-c", _INK, str(tmp_path / "map.pdf")],
        capture_output=True,
        text=True,
        check=True,
    )
    share, pages, wide, high = json.loads(run.stdout)
    assert (wide > high) == landscape
    assert pages == 1
    # The map takes half of the page at least, and a third of it is land and sea; white ice is not counted.
    assert share > 1 / 6, "the map is missing from the paper"


@pytest.mark.chromium
def test_a_print_holds_title_date_critical_nodes_and_the_open_panel(
    browser: Browser, folder: Path, picture: Picture, tmp_path: Path
) -> None:
    """What is visible when the browser lays the paper out, as text; the pages are counted in the PDF."""
    nodes = picture.tables["nodes"]
    critical = nodes[nodes["flag"].isin(["robust", "possible"])]
    assert len(critical) > 5
    page = open_map(browser, folder)
    page.evaluate(f"arcticPicture.select('{KIRKENES}')")
    panel = page.inner_text("#details .gates h3 >> nth=0")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    paper = page.inner_text("body")
    assert "Arctic situational picture" in paper
    assert f"As of {picture.day.isoformat()}" in paper
    listed = page.inner_text("#flagged-list")
    # A place with one node is named for the place and the kind.
    several = critical[critical.duplicated("place_id", keep=False)]
    assert len(several)
    assert [name for name in several["name"] if name not in listed] == []
    assert [place for place in critical["place"].dropna() if place not in listed] == []
    assert panel in page.inner_text("#details")
    assert page.locator("#details :is(button, input):visible").count() == 0
    assert page.locator("#layers:visible").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.locator("#layers").is_visible()
    assert page.locator("#details .close").is_visible()
    page.pdf(path=tmp_path / "panel.pdf", format="A4")
    pages = len(re.findall(rb"/Type\s*/Page\b(?!s)", (tmp_path / "panel.pdf").read_bytes()))
    assert pages >= 2, "the panel stands on a sheet of its own"
    page.close()
