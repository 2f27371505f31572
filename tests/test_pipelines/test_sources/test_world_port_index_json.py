"""The World Port Index of NGA's service: the same port gives the same row as the CSV does."""

from __future__ import annotations

import csv
import json
import math
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from fault_server import serving
from form_service import read_here
from provider_mirror import dated, place

from layers.errors import SourceError
from layers.observed.ports import DEPTH_BINS_M, WPI_FIELDS
from pipelines.intake.fetch import Fetcher, Limits
from pipelines.intake.ledger import form_of
from pipelines.intake.refresh import refresh
from pipelines.source import Inputs
from pipelines.sources import FETCHABLE, source
from pipelines.sources.shipping import world_port_index
from pipelines.sources.shipping.world_port_index_json import FIELDS, csv_rows

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 25)
# Codes by hand, of NGA's field guide and what its service was seen to answer; the reader has its own table.
HARBOURS = {
    "Coastal (Breakwater)": "CB", "Coastal (Natural)": "CN", "Coastal (Tide Gates)": "CT",
    "Canal or Lake": "LC", "Open Roadstead": "OR", "River (Basins)": "RB", "River (Natural)": "RN",
    "River (Tide Gates)": "RT", "Typhoon Harbor": "TH",
}  # fmt: skip
REPAIRS = {"Major": "A", "Moderate": "B", "Limited": "C", "Emergency Only": "D", "None": "N", "Unknown": "U"}
USES = {"Fishing": "FISH", "Military": "MIL", "Cargo": "CARGO", "Ferry": "FERRY", "Unknown": "UNK"}
HEADINGS = {"Cranes Container": "Cranes - Container", "Services -Steam": "Services - Steam",
            "Services -Diving": "Services - Diving"}  # fmt: skip
ROUNDED = {field.heading for field in WPI_FIELDS if field.kind == "depth"}


def as_json(row: dict[str, str]) -> dict[str, Any]:
    """A row of the CSV of 2023 as the service codes it: first letters, whole metres, capital regions."""
    fields: dict[str, Any] = {}
    for heading, name in FIELDS.items():
        text = row[HEADINGS.get(heading, heading)].strip()
        codes = {"Harbor Type": HARBOURS, "Repairs": REPAIRS, "Harbor Use": USES}.get(heading)
        if heading in {"Latitude", "Longitude"}:
            fields[name] = float(text)
        elif codes:
            fields[name] = codes.get(text, text)
        elif text in {"Yes", "No", "Unknown", "None", "Small", "Medium", "Large", "Very Small", "Excellent",
                      "Good", "Fair", "Poor"}:  # fmt: skip
            fields[name] = text[0]
        elif heading in ROUNDED and text:
            fields[name] = str(math.floor(float(text) + 0.5))
        else:
            fields[name] = text or None
    region, _, number = row["Region Name"].partition(" -- ")
    return fields | {
        "portNumber": json.loads(row["World Port Index Number"]),
        "regionName": region.strip().upper() or None,
        "regionNumber": int(number) if number else None, "globalId": "{6D69EBB5-EADE-4E18-8A78-6D0C7D64B7B3}",
    }  # fmt: skip


