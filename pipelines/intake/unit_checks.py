"""Check the fetched files of a unit and the table read from them, and find the date of the content."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.errors import SourceError
from pipelines.intake import sandbox
from pipelines.intake.checks import judge, judge_file, judge_size
from pipelines.intake.findings import Finding
from pipelines.intake.ice_checks import extent_of, judge_ice
from pipelines.intake.issues import as_asked, is_by_hand, issue_of
from pipelines.intake.ledger import accepted_folder, ledger_of
from pipelines.intake.sniff import check_mark, kind_of, sniff
from pipelines.intake.tables import TABLE, embedded_table, stored_table
from pipelines.snapshot import source_table
from pipelines.source import MissingInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pipelines.source import Remote, Source

__all__ = ["Judgement", "Unit", "judge_unit", "sizes_with"]

_SIZES_KEPT = 10  # of the last accepted sets; their median is the usual size


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that is being fetched into a cache.

    `packages` is the folder of unpacked package members that readers may need, `today` the day of the fetch.
    `issued` is the date (ISO) that a person states for files that state none; empty if nobody does.
    """

    id: str
    source: Source
    cache: Path
    packages: Path
    today: date
    issued: str = ""

    @property
    def stage(self) -> Path:
        """The folder of the fetched files until they are accepted or held."""
        return self.cache / "incoming" / self.id

    @property
    def by_hand(self) -> Path:
        """The folder into which a person puts files, under the names that the readers ask for."""
        return self.cache / "by_hand"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The result of the checks of a unit.

    `as_of` is the date of the content, None if it is not known. `rows` is the number of rows of the table, or
    of the files if no table is read. `rows_before` is that number in the last accepted or embedded table.
    `rows_outside` are rows of the files that lie outside the region and are left out; None without a table.
    `issued` is the date of the content that its files do not state (`Unit.issued`, or the name of a file).
    """

    findings: list[Finding]
    as_of: str | None = None
    rows: int | None = None
    rows_before: int | None = None
    rows_outside: int | None = None
    issued: str = ""


def judge_unit(
    unit: Unit, remotes: Sequence[Remote], files: dict[str, Any], row: dict[str, Any], before: Path | None
) -> Judgement:
    """Check the staged files of a unit, and the table or the ice field that is read from them.

    `files` holds the ledger's entries of the fetched files, by address. `row` is the ledger's row of the last
    accepted set, and `before` the folder of that set; empty and None if there is none.
    """
    findings: list[Finding] = []
    rows, name = 0, _name_of(remotes)
    try:
        for remote in remotes:
            count, more = _judge_one(unit, remote, before)
            rows += count
            findings += more
    except SourceError as error:
        return Judgement([Finding("kind", "hold", str(error))], rows_before=row.get("rows"))
    dated, more = _probe(unit, remotes, name)
    findings += more
    # The ledger has one size for a whole set, so sizes are compared only for a set of one file.
    if len(remotes) == 1:
        size = (unit.stage / remotes[0].file).stat().st_size
        findings += _named(judge_size(size, sizes_before(row, dated, remotes)), name)
    # A grid is made of the files of several units. One unit gives no table, and only its probes read it.
    if unit.source.read is None or unit.source.feeds.startswith("grid:"):
        findings += _dated(dated, row, unit.today)
        return Judgement(findings, dated, rows, row.get("rows"))
    try:
        outside = sandbox.read_in_sandbox(unit.source.id, unit.stage, unit.packages, unit.stage / TABLE)
    except MissingInputError as error:
        findings += [] if dated else _outdated(files, row, unit.source.as_of)
        findings.append(Finding("read", "warn", f"not read: {error}"))
        return Judgement(findings, dated or unit.source.as_of, rows, row.get("rows"))
    except SourceError as error:
        return Judgement(findings + _named([Finding("read", "hold", str(error))], name), dated)
    judgement = _judge_table(unit, files, row, before, dated, name)
    return replace(judgement, findings=findings + judgement.findings, rows_outside=outside or 0)


def _judge_table(
    unit: Unit, files: dict[str, Any], row: dict[str, Any], before: Path | None, dated: str | None, name: str
) -> Judgement:
    """Check the table that was read from the files of a unit; `dated` is the day that a probe found.

    The other parameters are those of `judge_unit`; `name` names the files in findings.
    """
    new = stored_table(unit.stage / TABLE)
    last = before / TABLE if before else None
    old = stored_table(last) if last and last.exists() else embedded_table(unit.source)
    # If every row has the date of the source itself, the reader found no date in the file.
    is_of_source = bool((new["as_of"] == unit.source.as_of).all())
    is_undated = is_of_source and not dated
    issued, findings = issue_of(unit.issued, unit.source.as_of, files, new, old, is_undated=is_undated)
    if issued:
        new = new.assign(as_of=issued)
        new.to_parquet(unit.stage / TABLE, index=False)
    judged = judge(new, old, unit.today, unit.source.checks)
    findings = _named([*findings, *(as_asked(judged) if unit.issued else judged)], name)
    as_of = str(new["as_of"].max())
    if is_of_source and dated:
        findings += _dated(dated, row or {"as_of": as_of}, unit.today)
        as_of = max(dated, as_of)
    elif is_of_source and not issued and not is_by_hand(files):
        findings += _outdated(files, row, as_of)
    rows_before = None if old is None else len(old)
    return Judgement(findings, as_of, len(new), rows_before, issued=issued)


def sizes_before(row: dict[str, Any], dated: str | None, remotes: Sequence[Remote]) -> list[int]:
    """Bytes of the last accepted sets with which a set is compared; `dated` is the day that its files state.

    A field of ice in September is a third of that in March, so a product of a day or month is compared with
    the same month of the year alone.
    """
    return list(_by_month(row).get(_month(dated, remotes), []))


def sizes_with(
    row: dict[str, Any], dated: str | None, remotes: Sequence[Remote], size: int
) -> dict[str, list[int]]:
    """`sizes` of the next row of the ledger: those of the last `row`, and `size` bytes of an accepted set."""
    kept = [*sizes_before(row, dated, remotes), size][-_SIZES_KEPT:]
    return _by_month(row) | {_month(dated, remotes): kept}


def _month(dated: str | None, remotes: Sequence[Remote]) -> str:
    return dated[5:7] if dated and remotes[0].probe else ""


def _by_month(row: dict[str, Any]) -> dict[str, list[int]]:
    sizes = row.get("sizes", {})
    # Ledgers of version 0.3 and earlier have one list for all months.
    return {"": sizes} if isinstance(sizes, list) else sizes


def _judge_one(unit: Unit, remote: Remote, before: Path | None) -> tuple[int, list[Finding]]:
    """Number of rows of one file, and findings; raises SourceError if it is not a whole file of its kind."""
    path = unit.stage / remote.file
    kind = kind_of(remote)
    facts = sniff(path, kind)
    check_mark(remote, path)
    last = sniff(before / remote.file, kind) if before and (before / remote.file).exists() else None
    findings = judge_file(facts, last, path.stat().st_size, [], remote.at_least_rows)
    return facts.rows, _named(findings, path.name)


def _probe(unit: Unit, remotes: Sequence[Remote], name: str) -> tuple[str | None, list[Finding]]:
    """The day that the files state (ISO date), None if they state none, and findings on their ice field."""
    if not any(remote.probe for remote in remotes):
        return None, []
    dated = None
    try:
        paths = [unit.stage / remote.file for remote in remotes]
        out = unit.stage / TABLE if remotes[0].field else None
        day = sandbox.day_in_sandbox(unit.source.id, remotes[0].part, paths, out)
        dated = day.isoformat()
        return dated, _judge_field(unit, remotes[0], day)
    except SourceError as error:
        return dated, _named([Finding("read", "hold", str(error))], name)


def _judge_field(unit: Unit, remote: Remote, day: date) -> list[Finding]:
    """Findings on an ice field, against the daily series and the accepted grid of its month.

    The series is the accepted one, or the embedded one if none is accepted.
    """
    field = remote.field
    if field is None:
        return []
    ledger = ledger_of(unit.cache)

    def accepted(name: str) -> pd.DataFrame | None:
        with suppress(SourceError):  # accepted files that are damaged count as absent
            folder = accepted_folder(unit.cache, name, ledger)
            return stored_table(folder / TABLE) if folder and (folder / TABLE).exists() else None
        return None

    series = accepted(field.series)
    month = f"{unit.source.id}.{field.month}"
    is_same = str(ledger.get(month, {}).get("as_of"))[:7] == f"{day:%Y-%m}"
    raster = accepted(month) if field.month and is_same else None
    return judge_ice(
        field,
        stored_table(unit.stage / TABLE),
        day,
        source_table(field.series) if series is None else series,
        None if raster is None else extent_of(raster),
    )


def _name_of(remotes: Sequence[Remote]) -> str:
    """The name of the files in a finding."""
    first = Path(remotes[0].file).name
    return f"{first} and {len(remotes) - 1} more" if len(remotes) > 1 else first


def _named(findings: Sequence[Finding], file: str) -> list[Finding]:
    """The findings, each with the name `file` in front unless its text has the name already."""
    first = file.split(" and ", maxsplit=1)[0]
    return [row if first in row.found else replace(row, found=f"{file}: {row.found}") for row in findings]


def _dated(dated: str | None, row: dict[str, Any], today: date) -> list[Finding]:
    """A hold if content of the day `dated` is older than the accepted content, or is dated after tomorrow."""
    if dated and row.get("as_of") and dated < row["as_of"]:
        return [Finding("date", "hold", f"expected {row['as_of']} or later, found {dated}")]
    if dated and dated > (today + timedelta(days=1)).isoformat():
        return [Finding("date", "hold", f"expected days up to {today}, found {dated}")]
    return []


def _outdated(files: dict[str, Any], row: dict[str, Any], as_of: str) -> list[Finding]:
    """A hold on content of a provider that states no date, if it is outdated.

    It is outdated if it was last changed before `as_of`, or before the accepted files were.

    `Last-Modified` comes from the clock of the server. It is not the date of the content, which may be years
    older. It is an upper bound: a file holds nothing later than its last change (decisions/0020). If the last
    change of the accepted files is dated after their last check (`checked`), the day of that check counts. So
    one wrong clock does not hold every later file.
    """
    changed, changed_before = _last_changed(files), _last_changed(row.get("files", {}))
    least = max(as_of, min(changed_before, row.get("checked", "")))
    if not changed or changed >= least:
        return []
    text = f"expected a file of {least} or later, found one last changed on {changed}"
    return [Finding("date", "hold", text)]


def _last_changed(files: dict[str, Any]) -> str:
    """The latest day of `Last-Modified` of the files, as the server states it; empty if it states none."""
    days = []
    for file in files.values():
        with suppress(ValueError, TypeError):
            days.append(parsedate_to_datetime(file["last_modified"]).date().isoformat())
    return max(days, default="")
