"""`Source` describes a dataset, `Remote` one file of its provider, `Package` one file of a package index.

`Inputs` finds the files that the reader of a source opens.
"""

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
    """A file that the reader of a source needs is not at hand. The caller keeps the embedded table."""


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file, read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class Package:
    """A distribution on a package index, pinned by version and hash, and the one file used from it.

    `member` is the path of that file inside the distribution.
    """

    name: str
    version: str
    sha256: str
    member: str
    index: Literal["pypi", "npm"] = "pypi"


@dataclass(frozen=True, slots=True)
class Remote:
    """One file of a provider: its addresses, its limits, and how it is dated.

    `url` is its address and `archive` a second address of the same content. `file` is the name under which
    the reader of the source asks for it. All three may hold `{day:%Y%m%d}` if the provider has one file per
    day. `hosts` are further hosts that a redirect may lead to, besides the hosts of `url` and `archive`. A
    file of the `kind` page has no file address: `url` is a page from which a person takes the file, and puts
    it under `by_hand/` of the cache.

    `mark` is a pattern that the first bytes of the file must have, where the files of one source look alike:
    it tells the file of September from that of March whatever their names and addresses are.

    Remotes of one source with the same `part` are accepted together or not at all. `at_most_bytes` bounds
    the size of the file, `at_least_rows` its rows. `probe` reads the file alone and returns the day that its
    content holds for. `field` reads its ice field. `login` names the account that the server asks for
    (pipelines.intake.logins). `only_named` is the reason why the file is fetched only when a person names
    it; empty if it is always fetched. The content is stale `fresh_days` after its date; 0 means never.
    """

    url: str
    file: str = ""
    kind: Kind = "csv"
    archive: str = ""
    hosts: tuple[str, ...] = ()
    part: str = ""
    mark: str = ""
    at_most_bytes: int = 50_000_000
    at_least_rows: int = 1
    probe: Callable[[Path], date] | None = None
    field: IceField | None = None
    login: str = ""
    only_named: str = ""
    fresh_days: int = 0

    @property
    def allowed(self) -> frozenset[str]:
        """Every host from which this file may be fetched."""
        named = [urlsplit(url).hostname or "" for url in (self.url, self.archive) if url]
        return frozenset([*named, *self.hosts])

    def of(self, day: date) -> Remote:
        """The remote of one day: `day` is written into the addresses and the name of the file."""
        return replace(
            self,
            url=self.url.format(day=day),
            archive=self.archive.format(day=day),
            file=self.file.format(day=day),
        )


@dataclass(slots=True)
class Inputs:
    """The folders that a source is read from, and in `used` the files that its reader asked for.

    `packages` holds unpacked members as `<name>/<member>`. `provider_files` holds files of the providers
    under the paths of data_sources.md. `fetched` holds newer files under the same paths and members. A file
    in `fetched` is read in place of one in `packages` or `provider_files`.
    """

    packages: Path
    provider_files: Path | None = None
    fetched: Path | None = None
    used: list[Path] = field(default_factory=list)

    def package(self, package: Package) -> Path:
        """Path of the member of `package`; raises MissingInputError if no folder holds it."""
        return self.newer(package.member) or self._at(
            self.packages / package.name / package.member,
            f"{package.name} {package.version}: download it (arctic-picture snapshot does)",
        )

    def provider(self, path: str) -> Path:
        """Path of the provider's file `path`; raises MissingInputError if no folder holds it."""
        newer = self.newer(path)
        if newer is not None:
            return newer
        if self.provider_files is None:
            msg = f"expected the provider's file {path}, found no --provider-files folder"
            raise MissingInputError(msg)
        return self._at(self.provider_files / path, "put it there or leave the source as it is")

    def provider_glob(self, pattern: str) -> list[Path]:
        """Paths of the provider files that match `pattern`, sorted by name.

        A fetched file replaces the provider file of the same name.

        Raises
        ------
        MissingInputError
            If no file matches.
        """
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
        """Path of the cited table `name` in layers/reference; raises MissingInputError if it is not there."""
        return self._at(REFERENCE / name, "it is part of the repository: restore it")

    def newer(self, name: str) -> Path | None:
        """Path of the fetched file `name`; None if it was not fetched."""
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
    """One dataset, which is one row of data_sources.md: how it is read, fetched and checked.

    `feeds` names a layer, or a grid if it starts with `grid:`. `read` returns the table of that layer, or the
    grid. `as_of` is the date that the content holds for. `made` says how the content was made. `packages` are
    the package members that it is read from, `remotes` the files of its provider. `checks` are the limits of
    a fetched table. `audience` names who may see the source (AUDIENCES of layers.redaction). If `is_measured`
    is true, a new value means that the world changed; if false, it may be a correction by the provider.

    `shape` describes the table of a planned source: it is fetched and read but feeds no layer yet. Its
    `feeds` is empty, and `planned_for` says which layer or command it is for.

    `state` is the kind of the source, not the result of its last fetch (pipelines.intake.ledger.state_of):

    - `embedded`: the snapshot holds its table, and a fetched table replaces that one. If `is_replaceable` is
      false, other sources are read from the same file, and only `arctic-picture snapshot` changes them all;
    - `live`: the snapshot holds no table of it. Its rows enter the layer after the first accepted fetch;
    - `user-supplied`: the user names its files or asks for its fetch;
    - `not_held`: it has no reader. The picture names it where a value is unknown without it.
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
        """The state to show while nothing was fetched: `not_held` for a source of kind `live`."""
        return "not_held" if self.state == "live" else self.state

    @property
    def fresh_days(self) -> int:
        """Days after which the content is stale: the smallest of its remotes; 0 means never."""
        return min((remote.fresh_days for remote in self.remotes if remote.fresh_days), default=0)
