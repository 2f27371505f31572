"""A live source: a made-up list of airfields feeds its layer through a mirror, and its row becomes a node."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from daily_provider import QUICK, QUICK_BUILD
from fault_server import serving
from provider_mirror import place

from pipelines.intake.fetch import Fetcher
from pipelines.intake.fetch_results import FetchResult
from pipelines.intake.findings import Checks
from pipelines.intake.ledger import write_ledger
from pipelines.intake.place_checks import ashore
from pipelines.intake.refresh import refresh
from pipelines.intake.replace_embedded import replace_embedded
from pipelines.intake.tables import table_of
from pipelines.picture.build import build
from pipelines.picture.read import check_picture
from pipelines.read_helpers import points, read_rows, to_number
from pipelines.snapshot import load
from pipelines.source import Inputs, Remote, Source
from pipelines.sources import SOURCES

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

FETCHED_ON = date(2026, 11, 25)
FILE = "infrastructure/made_up_airfields.csv"
HEADINGS = "key,name,country,longitude,latitude,runway_m,updated\n"
# On the coast of Chukotka, 50 km and more from any embedded airfield.
ROW = "tundra,Tundra Field,RUS,-173.6,66.7,1800,2026-10-01\n"


def read_airfields(inputs: Inputs) -> gpd.GeoDataFrame:
    """Airfields as the made-up provider lists them; each row has its own date."""
    raw = read_rows(inputs.provider(FILE))
    raw = raw.assign(longitude=to_number(raw["longitude"]), latitude=to_number(raw["latitude"]))
    table = points(raw, "longitude", "latitude")
    return table.assign(
        feature_id="made-up-" + table["key"], country_iso3=table["country"], kind="small_airport",
        runway_length_m=to_number(table["runway_m"]), source_id="made_up_airfields", as_of=table["updated"],
    )  # fmt: skip


MADE_UP = Source(
    id="made_up_airfields", feeds="airfields", title="Made-up airfields", publisher="Nobody",
    licence="CC0-1.0", citation="None.", homepage="https://data.example.org", as_of="2026-01-01",
    state="live", made="as listed", read=read_airfields,
    remotes=(Remote("https://data.example.org/airfields.csv", FILE, fresh_days=90),),
    checks=Checks(own=(ashore,)),
)  # fmt: skip


class Mirror:
    """A mirror on loopback with the made-up list, and a cache that is refreshed from it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.file, self.cache, self.url = (
            place(folder / "mirror", MADE_UP.remotes[0].url),
            folder / "cache",
            url,
        )

    def fetch(self, *rows: str) -> FetchResult:
        self.file.write_text(HEADINGS + "".join(rows))
        fetcher = Fetcher(self.url, QUICK)
        [result] = refresh([MADE_UP], self.cache, fetcher, today=FETCHED_ON, day=FETCHED_ON)
        return result


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    def read_here(source_id: str, fetched: Path, packages: Path, out: Path) -> None:
        assert source_id == MADE_UP.id
        table_of(MADE_UP, fetched, packages).to_parquet(out, index=False)

    monkeypatch.setattr("pipelines.intake.sandbox.read_in_sandbox", read_here)
    with serving(tmp_path / "mirror") as url:
        yield Mirror(tmp_path, url)


