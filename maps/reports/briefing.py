"""The briefing: the picture in words, as one HTML file for A4, in which every number names its cell.

The name of the cell is no link: it is the attribute `data-cell` of the element, an address in the tables of
the picture as maps.reports.citations describes it.

Page one answers three questions: what is critical and why, where climate and defence overlap, and what must
be known first. Then come changes, nodes by kind, the five domains by sub-region (posture, climate adaptation,
resources, environment, infrastructure resilience), sea ice, what depends on what, coverage, unknowns,
standards, sources and caveats. A briefing is about the whole picture or about one country.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from layers.errors import ExportError
from maps.reports.briefing_answer import ANSWER_LOOK, answer, by_kind_and_country
from maps.reports.briefing_changes import CHANGES_LOOK, changes
from maps.reports.briefing_evidence import check_evidence
from maps.reports.briefing_flows import flows
from maps.reports.briefing_gaps import gaps
from maps.reports.briefing_ice import sea_ice
from maps.reports.briefing_parts import country_of, table
from maps.reports.briefing_standards import data_requests, standards
from maps.reports.briefing_tables import coverage, five_domains, scopes
from maps.reports.cell_notes import NOTES_LOOK, NOTES_SCRIPT, link_figures, list_of_cells
from maps.reports.citations import CitationIndex
from maps.reports.html_document import document, tag
from maps.reports.story import STORY_LOOK, story
from maps.status import COMPLETE, SIGN, first_stale, late, promise

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from layers.picture import Picture
    from maps.reports.citations import Cell, Condition

__all__ = ["page", "write"]

_LATE_LISTED = 4  # late sources in the strip on top; the table of sources has all of them


def write(picture: Picture, folder: Path, country: str | None = None) -> Path:
    """Write `briefing.html`, or `briefing-<ISO3>.html` for one country, into `folder`; returns the path.

    `folder` must exist. `country` is an ISO 3166-1 alpha-3 code; None means the whole picture.

    Raises
    ------
    ExportError
        If a number has no row behind it, or the country has no node in the picture.
    """
    path = folder / (f"briefing-{country}.html" if country else "briefing.html")
    # The same line ends on every system, because the manifest holds the hash of the file.
    path.write_text(page(picture, country), encoding="utf-8", newline="\n")
    return path


def page(picture: Picture, country: str | None = None) -> str:
    """The text of the briefing, HTML; the same picture gives the same text.

    `country` is an ISO 3166-1 alpha-3 code or None. Raises the errors of `write`.
    """
    citations = CitationIndex(picture)
    # Incomplete evidence must stop the page before a number of it is printed.
    check_evidence(citations)
    filters: tuple[Condition, ...] = (("country_iso3", "=", country),) if country else ()
    if country and not len(citations.rows("nodes", *filters)):
        codes = ", ".join(sorted(set(citations.table("nodes")["country_iso3"])))
        msg = f"briefing: expected a country of this picture, found {country!r}: choose one of {codes}"
        raise ExportError(msg)
    columns = scopes(citations, country)
    pages = story(citations, filters, country, _head(citations, country))
    notes = link_figures(pages)
    body = tag(
        "body",
        pages,
        *_annex(citations),
        *answer(citations, filters),
        *changes(citations, filters),
        tag("h2", "Nodes by kind"),
        *by_kind_and_country(citations, filters),
        *five_domains(citations, columns),
        *sea_ice(citations, filters),
        *flows(citations, filters),
        *coverage(citations, columns),
        gaps(citations, filters),
        *data_requests(citations, filters),
        *standards(citations, filters),
        *_sources(citations),
        *list_of_cells(citations, notes),
    )
    look = STORY_LOOK + NOTES_LOOK + ANSWER_LOOK + (CHANGES_LOOK if picture.before else "")
    title = f"Arctic picture: briefing, {picture.day.isoformat()}"
    return document(title, body, look, has_status=True, script=NOTES_SCRIPT)


def _head(citations: CitationIndex, country: str | None) -> ET.Element:
    picture = citations.picture
    title = (
        country_of(citations, country)
        if country
        else citations.cell("value", "regions", {"id": picture.region.id}, "title")
    )

    is_late = picture.status != COMPLETE
    some_late = " Some sources are late: see the table of sources." if is_late else ""
    return tag(
        "header",
        _status(citations),
        tag("p", "Arctic picture · briefing", class_="kicker"),
        tag("h1", title),
        tag("p", f"As of {picture.day.isoformat()}, from public data only. ",
            tag("span", "A click on a figure shows where it comes from.", class_="screen"),
            tag("span", "A small number in brackets leads to the list at the end, which says where the "
                "figure comes from.", class_="paper"), some_late, class_="small"),
    )  # fmt: skip


def _annex(citations: CitationIndex) -> list[ET.Element]:
    """The head of the register: under what the picture was judged, and by what rule."""

    def of_scenario(column: str) -> Cell:
        return citations.cell("value", "picture", (), column)

    day = citations.picture.day.isoformat()
    return [
        tag("h1", "Annex: the register", class_="annex"),
        tag("p", "Judged under: ", of_scenario("scenario"), ", ", of_scenario("warming_degc"),
            " °C of global warming (", of_scenario("basis"), f"), {day}. Classes are absolute: the same "
            "anchors "
            "for every kind of node and country, and what is not known raises none. Built from public "
            "data; every figure names the row it is from.", class_="small"),
    ]  # fmt: skip


def _status(citations: CitationIndex) -> ET.Element:
    """The strip on top: the status at the time of the build, the worst late sources, and the last good day.

    `maps.status.SCRIPT` changes the status to EXPIRED or DEGRADED by the clock of the reader.
    """
    picture, notes = citations.picture, late(citations.picture)
    listed: list[Any] = []
    for note in notes[:_LATE_LISTED]:
        title, state, as_of = (
            citations.cell("value", "sources", {"id": note.id}, column)
            for column in ("title", "state", "as_of")
        )
        listed += ["; " if listed else " Late: ", title, " is ", state, ", as of ", as_of]
    end = "." if listed else ""
    if len(notes) > _LATE_LISTED:
        end = "; and others, in the table of sources."
    # The script compares `data_expires` and `data_stale` with the clock of the reader.
    return tag(
        "p",
        tag("b", f"{SIGN[picture.status]} {picture.status}", class_="word"), *listed, end, " ",
        promise(picture),
        class_=f"status {picture.status.lower()}", role="status", data_status=picture.status,
        data_expires=picture.expires.isoformat() if picture.expires else "",
        data_stale=first_stale(picture) or "", data_day=picture.day.isoformat(),
    )  # fmt: skip


def _sources(citations: CitationIndex) -> list[ET.Element]:
    """The table of sources and the list of caveats."""

    def of(source_id: str, column: str, form: str = "") -> Cell:
        return citations.cell("value", "sources", {"id": source_id}, column, form)

    # Only a live source has a day until which it is fresh.
    rows = [
        [of(s.id, "title"), of(s.id, "publisher"), of(s.id, "licence"), of(s.id, "as_of"),
         [of(s.id, "state", "words"), *([", fresh until ", of(s.id, "fresh_until")] * bool(s.fresh_until))]]
        for s in citations.picture.sources
    ]  # fmt: skip
    caveats = [
        tag("li", citations.cell("value", "caveats", {"place": place}, "sentence"))
        for place in range(len(citations.picture.caveats))
    ]
    # What a file of the user lacks is said beside it: a row that is left out is not lost in silence.
    remarks = [
        tag("li", of(s.id, "title"), ": ", of(s.id, "remark")) for s in citations.picture.sources if s.remark
    ]
    own = [tag("p", "Rows of your own files:"), tag("ul", *remarks)] if remarks else []
    return [
        tag("h2", "Sources"),
        table(["Source", "Publisher", "Licence", "As of", "State"], rows, class_="sources"),
        *own,
        tag("h2", "How to read it, and how not"),
        tag("ol", *caveats),
    ]
