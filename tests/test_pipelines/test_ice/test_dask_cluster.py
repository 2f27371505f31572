"""The same season on two Dask workers as in one process; a missing extra is named."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import xarray as xr

from layers.errors import UsageError
from layers.grid import NSIDC_25KM
from layers.ice.daily import node_support
from layers.ice.synthetic import days
from pipelines.ice.archive import Archive
from pipelines.ice.dask_cluster import dask_map
from pipelines.ice.year_passes import seasons
from pipelines.snapshot import DATA


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"expected dask.distributed.*pip install"), dask_map():
        pass


@pytest.mark.filterwarnings("ignore")  # what a cluster says while it closes is not ours
def test_two_workers_find_what_one_process_finds(tmp_path):
    pytest.importorskip("distributed", reason="optional: pip install 'arctic-picture[dask]'")
    with xr.open_dataset(DATA / "sea_ice_grid.nc", decode_times=False, mask_and_scale=False) as grid:
        surface = grid["surface"].to_numpy()
    archive = Archive(tmp_path, "synthetic")
    archive.append(days(2000, 2003, surface, missing=0.001), surface)
    random = np.random.default_rng(0)
    row, column = np.unravel_index(random.choice(np.flatnonzero(surface == 0), 200), NSIDC_25KM.shape)
    ids = [str(n) for n in range(200)]
    support = node_support(ids, NSIDC_25KM.x_m[column], NSIDC_25KM.y_m[row], surface == 0)
    alone = seasons(archive, support, 2000, 2002)
    with dask_map(workers=2) as mapper:
        together = seasons(archive, support, 2000, 2002, mapper=mapper)
    assert alone.years.tolist() == together.years.tolist()
    for name, values in alone.metrics.items():
        assert np.array_equal(together.metrics[name], values, equal_nan=True)
