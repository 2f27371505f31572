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
from pyproj import Geod
from rapidfuzz import fuzz, utils

from layers.assessed.dual_use import classify
from layers.assessed.military_relevance import material_tier
from layers.catalog import LAYERS
from layers.crs import length_km, lonlat

from layers.merge import within_km
from layers.picture import CAVEATS


GEOD = Geod(ellps="WGS84")
REFERENCE = Path(__file__).resolve().parents[2] / "layers" / "reference"
KINDS = {"port", "airfield", "cable_landing", "mine", "rail_terminal", "energy_site", "ground_station"}

# design/contract.md, `layers/nodes.parquet` and `tables/evidence.parquet`.
AXES = ("climate", "military", "civil")
NODE_TYPES = (
    dict.fromkeys(
        ["node_id", "name", "kind", "country_iso3", "institution", "special_status", "dual_use_class",
         "flag", "reasons", "baseline_requirements", "cer_sectors"], "str")
    | dict.fromkeys(["longitude_deg", "latitude_deg", "position_uncertainty_km"], "float64")
    | {"flag_probability": "float64"}
    | {f"{axis}_{part}": "float64" for axis in AXES for part in ("low", "high", "known", "coverage")}
    | dict.fromkeys(["rank_low", "rank_median", "rank_high"], "Int64")
)  # fmt: skip
EVIDENCE_TYPES = (
    dict.fromkeys(["node_id", "axis", "group", "indicator", "unit", "state"], "str")
    | dict.fromkeys(["source_id", "as_of", "note"], "str")
    | dict.fromkeys(["value", "score", "weight"], "float64")
)  # fmt: skip


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


def test_choices_are_the_contract(nodes, evidence) -> None:
    assert set(nodes["kind"]) == KINDS
    assert set(nodes["institution"]) <= {"both", "nato_only", "eu_only", "neither"}
    assert set(nodes["dual_use_class"]) <= {"D3", "D2", "D1", "D0", "D?"}
    assert set(nodes["flag"]) <= {"robust", "possible", "not_flagged", "insufficient_data"}
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
    assert all(len(picture.tables[layer.id]) for layer in picture.layers)


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
        "Not for navigation, targeting or site security decisions", "intervals", "25 km satellite cells",
        "Polar Code", "Permafrost", "0 means not reported", "imply no position on status",
        "D2 is an inference", "not dated forecasts", "licence",
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
    assert evidence.loc[known, "score"].between(0, 1).all()
    assert evidence.loc[~known, "score"].isna().all()
    assert evidence.loc[~known, "score_high"].isna().all()
    assert (evidence.loc[evidence["state"] == "not_applicable", "weight"] == 0).all()
    assert (evidence.loc[evidence["state"] != "not_applicable", "weight"] > 0).all()
    assert (evidence.loc[known, "score"] <= evidence.loc[known, "score_high"]).all()
    # Nothing is known and unmeasured at once.
    assert evidence.loc[known, "value"].notna().all()


def test_weights_add_up_to_one_and_groups_are_equal(evidence) -> None:
    live = evidence[evidence["state"] != "not_applicable"]
    place = ["node_id", "axis", "dimension"]
    sums = live.groupby(place)["weight"].sum()
    assert np.abs(sums - 1).max() < 1e-12
    group = live.groupby([*place, "group"])["weight"].sum()
    spread = group.groupby(level=place)
    assert (spread.max() - spread.min()).max() < 1e-12
    inside = live.groupby([*place, "group"])["weight"]
    assert (inside.max() - inside.min()).max() < 1e-12


