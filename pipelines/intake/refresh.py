"""Fetch live sources: accept the files of a unit whole, or keep the last accepted ones.

A unit is a source, or a part of one. A cache folder holds `accepted/<unit>/<set>/` (files under the names
that the readers ask for), `quarantine/` (files that were held, each with the reason) and the ledger
(pipelines.intake.ledger).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.errors import SourceError, UsageError
from pipelines.files import locked
from pipelines.intake.fetch import Validators
from pipelines.intake.ledger import accepted_folder, ledger_of, write_ledger
from pipelines.intake.logins import fetch_by_login
from pipelines.intake.unit_checks import Judgement, Unit, judge_unit
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipelines.intake.fetch import Fetcher
    from pipelines.source import Remote, Source

    Report = Callable[[str, int, int | None], None]

__all__ = ["FetchResult", "as_text", "refresh", "today_and_yesterday", "units_of"]

_SIZES_KEPT = 10


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What became of a unit: new, changed, unchanged, held, refused, by_hand or by_name, and why."""

    source: str
    state: str
    as_of: str | None
    reason: str = ""
    rows: int | None = None
    rows_before: int | None = None
    size: int = 0
    warnings: tuple[str, ...] = ()
    may_pass: bool = False  # refused by a server that was busy or not reached

    @property
    def is_late(self) -> bool:
        """Whether the last accepted files had to stay."""
        return self.state in {"held", "refused"}


