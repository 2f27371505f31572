"""Say what changed since the last picture: a report a picture, an Atom feed of them, and a webhook.

`changes/<number>.json` beside the pictures are the reports (pipelines.picture.diff), `changes.atom` the feed
of the last of them (RFC 4287: M. Nottingham, R. Sayre, 2005, doi:10.17487/RFC4287). What was last
announced says what comes next, so nothing is said twice or left out after a run that was killed.
"""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from layers.errors import PictureError
from pipelines.files import write_whole
from pipelines.picture.diff import as_text, changes
from pipelines.picture.publish import manifest_of, picture_folder

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

__all__ = ["FEED", "announce", "headline", "last_report"]

FEED = "changes.atom"
ATOM = "http://www.w3.org/2005/Atom"
ENTRIES, LINES = 50, 200
# Above this a receiver gets counts, and fetches the rest.
_POSTED_ROWS = 1000
# What no XML 1.0 document may hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Names of the feed and its entries are made of this and the pictures' ids; RFC 4122.
_SPACE = uuid.UUID("6f0d8f8e-5c43-5d0b-9f0a-6e0c4b1d7a52")


def announce(root: Path, webhook: str = "") -> dict[str, Any] | None:
    """Report the picture that stands if it is another than the last reported; None where it is not.

    The report is written, the feed renewed, and the webhook told where there is one. `posted` says what
    came of that: a webhook that fails is named, and stops nothing.

    Raises
    ------
    ExportError
        If there is no picture, or the last reported one is damaged.
    """
    last, folder = last_report(root), picture_folder(root)
    if last and last["new"] == folder.name:
        return None
    manifest = manifest_of(folder)
    before = root / "snapshots" / last["new"] if last else None
    told = changes(before, folder) if before and before.is_dir() else _first(folder.name)
    told = {
        "number": last["number"] + 1 if last else 1,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        **{name: manifest.get(name) for name in ("seq", "status", "day", "region", "scenario")},
        **told,
    }
    place = root / "changes"
    place.mkdir(exist_ok=True)
    write_whole(
        place / f"{told['number']:06}.json", json.dumps(told, ensure_ascii=False, allow_nan=False) + "\n"
    )
    for old in _reports(root)[:-ENTRIES]:
        old.unlink()
    write_whole(root / FEED, _feed([json.loads(path.read_text(encoding="utf-8")) for path in _reports(root)]))
    return told | {"posted": _posted(webhook, told)}


def _reports(root: Path) -> list[Path]:
    return sorted((root / "changes").glob("[0-9]*.json"))


def last_report(root: Path) -> dict[str, Any] | None:
    """The report of the picture that was announced last."""
    paths = _reports(root)
    return json.loads(paths[-1].read_text(encoding="utf-8")) if paths else None


def _first(name: str) -> dict[str, Any]:
    return {"old": None, "new": name, "methods": [], "sources": [], "nodes": [], "features": [], "counts": {}}


def headline(told: dict[str, Any]) -> str:
    """One line: which picture, in what state, how many nodes are other than before, and why."""
    if told["old"] is None:
        said = "first picture reported"
    else:
        counts = [f"{sum(by.values())} {change}" for change, by in told["counts"].items() if sum(by.values())]
        said = ", ".join(counts) if counts else "no node and no flag differs"
        causes = {row["cause"] for row in told["nodes"]}
        said += f" ({', '.join(sorted(causes))})" if causes else ""
    return f"Picture {told['seq']} of {told['day']}, {told['status']}: {said}"


def _feed(reports: list[dict[str, Any]]) -> str:
    """The Atom document, the last report first."""
    from xml.etree.ElementTree import Element, indent, tostring  # noqa: PLC0415  writes only

    feed = Element("feed", xmlns=ATOM)
    _text(feed, "id", uuid.uuid5(_SPACE, f"{reports[0]['region']} {reports[0]['scenario']}").urn)
    _text(feed, "title", f"arctic-picture: what changed ({reports[-1]['region']}, {reports[-1]['scenario']})")
    _text(feed, "updated", reports[-1]["time"])
    _text(_text(feed, "author", ""), "name", "arctic-picture")
    _text(feed, "link", "").attrib |= {"rel": "self", "href": FEED}
    for told in reversed(reports):
        lines = as_text(told).split("\n") if told["old"] else [headline(told)]
        more = [f"... and {len(lines) - LINES} lines more in changes/{told['number']:06}.json"]
        entry = _text(feed, "entry", "")
        _text(entry, "id", uuid.uuid5(_SPACE, f"{told['number']} {told['time']} {told['new']}").urn)
        _text(entry, "title", headline(told))
        _text(entry, "updated", told["time"])
        _text(entry, "link", "").attrib |= {"rel": "alternate", "href": f"snapshots/{told['new']}/map.html"}
        _text(entry, "content", "\n".join(lines[:LINES] + (more if len(lines) > LINES else []))).set(
            "type", "text"
        )
    indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="unicode") + "\n"


def _text(parent: Element, name: str, text: str) -> Element:
    from xml.etree.ElementTree import SubElement  # noqa: PLC0415

    child = SubElement(parent, name)
    child.text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text) or None
    return child


def _posted(webhook: str, told: dict[str, Any]) -> str:
    if not webhook:
        return ""
    from pipelines.intake.webhook import post  # noqa: PLC0415  urllib3, for those who use a network

    sent = dict(told)
    for name in ("nodes", "features"):
        rows = told.get(name, [])
        if len(rows) > _POSTED_ROWS:
            sent |= {name: rows[:_POSTED_ROWS], f"{name}_left_out": len(rows) - _POSTED_ROWS}
    try:
        status = post(webhook, json.dumps(sent, ensure_ascii=False, allow_nan=False).encode())
    except PictureError as error:
        return str(error)
    return f"status {status}"
