"""The World Port Index: rows decoded by hand, strange ones refused, terminals, double numbers."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from layers.crs import lonlat
from layers.errors import SourceError
from layers.observed.ports import DEPTH_BINS_M, PORTS, WPI_FIELDS
from pipelines.picture.diff import row_changes
from pipelines.snapshot import DATA
from pipelines.sources.shipping import world_port_index


def port(**fields: str) -> dict[str, str]:
    """A row of Publication 150 with nothing reported."""
    row = {field.heading: "" for field in WPI_FIELDS}
    unknown = {
        field.heading: {"flag": "Unknown", "measure": "0.0", "depth": "0.0", "class": "Unknown"}.get(
            field.kind, ""
        )
        for field in WPI_FIELDS
    }
    by_key = {
        "World Port Index Number": "20650.0",
        "Main Port Name": "Kirkenes",
        "Latitude": "69.73",
        "Longitude": "30.05",
    }
    return row | unknown | by_key | fields


def decoded(*rows: dict[str, str]) -> pd.DataFrame:
    return world_port_index.decode(pd.DataFrame(list(rows), dtype="str"))


def test_the_index_has_109_fields():
    assert (
        len(WPI_FIELDS) == len({f.heading for f in WPI_FIELDS}) == len({f.column for f in WPI_FIELDS}) == 109
    )


def test_two_ports_by_hand():
    table = decoded(
        port(
            **{
                "Tidal Range (m)": "3.2", "Channel Depth (m)": "9.4", "Anchorage Depth (m)": "23.2",
                "Cargo Pier Depth (m)": "8.7", "Oil Terminal Depth (m)": "10.97", "Harbor Size": "Small",
                "Facilities - Ice Mooring": "Yes", "Entrance Restriction - Ice": "No", "UN/LOCODE": "NO KKN",
                "Maximum Vessel Length (m)": "305",
            }
        ),
        port(**{"Main Port Name": "Unknown", "World Port Index Number": "7.0", "Harbor Use": ""}),
    )  # fmt: skip
    first, second = table.iloc[0], table.iloc[1]
    assert (first["wpi_number"], second["wpi_number"]) == ("20650", "7")
    assert (first["channel_depth_low_m"], first["channel_depth_high_m"]) == (9.4, 10.7)
    assert first["anchorage_depth_low_m"] == 23.2
    assert pd.isna(first["anchorage_depth_high_m"]), "the deepest bin is open above"
    assert (first["cargo_pier_depth_low_m"], first["cargo_pier_depth_high_m"]) == (8.7, 8.7)
    assert (first["oil_terminal_depth_low_m"], first["oil_terminal_depth_high_m"]) == (10.97, 12.2)
    assert first["tidal_range_m"] == 3.2
    assert first["max_vessel_length_m"] == 305
    assert first["harbor_size"] == "Small"
    assert bool(first["has_facilities_ice_mooring"]) is True
    assert bool(first["has_entrance_restriction_ice"]) is False
    assert (first["latitude_deg"], first["longitude_deg"]) == (69.73, 30.05)
    row = {"object_id", "wpi_number", "name", "latitude_deg", "longitude_deg"}
    assert second.drop(list(row)).isna().all(), "0, blank and Unknown are missing"
    assert pd.isna(second["name"])


def test_every_letter_bin_is_the_bin_of_its_publication():
    # 5 ft steps of 35 ft = 10.7 m: each upper bound is the next bin's lower bound less one foot.
    table = decoded(*(port(**{"Channel Depth (m)": str(low)}) for low in DEPTH_BINS_M))
    low, high = table["channel_depth_low_m"], table["channel_depth_high_m"]
    assert len(DEPTH_BINS_M) == 15
    assert low.tolist() == list(DEPTH_BINS_M)
    assert high.isna().tolist() == [True] + [False] * 14
    width = (high - low).dropna()
    assert width.between(1.0, 1.4).all()
    gap = low.to_numpy()[:-1] - high.to_numpy()[1:]
    assert ((gap > 0.25) & (gap < 0.45)).all(), "neighbours are a foot apart"


def test_a_strange_flag_is_refused_by_name():
    with pytest.raises(SourceError, match=r"field 'Tugs - Salvage': expected Yes, No.*found 'Maybe'"):
        decoded(port(**{"Tugs - Salvage": "Maybe"}))


def test_a_depth_in_words_is_refused():
    with pytest.raises(SourceError, match=r"Channel Depth \(m\).*found 'deep'"):
        decoded(port(**{"Channel Depth (m)": "deep"}))


def test_the_embedded_ports_hold_no_military_one_and_no_zero():
    table = gpd.read_parquet(DATA / "nga_world_port_index.parquet")
    assert "Military" not in set(table["harbor_use"].dropna())
    assert table["feature_id"].is_unique
    for field in WPI_FIELDS:
        if field.kind == "measure":
            assert not (table[field.column] == 0).any(), field.column
        elif field.kind == "depth":
            low, high = table[f"{field.column}_low_m"], table[f"{field.column}_high_m"]
            assert not (low == 0).any()
            assert not (high < low).any()


def test_ports_of_a_package_in_their_place(package_file, csv_text):
    rows = [
        port(**{"Country Code": "Norway", "Facilities - Oil Terminal": "Yes",
                "Facilities - LNG Terminal": "No"}),
        port(**{"Country Code": "Norway", "Main Port Name": "Twin", "Facilities - Oil Terminal": "Yes",
                "Facilities - LNG Terminal": "Yes"}),
        port(**{"Country Code": "", "UN/LOCODE": "GL GOH", "Main Port Name": "Nuuk", "Longitude": "-51.73",
                "World Port Index Number": "1.0"}),
        port(**{"Country Code": "Norway", "Main Port Name": "Base", "Harbor Use": "Military",
                "World Port Index Number": "2.0"}),
        port(**{"Country Code": "Chile", "Latitude": "-33", "World Port Index Number": "3.0"}),
    ]  # fmt: skip
    inputs = package_file(world_port_index.PACKAGE, csv_text(rows))
    table = world_port_index.read(inputs)
    assert table["feature_id"].tolist() == ["wpi-20650", "wpi-20650-b", "wpi-1"]
    assert table["country_iso3"].tolist() == ["NOR", "NOR", "GRL"]
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    assert lon == pytest.approx([30.05, 30.05, -51.73])
    assert lat == pytest.approx([69.73] * 3)
    terminals = world_port_index.read_terminals(inputs)
    assert terminals["feature_id"].tolist() == ["wpi-20650-terminal", "wpi-20650-b-terminal"]
    assert terminals["fuel"].tolist() == ["oil", "oil;lng"]
    assert terminals["name"].tolist() == ["Kirkenes terminal", "Twin terminal"]


def test_a_country_without_a_code_is_refused(package_file, csv_text):
    inputs = package_file(world_port_index.PACKAGE, csv_text([port(**{"Country Code": "Atlantis"})]))
    with pytest.raises(SourceError, match="expected a country of the north, found 'Atlantis'"):
        world_port_index.read(inputs)


@pytest.mark.parametrize("code", ["NO TOS", "NOTOS", "no tos", " NO  TOS "])
def test_a_locode_has_one_spelling(code):
    assert decoded(port(**{"UN/LOCODE": code}))["un_locode"].tolist() == ["NOTOS"]


def test_other_row_numbers_and_spellings_of_codes_are_no_change():
    first = {"OID_": "12", "UN/LOCODE": "NO TOS", "Standard Nautical Chart": "38603.0"}
    anew = {"OID_": "4711", "UN/LOCODE": "NOTOS", "Standard Nautical Chart": "38603"}

    def table(fields: dict[str, str]) -> pd.DataFrame:
        return decoded(port(**fields)).assign(feature_id="wpi-1", as_of="2025-05-27")

    ignored = PORTS.ignored_in_changes
    assert row_changes(table(first), table(anew), is_measured=False, ignored=ignored) == []
    other = row_changes(
        table(first), table(anew | {"UN/LOCODE": "NO TRD"}), is_measured=False, ignored=ignored
    )
    assert [(row["what"], row["new"]) for row in other] == [("un_locode", "NOTRD")]
