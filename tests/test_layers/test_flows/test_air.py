"""Assumed air links by hand, and how far they agree with the airline routes of 2014."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest

from layers.flows.air import CLOSED_SINCE, air_flows, reach_km


def fields(*rows: tuple[float | None, float | None, bool | None]) -> pd.DataFrame:
    """Airfields with paved length, longest runway and scheduled service."""
    paved, runway, served = zip(*rows, strict=True)
    return pd.DataFrame(
        {"paved_length_m": np.array(paved, dtype=float), "runway_length_m": np.array(runway, dtype=float),
         "has_scheduled_service": pd.array(served, dtype="boolean"), "kind": "small_airport",
         "source_id": "list", "as_of": "2022"}
    )  # fmt: skip


def test_reach_follows_runway_and_service_and_the_unknown_has_none():
    table = fields(
        (1200, 1200, True), (1199, 1199, True), (None, 900, True), (None, None, True), (2500, 2500, False),
        (2500, 2500, None),
    )  # fmt: skip
    assert reach_km(table) == pytest.approx([1000, 500, 500, np.nan, np.nan, np.nan], nan_ok=True)
    assert np.isnan(reach_km(table.assign(kind="closed"))).all()


def test_both_ends_must_reach(some_places):
    """A degree of latitude is 111 km: 5 degrees lie beyond gravel and within a paved runway."""
    at = some_places("airfield", hub=(10, 60), gravel=(10, 65), paved=(10, 68))
    graph = air_flows(fields((2500, 2500, True), (None, 900, True), (1500, 1500, True)), at, "2026-01-01")
    assert graph.edges["link_id"].tolist() == ["air:hub/paved", "air:gravel/paved"]
    assert graph.edges["km"].tolist() == pytest.approx([891.5, 334.6], abs=1)


def test_a_field_has_two_links_at_home_and_three_hubs(some_places):
    """Long runways far off at home, hubs of another state near by."""
    home = some_places("airfield", me=(0, 70), far=(0, 62.5), longer=(0, 62), short=(0, 71))
    other = some_places("airfield", "SWE", h1=(2, 70), h2=(4, 70), h3=(6, 70), h4=(8, 70))
    runways = [(1000, 1000), (1700, 1700), (1790, 1790), (1300, 1300), *[(1900, 1900)] * 4]
    graph = air_flows(
        fields(*((*pair, True) for pair in runways)), pd.concat([home, other], ignore_index=True), "2026"
    )
    ids = graph.vertices["vertex_id"].to_numpy()
    mine = {
        str(ids[v if ids[u] == "me" else u])
        for u, v in graph.edges[["u", "v"]].to_numpy()
        if "me" in {ids[u], ids[v]}
    }
    # 500 km reach: `far` and `longer` are beyond it, `short` is the one field at home.
    assert mine == {"short", "h1", "h2", "h3"}


def test_links_over_the_border_of_russia_are_closed_from_the_day_on(some_places):
    at = pd.concat(
        [
            some_places("airfield", "USA", nome=(-165.4, 64.5)),
            some_places("airfield", "RUS", dyr=(177.7, 64.7)),
        ]
    ).reset_index(drop=True)
    table = fields((2500, 2500, True), (2500, 2500, True))
    before, since = (air_flows(table, at, day).edges for day in ("2022-03-01", CLOSED_SINCE))
    assert before[["states", "is_border_closed"]].to_numpy().tolist() == [["RUS-USA", False]]
    assert since[["states", "is_border_closed"]].to_numpy().tolist() == [["RUS-USA", True]]


def test_a_closed_border_takes_no_open_link_away(some_places):
    """The nearest three hubs are beyond the border: the fourth, on this side, is linked too."""
    russian = some_places("airfield", "RUS", r1=(30, 70), r2=(30.5, 70), r3=(31, 70))
    at = pd.concat(
        [some_places("airfield", "FIN", me=(29, 70)), russian, some_places("airfield", "SWE", s=(20, 70))]
    ).reset_index(drop=True)
    edges = air_flows(fields(*[(1900, 1900, True)] * 5), at, "2026-01-01").edges
    assert not edges.set_index("link_id")["is_border_closed"]["air:me/s"]
    assert edges.set_index("link_id")["is_border_closed"]["air:me/r1"]


@pytest.mark.shared
def test_the_rule_agrees_with_half_of_the_routes_of_2014(mirror, assembled, tables):
    """OpenFlights (ODbL, June 2014) as a second opinion: topology only."""
    folder = mirror.parent / "more" / "infrastructure" / "openflights"
    with (folder / "airports.dat").open(encoding="utf-8", newline="") as stream:
        icao_of = {row[0]: row[5] for row in csv.reader(stream)}
    with (folder / "routes.dat").open(encoding="utf-8", newline="") as stream:
        routes = [(icao_of.get(row[3]), icao_of.get(row[5])) for row in csv.reader(stream)]
    own = tables.airfields.set_index("airfield:" + tables.airfields["feature_id"])["icao"].to_dict()
    graph = assembled.graph
    air = graph.edges[(graph.edges["mode"] == "air") & ~graph.edges["is_border_closed"]]
    ids = graph.vertices["vertex_id"].to_numpy()
    links = {frozenset({own[ids[u]], own[ids[v]]}) for u, v in air[["u", "v"]].to_numpy()}
    served = {own[key] for key in ids if key in own and reach_of(tables).get(own[key])}
    flown = {frozenset(pair) for pair in routes if set(pair) <= served and len(set(pair)) == 2}
    both = len(links & flown)
    print(f"air: {len(links)} links, {len(flown)} routes flown, {both} in both")
    assert len(flown) == pytest.approx(371, abs=5)
    assert both / len(flown) == pytest.approx(0.50, abs=0.03)
    assert both / len(links) == pytest.approx(0.24, abs=0.03)


def reach_of(tables) -> dict[str, bool]:
    return dict(zip(tables.airfields["icao"], np.isfinite(reach_km(tables.airfields)), strict=True))
