"""Makes a `Picture`: merges the tables of sources, derives the other layers, checks all, cuts to a region."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from layers.borders import LATEST
from layers.catalog import GRIDS, LAYERS
from layers.errors import SchemaError
from layers.flows.standing import network_day
from layers.picture import Picture, SourceNote
from layers.redaction import Redaction, empty
from layers.schema import conform, union
from layers.source_outage import SourceOutage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date

    import pandas as pd
    import xarray as xr

    from layers.regions import Region
    from layers.scenarios import Scenario
    from layers.schema import Layer

__all__ = ["compose", "derive_static", "following", "static_layers", "within"]


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
    ready: Mapping[str, pd.DataFrame] | None = None,
    extra: Sequence[Layer] = (),
    samples: int = 0,
    redaction: Redaction | None = None,
    expires: date | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> Picture:
    """Make the picture of `region` from the tables and grids of its sources.

    All layers are judged on the whole snapshot and cut to the region at the end. So a node has the same
    values in every region.

    `feeds` holds the conformed tables of sources by layer id, `grids` the grids by id, and `sources` the
    notes of all sources. `day` is the day of the picture. `draws` is the number of draws of the flag and
    `seed` their seed. `ready` holds derived layers that exist already, by id (see `static_layers`); a picture
    with a redaction does not use them. `extra` are layers of ON_REQUEST, and `samples` is the sample size of
    the sensitivity. `redaction` states which data the audience does not see. `expires` is the first day on
    which the picture is expired. `report` is called with the id of each layer before the layer is made.

    Raises
    ------
    SchemaError
        If a layer has no source, or a table breaks the contract of its layer.
    """
    context = {"grids": grids, "scenario": scenario, "day": day, "draws": draws, "seed": seed,
             "samples": samples, "network_day": _network_day(feeds, day.isoformat())}  # fmt: skip
    layers = (*LAYERS, *extra)
    redaction = redaction if redaction and redaction.hides_any(layers) else None
    outage = SourceOutage.of(sources)
    ready = _usable(ready or {}, str(context["network_day"]), redaction, layers)
    tables = _fold(feeds, context, layers, ready, report, redaction, outage)
    visible = tuple(layer for layer in layers if layer.is_published)
    if redaction:
        visible, tables = redaction.drawn(visible, tables, feeds)
    if outage:
        tables = {layer.id: outage.without_missing(tables[layer.id], layer) for layer in visible}
    # Notes and counts describe the rows of the region, so they are made after the cut.
    tables = _cut({layer.id: tables[layer.id] for layer in visible}, region)
    return Picture(
        region=region,
        scenario=scenario,
        day=day,
        layers=visible,
        tables=tables,
        sources=(*sources, *(redaction.notes(tables, day) if redaction else ())),
        grids=grids,
        withheld=len(redaction.touched(layers)) if redaction else 0,
        expires=expires,
    )


def _network_day(feeds: Mapping[str, Sequence[pd.DataFrame]], day: str = LATEST) -> str:
    """Return since when the flow network stands as on `day`; `day` if its sources are not all at hand."""
    closed_borders, cables = feeds.get("closed_borders"), feeds.get("cables")
    if not closed_borders or not cables:
        return day
    lines = [union(feeds[name]) for name in ("interconnectors", "backup_links") if feeds.get(name)]
    return network_day(union(closed_borders), union(cables), day, lines)


def _usable(
    ready: Mapping[str, pd.DataFrame],
    network_since: str,
    redaction: Redaction | None,
    layers: Sequence[Layer],
) -> dict[str, pd.DataFrame]:
    """Return the ready layers that hold for this picture.

    They were derived from all data: with a redaction those that follow from hidden data do not hold. A
    flow network of another day does not hold either.
    """
    hidden = following(redaction.touched(layers), layers) if redaction else set()
    return {
        name: table
        for name, table in ready.items()
        if name not in hidden and ("network_of" not in table or (table["network_of"] == network_since).all())
    }


def following(changed: Collection[str], layers: Sequence[Layer] = LAYERS) -> set[str]:
    """Return the layers and grids that changed, and all layers that are derived from them."""
    anew = set(changed)
    for layer in layers:  # in order: a layer reads only layers above it
        reads = set(inspect.signature(layer.derive).parameters) if layer.derive else set()
        if anew & reads or ("grids" in reads and anew & set(GRIDS)):
            anew.add(layer.id)
    return anew


def static_layers() -> tuple[Layer, ...]:
    """Return the derived layers that depend on the sources alone, not on scenario, day or draws."""
    # A layer that reads a layer of this kind depends on the same things; LAYERS are in computing order.
    moving = {"scenario", "day", "draws", "seed"}
    static = []
    for layer in LAYERS:
        reads = set(inspect.signature(layer.derive).parameters) if layer.derive else set()
        if reads & moving:
            moving.add(layer.id)
        elif layer.derive:
            static.append(layer)
    return tuple(static)


def derive_static(
    feeds: Mapping[str, Sequence[pd.DataFrame]],
    grids: Mapping[str, xr.Dataset],
    ready: Mapping[str, pd.DataFrame] | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the static layers of the sources in `feeds`, by id.

    `grids` holds the grids by id. A layer in `ready` is not derived again. Raises as `compose`.
    """
    static = static_layers()
    layers = [layer for layer in LAYERS if layer.derive is None or layer in static]
    context = {"grids": grids, "network_day": _network_day(feeds)}
    tables = _fold(feeds, context, layers, ready or {})
    return {layer.id: tables[layer.id] for layer in static}


