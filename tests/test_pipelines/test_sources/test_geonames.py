"""Settlements and harbours of GeoNames on made-up rows of the packages."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest

from layers.crs import lonlat
from pipelines.sources.society import geonames


def test_settlements_with_a_population_of_zero_have_none(package_file):
    rows = {
        "1": {"geonameid": 1, "name": "Vik", "latitude": 70.1, "longitude": -21.5, "countrycode": "GL",
              "population": 0},
        "2": {"geonameid": 2, "name": "By", "latitude": 58.0, "longitude": 25.0, "countrycode": "EE",
              "population": 1},
        "3": {"geonameid": 3, "name": "Syd", "latitude": 57.99, "longitude": 25.0, "countrycode": "LV",
              "population": 900},
    }  # fmt: skip
    table = geonames.read_settlements(package_file(geonames.CITIES_PACKAGE, json.dumps(rows)))
    assert table["feature_id"].tolist() == ["geonames-1", "geonames-2"]
    assert table["country_iso3"].tolist() == ["GRL", "EST"]
    assert pd.isna(table["population"].iloc[0])
    assert table["population"].iloc[1] == 1
    assert set(table["as_of"]) == {"2026-07-01"}
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    assert lon == pytest.approx([-21.5, 25.0])
    assert lat == pytest.approx([70.1, 58.0])


def test_harbours_of_geonames_alone_are_taken(package_file):
    rows = pd.DataFrame(
        {
            "provider": ["GEONAMES", "OTHER", "GEONAMES"], "provider_id": ["7", "8", "9"],
            "canonical_name": ["Havn", "Elsewhere", "Brygge"], "country_code": ["NO", "NO", "RU"],
            "function_code": ["H.HBR", "H.HBR", "S.LDNG"], "latitude": [70.0, 71.0, 69.0],
            "longitude": [20.0, 20.0, 60.0],
        }
    )  # fmt: skip
    box = io.BytesIO()
    rows.to_parquet(box)
    table = geonames.read_harbours(package_file(geonames.HARBOURS_PACKAGE, box.getvalue()))
    assert table[["feature_id", "name", "country_iso3", "kind"]].to_numpy().tolist() == [
        ["geonames-7", "Havn", "NOR", "harbour"], ["geonames-9", "Brygge", "RUS", "landing"],
    ]  # fmt: skip
    assert set(table["as_of"]) == {"2026-07-24"}
