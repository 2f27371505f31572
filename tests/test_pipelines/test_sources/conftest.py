"""Fixtures of the readers' tests: small made-up files in the places where readers look for theirs."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

import pipelines.source
from pipelines.source import Inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pipelines.source import Package


def csv_text(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows as a CSV with a heading for every key of the first."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.fixture(name="csv_text")
def _csv_text() -> Callable[[Sequence[Mapping[str, object]]], str]:
    """`csv_text`, as other folders have a conftest of that name too."""
    return csv_text


@pytest.fixture
def package_file(tmp_path: Path) -> Callable[[Package, bytes | str], Inputs]:
    """Write the member of a package and return the inputs that find it."""

    def write(package: Package, content: bytes | str) -> Inputs:
        path = tmp_path / "packages" / package.name / package.member
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Inputs(packages=tmp_path / "packages")

    return write


@pytest.fixture
def provider_file(tmp_path: Path) -> Callable[[str, bytes | str], Inputs]:
    """Write a provider's file and return the inputs that find it."""

    def write(name: str, content: bytes | str) -> Inputs:
        path = tmp_path / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Inputs(packages=tmp_path / "packages", provider_files=tmp_path / "files")

    return write


@pytest.fixture
def reference_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, Sequence[Mapping[str, object]]], Inputs]:
    """Write a table in the place of layers/reference, which has no other table then."""
    folder = tmp_path / "reference"
    folder.mkdir()
    monkeypatch.setattr(pipelines.source, "REFERENCE", folder)

    def write(name: str, rows: Sequence[Mapping[str, object]]) -> Inputs:
        (folder / name).write_text(csv_text(rows), encoding="utf-8")
        return Inputs(packages=tmp_path / "packages")

    return write
