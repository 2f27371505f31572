"""What changed is said once: a report a picture, a feed that other readers read, a webhook that may fail."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from fault_server import running

from layers.errors import UsageError
from pipelines.intake.connections import RefusedError
from pipelines.intake.webhook import post
from pipelines.picture import build as line
from pipelines.picture.announce import ATOM, ENTRIES, FEED, _feed, announce
from pipelines.picture.build import Options

BERING = Options(region="bering", draws=25)
SECRET = "canary-4711"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> Path:
    """Two pictures of one region, the second under a rule that asks less."""
    folder = tmp_path_factory.mktemp("pictures")
    line.build(folder / "one", BERING)
    (folder / "milder.toml").write_text("warming_degc = 1.36\n[anchors]\nfacility_high = 0.5\n")
    shutil.copytree(folder / "one", folder / "two", symlinks=True)
    line.build(folder / "two", Options(region="bering", draws=25, scenario=str(folder / "milder.toml")))
    return folder


@contextmanager
def receiver(status: int = 204, **headers: str):
    """A webhook's far end: what it was sent."""
    sent: list[tuple[str, dict]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            sent.append((self.path, json.loads(body)))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with running(server):
        yield f"http://127.0.0.1:{server.server_address[1]}/hook?token={SECRET}", sent


def entries(root: Path) -> list[ET.Element]:
    return ET.parse(root / FEED).getroot().findall(f"{{{ATOM}}}entry")


def one(element: ET.Element, name: str) -> str:
    [found] = element.findall(f"{{{ATOM}}}{name}")
    return found.text or ""


@pytest.mark.sweep
def test_each_picture_is_said_once(pictures, tmp_path):
    root = tmp_path / "root"
    shutil.copytree(pictures / "one", root, symlinks=True)
    first = announce(root)
    assert (first["number"], first["old"], first["posted"]) == (1, None, "")
    assert announce(root) is None, "the same picture stands"
    # The second picture arrives as a run that was killed before it could say so would leave it.
    shutil.rmtree(root / "snapshots")
    shutil.copytree(pictures / "two" / "snapshots", root / "snapshots")
    (root / "latest").unlink()
    (root / "latest").symlink_to((pictures / "two" / "latest").readlink())
    with receiver() as (url, sent):
        second = announce(root, url)
    assert (second["number"], second["old"], second["posted"]) == (2, first["new"], "status 204")
    assert second["nodes"], "a rule that asks less flags more"
    [(path, body)] = sent
    assert path == f"/hook?token={SECRET}"
    assert body == {name: value for name, value in second.items() if name != "posted"}
    assert json.loads((root / "changes" / "000002.json").read_text()) == body
    newest, oldest = entries(root)
    assert "changed (method changed)" in one(newest, "title")
    assert "first picture reported" in one(oldest, "title")
    [link] = newest.findall(f"{{{ATOM}}}link")
    assert (root / link.get("href", "")).is_file()
    assert (
        SECRET
        not in "".join(path.read_text() for path in (root / "changes").iterdir()) + (root / FEED).read_text()
    )


@pytest.mark.sweep
def test_the_feed_is_what_rfc_4287_asks_for(pictures, tmp_path):
    root = tmp_path / "root"
    shutil.copytree(pictures / "one", root, symlinks=True)
    announce(root)
    feed = ET.parse(root / FEED).getroot()
    assert feed.tag == f"{{{ATOM}}}feed"
    for element in (feed, *entries(root)):
        assert one(element, "id").startswith("urn:uuid:")
        assert one(element, "title")
        assert datetime.fromisoformat(one(element, "updated")).tzinfo
    [author] = feed.findall(f"{{{ATOM}}}author")
    assert one(author, "name")
    assert [link.get("rel") for link in feed.findall(f"{{{ATOM}}}link")] == ["self"]
    feedparser = pytest.importorskip("feedparser", reason="optional: another opinion on the feed")
    read = feedparser.parse(str(root / FEED))
    assert not read.bozo
    assert read.version == "atom10"
    assert read.entries[0].title == one(entries(root)[0], "title")


@pytest.mark.sweep
def test_feed_and_reports_are_bounded_and_newest_first(pictures, tmp_path):
    root = tmp_path / "root"
    shutil.copytree(pictures / "one", root, symlinks=True)
    result = announce(root) or {}
    for number in range(2, ENTRIES + 10):
        row = result | {
            "number": number,
            "new": f"other-{number}",
            "time": f"2026-01-{1 + number % 28:02}T00:00:00+00:00",
        }
        (root / "changes" / f"{number:06}.json").write_text(
            json.dumps({k: v for k, v in row.items() if k != "posted"})
        )
    last = announce(root) or {}
    assert last["number"] == ENTRIES + 10
    assert len(list((root / "changes").iterdir())) == len(entries(root)) == ENTRIES
    assert one(entries(root)[0], "updated") == last["time"]
    assert len({one(entry, "id") for entry in entries(root)}) == ENTRIES


def test_a_name_of_a_source_is_text_in_the_feed():
    name = "</content><script>\x00\x0b\ud800 & {{7*7}}"
    row = {
        "id": "port:x", "name": name, "change": "added", "what": "", "old": None, "new": None,
        "cause": "source changed", "why": "lists it",
    }  # fmt: skip
    fields = {
        "number": 2, "time": "2026-01-01T00:00:00+00:00", "seq": 2, "status": "COMPLETE", "day": "2026-01-01",
        "region": "arctic", "scenario": "today", "old": "a", "new": "b", "methods": [], "sources": [],
        "nodes": [row] * 300, "features": [], "counts": {"added": {"source changed": 300}},
    }  # fmt: skip
    feed = ET.fromstring(_feed([fields]))
    [content] = feed.findall(f"{{{ATOM}}}entry/{{{ATOM}}}content")
    assert content.get("type") == "text"
    assert "</content><script>\ufffd\ufffd\ufffd & {{7*7}}" in (content.text or "")
    assert (content.text or "").endswith("... and 101 lines more in changes/000002.json")


@pytest.mark.parametrize(
    ("status", "headers"), [(500, {}), (302, {"Location": "https://example.org"}), (404, {})]
)
def test_a_webhook_that_refuses_is_named_by_its_host(status, headers):
    with (
        receiver(status, **headers) as (url, sent),
        pytest.raises(RefusedError, match=f"found {status}") as told,
    ):
        post(url, b"{}")
    assert len(sent) == 1
    assert SECRET not in str(told.value)
    assert "webhook 127.0.0.1" in str(told.value)


def test_a_webhook_that_says_nothing_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/{SECRET}"
        with pytest.raises(RefusedError, match=r"within 0.5 s, found (?:ReadTimeout|Protocol)Error") as told:
            post(url, b"{}", deadline_s=0.5)
    assert SECRET not in str(told.value)
    with pytest.raises(RefusedError, match="found NewConnectionError"):
        post(url, b"{}", deadline_s=0.5)
    assert threading.active_count() < 5


@pytest.mark.parametrize(
    "url",
    [
        f"http://example.org/{SECRET}", f"ftp://127.0.0.1/{SECRET}", f"http://10.0.0.1/{SECRET}", SECRET,
        f"https:///{SECRET}", f"https://example.org:x/{SECRET}", f"http://localhost.example.org/{SECRET}",
        f"http://127.0.0.1@example.org/{SECRET}", "",
    ],
)  # fmt: skip
def test_a_webhook_is_https_or_here(url):
    with pytest.raises(UsageError, match="expected https, or http to this machine") as told:
        post(url, b"{}")
    assert SECRET not in str(told.value)


@pytest.mark.sweep
def test_a_webhook_that_fails_stops_nothing(pictures, tmp_path):
    root = tmp_path / "root"
    shutil.copytree(pictures / "one", root, symlinks=True)
    result = announce(root, f"http://127.0.0.1:9/{SECRET}") or {}
    assert "webhook 127.0.0.1: expected an answer" in result["posted"]
    assert SECRET not in result["posted"]
    assert len(entries(root)) == 1


def test_serve_refuses_a_webhook_before_it_starts(command):
    done = command("serve", "--cron", "0 5 * * *", "--webhook", f"http://example.org/{SECRET}")
    assert done.returncode == 2
    assert "expected https" in done.stderr
    assert SECRET not in done.stderr
