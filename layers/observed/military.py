"""Military sites named by public sources, to 0.1 degree, maritime gates, and memberships of NATO and the EU.

A row is a claim: the statement of one source on one military site. If two sources place a site differently,
there are two rows, with the distance between them. Military sites have no score (method §10).
"""

from layers.regions import SOUTH_DEG
from layers.schema import CITED, Column, Layer

__all__ = ["CHOKEPOINTS", "MEMBERSHIPS", "MILITARY_SITES"]

MILITARY_SITES = Layer(
    id="military_sites",
    title="Military sites named by public sources",
    pillar="military",
    geometry="point",
    columns=(
        Column("site_id", "str", "the site the claim is about", required=True),
        Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True),
        Column("service", "str", "service", required=True),
        Column("kind", "str", "kind of site", required=True),
        Column("longitude_deg", "float", "WGS 84, rounded to 0.1", "degree", required=True, low=-180, high=180),
        Column("latitude_deg", "float", "WGS 84, rounded to 0.1", "degree", required=True, low=SOUTH_DEG, high=90),
        Column("uncertainty_km", "float", "radius within which it lies", "km", required=True, low=6),
        Column("status", "str", "status", required=True,
               choices=("active", "reserve", "closed", "planned", "unknown")),
        Column("is_joint_use", "bool", "public source calls it joint civil-military"),
        Column("claims", "int", "sources that place this site", required=True, low=1),
        Column("claims_apart_km", "float", "largest distance between them before rounding; null with one", "km", low=0),
        *CITED,
    ),
    note="Rounded to 0.1 degree; public and coarse; never scored for weakness.",
)  # fmt: skip

CHOKEPOINTS = Layer(
    id="chokepoints",
    title="Maritime gates and straits",
    pillar="military",
    geometry="line",
    columns=(
        Column("length_km", "float", "geodesic width between the end points", "km", required=True, low=0),
        Column("narrows_km", "float", "width of the narrows from shore to shore", "km", low=0),
        Column("source_title", "str", "document that names it", required=True),
        *CITED[1:],
    ),
    note="Approximate end points.",
)

MEMBERSHIPS = Layer(
    id="memberships",
    title="Membership of NATO and the EU, by date and territory",
    pillar="military",
    geometry="table",
    columns=(
        Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True),
        Column("level", "str", "state or territory", required=True, choices=("state", "territory")),
        Column("parent_iso3", "str", "state a territory belongs to"),
        Column("nato_since", "str", "first day as a member or under one, ISO 8601"),
        Column("eu_since", "str", "first day as a member or part of one, ISO 8601"),
        Column("eu_until", "str", "first day no longer so, ISO 8601"),
        Column("is_arctic_council", "bool", "Arctic Council state or part of one", required=True),
        Column("special_status", "str", "treaty or other status that limits military use or EU law"),
        Column("note", "str", "remark"),
        Column(
            "confidence",
            "str",
            "high: official or scholarly; medium: press, encyclopedia, lists; low: other",
            required=True,
        ),
    ),
)
