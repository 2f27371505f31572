"""Real failures of links and nodes, times of repair, stocks, shared risks and substitutes, as published."""

from layers.schema import CITED_READ, Column, Layer

__all__ = [
    "CABLE_FACTS", "INCIDENTS", "REPAIR_TIMES", "SHARED_RISK_GROUPS", "SUBSTITUTES", "SUPPLY_AUTONOMY",
]  # fmt: skip

_COUNTRY = Column("country_iso3", "str", "ISO 3166-1 alpha-3 of the place", required=True)
_NODES = Column("node_ids", "str", "nodes of the picture that failed or were hit, joined by a space")

INCIDENTS = Layer(
    id="incidents",
    title="Failures of cables, lines, roads, railways and plants, as published",
    pillar="economic",
    geometry="table",
    columns=(
        Column("flow", "str", "what it carried", required=True, choices=("data", "goods", "energy", "people")),
        Column("kind", "str", "what failed", required=True, choices=(
            "submarine_cable", "land_fibre", "exchange", "satellite_station", "submarine_power_cable",
            "power_line", "gas_pipeline", "railway", "road", "runway", "energy_plant", "storage", "ship")),
        Column("hazard", "str", "cause in one word", required=True),
        Column("date_from", "str", "day, month or year of the failure, ISO 8601", required=True),
        Column("date_to", "str", "day, month or year on which the thing served again, ISO 8601"),
        Column("date_to_state", "str", "the return was reported, only forecast, not read, or given up",
               required=True, choices=("reported", "announced", "not_read", "never")),
        Column("cable_links", "str", "keys of cable_links.csv that failed, joined by a space"),
        _NODES,
        Column("line", "str", "what failed, where the picture has no key for it"),
        Column("place", "str", "where it failed", required=True),
        _COUNTRY,
        Column("longitude_deg", "float", "WGS 84, where published", "degree", low=-180, high=180),
        Column("latitude_deg", "float", "WGS 84, where published", "degree", low=45, high=90),
        Column("cut_off", "str", "places and users that were cut off or slowed, joined by a semicolon"),
        Column("cut_off_extent", "str", "they lost all of the flow, a part, or nothing; null where not read",
               choices=("whole", "partial", "none")),
        Column("people_cut_off_low", "int", "people that were cut off, at least", "persons", low=0),
        Column("people_cut_off_high", "int", "people that were cut off, at most", "persons", low=0),
        Column("cut_off_days_low", "float", "until they were served again by any way, at least", "day", low=0),
        Column("cut_off_days_high", "float", "until they were served again by any way, at most", "day", low=0),
        Column("stood_in", "str", "what stood in for it"),
        Column("stood_in_keys", "str", "cable links and nodes that stood in, joined by a space"),
        Column("is_ice_hindered", "bool", "sea ice or icebergs delayed the repair, as stated", required=True),
        Column("repair_days_low", "float", "until the thing itself served again, at least", "day", low=0),
        Column("repair_days_high", "float", "until the thing itself served again, at most", "day", low=0),
        Column("cause", "str", "cause as stated", required=True),
        Column("cause_status", "str", "how sure the cause is", required=True,
               choices=("established", "suspected", "unknown")),
        *CITED_READ,
    ),
    note="Cases that were found, not a count of all. A forecast of a return is marked and is no return.",
)  # fmt: skip

REPAIR_TIMES = Layer(
    id="repair_times",
    title="Days until a failed link served again, by kind",
    pillar="economic",
    geometry="table",
    columns=(
        Column("kind", "str", "kind of incident", required=True),
        Column("condition", "str", "ice, open_water or a hazard; null: all of the kind"),
        Column("days_low", "float", "shortest", "day", required=True, low=0, high=4000),
        Column("days_high", "float", "longest", "day", required=True, low=0, high=4000),
        Column("incidents", "str", "incidents it is computed from, joined by a space"),
        Column("basis", "str", "computed from incidents, or a cited statement", required=True,
               choices=("computed", "cited")),
        *CITED_READ,
    ),
    note="The range of the incidents whose return was read. One incident is no range.",
)  # fmt: skip

SUPPLY_AUTONOMY = Layer(
    id="supply_autonomy",
    title="Days that places have to live on stock, as published",
    pillar="social",
    geometry="table",
    columns=(
        _COUNTRY,
        Column("node_ids", "str", "nodes of the place, joined by a space"),
        Column("what", "str", "the supply", required=True),
        Column("days_low", "float", "at least", "day", low=0, high=1500),
        Column("days_high", "float", "at most", "day", low=0, high=1500),
        Column("basis", "str", "a published stock; tanks over yearly use; days between deliveries; it ran short",
               required=True,
               choices=("published_stock", "capacity_over_use", "delivery_gap", "ran_short")),
        Column("stock_l", "float", "stock or tanks", "l", low=0),
        Column("use_l_per_year", "float", "use of a year", "l a-1", low=0),
        *CITED_READ,
    ),
    note="A gap between deliveries says what a stock must bridge, not what it is. No row: not known.",
)  # fmt: skip

SHARED_RISK_GROUPS = Layer(
    id="shared_risk_groups",
    title="Links that one event takes out together",
    pillar="economic",
    geometry="table",
    columns=(
        Column("kind", "str", "what they share", required=True,
               choices=("trench", "corridor", "landing", "station", "pass", "bridge")),
        Column("members", "str", "keys of cable_links.csv, joined by a space"),
        Column("other_members", "str", "roads, railways, fibres and lines without a key, joined by a semicolon"),
        *CITED_READ,
    ),
    note="Groups that a source states. Other links may share a risk too.",
)  # fmt: skip

CABLE_FACTS = Layer(
    id="cable_facts",
    title="Depth, ice and independent paths of cable systems, as published",
    pillar="economic",
    geometry="table",
    columns=(
        Column("system_key", "str", "system of cable_systems.csv; null for one that is not in it"),
        Column("greatest_depth_m", "float", "greatest depth that was read", "m", low=0, high=6000),
        Column("depth_basis", "str", "how that depth is known", choices=(
            "stated", "at a fault", "survey of the route")),
        Column("buried_to_depth_m", "float", "depth of water down to which it is buried", "m", low=0, high=6000),
        Column("burial_m", "float", "depth below the sea floor", "m", low=0, high=20),
        Column("ice_exposure", "str", "ice that a source names; null where not read",
               choices=("icebergs", "ice_scour", "sea_ice")),
        Column("states", "str", "countries of its landings in the table, joined by a hyphen"),
        Column("independent_paths", "int", "ways out of the place that a source counts", low=1, high=20),
        Column("paths_of", "str", "that place"),
        Column("repair_season", "str", "when a repair is possible, as stated"),
        *CITED_READ,
    ),
    note="Ends south of the picture are not among the states.",
)  # fmt: skip

SUBSTITUTES = Layer(
    id="substitutes",
    title="What stood in for a lost link, with its amount",
    pillar="economic",
    geometry="table",
    columns=(
        Column("stands_in_for", "str", "lost mode", required=True,
               choices=("sea", "rail", "road", "air", "power", "cable")),
        Column("by", "str", "what stands in", required=True,
               choices=("sea", "rail", "road", "air", "power", "cable", "stock")),
        Column("amount_low", "float", "at least", required=True, low=0),
        Column("amount_high", "float", "at most", required=True, low=0),
        Column("unit", "str", "unit of the amount", required=True),
        Column("incident_key", "str", "the incident it is known from; null for another"),
        *CITED_READ,
    ),
)  # fmt: skip
