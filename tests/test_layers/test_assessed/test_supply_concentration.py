"""Concentration of supply: by hand on small tables, and on the real ones from their raw numbers."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.assessed.supply_concentration import (
    SUPPLY_COMPARISONS,
    SUPPLY_CONCENTRATION,
    _comparisons,
    _concentration,
)
from layers.schema import conform


def production(source: str, commodity: str, stage: str, **shares: float | None) -> list[dict]:
    """Rows of one commodity in 2023; the key `others` is the other countries together."""
    return [
        {"source_id": source, "material": "ore", "commodity": commodity, "stage": stage, "year": 2023,
         "country_iso3": None if code == "others" else code, "world_share": share}
        for code, share in shares.items()
    ]  # fmt: skip


def measured(rows: list[dict]) -> pd.DataFrame:
    return conform(_concentration(pd.DataFrame(rows)), SUPPLY_CONCENTRATION).set_index("commodity")


def test_a_complete_table_has_one_index():
    row = measured(production("a", "Ore", "mining", CHN=0.5, RUS=0.3, NOR=0.2)).loc["Ore"]
    assert row[["hhi_low", "hhi_high"]].tolist() == pytest.approx([0.38, 0.38])
    assert row[["arctic_share_low", "arctic_share_high", "russia_share", "china_share"]].tolist() == [
        0.5, 0.5, 0.3, 0.5,
    ]  # fmt: skip
    assert (row["top_country_iso3"], row["producers"], row["unallocated_share"]) == ("CHN", 3, 0.0)


def test_the_others_make_a_range_and_no_share_of_a_state_that_is_not_named():
    row = measured(production("a", "Ore", "mining", CHN=0.5, NOR=0.3, others=0.2)).loc["Ore"]
    assert row[["hhi_low", "hhi_high"]].tolist() == pytest.approx([0.34, 0.38])
    assert row[["arctic_share_low", "arctic_share_high"]].tolist() == pytest.approx([0.3, 0.5])
    assert pd.isna(row["russia_share"]), "it may be among the others"
    row = measured(production("a", "Ore", "mining", CHN=0.7, NOR=0.3)).loc["Ore"]
    assert row["russia_share"] == 0, "the table is complete without it"


def test_a_withheld_number_is_unknown_and_no_zero():
    row = measured(production("a", "Ore", "mining", CHN=0.7, NOR=0.3, USA=None, RUS=None)).loc["Ore"]
    assert row["countries_without_number"] == 2
    assert pd.isna(row["russia_share"])
    assert pd.isna(row["arctic_share_high"])
    row = measured(production("a", "Ore", "mining", CHN=None, USA=None)).loc["Ore"]
    assert row[["hhi_low", "hhi_high", "top_share"]].isna().all()
    assert row["countries_without_number"] == 2


def test_two_sources_and_two_stages_are_compared():
    rows = [
        *production("a", "Ore", "mining", CHN=0.5, NOR=0.5),
        *production("b", "Ore", "mining", CHN=0.8, NOR=0.2),
        *production("a", "Metal", "refining", CHN=1.0),
    ]
    table = pd.DataFrame(rows)
    pairs = conform(_comparisons(table, _concentration(table)), SUPPLY_COMPARISONS).set_index("compares")
    sources, stages = pairs.loc["sources"], pairs.loc["stages"]
    assert (sources["one"], sources["other"], sources["widest_country_iso3"]) == ("a", "b", "CHN")
    assert sources["hhi_gap"] == pytest.approx(0.68 - 0.5)
    assert (stages["one"], stages["other"]) == ("Ore", "Metal")
    assert stages[["hhi_gap", "widest_share_one", "widest_share_other"]].tolist() == [0.5, 0.5, 1.0]


def test_ranges_that_meet_have_no_gap():
    rows = [
        *production("a", "Ore", "mining", CHN=0.5, NOR=0.3, others=0.2),
        *production("b", "Ore", "mining", CHN=0.5, NOR=0.3, SWE=0.1, FIN=0.1),
    ]
    table = pd.DataFrame(rows)
    assert _comparisons(table, _concentration(table))["hhi_gap"].tolist() == [0.0]


# As printed in the world tables of the Mineral Commodity Summaries 2024 for 2023: countries, then others.
BY_HAND = {
    "Palladium": ([9_800, 16_000, 92_000, 71_000, 15_000], 2_700, 210_000),
    "Magnesium metal": ([22, 830, 5, 22, 25, 20, 15, 0], 0, 940),
    "Niobium (Nb2O5)": ([0, 75_000, 7_000, 540, 440, 190], 150, 83_000),
    "Vanadium (V)": ([0, 0, 6_400, 68_000, 20_000, 9_100], 0, 100_000),
    "Gallium": ([0, 600_000, 3_000, 2_000, 5_000], 0, 610_000),
}


@pytest.mark.parametrize("commodity", BY_HAND)
def test_the_index_of_five_materials_is_that_of_a_hand_calculation(picture, commodity):
    countries, others, stated = BY_HAND[commodity]
    world = max(stated, sum(countries) + others)
    low = sum((value / world) ** 2 for value in countries)
    rest = 1 - sum(countries) / world
    rows = picture.tables["supply_concentration"]
    of_one = rows[(rows["source_id"] == "usgs_commodity_summaries") & (rows["year"] == 2023)]
    row = of_one.set_index("commodity").loc[commodity]
    assert row["hhi_low"] == pytest.approx(low, abs=2e-6)
    assert row["hhi_high"] == pytest.approx(low + rest**2, abs=2e-6)
    assert row["producers"] == sum(value > 0 for value in countries)


@pytest.mark.parametrize("commodity", ["Nickel", "Cobalt", "Graphite", "Palladium", "Rare Earths (REO)"])
def test_the_index_of_a_complete_table_follows_from_its_tonnes(picture, commodity):
    raw = picture.tables["mineral_production"]
    raw = raw[(raw["source_id"] == "world_mining_data") & (raw["year"] == 2024)]
    tonnes = raw.loc[raw["commodity"] == commodity, "production"]
    rows = picture.tables["supply_concentration"].set_index("concentration_id")
    slug = {"Rare Earths (REO)": "rare-earths-reo"}.get(commodity, commodity.lower())
    row = rows.loc[f"world_mining_data-2024-{slug}"]
    assert row["hhi_low"] == pytest.approx(((tonnes / tonnes.sum()) ** 2).sum(), abs=1e-5)
    assert row["unallocated_share"] < 1e-4


def test_what_both_sources_agree_on_and_what_they_do_not(picture):
    pairs = picture.tables["supply_comparisons"]
    pairs = pairs[(pairs["compares"] == "sources") & (pairs["year"] == 2023)].set_index("commodity")
    assert len(pairs) >= 35
    assert pairs.loc["Palladium", "hhi_gap"] < 0.005
    assert pairs.loc["Rhenium", "hhi_gap"] > 0.1, "the shares of Chile differ by a sixth of the world"
    assert pairs.loc["Antimony", "widest_country_iso3"] == "RUS", "5 % for one source, 32 % for the other"
    refined = picture.tables["supply_comparisons"].set_index("commodity").loc["Copper; Refined copper"]
    assert (refined["hhi_gap"] > 0).all()
    assert (refined["other_hhi_low"] > refined["one_hhi_high"]).all(), "refining is more concentrated"
