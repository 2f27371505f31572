"""The fold over LAYERS: merge what sources feed, derive what follows, check every table."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from layers.catalog import LAYERS
from layers.errors import SchemaError
from layers.picture import Picture, SourceNote
from layers.schema import conform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    import pandas as pd
    import xarray as xr

    from layers.regions import Region
    from layers.scenarios import Scenario

__all__ = ["compose"]


def compose(
    feeds: Mapping[str, Sequence[pd.DataFrame]],
    grids: Mapping[str, xr.Dataset],
    *,
    region: Region,
    scenario: Scenario,
    day: date,
    draws: int,
    seed: int,
    sources: Sequence[SourceNote],
    report: Callable[[str], None] = lambda _: None,
) -> Picture:
    """Make the picture of `region` from the conformed tables that sources feed, by layer id.

    Everything is judged on the whole snapshot and cut to the region at the end, so a node has the
    same values in every region. `report` hears the id of each layer as it is made.

    Raises
    ------
    SchemaError
        If a layer has no source, or a table breaks its layer's contract.
    """
    given: dict[str, Any] = {
        "grids": grids, "scenario": scenario, "day": day, "draws": draws, "seed": seed,
    }  # fmt: skip
    tables: dict[str, pd.DataFrame] = {}
    for layer in LAYERS:
        report(layer.id)
        if layer.derive is None:
            frames = feeds.get(layer.id)
            if not frames:
                msg = f"layer {layer.id}: expected a source that feeds it, found none: rebuild the snapshot"
                raise SchemaError(msg)
            # A source's table was conformed when it was read; only a merge makes a new one.
            tables[layer.id] = frames[0] if len(frames) == 1 else conform(layer.merge(frames), layer)
        else:
            names = inspect.signature(layer.derive).parameters
            made = layer.derive(**{name: (given | tables)[name] for name in names})
            tables[layer.id] = conform(made, layer)
    shown = tuple(layer for layer in LAYERS if layer.is_published)
    return Picture(
        region=region,
        scenario=scenario,
        day=day,
        layers=shown,
        tables=_cut({layer.id: tables[layer.id] for layer in shown}, region),
        sources=tuple(sources),
    )


def _cut(tables: dict[str, pd.DataFrame], region: Region) -> dict[str, pd.DataFrame]:
    """The rows of each table that touch the region; evidence follows its nodes."""
    if region.is_cap and region.south_deg <= 58.0:
        return tables
    outline = region.outline
    shapely.prepare(outline)
    cut = {}
    for name, table in tables.items():
        kept = table
        if isinstance(table, gpd.GeoDataFrame):
            kept = table[shapely.intersects(outline, table.geometry.to_numpy())].reset_index(drop=True)
        cut[name] = kept
    evidence = cut["evidence"]
    held = evidence["node_id"].isin(set(cut["nodes"]["node_id"]))
    cut["evidence"] = evidence[held].reset_index(drop=True)
    return cut
