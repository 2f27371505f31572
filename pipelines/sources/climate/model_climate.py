"""Met Office model fields of near-surface air temperature: pre-industrial, and at the end of SRES A1B.

One model and one scenario give a pattern of warming, not a forecast. The fields keep their grid of 1.25
degree of latitude and 1.875 of longitude.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from pipelines.source import Inputs, Package, Source

if TYPE_CHECKING:
    from pathlib import Path

_HASH = "39d45283bf9e7bff6067bffa635fa189b6c4dd47608840d087bfa639399f4656"
_FOLDER = "iris_sample_data/sample_data"
BEFORE = Package("iris-sample-data", "2.5.2", _HASH, f"{_FOLDER}/pre-industrial.pp")
AFTER = Package("iris-sample-data", "2.5.2", _HASH, f"{_FOLDER}/A1B.2098.pp")
_SOUTH_DEG = 55.0  # a margin south of the snapshot, for interpolation at its edge
_KELVIN = 273.15


def _field(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    import iris  # noqa: PLC0415  an extra of the snapshot only

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # iris warns of its own defaults
        cube = iris.load_cube(str(path))
        return (
            np.asarray(cube.data, dtype="float64"),
            cube.coord("latitude").points.astype("float64"),
            cube.coord("longitude").points.astype("float64"),
        )


def read(inputs: Inputs) -> xr.Dataset:
    """Return pre-industrial mean annual temperature (degC) and the pattern of warming, north of 55 N.

    The pattern is the warming of a cell divided by the global mean warming, without a unit. Both fields have
    the dimensions latitude and longitude.
    """
    before, latitude, longitude = _field(inputs.package(BEFORE))
    after, _, _ = _field(inputs.package(AFTER))
    warming = after - before
    # The area of a cell of equal degrees is proportional to the cosine of its latitude.
    weight = np.cos(np.radians(latitude))[:, None] * np.ones_like(warming)
    global_mean = float((warming * weight).sum() / weight.sum())
    north = latitude >= _SOUTH_DEG
    order = np.argsort(latitude[north])
    dims = ("latitude", "longitude")
    return xr.Dataset(
        {
            "temperature_before_degc": (
                dims,
                np.round(before[north][order] - _KELVIN, 2).astype("float32"),
                {
                    "long_name": "annual mean near-surface air temperature, pre-industrial control",
                    "standard_name": "air_temperature",
                    "units": "degC",
                },
            ),
            "warming_ratio": (
                dims,
                np.round(warming[north][order] / global_mean, 3).astype("float32"),
                {"long_name": "local warming per degree of global mean warming", "units": "1"},
            ),
        },
        coords={
            "latitude": ("latitude", latitude[north][order], {"units": "degrees_north",
                         "standard_name": "latitude"}),
            "longitude": ("longitude", longitude, {"units": "degrees_east",
                          "standard_name": "longitude"}),
        },
        attrs={
            "Conventions": "CF-1.8",
            "title": "Near-surface air temperature before industry and its pattern of warming",
            "institution": "UK Met Office, through iris-sample-data",
            "source": "Met Office Unified Model, annual means 1859-60 and 2098-99 (SRES A1B)",
            "references": "iris-sample-data 2.5.2, Open Government Licence v3.0",
            "global_mean_warming_degc": round(global_mean, 3),
            "licence": "OGL-UK-3.0",
        },
    )  # fmt: skip


SOURCES = (
    Source(
        id="metoffice_model_temperature",
        feeds="grid:climate",
        title="Near-surface air temperature, pre-industrial and SRES A1B 2098/99",
        publisher="UK Met Office (iris-sample-data)",
        licence="OGL-UK-3.0",
        citation="Contains public sector information licensed under the Open Government Licence v3.0.",
        homepage="https://github.com/SciTools/iris-sample-data",
        as_of="2098-12-01",
        state="embedded",
        made="cut at 55 N; warming divided by its global mean; one model, a pattern, not a forecast",
        read=read,
        packages=(BEFORE, AFTER),
    ),
)
