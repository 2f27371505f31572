"""The TOML file beside a user's file: what it is, whose, for whom, and how to read it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from layers.redaction import AUDIENCES
from layers.schema import PILLARS
from maps.text import visible
from pipelines.user_files.formats import refused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["KEYS", "Description", "check_values", "read_description"]

KEYS = ("title", "pillar", "licence", "owner", "audience", "as_of")
# How to read a file that does not say it itself: CRS, columns of position and name, encoding of its text.
_READING = ("crs", "x", "y", "name", "encoding")


@dataclass(frozen=True, slots=True)
class Description:
    """What a TOML file says of a user's file. `reading` has the keys that tell its reader how to read it."""

    title: str
    pillar: Any
    licence: str
    owner: str
    audience: tuple[str, ...]
    as_of: str
    reading: Mapping[str, str]


def read_description(path: Path, of: str) -> Description:
    """The description at `path`, every key checked. `of` is the name of the file that it describes.

    Raises
    ------
    UsageError
        If there is none, it is no TOML, or a key is missing, unknown or cannot be used.
    """
    if not path.is_file():
        remedy = f"write one with {', '.join(KEYS)}, or run 'arctic-picture add' with the file"
        raise refused(of, f"{path.name} beside it", "none", remedy)
    try:
        # Editors of Windows begin a text with a byte order mark.
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise refused(path.name, "readable TOML", error, "mend it") from error
    return check_values(values, path.name)


def check_values(values: dict[str, Any], of: str) -> Description:
    """The description with these values; `of` names its file in errors.

    Raises
    ------
    UsageError
        If a key is missing, unknown or cannot be used.
    """
    strange = [key for key in values if key not in (*KEYS, *_READING)]
    lacking = [key for key in KEYS if key not in values]
    if strange or lacking:
        found = f"the unknown {strange[0]!r}" if strange else f"no {lacking[0]}"
        raise refused(of, f"the keys {', '.join(KEYS)}", found, "mend it")
    values = dict(values)
    marks = values.pop("audience")
    marks = [marks] if isinstance(marks, str) else marks
    audiences = [row.id for row in AUDIENCES]
    if not (isinstance(marks, list) and marks and all(mark in audiences for mark in marks)):
        raise refused(of, f"audience as one or more of {', '.join(audiences)}", repr(marks), "mend it")
    values = {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}
    for key, value in values.items():
        if not (isinstance(value, str) and value.strip()):
            raise refused(of, f"{key} as a text", repr(value), "mend it")
    if values["pillar"] not in PILLARS:
        raise refused(of, f"pillar as one of {', '.join(PILLARS)}", repr(values["pillar"]), "mend it")
    try:
        date.fromisoformat(values["as_of"])
    except ValueError as error:
        raise refused(of, "as_of as a date such as 2026-03-01", repr(values["as_of"]), "mend it") from error
    reading = {key: values.pop(key) for key in _READING if key in values}
    texts = {key: " ".join(visible(value).split()) for key, value in values.items()}
    return Description(**texts, audience=tuple(marks), reading=reading)
