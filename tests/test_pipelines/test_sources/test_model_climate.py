"""The model's temperatures on a made-up field: degC, warming by the mean of the globe, south left out."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.sources.climate import model_climate


def test_temperature_and_ratio_of_warming(package_file, monkeypatch):
    latitude, longitude = np.array([90.0, 60.0, 54.0, -60.0]), np.array([0.0, 180.0])
    before = np.full((4, 2), 260.004)
    warming = np.array([[9, 9], [6, 6], [3, 3], [0.5, 0.5]])
    fields = {
        "pre-industrial.pp": (before, latitude, longitude),
        "A1B.2098.pp": (before + warming, latitude, longitude),
    }
    monkeypatch.setattr(model_climate, "_field", lambda path: fields[path.name])
    package_file(model_climate.BEFORE, b"")
    table = model_climate.read(package_file(model_climate.AFTER, b""))
    assert table["latitude"].to_numpy().tolist() == [60.0, 90.0]
    assert np.unique(table["temperature_before_degc"].to_numpy()) == np.float32(-13.15)  # to the hundredth
    # A mean over the globe weighs by area: the pole counts nothing, 60 N and 60 S a half each.
    weight = np.cos(np.radians(latitude))
    mean = float((weight * warming[:, 0]).sum() / weight.sum())
    assert table.attrs["global_mean_warming_degc"] == pytest.approx(mean, abs=0.001)
    assert table["warming_ratio"].to_numpy()[:, 0] == pytest.approx([6 / mean, 9 / mean], abs=0.001)
