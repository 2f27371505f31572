"""Sea paths between cable landings on a small sea."""

from __future__ import annotations

from toy_standards import frame, links

from layers.assessed.sea_paths import sea_paths
from layers.observed.cables import CABLE_LANDINGS


def test_a_way_out_is_worth_more_than_a_neighbour() -> None:
    # Two towns of one country share two systems, and one system alone leads abroad.
    table = sea_paths(
        links([("a", "x", "y"), ("b", "x", "y"), ("c", "x", "south:0,50")]),
        frame(CABLE_LANDINGS, [{"feature_id": f"landing-{key}", "country_iso3": "NOR"} for key in "xy"]),
    )
    assert table["is_cut"].tolist() == [True, True]
    assert table["cut_off"].tolist() == [1, 0]