def answer(mirror: Path) -> list[dict[str, Any]]:
    with (mirror / "ports/NGA_WPI_UpdatedPub150_2023.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [as_json(row) for row in rows]


def table(folder: Path, file: str, content: bytes) -> pd.DataFrame:
    path = folder / file
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return world_port_index.read_all(Inputs(folder / "none", fetched=folder))


@pytest.mark.shared
def test_the_same_port_gives_the_same_row(mirror, tmp_path):
    """All rows of the issue of 2023 north of 58 N, but for what the service does not give."""
    original = (mirror / "ports/NGA_WPI_UpdatedPub150_2023.csv").read_bytes()
    of_csv = table(tmp_path / "csv", world_port_index.PACKAGE.member, original)
    ports = json.dumps({"ports": answer(mirror)}).encode()
    of_json = table(tmp_path / "json", world_port_index.JSON.file, ports)
    lacking = ["object_id", "publication_link", "iho_s130_sea_area"]
    assert of_json[lacking].isna().all(axis=None)
    # A depth that is no bin comes in whole metres, and may be taken for the bin it then lies beside.
    depths = [name for name in of_csv if name.endswith(("_depth_low_m", "_depth_high_m"))]
    rest = of_csv.columns.difference([*lacking, *depths])
    assert len(of_csv) == 453
    pd.testing.assert_frame_equal(pd.DataFrame(of_json[rest]), pd.DataFrame(of_csv[rest]))
    for low in depths[::2]:
        high = low.replace("low", "high")
        is_bin = of_csv[low].round(1).isin(DEPTH_BINS_M)
        for name in (low, high):
            assert of_json.loc[is_bin, name].equals(of_csv.loc[is_bin, name]), name
        assert not ((of_json[low] - of_csv[low]).abs() >= 1.0).any()
        assert of_json[low].isna().equals(of_csv[low].isna() | (of_csv[low] < 0.5))


@pytest.mark.shared
def test_the_service_is_fetched_under_its_own_address_and_judged(mirror, tmp_path, monkeypatch):
    """The whole answer replaces the embedded ports; without a quarter of the north it is held."""

    # The sandbox has tests of its own; starting a child takes seconds.
    monkeypatch.setattr("pipelines.intake.sandbox.read_in_sandbox", read_here)
    ports = answer(mirror)
    north = [row for row in ports if row["ycoord"] >= 58]
    less = [row for row in ports if row["ycoord"] < 58] + north[: len(north) * 3 // 4]
    remote = world_port_index.JSON
    with serving(tmp_path / "mirror") as url:
        path = place(tmp_path / "mirror", remote.url, by_query=True)
        result = []
        for number, rows in enumerate((ports, less)):
            path.write_text(json.dumps({"ports": rows}))
            dated(path, 1_795_000_000 + number)
            result += refresh(
                FETCHABLE, tmp_path / "cache", Fetcher(url, Limits(pace_s=0)), today=TODAY, day=TODAY,
                names=["nga_world_port_index.json"],
            )  # fmt: skip
    assert (result[0].state, result[0].rows, result[0].rows_before) == ("new", 451, 444)
    assert result[0].as_of == "2025-05-27", (
        "the service dates nothing: the day on which it answered is no date"
    )
    assert result[1].state == "held"
    assert result[1].reason.count("expected about") == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"harborSize": "X"}, "field 'Harbor Size': expected one of V, S, M, L, N, U, found 'X'"),
        ({"erIce": "maybe"}, "field 'Entrance Restriction - Ice': expected one of Y, N, U, found 'maybe'"),
    ],
)
def test_a_code_that_is_new_is_refused(tmp_path, change, said):
    port = dict.fromkeys(FIELDS.values()) | {"portNumber": 1, "regionName": "NORWAY", "regionNumber": 20620}
    path = tmp_path / "ports.json"
    path.write_text(json.dumps({"ports": [port]}))
    assert csv_rows(path).loc[0, "Region Name"] == "Norway -- 20620"
    path.write_text(json.dumps({"ports": [port | change]}))
    with pytest.raises(SourceError, match=said):
        csv_rows(path)


def test_another_answer_is_refused(tmp_path):
    path = tmp_path / "ports.json"
    path.write_text('{"ports": []}')
    with pytest.raises(SourceError, match="expected `ports`"):
        csv_rows(path)
    path.write_text('{"ports": [{"portNumber": 1}]}')
    with pytest.raises(SourceError, match="expected the field 'regionName'"):
        csv_rows(path)


def test_of_two_forms_of_a_table_the_later_stands_in():
    ports = source("nga_world_port_index")
    csv_unit, json_unit = "nga_world_port_index", "nga_world_port_index.json"
    assert form_of(ports, {}) is None
    assert form_of(ports, {csv_unit: {"set": "a", "as_of": "2025-05-27"}}) == csv_unit
    both = {csv_unit: {"set": "a", "as_of": "2025-05-27"}, json_unit: {"set": "b", "as_of": "2026-11-18"}}
    assert form_of(ports, both) == json_unit
    assert form_of(ports, both | {json_unit: {"held": {"state": "held"}}}) == csv_unit
    assert form_of(source("sea_ice_grid"), {"sea_ice_grid.osisaf_sic": {"set": "a"}}) is None
