"""Fetching: the right bytes or a named refusal in time, and never a part of a file left behind."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import ssl
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from fault_server import BODY, FAULTS, HOST, Server, running, serving

from pipelines.intake.connections import Guard
from pipelines.intake.fetch import Fetcher, Limits, RefusedError, Validators
from pipelines.source import Remote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUICK = Limits(
    deadline_s=1.0, idle_s=0.5, grace_s=0.3, slowest_bytes_s=200, tries=3, backoff_s=0.05,
    longest_wait_s=0.5, pace_s=0.0,
)  # fmt: skip
DIGEST = hashlib.sha256(BODY).hexdigest()

REFUSALS = {
    "closed_at_once": r"found .* in each of 3 tries",
    "stall_before_headers": r"found readtimeout|found it still coming|within 1 s",
    "stall_in_headers": r"found readtimeout|found it still coming|within 1 s",
    "stall_in_body": r"found readtimeout|found it still coming|within 1 s",
    "drip_headers": r"expected the whole file within 1 s",
    "drip_body": r"expected 200 bytes a second, found \d+",
    "short_of_its_length": r"incomplete|in each of 3 tries",
    "short_without_length": r"expected a length or chunks, found neither: a cut would not show",
    "short_in_chunks": r"in each of 3 tries",
    "gzip_unasked": r"expected the bytes as they are, found Content-Encoding 'gzip'",
    "gzip_broken": r"found Content-Encoding 'gzip'",
    "gzip_bomb": r"found Content-Encoding 'x-gzip, gzip'",
    "endless": r"expected at most 100000 bytes, found more",
    "announced_too_large": r"expected at most 100000 bytes, found 1000000000000 announced",
    "busy_for_ever": r"found status 503 in each of 3 tries",
    "busy_for_a_day": r"found status 429 and to be asked to wait 86400 s",
    "gone": r"expected status 200, found 404",
    "redirect_to_a_file": r"expected a redirect to https, found 'file:///etc/passwd'",
    "redirect_to_ftp": r"expected a redirect to https, found 'ftp://",
    "redirect_elsewhere": r"expected data\.example\.org, found 'https://evil\.example/x'",
    "redirect_inwards": r"expected data\.example\.org, found 'https://169\.254\.169\.254/",
    "redirect_loop": r"expected at most 5 redirects, found more",
    "empty": r"expected the file, found 0 bytes",
    "not_http": r"in each of 3 tries",
    "not_modified_unasked": r"found 304 not modified though nothing was asked",
}
WELL = {"busy_then_fine", "flaky", "nothing_wrong", "nothing_wrong_in_chunks"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server()
    with running(server):
        yield server


def ways(fault: str, place: str) -> tuple[Remote, Validators | None]:
    """The four paths through the fetcher, each with a place of its own on the server."""
    url = f"https://{HOST}/{place}/{fault}"
    plain = Remote(url, at_most_bytes=100_000)
    return {
        "first": (plain, None),
        "known": (plain, Validators(etag='"abc"', last_modified="Tue, 01 Sep 2026 00:00:00 GMT")),
        "redirected": (replace(plain, url=f"https://{HOST}/go/{place}/{fault}"), None),
        "archive": (replace(plain, url=f"https://{HOST}/{place}/gone", archive=url), None),
    }[place]


def test_every_fault_has_its_expected_end():
    assert set(REFUSALS) | WELL == set(FAULTS)
    assert len(REFUSALS) + 2 >= 21


@pytest.mark.parametrize("way", ["first", "known", "redirected", "archive"])
@pytest.mark.parametrize("fault", FAULTS)
def test_right_bytes_or_a_named_refusal_in_time(server, tmp_path, fault, way):
    address, seen = ways(fault, way)
    begun = time.monotonic()
    if fault in WELL:
        got = Fetcher(server.url, QUICK).fetch(address, tmp_path, seen)
        assert got.path is not None
        assert (got.sha256, got.size) == (DIGEST, len(BODY))
        assert got.path.read_bytes() == BODY
        assert got.url.endswith(fault)
        left = [DIGEST]
    elif (fault, way) == ("not_modified_unasked", "known"):
        assert Fetcher(server.url, QUICK).fetch(address, tmp_path, seen).path is None
        left = []
    else:
        with pytest.raises(RefusedError, match=REFUSALS[fault]) as refused:
            Fetcher(server.url, QUICK).fetch(address, tmp_path, seen)
        assert HOST in str(refused.value)
        assert "\n" not in str(refused.value)
        left = []
    assert time.monotonic() - begun < QUICK.deadline_s + 1
    assert [path.name for path in tmp_path.iterdir()] == left


def test_nobody_listening(tmp_path):
    server = Server()
    server.server_close()
    with pytest.raises(RefusedError, match=r"newconnection|refused"):
        Fetcher(server.url, QUICK).fetch(Remote(f"https://{HOST}/x"), tmp_path)


def self_signed(folder: Path, *, name: str, days: int) -> ssl.SSLContext:
    """A server's TLS context with a certificate that nobody vouches for."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(7).not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@pytest.mark.parametrize(
    ("name", "days", "trusted", "found"),
    [
        ("localhost", 9, False, "self-signed certificate"),
        ("localhost", -1, True, "certificate has expired"),
        ("elsewhere.example", 9, True, "Hostname mismatch|doesn't match"),
    ],
    ids=["nobody vouches", "expired", "another's name"],
)
def test_a_certificate_that_does_not_hold_is_refused(tmp_path, monkeypatch, name, days, trusted, found):
    (tmp_path / "tls").mkdir()
    server = Server(self_signed(tmp_path / "tls", name=name, days=days))
    if trusted:
        monkeypatch.setattr(
            "pipelines.intake.connections.certifi.where", lambda: str(tmp_path / "tls" / "server.pem")
        )
    with running(server), pytest.raises(RefusedError, match=found):
        Fetcher(server.url, QUICK).fetch(Remote(f"https://{HOST}/nothing_wrong"), tmp_path / "in")
    assert not list((tmp_path / "in").iterdir())


