"""More of Natural Earth: borders at sea, areas in dispute, coast, ports, airports and towns."""

from __future__ import annotations

from pipelines.intake.findings import Checks
from pipelines.intake.place_checks import ashore
from pipelines.source import Remote
from pipelines.sources.features import feature_source

# Layer of Natural Earth -> our id, scale and theme, geometry, columns, title.
_LAYERS = {
    "ne_10m_admin_0_boundary_lines_maritime_indicator": (
        "maritime_borders", "10m_cultural", "line", {"kind": "featurecla", "detail": "note"},
        "Borders at sea",
    ),
    "ne_10m_admin_0_disputed_areas": (
        "disputed_areas", "10m_cultural", "polygon",
        {"name": "NAME", "kind": "featurecla", "country": "SOVEREIGNT"}, "Areas in dispute",
    ),
    "ne_50m_coastline": ("coast", "50m_physical", "line", {"kind": "featurecla"}, "Coast, 1:50m"),
    "ne_10m_ports": ("ports", "10m_cultural", "point", {"name": "name", "kind": "featurecla"}, "Ports"),
    "ne_10m_airports": (
        "airports", "10m_cultural", "point", {"name": "name", "kind": "type", "detail": "gps_code"},
        "Airports",
    ),
    "ne_10m_populated_places_simple": (
        "towns", "10m_cultural", "point", {"name": "name", "kind": "featurecla", "country": "adm0name"},
        "Towns",
    ),
}  # fmt: skip


def _remote(layer: str, theme: str) -> Remote:
    return Remote(
        f"https://naciscdn.org/naturalearth/{theme.replace('_', '/')}/{layer}.zip",
        f"infrastructure/natural_earth/{layer}.zip",
        "zip",
        archive=f"https://naturalearth.s3.amazonaws.com/{theme}/{layer}.zip",
    )


SOURCES = tuple(
    feature_source(
        geometry, fields, id=f"natural_earth_{name}", title=f"Natural Earth: {title.lower()}",
        publisher="Natural Earth", licence="public domain", citation="Made with Natural Earth.",
        homepage="https://www.naturalearthdata.com", as_of="2017-10-01", made="cut at 58 N",
        remotes=(_remote(layer, theme),), checks=Checks(own=(ashore,) if geometry == "point" else ()),
    )
    for layer, (name, theme, geometry, fields, title) in _LAYERS.items()
)  # fmt: skip
