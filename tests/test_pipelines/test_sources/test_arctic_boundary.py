"""The boundary of the Arctic parts named places, and units by whole and by part."""

from __future__ import annotations

import json

import geopandas as gpd
import shapely
from on_record import hold

from layers.crs import polar_points
from pipelines.snapshot import DATA
from pipelines.sources.society import arctic_boundary
from pipelines.sources.society.arctic_boundary import _split

# Ten and more on each side of the boundary, most by a county, an oblast or 60 N that parts them.
INSIDE = {
    "Bodø": (14.40, 67.28), "Kiruna": (20.22, 67.86), "Luleå": (22.15, 65.58), "Rovaniemi": (25.72, 66.50),
    "Murmansk": (33.08, 68.97), "Naryan-Mar": (53.0, 67.64), "Vorkuta": (64.06, 67.5),
    "Salekhard": (66.6, 66.53), "Norilsk": (88.2, 69.35), "Tiksi": (128.87, 71.64), "Anadyr": (177.5, 64.73),
    "Anchorage": (-149.9, 61.22), "Whitehorse": (-135.05, 60.72), "Iqaluit": (-68.52, 63.75),
    "Nuuk": (-51.73, 64.18), "Reykjavík": (-21.9, 64.15), "Tórshavn": (-6.77, 62.01),
    "Longyearbyen": (15.6, 78.22),
}  # fmt: skip
OUTSIDE = {
    "Trondheim": (10.40, 63.43), "Bergen": (5.33, 60.39), "Umeå": (20.26, 63.83), "Oulu": (25.47, 65.01),
    "Helsinki": (24.94, 60.17), "Tallinn": (24.75, 59.44), "Kem": (34.6, 64.95),
    "Arkhangelsk": (40.54, 64.54), "Pechora": (57.2, 65.1), "Syktyvkar": (50.84, 61.67),
    "Surgut": (73.4, 61.25), "Yakutsk": (129.73, 62.03),
    "Magadan": (150.8, 59.57), "Juneau": (-134.42, 58.30), "Churchill": (-94.17, 58.77),
    "Lerwick": (-1.14, 60.15),
}  # fmt: skip


def test_the_boundary_parts_named_places():
    [area] = gpd.read_parquet(DATA / "arctic_boundary.parquet").geometry
    inside = {name for name, place in (INSIDE | OUTSIDE).items() if area.contains(polar_point(*place))}
    assert inside == set(INSIDE)


def polar_point(longitude_deg: float, latitude_deg: float) -> shapely.Point:
    return polar_points([longitude_deg], [latitude_deg])[0]


def test_units_are_in_whole_in_part_or_out():
    unit = shapely.box(-70, 50, -60, 60)
    inside, outside = _split("CAN", "Québec", unit)
    assert inside.equals(shapely.box(-70, 55, -60, 60)), "north of 55 N"
    assert outside.equals(shapely.box(-70, 50, -60, 55))
    for country, name, is_in in (("GRL", "any", True), ("FIN", "Lapland", True), ("FIN", "Kainuu", False)):
        inside, outside = _split(country, name, unit)
        assert (inside.equals(unit), outside.is_empty) == (is_in, is_in), name


# Country -> units, each with a box of degrees. Those whose place does not matter here are islands apart.
UNITS = {
    "ISL": {"any": (-22, 63.5, -15, 65.5)}, "FRO": {"any": (-8, 61.5, -6.5, 62.5)},
    "GRL": {"any": (-50, 61, -40, 80)}, "SWE": {"Norrbotten": (17, 66, 20, 68)},
    "FIN": {"Lapland": (24, 66, 28, 69), "Kainuu": (24, 63, 28, 66)},
    "NOR": {"Nordland": (13, 66, 15, 68), "Troms": (18, 69, 20, 70), "Finnmark": (23, 69.5, 28, 71),
            "Svalbard": (12, 77, 25, 80), "Viken": (8, 58.5, 12, 61)},
    "RUS": {"Murmansk": (30, 67, 40, 69), "Nenets": (48, 67, 60, 68), "Yamal-Nenets": (66, 64, 80, 72),
            "Chukchi Autonomous Okrug": (165, 64, 179, 69), "Krasnoyarsk": (85, 58, 105, 75),
            "Komi": (50, 60, 60, 66),
            "Arkhangel'sk": (40, 61, 46, 64), "Sakha (Yakutia)": (110, 60, 150, 73)},
    "CAN": {"Nunavut": (-100, 64, -80, 75), "Northwest Territories": (-120, 61, -105, 69),
            "Yukon": (-138, 61, -128, 69), "Québec": (-78, 52, -68, 61),
            "Newfoundland and Labrador": (-65, 58, -63, 60)},
    "USA": {"Alaska": (-165, 58.5, -142, 70)},
}  # fmt: skip


def boundary_of(package_file, units_of: dict[str, dict[str, tuple[float, ...]]]) -> shapely.Geometry:
    """The boundary around boxes of degrees that stand for the units."""
    for iso3, units in units_of.items():
        rows = [
            {
                "type": "Feature",
                "properties": {"name": name},
                "geometry": shapely.geometry.mapping(shapely.box(*bounds)),
            }
            for name, bounds in units.items()
        ]
        content = json.dumps({"type": "FeatureCollection", "features": rows})
        inputs = package_file(arctic_boundary._PACKAGES[iso3], content)
    [area] = arctic_boundary.read_boundary(inputs).geometry
    return area


def test_every_corner_of_a_typed_line_is_on_record(package_file, tmp_path):
    """Each unit that is inside in part is a box around its line, so that a corner that moves shows."""
    units = {iso3: dict(parts) for iso3, parts in UNITS.items()}
    for (iso3, name), (_, corners) in arctic_boundary._PARTS.items():
        west, south, east, north = shapely.Polygon(corners).buffer(1).bounds
        units[iso3][name] = (max(west, -180), south, min(east, 180), north)
    path = tmp_path / "boundary.wkb"
    path.write_bytes(shapely.to_wkb(boundary_of(package_file, units)))
    hold("arctic boundary", {path.name: path})


def test_the_boundary_has_50_km_of_sea_and_all_sea_of_the_north(package_file):
    area = boundary_of(package_file, UNITS)
    inside = {
        "Iceland": (-18, 64.5), "40 km off Iceland": (-18, 63.14), "north of the circle": (0, 66.9),
        "Lapland": (26, 67.5), "Krasnoyarsk in the north": (95, 68), "Alaska": (-150, 64),
    }  # fmt: skip
    outside = {
        "65 km off Iceland": (-18, 62.92), "south of the circle": (0, 65.9), "Kainuu": (26, 64.5),
        "Krasnoyarsk in the south": (95, 62), "Viken": (10, 60), "the Gulf of Alaska": (-145, 59.2),
    }  # fmt: skip
    contained = {name for name, place in (inside | outside).items() if area.contains(polar_point(*place))}
    assert contained == set(inside)
