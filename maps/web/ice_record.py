"""The monthly record of sea ice for the web page: every field since 1978, and the cells of each port.

The record follows from one embedded source and from no picture. It is coded together with the snapshot, and
stored in ice_record.json (decisions/0006). page/ice_record.js reads it.
"""

from __future__ import annotations

import base64
import json
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from maps.web.packing import packed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from layers.picture import Picture

__all__ = ["ICE_RECORD", "coded_record", "record_data"]

ICE_RECORD = Path(__file__).parent / "ice_record.json"
SOURCE = "nsidc_ice_presence"
_ICE, _NOT_ASSESSED = 1, 255
_NEVER = 0  # number of a cell that has ice in no field; others are counted from 1
_HELD_BACK = ("missing", "held")


def coded_record(
    presence: xr.Dataset,
    node_ids: Sequence[str],
    cells: Sequence[NDArray[np.intp]],
    away_km: Sequence[float],
    size_m: float,
) -> bytes:
    """Return the content of `ICE_RECORD`: a JSON text.

    `presence` is the grid of the record: presence (time, y, x) with 1 ice, 0 open, 255 no ocean, and axes in
    metres of EPSG:3413, of cells of `size_m`. `cells` are the flat cells that represent each node, `away_km`
    their mean distance from it.

    `mask` has runs of cells that have ice in some field, `ocean` those of the sea, both from the first turn
    on, in the order of the rows. `years` has for each month of the year the years with a field. `bits` has
    for each month and each cell of the mask one bit per year, eight years a byte, deflated. `cells` are the
    numbers of the cells of the nodes, counted in the mask from 1; 0 is a cell without any ice. `km` are the
    whole kilometres of `away_km`.
    """
    values = presence["presence"].transpose("time", "y", "x")
    ice = values.to_numpy() == _ICE
    has_ice = ice.any(axis=0)
    month, year = (getattr(values["time"].dt, part).to_numpy() for part in ("month", "year"))
    fields = [ice[month == number][:, has_ice] for number in range(1, 13)]
    bits = b"".join(np.packbits(field, axis=0).tobytes() for field in fields)
    line = has_ice.ravel()
    numbers = np.where(line, np.cumsum(line), _NEVER)
    west, north = float(presence["x"][0]) - size_m / 2, float(presence["y"][0]) + size_m / 2
    content = {
        "west": west, "north": north, "size": size_m, "wide": values.sizes["x"], "high": values.sizes["y"],
        "mask": packed(np.diff(np.flatnonzero(_turns(has_ice)), prepend=0)),
        "years": [[int(one) for one in year[month == number]] for number in range(1, 13)],
        "bits": base64.b64encode(zlib.compress(bits, 9)).decode(),
        "ocean": packed(np.diff(np.flatnonzero(_turns(values.to_numpy()[0] != _NOT_ASSESSED)), prepend=0)),
        "nodes": [str(node) for node in node_ids],
        "counts": packed(np.array([len(own) for own in cells])),
        "cells": packed(numbers[np.concatenate(cells)]),
        "km": packed(np.round(away_km)),
    }  # fmt: skip
    return json.dumps(content, separators=(",", ":")).encode()


def _turns(mask: Any) -> Any:
    """Return the mask of the flat cells at which `mask` changes; before the first cell it is False."""
    line = mask.ravel()
    return np.append(line[0], line[1:] != line[:-1])


@cache
def _stored() -> dict[str, Any]:
    """Return the content of `ICE_RECORD`."""
    content: dict[str, Any] = json.loads(ICE_RECORD.read_bytes())
    return content


def record_data(picture: Picture) -> dict[str, Any] | None:
    """Return the record with the rows of the nodes of a picture.

    The result is None where the source of the record may not be used, and for a picture without sea ice.
    """
    if not any(layer.id == "sea_ice" for layer in picture.layers):
        return None
    note = next((source for source in picture.sources if source.id == SOURCE), None)
    nodes = picture.tables.get("nodes")
    if note is None or note.state in _HELD_BACK or nodes is None or "node_id" not in nodes:
        return None
    stored = _stored()
    position = {str(node): row for row, node in enumerate(nodes["node_id"])}
    # A node of a fetched list may not be in the record: the page says so.
    rows = np.array([position.get(node, -1) for node in stored["nodes"]])
    return {**{name: value for name, value in stored.items() if name != "nodes"}, "rows": packed(rows)}
