"""A folder laid out by host and path takes the place of any network, and without a network nothing waits."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from collections import Counter
from pathlib import Path

import pytest
from daily_provider import TODAY
from run_commands import run_command

from layers.errors import UsageError
from pipelines.intake.fetch import Fetcher, Limits, RefusedError
from pipelines.intake.fetch_results import as_text
from pipelines.intake.ledger import ledger_of, write_ledger
from pipelines.intake.logins import fetch_by_login
from pipelines.intake.mirror_folder import FolderFetcher, OfflineFetcher
from pipelines.intake.reach import fetcher_for, is_one_reached, named_fetcher
from pipelines.intake.refresh import refresh
from pipelines.source import Remote
from pipelines.sources import FETCHABLE, source

HOST = "data.example.org"
BODY = b"a,b\n1,2\n"


def put(folder: Path, name: str, content: bytes = BODY) -> Path:
    path = folder / HOST / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/b.csv", "a/b.csv"),
        ("/a%20b.csv", "a%20b.csv"),
        ("/a%20b.csv", "a b.csv"),
        ("/get?type=view&key=1/2/x.csv", "get?type=view&key=1%2F2%2Fx.csv"),  # as wget -x names it
        ("/get?type=view&key=1/2/x.csv", "get@type=view&key=1%2F2%2Fx.csv"),  # and on a FAT stick
        ("/get?type=view", "get"),
        (f"/get?{'long' * 400}", "get"),
        ("/a/", "a/index.html"),
        ("", "index.html"),
    ],
)
def test_a_file_is_found_by_host_and_path(tmp_path, path, name):
    put(tmp_path, name)
    got = FolderFetcher(folder=tmp_path).fetch(Remote(f"https://{HOST}{path}"), tmp_path / "in")
    assert got.path is not None
    assert got.path.read_bytes() == BODY
    assert (got.sha256, got.size) == (hashlib.sha256(BODY).hexdigest(), len(BODY))
    # The time of a copy is no date of the content.
    assert got.seen.headers == {}


def test_of_two_queries_each_has_its_own_file(tmp_path):
    put(tmp_path, "get", b"any")
    put(tmp_path, "get?b", b"second")
    fetcher = FolderFetcher(folder=tmp_path)
    first, second = (fetcher.fetch(Remote(f"https://{HOST}/get?{q}"), tmp_path / "in") for q in "ab")
    assert (first.path.read_bytes(), second.path.read_bytes()) == (b"any", b"second")


def test_the_archive_stands_in_for_an_address_without_a_file(tmp_path):
    put(tmp_path, "old.csv")
    remote = Remote("https://gone.example.org/new.csv", archive=f"https://{HOST}/old.csv")
    got = FolderFetcher(folder=tmp_path).fetch(remote, tmp_path / "in")
    assert got.url == remote.archive


def strange(folder: Path, kind: str) -> None:
    """What lies in the folder where the file should."""
    if kind == "empty":
        put(folder, "x", b"")
    elif kind == "large":
        put(folder, "x", b"x" * 101)
    elif kind == "pipe":
        put(folder, "y")
        os.mkfifo(folder / HOST / "x")
    elif kind == "folder":
        put(folder, "x/y")
    elif kind == "device":
        put(folder, "y")
        (folder / HOST / "x").symlink_to("/dev/zero")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("nothing", "expected the file at .*, found none"), ("empty", "expected 1 to 100 bytes, found 0"),
        ("large", "expected 1 to 100 bytes, found 101"), ("pipe", "expected a plain file"),
        ("folder", "expected a plain file"), ("device", "expected a plain file"),
    ],
)  # fmt: skip
def test_what_is_no_file_is_refused_at_once_and_leaves_nothing(tmp_path, kind, said):
    strange(tmp_path, kind)
    began = time.monotonic()
    with pytest.raises(RefusedError, match=said) as refused:
        FolderFetcher(folder=tmp_path).fetch(Remote(f"https://{HOST}/x", at_most_bytes=100), tmp_path / "in")
    assert not refused.value.may_pass, "a folder does not change while a run waits"
    assert time.monotonic() - began < 20
    assert list((tmp_path / "in").iterdir()) == []


def test_a_file_that_takes_too_long_is_refused(tmp_path):
    put(tmp_path, "x")
    fetcher = FolderFetcher(folder=tmp_path, limits=Limits(deadline_s=-1))
    with pytest.raises(RefusedError, match="within -1 s, found 8 so far"):
        fetcher.fetch(Remote(f"https://{HOST}/x"), tmp_path / "in")
    assert list((tmp_path / "in").iterdir()) == []


def test_a_folder_asks_for_no_account_and_nobody_is_sent_one(tmp_path, monkeypatch):
    """The account is not in the environment: with a provider that alone is a refusal."""
    [remote] = source("barentswatch_ais").remotes
    for name in ("BARENTSWATCH_CLIENT_ID", "BARENTSWATCH_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / remote.url.removeprefix("https://")
    path.parent.mkdir(parents=True)
    path.write_bytes(BODY)
    got = fetch_by_login(remote, tmp_path / "in", FolderFetcher(folder=tmp_path), lambda *_: None)
    assert got.size == len(BODY)
    with pytest.raises(RefusedError, match="no network"):
        fetch_by_login(remote, tmp_path / "in", OfflineFetcher(), lambda *_: None)


@pytest.fixture
def open_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def shut_port():
    with socket.socket() as bound:  # bound and not listening: nobody else can take it meanwhile
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def test_one_host_that_answers_is_a_network(open_port, shut_port):
    shut, open_ = ("127.0.0.1", shut_port), ("127.0.0.1", open_port)
    assert is_one_reached([shut, open_, shut], 5)
    assert not is_one_reached([shut, shut], 5)
    assert not is_one_reached([], 5)


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch, open_port):
    def hang(address, timeout):
        del timeout
        if address[0] == "hangs":
            time.sleep(3)
            raise OSError
        return socket.socket()

    monkeypatch.setattr(socket, "create_connection", hang)
    began = time.monotonic()
    assert not is_one_reached([("hangs", 443)], 0.1)
    assert time.monotonic() - began < 2
    assert is_one_reached([("hangs", 443), ("127.0.0.1", open_port)], 20)


def test_without_a_network_every_file_is_refused_for_that_reason(tmp_path, shut_port):
    reach = fetcher_for(FETCHABLE, f"http://127.0.0.1:{shut_port}")
    assert reach.warning.startswith(f"no network: expected the mirror http://127.0.0.1:{shut_port} to answer")
    assert "--from-mirror FOLDER or --no-fetch" in reach.warning
    with pytest.raises(RefusedError, match=r"^no network$") as refused:
        reach.fetcher.fetch(Remote(f"https://{HOST}/x"), tmp_path)
    assert not refused.value.may_pass, "Prefect would try each source three times"


def test_a_folder_is_asked_of_no_network(tmp_path, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", None)
    reach = fetcher_for(FETCHABLE, "", tmp_path)
    assert isinstance(reach.fetcher, FolderFetcher)
    assert reach.warning == ""


def test_no_source_is_no_question():
    assert fetcher_for(()).warning == ""
    assert type(named_fetcher()) is Fetcher


@pytest.mark.parametrize(
    ("base_url", "folder", "said"),
    [
        ("http://127.0.0.1:1", ".", "--from-mirror: expected a folder or --base-url, found both"),
        ("", "nowhere", "--from-mirror: expected a folder laid out by host and path, found none at nowhere"),
        ("", "x" * 300, "--from-mirror: expected a folder"), ("", "\0", "--from-mirror: expected a folder"),
        *((url, None, "--base-url: expected an address such as") for url in
          ("stick", "ftp://127.0.0.1", "http://[", "http://127.0.0.1:99999", "//h/x")),
        ("http://me:canary4711@127.0.0.1", None, "--base-url: expected the address of a mirror alone"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_mirror_is_refused_before_any_work(base_url, folder, said):
    with pytest.raises(UsageError) as refused:
        named_fetcher(base_url, None if folder is None else Path(folder))
    assert str(refused.value).startswith(said)
    assert "canary4711" not in str(refused.value)


@pytest.mark.shared
def test_fetch_takes_a_providers_file_from_a_folder(mirror, tmp_path):
    """Under the checks of a fetch; the second time nothing has changed."""
    [remote, *_] = source("nsidc_sea_ice_index").remotes
    path = tmp_path / "stick" / remote.url.removeprefix("https://")
    path.parent.mkdir(parents=True)
    path.symlink_to(mirror / "sea_ice/g02135_N_seaice_extent_daily_v4.0_to20260805.csv")
    for state in ("new", "unchanged"):
        done = run_command(
            tmp_path, "fetch", "nsidc_sea_ice_index", "--from-mirror", "stick", "--cache", "cache"
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert f"nsidc_sea_ice_index  {state}" in done.stdout


def test_without_a_network_no_source_is_called_late(tmp_path):
    """Nobody was asked, so nothing is known anew: accepted and embedded data keep their states."""
    last = {"set": "x", "files": {}, "as_of": "2026-11-20", "checked": "2026-11-20", "held": None, "rows": 1}
    before = {"nga_world_port_index": last}
    tmp_path.joinpath("cache").mkdir()
    write_ledger(tmp_path / "cache", before)
    results = refresh(FETCHABLE, tmp_path / "cache", OfflineFetcher(), today=TODAY, day=TODAY)
    states = Counter(row.state for row in results)
    assert set(states) == {"not_asked", "by_hand", "by_name"}
    assert ledger_of(tmp_path / "cache") == before
    text = as_text(results)
    assert f"{states['not_asked']} not asked for: what was accepted before, or is embedded, stays" in text
    assert "no network" not in text, "it is said once, before"


def test_what_a_folder_lacks_says_nothing_of_its_source(tmp_path):
    tmp_path.joinpath("stick").mkdir()
    fetcher = FolderFetcher(folder=tmp_path / "stick")
    names = ["nga_world_port_index.json"]
    [result] = refresh(FETCHABLE, tmp_path / "cache", fetcher, today=TODAY, day=TODAY, names=names)
    assert (result.state, result.is_late) == ("not_asked", False)
    assert "expected the file at" in result.reason
    assert ledger_of(tmp_path / "cache") == {}
