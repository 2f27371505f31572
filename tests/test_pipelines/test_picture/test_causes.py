"""Why a node is judged otherwise: small tables of evidence whose one difference is written by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from layers.differences import METHOD, SOURCE, WORLD
from pipelines.picture.causes import Causes, differ

PORTS, ICE, SITES = "nga_world_port_index", "nsidc_ice_presence", "own_thaw_damage"
NUMBERS = ("value", "value_low", "value_high", "score", "zero_at", "one_at", "weight")
COLUMNS = ("node_id", "axis", "dimension", "group", "indicator", "value", "value_low", "value_high", "label",
           "unit", "score", "scale", "zero_at", "one_at", "weight", "tier", "state", "source_id", "as_of",
           "note")  # fmt: skip


def row(indicator: str, axis: str = "military", group: str = "m_facility", **more: Any) -> dict[str, Any]:
    """A row of one port: a depth of 8 m between 6 and 11 m, unless told otherwise."""
    fields = {
        "node_id": "port:a", "axis": axis, "dimension": "x", "group": group, "indicator": indicator,
        "value": 8.0, "value_low": 8.0, "value_high": 9.0, "label": None, "unit": "m", "score": 0.4,
        "scale": "ramp", "zero_at": 6.0, "one_at": 11.0, "weight": 0.25, "tier": "", "state": "known",
        "source_id": PORTS, "as_of": "2025-05-27", "note": None,
    }  # fmt: skip
    return fields | more


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype(dict.fromkeys(NUMBERS, "float64"))


def between(old: list[dict[str, Any]], new: list[dict[str, Any]], *renewed: str, methods=()) -> Causes:
    return Causes.between(table(*old), table(*new), methods=methods, renewed=renewed)


def test_missing_is_no_difference_and_a_number_beside_it_is():
    old, new = pd.Series([1.0, None, None, 2.0]), pd.Series([1.0, None, 3.0, 2.0 + 1e-12])
    assert differ(old, new).tolist() == [False, False, True, False]
    assert differ(pd.Series(["a", None, "b"]), pd.Series(["a", None, None])).tolist() == [False, False, True]


def test_a_refreshed_source_is_the_cause_and_is_named():
    old = [row("approach_depth"), row("pier_depth")]
    new = [
        row("approach_depth", as_of="2026-10-01", value=12.0, value_low=12.0, value_high=13.0, score=1.0),
        row("pier_depth", as_of="2026-10-01"),
    ]
    causes = between(old, new, PORTS)
    assert causes.of("port:a", ["military"]) == (
        SOURCE, "approach_depth 8 -> 12 (nga_world_port_index, 2026-10-01)",
    )  # fmt: skip
    assert causes.counts() == {PORTS: (2, 1)}, "two rows stand under the new date, one says something else"


def test_a_date_alone_turns_nothing():
    causes = between([row("approach_depth")], [row("approach_depth", as_of="2026-10-01")], PORTS)
    assert causes.of("port:a", []) == causes.otherwise
    assert causes.otherwise == (
        SOURCE, "nothing said of it differs; it follows from others (nga_world_port_index)",
    )  # fmt: skip
    assert causes.counts() == {PORTS: (1, 0)}


@pytest.mark.parametrize("ends", [{"value_low": 5.0}, {"value_high": 10.0}, {"label": "bin M"}])
def test_ends_and_label_are_statements_too(ends):
    causes = between([row("approach_depth")], [row("approach_depth", **ends)], PORTS)
    assert causes.counts() == {PORTS: (1, 1)}
    assert causes.of("port:a", [])[0] == SOURCE


def test_a_later_measurement_is_news_of_the_world():
    fields = {"axis": "climate", "group": "h_seaice", "unit": "months", "weight": 0.0, "source_id": ICE}
    old = row("ice_season_lost", **fields, value=1.0, score=0.5, as_of="2022-08-31")
    new = row("ice_season_lost", **fields, value=1.8, score=1.0, as_of="2023-08-31")
    assert between([old], [new], ICE).of("port:a", ["climate"]) == (
        WORLD, "ice_season_lost 1 -> 1.8 (nsidc_ice_presence, 2023-08-31)",
    )  # fmt: skip
    # The same year said otherwise is a correction.
    again = new | {"as_of": "2022-08-31"}
    assert between([old], [again], ICE).of("port:a", ["climate"])[0] == SOURCE


def test_other_anchors_on_the_same_statement_are_another_method():
    new = row("approach_depth", one_at=9.0, score=0.67)
    causes = between([row("approach_depth")], [new], methods=["anchors.approach_one: 10.7 -> 9.0"])
    assert causes.of("port:a", []) == (METHOD, "approach_depth weighed or scaled otherwise")
    assert causes.of("port:b", []) == (METHOD, "judged otherwise: anchors.approach_one: 10.7 -> 9.0")


def test_the_cause_behind_which_the_scores_move_most_is_told():
    """By anchors 0.1 of a quarter, by the source 0.5 of a quarter: the source's."""
    old = [row("approach_depth"), row("pier_depth")]
    new = [
        row("approach_depth", one_at=10.0, score=0.5),
        row("pier_depth", value=11.0, score=0.9, as_of="2026-10-01"),
    ]
    cause, why = between(old, new, PORTS, methods=["anchors.x: 1 -> 2"]).of("port:a", [])
    assert (cause, why) == (SOURCE, "pier_depth 8 -> 11 (nga_world_port_index, 2026-10-01)")


