"""The hazard class of each node of the embedded snapshot as of today, kept on disk beside the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.compose import compose
from layers.regions import REGIONS
from layers.scenarios import SCENARIOS
from pipelines import snapshot
from pipelines.picture.flow_network import day_of, kept_tables, snapshot_key
from pipelines.sources import SOURCES

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["node_hazards"]


def node_hazards(cache: Path | None) -> dict[str, str]:
    """Return low, moderate, high or unknown by node_id, of the climate as it is (the scenario `today`)."""
    manifest = snapshot.manifest_of()
    feeds = frozenset(row["feeds"] for row in manifest["sources"])

    def make() -> dict[str, pd.DataFrame]:
        loaded = snapshot.load(SOURCES)
        # Draws test a flag, not a class: one is enough.
        picture = compose(
            loaded.feeds, loaded.grids, region=REGIONS[0], scenario=SCENARIOS[0],
            day=day_of(manifest), draws=1, seed=0, sources=(), ready=loaded.static,
        )  # fmt: skip
        return {"hazards": picture.tables["nodes"][["node_id", "hazard_class"]].reset_index(drop=True)}

    key = snapshot_key(manifest, feeds, SCENARIOS[0].id)
    table = kept_tables(cache, f"hazards-{key}", ("hazards",), make)["hazards"]
    known = table["hazard_class"].fillna("unknown")
    return dict(zip(table["node_id"], known, strict=True))
