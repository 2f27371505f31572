"""What stands in for a closed asset: nodes of its kind with capacity and hazard class, published cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.flows.exercise_ways import SUBSTITUTED_KINDS, nodes_in_place

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from layers.flows.assemble import Assembled
    from layers.flows.closures import Closed
    from layers.flows.exercise import Exercise
    from layers.flows.exercise_assets import Asset
    from pipelines.exercises.inputs import Inputs

__all__ = ["STAND_IN_COLUMNS", "stand_ins"]

# `basis` is `network` (an open node of the same kind) or `published` (it stood in somewhere, for another
# loss). `hazard_class` is that of the node itself. `unknown` says what a user must ask.
STAND_IN_COLUMNS = ("inject", "asset", "basis", "stand_in", "vertex_id", "country_iso3", "land_km",
                    "straight_km", "fits", "capacity", "hazard_class", "unknown", "source")  # fmt: skip
_MODE_OF = {
    "port": "sea",
    "airfield": "air",
    "rail_terminal": "rail",
    "strait": "sea",
    "cable_landing": "cable",
}
_UNKNOWN = "room on the day, handling, consent of the owner"


def stand_ins(
    assembled: Assembled, exercise: Exercise, assets: dict[str, Asset], shut: Closed, inputs: Inputs
) -> pd.DataFrame:
    """Return what can stand in for each closed asset (columns `STAND_IN_COLUMNS`)."""
    rows: list[dict[str, Any]] = []
    for inject in exercise.injects:
        asset = assets[inject.id]
        if inject.action == "open":
            continue
        if asset.kind in SUBSTITUTED_KINDS:
            size = _sizes(assembled.graph.vertices["vertex_id"], asset.kind, inputs)
            near = nodes_in_place(
                assembled.graph, exercise.month, shut, asset.vertex, size, _FLOOR.get(asset.kind, np.nan)
            )
            rows += [_node(inject.id, asset, row, inputs) for row in near.to_dict("records")]
        rows += _published(inject.id, asset, inputs.tables["substitutes"])
    return pd.DataFrame(rows, columns=list(STAND_IN_COLUMNS))


def _node(inject: str, asset: Asset, row: dict[str, Any], inputs: Inputs) -> dict[str, Any]:
    hazard = "not computed" if inputs.hazards is None else inputs.hazards.get(row["vertex_id"], "not a node")
    return {
        "inject": inject, "asset": asset.name, "basis": "network", "stand_in": row["name"],
        **{name: row[name] for name in ("vertex_id", "country_iso3", "land_km", "straight_km", "fits")},
        "capacity": _capacity(asset.kind, row["vertex_id"], inputs), "hazard_class": hazard,
        "unknown": _UNKNOWN, "source": "flow network of the picture",
    }  # fmt: skip


# What measures a node of a kind: the layer and its column.
_SIZE = {"port": ("ports", "harbor_size"), "airfield": ("airfields", "runway_length_m"),
         "energy_site": ("power_plants", "capacity_mw")}  # fmt: skip

# Smaller ones are shown only if they are the nearest: the World Port Index calls even Narvik very small.
_FLOOR = {"port": 2.0}
# Sizes of the World Port Index in order.
_HARBOUR = {"Very Small": 1.0, "Small": 2.0, "Medium": 3.0, "Large": 4.0}


def _sizes(vertex_ids: pd.Series, kind: str, inputs: Inputs) -> NDArray[np.float64]:
    """Return the size of each vertex by which nodes of a kind are compared, NaN if it is not known."""
    if kind not in _SIZE:
        return np.full(len(vertex_ids), np.nan)
    layer, column = _SIZE[kind]
    table = inputs.tables[layer].drop_duplicates("feature_id")
    values = table[column].map(_HARBOUR) if kind == "port" else table[column]
    known = dict(zip(f"{kind}:" + table["feature_id"], values.astype("float64"), strict=True))
    return vertex_ids.map(known).to_numpy(float)


def _capacity(kind: str, vertex_id: str, inputs: Inputs) -> str:
    """Return the published capacity of a node in words; what is not on file is called unknown."""
    key = vertex_id.partition(":")[2]
    if kind == "port":
        return _of(inputs.tables["ports"], key, _port)
    if kind == "airfield":
        return _of(inputs.tables["airfields"], key, _airfield)
    if kind == "energy_site":
        return _of(inputs.tables["power_plants"], key.removeprefix("plant-"), _energy)
    return "capacity unknown"


def _of(table: pd.DataFrame, key: str, words: Any) -> str:
    rows = table[table["feature_id"] == key]
    return str(words(rows.iloc[0])) if len(rows) else "capacity unknown"


def _port(row: pd.Series) -> str:
    parts = [
        f"largest draught {_number(row['max_vessel_draft_m'])} m",
        f"pier {_number(row['cargo_pier_depth_low_m'])} to {_number(row['cargo_pier_depth_high_m'])} m",
        f"ro-ro {_yes(row['has_facilities_ro_ro'])}", f"containers {_yes(row['has_facilities_container'])}",
        f"size {row['harbor_size'] if isinstance(row['harbor_size'], str) else 'unknown'}",
    ]  # fmt: skip
    return (
        ", ".join(parts)
        .replace("pier unknown to unknown m", "pier depth unknown")
        .replace("unknown m", "unknown")
    )


def _airfield(row: pd.Series) -> str:
    paved = row["paved_length_m"]
    surface = f"{paved:.0f} m of it paved" if pd.notna(paved) and paved > 0 else "paved length unknown"
    lit = _yes(row["is_runway_lit"])
    return f"runway {_number(round(row['runway_length_m'], 0))} m, {surface}, lights {lit}".replace(
        "unknown m", "unknown"
    )


def _energy(row: pd.Series) -> str:
    return (
        f"{_number(row['capacity_mw'])} MW, {row['fuel'] if isinstance(row['fuel'], str) else 'fuel unknown'}"
    )


def _number(value: Any) -> str:
    return "unknown" if pd.isna(value) else f"{value:g}"


def _yes(value: Any) -> str:
    return "unknown" if pd.isna(value) else "yes" if value else "no"


def _published(inject: str, asset: Asset, substitutes: pd.DataFrame) -> list[dict[str, Any]]:
    mode = _MODE_OF.get(asset.kind, asset.kind)
    rows = substitutes[substitutes["stands_in_for"] == mode]
    return [
        {
            "inject": inject, "asset": asset.name, "basis": "published",
            "stand_in": f"{row['name']} (by {row['by']})",
            "vertex_id": "", "country_iso3": "", "land_km": float("nan"), "straight_km": float("nan"),
            "fits": "unknown",
            "capacity": _amount(row), "hazard_class": "not applicable",
            "unknown": "whether it can be had here", "source": f"{row['source_title']}, {row['source_url']}",
        }
        for _, row in rows.iterrows()
    ]  # fmt: skip


def _amount(row: pd.Series) -> str:
    low, high = row["amount_low"], row["amount_high"]
    return f"{low:g} {row['unit']}" if low == high else f"{low:g} to {high:g} {row['unit']}"
