"""Two reports on a stored picture: results of the draft standards, and shares of a coalition (the lens)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.assessed.alliances import institutions
from layers.assessed.coalition import lens, members
from layers.assessed.standard_results import tally
from layers.assessed.standards import PROPOSAL, STANDARDS
from layers.errors import UsageError
from pipelines.picture.publish import manifest_of
from pipelines.text_table import paragraph, text_table

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["lens_report", "lens_text", "standards_report", "standards_text"]

_GROUPS = {"country": "country_iso3", "kind": "kind"}


def standards_report(folder: Path, by: str | None = None) -> dict[str, Any]:
    """Counts of pass, fail, unknown and not applicable by standard, with the data requests.

    `by` splits the counts by `country` or by `kind` of node; None counts all nodes together.

    Raises
    ------
    UsageError
        If `by` is neither country nor kind, or the picture holds no standards.
    """
    if by is not None and by not in _GROUPS:
        msg = f"--by: expected country or kind, found {by!r}: name one of them"
        raise UsageError(msg)
    # Only the tables in question are read: to read and check a whole picture takes longer.
    path = folder / "tables" / "standards.parquet"
    if not path.is_file():
        msg = f"picture {folder.name}: expected {path.name}, found none: build it again"
        raise UsageError(msg)
    results = pd.read_parquet(path, columns=["node_id", "standard_id", "result"])
    groups = None
    if by is not None:
        nodes = pd.read_parquet(folder / "layers" / "nodes.parquet", columns=["node_id", _GROUPS[by]])
        groups = nodes.set_index("node_id")[_GROUPS[by]].rename(by)
    counts = tally(results, groups).reset_index().to_dict("records")
    about = {
        row.id: {
            "title": row.title,
            "threshold": row.threshold,
            "basis": row.basis,
            "baseline_requirements": list(row.baseline_requirements),
            "cer_sectors": list(row.cer_sectors),
            "is_scored": row.is_scored,
        }
        for row in STANDARDS
    }
    manifest = manifest_of(folder)
    return {
        "picture": manifest["id"],
        "day": manifest["day"],
        "standing": PROPOSAL,
        "counts": [row | about[row["standard_id"]] for row in counts],
        "data_requests": pd.read_parquet(folder / "tables" / "data_requests.parquet").to_dict("records"),
    }


def standards_text(report: dict[str, Any]) -> str:
    """The result of `standards_report` as plain text."""
    counts = report["counts"]
    by = {name: name for name in _GROUPS if counts and name in counts[0]}
    results = {"pass": "pass", "fail": "fail", "unknown": "unknown", "not_applicable": "n.a."}
    rows = [
        row | {"title": row["title"] + ("" if row["is_scored"] else " (told, not scored)")} for row in counts
    ]
    columns = {"standard_id": "id", **by, **results, "title": "standard"}
    lines = [f"{report['standing']}. Day {report['day']}.", "", text_table(rows, columns, right=results)]
    lines += ["", "Data requests (unknown at over 80 % of the nodes asked, whole snapshot):"]
    for row in report["data_requests"]:
        told = f"{row['standard_id']:4} {row['unknown']} of {row['applicable']} unknown: {row['wanted']}"
        lines += [paragraph(told, 0, 5), paragraph(f"from {row['from_whom']}", 5)]
    return "\n".join(lines)


def lens_report(folder: Path, states: str, reach_percent: float = 80.0) -> dict[str, Any]:
    """The shares of nodes, ports, landings and cables that a set of states holds on the day of the picture.

    `states` is a list of codes or names, separated by commas (`layers.assessed.coalition.members`).
    For each measure the result also has the smallest set among all states that holds `reach_percent` %.

    Raises
    ------
    UsageError
        If a state is not known, or `reach_percent` cannot be used.
    """
    manifest = manifest_of(folder)
    memberships = pd.read_parquet(folder / "tables" / "memberships.parquet")
    chosen = members(states, memberships)
    nodes = pd.read_parquet(
        folder / "layers" / "nodes.parquet",
        columns=["kind", "country_iso3", "dual_use_class", "flag", "place_id"],
    )
    cables = pd.read_parquet(
        folder / "layers" / "cables.parquet",
        columns=["system_id", "status", "published_length_km", "from_landing", "to_landing"],
    )
    landings = pd.read_parquet(
        folder / "layers" / "cable_landings.parquet", columns=["feature_id", "country_iso3"]
    )
    rows = lens(chosen, nodes, cables, landings, reach_percent / 100)
    status = institutions(memberships, date.fromisoformat(manifest["day"]))
    names = memberships.set_index("country_iso3")["name"]
    return {
        "picture": manifest["id"],
        "day": manifest["day"],
        "reach_percent": reach_percent,
        "states": [
            {
                "country_iso3": code,
                "name": names[code],
                "institution": status.loc[code, "institution"],
                "special_status": _text(status.loc[code, "special_status"]),
                "nodes": int((nodes["country_iso3"] == code).sum()),
            }
            for code in chosen
        ],
        "measures": rows,
        "note": "Territories stand on their own; CODE+ adds those of a state. Cables: whole published length "
        "of each system in service that lands there, once; systems without a published length are left out.",
    }


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value)


def lens_text(report: dict[str, Any]) -> str:
    """The result of `lens_report` as plain text."""
    lines = [f"As of {report['day']}", ""]
    states = [
        row | {name: (row[name] or "").replace("_", " ") for name in ("institution", "special_status")}
        for row in report["states"]
    ]
    headings = {"country_iso3": "code", "name": "state", "institution": "institution",
                "special_status": "special status", "nodes": "nodes"}  # fmt: skip
    lines += [text_table(states, headings, right=("nodes",)), ""]
    rows = [
        row
        | {
            "measure": row["measure"].replace("_", " "),
            "held": f"{row['held']:.0f}",
            "total": f"{row['total']:.0f}",
            "share": f"{row['share']:.1%}",
            "fewest": f"{', '.join(row['smallest_set'])} ({row['smallest_share']:.1%})",
        }
        for row in report["measures"]
    ]
    columns = {"measure": "measure", "held": "held", "total": "of", "unit": "unit", "share": "share",
               "fewest": f"fewest that reach {report['reach_percent']:g} %"}  # fmt: skip
    table = text_table(rows, columns, right=("held", "total", "share"))
    return "\n".join([*lines, table, "", paragraph(report["note"])])
