"""Iron ore mines and steel plants of the GEM trackers, from files in the form of the maps."""

from __future__ import annotations

import pytest

from layers.errors import SourceError
from layers.observed.minerals import MINES
from layers.schema import conform
from pipelines.sources.minerals import gem_iron

ORE = {"country/area": "Sweden", "name-(english)": "LKAB Vik Mine", "status": "operating",
       "owner": "LKAB [100.0%]", "parent": "LKAB [100.0%]", "coordinate-accuracy": "exact",
       "subnational-unit": "Norrbotten ", "url": "https://gem.wiki/LKAB_Vik_Mine",
       "lat": "67.8", "lng": "20.2",
       "total-reserves-(proven-and-probable": "725000"}  # fmt: skip
STEEL = {"country/area": "Sweden", "plant-id": "P1", "plant-name-(english)": "SSAB Vik steel plant",
         "plant-status": "operating", "owner": "SSAB", "parent": "--", "coordinate-accuracy": "approximate",
         "subnational-unit-(province/state)": "Norrbotten", "gem-wiki-page": "https://www.gem.wiki/SSAB_Vik",
         "main-production-equipment": "BF; BOF", "lat": "65.5", "lng": "22.2"}  # fmt: skip


def read(provider_file, csv_text, reader, *rows):
    file = gem_iron._ORE if reader is gem_iron.read_ore else gem_iron._STEEL
    return conform(reader(provider_file(file, csv_text(rows))), MINES).set_index("feature_id")


def test_a_mine_has_its_reserves_in_million_tonnes_and_its_owner(provider_file, csv_text):
    south = ORE | {"lat": "57.9", "url": "https://gem.wiki/South"}
    plan = ORE | {"status": "proposed", "url": "https://gem.wiki/Plan", "parent": "--",
                  "total-reserves-(proven-and-probable": "unknown"}  # fmt: skip
    table = read(provider_file, csv_text, gem_iron.read_ore, ORE, plan, south)
    assert table.index.tolist() == ["gem-lkab-vik-mine", "gem-plan"]
    assert table["kind"].tolist() == ["mine", "deposit"]
    assert table["stage"].tolist() == ["operating", "feasibility"]
    assert table["owner"].tolist() == ["LKAB", "unknown"]
    assert table["reserves"].fillna("none").tolist() == ["725 Mt of ore, proven and probable", "none"]
    assert set(table["owner_state"]) == {"unknown"}, "the tracker names no state of an owner"


def test_a_steel_plant_is_a_smelter_and_a_cancelled_one_no_site(provider_file, csv_text):
    off = STEEL | {"plant-status": "cancelled", "gem-wiki-page": "https://www.gem.wiki/Off"}
    table = read(provider_file, csv_text, gem_iron.read_steel, STEEL, off)
    assert table["kind"].tolist() == ["smelter"]
    assert table["kind_stated"].tolist() == ["BF; BOF"]
    assert table["position_precision"].tolist() == ["approximate"]


@pytest.mark.parametrize(
    ("column", "value", "result"),
    [("status", "sold", "status: expected one of operating.*found 'sold': add it"),
     ("country/area", "Atlantis", "country/area: expected one of Canada.*found 'Atlantis': add it")],
)  # fmt: skip
def test_an_unknown_word_is_refused(provider_file, csv_text, column, value, result):
    with pytest.raises(SourceError, match=result):
        read(provider_file, csv_text, gem_iron.read_ore, ORE | {column: value})
