"""INDICATORS: each thing that evidence or a climate fact can tell, in words, with its unit and its anchors.

The glossary of the command line, the documents and `explain` read this table. A test holds it to the evidence
of a picture. The anchors stand in layers.assessed.class_thresholds.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["INDICATORS", "OWN", "Indicator", "in_sentence", "title_of", "unit_in_words"]

OWN = "own"  # stands in `sources` for the list that holds the node itself

# Unit in the tables -> words for readers. CF and the columns keep the unit of the tables.
_UNITS = {
    "1": "yes or no", "degC": "°C", "m a-1": "m a year", "months K-1": "months/°C", "persons": "people",
    "report": "report", "class": "class",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of an axis: `meaning` is one sentence, `anchors` are ids, `sources` ids of sources."""

    id: str
    axis: str
    title: str
    unit: str
    meaning: str
    sources: tuple[str, ...] = (OWN,)
    anchors: tuple[str, ...] = ()


def unit_in_words(unit: str) -> str:
    """Return a unit of the tables as readers see it."""
    return _UNITS.get(unit, unit)


def title_of(indicator_id: str) -> str:
    """Return the plain title of an indicator or fact; its id in words if it has none."""
    return _TITLES.get(indicator_id, indicator_id.replace("_", " "))


def in_sentence(title: str) -> str:
    """Return a title as it stands inside a sentence; an abbreviation keeps its capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


_RAIL = ("osm_railways", "own_railheads")
_PORTS = ("nga_world_port_index", "own_arctic_ports")
_ICE = ("nsidc_ice_presence", "own_port_ice_seasons")
_TOWNS = ("geonames_cities500",)
_AIR = "metoffice_model_temperature"
_ZONES = (_AIR, "own_permafrost_mapped", "own_permafrost_places")
_CLAIMS = ("own_military_sites", "ourairports", "nga_world_port_index")

INDICATORS: tuple[Indicator, ...] = (
    Indicator("ice_season_lost", "climate", "Ice season lost", "months a year",
              "How many months with ice fewer the last ten years had than 1981-2010.",
              ("nsidc_ice_presence",), ("ice_lost_moderate", "ice_lost_high")),
    Indicator("ice_season_unreliable", "climate", "Ice season unreliable", "months",
              "How far the ice season differs from one year to the next.", ("nsidc_ice_presence",),
              ("ice_unreliable_moderate", "ice_unreliable_high")),
    Indicator("ice_months_recent", "access", "Months with ice now", "months a year",
              "How many months of a year had ice in the last ten years of the record.", _ICE),
    Indicator("ice_months_lost", "climate", "Months with ice lost", "months",
              "The months with ice of 1981-2010 less those of the last ten years.", ("nsidc_ice_presence",)),
    Indicator("ice_season_spread", "climate", "Ice season spread", "months",
              "The spread of the months with ice over the last ten years.", ("nsidc_ice_presence",)),
    Indicator("ice_loss_per_degc", "climate", "Ice lost per degree", "months K-1",
              "How many months with ice are lost for each degree of global warming.",
              ("nsidc_ice_presence",)),
    Indicator("permafrost_thaw", "climate", "Permafrost thaw", "class",
              "The class of thaw by zone, ground ice, air temperature and reported damage.",
              (*_ZONES, "own_thaw_damage"), ("warm_permafrost",)),
    Indicator("permafrost_zone", "climate", "Permafrost zone", "class",
              "How much ground is frozen all year: continuous, discontinuous, sporadic, isolated, none.",
              _ZONES),
    Indicator("ground_ice", "climate", "Ground ice", "class",
              "How much ice the frozen ground holds, which settles where it thaws.",
              ("own_permafrost_places", "nsidc_ggd318_permafrost")),
    Indicator("bedrock", "climate", "Bedrock", "class",
              "Whether the site stands on rock, which does not settle.", ("own_permafrost_places",)),
    Indicator("thaw_damage", "climate", "Damage by thaw", "report",
              "Whether a publication reports damage by thaw at the facility or in its town.",
              ("own_thaw_damage",)),
    Indicator("air_temperature", "climate", "Mean air temperature", "degC",
              "The yearly mean of the air, from one climate model corrected by weather stations.", (_AIR,),
              ("warm_permafrost",)),
    Indicator("coastal_erosion", "climate", "Coastal erosion", "m a-1",
              "How fast the shore retreats.", ("own_coastal_erosion", "arctic_coastal_dynamics"),
              ("erosion_moderate", "erosion_high")),
    Indicator("relative_sea_level", "climate", "Relative sea level", "m by 2100",
              "How far the sea rises (+) or falls (-) against the land by 2100, against 1995-2014.",
              ("own_sea_level_projections", "ipcc_ar6_sea_level"),
              ("level_rise_moderate", "level_rise_high", "depth_deep", "depth_shallow")),
    Indicator("charted_depth", "climate", "Charted depth", "m",
              "The deepest charted approach or pier, from which a falling sea takes.", (OWN,),
              ("depth_deep", "depth_shallow")),
    Indicator("approach_depth", "military", "Approach depth", "m",
              "The depth of water on the way to the quay, lower end of a bin.", (OWN, "own_overrides"),
              ("approach_zero", "approach_one")),
    Indicator("pier_depth", "military", "Pier depth", "m",
              "The depth of water at the cargo pier, lower end of a bin.", (OWN, "own_overrides"),
              ("pier_zero", "pier_one")),
    Indicator("large_ships", "military", "Large ships", "m",
              "Whether the port takes long ships, or ships that roll their cargo on and off.",
              (OWN, "own_overrides"), ("vessel_length",)),
    Indicator("sustainment", "military", "Repair and lift", "class",
              "The best of what the port repairs, docks and lifts.", (OWN, "own_overrides")),
    Indicator("runway_length", "military", "Runway length", "m",
              "The length of the longest paved runway.", (OWN, "own_overrides"),
              ("runway_short", "runway_long")),
    Indicator("runway_width", "military", "Runway width", "m",
              "The width of that runway; a narrower one counts for nothing.", (OWN, "own_overrides"),
              ("runway_width",)),
    Indicator("systems_in_service", "military", "Cable systems", "systems",
              "How many submarine cable systems in service land here.", (OWN,), ("systems_one",)),
    Indicator("capacity", "military", "Installed capacity", "MW",
              "The electric power that the site can make.", (OWN,), ("capacity_zero", "capacity_one")),
    Indicator("dependent_node", "military", "Node that depends on it", "1",
              "Whether a port or airfield lies within 25 km of the energy site."),
    Indicator("listed_material", "military", "Listed raw material", "1",
              "Whether the mine holds a raw material on NATO's or the EU's strategic list."),
    Indicator("producing_or_strategic", "military", "Producing or strategic", "1",
              "Whether the mine produces, or is a strategic project of the EU."),
    Indicator("gauge", "military", "Track gauge", "mm",
              "The width of the track, which decides whose trains can come."),
    Indicator("to_port_or_border", "military", "Leads to a port or border", "1",
              "Whether the railhead lies within 10 km of a port or is a border station."),
    Indicator("civil_and_public", "military", "Civil and public", "1",
              "Whether a civil body runs the ground station in public view."),
    Indicator("polar_orbit", "military", "Serves polar orbits", "1",
              "Whether the ground station serves satellites in polar orbits."),
    Indicator("land_mode", "military", "Railway or main road", "km",
              "How far the nearest railway or main road is.", ("osm_railways", "osm_roads", "own_railheads"),
              ("land_near",)),
    Indicator("runway_near", "military", "Runway near by", "m",
              "The longest paved runway within 50 km.", ("ourairports", OWN),
              ("runway_short", "runway_long")),
    Indicator("deep_port", "military", "Deep port near by", "km",
              "How far the nearest other port with 10.7 m of water is.", _PORTS,
              ("deep_port_one", "deep_port_zero")),
    Indicator("railway", "military", "Railway near by", "km", "How far the nearest railway is.", _RAIL,
              ("land_near",)),
    Indicator("supply_by_sea_or_rail", "military", "Supply by sea or rail", "class",
              "The better of a deep port and a railway near the airfield.", (*_PORTS, *_RAIL),
              ("deep_port_one", "deep_port_zero", "land_near")),
    Indicator("route", "military", "Sea route near by", "km",
              "How far the nearest named Arctic sea route is.", ("own_sea_routes",),
              ("route_one", "route_zero")),
    Indicator("narrow", "military", "Narrow near by", "km",
              "How far the nearest strait of 200 km or less is.", ("own_chokepoints",),
              ("narrow_one", "narrow_zero")),
    Indicator("scarcity", "military", "Next of its capability", "km",
              "How far the nearest other node of its kind is that can do as much.", (OWN,),
              ("scarcity_zero", "scarcity_one")),
    Indicator("documented_use", "military", "Documented military use", "1",
              "Whether a public document tells of military use.", ("own_documented_dual_use",)),
    Indicator("claim_high", "military", "Military site, high confidence", "km",
              "How far the nearest site is that public sources call military with high confidence.", _CLAIMS,
              ("claim_near",)),
    Indicator("claim_medium", "military", "Military site, medium confidence", "km",
              "How far the nearest site is that public sources call military with medium confidence.",
              _CLAIMS, ("claim_near",)),
    Indicator("claim_low", "military", "Military site, low confidence", "km",
              "How far the nearest site is that public sources call military with low confidence.", _CLAIMS,
              ("claim_near",)),
    Indicator("ten_t_network", "military", "TEN-T network", "1",
              "Whether the node is on the trans-European transport network.", ("own_ten_t", "eu_ten_t")),
    Indicator("strategic_material", "military", "Strategic material", "1",
              "Whether the mine has a strategic project or a material of the highest tiers.",
              (OWN, "own_materials", "own_strategic_projects")),
    Indicator("people_without_another", "civil", "People without another", "persons",
              "People within 50 km who have no other usable node of the kind within 100 km by road or rail; "
              "short gaps of the extract are taken as closed.",
              _TOWNS, ("captive_moderate", "captive_high", "sole_supply")),
    Indicator("largest_place_without_another", "civil", "Largest place without another", "persons",
              "The people of the largest whole place that has no other usable node of the kind.", _TOWNS,
              ("captive_place",)),
    Indicator("people_within_50_km", "civil", "People within 50 km", "persons",
              "People in places within 50 km that state a population.", _TOWNS, ("reached_moderate",)),
    Indicator("official_document", "dual_use", "Official document", "1",
              "An official public document calls the node dual-use.", ("own_documented_dual_use",)),
    Indicator("deep_water", "dual_use", "Deep water", "1", "A channel or anchorage of 10.7 m and more."),
    Indicator("berth", "dual_use", "Berth", "1", "A pier depth or wharf is reported."),
    Indicator("roro", "dual_use", "Ro-ro", "1", "Cargo can roll on and off."),
    Indicator("fuel", "dual_use", "Fuel", "1", "Fuel can be had; for airfields no open list says so."),
    Indicator("crane", "dual_use", "Crane", "1", "A crane or lift is reported."),
    Indicator("tug", "dual_use", "Tug", "1", "Tugs assist ships."),
    Indicator("shelter", "dual_use", "Shelter", "1", "The shelter of the harbour is good or excellent."),
    Indicator("paved_1067_m", "dual_use", "Paved, 1,067 m", "1", "A paved runway of 1,067 m and more."),
    Indicator("paved_2359_m", "dual_use", "Paved, 2,359 m", "1", "A paved runway of 2,359 m and more."),
    Indicator("width_27_4_m", "dual_use", "Width 27.4 m", "1", "A runway 27.4 m wide and more."),
    Indicator("scheduled", "dual_use", "Scheduled flights", "1", "Scheduled passenger flights call."),
    Indicator("port_or_rail", "dual_use", "Port or railway near by", "1",
              "A port or a railway is near enough to bring supply.", (OWN, *_RAIL)),
    Indicator("electrified", "dual_use", "Electrified", "1", "The line is electrified."),
    Indicator("system_in_service", "dual_use", "System in service", "1",
              "An international or inter-island cable system in service lands."),
    Indicator("only_landing", "dual_use", "Only landing", "1", "No other landing lies within 100 km."),
    Indicator("serves_ground_station", "dual_use", "Serves a ground station", "1",
              "A ground station lies within 50 km."),
    Indicator("only_supply", "dual_use", "Only supply", "1", "No other energy site lies within 100 km."),
)  # fmt: skip

_TITLES = {row.id: row.title for row in INDICATORS}
