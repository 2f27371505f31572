"""Fetch sources: accept all files of a unit together, or keep the last accepted ones.

A unit is a source, or one part of a source (`Remote.part`). A cache folder holds `accepted/<unit>/<set>/`
(files under the names that the readers ask for), `quarantine/<unit>/<set>/` (files that were held, with the
reasons in WHY.json), `by_hand/` (files that a person fetched) and the ledger (pipelines.intake.ledger).
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.errors import SourceError, UsageError
from pipelines.files import locked, write_whole
from pipelines.intake.connections import RefusedError
from pipelines.intake.fetch import Validators
from pipelines.intake.fetch_results import FetchResult
from pipelines.intake.issues import UNDATED
from pipelines.intake.ledger import accepted_folder, digest_of_set, ledger_of, write_ledger
from pipelines.intake.logins import fetch_by_login
from pipelines.intake.on_disk import by_hand_files, take_from_disk
from pipelines.intake.quarantine import trim_quarantine
from pipelines.intake.unit_checks import Judgement, Unit, judge_unit, sizes_with

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipelines.intake.fetch import Fetcher
    from pipelines.source import Remote, Source

    Report = Callable[[str, int, int | None], None]
    # The remotes of their day, the rows of the ledger by address, and notes on files that were left out.
    Obtained = tuple[list[Remote], dict[str, Any], list[str]]
    Obtain = Callable[[dict[str, Any], Path | None], Obtained]

__all__ = ["refresh", "today_and_yesterday", "units_of"]


def units_of(sources: Sequence[Source], names: Sequence[str]) -> dict[str, tuple[Source, list[Remote]]]:
    """Source and remotes by unit, of all `sources` or of the sources and units in `names`.

    Raises
    ------
    UsageError
        If a name is neither a source with remotes nor a unit.
    """
    units: dict[str, tuple[Source, list[Remote]]] = {}
    for source in sources:
        for remote in source.remotes:
            unit = f"{source.id}.{remote.part}" if remote.part else source.id
            if not names or source.id in names or unit in names:
                units.setdefault(unit, (source, []))[1].append(remote)
    for name in names:
        if name not in {unit.split(".")[0] for unit in units} | set(units):
            ids = sorted(source.id for source in sources if source.remotes)
            msg = f"fetch: expected one of {', '.join(ids)}, found {name!r}"
            raise UsageError(msg)
    return units


def refresh(
    sources: Sequence[Source],
    cache: Path,
    fetcher: Fetcher,
    *,
    today: date,
    day: date,
    names: Sequence[str] = (),
    is_asked: bool = True,
    given: Sequence[Path] = (),
    issued: date | None = None,
    packages: Path | None = None,
    report: Report = lambda _file, _done, _total: None,
) -> list[FetchResult]:
    """Fetch the sources, check the files, accept them or keep the last ones; returns one result a unit.

    The first fetch of a source is compared with its embedded table.

    Parameters
    ----------
    today
        The day of the fetch, which the ledger notes.
    day
        The day to fetch of a product with one file per day.
    names
        Sources or units to fetch; empty fetches all.
    is_asked
        Whether a person gave `names`; otherwise a source that is fetched only by name is left out.
    given
        Files on this machine, taken for `names` instead of a fetch; of forms of one table that which fits.
    issued
        The date that a person states for `given`; an issue older than the one in use is then taken too.
    packages
        Folder of unpacked package members that some readers need; by default `packages` beside `cache`.
    report
        Gets the name of a file, the bytes so far and the bytes in all (None if the server does not say).

    Raises
    ------
    UsageError
        If a name is neither a source with remotes nor a unit.
    ExportError
        If another run fetches into the same cache.
    SourceError
        If the ledger is damaged.
    """
    units = units_of(sources, names)
    cache.mkdir(parents=True, exist_ok=True)
    results = []
    with locked(cache):
        incoming = cache / "incoming"
        shutil.rmtree(incoming, ignore_errors=True)
        for name, (source, remotes) in units.items():
            folder = packages or cache.parent / "packages"
            unit = Unit(name, source, cache, folder, today, issued.isoformat() if issued else "")
            is_named = bool(names) and is_asked
            results.append(_one(unit, remotes, fetcher, day, given, report, is_named=is_named))
            shutil.rmtree(incoming, ignore_errors=True)
    return _fitting(results) if given else results


def _fitting(results: list[FetchResult]) -> list[FetchResult]:
    """Of the forms of a table a given file fits one; the others say why only if it fits none."""
    return [row for row in results if row.state != "refused"] or results


def _one(
    unit: Unit,
    remotes: Sequence[Remote],
    fetcher: Fetcher,
    day: date,
    given: Sequence[Path],
    report: Report,
    *,
    is_named: bool,
) -> FetchResult:
    """The result of one unit, from files on this machine where there are any, else from its provider."""
    of_day = [remote.of(day) for remote in remotes]
    if paths := list(given) or by_hand_files(unit, of_day):
        return _take(unit, of_day, partial(_from_disk, unit, remotes, paths, day), is_noted=not given)
    left_out = _left_out(unit, of_day[0], is_named=is_named)
    return left_out or _take(unit, of_day, partial(_fetch_all, unit, of_day, fetcher, report))


def _left_out(unit: Unit, first: Remote, *, is_named: bool) -> FetchResult | None:
    """The result of a unit that a person must first fetch by hand or name; None for any other unit."""
    as_of = ledger_of(unit.cache).get(unit.id, {}).get("as_of")
    if first.kind == "page":
        reason = f"no file address; a person fetches it from {first.url} to {unit.by_hand / first.file}"
        return FetchResult(unit.id, "by_hand", as_of, reason)
    if first.only_named and not is_named:
        return FetchResult(unit.id, "by_name", as_of, f"{first.only_named}; fetched only when named")
    return None


def _take(unit: Unit, remotes: Sequence[Remote], obtain: Obtain, *, is_noted: bool = True) -> FetchResult:
    """Obtain and check the files of a unit, then accept them or keep the last accepted ones.

    Without `is_noted` a refusal leaves the ledger as it is: a wrong file that a person named says nothing of
    the source.
    """
    ledger = ledger_of(unit.cache)
    row = ledger.get(unit.id, {})
    try:
        before = accepted_folder(unit.cache, unit.id, ledger)
    except SourceError:
        before, row = None, {}  # accepted files are damaged: fetch all of them again
    try:
        remotes, files, notes = obtain(row, before)
    except SourceError as error:
        if getattr(error, "is_unasked", False):
            return FetchResult(unit.id, "not_asked", row.get("as_of"), str(error))
        result = _keep(unit, ledger, "refused", str(error), is_noted=is_noted)
        return replace(result, may_pass=getattr(error, "may_pass", False))
    name = digest_of_set(files.values())[:16]
    if name == row.get("set") and before and not unit.issued:
        return _settle(unit, ledger, row | {"files": files}, "unchanged", row["rows"], notes)
    judgement = judge_unit(unit, remotes, files, row, before)
    reasons = [f"{finding.rule}: {finding.found}" for finding in judgement.findings]
    warnings = [*reasons, *notes]
    holds = [finding.outcome == "hold" for finding in judgement.findings]
    if any(holds):
        is_noted &= all(finding.rule != UNDATED for finding in judgement.findings)
        reason = "; ".join(text for text, is_hold in zip(reasons, holds, strict=True) if is_hold)
        result = _keep(
            unit, ledger, "held", f"{reason}: set apart in quarantine/{unit.id}/{name}", is_noted=is_noted
        )
        _quarantine(unit, name, result.reason, judgement, files)
        return result
    fresh = {
        "set": name, "files": files, "as_of": judgement.as_of, "rows": judgement.rows,
        "rows_outside": judgement.rows_outside, "issued": judgement.issued,
        "sizes": sizes_with(row, judgement.as_of, remotes, sum(file["size"] for file in files.values())),
    }  # fmt: skip
    target = _accept(unit, name)
    result = _settle(unit, ledger, fresh, "changed" if before else "new", judgement.rows_before, warnings)
    # Older sets are removed only after the ledger names the new one.
    for old in target.parent.iterdir():
        if old.name != name:
            shutil.rmtree(old)
    return result


def _accept(unit: Unit, name: str) -> Path:
    """Move the staged files to their place and return it. They count only once the ledger names them."""
    target = unit.cache / "accepted" / unit.id / name
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    unit.stage.rename(target)
    return target


def _from_disk(
    unit: Unit, remotes: Sequence[Remote], paths: Sequence[Path], day: date, _row: Any, before: Path | None
) -> Obtained:
    """Put files that are on this machine into the stage of a unit."""
    return take_from_disk(unit, remotes, paths, day, before)


def _fetch_all(
    unit: Unit,
    remotes: Sequence[Remote],
    fetcher: Fetcher,
    report: Report,
    row: dict[str, Any],
    before: Path | None,
) -> Obtained:
    """Put all files of a unit into its stage, and return their rows of the ledger by address.

    `row` is the row of the last set and `before` its folder. A file that the server calls unchanged is linked
    from there.
    """
    files: dict[str, Any] = {}
    for remote in remotes:
        last = row.get("files", {}).get(remote.url) if before else None
        seen = (
            Validators(last["etag"], last["last_modified"]) if last and last["file"] == remote.file else None
        )

        # The name is bound as a default, because the loop changes `remote`.
        def progress(done: int, total: int | None, name: str = Path(remote.file).name) -> None:
            report(name, done, total)

        try:
            if remote.login:
                fetched = fetch_by_login(remote, unit.stage, fetcher, progress)
            else:
                fetched = fetcher.fetch(remote, unit.stage, seen, progress)
        except RefusedError as error:
            error.is_unasked &= not files  # half of a set is there: that must be said
            raise
        target = unit.stage / remote.file
        target.parent.mkdir(parents=True, exist_ok=True)
        if fetched.path is None:
            assert before is not None  # noqa: S101  nothing is unchanged without a set before
            # A hard link: the file stays when the folder of the last set is removed.
            os.link(before / remote.file, target)
            files[remote.url] = dict(last or {})
            continue
        fetched.path.replace(target)
        files[remote.url] = {
            "file": remote.file, "sha256": fetched.sha256, "size": fetched.size, "from": fetched.url,
            "etag": fetched.seen.etag, "last_modified": fetched.seen.last_modified,
        }  # fmt: skip
    return list(remotes), files, []


def _keep(
    unit: Unit, ledger: dict[str, Any], state: str, reason: str, *, is_noted: bool = True
) -> FetchResult:
    """Keep the last accepted files and return the result; with `is_noted` the ledger says since when."""
    row = ledger.get(unit.id, {})
    stays = f"the last good of {row['as_of']} stays" if row.get("as_of") else "none was accepted before"
    reason = f"{reason}; {stays}"
    since = (row.get("held") or {}).get("since", unit.today.isoformat())
    if is_noted:
        ledger[unit.id] = row | {"held": {"state": state, "since": since, "reason": reason}}
        write_ledger(unit.cache, ledger)
    return FetchResult(unit.id, state, row.get("as_of"), reason, row.get("rows"), row.get("rows"))


def _settle(
    unit: Unit,
    ledger: dict[str, Any],
    row: dict[str, Any],
    state: str,
    rows_before: int | None,
    warnings: Sequence[str],
) -> FetchResult:
    """Write the row of an accepted set into the ledger and return the result."""
    ledger[unit.id] = row | {"held": None, "checked": unit.today.isoformat(), "warnings": list(warnings)}
    write_ledger(unit.cache, ledger)
    size = sum(file["size"] for file in row["files"].values())
    return FetchResult(
        unit.id, state, row["as_of"], "", row["rows"], rows_before, size, tuple(warnings),
        rows_outside=row.get("rows_outside"),
    )  # fmt: skip


def _quarantine(unit: Unit, name: str, reason: str, judgement: Judgement, files: dict[str, Any]) -> None:
    """Move held files to the quarantine, with their findings in WHY.json.

    The folder is named by the set, so the same files held again take the same place.
    """
    target = unit.cache / "quarantine" / unit.id / name
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    unit.stage.rename(target)
    why = {
        "source": unit.id, "day": unit.today.isoformat(), "reason": reason,
        "action": "held back; the last good stays",
        "findings": [asdict(finding) for finding in judgement.findings], "files": files,
    }  # fmt: skip
    write_whole(target / "WHY.json", json.dumps(why, indent=1, ensure_ascii=False) + "\n")
    trim_quarantine(unit.cache)


def today_and_yesterday() -> tuple[date, date]:
    """Today and the day before, in UTC. A provider serves the file of a day only after that day."""
    today = datetime.now(UTC).date()
    return today, today - timedelta(days=1)
