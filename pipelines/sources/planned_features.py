"""Features of planned sources: points, lines or polygons of any provider, in tables of the same columns.

A planned source is fetched, read, checked and kept like any other source, but is in no picture.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.errors import SourceError
from layers.schema import Column, Layer
from pipelines.read_helpers import lines, points, polygons
from pipelines.shapes_agree import check_shapes_of
from pipelines.source import Inputs, MissingInputError, Source
from pipelines.sources.shapefiles import check_shapefile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipelines.source import Remote

    Parse = Callable[[Path], gpd.GeoDataFrame]

__all__ = [
    "CROSS_REFERENCE", "FLOW_NETWORK", "SHAPES", "SHIP_TRAFFIC", "feature_source", "geojson", "shapefile",
]  # fmt: skip

# Values of `Source.planned_for`.
FLOW_NETWORK = "the flow network"
CROSS_REFERENCE = "the materials cross-reference"
SHIP_TRAFFIC = "ship traffic"

_COLUMNS = (
    Column("kind", "str", "what it is, in the words of its source"),
    Column("status", "str", "the state its source gives it"),
    Column("operator", "str", "who runs or owns it, as its source says"),
    Column("country", "str", "the country or state its source names"),
    Column("detail", "str", "what else its source says to tell it from others"),
)
SHAPES: dict[str, Layer] = {
    geometry: Layer(f"planned_{geometry}", "In no picture yet", "economic", cast("Any", geometry), _COLUMNS)
    for geometry in ("point", "line", "polygon")
}
_PARTS = {
    "point": None, "line": {"LineString", "MultiLineString"}, "polygon": {"Polygon", "MultiPolygon"},
}  # fmt: skip
_TEXTS = ("name", *(column.name for column in _COLUMNS))
_UNPLACED = 0.01  # largest share of rows without a place; they are left out


def feature_source(
    geometry: str,
    fields: Mapping[str, str],
    *,
    parse: Parse | None = None,
    dated: Callable[[Path], str] | None = None,
    planned_for: str,
    **row: Any,
) -> Source:
    """Return the `Source` of planned features.

    Parameters
    ----------
    geometry
        `point`, `line` or `polygon`.
    fields
        Columns of the provider by `key`, `name` and the columns of `SHAPES`. A blank key becomes the number
        of the row.
    parse
        Reads one file into a table in degrees of WGS 84 or in EPSG:3413; by default as GeoJSON or shapefile,
        by suffix.
    dated
        Returns the day (ISO date) that a file states.
    planned_for
        The layer or command that the source is for.
    **row
        Further fields of `Source`.
    """
    values = {"state": "live", "feeds": "", "planned_for": planned_for} | row
    source_id = str(values["id"])

    def read(inputs: Inputs) -> gpd.GeoDataFrame:
        tables = []
        for path in _files(inputs, values["remotes"]):
            raw = (parse or _PARSERS[path.suffix])(path)
            day = dated(path) if dated else values["as_of"]
            tables.append(_described(raw, fields, path).assign(as_of=day))
        frame = gpd.GeoDataFrame(pd.concat(tables, ignore_index=True))
        table = _placed(frame, geometry, source_id)
        repeat = table.groupby("feature_id").cumcount()
        suffix = repeat.astype("str").radd("-").where(repeat > 0, "")
        return table.assign(feature_id=table["feature_id"] + suffix, source_id=source_id)

    return Source(read=read, shape=SHAPES[geometry], **values)


def _files(inputs: Inputs, remotes: tuple[Remote, ...]) -> list[Path]:
    """Return the files of the remotes that hold features; the other parts of a shapefile are left out."""
    patterns = dict.fromkeys(re.sub(r"\{[^}]*\}", "*", remote.file) for remote in remotes)
    paths: list[Path] = []
    for pattern in patterns:
        if Path(pattern).suffix in {".shx", ".dbf", ".prj", ".cpg"}:
            continue
        if "*" not in pattern:
            paths.append(inputs.provider(pattern))
            continue
        with suppress(MissingInputError):  # one file per day and area: some of them are enough
            paths += inputs.provider_glob(pattern)
    if not paths:
        msg = f"expected provider files like {next(iter(patterns))}, found none: fetch them"
        raise MissingInputError(msg)
    return paths


def geojson(path: Path) -> gpd.GeoDataFrame:
    """Return the features of a GeoJSON file in WGS 84 degrees, read without GDAL.

    Raises
    ------
    SourceError
        If the file has no features, or the service says in it that it left some out.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    features = content["features"] if content["type"] == "FeatureCollection" else [content]
    if not features:
        msg = f"{path.name}: expected features, found none: is the address still right?"
        raise SourceError(msg)
    properties = content.get("properties") or {}
    is_cut = content.get("exceededTransferLimit") or properties.get("exceededTransferLimit")
    matched = content.get("numberMatched", content.get("totalFeatures"))
    if is_cut or (isinstance(matched, int) and matched > len(features)):
        msg = f"{path.name}: expected all features, found {len(features)} of {matched or 'more'}: ask by area"
        raise SourceError(msg)
    rows = [row if row.get("properties") is not None else row | {"properties": {}} for row in features]
    return gpd.GeoDataFrame.from_features(rows, crs=4326)


