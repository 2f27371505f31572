"""Files of providers of which no file is at hand, written in the form that the providers document.

`FORMS` holds by source the file that is served at the addresses of its remotes, and the rows to be read.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import h5netcdf
import numpy as np
import rasterio
import shapely
from pyproj import Transformer

from pipelines.intake.tables import embedded_table
from pipelines.sources import source

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = date(2026, 11, 25)
MONTH = date(2019, 1, 1)
LINE = {"type": "LineString", "coordinates": [[4.0, 60.0], [5.0, 61.0]]}
SQUARE = {"type": "Polygon", "coordinates": [[[10, 70], [20, 70], [20, 72], [10, 72], [10, 70]]]}


@dataclass(frozen=True)
class Form:
    """A file of a provider, written by `make`; the first row and the number of rows to be read from it."""

    make: Callable[[], bytes]
    first: dict[str, Any]
    rows: int = 1


def features(shape: dict[str, Any], properties: dict[str, Any], **more: Any) -> bytes:
    row = {"type": "Feature", "geometry": shape, "properties": properties}
    return json.dumps({"type": "FeatureCollection", "features": [row]} | more).encode()


def overpass(*elements: dict[str, Any], base: str = "2026-11-24T23:58:01Z", **more: Any) -> bytes:
    """An answer of Overpass API 0.7.62 in JSON."""
    head = {"version": 0.6, "generator": "Overpass API 0.7.62.8", "osm3s": {"timestamp_osm_base": base}}
    return json.dumps(head | {"elements": list(elements)} | more).encode()


def drawn(number: int, *places: tuple[float, float] | None, **tags: str) -> dict[str, Any]:
    at = [place and {"lon": place[0], "lat": place[1]} for place in places]
    return {"type": "way", "id": number, "geometry": at, "tags": tags}


def zipped(name: str, content: str | bytes) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return box.getvalue()


def gml(*rows: str, system: str = "EPSG:32624") -> bytes:
    """Features of GEUS's WFS 1.0.0 (MapServer): GML 2, metres of UTM zone 24 N."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?><wfs:FeatureCollection xmlns:ms="http://mapserver.gis.umn.edu/'
        'mapserver" xmlns:wfs="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml">'
    )
    layer = "ms:mineral_occurrences_v3_external"
    members = "".join(f"<gml:featureMember><{layer}>{row}</{layer}></gml:featureMember>" for row in rows)
    return (head + members.replace("{system}", system) + "</wfs:FeatureCollection>").encode()


OCCURRENCE = (
    '<gml:boundedBy><gml:Box srsName="{system}"><gml:coordinates>1,2 3,4</gml:coordinates></gml:Box>'
    "</gml:boundedBy>"
    '<ms:msGeometry><gml:Point srsName="{system}"><gml:coordinates>500000,7100000</gml:coordinates>'
    "</gml:Point></ms:msGeometry><ms:ogc_fid>12</ms:ogc_fid><ms:main_occurrence_name>Kvanefjeld</ms:main_occurrence_name>"
    "<ms:commodity_group>rare earths</ms:commodity_group>"
    "<ms:main_commodity>REE</ms:main_commodity>"
)


def geonames_dump() -> bytes:
    """The embedded places as lines of the GeoNames dump (readme.txt), after one place in Namibia."""
    table = embedded_table(source("geonames_cities500"))
    assert isinstance(table, gpd.GeoDataFrame)
    at = table.to_crs(4326).geometry
    codes = {"NOR": "NO", "FIN": "FI", "SWE": "SE", "USA": "US", "CAN": "CA", "RUS": "RU", "ISL": "IS",
             "GRL": "GL", "FRO": "FO", "EST": "EE", "GBR": "GB", "ALA": "AX", "SJM": "SJ", "DNK": "DK",
             "LVA": "LV"}  # fmt: skip
    windhoek = ("3352136", "Windhoek", "", '"Aigams', "-22.55941", "17.08323", "P", "PPLC", "NA", "", "21",
                "", "", "", "268132", "", "1721", "Africa/Windhoek", "2019-09-05")  # fmt: skip
    lines = ["\t".join(windhoek)]
    for row, place in zip(table.itertuples(), at, strict=True):
        key, people = row.feature_id.removeprefix("geonames-"), int(np.nan_to_num(row.population))
        lines.append(
            f"{key}\t{row.name}\t\t\t{place.y:.5f}\t{place.x:.5f}\tP\tPPL"
            f"\t{codes.get(row.country_iso3, 'XX')}\t\t\t\t\t\t{people}\t\t10\tEurope/Oslo"
            f"\t2026-11-0{1 + int(key) % 9}"
        )
    return zipped("cities500.txt", "\n".join(lines) + "\n")


