"""The boundary of the Arctic parts named places, and units by whole and by part."""

from __future__ import annotations

import geopandas as gpd
import shapely

from layers.crs import polar_points
from pipelines.snapshot import DATA
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
