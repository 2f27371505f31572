"""Lists of raw materials: sizes, known findings, and refusals of a list that is not what it says."""

from __future__ import annotations

import re
import shutil

import pandas as pd
import pytest

from layers.errors import SourceError
from layers.observed.minerals import MATERIAL_LIST_ITEMS, MATERIALS
from layers.schema import conform
from pipelines.read_helpers import read_rows
from pipelines.source import REFERENCE, Inputs
from pipelines.sources.reference.material_lists import read_list_items, read_materials

SIZES = {"nato_2024": 12, "eu_strategic_2024": 17, "eu_critical_2024": 34, "us_critical_2025": 60}


@pytest.fixture(scope="module")
def items() -> pd.DataFrame:
    return conform(read_list_items(Inputs(REFERENCE)), MATERIAL_LIST_ITEMS)


@pytest.fixture(scope="module")
def materials() -> pd.DataFrame:
    return conform(read_materials(Inputs(REFERENCE)), MATERIALS).set_index("material")


def covered(items: pd.DataFrame, list_id: str) -> dict[str, set[str]]:
    of_list = items[items["list_id"] == list_id]
    return dict(zip(of_list["name"], of_list["materials"].str.split(";").map(set), strict=True))


def test_the_lists_have_their_published_sizes_and_dates(items):
    assert items.groupby("list_id").size().to_dict() == SIZES
    dates = items.groupby("list_id")["as_of"].unique().map(list).to_dict()
    assert dates == {
        "nato_2024": ["2024-12-11"], "eu_strategic_2024": ["2024-05-23"],
        "eu_critical_2024": ["2024-05-23"], "us_critical_2025": ["2025-11-07"],
    }  # fmt: skip


def test_beryllium_is_the_one_item_of_nato_that_is_not_strategic_for_the_eu(items):
    strategic = set().union(*covered(items, "eu_strategic_2024").values())
    nato = covered(items, "nato_2024")
    assert [name for name, names in nato.items() if not names & strategic] == ["Beryllium"]
    assert len(nato) - 1 == 11


def test_six_items_that_are_strategic_for_the_eu_are_not_on_natos_list(items):
    nato = set().union(*covered(items, "nato_2024").values())
    strategic = covered(items, "eu_strategic_2024")
    assert [name for name, names in strategic.items() if not names & nato] == [
        "bismuth", "boron — metallurgy grade", "copper", "magnesium metal", "nickel — battery grade",
        "silicon metal",
    ]  # fmt: skip


def test_every_strategic_item_is_critical_too(items):
    critical = set().union(*covered(items, "eu_critical_2024").values())
    assert all(names <= critical for names in covered(items, "eu_strategic_2024").values())


def test_the_final_list_of_the_us_adds_ten_to_the_fifty_of_2022():
    us = read_rows(REFERENCE / "material_list_items.csv").query("list_id == 'us_critical_2025'")
    assert set(us.loc[us["note"] == "new in 2025", "wording"]) == {
        "boron", "copper", "lead", "metallurgical coal", "phosphate", "potash", "rhenium", "silicon",
        "silver", "uranium",
    }  # fmt: skip
    assert us["wording"].tolist() == sorted(us["wording"]), "the order of the alphabet, as published"
    assert {"arsenic", "tellurium"} <= set(us["wording"]), (
        "taken out of the draft of August 2025, not of the list"
    )


def test_grades_are_kept_in_the_words_of_the_list(items):
    graded = items.dropna(subset="grade").groupby("list_id")["name"].size().to_dict()
    assert graded == {"eu_strategic_2024": 9, "eu_critical_2024": 3}
    strategic = items[items["list_id"] == "eu_strategic_2024"].set_index("materials")["grade"].dropna()
    assert strategic.to_dict() == {
        "boron": "metallurgy grade", "lithium": "battery grade", "magnesium": "metal",
        "manganese": "battery grade", "graphite": "battery grade", "nickel": "battery grade",
        "ree_magnet;ree_unspecified": "permanent magnets", "silicon": "metal", "titanium": "metal",
    }  # fmt: skip


def test_flags_and_tiers_follow_from_the_items(items, materials):
    for name in SIZES:
        assert set(materials.index[materials[name] == 1]) == set().union(*covered(items, name).values())
    assert materials["tier"].value_counts().to_dict() == {"C": 28, "A": 12, "B": 10, "D": 7}
    assert materials.loc[["ree_magnet", "ree_other", "gold", "lead", "nickel"], "tier"].tolist() == [
        "A", "B", "D", "C", "B",
    ]  # fmt: skip
    assert set(materials["as_of"]) == {"2025-11-07"}


@pytest.mark.parametrize(
    ("commodity", "material"),
    [("Aluminium", "aluminium"), ("Bauxite", "aluminium"), ("Copper", "copper"), ("Nickel", "nickel"),
     ("Graphite", "graphite"), ("Iron Ore", "iron_ore"), ("Gold", "gold"), ("Tungsten", "tungsten")],
)  # fmt: skip
def test_a_commodity_finds_its_material(commodity, material, materials):
    found = [
        name for name, regex in materials["match_regex"].items() if re.search(regex, commodity, re.IGNORECASE)
    ]
    assert found == [material]


def without(rows: pd.DataFrame, wording: str) -> pd.DataFrame:
    return rows[rows["wording"] != wording]


REFUSED = {
    "an item is missing": (
        lambda rows: without(rows, "Beryllium"),
        r"list nato_2024: expected 12 items, found 11 \(-1\): positions without an item: \[2\]",
    ),
    "an item too many": (
        lambda rows: pd.concat([rows, rows.tail(1).assign(wording="gold", position="61", materials="gold")]),
        r"list us_critical_2025: expected 60 items, found 61 \(\+1\): .* too many: gold",
    ),
    "two items at one place": (
        lambda rows: rows.assign(position=rows["position"].mask(rows["wording"] == "tungsten", "1")),
        r"list eu_strategic_2024: expected 17 items, found 17 \(\+0\): positions without an item: \[17\]",
    ),
    "the same words twice": (
        lambda rows: rows.assign(wording=rows["wording"].mask(rows["wording"] == "arsenic", "antimony")),
        "expected each wording once in a list, found 'antimony'",
    ),
    "an unknown material": (
        lambda rows: rows.assign(materials=rows["materials"].mask(rows["wording"] == "Cobalt", "kobalt")),
        r"row 4: expected a material of materials.csv, found 'kobalt': near: cobalt",
    ),
    "an unknown list": (
        lambda rows: rows.assign(list_id=rows["list_id"].mask(rows["wording"] == "zinc", "us_2022")),
        "expected a list of material_lists.csv, found 'us_2022'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_list_that_is_not_what_it_says_is_refused(case, tmp_path, monkeypatch):
    spoil, result = REFUSED[case]
    shutil.copytree(REFERENCE, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "material_list_items.csv"
    spoil(read_rows(path)).to_csv(path, index=False)
    monkeypatch.setattr("pipelines.source.REFERENCE", tmp_path)
    with pytest.raises(SourceError, match=result):
        read_materials(Inputs(tmp_path))
