"""Divergences of raw-material lists: on made-up lists and sites, and the known ones of the real lists."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.assessed.material_divergences import DIVERGENCES, MATERIAL_DIVERGENCES, _divergences, materials_in
from layers.schema import conform


def item(list_id: str, name: str, materials: str, grade: str | None = None) -> dict:
    issuer = {"nato_2024": "NATO", "eu_strategic_2024": "EU", "us_critical_2025": "US"}[list_id]
    return {"list_id": list_id, "issuer": issuer, "name": name, "materials": materials, "grade": grade}


ITEMS = pd.DataFrame(
    [
        item("nato_2024", "Graphite", "graphite"), item("nato_2024", "Beryllium", "beryllium"),
        item("eu_strategic_2024", "graphite — battery grade", "graphite", "battery grade"),
        item("eu_strategic_2024", "copper", "copper"), item("us_critical_2025", "tin", "tin"),
    ]
)  # fmt: skip
MATERIALS = pd.DataFrame(
    {"material": ["graphite", "beryllium", "copper", "tin", "gold"],
     "match_regex": ["graphite", "beryll", "copper", r"\btin\b", "gold"]}
)  # fmt: skip
MINES = pd.DataFrame(
    [("a", "A", "deposit", "copper", "gold"),
     ("b", "B", "mine", "gold", None), ("c", "C", "deposit", "Graphite", None),
     ("d", "D", "mine", "copper", "tin")],
    columns=["feature_id", "name", "kind", "commodity", "byproducts"],
).assign(country_iso3="NOR", stage="exploration")  # fmt: skip
PROJECTS = pd.DataFrame(
    {"feature_id": ["crma-c", "crma-e"], "name": ["C", "E"], "materials": ["graphite", "copper; graphite"],
     "activity": "extraction", "country_iso3": "NOR"}
)  # fmt: skip
SITES = pd.DataFrame(
    [("mine:a", "mine", "a"), ("mine:b", "mine", "b"), ("mine:c", "mine", "c; crma-c"),
     ("mine:d", "mine", "d"),
     ("mine:e", "mine", "crma-e"), ("port:a", "port", "a")],
    columns=["node_id", "kind", "sources"],
)  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    table = _divergences(ITEMS, MATERIALS, MINES, PROJECTS, SITES)
    return conform(table, MATERIAL_DIVERGENCES).set_index("divergence")


def subjects(rows: pd.DataFrame, divergence: str) -> list[str]:
    return sorted(rows.loc[[divergence], "subject"])


def test_every_divergence_is_found_once(rows):
    assert set(rows.index) == set(DIVERGENCES)
    assert subjects(rows, "one issuer only") == ["beryllium", "copper", "tin"]
    assert subjects(rows, "NATO and EU strategic") == ["Beryllium", "copper"]
    assert subjects(rows, "site on no list") == ["B"], "D has tin beside copper, A copper"
    assert subjects(rows, "deposit without a project") == ["A"], "C is a project"
    assert subjects(rows, "item without a site") == ["Beryllium", "tin"]
    assert subjects(rows, "project without a site") == ["E"]


def test_a_grade_is_told_against_the_other_list_and_asked_of_each_project(rows):
    [grade] = rows.loc[["grade"], "words"]
    assert grade == "eu_strategic_2024 asks for battery grade; nato_2024 (Graphite) for no grade"
    assert subjects(rows, "grade of a project") == ["C", "E"], "copper is asked for in no grade"


def test_an_item_that_is_only_a_by_product_says_so(rows):
    words = rows.loc[["item without a site"]].set_index("subject")["words"]
    assert words["tin"] == "no site in the north has it, but as a by-product"
    assert words["Beryllium"] == "no site in the north has it"


def test_a_text_names_its_materials():
    patterns = dict(zip(MATERIALS["material"], MATERIALS["match_regex"], strict=True))
    assert materials_in("Copper; tin", patterns) == ["copper", "tin"]
    assert materials_in("Titanium", patterns) == []
    assert materials_in(None, patterns) == []


def test_the_known_divergences_of_the_real_lists(picture):
    rows = picture.tables["material_divergences"].set_index("divergence")
    one = rows.loc[["NATO and EU strategic"]]
    assert sorted(one["subject"]) == [
        "Beryllium", "bismuth", "boron — metallurgy grade", "copper", "magnesium metal",
        "nickel — battery grade", "silicon metal",
    ]  # fmt: skip
    graded = rows.loc[["grade"]]
    assert set(graded.loc[graded["list_ids"].str.contains("nato"), "material"]) == {
        "graphite", "lithium", "manganese", "ree_magnet;ree_unspecified", "titanium",
    }  # fmt: skip
    assert "yttrium" not in " ".join(graded["words"]), "no magnet metal"
    assert {"Kvanefjeld (Kuannersuit)", "Tanbreez (Killavaat Alannguat)", "Graphite Creek"} <= set(
        rows.loc[["deposit without a project"], "subject"]
    )
    projects = picture.tables["strategic_projects"]
    projects_with_question = set(rows.loc[["grade of a project"], "feature_id"])
    assert projects_with_question <= set(projects["feature_id"])
    assert {"crma-keliber", "crma-amitsoq", "crma-per-geijer-kiruna"} <= projects_with_question