def test_a_certificate_that_holds_is_taken(tmp_path, monkeypatch):
    (tmp_path / "tls").mkdir()
    server = Server(self_signed(tmp_path / "tls", name="localhost", days=9))
    monkeypatch.setattr(
        "pipelines.intake.connections.certifi.where", lambda: str(tmp_path / "tls" / "server.pem")
    )
    with running(server):
        got = Fetcher(server.url, QUICK).fetch(Remote(f"https://{HOST}/nothing_wrong"), tmp_path / "in")
        assert got.sha256 == DIGEST
        # The end of all waiting holds under TLS too, where the socket is taken apart.
        begun = time.monotonic()
        with pytest.raises(RefusedError, match="within 1 s"):
            Fetcher(server.url, replace(QUICK, grace_s=99)).fetch(
                Remote(f"https://{HOST}/drip_body"), tmp_path / "in"
            )
        assert time.monotonic() - begun < 2


def test_without_a_mirror_an_address_inwards_is_refused(server, tmp_path):
    port = server.server_address[1]
    before = len(server.headers)
    with pytest.raises(RefusedError, match=r"expected a public address, found 127\.0\.0\.1"):
        Fetcher("", QUICK).fetch(Remote(f"http://localhost:{port}/nothing_wrong"), tmp_path)
    assert len(server.headers) == before, "a request was sent inwards"


