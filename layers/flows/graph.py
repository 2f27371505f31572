"""One graph of lanes, tracks, roads, air links, power lines and cables, with months and states on each edge.

Vertices are junctions of the sources, nodes of the picture and settlements. An edge carries the flows of its
mode, in the months in which it is passable, in both directions. A table of edges is enough to build a graph,
so that a test can write one by hand.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

__all__ = ["ALL_YEAR", "EDGE_COLUMNS", "FLOWS", "MODES", "VERTEX_COLUMNS", "FlowGraph", "Mode", "month_bit"]

FLOWS = ("goods", "energy", "data", "people")
ALL_YEAR = (1 << 12) - 1


class Mode(NamedTuple):
    """A way to move: the flows that it carries, and the speed by which hours are counted (NaN: no hours)."""

    flows: tuple[str, ...]
    speed_km_h: float


# Speeds are conventions of this project, stated with every hour that is computed from them: 12 knots at sea.
MODES = {
    "sea": Mode(("goods", "energy", "people"), 22.224),
    "ferry": Mode(("goods", "people"), 22.224),
    "rail": Mode(("goods", "energy", "people"), 50.0),
    "road": Mode(("goods", "energy", "people"), 60.0),
    "air": Mode(("goods", "people"), 500.0),
    "power": Mode(("energy",), float("nan")),
    "pipeline": Mode(("energy",), float("nan")),
    "cable": Mode(("data",), float("nan")),
    # On land: from a node or a settlement to the nearest point of a line, and between the nodes of a place.
    "access": Mode(FLOWS, 30.0),
}

# `vertex_id` is unique. `kind` is `junction`, `settlement` or the kind of a node. `people` is NaN where it is
# not known. `snap_km` is the geodesic distance to the nearest line that the vertex joins, 0 if it lies on
# one, NaN if it joins none.
VERTEX_COLUMNS = ("vertex_id", "name", "kind", "country_iso3", "longitude_deg", "latitude_deg", "people",
                  "snap_km")  # fmt: skip
# `u` and `v` are row numbers of vertices. `link_id` names the thing that can fail (a cable system, a lane, a
# line); several edges may share one. `months` has bit 0 for January. `months_state` is `computed`, `assumed`
# or `not_computed` (then no bit is set). `states` are ISO 3166 codes, ascending, joined by a hyphen; empty on
# the high sea. `risk_groups` are keys joined by a space: edges that one event takes out together.
EDGE_COLUMNS = ("edge_id", "u", "v", "km", "mode", "link_id", "months", "months_state", "states",
                "is_border_closed", "risk_groups", "source_id", "as_of")  # fmt: skip


def month_bit(month: int) -> int:
    """Return the bit of a month, 1 to 12, in `months`.

    Raises
    ------
    ValueError
        If the month is not 1 to 12.
    """
    if not 1 <= month <= 12:
        msg = f"month: expected 1 to 12, found {month}"
        raise ValueError(msg)
    return 1 << (month - 1)


@dataclass(frozen=True, slots=True, eq=False)
class FlowGraph:
    """Vertices (columns `VERTEX_COLUMNS`) and undirected edges (columns `EDGE_COLUMNS`).

    Longitude and latitude are WGS 84 degrees. Lengths are geodesic kilometres.
    """

    vertices: pd.DataFrame
    edges: pd.DataFrame

    def __len__(self) -> int:
        """Return the number of vertices."""
        return len(self.vertices)

    def usable(
        self,
        flow: str,
        month: int,
        *,
        across_closed_borders: bool = False,
        modes: Iterable[str] | None = None,
    ) -> NDArray[np.bool_]:
        """Return which edges carry a flow in a month, shape (edges,).

        An edge whose months are not computed carries nothing. An edge across a closed border carries only if
        `across_closed_borders` is set.
        """
        carriers = {name for name, mode in MODES.items() if flow in mode.flows}
        if modes is not None:
            carriers &= {*modes, "access"}
        carries = self.edges["mode"].isin(carriers).to_numpy()
        passable = (self.edges["months"].to_numpy(np.int64) & month_bit(month)) > 0
        blocked = self.edges["is_border_closed"].to_numpy(bool) & (not across_closed_borders)
        return np.asarray(carries & passable & ~blocked)

    def only(self, kept: NDArray[np.bool_]) -> FlowGraph:
        """Return the graph with the same vertices and the edges marked in `kept`."""
        return replace(self, edges=self.edges[kept].reset_index(drop=True))

    def matrix(self, weight: NDArray[np.float64] | None = None) -> csr_array:
        """Return the edge lengths, km, or another weight, as a symmetric sparse matrix (vertices, vertices).

        Of parallel edges the smallest weight counts.
        """
        u, v = (self.edges[name].to_numpy(np.int64) for name in ("u", "v"))
        data = self.edges["km"].to_numpy(np.float64) if weight is None else weight
        order = np.lexsort([data, np.maximum(u, v), np.minimum(u, v)])
        first, last, least = np.minimum(u, v)[order], np.maximum(u, v)[order], data[order]
        again = (np.diff(first, prepend=-1) == 0) & (np.diff(last, prepend=-1) == 0)
        first, last, least = first[~again], last[~again], least[~again]
        both = np.concatenate([first, last]), np.concatenate([last, first])
        return sparse.csr_array((np.tile(least, 2), both), shape=(len(self),) * 2)

    def hash(self) -> str:
        """Return the SHA-256 of vertices and edges, so that a result names the graph that it came from."""
        digest = hashlib.sha256()
        for frame, columns in ((self.vertices, VERTEX_COLUMNS), (self.edges, EDGE_COLUMNS)):
            rows = pd.util.hash_pandas_object(frame[list(columns)].round(6), index=False)
            digest.update(rows.to_numpy("<u8").tobytes())
        return digest.hexdigest()
