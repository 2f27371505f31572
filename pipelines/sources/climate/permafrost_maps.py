"""Two maps of permafrost, which are in a picture only after a fetch: Obu et al. 2019 and Brown et al. 1997.

The map of Obu et al. is a model on a grid and states the zone only. The map of Brown et al. was compiled by
hand and states zone and ground ice. A place takes each fact from the first row, in the order of
`feature_id`, that states it. Where both maps cover a place, the zone is from Obu et al. (`obu_2019-…`) and
the ground ice from Brown et al. (`permaice-…`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import xarray as xr
from pyproj import Transformer

from layers.crs import POLAR, lonlat
from layers.errors import SourceError
from layers.grid import Grid, class_areas
from layers.regions import SOUTH_DEG
from pipelines.intake.findings import Checks
from pipelines.intake.permafrost_checks import agrees_with, permafrost_ashore
from pipelines.read_helpers import polygons
from pipelines.source import Inputs, Remote, Source
from pipelines.sources.planned_features import shapefile

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

OBU, GGD318 = "obu_2019_permafrost", "nsidc_ggd318_permafrost"
OBU_FILE = "climate/UiO_PEX_5.0_20181127_2000_2016_10km.nc"
GGD318_FILE = "climate/ggd318_permaice.zip"
_OBU_AS_OF, _GGD318_AS_OF = "2016-12-31", "2002-02-01"
_OBU_EPSG, _OBU_CELL_M = 3995, 10_000.0  # stated on the page of the dataset, not in the file
_OBU_GRID = Grid(POLAR, (740, 740), (-3_700_000.0, 3_700_000.0), 10_000.0)
_BOUNDS = (0.01, 0.1, 0.5, 0.9, np.inf)  # the classes of Brown et al. 1997
_LABELS = (
    "isolated, 1 to 10 %", "sporadic, 10 to 50 %", "discontinuous, 50 to 90 %", "continuous, over 90 %",
)  # fmt: skip
_ZONES = {"C": "continuous", "D": "discontinuous", "S": "sporadic", "I": "isolated"}
_UNFROZEN = {"G": "glacier", "L": "lake", "O": "ocean", "R": "relict"}
_ICE = {"H": "high", "M": "medium", "L": "low"}


def _axis(values: NDArray[np.float64], name: str, path: Path) -> tuple[float, float]:
    """Return first value and step of an axis in metres; raises SourceError where its steps differ."""
    steps = np.diff(values)
    step = float(steps[0]) if len(steps) else 0.0
    if not (np.isfinite(values).all() and np.allclose(steps, step) and np.isclose(abs(step), _OBU_CELL_M)):
        actual = f"{values[:2]} ..., {len(values)} values"
        msg = f"{path.name}, {name}: expected even steps of {_OBU_CELL_M:g} m, found {actual}"
        raise SourceError(msg)
    return float(values[0]), step


def permafrost_share(path: Path) -> NDArray[np.float64]:
    """Return the probability of permafrost (0 to 1) in cells of 10 km of EPSG:3413, shape (740, 740).

    A cell has the value of the nearest cell of the file at `path`; NaN where the file has no value.

    Raises
    ------
    SourceError
        If a variable is missing, the axes have other steps than 10 km, or a value is out of range.
    """
    with xr.open_dataset(path, engine="h5netcdf") as raw:
        lacking = [name for name in ("PerProb", "x", "y") if name not in raw.variables]
        if lacking:
            msg = (
                f"{path.name}: expected the variable {lacking[0]}, found {', '.join(map(str, raw.variables))}"
            )
            raise SourceError(msg)
        (x, dx), (y, dy) = (_axis(raw[n].to_numpy().astype(float), n, path) for n in ("x", "y"))
        share = raw["PerProb"].transpose("y", "x").to_numpy().astype(float)
    least, most = np.nanmin(share, initial=0), np.nanmax(share, initial=0)
    if least < 0 or most > 1:  # a code for no data would lie outside
        msg = f"{path.name}: expected values of 0 to 1, found {least:g} to {most:g}"
        raise SourceError(msg)
    to_file = Transformer.from_crs(POLAR, _OBU_EPSG, always_xy=True)
    at_x, at_y = to_file.transform(*np.meshgrid(_OBU_GRID.x_m, _OBU_GRID.y_m))
    column, row = np.rint((at_x - x) / dx).astype(int), np.rint((at_y - y) / dy).astype(int)
    inside = (row >= 0) & (row < share.shape[0]) & (column >= 0) & (column < share.shape[1])
    # Outside the file any valid index will do, because the value becomes NaN.
    row, column = np.where(inside, row, 0), np.where(inside, column, 0)
    return np.where(inside, share[row, column], np.nan)


def read_obu(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return areas by class of permafrost probability (Obu et al.), EPSG:3413, without ground ice."""
    share = permafrost_share(inputs.provider(OBU_FILE))
    south = lonlat(*np.meshgrid(_OBU_GRID.x_m, _OBU_GRID.y_m))[1] < SOUTH_DEG
    table = class_areas(np.where(south, np.nan, share), _BOUNDS, _OBU_GRID, labels=_LABELS)
    zone = table["name"].str.split(",").str[0]
    return gpd.GeoDataFrame(
        {
            "feature_id": "obu_2019-" + zone, "name": table["name"], "permafrost_zone": zone,
            "ground_ice": None, "source_id": OBU, "as_of": _OBU_AS_OF,
        },
        geometry=table.geometry.to_numpy(), crs=table.crs,
    )  # fmt: skip


