"""Announce the changes since the last picture: a report for each picture, an Atom feed and a webhook.

The reports are the files `changes/<number>.json` beside the pictures (pipelines.picture.diff). `changes.atom`
is the feed of the last 50 reports (RFC 4287: M. Nottingham, R. Sayre, 2005, doi:10.17487/RFC4287). A report
compares the latest picture with the picture of the last report. So a killed run leads to no second report and
to no gap.
"""

from __future__ import annotations

import json
import re
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from layers.errors import PictureError
from pipelines.files import write_whole
from pipelines.intake.webhook import post
from pipelines.picture.diff import as_text, changes
from pipelines.picture.publish import manifest_of, picture_folder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FEED", "announce", "headline", "last_report"]

FEED = "changes.atom"
ATOM = "http://www.w3.org/2005/Atom"
ENTRIES, LINES = 50, 200  # reports that stay, and lines of a report in the feed
# Rows of nodes and of features in a post. The receiver gets the number of the other rows and can fetch them.
_POSTED_ROWS = 1000
# Characters that no XML 1.0 document may hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Namespace of the ids of the feed and its entries; RFC 4122.
_SPACE = uuid.UUID("6f0d8f8e-5c43-5d0b-9f0a-6e0c4b1d7a52")


def announce(root: Path, webhook: str = "") -> dict[str, Any] | None:
    """Report the latest picture of `root`, and return the report; None if it is reported already.

    The function writes the report, renews the feed and posts the report to the address `webhook`, if there is
    one. The entry `posted` of the result holds the status or the error of the post. A failed post raises no
    error.

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
    report = {
        "number": last["number"] + 1 if last else 1,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        **{name: manifest.get(name) for name in ("seq", "status", "day", "region", "scenario")},
        **(changes(before, folder) if before and before.is_dir() else _first(folder.name)),
    }
    place = root / "changes"
    place.mkdir(exist_ok=True)
    text = json.dumps(report, ensure_ascii=False, allow_nan=False) + "\n"
    # The report is written before the feed. If the run is killed between, the next report renews the feed.
    write_whole(place / f"{report['number']:06}.json", text)
    for old in _reports(root)[:-ENTRIES]:
        old.unlink()
    write_whole(root / FEED, _feed([json.loads(path.read_text(encoding="utf-8")) for path in _reports(root)]))
    return report | {"posted": _posted(webhook, report)}


def _reports(root: Path) -> list[Path]:
    return sorted((root / "changes").glob("[0-9]*.json"))


def last_report(root: Path) -> dict[str, Any] | None:
    """The report of the last announced picture; None if there is no report."""
    paths = _reports(root)
    return json.loads(paths[-1].read_text(encoding="utf-8")) if paths else None


def _first(name: str) -> dict[str, Any]:
    return {"old": None, "new": name, "methods": [], "sources": [], "states": [], "nodes": [], "features": [],
            "counts": {}}  # fmt: skip


def headline(report: dict[str, Any]) -> str:
    """One line: the picture, its status, the number of changed nodes, and the causes."""
    if report["old"] is None:
        words = "first picture reported"
    else:
        sums = {change: sum(by.values()) for change, by in report["counts"].items()}
        counts = [f"{count} {change}" for change, count in sums.items() if count]
        words = ", ".join(counts) if counts else "no node and no flag differs"
        causes = {row["cause"] for row in report["nodes"]}
        words += f" ({', '.join(sorted(causes))})" if causes else ""
    return f"Picture {report['seq']} of {report['day']}, {report['status']}: {words}"


def _feed(reports: list[dict[str, Any]]) -> str:
    """The Atom document of `reports`, which are in rising order; the last report comes first."""
    feed = Element("feed", xmlns=ATOM)
    _text(feed, "id", uuid.uuid5(_SPACE, f"{reports[0]['region']} {reports[0]['scenario']}").urn)
    _text(feed, "title", f"arctic-picture: what changed ({reports[-1]['region']}, {reports[-1]['scenario']})")
    _text(feed, "updated", reports[-1]["time"])
    _text(_text(feed, "author", ""), "name", "arctic-picture")
    _text(feed, "link", "").attrib |= {"rel": "self", "href": FEED}
    for report in reversed(reports):
        lines = as_text(report).split("\n") if report["old"] else [headline(report)]
        more = [f"... and {len(lines) - LINES} lines more in changes/{report['number']:06}.json"]
        entry = _text(feed, "entry", "")
        _text(entry, "id", uuid.uuid5(_SPACE, f"{report['number']} {report['time']} {report['new']}").urn)
        _text(entry, "title", headline(report))
        _text(entry, "updated", report["time"])
        _text(entry, "link", "").attrib |= {"rel": "alternate", "href": f"snapshots/{report['new']}/map.html"}
        _text(entry, "content", "\n".join(lines[:LINES] + (more if len(lines) > LINES else []))).set(
            "type", "text"
        )
    indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="unicode") + "\n"


def _text(parent: Element, name: str, text: str) -> Element:
    """Add an element with a text to a parent; returns it."""
    child = SubElement(parent, name)
    child.text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text) or None
    return child


def _posted(webhook: str, report: dict[str, Any]) -> str:
    """Post a report to the webhook; returns the status or the error in words, empty without a webhook."""
    if not webhook:
        return ""
    # The stored report has all rows; only the post is cut.
    sent = dict(report)
    for name in ("nodes", "features"):
        rows = report.get(name, [])
        if len(rows) > _POSTED_ROWS:
            sent |= {name: rows[:_POSTED_ROWS], f"{name}_left_out": len(rows) - _POSTED_ROWS}
    try:
        status = post(webhook, json.dumps(sent, ensure_ascii=False, allow_nan=False).encode())
    except PictureError as error:
        return str(error)
    return f"status {status}"
