"""Lists of documents, read from made-up rows."""

from __future__ import annotations

import pytest

from layers.crs import lonlat
from pipelines.sources.reference import policy_documents


def test_a_node_of_the_network_has_a_row_for_each_of_our_names(reference_table):
    row = {"name": "Hanko - Koverhar", "country_iso3": "FIN", "kind": "port", "network": "comprehensive"}
    rows = [row | {"match_name": "Hanko; Koverhar"}, row | {"name": "Ny Havn", "match_name": ""}]
    table = policy_documents.read_ten_t_nodes(reference_table("ten_t_nodes.csv", rows))
    assert table["feature_id"].tolist() == ["tent-port-hanko", "tent-port-koverhar", "tent-port-ny-havn"]
    assert set(table["as_of"]) == {"2024-07-18"}


def test_a_project_lies_at_its_place_and_holds_from_its_designation(reference_table):
    row = {"project": "Sakatti (Ni)", "country": "FI", "designated": "2025-03-25", "lat": "67.55",
           "lon": "26.75",
           "coord_confidence": "approx", "source": "A page"}  # fmt: skip
    rows = [row, row | {"project": "South", "lat": "57.9"}]
    table = policy_documents.read_strategic_projects(reference_table("strategic_projects.csv", rows))
    assert table[["feature_id", "country_iso3", "as_of", "position"]].to_numpy().tolist() == [
        ["crma-sakatti-ni", "FIN", "2025-03-25", "approx"]
    ]
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    assert (lon[0], lat[0]) == (pytest.approx(26.75), pytest.approx(67.55))


def test_a_correction_holds_from_its_day(reference_table):
    row = {"node_id": "port:wpi-1", "column": "channel_depth_low_m", "since": "2020-09-30", "seen_on": "2026"}
    table = policy_documents.read_overrides(reference_table("overrides.csv", [row]))
    assert table["feature_id"].tolist() == ["override-port-wpi-1-channel_depth_low_m"]
    assert table["as_of"].tolist() == ["2020-09-30"]


def test_documented_dual_use_has_place_and_day(reference_table):
    row = {"document_key": "d", "match_name": "Vik", "longitude_deg": "-20.5", "latitude_deg": "64.5",
           "seen_on": "2026-11-25"}  # fmt: skip
    [row] = policy_documents.read_documented_dual_use(
        reference_table("documented_dual_use.csv", [row])
    ).to_dict("records")
    assert (row["longitude_deg"], row["latitude_deg"]) == (-20.5, 64.5)
    assert (row["name"], row["as_of"]) == ("Vik", "2026-11-25")
