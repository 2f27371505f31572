"""Evidence of the picture: contract, state, weight, source and date of its rows."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date

import numpy as np
from cited_tables import KINDS

from layers.assessed.hazard import HAZARDS
from layers.catalog import LAYERS
from layers.observed.climate_records import GROUND_ICE, PERMAFROST_ZONES, TIERS
from layers.picture import CAVEATS

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
    weight_known = {note.id for note in picture.sources}
    assert len(weight_known) == len(picture.sources)
    for name, table in picture.tables.items():
        if "source_id" in table:
            assert set(table["source_id"]) <= weight_known, name
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
    caveats = " ".join(picture.caveats)
    for part in (
        "Not for navigation, targeting or site security decisions", "Classes are absolute", "raises none",
        "25 km satellite cells", "Polar Code", "Permafrost", "never gives high", "0 means not reported",
        "imply no position on status", "D2 is an inference", "not dated forecasts", "licence",
    ):  # fmt: skip
        assert part in caveats


def test_every_node_has_evidence_on_every_axis_and_no_row_is_an_orphan(nodes, evidence) -> None:
    ids = set(nodes["node_id"])
    assert set(evidence["node_id"]) == ids
    for axis in ("climate", "military", "civil", "dual_use"):
        assert set(evidence.loc[evidence["axis"] == axis, "node_id"]) == ids


def test_missing_is_null_and_never_zero(evidence) -> None:
    is_known = evidence["state"] == "known"
    scored = evidence["score"].dropna()
    assert scored.between(0, 1).all()
    assert evidence.loc[~is_known, ["score", "value", "value_low", "value_high"]].isna().all().all()
    assert (evidence.loc[evidence["state"] == "not_applicable", "weight"] == 0).all()
    # Nothing is known and unsaid at once.
    known_rows = evidence.loc[is_known]
    assert (known_rows["value"].notna() | known_rows["label"].notna()).all()
    measured = known_rows[known_rows["value"].notna()]
    assert (measured["value_low"] <= measured["value"]).all()
    assert (measured["value"] <= measured["value_high"]).all()


def test_what_is_not_known_names_what_would_tell(evidence) -> None:
    hazards = evidence[evidence["indicator"].isin(list(HAZARDS)) & (evidence["state"] == "unknown")]
    assert len(hazards)
    for name, part in hazards.groupby("indicator"):
        datum, source = HAZARDS[name]
        assert set(part["source_id"]) == {source}
        assert set(part["note"]) == {f"not known; would tell: {datum}"}


def test_a_climate_fact_says_how_it_is_known_and_no_other_row_does(evidence) -> None:
    has_tier = evidence["tier"] != ""
    assert set(evidence.loc[has_tier, "axis"]) == {"climate", "access"}
    assert set(evidence.loc[has_tier, "tier"]) <= set(TIERS)
    weight_known = evidence["indicator"].isin([*HAZARDS, "permafrost_zone", "ground_ice"]) & (
        evidence["state"] == "known"
    )
    assert has_tier[weight_known].all()


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
        total, scored, weight_known = sums[row["node_id"]]
        expected = {
            "low": scored / total, "high": (scored + total - weight_known) / total,
            "coverage": weight_known / total,
            "known": scored / weight_known if weight_known else math.nan,
        }  # fmt: skip
        for name, value in expected.items():
            actual = row[f"military_{name}"]
            assert math.isnan(actual) == math.isnan(value)
            worst = worst if math.isnan(value) else max(worst, abs(actual - value))
    print(f"evidence against the military interval: at most {worst:.1e}")
    assert worst < 1e-9
    low, high, weight_known = (nodes[f"military_{name}"] for name in ("low", "high", "known"))
    assert (low <= high).all()
    assert ((low <= weight_known) & (weight_known <= high) | weight_known.isna()).all()


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
    weight_known = evidence[evidence["state"] == "known"]
    other = set(weight_known.loc[weight_known["as_of"] != weight_known["source_id"].map(days), "source_id"])
    # Rows of our cited tables, and corrections, have each a date of their own.
    assert {name for name in other if not name.startswith("own_")} <= _OTHER_DAYS
    assert not (weight_known["as_of"].str[:10] > picture.day.isoformat()).any()


def test_ice_near_a_node_is_told_by_the_record_or_by_an_ice_service(evidence) -> None:
    rows = evidence[evidence["group"].isin(["h_seaice", "a_season"])]
    assert set(rows["source_id"]) <= {"nsidc_ice_presence", "own_port_ice_seasons"}


def test_a_claim_of_association_says_which_list_and_about_how_far(evidence) -> None:
    rows = evidence[evidence["indicator"].str.startswith("claim_") & evidence["state"].eq("known")]
    datum = r"nearest public claim of (?:high|medium|low) confidence: .+, within about \d+ km, .+https?://"
    assert rows["note"].str.contains(datum).all()
    # A place that is rounded to 0.1 degree is no nearer than its radius says.
    assert (rows["value"] == rows["value"].round()).all()
