"""Put accepted tables into the snapshot: in place of embedded ones, or beside them for live sources."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from layers.catalog import LAYERS
from layers.compose import derive_static
from layers.errors import SourceError
from pipelines.intake.ledger import accepted_folder, form_of, ledger_of, state_of
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
    """The snapshot with the accepted tables in it, and date and state of the sources that were fetched.

    A source is `live`. It is `held` or `stale` if its last fetch was held or refused, or if its content is
    older than it may be on `today`. It is `missing` if the content is much older, or if an accepted file is
    lost. An embedded table stays where nothing was accepted, or where what was accepted is lost. The table
    of a source that is not embedded is added to the tables of its layer.

    Raises
    ------
    SourceError
        If the ledger is damaged.
    """
    ledger = ledger_of(cache)
    feeds = {name: list(tables) for name, tables in embedded.feeds.items()}
    rows = {row["id"]: row for row in embedded.manifest["sources"]}
    states: dict[str, tuple[str, str]] = {}
    places: dict[str, int] = {}
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
        return embedded, states
    manifest = embedded.manifest | {"sources": list(rows.values())}
    # Layers that follow from a changed one are derived again. Only files of the others can be copied.
    anew = _following(changed)
    kept = {name: table for name, table in embedded.static.items() if name not in anew}
    static = derive_static(feeds, embedded.grids, kept) if anew & set(embedded.static) else embedded.static
    files = {name: path for name, path in embedded.files.items() if name not in anew}
    return replace(embedded, feeds=feeds, static=static, manifest=manifest, files=files), states


def _described(source: Source, table: pd.DataFrame) -> dict[str, Any]:
    """The row of the manifest of a source that is not embedded."""
    names = ("id", "feeds", "title", "publisher", "licence", "citation", "homepage", "made")
    crs = "EPSG:3413" if "geometry" in table else ""
    return {"crs": crs} | {name: getattr(source, name) for name in names}


def _feeding(sources: Sequence[Source]) -> list[Source]:
    """The embedded sources in their order, then the live ones."""
    return [source for state in ("embedded", "live") for source in sources if source.state == state]


def _following(changed: set[str]) -> set[str]:
    """Layers that changed, and all layers that are derived from them."""
    anew = set(changed)
    for layer in LAYERS:  # in order: a layer reads only layers above it
        if layer.derive and anew & set(inspect.signature(layer.derive).parameters):
            anew.add(layer.id)
    return anew


def standings(sources: Sequence[Source], cache: Path, today: date) -> dict[str, tuple[str, str]]:
    """Date and state, by id, of the embedded and live sources that were fetched.

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
    """Folder of the accepted files of a source, its date and its state; None if nothing was fetched.

    A live source of which nothing was ever accepted is not late: it was never there.
    """
    unit = form_of(source, ledger)
    if unit is None or not source.is_replaceable:
        return None
    if source.state == "live" and not ledger[unit].get("set"):
        return None
    try:
        return accepted_folder(cache, unit, ledger), *state_of(source, ledger[unit], today)
    except SourceError:
        return None, source.as_of, "missing"
