"""Power lines, gas pipelines and fibre on land between places, and what stands by at a place, as published."""

from layers.schema import CITED_READ, Column, Layer

__all__ = ["BACKUP_LINKS", "INTERCONNECTORS"]

_FROM = "end from which the row starts"
_TO = "end to which the row leads"


def _end(side: str, what: str) -> tuple[Column, ...]:
    return (
        Column(f"{side}_place", "str", f"name of the {what}", required=True),
        Column(f"{side}_vertex", "str", f"settlement or node of the picture at the {what}; null: a station"),
        Column(f"{side}_longitude_deg", "float", f"WGS 84, {what}, to 0.1 degree", "degree", required=True,
               low=-180, high=180),
        Column(f"{side}_latitude_deg", "float", f"WGS 84, {what}, to 0.1 degree", "degree", required=True,
               low=45, high=90),
        Column(f"{side}_country_iso3", "str", f"ISO 3166-1 alpha-3 of the {what}", required=True),
        Column(f"{side}_grid", "str", f"grid of which the {what} is a part; null: a place by itself"),
        Column(f"is_{side}_supplied", "bool", f"the {what} has plants, a terminal or a way out of its own",
               required=True),
    )  # fmt: skip


INTERCONNECTORS = Layer(
    id="interconnectors",
    title="Power lines, gas pipelines and fibre on land between places, as published",
    pillar="economic",
    geometry="table",
    columns=(
        Column("kind", "str", "what it is", required=True,
               choices=("power_cable", "power_line", "gas_pipeline", "land_fibre")),
        *_end("from", _FROM),
        *_end("to", _TO),
        Column("capacity", "float", "what it carries at most; null where not read", low=0),
        Column("capacity_unit", "str", "unit of the capacity",
               choices=("MW", "MVA", "GWh/d", "TWh/a", "million m3/d")),
        Column("in_service_from", "str", "day, month or year from which it served at the latest, ISO 8601"),
        Column("in_service_until", "str", "day, month or year until which it served, ISO 8601; null: it serves"),
        *CITED_READ,
    ),
    note="Lines that decide who is cut off, not all lines. Ends are schematic. No row: not read, not absent.",
)  # fmt: skip

BACKUP_LINKS = Layer(
    id="backup_links",
    title="What stands by at a place if its lines fail, as published",
    pillar="economic",
    geometry="table",
    columns=(
        Column("vertices", "str", "settlements and nodes of the picture that it serves, joined by a space",
               required=True),
        Column("flow", "str", "what it carries", required=True, choices=("data", "energy")),
        Column("kind", "str", "what it is", required=True, choices=("radio", "satellite", "generator")),
        Column("leads_to", "str", "nodes to one of which it leads, joined by a space; null: beyond the region"),
        Column("in_service_from", "str", "day, month or year from which it served at the latest, ISO 8601",
               required=True),
        Column("in_service_until", "str", "day, month or year until which it served, ISO 8601; null: it serves"),
        Column("room_low", "float", "what it carries, at least; null: room not known", low=0),
        Column("room_high", "float", "what it carries, at most; null: room not known", low=0),
        Column("room_unit", "str", "unit of the room"),
        *CITED_READ,
    ),
    note="Cited from documents that tell of no failure in which it is then asked for. No row: not read.",
)  # fmt: skip
