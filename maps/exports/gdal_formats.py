"""The outputs that GDAL writes, one row each: GeoJSON, KML, FlatGeobuf and PMTiles.

Each format is a folder with one file per layer. `maps.exports.gdal_writer` writes every row.
The module imports nothing heavy, because `maps` reads the ids of the rows at import.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEGREES", "FORMATS", "METRES", "GdalFormat"]

DEGREES, METRES = "EPSG:4326", "EPSG:3413"
_NO_TABLES = "Tables without geometry are not in it; picture.gpkg and the Parquet files hold them."


@dataclass(frozen=True, slots=True)
class GdalFormat:
    """A vector driver of GDAL and how the picture uses it.

    `id` names the output and its folder. `crs` is the CRS of the geometry that GDAL gets: `DEGREES` is cut at
    180 degrees, `METRES` is the geometry as stored. `layer_options` are layer creation options of the driver.
    `writes_empty_layers` is False if the driver cannot write a layer without rows. `left_out` is the sentence
    of ABOUT.txt about what the files do not contain.
    """

    id: str
    driver: str
    extension: str
    crs: str = DEGREES
    layer_options: Mapping[str, str] = field(default_factory=dict)
    has_foreign_members: bool = False  # licence and caveats inside the file (RFC 7946, section 6.1)
    writes_empty_layers: bool = True
    left_out: str = _NO_TABLES


_ROWS: Final = (
    GdalFormat(
        "geojson", "GeoJSON", "geojson",
        layer_options={"RFC7946": "YES", "COORDINATE_PRECISION": "6", "WRITE_BBOX": "YES"},
        has_foreign_members=True,
    ),
    # GDAL has a newer driver, LIBKML. It puts a text into CDATA, and `]]>` in a name breaks out of it.
    GdalFormat("kml", "KML", "kml"),
    GdalFormat("flatgeobuf", "FlatGeobuf", "fgb", crs=METRES),
    # GDAL writes no empty PMTiles: a region without a railway has no file of railways.
    GdalFormat(
        "pmtiles", "PMTiles", "pmtiles",
        layer_options={"MINZOOM": "0", "MAXZOOM": "5"},
        writes_empty_layers=False,
        left_out="Web Mercator ends at 85.05 N: the pole is not in it. "
        "Tables without geometry are not either.",
    ),
)  # fmt: skip

FORMATS: Final[dict[str, GdalFormat]] = {row.id: row for row in _ROWS}
