"""The briefing on request: of one country, or as a PDF through a headless Chromium."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from layers.errors import ExportError, UsageError
from maps.reports import briefing
from pipelines.picture.read import read_picture

if TYPE_CHECKING:
    from layers.picture import Picture

__all__ = ["write_brief"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SECONDS = 120
# ISO 3166-1 alpha-2 of the countries and territories that have nodes.
_ALPHA_2 = {
    "AX": "ALA", "CA": "CAN", "DK": "DNK", "EE": "EST", "FI": "FIN", "FO": "FRO", "GB": "GBR", "GL": "GRL",
    "IS": "ISL", "LV": "LVA", "NO": "NOR", "RU": "RUS", "SE": "SWE", "SJ": "SJM", "US": "USA",
}  # fmt: skip


def write_brief(folder: Path, to: Path, country: str | None = None, *, as_pdf: bool = False) -> Path:
    """Write the briefing of the picture in `folder` into `to` and return its path.

    `country` is an ISO 3166-1 code of two or three letters.

    Raises
    ------
    UsageError
        If the country is not in the picture.
    ExportError
        If a number has no row behind it, or there is no Chromium to print a PDF with.
    """
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None) if as_pdf else None
    if as_pdf and browser is None:
        msg = (
            "briefing as PDF: expected a Chromium to print with, found none: install the package chromium of "
            "your system, or open the page (--as html) and print it"
        )
        raise ExportError(msg)
    picture = read_picture(folder)
    code = _code_of(picture, country) if country else None
    to.mkdir(parents=True, exist_ok=True)
    page = briefing.write(picture, to, code)
    return _printed(page, str(browser)) if as_pdf else page


def _code_of(picture: Picture, country: str) -> str:
    code = _ALPHA_2.get(country.upper(), country.upper())
    held = sorted(set(picture.tables["nodes"]["country_iso3"]))
    if code not in held:
        msg = f"--country: expected one of {', '.join(held)}, found {country!r}"
        raise UsageError(msg)
    return code


def _printed(page: Path, browser: str) -> Path:
    """The page as PDF beside it; the browser's own profile is thrown away."""
    path = page.with_suffix(".pdf")
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(  # noqa: S603  a program found on the path, our own arguments
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
             f"--user-data-dir={profile}", f"--print-to-pdf={path.resolve()}", page.resolve().as_uri()],
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    if done.returncode or not path.is_file():
        last = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
        msg = f"briefing as PDF: expected {path.name}, found code {done.returncode} ({last}): print the page"
        raise ExportError(msg)
    return path
