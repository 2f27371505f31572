# ruff: noqa: RUF001  # Cyrillic letters are meant
"""Names in any case, script and spelling: who names a thing is understood, or shown the nearest."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.assessed.coalition import country
from layers.errors import UsageError
from layers.names import folded, hint, match, nearest, without_invisible
from layers.regions import region
from layers.scenarios import scenario
from pipelines.snapshot import DATA


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Tromsø", "tromso"), ("TROMSØ", "tromso"), ("Ålesund", "alesund"), ("Þingeyri", "thingeyri"),
        ("Kárášjohka", "karasjohka"), ("Мурманск", "murmansk"), ("Нарьян-Мар", "naryan mar"),
        ("Nar'yan-Mar", "naryan mar"), ("Хатанга", "khatanga"), ("Щёкино", "shchekino"),
        ("Йошкар-Ола", "yoshkar ola"), ("  Cape   Dorset ", "cape dorset"), ("?!", ""),
    ],
)  # fmt: skip
def test_a_name_is_folded_to_plain_letters(written, plain):
    assert folded(written) == plain


def test_a_decomposed_letter_is_the_letter():
    assert folded("Й") == folded("Й") == "y"
    assert folded("Tromsø") == folded("Tromsø")


def test_nothing_matches_nothing():
    assert match("", {"a": ("",)}) is None
    assert match("?!", {"a": ("--",)}) is None


def test_the_nearest_come_first_and_strangers_do_not_come():
    assert nearest("barentz", ["arctic", "barents", "bering"])[0] == "barents"
    assert nearest("qqqq", ["arctic", "barents"]) == []
    assert hint(["a"], "none") == "nearest is a"
    assert hint(["a", "b", "a"], "none") == "nearest are a, b"
    assert hint([], "none") == "none"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("2C", "warming_2"), ("2 °C", "warming_2"), ("2°C", "warming_2"), ("+2 degC", "warming_2"),
        ("2 degrees", "warming_2"), ("Warming 2", "warming_2"), ("WARMING_2", "warming_2"),
        ("2 °C above 1850-1900", "warming_2"), ("2 degC above 1850-1900", "warming_2"), ("2", "warming_2"),
        ("1.5", "warming_1_5"), ("1,5 °C", "warming_1_5"), ("warming_1_5", "warming_1_5"),
        ("Today's climate", "today"), ("TODAY", "today"),
    ],
)  # fmt: skip
def test_a_scenario_is_known_as_outputs_and_people_write_it(written, found):
    assert scenario(written).id == found


@pytest.mark.parametrize(("written", "near"), [("2.5", "warming_2, warming_3"), ("tody", "today")])
def test_an_unknown_scenario_shows_the_nearest(written, near):
    with pytest.raises(UsageError, match=rf"found {written!r}: nearest (is|are) {near}; any other level"):
        scenario(written)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("Barents", "barents"), ("Barents region", "barents"), ("High North", "high_north"),
        ("bering strait", "bering"), ("GREENLAND", "greenland"), ("The Arctic north of 58 N", "arctic"),
        ("Western Alaska", "bering"),
    ],
)  # fmt: skip
def test_a_region_is_known_by_id_and_title(written, found):
    assert region(written).id == found


def test_an_unknown_region_shows_the_nearest():
    with pytest.raises(UsageError, match=r"found 'barentz': nearest is barents$"):
        region("barentz")


NAMES = {"NOR": "Norway", "SWE": "Sweden", "SJM": "Svalbard and Jan Mayen", "USA": "United States"}


@pytest.mark.parametrize("written", ["NO", "no", "NOR", "Norway", " norway "])
def test_a_country_is_known_by_code_and_name(written):
    assert country(written, NAMES, "--country") == "NOR"


def test_an_unknown_country_shows_the_nearest():
    with pytest.raises(
        UsageError, match=r"^--country: expected .*found 'Norge': nearest (is|are) Norway \(NOR\)"
    ):
        country("Norge", NAMES, "--country")
    with pytest.raises(UsageError, match="found 'q7': such as NOR, SWE, SJM"):
        country("q7", NAMES, "--country")


def test_invisible_characters_go_and_words_stay():
    table = pd.DataFrame(
        {
            "name": ["\u200bVärtaverket", "soft\u00adhyphen", "\u2067עיר\u2069", "\ufeff", None, "Tromsø"],
            "note": ["a\u200eb", "x\u202ey", "", "", "", ""],
            "value": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        }
    )
    clean = without_invisible(table)
    assert clean["name"].dropna().tolist() == ["Värtaverket", "softhyphen", "עיר", "Tromsø"]
    # An override of the direction is an attack on the reader, of which the checks warn.
    assert clean["note"].tolist()[:2] == ["ab", "x\u202ey"]
    assert without_invisible(clean) is clean


def test_no_embedded_text_has_an_invisible_character():
    for path in sorted(DATA.glob("*.parquet")):
        table = pd.read_parquet(path)
        assert without_invisible(table) is table, path.name
