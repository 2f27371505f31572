"""The section on what depends on what: its numbers are those of the tables, and gaps are said."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from briefing_reader import read

from maps.reports.briefing_flows import flows
from maps.reports.citations import CitationIndex
from maps.reports.html_document import tag

LONGYEARBYEN = "settlement:geonames-2729907"


@pytest.fixture(scope="module")
def page(folder) -> str:
    return (folder / "briefing.html").read_text(encoding="utf-8")


def text_of(elements) -> str:
    return " ".join("".join(tag("div", one).itertext()) for one in elements)


def test_people_cut_off_are_the_sum_of_the_rows_that_the_cell_names(picture, page):
    text = {address: said for said, address, _ in read(page).texts if address}
    sums = {address: said for address, said in text.items() if address.startswith("sum:dependants?")}
    assert len(sums) >= 10
    table = picture.tables["dependants"]
    port = next(address for address in sums if "thing_id=port%3A" in address)
    where = dict(part.split("=", 1) for part in port.removeprefix("sum:dependants?").split("#")[0].split("&"))
    rows = table[
        (table["thing_id"] == where["thing_id"].replace("%3A", ":"))
        & (table["effect"] == "cut_off")
        & (table["months"] == where["months"])
        & (table["flows"] == where["flows"].replace("%20", " "))
        & (table["place_kind"] == "settlement")
    ]
    assert sums[port] == f"{rows['people'].sum():,.0f}"


def test_cables_and_corridors_are_told_with_what_is_not_public(page):
    text = {address: said for said, address, _ in read(page).texts if address}
    assert text["value:cable_cases?community=Svalbard#left_after_two"] == "0"
    assert text["value:cable_cases?community=Finnmark#cable_count"] == "unknown"
    assert text["value:corridors?corridor_id=narvik_lulea#second_km"] == "unknown"
    assert "priority corridors of NATO and of the EU for military mobility are not public" in page


def test_a_country_has_its_own_places_and_the_same_cables(picture):
    svalbard = text_of(flows(CitationIndex(picture), (("country_iso3", "=", "SJM"),)))
    assert "Longyearbyen" in svalbard
    assert "Narvik to Luleå" in svalbard
    assert "Yekaterininskaya" not in svalbard
    nobody = text_of(flows(CitationIndex(picture), (("country_iso3", "=", "XXX"),)))
    assert "No settlement is cut off from a flow by one node alone." in nobody


def test_a_picture_without_the_network_has_no_section(picture):
    without = {name: table for name, table in picture.tables.items() if name != "dependants"}
    assert flows(CitationIndex(replace(picture, tables=without)), ()) == []


def test_people_of_unknown_number_are_no_zero_in_the_count_of_known_ones(picture):
    table = picture.tables["dependants"]
    row = table[(table["place_id"] == LONGYEARBYEN) & (table["effect"] == "cut_off")].iloc[[0]]
    row = row.assign(thing_kind="node", people=pd.array([None], dtype="Int64"))
    only = replace(picture, tables={**picture.tables, "dependants": row.reset_index(drop=True)})
    section = flows(CitationIndex(only), ())
    cells = ["".join(cell.itertext()) for cell in tag("div", *section).iter("td")][:6]
    assert cells[3:] == ["1", "unknown", "0"]
