"""The commands on sources: sources, fetch and snapshot."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from layers.errors import UsageError
from pipelines.commands.arguments import CACHE, Cache, Json, readable, writable_folder
from pipelines.commands.terminal import bytes_progress, print_result, print_warning, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.intake.fetch_results import FetchResult

__all__ = ["fetch", "fetched", "snapshot", "sources"]


def sources(
    cache: Annotated[
        Path | None, typer.Option(help="Where fetched files are kept, whose dates are listed.")
    ] = None,
    private: Annotated[
        Path | None, typer.Option(help="Folder of your own layers: adds how many of their rows are taken.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """List every source with its layer, state, date, age and licence.

    The exit code is 10 if a fetched source is stale, held back or missing.
    """
    from layers.picture import LATE
    from pipelines.intake.ledger import LEDGER
    from pipelines.operations.source_list import source_rows
    from pipelines.text_table import paragraph, text_table

    folder = CACHE if cache is None else readable(cache, "--cache", is_folder=True)
    if cache is not None and not (folder / LEDGER).is_file():
        msg = f"--cache: expected a folder of fetched files with {LEDGER}, found none at {cache}: run 'fetch'"
        raise UsageError(msg)
    today = datetime.now(UTC).date()
    rows = source_rows(today, folder)
    if private is not None:
        rows += _private(private, today)
    headings = {"id": "source", "feeds": "feeds", "printed_state": "state",
                "printed_date": "as of", "age": "age",
                "licence": "licence"}  # fmt: skip
    print_result(
        {"sources": rows},
        as_json=as_json,
        text=lambda: "\n".join([
            text_table(list(map(_as_printed, rows)), headings, right=("age",)),
            *(paragraph(f"{row['title']}: {row['remark']}") for row in rows if row["remark"]),
        ]),
    )  # fmt: skip
    # 10 means: the result is there, but a source is late.
    if any(row["state"] in LATE for row in rows):
        raise typer.Exit(10)


def _private(folder: Path, today: date) -> list[dict[str, Any]]:
    """The rows of the private layers in a folder, for the largest region."""
    from layers.regions import REGIONS
    from pipelines.operations.source_list import private_rows
    from pipelines.picture.private import cut_to, notes_of, read_private

    return private_rows(notes_of([cut_to(one, REGIONS[0]) for one in read_private(folder)]), today)


def _as_printed(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the list as a reader sees it: a model has years and no date of its own."""
    printed_date = "model" if row["age"] == "model" else row["as_of"]
    age = "" if row["age"] in {"model", "not held"} else row["age"]
    return row | {"printed_date": printed_date, "printed_state": row["state"].replace("_", " "), "age": age}