def shapefile(path: Path, *, in_metres: bool = False) -> gpd.GeoDataFrame:
    """Return the features of a shapefile, plain or zipped, in degrees of WGS 84.

    Raises
    ------
    SourceError
        If a plain one is cut, it contradicts itself, its CRS is missing, its unit is not the expected one
        (degrees, or metres with `in_metres`), or a coordinate is out of range.
    """
    if path.suffix != ".zip":  # a zip has checksums
        check_shapefile(path, path.name)
    check_shapes_of(path)
    frame = gpd.read_file(f"zip://{path}" if path.suffix == ".zip" else path)
    if frame.crs is None or frame.crs.is_geographic is in_metres:
        unit, name = ("metres" if in_metres else "degrees"), (frame.crs.name if frame.crs else "none")
        msg = f"{path.name}: expected a CRS in {unit} in its .prj, found {name}: no place is guessed"
        raise SourceError(msg)
    frame = frame.to_crs(4326)
    far = (shapely.bounds(frame.geometry.array) * [-1, -1, 1, 1] > [360, 90, 360, 90]).any(axis=1)
    if far.any():
        row = int(np.argmax(far))
        bounds = ", ".join(f"{value:g}" for value in frame.bounds.iloc[row])
        msg = f"{path.name}, row {row}: expected degrees within 360 and 90, found {bounds}: check its CRS"
        raise SourceError(msg)
    return frame


_PARSERS: dict[str, Parse] = {
    ".geojson": geojson, ".json": geojson, ".shp": shapefile, ".zip": shapefile,
}  # fmt: skip


def _described(raw: gpd.GeoDataFrame, fields: Mapping[str, str], path: Path) -> gpd.GeoDataFrame:
    """Return the features with `key` and the columns of `SHAPES` as text."""
    lacking = [name for name in fields.values() if name.isidentifier() and name not in raw]
    if len(lacking) == len(fields) and fields:
        msg = f"{path.name}: expected the columns {', '.join(lacking)}, found {', '.join(raw.columns[:12])}"
        raise SourceError(msg)
    texts = {name: _text(raw, fields.get(name, "")) for name in ("key", *_TEXTS)}
    number = pd.Series([f"{path.stem}-{n}" for n in range(len(raw))], index=raw.index)
    texts["key"] = texts["key"].where(texts["key"].notna(), number)
    return gpd.GeoDataFrame(texts, geometry=raw.geometry)


def _text(raw: gpd.GeoDataFrame, name: str) -> pd.Series:
    """Return a column as text: blank and None are missing, and a whole number such as 3.0 is 3."""
    if name not in raw:
        return pd.Series([None] * len(raw), index=raw.index, dtype="object")
    column = raw[name]
    # A column of integers with gaps is read as float, and its keys would end in ".0".
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    text = column.astype("object").map(lambda value: None if _is_blank(value) else str(value).strip())
    return text.where(text.ne(""), None)


def _is_blank(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def _placed(frame: gpd.GeoDataFrame, geometry: str, source_id: str) -> gpd.GeoDataFrame:
    """Return the rows north of the snapshot's edge in EPSG:3413; rows without geometry are left out.

    Raises
    ------
    SourceError
        If more than 1 % of the rows have no place, or a row has a geometry of another kind.
    """
    here = ~(shapely.is_missing(frame.geometry.array) | shapely.is_empty(frame.geometry.array))
    if (~here).mean() > _UNPLACED:
        count = f"{int((~here).sum())} of {len(frame)} without"
        msg = f"{source_id}: expected a place in 99 % of the rows, found {count}: fetch it again"
        raise SourceError(msg)
    frame = frame[here].reset_index(drop=True)
    parts = _PARTS[geometry]
    other = ~frame.geom_type.isin(parts) if parts else pd.Series(data=False, index=frame.index)
    if other.any():
        row = other.idxmax()
        msg = (
            f"{source_id}, row {row}: expected a {geometry}, found a {frame.geom_type[row]}: which is meant?"
        )
        raise SourceError(msg)
    if geometry == "point":
        at = frame.geometry
        if set(at.geom_type) != {"Point"}:
            at = at.representative_point()
        table = points(frame.drop(columns="geometry").assign(_lon=at.x, _lat=at.y), "_lon", "_lat")
    else:
        table = (lines if geometry == "line" else polygons)(frame)
    return table.assign(feature_id=source_id + "-" + table["key"])
