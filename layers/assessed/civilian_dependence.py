"""Civilian dependence: people near a node, and people without another node (method §5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from layers.assessed import rules
from layers.assessed.evidence_builder import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from layers.assessed.evidence_builder import EvidenceBuilder, SiteAttributes

__all__ = ["SUPPLIES", "add_civilian_dependence"]

# Kinds that supply people. A mine or a ground station supplies no household.
SUPPLIES = ("port", "airfield", "cable_landing", "rail_terminal", "energy_site")
# Kinds for which fewer people without another node make the class high (anchor `sole_supply`).
SOLE = ("energy_site", "cable_landing")


def add_civilian_dependence(builder: EvidenceBuilder, facts: SiteAttributes, a: Mapping[str, float]) -> None:
    """Write people without another node, the largest place without one, and people within 50 km.

    `a` holds the anchors by id, in their units. The numbers are those of `people_cut_off`.
    """
    m = facts.measures
    supplies, everywhere = facts.of(*SUPPLIES), np.ones(len(builder.sites), dtype=bool)
    source = {"source": "geonames_cities500", "as_of": m["reached_as_of"].to_numpy(dtype=object)}
    captive, over_all = numbers(m["captive_persons"]), numbers(m["captive_persons_all_borders"])
    sole = facts.of(*SOLE)
    high_at = np.where(sole, a["sole_supply"], a["captive_high"])
    code = rules.steps(rules.whole(captive), rules.whole(a["captive_moderate"]), rules.whole(high_at))
    other = numbers(m["other_by_land_km"])
    way = np.array(
        [
            "no other usable one within 120 km by land"
            if np.isnan(km)
            else f"next usable one {km:.0f} km by land"
            for km in other
        ],
        dtype=object,
    )
    border = np.where(
        over_all < captive,
        np.array([f"; {n:.0f} if closed borders were open" for n in over_all], dtype=object),
        "",
    )
    builder.add(
        supplies, ("dependence", "c_sole", "people_without_another"), code / 2.0, value=captive,
        value_low=numbers(m["captive_120_km_persons"]), value_high=numbers(m["captive_80_km_persons"]),
        unit="persons", scale=("steps", a["captive_moderate"], a["captive_high"]), **source,
        note="people within 50 km who have no other usable node of this kind within 100 km by road or rail; "
        + way + border,
    )  # fmt: skip
    place = numbers(m["captive_place_persons"])
    builder.add(
        supplies,
        ("dependence", "c_sole", "largest_place_without_another"),
        np.where(rules.whole(place) >= rules.whole(a["captive_place"]), 1.0, 0.0),
        value=place,
        unit="persons",
        label=m["captive_place"].to_numpy(dtype=object),
        scale=("at least", a["captive_place"], a["captive_place"]),
        **source,
        note="a whole place that has no other",
    )
    reached = numbers(m["reached_persons"])
    builder.add(
        everywhere,
        ("dependence", "c_people", "people_within_50_km"),
        np.where(rules.whole(reached) >= rules.whole(a["reached_moderate"]), 0.5, 0.0),
        value=reached,
        unit="persons",
        scale=("steps", a["reached_moderate"], a["reached_moderate"]),
        **source,
        note="in places with a stated population",
    )
