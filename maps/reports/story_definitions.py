"""How a site is judged, in plain words with the values at which a class turns, and the words of the trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from maps.reports.html_document import tag

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

    from maps.reports.citations import Cell
    from maps.reports.story_parts import Story

__all__ = ["definitions", "words_of_the_trade"]

# Word of the trade -> its meaning. A story explains the words that it uses.
_MEANINGS: Final = {
    "apron": "where aircraft stand", "CHP": "a power plant that also heats the town",
    "depth of approach": "water on the ship's way to the quay",
    "ground ice": "ice in frozen ground, which sinks where it melts",
    "permafrost": "ground frozen all year",
    "quay": "where ships lie", "railhead": "the end of a railway, where goods change over",
}  # fmt: skip


def definitions(story: Story) -> ET.Element:
    """What a high hazard, a use for defence and dependence mean, and what the trials vary.

    The values are the anchors of the picture, which are the same for every site.
    """

    def at(anchor: str, form: str = ",g") -> Cell:
        return story.citations.cell("value", "anchors", {"id": anchor}, "value", form)

    # People who are captive count from fewer than people who live near (method §5.1).
    lines: tuple[tuple[str, list[Any]], ...] = (
        ("Climate hazard, high:",
         ["frozen ground thaws under it, and damage is reported or its ice makes the ground sink; or its sea "
          "ice lasts ", at("ice_lost_high"), " months a year less than it did, or varies by ",
          at("ice_unreliable_high"), "; or its shore retreats ", at("erosion_high"), " metre a year; or "
          "the sea rises ", at("level_rise_high"), " metre in this century. The worst one counts."]),
        ("Can serve defence:",
         ["public lists show a large site (long runway, deep water, much power, a listed raw material), and "
          "two of three hold: other transport is near; it lies near an Arctic sea route or strait, or far "
          "from the next site as able; public documents or lists link it with defence or with a main "
          "transport network. This says nothing of plans or forces."]),
        ("People depend on it:",
         [at("captive_moderate"), " people or more within fifty kilometres have no other site of its kind "
          "within a hundred kilometres by road or rail; or ", at("reached_moderate"),
          " people or more live within fifty kilometres, and count as served by it."]),
        ("Trials:",
         ["usually ten thousand times, we move every such limit by up to a fifth and every uncertain fact "
          "(ice, ground, air, depths, positions, distances) within its error, and count how often the "
          "finding holds. Below one of five it is dropped."]),
    )  # fmt: skip
    items = [tag("div", tag("dt", head), " ", tag("dd", *words)) for head, words in lines]
    return tag("aside", tag("h3", "How a site is judged: by the same limits everywhere"), tag("dl", *items),
               class_="rules")  # fmt: skip


def words_of_the_trade(*pages: ET.Element) -> ET.Element | None:
    """A line with the meaning of each word of the trade in the texts of `pages`; None without one."""
    text = " ".join("".join(page.itertext()) for page in pages)
    parts: list[Any] = []
    for word, meaning in _MEANINGS.items():
        if word.casefold() in text.casefold():
            parts += [*(["; "] if parts else []), tag("b", word), f": {meaning}"]
    return tag("p", *parts, ".", class_="small words") if parts else None
