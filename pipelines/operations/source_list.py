"""The list of sources: rows for the command line, and the table of data_sources.md below its preface."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.intake.ledger import older_in_words
from pipelines.intake.replace_embedded import standings
from pipelines.sources import SOURCES
from pipelines.sources.planned import SOURCES as PLANNED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.picture import SourceNote

__all__ = ["private_rows", "source_rows", "table"]

MARK = "<!-- The table below is made by `python -m pipelines.operations.source_list`; do not edit it. -->"
PATH = Path(__file__).parents[2] / "data_sources.md"


def source_rows(today: date, cache: Path | None = None) -> list[dict[str, Any]]:
    """A row for each source, with its date, its state and its age in days on `today`.

    With a `cache` of fetched files, date and state are those of the accepted file. The age is `not held` for
    a source without data, and `model` for a source with a date in the future.

    Raises
    ------
    SourceError
        If the ledger of the cache is damaged.
    """
    accepted = {} if cache is None else standings(SOURCES, cache, today)
    rows = []
    for source in SOURCES:
        as_of, state = accepted.get(source.id, (source.as_of, source.unfetched))
        days = (today - date.fromisoformat(as_of)).days
        rows.append(
            {
                "id": source.id,
                "feeds": source.feeds,
                "title": source.title,
                "publisher": source.publisher,
                "licence": source.licence,
                "state": state,
                "as_of": as_of,
                "age": "not held" if state == "not_held" else f"{days} d" if days >= 0 else "model",
                "remark": older_in_words(source, as_of, state),
            }
        )
    return rows


def private_rows(notes: Sequence[SourceNote], today: date) -> list[dict[str, Any]]:
    """The rows of private layers in the list of sources, from the notes in their picture."""
    kept = ("id", "feeds", "title", "publisher", "licence", "state", "as_of", "remark")
    rows = [{name: getattr(note, name) for name in kept} for note in notes if note.state == "private"]
    return [row | {"age": f"{(today - date.fromisoformat(row['as_of'])).days} d"} for row in rows]


def table() -> str:
    """The generated part of data_sources.md, as Markdown."""
    head = "| source | feeds | title, publisher | licence | as of | state | what was done | taken from |"
    lines = [MARK, "", head, "|---|---|---|---|---|---|---|---|"]
    for source in SOURCES:
        taken = "; ".join(dict.fromkeys(f"`{p.name}` {p.version}" for p in source.packages))
        cells = (
            f"`{source.id}`", f"`{source.feeds}`", f"[{source.title}]({source.homepage}), {source.publisher}",
            source.licence, source.as_of, source.state, source.made, taken,
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    lines += [
        "",
        "Planned: these can be fetched and read. They feed no layer yet:",
        "",
    ]
    lines += [
        "| source | planned for | title, publisher | licence | as of | state | what was done |",
        "|---|---|---|---|---|---|---|",
    ]
    for source in PLANNED:
        link = f"[{source.title}]({source.homepage}), {source.publisher}"
        row = (
            f"`{source.id}`", source.planned_for, link, source.licence, source.as_of, source.state,
            source.made,
        )  # fmt: skip
        lines.append("| " + " | ".join(row) + " |")
    rows = (*SOURCES, *PLANNED)
    lines += ["", "Citations:", "", *(f"- `{s.id}`: {s.citation}" for s in rows), ""]
    return "\n".join(lines)


def main() -> None:
    """Write the table into data_sources.md, below the mark."""
    preface = PATH.read_text(encoding="utf-8").split(MARK)[0]
    PATH.write_text(preface + table(), encoding="utf-8")


if __name__ == "__main__":
    main()
