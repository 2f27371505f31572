"""The boundary of the Arctic by the Arctic Human Development Report, from first-order administrative units.

A unit is whole if the report names it as a whole. If the report names a part, the unit is cut along a line
through corners that are listed here. At sea the boundary includes all sea north of the Arctic Circle, as AMAP
does, and 50 km around every unit.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import shape

from layers.crs import POLAR, geographic_to_polar
from layers.errors import SourceError
from layers.regions import REGIONS, Region
from pipelines.source import Package, Source

if TYPE_CHECKING:
    from pipelines.source import Inputs

_ARCTIC_CIRCLE_DEG = 66.56
_NORTH_AMERICA_DEG = 60.0
_SEA_M = 50_000  # off the coast of a unit
_SHORE_M = 4_000  # generalised coasts put quays into the water, or into the water of the next unit
_APART_M = 5_000  # sea this near to land outside is outside too
_SIMPLIFY_M = 1_000
_LEAST_M2 = 5e8  # smaller parts and holes are remains of the margin
_AS_OF = "2014-12-31"  # the year of the second report
_EVERYWHERE = shapely.box(-180, -90, 180, 90)

# Country -> names of its units that are inside as a whole; `*` is every unit.
_WHOLE: dict[str, tuple[str, ...]] = {
    "CAN": ("Nunavut", "Northwest Territories", "Yukon", "Québec", "Newfoundland and Labrador"),
    "FIN": ("Lapland",),
    "FRO": ("*",),
    "GRL": ("*",),
    "ISL": ("*",),
    "NOR": ("Nordland", "Troms", "Finnmark", "Svalbard"),  # Jan Mayen is drawn with Nordland
    "RUS": ("Murmansk", "Nenets", "Yamal-Nenets", "Chukchi Autonomous Okrug"),
    "SWE": ("Norrbotten",),
}

# Country and unit -> tolerance of the typed corners in km, and the part that is inside, as lon/lat corners.
# No port, airfield, railhead, mine or plant is nearer to such a line than its tolerance.
_PARTS: dict[tuple[str, str], tuple[int, tuple[tuple[float, float], ...]]] = {
    # North of 60 N, and the shore of the Bering Sea (AMAP: "the marine areas north of the Aleutian
    # chain"), parted from the Gulf of Alaska along the crest of the Aleutian Range.
    ("USA", "Alaska"): (
        8,
        (
            (-180.0, 50.0), (-160.0, 50.0), (-160.0, 55.9), (-158.0, 56.6), (-156.7, 57.2), (-155.6, 57.9),
            (-155.4, 58.05), (-154.95, 58.35), (-154.6, 58.75), (-154.5, 59.15), (-154.2, 59.45),
            (-153.8, 59.75), (-153.3, _NORTH_AMERICA_DEG), (-130.0, _NORTH_AMERICA_DEG), (-130.0, 75.0),
            (-180.0, 75.0),
        ),
    ),
    # Nunavik is Québec north of 55 N. Labrador needs no line: the snapshot ends at 58 N.
    ("CAN", "Québec"): (1, ((-80.0, 55.0), (-57.0, 55.0), (-57.0, 63.0), (-80.0, 63.0))),
    # Taimyr, Norilsk and Igarka all lie north of the Arctic Circle; Turukhansk does not.
    ("RUS", "Krasnoyarsk"): (
        50,
        ((70.0, _ARCTIC_CIRCLE_DEG), (120.0, _ARCTIC_CIRCLE_DEG), (120.0, 85.0), (70.0, 85.0)),
    ),
    # The city district of Vorkuta: north-east of Inta's.
    ("RUS", "Komi"): (30, ((61.3, 67.3), (61.9, 66.5), (68.0, 66.5), (68.0, 70.0), (61.3, 70.0))),
    # Novaya Zemlya and Franz Josef Land: the report names no part of the oblast, AMAP all that lies
    # north of the Arctic Circle.
    ("RUS", "Arkhangel'sk"): (10, ((44.0, 70.0), (72.0, 70.0), (72.0, 85.0), (30.0, 85.0), (30.0, 75.0))),
    # The thirteen northern uluses: Zhigansk, Verkhoyansk, Moma and Zyryanka in; Udachny, Mangazeisky
    # and Ust-Nera out.
    ("RUS", "Sakha (Yakutia)"): (
        60,
        (
            (105.0, 67.2), (114.0, 67.2), (118.0, 66.3), (121.0, 65.8), (126.5, 65.8), (128.5, 66.4),
            (132.0, 66.4), (133.0, 65.9), (138.0, 65.6), (140.5, 65.3), (146.0, 65.1), (148.5, 64.6),
            (153.5, 64.6), (164.0, 64.6), (164.0, 78.0), (105.0, 78.0),
        ),
    ),
}  # fmt: skip

# Countries that have a unit inside; Estonia, Latvia and the United Kingdom lie farther off than the margin.
_COUNTRIES = ("CAN", "FIN", "FRO", "GRL", "ISL", "NOR", "RUS", "SWE", "USA")

_FOLDER = "orangecontrib/geo/geojson"
_PACKAGES: dict[str, Package] = {
    iso3: Package(
        "Orange3-Geo",
        "0.5",
        "8cf810c2b1ab65c00bca542cf6b43f4b08167aa49e0c80a00383430bd2dbdafc",
        f"{_FOLDER}/admin1-{iso3}.json",
    )
    for iso3 in _COUNTRIES
}

STATEMENT = (
    "In the Arctic by the Arctic Human Development Report (2004, 2014): Alaska; Canada north of 60 N, "
    "northern Québec and Labrador; Greenland; the Faroe Islands; Iceland; Nordland, Troms, Finnmark, "
    "Svalbard and Jan Mayen; Norrbotten; Lapland; Murmansk oblast, the Nenets, Yamal-Nenets and Chukotka "
    "okrugs, Taimyr, Norilsk, Igarka, Vorkuta, the northern uluses of Sakha. Less Alaska south of 60 N on "
    "the side of the Gulf of Alaska, and with the islands of Arkhangelsk oblast, by AMAP. At sea: north of "
    "the Arctic Circle, and 50 km off these units."
)


def _units(inputs: Inputs, iso3: str) -> list[tuple[str, Any]]:
    path = inputs.package(_PACKAGES[iso3])
    rows = json.loads(path.read_text(encoding="utf-8"))["features"]
    # A unit without a name is an islet. It stays outside, and the margin covers it.
    units = [(row["properties"]["name"] or "", shapely.make_valid(shape(row["geometry"]))) for row in rows]
    names = {name for name, _ in units}
    expected = {*_WHOLE.get(iso3, ()), *(name for country, name in _PARTS if country == iso3)} - {"*"}
    if expected - names:
        msg = (
            f"{path.name}: expected the units {', '.join(sorted(expected - names))}, found none of that name"
        )
        raise SourceError(msg)
    return units


def _split(iso3: str, name: str, unit: Any) -> tuple[Any, Any]:
    """Return the part of a unit inside the boundary and the part outside, in degrees."""
    part = _PARTS.get((iso3, name))
    if part is not None:
        inside = shapely.Polygon(part[1])
        return shapely.intersection(unit, inside), shapely.difference(unit, inside)
    whole = _WHOLE.get(iso3, ())
    is_in = "*" in whole or name in whole
    return (unit, shapely.Polygon()) if is_in else (shapely.Polygon(), unit)


def _joined(geometries: list[Any]) -> Any:
    """Return areas in degrees as one area in EPSG:3413, cut at 56 N.

    No margin around a unit reaches from farther south into the snapshot, which ends at 58 N.
    """
    cut = shapely.intersection(np.array(geometries, dtype=object), shapely.box(-180, 56, 180, 90))
    return shapely.union_all(geographic_to_polar([_areas(geometry) for geometry in cut]))


def _areas(geometry: Any) -> Any:
    parts = shapely.get_parts(geometry)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def read_boundary(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the Arctic as one area in EPSG:3413, from units on land and a margin at sea, cut at 58 N."""
    pairs = [_split(iso3, name, unit) for iso3 in _COUNTRIES for name, unit in _units(inputs, iso3)]
    land = _joined([inside for inside, _ in pairs if not inside.is_empty])
    other = _joined([outside for _, outside in pairs if not outside.is_empty])
    coast, apart = (shapely.simplify(area, _SIMPLIFY_M / 2) for area in (land, other))
    sea = shapely.union_all([shapely.buffer(coast, _SEA_M), Region("", "", _ARCTIC_CIRCLE_DEG).outline])
    margin = shapely.difference(sea, shapely.buffer(apart, _APART_M))
    shore = shapely.difference(shapely.buffer(coast, _SHORE_M), other)
    whole = _without_scraps(shapely.union_all([land, margin, shore]), other)
    cut = shapely.intersection(shapely.simplify(whole, _SIMPLIFY_M), REGIONS[0].outline)
    area = shapely.make_valid(shapely.set_precision(cut, 10.0))
    return gpd.GeoDataFrame(
        {
            "feature_id": ["ahdr"],
            "name": ["The Arctic by the Arctic Human Development Report"],
            "statement": [STATEMENT],
            "source_id": "arctic_boundary",
            "as_of": _AS_OF,
        },
        geometry=[area],
        crs=POLAR,
    )


