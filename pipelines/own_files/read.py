"""Runs in the sandbox: reads one file of the user and writes one Parquet table of all its layers.

The table has a row for each part: number of the layer, row in that layer, kind, geometry (WKB, EPSG:3413) and
the attributes as texts. The columns of layer 2 are `c2_0`, `c2_1` and so on; the metadata has their names,
the number of rows, and what is left out.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from layers.errors import SourceError
from pipelines.own_files.column_words import date_column, name_column
from pipelines.own_files.formats import FORMATS
from pipelines.own_files.polar_parts import polar_parts
from pipelines.own_files.raw_table import LAYERS, RawTable, crs_of, text_of
from pipelines.own_files.read_gdal import read_flatgeobuf, read_geopackage, read_shapefile
from pipelines.own_files.read_geojson import read_geojson
from pipelines.own_files.read_kml import read_kml
from pipelines.own_files.read_points import read_csv
from pipelines.own_files.read_xlsx import read_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["METADATA", "write_table"]

METADATA = b"own_file"
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


def _read_geoparquet(path: Path, options: Mapping[str, str]) -> list[RawTable]:
    import geopandas as gpd  # noqa: PLC0415  half a second, and only this format needs it

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
    folder = Path("unzipped")
    folder.mkdir()
    tables, unpacked = [], 0
    with zipfile.ZipFile(path) as box:
        members = [row for row in box.infolist() if not row.is_dir() and not _is_hidden(row.filename)]
        if len(members) > _MEMBERS:
            msg = f"expected at most {_MEMBERS} members, found {len(members)}: split the archive"
            raise SourceError(msg)
        # Members get names of ours, so that no name leads elsewhere; equal stems stay together.
        stems = {stem: str(n) for n, stem in enumerate(dict.fromkeys(_stem(row.filename) for row in members))}
        for row in members:
            place = folder / f"{stems[_stem(row.filename)]}{Path(row.filename).suffix.lower()}"
            with box.open(row) as packed, place.open("xb") as out:
                while block := packed.read(1 << 20):
                    unpacked += len(block)
                    if unpacked > _UNPACKED_BYTES:
                        msg = f"expected at most {_UNPACKED_BYTES:,} bytes unpacked, found more: split it"
                        raise SourceError(msg)
                    out.write(block)
    titles = {number: Path(stem).name for stem, number in stems.items()}
    for place in sorted(folder.iterdir()):
        form = suffixes.get(place.suffix)
        if not form or (form.begins and not _begins(place, form.begins)):
            continue
        for table in _READERS[form.id](place, options):
            table.name = " ".join(filter(None, (titles[place.stem], table.name)))
            tables.append(table)
    if not tables:
        msg = f"expected a file {', '.join(suffixes)} in the zip, found none: put one in"
        raise SourceError(msg)
    if len(tables) == 1:
        tables[0].name = ""
    return tables


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
    "geojson": read_geojson, "flatgeobuf": read_flatgeobuf, "kml": read_kml, "geoparquet": _read_geoparquet,
}  # fmt: skip


def _joined(tables: Sequence[RawTable], options: Mapping[str, str]) -> pa.Table:
    """One table of the parts of all layers, with their description in the metadata."""
    pieces, described = [], []
    for number, table in enumerate(tables):
        parts = polar_parts(table)
        labels = {f"c{number}_{place}": label for place, label in enumerate(table.columns)}
        arrays: dict[str, Any] = {
            "layer": pa.array(np.full(len(parts.row), number, dtype="int32")),
            "row": pa.array(parts.row.astype("int64")),
            "kind": pa.array(parts.kind),
            "geometry": pa.array(shapely.to_wkb(parts.geometry), type=pa.binary()),
        }
        rows = pa.array(parts.row)
        arrays |= {
            name: pa.array(table.columns[label], type=pa.string()).take(rows)
            for name, label in labels.items()
        }
        pieces.append(pa.table(arrays))
        described.append(_described(table, labels, parts.left_out, parts.exchanged, options))
    whole = pa.concat_tables(pieces, promote_options="default")
    return whole.replace_schema_metadata({METADATA: json.dumps({"layers": described})})


def _described(
    table: RawTable,
    labels: Mapping[str, str],
    left_out: Mapping[str, int],
    exchanged: int,
    options: Mapping[str, str],
) -> dict[str, Any]:
    dated = date_column(table.columns)
    dates = [text[:10] for text in table.columns[dated] if text] if dated else []
    return {
        "name": table.name,
        "rows": len(table.geometry) + sum(table.left_out.values()),
        "left_out": dict(left_out),
        "exchanged": exchanged,
        "columns": labels,
        "name_column": options.get("name") or name_column(table.columns),
        "date": max(dates, default=None),
        "date_column": dated,
        "crs": table.crs.name,
        "remark": table.remark,
    }
