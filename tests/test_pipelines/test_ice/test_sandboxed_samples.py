"""Daily files read apart: a file that hangs, kills or lies is named, and the others are read."""

from __future__ import annotations

import json
import os
from datetime import date

import numpy as np
import pytest
from good_files import nasa_team

from layers.grid import NSIDC_25KM
from pipelines.ice.sandboxed_samples import _stored, read_samples
from pipelines.sources.sea_ice.ice_samples import Sample


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    codes = np.full(NSIDC_25KM.shape, 125, dtype=np.uint8)
    return nasa_team(tmp_path_factory.mktemp("good"), codes)


def test_a_file_without_an_end_is_held_and_the_others_are_read(good, tmp_path):
    hang = tmp_path / "nt_20010107_f13_v1.1_n.bin"
    os.mkfifo(hang)
    empty = tmp_path / "sic_psn25_20240501_F17_v06r00.nc"
    empty.write_bytes(b"CDF\x01")  # its reader ends with an error of another kind than ours
    other = tmp_path / "roads.csv"
    other.write_text("a")
    # Only the pipe takes the seconds: no process of it uses the processor.
    hung, first, dead, strange, last = read_samples([hang, good, empty, other, good], seconds=20)
    for sample in (first, last):
        assert isinstance(sample, Sample)
        assert (sample.date, sample.product, sample.period) == (date(2001, 1, 6), "nsidc_0051", "daily")
        assert (sample.concentration == 50).all()
    assert f"{hang.name}: expected its files to be read within 20 s, found no end" in hung
    assert dead.startswith(f"{empty.name}: ")
    assert "IndexError" in dead
    assert "expected a name that begins" in strange


def test_a_file_that_cannot_be_a_day_is_not_opened(tmp_path):
    large = tmp_path / "nt_20010108_f13_v1.1_n.bin"
    with large.open("wb") as stream:
        stream.truncate(300_000_000)
    [reason, gone] = read_samples([large, tmp_path / "nt_gone"])
    assert "expected at most 200000000 bytes, found 300000000" in reason
    assert "No such file" in gone


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"product": "../../etc"}, "product"),
        ({"grid": "1m"}, "1m"),
        ({"version": "v1\n\x1b[2J"}, "version"),
        ({"date": "yesterday"}, "isoformat"),
        ({"period": "yearly"}, "period"),
    ],
)
def test_the_answer_of_a_child_is_not_believed(tmp_path, change, said):
    row = {
        "period": "daily",
        "product": "p",
        "version": "v1",
        "sensor": "f13",
        "date": "2001-01-01",
        "grid": "",
    }
    np.zeros(NSIDC_25KM.shape, dtype=np.uint8).tofile(tmp_path / "0.bin")
    row["product"] = "nsidc_0051"
    (tmp_path / "0.json").write_text(json.dumps(row))
    assert isinstance(_stored(tmp_path, 0, tmp_path / "x.bin"), Sample)
    (tmp_path / "0.json").write_text(json.dumps(row | change))
    result = _stored(tmp_path, 0, tmp_path / "x.bin")
    assert isinstance(result, str)
    assert said in result
    (tmp_path / "0.json").write_text('{"period": ')  # killed while it wrote
    assert isinstance(_stored(tmp_path, 0, tmp_path / "x.bin"), str)
