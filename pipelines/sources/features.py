"""Features that are looked at and feed no layer: one shape for all of them, whoever serves them and how.

A source that is only looked at is read, held at the gates and kept like any other. No picture draws it.
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
from pipelines.source import Inputs, MissingInputError, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipelines.source import Remote

    Parse = Callable[[Path], gpd.GeoDataFrame]

__all__ = ["SHAPES", "feature_source", "geojson", "shapefile"]

_COLUMNS = (
    Column("kind", "str", "what it is, in the words of its source"),
    Column("status", "str", "the state its source gives it"),
    Column("operator", "str", "who runs or owns it, as its source says"),
    Column("country", "str", "the country or state its source names"),
    Column("detail", "str", "what else its source says to tell it from others"),
)
SHAPES: dict[str, Layer] = {
    geometry: Layer(f"looked_at_{geometry}", "Looked at only", "economic", cast("Any", geometry), _COLUMNS)
    for geometry in ("point", "line", "polygon")
}
_PARTS = {
    "point": None, "line": {"LineString", "MultiLineString"}, "polygon": {"Polygon", "MultiPolygon"},
}  # fmt: skip
_TEXTS = ("name", *(column.name for column in _COLUMNS))
_UNPLACED = 0.01  # share of rows that may be without a place, and are left out
_COARSE_DEG = 0.1


def feature_source(
    geometry: str,
    fields: Mapping[str, str],
    *,
    parse: Parse | None = None,
    dated: Callable[[Path], str] | None = None,
    is_coarse: bool = False,
    **row: Any,
) -> Source:
    """A source that is only looked at, by what its columns are called by its provider.

    `fields` maps columns of `SHAPES`, and `key`, to properties; a key that is blank or lacking is the
    number of the row. Files are those of its remotes, read by `parse`, at first by their names: GeoJSON
    or shapefiles, all in degrees. `dated` gives a file's day where the file states one. Places that are
    `is_coarse` are rounded to 0.1 degree, as all military ones are.
    """
    told = {"state": "live", "feeds": "nodes"} | row

    def read(inputs: Inputs) -> gpd.GeoDataFrame:
        tables = []
        for path in _files(inputs, told["remotes"]):
            raw = (parse or _PARSERS[path.suffix])(path)
            day = dated(path) if dated else told["as_of"]
            tables.append(_described(raw, fields, path).assign(as_of=day))
        frame = gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=4326)
        table = _placed(frame, geometry, str(told["id"]), is_coarse=is_coarse)
        again = table.groupby("feature_id").cumcount()
        twice = again.astype("str").radd("-").where(again > 0, "")
        return table.assign(feature_id=table["feature_id"] + twice, source_id=told["id"])

    return Source(read=read, shape=SHAPES[geometry], **told)


def _files(inputs: Inputs, remotes: tuple[Remote, ...]) -> list[Path]:
    """The files of all remotes that hold features; the other parts of a shapefile lie beside it."""
    patterns = dict.fromkeys(re.sub(r"\{[^}]*\}", "*", remote.file) for remote in remotes)
    found: list[Path] = []
    for pattern in patterns:
        if Path(pattern).suffix in {".shx", ".dbf", ".prj", ".cpg"}:
            continue
        if "*" not in pattern:
            found.append(inputs.provider(pattern))
            continue
        with suppress(MissingInputError):  # a file a day and area: any of them will do
            found += inputs.provider_glob(pattern)
    if not found:
        msg = f"expected provider files like {next(iter(patterns))}, found none: fetch them"
        raise MissingInputError(msg)
    return found


def geojson(path: Path) -> gpd.GeoDataFrame:
    """Features of a GeoJSON file in WGS 84 degrees, read without GDAL.

    Raises
    ------
    SourceError
        If there is none, or the service says that it left some out.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    features = content["features"] if content["type"] == "FeatureCollection" else [content]
    if not features:
        msg = f"{path.name}: expected features, found none: is the address still right?"
        raise SourceError(msg)
    said = content.get("properties") or {}
    is_cut = content.get("exceededTransferLimit") or said.get("exceededTransferLimit")
    matched = content.get("numberMatched", content.get("totalFeatures"))
    if is_cut or (isinstance(matched, int) and matched > len(features)):
        msg = f"{path.name}: expected all features, found {len(features)} of {matched or 'more'}: ask by area"
        raise SourceError(msg)
    rows = [row if row.get("properties") is not None else row | {"properties": {}} for row in features]
    return gpd.GeoDataFrame.from_features(rows, crs=4326)


