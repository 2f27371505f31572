"""Trends and projections of sea level on made-up rows."""

from __future__ import annotations

from pipelines.sources.reference import sea_level

GAUGE = {"psmsl_id": "229", "station": "Kemi", "country_iso3": "FIN", "longitude_deg": "24.52",
         "latitude_deg": "65.67", "source_title": "A page", "seen_on": "2026-11-25"}  # fmt: skip


def test_a_trend_holds_to_the_end_of_its_last_year(reference_table):
    row = GAUGE | {"trend_mm_per_year": "-5.8", "uncertainty_mm_per_year": "1.28", "first_year": "1970",
                   "last_year": "2023", "made": "computed"}  # fmt: skip
    [row] = sea_level.read_sea_level_trends(reference_table("sea_level_trends.csv", [row])).to_dict("records")
    assert (row["feature_id"], row["as_of"]) == ("trend-229-computed", "2023-12-31")
    assert (row["trend_mm_per_year"], row["uncertainty_mm_per_year"]) == (-5.8, 1.28)
    assert (row["longitude_deg"], row["latitude_deg"]) == (24.52, 65.67)


def test_a_projection_has_its_range(reference_table):
    row = GAUGE | {"low_m": "-0.34", "central_m": "-0.04", "high_m": "0.38"}
    inputs = reference_table("sea_level_projections.csv", [row])
    [row] = sea_level.read_sea_level_projections(inputs).to_dict("records")
    assert (row["low_m"], row["central_m"], row["high_m"]) == (-0.34, -0.04, 0.38)
    assert (row["feature_id"], row["as_of"]) == ("level-229", "2021-08-09")
