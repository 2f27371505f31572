"""Cited mines, smelters, refineries and deposits: what they are, who owns them, and what is unknown."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.observed.minerals import MINES, STAGES
from layers.schema import conform
from pipelines.read_helpers import read_rows
from pipelines.source import REFERENCE, Inputs
from pipelines.sources.reference.mine_sites import read_mine_sites

ROW = {"facility_key": "vik", "name": "Vik", "country_iso3": "NOR", "longitude_deg": "20.5",
       "latitude_deg": "70.25", "position_precision": "exact", "kind": "mine", "stage": "operating",
       "commodity": "copper", "owner": "Vik AS", "owner_state": "NOR", "replaces": "a; b",
       "source_title": "A",
       "source_url": "https://example.org/a", "as_of": "2025", "seen_on": "2026-12-01",
       "confidence": "high"}  # fmt: skip


@pytest.fixture(scope="module")
def sites() -> pd.DataFrame:
    return conform(read_mine_sites(Inputs(REFERENCE)), MINES).set_index("feature_id")


def read(reference_table, **values: str) -> pd.Series:
    blank = dict.fromkeys(read_rows(REFERENCE / "mine_sites.csv").columns, "")
    return read_mine_sites(reference_table("mine_sites.csv", [blank | ROW | values])).iloc[0]


def test_an_owner_without_a_source_is_unknown(reference_table):
    row = read(reference_table, owner_url="")
    assert (row["owner"], row["owner_state"]) == ("unknown", "unknown")
    row = read(reference_table, owner_url="https://example.org/b")
    assert (row["owner"], row["owner_state"], row["replaces"]) == ("Vik AS", "NOR", "a;b")
    row = read(reference_table, owner_url="https://example.org/b", owner_state="")
    assert (row["owner"], row["owner_state"]) == ("Vik AS", "unknown"), "the document names no state"


def test_the_four_kinds_and_the_stages_are_all_there(sites):
    assert len(sites) >= 80
    assert set(sites["kind"]) == {"mine", "smelter", "refinery", "deposit"}
    assert set(sites["stage"]) == set(STAGES)
    produces = sites["stage"].isin(["operating", "standby", "closed"])
    assert not (produces & (sites["kind"] == "deposit")).any(), "a deposit has not produced"


@pytest.mark.parametrize(
    ("key", "kind", "commodity", "country"),
    [("raglan", "mine", "nickel", "CAN"), ("gahcho_kue", "mine", "diamond", "CAN"),
     ("nalunaq", "mine", "gold", "GRL"), ("kvanefjeld", "deposit", "rare earths", "GRL"),
     ("tanbreez", "deposit", "rare earths", "GRL"), ("nadezhda", "smelter", "nickel", "RUS"),
     ("monchegorsk", "refinery", "nickel", "RUS"), ("nikkelverk", "refinery", "nickel", "NOR"),
     ("odda", "smelter", "zinc", "NOR"), ("pavlovskoye", "deposit", "zinc", "RUS"),
     ("zapolyarny_concentrator", "mine", "nickel", "RUS")],
)  # fmt: skip
def test_sites_that_were_missing_or_wrong(sites, key, kind, commodity, country):
    row = sites.loc[f"site-{key}"]
    assert (row["kind"], row["commodity"], row["country_iso3"]) == (kind, commodity, country)


def test_owners_states_are_codes_and_follow_from_an_address(sites):
    known = sites[sites["owner_state"] != "unknown"]
    assert known["owner_url"].str.match(r"https?://").all()
    assert known["owner_state"].str.fullmatch(r"[A-Z]{3}(;[A-Z]{3})*").all()
    assert (sites.loc[sites["owner_url"].isna(), "owner"] == "unknown").all()
    assert {"site-nunavik_nickel", "site-izok_lake"} <= set(known.index[known["owner_state"] == "CHN"])


def test_a_primary_commodity_is_one_and_no_by_product(sites):
    assert not sites["commodity"].str.contains(r"[;,]| and ").any()
    twice = [
        row.Index for row in sites.dropna(subset="byproducts").itertuples()
        if row.commodity in row.byproducts.split("; ")
    ]  # fmt: skip
    assert twice == []
