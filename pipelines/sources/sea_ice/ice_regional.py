"""NSIDC Sea Ice Index by sea: monthly extent and area of fourteen regions, a sheet each."""

from __future__ import annotations

import calendar
import re
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pandas as pd

from pipelines.source import Remote
from pipelines.sources.sea_ice.ice_samples import refuse
from pipelines.sources.series import series_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_SHEET = re.compile(r"(.+)-(Area|Extent)-km\^2")
_MONTHS = {name: number for number, name in enumerate(calendar.month_name) if number}
_MOST_KM2 = 5_000_000.0  # a region; the central Arctic is 3.2 million
_REGIONS = 14


def _xml(box: zipfile.ZipFile, path: Path, member: str) -> ET.Element:
    """A part of the workbook; one with a document type is refused, as entities could blow it up."""
    content = box.read(member)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise refuse(path, f"{member} without a document type", "one")
    try:
        return ET.fromstring(content)  # noqa: S314  in the child, and without entities
    except ET.ParseError as error:
        raise refuse(path, f"{member} as XML", str(error)) from error


def _cells(sheet: ET.Element, texts: list[str]) -> dict[tuple[int, str], str]:
    """Text of each cell by row and column letter."""
    found = {}
    for cell in sheet.iter(f"{_SPACE}c"):
        value = cell.find(f"{_SPACE}v")
        if value is None or value.text is None:
            continue
        letters, number = re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r", "")).groups()  # type: ignore[union-attr]
        text = texts[int(value.text)] if cell.get("t") == "s" else value.text
        found[int(number), letters] = text
    return found


def _sheets(path: Path) -> Iterator[tuple[str, dict[tuple[int, str], str]]]:
    try:
        with zipfile.ZipFile(path) as box:
            shared = _xml(box, path, "xl/sharedStrings.xml")
            texts = ["".join(part.text or "" for part in row.iter(f"{_SPACE}t")) for row in shared]
            names = [row.get("name", "") for row in _xml(box, path, "xl/workbook.xml").iter(f"{_SPACE}sheet")]
            for number, name in enumerate(names, 1):
                yield name, _cells(_xml(box, path, f"xl/worksheets/sheet{number}.xml"), texts)
    except (zipfile.BadZipFile, KeyError, AttributeError, IndexError, ValueError) as error:
        raise refuse(path, "a workbook of sheets of numbers", str(error)) from error


def _regions(path: Path) -> pd.DataFrame:
    """Every value of every sheet by region, month and year, km2; ranks are left out."""
    rows = []
    for name, cells in _sheets(path):
        named = _SHEET.fullmatch(name)
        if named is None:
            continue
        region, kind = named[1].replace("-", " "), named[2].lower()
        column = {letters: _MONTHS.get(text, 0) for (row, letters), text in cells.items() if row == 1}
        if sorted(column.values()) != list(range(1, 13)):
            raise refuse(path, f"twelve months in the first row of {name}", str(column))
        # The second row of both kinds of sheet says "extent"; the name of the sheet says what it is.
        years = {row: int(text) for (row, letters), text in cells.items() if letters == "A" and row > 2}
        for (row, letters), text in cells.items():
            if row in years and letters in column:
                rows.append((f"{years[row]}-{column[letters]:02d}-01", region, kind, text))
    table = pd.DataFrame(rows, columns=["date", "place", "quantity", "value"])
    table["value"] = pd.to_numeric(table["value"], errors="coerce")
    regions = [set(table["place"][table["quantity"] == kind]) for kind in ("area", "extent")]
    if len(regions[0]) != _REGIONS or regions[0] != regions[1]:
        raise refuse(path, f"area and extent of {_REGIONS} regions", str(sorted(regions[0] ^ regions[1])))
    wrong = ~table["value"].between(0, _MOST_KM2)
    if wrong.any():
        raise refuse(path, f"0...{_MOST_KM2:g} km2", f"{table['value'][wrong].iloc[0]:g}")
    return table.assign(quantity="sea ice " + table["quantity"], unit="km2", detail=None)


SOURCES = (
    series_source(
        _regions, id="nsidc_regional_monthly", title="Sea Ice Index, monthly extent and area by sea",
        publisher="National Snow and Ice Data Center",
        licence="NSIDC open data, free to use, cite Fetterer et al. 2017 (doi:10.7265/N5K072F8)",
        citation="Fetterer, F. et al. 2017, Sea Ice Index (G02135), Version 3, doi:10.7265/N5K072F8.",
        homepage="https://nsidc.org/data/g02135", as_of="2018-03-01",
        made="every value of every sheet, km2; ranks left out, nothing filled in",
        remotes=(
            Remote(
                "https://noaadata.apps.nsidc.org/NOAA/G02135/seaice_analysis/"
                "N_Sea_Ice_Index_Regional_Monthly_Data_G02135_v3.0.xlsx",
                "sea_ice/N_Sea_Ice_Index_Regional_Monthly_Data_G02135_v3.0.xlsx",
                "xlsx",
            ),
        ),
    ),
)  # fmt: skip