def test_adding_the_evidence_up_again_gives_every_axis(nodes, evidence) -> None:
    """Method §1.3, without layers.scoring: WA inside a dimension, GM with eps = 0.01 between them."""
    sums: dict = defaultdict(lambda: [0.0, 0.0, 0.0])
    for node, axis, dimension, score, weight in zip(
        *(evidence[name].tolist() for name in ("node_id", "axis", "dimension", "score", "weight")),
        strict=True,
    ):
        cell = sums[node, axis, dimension]
        cell[0] += weight
        if not math.isnan(score):
            cell[1] += weight * score
            cell[2] += weight
    dimensions = {
        "climate": ["hazard", "exposure", "vulnerability"],
        "military": ["military"],
        "civil": ["civil"],
        "access": ["access"],
    }
    assert set(evidence.loc[evidence["axis"] != "dual_use", "dimension"]) == {
        d for ds in dimensions.values() for d in ds
    }
    asked = nodes["kind"].isin(["port", "cable_landing"])
    assert nodes.loc[asked, "access_low"].notna().all()
    assert nodes.loc[~asked, "access_low"].isna().all()
    worst = 0.0
    for row in nodes.to_dict("records"):
        for axis, names in dimensions.items():
            cells = [sums[row["node_id"], axis, name] for name in names]
            if axis == "access" and row["kind"] not in {"port", "cable_landing"}:
                continue
            assert all(total > 0 for total, _, _ in cells)
            told = {
                "low": [scored / total for total, scored, _ in cells],
                "high": [(scored + total - known) / total for total, scored, known in cells],
                "known": [scored / known if known else math.nan for _, scored, known in cells],
            }
            for part, values in told.items():
                lifted = math.prod(0.01 + 0.99 * value for value in values)
                expected = values[0] if len(values) == 1 else lifted ** (1 / len(values))
                found = row[f"{axis}_{part}"]
                assert math.isnan(found) == math.isnan(expected)
                if not math.isnan(found):
                    worst = max(worst, abs(found - expected))
            share = sum(known / total for total, _, known in cells) / len(cells)
            worst = max(worst, abs(row[f"{axis}_coverage"] - share))
    print(f"evidence against axes: at most {worst:.1e}")
    assert worst < 1e-9


def test_axes_are_intervals(nodes) -> None:
    for axis in ("climate", "military", "civil"):
        low, high, known, share = (nodes[f"{axis}_{part}"] for part in ("low", "high", "known", "coverage"))
        assert (low <= high + 1e-12).all()
        assert ((low <= known + 1e-12) | known.isna()).all()
        assert ((known <= high + 1e-12) | known.isna()).all()
        assert share.between(0, 1).all()


def test_low_is_never_above_high_even_by_rounding(nodes) -> None:
    assert all(
        (nodes[f"{axis}_low"] <= nodes[f"{axis}_high"]).all() for axis in ("climate", "military", "civil")
    )


def test_flags_are_only_where_capable_and_covered(nodes) -> None:
    flagged = nodes["flag"].isin(["robust", "possible"])
    assert flagged.any()
    assert nodes.loc[flagged, "dual_use_class"].isin(["D2", "D3"]).all()
    coverage = nodes[["climate_coverage", "military_coverage", "civil_coverage"]].min(axis=1)
    assert (coverage[flagged] >= 0.5).all()
    assert (nodes.loc[coverage < 0.5, "flag"] == "insufficient_data").all()
    assert (nodes.loc[nodes["dual_use_class"] == "D?", "flag"] == "insufficient_data").all()
    judged = nodes[nodes["flag"] != "insufficient_data"]
    share = judged["flag_probability"]
    expected = np.select([share >= 0.8, share >= 0.2], ["robust", "possible"], "not_flagged")
    # The share is rounded to four places after the flag is set.
    edge = share.sub(0.8).abs().lt(1e-4) | share.sub(0.2).abs().lt(1e-4)
    assert (judged["flag"].to_numpy() == expected)[~edge].all()
    assert (nodes.loc[~nodes["dual_use_class"].isin(["D2", "D3"]), "flag_probability"] == 0).all()


