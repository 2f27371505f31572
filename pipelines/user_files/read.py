"""Runs in the sandbox: reads one file of the user and writes one Parquet table of all its layers.

The table has a row for each part: number of the layer, row in that layer, kind, number of the row in the
file, geometry (WKB, EPSG:3413) and the attributes as texts. The columns of layer 2 are `c2_0`, `c2_1` and so
on; the metadata has their names, the number of rows, and what is left out.
"""

from __future__ import annotations

import json
import shutil
import stat
import zipfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from layers.errors import SourceError
from pipelines.user_files.column_words import column_named, date_column, name_column
from pipelines.user_files.formats import FORMATS
from pipelines.user_files.polar_parts import polar_parts
from pipelines.user_files.raw_table import LAYERS, NAME_CHARACTERS, RawTable, crs_of, text_of
from pipelines.user_files.read_gdal import read_flatgeobuf, read_geopackage, read_shapefile
from pipelines.user_files.read_geojson import read_geojson
from pipelines.user_files.read_kml import read_kml
from pipelines.user_files.read_points import read_csv
from pipelines.user_files.read_xlsx import read_xlsx
from pipelines.user_files.says_twice import check_statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pipelines.user_files.polar_parts import PolarParts

__all__ = ["METADATA", "read_geoparquet", "write_table"]

METADATA = b"user_file"
_MEMBERS, _UNPACKED_BYTES = 500, 500_000_000
_WORK = Path("file")  # the copy of the file, with a suffix in small letters


def write_table(format_id: str, options: str, paths: Sequence[str], out: Path) -> None:
    """Read the file `paths[0]`, with the files that belong to it, and write the table of its layers to `out`.

    `options` is a JSON object of texts: `crs`, `x`, `y`, `name`, `encoding` where the user names them.

    Raises
    ------
    SourceError
        If the file cannot be used.
    """
    chosen = json.loads(options)
    copies = []
    # Copies have the names that drivers expect, and a journal of a database is played back into its copy.
    for path in map(Path, paths):
        copy = _WORK.with_suffix(path.suffix.lower())
        shutil.copyfile(path, copy)
        copies.append(copy)
    form = next(row for row in FORMATS if row.id == format_id)
    tables = _unzipped(copies[0], chosen) if form.id == "zip" else _READERS[form.id](copies[0], chosen)
    if len(tables) > LAYERS:
        msg = f"expected at most {LAYERS} layers, found {len(tables)}: split the file"
        raise SourceError(msg)
    pq.write_table(_joined(tables, chosen), out)


def read_geoparquet(path: Path, options: Mapping[str, str]) -> list[RawTable]:
    """The rows of a GeoParquet file.

    Raises
    ------
    SourceError
        If it is none, or contradicts its own statistics.
    """
    import geopandas as gpd  # noqa: PLC0415  half a second, and only this format needs it

    check_statistics(path)
    try:
        frame = gpd.read_parquet(path)
    except (ValueError, TypeError, KeyError) as error:
        msg = f"expected GeoParquet, found {str(error)[:160]}: export it again"
        raise SourceError(msg) from error
    attributes = frame.drop(columns=frame.geometry.name)
    plain = attributes.loc[:, [not isinstance(v, gpd.array.GeometryDtype) for v in attributes.dtypes]]
    columns = {
        str(name): text_of(plain[name].astype(object).where(plain[name].notna(), None).tolist())
        for name in plain
    }
    return [RawTable("", columns, frame.geometry.to_numpy(), crs_of(frame.crs, options))]


def _unzipped(path: Path, options: Mapping[str, str]) -> list[RawTable]:
    """The layers of every file in a zip that has a format of its own."""
    suffixes = {suffix: row for row in FORMATS if row.id != "zip" for suffix in row.suffixes}
    tables = []
    for place, title in _members(path):
        form = suffixes.get(place.suffix)
        if not form or (form.begins and not _begins(place, form.begins)):
            continue
        for table in _READERS[form.id](place, options):
            table.name = " ".join(filter(None, (title, table.name)))
            tables.append(table)
    if not tables:
        msg = f"expected a file {', '.join(suffixes)} in the zip, found none: put one in"
        raise SourceError(msg)
    if len(tables) == 1:
        tables[0].name = ""
    return tables


