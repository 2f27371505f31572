"""The NetCDF writer: same bytes, nothing lost, a flipped byte an error, a refusal with a name."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import h5py  # type: ignore[import-untyped]
import numpy as np
import pytest
import xarray as xr

from layers.errors import ExportError
from pipelines.netcdf import write_grid

if TYPE_CHECKING:
    from pathlib import Path


def polar() -> xr.Dataset:
    """Return every kind of variable the project stores: codes, text, days, gaps, a grid mapping."""
    return xr.Dataset(
        {
            "crs": ((), np.int32(0), {"grid_mapping_name": "polar_stereographic"}),
            "codes": (
                ("sample", "y", "x"),
                np.arange(240, dtype=np.uint8).reshape(2, 10, 12),
                {"flag_values": np.array([251, 254], dtype=np.uint8), "units": "percent"},
            ),
            "label": ("sample", np.array(["Tromsø", "a"])),
            "extent": ("sample", np.array([4.376, np.nan])),
            "is_daily": ("sample", np.array([True, False])),
        },
        coords={
            "x": ("x", np.arange(12) * 25e3),
            "y": ("y", np.arange(10) * -25e3),
            "sample": ("sample", np.array(["1969-07-20", "2026-11-23"], dtype="datetime64[s]")),
        },
        attrs={"Conventions": "CF-1.8", "title": "Sea ice"},
    )


def geographic() -> xr.Dataset:
    """Return float32 and int16 on latitude and longitude, as the climate and the sea floor are."""
    random = np.random.default_rng(1)
    dims = ("latitude", "longitude")
    return xr.Dataset(
        {
            "temperature_degc": (dims, random.normal(size=(28, 192)).astype(np.float32)),
            "height_m": (dims, random.integers(-5000, 3000, (28, 192)).astype(np.int16)),
        },
        coords={
            "latitude": ("latitude", np.arange(28) * 1.25 + 55, {"units": "degrees_north"}),
            "longitude": ("longitude", np.arange(192) * 1.875, {"units": "degrees_east"}),
        },
        attrs={"Conventions": "CF-1.8", "global_mean_warming_degc": 3.4},
    )


def chunk(variable: h5py.Dataset) -> tuple[int, int]:
    """Return where the first chunk lies in the file, and how long it is, in bytes."""
    info = variable.id.get_chunk_info(0)
    return info.byte_offset, info.size


@pytest.fixture(params=[polar, geographic])
def dataset(request: pytest.FixtureRequest) -> xr.Dataset:
    made: xr.Dataset = request.param()
    return made


def test_two_writes_are_equal_byte_by_byte(dataset: xr.Dataset, tmp_path: Path) -> None:
    first, second = tmp_path / "first.nc", tmp_path / "other" / "second.nc"
    second.parent.mkdir()
    write_grid(dataset, first)
    time.sleep(1.1)  # HDF5 keeps times in whole seconds
    write_grid(dataset, second)
    assert first.read_bytes() == second.read_bytes()


def test_what_was_read_is_written_as_it_was(dataset: xr.Dataset, tmp_path: Path) -> None:
    first, second = tmp_path / "first.nc", tmp_path / "second.nc"
    write_grid(dataset, first)
    with xr.open_dataset(first, engine="h5netcdf") as back:
        write_grid(back.load(), second)
    assert first.read_bytes() == second.read_bytes()


def test_values_types_and_attributes_come_back(dataset: xr.Dataset, tmp_path: Path) -> None:
    path = tmp_path / "grid.nc"
    write_grid(dataset, path)
    with xr.open_dataset(path, engine="h5netcdf") as back:
        xr.testing.assert_equal(back.load(), dataset)
        assert back.attrs == dataset.attrs
        assert list(back.variables) == list(dataset.variables)
        for name, variable in dataset.variables.items():
            if variable.dtype.kind not in "UM":
                assert back[name].dtype == variable.dtype, name
            assert back[name].attrs.keys() == variable.attrs.keys(), name


def test_only_a_gap_has_a_fill_value_and_days_are_whole_numbers(tmp_path: Path) -> None:
    path = tmp_path / "grid.nc"
    write_grid(polar(), path)
    with h5py.File(path) as raw:
        assert [name for name in raw if "_FillValue" in raw[name].attrs] == ["extent"]
        assert raw["sample"].dtype == np.int32
        assert raw["sample"].attrs["units"] == "days since 1970-01-01"
        assert raw["sample"][0] == -165


def test_a_flipped_byte_in_any_variable_is_an_error_on_read(dataset: xr.Dataset, tmp_path: Path) -> None:
    path = tmp_path / "grid.nc"
    write_grid(dataset, path)
    whole = path.read_bytes()
    with h5py.File(path) as raw:
        at = {name: chunk(raw[name]) for name in raw if raw[name].chunks and raw[name].fletcher32}
    assert set(at) == {str(name) for name, v in dataset.variables.items() if v.ndim}
    for name, (start, size) in at.items():
        for position in (start, start + size // 2, start + size - 1):
            broken = bytearray(whole)
            broken[position] ^= 0x10
            path.write_bytes(bytes(broken))
            with (
                pytest.raises(OSError, match="read"),
                xr.open_dataset(path, engine="h5netcdf") as back,
            ):
                back[name].load()


@pytest.mark.parametrize(
    ("values", "match"),
    [
        (np.array([1 + 2j]), "variable v of complex128"),
        (np.array([object()]), "variable v of object"),
        (np.array(["2026-11-23T12:00"], dtype="datetime64[s]"), "variable v with a time of day"),
        (np.array(["NaT"], dtype="datetime64[s]"), r"none \(NaT\)"),
    ],
)
def test_what_has_no_place_in_the_file_is_refused(tmp_path: Path, values: np.ndarray, match: str) -> None:
    path = tmp_path / "grid.nc"
    path.write_bytes(b"what was there")
    with pytest.raises(ExportError, match=rf"grid\.nc: expected .*{match}"):
        write_grid(xr.Dataset({"v": ("x", values)}), path)
    assert path.read_bytes() == b"what was there"
    assert [file.name for file in tmp_path.iterdir()] == ["grid.nc"]


@pytest.mark.parametrize("attribute", [{"a": 1}, None, True])
def test_an_attribute_that_netcdf_does_not_know_is_refused(tmp_path: Path, attribute: Any) -> None:
    dataset = xr.Dataset({"v": ("x", [1])}, attrs={"k": attribute})
    with pytest.raises(ExportError, match=r"grid\.nc: expected to write"):
        write_grid(dataset, tmp_path / "grid.nc")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_an_export_error(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"grid\.nc: expected to write a NetCDF file into .*none"):
        write_grid(geographic(), tmp_path / "none" / "grid.nc")
