"""XLSX: each sheet with a latitude and a longitude, as points.

A workbook is a zip of XML. It is read by hand (decisions/0025): a few cells are all that is needed, and the
library for it is no part of the environment of a build.
"""

from __future__ import annotations

import re
import zipfile
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from layers.errors import SourceError
from pipelines.user_files.raw_table import MAX_COLUMNS, RawTable
from pipelines.user_files.read_points import table_of_rows
from pipelines.user_files.safe_xml import local_name, tree_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from xml.etree.ElementTree import Element

__all__ = ["read_xlsx"]

_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}  # ECMA-376, 18.8.30
_PARTS = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
_LAST_ROW = 1_048_576  # of a sheet
_UNPACKED_BYTES = 500_000_000  # a convention, as for any zip of a user
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_xlsx(path: Path, options: Mapping[str, str]) -> list[RawTable]:
    """The points of each sheet that has a latitude and a longitude; a remark names the other sheets.

    A cell with a formula has the value that the spreadsheet last stored.

    Raises
    ------
    SourceError
        If it is no workbook, or no sheet has a position.
    """
    with zipfile.ZipFile(path) as box:
        names = set(box.namelist())
        unpacked = sum(member.file_size for member in box.infolist())
        if not names >= _PARTS or unpacked > _UNPACKED_BYTES:
            found = (
                f"{unpacked:,} bytes" if names >= _PARTS else f"a zip of {', '.join(sorted(names)[:3])[:100]}"
            )
            msg = f"expected a workbook of at most {_UNPACKED_BYTES:,} bytes, found {found}: export it again"
            raise SourceError(msg)
        strings = (
            _strings(tree_of(box.read("xl/sharedStrings.xml"))) if "xl/sharedStrings.xml" in names else []
        )
        is_date = _date_styles(tree_of(box.read("xl/styles.xml"))) if "xl/styles.xml" in names else []
        book = tree_of(box.read("xl/workbook.xml"))
        start = datetime(1904, 1, 1) if _is_1904(book) else datetime(1899, 12, 30)  # noqa: DTZ001  days have no zone
        tables, failures = [], {}
        for title, member in _sheets(book, box).items():
            if member not in names:
                continue
            try:
                rows = _rows(tree_of(box.read(member)), strings, is_date, start)
                if any(map(any, rows)):
                    tables.append(table_of_rows(title, rows, options))
            except SourceError as error:
                failures[title] = error
    if not tables:
        if failures:
            raise next(iter(failures.values()))
        msg = "expected a sheet with cells, found none: fill one"
        raise SourceError(msg)
    if failures:
        tables[0].remark = "sheets without a position are left out: " + ", ".join(sorted(failures))
    if len(tables) == 1:
        tables[0].name = ""
    return tables


def _is_1904(book: Element) -> bool:
    return any(local_name(e) == "workbookPr" and e.get("date1904") in {"1", "true"} for e in book)


def _sheets(book: Element, box: zipfile.ZipFile) -> dict[str, str]:
    """Member of the zip by the title of each sheet, in the order of the workbook."""
    relations = tree_of(box.read("xl/_rels/workbook.xml.rels"))
    # An external target names a file elsewhere, and is never a member.
    targets = {e.get("Id"): e.get("Target", "") for e in relations if e.get("TargetMode") != "External"}
    members = {}
    for sheet in (e for e in book.iter() if local_name(e) == "sheet"):
        target = targets.get(sheet.get(_RELATION), "")
        member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        members[sheet.get("name", "")] = member
    return members


def _strings(root: Element) -> list[str]:
    return [_plain_text(item) for item in root if local_name(item) == "si"]


def _plain_text(item: Element) -> str:
    """The text of a cell without the phonetic guide that East Asian texts carry."""
    texts = [e for e in item if local_name(e) == "t"]
    for run in (e for e in item if local_name(e) == "r"):
        texts += [e for e in run if local_name(e) == "t"]
    return "".join(e.text or "" for e in texts)


def _date_styles(root: Element) -> list[bool]:
    """Whether each style of a cell shows its number as a date."""
    dates = set(_DATE_FORMATS)
    for element in root.iter():
        code = re.sub(r"\"[^\"]*\"|\[[^\]]*\]|\\.", "", element.get("formatCode", "")).lower()
        if local_name(element) == "numFmt" and re.search(r"[yd]|mmm", code):
            dates.add(int(element.get("numFmtId", "0")))
    styles = next((e for e in root if local_name(e) == "cellXfs"), ())
    return [int(style.get("numFmtId", "0")) in dates for style in styles]


def _rows(root: Element, strings: list[str], is_date: list[bool], start: datetime) -> list[list[str | None]]:
    rows: list[list[str | None]] = []
    for row in (e for e in root.iter() if local_name(e) == "row"):
        cells: list[str | None] = []
        for cell in (e for e in row if local_name(e) == "c"):
            # A cell that is empty is not in the file, so the reference says where the next one stands.
            place = _column(cell.get("r", "")) if cell.get("r") else len(cells)
            cells += [None] * (place - len(cells))
            cells[place:] = [_value(cell, strings, is_date, start)]
        # A row that is empty is not in the file, so the number says where the next one stands.
        number = int(row.get("r") or len(rows) + 1)
        if not len(rows) < number <= _LAST_ROW:
            msg = f"expected rows in order up to {_LAST_ROW:,}, found the number {number}: export it again"
            raise SourceError(msg)
        rows += [[]] * (number - 1 - len(rows))
        rows.append(cells)
    return rows


def _column(reference: str) -> int:
    match = _REFERENCE.fullmatch(reference)
    number = 0
    for letter in match[1] if match else "":
        number = 26 * number + ord(letter) - 64
    if not 1 <= number <= 16_384 or not match:
        msg = f"expected a cell such as B7, found {reference[:20]!r}: export it again"
        raise SourceError(msg)
    if number > 10 * MAX_COLUMNS:
        msg = (
            f"expected at most {MAX_COLUMNS} columns, found a cell in {reference}: remove what lies far right"
        )
        raise SourceError(msg)
    return number - 1


def _value(cell: Element, strings: list[str], is_date: list[bool], start: datetime) -> str | None:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return next((_plain_text(e) for e in cell if local_name(e) == "is"), None)
    text = next((e.text for e in cell if local_name(e) == "v"), None)
    if text is None or kind == "e":  # an error such as #REF! is no value
        return None
    try:
        if kind == "s":
            return strings[int(text)]
        if kind == "b":
            return str(text == "1")
        style = int(cell.get("s", "0"))
        if kind == "n" and style < len(is_date) and is_date[style]:
            moment = start + timedelta(days=float(text))
            return (
                moment.date().isoformat()
                if moment.time() == time.min
                else moment.isoformat(timespec="seconds")
            )
        return str(int(float(text))) if kind == "n" and float(text).is_integer() else text
    except (ValueError, IndexError, OverflowError) as error:
        msg = f"expected a cell of a workbook, found {text[:40]!r}: export it again"
        raise SourceError(msg) from error
