"""The text file and the licences that go with exported layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from maps.text import visible

if TYPE_CHECKING:
    from layers.picture import Picture
    from layers.schema import Layer

__all__ = ["about", "licences"]


def about(picture: Picture, left_out: str) -> str:
    """Text of ABOUT.txt: the sentence `left_out`, the caveats, and the sources with their licences.

    `left_out` says what the files do not contain.
    """
    lines = [
        f"Arctic picture: {picture.region.title}, {picture.scenario.title}, {picture.day.isoformat()}",
        left_out,
        "",
        *(f"{number}. {sentence}" for number, sentence in enumerate(picture.caveats, 1)),
        "",
    ]
    lines += [
        visible(f"{s.feeds}: {s.title}, {s.publisher}, {s.licence}, {s.as_of}, {s.state}, {s.homepage}")
        for s in picture.sources
    ]
    return "\n".join(lines) + "\n"


def licences(picture: Picture, layer: Layer) -> list[str]:
    """The licences of the sources that the rows of a layer name, sorted, each once."""
    licence_of = {source.id: source.licence for source in picture.sources}
    table = picture.tables[layer.id]
    source_ids = set(table["source_id"].dropna()) if "source_id" in table else set()
    return sorted({licence_of.get(source_id, "see ABOUT.txt") for source_id in source_ids})
