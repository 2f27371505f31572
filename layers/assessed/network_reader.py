"""The flow network of a picture, assembled once for the layers that read it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pandas as pd
import shapely

from layers.crs import lonlat
from layers.flows.assemble import Assembled, FlowTables, assemble
from layers.schema import Column

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["NETWORK_OF", "reading_network"]

NETWORK_OF = Column(
    "network_of", "str", "day since which borders, cables and flights stand as here, ISO 8601", required=True
)
_READS = (
    "settlements", "node_sites", "countries", "closed_borders", "sea_lanes", "chokepoints", "roads",
    "railways", "railheads", "airfields", "cables", "power_plants", "terminals", "shared_risk_groups",
    "interconnectors",
)  # fmt: skip
# The inputs and the network of the last call: several layers of one picture read the same one.
_last: dict[str, Any] = {}


def reading_network(make: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    """Return a derivation whose parameters are the layers of the network and those of `make`.

    The first parameter of `make` is the assembled network; the others are layers, or `network_day`.
    """

    def derive(**given: Any) -> pd.DataFrame:
        return make(_network(given), **{name: given[name] for name in own})

    own = list(inspect.signature(make).parameters)[1:]
    names = dict.fromkeys((*_READS, "grids", "network_day", *own))
    kind = inspect.Parameter.KEYWORD_ONLY
    vars(derive)["__signature__"] = inspect.Signature([inspect.Parameter(name, kind) for name in names])
    return derive


def _network(given: dict[str, Any]) -> Assembled:
    inputs = [given[name] for name in _READS] + [given["grids"]["ice_presence"], given["network_day"]]
    before = _last.get("inputs", [])
    if len(before) != len(inputs) or any(one is not other for one, other in zip(inputs, before, strict=True)):
        _last.update(inputs=inputs, network=_assembled(given))
    network: Assembled = _last["network"]
    return network


def _assembled(given: dict[str, Any]) -> Assembled:
    towns = given["settlements"]
    xy = shapely.get_coordinates(towns.geometry.to_numpy())
    longitude, latitude = lonlat(xy[:, 0], xy[:, 1])
    plain = pd.DataFrame(towns.drop(columns="geometry"))
    layers = {name: given[name] for name in _READS if name not in {"settlements", "node_sites"}}
    layers["cables"] = _with_landings(given["cables"], given["node_sites"])
    ids = {*given["node_sites"]["node_id"], *("settlement:" + plain["feature_id"])}
    layers["interconnectors"] = _with_ends(given["interconnectors"], ids)
    return assemble(
        FlowTables(
            settlements=plain.assign(longitude_deg=longitude, latitude_deg=latitude),
            node_sites=pd.DataFrame(given["node_sites"].drop(columns="geometry")),
            ice_presence=given["grids"]["ice_presence"],
            **layers,
        ),
        given["network_day"],
    )


def _with_landings(cables: pd.DataFrame, node_sites: pd.DataFrame) -> pd.DataFrame:
    """Return the cables whose landings are sites; a landing that the audience does not see leads nowhere."""
    landings = set(node_sites["node_id"].str.removeprefix("cable_landing:landing-"))
    is_known = [
        cables[end].isin(landings) | cables[end].str.startswith("south:")
        for end in ("from_landing", "to_landing")
    ]
    return cables[is_known[0] & is_known[1]]


def _with_ends(interconnectors: pd.DataFrame, ids: set[str]) -> pd.DataFrame:
    """Return the lines both of whose ends are vertices `ids` or stations of their own."""
    is_known = [
        interconnectors[end].isna() | interconnectors[end].isin(ids) for end in ("from_vertex", "to_vertex")
    ]
    return interconnectors[is_known[0] & is_known[1]]
