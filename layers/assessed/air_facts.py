"""Air temperature of each node, from a model corrected by stations, and the permafrost zone that follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.climate import permafrost_fraction, sample_field
from layers.merge import nearest
from layers.observed.climate_records import PERMAFROST_ZONES

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from layers.assessed.fact_rows import FactRows

__all__ = [
    "CLIMATE_SOURCE",
    "NORMAL_YEARS",
    "add_air",
    "air_corrections",
    "correction_at",
    "proxy_zone",
    "warming_of",
]
CLIMATE_SOURCE = "metoffice_model_temperature"  # source of the grid `climate`
# Only stations of one period correct the model: periods differ by up to 4 degC.
_PERIOD = (2004, 2020)
NORMAL_YEARS = (1981, 2010)  # the climate for which places were built
_HIGH_STATION_M = 600.0  # a higher station does not represent a town by the sea
_STATIONS, _POWER, _NEAR_KM = 8, 2.0, 25.0  # see `correction_at`


def warming_of(global_warming: pd.DataFrame, first: int, last: int) -> float:
    """Return the mean global warming of the years `first` to `last`, degC above 1850-1900.

    `global_warming` has year and warming_degc.
    """
    years = global_warming[global_warming["year"].between(first, last)]
    return float(round(years["warming_degc"].mean(), 4))


def air_corrections(
    climate: xr.Dataset, station_normals: pd.DataFrame, global_warming: pd.DataFrame
) -> pd.DataFrame:
    """Return the difference of stations less model in 2004 to 2020, degC, one row per station.

    The model has the warming of these years. Columns are longitude_deg, latitude_deg, correction_degc and
    left_out_degc. left_out_degc is the error of the corrected field at the station if this station is left
    out.
    """
    one = station_normals[
        (station_normals["first_year"] == _PERIOD[0])
        & (station_normals["last_year"] == _PERIOD[1])
        & ~(station_normals["elevation_m"] > _HIGH_STATION_M)
    ]
    lon, lat = (one[f"{name}_deg"].to_numpy(dtype=float) for name in ("longitude", "latitude"))
    warming = warming_of(global_warming, *_PERIOD)
    model = (
        sample_field(climate["temperature_before_degc"], lon, lat)
        + sample_field(climate["warming_ratio"], lon, lat) * warming
    )
    above = one["mean_annual_air_temperature_degc"].to_numpy(dtype=float) - model
    table = pd.DataFrame({"longitude_deg": lon, "latitude_deg": lat, "correction_degc": above.round(3)})
    own = correction_at(table, lon, lat, skip_own=True)
    return table.assign(left_out_degc=(own - above).round(3))


def correction_at(
    corrections: pd.DataFrame, lon: NDArray[np.float64], lat: NDArray[np.float64], *, skip_own: bool = False
) -> NDArray[np.float64]:
    """Return the correction of the model at WGS 84 positions, degC, shape of `lon`.

    It is the mean over the eight nearest stations, each with weight 1 / (distance + 25 km) squared. With
    `skip_own` the positions are those of the stations, and each station is left out at its own position.
    """
    places = pd.DataFrame({"longitude_deg": lon, "latitude_deg": lat})
    km, position = nearest(places, corrections, k=_STATIONS + skip_own)
    km, position = (km[:, 1:], position[:, 1:]) if skip_own else (km, position)
    # The added 25 km keep a very near station from deciding alone.
    weight = np.where(position < 0, 0.0, 1.0 / (np.where(np.isinf(km), 1e9, km) + _NEAR_KM) ** _POWER)
    value = corrections["correction_degc"].to_numpy()[np.maximum(position, 0)]
    total, sums = weight.sum(axis=1), (weight * value).sum(axis=1)
    # One station alone has no other to be compared with.
    return np.divide(sums, total, out=np.full(len(total), np.nan), where=total > 0).round(3)


def proxy_zone(air_degc: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the permafrost zone in balance with a mean annual air temperature, degC.

    4 continuous, 3 discontinuous, 2 sporadic, 1 isolated, 0 none (Gruber 2012, doi:10.5194/tc-6-221-2012).
    """
    share = permafrost_fraction(air_degc)
    return np.asarray(np.digitize(share, (0.01, 0.1, 0.5, 0.9)))


def add_air(
    book: FactRows,
    sites: pd.DataFrame,
    climate: xr.Dataset,
    station_normals: pd.DataFrame,
    global_warming: pd.DataFrame,
) -> None:
    """Write the mean air temperature of 1981-2010 of every site, degC, and the zone in balance with it.

    The facts are added to `book`. `climate` is the grid of the model.
    """
    lon, lat = (sites[f"{name}_deg"].to_numpy(dtype=float) for name in ("longitude", "latitude"))
    corrections = air_corrections(climate, station_normals, global_warming)
    level = warming_of(global_warming, *NORMAL_YEARS)
    before, ratio = (sample_field(climate[n], lon, lat) for n in ("temperature_before_degc", "warming_ratio"))
    air = (before + ratio * level + correction_at(corrections, lon, lat)).round(2)
    error = float(np.sqrt((corrections["left_out_degc"] ** 2).mean()).round(2))
    note = (
        f"mean of 1981-2010: one climate model corrected by {len(corrections)} stations of 2004-2020; "
        f"error of a station left out {error:g} °C"
    )
    every = np.arange(len(sites))
    book.add(
        every,
        "air_temperature",
        value=air,
        low=air - error,
        high=air + error,
        unit="degC",
        tier="modelled",
        source_id=CLIMATE_SOURCE,
        as_of=str(station_normals["as_of"].max()),
        note=note,
    )
    zone = proxy_zone(air)
    book.add(
        every, "permafrost_zone", value=zone.astype(float), unit="class", tier="proxy",
        label=np.array(PERMAFROST_ZONES, dtype=object)[4 - zone], source_id=CLIMATE_SOURCE,
        as_of=str(station_normals["as_of"].max()),
        note=f"proxy: ground in balance with an air of {NORMAL_YEARS[0]}-{NORMAL_YEARS[1]} (Gruber 2012)",
    )  # fmt: skip
