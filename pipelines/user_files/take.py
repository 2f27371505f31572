"""Runs the reader of a user's file in the sandbox, and takes its table after a check of every part of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from layers.errors import SourceError
from maps.text import visible
from pipelines.files import scratch_folder
from pipelines.intake.sandbox import user_file_in_sandbox
from pipelines.user_files.formats import refused
from pipelines.user_files.polar_parts import BEYOND, KINDS, OUTSIDE
from pipelines.user_files.raw_table import (
    FIELD_CHARACTERS,
    LAYERS,
    MAX_COLUMNS,
    MAX_ROWS,
    NAME_CHARACTERS,
    ROWS_NAMED,
)  # fmt: skip
from pipelines.user_files.read import METADATA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from pipelines.user_files.formats import UserFile

__all__ = ["SECONDS", "UserTable", "rows_in_words", "take"]

SECONDS = 50.0  # wall time of a reader; no file of a user may take a minute
_PARTS = 5_000_000  # parts of all rows of a file
_FIXED = {
    "layer": pa.int32(), "row": pa.int64(), "kind": pa.int8(), "number": pa.int64(), "geometry": pa.binary(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class UserTable:
    """One layer of a user's file: its parts in EPSG:3413 and what is known about the whole of it.

    `row` is the row of each part in the layer, `number` that in the file, and `kind` its dimension.
    `attributes` are texts by the name in the file. `left_out` counts rows by reason, and `left_rows` has the
    numbers of the first of them (pipelines.user_files.raw_table.LeftOut). `date` is the latest date that the
    rows state.
    """

    name: str
    rows: int
    row: NDArray[np.int64]
    kind: NDArray[np.int8]
    geometry: NDArray[np.object_]
    number: NDArray[np.int64]
    attributes: Mapping[str, list[str | None]]
    left_out: Mapping[str, int] = field(default_factory=dict)
    left_rows: Mapping[str, list[int]] = field(default_factory=dict)
    exchanged: int = 0
    name_column: str | None = None
    date: str | None = None
    crs: str = ""
    remark: str = ""

    @property
    def rows_taken(self) -> int:
        """The number of rows of the file that have a part."""
        return len(np.unique(self.row))

    def in_words(self) -> str:
        """The name of the layer, how many rows are taken, and why the others are left out."""
        words = rows_in_words(
            self.rows_taken, self.rows, self.left_out, self.left_rows, self.exchanged, self.remark
        )
        return f"Layer {visible(self.name)!r}: {words}" if self.name else words


def rows_in_words(
    taken: int,
    rows: int,
    left_out: Mapping[str, int],
    left_rows: Mapping[str, Sequence[int]],
    exchanged: int,
    remark: str = "",
) -> str:
    """A sentence on the rows of a file: how many are taken, and which are left out for which reason.

    `exchanged` rows would lie in the north if their latitude and longitude were exchanged.
    """
    text = f"{taken:,} of {rows:,} row{'' if rows == 1 else 's'}"
    if left_out:
        reasons = (
            f"{count:,} {reason}{_numbers(left_rows.get(reason, ()), count)}"
            for reason, count in left_out.items()
        )
        text += "; left out: " + ", ".join(reasons)
    # Half is a convention: in a file of the whole world some far rows look exchanged and are right.
    far = left_out.get(OUTSIDE, 0) + left_out.get(BEYOND, 0)
    if exchanged and 2 * exchanged >= far:
        text += f"; latitude and longitude look exchanged in {exchanged:,}"
    return f"{text}; {remark}." if remark else f"{text}."


def _numbers(numbers: Sequence[int], count: int) -> str:
    """The numbers of some rows of `count`, in brackets; empty if there are none."""
    if not numbers:
        return ""
    more = f" and {count - len(numbers):,} more" if count > len(numbers) else ""
    return f" (row{'' if count == 1 else 's'} {', '.join(map(str, numbers))}{more})"


def take(one: UserFile, options: Mapping[str, str], *, seconds: float = SECONDS) -> list[UserTable]:
    """The layers of a user's file, read in the sandbox.

    `options` are what its description says about reading: `crs`, `x`, `y`, `name`, `encoding`.

    Raises
    ------
    UsageError
        If the file cannot be used.
    """
    with scratch_folder() as folder:
        out = folder / "table.parquet"
        try:
            user_file_in_sandbox(
                one.name, one.format.id, json.dumps(dict(options)), (one.path, *one.beside), out,
                drivers=one.format.drivers, seconds=seconds,
            )  # fmt: skip
            return _checked(out)
        except SourceError as error:
            # The reader names what it expected and found; a remedy is part of its sentence.
            text = str(error).partition("expected ")[2] or str(error)
            head, _, tail = text.partition(", found ")
            found, _, remedy = tail.rpartition(": ")
            raise refused(
                one.name, head, found or tail or "an error", (remedy if found else "") or "export it again"
            ) from error


def _checked(path: Path) -> list[UserTable]:
    """The layers in the table of the reader.

    The reader saw a hostile file, so its table is held to types, names and lengths before any of it is used.

    Raises
    ------
    SourceError
        If the table is not as the reader writes it.
    """
    try:
        table = pq.ParquetFile(path).read()
        described = json.loads((table.schema.metadata or {})[METADATA])["layers"]
        if not (isinstance(described, list) and len(described) <= LAYERS and table.num_rows <= _PARTS):
            _refuse("its size")
        labels = {name: label for row in described for name, label in row["columns"].items()}
        types = _FIXED | dict.fromkeys(labels, pa.string())
        if {field.name: field.type for field in table.schema} != types:
            _refuse("its columns")
        for name in labels:
            longest = pc.max(pc.utf8_length(table.column(name))).as_py() or 0
            if longest > FIELD_CHARACTERS:
                _refuse("the length of a text")
        shapes = shapely.from_wkb(table.column("geometry").to_numpy())
        numbers = {name: table.column(name).to_numpy() for name in ("layer", "row", "kind", "number")}
        return [_layer(table, row, number, numbers, shapes) for number, row in enumerate(described)]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, pa.ArrowException,
            shapely.errors.ShapelyError) as error:  # fmt: skip
        _refuse(str(error)[:100])


def _refuse(what: str) -> NoReturn:
    msg = f"expected the table of its reader, found {what} to be wrong: report this file"
    raise SourceError(msg)


def _layer(
    table: pa.Table,
    described: dict[str, Any],
    number: int,
    numbers: Mapping[str, NDArray[Any]],
    shapes: NDArray[np.object_],
) -> UserTable:
    mine = np.flatnonzero(numbers["layer"] == number)
    row, kind = numbers["row"][mine], numbers["kind"][mine]
    rows, labels, left_out = described["rows"], described["columns"], described["left_out"]
    left_rows = described["left_rows"]
    texts = [described[key] for key in ("name", "crs", "remark")]
    maybe = [described[key] for key in ("name_column", "date")]
    is_right = (
        isinstance(rows, int)
        and 0 <= rows <= 2 * MAX_ROWS
        and len(labels) <= MAX_COLUMNS
        and len(set(labels.values())) == len(labels)
        and all(isinstance(text, str) for text in (*labels.values(), *left_out, *texts))
        and all(text is None or isinstance(text, str) for text in maybe)
        and all(isinstance(count, int) and count >= 0 for count in left_out.values())
        and set(left_rows) <= set(left_out)
        and all(_are_numbers(numbers) for numbers in left_rows.values())
        and isinstance(described["exchanged"], int)
        and (not len(row) or (row.min() >= 0 and row.max() < rows))
        and np.isin(kind, range(len(KINDS))).all()
        and (shapely.get_dimensions(shapes[mine]) == kind).all()
        and len(np.unique(row)) + sum(left_out.values()) == rows
    )
    if not is_right:
        _refuse("the description of a layer")
    chosen = table.take(pa.array(mine))
    return UserTable(
        name=described["name"][:NAME_CHARACTERS],
        rows=rows,
        row=row,
        kind=kind,
        geometry=shapes[mine],
        number=numbers["number"][mine],
        attributes={label: chosen.column(name).to_pylist() for name, label in labels.items()},
        left_out=left_out,
        left_rows=left_rows,
        exchanged=described["exchanged"],
        name_column=described["name_column"],
        date=described["date"],
        crs=described["crs"],
        remark=described["remark"],
    )


def _are_numbers(numbers: object) -> bool:
    """Whether a value is a list of a few numbers of rows."""
    return (
        isinstance(numbers, list)
        and len(numbers) <= ROWS_NAMED
        and all(isinstance(number, int) and number > 0 for number in numbers)
    )
