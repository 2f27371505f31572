"""Sea paths between cable landings: which landings are cut off when a system or a landing fails.

The graph has the links in service. It has no land lines, so a landing on a mainland may have other ways.
Cables of one system share owner, landing and power, so they count as one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

__all__ = ["sea_paths"]

_Link = tuple[str, str]


def sea_paths(cables: gpd.GeoDataFrame, cable_landings: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the sea paths of each landing, by its `feature_id`.

    - `systems`: number of systems in service with a link at the landing.
    - `is_cut`: one system carries every way out. A way out leads to another country, or in a network of one
      country to any other landing.
    - `cut_off`: number of other landings that lose their way out when this landing fails.
    - `is_open`: the network of the landing has a link of unknown state.

    An end south of the picture counts as another country.
    """
    # Cables name their ends without the prefix of the landing keys.
    keys = cable_landings["feature_id"].str.removeprefix("landing-").tolist()
    country = dict(zip(keys, cable_landings["country_iso3"], strict=True))
    ends = list(zip(cables["from_landing"], cables["to_landing"], strict=True))
    status = cables["status"].tolist()
    doubtful = [link for link, state in zip(ends, status, strict=True) if state == "unknown"]
    by_system: dict[str, list[_Link]] = {}
    systems: dict[str, set[str]] = {}
    for link, system, state in zip(ends, cables["system_id"], status, strict=True):
        if state == "in_service":
            by_system.setdefault(system, []).append(link)
            for end in link:
                systems.setdefault(end, set()).add(system)
    live = [link for links in by_system.values() for link in links]
    whole = _reaches(live, country)
    cut: set[str] = set()
    for gone in by_system:
        others = [link for name, links in by_system.items() if name != gone for link in links]
        cut |= _lost(whole, _reaches(others, country), country)
    falls = [
        len(_lost(whole, _reaches([link for link in live if key not in link], country), country) - {key})
        if key in whole
        else 0
        for key in keys
    ]
    # Components include the links of unknown state, so that their landings are marked as open.
    owner = _components([*live, *doubtful])
    doubted = {owner[end] for link in doubtful for end in link}
    return pd.DataFrame(
        {
            "systems": [len(systems.get(key, ())) for key in keys],
            "is_cut": np.array([key in cut for key in keys], dtype=bool),
            "cut_off": falls,
            "is_open": np.array([owner.get(key) in doubted for key in keys], dtype=bool),
        },
        index=pd.Index(cable_landings["feature_id"], name="feature_id"),
    )


def _components(links: Iterable[_Link]) -> dict[str, str]:
    """Return for each end of a link the end that names its component (union by path halving)."""
    parent: dict[str, str] = {}

    def root(end: str) -> str:
        parent.setdefault(end, end)
        while parent[end] != end:
            parent[end] = parent[parent[end]]
            end = parent[end]
        return end

    for one, other in links:
        parent[root(one)] = root(other)
    return {end: root(end) for end in parent}


def _reaches(links: Iterable[_Link], country: Mapping[str, str]) -> dict[str, set[str]]:
    """Return the countries in the component of each end that has a link."""
    owner = _components(links)
    there: dict[str, set[str]] = {}
    for end, stands_for in owner.items():
        there.setdefault(stands_for, set()).add(country.get(end, "south"))
    return {end: there[stands_for] for end, stands_for in owner.items()}


def _lost(whole: Mapping[str, set[str]], now: Mapping[str, set[str]], country: Mapping[str, str]) -> set[str]:
    """Return landings that reach no other landing, or no other country although they did before."""
    return {
        end
        for end, before in whole.items()
        if end in country and (end not in now or (len(before) > 1 and len(now[end]) == 1))
    }
