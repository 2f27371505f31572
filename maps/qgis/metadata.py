"""Metadata of the layers in the QGIS project: sources, licences, dates, and titles with states of sources."""

from __future__ import annotations

import inspect
from calendar import monthrange
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from maps.status import promise
from maps.text import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from layers.picture import Picture, SourceNote
    from layers.schema import Layer

__all__ = [
    "computed_from",
    "layer_title",
    "project_metadata",
    "resource_metadata",
    "sources_of_grid",
    "sources_of_layer",
    "title_with_state",
]

# States of a source that a title does not mention. A source that is not held is not late: it is a gap.
_SOUND = frozenset({"embedded", "live", "user-supplied", "not_held"})


def sources_of_grid(source: str, picture: Picture) -> tuple[SourceNote, ...]:
    """The sources of the grid with the id `source`, such as `land`."""
    return tuple(note for note in picture.sources if note.feeds == f"grid:{source}")


def sources_of_layer(layer: Layer, picture: Picture) -> tuple[SourceNote, ...]:
    """The sources that feed a layer, and the sources that its rows name."""
    table = picture.tables[layer.id]
    source_ids = set(table["source_id"].dropna().unique()) if "source_id" in table else set()
    return tuple(note for note in picture.sources if note.feeds == layer.id or note.id in source_ids)


def title_with_state(title: str, notes: Iterable[SourceNote], rows: int = 1) -> str:
    """A title with the states of the late sources among `notes`, and with the word empty if `rows` is 0."""
    late = {
        note.state: note.as_of for note in sorted(notes, key=lambda n: n.as_of) if note.state not in _SOUND
    }
    notes_in_words = [f"{state.replace('_', ' ')}, as of {day}" for state, day in late.items()]
    notes_in_words += [] if rows else ["empty"]
    return literal(f"{title} ({'; '.join(notes_in_words)})" if notes_in_words else title)


def layer_title(layer: Layer, picture: Picture, notes: Iterable[SourceNote]) -> str:
    """The title of a layer with the states of its late sources. `notes` are its sources."""
    return title_with_state(layer.title, notes, len(picture.tables[layer.id]))


def computed_from(layer: Layer, picture: Picture) -> tuple[str, ...]:
    """A sentence about the inputs of a computed layer; empty for a layer of facts."""
    if layer.derive is None:
        return ()
    titles = {one.id: one.title for one in picture.layers}
    names = list(inspect.signature(layer.derive).parameters)
    inputs = [titles.get(name, name.replace("_", " ")) for name in names]
    return (f"Computed by arctic-picture from: {'; '.join(inputs)}.",)


def resource_metadata(
    name: str, title: str, note: str, pillar: str, notes: Sequence[SourceNote], inputs: Sequence[str],
    picture: Picture,
) -> Element:  # fmt: skip
    """The element `resourceMetadata` of a layer: publishers, licences, dates and history.

    `name` becomes the identifier, `note` the abstract and `pillar` the keyword (empty for none). `notes` are
    the sources of the layer. `inputs` are the sentences of `computed_from`.
    """
    element = Element("resourceMetadata")
    _texts(element, {
        "identifier": f"arctic-picture/{name}",
        "parentidentifier": "arctic-picture",
        "language": "en",
        "type": "dataset",
        "title": title,
        "abstract": f"{note} {picture.caveats[1]}".strip(),
    })  # fmt: skip
    if pillar:
        _texts(SubElement(element, "keywords", vocabulary="pillar"), {"keyword": pillar})
    for who in dict.fromkeys(one.publisher for one in notes):
        contact = SubElement(element, "contact")
        _texts(contact, {"name": who, "organization": who, "role": "publisher"})
    links = SubElement(element, "links")
    for one in notes:
        # QGIS shows a link as clickable, so other schemes are left out.
        if one.homepage.startswith(("https://", "http://")):
            SubElement(
                links, "link", name=literal(one.id), type="WWW:LINK", url=literal(one.homepage),
                description=literal(one.title), format="", mimeType="", size="",
            )  # fmt: skip
    history = [
        f"{one.title}, {one.publisher}: as of {one.as_of}, {one.state.replace('_', ' ')}." for one in notes
    ]
    for text in [*history, *inputs]:
        _texts(element, {"history": text})
    for text in dict.fromkeys(one.citation for one in notes):
        _texts(element, {"rights": text})
    for text in dict.fromkeys(one.licence for one in notes):
        _texts(element, {"license": text})
    days = sorted(one.as_of for one in notes if one.state != "not_held") or [picture.day.isoformat()]
    period = SubElement(SubElement(SubElement(element, "extent"), "temporal"), "period")
    _texts(period, {"start": f"{_first_day(days[0])}T00:00:00Z", "end": f"{_last_day(days[-1])}T00:00:00Z"})
    return element


def _first_day(date: str) -> str:
    """The first day of a date that is a day, a month or a year, ISO 8601."""
    return f"{date}-01-01"[:10]


def _last_day(date: str) -> str:
    """The last day of a date that is a day, a month or a year, ISO 8601."""
    if len(date) == len("2026-11-29"):
        return date
    year, month = (int(part) for part in f"{date}-12"[:7].split("-"))
    return f"{year}-{month:02d}-{monthrange(year, month)[1]}"


def _texts(element: Element, texts: dict[str, str]) -> None:
    for tag, text in texts.items():
        SubElement(element, tag).text = literal(text)


def project_metadata(element: Element, picture: Picture, title: str) -> None:
    """Fill the element `projectMetadata`: title, status, caveats and day."""
    _texts(element, {
        "identifier": "arctic-picture",
        "language": "en",
        "type": "dataset",
        "title": title,
        "abstract": "\n".join((f"{picture.status}. {promise(picture)}".rstrip(), *picture.caveats)),
        "author": "arctic-picture",
        "creation": f"{picture.day.isoformat()}T00:00:00",
    })  # fmt: skip
