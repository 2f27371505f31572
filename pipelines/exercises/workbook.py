"""A workbook of one sheet of texts and numbers (Office Open XML), as Blueprint of CMU SEI imports it.

Texts are shared strings and there is one style, because the importer reads both parts; inline texts are lost
there. The bytes depend on the rows alone.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from maps.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["write_workbook"]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = (
    f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    + "".join(
        f'<Override PartName="/xl/{part}.xml" '
        f'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
        for part, kind in (
            ("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet"), ("styles", "styles"),
            ("sharedStrings", "sharedStrings"),
        )
    )
    + "</Types>"
)  # fmt: skip
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_ROOT = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
    f'Type="{_RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_PARTS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}">'
    + "".join(
        f'<Relationship Id="rId{number}" Type="{_RELS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(
            (("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"),
             ("sharedStrings", "sharedStrings.xml")), start=1
        )
    )
    + "</Relationships>"
)  # fmt: skip
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font>'
    '</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill>'
    '<patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/>'
    '<bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" '
    'borderId="0"/></cellStyleXfs><cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" '
    'xfId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs></styleSheet>'
)
_LONGEST = 32_767  # letters of a cell in this format


def write_workbook(path: Path, sheet: str, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows to one sheet; the keys of the first row are the headings in row 1."""
    heads = list(rows[0])
    texts: dict[str, int] = {}
    lines = [dict(zip(heads, heads, strict=True)), *rows]
    body = "".join(
        _row(number, [line[head] for head in heads], texts) for number, line in enumerate(lines, start=1)
    )
    shared = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
    columns = f'<cols><col min="1" max="{len(heads)}" width="24" customWidth="1"/></cols>'
    parts = {
        "[Content_Types].xml": _TYPES, "_rels/.rels": _ROOT,
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets>'
                           f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _PARTS, "xl/styles.xml": _STYLES,
        "xl/worksheets/sheet1.xml": f'{_HEAD}<worksheet xmlns="{_MAIN}">{columns}'
                                    f"<sheetData>{body}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f'{_HEAD}<sst xmlns="{_MAIN}" uniqueCount="{len(texts)}">'
                                f"{shared}</sst>",
    }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            # The time of 1980 is the earliest of the format, so that the same rows give the same bytes.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)


def _row(number: int, values: Sequence[Any], texts: dict[str, int]) -> str:
    cells = (
        _cell(f"{_letters(column)}{number}", value, texts) for column, value in enumerate(values, start=1)
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(at: str, value: Any, texts: dict[str, int]) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f'<c r="{at}" s="0" t="n"><v>{value}</v></c>'
    text = visible(str(value))[:_LONGEST]
    return f'<c r="{at}" s="0" t="s"><v>{texts.setdefault(text, len(texts))}</v></c>'


def _letters(column: int) -> str:
    out = ""
    while column:
        column, rest = divmod(column - 1, 26)
        out = chr(ord("A") + rest) + out
    return out
