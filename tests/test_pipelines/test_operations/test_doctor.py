"""Versions at and beside the limits of what works."""

from __future__ import annotations

import pytest

from pipelines.operations import doctor


@pytest.mark.parametrize(
    ("installed", "state"),
    [
        ("0.20", "ok"),
        ("0.20.5", "ok"),
        ("0.19.9", "broken"),
        ("0.21", "broken"),
        ("0.9", "broken"),
    ],
)
def test_a_part_is_ok_from_its_lowest_version_to_below_the_first_that_fails(monkeypatch, installed, state):
    monkeypatch.setattr(doctor, "_NEEDED", {"folium": ("0.20", "0.21")})
    monkeypatch.setattr(doctor, "version", lambda _name: installed)
    row = doctor.examine()[0]
    assert (row["part"], row["state"], row["found"]) == ("folium", state, installed)
    assert bool(row["remedy"]) == (state == "broken")


@pytest.mark.parametrize(("version", "is_told"), [("3.10.3", True), ("3.11.0", False), ("3.12.2", False)])
def test_a_gdal_with_a_known_fault_is_told_though_nothing_here_uses_it(monkeypatch, version, is_told):
    monkeypatch.setattr(doctor.rasterio, "__gdal_version__", version)
    [row] = [row for row in doctor.examine() if row["part"] == "GDAL (rasters)"]
    assert row["state"] == "ok"
    assert row["found"].startswith(version)
    assert ("decisions/0032" in row["found"]) == is_told