def _without_scraps(area: Any, other: Any) -> Any:
    """Return only the large parts of an area, with only those large holes that have land of `other`."""
    shapely.prepare(other)
    parts = shapely.get_parts(area)
    return shapely.union_all([_filled(part, other) for part in parts[shapely.area(parts) >= _LEAST_M2]])


def _filled(part: Any, other: Any) -> Any:
    holes = [shapely.Polygon(hole) for hole in part.interiors]
    kept = [hole.exterior for hole in holes if hole.area >= _LEAST_M2 and shapely.intersects(other, hole)]
    return shapely.Polygon(part.exterior, kept)


SOURCES = (
    Source(
        id="arctic_boundary",
        feeds="arctic_boundary",
        title="Boundary of the Arctic by the Arctic Human Development Report, from Natural Earth 1:10m units",
        publisher="Stefansson Arctic Institute and Nordic Council of Ministers (definition); "
        "Natural Earth (polygons)",
        licence="public domain",
        citation="AHDR 2004 and 2014 (TemaNord 2014:567), as put into words by the Icelandic Arctic "
        "Cooperation Network; AMAP, Geographical coverage. Made with Natural Earth.",
        homepage="https://www.arcticiceland.is/arctic-region/arctic-definitions",
        as_of=_AS_OF,
        state="embedded",
        made="units joined, parts of units by typed lines (tolerance 1 to 60 km, no node that near), "
        "50 km of sea added, simplified to 1 km, cut at 58 N",
        read=read_boundary,
        packages=tuple(_PACKAGES.values()),
    ),
)
