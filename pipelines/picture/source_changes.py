"""Sources that differ between the manifests of two pictures: in their data, or in their state alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["source_changes"]


def source_changes(
    old: Mapping[str, Any], new: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Sources that are new, gone, or have other bytes or another date; and those with another state alone.

    `old` and `new` are manifests. A source of which only the state differs has the same data: it grew stale,
    say, or a check held a newer file.
    """
    before, now = ({row["id"]: row for row in m["inputs"]} for m in (old, new))
    states = [{row["id"]: row["state"] for row in m["sources"]} for m in (old, new)]
    rows, states_alone = [], []
    for name in sorted({**before, **now}):
        a, b = before.get(name, {}), now.get(name, {})
        state = [by_source.get(name) for by_source in states]
        row = {
            "id": name,
            "as_of_old": a.get("as_of"), "as_of_new": b.get("as_of"),
            "rows_old": a.get("rows"), "rows_new": b.get("rows"),
            "state_old": state[0], "state_new": state[1],
        }  # fmt: skip
        if a.get("sha256") != b.get("sha256") or a.get("as_of") != b.get("as_of"):
            rows.append(row)
        elif state[0] != state[1]:
            states_alone.append(row)
    return rows, states_alone
