"""HTML of the reports: elements, the finished page with its content policy, and its styles for A4.

Text is put into a tree of elements, and the serialiser of the standard library escapes it. No module builds
markup from strings.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from layers.errors import ExportError
from maps.reports.citations import Cell
from maps.status import SCRIPT
from maps.style import STYLES, Ink
from maps.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LABELS", "document", "scroll", "tag"]

# Texts with digits that need no cell: reference systems, dual-use classes, classes of ships, requirements,
# dates, the reference period of the ice, and the name of the warming level that the story tells.
LABELS: Final = re.compile(
    r"EPSG:\d+|\bD[0-3]\b|\bPC[1-7]\b|\bBLR\d\b|\b\d{4}-\d{2}-\d{2}\b|\b1981 to 2010\b|\b2\s°C\b"
)
# CSS classes of texts that need no cell: numbers of a scale or of a mark on a map (`tick`), numbers of notes
# (`note`), and the condition or the column of a cell in words (`address`).
_FREE: Final = frozenset({"tick", "note", "address"})

Child = ET.Element | Cell | str | None


def tag(kind: str, /, *children: Child, cell: Cell | None = None, **attributes: str | float) -> ET.Element:
    """An element with its children and attributes. A `Cell` becomes `<data>` with address, value and form.

    With `cell` the element itself shows the cell, because SVG has no `<data>`. An underscore at the end of an
    attribute name is dropped, and the other underscores become hyphens: `class_`, `data_cell`.
    """
    element = ET.Element(kind)
    for key, value in attributes.items():
        element.set(key.rstrip("_").replace("_", "-"), _plain(value))
    if cell is not None:
        _cite(element, cell)
    for child in children:
        if isinstance(child, Cell):
            element.append(_cite(ET.Element("data"), child))
        elif isinstance(child, ET.Element):
            element.append(child)
        elif child:
            _add_text(element, visible(child))
    return element


def scroll(table: ET.Element, label: str, class_: str = "") -> ET.Element:
    """A wide table in a frame that scrolls, also by keyboard. `label` is for screen readers."""
    return tag("div", table, class_=f"scroll {class_}".strip(), role="region", tabindex="0", aria_label=label)


def _plain(value: str | float) -> str:
    return visible(value) if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


def _cite(element: ET.Element, cell: Cell) -> ET.Element:
    # A missing value is marked, so that a reader and a test can tell it from a text.
    is_missing = cell.text == "unknown"
    if element.tag == "data":
        element.set("value", "" if is_missing else visible(cell.value))
    if is_missing:
        element.set("class", f"{element.get('class', '')} unknown".strip())
    element.set("data-cell", cell.address)
    element.set("data-form", cell.form)
    element.text = cell.text
    return element


def _add_text(element: ET.Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _uncited(element: ET.Element) -> Iterator[str]:
    """Every text in the tree of `element` that is neither a cell nor of a class in `_FREE`."""
    if (
        element.get("data-cell") is None
        and element.tag != "style"
        and not _FREE.intersection(element.get("class", "").split())
    ):
        if element.text:
            yield element.text
        for child in element:
            yield from _uncited(child)
            if child.tail:
                yield child.tail


def document(
    title: str, body: ET.Element, look: str = "", *, has_status: bool = False, script: str = ""
) -> str:
    """The text of the whole page, which makes no request.

    `look` is CSS that is added to the styles. `has_status` adds the script that compares the status of the
    page with the clock of the reader, `script` is JavaScript of this package. The content policy allows the
    styles and the scripts by their hashes.

    Raises
    ------
    ExportError
        If a printed digit comes from no cell and is no label.
    """
    for text in _uncited(body):
        if re.search(r"\d", LABELS.sub("", text)):
            msg = (
                f"page: expected every number to name its cell, found {text.strip()[:80]!r}: "
                "print it through CitationIndex.cell, or add its kind to maps.reports.html_document.LABELS"
            )
            raise ExportError(msg)
    # A page without a status has no script, and its policy allows none.
    texts = [text for text in (SCRIPT if has_status else "", script) if text]
    hashes = " ".join(f"'sha256-{_sha256(text)}'" for text in texts)
    scripts = f"script-src {hashes}; " if texts else ""
    policy = (
        f"default-src 'none'; style-src 'sha256-{_sha256(_LOOK + look)}'; {scripts}"
        "base-uri 'none'; form-action 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", "@@LOOK@@"),
    )
    page = ET.tostring(tag("html", head, body, lang="en"), encoding="unicode", method="html")
    # Style and script must not be escaped: they are constants of this package.
    page = page.replace("<style>@@LOOK@@</style>", f"<style>{_LOOK}{look}</style>", 1)
    for text in texts:
        page = f"{page.removesuffix('</body></html>')}<script>{text}</script></body></html>"
    return f"<!DOCTYPE html>\n{page}\n"


def _sha256(text: str) -> str:
    """SHA-256 of a text in base64, as a content policy names it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _inks(scheme: str) -> str:
    """CSS variables of the colours of a scheme, `light` or `dark`."""
    ink = {
        "paper": Ink("#ffffff", "#10161c"), "ink": Ink("#16202a", "#e6edf2"),
        "soft": Ink("#55636f", "#a5b4c0"), "line": Ink("#cfd8de", "#33414d"),
        "track": Ink("#e8edf0", "#25313b"), "climate": STYLES["sea_lanes"].stroke,
        "military": STYLES["nodes"].fill, "civil": STYLES["terminals"].fill,
        "robust": Ink("#d55e00", "#ff7f32"), "possible": Ink("#e69f00", "#f0b429"),
        "gap": Ink("#fbf1df", "#3a2f1a"), "gapink": Ink("#8a5200", "#f0b429"),
        "sea": Ink("#dbe9f1", "#172833"), "land": STYLES["land"].fill, "coast": STYLES["countries"].stroke,
        "own": Ink("#c9bd9f", "#57564f"), "ice": Ink("#ffffff", "#8ba5b5"),
        "iceedge": STYLES["sea_ice"].stroke, "overlap": Ink("#8a3f8f", "#d59ad9"),
    }  # fmt: skip
    return "".join(f"--{name}:{getattr(value, scheme)};" for name, value in ink.items())


