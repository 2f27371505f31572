"""What the print of the map shows on each paper: the pages are drawn and their ink is counted."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from map_pages import open_map

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

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
