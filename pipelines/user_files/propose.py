"""`arctic-picture add`: a description for a file of the user, proposed from what the file holds."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.errors import UsageError
from layers.schema import PILLARS
from maps.text import visible
from pipelines.files import write_whole
from pipelines.user_files.description import check_values
from pipelines.user_files.formats import as_user_file, refused
from pipelines.user_files.take import take

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipelines.user_files.formats import UserFile
    from pipelines.user_files.take import UserTable

__all__ = ["Proposal", "propose", "write_proposal"]

# Words in the name of a file or of its columns that belong to a pillar; the first pillar with one is taken.
_PILLAR_WORDS: dict[str, tuple[str, ...]] = {
    "military": ("milit", "naval", "navy", "radar", "garrison", "defence", "forsvar", "försvar", "puolustus",
                 "воен"),
    "environmental": ("ice ", "sea ice", "permafrost", "glacier", "erosion", "climate", "species", "habitat",
                      "protected", "pollut", "spill", "lämpö", "ледн", "мерзл"),
    "social": ("hospital", "clinic", "school", "settlement", "village", "town", "population", "people",
               "cabin", "hytte", "sykehus", "skole", "sairaala", "koulu", "больниц", "школ", "посел"),
    "economic": (),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """A description that is proposed for a file, and the layers of the file."""

    file: UserFile
    tables: Sequence[UserTable]
    values: Mapping[str, str]

    @property
    def toml(self) -> str:
        """The text of the description."""
        return "".join(f'{key} = "{_escaped(value)}"\n' for key, value in self.values.items())


def propose(path: Path, given: Mapping[str, str]) -> Proposal:
    """The description for the file at `path`. `given` are values that the user names; they come first.

    Raises
    ------
    UsageError
        If the file cannot be read, a value cannot be used, or nothing says what date the data hold for.
    """
    one = as_user_file(path)
    reading = {key: given[key] for key in ("crs", "x", "y", "name", "encoding") if key in given}
    tables = take(one, reading)
    dates = [table.date for table in tables if table.date]
    values = {
        "title": " ".join(re.sub(r"[_\W]+", " ", visible(path.stem)).split()).capitalize() or "Own file",
        "pillar": _pillar(path, tables),
        "licence": "not stated",
        "owner": "not stated",
        "audience": "public",
        "as_of": max(dates, default=""),
    } | dict(given)
    if not values["as_of"]:
        msg = (
            f"{visible(path.name)}: expected a column that says what date its rows hold for, found none: "
            "name the date, such as --as-of 2026-03-01"
        )
        raise UsageError(msg)
    check_values(dict(values), f"{path.stem}.toml")
    return Proposal(one, tables, values)


def _pillar(path: Path, tables: Sequence[UserTable]) -> str:
    text = " ".join(
        [path.stem, *(table.name for table in tables), *(n for t in tables for n in t.attributes)]
    )
    text = " ".join(re.sub(r"[_\W]+", " ", text.casefold()).split()) + " "
    # A word begins where one of these begins: "price" and "office" are no ice.
    for pillar, words in _PILLAR_WORDS.items():
        if any(f" {word}" in f" {text}" for word in words):
            return pillar
    return PILLARS[1]


def _escaped(text: str) -> str:
    """A text inside the quotes of TOML; control characters were refused or made visible before."""
    return visible(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ").replace("\t", " ")


def write_proposal(proposal: Proposal, folder: Path) -> list[Path]:
    """Copy the file, and what belongs to it, into `folder`, and write the description; returns the paths.

    The description comes last, so that a copy that was broken off is never taken for whole.

    Raises
    ------
    UsageError
        If the folder has such a file already, or cannot be written.
    """
    one = proposal.file
    toml = folder / f"{one.path.stem}.toml"
    parts = [folder / part.name for part in (one.path, *one.beside)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_at_home = folder.resolve() == one.path.parent.resolve()
        for target in [toml, *([] if is_at_home else parts)]:
            if target.exists() or target.is_symlink():
                raise refused(
                    target.name, f"no such file in {folder}", "one", "remove it or name another --into"
                )
        for source, target in zip((one.path, *one.beside), parts, strict=True):
            if not is_at_home:
                part = target.with_name(f".{target.name}.part")
                shutil.copyfile(source, part)
                os.replace(part, target)  # noqa: PTH105  in one step
        write_whole(toml, proposal.toml)
    except OSError as error:
        raise refused(
            folder.name, "a folder that can be written", error.strerror or error, "name another"
        ) from error
    return [*parts, toml]
