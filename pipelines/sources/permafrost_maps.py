"""Maps of permafrost: Obu et al. 2019 (modelled, gridded), and the map of Brown et al. 1997 (drawn)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from layers.crs import POLAR
from layers.errors import SourceError
from layers.grid import Grid, class_areas
from pipelines.frames import SOUTH_DEG
from pipelines.source import Inputs, Remote, Source
from pipelines.sources.features import SHAPES, feature_source, shapefile

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

OBU_FILE = "climate/UiO_PEX_5.0_20181127_2000_2016_10km.nc"
_OBU_EPSG, _OBU_CELL_M = 3995, 10_000.0  # the file does not say it, its page does
_OBU_GRID = Grid(POLAR, (740, 740), (-3_700_000.0, 3_700_000.0), 10_000.0)
_BOUNDS = (0.01, 0.1, 0.5, 0.9, np.inf)  # the classes of Brown et al. 1997
_LABELS = (
    "isolated, 1 to 10 %", "sporadic, 10 to 50 %", "discontinuous, 50 to 90 %", "continuous, over 90 %",
)  # fmt: skip
_EXTENT = {
    "C": "continuous", "D": "discontinuous", "S": "sporadic", "I": "isolated", "G": "glacier", "L": "lake",
    "O": "ocean", "R": "relict",
}  # fmt: skip
_ICE = {"H": "ground ice high", "M": "ground ice medium", "L": "ground ice low"}


def _axis(values: NDArray[np.float64], name: str, path: Path) -> tuple[float, float]:
    """First value and step of an axis in metres of even steps."""
    steps = np.diff(values)
    step = float(steps[0]) if len(steps) else 0.0
    if not (np.isfinite(values).all() and np.allclose(steps, step) and np.isclose(abs(step), _OBU_CELL_M)):
        found = f"{values[:2]} ..., {len(values)} values"
        msg = f"{path.name}, {name}: expected even steps of {_OBU_CELL_M:g} m, found {found}"
        raise SourceError(msg)
    return float(values[0]), step


def permafrost_fields(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Permafrost probability (0 to 1) and mean annual ground temperature (degC) on a polar grid of 10 km.

    EPSG:3413, the nearest cell of the file; NaN where it has none.

    Raises
    ------
    SourceError
        If a variable is gone, the axes are not those of 10 km in EPSG:3995, or a value cannot be.
    """
    import xarray as xr  # noqa: PLC0415  for those who fetched it
    from pyproj import Transformer  # noqa: PLC0415

    with xr.open_dataset(path, engine="h5netcdf") as raw:
        lacking = [name for name in ("PerProb", "MAGT", "x", "y") if name not in raw.variables]
        if lacking:
            msg = (
                f"{path.name}: expected the variable {lacking[0]}, found {', '.join(map(str, raw.variables))}"
            )
            raise SourceError(msg)
        (x, dx), (y, dy) = (_axis(raw[n].to_numpy().astype(float), n, path) for n in ("x", "y"))
        share, ground = (raw[n].transpose("y", "x").to_numpy().astype(float) for n in ("PerProb", "MAGT"))
    for values, low, high in ((share, 0, 1), (ground, -40, 40)):  # a code for no data would lie outside
        least, most = np.nanmin(values, initial=low), np.nanmax(values, initial=low)
        if least < low or most > high:
            msg = f"{path.name}: expected values of {low} to {high}, found {least:g} to {most:g}"
            raise SourceError(msg)
    to_file = Transformer.from_crs(POLAR, _OBU_EPSG, always_xy=True)
    at_x, at_y = to_file.transform(*np.meshgrid(_OBU_GRID.x_m, _OBU_GRID.y_m))
    column, row = np.rint((at_x - x) / dx).astype(int), np.rint((at_y - y) / dy).astype(int)
    inside = (row >= 0) & (row < share.shape[0]) & (column >= 0) & (column < share.shape[1])
    row, column = np.where(inside, row, 0), np.where(inside, column, 0)
    return np.where(inside, share[row, column], np.nan), np.where(inside, ground[row, column], np.nan)


