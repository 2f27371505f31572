"""The judged picture: nodes, evidence and what must never be judged."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_judgement import dependence, parts, told_of
from plain_judgement import military as military_of
from pyproj import Geod
from rapidfuzz import fuzz, utils
from toy_nodes import made

from layers.assessed.anchors import HIGH, LOW, MODERATE, UNKNOWN
from layers.assessed.dual_use import classify
from layers.assessed.hazard import HAZARDS
from layers.assessed.judgement import Inputs, could_be, judge, whole_of
from layers.assessed.military_facility import material_tier
from layers.catalog import LAYERS
from layers.crs import length_km, lonlat
from layers.merge import within_km
from layers.observed.climate_records import GROUND_ICE, PERMAFROST_ZONES, TIERS
from layers.picture import CAVEATS

GEOD = Geod(ellps="WGS84")
REFERENCE = Path(__file__).resolve().parents[3] / "layers" / "reference"
KINDS = {"port", "airfield", "cable_landing", "mine", "rail_terminal", "energy_site", "ground_station"}

# design/contract.md, `layers/nodes.parquet` and `tables/evidence.parquet`.
NODE_TYPES = (
    dict.fromkeys(
        ["node_id", "name", "kind", "country_iso3", "institution", "special_status", "scope", "place_id",
         "place", "hazard_class", "military_class", "dependence_class", "hazard_deciding", "hazard_tier",
         "hazard_could_be", "deciding_datum", "permafrost_zone", "ground_ice", "coastal_erosion_class",
         "dual_use_class", "flag", "reasons", "nearest_exit", "baseline_requirements", "cer_sectors"], "str")
    | dict.fromkeys(
        ["longitude_deg", "latitude_deg", "position_uncertainty_km", "military_low", "military_high",
         "military_known", "military_coverage", "ice_months_recent", "ice_months_lost", "ice_months_lost_low",
         "ice_months_lost_high", "coastal_erosion_m_per_year", "relative_sea_level_m",
         "relative_sea_level_low_m", "relative_sea_level_high_m", "fact_age_years", "overlap_probability",
         "flag_probability"], "float64")
)  # fmt: skip
EVIDENCE_TYPES = (
    dict.fromkeys(["node_id", "axis", "group", "indicator", "unit", "state"], "str")
    | dict.fromkeys(["source_id", "as_of", "note"], "str")
    | dict.fromkeys(["value", "score", "weight"], "float64")
)  # fmt: skip
CODE = {"low": LOW, "moderate": MODERATE, "high": HIGH, "unknown": UNKNOWN}


@pytest.fixture(scope="module")
def nodes(picture) -> pd.DataFrame:
    return picture.tables["nodes"]


@pytest.fixture(scope="module")
def evidence(picture) -> pd.DataFrame:
    return picture.tables["evidence"]


@pytest.fixture(scope="module")
def military(picture) -> pd.DataFrame:
    return picture.tables["military_sites"]


def cited(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


# -------------------------------------------------------------------------------------- contract


def test_columns_of_nodes_and_evidence_are_the_contract(nodes, evidence) -> None:
    for table, types in ((nodes, NODE_TYPES), (evidence, EVIDENCE_TYPES)):
        assert {name: str(table[name].dtype) for name in types} == types
    assert nodes["in_arctic"].dtype.kind == "b" or str(nodes["in_arctic"].dtype) == "boolean"


def test_choices_are_the_contract(nodes, evidence) -> None:
    assert set(nodes["kind"]) == KINDS
    assert set(nodes["institution"]) <= {"both", "nato_only", "eu_only", "neither"}
    assert set(nodes["dual_use_class"]) <= {"D3", "D2", "D1", "D0", "D?"}
    assert set(nodes["flag"]) <= {"robust", "possible", "not_flagged", "insufficient_data"}
    assert set(nodes["scope"]) == {"arctic", "gateway", "context"}
    for axis in ("hazard", "military", "dependence"):
        assert set(nodes[f"{axis}_class"]) <= {"low", "moderate", "high", "unknown"}
    assert set(nodes["hazard_tier"].dropna()) <= {"measured", "typed", "mapped", "modelled", "proxy"}
    assert set(nodes["permafrost_zone"]) <= {*PERMAFROST_ZONES, "unknown"}
    assert set(nodes["ground_ice"]) <= {*GROUND_ICE, "unknown"}
    assert set(evidence["axis"]) <= {"climate", "military", "civil", "access", "dual_use"}
    assert set(evidence["state"]) <= {"known", "unknown", "not_applicable"}


def test_keys_are_unique_and_say_their_kind(nodes, evidence) -> None:
    assert nodes["node_id"].is_unique
    assert (nodes["node_id"].str.split(":", n=1).str[0] == nodes["kind"]).all()
    assert not evidence.duplicated(["node_id", "axis", "dimension", "group", "indicator"]).any()


def test_enough_nodes_of_every_kind(nodes) -> None:
    assert len(nodes) >= 1500
    assert nodes["kind"].value_counts().reindex(sorted(KINDS)).gt(10).all()
    assert nodes["country_iso3"].nunique() >= 10
    assert {"CAN", "GRL", "FIN", "ISL", "NOR", "RUS", "SWE", "USA", "SJM", "ALA", "FRO"} <= set(
        nodes["country_iso3"]
    )


def test_18_layers_over_four_pillars_and_none_empty(picture) -> None:
    assert len(picture.layers) >= 18
    assert {layer.pillar for layer in picture.layers} == {"military", "economic", "environmental", "social"}
    assert [layer.id for layer in picture.layers] == [layer.id for layer in LAYERS if layer.is_published]
    assert list(picture.tables) == [layer.id for layer in picture.layers]
    assert all(len(picture.tables[layer.id]) or layer.is_optional for layer in picture.layers)


def test_every_source_is_named(picture) -> None:
    known = {note.id for note in picture.sources}
    assert len(known) == len(picture.sources)
    for name, table in picture.tables.items():
        if "source_id" in table:
            assert set(table["source_id"]) <= known, name
    assert all(note.licence and note.publisher and note.title for note in picture.sources)


def test_every_date_is_iso_8601(picture) -> None:
    for name, table in picture.tables.items():
        if "as_of" in table:
            for day in table["as_of"].unique():
                parts = [int(part) for part in day.split("-")]
                assert date(*[*parts, 1, 1][:3]) <= picture.day, f"{name}: {day}"


def test_ten_sentences(picture) -> None:
    assert len(picture.caveats) == len(CAVEATS) == 10
    assert picture.day.isoformat() in picture.caveats[0]
    assert not any("{" in sentence for sentence in picture.caveats)
    told = " ".join(picture.caveats)
    for part in (
        "Not for navigation, targeting or site security decisions", "Classes are absolute", "raises none",
        "25 km satellite cells", "Polar Code", "Permafrost", "never gives high", "0 means not reported",
        "imply no position on status", "D2 is an inference", "not dated forecasts", "licence",
    ):  # fmt: skip
        assert part in told


# ---------------------------------------------------------------------------- evidence and axes


def test_every_node_has_evidence_on_every_axis_and_no_row_is_an_orphan(nodes, evidence) -> None:
    ids = set(nodes["node_id"])
    assert set(evidence["node_id"]) == ids
    for axis in ("climate", "military", "civil", "dual_use"):
        assert set(evidence.loc[evidence["axis"] == axis, "node_id"]) == ids


def test_missing_is_null_and_never_zero(evidence) -> None:
    known = evidence["state"] == "known"
    scored = evidence["score"].dropna()
    assert scored.between(0, 1).all()
    assert evidence.loc[~known, ["score", "value", "value_low", "value_high"]].isna().all().all()
    assert (evidence.loc[evidence["state"] == "not_applicable", "weight"] == 0).all()
    # Nothing is known and unsaid at once.
    told = evidence.loc[known]
    assert (told["value"].notna() | told["label"].notna()).all()
    measured = told[told["value"].notna()]
    assert (measured["value_low"] <= measured["value"]).all()
    assert (measured["value"] <= measured["value_high"]).all()


def test_what_is_not_known_names_what_would_tell(evidence) -> None:
    hazards = evidence[evidence["indicator"].isin(list(HAZARDS)) & (evidence["state"] == "unknown")]
    assert len(hazards)
    for name, part in hazards.groupby("indicator"):
        told, source = HAZARDS[name]
        assert set(part["source_id"]) == {source}
        assert set(part["note"]) == {f"not known; would tell: {told}"}


def test_a_climate_fact_says_how_it_is_known_and_no_other_row_does(evidence) -> None:
    told = evidence["tier"] != ""
    assert set(evidence.loc[told, "axis"]) == {"climate", "access"}
    assert set(evidence.loc[told, "tier"]) <= set(TIERS)
    known = evidence["indicator"].isin([*HAZARDS, "permafrost_zone", "ground_ice"]) & (
        evidence["state"] == "known"
    )
    assert told[known].all()


def test_weights_of_the_military_mean_add_up_to_one_and_parts_are_equal(evidence) -> None:
    assert (evidence.loc[evidence["axis"] != "military", "weight"] == 0).all()
    live = evidence[evidence["weight"] > 0]
    sums = live.groupby("node_id")["weight"].sum()
    assert np.abs(sums - 1).max() < 1e-9
    part = live.groupby(["node_id", "dimension"])["weight"].sum().groupby(level=0)
    assert (part.max() - part.min()).max() < 1e-9
    group = live.groupby(["node_id", "dimension", "group"])["weight"].sum().groupby(level=[0, 1])
    assert (group.max() - group.min()).max() < 1e-9


def test_adding_the_evidence_up_again_gives_the_military_interval(nodes, evidence) -> None:
    """Without the scoring: unknown as 0, as 1, left out; and the share of the weight that is known."""
    sums: dict = defaultdict(lambda: [0.0, 0.0, 0.0])
    rows = evidence[evidence["axis"] == "military"]
    for node, score, weight in zip(*(rows[n].tolist() for n in ("node_id", "score", "weight")), strict=True):
        cell = sums[node]
        cell[0] += weight
        if not math.isnan(score):
            cell[1] += weight * score
            cell[2] += weight
    worst = 0.0
    for row in nodes.to_dict("records"):
        total, scored, known = sums[row["node_id"]]
        expected = {
            "low": scored / total, "high": (scored + total - known) / total, "coverage": known / total,
            "known": scored / known if known else math.nan,
        }  # fmt: skip
        for name, value in expected.items():
            found = row[f"military_{name}"]
            assert math.isnan(found) == math.isnan(value)
            worst = worst if math.isnan(value) else max(worst, abs(found - value))
    print(f"evidence against the military interval: at most {worst:.1e}")
    assert worst < 1e-9
    low, high, known = (nodes[f"military_{name}"] for name in ("low", "high", "known"))
    assert (low <= high).all()
    assert ((low <= known) & (known <= high) | known.isna()).all()


# --------------------------------------------------------------------------------------- classes


def test_the_hazard_class_is_the_worst_known_hazard_of_the_evidence(nodes, evidence) -> None:
    rows = evidence[evidence["indicator"].isin(list(HAZARDS)) & (evidence["axis"] == "climate")]
    assert set(rows["score"].dropna()) <= {0.0, 0.5, 1.0}
    worst = rows.groupby("node_id")["score"].max().reindex(nodes["node_id"])
    expected = worst.map({0.0: "low", 0.5: "moderate", 1.0: "high"}).fillna("unknown")
    assert nodes["hazard_class"].tolist() == expected.tolist()


def test_the_classes_stand_in_the_stored_evidence(nodes, evidence, picture) -> None:
    inputs = Inputs.of(evidence, nodes)
    found = judge(inputs, whole_of(picture.scenario.anchors))
    for axis in ("hazard", "military", "dependence"):
        codes = getattr(found, axis)[:, 0]
        assert nodes[f"{axis}_class"].map(CODE).tolist() == codes.tolist()
    # And each hazard is the class that its row says.
    for name, code in found.by_hazard.items():
        rows = evidence[evidence["indicator"] == name].set_index("node_id").reindex(nodes["node_id"])
        scored = np.select(
            [~rows["state"].isin(["known", "unknown"]), rows["score"].isna()], [-2, -1], rows["score"] * 2
        )
        assert scored.tolist() == code[:, 0].tolist(), name


def test_a_plain_reading_of_the_evidence_gives_the_same_military_and_dependence(nodes, evidence) -> None:
    inputs = Inputs.of(evidence, nodes)
    anchors = {name: int(value) for name, value in whole_of().items()}
    for place, row in enumerate(nodes.itertuples()):
        told = told_of(inputs, place)
        found = parts(row.kind, told, anchors)
        assert CODE[row.military_class] == military_of(found, anchors), row.node_id
        assert CODE[row.dependence_class] == dependence(told, anchors), row.node_id


def test_a_class_does_not_depend_on_who_else_is_judged(nodes, evidence) -> None:
    some = nodes.iloc[::37]
    rows = evidence[evidence["node_id"].isin(some["node_id"])].iloc[::-1]  # nor on the order of rows
    found = judge(Inputs.of(rows, some), whole_of())
    for axis in ("hazard", "military", "dependence"):
        assert some[f"{axis}_class"].map(CODE).tolist() == getattr(found, axis)[:, 0].tolist()


def test_the_deciding_hazard_is_one_of_the_worst_and_the_best_known_of_them(nodes, evidence) -> None:
    rows = evidence[evidence["indicator"].isin(list(HAZARDS)) & (evidence["state"] == "known")]
    title = nodes["hazard_deciding"].str.extract(r"^([a-z ]+?)(?=:| -?\d)")[0].str.replace(" ", "_")
    told = rows.merge(nodes.assign(indicator=title)[["node_id", "indicator", "hazard_tier"]])
    assert len(told) == len(nodes)
    assert (told["tier"] == told["hazard_tier"]).all()
    worst = rows.groupby("node_id")["score"].max()
    assert (told["score"] == told["node_id"].map(worst)).all()
    rank = {name: place for place, name in enumerate(TIERS)}
    equals = rows[rows["score"] == rows["node_id"].map(worst)]
    best = equals["tier"].map(rank).groupby(equals["node_id"]).min()
    assert (told["tier"].map(rank) == told["node_id"].map(best)).all()


def test_a_high_hazard_never_rests_on_a_proxy(nodes) -> None:
    assert (nodes.loc[nodes["hazard_class"] == "high", "hazard_tier"] != "proxy").all()


def test_association_is_one_vote_and_never_the_only_one(nodes, evidence) -> None:
    inputs = Inputs.of(evidence, nodes)
    full, bare = (judge(inputs, whole_of(), with_association=flag).military[:, 0] for flag in (True, False))
    assert (bare <= full).all()
    assert (full - bare).max() == 1
    assert (bare < full).any()


def test_access_enters_no_class(nodes, evidence) -> None:
    # A longer season of ships stands beside the hazards. Without it nothing else moves.
    without = evidence[evidence["axis"] != "access"]
    assert set(evidence.loc[evidence["axis"] == "access", "group"]) == {"a_season"}
    assert evidence.loc[evidence["axis"] == "access", "score"].isna().all()
    one, other = (judge(Inputs.of(table, nodes), whole_of()) for table in (evidence, without))
    assert (one.hazard == other.hazard).all()
    assert (one.military == other.military).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_a_datum_that_is_lacking_could_make_of_the_class_what_is_said(seed: int) -> None:
    """The datum that is named, filled in at its worst, gives the class that is said, and none gives more."""
    inputs = made(60, seed, lacking=0.3)
    classes = judge(inputs, whole_of())
    worst, datum = could_be(inputs, classes)
    fill = {  # datum -> the worst that it could be
        "ground ice of the site": {"ice": 2.0, "proxy": 0.0},
        "ice season at the quay": {"ice_lost_low": 1e9, "ice_spread": 1e9},
        "rate of erosion of the shore": {"erosion": 1e9},
        "projection of the sea level at the site": {"level": 1e9},
    }
    reached = classes.hazard.copy()
    values = dict(inputs.values)
    for name, told in fill.items():
        lacking = {n: np.where(np.isnan(values[n]) | (n == "proxy"), v, values[n]) for n, v in told.items()}
        if name == "ground ice of the site":
            is_open = np.isnan(values["ice"]) & ~(values["damage"] >= 1)
            lacking = {n: np.where(is_open, v, values[n]) for n, v in lacking.items()}
        filled = judge(inputs.with_values(**lacking), whole_of()).hazard
        mine = (datum == name) & (worst > classes.hazard[:, 0])
        assert filled[mine, 0].tolist() == worst[mine].tolist(), name
        reached = np.maximum(reached, filled)
    assert worst.tolist() == reached[:, 0].tolist()
    assert all(name is None for name in datum[worst == classes.hazard[:, 0]])


def test_what_could_be_worse_names_its_datum(nodes) -> None:
    open_ones = nodes[nodes["hazard_could_be"].notna()]
    assert len(open_ones)
    assert open_ones["deciding_datum"].notna().all()
    assert (open_ones["hazard_could_be"].map(CODE) > open_ones["hazard_class"].map(CODE)).all()
    assert nodes.loc[nodes["hazard_class"] == "high", "hazard_could_be"].isna().all()


# ---------------------------------------------------------------------------------------- flags


def test_flags_are_shares_of_draws_where_all_three_stand_on_file(nodes) -> None:
    flagged = nodes["flag"].isin(["robust", "possible"])
    assert flagged.any()
    assert set(nodes.loc[flagged, "hazard_class"]) == {"high"}
    assert set(nodes.loc[flagged, "military_class"]) == {"high"}
    assert set(nodes.loc[flagged, "dependence_class"]) <= {"moderate", "high"}
    assert "D0" not in set(nodes.loc[flagged, "dual_use_class"])
    judged = nodes[nodes["flag"] != "insufficient_data"]
    share = judged["flag_probability"]
    expected = np.select([share >= 0.8, share >= 0.2], ["robust", "possible"], "not_flagged")
    assert judged["flag"].tolist() == expected.tolist()
    beyond = (
        nodes["scope"].eq("context") | nodes["dual_use_class"].eq("D0") | nodes["hazard_class"].ne("high")
    )
    assert (nodes.loc[beyond & nodes["flag"].ne("insufficient_data"), "flag_probability"] == 0).all()
    assert (nodes.loc[nodes["military_class"].ne("high"), "overlap_probability"] == 0).all()
    assert (nodes.loc[nodes["hazard_class"].isin(["low", "unknown"]), "overlap_probability"] == 0).all()


def test_where_an_unknown_alone_decides_it_is_named_and_everything_else_stands(nodes) -> None:
    open_ones = nodes[nodes["flag"] == "insufficient_data"]
    assert len(open_ones)
    assert open_ones["deciding_datum"].notna().all()
    assert set(open_ones["scope"]) <= {"arctic", "gateway"}
    assert open_ones["military_class"].isin(["high", "unknown"]).all()
    assert open_ones["dependence_class"].isin(["moderate", "high", "unknown"]).all()
    facility = open_ones["military_class"].eq("unknown")
    ground = open_ones["deciding_datum"].str.contains("ground ice of the site")
    assert (facility | ground).all()
    assert open_ones.loc[~ground, "hazard_class"].eq("high").all()


def test_reasons_say_each_class_its_value_and_what_is_not_known(nodes, evidence) -> None:
    lacking = evidence[evidence["indicator"].isin(list(HAZARDS)) & (evidence["state"] == "unknown")]
    unsure = set(lacking["node_id"])
    for row in nodes.itertuples():
        assert f"Military {row.military_class}: facility" in row.reasons
        assert f"dependence {row.dependence_class}" in row.reasons
        is_so_far = row.hazard_class == "low" and row.node_id in unsure
        so_far = " so far" if is_so_far else ""
        assert row.reasons.startswith(f"Climate {row.hazard_class}{so_far}: {row.hazard_deciding}")
        if isinstance(row.hazard_could_be, str):
            assert f"Could be {row.hazard_could_be}: {row.deciding_datum} is not known." in row.reasons


@pytest.mark.parametrize("name", ["Barrow", "Wainwright"])
def test_an_unknown_depth_leaves_a_flag_open_by_the_anchor_that_parts_hold_from(nodes, name: str) -> None:
    """Position and association hold from 0.4: with 0.5 in their place these two ports were not flagged."""
    port = nodes[(nodes["kind"] == "port") & (nodes["name"] == name)].iloc[0]
    assert 0.4 <= port["military_position"] < 0.5
    assert (port["hazard_class"], port["military_class"], port["flag"]) == (
        "high", "unknown", "insufficient_data",
    )  # fmt: skip
    assert port["deciding_datum"] == "depth of approach and quay"


def test_columns_of_climate_repeat_the_facts(nodes, picture) -> None:
    facts = picture.tables["climate_facts"].set_index(["fact", "node_id"])
    for column, (fact, end) in {
        "ice_months_recent": ("ice_months_recent", "value"), "ice_months_lost": ("ice_months_lost", "value"),
        "ice_months_lost_low": ("ice_months_lost", "low"),
        "ice_months_lost_high": ("ice_months_lost", "high"),
        "coastal_erosion_m_per_year": ("coastal_erosion", "value"),
        "relative_sea_level_m": ("relative_sea_level", "value"),
        "relative_sea_level_low_m": ("relative_sea_level", "low"),
        "relative_sea_level_high_m": ("relative_sea_level", "high"),
    }.items():  # fmt: skip
        expected = facts.loc[fact][end].reindex(nodes["node_id"]).to_numpy()
        assert nodes[column].to_numpy() == pytest.approx(expected, nan_ok=True), column
    for column, fact in (("permafrost_zone", "permafrost_zone"), ("ground_ice", "ground_ice")):
        expected = facts.loc[fact]["label"].reindex(nodes["node_id"]).fillna("unknown")
        assert nodes[column].tolist() == expected.tolist()
    rate = nodes["coastal_erosion_m_per_year"]
    assert set(nodes.loc[rate.isna(), "coastal_erosion_class"]) == {"unknown"}
    assert set(nodes.loc[rate >= 1, "coastal_erosion_class"]) <= {"high"}
    assert set(nodes.loc[rate < 0.3, "coastal_erosion_class"]) == {"low"}


def test_the_oldest_fact_that_decides_has_an_age(nodes, picture) -> None:
    age = nodes["fact_age_years"]
    assert age.notna().mean() > 0.95
    assert age.dropna().between(0, picture.day.year - 1900).all()


# -------------------------------------------------------------------------------------- dual use


def test_dual_use_classes_are_the_rule(nodes, evidence) -> None:
    rows = evidence[evidence["axis"] == "dual_use"]
    counts: dict = defaultdict(lambda: defaultdict(list))
    for node, group, score in zip(rows["node_id"], rows["group"], rows["score"], strict=True):
        counts[node][group].append(score == 1)
    for node, told in zip(nodes["node_id"], nodes["dual_use_class"], strict=True):
        required, support = counts[node]["d_required"], counts[node]["d_supporting"]
        documented = bool(counts[node]["d_documented"])
        assert (told == "D3") == documented, node
        assert documented or (told == "D2") == (all(required) and sum(support) * 2 >= len(support)), node


CLASSES = [
    # required, supporting -> class, coverage
    ([1, 1], [1, 0], "D2", 1.0),
    ([1, 1], [1, 1, None, None], "D2", 4 / 6),
    ([1, 1], [1, 0, 0], "D1", 1.0),
    ([1, 0], [1, 1], "D1", 1.0),
    ([0, 0], [1, 1], "D0", 1.0),
    ([0], [0], "D0", 1.0),
    ([None, None], [1, None], "D?", 0.25),
    ([None], [1], "D?", 0.5),
    ([1, None], [None, None], "D?", 0.25),
    ([0, None], [1, 1], "D0", 0.75),
]


@pytest.mark.parametrize(("required", "supporting", "expected", "coverage"), CLASSES)
def test_classes_by_hand(required: list, supporting: list, expected: str, coverage: float) -> None:
    scores = [("d_required", score) for score in required] + [("d_supporting", score) for score in supporting]
    rows = pd.DataFrame(scores, columns=["group", "score"]).astype({"score": float})
    told = classify(rows.assign(node_id="n", axis="dual_use"))
    assert told.loc["n", "dual_use_class"] == expected
    assert told.loc["n", "dual_use_coverage"] == pytest.approx(coverage)


def test_tiers_of_materials(picture) -> None:
    materials = picture.tables["materials"]
    texts = pd.Series(
        ["Graphite", "Copper", "Gold", "gold; cobalt", None, "Iron ore", "Nickel, copper", "Zinc"]
    )
    # NATO and EU strategic: graphite, cobalt. EU strategic alone: copper, nickel. Neither: gold, iron ore.
    told = material_tier(texts, materials)
    assert told.tolist()[:4] == ["A", "B", "D", "A"]
    assert pd.isna(told[4])
    assert told.tolist()[5:] == ["D", "B", "C"]


@pytest.mark.parametrize("text", ["REE", "Iron ore, REE", "TREO concentrate"])
def test_abbreviated_rare_earths_are_tier_a(picture, text: str) -> None:
    assert material_tier(pd.Series([text]), picture.tables["materials"]).tolist() == ["A"]


def test_every_material_finds_its_own_name_and_tier(picture) -> None:
    materials = picture.tables["materials"]
    for text, tier in (
        ("Rare earth elements", "A"), ("Neodymium", "A"), ("Lithium (spodumene)", "A"), ("Bauxite", "A"),
        ("Platinum, palladium", "A"), ("Palladium", "B"), ("Bismuth", "B"), ("Antimony", "C"), ("Tin", "C"),
        ("Lead", "C"), ("Diamond", "D"), ("Coal, thermal", "D"), ("Molybdenum", "D"), ("Rubies", "D"),
    ):  # fmt: skip
        assert material_tier(pd.Series([text]), materials).tolist() == [tier], text


def test_materials_are_of_the_stated_sizes(picture) -> None:
    # Method §6: 57 rows; NATO 12, EU strategic 17, EU critical 34, US 60. Rare earths and platinum
    # metals stand in several rows, and some US rows name several elements.
    told = {
        name: {row[f"{name}_wording"] for row in cited("materials.csv") if row[flag] == "1"}
        for name, flag in (("nato", "nato_2024"), ("eu_strategic", "eu_strategic_2024"),
                           ("eu_critical", "eu_critical_2024"), ("us", "us_critical_2025"))
    }  # fmt: skip
    assert len(told["nato"]) == 12
    assert len({wording.split(" for permanent")[0] for wording in told["eu_strategic"]}) == 17
    assert sum(2 if "heavy/light" in wording else 1 for wording in told["eu_critical"]) == 34
    assert sum(wording.count(";") + 1 for wording in told["us"] - {"individual elements listed"}) == 60
    materials = picture.tables["materials"]
    assert len(materials) == 57
    both = (materials["nato_2024"] == 1) & (materials["eu_strategic_2024"] == 1)
    one = (materials["nato_2024"] == 1) ^ (materials["eu_strategic_2024"] == 1)
    assert (materials.loc[both, "tier"] == "A").all()
    assert (materials.loc[one, "tier"] == "B").all()
    assert (materials.loc[~both & ~one, "tier"].isin(["C", "D"])).all()


def test_a_long_runway_of_unknown_surface_is_unknown(picture, evidence) -> None:
    fields = picture.tables["airfields"]
    unknown = "airfield:" + fields.loc[fields["is_runway_paved"].isna() & fields["paved_length_m"].isna()
                                       & (fields["runway_length_m"] >= 1067), "feature_id"]  # fmt: skip
    corrected = picture.tables["overrides"]["node_id"]
    rows = evidence[evidence["node_id"].isin(set(unknown) - set(corrected))].set_index("indicator")["state"]
    assert len(rows)
    assert (rows[["paved_1067_m", "paved_2359_m", "runway_length"]] == "unknown").all()


def test_a_paved_runway_beside_a_longer_gravel_one_counts_as_paved(evidence) -> None:
    # Immola: 1,502 m of gravel and 1,100 m paved, 14.9 m wide. The longest *paved* runway counts, and it is
    # too narrow for the aircraft that the anchors are of.
    row = evidence[(evidence["node_id"] == "airfield:oa-efim") & (evidence["indicator"] == "runway_length")]
    assert row["value"].tolist() == [1100.0]
    assert row["score"].tolist() == [0.0]


# ---------------------------------------------------------------------------------------- places


PLACES = [
    ("Tromsø", 69.65, 18.96, "NOR", "nato_only"),
    ("Kirkenes", 69.73, 30.05, "NOR", "nato_only"),
    ("Murmansk", 68.97, 33.05, "RUS", "neither"),
    ("Nuuk", 64.17, -51.73, "GRL", "nato_only"),
    ("Churchill", 58.78, -94.19, "CAN", "nato_only"),
    ("Tiksi", 71.64, 128.87, "RUS", "neither"),
    ("Pevek", 69.70, 170.29, "RUS", "neither"),
    ("Longyearbyen", 78.22, 15.63, "SJM", "nato_only"),
    ("Narvik", 68.43, 17.42, "NOR", "nato_only"),
    ("Keflavik", 64.00, -22.56, "ISL", "nato_only"),
]


@pytest.mark.parametrize(
    ("place", "lat", "lon", "code", "institution"), PLACES, ids=[row[0] for row in PLACES]
)
def test_named_places_are_where_they_are(
    nodes, place: str, lat: float, lon: float, code: str, institution: str
) -> None:
    size = len(nodes)
    metres = GEOD.inv(
        np.full(size, lon),
        np.full(size, lat),
        nodes["longitude_deg"].to_numpy(),
        nodes["latitude_deg"].to_numpy(),
    )[2]
    near = nodes[metres <= 5000]
    assert len(near), place
    assert set(near["country_iso3"]) == {code}
    assert set(near["institution"]) == {institution}


def test_geometry_and_degrees_say_the_same(nodes) -> None:
    lon, lat = lonlat(nodes.geometry.x, nodes.geometry.y)
    metres = GEOD.inv(lon, lat, nodes["longitude_deg"].to_numpy(), nodes["latitude_deg"].to_numpy())[2]
    assert metres.max() < 2  # degrees are rounded to five places
    assert nodes["latitude_deg"].min() >= 58


def test_nodes_lie_in_or_by_the_country_they_name(picture, nodes) -> None:
    countries = picture.tables["countries"].dissolve("country_iso3").geometry
    for code, part in nodes.groupby("country_iso3"):
        far = shapely.distance(countries[code], part.geometry.to_numpy()) / 1000
        # A coastline at 1:10m and towns for positions: within 30 km, and most of them within 3.
        assert np.median(far) < 3, code
        assert (far > 30).mean() < 0.01, part.loc[far > 30, ["node_id", "name"]].to_string()


def test_sources_of_a_node_are_rows_of_the_layers(picture, nodes) -> None:
    known = set()
    for name in ("ports", "harbours", "airfields", "power_plants", "terminals", "mines", "strategic_projects",
                 "cable_landings", "ground_stations", "railheads"):  # fmt: skip
        known |= set(picture.tables[name]["feature_id"])
    told = [key for text in nodes["sources"] for key in text.split("; ")]
    strange = [key for key in told if key not in known and not key.startswith("osm-rail-")]
    assert strange == []
    # Its own key is among them (the first, or that of a row which a published one stands for), and no
    # source row makes two nodes of one kind, but where two published rows stand for one that joined them.
    own = nodes["node_id"].str.split(":", n=1).str[1]
    assert all(key in text.split("; ")[:2] for key, text in zip(own, nodes["sources"], strict=True))
    pairs = [
        (kind, key)
        for kind, text in zip(nodes["kind"], nodes["sources"], strict=True)
        for key in text.split("; ")
    ]
    replaced = ";".join(
        text
        for name in ("power_plants", "mines", "railheads")
        for text in picture.tables[name]["replaces"].dropna()
    )
    doubled = {key for kind, key in pairs if pairs.count((kind, key)) > 1}
    assert doubled <= set(replaced.split(";"))


def _doubles(nodes: pd.DataFrame, kind: str) -> list[tuple[str, str]]:
    part = nodes[nodes["kind"] == kind]
    left, right = within_km(part, part, 1.0)
    names, ids = part["name"].to_numpy(), part["node_id"].to_numpy()
    return [
        (ids[q], ids[f])
        for q, f in zip(left, right, strict=True)
        if q < f and fuzz.ratio(names[q], names[f], processor=utils.default_process) == 100
    ]


@pytest.mark.parametrize("kind", sorted(KINDS - {"airfield", "energy_site"}))
def test_each_place_is_one_node(nodes, kind: str) -> None:
    assert _doubles(nodes, kind) == []


@pytest.mark.parametrize("kind", ["airfield", "energy_site"])
def test_each_airfield_and_energy_site_is_one_node(nodes, kind: str) -> None:
    assert _doubles(nodes, kind) == []


# ------------------------------------------------------------------------------- special status


def test_svalbard_and_aland_carry_no_association_and_no_policy(nodes, evidence) -> None:
    reasons = {"SJM": "Svalbard Treaty 1920, Art. 9", "ALA": "demilitarised and neutralised"}
    for code, reason in reasons.items():
        here = (nodes["country_iso3"] == code) & ~nodes["name"].str.contains("Jan Mayen|Olonkin")
        ids = nodes.loc[here, "node_id"]
        assert len(ids) >= 3
        rows = evidence[evidence["node_id"].isin(ids) & evidence["group"].isin(["m_association", "m_policy"])]
        assert set(rows["group"]) == {"m_association", "m_policy"}
        assert rows.groupby("node_id")["group"].nunique().reindex(ids).eq(2).all()
        assert (rows["state"] == "not_applicable").all()
        assert rows["score"].isna().all()
        assert (rows["weight"] == 0).all()
        assert rows["note"].str.contains(reason, regex=False).all()
        assert nodes.loc[here, "special_status"].notna().all()


def test_association_applies_everywhere_else(nodes, evidence) -> None:
    ids = nodes.loc[~nodes["country_iso3"].isin(["SJM", "ALA"]), "node_id"]
    rows = evidence[evidence["node_id"].isin(ids) & (evidence["group"] == "m_association")]
    assert (rows["state"] == "known").all()
    # A public claim is worth what its source is: nothing beyond the radius.
    for name, worth in (("claim_high", 1.0), ("claim_medium", 0.5), ("claim_low", 0.25)):
        assert set(rows.loc[rows["indicator"] == name, "score"]) == {0.0, worth}
    assert set(rows["indicator"]) == {"documented_use", "claim_high", "claim_medium", "claim_low"}


def test_the_svalbard_treaty_does_not_hold_on_jan_mayen(nodes) -> None:
    # The treaty covers 74-81 N, 10-35 E.
    treaty = nodes[nodes["special_status"] == "svalbard_treaty_art9"]
    assert treaty["latitude_deg"].between(74, 81).all()
    assert treaty["longitude_deg"].between(10, 35).all()


# -------------------------------------------------------------------------------------- military


def test_military_sites_are_coarse(military) -> None:
    lon, lat = lonlat(military.geometry.x, military.geometry.y)
    for degrees, stored in ((lon, military["longitude_deg"]), (lat, military["latitude_deg"])):
        assert np.abs(stored * 10 - (stored * 10).round()).max() < 1e-9
        assert np.abs(degrees * 10 - np.round(degrees * 10)).max() < 1e-5
    assert (military["uncertainty_km"] >= 6).all()


def test_military_sites_cover_all_eight_states(military) -> None:
    assert military["site_id"].nunique() >= 80
    sites = military.groupby("country_iso3")["site_id"].nunique()
    eight = ["CAN", "FIN", "ISL", "NOR", "RUS", "SWE", "USA"]
    assert (sites.reindex(eight) >= 3).all()
    assert sites.reindex(["DNK", "GRL", "FRO"]).sum() >= 3  # the Kingdom of Denmark


def test_claims_say_how_far_apart_they_are(military) -> None:
    for _, claims in military.groupby("site_id"):
        assert (claims["claims"] == len(claims)).all()
        far = claims["claims_apart_km"]
        if len(claims) == 1:
            assert far.isna().all()
            continue
        lon, lat = claims["longitude_deg"].to_numpy(), claims["latitude_deg"].to_numpy()
        most = max(
            GEOD.inv(lon[i], lat[i], lon[j], lat[j])[2] / 1000 for i in range(len(lon)) for j in range(i)
        )
        # Measured before the claims were rounded, which moves each by 6.3 km at most.
        assert (far == far.iloc[0]).all()
        assert far.iloc[0] == pytest.approx(most, abs=12.6)


def test_no_military_site_is_a_node(nodes, evidence, military) -> None:
    keys = set(military["feature_id"]) | set(military["site_id"])
    told = {key for text in nodes["sources"] for key in text.split("; ")} | set(
        nodes["node_id"].str.split(":", n=1).str[1]
    )
    assert not told & keys
    assert not any(key.startswith("mil-") for key in told)
    assert not set(evidence["node_id"]) & keys
    # The rows they feed are whether one is near a civil node (method §10).
    rows = evidence[evidence["source_id"] == "own_military_sites"]
    assert set(rows["indicator"]) == {"claim_high", "claim_medium", "claim_low"}
    assert set(rows["group"]) == {"m_association"}
    # And none of them is scored for climate, or scored at all.
    assert not {"score", "weight", "hazard_class", "flag", "flag_probability"} & set(military.columns)


def _military_only_icao() -> set[str]:
    joint: dict[str, bool] = defaultdict(bool)
    codes: dict[str, set[str]] = defaultdict(set)
    for row in cited("military_sites.csv"):
        joint[row["site_key"]] |= "joint civil-military" in row["note"]
        if row["icao"].strip():
            codes[row["site_key"]].add(row["icao"].strip())
    return {code for site, found in codes.items() if not joint[site] for code in found}


def test_no_airfield_that_is_military_only_is_a_node(picture, nodes) -> None:
    only = _military_only_icao()
    assert len(only) >= 30
    fields = picture.tables["airfields"]
    assert not set(fields["icao"].dropna()) & only
    known = {key for text in nodes.loc[nodes["kind"] == "airfield", "sources"] for key in text.split("; ")}
    assert not known & {f"oa-{code.lower()}" for code in only}
    assert not known & {f"apd-{code.lower()}" for code in only}


def test_no_port_that_the_index_calls_military_is_a_node(picture) -> None:
    assert not (picture.tables["ports"]["harbor_use"] == "Military").any()


# ----------------------------------------------------------------------------------------- lines


@pytest.mark.parametrize("name", ["cables", "sea_routes", "chokepoints", "sea_lanes"])
def test_lines_stay_north_and_do_not_cross_the_map(picture, name: str) -> None:
    table = picture.tables[name]
    xy, owner = shapely.get_coordinates(table.geometry.to_numpy(), return_index=True)
    _, lat = lonlat(xy[:, 0], xy[:, 1])
    assert lat.min() > 57.9
    # A chord drawn across the map is one long step; lines are densified, so every step is short.
    parts, _ = shapely.get_parts(table.geometry.to_numpy(), return_index=True)
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    step = np.hypot(*np.diff(xy, axis=0).T)[owner[1:] == owner[:-1]]
    assert step.max() < 50_000
    # A line that goes the wrong way round the pole has the pole's whole circle for a span: the map
    # is 7,000 km wide. Arctic Bridge, Churchill to Murmansk, is the widest there is: 4,800 km.
    bounds = table.bounds
    assert max((bounds["maxx"] - bounds["minx"]).max(), (bounds["maxy"] - bounds["miny"]).max()) < 5_000_000


def test_sea_routes_are_as_long_as_their_way_points_say(picture) -> None:
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in sorted(cited("sea_routes.csv"), key=lambda row: int(row["seq"])):
        points[row["route_key"]].append((float(row["longitude_deg"]), float(row["latitude_deg"])))
    table = picture.tables["sea_routes"].set_index("feature_id")["length_km"]
    assert len(table) == len(points) >= 8
    for key, places in points.items():
        lon, lat = np.array(places).T
        straight = GEOD.line_length(lon, lat) / 1000
        # Drawn straight in degrees, so longer than the geodesics; the wrong way round is far longer.
        assert straight * 0.999 <= table[f"route-{key}"] <= straight * 1.15, key


def test_sea_routes_keep_to_the_sea(picture) -> None:
    land = picture.tables["land"].geometry.union_all()
    routes = picture.tables["sea_routes"]
    over = length_km(shapely.intersection(routes.geometry.to_numpy(), land))
    assert dict(zip(routes["name"], over.round(1), strict=True)) == dict.fromkeys(
        routes["name"], pytest.approx(0, abs=2)
    )


def test_cables_land_at_their_landings(picture) -> None:
    landings = picture.tables["cable_landings"].set_index("feature_id").geometry
    cables = picture.tables["cables"]
    seen = 0
    for row in cables.itertuples():
        for end in (row.from_landing, row.to_landing):
            place = landings.get(f"landing-{end}")
            if place is not None:
                seen += 1
                assert row.geometry.distance(place) < 1000, (row.feature_id, end)
    assert seen > len(cables)
    assert cables["source_url"].str.startswith("http").all()


def test_landings_count_their_systems_in_service(picture) -> None:
    status = {row["system_key"]: (row["name"], row["status"]) for row in cited("cable_systems.csv")}
    at: dict[str, set[str]] = defaultdict(set)
    for row in cited("cable_links.csv"):
        at[row["from_landing"]].add(row["system_key"])
        at[row["to_landing"]].add(row["system_key"])
    for row in picture.tables["cable_landings"].itertuples():
        keys = at[row.feature_id.removeprefix("landing-")]
        assert row.systems_in_service == sum(status[key][1] == "in_service" for key in keys)
        assert set(row.systems.split("; ")) == {status[key][0] for key in keys}


# --------------------------------------------------------------------------- regions of a picture


def test_a_region_is_a_cut_and_judges_nothing_anew(picture) -> None:
    from pipelines.picture.build import Options, compose_snapshot

    bering, _ = compose_snapshot(Options(region="bering"))
    cut, whole = bering.tables["nodes"], picture.tables["nodes"].set_index("node_id", drop=False)
    assert 100 < len(cut) < len(whole) / 2
    pd.testing.assert_frame_equal(
        pd.DataFrame(cut.drop(columns="geometry")),
        pd.DataFrame(whole.loc[cut["node_id"]].drop(columns="geometry")).reset_index(drop=True),
    )
    for name in ("evidence", "measures", "climate_facts", "exits"):
        assert set(bering.tables[name]["node_id"]) <= set(cut["node_id"]), name
    assert set(bering.tables["evidence"]["node_id"]) == set(cut["node_id"])
    # Both sides of the date line are in it, and nothing of Europe.
    assert {"RUS", "USA"} <= set(cut["country_iso3"]) <= {"RUS", "USA"}
    assert (cut["longitude_deg"] > 165).any()
    assert (cut["longitude_deg"] < -155).any()
    east = cut["longitude_deg"] % 360
    assert east.between(164.999, 205.001).all()
    assert cut["latitude_deg"].between(59.999, 73.001).all()


# Sources of which known rows may have another date than the whole, and why.
_OTHER_DAYS = {
    "metoffice_model_temperature",  # that of the stations it is corrected by
    "nsidc_ice_presence",  # the last ice year that is whole
    "geonames_cities500",  # nobody lives there: the day of the node
    "nga_world_port_index",  # how far the nearest deep port lies: the day of the node
    "own_strategic_projects",  # each project has the day of its decision
    "ourairports",  # no runway within reach: the day of the node
}


def test_evidence_has_the_date_of_its_source(evidence, picture) -> None:
    days = {note.id: note.as_of for note in picture.sources}
    known = evidence[evidence["state"] == "known"]
    other = set(known.loc[known["as_of"] != known["source_id"].map(days), "source_id"])
    # Rows of our cited tables, and corrections, have each a date of their own.
    assert {name for name in other if not name.startswith("own_")} <= _OTHER_DAYS
    assert not (known["as_of"].str[:10] > picture.day.isoformat()).any()


def test_ice_near_a_node_is_told_by_the_record_or_by_an_ice_service(evidence) -> None:
    rows = evidence[evidence["group"].isin(["h_seaice", "a_season"])]
    assert set(rows["source_id"]) <= {"nsidc_ice_presence", "own_port_ice_seasons"}


def test_where_two_lists_place_one_thing_apart_the_distance_is_a_datum(nodes) -> None:
    apart = nodes["sources_apart_km"]
    assert apart.notna().any()
    assert (nodes["position_uncertainty_km"] >= apart.fillna(0)).all()
    assert apart[nodes["sources"].str.contains("; ") & (nodes["kind"] == "port")].notna().any()


def test_a_claim_of_association_says_which_list_and_about_how_far(evidence) -> None:
    rows = evidence[evidence["indicator"].str.startswith("claim_") & evidence["state"].eq("known")]
    told = r"nearest public claim of (?:high|medium|low) confidence: .+, within about \d+ km, .+https?://"
    assert rows["note"].str.contains(told).all()
    # A place that is rounded to 0.1 degree is no nearer than its radius says.
    assert (rows["value"] == rows["value"].round()).all()
