"""Military relevance of the picture: association, treaties and military sites."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from cited_tables import GEOD, cited

from layers.crs import lonlat


@pytest.fixture(scope="module")
def military(picture) -> pd.DataFrame:
    return picture.tables["military_sites"]


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
    outcome = {key for text in nodes["sources"] for key in text.split("; ")} | set(
        nodes["node_id"].str.split(":", n=1).str[1]
    )
    assert not outcome & keys
    assert not any(key.startswith("mil-") for key in outcome)
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
    return {code for site, actual in codes.items() if not joint[site] for code in actual}


def test_no_airfield_that_is_military_only_is_a_node(picture, nodes) -> None:
    only = _military_only_icao()
    assert len(only) >= 30
    fields = picture.tables["airfields"]
    assert not set(fields["icao"].dropna()) & only
    keys = {key for text in nodes.loc[nodes["kind"] == "airfield", "sources"] for key in text.split("; ")}
    assert not keys & {f"oa-{code.lower()}" for code in only}
    assert not keys & {f"apd-{code.lower()}" for code in only}


def test_no_port_that_the_index_calls_military_is_a_node(picture) -> None:
    assert not (picture.tables["ports"]["harbor_use"] == "Military").any()
