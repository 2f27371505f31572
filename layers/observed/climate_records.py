"""Climate facts of places, each typed from a cited publication, and maps of permafrost."""

from layers.schema import CITED_READ, Column, Layer

__all__ = [
    "COASTAL_EROSION",
    "FACTS",
    "GLOBAL_WARMING",
    "GROUND_ICE",
    "PERMAFROST_MAPS",
    "PERMAFROST_PLACES",
    "PERMAFROST_ZONES",
    "PORT_ICE_SEASONS",
    "STATION_NORMALS",
    "THAW_DAMAGE",
    "TIERS",
]

# Extent classes of the circum-Arctic map (Brown et al. 1997, doi:10.3133/cp45): share of the ground
# that is frozen: over 90, 50 to 90, 10 to 50, under 10 %.
PERMAFROST_ZONES = ("continuous", "discontinuous", "sporadic", "isolated", "none")
# Classes of visible ice of the same map: over 20, 10 to 20, under 10 % by volume in thick overburden.
GROUND_ICE = ("high", "medium", "low")

# Tiers state how a fact is known, best first: from a satellite or gauge, a publication on the place, a
# published map, a model, or a proxy. FACTS are the facts of a node.
TIERS = ("measured", "typed", "mapped", "modelled", "proxy")
FACTS = (
    "ice_months_recent", "ice_months_lost", "ice_season_spread", "ice_loss_per_degc",
    "permafrost_zone", "ground_ice", "bedrock", "thaw_damage", "air_temperature",
    "coastal_erosion", "relative_sea_level",
)  # fmt: skip

_REACH = Column("reach_km", "float", "radius within which the statement holds", "km", required=True,
                low=0, high=25)  # fmt: skip
_COUNTRY = Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True)

PERMAFROST_PLACES = Layer(
    id="permafrost_places",
    title="Permafrost and ground ice of places, as published",
    pillar="environmental",
    geometry="point",
    columns=(
        _COUNTRY,
        _REACH,
        Column("permafrost_zone", "str", "extent of permafrost", choices=PERMAFROST_ZONES),
        Column("ground_ice", "str", "visible ice in the ground", choices=GROUND_ICE),
        Column("is_bedrock", "bool", "the place stands on bedrock; null where not stated"),
        Column(
            "ground_temperature_degc", "float", "mean annual ground temperature", "degC", low=-30, high=20
        ),
        Column("quote", "str", "the words it rests on"),
        Column(
            "tier",
            "str",
            "typed from a publication, or looked up on a map",
            required=True,
            choices=("typed", "mapped"),
        ),
        *CITED_READ,
    ),
    note="A row is what one publication says of one place.",
)

PERMAFROST_MAPS = Layer(
    id="permafrost_maps",
    title="Permafrost zones of published maps, where a source is at hand",
    pillar="environmental",
    geometry="polygon",
    columns=(
        Column("permafrost_zone", "str", "extent of permafrost", required=True, choices=PERMAFROST_ZONES),
        Column("ground_ice", "str", "visible ice in the ground", choices=GROUND_ICE),
    ),
    note="Empty unless a map is fetched: see data_sources.md.",
    is_optional=True,
)

THAW_DAMAGE = Layer(
    id="thaw_damage",
    title="Damage by thaw of permafrost, as reported",
    pillar="environmental",
    geometry="point",
    columns=(
        _COUNTRY,
        Column("applies_to", "str", "one named facility, or a town", required=True,
               choices=("facility", "town")),
        Column("kind", "str", "kind of node of the facility; null of a town"),
        Column("match_node", "str", "the node of this picture that it is"),
        Column("grade", "str", "damage of structures, or problems: processes or moderate troubles on record, "
               "and what a source of low confidence says", required=True, choices=("damage", "problems")),
        Column("what", "str", "what is damaged", required=True),
        Column("first_year", "int", "first year of the observation", low=1900, high=2100),
        Column("last_year", "int", "last year of the observation", low=1900, high=2100),
        *CITED_READ,
    ),
    note="Presence only: no report is no proof of sound ground.",
)  # fmt: skip

