"""What rests on a source that is held back or missing: unknown in evidence, never zero, and said."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.assessed.evidence import EVIDENCE
from layers.assessed.nodes import NODES
from layers.picture import SourceNote
from layers.source_outage import VALUES, SourceOutage, rests_on

PORTS, ROADS, RAILS, CENSUS = "nga_world_port_index", "osm_roads", "osm_railways", "geonames_cities500"


def note(name: str, state: str) -> SourceNote:
    return SourceNote(name, "", f"Title of {name}", "", "", "", "", "2025-05-27", state)


def row(indicator: str, source: str, score: float | None, **more: object) -> dict[str, object]:
    row = {
        "node_id": "port:a", "axis": "military", "indicator": indicator, "value": 8.0, "value_low": 7.0,
        "value_high": 9.0, "label": "x", "unit": "m", "score": score, "zero_at": 6.0, "one_at": 11.0,
        "weight": 0.25, "state": "known", "source_id": source, "as_of": "2025-05-27", "note": "how",
    }  # fmt: skip
    return row | more


EVIDENCE_ROWS = pd.DataFrame(
    [
        row("approach_depth", PORTS, 0.4),
        row("ten_t_network", PORTS, None, state="not_applicable", value=None),
        row("pier_depth", "own_overrides", 0.5),
        row("land_mode", RAILS, 1.0),
        row("land_mode", RAILS, 0.0, node_id="port:b"),
        row("people_without_another", CENSUS, 1.0),
        row("people_without_another", CENSUS, 0.0, node_id="port:b"),
    ]
)


def judged(*late: SourceNote) -> pd.DataFrame:
    outage = SourceOutage.of(late)
    assert outage is not None
    return outage.judged(EVIDENCE, {"evidence": EVIDENCE_ROWS})


@pytest.mark.parametrize("state", ["held", "missing"])
def test_what_rests_on_it_is_unknown_and_the_rest_stands(state):
    table = judged(note(PORTS, state))
    first = table.iloc[0]
    assert first[list(VALUES)].isna().all()
    assert first["state"] == "unknown"
    # Its anchors, weight, source and date stay: it is asked as before, and by whom.
    assert (first["weight"], first["zero_at"], first["source_id"], first["as_of"]) == (
        0.25, 6.0, PORTS, "2025-05-27",
    )  # fmt: skip
    assert first["note"] == f"not assessed: Title of {PORTS} is {state}, last good as of 2025-05-27; how"
    assert table["state"].iloc[1] == "not_applicable"
    pd.testing.assert_frame_equal(table.iloc[1:], EVIDENCE_ROWS.iloc[1:])


@pytest.mark.parametrize("state", ["embedded", "live", "stale", "not_held"])
def test_what_can_be_judged_by_is_not_doubted(state):
    assert SourceOutage.of([note(PORTS, state)]) is None


def test_who_has_another_by_land_is_asked_of_the_roads_too():
    """Without the roads nobody seems to have another: that must raise no class."""
    table = judged(note(ROADS, "held"))
    assert table["state"].tolist() == [
        "known", "not_applicable", "known",
        "known", "unknown",  # a railway at the quay holds whatever the roads; a far one does not
        "unknown", "known",  # captive people may have a road; who has another by rail has it
    ]  # fmt: skip
    assert table["note"].iloc[5].startswith(f"not assessed: Title of {ROADS} is held")
    assert rests_on(EVIDENCE_ROWS, {ROADS}).dropna().unique().tolist() == [ROADS]
    assert rests_on(EVIDENCE_ROWS, {CENSUS, ROADS}).tolist()[5:] == [CENSUS, CENSUS], "the one it names"
    assert rests_on(pd.DataFrame({"source_id": ["a", "b"]}), {"b"}).tolist()[1] == "b"


def test_the_reasons_say_how_many_values_are_not_assessed():
    outage = SourceOutage.of([note(PORTS, "held")])
    assert outage is not None
    evidence = outage.judged(EVIDENCE, {"evidence": EVIDENCE_ROWS})
    nodes = pd.DataFrame({"node_id": ["port:a", "port:b"], "reasons": ["Climate low.", "Climate low."]})
    reasons = outage.judged(NODES, {"nodes": nodes, "evidence": evidence})["reasons"].tolist()
    assert reasons == ["Climate low. Values not assessed, as a source is late: 1.", "Climate low."]
