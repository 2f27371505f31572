"""What a loss of a node would mean in time and way: days of repair, days on stock, detour, substitute.

Days of repair are those of real incidents of the same kind (`repair_times`), days on stock those of the
place of the node (`supply_autonomy`); a kind or a place without a row is unknown, never 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.assessed.network_reader import NETWORK_OF, reading_network
from layers.borders import borders
from layers.flows.node_detours import node_detours, substitutes
from layers.flows.recovery import repair_range
from layers.schema import Column, Layer

if TYPE_CHECKING:
    import geopandas as gpd

    from layers.flows.assemble import Assembled

__all__ = ["NODE_RECOVERY", "REPAIRED_AS"]

# The kind of incident (`repair_times`) that the loss of a node of a kind is like.
REPAIRED_AS = {
    "airfield": "runway", "cable_landing": "submarine_cable", "energy_site": "energy_plant",
    "ground_station": "satellite_station", "rail_terminal": "railway",
}  # fmt: skip
_SUBSTITUTED = ("port", "airfield", "rail_terminal", "cable_landing")
_MONTHS = (3, 9)  # of least and of most open water


def _node_recovery(
    network: Assembled,
    repair_times: pd.DataFrame,
    supply_autonomy: pd.DataFrame,
    node_sites: gpd.GeoDataFrame,
    closed_borders: pd.DataFrame,
    ports: pd.DataFrame,
    airfields: pd.DataFrame,
    network_day: str,
) -> pd.DataFrame:
    vertices = network.graph.vertices
    ids = vertices["vertex_id"].to_numpy(object)
    table = pd.DataFrame({"node_id": node_sites["node_id"].to_numpy(object)})
    table = table.join(_repair(node_sites["kind"], repair_times))
    table = table.merge(_stock(node_sites, supply_autonomy), on="node_id", how="left")
    for month in _MONTHS:
        found = node_detours(network, month)
        detour = pd.DataFrame({
            "node_id": ids[found["node"].to_numpy(np.int64)],
            f"detour_{month:02d}_km": found["detour_km"].astype(float).round(1),
            f"detour_{month:02d}_place": vertices["name"].to_numpy(object)[found["place"].to_numpy(np.int64)],
            f"detour_{month:02d}_places": found["places"].astype("Int64"),
        })  # fmt: skip
        table = table.merge(detour, on="node_id", how="left")
    closed = borders(closed_borders, network_day).impassable
    size = _capacity(vertices["vertex_id"], ports, airfields)
    size = size["substitute_draught_m"].fillna(size["substitute_runway_m"]).to_numpy(float)
    near = substitutes(network.graph, _SUBSTITUTED, closed, size)
    near = pd.DataFrame({
        "node_id": ids[near["node"]], "substitute_id": ids[near["other"]],
        "substitute": vertices["name"].to_numpy(object)[near["other"]],
        "substitute_land_km": near["land_km"].round(1),
        "substitute_straight_km": near["straight_km"].round(1), "substitute_fits": near["fits"],
    })  # fmt: skip
    table = table.merge(near, on="node_id", how="left")
    return table.join(_capacity(table["substitute_id"], ports, airfields)).assign(network_of=network_day)


def _repair(kinds: pd.Series, repair_times: pd.DataFrame) -> pd.DataFrame:
    """Return days of repair by kind of node, in the order of `kinds`."""
    ranges = {kind: repair_range(repair_times, name) for kind, name in REPAIRED_AS.items()}
    rows = [ranges.get(kind) for kind in kinds]
    known = [REPAIRED_AS[kind] if one else None for kind, one in zip(kinds, rows, strict=True)]
    return pd.DataFrame({
        "repaired_as": known, "repair_low_days": [one.days_low if one else np.nan for one in rows],
        "repair_high_days": [one.days_high if one else np.nan for one in rows],
        "repair_incidents": pd.array([one.incidents if one else None for one in rows], dtype="Int64"),
    })  # fmt: skip


def _stock(node_sites: pd.DataFrame, supply_autonomy: pd.DataFrame) -> pd.DataFrame:
    """Return for each node the supply of its place that is on file and lasts shortest."""
    place = dict(zip(node_sites["node_id"], node_sites["place_id"], strict=True))
    rows = supply_autonomy.assign(node=supply_autonomy["node_ids"].str.split()).explode("node")
    rows = rows.assign(place_id=rows["node"].map(place)).dropna(subset=["place_id"])
    least = rows["days_low"].fillna(rows["days_high"])
    rows = rows.assign(least=least).sort_values(["least", "feature_id"]).drop_duplicates("place_id")
    found = node_sites[["node_id", "place_id"]].merge(rows, on="place_id")
    return pd.DataFrame({
        "node_id": found["node_id"], "stock_of": found["what"], "stock_low_days": found["days_low"],
        "stock_high_days": found["days_high"], "stock_basis": found["basis"],
        "stock_row": found["feature_id"],
    })  # fmt: skip


def _capacity(other: pd.Series, ports: pd.DataFrame, airfields: pd.DataFrame) -> pd.DataFrame:
    """Return what the sources say that the substitutes take; null where they say nothing."""
    port, field = (
        table.drop_duplicates("feature_id").set_index("feature_id") for table in (ports, airfields)
    )
    keys = {
        kind: other.where(other.str.startswith(f"{kind}:", na=False)).str.partition(":")[2]
        for kind in ("port", "airfield")
    }
    return pd.DataFrame({
        "substitute_draught_m": keys["port"].map(port["max_vessel_draft_m"]).astype("float64"),
        "has_substitute_ro_ro": keys["port"].map(port["has_facilities_ro_ro"]).astype("boolean"),
        "substitute_runway_m": keys["airfield"].map(field["runway_length_m"]).astype("float64"),
    })  # fmt: skip


def _detour(month: int, name: str) -> tuple[Column, ...]:
    return (
        Column(f"detour_{month:02d}_km", "float", f"longest detour of a settlement in {name} if the node "
               "fails; null: none of more than 5 km", "km", low=5),
        Column(f"detour_{month:02d}_place", "str", "that settlement"),
        Column(f"detour_{month:02d}_places", "int", "settlements with a detour", low=1),
    )  # fmt: skip


NODE_RECOVERY = Layer(
    id="node_recovery",
    title="If a node fails: days of repair and on stock, detour and substitute",
    pillar="economic",
    geometry="table",
    spine=(),
    key=("node_id",),
    columns=(
        Column("node_id", "str", "the node", required=True),
        Column("repaired_as", "str", "kind of incident in `repair_times`; null: none was read for its kind"),
        Column("repair_low_days", "float", "shortest repair that was read", "day", low=0),
        Column("repair_high_days", "float", "longest repair that was read", "day", low=0),
        Column("repair_incidents", "int", "incidents behind them; one is no range", low=0),
        Column("stock_of", "str", "supply of the place on file that lasts shortest; null: not known"),
        Column("stock_low_days", "float", "it lasts at least", "day", low=0),
        Column("stock_high_days", "float", "it lasts at most", "day", low=0),
        Column("stock_basis", "str", "how that is known, as in `supply_autonomy`"),
        Column("stock_row", "str", "its row in `supply_autonomy`"),
        *_detour(3, "March"),
        *_detour(9, "September"),
        Column("substitute_id", "str", "nearest other of the kind; one of its size within 300 km first"),
        Column("substitute", "str", "its name"),
        Column("substitute_land_km", "float", "by main road and railway; null: not within 300 km", "km",
               low=0),
        Column("substitute_straight_km", "float", "in a straight line", "km", low=0),
        Column("substitute_fits", "str", "whether it is of four fifths of the draught or runway of the node",
               choices=("large_enough", "smaller", "unknown")),
        Column("substitute_draught_m", "float", "largest draught of a port; null: unknown", "m", low=0),
        Column("has_substitute_ro_ro", "bool", "a port has ro-ro; null: unknown"),
        Column("substitute_runway_m", "float", "runway of an airfield; null: unknown", "m", low=0),
        NETWORK_OF,
    ),
    note="Ranges of incidents that were read, no forecast. Detours of ports and rail terminals are of "
         "goods by sea, rail and road, of airfields of people, on assumed flights too. Whether a substitute "
         "has room is not known; its hazard class is that of its own row in `nodes`.",
    derive=reading_network(_node_recovery),
)  # fmt: skip
