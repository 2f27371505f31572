"""Provider files that lie on this machine already: which file is which, and which of two is newer.

The content decides, not the name: `pub150 (1).bin` is the World Port Index if it reads as one. A name counts
only where the content does not tell: for the parts of a shapefile, and for the day of a product whose file
does not state it.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.errors import SourceError
from pipelines.intake import sandbox
from pipelines.intake.issues import named_day
from pipelines.intake.ledger import BY_HAND
from pipelines.intake.sniff import check_mark, kind_of, sniff
from pipelines.intake.tables import TABLE, stored_table
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pipelines.intake.unit_checks import Unit
    from pipelines.source import Remote

__all__ = ["by_hand_files", "files_in", "fitting", "take_from_disk"]

_COPY = re.compile(r"( ?\(\d+\)| - copy| copy)+$", re.IGNORECASE)  # what browsers add to a second file
_MANY = 1000  # files of a folder; more are no folder of one source


def files_in(path: Path) -> list[Path]:
    """The file `path`, or all files in the folder `path`, sorted; links, pipes and devices are left out."""
    if path.is_dir():
        return sorted(one for one in path.rglob("*") if one.is_file() and not one.is_symlink())[:_MANY]
    return [path] if path.is_file() else []


def by_hand_files(unit: Unit, remotes: Sequence[Remote]) -> list[Path]:
    """The files that a person put into `by_hand/` for a unit.

    They lie under the path that the reader asks for, a number of a copy in brackets or not, or anywhere in
    the folder with the id of the source.
    """
    named = [
        path
        for remote in remotes
        for path in files_in((unit.by_hand / remote.file).parent)
        if remote.file and path.suffix == Path(remote.file).suffix and _stem(path) == Path(remote.file).stem
    ]
    return list(dict.fromkeys([*named, *files_in(unit.by_hand / unit.source.id)]))


def _stem(path: Path) -> str:
    return _COPY.sub("", path.stem)


def fitting(remotes: Sequence[Remote], path: Path) -> list[Remote]:
    """The remotes whose file `path` may be by its content; by its name where the content fits several.

    Raises
    ------
    SourceError
        If it fits none. The message has the reason of each kind of file.
    """
    fits, reasons = [], []
    for remote in remotes:
        if path.stat().st_size > remote.at_most_bytes:
            reasons.append(f"{path.name}: expected at most {remote.at_most_bytes} bytes, found more")
            continue
        try:
            sniff(path, kind_of(remote))
            check_mark(remote, path)
            fits.append(remote)
        except SourceError as error:
            reasons.append(str(error))
    if not fits:
        raise SourceError("; ".join(dict.fromkeys(reasons)))
    if len(fits) == 1:
        return fits
    same_suffix = [one for one in fits if Path(one.file).suffix == path.suffix] or fits
    return [one for one in same_suffix if _stem(path) == Path(one.file).stem] or same_suffix


def take_from_disk(
    unit: Unit, remotes: Sequence[Remote], paths: Sequence[Path], day: date, before: Path | None
) -> tuple[list[Remote], dict[str, Any], list[str]]:
    """Copy the files of a unit to its stage; returns its remotes of their day, ledger entries, and notes.

    A file that is not among `paths` is taken from `before`, the folder of the last accepted set. Of two
    issues of one file the one with the later content is taken. The notes name every file that is left out.

    Raises
    ------
    SourceError
        If no path fits, a file of the set is lacking, or two issues do not tell which is newer.
    """
    notes: list[str] = []
    choice: dict[int, list[Path]] = {}
    reasons: list[str] = []
    for path in paths:
        try:
            fits = fitting(remotes, path)
        except SourceError as error:
            reasons.append(str(error))
            continue
        if len(fits) > 1:
            reasons.append(f"{path.name}: expected the name of one file, found content of {len(fits)} kinds")
            continue
        choice.setdefault(remotes.index(fits[0]), []).append(path)
    if not choice:
        raise SourceError("; ".join(reasons) or "expected a file, found none: check the path")
    files: dict[str, Any] = {}
    of_day = []
    for place, remote in enumerate(remotes):
        issues = choice.get(place, [])
        newest, dated, more = _newest(unit, remote, issues, day, is_alone=len(remotes) == 1)
        notes += more
        one = remote.of(dated)
        of_day.append(one)
        files[one.url] = _copied(unit, one, newest, before)
    return of_day, files, notes + [f"left out: {reason}" for reason in reasons]


def _copied(unit: Unit, remote: Remote, path: Path | None, before: Path | None) -> dict[str, Any]:
    """Copy a file to the stage under the name that the reader asks for, and return its row of the ledger."""
    source = path or (before / remote.file if before else None)
    if source is None or not source.is_file():
        msg = f"{unit.id}: expected {Path(remote.file).name} as well, found none: give all files of the set"
        raise SourceError(msg)
    target = unit.stage / remote.file
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    name = f"{BY_HAND}, {path.name}" if path else "the last accepted set"
    return {
        "file": remote.file, "sha256": sha256_of(target), "size": target.stat().st_size,
        "from": name, "etag": "", "last_modified": "",
    }  # fmt: skip


def _newest(
    unit: Unit, remote: Remote, issues: Sequence[Path], day: date, *, is_alone: bool
) -> tuple[Path | None, date, list[str]]:
    """The issue with the latest content, the day for the name of its file, and notes on the others."""
    by_content = {sha256_of(path): path for path in reversed(issues)}
    issues = sorted(by_content.values())
    is_daily = "{day" in remote.file
    if len(issues) < 2 and not (is_daily and issues):
        return (issues[0] if issues else None), day, []
    if not is_alone:
        names = " and ".join(path.name for path in issues)
        msg = f"{unit.id}: expected one issue of {Path(remote.file).name}, found {names}: give one of them"
        raise SourceError(msg)
    dated = {path: _content_day(unit, remote, path, day) for path in issues}
    order = sorted(issues, key=lambda path: dated[path], reverse=True)
    first, *others = order
    if others and dated[others[0]] == dated[first]:
        names = " and ".join(path.name for path in order[:2])
        msg = (
            f"{unit.id}: expected issues of two days, found {names} both of {dated[first]}: give one of them"
        )
        raise SourceError(msg)
    notes = [
        f"left out: {path.name} of {dated[path]}, as {first.name} is of {dated[first]}" for path in others
    ]
    return first, (_stated_day(first, dated[first]) if is_daily else day), notes


def _content_day(unit: Unit, remote: Remote, path: Path, day: date) -> date:
    """The day that the content of one file states, read in the sandbox; else the day in its name.

    Raises
    ------
    SourceError
        If the file cannot be read, or neither states a day.
    """
    trial = unit.stage / "trial"
    named = _stated_day(path, day)
    try:
        one = remote.of(named)
        target = trial / one.file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        if remote.probe:
            return sandbox.day_in_sandbox(unit.source.id, remote.part, [target])
        sandbox.read_in_sandbox(unit.source.id, trial, unit.packages, trial / TABLE)
        days = stored_table(trial / TABLE)["as_of"]
        # If every row has the date of the source itself, the reader found no date in the file.
        is_undated = bool((days == unit.source.as_of).all())
        stated = named_day(path.name) if is_undated else str(days.max())
        if not stated:
            msg = (
                f"{unit.id}: expected issues that state their days, found none in {path.name}: give one file"
            )
            raise SourceError(msg)
        return type(day).fromisoformat(stated)
    finally:
        shutil.rmtree(trial, ignore_errors=True)


def _stated_day(path: Path, day: date) -> date:
    """The day in the name of a file, or in that of a shapefile inside a zip; `day` if there is none.

    The readers of these products take the day from the name. The name inside an archive is that of the
    provider, whoever renamed the archive.
    """
    names = [path.name]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as box:
            names = [name for name in box.namelist() if name.lower().endswith(".shp")] + names
    for name in names:
        for match in re.finditer(r"(?<!\d)((?:19|20)\d\d)(\d\d)(\d\d)?(?=\d{4}\D|\D|$)", name):
            with suppress(ValueError):
                return type(day)(int(match[1]), int(match[2]), int(match[3] or 1))
    return day
