"""Figures of a briefing that open the cell they were read from, and the list of these cells.

On a screen a click on a figure shows its cell in a box beside it. A script of this module fills the box from
the list of cells on the same page, so nothing is fetched; without the script the link jumps to that list. On
paper each figure has the number of its row in square brackets, which nobody can take for an exponent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

import pandas as pd

from maps.reports.html_document import tag

if TYPE_CHECKING:
    from maps.reports.citations import CitationIndex, Condition, Reading

__all__ = ["NOTES_LOOK", "NOTES_SCRIPT", "link_figures", "list_of_cells"]

_SOURCES_NAMED = 2  # sources of an aggregate that are named; more are "several sources"
# What an address reads -> the words before the name of the column.
_READ: Final = {
    "value": "", "count": "number of rows", "distinct": "different values of: ", "sum": "sum of: ",
    "median": "median of: ", "min": "least: ", "max": "largest: ", "share": "share of rows: ",
    "area": "area, square kilometres",
}  # fmt: skip
_SIGNS: Final = {"=": " is ", ">=": " is at least ", "<=": " is at most "}
# Tables that describe the picture and are no layers -> their names for readers.
_OF_THE_PICTURE: Final = {
    "sources": "Sources of the picture", "layers": "Layers of the picture", "regions": "Regions",
    "picture": "Settings of the picture",
    "anchors": "Values at which classes turn", "before": "The earlier picture", "caveats": "Caveats",
}  # fmt: skip
# Columns of names: a digit in the name of a place or of a document is no figure.
_NAMES: Final = frozenset({"name", "place", "title", "source_title", "what", "note"})
_HEADS: Final = ("Note", "Figure", "Table", "Row", "Column", "Source", "Date")


def link_figures(root: ET.Element) -> dict[str, int]:
    """Make each figure in the tree of `root` a link to its row in the list of cells.

    A figure is a cell whose text has a digit and that is no name. Returns the addresses with the numbers of
    their notes, from 1 in the order of reading.
    """
    notes: dict[str, int] = {}
    for parent in list(root.iter()):
        for place, child in enumerate(list(parent)):
            address = child.get("data-cell")
            if address is None or not re.search(r"\d", child.text or ""):
                continue
            if address.rpartition("#")[2] in _NAMES:
                continue
            notes.setdefault(address, len(notes) + 1)
            parent[place] = _link(child, notes[address])
    return notes


def _link(figure: ET.Element, number: int) -> ET.Element:
    """The element of a figure in a link, with the number of its note for paper."""
    link = tag("a", class_="fig", href=f"#cell-{number}")
    # The text after a figure belongs to its parent, so it moves to the link.
    link.tail, figure.tail = figure.tail, None
    link.append(figure)
    if figure.tag == "text":
        figure.append(tag("tspan", f"[{number}]", class_="note", dx="2"))
    else:
        link.append(tag("span", f"[{number}]", class_="note"))
    return link


def list_of_cells(citations: CitationIndex, notes: dict[str, int]) -> list[ET.Element]:
    """The heading and the table of the cells in `notes`, in the order of their numbers."""
    head = tag("thead", tag("tr", *(tag("th", word, scope="col") for word in _HEADS)))
    rows = [_row(citations, address, number) for address, number in notes.items()]
    return [
        tag("h2", "Where each figure of the story comes from"),
        tag("div", tag("table", head, tag("tbody", *rows)), class_="scroll cells"),
        tag("aside", tag("button", "Close", type="button"), tag("dl"), id="cell-box", role="dialog",
            aria_label="The cell of this figure", hidden="hidden", tabindex="-1"),
    ]  # fmt: skip


def _row(citations: CitationIndex, address: str, number: int) -> ET.Element:
    reading = citations.readings[address]
    # The list shows the value as it is stored, the story shows it rounded.
    stored = citations.cell(
        reading.what, reading.table, reading.where, reading.column, _form(reading), reading.equals
    )
    source, as_of = _source(citations, reading)
    cells = (
        [tag("span", f"[{number}]", class_="note")], [stored], [_table(citations, reading.table)],
        _which(citations, reading), [_column(citations, reading)], source, as_of,
    )  # fmt: skip
    return tag("tr", *(tag("td", *parts) for parts in cells), id=f"cell-{number}", data_address=address)


def _form(reading: Reading) -> str:
    if reading.what == "share":
        return ".1%"
    return "" if reading.what == "value" else "," if reading.what in {"count", "distinct"} else ",.6g"


def _table(citations: CitationIndex, table: str) -> Any:
    if table in _OF_THE_PICTURE:
        return _OF_THE_PICTURE[table]
    return citations.cell("value", "layers", {"id": table}, "title")


def _which(citations: CitationIndex, reading: Reading) -> list[Any]:
    """The row in words: the conditions that choose it, and its name if it has one."""
    parts: list[Any] = []
    if reading.what == "value" and reading.where:
        key = {column: value for column, _, value in reading.where}
        frame = citations.table(reading.table)
        node = key.get("node_id")
        if reading.table != "nodes" and node is not None:
            parts = [citations.cell("value", "nodes", {"node_id": node}, "name"), "; "]
        elif "name" in frame.columns:
            parts = [citations.cell("value", reading.table, key, "name"), "; "]
    places = [value for column, _, value in reading.where if column == "place_id"]
    if places:
        first = citations.rows("nodes", ("place_id", "=", places[0]))[:1]
        for node in citations.table("nodes")["node_id"].iloc[first]:
            parts += [citations.cell("value", "nodes", {"node_id": node}, "place"), "; "]
    words = "; ".join(_condition(one) for one in reading.where) or "all rows"
    return [*parts, tag("span", words, class_="address")]


def _condition(condition: Condition) -> str:
    column, sign, value = condition
    values = value if isinstance(value, tuple) else (value,)
    return f"{_words(column)}{_SIGNS[sign]}{' or '.join(_words(one) for one in values)}"


def _words(value: Any) -> str:
    # A key of a source holds colons and keeps its underscores; a word of ours is printed in words.
    text = str(value)
    return text if ":" in text or "-" in text else text.replace("_", " ")


def _column(citations: CitationIndex, reading: Reading) -> ET.Element:
    words = _READ[reading.what]
    if reading.column and reading.what not in {"count", "area"}:
        words += _words(reading.column)
        meaning = _meaning(citations, reading)
        words += f" ({meaning})" if meaning else ""
        words += f" {_words(reading.equals)}" if reading.equals else ""
    return tag("span", words, class_="address")


def _meaning(citations: CitationIndex, reading: Reading) -> str:
    """What the layer says of the column, with its unit; for evidence also what is measured."""
    layer = next((one for one in citations.picture.layers if one.id == reading.table), None)
    column = next((one for one in layer.all_columns if one.name == reading.column), None) if layer else None
    if column is None:
        return ""
    unit = f", {column.unit}" if column.unit and column.unit != "1" else ""
    if column.name == "value" and "unit" in citations.table(reading.table) and len(reading.rows):
        units = citations.table(reading.table)["unit"].iloc[reading.rows].dropna().unique()
        unit = f", {units[0]}" if len(units) == 1 and units[0] != "1" else ""
    return f"{column.meaning}{unit}"


def _source(citations: CitationIndex, reading: Reading) -> tuple[list[Any], list[Any]]:
    """Source and date of the rows behind a figure, as children of two cells of the list."""
    frame, day = citations.table(reading.table), citations.cell("value", "picture", (), "day")
    if "source_id" not in frame.columns:
        return ["judged by this project, by its printed method"], [day]
    rows = frame.iloc[reading.rows]
    ids = [str(name) for name in pd.unique(rows["source_id"].dropna())]
    listed: list[Any] = []
    if 0 < len(ids) <= _SOURCES_NAMED:
        for name in ids:
            listed += [*(["; "] if listed else []), _title(citations, name)]
    else:
        listed = ["several sources: see the table of sources"]
    if reading.table in {"nodes", "standards", "sea_ice_trends"}:
        listed = ["judged by this project on: ", *listed]
    if reading.what != "value" or "as_of" not in frame.columns:
        return listed, [day]
    return listed, [citations.cell("value", reading.table, reading.where, "as_of")]


def _title(citations: CitationIndex, source_id: str) -> Any:
    if len(citations.rows("sources", ("id", "=", source_id))) == 1:
        return citations.cell("value", "sources", {"id": source_id}, "title")
    return tag("span", source_id, class_="address")


NOTES_LOOK: Final = """
a.fig{color:inherit;text-decoration:underline dotted var(--soft);text-underline-offset:1.5px;cursor:pointer}
a.fig:hover,a.fig:focus-visible{background:var(--gap)}
svg a.fig{text-decoration:none}svg a.fig:hover text{text-decoration:underline}
.note{display:none}
#cell-box{position:absolute;z-index:5;width:min(92mm,92vw);background:var(--paper);color:var(--ink);
border:1.2pt solid var(--ink);padding:2.5mm 3mm;font-size:8.4pt;box-shadow:0 1mm 4mm #0005}
#cell-box[hidden]{display:none}#cell-box button{float:right;font:inherit;cursor:pointer}
#cell-box dl{display:grid;grid-template-columns:auto 1fr;gap:.6mm 2.5mm;margin:0}
#cell-box dt{color:var(--soft)}#cell-box dd{margin:0;overflow-wrap:anywhere}
.cells table{table-layout:fixed;font-size:6.6pt;line-height:1.22}
.cells td{padding:.4mm 1.2mm;overflow-wrap:anywhere}
.cells th:first-child{width:6%}.cells th:nth-child(2){width:9%}.cells th:nth-child(3){width:16%}
.cells th:nth-child(4){width:25%}.cells th:nth-child(5){width:20%}.cells th:nth-child(7){width:9%}
.cells tr:nth-last-child(-n+12){break-before:avoid}
.cells .note{display:inline}.cells tr:target{background:var(--gap)}
@media print{#cell-box{display:none}a.fig{text-decoration:none;color:inherit}
main a.fig{white-space:nowrap}
.note{display:inline;font-size:5.4pt;line-height:0;font-weight:400;color:var(--faint);margin-left:1.2pt}
svg tspan.note{font-size:5.4px;fill:var(--faint);font-weight:400}.cells .note{font-size:6.6pt}}
"""

NOTES_SCRIPT: Final = """(() => {
const box = document.getElementById("cell-box"), list = box && box.querySelector("dl");
if (!list) return;
const heads = [...document.querySelectorAll(".cells thead th")].map((head) => head.textContent);
let from = null;
const close = () => { if (box.hidden) return; box.hidden = true; if (from) from.focus(); from = null; };
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.fig");
  if (!link) { if (!box.contains(event.target)) box.hidden = true; return; }
  const row = document.getElementById(link.getAttribute("href").slice(1));
  if (!row) return;
  event.preventDefault();
  list.replaceChildren(...[...row.cells].flatMap((cell, place) => {
    const head = document.createElement("dt"), text = document.createElement("dd");
    head.textContent = heads[place];
    text.textContent = cell.textContent;
    return [head, text];
  }));
  box.dataset.address = row.dataset.address;
  box.hidden = false;
  from = link;
  const at = link.getBoundingClientRect(), width = box.offsetWidth, high = box.offsetHeight;
  const left = Math.max(4, Math.min(at.left, document.documentElement.clientWidth - width - 4));
  const below = at.bottom + 4, above = at.top - high - 4;
  const top = below + high > innerHeight && above > 0 ? above : below;
  box.style.left = `${left + scrollX}px`;
  box.style.top = `${top + scrollY}px`;
  box.focus({ preventScroll: true });
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
box.querySelector("button").addEventListener("click", close);
})();"""
