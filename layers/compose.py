"""The fold over LAYERS: merge what sources feed, derive what follows, check every table."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from layers.catalog import LAYERS
from layers.errors import SchemaError
from layers.picture import Picture, SourceNote
from layers.redaction import Redaction, empty
from layers.schema import conform
from layers.source_outage import SourceOutage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    import pandas as pd
    import xarray as xr

    from layers.regions import Region
    from layers.scenarios import Scenario
    from layers.schema import Layer

__all__ = ["compose", "derive_static", "static_layers", "within"]


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
    made: Mapping[str, pd.DataFrame] | None = None,
    asked: Sequence[Layer] = (),
    samples: int = 0,
    redaction: Redaction | None = None,
    expires: date | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> Picture:
    """Make the picture of `region` from the conformed tables that sources feed, by layer id.

    Everything is judged on the whole snapshot and cut to the region at the end, so a node has the
    same values in every region. `made` holds derived layers that are ready, by id (see `static_layers`);
    `asked` are layers of ON_REQUEST, `samples` the sample size of the sensitivity; `redaction` keeps from an
    audience what is not for it, and then nothing ready made is used; `expires` is the picture's; `report`
    hears the id of each layer as it is made.

    Raises
    ------
    SchemaError
        If a layer has no source, or a table breaks its layer's contract.
    """
    given = {"grids": grids, "scenario": scenario, "day": day, "draws": draws, "seed": seed,
             "samples": samples}  # fmt: skip
    layers = (*LAYERS, *asked)
    redaction = redaction if redaction and redaction.hides_any(layers) else None
    outage = SourceOutage.of(sources)
    tables = _fold(feeds, given, layers, {} if redaction else made or {}, report, redaction, outage)
    shown = tuple(layer for layer in layers if layer.is_published)
    if redaction:
        shown, tables = redaction.drawn(shown, tables, feeds)
    if outage:
        tables = {layer.id: outage.shown(tables[layer.id], layer) for layer in shown}
    return Picture(
        region=region,
        scenario=scenario,
        day=day,
        layers=shown,
        tables=_cut({layer.id: tables[layer.id] for layer in shown}, region),
        sources=(*sources, *(redaction.notes(tables, day) if redaction else ())),
        grids=grids,
        withheld=len(redaction.touched(layers)) if redaction else 0,
        expires=expires,
    )


def static_layers() -> tuple[Layer, ...]:
    """Derived layers that follow from the sources alone, whatever the scenario, day or draws."""
    moving = {"scenario", "day", "draws", "seed"}
    found = []
    for layer in LAYERS:
        reads = set(inspect.signature(layer.derive).parameters) if layer.derive else set()
        if reads & moving:
            moving.add(layer.id)
        elif layer.derive:
            found.append(layer)
    return tuple(found)


def derive_static(
    feeds: Mapping[str, Sequence[pd.DataFrame]],
    grids: Mapping[str, xr.Dataset],
    made: Mapping[str, pd.DataFrame] | None = None,
) -> dict[str, pd.DataFrame]:
    """Make the static layers of some sources, by id, but those that are `made`; raises as `compose`."""
    wanted = static_layers()
    layers = [layer for layer in LAYERS if layer.derive is None or layer in wanted]
    tables = _fold(feeds, {"grids": grids}, layers, made or {})
    return {layer.id: tables[layer.id] for layer in wanted}


def _fold(
    feeds: Mapping[str, Sequence[pd.DataFrame]],
    given: Mapping[str, Any],
    layers: Sequence[Layer],
    ready: Mapping[str, pd.DataFrame],
    report: Callable[[str], None] = lambda _: None,
    redaction: Redaction | None = None,
    outage: SourceOutage | None = None,
) -> dict[str, pd.DataFrame]:
    """The table of every layer, in order: ready made, fed by sources, or derived from those above."""
    tables: dict[str, pd.DataFrame] = {}
    given = {**given, "source_order": _source_order(feeds)}
    for layer in layers:
        report(layer.id)
        if layer.id in ready:
            tables[layer.id] = ready[layer.id]
        elif redaction and (redaction.shown(layer) is None or redaction.starves(layer, feeds)):
            tables[layer.id] = empty(layer)
        elif layer.derive is None:
            frames = feeds.get(layer.id)
            if not frames and layer.is_optional:
                tables[layer.id] = empty(layer)
                continue
            if not frames:
                msg = f"layer {layer.id}: expected a source that feeds it, found none: rebuild the snapshot"
                raise SchemaError(msg)
            # A source's table was conformed when it was read; only a merge makes a new one.
            tables[layer.id] = frames[0] if len(frames) == 1 else conform(layer.merge(frames), layer)
        else:
            names = inspect.signature(layer.derive).parameters
            known = {**given, **tables}
            tables[layer.id] = conform(layer.derive(**{name: known[name] for name in names}), layer)
        if redaction:
            tables[layer.id] = redaction.table(tables[layer.id], layer, given["day"])
        if outage:
            tables[layer.id] = outage.judged(layer, tables)
    return tables


def _source_order(feeds: Mapping[str, Sequence[pd.DataFrame]]) -> tuple[str, ...]:
    """Return the ids of the sources in the order in which they feed their layers.

    Of two sources that name one place the earlier one stands for it.
    """
    frames = [frame for tables in feeds.values() for frame in tables if "source_id" in frame]
    return tuple(dict.fromkeys(name for frame in frames for name in frame["source_id"].unique()))


def within(table: pd.DataFrame, region: Region) -> pd.DataFrame:
    """The rows of a table that touch the region; a table without geometry stays as it is."""
    if not isinstance(table, gpd.GeoDataFrame):
        return table
    outline = region.outline
    shapely.prepare(outline)
    return table[shapely.intersects(outline, table.geometry.to_numpy())].reset_index(drop=True)


def _cut(tables: dict[str, pd.DataFrame], region: Region) -> dict[str, pd.DataFrame]:
    """The rows of each table that touch the region; what is told of nodes follows them."""
    if region.is_cap and region.south_deg <= 58.0:
        return tables
    cut = {name: within(table, region) for name, table in tables.items()}
    nodes = set(cut["nodes"]["node_id"])
    for name, table in cut.items():
        if name != "nodes" and "node_id" in table:
            cut[name] = table[table["node_id"].isin(nodes)].reset_index(drop=True)
    return cut
