"""Words of the print layouts of the QGIS project: status, subject, counts, caveats and sources."""

from __future__ import annotations

from calendar import month_name
from typing import TYPE_CHECKING

from maps.status import expression, promise
from maps.style import OVERLAP_FROM
from maps.text import literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.picture import Picture, SourceNote

__all__ = ["caveats", "counts", "credits_of", "publishers", "status", "subject"]


def status(picture: Picture) -> str:
    """The status by the clock of the reader, and the day until which the picture is good."""
    return f"{expression(picture)}. {promise(picture)}".removesuffix(". ")


def subject(picture: Picture) -> str:
    """Scenario and day, and in a second line the month of the ice and the late sources."""
    ice = f"Sea ice: {month_name[picture.day.month]}, median of 1981 to 2010; not today's ice."
    late = f" Late sources: {literal(', '.join(picture.late))}." if picture.late else ""
    return f"{literal(picture.scenario.title)}, {picture.day.isoformat()}.\n{ice}{late}"


def caveats(picture: Picture) -> str:
    """The caveats, a numbered line each."""
    return "\n".join(f"{n}. {literal(text)}" for n, text in enumerate(picture.caveats, start=1))


def counts(picture: Picture) -> str:
    """A sentence with the numbers of critical nodes and places, overlaps, and nodes decided by an unknown."""
    nodes = picture.tables.get("nodes")
    if nodes is None:
        return ""
    inside = nodes[nodes["scope"] != "context"]
    is_critical = inside["flag"].isin(["robust", "possible"])
    critical = inside[is_critical]
    overlap = int((~is_critical & (inside["overlap_probability"] >= OVERLAP_FROM)).sum())
    lacking = int((inside["flag"] == "insufficient_data").sum())
    return (
        f"{len(critical)} critical nodes in {critical['place_id'].nunique()} places, "
        f"{int((critical['flag'] == 'robust').sum())} robust; climate and defence overlap at {overlap} more; "
        f"an unknown alone decides at {lacking}."
    )


def credits_of(sources: Sequence[SourceNote]) -> str:
    """A line for each publisher and licence, then the titles of the sources that are not held."""
    by_terms: dict[tuple[str, str], list[str]] = {}
    for note in sources:
        if note.state != "not_held":
            title = note.title if note.state == "embedded" else f"{note.title} ({note.state})"
            by_terms.setdefault((note.publisher, note.licence), []).append(f"{title}, {note.as_of}")
    lines = [
        literal(f"{publisher} [{licence}]: {'; '.join(titles)}.")
        for (publisher, licence), titles in by_terms.items()
    ]
    lacking = [literal(note.title) for note in sources if note.state == "not_held"]
    return "\n".join(lines + ([f"Not held: {'; '.join(lacking)}."] if lacking else []))


def publishers(sources: Sequence[SourceNote]) -> str:
    """The publishers of the sources that are held, with their licences."""
    held = dict.fromkeys((note.publisher, note.licence) for note in sources if note.state != "not_held")
    return "; ".join(literal(f"{publisher} [{licence}]") for publisher, licence in held) + "."
