"""Write the layers of the picture through GDAL, one file for each layer.

A layer has its own file, so that a table under the ODbL is never merged with another table. ABOUT.txt beside
the files has sources, licences and caveats.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import pyogrio

from layers.crs import GEOGRAPHIC
from layers.errors import ExportError
from maps.exports.about import about, licences
from maps.exports.antimeridian import geographic
from maps.exports.gdal_formats import DEGREES, FORMATS
from maps.text import visible_table

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture
    from layers.schema import Layer
    from maps.exports.gdal_formats import GdalFormat

__all__ = ["write"]

_GEOMETRY_TYPES: Final = {"point": "Point", "line": "MultiLineString", "polygon": "MultiPolygon"}


def write(picture: Picture, folder: Path, format_id: str) -> Path:
    """Write every layer with geometry into `folder/<format_id>` and return that folder.

    `format_id` is a key of `maps.exports.gdal_formats.FORMATS`.

    Raises
    ------
    ExportError
        If a file cannot be written.
    """
    format_ = FORMATS[format_id]
    target = folder / format_id
    target.mkdir(parents=True, exist_ok=True)
    for layer in picture.layers:
        is_empty = picture.tables[layer.id].empty
        if layer.geometry == "table" or (is_empty and not format_.writes_empty_layers):
            continue
        _write_layer(picture, layer, target, format_)
    (target / "ABOUT.txt").write_text(about(picture, format_.left_out), encoding="utf-8", newline="\n")
    return target


def _write_layer(picture: Picture, layer: Layer, folder: Path, format_: GdalFormat) -> None:
    path = folder / f"{layer.id}.{format_.extension}"
    path.unlink(missing_ok=True)
    options = dict(format_.layer_options)
    if format_.has_foreign_members:
        members = {"title": layer.title, "note": layer.note, "licence": licences(picture, layer),
                   "caveats": list(picture.caveats)}  # fmt: skip
        options["FOREIGN_MEMBERS_COLLECTION"] = json.dumps(members, ensure_ascii=False)
    try:
        pyogrio.write_dataframe(
            _frame(picture, layer, format_.crs), path, layer=layer.id, driver=format_.driver,
            layer_options=options, geometry_type=_GEOMETRY_TYPES[layer.geometry],
            promote_to_multi=layer.geometry != "point",
        )  # fmt: skip
    except (OSError, pyogrio.errors.DataSourceError, RuntimeError) as error:
        msg = f"{path.name}: expected to write it into {folder}, found {error}: is the disk full?"
        raise ExportError(msg) from error


def _frame(picture: Picture, layer: Layer, crs: str) -> Any:
    """The table of a layer with visible texts and its geometry in `crs`."""
    table = picture.tables[layer.id]
    frame = visible_table(table, layer)
    if crs != DEGREES:
        return frame
    attributes = pd.DataFrame(frame.drop(columns=table.geometry.name))
    return gpd.GeoDataFrame(attributes, geometry=geographic(table.geometry.to_numpy()), crs=GEOGRAPHIC)
