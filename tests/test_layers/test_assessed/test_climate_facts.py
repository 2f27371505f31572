"""Climate facts of a node: ground, damage, shore and sea level, by tier."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from toy_facts import HOME, NAN, fact_table, off, placed, sites

from layers.assessed.air_facts import proxy_zone
from layers.assessed.climate_facts import (
    CLIMATE_FACTS,
    _add_damage,
    _add_erosion,
    _add_level,
    _add_permafrost,
)
from layers.assessed.fact_rows import FactRows
from layers.crs import POLAR, polar_points
from layers.observed.climate_records import FACTS, PERMAFROST_ZONES
from layers.schema import check

NO_MAPS = placed({"at": HOME, "permafrost_zone": None, "ground_ice": None}).iloc[:0]


def place_of(km: float, **says: Any) -> dict[str, Any]:
    return {
        "at": off(km),
        "permafrost_zone": None,
        "ground_ice": None,
        "is_bedrock": None,
        "tier": "typed",
    } | says


def area(zone: str, ground_ice: str | None = None, radius_m: float = 50_000) -> gpd.GeoDataFrame:
    ground = polar_points([HOME[0]], [HOME[1]])[0].buffer(radius_m)
    return gpd.GeoDataFrame(
        {"permafrost_zone": [zone], "ground_ice": [ground_ice], "source_id": "map", "as_of": "1997"},
        geometry=[ground], crs=POLAR,
    )  # fmt: skip


def ground_of(places: gpd.GeoDataFrame, maps: gpd.GeoDataFrame, proxy: float = 0.0) -> pd.DataFrame:
    nodes = sites(("mine:a", HOME))
    book = FactRows(nodes)
    book.add(
        np.array([0]), "permafrost_zone", value=proxy, tier="proxy", label=PERMAFROST_ZONES[4 - int(proxy)],
        source_id="model", as_of="2020",
    )  # fmt: skip
    _add_permafrost(book, nodes, polar_points([HOME[0]], [HOME[1]]), places, maps)
    return fact_table(book).loc["mine:a"]


def test_a_publication_stands_before_a_map_and_a_map_before_the_proxy() -> None:
    typed = placed(place_of(4, permafrost_zone="discontinuous"))
    far = placed(place_of(20, permafrost_zone="discontinuous"))
    for places, maps, zone, tier, value in (
        (typed, area("continuous"), "discontinuous", "typed", 3.0),
        (far, area("continuous"), "continuous", "mapped", 4.0),
        (far, area("continuous", radius_m=0.0), "none", "proxy", 0.0),
        (far, NO_MAPS, "none", "proxy", 0.0),
    ):
        row = ground_of(places, maps).loc["permafrost_zone"]
        assert (row["label"], row["tier"], row["value"]) == (zone, tier, value)


def test_each_fact_of_the_ground_has_its_own_source() -> None:
    places = placed(
        place_of(1, permafrost_zone="continuous", source_id="zone"),
        place_of(2, ground_ice="medium", source_id="ice", confidence="low"),
        place_of(3, is_bedrock=False, source_id="rock"),
    )
    rows = ground_of(places, area("sporadic", "high"))
    assert rows["source_id"].to_dict() == {"permafrost_zone": "zone", "ground_ice": "ice", "bedrock": "rock"}
    assert rows["value"].to_dict() == {"permafrost_zone": 4.0, "ground_ice": 1.0, "bedrock": 0.0}
    assert rows.loc["bedrock", "label"] == "not bedrock"
    assert rows.loc["ground_ice", "note"] == "a name, 2 km off: t (u)"
    mapped = ground_of(places.iloc[[0]], area("sporadic", "high"))
    assert mapped.loc["ground_ice", ["label", "tier", "value"]].tolist() == ["high", "mapped", 2.0]


def test_zones_and_ice_have_the_numbers_that_the_rules_read() -> None:
    for place, zone in enumerate(PERMAFROST_ZONES):
        row = ground_of(placed(place_of(1, permafrost_zone=zone)), NO_MAPS).loc["permafrost_zone"]
        assert (row["value"], row["label"]) == (4 - place, zone)
    for word, value in (("high", 2.0), ("medium", 1.0), ("low", 0.0)):
        assert ground_of(placed(place_of(1, ground_ice=word)), NO_MAPS).loc["ground_ice", "value"] == value
    assert ground_of(placed(place_of(1, is_bedrock=True)), NO_MAPS).loc["bedrock", "value"] == 1.0


# Gruber 2012: half of the ground at -4.38 degC, spread 2.536 K; quantiles of the normal distribution.
@pytest.mark.parametrize(
    ("share", "z", "below", "above"),
    [(0.9, -1.28155, 4, 3), (0.5, 0.0, 3, 2), (0.1, 1.28155, 2, 1), (0.01, 2.32635, 1, 0)],
)
def test_a_proxy_zone_turns_at_its_share_of_frozen_ground(
    share: float, z: float, below: int, above: int
) -> None:
    edge = -4.38 + z * math.sqrt(6.43)
    assert proxy_zone(np.array([edge - 0.01, edge + 0.01])).tolist() == [below, above], share
    assert proxy_zone(np.array([-30.0, 15.0])).tolist() == [4, 0]


def damage(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    usual = {"applies_to": "town", "match_node": None, "what": "cracks", "kind": None, "grade": "damage"}
    return placed(*(usual | row for row in rows))


def test_damage_of_the_facility_stands_before_that_of_its_town() -> None:
    nodes = sites(("port:a", HOME), ("port:b", off(1)), ("port:c", off(24)), ("port:d", off(26)))
    book = FactRows(nodes)
    _add_damage(
        book,
        nodes,
        damage(
            {"at": HOME, "source_id": "town", "confidence": "high"},
            {"at": off(300), "applies_to": "facility", "match_node": "port:a", "source_id": "old",
             "as_of": "1999"},
            {"at": off(300), "applies_to": "facility", "match_node": "port:a", "source_id": "new",
             "as_of": "2021", "confidence": "low"},
            {"at": HOME, "applies_to": "facility", "match_node": "port:elsewhere", "source_id": "other"},
            {"at": HOME, "applies_to": "facility", "source_id": "nobody's"},
        ),
    )  # fmt: skip
    rows = fact_table(book).xs("thaw_damage", level="fact")
    # The newest report on the port itself; of a town every node within 25 km.
    assert rows["value"].to_dict() == {"port:a": 2.0, "port:b": 1.0, "port:c": 1.0}
    assert rows["label"].to_dict() == {"port:a": "facility", "port:b": "town", "port:c": "town"}
    assert rows["source_id"].to_dict() == {"port:a": "new", "port:b": "town", "port:c": "town"}
    assert rows.loc["port:c", "note"] == "town, 24 km off: cracks: t (u)"
    assert rows.loc["port:a", "note"] == "cracks: t (u)"


def test_damage_stands_before_problems_whose_ever_they_are() -> None:
    nodes = sites(("port:a", HOME), ("port:b", off(100)), ("port:c", off(200)), ("port:d", off(300)))
    book = FactRows(nodes)
    _add_damage(
        book,
        nodes,
        damage(
            {"at": HOME, "applies_to": "facility", "match_node": "port:a", "grade": "problems"},
            {"at": HOME, "source_id": "town"},
            {"at": off(100), "applies_to": "facility", "match_node": "port:b", "grade": "problems",
             "source_id": "own"},
            {"at": off(100), "grade": "problems", "confidence": "high", "source_id": "town"},
            {"at": off(200), "grade": "problems", "source_id": "town"},
        ),
    )  # fmt: skip
    rows = fact_table(book).xs("thaw_damage", level="fact")
    assert rows["value"].to_dict() == {"port:a": 1.0, "port:b": 0.5, "port:c": 0.5}
    assert rows["label"].to_dict() == {
        "port:a": "town", "port:b": "facility, problems only", "port:c": "town, problems only",
    }  # fmt: skip
    assert rows.loc["port:b", "source_id"] == "own"


def test_a_shore_that_is_rock_has_no_retreat_and_an_unsaid_rate_of_an_eroding_one_is_unknown() -> None:
    nodes = sites(*((f"port:{n}", off(40 * n)) for n in range(7)))
    kinds = ["bedrock", "stable", "accreting", "protected", "eroding", "eroding", "accreting"]
    rates = [NAN, NAN, NAN, NAN, NAN, 1.7, -0.8]
    shore = placed(
        *(
            {"at": off(40 * n), "coast_kind": kind, "rate_m_per_year": rate, "rate_low_m_per_year": NAN,
             "rate_high_m_per_year": NAN}
            for n, (kind, rate) in enumerate(zip(kinds, rates, strict=True))
        )
    )  # fmt: skip
    book = FactRows(nodes)
    _add_erosion(book, nodes, shore)
    rows = fact_table(book).xs("coastal_erosion", level="fact")
    assert rows["value"].to_dict() == {
        "port:0": 0.0, "port:1": 0.0, "port:2": 0.0, "port:3": 0.0, "port:5": 1.7, "port:6": -0.8,
    }  # fmt: skip
    assert rows.loc["port:0", "note"].startswith("bedrock shore, no rate stated; ")
    assert rows.loc["port:5", "note"] == "a name, 0 km off: t (u)"


def gauges(*rows: tuple[int, float, tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"psmsl_id": key, "name": f"G{key}", "longitude_deg": lon, "latitude_deg": lat,
             "low_m": level - 0.2, "central_m": level, "high_m": level + 0.3, "source_id": "own",
             "as_of": "2021-08-09"}
            for key, level, (lon, lat) in rows
        ]
    )  # fmt: skip


TRENDS = pd.DataFrame(
    {"psmsl_id": [1, 1], "trend_mm_per_year": [9.0, 1.25], "uncertainty_mm_per_year": [1.0, 0.5],
     "first_year": [1900, 1950], "last_year": [1990, 2020]}
)  # fmt: skip


@pytest.mark.parametrize(("km", "is_told"), [(0.0, True), (149.9, True), (150.1, False)])
def test_a_gauge_speaks_as_far_as_150_km(km: float, is_told: bool) -> None:
    nodes = sites(("port:a", off(km)))
    book = FactRows(nodes)
    _add_level(book, nodes, gauges((1, 0.4, HOME)), TRENDS)
    assert bool(book.parts and len(book.parts[0])) == is_told


def test_the_nearest_gauge_speaks_over_the_date_line_with_what_it_saw() -> None:
    home = (179.9, 70.0)
    nodes = sites(("port:a", home), ("cable_landing:b", home), ("airfield:c", home), ("mine:d", home))
    book = FactRows(nodes)
    near, far = off(20, 90, home), off(60, 270, home)
    assert near[0] < 0  # across the line
    _add_level(book, nodes, gauges((2, -0.5, far), (1, 0.4, near)), TRENDS)
    rows = fact_table(book).xs("relative_sea_level", level="fact")
    assert list(rows.index) == ["airfield:c", "cable_landing:b", "port:a"]  # nothing of a mine
    row = rows.loc["port:a"]
    assert (row["value"], row["low"], row["high"]) == pytest.approx((0.4, 0.2, 0.7))
    assert row["tier"] == "modelled"
    assert row["note"].startswith("AR6, 2100 against 1995-2014, gauge G1 at 20 km: +0.20 m")
    # The trend that runs longest towards today.
    assert row["note"].endswith("observed +1.2 +/- 0.5 mm a year, 1950-2020")


@pytest.fixture(scope="module")
def facts(picture) -> pd.DataFrame:
    return picture.tables["climate_facts"]


def test_facts_of_the_picture_keep_their_contract(facts, picture) -> None:
    check(facts, CLIMATE_FACTS)
    assert set(facts["fact"]) <= set(FACTS)
    assert not facts.duplicated(["node_id", "fact"]).any()
    ids = set(picture.tables["nodes"]["node_id"])
    assert set(facts["node_id"]) == ids
    # The proxy leaves no node without a zone, and it is never more than one.
    for name in ("permafrost_zone", "air_temperature"):
        assert set(facts.loc[facts["fact"] == name, "node_id"]) == ids
    assert (facts["low"] <= facts["high"])[facts["low"].notna() & facts["high"].notna()].all()
    # What is no class has a number, a class has both.
    assert facts["value"].notna().all()


def test_facts_name_documents_and_proxies_are_told_as_such(facts) -> None:
    typed = facts[facts["tier"] == "typed"]
    assert typed["note"].str.contains(r"\(https?://").all()
    assert set(facts.loc[facts["tier"] == "proxy", "fact"]) == {"permafrost_zone"}
    assert set(facts.loc[facts["fact"].str.startswith("ice_"), "tier"]) == {"measured"}
    assert set(facts.loc[facts["fact"] == "relative_sea_level", "tier"]) == {"modelled"}


def test_the_corrected_air_is_warmer_than_the_model_where_stations_say_so(facts, picture) -> None:
    # Iqaluit, Nuuk and Longyearbyen by their stations: about -9, -1 and -5 degC in 1981-2010.
    nodes = picture.tables["nodes"]
    air = facts[facts["fact"] == "air_temperature"].set_index("node_id")["value"]
    for place, expected in (("Iqaluit", -9.3), ("Nuuk", -1.4), ("Longyearbyen", -5.9), ("Tromsø", 2.9)):
        here = nodes.loc[nodes["place"] == place, "node_id"]
        assert len(here), place
        assert air[here].mean() == pytest.approx(expected, abs=3.0), place