def units_of(sources: Sequence[Source], names: Sequence[str]) -> dict[str, tuple[Source, list[Remote]]]:
    """Source and remotes by unit: of all sources, or of the sources and units in `names`.

    Raises
    ------
    UsageError
        If a name is neither.
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
    packages: Path | None = None,
    report: Report = lambda _file, _done, _total: None,
) -> list[FetchResult]:
    """Fetch the sources, judge the files, accept or keep; one result a unit.

    `names` are sources or units; `is_asked` says that a person named them. `day` is the day to fetch of
    products with a file a day. A first fetch is judged against the embedded table. `packages` holds what a
    reader needs besides.

    Raises
    ------
    UsageError
        If a name is not that of a source that can be fetched.
    ExportError
        If another run fetches into the same cache.
    """
    units = units_of(sources, names)
    cache.mkdir(parents=True, exist_ok=True)
    results = []
    with locked(cache):
        incoming = cache / "incoming"
        shutil.rmtree(incoming, ignore_errors=True)
        for name, (source, remotes) in units.items():
            unit = Unit(name, source, cache, packages or cache.parent / "packages", today)
            of_day = [remote.of(day) for remote in remotes]
            results.append(
                _left_out(unit, of_day[0], is_named=bool(names) and is_asked)
                or _take(unit, of_day, fetcher, report)
            )
            shutil.rmtree(incoming, ignore_errors=True)
    return results


def _left_out(unit: Unit, first: Remote, *, is_named: bool) -> FetchResult | None:
    """The result of a unit that waits for a person, who fetches or names it; None of any other."""
    as_of = ledger_of(unit.cache).get(unit.id, {}).get("as_of")
    if first.kind == "page" and not (unit.by_hand / first.file).is_file():
        reason = f"no file address; a person fetches it from {first.url} to {unit.by_hand / first.file}"
        return FetchResult(unit.id, "by_hand", as_of, reason)
    if first.only_named and not is_named:
        return FetchResult(unit.id, "by_name", as_of, f"{first.only_named}; fetched only when named")
    return None


def _take(unit: Unit, remotes: Sequence[Remote], fetcher: Fetcher, report: Report) -> FetchResult:
    """Fetch and judge the files of a unit; accept them, or keep the last accepted ones."""
    ledger = ledger_of(unit.cache)
    row = ledger.get(unit.id, {})
    try:
        before = accepted_folder(unit.cache, unit.id, ledger)
    except SourceError:
        before, row = None, {}  # accepted files are damaged: fetch all of them again
    try:
        files = _fetch_all(unit, remotes, fetcher, row, before, report)
    except SourceError as error:
        result = _keep(unit, ledger, "refused", str(error))
        return replace(result, may_pass=getattr(error, "may_pass", False))
    hashes = "".join(sorted(file["sha256"] for file in files.values()))
    name = hashlib.sha256(hashes.encode()).hexdigest()[:16]
    if name == row.get("set") and before:
        return _settle(unit, ledger, row | {"files": files}, "unchanged", row["rows"], [])
    judgement = judge_unit(unit, remotes, files, row, before)
    reasons = [f"{finding.rule}: {finding.found}" for finding in judgement.findings]
    holds = [finding.outcome == "hold" for finding in judgement.findings]
    if any(holds):
        reason = "; ".join(text for text, is_hold in zip(reasons, holds, strict=True) if is_hold)
        result = _keep(unit, ledger, "held", f"{reason}: set apart in quarantine/{unit.id}/{name}")
        _quarantine(unit, name, result.reason, judgement, files)
        return result
    fresh = {
        "set": name, "files": files, "as_of": judgement.as_of, "rows": judgement.rows,
        "sizes": [*row.get("sizes", []), sum(file["size"] for file in files.values())][-_SIZES_KEPT:],
    }  # fmt: skip
    target = _accept(unit, name)
    result = _settle(unit, ledger, fresh, "changed" if before else "new", judgement.rows_before, reasons)
    for old in target.parent.iterdir():
        if old.name != name:
            shutil.rmtree(old)
    return result


def _accept(unit: Unit, name: str) -> Path:
    """Move the staged files to their place; the ledger does not name them yet."""
    target = unit.cache / "accepted" / unit.id / name
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    unit.stage.rename(target)
    return target


def _fetch_all(
    unit: Unit,
    remotes: Sequence[Remote],
    fetcher: Fetcher,
    row: dict[str, Any],
    before: Path | None,
    report: Report,
) -> dict[str, Any]:
    """Put all files of a unit into its stage, fetched or linked from the last set; rows of the ledger."""
    files: dict[str, Any] = {}
    for remote in remotes:
        if remote.kind == "page":
            files[remote.url] = _copy_by_hand(unit, remote)
            continue
        last = row.get("files", {}).get(remote.url) if before else None
        seen = (
            Validators(last["etag"], last["last_modified"]) if last and last["file"] == remote.file else None
        )

        def progress(done: int, total: int | None, name: str = Path(remote.file).name) -> None:
            report(name, done, total)

        if remote.login:
            fetched = fetch_by_login(remote, unit.stage, fetcher, progress)
        else:
            fetched = fetcher.fetch(remote, unit.stage, seen, progress)
        target = unit.stage / remote.file
        target.parent.mkdir(parents=True, exist_ok=True)
        if fetched.path is None:
            assert before is not None  # noqa: S101  nothing is unchanged without a set before
            os.link(before / remote.file, target)
            files[remote.url] = dict(last or {})
            continue
        fetched.path.replace(target)
        files[remote.url] = {
            "file": remote.file, "sha256": fetched.sha256, "size": fetched.size, "from": fetched.url,
            "etag": fetched.seen.etag, "last_modified": fetched.seen.last_modified,
        }  # fmt: skip
    return files


def _copy_by_hand(unit: Unit, remote: Remote) -> dict[str, Any]:
    """Copy to the stage the file that a person fetched; its row of the ledger."""
    target = unit.stage / remote.file
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(unit.by_hand / remote.file, target)
    return {
        "file": remote.file, "sha256": sha256_of(target), "size": target.stat().st_size,
        "from": "by hand", "etag": "", "last_modified": "",
    }  # fmt: skip


def _keep(unit: Unit, ledger: dict[str, Any], state: str, reason: str) -> FetchResult:
    """Keep the last accepted files with their date, and write down since when and why."""
    row = ledger.setdefault(unit.id, {})
    stays = f"the last good of {row['as_of']} stays" if row.get("as_of") else "none was accepted before"
    reason = f"{reason}; {stays}"
    since = (row.get("held") or {}).get("since", unit.today.isoformat())
    row["held"] = {"state": state, "since": since, "reason": reason}
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
    """Write the row of an accepted set into the ledger."""
    ledger[unit.id] = row | {"held": None, "checked": unit.today.isoformat(), "warnings": list(warnings)}
    write_ledger(unit.cache, ledger)
    size = sum(file["size"] for file in row["files"].values())
    return FetchResult(unit.id, state, row["as_of"], "", row["rows"], rows_before, size, tuple(warnings))


def _quarantine(unit: Unit, name: str, reason: str, judgement: Judgement, files: dict[str, Any]) -> None:
    """Set held files apart with their findings; the same files again replace themselves."""
    target = unit.cache / "quarantine" / unit.id / name
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    unit.stage.rename(target)
    why = {
        "source": unit.id, "day": unit.today.isoformat(), "reason": reason,
        "action": "held back; the last good stays",
        "findings": [asdict(finding) for finding in judgement.findings], "files": files,
    }  # fmt: skip
    (target / "WHY.json").write_text(json.dumps(why, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def today_and_yesterday() -> tuple[date, date]:
    """Today and the day before in UTC. Providers serve a day when it is over."""
    today = datetime.now(UTC).date()
    return today, today - timedelta(days=1)


def as_text(results: Sequence[FetchResult]) -> str:
    """One line a unit: state, date, rows before and now, reason and warnings."""
    lines = []
    for row in results:
        rows = "" if row.rows is None else f"{row.rows_before} -> {row.rows} rows"
        notes = "; ".join(filter(None, (row.reason, *row.warnings)))
        lines.append(
            f"{row.source:34} {row.state:10} as of {row.as_of or 'unknown':10}  {rows}  {notes}".rstrip()
        )
    return "\n".join(lines)
