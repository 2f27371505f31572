"""Live sources: fetch, look, judge, and take a source's files whole or keep the last good ones.

A cache folder holds `accepted/<unit>/<id>/` (the files under the names the readers ask for),
`quarantine/` (what was held back, each with its reason) and `ledger.json`, which alone says what is
accepted: it changes by one rename. A unit is a source, or a part of one.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from layers.errors import SourceError, UsageError
from pipelines.files import locked
from pipelines.intake.checks import Finding, judge, judge_file
from pipelines.intake.sandbox import day_in_sandbox, read_in_sandbox
from pipelines.intake.sniff import sniff
from pipelines.snapshot import held_table
from pipelines.source import Inputs, MissingInputError, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from pipelines.intake.fetch import Fetcher
    from pipelines.snapshot import Snapshot
    from pipelines.source import Kind, Remote, Source

__all__ = [
    "FetchResult",
    "accepted_folder",
    "as_text",
    "embedded_table",
    "form_of",
    "fresh_until",
    "ledger_of",
    "refresh",
    "replace_embedded",
    "standings",
    "table_of",
    "today_and_yesterday",
    "told_of",
]

LEDGER, TABLE = "ledger.json", "table.parquet"
_SIZES_KEPT = 10
# How the picture calls a source whose last fetch was not taken.
_LATE = {"held": "held", "refused": "stale"}
# After how many times its `fresh_days` what a source said is gone, not only stale (convention).
_GONE_AFTER = 4
# Land and the land mask are made of the same file, and change with it: by `arctic-picture snapshot`.
_TOGETHER = frozenset({"natural_earth_countries"})


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
        """Whether the last good had to stay where something newer was asked for."""
        return self.state in {"held", "refused"}


def ledger_of(cache: Path) -> dict[str, Any]:
    """What is accepted, by unit; empty where nothing is.

    Raises
    ------
    SourceError
        If it cannot be read.
    """
    path = cache / LEDGER
    if not path.exists():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        msg = f"{path}: expected the ledger of accepted files, found {error}: delete it and fetch again"
        raise SourceError(msg) from error


def accepted_folder(cache: Path, unit: str, ledger: dict[str, Any]) -> Path | None:
    """Where the accepted files of a unit lie, each held to its hash.

    Raises
    ------
    SourceError
        If a file is gone or changed.
    """
    row = ledger.get(unit, {})
    if not row.get("set"):
        return None
    folder = cache / "accepted" / unit / row["set"]
    for file in row["files"].values():
        path = folder / file["file"]
        if not path.is_file() or sha256_of(path) != file["sha256"]:
            msg = f"{unit}, {file['file']}: expected the bytes that were accepted, found others: fetch again"
            raise SourceError(msg)
    return folder


def _units(sources: Sequence[Source], names: Sequence[str]) -> dict[str, tuple[Source, list[Remote]]]:
    """Units to fetch: of all sources, or of those named."""
    units: dict[str, tuple[Source, list[Remote]]] = {}
    for source in sources:
        for remote in source.remotes:
            unit = f"{source.id}.{remote.part}" if remote.part else source.id
            if not names or source.id in names or unit in names:
                units.setdefault(unit, (source, []))[1].append(remote)
    known = {source.id for source in sources if source.remotes}
    for name in names:
        if name not in {unit.split(".")[0] for unit in units} | set(units):
            msg = f"fetch: expected one of {', '.join(sorted(known))}, found {name!r}"
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
    report: Callable[[str, int, int | None], None] = lambda _file, _done, _total: None,
) -> list[FetchResult]:
    """Fetch the sources, judge what came, accept or keep; one row a unit.

    `names` are sources or units; `is_asked` says that a person named them. `day` is the day asked of
    products with a file a day. A first fetch is judged against the embedded table; `packages` holds
    what a reader needs besides.

    Raises
    ------
    UsageError
        If a name is none of a source that can be fetched.
    ExportError
        If another run fetches into the same cache.
    """
    units = _units(sources, names)
    cache.mkdir(parents=True, exist_ok=True)
    told = []
    with locked(cache):
        incoming = cache / "incoming"
        shutil.rmtree(incoming, ignore_errors=True)
        for unit, (source, remotes) in units.items():
            run = _Run(unit, source, cache, packages or cache.parent / "packages", today)
            told.append(
                _take(run, [remote.of(day) for remote in remotes], fetcher, bool(names) and is_asked, report)
            )
            shutil.rmtree(incoming, ignore_errors=True)
    return told


@dataclass(frozen=True, slots=True)
class _Run:
    """One unit on its way in."""

    unit: str
    source: Source
    cache: Path
    packages: Path
    today: date

    @property
    def stage(self) -> Path:
        return self.cache / "incoming" / self.unit

    @property
    def by_hand(self) -> Path:
        """What a person fetched, under the names the readers ask for."""
        return self.cache / "by_hand"


def _take(
    run: _Run,
    remotes: Sequence[Remote],
    fetcher: Fetcher,
    is_named: bool,  # noqa: FBT001
    report: Callable[[str, int, int | None], None],
) -> FetchResult:
    ledger = ledger_of(run.cache)
    row = ledger.get(run.unit, {})
    first = remotes[0]
    if first.kind == "page" and not (run.by_hand / first.file).is_file():
        said = f"no file address; a person fetches it from {first.url}"
        return FetchResult(run.unit, "by_hand", row.get("as_of"), said + f" to {run.by_hand / first.file}")
    if first.only_named and not is_named:
        return FetchResult(
            run.unit, "by_name", row.get("as_of"), f"{first.only_named}; fetched only when named"
        )
    try:
        before = accepted_folder(run.cache, run.unit, ledger)
    except SourceError:
        before, row = None, {}  # what was accepted is damaged: fetch it all anew
    try:
        files = _fetch_all(run, remotes, fetcher, row, before, report)
    except SourceError as error:
        told = _keep(run, ledger, "refused", str(error))
        return replace(told, may_pass=getattr(error, "may_pass", False))
    name = hashlib.sha256("".join(sorted(file["sha256"] for file in files.values())).encode()).hexdigest()[
        :16
    ]
    if name == row.get("set") and before:
        return _settle(run, ledger, row | {"files": files}, "unchanged", [])
    findings, as_of, rows, rows_before = _judged(run, remotes, files, row, before)
    held = [finding for finding in findings if finding.outcome == "hold"]
    if held:
        reason = "; ".join(f"{finding.rule}: {finding.found}" for finding in held)
        told = _keep(run, ledger, "held", f"{reason}: set apart in quarantine/{run.unit}/{name}")
        _quarantine(run, name, told.reason, findings, files)
        return told
    warned = [f"{finding.rule}: {finding.found}" for finding in findings]
    target = run.cache / "accepted" / run.unit / name
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    run.stage.rename(target)
    size = sum(file["size"] for file in files.values())
    fresh = {
        "set": name, "files": files, "as_of": as_of, "rows": rows,
        "sizes": [*row.get("sizes", []), size][-_SIZES_KEPT:],
    }  # fmt: skip
    state = "changed" if before else "new"
    told = _settle(run, ledger, fresh, state, warned, rows_before)
    for old in target.parent.iterdir():
        if old.name != name:
            shutil.rmtree(old)
    return told


def _fetch_all(
    run: _Run,
    remotes: Sequence[Remote],
    fetcher: Fetcher,
    row: dict[str, Any],
    before: Path | None,
    report: Callable[[str, int, int | None], None],
) -> dict[str, Any]:
    """All files of a unit in its stage, fetched or linked from the last set; rows of the ledger."""
    from pipelines.intake.fetch import Validators  # noqa: PLC0415  urllib3, for those who fetch

    files: dict[str, Any] = {}
    for remote in remotes:
        if remote.kind == "page":
            files[remote.url] = _handed(run, remote)
            continue
        last = row.get("files", {}).get(remote.url) if before else None
        seen = (
            Validators(last["etag"], last["last_modified"]) if last and last["file"] == remote.file else None
        )

        def tell(done: int, total: int | None, name: str = Path(remote.file).name) -> None:
            report(name, done, total)

        if remote.login:
            from pipelines.intake.logins import fetch_by_login  # noqa: PLC0415  for those who have an account

            got = fetch_by_login(remote, run.stage, fetcher, tell)
        else:
            got = fetcher.fetch(remote, run.stage, seen, tell)
        target = run.stage / remote.file
        target.parent.mkdir(parents=True, exist_ok=True)
        if got.path is None:
            assert before is not None  # noqa: S101  nothing was seen without it
            os.link(before / remote.file, target)
            files[remote.url] = dict(last or {})
            continue
        got.path.replace(target)
        files[remote.url] = {
            "file": remote.file, "sha256": got.sha256, "size": got.size, "from": got.url,
            "etag": got.seen.etag, "last_modified": got.seen.last_modified,
        }  # fmt: skip
    return files


def _handed(run: _Run, remote: Remote) -> dict[str, Any]:
    """A file that a person fetched, copied to the stage; its row of the ledger."""
    target = run.stage / remote.file
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(run.by_hand / remote.file, target)
    return {
        "file": remote.file, "sha256": sha256_of(target), "size": target.stat().st_size,
        "from": "by hand", "etag": "", "last_modified": "",
    }  # fmt: skip


def _judged(
    run: _Run, remotes: Sequence[Remote], files: dict[str, Any], row: dict[str, Any], before: Path | None
) -> tuple[list[Finding], str | None, int | None, int | None]:
    """Findings, content date, rows and rows before, of files and of the table read from them."""
    findings: list[Finding] = []
    days, rows, several = [], 0, _files_of(remotes)
    for remote in remotes:
        path = run.stage / remote.file
        kind = cast("Kind", path.suffix[1:]) if remote.kind == "page" else remote.kind
        try:
            facts = sniff(path, kind)
        except SourceError as error:
            return [Finding("kind", "hold", str(error))], None, None, row.get("rows")
        was = sniff(before / remote.file, kind) if before and (before / remote.file).exists() else None
        rows += facts.rows
        whole = len(remotes) == 1
        sizes = row.get("sizes", []) if whole else []
        told = judge_file(facts, was, path.stat().st_size, sizes, remote.at_least_rows)
        findings += _named(told, path.name)
    if any(remote.probe for remote in remotes):
        try:
            paths = [run.stage / remote.file for remote in remotes]
            day = day_in_sandbox(run.source.id, remotes[0].part, paths, run.stage / TABLE)
            days.append(day.isoformat())
            findings += _ice(run, remotes[0].part, day)
        except SourceError as error:
            findings += _named([Finding("read", "hold", str(error))], several)
    dated = max(days, default=None)
    # A grid is made of more than one unit's files: its parts are read by their probes.
    if run.source.read is None or run.source.feeds.startswith("grid:"):
        return findings + _dated(dated, row, run.today), dated, rows, row.get("rows")
    try:
        read_in_sandbox(run.source.id, run.stage, run.packages, run.stage / TABLE)
    except MissingInputError as error:
        findings += [] if dated else _outdated(files, row, run.source.as_of)
        findings.append(Finding("read", "warn", f"not read: {error}"))
        return findings, dated or run.source.as_of, rows, row.get("rows")
    except SourceError as error:
        return findings + _named([Finding("read", "hold", str(error))], several), dated, None, None
    new = _stored(run.stage / TABLE)
    last = before / TABLE if before else None
    old = _stored(last) if last and last.exists() else embedded_table(run.source)
    findings += _named(judge(run.source.id, new, old, run.today), several)
    own = str(new["as_of"].max())
    # One date for all rows, that of the embedded file, is all the reader knows.
    if (new["as_of"] == own).all() and own == run.source.as_of:
        if dated:
            findings += _dated(dated, row or {"as_of": own}, run.today)
            own = max(dated, own)
        else:
            findings += _outdated(files, row, own)
    return findings, own, len(new), None if old is None else len(old)


def _ice(run: _Run, part: str, day: date) -> list[Finding]:
    """What speaks against an ice field, beside the series and the grid of its month that were accepted."""
    from pipelines.intake.ice_checks import FIELDS, extent_of, judge_ice  # noqa: PLC0415

    if run.source.feeds != "grid:sea_ice" or part not in FIELDS:
        return []
    ledger = ledger_of(run.cache)

    def last(unit: str) -> pd.DataFrame | None:
        with suppress(SourceError):  # what was accepted is damaged: as if it were not there
            folder = accepted_folder(run.cache, unit, ledger)
            return _stored(folder / TABLE) if folder and (folder / TABLE).exists() else None
        return None

    series = last("nsidc_sea_ice_index")
    month = f"{run.source.id}.g02135_month"
    grid = last(month) if str(ledger.get(month, {}).get("as_of"))[:7] == f"{day:%Y-%m}" else None
    return judge_ice(
        part,
        _stored(run.stage / TABLE),
        day,
        held_table("nsidc_sea_ice_index") if series is None else series,
        None if grid is None else extent_of(grid),
    )


def _files_of(remotes: Sequence[Remote]) -> str:
    first = Path(remotes[0].file).name
    return f"{first} and {len(remotes) - 1} more" if len(remotes) > 1 else first


def _named(findings: Sequence[Finding], file: str) -> list[Finding]:
    """The findings, each with its file where it does not name one."""
    return [
        row if file.split(" and ", maxsplit=1)[0] in row.found else replace(row, found=f"{file}: {row.found}")
        for row in findings
    ]


def _stored(path: Path) -> pd.DataFrame:
    """A table that our own reader wrote."""
    import geopandas as gpd  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    table = pq.read_table(path)
    is_geographic = b"geo" in (table.schema.metadata or {})
    return gpd.read_parquet(path) if is_geographic else table.to_pandas()


def _accepted_table(source: Source, folder: Path, packages: Path) -> pd.DataFrame:
    """The table of accepted files, read anew with today's reader.

    Raises
    ------
    MissingInputError
        If the reader needs a file that is not at hand.
    """
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / TABLE
        read_in_sandbox(source.id, folder, packages, out)
        return _stored(out)


def table_of(source: Source, fetched: Path, packages: Path) -> pd.DataFrame:
    """The conformed table that a source reads from fetched files.

    Raises
    ------
    MissingInputError
        If it also needs a file that is not fetched and not at hand.
    SourceError, SchemaError
        If a file or the table is not as it must be.
    """
    from layers.catalog import LAYERS  # noqa: PLC0415
    from layers.schema import conform  # noqa: PLC0415

    layer = source.shape or {row.id: row for row in LAYERS}.get(source.feeds)
    if layer is None or source.read is None:
        msg = f"{source.id}: feeds a grid or nothing, which takes more than what is fetched"
        raise MissingInputError(msg)
    return conform(source.read(Inputs(packages=packages, fetched=fetched)), layer)


def embedded_table(source: Source) -> pd.DataFrame | None:
    """The table of a source in the embedded snapshot; None where it has none."""
    is_table = source.state == "embedded" and not source.feeds.startswith("grid:")
    return held_table(source.id) if is_table else None


def replace_embedded(
    held: Snapshot, sources: Sequence[Source], cache: Path, today: date, packages: Path | None = None
) -> tuple[Snapshot, dict[str, tuple[str, str]]]:
    """The snapshot with accepted tables in the place of embedded ones; date and state of their sources.

    A source is `live`; `held` or `stale` where its last fetch was held or refused, or its content is
    older than it may be on `today`; `missing` where it is much older, or what was accepted is lost. The
    embedded table stays where nothing was accepted, and stands where it is lost. The table of a source of
    which nothing is embedded is added to those that feed its layer.

    Raises
    ------
    SourceError
        If the ledger is damaged.
    """
    from layers.compose import derive_static  # noqa: PLC0415

    ledger = ledger_of(cache)
    feeds = {name: list(tables) for name, tables in held.feeds.items()}
    rows = {row["id"]: row for row in held.manifest["sources"]}
    told: dict[str, tuple[str, str]] = {}
    places: dict[str, int] = {}
    changed: set[str] = set()
    for source in _feeding(sources):
        place = places[source.feeds] = places.get(source.feeds, -1) + 1
        found = _standing(source, cache, ledger, today)
        if found is None:
            continue
        folder, as_of, state = found
        told[source.id] = as_of, state
        if folder is None:
            continue
        row = ledger[form_of(source, ledger) or source.id]
        try:
            table = _accepted_table(source, folder, packages or cache.parent / "packages")
        except MissingInputError:
            del told[source.id]  # its reader needs more than what is fetched: the embedded table stays
            continue
        if source.state == "embedded":
            feeds[source.feeds][place] = table
        else:
            feeds.setdefault(source.feeds, []).append(table)
        changed.add(source.feeds)
        rows[source.id] = rows.get(source.id, _described(source, table)) | {
            "rows": len(table), "as_of": as_of, "retrieved": row["checked"], "sha256": row["set"],
            "inputs": [{"url": url, **file} for url, file in row["files"].items()],
        }  # fmt: skip
    if not changed:
        return held, told
    manifest = held.manifest | {"sources": list(rows.values())}
    # What follows from the sources is made anew; only files of what did not change can be copied.
    anew = _following(changed)
    kept = {name: table for name, table in held.static.items() if name not in anew}
    static = derive_static(feeds, held.grids, kept) if anew & set(held.static) else held.static
    files = {name: path for name, path in held.files.items() if name not in anew}
    return replace(held, feeds=feeds, static=static, manifest=manifest, files=files), told


def _described(source: Source, table: pd.DataFrame) -> dict[str, Any]:
    """What a manifest says of a source of which nothing is embedded."""
    said = ("id", "feeds", "title", "publisher", "licence", "citation", "homepage", "made")
    crs = "EPSG:3413" if "geometry" in table else ""
    return {"crs": crs} | {name: getattr(source, name) for name in said}


def _feeding(sources: Sequence[Source]) -> list[Source]:
    """The embedded sources, in their order, then those that feed a layer where they were fetched."""
    return [source for state in ("embedded", "live") for source in sources if source.state == state]


def form_of(source: Source, ledger: dict[str, Any]) -> str | None:
    """The unit of the ledger that a table is read from: of forms of one table, the latest accepted.

    The parts of a grid are no forms of it: each holds some of its days.
    """
    parts = () if source.feeds.startswith("grid:") else (remote.part for remote in source.remotes)
    units = [source.id, *(f"{source.id}.{part}" for part in parts if part)]
    found = [unit for unit in units if unit in ledger]
    return max(found, key=lambda unit: (bool(ledger[unit].get("set")), _latest(ledger[unit])), default=None)


def _latest(row: dict[str, Any]) -> tuple[str, str]:
    return row.get("as_of") or "", row.get("checked") or ""


def _following(changed: set[str]) -> set[str]:
    """Layers that changed and all that are derived from them."""
    from layers.catalog import LAYERS  # noqa: PLC0415

    anew = set(changed)
    for layer in LAYERS:  # in order: a layer reads only layers above it
        if layer.derive and anew & set(inspect.signature(layer.derive).parameters):
            anew.add(layer.id)
    return anew


def standings(sources: Sequence[Source], cache: Path, today: date) -> dict[str, tuple[str, str]]:
    """Date and state, by id, of those embedded or live sources of which something was fetched.

    Raises
    ------
    SourceError
        If the ledger is damaged.
    """
    ledger = ledger_of(cache)
    found = {source.id: _standing(source, cache, ledger, today) for source in _feeding(sources)}
    return {name: standing[1:] for name, standing in found.items() if standing}


def _standing(
    source: Source, cache: Path, ledger: dict[str, Any], today: date
) -> tuple[Path | None, str, str] | None:
    """Where what was accepted of a source lies, its date and state; None where nothing was fetched.

    A source of which nothing is embedded is not late while nothing of it was accepted: it never was there.
    """
    unit = form_of(source, ledger)
    if unit is None or source.id in _TOGETHER:
        return None
    if source.state == "live" and not ledger[unit].get("set"):
        return None
    try:
        return accepted_folder(cache, unit, ledger), *told_of(source, ledger[unit], today)
    except SourceError:
        return None, source.as_of, "missing"


def told_of(source: Source, row: dict[str, Any], today: date) -> tuple[str, str]:
    """Date and state of a source by its row of the ledger, on `today`."""
    as_of = row.get("as_of") or source.as_of
    fresh = fresh_until(source, as_of)
    over = (today - date.fromisoformat(fresh)).days if fresh else 0
    if row.get("set") and over > (_GONE_AFTER - 1) * source.fresh_days:
        return as_of, "missing"
    if row.get("held"):
        return as_of, _LATE[row["held"]["state"]]
    return as_of, "stale" if over > 0 else "live"


def fresh_until(source: Source, as_of: str) -> str:
    """The last day on which content of `as_of` is fresh; empty where it never stales."""
    if not source.fresh_days:
        return ""
    return (date.fromisoformat(as_of) + timedelta(days=source.fresh_days)).isoformat()


def _dated(dated: str | None, row: dict[str, Any], today: date) -> list[Finding]:
    if dated and row.get("as_of") and dated < row["as_of"]:
        return [Finding("date", "hold", f"expected {row['as_of']} or later, found {dated}")]
    if dated and dated > (today + timedelta(days=1)).isoformat():
        return [Finding("date", "hold", f"expected days up to {today}, found {dated}")]
    return []


def _outdated(files: dict[str, Any], row: dict[str, Any], as_of: str) -> list[Finding]:
    """Hold undated content whose files were last changed before `as_of`, or before the accepted ones.

    `Last-Modified` is a date of the server's clock. It never dates content, which may be years older; it
    only bounds it: a file holds nothing later than its last change. A date that the server stated ahead
    of the day of the last check (`checked`) counts as that day, so that one wrong clock holds nothing.
    """
    changed, changed_before = _last_changed(files), _last_changed(row.get("files", {}))
    least = max(as_of, min(changed_before, row.get("checked", "")))
    if not changed or changed >= least:
        return []
    text = f"expected a file of {least} or later, found one last changed on {changed}"
    return [Finding("date", "hold", text)]


def _last_changed(files: dict[str, Any]) -> str:
    """The latest day in UTC on which a server says that one of the files changed; empty where none says."""
    days = []
    for file in files.values():
        with suppress(ValueError, TypeError):
            days.append(parsedate_to_datetime(file["last_modified"]).date().isoformat())
    return max(days, default="")


def _keep(run: _Run, ledger: dict[str, Any], state: str, reason: str) -> FetchResult:
    """The last good stays, with its date; since when and why it had to is written down."""
    row = ledger.setdefault(run.unit, {})
    stays = f"the last good of {row['as_of']} stays" if row.get("as_of") else "none was accepted before"
    reason = f"{reason}; {stays}"
    since = (row.get("held") or {}).get("since", run.today.isoformat())
    row["held"] = {"state": state, "since": since, "reason": reason}
    _write(run.cache, ledger)
    return FetchResult(run.unit, state, row.get("as_of"), reason, row.get("rows"), row.get("rows"))


def _settle(
    run: _Run,
    ledger: dict[str, Any],
    row: dict[str, Any],
    state: str,
    warned: Sequence[str],
    rows_before: int | None = None,
) -> FetchResult:
    ledger[run.unit] = row | {"held": None, "checked": run.today.isoformat(), "warnings": list(warned)}
    _write(run.cache, ledger)
    size = sum(file["size"] for file in row["files"].values())
    before = row["rows"] if state == "unchanged" else rows_before
    return FetchResult(run.unit, state, row["as_of"], "", row["rows"], before, size, tuple(warned))


def _write(cache: Path, ledger: dict[str, Any]) -> None:
    part = cache / f".{LEDGER}"
    with part.open("w", encoding="utf-8") as stream:
        json.dump(ledger, stream, indent=1, ensure_ascii=False, allow_nan=False, sort_keys=True)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(cache / LEDGER)


def _quarantine(
    run: _Run, name: str, reason: str, findings: Sequence[Finding], files: dict[str, Any]
) -> None:
    """Set held files apart with what was found; the same files again replace themselves."""
    target = run.cache / "quarantine" / run.unit / name
    shutil.rmtree(target, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    run.stage.rename(target)
    said = {
        "source": run.unit, "day": run.today.isoformat(), "reason": reason,
        "action": "held back; the last good stays", "findings": [asdict(f) for f in findings], "files": files,
    }  # fmt: skip
    text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
    (target / "WHY.json").write_text(text, encoding="utf-8")


def today_and_yesterday() -> tuple[date, date]:
    """Today and the day before in UTC: providers serve a day when it is over."""
    today = datetime.now(UTC).date()
    return today, today - timedelta(days=1)


def as_text(told: Sequence[FetchResult]) -> str:
    """A line a unit: state, rows before and now, date, reason and warnings."""
    lines = []
    for row in told:
        rows = "" if row.rows is None else f"{row.rows_before} -> {row.rows} rows"
        said = "; ".join(filter(None, (row.reason, *row.warnings)))
        lines.append(
            f"{row.source:34} {row.state:10} as of {row.as_of or 'unknown':10}  {rows}  {said}".rstrip()
        )
    return "\n".join(lines)