def test_a_redirect_to_a_private_address_is_refused_before_anything_is_sent(tmp_path, monkeypatch):
    """The first connection counts as public here. The second does not, although its host is allowed."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Inside(BaseHTTPRequestHandler):
        seen: ClassVar[list[str]] = []

        def do_GET(self) -> None:
            self.seen.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "6")
            self.end_headers()
            self.wfile.write(b"secret")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    inside = ThreadingHTTPServer(("127.0.0.1", 0), Inside)
    there = f"http://127.0.0.1:{inside.server_address[1]}/admin"

    class Outside(Inside):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", there)
            self.send_header("Content-Length", "0")
            self.end_headers()

    real, peers = ipaddress.ip_address, []

    def first_is_public(text: str) -> Any:
        peers.append(text)
        return real("8.8.8.8" if len(peers) == 1 else text)

    monkeypatch.setattr("pipelines.intake.connections.ipaddress.ip_address", first_is_public)
    outside = ThreadingHTTPServer(("127.0.0.1", 0), Outside)
    remote = Remote(f"http://127.0.0.1:{outside.server_address[1]}/file")
    with running(inside), running(outside):
        with pytest.raises(RefusedError, match=r"expected a public address, found 127\.0\.0\.1"):
            Fetcher("", QUICK).fetch(remote, tmp_path)
        assert (Inside.seen, peers) == ([], ["127.0.0.1"] * 2)
        mirrored = Remote(there.replace("/admin", "/open"))
        Fetcher(there.removesuffix("/admin"), QUICK).fetch(mirrored, tmp_path)
        assert Inside.seen == ["/127.0.0.1/open"], "the private server is there, and a mirror may be private"


@pytest.mark.parametrize(
    ("address", "is_public"),
    [("8.8.8.8", True), ("2606:4700::1111", True), ("10.0.0.1", False), ("172.16.0.1", False),
     ("192.168.1.1", False), ("169.254.169.254", False), ("100.64.0.1", False), ("0.0.0.0", False),
     ("127.0.0.1", False), ("::1", False), ("fe80::1%eth0", False), ("fd00::1", False),
     ("::ffff:10.0.0.1", False)],
)  # fmt: skip
def test_only_public_addresses_are_connected_to(address, is_public):
    class Connection:
        closed = False

        def getpeername(self) -> tuple[str, int]:
            return address, 443

        def dup(self) -> Connection:
            return Connection()

        def close(self) -> None:
            self.closed = True

    here = Connection()
    if is_public:
        assert Guard(1, is_mirror=False).watch(here) is here
        assert not here.closed
    else:
        with pytest.raises(RefusedError, match=f"expected a public address, found {re.escape(address)}"):
            Guard(1, is_mirror=False).watch(here)
        assert here.closed
    assert Guard(1, is_mirror=True).watch(Connection()), "a mirror may be anywhere"


def test_nothing_of_the_environment_is_used(server, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text(
        f"machine localhost login me password canary-7\nmachine {HOST} login me\n"
    )
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    Fetcher(server.url, QUICK).fetch(Remote(f"https://{HOST}/env/nothing_wrong"), tmp_path / "in")
    sent = server.headers[-1].lower()
    assert "canary" not in sent
    assert "authorization" not in sent
    assert "cookie" not in sent
    assert "accept-encoding: identity" in sent


def test_what_was_seen_is_sent_to_its_own_server_only(server, tmp_path):
    seen = Validators(etag='"abc"', last_modified="Tue, 01 Sep 2026 00:00:00 GMT")
    address = Remote(f"https://{HOST}/seen/gone", archive=f"https://{HOST}/seen/nothing_wrong")
    Fetcher(server.url, QUICK).fetch(address, tmp_path, seen)
    first, second = server.headers[-2:]
    assert 'If-None-Match: "abc"' in first
    assert "If-Modified-Since: Tue, 01 Sep 2026" in first
    assert "If-" not in second


def test_one_request_a_second_and_host(server, tmp_path):
    fetcher = Fetcher(server.url, replace(QUICK, pace_s=0.3, deadline_s=5))
    before = len(server.times)
    for place in "abc":
        fetcher.fetch(Remote(f"https://{HOST}/pace{place}/flaky"), tmp_path)
    times = server.times[before:]
    assert len(times) == 9
    # A busy machine notes one late and the next in time: the whole is paced, and none comes at once.
    assert times[-1] - times[0] > 8 * 0.3 - 0.2
    assert min(b - a for a, b in pairwise(times)) > 0.1


def test_retry_after_is_kept(server, tmp_path):
    from fault_server import head

    FAULTS["later"] = lambda send, n: send(
        head() + BODY if n else head("503 Busy", "Retry-After: 1", length=0)
    )
    begun = time.monotonic()
    # A wait of our own choice would pass the end.
    result = replace(QUICK, deadline_s=30, grace_s=30, longest_wait_s=2, backoff_s=1000)
    Fetcher(server.url, result).fetch(Remote(f"https://{HOST}/later"), tmp_path)
    assert time.monotonic() - begun >= 1
    del FAULTS["later"]


def test_retry_after_may_be_a_date():
    from pipelines.intake.http_answers import retry_after_s

    before = datetime.now(UTC)
    later = before.replace(microsecond=0) + timedelta(seconds=100)
    wait_s = retry_after_s(later.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    left = [(later - moment).total_seconds() for moment in (datetime.now(UTC), before)]
    assert left[0] <= wait_s <= left[1], "however long this test was kept waiting"
    assert retry_after_s("Tue, 01 Sep 2020 00:00:00 GMT") == 0
    assert retry_after_s("soon") is None
    assert retry_after_s("") is None


def test_bytes_are_told_as_they_come(server, tmp_path):
    result = []
    Fetcher(server.url, QUICK).fetch(
        Remote(f"https://{HOST}/told/nothing_wrong"), tmp_path, report=lambda *two: result.append(two)
    )
    assert result[-1] == (len(BODY), len(BODY))


def test_a_plain_mirror_by_host_and_path(tmp_path):
    """What an air-gapped mirror looks like: files under host and path, the question left away."""
    (tmp_path / "mirror" / HOST / "api").mkdir(parents=True)
    (tmp_path / "mirror" / HOST / "api" / "download").write_bytes(BODY)
    with serving(tmp_path / "mirror") as url:
        address = Remote(f"https://{HOST}/api/download?type=view&key=1")
        got = Fetcher(f"{url}/", QUICK).fetch(address, tmp_path / "in")
        assert got.sha256 == DIGEST
        assert re.match(r"\w{3}, \d", got.seen.last_modified)
        again = Fetcher(url, QUICK).fetch(address, tmp_path / "in", got.seen)
        assert again.path is None
        assert again.seen == got.seen


def test_a_disk_that_is_full_leaves_no_part(server, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RefusedError, match="No space left on device"):
        Fetcher(server.url, QUICK).fetch(Remote(f"https://{HOST}/full/nothing_wrong"), tmp_path)
    assert not list(tmp_path.iterdir())
