"""Logs as spreadsheets save them, held against a small pack written by hand."""

from __future__ import annotations

import hashlib
import json

import pytest

from layers.errors import UsageError
from pipelines.exercises.compare import compare
from pipelines.exercises.write import FORMAT

EXPECTED = "effect_id,at_h,flow,place,country_iso3,expected\nE1,0,data,Tromsø,NOR,cut_off\n"


@pytest.fixture
def pack(tmp_path):
    folder = tmp_path / "pack"
    (folder / "facilitator").mkdir(parents=True)
    path = folder / "facilitator" / "expected_effects.csv"
    path.write_text(EXPECTED, encoding="utf-8-sig")
    row = {
        "file": "facilitator/expected_effects.csv",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }
    manifest = {"format": FORMAT, "pack": "toy 1", "title": "Toy", "status": "input", "files": [row]}
    (folder / "MANIFEST.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("separator", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "cp1252")]
)  # fmt: skip
def test_a_log_is_read_as_a_spreadsheet_saves_it(pack, tmp_path, separator, encoding):
    log = tmp_path / "log.csv"
    text = "effect_id,observed_state,place,pack\r\nE1,cut off,Tromsø,toy 1\r\n,,,\r\n"
    log.write_bytes(text.replace(",", separator).encode(encoding))
    assert compare(log, pack)["counts"] == {"matched": 1, "missed": 0, "unexpected": 0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("effect_id,observed_state,pack\nE1,same,other 2\n", "expected a log of pack toy 1, found other 2"),
        ("effect_id,observed_state,pack\nE1,same,\n", "found no name of a pack"),
        ("", "found no effect_id; fill in the sheet"),
        ("effect_id,pack\nE1,toy 1\n", "found no observed_state"),
    ],
)
def test_a_log_that_does_not_fit_is_refused(pack, tmp_path, text, said):
    log = tmp_path / "log.csv"
    log.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        compare(log, pack)
    assert said in str(caught.value)
