"""NATO, the EU, both or neither: by date and territory, from the table the project ships."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.assessed.alliances import (
    BASELINE_REQUIREMENTS,
    CER_SECTORS,
    INSTITUTIONS,
    NO_REMIT,
    REMIT,
    institutions,
    special_status,
)
from layers.assessed.sites import KINDS
from layers.observed.military import MEMBERSHIPS
from layers.schema import conform
from pipelines.source import Inputs
from pipelines.sources.reference.memberships import read_memberships

TODAY = date(2026, 11, 23)
BOTH = {
    "BEL", "BGR", "HRV", "CZE", "DNK", "EST", "FIN", "FRA", "DEU", "GRC", "HUN", "ITA", "LVA", "LTU",
    "LUX", "NLD", "POL", "PRT", "ROU", "SVK", "SVN", "ESP", "SWE",
}  # fmt: skip
NATO_ONLY = {"ALB", "CAN", "ISL", "MNE", "MKD", "NOR", "TUR", "GBR", "USA"}
EU_ONLY = {"AUT", "CYP", "IRL", "MLT"}


@pytest.fixture(scope="module")
def memberships() -> pd.DataFrame:
    return conform(read_memberships(Inputs(packages=Path("x"))), MEMBERSHIPS)


def states(memberships: pd.DataFrame, day: date, institution: str) -> set[str]:
    lens = institutions(memberships, day)
    return set(lens.index[(lens["institution"] == institution) & (lens["level"] == "state")])


def of(memberships: pd.DataFrame, day: date, code: str) -> str:
    return str(institutions(memberships, day).loc[code, "institution"])


def test_the_three_sets_of_today(memberships: pd.DataFrame) -> None:
    assert (len(BOTH), len(NATO_ONLY), len(EU_ONLY)) == (23, 9, 4)
    assert states(memberships, TODAY, "both") == BOTH
    assert states(memberships, TODAY, "nato_only") == NATO_ONLY
    assert states(memberships, TODAY, "eu_only") == EU_ONLY
    assert "RUS" in states(memberships, TODAY, "neither")


def test_32_in_nato_and_27_in_the_eu(memberships: pd.DataFrame) -> None:
    assert len(BOTH | NATO_ONLY) == 32
    assert len(BOTH | EU_ONLY) == 27
    assert len(states(memberships, TODAY, "both") | states(memberships, TODAY, "nato_only")) == 32
    assert len(states(memberships, TODAY, "both") | states(memberships, TODAY, "eu_only")) == 27


@pytest.mark.parametrize(
    ("code", "first_day", "before", "after"),
    [
        ("FIN", date(2023, 4, 4), "eu_only", "both"),
        ("ALA", date(2023, 4, 4), "eu_only", "both"),
        ("SWE", date(2024, 3, 7), "eu_only", "both"),
        ("GBR", date(2020, 2, 1), "both", "nato_only"),
        ("GRL", date(1985, 2, 1), "both", "nato_only"),
        ("EST", date(2004, 3, 29), "neither", "nato_only"),
        ("EST", date(2004, 5, 1), "nato_only", "both"),
        ("HRV", date(2013, 7, 1), "nato_only", "both"),
        ("MKD", date(2020, 3, 27), "neither", "nato_only"),
        ("DNK", date(1973, 1, 1), "nato_only", "both"),
        ("SWE", date(1995, 1, 1), "neither", "eu_only"),
    ],
)
def test_what_changed_on_a_day(
    memberships: pd.DataFrame, code: str, first_day: date, before: str, after: str
) -> None:
    assert of(memberships, first_day - timedelta(days=1), code) == before
    assert of(memberships, first_day, code) == after


def test_the_sizes_of_both_over_time(memberships: pd.DataFrame) -> None:
    # NATO 12 founders; EU 6 in 1958 (all of them in NATO), 28 on the eve of Brexit.
    early = date(1950, 1, 1)
    assert len(states(memberships, early, "nato_only")) == 12
    assert len(states(memberships, date(1958, 1, 1), "both")) == 6
    eve = date(2020, 1, 31)
    assert len(states(memberships, eve, "both") | states(memberships, eve, "eu_only")) == 28


@pytest.mark.parametrize(
    ("code", "institution", "status"),
    [
        ("GRL", "nato_only", "eu_overseas_territory"),
        ("FRO", "nato_only", "outside_eu_treaties"),
        ("SJM", "nato_only", "svalbard_treaty_art9"),
        ("ALA", "both", "demilitarised_neutralised"),
    ],
)
def test_territories_have_their_status(
    memberships: pd.DataFrame, code: str, institution: str, status: str
) -> None:
    row = institutions(memberships, TODAY).loc[code]
    assert (row["institution"], row["special_status"], row["level"]) == (institution, status, "territory")


def test_states_have_no_special_status(memberships: pd.DataFrame) -> None:
    lens = institutions(memberships, TODAY)
    assert lens.loc[lens["level"] == "state", "special_status"].isna().all()


@settings(max_examples=60, deadline=None)
@given(st.dates(date(1945, 1, 1), date(2040, 1, 1)))
def test_on_every_day_everyone_is_one_of_four(day: date) -> None:
    table = conform(read_memberships(Inputs(packages=Path("x"))), MEMBERSHIPS)
    lens = institutions(table, day)
    assert lens["institution"].isin(INSTITUTIONS).all()
    assert lens.index.is_unique
    assert len(lens) == len(table)
    # A territory is never in NATO without its state.
    for row in table[table["level"] == "territory"].itertuples():
        if lens.loc[row.country_iso3, "institution"] in {"both", "nato_only"}:
            assert lens.loc[row.parent_iso3, "institution"] in {"both", "nato_only"}


def test_every_kind_has_its_remit() -> None:
    assert set(REMIT) == set(KINDS)
    assert len(BASELINE_REQUIREMENTS) == 7
    for requirements, sectors in REMIT.values():
        assert set(requirements) <= set(BASELINE_REQUIREMENTS)
        assert set(sectors) <= set(CER_SECTORS)
    # CER Directive (EU) 2022/2557: eleven sectors.
    assert set(CER_SECTORS) <= {
        "energy", "transport", "banking", "financial market infrastructure", "health", "drinking water",
        "waste water", "digital infrastructure", "public administration", "space", "food",
    }  # fmt: skip
    assert REMIT["port"][0][0] == "BLR7"
    assert REMIT["cable_landing"] == (("BLR6",), ("digital infrastructure",))
    assert REMIT["energy_site"] == (("BLR2",), ("energy",))


def test_a_kind_without_a_remit_says_why() -> None:
    bare = {kind for kind, (requirements, sectors) in REMIT.items() if not requirements and not sectors}
    assert bare == set(NO_REMIT) == {"mine"}
    assert NO_REMIT["mine"].startswith("neither list names raw materials")


def test_nodes_have_both_vocabularies_or_a_reason(picture) -> None:
    nodes = picture.tables["nodes"]
    for column in ("baseline_requirements", "cer_sectors"):
        assert set(nodes.loc[nodes[column].isna(), "kind"]) == {"mine"}
        assert nodes.loc[nodes["kind"] == "mine", column].isna().all()


def test_treaty_status_is_of_the_place(memberships: pd.DataFrame) -> None:
    sites = pd.DataFrame(
        {"country_iso3": ["SJM", "SJM", "ALA", "NOR", "GRL"], "latitude_deg": [78.2, 70.9, 60.1, 69.0, 64.2]}
    )
    outcome = special_status(sites, memberships, TODAY)
    assert outcome.astype(object).where(outcome.notna(), None).tolist() == [
        "svalbard_treaty_art9", None, "demilitarised_neutralised", None, "eu_overseas_territory",
    ]  # fmt: skip