def read_obu(inputs: Inputs) -> gpd.GeoDataFrame:
    """Areas by class of permafrost probability, each with the mean ground temperature of its class."""
    share, ground = permafrost_fields(inputs.provider(OBU_FILE))
    south = _latitude() < SOUTH_DEG
    share = np.where(south, np.nan, share)
    table = class_areas(share, _BOUNDS, _OBU_GRID, labels=_LABELS)
    highs = dict(itertools.pairwise(_BOUNDS))
    means = {low: _mean(ground[(share >= low) & (share < highs[low])]) for low in _BOUNDS[:-1]}
    number = (table.groupby("class_low").cumcount() + 1).astype("str")
    return gpd.GeoDataFrame(
        {
            "feature_id": "obu_2019-" + table["class_low"].astype("str") + "-" + number,
            "name": table["name"], "kind": "permafrost probability",
            "detail": [f"mean ground temperature of the class {means[low]}" for low in table["class_low"]],
            "source_id": "obu_2019_map", "as_of": "2016-12-31",
        },
        geometry=table.geometry.to_numpy(), crs=table.crs,
    )  # fmt: skip


def _mean(values: NDArray[np.float64]) -> str:
    known = values[~np.isnan(values)]
    return f"{known.mean():.1f} degC" if len(known) else "not known"


def _latitude() -> NDArray[np.float64]:
    from layers.crs import lonlat  # noqa: PLC0415

    return lonlat(*np.meshgrid(_OBU_GRID.x_m, _OBU_GRID.y_m))[1]


def _brown(path: Path) -> gpd.GeoDataFrame:
    """Areas of the map that hold permafrost, their extent and ground ice in words."""
    raw = shapefile(path, in_metres=True)
    code = raw["EXTENT"].astype("str").str.strip().str.upper()
    strange = sorted(set(code[raw["EXTENT"].notna()]) - set(_EXTENT) - {""})
    if strange:
        msg = f"{path.name}: expected an EXTENT of {', '.join(_EXTENT)}, found {strange[0]!r}: what is it?"
        raise SourceError(msg)
    frozen = code.isin(["C", "D", "S", "I"])
    ice = raw["CONTENT"].astype("str").str.strip().str.upper().map(_ICE)
    return raw.assign(kind=code.map(_EXTENT), status=ice)[frozen].reset_index(drop=True)


SOURCES = (
    Source(
        id="obu_2019_map", feeds="nodes", title="Permafrost probability and ground temperature, 10 km",
        publisher="Obu et al., PANGAEA", licence="CC-BY-4.0",
        citation="Obu et al. 2019, doi:10.1016/j.earscirev.2019.04.023",
        homepage="https://doi.org/10.1594/PANGAEA.888600", as_of="2016-12-31", state="live",
        made="the 10 km file, nearest cell, as areas by class; no judgement reads it yet; "
        "tried on a file written by the test in the documented form",
        read=read_obu, shape=SHAPES["polygon"],
        remotes=(
            Remote(
                "https://store.pangaea.de/Publications/ObuJ-etal_2018/UiO_PEX_5.0_20181127_2000_2016_10km.nc",
                OBU_FILE, "netcdf",
            ),
        ),
    ),
    feature_source(
        "polygon", {"kind": "kind", "status": "status", "detail": "COMBO"},
        parse=_brown, id="nsidc_ggd318_map", title="Circum-Arctic map of permafrost and ground ice",
        publisher="NSIDC (Brown et al.)", licence="free use with citation",
        citation="Brown et al. 2002, GGD318 version 2", homepage="https://nsidc.org/data/ggd318/versions/2",
        as_of="2002-02-01",
        made="areas with permafrost; no judgement reads it yet; tried on a file written by the test in the "
        "documented form",
        remotes=(Remote("https://nsidc.org/data/ggd318/versions/2", "climate/ggd318_permaice.zip", "page"),),
    ),
)  # fmt: skip
