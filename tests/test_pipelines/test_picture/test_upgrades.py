"""The command `upgrades` on the default picture: known places, and what it refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from layers.errors import UsageError
from pipelines.picture.upgrades import upgrades_report, upgrades_text

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def report(folder: Path) -> dict:
    return upgrades_report(folder)


def test_places_that_are_known_to_lack_it_are_found(report) -> None:
    of = {(row["upgrade"], row["name"]): row for row in report["upgrades"]}
    assert of["second_cable", "Iqaluit"]["first_persons"] > 7000
    assert of["second_cable", "Nome"]["second_persons"] > 3000
    assert of["runway", "Hammerfest Airport"]["first_persons"] > 10_000
    assert of["deep_berth", "Tiksi"]["first_persons"] > 4000


def test_who_has_it_or_may_have_it_is_not_listed(report) -> None:
    names = {(row["upgrade"], row["name"]) for row in report["upgrades"]}
    # Nuuk has a long runway since 2024, by an override; Tromsø and Helsinki have fibre on land.
    assert not names & {("runway", "Nuuk Airport"), ("second_cable", "Tromsø"), ("second_cable", "Helsinki")}


def test_no_cost_is_given_and_what_is_not_computed_is_named(report) -> None:
    assert {row["cost_eur"] for row in report["upgrades"]} == {None}
    text = upgrades_text(report)
    assert "rail yard: not computed" in text
    assert "intertie: not computed" in text
    assert "cost" in text
    assert "unknown" in text


@pytest.mark.parametrize(
    ("kind", "country", "words"),
    [
        ("rail_yard", None, "not computed, the capacity of yards is in no source"),
        ("runways", None, "runway"),
        ("runway", "Norwey", "Norway"),
    ],
)
def test_a_wrong_word_is_one_line_with_the_nearest(folder: Path, kind, country, words) -> None:
    with pytest.raises(UsageError, match=words) as error:
        upgrades_report(folder, kind, country)
    assert "\n" not in str(error.value)
