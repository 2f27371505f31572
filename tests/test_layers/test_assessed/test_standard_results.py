"""Results of the draft standards on the real picture, and the data requests."""

from __future__ import annotations

import inspect
import time

import numpy as np
import pandas as pd
import pytest
from toy_standards import IDS

from layers.assessed.standard_results import DATA_REQUESTS, RESULTS, STANDARD_RESULTS, tally
from layers.assessed.standards import PROPOSAL, STANDARDS
from layers.compose import _cut
from layers.regions import region

BY_ID = {standard.id: standard for standard in STANDARDS}


@pytest.fixture(scope="module")
def standards(picture) -> pd.DataFrame:
    return picture.tables["standards"]


def test_one_row_a_node_and_standard(standards, nodes) -> None:
    assert len(standards) == len(nodes) * len(STANDARDS)
    assert set(standards["node_id"]) == set(nodes["node_id"])
    assert not standards.duplicated(["node_id", "standard_id"]).any()
    assert set(standards["result"]) == set(RESULTS)


def test_counts_add_up_in_every_country(standards, nodes) -> None:
    whole = tally(standards)
    assert (whole.sum(axis=1) == len(nodes)).all()
    country = nodes.set_index("node_id")["country_iso3"].rename("country")
    parts = tally(standards, country)
    assert (parts.groupby(level="standard_id").sum() == whole).all(axis=None)
    sizes = nodes["country_iso3"].value_counts()
    for code, size in sizes.items():
        assert (parts.xs(code, level="country").sum(axis=1) == size).all()


@pytest.mark.parametrize("standard", STANDARDS, ids=IDS)
def test_every_row_carries_what_it_was_held_to(standards, nodes, picture, standard) -> None:
    rows = standards[standards["standard_id"] == standard.id]
    assert set(rows["basis"]) == {standard.basis}
    assert set(rows["threshold"]) == {standard.threshold}
    assert set(rows["unit"]) == {standard.unit}
    assert set(rows["standing"]) == {PROPOSAL}
    assert set(rows["source_id"]) <= {note.id for note in picture.sources}
    kind = rows["node_id"].map(nodes.set_index("node_id")["kind"])
    assert (rows.loc[~kind.isin(standard.kinds), "result"] == "not_applicable").all()
    decided = rows["result"].isin(["pass", "fail"])
    if standard.id not in {"S08", "S09", "S10", "S11", "S14", "S16", "S19"}:  # by a word, not a number
        assert rows.loc[decided, "value"].notna().all()
    assert rows.loc[rows["result"] == "not_applicable", "value"].isna().all()


def test_what_is_told_can_be_read_off_the_values(standards) -> None:
    table = standards.set_index("standard_id")
    for name, bar, passes in (("S01", 2, np.greater_equal), ("S04", 0, np.less_equal),
                              ("S05", 0.3, np.less), ("S07", 10.7, np.greater_equal),
                              ("S09", 200, np.less_equal), ("S12", 300, np.less_equal),
                              ("S13", 2, np.greater_equal), ("S14", 0.3, np.less),
                              ("S15", 25, np.less_equal), ("S18", 0, np.less_equal),
                              ("S20", 5, np.less_equal)):  # fmt: skip
        rows = table.loc[name]
        assert passes(rows.loc[rows["result"] == "pass", "value"], bar).all(), name


def test_a_sea_that_falls_or_a_runway_ten_metres_up(standards) -> None:
    rows = standards[(standards["standard_id"] == "S06") & (standards["result"] == "pass")]
    assert ((rows["value"] >= 10) | (rows["value"] <= 0)).all()


def test_numbers_are_kept_to_three_digits(standards) -> None:
    value = standards["value"].dropna()
    assert (value == value.round(3)).all()


def test_ground_that_fails_is_not_of_a_proxy(standards, picture) -> None:
    facts = picture.tables["climate_facts"].set_index(["fact", "node_id"])
    tier, rock, hurt = (facts.loc[name] for name in ("permafrost_zone", "bedrock", "thaw_damage"))
    rows = standards[standards["standard_id"].isin(["S03", "S04"])].set_index("node_id")
    guessed = rows[(tier["tier"].reindex(rows.index) == "proxy").to_numpy()]
    kept_rows = guessed[guessed["result"] == "pass"]
    assert set(kept_rows.index) <= set(rock.index[rock["value"] == 1])
    failed = guessed[guessed["result"] == "fail"]
    assert set(failed.index) <= set(hurt.index[hurt["value"] == 2])


