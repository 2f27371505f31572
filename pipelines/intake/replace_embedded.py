"""Put accepted tables into the snapshot.

The table of an embedded source replaces the embedded one. The table of a live source is added.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from layers.compose import derive_static, following
from layers.errors import SourceError
from pipelines.intake.ledger import accepted_folder, digest_of_set, form_of, is_older, ledger_of, state_of
from pipelines.intake.tables import accepted_table
from pipelines.source import MissingInputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    import pandas as pd

    from pipelines.snapshot import Snapshot
    from pipelines.source import Source

__all__ = ["replace_embedded", "standings"]


def replace_embedded(
    embedded: Snapshot, sources: Sequence[Source], cache: Path, today: date, packages: Path | None = None
) -> tuple[Snapshot, dict[str, tuple[str, str]]]:
    """The snapshot with the accepted tables in it, and (date, state) by id of the sources in use.

    The table of an embedded source replaces the embedded table. The table of a source of kind `live` is added
    to the tables of its layer. Layers that follow from a changed layer are derived again. An embedded table
    stays where nothing was accepted, where an accepted file is lost, or where the reader needs more files
    than those that were fetched. `packages` holds the package members that some readers need as well
    (pipelines.source.Inputs); by default it is `packages` beside `cache`.

    The second result is that of `standings`, without the sources whose reader needs more files.

    Raises
    ------
    SourceError
        If the ledger is damaged.
    """
    ledger = ledger_of(cache)
    feeds = {name: list(tables) for name, tables in embedded.feeds.items()}
    rows = {row["id"]: row for row in embedded.manifest["sources"]}
    states: dict[str, tuple[str, str]] = {}
    places: dict[str, int] = {}  # index of the source's table by layer: tables have the order of the sources
    changed: set[str] = set()
    for source in _feeding(sources):
        place = places[source.feeds] = places.get(source.feeds, -1) + 1
        standing = _standing(source, cache, ledger, today)
        if standing is None:
            continue
        folder, as_of, state = standing
        states[source.id] = as_of, state
        if folder is None:
            continue
        row = ledger[form_of(source, ledger) or source.id]
        try:
            table = accepted_table(source, folder, packages or cache.parent / "packages")
        except MissingInputError:
            del states[source.id]  # its reader needs more than what is fetched: the embedded table stays
            continue
        if row.get("issued"):
            table = table.assign(as_of=row["issued"])  # the reader found no date
        if source.state == "embedded":
            feeds[source.feeds][place] = table
        else:
            feeds.setdefault(source.feeds, []).append(table)
        changed.add(source.feeds)
        rows[source.id] = rows.get(source.id, _described(source, table)) | {
            "rows": len(table), "as_of": as_of, "retrieved": row["checked"], **_content_of(row),
            "inputs": [{"url": url, **file} for url, file in row["files"].items()],
        }  # fmt: skip
    if not changed:
        return embedded, states
    manifest = embedded.manifest | {"sources": list(rows.values())}
    # The stored files of a changed or derived layer hold the embedded rows, so they are no longer listed.
    anew = following(changed)
    kept = {name: table for name, table in embedded.static.items() if name not in anew}
    static = derive_static(feeds, embedded.grids, kept) if anew & set(embedded.static) else embedded.static
    files = {name: path for name, path in embedded.files.items() if name not in anew}
    return replace(embedded, feeds=feeds, static=static, manifest=manifest, files=files), states


def _content_of(row: dict[str, Any]) -> dict[str, Any]:
    """Bytes and hash of the accepted files of a unit, which take the place of those of the embedded file.

    Several files have the sum of their bytes, and the hash of their sorted hashes, by which a set is named.
    """
    files = list(row["files"].values())
    digest = files[0]["sha256"] if len(files) == 1 else digest_of_set(files)
    return {
        "file": ", ".join(file["file"] for file in files),
        "bytes": sum(file["size"] for file in files),
        "sha256": digest,
    }


def _described(source: Source, table: pd.DataFrame) -> dict[str, Any]:
    """The row of the manifest for a source that the embedded manifest does not list."""
    names = ("id", "feeds", "title", "publisher", "licence", "citation", "homepage", "made")
    crs = "EPSG:3413" if "geometry" in table else ""
    return {"crs": crs} | {name: getattr(source, name) for name in names}


def _feeding(sources: Sequence[Source]) -> list[Source]:
    """The embedded sources in their order, then the sources of kind `live`."""
    return [source for state in ("embedded", "live") for source in sources if source.state == state]


def standings(sources: Sequence[Source], cache: Path, today: date) -> dict[str, tuple[str, str]]:
    """(date, state) on `today` by id of the embedded and live sources that were fetched at least once.

    A live source of which nothing was ever accepted is left out, and so is a source with `is_replaceable`
    false. No table is read. The state of a source, not to be confused with its kind, is the first of these:

    - `missing` if an accepted file is lost, or if the content of a live source is far too old
      (pipelines.intake.ledger.state_of);
    - `held` if a check held the files of the last fetch;
    - `stale` if the last fetch was refused, or if the content is older than `fresh_days`;
    - `live` in all other cases.

    Raises
    ------
    SourceError
        If the ledger is damaged.
    """
    ledger = ledger_of(cache)
    rows = {source.id: _standing(source, cache, ledger, today) for source in _feeding(sources)}
    return {name: standing[1:] for name, standing in rows.items() if standing}


def _standing(
    source: Source, cache: Path, ledger: dict[str, Any], today: date
) -> tuple[Path | None, str, str] | None:
    """Folder of the accepted files of a source, its date and its state; None if the source is left out.

    The folder is None if nothing was accepted or if an accepted file is lost. `standings` says which
    sources are left out.
    """
    unit = form_of(source, ledger)
    if unit is None or not source.is_replaceable:
        return None
    # The picture never had content of this source, so it has nothing to call late.
    if source.state == "live" and not ledger[unit].get("set"):
        return None
    row = ledger[unit]
    # Accepted under an earlier version of this program, which embeds a later issue by now.
    if row.get("set") and not row.get("issued") and is_older(source, row.get("as_of") or source.as_of):
        return None
    try:
        return accepted_folder(cache, unit, ledger), *state_of(source, ledger[unit], today)
    except SourceError:
        return None, source.as_of, "missing"
