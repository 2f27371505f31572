"""DMI's inshore ice reports from Narsarsuaq: what was seen at each place of the route, in words."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from pipelines.source import Remote
from pipelines.sources.sea_ice.ice_samples import refuse
from pipelines.sources.series import series_source

if TYPE_CHECKING:
    from pathlib import Path

_MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober",
    "november", "december",
)  # fmt: skip
_WHEN = re.compile(r"\bden (\d{1,2})\. ([a-z]+) (\d{4})\b")
_ENTRY = re.compile(r"^\s*(\d{1,3})\.\s+(.+?)\s*:\s*(\S.*?)\s*$", re.MULTILINE)


def _report(path: Path) -> pd.DataFrame:
    """Numbered entries, `place: what was there`, in Danish as written; ISO 8859-1, not UTF-8."""
    text = path.read_bytes().decode("iso-8859-1")
    when = _WHEN.search(text)
    if when is None or when[2] not in _MONTHS:
        raise refuse(path, "a day such as `den 02. juli 2014`", repr(text[:60]))
    day = date(int(when[3]), _MONTHS.index(when[2]) + 1, int(when[1]))
    named = re.fullmatch(r"(\d{4}-\d{2}-\d{2})\.txt", path.name)
    if named and date.fromisoformat(named[1]) != day:
        raise refuse(path, f"a report of {named[1]}, as its name says", str(day))
    rows = [(place, said) for _, place, said in _ENTRY.findall(text)]
    if not rows:
        raise refuse(path, "entries such as `12. I Knækket: Var der isfrit.`", "none")
    return pd.DataFrame(
        {"date": day.isoformat(), "place": [row[0] for row in rows], "quantity": "ice in words",
         "value": None, "unit": None, "detail": [row[1] for row in rows]}
    )  # fmt: skip


def _day(path: Path) -> date:
    return date.fromisoformat(str(_report(path)["date"].iloc[0]))


SOURCES = (
    series_source(
        _report, id="dmi_inshore_reports", title="Inshore ice reports, south Greenland",
        publisher="Danish Meteorological Institute, through ArcticWeb", licence="DMI free data, with source",
        citation="DMI Iscentralen Narsarsuaq, Ismelding", homepage="https://www.dmi.dk", as_of="2014-07-24",
        made="entries as written, in Danish; no number is made of words",
        remotes=(
            Remote(
                "https://raw.githubusercontent.com/maritime-web/ArcticWeb/master/embryo-dataformats/src/test/"
                "resources/inshore-ice-reports/{day:%Y-%m-%d}.txt",
                "sea_ice/dmi_inshore_ice_reports/{day:%Y-%m-%d}.txt",
                "bytes",
                part="report",
                probe=_day,
                only_named="a report is named by its day: --day 2014-07-24",
            ),
        ),
    ),
)  # fmt: skip