def test_a_flag_turns_by_the_axes_whose_class_did():
    fields = {"axis": "climate", "group": "h_coast", "weight": 0.0, "source_id": "own_coastal_erosion"}
    old = [row("approach_depth", score=0.0), row("coastal_erosion", **fields, score=0.5)]
    new = [
        row("approach_depth", value=12.0, score=1.0),
        row("coastal_erosion", **fields, value=9.0, score=1.0),
    ]
    causes = between(old, new, PORTS, "own_coastal_erosion")
    assert "coastal_erosion" in causes.of("port:a", ["climate"])[1]
    assert "approach_depth" in causes.of("port:a", ["military"])[1]
    assert "approach_depth" not in causes.of("port:a", ["climate"])[1]


def test_a_score_that_follows_from_a_statement_of_its_group_has_its_cause():
    """A falling sea takes from the charted depth: the level says the same, the depth does not."""
    level = {"axis": "climate", "group": "h_level", "weight": 0.0, "source_id": "own_sea_level_projections"}
    depth = level | {"source_id": PORTS}
    old = [
        row("relative_sea_level", **level, value=-0.4, score=0.0),
        row("charted_depth", **depth, value=12.0),
    ]
    new = [
        row("relative_sea_level", **level, value=-0.4, score=1.0),
        row("charted_depth", **depth, value=10.8, as_of="2026-10-01"),
    ]
    for methods in ((), ["code: 1 -> 2"]):
        cause, why = between(old, new, PORTS, methods=methods).of("port:a", ["climate"])
        assert cause == SOURCE
        assert "relative_sea_level, still -0.4, scores 0 -> 1" in why
        assert "charted_depth 12 -> 10.8 (nga_world_port_index, 2026-10-01)" in why


def test_a_row_that_is_new_is_the_sources_where_others_had_it_before():
    fields = {"axis": "climate", "group": "h_permafrost", "unit": "report", "weight": 0.0, "source_id": SITES}
    other = row("thaw_damage", **fields, node_id="port:b")
    new = row("thaw_damage", **fields, label="facility", as_of="2026-11-01", score=None)
    causes = between([other], [other, new], SITES, methods=["code: 1 -> 2"])
    assert causes.of("port:a", ["climate"]) == (
        SOURCE, "thaw_damage facility is told (own_thaw_damage, 2026-11-01)",
    )  # fmt: skip
    back = between([other, new], [other], SITES)
    assert back.of("port:a", []) == (
        SOURCE, "thaw_damage facility is told no more (own_thaw_damage, 2026-11-01)",
    )  # fmt: skip
    # Asked of nobody before: another method asks it.
    causes = between([row("pier_depth")], [row("pier_depth"), new], SITES, methods=["code: 1 -> 2"])
    assert causes.of("port:a", []) == (METHOD, "thaw_damage is asked")


def test_what_is_held_back_reads_unknown():
    lost = dict.fromkeys(("value", "value_low", "value_high", "score"))
    causes = between([row("approach_depth")], [row("approach_depth", **lost, state="unknown")], PORTS)
    assert causes.of("port:a", []) == (
        SOURCE,
        "approach_depth 8 -> unknown (nga_world_port_index, 2025-05-27)",
    )


def test_another_source_in_its_place_is_named():
    new = row("approach_depth", value=7.0, source_id="geonames_harbours", as_of="2026-07-24")
    assert between([row("approach_depth")], [new], PORTS).of("port:a", []) == (
        SOURCE, "approach_depth 8 -> 7 (nga_world_port_index -> geonames_harbours, 2026-07-24)",
    )  # fmt: skip


def test_a_measurement_that_is_new_for_a_node_is_its_sources_doing():
    """Another node had it before; nothing of this node was measured earlier, so nothing changed since."""
    fields = {"axis": "climate", "group": "h_seaice", "unit": "months", "weight": 0.0, "source_id": ICE}
    other = row("ice_season_lost", **fields, node_id="port:b", as_of="2022-08-31")
    new = row("ice_season_lost", **fields, as_of="2023-08-31")
    assert between([other], [other, new], ICE).of("port:a", ["climate"])[0] == SOURCE


def test_a_renewed_source_that_gives_way_to_another_is_the_cause_whatever_the_method():
    new = row("approach_depth", value=7.0, source_id="geonames_harbours", as_of="2026-07-24")
    causes = between([row("approach_depth")], [new], PORTS, methods=["code: 1 -> 2"])
    assert causes.of("port:a", [])[0] == SOURCE


def test_outside_the_military_axis_a_score_counts_without_a_weight():
    """By its source one score moves by 0.5, by the method two by 0.1 each; none of them has a weight."""
    fields = {"axis": "climate", "weight": 0.0}
    old = [row("shore", "climate", weight=0.0), row("level", **fields), row("thaw", **fields)]
    new = [
        row("shore", **fields, value=9.0, score=0.9, as_of="2026-10-01"),
        row("level", **fields, one_at=10.0, score=0.5),
        row("thaw", **fields, one_at=10.0, score=0.5),
    ]
    cause, why = between(old, new, PORTS, methods=["anchors.x: 1 -> 2"]).of("port:a", ["climate"])
    assert (cause, why) == (SOURCE, "shore 8 -> 9 (nga_world_port_index, 2026-10-01)")
