"""`--private DIR`: layers of the user that only the local outputs of one build show.

No data file of the picture has these layers, and no judgement reads them. A TOML file with the same stem
describes each layer. This is a convenience and no protection: everybody can copy the outputs.
"""

from __future__ import annotations

import re
import tomllib
import warnings
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pyogrio

from layers.compose import within
from layers.crs import POLAR, to_polar
from layers.errors import SchemaError, UsageError
from layers.picture import SourceNote
from layers.redaction import AUDIENCES, audience
from layers.schema import PILLARS, SPINE, Column, Layer, conform
from maps.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["Own", "add_private", "read_private"]

# Suffix -> first bytes of such a file. They are checked because GDAL chooses the driver by content.
_KINDS = {".gpkg": b"SQLite format 3\0", ".geojson": b"{", ".fgb": b"fgb", ".parquet": b"PAR1"}
_BESIDE = re.compile(r"\.gpkg-(?:wal|shm|journal)$")  # files of SQLite while another program has it open
_KEYS = ("title", "pillar", "licence", "owner", "audience", "as_of")
_GEOMETRY = {
    "Point": "point", "MultiPoint": "point", "LineString": "line", "LinearRing": "line",
    "MultiLineString": "line", "Polygon": "polygon", "MultiPolygon": "polygon",
}  # fmt: skip
# Names with a meaning in a map or a database; an attribute of that name gets an underscore.
_TAKEN = {*(column.name for column in SPINE), "fid", "geom", "geometry", "node_id", "region"}


@dataclass(frozen=True, slots=True)
class Own:
    """One private layer with its table and the note on its owner."""

    layer: Layer
    table: gpd.GeoDataFrame
    note: SourceNote


def add_private(picture: Picture, own: Sequence[Own], seen_by: str) -> Picture:
    """The picture with the private layers that the audience `seen_by` may see, cut to the region.

    The other layers of `own` are counted in `withheld`.
    """
    visible_layers = [one for one in own if audience(seen_by).may_see(one.layer)]
    tables = {one.layer.id: within(one.table, picture.region) for one in visible_layers}
    return replace(
        picture,
        layers=(*picture.layers, *(one.layer for one in visible_layers)),
        tables={**picture.tables, **tables},
        sources=(*picture.sources, *(one.note for one in visible_layers)),
        withheld=picture.withheld + len(own) - len(visible_layers),
    )


def read_private(folder: Path) -> list[Own]:
    """Read every private layer of a folder, sorted by the names of the files.

    Raises
    ------
    UsageError
        If the folder has no layer, a layer has no TOML file or the reverse, a file has another suffix, two
        layers have the same name or title, or a file cannot be used.
    """
    if not folder.is_dir():
        raise _refused(folder.name, "a folder", "none" if not folder.exists() else "a file", "name one")
    files = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    data = [path for path in files if path.suffix in _KINDS]
    for path in files:
        if path not in data and path.suffix != ".toml" and not _BESIDE.search(path.name):
            raise _refused(
                path.name, f"{', '.join(_KINDS)} or .toml", "another file", "convert it or move it away"
            )
    if not data:
        raise _refused(folder.name, f"a file {', '.join(_KINDS)}", "none in the folder", "put one there")
    own = [_read(path) for path in data]
    for what in ("id", "title"):
        names = [getattr(one.layer, what).casefold() for one in own]
        for path, name in zip(data, names, strict=True):
            if names.count(name) > 1:
                word = {"id": "name"}.get(what, what)
                raise _refused(
                    path.name, f"a {word} of its own", "another with the same", f"change the {word}"
                )
    stems = {path.stem for path in data}
    for path in files:
        if path.suffix == ".toml" and path.stem not in stems:
            raise _refused(path.name, "a layer of the same name beside it", "none", "rename one of them")
    return own


def _refused(what: str, expected: str, found: object, remedy: str) -> UsageError:
    """The error for a folder or file that cannot be used, in one line."""
    return UsageError(
        f"--private, {what}: expected {expected}, found {' '.join(str(found).split())}: {remedy}"
    )


def _read(path: Path) -> Own:
    """Read one private layer and its description."""
    described = _described(path.with_suffix(".toml"), path.name)
    frame = _frame(path)
    kind = _kind(frame, path.name)
    # The maps draw a point for each row, so a multipoint becomes several rows.
    if kind == "point":
        frame = frame.explode(ignore_index=True)
    # The prefix keeps the id apart from the ids of the catalogue.
    name = "private_" + (re.sub(r"[^a-z0-9]+", "_", path.stem.lower()).strip("_") or "layer")
    try:
        shapes = to_polar(frame.geometry.to_numpy(), frame.crs)
    except ValueError as error:
        raise _refused(path.name, "coordinates that fit its CRS", error, "mend the file") from error
    columns, attributes = _attributes(frame)
    layer = Layer(
        id=name,
        title=f"Private: {described['title']}",
        pillar=described["pillar"],
        geometry=kind,
        columns=columns,
        note=f"Private layer of {described['owner']}, {described['licence']}: keep it on this machine.",
        audience=described["audience"],
        is_private=True,
    )
    spine = {
        "feature_id": [f"{name}:{row + 1}" for row in range(len(frame))],
        "source_id": name,
        "as_of": described["as_of"],
    }
    table = gpd.GeoDataFrame(pd.DataFrame(attributes).assign(**spine), geometry=shapes, crs=POLAR)
    try:
        table = conform(table, layer)
    except SchemaError as error:
        raise _refused(path.name, "geometry of the north", error, "mend the file") from error
    note = SourceNote(
        id=name, feeds=name, title=described["title"], publisher=described["owner"],
        licence=described["licence"], citation="", homepage="", as_of=described["as_of"], state="private",
    )  # fmt: skip
    return Own(layer, table, note)


