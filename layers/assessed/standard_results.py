"""Results of the draft standards at each node, and data requests for what stays unknown (method §8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed.standard_inputs import RuleResult, StandardInputs
from layers.assessed.standards import PROPOSAL, STANDARDS, Standard
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["DATA_REQUESTS", "RESULTS", "STANDARD_RESULTS", "tally"]

RESULTS = ("pass", "fail", "unknown", "not_applicable")
_PASS, _FAIL, _UNKNOWN, _NOT_APPLICABLE = range(4)
_REQUEST_FROM = 0.8  # a standard with a larger share of unknown results is a data request (method §8)


def _standards(
    node_sites: gpd.GeoDataFrame,
    nodes: gpd.GeoDataFrame,
    measures: pd.DataFrame,
    climate_facts: pd.DataFrame,
    evidence: pd.DataFrame,
    ports: gpd.GeoDataFrame,
    airfields: gpd.GeoDataFrame,
    railheads: gpd.GeoDataFrame,
    cable_landings: gpd.GeoDataFrame,
    cables: gpd.GeoDataFrame,
    power_plants: gpd.GeoDataFrame,
    terminals: gpd.GeoDataFrame,
    global_warming: pd.DataFrame,
    overrides_on_file: pd.DataFrame,
    day: date,
) -> pd.DataFrame:
    inputs = StandardInputs.of(
        node_sites, nodes, measures, climate_facts, evidence, cables, global_warming, overrides_on_file, day,
        ports=ports, airfields=airfields, railheads=railheads, cable_landings=cable_landings,
        power_plants=power_plants, terminals=terminals,
    )  # fmt: skip
    # A standard without an answering row has the date of its own source, or the picture's day.
    tables = [evidence[evidence["state"] == "known"], cables, node_sites, power_plants, railheads]
    dated = pd.concat([table[["source_id", "as_of"]] for table in tables])
    dates = dated.groupby("source_id", observed=True)["as_of"].max().to_dict()
    kind = inputs.sites["kind"].to_numpy(dtype=object)
    blocks = [
        _block(standard, standard.judge(inputs), kind, lambda name: dates.get(name, day.isoformat()))
        for standard in STANDARDS
    ]
    # Rows are ordered by node, then by standard.
    across = {name: np.stack([block[name] for block in blocks], axis=1).ravel() for name in blocks[0]}
    count, width = len(kind), len(STANDARDS)
    return pd.DataFrame(
        {
            "node_id": _spread([*inputs.sites["node_id"]], np.repeat(np.arange(count), width)),
            "standard_id": _fixed([s.id for s in STANDARDS], count),
            "title": _fixed([s.title for s in STANDARDS], count),
            "result": _spread(list(RESULTS), across["result"]),
            "value": across["value"],
            "unit": _fixed([s.unit for s in STANDARDS], count),
            "threshold": _fixed([s.threshold for s in STANDARDS], count),
            "basis": _fixed([s.basis for s in STANDARDS], count),
            "source_id": _coded(across["source"]),
            "as_of": _coded(across["as_of"]),
            "note": _coded(across["note"]),
            "standing": _spread([PROPOSAL], np.zeros(count * width, dtype=int)),
        }
    )


def _block(
    standard: Standard, result_of: RuleResult, kind: NDArray[Any], date_of: Callable[[str], str]
) -> dict[str, NDArray[Any]]:
    """Return code of the result, value, note, source and date of one standard, one entry per node."""
    count = len(kind)
    other = ~np.isin(kind, standard.kinds)
    off = other | np.broadcast_to(np.asarray(result_of.off, dtype=bool), count)
    holds = result_of.holds
    result = np.where(
        off, _NOT_APPLICABLE, np.where(np.isnan(holds), _UNKNOWN, np.where(holds == 1, _PASS, _FAIL))
    )
    note, source, as_of = (
        np.broadcast_to(np.asarray(part, dtype=object), count) for part in (result_of.note, *result_of.source)
    )
    unsaid = off | pd.isna(source)
    source = np.where(unsaid, standard.source_id, source)
    names, position = np.unique(source.astype(str), return_inverse=True)
    usual = np.array([date_of(name) for name in names.tolist()], dtype=object)[position]
    return {
        "result": result,
        "value": np.round(np.where(off, np.nan, result_of.value), 3),
        "note": np.where(other, "not asked of this kind of node", np.where(off, result_of.why, note)),
        "source": source,
        "as_of": np.where(unsaid | pd.isna(as_of), usual, as_of),
    }


def _spread(texts: list[str], codes: NDArray[Any]) -> pd.Series:
    """Return a column of text from its distinct values and the position of each row among them."""
    return pd.Series(pd.array(texts, dtype="str").take(codes))


def _fixed(texts: list[str], count: int) -> pd.Series:
    """Return a column that repeats the texts of the standards for `count` nodes."""
    return _spread(texts, np.tile(np.arange(len(texts)), count))


def _coded(texts: NDArray[Any]) -> pd.Series:
    """Return the column of some texts, many of which are equal."""
    codes, distinct = pd.factorize(texts)
    return _spread(list(distinct), codes)


def tally(results: pd.DataFrame, groups: pd.Series | None = None) -> pd.DataFrame:
    """Return counts of `pass`, `fail`, `unknown` and `not_applicable` by standard, and by group.

    `results` is the table of STANDARD_RESULTS. `groups` maps node_id to a group, such as the country or the
    kind; None makes one group. The index is standard_id and the name of the groups.
    """
    by = [results["standard_id"]]
    if groups is not None:
        by.append(results["node_id"].map(groups).rename(groups.name))
    counts = pd.crosstab(by, results["result"])
    return counts.reindex(columns=list(RESULTS), fill_value=0).rename_axis(columns=None)


def _data_requests(standards: pd.DataFrame) -> pd.DataFrame:
    counts = tally(standards)
    applicable = counts[["pass", "fail", "unknown"]].sum(axis=1)
    share = counts["unknown"] / applicable.where(applicable > 0)
    by_id = {standard.id: standard for standard in STANDARDS}
    rows = [by_id[name] for name in share.index[share > _REQUEST_FROM]]
    ids = [row.id for row in rows]
    return pd.DataFrame(
        {
            "standard_id": ids,
            "title": [row.title for row in rows],
            "applicable": applicable.loc[ids].to_numpy(),
            "unknown": counts.loc[ids, "unknown"].to_numpy(),
            "unknown_share": share.loc[ids].to_numpy(),
            "wanted": [row.data_needed for row in rows],
            "from_whom": [row.from_whom for row in rows],
            "basis": [row.basis for row in rows],
            "standing": PROPOSAL,
        }
    )


_STANDING = Column("standing", "str", "what this is", required=True, choices=(PROPOSAL,))

STANDARD_RESULTS = Layer(
    id="standards",
    title="Draft baseline standards held against each node",
    pillar="social",
    geometry="table",
    spine=(),
    key=("node_id", "standard_id"),
    columns=(
        Column("node_id", "str", "the node", required=True),
        Column("standard_id", "str", "the standard", required=True,
               choices=tuple(s.id for s in STANDARDS)),
        Column("title", "str", "what it is about", required=True),
        Column("result", "str", "what open data say of it", required=True, choices=RESULTS),
        Column("value", "float", "value it was held against, in `unit`; a proxy where the note says so"),
        Column("unit", "str", "unit of the value", required=True),
        Column("threshold", "str", "what is asked", required=True),
        Column("basis", "str", "documents it draws on", required=True),
        Column("source_id", "str", "source the answer rests on, held or lacking", required=True),
        Column("as_of", "str", "date of the row that answers, ISO 8601; the picture's where its source is "
               "not held", required=True),
        Column("note", "str", "how it was answered, or what is lacking", required=True),
        _STANDING,
    ),
    note=f"{PROPOSAL}. Unknown is neither pass nor fail; S19 is told, not scored.",
    derive=_standards,
)  # fmt: skip

DATA_REQUESTS = Layer(
    id="data_requests",
    title="Data requests: standards that open data leave unknown",
    pillar="social",
    geometry="table",
    spine=(),
    key=("standard_id",),
    columns=(
        Column("standard_id", "str", "the standard", required=True),
        Column("title", "str", "what it is about", required=True),
        Column("applicable", "int", "nodes it applies to", required=True, low=0),
        Column("unknown", "int", "of them, unknown", required=True, low=0),
        Column("unknown_share", "float", "share unknown", "1", required=True, low=0, high=1),
        Column("wanted", "str", "data that would answer", required=True),
        Column("from_whom", "str", "source or publisher that has or could have them", required=True),
        Column("basis", "str", "documents the standard draws on", required=True),
        _STANDING,
    ),
    note=f"{PROPOSAL}. Counted over the whole snapshot, whatever the region.",
    derive=_data_requests,
)  # fmt: skip
