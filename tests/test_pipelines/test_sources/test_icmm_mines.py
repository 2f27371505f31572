"""The mining dataset on made-up rows: the sheet is stood in for, as reading one takes another package."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.crs import lonlat
from layers.errors import SourceError
from pipelines.sources.minerals import icmm_mines


def mine(key, lat, lon, country="Sweden", **more):
    return {"ICMMID": key, "Mine Name": "Vik", "Latitude": lat, "Longitude": lon, "Country": country,
            "Asset Type": "Mine", "Primary Commodity": " Copper ", "Secondary Commodity": "Zinc ",
            "Other Commodities": "", "Confidence Factor": "High"} | more  # fmt: skip


@pytest.fixture
def read(provider_file, monkeypatch):
    def rows(*mines):
        sheet = pd.DataFrame(mines, dtype="str")
        monkeypatch.setattr(pd, "read_excel", lambda *_args, **_options: sheet)
        return icmm_mines.read(provider_file(icmm_mines._FILE, b"a sheet"))

    return rows


def test_facilities_in_their_place_and_words(read):
    table = read(
        mine("ICMM1", "67.8", "20.2"),
        mine("ICMM2", "68.1", "\N{MINUS SIGN}162.9", "United States",
             **{"Mine Name": "NorÃ°", "Secondary Commodity": "", "Other Commodities": ""}),
        mine("ICMM3", "", ""), mine("ICMM4", "57.9", "20"),
    )  # fmt: skip
    assert table["feature_id"].tolist() == ["icmm1", "icmm2"]
    assert table["country_iso3"].tolist() == ["SWE", "USA"]
    assert table["name"].tolist() == ["Vik", "Norð"]
    assert table["commodity"].tolist() == ["Copper", "Copper"]
    assert table["byproducts"].iloc[0] == "Zinc"
    assert pd.isna(table["byproducts"].iloc[1])
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    assert lon == pytest.approx([20.2, -162.9])
    assert lat == pytest.approx([67.8, 68.1])


def test_a_country_without_a_code_is_refused(read):
    with pytest.raises(SourceError, match="expected a country of the north, found 'Belarus'"):
        read(mine("ICMM1", "60", "20", "Belarus"))


@pytest.mark.parametrize(
    ("asset_type", "kind"),
    [("Mine", "mine"), ("Mine;Plant", "mine"), ("Mine;Smelter;Refinery", "mine"),
     ("Smelter;Refinery", "smelter"),
     ("Refinery", "refinery"), ("Plant", "mine"), ("Smelter;Plant", "smelter")],
)  # fmt: skip
def test_an_asset_type_is_one_of_four_kinds_and_kept_in_its_words(read, asset_type, kind):
    row = read(mine("ICMM1", "67.8", "20.2", **{"Asset Type": asset_type})).iloc[0]
    assert (row["kind"], row["kind_stated"]) == (kind, asset_type.lower())


def test_an_asset_type_that_is_new_is_refused(read):
    with pytest.raises(SourceError, match="expected mine, smelter, refinery or plant, found 'Port'"):
        read(mine("ICMM1", "67.8", "20.2", **{"Asset Type": "Port"}))
