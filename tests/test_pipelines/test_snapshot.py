"""The embedded snapshot: whole, held to its hashes, rebuilt to the same bytes, never half replaced."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import xarray as xr

from layers.catalog import GRIDS, LAYERS
from layers.compose import derive_static, static_layers
from layers.errors import SchemaError, SourceError
from layers.schema import check
from pipelines import snapshot
from pipelines.snapshot import DATA, make
from pipelines.source import Package, sha256_of
from pipelines.sources import SOURCES, source
from pipelines.sources.reference import (
    climate_records,
    disruptions,
    facilities,
    gateways_and_borders,
    interconnectors,
    mine_sites,
)

if TYPE_CHECKING:
    from pathlib import Path

EMBEDDED = [row for row in SOURCES if row.state == "embedded"]
ROWS = {row["id"]: row for row in snapshot.manifest_of()["sources"]}
RETRIEVED = date(2026, 11, 23)
# Cited row by row: each row has the day, month or year of its publication.
CITED = {
    row.id
    for module in (
        climate_records,
        disruptions,
        facilities,
        gateways_and_borders,
        interconnectors,
        mine_sites,
    )
    for row in module.SOURCES
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the snapshot's folder that may be spoiled."""
    return shutil.copytree(DATA, tmp_path / "snapshot" / "data")


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: sha256_of(path) for path in sorted(folder.iterdir())}


# --- what is embedded


def test_the_manifest_names_every_embedded_source_and_nothing_else():
    assert list(ROWS) == [row.id for row in EMBEDDED]
    whole = snapshot.manifest_of()
    rows = [*ROWS.values(), *whole["static"]]
    assert {row["file"] for row in rows} | {"MANIFEST.json"} == {path.name for path in DATA.iterdir()}
    assert [row["id"] for row in whole["static"]] == [layer.id for layer in static_layers()]
    assert whole["bytes"] == sum(row["bytes"] for row in rows) < 8_000_000


@pytest.mark.sweep
def test_what_stands_is_what_the_sources_give():
    loaded = snapshot.load(SOURCES)
    for name, table in derive_static(loaded.feeds, loaded.grids).items():
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(loaded.static[name]))


