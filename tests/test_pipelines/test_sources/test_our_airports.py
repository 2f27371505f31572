"""Airfields: runways by hand, military names, and both lists joined on made-up rows."""

from __future__ import annotations

import gzip

import geopandas as gpd
import pandas as pd
import pytest

from layers.crs import distance_km, lonlat
from pipelines.snapshot import DATA
from pipelines.sources.infrastructure import our_airports
from pipelines.sources.infrastructure.our_airports import is_military_only, longest_runways


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


def airport(ident, **more):
    return {"ident": ident, "type": "small_airport", "name": f"{ident} field", "latitude_deg": "70.0",
            "longitude_deg": "25.0", "elevation_ft": "100", "iso_country": "NO", "scheduled_service": "no",
            "iata_code": ""} | more  # fmt: skip


def listed(icao, **more):
    return {"icao": icao, "iata": "", "name": f"{icao} field", "country": "NO", "lat": "70.0", "lon": "25.0",
            "elevation": "10"} | more  # fmt: skip


def test_two_lists_are_joined_by_their_code(package_file, reference_table, csv_text):
    reference_table("military_sites.csv", [
        {"site_key": "a", "icao": "ENMM", "note": ""}, {"site_key": "b", "icao": "ENJJ", "note": ""},
        {"site_key": "b", "icao": "", "note": "joint civil-military"},
    ])  # fmt: skip
    ours = [
        airport("ENAA", scheduled_service="yes", iata_code="AAA"), airport("ENMM"), airport("ENJJ"),
        airport("ENHH", type="heliport"), airport("ENBB", name="Vik Air Base"),
        airport("ENSS", latitude_deg="57.9"), airport("NA1", iso_country="NA", latitude_deg="-22"),
    ]  # fmt: skip
    package_file(our_airports.AIRPORTS, gzip.compress(csv_text(ours).encode()))
    package_file(our_airports.RUNWAYS, gzip.compress(csv_text([runway("ENAA", "5000", "ASP")]).encode()))
    theirs = [listed("ENAA", lat="70.1"), listed("ENNN", elevation="33"), listed("ENMM"), listed("")]
    table = our_airports.read(package_file(our_airports.AIRPORTSDATA, csv_text(theirs)))
    assert table["feature_id"].tolist() == ["oa-enaa", "oa-enjj", "apd-ennn"]
    first, joint, added = (table.iloc[n] for n in range(3))
    assert (first["iata"], first["country_iso3"], first["elevation_m"]) == ("AAA", "NOR", 30.5)
    assert first["has_scheduled_service"]
    assert not joint["has_scheduled_service"]
    assert pd.isna(added["has_scheduled_service"])
    assert first["runway_length_m"] == 1524.0
    expected = distance_km([25.0], [70.0], [25.0], [70.1])[0]
    assert first["position_apart_km"] == pytest.approx(expected, abs=0.001)
    assert pd.isna(joint["position_apart_km"])
    assert added["elevation_m"] == 10.1
    lon, lat = lonlat(table.geometry.x, table.geometry.y)
    assert lon == pytest.approx([25.0] * 3)
    assert lat == pytest.approx([70.0] * 3)


def test_a_list_served_plain_is_read_as_well(package_file, csv_text):
    inputs = package_file(our_airports.AIRPORTS, csv_text([airport("ENAA", iso_country="NA")]))
    [row] = our_airports.read_rows_gz(inputs, our_airports.AIRPORTS).to_dict("records")
    assert row["iso_country"] == "NA", "Namibia"


def joined(package_file, reference_table, csv_text, ours, theirs):
    """The table that is read from two made-up lists; no military site is cited."""
    reference_table("military_sites.csv", [{"site_key": "a", "icao": "", "note": ""}])
    package_file(our_airports.AIRPORTS, gzip.compress(csv_text(ours).encode()))
    package_file(our_airports.RUNWAYS, gzip.compress(csv_text([runway("ZZ1", "3000", "ASP")]).encode()))
    return our_airports.read(package_file(our_airports.AIRPORTSDATA, csv_text(theirs)))


@pytest.mark.shared
def test_twins_closed_fields_and_heliports_of_the_second_list(
    package_file, reference_table, csv_text, mirror
):
    case = mirror.parents[1] / "cases" / "airport_twins"
    lists = [pd.read_csv(case / f"{name}.csv", dtype=str, keep_default_na=False).to_dict("records")
             for name in ("airports", "theirs")]  # fmt: skip
    table = joined(package_file, reference_table, csv_text, *lists).set_index("feature_id")
    assert table["kind"].to_dict() == {"oa-zz1": "small_airport", "oa-no-9001": "closed"}
    one = table.loc["oa-zz1"]
    assert (one["icao"], one["iata"], one["runway_length_m"]) == ("ENZZ", "FJV", 914.4)
    # 0.0001 degree north and 0.0001 degree east at 69.5 N: 11.2 m and 3.9 m.
    assert one["position_apart_km"] == pytest.approx(0.012, abs=0.001)


FIELD = {"gps_code": "", "local_code": ""}


@pytest.mark.parametrize(
    ("mine", "other", "is_twin"),
    [
        ({"gps_code": "ENAB"}, {"icao": "ENAB", "lat": "71.0"}, True),  # one code: an error of 111 km is seen
        ({"iata_code": "ABC"}, {"icao": "ENAB", "iata": "ABC", "lat": "70.08"}, True),  # 8.9 km
        ({"iata_code": "ABC"}, {"icao": "ENAB", "iata": "ABC", "lat": "70.1"}, False),  # 11.2 km: used again
        ({"iata_code": "ABC", "type": "closed"}, {"icao": "ENAB", "iata": "ABC", "lat": "70.08"}, False),
        ({"local_code": "5A8"}, {"icao": "K5A8", "lat": "70.08"}, True),
        ({"name": "Vik"}, {"icao": "ENAB", "name": "VIK", "lat": "70.08"}, True),
        ({"name": "Vik", "type": "closed"}, {"icao": "ENAB", "name": "Vik", "lat": "70.008"}, False),  # moved
        ({"type": "closed"}, {"icao": "ENAB", "lat": "70.004"}, True),  # 0.45 km
        ({}, {"icao": "ENAB", "lat": "70.005"}, False),  # 0.56 km
        ({"type": "heliport"}, {"icao": "ENAB", "lat": "70.004"}, False),  # a hospital beside an airfield
        ({"gps_code": "ENAB", "type": "heliport"}, {"icao": "ENAB"}, True),
    ],
)
def test_what_is_one_airfield_in_both_lists(package_file, reference_table, csv_text, mine, other, is_twin):
    ours = [airport("XX1", name="Mine") | FIELD | mine, airport("XX2", latitude_deg="80.0") | FIELD]
    table = joined(package_file, reference_table, csv_text, ours, [listed("ENAB") | other])
    added = [name for name in table["feature_id"] if name.startswith("apd-")]
    assert (added == []) is is_twin


def test_a_heliport_that_only_the_second_list_has_is_no_airfield(package_file, reference_table, csv_text):
    theirs = [listed("ENHE", name="Holmen Heliport", lat="75"), listed("ENHO", name="Holmen", lat="76")]
    table = joined(package_file, reference_table, csv_text, [airport("XX2") | FIELD], theirs)
    assert table["feature_id"].tolist() == ["oa-xx2", "apd-enho"]
