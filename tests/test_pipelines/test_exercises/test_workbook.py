"""The workbook for Blueprint, read back by another library and by its parts."""

from __future__ import annotations

import zipfile
from xml.etree import ElementTree as ET

import pyogrio

from pipelines.exercises.workbook import write_workbook

ROWS = [{"Event number": 1, "Event synopsis": "Æ <b>&\x07", "Notes": ""},
        {"Event number": 2, "Event synopsis": "same", "Notes": "same"}]  # fmt: skip
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def test_gdal_reads_headings_and_rows(tmp_path):
    write_workbook(tmp_path / "m.xlsx", "MSEL", ROWS)
    assert pyogrio.list_layers(tmp_path / "m.xlsx")[:, 0].tolist() == ["MSEL"]
    table = pyogrio.read_dataframe(tmp_path / "m.xlsx", layer="MSEL", use_arrow=False)
    assert list(table.columns) == ["Event number", "Event synopsis", "Notes"]
    assert table["Event number"].tolist() == [1, 2]
    assert table["Event synopsis"].tolist() == ["Æ <b>&␇", "same"]


def test_the_parts_are_those_that_the_importer_of_blueprint_reads(tmp_path):
    """It takes shared strings by their number and looks up a style of each cell; inline texts end it."""
    write_workbook(tmp_path / "m.xlsx", "MSEL", ROWS)
    with zipfile.ZipFile(tmp_path / "m.xlsx") as archive:
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
        texts = ["".join(item.itertext()) for item in ET.fromstring(archive.read("xl/sharedStrings.xml"))]
        styles = ET.fromstring(archive.read("xl/styles.xml"))
    cells = list(sheet.iter(f"{MAIN}c"))
    assert {cell.get("t") for cell in cells} == {"s", "n"}
    heads = [texts[int(cell.findtext(f"{MAIN}v") or "")] for cell in cells[:3]]
    assert heads == list(ROWS[0])
    assert [cell.get("r") for cell in cells[:4]] == ["A1", "B1", "C1", "A2"]
    formats = styles.find(f"{MAIN}cellXfs")
    fills = styles.find(f"{MAIN}fills")
    assert formats is not None
    assert fills is not None
    assert int(formats[int(cells[0].get("s") or "")].get("fillId") or "") < len(fills)


def test_the_same_rows_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_workbook(tmp_path / name, "MSEL", ROWS)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
