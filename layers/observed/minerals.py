"""Mines and plants, strategic projects, raw-material lists and national production."""

from layers.schema import CITED_READ, Column, Layer

__all__ = [
    "MATERIALS", "MATERIAL_LIST_ITEMS", "MINERAL_PRODUCTION", "MINES", "PRECISIONS", "SITE_KINDS", "STAGES",
    "STRATEGIC_PROJECTS", "SUPPLY_STAGES", "UNKNOWN",
]  # fmt: skip

# A concentrator or dressing plant is counted with the mine that it serves.
SITE_KINDS = ("mine", "smelter", "refinery", "deposit")
STAGES = ("operating", "standby", "construction", "feasibility", "exploration", "closed")
PRECISIONS = ("exact", "town", "approximate")
UNKNOWN = "unknown"  # owner without a source
SUPPLY_STAGES = ("mining", "refining")
NUMBER_STATES = (
    "reported", "estimated", "provisional", "not stated", "withheld", "not available", "under half a unit",
    "counted elsewhere",
)  # fmt: skip

MINES = Layer(
    id="mines",
    title="Mines, smelters, refineries and deposits",
    pillar="economic",
    geometry="point",
    columns=(
        Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True),
        Column("kind", "str", "what it is", required=True, choices=SITE_KINDS),
        Column("kind_stated", "str", "the same in the words of the source"),
        Column("commodity", "str", "primary commodity", required=True),
        Column("byproducts", "str", "other commodities"),
        Column("confidence", "str", "confidence the source gives its own row"),
        Column("stage", "str", "how far it is; null where the source does not state it", choices=STAGES),
        Column("subnational_unit", "str", "region, state or province of the country"),
        Column("position_precision", "str", "how the place is known; null where not stated", choices=PRECISIONS),
        Column("operator", "str", "who works it"),
        Column("owner", "str", "who owns it, by the document at `owner_url`; unknown without one"),
        Column("owner_state", "str", "ISO 3166-1 alpha-3 of the owner's state as that document gives it, "
               "`;` separated; unknown where it does not"),
        Column("owner_url", "str", "address that names the owner"),
        Column("reserves", "str", "published reserves with their unit"),
        Column("unread", "str", "what of the row is from memory and was read nowhere, `;` separated"),
        Column("source_title", "str", "document behind the row; null for a row of a list"),
        Column("source_url", "str", "address of that document"),
        Column("note", "str", "remark"),
        Column("replaces", "str", "keys of rows of other lists that it corrects, `;` separated"),
    ),
    note="Sites the source withholds (S&P-derived) are absent: no mine shown is not no mine there.",
)  # fmt: skip

STRATEGIC_PROJECTS = Layer(
    id="strategic_projects",
    title="EU strategic raw-material projects",
    pillar="economic",
    geometry="point",
    columns=(
        Column("country_iso3", "str", "ISO 3166-1 alpha-3", required=True),
        Column("promoter", "str", "who promotes it", required=True),
        Column("materials", "str", "materials named in the decision", required=True),
        Column("activity", "str", "extraction, processing …", required=True),
        Column("list", "str", "which list of the Commission", required=True),
        Column("designated", "str", "date of the decision, ISO 8601", required=True),
        Column("position", "str", "how the place is known", required=True),
        Column("reference", "str", "where it was read", required=True),
        Column("confidence", "str", "our confidence", required=True),
        Column("note", "str", "what is open"),
    ),
    note="Positions are approximate; the second call of 2026 is not in it.",
)

MATERIALS = Layer(
    id="materials",
    title="Raw materials on the NATO, EU and US lists",
    pillar="economic",
    geometry="table",
    key=("material",),
    spine=(),
    columns=(
        Column("material", "str", "material", required=True),
        Column("match_regex", "str", "pattern that finds it in a commodity string", required=True),
        Column("nato_2024", "int", "on NATO's list of 11 December 2024", required=True, low=0, high=1),
        Column("eu_strategic_2024", "int", "EU strategic, Reg. (EU) 2024/1252 annex I", required=True, low=0, high=1),
        Column("eu_strategic_grade_limit", "str", "grade the EU list asks for"),
        Column("eu_critical_2024", "int", "EU critical, annex II", required=True, low=0, high=1),
        Column("us_critical_2025", "int", "US final list of 7 November 2025", required=True, low=0, high=1),
        Column("tier", "str", "A both NATO and EU strategic, B one, C another list, D none",
               required=True, choices=("A", "B", "C", "D")),
        Column("source_id", "str", "source", required=True),
        Column("as_of", "str", "ISO 8601", required=True),
    ),
)  # fmt: skip

MATERIAL_LIST_ITEMS = Layer(
    id="material_list_items",
    title="Items of the NATO, EU and US lists of raw materials",
    pillar="economic",
    geometry="table",
    columns=(
        Column("list_id", "str", "the list, a column of `materials`", required=True),
        Column("list_name", "str", "name of the list", required=True),
        Column("issuer", "str", "who issued the list", required=True, choices=("NATO", "EU", "US")),
        Column("position", "int", "place of the item in the list", required=True, low=1),
        Column("grade", "str", "grade that the item asks for; null where it names none"),
        Column("materials", "str", "materials of `materials` that it covers, `;` separated", required=True),
        *CITED_READ,
    ),
    note="A row is one item in the words of its list: NATO 12, EU strategic 17, EU critical 34, US 60.",
)

MINERAL_PRODUCTION = Layer(
    id="mineral_production",
    title="Production of raw materials by country",
    pillar="economic",
    geometry="table",
    columns=(
        Column("country_iso3", "str", "ISO 3166-1 alpha-3; null for the other countries together"),
        Column("commodity", "str", "commodity in the words of the source", required=True),
        Column("material", "str", "the material of `materials`", required=True),
        Column(
            "stage",
            "str",
            "mining, or refining (smelters and plants too)",
            required=True,
            choices=SUPPLY_STAGES,
        ),
        Column("year", "int", "year of production", required=True, low=2000, high=2100),
        Column(
            "production",
            "float",
            "production of the whole country; null where the source has no number",
            low=0,
        ),
        Column("unit", "str", "unit of production", required=True),
        Column("state", "str", "what the source says of its number", required=True, choices=NUMBER_STATES),
        Column("world_share", "float", "share of the world total", "1", low=0, high=1),
    ),
    note="Whole countries, not their Arctic parts. The two sources differ in what they count (ore, content).",
)