def _members(path: Path) -> list[tuple[Path, str]]:
    """Unpack a zip; returns the path of each member, sorted, and its name without folder and suffix.

    Members get names of ours, so that no name leads elsewhere; equal stems stay together.
    """
    folder = Path("unzipped")
    folder.mkdir()
    unpacked = 0
    with zipfile.ZipFile(path) as box:
        members = [row for row in box.infolist() if not row.is_dir() and not _is_hidden(row.filename)]
        if len(members) > _MEMBERS:
            msg = f"expected at most {_MEMBERS} members, found {len(members)}: split the archive"
            raise SourceError(msg)
        stems = {stem: str(n) for n, stem in enumerate(dict.fromkeys(_stem(row.filename) for row in members))}
        for row in members:
            if stat.S_ISLNK(row.external_attr >> 16):
                msg = f"expected plain files in the zip, found the link {row.filename[:60]!r}: pack its file"
                raise SourceError(msg)
            place = folder / f"{stems[_stem(row.filename)]}{Path(row.filename).suffix.lower()}"
            with box.open(row) as packed, place.open("xb") as out:
                while block := packed.read(1 << 20):
                    unpacked += len(block)
                    if unpacked > _UNPACKED_BYTES:
                        msg = f"expected at most {_UNPACKED_BYTES:,} bytes unpacked, found more: split it"
                        raise SourceError(msg)
                    out.write(block)
    titles = {number: Path(stem).name for stem, number in stems.items()}
    return [(place, titles[place.stem]) for place in sorted(folder.iterdir())]


def _begins(path: Path, begins: tuple[bytes, ...]) -> bool:
    with path.open("rb") as stream:
        return stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n").startswith(begins)


def _is_hidden(member: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in member.split("/"))


def _stem(member: str) -> str:
    """The name of a member without its suffix, in small letters, because parts of a file differ in case."""
    folder, _, name = member.replace("\\", "/").rpartition("/")
    return f"{folder}/{name.rpartition('.')[0] or name}".casefold()


_READERS: dict[str, Callable[[Path, Mapping[str, str]], list[RawTable]]] = {
    "shapefile": read_shapefile, "csv": read_csv, "xlsx": read_xlsx, "geopackage": read_geopackage,
    "geojson": read_geojson, "flatgeobuf": read_flatgeobuf, "kml": read_kml, "geoparquet": read_geoparquet,
}  # fmt: skip


def _joined(tables: Sequence[RawTable], options: Mapping[str, str]) -> pa.Table:
    """One table of the parts of all layers, with their description in the metadata."""
    pieces, described = [], []
    for number, table in enumerate(tables):
        parts = polar_parts(table)
        names = {f"c{number}_{place}": label for place, label in enumerate(table.columns)}
        arrays: dict[str, Any] = {
            "layer": pa.array(np.full(len(parts.row), number, dtype="int32")),
            "row": pa.array(parts.row.astype("int64")),
            "kind": pa.array(parts.kind),
            "number": pa.array(table.numbers[parts.row].astype("int64")),
            "geometry": pa.array(shapely.to_wkb(parts.geometry), type=pa.binary()),
        }
        rows = pa.array(parts.row)
        arrays |= {name: _texts(table.columns[label]).take(rows) for name, label in names.items()}
        pieces.append(pa.table(arrays))
        described.append(_described(table, names, parts, options))
    whole = pa.concat_tables(pieces, promote_options="default")
    return whole.replace_schema_metadata({METADATA: json.dumps({"layers": described})})


def _texts(values: Sequence[str | None]) -> pa.Array:
    """Texts as a column; half of a pair of UTF-16, which UTF-8 cannot hold, becomes a question mark."""
    try:
        return pa.array(values, type=pa.string())
    except UnicodeEncodeError:
        return pa.array([_whole(text) if text else text for text in values], type=pa.string())


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _described(
    table: RawTable, names: Mapping[str, str], parts: PolarParts, options: Mapping[str, str]
) -> dict[str, Any]:
    """What the parent must know of a layer beside its parts."""
    labels: dict[str, str] = {}
    for name, column in names.items():
        label = _whole(column)[:NAME_CHARACTERS]
        while label in labels.values():  # cut at the same length, two may be equal
            label += "_"
        labels[name] = label
    named = (
        column_named(table.columns, [options["name"]]) if "name" in options else name_column(table.columns)
    )
    if "name" in options and not named:
        msg = f"expected the column {options['name'][:60]!r}, found none: mend name in its TOML"
        raise SourceError(msg)
    dated = date_column(table.columns)
    days = [day for text in table.columns[dated] if text and (day := _day(text))] if dated else []
    return {
        "name": _whole(table.name),
        "rows": len(table.geometry) + table.left_out.counts.total(),
        "left_out": dict(parts.left_out.counts),
        "left_rows": parts.left_out.rows,
        "exchanged": parts.exchanged,
        "columns": labels,
        "name_column": next((labels[name] for name, column in names.items() if column == named), None),
        "date": max(days, default=None),
        "crs": table.crs.name,
        "remark": _whole(table.remark),
    }


def _day(text: str) -> str | None:
    """The day of a date such as 2024-03-01, 2024/03/01 or 01.03.2024, ISO 8601; None for another text."""
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%Y%m%d"):
        with suppress(ValueError):
            return datetime.strptime(text[: 8 if form == "%Y%m%d" else 10], form).date().isoformat()  # noqa: DTZ007
    return None
