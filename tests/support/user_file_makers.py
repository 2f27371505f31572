"""Files as users hold them: a post, a row without a place, and one in the far south."""

from __future__ import annotations

import zipfile
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PLACE", "TOML", "kml", "points", "write_toml", "xlsx", "zipped"]

PLACE = (18.95, 69.65)
TOML = {"title": "Posts", "pillar": "economic", "licence": "own", "owner": "me", "audience": "public",
        "as_of": "2024-03-01"}  # fmt: skip


def points(**columns: Any) -> gpd.GeoDataFrame:
    """Three rows in degrees: a post at PLACE, one without a geometry, and one at 53 S."""
    shapes = [shapely.Point(PLACE), None, shapely.Point(-70.9, -53.2)]
    named = {"navn": ["Bjørnøya", "uten sted", "sør"], "depth_m": [12, 7, None]}
    return gpd.GeoDataFrame(named | columns, geometry=shapes, crs=4326)


def write_toml(path: Path, **changed: str) -> Path:
    """Write the description beside the file at `path`; returns the path of the file."""
    rows = TOML | changed
    path.with_suffix(".toml").write_text(
        "".join(f'{key} = "{value}"\n' for key, value in rows.items()), encoding="utf-8"
    )
    return path


def zipped(path: Path, members: Sequence[Path], folder: str = "") -> Path:
    """Pack files into a zip at `path`, under a folder."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as box:
        for member in members:
            box.write(member, folder + member.name)
    return path


def kml(path: Path, placemarks: str, head: str = "") -> Path:
    """Write a KML with these placemarks."""
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<Folder>{placemarks}</Folder></Document></kml>",
        encoding="utf-8",
    )
    return path


def xlsx(path: Path, sheets: dict[str, Sequence[Sequence[Any]]], sheet_xml: str = "") -> Path:
    """Write a workbook by hand: numbers, texts (shared and inline), gaps, and dates as styled numbers.

    A value that is a tuple `(number,)` becomes a date. `sheet_xml` replaces the XML of the first sheet.
    """
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    strings: list[str] = []

    def cell(value: Any, place: str) -> str:
        if isinstance(value, tuple):
            return f'<c r="{place}" s="1"><v>{value[0]}</v></c>'
        if isinstance(value, str):
            strings.append(value)
            return f'<c r="{place}" t="s"><v>{len(strings) - 1}</v></c>'
        return f'<c r="{place}"><v>{value!r}</v></c>'

    parts = {}
    for number, rows in enumerate(sheets.values(), start=1):
        body = "".join(
            f'<row r="{r}">'
            + "".join(cell(v, f"{chr(65 + c)}{r}") for c, v in enumerate(row) if v is not None)
            + "</row>"
            for r, row in enumerate(rows, start=1)
        )
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f"<worksheet {main}><sheetData>{body}</sheetData></worksheet>"
        )
    if sheet_xml:
        parts["xl/worksheets/sheet1.xml"] = sheet_xml
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in enumerate(sheets, start=1)
    )
    parts["xl/workbook.xml"] = f'<workbook {main} xmlns:r="{office}"><sheets>{listed}</sheets></workbook>'
    links = "".join(
        f'<Relationship Id="rId{n}" Type="x" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    parts["xl/_rels/workbook.xml.rels"] = (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'
    )
    texts = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    parts["xl/sharedStrings.xml"] = f"<sst {main}>{texts}</sst>"
    parts["xl/styles.xml"] = (
        f'<styleSheet {main}><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    )
    parts["[Content_Types].xml"] = "<Types/>"
    with zipfile.ZipFile(path, "w") as box:
        for name, text in parts.items():
            box.writestr(name, text)
    return path