def test_a_decided_row_rests_on_a_source_that_is_held(standards, picture) -> None:
    lacking = {note.id for note in picture.sources if note.state == "not_held"}
    decided = standards[standards["result"].isin(["pass", "fail"])]
    assert lacking
    assert not set(decided["source_id"]) & lacking


def test_no_military_site_and_no_word_of_one(standards, picture) -> None:
    sites = picture.tables["military_sites"]
    assert not set(standards["node_id"]) & (set(sites["feature_id"]) | set(sites["site_id"]))
    words = " ".join(
        [*standards["note"].unique(), *standards["basis"].unique(), *standards["source_id"].unique()]
    )
    assert "military" not in words
    assert not [name for name in sites["name"].dropna().unique() if len(name) > 6 and name in words]


def test_no_standard_asks_for_the_military_layer() -> None:
    assert not {"military_sites", "military_claim"} & set(
        inspect.signature(STANDARD_RESULTS.derive).parameters
    )


def test_unknown_is_named_and_becomes_a_request(standards, picture) -> None:
    requests = picture.tables["data_requests"].set_index("standard_id")
    counts = tally(standards)
    queried = counts.drop(columns="not_applicable").sum(axis=1)
    share = counts["unknown"] / queried
    assert set(requests.index) == set(share.index[share > 0.8])
    for name, row in requests.iterrows():
        assert (row["applicable"], row["unknown"]) == (queried[name], counts.loc[name, "unknown"])
        assert row["unknown_share"] == pytest.approx(share[name])
        assert row["wanted"] == BY_ID[name].data_needed
        assert row["standing"] == PROPOSAL
    assert {"S16", "S17"} <= set(requests.index)


def test_both_layers_say_what_they_are() -> None:
    for layer in (STANDARD_RESULTS, DATA_REQUESTS):
        assert layer.note.startswith("A proposal of this project, not a norm")
        assert layer.is_published


def test_known_places(standards) -> None:
    outcome = standards.set_index(["node_id", "standard_id"])["result"]
    # Helsinki has several systems to Tallinn and Germany; Aasiaat hangs on one.
    assert outcome["cable_landing:landing-helsinki", "S13"] == "pass"
    assert outcome["cable_landing:landing-aasiaat", "S13"] == "fail"
    assert outcome["cable_landing:landing-longyearbyen", "S18"] == "fail"
    # The runway of Svalbard is mended for thaw; the shore of Utqiagvik retreats, that of Tromsø is rock.
    assert outcome["airfield:oa-ensb", "S04"] == "fail"
    assert outcome["cable_landing:landing-utqiagvik", "S14"] == "fail"
    assert outcome["cable_landing:landing-tromso", "S14"] == "pass"
    # The Norilsk Railway is joined to no other line.
    assert outcome["rail_terminal:osm-rail-88126_69358", "S16"] == "fail"


def test_a_region_keeps_the_rows_of_its_nodes(picture) -> None:
    cut = _cut(dict(picture.tables), region("barents"))
    assert set(cut["standards"]["node_id"]) == set(cut["nodes"]["node_id"])
    assert 0 < len(cut["standards"]) < len(picture.tables["standards"])
    whole = picture.tables["standards"].set_index(["node_id", "standard_id"])["result"]
    part = cut["standards"].set_index(["node_id", "standard_id"])["result"]
    assert (part == whole.loc[part.index]).all()


def test_a_build_writes_both_tables(folder) -> None:
    for name, layer in (("standards", STANDARD_RESULTS), ("data_requests", DATA_REQUESTS)):
        table = pd.read_parquet(folder / "tables" / f"{name}.parquet")
        assert list(table.columns) == [column.name for column in layer.all_columns]
        assert len(table)


def test_tally_is_quick_on_the_whole_picture(standards) -> None:
    start = time.process_time()
    tally(standards)
    assert time.process_time() - start < 0.5