def _code(raw: gpd.GeoDataFrame, column: str, words: dict[str, str], path: Path) -> pd.Series:
    """Return a column of letter codes in the words of `words`; blank is missing.

    Raises
    ------
    SourceError
        If the column is missing or has another letter.
    """
    if column not in raw:
        msg = f"{path.name}: expected the column {column}, found {', '.join(raw.columns[:12])}"
        raise SourceError(msg)
    code = raw[column].astype("str").str.strip().str.upper().where(raw[column].notna(), "")
    strange = sorted(set(code) - set(words) - {""})
    if strange:
        msg = f"{path.name}: expected {column} of {', '.join(words)}, found {strange[0]!r}: what is it?"
        raise SourceError(msg)
    return code.map(words)


def read_ggd318(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return areas with permafrost (Brown et al.), their zone, and ground ice where stated, EPSG:3413."""
    path = inputs.provider(GGD318_FILE)
    raw = shapefile(path, in_metres=True)
    zone = _code(raw, "EXTENT", _ZONES | _UNFROZEN, path)
    ice = _code(raw, "CONTENT", _ICE, path)
    name = zone.str.cat("ground ice " + ice.fillna("not told"), sep=", ")
    table = raw[["geometry"]].assign(
        feature_id=[f"permaice-{number}" for number in range(len(raw))], name=name, permafrost_zone=zone,
        ground_ice=ice, source_id=GGD318, as_of=_GGD318_AS_OF,
    )  # fmt: skip
    return polygons(table[zone.isin(list(_ZONES.values())) & raw.geometry.notna()])


_WRITTEN = "; tried on a file written by the test in the documented form"
_CHECKS = Checks(own=(permafrost_ashore, agrees_with("own_permafrost_places")))
SOURCES = (
    Source(
        id=OBU, feeds="permafrost_maps", title="Permafrost probability, 10 km",
        publisher="Obu et al., PANGAEA", licence="CC-BY-4.0",
        citation="Obu et al. 2019, doi:10.1016/j.earscirev.2019.04.023",
        homepage="https://doi.org/10.1594/PANGAEA.888600", as_of=_OBU_AS_OF, state="live",
        made="where it was fetched: the 10 km file, nearest cell, as areas by class of probability: "
        "continuous from 0.9, discontinuous from 0.5, sporadic from 0.1, isolated from 0.01" + _WRITTEN,
        read=read_obu,
        remotes=(
            Remote(
                "https://store.pangaea.de/Publications/ObuJ-etal_2018/UiO_PEX_5.0_20181127_2000_2016_10km.nc",
                OBU_FILE, "netcdf",
            ),
        ),
        checks=_CHECKS,
    ),
    Source(
        id=GGD318, feeds="permafrost_maps", title="Circum-Arctic map of permafrost and ground ice",
        publisher="NSIDC (Brown et al.)", licence="free use with citation",
        citation="Brown et al. 2002, GGD318 version 2", homepage="https://nsidc.org/data/ggd318/versions/2",
        as_of=_GGD318_AS_OF, state="live",
        made="where it was fetched: areas with permafrost, their EXTENT as zone and their CONTENT as ground "
        "ice" + _WRITTEN,
        read=read_ggd318,
        remotes=(Remote("https://nsidc.org/data/ggd318/versions/2", GGD318_FILE, "page"),),
        checks=_CHECKS,
    ),
)  # fmt: skip