def shapefile(path: Path, *, in_metres: bool = False) -> gpd.GeoDataFrame:
    """Features of a shapefile, plain or zipped, in WGS 84 degrees.

    Raises
    ------
    SourceError
        If its CRS is none in degrees, or none `in_metres`: one would be taken for the other.
    """
    frame = gpd.read_file(f"zip://{path}" if path.suffix == ".zip" else path)
    if frame.crs is None or frame.crs.is_geographic is in_metres:
        unit, named = ("metres" if in_metres else "degrees"), (frame.crs.name if frame.crs else "none")
        msg = f"{path.name}: expected a CRS in {unit} in its .prj, found {named}: no place is guessed"
        raise SourceError(msg)
    return frame.to_crs(4326)


_PARSERS: dict[str, Parse] = {
    ".geojson": geojson, ".json": geojson, ".shp": shapefile, ".zip": shapefile,
}  # fmt: skip


def _described(raw: gpd.GeoDataFrame, fields: Mapping[str, str], path: Path) -> gpd.GeoDataFrame:
    """The columns of `SHAPES` as text, and a key, of the provider's columns."""
    lacking = [name for name in fields.values() if name.isidentifier() and name not in raw]
    if len(lacking) == len(fields) and fields:
        msg = f"{path.name}: expected the columns {', '.join(lacking)}, found {', '.join(raw.columns[:12])}"
        raise SourceError(msg)
    texts = {name: _text(raw, fields.get(name, "")) for name in ("key", *_TEXTS)}
    number = pd.Series([f"{path.stem}-{n}" for n in range(len(raw))], index=raw.index)
    texts["key"] = texts["key"].where(texts["key"].notna(), number)
    return gpd.GeoDataFrame(texts, geometry=raw.geometry, crs=4326)


def _text(raw: gpd.GeoDataFrame, name: str) -> pd.Series:
    """A column as text; blank and none are missing, 3.0 is 3."""
    if name not in raw:
        return pd.Series([None] * len(raw), index=raw.index, dtype="object")
    column = raw[name]
    if pd.api.types.is_float_dtype(column) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    text = column.astype("object").map(lambda value: None if _is_blank(value) else str(value).strip())
    return text.where(text.ne(""), None)


def _is_blank(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def _placed(frame: gpd.GeoDataFrame, geometry: str, source_id: str, *, is_coarse: bool) -> gpd.GeoDataFrame:
    """The rows north of the snapshot's edge in EPSG:3413; those without a place are left out."""
    here = ~(shapely.is_missing(frame.geometry.array) | shapely.is_empty(frame.geometry.array))
    if (~here).mean() > _UNPLACED:
        found = f"{int((~here).sum())} of {len(frame)} without"
        msg = f"{source_id}: expected a place in 99 % of the rows, found {found}: fetch it again"
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
        lon, lat = at.x, at.y
        if is_coarse:
            lon, lat = ((part / _COARSE_DEG).round() * _COARSE_DEG for part in (lon, lat))
        table = points(frame.drop(columns="geometry").assign(_lon=lon, _lat=lat), "_lon", "_lat")
    else:
        table = (lines if geometry == "line" else polygons)(frame)
    return table.assign(feature_id=source_id + "-" + table["key"])