def _described(path: Path, of: str) -> dict[str, Any]:
    """The description of a layer from its TOML file at `path`, every key checked.

    `of` is the name of the file that it describes.
    """
    if not path.is_file():
        raise _refused(of, f"{path.name} beside it", "none", f"write one with {', '.join(_KEYS)}")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _refused(path.name, "readable TOML", error, "mend it") from error
    strange, lacking = (
        [key for key in values if key not in _KEYS],
        [key for key in _KEYS if key not in values],
    )
    if strange or lacking:
        found = f"the unknown {strange[0]!r}" if strange else f"no {lacking[0]}"
        raise _refused(path.name, f"the keys {', '.join(_KEYS)}", found, "mend it")
    marks = values.pop("audience")
    marks = [marks] if isinstance(marks, str) else marks
    audiences = [row.id for row in AUDIENCES]
    if not (isinstance(marks, list) and marks and all(mark in audiences for mark in marks)):
        raise _refused(
            path.name, f"audience as one or more of {', '.join(audiences)}", repr(marks), "mend it"
        )
    values = {key: value.isoformat() if isinstance(value, date) else value for key, value in values.items()}
    for key, value in values.items():
        if not (isinstance(value, str) and value.strip()):
            raise _refused(path.name, f"{key} as a text", repr(value), "mend it")
    if values["pillar"] not in PILLARS:
        raise _refused(path.name, f"pillar as one of {', '.join(PILLARS)}", repr(values["pillar"]), "mend it")
    try:
        date.fromisoformat(values["as_of"])
    except ValueError as error:
        raise _refused(
            path.name, "as_of as a date such as 2026-03-01", repr(values["as_of"]), "mend it"
        ) from error
    return {key: visible(value) for key, value in values.items()} | {"audience": tuple(marks)}


def _frame(path: Path) -> gpd.GeoDataFrame:
    """The one layer of a file, in the CRS that the file states."""
    try:
        with path.open("rb") as stream:
            # A GeoJSON can begin with a byte order mark and with spaces.
            begins = stream.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
        if not begins.startswith(_KINDS[path.suffix]):
            raise _refused(path.name, f"what {path.suffix} stands for", "other bytes", "export it again")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # drivers warn about details; the frame is checked below
            if path.suffix == ".parquet":
                frame = gpd.read_parquet(path)
            else:
                named = [name for name, kind in pyogrio.list_layers(path) if kind is not None]
                if len(named) != 1:
                    found = ", ".join(named) or "none"
                    raise _refused(path.name, "one layer with geometry", found, "keep one layer a file")
                frame = pyogrio.read_dataframe(path, layer=named[0])
    except (OSError, ValueError, RuntimeError, pyogrio.errors.DataSourceError) as error:
        raise _refused(path.name, "a readable file", error, "export it again") from error
    crs = frame.crs
    if crs is None or crs.name.startswith("Undefined") or not (crs.is_geographic or crs.is_projected):
        raise _refused(path.name, "a CRS", crs.name if crs else "none", "set the file's CRS")
    return frame


def _kind(frame: gpd.GeoDataFrame, of: str) -> Any:
    """The one kind of geometry in the frame: point, line or polygon."""
    bare = frame.geometry.isna() | frame.geometry.is_empty
    if bare.any() or not len(frame):
        found = f"none in {int(bare.sum())} of {len(frame)}" if len(frame) else "no row"
        raise _refused(of, "a geometry in every row", found, "remove those rows")
    types = sorted(frame.geom_type.unique())
    kinds = {_GEOMETRY.get(name) for name in types}
    if len(kinds) > 1 or None in kinds:
        raise _refused(of, "points, lines or areas alone", ", ".join(types), "split the file")
    return kinds.pop()


def _attributes(frame: gpd.GeoDataFrame) -> tuple[tuple[Column, ...], dict[str, pd.Series]]:
    """Every attribute as text, with its column of the schema. Missing values stay missing.

    An attribute `name` becomes the name of the feature. An underscore is added to a name in use.
    """
    columns_by_name: dict[str, pd.Series] = {}
    for attribute in frame.columns.drop(frame.geometry.name):
        name = str(attribute)
        if name.casefold() == "name" and "name" not in columns_by_name:
            name = "name"
        else:
            while name.casefold() in _TAKEN | {other.casefold() for other in columns_by_name}:
                name += "_"
        columns_by_name[name] = (
            frame[attribute].convert_dtypes().astype("object").map(str, na_action="ignore")
        )
    columns = tuple(Column(name, "str", "as the file has it") for name in columns_by_name if name != "name")
    return columns, columns_by_name
