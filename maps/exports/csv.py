"""CSV: every table for a spreadsheet, made so that no cell of a text is run as a formula.

A text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets an apostrophe before it
(OWASP, CSV injection), as ABOUT.txt says; numbers are written as they are. Points carry longitude and
latitude; the shapes of lines and areas are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from layers.errors import ExportError
from maps.exports.vector import about, geographic, prepared

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture
    from layers.schema import Layer

__all__ = ["write"]

_SAID = (
    "A text that begins with = + - @, a tab or a carriage return has an apostrophe before it, so that no "
    "spreadsheet runs it; the Parquet files hold it as it was. Shapes of lines and areas are not in it."
)
_RUN = r"^([=+\-@\t\r])"


def write(picture: Picture, folder: Path) -> Path:
    """Write `csv/<layer>.csv` into `folder` and return that folder; UTF-8, WGS 84 degrees.

    Raises
    ------
    ExportError
        If a file cannot be written.
    """
    into = folder / "csv"
    into.mkdir(parents=True, exist_ok=True)
    try:
        for layer in picture.layers:
            _table(picture, layer).to_csv(into / f"{layer.id}.csv", index=False, lineterminator="\n")
        (into / "ABOUT.txt").write_text(about(picture, _SAID), encoding="utf-8", newline="\n")
    except OSError as error:
        msg = f"{into}: expected to write its tables, found {error}: is the disk full?"
        raise ExportError(msg) from error
    return into


def _table(picture: Picture, layer: Layer) -> pd.DataFrame:
    held = prepared(picture, layer, in_degrees=False)
    # A tab stays a tab and is guarded; other control characters are shown as symbols already.
    words = [c.name for c in layer.all_columns if c.dtype == "str"]
    table = pd.DataFrame(held[[c.name for c in layer.all_columns]])
    for name in words:
        table[name] = table[name].str.replace(_RUN, r"'\1", regex=True)
    if layer.geometry == "point" and "longitude_deg" not in table:
        points = geographic(held.geometry.to_numpy())
        table = table.assign(longitude_deg=[p.x for p in points], latitude_deg=[p.y for p in points])
    return table
