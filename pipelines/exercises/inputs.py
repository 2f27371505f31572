"""What a pack is made of besides the exercise: the network, and small tables of the embedded snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from layers.flows.exercise_assets import Names
from layers.flows.naming import link_names
from pipelines import snapshot
from pipelines.exercises.hazards import node_hazards
from pipelines.picture.flow_network import assembled_network, day_of
from pipelines.sources import SOURCES

if TYPE_CHECKING:
    from pathlib import Path

    from layers.flows.assemble import Assembled

__all__ = ["Inputs", "read_inputs"]

_TABLES = ("memberships", "ports", "airfields", "cables", "military_sites", "chokepoints", "repair_times",
           "supply_autonomy", "substitutes", "shared_risk_groups", "power_plants", "terminals",
           "ground_stations", "land", "interconnectors")  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """The network, tables by layer id, the day of the picture (ISO 8601), and hazard classes by node_id.

    `hazards` is None if they were not computed: then a class is not known, never low.
    """

    assembled: Assembled
    tables: dict[str, pd.DataFrame]
    day: str
    graph_sha256: str
    hazards: dict[str, str] | None

    @property
    def names(self) -> Names:
        """Names of cables, lines, straits and risk groups, and those of military sites."""
        cables, gates, groups = (self.tables[key] for key in ("cables", "chokepoints", "shared_risk_groups"))
        straits = "strait:" + gates["feature_id"].str.removeprefix("gate-")
        risks = groups["kind"] + ":" + groups["feature_id"].str.removeprefix("risk-")
        military = self.tables["military_sites"]
        return Names(
            link_names(cables, self.tables["interconnectors"]),
            dict(zip(straits, gates["name"], strict=True)) | dict(zip(risks, groups["name"], strict=True)),
            frozenset({*military["name"], *military["site_id"], *military["feature_id"]}),
        )


def read_inputs(cache: Path | None, *, with_hazards: bool = True) -> Inputs:
    """Return the inputs of the embedded snapshot; the network and the classes come from `cache`.

    Raises
    ------
    SourceError
        If the snapshot is damaged.
    """
    assembled = assembled_network(cache)
    loaded = snapshot.load([source for source in SOURCES if source.feeds in _TABLES])
    tables = {
        name: feeds[0] if len(feeds) == 1 else pd.concat(feeds, ignore_index=True)
        for name, feeds in loaded.feeds.items()
    }
    day = day_of(snapshot.manifest_of()).isoformat()
    hazards = node_hazards(cache) if with_hazards else None
    return Inputs(assembled, tables, day, assembled.graph.hash(), hazards)