def _fold(
    feeds: Mapping[str, Sequence[pd.DataFrame]],
    context: Mapping[str, Any],
    layers: Sequence[Layer],
    ready: Mapping[str, pd.DataFrame],
    report: Callable[[str], None] = lambda _: None,
    redaction: Redaction | None = None,
    outage: SourceOutage | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the table of every layer of `layers` by id, in this order.

    A table is taken from `ready`, merged from the sources in `feeds`, or derived from earlier tables and from
    `context` (grids, scenario, day and the like).
    """
    tables: dict[str, pd.DataFrame] = {}
    context = {**context, "source_order": _source_order(feeds)}
    for layer in layers:
        report(layer.id)
        if layer.id in ready:
            tables[layer.id] = ready[layer.id]
        elif redaction and (redaction.visible(layer) is None or redaction.starves(layer, feeds)):
            tables[layer.id] = empty(layer)
        elif layer.derive is None:
            frames = feeds.get(layer.id)
            if not frames and layer.is_optional:
                tables[layer.id] = empty(layer)
                continue
            if not frames:
                msg = f"layer {layer.id}: expected a source that feeds it, found none: rebuild the snapshot"
                raise SchemaError(msg)
            # The reader conformed the table of a source; only a merge makes a new table.
            tables[layer.id] = frames[0] if len(frames) == 1 else conform(layer.merge(frames), layer)
        else:
            names = inspect.signature(layer.derive).parameters
            inputs = {**context, **tables}
            tables[layer.id] = conform(layer.derive(**{name: inputs[name] for name in names}), layer)
        if redaction:
            tables[layer.id] = redaction.table(tables[layer.id], layer, context["day"])
        if outage:
            tables[layer.id] = outage.judged(layer, tables)
    return tables


def _source_order(feeds: Mapping[str, Sequence[pd.DataFrame]]) -> tuple[str, ...]:
    """Return the ids of the sources in the order in which they feed their layers.

    If two sources name the same place, the row of the earlier source represents it.
    """
    frames = [frame for tables in feeds.values() for frame in tables if "source_id" in frame]
    return tuple(dict.fromkeys(name for frame in frames for name in frame["source_id"].unique()))


def within(table: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Return the rows of a table that touch the region; a table without geometry is returned unchanged."""
    if not isinstance(table, gpd.GeoDataFrame):
        return table
    outline = region.outline
    shapely.prepare(outline)
    return table[shapely.intersects(outline, table.geometry.to_numpy())].reset_index(drop=True)


def _cut(tables: dict[str, pd.DataFrame], region: Region) -> dict[str, pd.DataFrame]:
    """Return the rows of each table that belong to the region.

    A table with geometry keeps the rows that touch the region. A table with a `node_id` keeps the rows of
    some nodes: a node needs a row in a cut table with geometry, and no such table may have lost a row of the
    node.
    """
    if region.is_whole:
        return tables
    cut = {name: within(table, region) for name, table in tables.items()}
    stay: set[str] = set()
    gone: set[str] = set()
    for name, table in tables.items():
        if isinstance(table, gpd.GeoDataFrame) and "node_id" in table:
            kept = set(cut[name]["node_id"])
            stay |= kept
            gone |= set(table["node_id"]) - kept
    return {
        name: table[table["node_id"].isin(stay - gone)].reset_index(drop=True)
        if "node_id" in table
        else table
        for name, table in cut.items()
    }