def fetch(
    sources: Annotated[list[str] | None, typer.Argument(help="Sources; default: all that may be.")] = None,
    cache: Cache = CACHE,
    base_url: Annotated[
        str, typer.Option(help="One mirror for every host, laid out as URL/<host>/<path>.")
    ] = "",
    day: Annotated[str | None, typer.Option(help="Day of products with a file a day.")] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(help="A file of the provider on this machine, or a folder of them; needs its source."),
    ] = None,
    from_mirror: Annotated[
        Path | None, typer.Option(help="Folder laid out by host and path, in place of any network.")
    ] = None,
    issued: Annotated[
        str | None,
        typer.Option(help="Date that --file holds for, where it states none; may be an older one."),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Fetch the sources into the cache, and list what changed and what was refused, with the reason."""
    from pipelines.intake.fetch_results import as_text
    from pipelines.intake.on_disk import files_in

    try:
        moment = None if day is None else datetime.fromisoformat(day)  # some files are named by their minute
    except ValueError as error:
        msg = f"--day: expected a date such as 2026-03-01, found {day!r}"
        raise UsageError(msg) from error
    given = [path for one in file or () for path in files_in(one)]
    if file and (not given or len(sources or ()) != 1):
        found = f"no file at {file[0]}" if not given else f"{len(sources or ())} sources"
        msg = f"--file: expected one source and its file, as in fetch SOURCE --file PATH, found {found}"
        raise UsageError(msg)
    results = fetched(
        cache, base_url, from_mirror, moment, sources or (), given, _issued(issued, is_file=bool(file))
    )
    text = as_text(results)
    print_result({"sources": [asdict(row) for row in results]}, as_json=as_json, text=text)
    # 10 means: the result is there, but a source is late; or nobody could be asked for any.
    is_in_vain = any(row.state == "not_asked" for row in results) and not any(
        row.is_accepted for row in results
    )
    if is_in_vain or any(row.is_late for row in results):
        raise typer.Exit(10)


def _issued(text: str | None, *, is_file: bool) -> date | None:
    """The date of the option --issued; raises UsageError if it cannot be used."""
    if text is None:
        return None
    if not is_file:
        msg = "--issued: expected --file as well, found none: it is the date that the file holds for"
        raise UsageError(msg)
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        msg = f"--issued: expected a date such as 2023-07-01, found {text!r}"
        raise UsageError(msg) from error
    if day > datetime.now(UTC).date():
        msg = f"--issued: expected a day up to today, found {text}"
        raise UsageError(msg)
    return day


def fetched(
    cache: Path,
    base_url: str,
    from_mirror: Path | None = None,
    day: date | None = None,
    names: Sequence[str] = (),
    given: Sequence[Path] = (),
    issued: date | None = None,
) -> list[FetchResult]:
    """Fetch sources into the folder `cache`, with progress on the terminal; returns a result for each.

    `base_url` is a mirror for every host, empty for none. `from_mirror` is a folder laid out by host and
    path, in place of any network. If there is no network, one warning says so. `day` is the day of products
    with one file per day; the default is yesterday. `names` are the sources to fetch, empty for all. `given`
    are files on this machine that are taken instead of a fetch, `issued` the date that they hold for.
    """
    from pipelines.intake.fetch import Fetcher
    from pipelines.intake.reach import fetcher_for
    from pipelines.intake.refresh import refresh, today_and_yesterday, units_of
    from pipelines.sources import FETCHABLE

    today, yesterday = today_and_yesterday()
    writable_folder(cache, "--cache", make=False)
    chosen_sources = {source.id: source for source, _ in units_of(FETCHABLE, names).values()}
    fetcher = Fetcher(base_url)
    if not given:
        say("looks for a network")
        reach = fetcher_for(list(chosen_sources.values()), base_url, from_mirror)
        fetcher = reach.fetcher
        if reach.warning:
            print_warning(reach.warning)
    say("reads the files" if given else "fetches sources")
    with bytes_progress() as report:
        return refresh(
            FETCHABLE,
            cache,
            fetcher,
            today=today,
            day=day or yesterday,
            names=names,
            given=given,
            issued=issued,
            report=report,
        )


def snapshot(
    cache: Annotated[Path, typer.Option(help="Where downloaded packages are kept.")] = Path("cache/packages"),
    provider_files: Annotated[
        Path | None, typer.Option(help="Files of the providers, laid out as in data_sources.md.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Rebuild only this source; may be given several times.")
    ] = None,
    *,
    static: Annotated[
        bool, typer.Option("--static", help="Only derive again what follows from the embedded sources.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Rebuild the embedded snapshot from pinned packages, provider files and our own tables."""
    from maps.web.ice_record import ICE_RECORD
    from maps.web.outlines import OUTLINES
    from pipelines.files import replacing
    from pipelines.snapshot.make import make, make_ice_record, make_outlines, make_standing
    from pipelines.sources import SOURCES

    ids = [row.id for row in SOURCES if row.state == "embedded"]
    if strange := [name for name in source or () if name not in ids]:
        msg = f"--source: expected an embedded source, found {strange[0]!r}: 'sources' lists them"
        raise UsageError(msg)
    if provider_files is not None:
        readable(provider_files, "--provider-files", is_folder=True)
    lines: list[str] = []

    def report(line: str) -> None:
        lines.append(line)
        say(line)

    if static:
        say("derives what follows from the embedded sources")
        manifest = make_standing(SOURCES)
    else:
        manifest = make(
            SOURCES,
            cache=writable_folder(cache, "--cache"),
            provider_files=provider_files,
            retrieved=datetime.now(UTC).date(),
            only=source or (),
            report=report,
        )
    say("writes the outlines of the map")
    for path, content in ((OUTLINES, make_outlines(SOURCES)), (ICE_RECORD, make_ice_record(SOURCES))):
        with replacing(path) as part:
            part.write_bytes(content)
    result = {"bytes": manifest["bytes"], "sources": len(manifest["sources"]), "said": lines}
    print_result(result, as_json=as_json, text="\n".join([*lines, f"{manifest['bytes']} bytes in all"]))
