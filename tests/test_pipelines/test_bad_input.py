"""Bad input on the real path: fetched, looked at, held with its reason; the last good stays.

The classes stand in the tables BAD of `test_gates` (files, by kind) and of `test_live` (one source's
content, driven there); here the files take the same way, and all are counted.
"""

from __future__ import annotations

import json
import os
import re
from datetime import date

import pytest
import test_gates
import test_live
from fault_server import serving
from provider_mirror import place

from pipelines.fetch import Fetcher, Limits
from pipelines.live import accepted_folder, ledger_of, refresh
from pipelines.source import Remote, Source

URL = "https://data.example.org/file"
TODAY = date(2026, 11, 25)
GOOD = {
    "csv": test_gates.CSV,
    "json": b'{"elements": [1, 2]}',
    "geojson": json.dumps(test_gates.POINTS).encode(),
    "zip": test_gates.zipped({"a.csv": b"1"}),
    "xlsx": test_gates.zipped({"[Content_Types].xml": b"<x/>", "xl/worksheets/1.xml": b"<x/>"}),
    "netcdf": b"CDF\x01" + bytes(80),
}


def of_kind(kind: str) -> Source:
    return Source(
        id=f"bad_{kind}", feeds="ports", title="x", publisher="x", licence="x", citation="x", homepage="x",
        as_of="2026-01-01", state="live", made="x", remotes=(Remote(URL, "file", kind),),
    )  # fmt: skip


def test_there_are_sixty_classes_and_more():
    """Two of `test_gates` stand beside its table: a member twice, and NetCDF cut."""
    assert len(test_gates.BAD) + 2 + len(test_live.BAD) >= 60


@pytest.mark.parametrize("name", test_gates.BAD)
def test_a_bad_file_is_held_and_the_last_good_stays(tmp_path, name):
    kind, content, found = test_gates.BAD[name]
    source, cache = of_kind(kind), tmp_path / "cache"
    served = place(tmp_path / "mirror", URL)
    with serving(tmp_path / "mirror") as url:
        fetcher = Fetcher(url, Limits(deadline_s=10, pace_s=0, tries=1))

        def take():
            (tmp_path / "mirror").mkdir(exist_ok=True)
            return refresh([source], cache, fetcher, today=TODAY, day=TODAY, names=[source.id])[0]

        served.write_bytes(GOOD[kind])
        assert take().state == "new"
        before = accepted_folder(cache, source.id, ledger_of(cache))
        served.unlink()
        served.write_bytes(content)
        os.utime(served, (2_000_000_000, 2_000_000_000))
        told = take()
    assert told.is_late
    assert accepted_folder(cache, source.id, ledger_of(cache)) == before
    assert (before / "file").read_bytes() == GOOD[kind]
    if not content:
        assert told.state == "refused"
        assert "found 0 bytes" in told.reason
        return
    assert told.state == "held"
    assert re.search(found, told.reason), told.reason
    [why] = (cache / "quarantine").glob("*/*/WHY.json")
    said = json.loads(why.read_text())
    assert (said["source"], said["action"]) == (source.id, "held back; the last good stays")
    assert "expected" in said["reason"]
    assert said["findings"][0]["rule"] == "kind"
    assert (why.parent / "file").read_bytes() == content
