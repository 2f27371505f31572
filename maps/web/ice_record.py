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

from layers.grid import NSIDC_25KM
from layers.ice.presence import ice_support
from maps.web.packing import packed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr
    from numpy.typing import ArrayLike

    from layers.picture import Picture

__all__ = ["ICE_RECORD", "coded_record", "record_data"]

ICE_RECORD = Path(__file__).parent / "ice_record.json"
SOURCE = "nsidc_ice_presence"
_ICE, _NOT_ASSESSED = 1, 255
_NEVER = 0  # number of a cell that has ice in no field; others are counted from 1
_HELD_BACK = ("missing", "held")


def coded_record(presence: xr.Dataset, node_ids: Sequence[str], x_m: ArrayLike, y_m: ArrayLike) -> bytes:
    """Return the content of `ICE_RECORD`: a JSON text.

    `presence` is the grid of `layers.ice.presence`; `x_m` and `y_m` are EPSG:3413 metres of the nodes.
    `mask` has runs of cells that have ice in some field (the first run has none), in the order of the rows.
    `years` has for each month of the year the years with a field. `bits` has for each month and each cell of
    the mask one bit per year, eight years a byte, deflated. `cells` are the numbers of the cells that
    represent a node, which are those of its ice season; nodes without such cells are left out.
    """
    values = presence["presence"].transpose("time", "y", "x")
    ice = values.to_numpy() == _ICE
    has_ice = ice.any(axis=0)
    month, year = (getattr(values["time"].dt, part).to_numpy() for part in ("month", "year"))
    series = ice[:, has_ice]
    fields = [series[month == number] for number in range(1, 13)]
    bits = b"".join(np.packbits(field, axis=0).tobytes() for field in fields)
    line = has_ice.ravel()
    numbers = np.where(line, np.cumsum(line), _NEVER)
    support = ice_support(presence, x_m, y_m)
    own = [row[row >= 0] for row in support.cells]
    used = [row for row, cells in enumerate(own) if len(cells) and not support.is_trap[row]]
    content = {
        "west": NSIDC_25KM.origin[0], "north": NSIDC_25KM.origin[1], "size": NSIDC_25KM.cell_m,
        "wide": NSIDC_25KM.shape[1], "high": NSIDC_25KM.shape[0],
        "mask": packed(np.diff(np.flatnonzero(_turns(has_ice)), prepend=0)),
        "years": [[int(one) for one in year[month == number]] for number in range(1, 13)],
        "bits": base64.b64encode(zlib.compress(bits, 9)).decode(),
        "ocean": packed(np.diff(np.flatnonzero(_turns(values.to_numpy()[0] != _NOT_ASSESSED)), prepend=0)),
        "nodes": [str(node_ids[row]) for row in used],
        "counts": packed(np.array([len(own[row]) for row in used])),
        "cells": packed(np.concatenate([numbers[own[row]] for row in used])),
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
    """Return the record with the rows of the nodes of a picture; None where its source may not be used."""
    note = next((source for source in picture.sources if source.id == SOURCE), None)
    nodes = picture.tables.get("nodes")
    if note is None or note.state in _HELD_BACK or nodes is None or "node_id" not in nodes:
        return None
    stored = _stored()
    position = {str(node): row for row, node in enumerate(nodes["node_id"])}
    # A node of a fetched list may not be in the record: the page says so.
    rows = np.array([position.get(node, -1) for node in stored["nodes"]])
    return {**{name: value for name, value in stored.items() if name != "nodes"}, "rows": packed(rows)}
