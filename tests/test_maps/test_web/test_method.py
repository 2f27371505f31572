"""The method in words follows the anchors."""

from __future__ import annotations

from layers.assessed.class_thresholds import anchor_values
from maps.web.method import classes_in_words


def test_words_of_the_classes_follow_the_anchors() -> None:
    before, after = (
        "\n".join(text for part in classes_in_words(a) for text in part)
        for a in (anchor_values(), anchor_values({"captive_high": 4321.0, "warm_permafrost": -7.5}))
    )
    assert "4\u202f321 people" in after
    assert "\u22127.5 °C" in after
    assert "4\u202f321" not in before
