"""The table of changes: what concerns flags is read first, then classes, then the rest."""

from __future__ import annotations

from typing import Any

from layers.differences import METHOD, SOURCE, table_of


def node(
    name: str, what: str, old: Any, new: Any, change: str = "changed", cause: str = SOURCE
) -> dict[str, Any]:
    return {"id": f"port:{name}", "name": name, "kind": "port", "country_iso3": "NOR", "change": change,
            "what": what, "old": old, "new": new, "cause": cause, "why": "own_x says so"}  # fmt: skip


def test_flags_come_first_then_classes_of_every_axis_then_the_rest():
    rows = [
        node("a", "name", "A", "a"),
        node("b", "institution", "eu_only", "both"),
        node("c", "dependence_class", "low", "high"),
        node("d", "hazard_class", "moderate", "high"),
        node("e", "military_class", "high", "unknown"),
        node("f", "dual_use_class", "D1", "D2"),
        node("g", "place", "x", "y", change="moved"),
        node("h", "", None, "not_flagged", change="added"),
        node("i", "flag", "not_flagged", "insufficient_data"),
        node("j", "flag", "not_flagged", "possible", cause=METHOD),
        node("k", "flag", "possible", "robust"),
        node("l", "", "possible", None, change="gone"),
    ]
    differences = {"nodes": rows, "methods": [], "sources": [], "states": [], "features": []}
    table = table_of(differences, {"own_x": "Our table"}, {})
    assert "".join(table["name"]) == "kjlicdefghab"
    assert table["place"].tolist() == list(range(12))
    d = table.set_index("name").loc["d"]
    assert (d["what"], d["was"], d["now"], d["why"]) == (
        "hazard_class",
        "moderate",
        "high",
        "Our table says so",
    )
    j = table.set_index("name").loc["j"]
    assert (j["change"], j["was"], j["now"], j["cause"]) == (
        "flag changed",
        "not flagged",
        "possible",
        METHOD,
    )


def test_a_source_of_which_the_state_alone_differs_is_told_apart():
    state = {"id": "own_x", "as_of_old": "2026-01-01", "as_of_new": "2026-01-01", "rows_old": 3,
             "rows_new": 3, "state_old": "live", "state_new": "stale"}  # fmt: skip
    differences = {"nodes": [], "methods": [], "sources": [], "states": [state], "features": []}
    [row] = table_of(differences, {"own_x": "Our table"}, {}).to_dict("records")
    assert (row["name"], row["change"], row["why"]) == ("Our table", "state changed", "the same data")
    assert (row["was"], row["now"]) == ("as of 2026-01-01, live", "as of 2026-01-01, stale")