def test_ranks_are_intervals_within_the_kind(nodes) -> None:
    assert (nodes["rank_low"] <= nodes["rank_median"]).all()
    assert (nodes["rank_median"] <= nodes["rank_high"]).all()
    assert (nodes["rank_low"] >= 1).all()
    assert (nodes["rank_high"] <= nodes["kind"].map(nodes["kind"].value_counts())).all()
    assert (nodes.groupby("kind")["rank_low"].min() == 1).any()


def test_access_enters_no_axis(nodes, evidence, picture) -> None:
    # Method §0.2: a longer season may enter access, never the sum. Without it nothing else moves.
    without = evidence[evidence["axis"] != "access"]
    assert len(without) < len(evidence)
    again = axis_intervals(without).reindex(nodes["node_id"])
    for axis in ("climate", "military", "civil"):
        assert (again[f"{axis}_known"].to_numpy() == nodes[f"{axis}_known"].to_numpy())[
            nodes[f"{axis}_known"].notna()
        ].all()
    capable = nodes.set_index("node_id")["dual_use_class"].isin(["D2", "D3"])
    kinds = nodes.set_index("node_id")["kind"]
    told = [
        draw_kinds(table, kinds, capable, picture.scenario, draws=60, seed=0, only=["port"])[1]["port"]
        for table in (evidence, without)
    ]
    assert set(evidence.loc[evidence["axis"] == "access", "group"]) == {"a_season", "a_change"}
    assert (told[0].share == told[1].share).all()


def test_dual_use_classes_are_the_rule(nodes, evidence) -> None:
    rows = evidence[evidence["axis"] == "dual_use"]
    for node, part in rows.groupby("node_id"):
        required = part[part["group"] == "d_required"]
        support = part[part["group"] == "d_supporting"]
        capable = (required["score"] == 1).all() and (support["score"] == 1).sum() * 2 >= len(support)
        told = nodes.loc[nodes["node_id"] == node, "dual_use_class"].iloc[0]
        documented = (part["group"] == "d_documented").any()
        assert (told == "D3") == documented, node
        assert documented or (told == "D2") == capable, node
    d2 = nodes.loc[nodes["dual_use_class"] == "D2", "node_id"]
    needed = rows[rows["node_id"].isin(d2) & (rows["group"] == "d_required")]
    assert (needed["score"] == 1).all()


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
    rows = evidence[evidence["node_id"].isin(unknown)].set_index("indicator")["state"]
    assert (rows["paved_1067_m"] == "unknown").all()
    assert (rows["paved_2359_m"] == "unknown").all()


def test_a_paved_runway_beside_a_longer_gravel_one_counts_as_paved(evidence) -> None:
    # Immola: 1,502 m of gravel and 1,100 m paved. Method §4: the longest *paved* runway counts.
    score = evidence[(evidence["node_id"] == "airfield:oa-efim") & (evidence["indicator"] == "runway_length")]
    assert score["value"].tolist() == [1100.0]
    assert score["score"].tolist() == pytest.approx([0.5 + 0.5 * (1100 - 1067) / (2359 - 1067)])


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
                 "cable_landings", "ground_stations"):  # fmt: skip
        known |= set(picture.tables[name]["feature_id"])
    told = [key for text in nodes["sources"] for key in text.split("; ")]
    strange = [key for key in told if key not in known and not key.startswith("osm-rail-")]
    assert strange == []
    # Its own key is the first of them, and no source row makes two nodes of one kind.
    assert (nodes["kind"] + ":" + nodes["sources"].str.split("; ").str[0] == nodes["node_id"]).all()
    pairs = [
        (kind, key)
        for kind, text in zip(nodes["kind"], nodes["sources"], strict=True)
        for key in text.split("; ")
    ]
    assert len(pairs) == len(set(pairs))


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
    assert set(rows["score"]) <= {0.0, 0.5, 1.0}


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
    # The one row they feed is whether one is near a civil node (method §10).
    rows = evidence[evidence["source_id"] == "own_military_sites"]
    assert set(rows["indicator"]) == {"military_site_near"}
    assert set(rows["group"]) == {"m_association"}
    # And none of them is scored for climate, or scored at all.
    assert not {"score", "weight", "climate_low", "flag", "flag_probability"} & set(military.columns)


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
    from pipelines.build import Options, compose_snapshot

    bering, _ = compose_snapshot(Options(region="bering"))
    cut, whole = bering.tables["nodes"], picture.tables["nodes"].set_index("node_id", drop=False)
    assert 100 < len(cut) < len(whole) / 2
    pd.testing.assert_frame_equal(
        pd.DataFrame(cut.drop(columns="geometry")),
        pd.DataFrame(whole.loc[cut["node_id"]].drop(columns="geometry")).reset_index(drop=True),
    )
    assert set(bering.tables["evidence"]["node_id"]) == set(cut["node_id"])
    # Both sides of the date line are in it, and nothing of Europe.
    assert {"RUS", "USA"} <= set(cut["country_iso3"]) <= {"RUS", "USA"}
    assert (cut["longitude_deg"] > 165).any()
    assert (cut["longitude_deg"] < -155).any()
    east = cut["longitude_deg"] % 360
    assert east.between(164.999, 205.001).all()
    assert cut["latitude_deg"].between(59.999, 73.001).all()


