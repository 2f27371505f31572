"""`Source`: one row of data_sources.md and the function that makes it a table. `Inputs`: its files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from layers.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    import xarray as xr

__all__ = ["Inputs", "MissingInputError", "Package", "Source", "sha256_of"]

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


@dataclass(slots=True)
class Inputs:
    """Where the snapshot's raw files lie; remembers which ones a source really opened.

    `packages` holds unpacked members as `<name>/<member>`; `provider_files` holds files of the
    providers themselves, by the path given in data_sources.md.
    """

    packages: Path
    provider_files: Path | None = None
    used: list[Path] = field(default_factory=list)

    def package(self, package: Package) -> Path:
        """Path of a package's member; raises MissingInputError where it was not downloaded."""
        return self._at(
            self.packages / package.name / package.member,
            f"{package.name} {package.version}: download it (arctic-picture snapshot does)",
        )

    def provider(self, path: str) -> Path:
        """Path of a provider's file; raises MissingInputError where it is not at hand."""
        if self.provider_files is None:
            msg = f"expected the provider's file {path}, found no --provider-files folder"
            raise MissingInputError(msg)
        return self._at(self.provider_files / path, "put it there or leave the source as it is")

    def provider_glob(self, pattern: str) -> list[Path]:
        """Paths of all provider files that match, sorted; raises as `provider` where none does."""
        found = sorted(self.provider_files.glob(pattern)) if self.provider_files else []
        if not found:
            msg = f"expected provider files like {pattern}, found none: give --provider-files"
            raise MissingInputError(msg)
        self.used += found
        return found

    def table(self, name: str) -> Path:
        """Path of one of our own cited fact tables in layers/reference."""
        return self._at(REFERENCE / name, "it is part of the repository: restore it")

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
    holds for; `packages` are what it is read from when it comes out of a package index. A source
    that is `missing` has no reader: the picture names it where it says what it does not know. `audience`
    marks whom its licence or owner allows to see it, by ids of AUDIENCES (layers/audience.py).
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
