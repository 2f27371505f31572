"""What `arctic-picture` prints without a command: what it is, the latest picture, and what to do next."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from layers.assessed.indicators import in_sentence
from layers.errors import ExportError
from pipelines.commands.arguments import PICTURES, Json
from pipelines.commands.terminal import print_result, say

__all__ = ["overview"]

_WHAT = (
    "An open situational picture of the Arctic, built from public data, with evidence: on every port, "
    "airfield, cable landing, mine, railhead, energy site and ground station it asks where climate risk, "
    "military relevance and civil dependence meet. Not for navigation or targeting."
)
_COMMANDS = (
    ("build", "build a picture, offline, and publish it"),
    ("explain NAME", "say why a place is critical or not, with every source"),
    ("sources", "list what it is made of, and how old that is"),
    ("brief --country NO", "write the picture of one country as a page"),
    ("glossary NAME", "say what an indicator means and at which value it turns"),
    ("doctor", "check the installation and the latest picture"),
)
_MORE = "'arctic-picture --help' lists all commands; README.md and docs/ say how to read a flag and why."


def overview(context: typer.Context, *, as_json: Json = False) -> None:
    """An open situational picture of the Arctic, built from public data, with evidence."""
    if context.invoked_subcommand is not None:
        return
    say("reads the latest picture")
    latest = _latest(PICTURES)
    result = {
        "about": _WHAT,
        "latest": latest,
        "commands": [{"command": command, "does": does} for command, does in _COMMANDS],
    }
    print_result(result, as_json=as_json, text=lambda: _text(latest))


def _latest(root: Path) -> dict[str, Any] | None:
    """Day, status and critical places of the latest picture in a folder; None if there is none.

    It has no more than the manifest and three columns, so that it is there at once.
    """
    import pyarrow.parquet as pq

    from maps.status import status_on
    from pipelines.picture.publish import manifest_of, picture_folder

    try:
        folder = picture_folder(root)
        manifest = manifest_of(folder)
        columns = ["flag", "place_id", "place", "country_iso3"]
        nodes = pq.read_table(folder / "layers" / "nodes.parquet", columns=columns).to_pylist()
    except (ExportError, OSError, ValueError, KeyError):
        return None
    ends = (row.get("fresh_until") for row in manifest["sources"])
    critical = {
        row["place_id"]: f"{row['place']} ({row['country_iso3']})"
        for row in nodes
        if row["flag"] in {"robust", "possible"}
    }
    return {
        "id": manifest["id"],
        "day": manifest["day"],
        "status": status_on(datetime.now(UTC).date(), manifest["status"], manifest.get("expires"), ends),
        "expires": manifest.get("expires"),
        "scenario": manifest["judged_by"]["title"],
        "critical_nodes": sum(row["flag"] in {"robust", "possible"} for row in nodes),
        "critical_places": sorted(critical.values()),
        "map": str(root / "latest" / "map.html"),
    }


def _text(latest: dict[str, Any] | None) -> str:
    from pipelines.text_table import paragraph

    if latest is None:
        picture = f"No picture in {PICTURES}/ yet: 'arctic-picture build' makes one in a few seconds."
    else:
        until = f", good until {latest['expires']}" if latest["expires"] else ""
        places, scenario = latest["critical_places"], latest["scenario"]
        picture = (
            f"Latest picture: {latest['day']}, {latest['status']}{until}, {in_sentence(scenario)}. "
            f"{len(places)} critical places: {', '.join(places) or 'none'}. "
            f"Open {latest['map']} in a browser."
        )
    width = max(len(command) for command, _ in _COMMANDS) + 2
    commands = [f"  {command:{width}}{does}" for command, does in _COMMANDS]
    return "\n".join(
        ["arctic-picture", paragraph(_WHAT, 2), "", paragraph(picture), "", *commands, "", paragraph(_MORE)]
    )
