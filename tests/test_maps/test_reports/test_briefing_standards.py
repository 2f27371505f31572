"""The standards of a briefing: results and data requests, of the picture or of a country alone."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

import pytest
from briefing_reader import read

from maps.reports import briefing


@pytest.fixture(scope="module")
def page(folder) -> str:
    return (folder / "briefing.html").read_text(encoding="utf-8")


def test_standards_and_requests_are_shown_where_they_are_held(picture, page):
    text = {a: s for s, a, _ in read(page).texts if a}
    results, requests = picture.tables["standards"], picture.tables["data_requests"]
    for name, rows in results.groupby("standard_id"):
        for result in ("pass", "fail", "unknown", "not_applicable"):
            expected = int((rows["result"] == result).sum())
            assert text[f"count:standards?standard_id={name}&result={result}"] == f"{expected:,}"
    for row in requests.itertuples():
        assert text[f"value:data_requests?standard_id={row.standard_id}#wanted"] == row.wanted
    without = replace(
        picture,
        layers=tuple(x for x in picture.layers if x.id not in {"standards", "data_requests"}),
        tables={k: t for k, t in picture.tables.items() if k not in {"standards", "data_requests"}},
    )
    assert "Draft baseline standards" not in briefing.page(without)


RESULTS = ("pass", "fail", "unknown", "not_applicable")


@pytest.mark.parametrize("country", ["NOR", "EST", "SJM"])
def test_a_country_shows_its_own_standards(picture, country):
    """Counted by hand from the nodes of the country; not the counts of the whole picture."""
    nodes, results = picture.tables["nodes"], picture.tables["standards"]
    own = results[results["node_id"].isin(nodes.loc[nodes["country_iso3"] == country, "node_id"])]
    text = briefing.page(picture, country)
    output = {a: s for s, a, _ in read(text).texts if a}
    assert not [address for address in output if address.startswith("count:standards?standard_id")]
    for name in results["standard_id"].unique():
        of = f"count:standards?country_iso3={country}&standard_id={name}&result="
        rows = own[own["standard_id"] == name]
        for result in RESULTS:
            assert output[of + result] == f"{(rows['result'] == result).sum():,}"
    # The words of a standard are cited from a node of the country.
    cited = {unquote(node) for node in re.findall(r"value:standards\?node_id=([^&\"]*)&amp;", text)}
    assert cited
    assert cited <= set(own["node_id"])


@pytest.mark.parametrize("country", ["NOR", "SJM"])
def test_a_country_shows_the_data_requests_of_its_own_nodes(picture, country):
    nodes, results = picture.tables["nodes"], picture.tables["standards"]
    own = results[results["node_id"].isin(nodes.loc[nodes["country_iso3"] == country, "node_id"])]
    text = briefing.page(picture, country)
    output = {a: s for s, a, _ in read(text).texts if a}
    left_out = 0
    for row in picture.tables["data_requests"].itertuples():
        rows = own[own["standard_id"] == row.standard_id]
        unknown = int((rows["result"] == "unknown").sum())
        is_listed = f"value:data_requests?standard_id={row.standard_id}#wanted" in output
        assert is_listed == (unknown > 0)
        left_out += not is_listed
        if is_listed:
            of = f"count:standards?country_iso3={country}&standard_id={row.standard_id}&result="
            applicable = int((rows["result"] != "not_applicable").sum())
            assert output[of + "pass|fail|unknown"] == f"{applicable:,}"
            assert output[of + "unknown"] == f"{unknown:,}"
    assert (left_out > 0) == (country == "SJM"), "Svalbard has no mine or railhead to ask about"
    assert "#applicable" not in text, "the count of the whole picture"
