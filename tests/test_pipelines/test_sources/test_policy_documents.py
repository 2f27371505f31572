"""Lists of documents: materials as the lists have them, and made-up rows of the others."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from layers.crs import lonlat
from pipelines.read_helpers import read_rows
from pipelines.source import REFERENCE
from pipelines.sources.reference import policy_documents


def own(name: str) -> pd.DataFrame:
    return read_rows(REFERENCE / name)


def test_materials_are_as_many_as_the_lists_say():
    """NATO 12, EU strategic 17, EU critical 34, US 60 (method §6), counted in the lists' own words.

    The table has 57 rows, not one an entry: a list's entry may be several of our materials
    (platinum metals, rare earths) or several entries one of ours (the rare earths one by one).
    `ree_unspecified` stands for what a source calls rare earths without saying which: it is no
    entry of a list of its own.
    """
    table = own("materials.csv")
    assert len(table) == 57
    named = table[table["material"] != "ree_unspecified"]

    def entries(flag: str, wording: str) -> set[str]:
        words = named.loc[named[flag] == "1", wording]
        assert (words != "").all()
        return {re.sub(r"\s*\(.*", "", part).strip() for text in words for part in text.split(";")}

    assert len(entries("nato_2024", "nato_wording")) == 12
    assert len(entries("eu_strategic_2024", "eu_strategic_wording")) == 17
    critical = entries("eu_critical_2024", "eu_critical_wording")
    assert "heavy/light rare earth elements" in critical  # two entries of Annex II
    assert len(critical) + 1 == 34
    assert len(entries("us_critical_2025", "us_wording")) == 60


def test_materials_cross_reference_as_the_method_found():
    table = own("materials.csv").set_index("material")
    flags = ["nato_2024", "eu_strategic_2024", "eu_critical_2024", "us_critical_2025"]
    on = table[flags].astype(int)
    assert (on.sum(axis=1).astype(str) == table["n_lists"]).all()
    nato = on[on["nato_2024"] == 1]
    assert (nato["eu_critical_2024"] == 1).all()
    assert (nato["us_critical_2025"] == 1).all()
    entries = nato[~nato.index.isin(["ree_other"])]  # rare earths that are no magnet metal
    assert entries.index[entries["eu_strategic_2024"] == 0].tolist() == ["beryllium"]
    strategic = on[(on["eu_strategic_2024"] == 1) & (on["nato_2024"] == 0)].index
    assert set(strategic) - {"palladium", "other_pgm"} == {
        "bismuth",
        "boron",
        "copper",
        "magnesium",
        "nickel",
        "silicon",
    }
    both = (on["nato_2024"] == 1) & (on["eu_strategic_2024"] == 1)
    one = (on["nato_2024"] == 1) ^ (on["eu_strategic_2024"] == 1)
    other = ~both & ~one & ((on["eu_critical_2024"] == 1) | (on["us_critical_2025"] == 1))
    expected = pd.Series("D", index=on.index).mask(other, "C").mask(one, "B").mask(both, "A")
    assert table["tier"].to_dict() == expected.to_dict()
    for material in ("gold", "iron_ore", "diamond", "molybdenum"):
        if material in table.index:
            assert table.loc[material, "tier"] == "D"
    assert all(re.compile(pattern) for pattern in table["match_regex"])


@pytest.mark.parametrize(
    ("commodity", "material"),
    [("Aluminium", "aluminium"), ("Bauxite", "aluminium"), ("Copper", "copper"), ("Nickel", "nickel"),
     ("Graphite", "graphite"), ("Iron Ore", "iron_ore"), ("Gold", "gold"), ("Tungsten", "tungsten")],
)  # fmt: skip
def test_a_commodity_finds_its_material(commodity, material):
    table = own("materials.csv")
    found = [
        row.material for row in table.itertuples() if re.search(row.match_regex, commodity, re.IGNORECASE)
    ]
    assert found == [material]


def test_a_node_of_the_network_has_a_row_for_each_of_our_names(reference_table):
    row = {"name": "Hanko - Koverhar", "country_iso3": "FIN", "kind": "port", "network": "comprehensive"}
    rows = [row | {"match_name": "Hanko; Koverhar"}, row | {"name": "Ny Havn", "match_name": ""}]
    table = policy_documents.read_ten_t_nodes(reference_table("ten_t_nodes.csv", rows))
    assert table["feature_id"].tolist() == ["tent-port-hanko", "tent-port-koverhar", "tent-port-ny-havn"]
    assert set(table["as_of"]) == {"2024-07-18"}


def test_a_project_lies_at_its_place_and_holds_from_its_designation(reference_table):
    row = {"project": "Sakatti (Ni)", "country": "FI", "designated": "2025-03-25", "lat": "67.55",
           "lon": "26.75",
           "coord_confidence": "approx", "source": "A page"}  # fmt: skip
    rows = [row, row | {"project": "South", "lat": "57.9"}]
    table = policy_documents.read_strategic_projects(reference_table("strategic_projects.csv", rows))
    assert table[["feature_id", "country_iso3", "as_of", "position"]].to_numpy().tolist() == [
        ["crma-sakatti-ni", "FIN", "2025-03-25", "approx"]
    ]
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    assert (lon[0], lat[0]) == (pytest.approx(26.75), pytest.approx(67.55))


def test_a_correction_holds_from_its_day(reference_table):
    row = {"node_id": "port:wpi-1", "column": "channel_depth_low_m", "since": "2020-09-30", "seen_on": "2026"}
    table = policy_documents.read_overrides(reference_table("overrides.csv", [row]))
    assert table["feature_id"].tolist() == ["override-port-wpi-1-channel_depth_low_m"]
    assert table["as_of"].tolist() == ["2020-09-30"]


def test_documented_dual_use_has_place_and_day(reference_table):
    row = {"document_key": "d", "match_name": "Vik", "longitude_deg": "-20.5", "latitude_deg": "64.5",
           "seen_on": "2026-11-25"}  # fmt: skip
    [row] = policy_documents.read_documented_dual_use(
        reference_table("documented_dual_use.csv", [row])
    ).to_dict("records")
    assert (row["longitude_deg"], row["latitude_deg"]) == (-20.5, 64.5)
    assert (row["name"], row["as_of"]) == ("Vik", "2026-11-25")