@pytest.mark.sweep
def test_a_live_list_of_airfields_becomes_nodes_under_its_own_id_and_date(mirror, monkeypatch):
    result = mirror.fetch(ROW)
    assert (result.state, result.rows, result.as_of) == ("new", 1, "2026-10-01")
    monkeypatch.setattr("pipelines.sources.SOURCES", (*SOURCES, MADE_UP))
    options = replace(QUICK_BUILD, day=date(2026, 11, 29), cache=mirror.cache)
    folder, picture = build(mirror.cache / "pictures", options)
    [airfield] = picture.tables["airfields"].query("source_id == 'made_up_airfields'").to_dict("records")
    assert (airfield["feature_id"], airfield["as_of"]) == ("made-up-tundra", "2026-10-01")
    assert airfield["runway_length_m"] == 1800
    [node] = picture.tables["nodes"].query("node_id == 'airfield:made-up-tundra'").to_dict("records")
    assert (node["source_id"], node["name"]) == ("made_up_airfields", "Tundra Field")
    evidence = picture.tables["evidence"].query("node_id == 'airfield:made-up-tundra'")
    own = evidence[evidence["source_id"] == "made_up_airfields"]
    assert set(own["as_of"]) == {"2026-10-01"}, "facts carry the date of the row"
    [note] = [note for note in picture.sources if note.id == MADE_UP.id]
    assert (note.state, note.as_of, note.fresh_until) == ("live", "2026-10-01", "2026-12-30")
    manifest = json.loads((folder / "MANIFEST.json").read_text())
    [row] = [row for row in manifest["inputs"] if row["id"] == MADE_UP.id]
    assert (row["feeds"], row["rows"], row["retrieved"]) == ("airfields", 1, "2026-11-25")
    assert [file["url"] for file in row["inputs"]] == [MADE_UP.remotes[0].url]
    content = mirror.file.read_bytes()
    assert (row["bytes"], row["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    [layer] = [row for row in manifest["layers"] if row["id"] == "airfields"]
    assert layer["rows"] == len(picture.tables["airfields"])
    published = pd.read_parquet(folder / "layers" / "nodes.parquet")
    assert "airfield:made-up-tundra" in set(published["node_id"])
    assert check_picture(folder)[0]["orphans"] == 0


@pytest.fixture(scope="module")
def embedded():
    return load(SOURCES)


@pytest.mark.parametrize("many", [1, 2])
def test_a_replaced_source_has_bytes_and_hash_of_the_files_that_were_used(
    tmp_path, embedded, monkeypatch, many
):
    """The row of the embedded file is there already: none of its own figures may stay."""
    name = "nsidc_sea_ice_index"
    hashes = [letter * 64 for letter in "ab"[:many]]
    files = {
        f"https://data.example.org/{letter}": {"file": f"{letter}.csv", "sha256": letter * 64, "size": 7}
        for letter in "ab"[:many]
    }
    row = {"set": "x", "files": files, "as_of": "2026-10-01", "checked": "2026-11-25", "held": None}
    folder = tmp_path / "accepted" / name / "x"
    folder.mkdir(parents=True)
    write_ledger(tmp_path, {name: row})
    monkeypatch.setattr("pipelines.intake.replace_embedded.accepted_folder", lambda *_: folder)
    table = embedded.feeds["sea_ice_extent"][0]
    monkeypatch.setattr("pipelines.intake.replace_embedded.accepted_table", lambda *_: table)
    loaded, _ = replace_embedded(embedded, SOURCES, tmp_path, FETCHED_ON)
    [now] = [one for one in loaded.manifest["sources"] if one["id"] == name]
    digest = hashes[0] if many == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
    assert (now["bytes"], now["sha256"]) == (7 * many, digest)
    assert now["file"] == ", ".join(f"{letter}.csv" for letter in "ab"[:many])


def test_the_checks_on_the_row_hold_a_live_list(mirror, embedded):
    """In the middle of the Arctic Ocean: the row's own check holds it, and it never enters the layer."""
    result = mirror.fetch(ROW.replace("66.7", "86.7"))
    assert result.state == "held"
    assert "ashore: " in result.reason
    same, states = replace_embedded(embedded, (*SOURCES, MADE_UP), mirror.cache, FETCHED_ON)
    assert same is embedded
    assert states == {}


def test_a_fetch_never_replaces_a_table_that_is_not_replaceable(mirror, embedded, monkeypatch):
    """Other sources are read from the same file: they change together, or not at all."""
    monkeypatch.setattr(
        "pipelines.intake.replace_embedded.derive_static", lambda feeds, _grids, _kept: {"made of": feeds}
    )
    mirror.fetch(ROW)
    fixed = replace(MADE_UP, is_replaceable=False)
    same, states = replace_embedded(embedded, (*SOURCES, fixed), mirror.cache, FETCHED_ON)
    assert (same is embedded, states) == (True, {})
    other, states = replace_embedded(embedded, (*SOURCES, MADE_UP), mirror.cache, FETCHED_ON)
    assert [len(table) for table in other.feeds["airfields"]] == [*map(len, embedded.feeds["airfields"]), 1]
    assert states == {MADE_UP.id: ("2026-10-01", "live")}


@pytest.mark.parametrize(
    ("day", "state"),
    [("2026-12-30", "live"), ("2026-12-31", "stale"), ("2027-09-26", "stale"), ("2027-09-27", "missing")],
)
def test_the_last_fresh_day_is_fresh_and_the_last_stale_day_is_stale(
    mirror, embedded, monkeypatch, day, state
):
    """90 days from 2026-10-01, and four times as long until the content is missing."""
    monkeypatch.setattr("pipelines.intake.replace_embedded.derive_static", lambda *_: {})
    mirror.fetch(ROW)
    _, states = replace_embedded(embedded, (*SOURCES, MADE_UP), mirror.cache, date.fromisoformat(day))
    assert states == {MADE_UP.id: ("2026-10-01", state)}