def vessel_density(epsg: int = 3035, most: float = 50.0) -> bytes:
    """A GeoTIFF of EMODnet: hours per square kilometre, float32, cells of 1 km, half of it without data."""
    hours = np.full((200, 200), 50.0, dtype="float32")
    hours[0, 0] = most
    hours[:, 100:] = -3.4e38
    with rasterio.MemoryFile() as held:
        with held.open(
            driver="GTiff", height=200, width=200, count=1, dtype="float32", crs=f"EPSG:{epsg}",
            nodata=-3.4e38, transform=rasterio.Affine(1000, 0, 4_200_000, 0, -1000, 5_200_000),
        ) as raster:  # fmt: skip
            raster.write(hours, 1)
        return bytes(held.read())


# Degrees of longitude of a block of land inland of the Laptev Sea, and (latitude, probability from there on).
OBU_LON, OBU_BANDS = (112.0, 150.0), ((64.0, 0.05), (65.0, 0.3), (66.5, 0.7), (68.0, 0.95), (69.0, np.nan))


def obu(
    variable: str = "PerProb", high: float = 0.95, step: float = 10_000.0, turn: tuple[int, int] = (1, 1)
) -> bytes:
    """A NetCDF map like that of Obu et al.: y and x in metres of EPSG:3995, permafrost in one block of land.

    A -1 in `turn` reverses the rows, or the columns, but not their axis.
    """
    axis = np.arange(-3_500_000, 3_500_001, step)
    to_degrees = Transformer.from_crs(3995, 4326, always_xy=True)
    lon, lat = to_degrees.transform(*np.meshgrid(axis, axis[::-1]))
    lows, shares = np.array(OBU_BANDS).T
    share = np.append(np.nan, np.where(shares == 0.95, high, shares))[np.searchsorted(lows, lat, "right")]
    share = np.where((lon >= OBU_LON[0]) & (lon < OBU_LON[1]), share, np.nan)[:: turn[0], :: turn[1]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "obu.nc"
        with h5netcdf.File(path, "w") as file:
            file.dimensions = {"y": len(axis), "x": len(axis)}
            for name, values in (("x", axis), ("y", axis[::-1])):
                file.create_variable(name, (name,), data=values)
            for name, values in ((variable, share), ("MAGT", np.where(np.isnan(share), np.nan, -5.0))):
                file.create_variable(name, ("y", "x"), data=values.astype("float32"), compression="gzip")
        return path.read_bytes()


# Boxes in degrees with EXTENT and CONTENT: Batagay, inland of the Kara Sea, a glacier and a lake.
GGD318: tuple[tuple[tuple[float, float, float, float], str | None, str | None], ...] = (
    ((134, 67, 136, 68.5), "C", "h"), ((80, 66, 84, 67), "D", "m"), ((80, 64, 84, 65), "S", None),
    ((80, 62, 84, 63), "I", "l"), ((-45, 70, -40, 75), "g", None), ((108, 52, 109, 55), "l", None),
)  # fmt: skip


def ggd318(
    extent: str = "C", content: str = "h", *, drop: str = "COMBO",
    crs: str = "+proj=laea +lat_0=90 +lon_0=0 +R=6370997 +units=m",
) -> bytes:  # fmt: skip
    """A zip like the map of Brown et al.: polygons on a sphere, with EXTENT and CONTENT.

    `extent` and `content` are those of the first polygon.
    """
    boxes, extents, contents = zip(*GGD318, strict=True)
    columns = {"NUM_CODE": range(len(boxes)), "COMBO": "", "EXTENT": [extent, *extents[1:]],
               "CONTENT": [content, *contents[1:]]}  # fmt: skip
    frame = gpd.GeoDataFrame(columns, geometry=[shapely.box(*box) for box in boxes], crs=4326)
    frame = frame.drop(columns=drop).to_crs(crs)
    with tempfile.TemporaryDirectory() as folder:
        frame.to_file(Path(folder) / "permaice.shp")
        box = io.BytesIO()
        with zipfile.ZipFile(box, "w") as archive:
            for path in sorted(Path(folder).iterdir()):
                archive.write(path, path.name)
    return box.getvalue()


def ship(mmsi: Any, lon: float, lat: float, time: str = "2026-11-25T06:00:01+00:00") -> dict[str, Any]:
    return {"mmsi": mmsi, "longitude": lon, "latitude": lat, "msgtime": time, "name": "A SHIP",
            "speedOverGround": 10.1, "courseOverGround": 360, "trueHeading": 511, "shipType": 70}  # fmt: skip


SHIPS = [ship(257000001, 18.9, 69.6), ship(257000002, 18.1, 69.1), ship(257000003, 181, 91)]

FORMS: dict[str, Form] = {
    "sodir_pipelines": Form(
        lambda: features(LINE, {"pplNpdidPipeline": 311.0, "pplName": "A to B", "pplMedium": "Gas"}),
        {"feature_id": "sodir_pipelines-311", "name": "A to B", "kind": "Gas"},
    ),
    "emodnet_pipelines": Form(
        lambda: features(LINE, {"name": "C", "country_co": "NO"}),
        {"feature_id": "emodnet_pipelines-emodnet_pipelines-0", "name": "C", "country": "NO"},
    ),
    "emodnet_power_cables": Form(
        lambda: features(LINE, {"lokalid": "a1", "navn": "NorNed", "eier": "Statnett", "spenning_k": 0.0}),
        {"feature_id": "emodnet_power_cables-a1", "name": "NorNed", "operator": "Statnett", "detail": None},
    ),
    "emodnet_fibre_cables": Form(
        lambda: features(LINE, {"id": 9, "pipe_name": "A CABLE", "status": "ACTIVE", "fluid": "FIBRE"}),
        {"feature_id": "emodnet_fibre_cables-9", "name": "A CABLE", "kind": "FIBRE"},
    ),
    "marine_regions_eez": Form(
        lambda: features(SQUARE, {"mrgid": 5686, "geoname": "A Zone", "sovereign1": "Norway"}),
        {"feature_id": "marine_regions_eez-5686", "name": "A Zone", "country": "Norway"},
    ),
    "osm_power_lines": Form(
        lambda: overpass(drawn(6, (25.7, 66.5), (26.0, 67.0), power="line", voltage="220000")),
        {"feature_id": "osm_power_lines-way-6", "kind": "power=line", "detail": "220000",
         "as_of": "2026-11-24"},
    ),
    "geus_mineral_occurrences": Form(
        lambda: gml(OCCURRENCE),
        {"feature_id": "geus_mineral_occurrences-12", "name": "Kvanefjeld", "kind": "rare earths",
         "detail": "REE"},
    ),
    "geonames_cities500": Form(geonames_dump, {"as_of": "2026-11-09"}, 3772),
    "emodnet_vessel_density": Form(
        vessel_density,
        {"name": "10 to 100 hours a square kilometre and month", "as_of": "2019-01-01"},
    ),
    "obu_2019_permafrost": Form(
        obu,
        {"feature_id": "obu_2019-continuous", "name": "continuous, over 90 %", "ground_ice": None,
         "permafrost_zone": "continuous", "as_of": "2016-12-31"},
        4,
    ),
    "nsidc_ggd318_permafrost": Form(
        ggd318,
        {"feature_id": "permaice-0", "name": "continuous, ground ice high", "permafrost_zone": "continuous",
         "ground_ice": "high", "as_of": "2002-02-01"},
        4,
    ),
    "barentswatch_ais": Form(
        lambda: json.dumps(SHIPS).encode(),
        {"feature_id": "barentswatch_ais-69_18", "detail": "2 ships", "as_of": "2026-11-25"},
    ),
}  # fmt: skip