_LOOK: Final = (
    ":root{color-scheme:light dark;" + _inks("light") + "}"
    "@media screen and (prefers-color-scheme:dark){:root{" + _inks("dark") + "}}"
    """
@page{size:A4;margin:12mm 13mm 14mm;
@bottom-left{content:"Not for navigation, targeting or site security decisions";
font:7pt "Source Sans 3","Helvetica Neue",Arial,"DejaVu Sans Condensed",sans-serif;color:#444}
@bottom-right{content:counter(page) " / " counter(pages);
font:7pt Arial,"DejaVu Sans Condensed",sans-serif;color:#444}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:186mm;padding:10mm 4mm;background:var(--paper);color:var(--ink);
font:8.4pt/1.34 "Source Sans 3","Helvetica Neue",Arial,"Liberation Sans","DejaVu Sans Condensed",sans-serif;
font-size-adjust:.519;font-variant-numeric:tabular-nums;-webkit-print-color-adjust:exact;print-color-adjust:exact;
overflow-wrap:break-word}
header{border-top:2.2pt solid var(--ink);padding-top:2.5mm;margin-bottom:3.5mm}
.status{border:1pt solid var(--line);padding:1mm 2mm;margin:0 0 2.5mm;font-size:8pt}
.status.degraded{border:1.4pt dashed var(--gapink);background:var(--gap)}
.status.expired{border:3pt double var(--robust);background:var(--gap)}
.status.expired .word{font-size:20pt;letter-spacing:.06em;display:block}
.kicker{font-size:7.5pt;letter-spacing:.09em;text-transform:uppercase;color:var(--soft);margin:0}
h1{font:600 21pt/1.12 Charter,"Source Serif 4",Georgia,"DejaVu Serif Condensed",serif;margin:.8mm 0 1.2mm}
h2{font:600 12.5pt/1.2 Charter,"Source Serif 4",Georgia,"DejaVu Serif Condensed",serif;margin:5mm 0 1.4mm;
break-after:avoid}
h3{font-size:8.6pt;margin:0 0 1mm;break-after:avoid}
p{margin:0 0 2mm}.lead{font-size:9.6pt;margin-bottom:2.6mm}.small{font-size:7.6pt;color:var(--soft)}
.figures{display:grid;grid-template-columns:repeat(4,1fr);gap:4mm;margin:0 0 3.5mm}
.figures div{border-top:1.6pt solid var(--line);padding-top:1.2mm}
.figures .f-robust{border-color:var(--robust)}.figures .f-possible{border-color:var(--possible)}
.figures data{display:block;font:600 19pt/1.05 Charter,Georgia,"DejaVu Serif Condensed",serif}
.figures span{font-size:8pt;color:var(--soft)}
.two{display:grid;grid-template-columns:1fr 1fr;gap:7mm;align-items:start}
.two>*{min-width:0}.two{break-inside:avoid}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:7.9pt}
caption{text-align:left;font-weight:600;padding-bottom:.8mm;font-size:8.6pt}
th,td{padding:.75mm 1.4mm;text-align:left;vertical-align:top;border-bottom:.4pt solid var(--line)}
th{font-weight:600}thead th{color:var(--soft);font-size:7.4pt;line-height:1.2;vertical-align:bottom;
border-bottom:.8pt solid var(--ink)}
th:first-child,td:first-child{padding-left:0}
.n{text-align:right}td.n{white-space:nowrap}
tr{break-inside:avoid}thead{display:table-header-group}
.matrix table,.cover table{table-layout:fixed}.matrix th:first-child{width:15%}
.matrix th:nth-child(2){width:25%}
.cover th:first-child{width:33%}
.sources td:nth-child(4){white-space:nowrap}.sources th:nth-child(3){width:38%}
.matrix b{font-size:8pt}
.group th{padding-top:2mm;font-size:7.4pt;text-transform:uppercase;letter-spacing:.06em;
color:var(--soft)}
.gap{background:var(--gap);color:var(--gapink)}.unknown{color:var(--gapink);font-style:italic}
.nodes td{padding-top:.9mm;padding-bottom:.9mm}.nodes .who{width:28%}.nodes .bars{width:23%}
.nodes b{display:block;line-height:1.2}.nodes .small{white-space:nowrap;font-size:7.3pt}
.flag{display:inline-block;width:2.1mm;height:2.1mm;border-radius:50%;margin-right:1.1mm;
background:var(--possible)}.flag.robust{background:var(--robust)}
.why{font-size:7.5pt;line-height:1.3}.why i{font-style:normal;font-weight:600}
svg{display:block;max-width:110mm;width:100%;height:auto;overflow:visible}
svg text{font:8px "Source Sans 3","Helvetica Neue",Arial,"Liberation Sans",
"DejaVu Sans Condensed",sans-serif;fill:var(--ink)}
svg .tick{fill:var(--soft);font-size:7.5px}svg .soft{fill:var(--soft)}svg .end{text-anchor:end}
svg .mid{text-anchor:middle}svg .strong{font-weight:600}
.track{fill:var(--track)}.grid{stroke:var(--line);stroke-width:.6}
.break{stroke:var(--soft);stroke-width:.8;stroke-dasharray:1.5 2}
.climate{fill:var(--climate)}.military{fill:var(--military)}.civil{fill:var(--civil)}
.s-climate,.s-soft,.s-robust{fill:none;stroke-width:1.3;stroke-linejoin:round}
.s-climate{stroke:var(--climate)}.s-soft{stroke:var(--soft)}.s-robust{stroke:var(--robust)}
.known{stroke:var(--ink);stroke-width:1.2}
.robust-bar{fill:var(--robust)}.possible-bar{fill:var(--possible)}.band{fill:var(--track)}
svg .unknown{fill:var(--gapink)}
ol,ul{margin:0;padding-left:4.5mm}li{margin-bottom:.7mm}
.box{border:.9pt solid var(--gapink);padding:3mm 4mm;margin:3mm 0;break-inside:avoid}
.box h2{margin-top:0}
figure{margin:0;break-inside:avoid}
@media screen and (max-width:640px){body{padding:4mm}.two{grid-template-columns:1fr}
.figures{grid-template-columns:1fr 1fr}h1{font-size:17pt}
.nodes,.nodes tbody,.nodes tr,.nodes td{display:block}.nodes thead{display:none}
.nodes svg{max-width:60mm}.nodes tr{border-bottom:.6pt solid var(--line);padding:1.5mm 0}
.nodes td,.nodes .who,.nodes .bars{border:0;padding:.5mm 0;width:auto}
.scroll table{min-width:150mm}}
.paper{display:none}
@media print{:root{--paper:#fff;--ink:#000;--soft:#333;--faint:#5a6670}.screen,.clock{display:none}
.paper{display:inline}body{padding:0;max-width:none}
.scroll{overflow:visible}}
"""
)
