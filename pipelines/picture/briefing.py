"""The briefing of a stored picture, whole or of one country, as a page or as a PDF printed by Chromium."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layers.assessed.coalition import country
from layers.errors import ExportError
from maps.reports import briefing
from pipelines.files import scratch_folder
from pipelines.picture.read import read_picture

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["Brief"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_SECONDS = 120  # until the browser is ended


@dataclass(frozen=True, slots=True)
class Brief:
    """A briefing that can be written.

    `country_iso3` None means all countries. `browser` is the program that prints the PDF; None means no PDF.
    """

    picture: Picture
    country_iso3: str | None
    browser: str | None

    @classmethod
    def of(cls, folder: Path, country_name: str | None = None, *, as_pdf: bool = False) -> Brief:
        """The briefing of the picture in `folder`.

        `country_name` is an ISO 3166-1 code of two or three letters or an English name; None means all.

        Raises
        ------
        UsageError
            If the country is not in the picture.
        ExportError
            If there is no Chromium to print a PDF with, or the picture is damaged.
        """
        browser = next(filter(None, map(shutil.which, _BROWSERS)), None) if as_pdf else None
        if as_pdf and browser is None:
            msg = (
                "briefing as PDF: expected a Chromium to print with, found none: install the package "
                "chromium of your system, or open the page (--as html) and print it"
            )
            raise ExportError(msg)
        picture = read_picture(folder)
        return cls(picture, _code_of(picture, country_name) if country_name else None, browser)

    def write(self, to: Path) -> Path:
        """Write the page, and the PDF if there is a browser, into the folder `to`.

        Returns the path of the PDF, or of the page if no PDF is printed.

        Raises
        ------
        ExportError
            If a number has no row behind it, or the page cannot be printed.
        """
        page = briefing.write(self.picture, to, self.country_iso3)
        return _printed(page, self.browser) if self.browser else page


def _code_of(picture: Picture, text: str) -> str:
    """The ISO 3166-1 alpha-3 code of a country; raises UsageError if it has no node in the picture."""
    names = picture.tables["memberships"].set_index("country_iso3")["name"]
    codes = sorted(set(picture.tables["nodes"]["country_iso3"]))
    return country(text, {code: str(names.get(code, code)) for code in codes}, "--country")


def _printed(page: Path, browser: str) -> Path:
    """Print the page as a PDF beside it. The browser gets a temporary profile and leaves no other file."""
    path = page.with_suffix(".pdf")
    with scratch_folder() as profile:
        process = subprocess.run(  # noqa: S603  a program found on the path, our own arguments
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
             f"--user-data-dir={profile}", f"--print-to-pdf={path.resolve()}", page.resolve().as_uri()],
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    if process.returncode or not path.is_file():
        last = (process.stderr.strip().splitlines() or ["nothing said"])[-1]
        msg = (
            f"briefing as PDF: expected {path.name}, found code {process.returncode} ({last}): print the page"
        )
        raise ExportError(msg)
    return path