@pytest.mark.parametrize("name", ROWS)
def test_a_file_is_what_the_manifest_says(name):
    row, described = ROWS[name], source(name)
    path = DATA / row["file"]
    assert path.stat().st_size == row["bytes"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
    for field in ("feeds", "title", "publisher", "licence", "citation", "homepage", "as_of", "made"):
        assert row[field] == getattr(described, field), f"{field}: rebuild the snapshot"
    date.fromisoformat(row["retrieved"])
    assert row["inputs"], "made of nothing"
    for used in row["inputs"]:
        assert re.fullmatch(r"[0-9a-f]{64}", used["sha256"])
        assert "/" not in used["file"]
    pins = {(f"{p.name}=={p.version}", p.sha256, p.member) for p in described.packages}
    fields = {(u["package"], u["package_sha256"], u["member"]) for u in row["inputs"] if "package" in u}
    assert fields == pins


@pytest.mark.parametrize("name", [row.id for row in EMBEDDED if not row.feeds.startswith("grid:")])
def test_a_table_keeps_the_contract_of_its_layer(name):
    row = ROWS[name]
    layer = {layer.id: layer for layer in LAYERS}[row["feeds"]]
    path = DATA / row["file"]
    if layer.geometry == "table":
        assert row["crs"] == ""
        table = pd.read_parquet(path)
    else:
        assert row["crs"] == "EPSG:3413"
        table = gpd.read_parquet(path)
        assert table.crs == "EPSG:3413"
    check(table, layer)
    assert len(table) == row["rows"] > 0
    assert list(table.columns) == [c.name for c in layer.all_columns] + (["geometry"] if row["crs"] else [])
    if "source_id" in table:
        # A military claim names the list it comes from; every other row its own source.
        allowed = (
            {"own_military_sites", "ourairports", "nga_world_port_index"}
            if name == "own_military_sites"
            else {name}
        )
        assert set(table["source_id"]) <= allowed
    if "as_of" in table:
        form = r"\d{4}(-\d{2}(-\d{2})?)?" if name in CITED else r"\d{4}-\d{2}-\d{2}"
        assert table["as_of"].str.fullmatch(form).all()


@pytest.mark.parametrize("name", [row.id for row in EMBEDDED if row.feeds.startswith("grid:")])
def test_a_grid_says_what_it_is(name):
    with xr.open_dataset(DATA / ROWS[name]["file"], engine="h5netcdf") as grid:
        assert grid.attrs["Conventions"] == "CF-1.8"
        assert max(grid.sizes.values()) == ROWS[name]["rows"]
        for variable in grid.data_vars.values():
            if variable.dtype.kind in "fiu" and variable.ndim:
                assert "long_name" in variable.attrs or "standard_name" in variable.attrs, variable.name


def test_load_gives_every_feed_and_the_grids_asked_for():
    loaded = snapshot.load(SOURCES)
    fed = {row.feeds for row in EMBEDDED if not row.feeds.startswith("grid:")}
    assert set(loaded.feeds) == fed
    fields = {r.feeds.removeprefix("grid:") for r in EMBEDDED if r.feeds.startswith("grid:")}
    assert set(loaded.grids) == fields >= set(GRIDS)
    assert loaded.grids["land"] is loaded.grids["land"]
    assert set(loaded.static) == {layer.id for layer in static_layers()}
    for name in ("terminals", "ports", "airfields", "railheads"):
        sources = [row.feeds for row in EMBEDDED].count(name)
        assert len(loaded.feeds[name]) == sources
        assert loaded.table(name) is (loaded.feeds[name][0] if sources == 1 else None)


# --- what is not the snapshot is refused


@pytest.mark.parametrize("name", [EMBEDDED[0].id, "nga_world_port_index", EMBEDDED[-1].id])
def test_a_flipped_bit_is_refused_by_name(copy, name):
    path = copy / ROWS[name]["file"]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(SourceError, match=rf"source {name}, file {re.escape(path.name)}: expected sha256"):
        snapshot.load(SOURCES, copy)


@pytest.mark.parametrize("name", ["ourairports", "sea_ice_grid"])
def test_a_removed_file_is_refused_by_name(copy, name):
    (copy / ROWS[name]["file"]).unlink()
    with pytest.raises(SourceError, match=rf"source {name}: expected its file in the snapshot, found none"):
        snapshot.load(SOURCES, copy)


def test_a_row_missing_from_the_manifest_is_refused_by_name(copy):
    manifest = json.loads((copy / "MANIFEST.json").read_text(encoding="utf-8"))
    manifest["sources"] = [row for row in manifest["sources"] if row["id"] != "own_cables"]
    (copy / "MANIFEST.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(SourceError, match="source own_cables: expected"):
        snapshot.load(SOURCES, copy)


@pytest.mark.parametrize("text", [None, "", "{", "\x00\x01"])
def test_a_manifest_that_is_none_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "MANIFEST.json").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="expected a manifest at"):
        snapshot.load(SOURCES, tmp_path)


def test_a_manifest_of_another_shape_is_refused(tmp_path):
    (tmp_path / "MANIFEST.json").write_text("[]", encoding="utf-8")
    with pytest.raises((SourceError, KeyError)) as refusal:
        snapshot.load(SOURCES, tmp_path)
    if refusal.type is KeyError:
        pytest.xfail("snapshot.load answers KeyError to a manifest without 'sources'")