COASTAL_EROSION = Layer(
    id="coastal_erosion",
    title="Coastal erosion of sites and segments, as published",
    pillar="environmental",
    geometry="point",
    columns=(
        _COUNTRY,
        _REACH,
        Column("coast_kind", "str", "what the shore does, or is", required=True,
               choices=("eroding", "stable", "accreting", "bedrock", "protected")),
        Column("rate_m_per_year", "float", "mean retreat of the shore, positive inland", "m a-1",
               low=-50, high=50),
        Column("rate_low_m_per_year", "float", "lower end of the retreat", "m a-1", low=-100, high=100),
        Column("rate_high_m_per_year", "float", "upper end of the retreat", "m a-1", low=-100, high=100),
        Column("first_year", "int", "first year of the observation", low=1800, high=2100),
        Column("last_year", "int", "last year of the observation", low=1800, high=2100),
        Column("material", "str", "material of the shore"),
        Column("quote", "str", "the words it rests on"),
        *CITED_READ,
    ),
)  # fmt: skip

PORT_ICE_SEASONS = Layer(
    id="port_ice_seasons",
    title="Ice season of harbours by national ice services and publications",
    pillar="environmental",
    geometry="point",
    columns=(
        _COUNTRY,
        _REACH,
        Column("ice_months", "float", "mean months a year with ice", "months", low=0, high=12),
        Column("ice_months_low", "float", "shortest season stated", "months", low=0, high=12),
        Column("ice_months_high", "float", "longest season stated", "months", low=0, high=12),
        Column("ice_months_lost", "float", "published change, positive where the season is shorter", "months",
               low=-12, high=12),
        Column("first_year", "int", "first year of the observation", low=1800, high=2100),
        Column("last_year", "int", "last year of the observation", low=1800, high=2100),
        Column("usual_first_ice", "str", "when ice forms, as stated"),
        Column("usual_last_ice", "str", "when ice leaves, as stated"),
        Column("what", "str", "what the source describes"),
        Column("quote", "str", "the words it rests on"),
        *CITED_READ,
    ),
)  # fmt: skip

STATION_NORMALS = Layer(
    id="station_normals",
    title="Mean annual air temperature of weather stations",
    pillar="environmental",
    geometry="point",
    columns=(
        _COUNTRY,
        Column("wmo_id", "str", "WMO number or national id"),
        Column("longitude_deg", "float", "WGS 84", "degree", required=True, low=-180, high=180),
        Column("latitude_deg", "float", "WGS 84", "degree", required=True, low=50, high=90),
        Column("elevation_m", "float", "height of the station", "m", low=-100, high=4000),
        Column("first_year", "int", "first year of the period", required=True, low=1850, high=2100),
        Column("last_year", "int", "last year of the period", required=True, low=1850, high=2100),
        Column("mean_annual_air_temperature_degc", "float", "mean of the period", "degC", required=True,
               low=-30, high=15),
        Column("january_degc", "float", "mean of January", "degC", low=-60, high=15),
        Column("july_degc", "float", "mean of July", "degC", low=-15, high=25),
        Column("is_official_normal", "bool", "a normal that a weather service publishes"),
        *CITED_READ,
    ),
    note="Periods differ and are never mixed.",
)  # fmt: skip

GLOBAL_WARMING = Layer(
    id="global_warming",
    title="Global warming by year above 1850-1900",
    pillar="environmental",
    geometry="table",
    key=("year",),
    spine=(),
    is_published=False,
    columns=(
        Column("year", "int", "year", required=True, low=1850, high=2100),
        Column("warming_degc", "float", "observed annual mean", "degC", required=True, low=-1, high=6),
        Column("source_id", "str", "source", required=True),
        Column("as_of", "str", "ISO 8601", required=True),
    ),
)