# Evidence whose date is not that of its whole source, and why.
_OTHER_DAYS = {
    ("metoffice_model_temperature", "2024-12-31"),  # the warming level is that of 2024
    ("sea_ice_grid", "2010-12-31"),  # the medians are of 1981 to 2010
    ("own_strategic_projects", "2025-03-25"),  # each project has the day of its decision
}


def test_evidence_has_the_date_of_its_source(evidence, picture) -> None:
    days = {note.id: note.as_of for note in picture.sources}
    # A correction has the day from which it holds.
    of_source = evidence[evidence["source_id"] != "own_overrides"]
    told = set(zip(of_source["source_id"], of_source["as_of"], strict=True))
    assert {pair for pair in told if days[pair[0]] != pair[1]} == _OTHER_DAYS


def test_ice_near_a_node_is_told_by_the_grid_it_was_read_from(evidence) -> None:
    assert set(evidence.loc[evidence["group"] == "h_seaice", "source_id"]) == {"sea_ice_grid"}


def test_where_two_lists_place_one_thing_apart_the_distance_is_a_datum(nodes) -> None:
    from layers.assessed.sites import _merged

    one = pd.DataFrame({"feature_id": ["a", "b"], "name": ["Vik", "Nes"], "longitude_deg": [20.0, 25.0],
                        "latitude_deg": [70.0, 70.0]})  # fmt: skip
    other = pd.DataFrame({"feature_id": ["x", "y"], "name": ["Vik", "Vik"], "longitude_deg": [20.0, 20.0],
                          "latitude_deg": [70.01, 70.03]})  # fmt: skip
    told = _merged([one, other], same_place_km=2.0, same_name_km=8.0).set_index("feature_id")
    # The farther of two: 0.03 degrees of latitude.
    assert told.loc["a", "sources"] == "a; x; y"
    expected = GEOD.inv(20, 70, 20, 70.03)[2] / 1000
    assert told.loc["a", "sources_apart_km"] == pytest.approx(expected, rel=1e-6)
    assert math.isnan(told.loc["b", "sources_apart_km"])
    apart = nodes["sources_apart_km"]
    assert apart.notna().any()
    assert (nodes["position_uncertainty_km"] >= apart.fillna(0)).all()
    assert apart[nodes["sources"].str.contains("; ") & (nodes["kind"] == "port")].notna().any()


def test_the_claim_of_association_says_which_list_and_how_far(evidence) -> None:
    rows = evidence[evidence["group"].eq("m_association") & evidence["state"].eq("known")]
    assert (
        rows["note"].str.contains(r"nearest public claim: .+, [\d,]+ km \(\+/- \d+ km\), .+https?://").all()
    )