# --- rebuilding


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers that follow from the sources are those embedded: other tests derive them anew."""
    stands = snapshot.load(SOURCES).static
    monkeypatch.setattr(make, "derive_static", lambda _feeds, _grids: stands)


def nothing_comes(packages, cache, report) -> None:
    """There is no network: no package is fetched."""


@pytest.mark.sweep
@pytest.mark.usefixtures("derived")
def test_make_without_inputs_keeps_what_is_embedded(copy, tmp_path, monkeypatch):
    monkeypatch.setattr(make, "fetch_packages", nothing_comes)
    before, result = hashes(copy), []
    made = make.make(
        SOURCES,
        cache=tmp_path / "empty",
        provider_files=None,
        retrieved=RETRIEVED,
        folder=copy,
        report=result.append,
    )
    after = hashes(copy)
    assert [row["id"] for row in made["sources"]] == list(ROWS)
    # Our own tables need no input: they are made anew, to the same bytes.
    anew = {line.split(":")[0] for line in result if ": kept (" not in line}
    assert {"own_cables", "own_memberships", "own_materials"} <= anew
    assert "own_military_sites" not in anew
    assert {n: h for n, h in after.items() if n != "MANIFEST.json"} == {
        n: h for n, h in before.items() if n != "MANIFEST.json"
    }
    for row in made["sources"]:
        assert {**row, "retrieved": None} == {**ROWS[row["id"]], "retrieved": None}
        if row["id"] not in anew:
            assert row == ROWS[row["id"]], "what is kept keeps its date"
    assert {p.name for p in copy.parent.iterdir()} == {"data"}, "something staged is left"
    snapshot.load(SOURCES, copy)


@pytest.mark.sweep
@pytest.mark.usefixtures("derived")
def test_make_is_idempotent(copy, tmp_path, monkeypatch):
    monkeypatch.setattr(make, "fetch_packages", nothing_comes)
    folders = []
    for _ in range(2):
        make.make(SOURCES, cache=tmp_path / "empty", provider_files=None, retrieved=RETRIEVED, folder=copy)
        folders.append(hashes(copy))
    assert folders[0] == folders[1]


def refuse(_inputs) -> None:
    pytest.fail("a source is read that was not asked for")


@pytest.mark.sweep
@pytest.mark.usefixtures("derived")
def test_one_source_is_made_again_and_the_others_are_not_read(copy, tmp_path, monkeypatch):
    """A table that lost a row gets it back from our own file; every other file keeps its bytes and date."""
    value, result = [], []
    monkeypatch.setattr(make, "fetch_packages", lambda packages, _cache, _report: value.extend(packages))
    before, name = hashes(copy), "own_closed_borders"
    path = copy / ROWS[name]["file"]
    pd.read_parquet(path).iloc[1:].to_parquet(path, index=False)
    manifest = json.loads((copy / "MANIFEST.json").read_text(encoding="utf-8"))
    row = next(row for row in manifest["sources"] if row["id"] == name)
    row |= {"sha256": sha256_of(path), "rows": row["rows"] - 1, "retrieved": "2026-01-01"}
    (copy / "MANIFEST.json").write_text(json.dumps(manifest), encoding="utf-8")
    made = make.make(
        tuple(row if row.id == name else replace(row, read=row.read and refuse) for row in SOURCES),
        cache=tmp_path / "empty", provider_files=None, retrieved=RETRIEVED, folder=copy, only=[name],
        report=result.append,
    )  # fmt: skip
    after = hashes(copy)
    assert {n: h for n, h in after.items() if n != "MANIFEST.json"} == {
        n: h for n, h in before.items() if n != "MANIFEST.json"
    }
    rows = {row["id"]: row for row in made["sources"]}
    assert rows == ROWS | {name: ROWS[name] | {"retrieved": "2026-11-23"}}
    assert value == [], "no package of another source is fetched"
    assert [line.split(":")[0] for line in result] == [name]
    assert {p.name for p in copy.parent.iterdir()} == {"data"}


@pytest.mark.sweep
@pytest.mark.usefixtures("derived")
def test_a_source_that_needs_what_is_not_at_hand_is_kept_alone_too(copy, tmp_path, monkeypatch):
    monkeypatch.setattr(make, "fetch_packages", nothing_comes)
    before, result = hashes(copy), []
    made = make.make(
        SOURCES, cache=tmp_path / "empty", provider_files=None, retrieved=RETRIEVED, folder=copy,
        only=["nga_world_port_index"], report=result.append,
    )  # fmt: skip
    assert [line.split(" (")[0] for line in result] == ["nga_world_port_index: kept"]
    assert {row["id"]: row for row in made["sources"]} == ROWS
    assert hashes(copy) == before


@pytest.mark.sweep
@pytest.mark.usefixtures("derived")
@pytest.mark.parametrize(
    "error",
    [ModuleNotFoundError("No module named 'iris'"), ImportError("`Import openpyxl` failed. Use pip.\nMore.")],
)
def test_a_source_whose_optional_reader_is_not_installed_is_kept_in_one_line(
    copy, tmp_path, monkeypatch, error
):
    monkeypatch.setattr(make, "fetch_packages", nothing_comes)
    before, lines = hashes(copy), []

    def without(_inputs) -> None:
        raise error

    name = "metoffice_model_temperature"
    sources = tuple(replace(row, read=without) if row.id == name else row for row in SOURCES)
    manifest = make.make(
        sources, cache=tmp_path / "empty", provider_files=None, retrieved=RETRIEVED, folder=copy,
        only=[name, "own_cables"], report=lines.append,
    )  # fmt: skip
    text = str(error).splitlines()[0]
    assert lines[0] == (
        f"{name}: kept (expected a library that its reader needs, found {text}: install the group snapshot)"
    )
    assert lines[1].startswith("own_cables: "), "the other source is rebuilt"
    assert "kept" not in lines[1]
    rows = {row["id"]: row for row in manifest["sources"]}
    assert rows == ROWS | {"own_cables": ROWS["own_cables"] | {"retrieved": RETRIEVED.isoformat()}}
    assert {n: h for n, h in hashes(copy).items() if n != "MANIFEST.json"} == {
        n: h for n, h in before.items() if n != "MANIFEST.json"
    }


def test_a_source_without_its_reader_and_without_a_file_to_keep_is_refused(copy, tmp_path, monkeypatch):
    monkeypatch.setattr(make, "fetch_packages", nothing_comes)
    name = "metoffice_model_temperature"
    (copy / ROWS[name]["file"]).unlink()

    def without(_inputs) -> None:
        msg = "No module named 'iris'"
        raise ModuleNotFoundError(msg)

    sources = tuple(replace(row, read=without) if row.id == name else row for row in SOURCES)
    with pytest.raises(SourceError, match=r"'iris'.*install the group snapshot; and the snapshot holds no"):
        make.make(sources, cache=tmp_path, provider_files=None, retrieved=RETRIEVED, folder=copy, only=[name])


@pytest.mark.parametrize(
    ("call", "feeds"), [(snapshot.layer_table, "cables"), (snapshot.layer_table, "atlantis"),
                        (snapshot.grid, "atlantis"), (snapshot.layer_table, "terminals")],
)  # fmt: skip
def test_a_layer_is_read_by_its_name_if_one_source_feeds_it(call, feeds):
    if feeds == "cables":
        assert set(call(feeds)["source_id"]) == {"own_cables"}
        return
    with pytest.raises(SourceError, match=rf"{feeds}: expected one source in the snapshot, found"):
        call(feeds)


@pytest.mark.parametrize("strange", ["atlantis", "obu_2019_permafrost", "eu_ten_t"])
def test_only_an_embedded_source_can_be_made_again(copy, tmp_path, strange):
    before = hashes(copy)
    with pytest.raises(SourceError, match=f"--source: expected an embedded source, found '{strange}'"):
        make.make(
            SOURCES, cache=tmp_path, provider_files=None, retrieved=RETRIEVED, folder=copy,
            only=["own_cables", strange],
        )  # fmt: skip
    assert hashes(copy) == before


@pytest.mark.sweep
def test_what_stands_is_made_again_to_the_same_bytes(copy, monkeypatch):
    monkeypatch.setattr(make, "fetch_packages", None)  # not even asked
    before = hashes(copy)
    spoiled = pd.read_parquet(copy / "measures.parquet").assign(lane_km=0.0)
    spoiled.to_parquet(copy / "measures.parquet", index=False)
    manifest = json.loads((copy / "MANIFEST.json").read_text(encoding="utf-8"))
    row = next(row for row in manifest["static"] if row["id"] == "measures")
    row["sha256"] = sha256_of(copy / "measures.parquet")
    (copy / "MANIFEST.json").write_text(json.dumps(manifest), encoding="utf-8")
    made = make.make_standing(SOURCES, folder=copy)
    assert hashes(copy) == before
    assert made == snapshot.manifest_of()
    assert {p.name for p in copy.parent.iterdir()} == {"data"}


def test_what_stands_on_a_damaged_source_is_not_made(copy):
    (copy / ROWS["eurostat_marnet"]["file"]).write_bytes(b"no table")
    before = hashes(copy)
    with pytest.raises(SourceError, match="source eurostat_marnet, file"):
        make.make_standing(SOURCES, folder=copy)
    assert hashes(copy) == before


def own_only() -> tuple:
    return tuple(row for row in SOURCES if row.id in {"own_cables", "own_memberships"})


def test_make_with_nothing_to_keep_is_refused_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(make, "fetch_packages", nothing_comes)
    folder = tmp_path / "snapshot" / "data"
    with pytest.raises(SourceError, match="holds no earlier file to keep"):
        make.make(SOURCES, cache=tmp_path, provider_files=None, retrieved=RETRIEVED, folder=folder)
    assert not list(folder.iterdir())
    assert {p.name for p in folder.parent.iterdir()} == {"data"}


def test_a_reader_that_breaks_its_layer_leaves_the_snapshot(copy, tmp_path, monkeypatch):
    monkeypatch.setattr(make, "fetch_packages", nothing_comes)
    before = hashes(copy)

    def broken(inputs):
        table = source("own_cables").read(inputs)
        return table.assign(status="sunk")

    sources = tuple(replace(row, read=broken) if row.id == "own_cables" else row for row in SOURCES)
    with pytest.raises(SchemaError, match=r"cables.*status: expected one of"):
        make.make(sources, cache=tmp_path / "empty", provider_files=None, retrieved=RETRIEVED, folder=copy)
    assert hashes(copy) == before
    assert {p.name for p in copy.parent.iterdir()} == {"data"}


@pytest.mark.sweep
@pytest.mark.usefixtures("derived")
def test_a_snapshot_over_its_size_is_refused(copy, tmp_path, monkeypatch):
    monkeypatch.setattr(make, "fetch_packages", nothing_comes)
    monkeypatch.setattr(make, "_LIMIT_BYTES", 1000)
    before = hashes(copy)
    with pytest.raises(SourceError, match="expected at most 1000 bytes"):
        make.make(SOURCES, cache=tmp_path, provider_files=None, retrieved=RETRIEVED, folder=copy)
    assert hashes(copy) == before


# --- packages, by pip, from a folder instead of an index


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel in a folder, and pip told to look there and nowhere else."""
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    path = shelf / "ice_sample-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as box:
        box.writestr("ice_sample/data.csv", "a,b\n1,2\n")
        box.writestr("ice_sample/other.csv", "not asked for\n")
        box.writestr(
            "ice_sample-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: ice-sample\nVersion: 1.0\n"
        )
        box.writestr(
            "ice_sample-1.0.dist-info/WHEEL",
            "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        box.writestr("ice_sample-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return path


def test_a_pinned_package_gives_the_member_asked_for(wheel, tmp_path):
    cache, result = tmp_path / "cache", []
    pin = Package("ice-sample", "1.0", sha256_of(wheel), "ice_sample/data.csv")
    make.fetch_packages([pin], cache, result.append)
    assert result == ["download ice-sample 1.0"]
    assert [p.relative_to(cache).as_posix() for p in cache.rglob("*") if p.is_file()] == [
        "ice-sample/ice_sample/data.csv"
    ]
    assert (cache / "ice-sample" / "ice_sample" / "data.csv").read_text() == "a,b\n1,2\n"
    make.fetch_packages([pin], cache, result.append)
    assert result == ["download ice-sample 1.0"], "what is there is not fetched again"


@pytest.mark.usefixtures("wheel")
def test_a_package_with_another_hash_is_refused(tmp_path):
    pin = Package("ice-sample", "1.0", "0" * 64, "ice_sample/data.csv")
    with pytest.raises(
        SourceError, match=r"package ice-sample 1\.0: expected sha256 000000000000…, found \w{12}…: .*refused"
    ):
        make.fetch_packages([pin], tmp_path / "cache", lambda _: None)
    assert not (tmp_path / "cache").exists()


def test_a_package_without_the_member_is_refused(wheel, tmp_path):
    pin = Package("ice-sample", "1.0", sha256_of(wheel), "ice_sample/gone.csv")
    with pytest.raises(
        SourceError, match=r"package ice-sample: expected the member ice_sample/gone\.csv, found none"
    ):
        make.fetch_packages([pin], tmp_path / "cache", lambda _: None)
    assert not [p for p in (tmp_path / "cache").rglob("*") if p.is_file()]


def test_a_package_that_does_not_come_is_refused(wheel, tmp_path):
    pin = Package("ice-sample", "2.0", sha256_of(wheel), "ice_sample/data.csv")
    with pytest.raises(
        SourceError, match=r"package ice-sample 2\.0: expected one \w+ from the package index"
    ):
        make.fetch_packages([pin], tmp_path / "cache", lambda _: None)
