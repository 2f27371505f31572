"""Power lines of Europe from the interactive map of ENTSO-E of about 2017, as GridKit extracted it.

The files are those of PyPSA-Eur, whose authors publish them under CC BY 4.0 (its REUSE.toml). What ENTSO-E
allows with its map is not stated there: so a person takes the files, and no picture carries them. Lines are
schematic, 220 kV and more, and 132 kV in parts. `under_construction` is the state of about 2017.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import shapely

from layers.errors import SourceError
from layers.regions import SOUTH_DEG
from pipelines.source import Remote
from pipelines.sources.planned_features import FLOW_NETWORK, feature_source

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SOURCES", "gridkit_lines"]

_PAGE = "https://github.com/PyPSA/pypsa-eur/tree/v2025.01.0/data/entsoegridkit"
# Kind, and column of the key, by file. `lines` are of alternating current, `links` of direct current.
_FILES = {"lines": ("ac line", "line_id"), "links": ("dc line", "link_id")}
_YES = ("True", "t")


def gridkit_lines(path: Path) -> gpd.GeoDataFrame:
    """Return the lines of a file with an end north of 58 N, in WGS 84 degrees.

    Raises
    ------
    SourceError
        If a column is missing or no line is there.
    """
    kind, key = _FILES[path.stem]
    with path.open(encoding="utf-8", newline="") as stream:
        # Text stands in single quotes, and tags hold double ones.
        rows = list(csv.DictReader(stream, quotechar="'"))
    lacking = sorted({key, "under_construction", "geometry"} - set(rows[0] if rows else ()))
    if lacking:
        msg = f"{path.name}: expected the column {lacking[0]}, found none: is it a file of GridKit?"
        raise SourceError(msg)
    raw = pd.DataFrame(rows)
    shapes = shapely.from_wkt(raw["geometry"].to_numpy(dtype=object))
    table = gpd.GeoDataFrame(
        {
            "key": path.stem + "-" + raw[key],
            "kind": kind,
            "status": raw["under_construction"].isin(_YES).map({True: "under construction", False: None}),
            "detail": raw["voltage"] + " kV" if "voltage" in raw else None,
        },
        geometry=shapes,
        crs=4326,
    )
    north = shapely.bounds(shapes)[:, 3] >= SOUTH_DEG
    return table[north].reset_index(drop=True)


SOURCES = (
    feature_source(
        "line", {name: name for name in ("key", "kind", "status", "detail")},
        parse=gridkit_lines, id="entsoe_gridkit", planned_for=FLOW_NETWORK,
        title="Power lines of the ENTSO-E map (GridKit)",
        publisher="PyPSA-Eur; map: ENTSO-E", licence="CC-BY-4.0 (the terms of the map itself are not stated)",
        citation="GridKit extract of the ENTSO-E interactive map, in PyPSA-Eur", homepage=_PAGE,
        as_of="2017-03-01", state="user-supplied",
        made="lines with an end north of 58 N, schematic; a table of its own, merged into nothing",
        remotes=tuple(Remote(_PAGE, f"infrastructure/entsoe_gridkit/{name}.csv", "page") for name in _FILES),
    ),
)  # fmt: skip
