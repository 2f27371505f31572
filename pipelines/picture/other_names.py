"""Other names of places, such as Girkonjárga for Kirkenes, so that a node is found by each of them.

The names are those of GeoNames (layers/reference/place_names.csv, made by `pipelines.snapshot.place_names`)
and those that the World Port Index gives beside the name of a port.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from layers.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PLACE_NAMES", "other_names"]

PLACE_NAMES = Path(__file__).parents[2] / "layers" / "reference" / "place_names.csv"


def other_names(folder: Path) -> dict[str, str]:
    """The usual name of a place or port by each of its other names, which are folded (`layers.names.folded`).

    `folder` is that of a picture, for the names of its ports. A name that two places have stands for the one
    that comes first: a port, then the place with the most people.
    """
    names: dict[str, str] = {}
    for usual, other in (*_of_ports(folder), *_of_places()):
        names.setdefault(folded(other), usual)
    return names


def _of_ports(folder: Path) -> Iterator[tuple[str, str]]:
    path = folder / "layers" / "ports.parquet"
    if not path.is_file():
        return
    for row in pq.read_table(path, columns=["name", "alternate_name"]).to_pylist():
        for other in (row["alternate_name"] or "").split(";"):
            if other.strip():
                yield row["name"], other


def _of_places() -> Iterator[tuple[str, str]]:
    with PLACE_NAMES.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            for other in row["other_names"].split("; "):
                yield row["name"], other
