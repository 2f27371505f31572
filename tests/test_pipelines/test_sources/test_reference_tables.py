"""Tables of layers/reference: keys, citations, dates, places, and every refusal."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from layers.crs import distance_km, lonlat
from layers.errors import SourceError
from pipelines.read_helpers import read_rows, to_number
from pipelines.snapshot import DATA
from pipelines.source import REFERENCE, Inputs
from pipelines.sources import source


def own(name: str) -> pd.DataFrame:
    return read_rows(REFERENCE / name)


KEYS = {
    "place_names.csv": ["geonames_id"],
    "arctic_ports.csv": ["port_key"],
    "arctic_power_plants.csv": ["plant_key"],
    "backup_links.csv": ["backup_key"],
    "cable_facts.csv": ["fact_key"],
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
    "incidents.csv": ["incident_key"],
    "interconnectors.csv": ["line_key"],
    "materials.csv": ["material"],
    "material_lists.csv": ["list_id"],
    "material_list_items.csv": ["list_id", "position"],
    "memberships.csv": ["country_iso3"],
    "military_sites.csv": ["site_key", "source_title"],
    "overrides.csv": ["node_id", "column", "since"],
    "permafrost_mapped.csv": ["place_key"],
    "permafrost_places.csv": ["place_key"],
    "polaris_riv.csv": ["ice_class", "ice_type"],
    "port_ice_seasons.csv": ["port_key"],
    "railheads.csv": ["railhead_key"],
    "repair_times.csv": ["repair_key"],
    "sea_level_projections.csv": ["psmsl_id"],
    "global_warming.csv": ["year"],
    "sea_level_trends.csv": ["psmsl_id", "made"],
    "sea_routes.csv": ["route_key", "seq"],
    "shared_risk_groups.csv": ["group_key"],
    "mine_sites.csv": ["facility_key"],
    "station_normals.csv": ["station_key"],
    "strategic_projects.csv": ["project"],
    "substitutes.csv": ["substitute_key"],
    "supply_autonomy.csv": ["autonomy_key"],
    "ten_t_nodes.csv": ["kind", "country_iso3", "name"],
    "thaw_damage.csv": ["damage_key"],
}
CITATIONS = {
    "place_names.csv": ["source_url", "as_of"],
    "materials.csv": ["match_regex"],  # a table of names; the citations are those of the lists
    "material_list_items.csv": ["wording", "materials"],
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
    "mine_sites.csv": "own_mine_sites", "station_normals.csv": "own_station_normals",
    "thaw_damage.csv": "own_thaw_damage", "cable_facts.csv": "own_cable_facts",
    "incidents.csv": "own_incidents", "repair_times.csv": "own_repair_times",
    "shared_risk_groups.csv": "own_shared_risk_groups", "substitutes.csv": "own_substitutes",
    "supply_autonomy.csv": "own_supply_autonomy", "interconnectors.csv": "own_interconnectors",
    "backup_links.csv": "own_backup_links",
}  # fmt: skip


def test_every_table_with_dated_rows_is_tested_here():
    # Other names of places help to find a node (pipelines/picture/explain.py) and feed no layer.
    assert {name for name in KEYS if "as_of" in own(name)} - {"place_names.csv", "material_lists.csv"} == set(
        DATED
    )


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
    "railheads.csv": "railhead-", "mine_sites.csv": "site-", "station_normals.csv": "station-",
    "thaw_damage.csv": "thaw-",
}  # fmt: skip


@pytest.mark.parametrize("name", PLACED)
def test_every_place_of_a_dated_table_is_embedded_in_its_country(name):
    """Each row by its key, where a place is given, within 50 km of its country (platforms, islets, 1:10m)."""
    table = own(name).assign(id=lambda rows: PLACED[name] + rows[KEYS[name][0]])
    placed = table[table["longitude_deg"] != ""].set_index("id")
    frame = gpd.read_parquet(DATA / f"{DATED[name]}.parquet").set_index("feature_id")
    assert set(frame.index) == set(placed.index)
    lon, lat = lonlat(frame.geometry.x, frame.geometry.y)
    stored = placed.loc[frame.index]
    apart = distance_km(lon, lat, to_number(stored["longitude_deg"]), to_number(stored["latitude_deg"]))
    assert apart.max() < 0.01
    countries = gpd.read_parquet(DATA / "natural_earth_countries.parquet").dissolve("country_iso3").geometry
    for code, rows in stored.groupby("country_iso3"):
        far = frame.geometry[rows.index].distance(countries[code]) / 1000
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
        "expected within 15 °C of its 5 neighbours, found 14.9",
    ),
    "order of states": (
        "closed_borders.csv", {"states": "RUS-NOR"}, "states: expected states in the order of the alphabet",
    ),
    "one state": ("closed_borders.csv", {"states": "RUS"}, "states: expected two states such as NOR-RUS"),
    "mode": ("closed_borders.csv", {"mode": "air"}, "mode: expected one of road"),
    "status": ("arctic_power_plants.csv", {"status": "running"}, "status: expected one of operating"),
    "kind of site": ("mine_sites.csv", {"kind": "plant"}, "kind: expected one of mine"),
    "no kind of site": ("mine_sites.csv", {"kind": ""}, "kind: expected one of mine"),
    "no stage": ("mine_sites.csv", {"stage": ""}, "stage: expected one of operating"),
    "site without a citation": ("mine_sites.csv", {"source_url": ""}, "expected a source_url, found none"),
    "stage from memory": (
        "mine_sites.csv", {"unread": "stage", "confidence": "medium"},
        "low, because the stage is from memory",
    ),
    "place from memory": (
        "mine_sites.csv", {"unread": "position", "position_precision": "exact"},
        "approximate, because the position",
    ),
    "degrees exchanged": (
        "gateways.csv", {"longitude_deg": "65.0", "latitude_deg": "95.0"},
        "expected longitude and latitude in degrees",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_row_without_its_proof_or_out_of_its_lists_is_refused(case, tmp_path, monkeypatch):
    name, values, result = REFUSED[case]
    spoilt(tmp_path, name, 3, **values)
    monkeypatch.setattr("pipelines.source.REFERENCE", tmp_path)
    with pytest.raises(SourceError, match=re.escape(result)) as refusal:
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
    stored = gpd.read_parquet(DATA / "own_arctic_ports.parquet")
    assert set(stored["feature_id"]) == set("port-" + kept)
    assert 0 < len(stored) < len(table)


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
