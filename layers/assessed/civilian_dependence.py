"""What people and supply hang on a node: who is within reach, and who has no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.assessed.book import numbers
from layers.scoring import Scale, ramp

if TYPE_CHECKING:
    from layers.assessed.book import Book, Facts

__all__ = ["add_civilian_dependence"]

_TOWNS_DAY = "2026-07-01"


def add_civilian_dependence(book: Book, facts: Facts) -> None:
    """Write people within reach, people without another, roads and sole supply of every site."""
    reached = numbers(facts.measures["reached_persons"])
    everywhere = np.ones(len(book.sites), dtype=bool)
    book.add(
        everywhere, ("civil", "c_people", "people_within_50_km"),
        scale=Scale("log ramp", 100, 100_000), value=reached, unit="persons",
        source="geonames_cities500", as_of=_TOWNS_DAY,
        note="places with a stated population; 0 at 100, 1 at 100,000 on a logarithm",
    )  # fmt: skip
    captive = numbers(facts.measures["captive_persons"])
    book.add(
        everywhere, ("civil", "c_sole", "people_without_another"),
        scale=Scale("log ramp", 100, 10_000), value=captive, unit="persons",
        source="geonames_cities500", as_of=_TOWNS_DAY,
        note="people within 50 km whose next node of this kind is over 100 km away; 1 at 10,000",
    )  # fmt: skip
    road = numbers(facts.measures["road_km"])
    book.add(
        facts.of("port", "airfield"), ("civil", "c_access", "no_main_road"),
        scale=Scale("ramp", 5, 50), value=road, unit="km", source="osm_roads", as_of="2024-04-01",
        note="distance to a main road; 1 at 50 km; lesser roads are not held",
    )  # fmt: skip
    systems = numbers(facts.landing["systems_in_service"])
    book.add(
        facts.of("cable_landing"), ("civil", "c_access", "few_systems"),
        np.where(systems == 0, 0.0, ramp(systems, 3, 1)), value=systems, unit="systems",
        source="own_cable_landings", as_of="2026-11-23", note="one system in service 1, three or more 0",
    )  # fmt: skip
    apart = numbers(facts.measures["own_kind_km"])
    book.add(
        facts.of("energy_site"), ("civil", "c_access", "sole_supply"),
        scale=Scale("ramp", 25, 100), value=apart, unit="km",
        source="wri_global_power_plants", as_of="2018-06-01",
        note="distance to the next energy site; 0 at 25 km, 1 at 100 km",
    )  # fmt: skip
