"""The document of a report: a number without a cell is refused."""

from __future__ import annotations

import pytest

from layers.errors import ExportError
from maps.reports.html_document import document, tag


@pytest.mark.parametrize("text", ["about 12 ports", "3", "D21", "2026-1", "٣"])
def test_a_number_that_names_no_cell_fails(text):
    with pytest.raises(ExportError, match="expected every number to name its cell, found"):
        document("x", tag("body", tag("p", tag("b", "so "), text)))


@pytest.mark.parametrize("text", ["class D2", "EPSG:3413", "on 2026-11-23", "median of 1981 to 2010", "BLR7"])
def test_labels_are_no_data(text):
    assert text in document("x", tag("body", tag("p", text)))
