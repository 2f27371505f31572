"""Every table as CSV for a spreadsheet, in which no text runs as a formula.

A text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets an apostrophe before it (OWASP,
CSV injection). Numbers do not change. Points have longitude and latitude. Lines and areas have no geometry
in the file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from layers.errors import ExportError
from maps.exports.about import about
from maps.exports.antimeridian import geographic
from maps.text import visible_table

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture
    from layers.schema import Layer

__all__ = ["write"]

_LEFT_OUT = (
    "A text that begins with = + - @, a tab or a carriage return has an apostrophe before it, so that no "
    "spreadsheet runs it; the Parquet files hold it as it was. Shapes of lines and areas are not in it."
)
_FORMULA_START = r"^([=+\-@\t\r])"


def write(picture: Picture, folder: Path) -> Path:
    """Write `csv/<layer>.csv` into `folder` and return `folder/csv`. Text is UTF-8, degrees are WGS 84.

    A file begins with a byte order mark: without it, Excel reads the text as that of the local code page.

    Raises
    ------
    ExportError
        If a file cannot be written.
    """
    target = folder / "csv"
    target.mkdir(parents=True, exist_ok=True)
    try:
        for layer in picture.layers:
            path = target / f"{layer.id}.csv"
            _table(picture, layer).to_csv(path, index=False, lineterminator="\n", encoding="utf-8-sig")
        (target / "ABOUT.txt").write_text(about(picture, _LEFT_OUT), encoding="utf-8", newline="\n")
    except OSError as error:
        msg = f"{target}: expected to write its tables, found {error}: is the disk full?"
        raise ExportError(msg) from error
    return target


def _table(picture: Picture, layer: Layer) -> pd.DataFrame:
    frame = visible_table(picture.tables[layer.id], layer)
    table = pd.DataFrame(frame[[column.name for column in layer.all_columns]])
    # `visible_table` keeps a tab and shows a carriage return as a symbol; the pattern names both.
    for column in layer.all_columns:
        if column.dtype == "str":
            table[column.name] = table[column.name].str.replace(_FORMULA_START, r"'\1", regex=True)
    # A node has these columns already.
    if layer.geometry == "point" and "longitude_deg" not in table:
        points = geographic(frame.geometry.to_numpy())
        table = table.assign(longitude_deg=[p.x for p in points], latitude_deg=[p.y for p in points])
    return table
