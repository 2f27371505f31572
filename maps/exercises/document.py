"""HTML of an exercise pack: pages with the stamp of the pack, tables and cards, for screen and A4.

Text is put into a tree of elements, which the serialiser of the standard library escapes. A page makes no
request and has no script.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from maps.reports.html_document import tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["listed", "page", "section", "table"]


def page(title: str, stamp: Mapping[str, Any], *body: ET.Element, kicker: str = "", look: str = "") -> str:
    """Return the text of a page; `stamp` stands at its head and foot. `look` is CSS that is added."""
    style = _LOOK + look
    policy = f"default-src 'none'; style-src 'sha256-{_sha256(style)}'; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", "@@LOOK@@"),
    )
    header = tag(
        "header", tag("p", str(stamp["status"]), class_="status"),
        tag("p", kicker, class_="kicker") if kicker else None, tag("h1", title),
    )  # fmt: skip
    whole = tag("body", header, tag("main", *body), tag("footer", *_stamp(stamp)))
    text = ET.tostring(tag("html", head, whole, lang="en"), encoding="unicode", method="html")
    # The style must not be escaped: it is a constant of this package.
    return "<!DOCTYPE html>\n" + text.replace("<style>@@LOOK@@</style>", f"<style>{style}</style>", 1) + "\n"


def _stamp(stamp: Mapping[str, Any]) -> list[ET.Element]:
    return [
        tag("p", f"{stamp['status']}. Pack {stamp['pack']}, seed {stamp['seed']}, "
                 f"picture of {stamp['picture_day']}."),
        tag("p", f"Network SHA-256 {stamp['graph_sha256']}"),
    ]  # fmt: skip


def section(title: str, *parts: ET.Element | str | None, class_: str = "") -> ET.Element:
    """Return a section with a heading; a text becomes a paragraph."""
    body = [tag("p", part) if isinstance(part, str) else part for part in parts]
    return tag("section", tag("h2", title), *body, class_=class_) if class_ else tag(
        "section", tag("h2", title), *body
    )  # fmt: skip


def listed(texts: Iterable[str], otherwise: str, *, ordered: bool = False) -> ET.Element:
    """Return a list of texts, or a paragraph that says `otherwise` if there are none."""
    items = [tag("li", text) for text in texts]
    return tag("ol" if ordered else "ul", *items) if items else tag("p", otherwise)


def table(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], otherwise: str, numbers: Sequence[str] = ()
) -> ET.Element:
    """Return a table of rows; `columns` gives the heading of each key, `numbers` the keys set to the right.

    Without rows it is a paragraph that says `otherwise`.
    """
    if not rows:
        return tag("p", otherwise)
    head = tag("tr", *(tag("th", title, scope="col") for title in columns.values()))
    body = [
        tag("tr", *(tag("td", str(row[key]), class_="n" if key in numbers else "") for key in columns))
        for row in rows
    ]
    return tag(
        "div", tag("table", tag("thead", head), tag("tbody", *body)), class_="scroll", tabindex="0",
        role="region", aria_label="table",
    )  # fmt: skip


def _sha256(text: str) -> str:
    """Return the SHA-256 of a text in base64, as a content policy names it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


_LOOK: Final = """
:root{color-scheme:light;--ink:#16202a;--soft:#4d5a66;--line:#cfd8de;--paper:#fff;--gap:#fbf1df;--own:#0b5d8f}
@page{size:A4;margin:13mm 14mm 16mm}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1.2rem 1rem 3rem;background:var(--paper);color:var(--ink);
font:15px/1.45 "Source Sans 3","Helvetica Neue",Arial,"Liberation Sans",sans-serif;overflow-wrap:break-word}
.status{background:#16202a;color:#fff;margin:0 0 1rem;padding:.35rem .7rem;font-weight:600;
letter-spacing:.04em;text-transform:uppercase;font-size:.8rem;max-width:none}
.kicker{color:var(--soft);margin:0;font-size:.85rem;text-transform:uppercase;letter-spacing:.08em}
h1{font:600 1.75rem/1.15 Charter,"Source Serif 4",Georgia,"DejaVu Serif",serif;margin:.1rem 0 .8rem}
h2{font:600 1.15rem/1.25 Charter,"Source Serif 4",Georgia,"DejaVu Serif",serif;margin:1.6rem 0 .4rem;
break-after:avoid}
h3{font-size:1rem;margin:1rem 0 .2rem;break-after:avoid}
p{margin:0 0 .6rem;max-width:46rem}ul,ol{margin:0 0 .6rem;padding-left:1.3rem;max-width:46rem}
li{margin-bottom:.2rem}
.scroll{overflow-x:auto;margin:0 0 .8rem}
table{border-collapse:collapse;width:100%;font-size:.86rem}
th,td{padding:.3rem .5rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{border-bottom:1.5px solid var(--ink);color:var(--soft);font-weight:600}
.n{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
tr{break-inside:avoid}thead{display:table-header-group}
.key{max-width:none;background:var(--gap);padding:.6rem .8rem;margin:0 0 .8rem;border-left:4px solid #c8861b}
.card{border:1.5px solid var(--ink);padding:.7rem 1rem;margin:0 0 1.1rem;break-inside:avoid}
.card .who{color:var(--soft);font-size:.85rem;margin-bottom:.3rem}.card .text{font-size:1.08rem}
.blank{border-bottom:1px solid var(--soft);height:1.9rem}
footer{margin-top:2.2rem;border-top:1px solid var(--line);padding-top:.5rem;color:var(--soft);
font-size:.78rem}
footer p{max-width:none;margin:0}
@media print{body{padding:0;max-width:none;font-size:10pt}.scroll{overflow:visible}
section.new{break-before:page}}
"""
