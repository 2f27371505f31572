"""Military sites: rounded, joined with lists on made-up rows, and the embedded ones."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import layers
from layers.crs import distance_km, lonlat
from pipelines.snapshot import DATA
from pipelines.sources.reference import military_sites

CITED = Path(layers.__file__).parent / "reference" / "military_sites.csv"
ARCTIC_STATES = ("CAN", "DNK", "FIN", "ISL", "NOR", "RUS", "SWE", "USA")
TERRITORIES = {"GRL": "DNK", "FRO": "DNK", "SJM": "NOR", "ALA": "FIN"}


@pytest.fixture(scope="module")
def military() -> gpd.GeoDataFrame:
    return gpd.read_parquet(DATA / "own_military_sites.parquet")


def test_military_sites_of_all_eight_states(military):
    sites = military.drop_duplicates("site_id")
    states = sites["country_iso3"].replace(TERRITORIES)
    assert set(ARCTIC_STATES) <= set(states)
    assert states.isin(ARCTIC_STATES).sum() >= 80


def test_both_claims_stand_where_two_sources_disagree(military):
    groups = military.groupby("site_id")
    assert (groups["claims"].min() == groups["claims"].max()).all()
    assert (groups.size() == groups["claims"].first()).all()
    apart = groups["claims_apart_km"].first()
    assert apart[groups.size() == 1].isna().all(), "one claim is not apart from itself"
    assert apart[groups.size() > 1].notna().all()
    assert (apart > 0).sum() >= 60
    wrangel = military[military["name"].str.contains("Polar Star")]
    assert wrangel["claims_apart_km"].iloc[0] == pytest.approx(79, abs=1), "across the date line"
    for site, claims in groups:
        if len(claims) < 2:
            continue
        lon, lat = claims["longitude_deg"].to_numpy(), claims["latitude_deg"].to_numpy()
        widest = max(distance_km(lon, lat, a, b).max() for a, b in zip(lon, lat, strict=True))
        # Measured before the claims were rounded, which moves each by 6.3 km at most.
        assert claims["claims_apart_km"].iloc[0] == pytest.approx(widest, abs=12.6), site
        if claims["claims_apart_km"].iloc[0] > 0:
            assert len(claims[["source_title", "source_url"]].drop_duplicates()) > 1, (
                f"{site}: one source, two places"
            )


def test_military_positions_are_coarse(military):
    for column in ("longitude_deg", "latitude_deg"):
        assert np.allclose(military[column] * 10, (military[column] * 10).round(), atol=1e-6)
    lon, lat = lonlat(military.geometry.x.to_numpy(), military.geometry.y.to_numpy())
    apart = distance_km(lon, lat, military["longitude_deg"], military["latitude_deg"])
    assert apart.max() < 0.001, "the geometry says more than the rounded degrees"
    assert (military["uncertainty_km"] >= 6).all()
    assert (military["source_url"].str.len() > 8).all()


def claim(site, lon, lat, **more):
    return {"site_key": site, "name": site.title(), "country_iso3": "NOR", "service": "navy",
            "kind": "naval_base", "longitude_deg": lon, "latitude_deg": lat, "uncertainty_km": "1",
            "status": "active", "icao": "", "source_title": "A page", "source_url": "https://example.org/a",
            "seen_on": "2026-11-01", "confidence": "high", "note": ""} | more  # fmt: skip


def test_claims_are_rounded_after_their_distance_is_measured(reference_table, monkeypatch):
    ours = pd.DataFrame(
        {
            "ident": ["ENVV", "ENXX", "ENCC", "ENSS"],
            "name": ["Vik", "Nord Air Base", "Civil", "Syd Air Base"],
            "type": ["medium_airport", "closed", "small_airport", "small_airport"],
            "iso_country": "NO", "scheduled_service": "no",
            "longitude_deg": [25.27, 30.04, 20.0, 9.0], "latitude_deg": [70.26, 69.96, 70.0, 57.9],
        }
    )  # fmt: skip
    theirs = pd.DataFrame({"icao": ["ENVV"], "lon": [25.31], "lat": [70.24]})
    ports = pd.DataFrame(
        {"harbor_use": ["Military", "Fishing"], "name": ["Haakonsvern 2", "Havn"], "country_iso3": "NOR",
         "longitude_deg": [5.23, 6.0], "latitude_deg": [60.33, 61.0]}
    )  # fmt: skip
    monkeypatch.setattr(military_sites, "read_lists", lambda _: (ours, theirs))
    monkeypatch.setattr(military_sites.world_port_index, "read_all", lambda _: ports)
    inputs = reference_table("military_sites.csv", [
        claim("vik", "25.04", "70.14", icao="ENVV", note="joint civil-military aerodrome"),
        claim("alone", "-20.06", "68.06", uncertainty_km="20", seen_on=""),
    ])  # fmt: skip
    table = military_sites.read_military_sites(inputs)
    places = table.set_index("feature_id")[["longitude_deg", "latitude_deg"]].to_numpy().tolist()
    assert table["feature_id"].tolist() == [
        "mil-vik-1", "mil-alone-1", "mil-aerodrome-enxx-1", "mil-vik-2", "mil-vik-3",
        "mil-port-haakonsvern--1",
    ]  # fmt: skip
    assert places == [[25.0, 70.1], [-20.1, 68.1], [30.0, 70.0], [25.3, 70.3], [25.3, 70.2], [5.2, 60.3]]
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    assert np.column_stack([lon, lat]) == pytest.approx(np.array(places))
    rows = table.set_index("feature_id")
    widest = distance_km([25.04], [70.14], [25.27], [70.26])[0]
    assert set(rows.loc[["mil-vik-1", "mil-vik-2", "mil-vik-3"], "claims"]) == {3}
    assert rows.loc["mil-vik-1", "claims_apart_km"] == pytest.approx(widest, abs=0.06)
    assert pd.isna(rows.loc["mil-alone-1", "claims_apart_km"])
    assert rows["uncertainty_km"].tolist() == [6.0, 20.0, 6.0, 6.0, 6.0, 6.0]
    assert rows.loc["mil-vik-2", "is_joint_use"]
    assert rows.loc["mil-aerodrome-enxx-1", "status"] == "closed"
    assert rows["as_of"].tolist() == [
        "2026-11-01", "2026-11-23", "2022-10-11", "2022-10-11", "2026-09-05", "2025-05-27",
    ]  # fmt: skip
    assert rows["source_id"].tolist() == [
        "own_military_sites", "own_military_sites", "ourairports", "ourairports", "ourairports",
        "nga_world_port_index",
    ]  # fmt: skip


# Pages that anybody may write, and copies of them.
WRITTEN_BY_ANYBODY = (
    r"wiki|fandom\.com|theinfolist|osmarks|dob\.jp|piglix|perceptiode|hubbry|explained\.today|encycloreader"
    r"|de-academic|memim|defzone|topwar|globalmilitary"
)


def test_only_an_official_or_scholarly_page_gives_high_confidence() -> None:
    raw = pd.read_csv(CITED)
    high = raw[raw["confidence"] == "high"]
    assert len(high) > 30
    text = high["source_url"] + " " + high["source_title"]
    assert not text[text.str.contains(WRITTEN_BY_ANYBODY, case=False)].tolist()
