"""The web map: one HTML file that opens from disk, sends no request and runs no code from the data.

folium makes the shell from constants (maps.web.shell), and no value of a picture passes through a template.
This module puts the data into the finished page as JSON blocks. The script (maps/web/page) shows every text
as a text node. A content security policy allows only this script, by its hash.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from layers.errors import ExportError
from maps.web.assets import DATA, LATER, empty_page
from maps.web.flow_data import dependants_data
from maps.web.ice_record import record_data
from maps.web.node_data import evidence_data
from maps.web.picture_data import picture_data

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["page", "write"]

_PLACEHOLDER = re.compile(f"{DATA}|{LATER}")


def write(picture: Picture, folder: Path, other: Picture | None = None) -> Path:
    """Write `map.html` into `folder` and return its path. With `other` the page compares the two pictures.

    Raises
    ------
    ExportError
        If the page refers to a file outside it, or a value is not finite.
    """
    path = folder / "map.html"
    path.write_text(page(picture, other), encoding="utf-8", newline="\n")
    return path


def page(picture: Picture, other: Picture | None = None) -> str:
    """Return the text of the page of a picture; the same picture gives the same text.

    With `other`, a picture of another day or scenario, the page says which nodes are new, gone or have
    another flag than in `other`.

    Raises
    ------
    ExportError
        If the page refers to a file outside it, or a value is not finite.
    """
    content, later = picture_data(picture, other)
    blocks = {DATA: _block("picture-data", content)}
    blocks[LATER] = "".join(_block(f"later-{name}", rest) for name, rest in later.items())
    blocks[LATER] += _block("evidence-data", evidence_data(picture))
    blocks[LATER] += _block("dependants-data", dependants_data(picture))
    blocks[LATER] += _block("ice-record", record_data(picture))
    # All placeholders are replaced in one step, after all other steps. So a text of the data that looks like
    # a placeholder is not replaced.
    return _PLACEHOLDER.sub(lambda place: blocks[place.group()], empty_page())


def _block(name: str, content: Any) -> str:
    """Return content as a JSON block of the page, in which no character can open markup."""
    try:
        text = json.dumps(content, allow_nan=False, separators=(",", ":"))
    except ValueError as error:
        msg = f"map data {name}: expected finite numbers, found another ({error}): check the tables"
        raise ExportError(msg) from error
    # Escaped in JSON, so that a text cannot end the script element.
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return f'<script type="application/json" id="{name}">{text}</script>\n'
