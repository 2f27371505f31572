"""The page refers to nothing outside, and its policy names its scripts."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from page_pictures import AXE_FOLDER

from layers.errors import ExportError
from maps.web import assets


def test_shell_refers_to_nothing_outside(text: str) -> None:
    assert not re.search(r"<(?:link|img|iframe|object|embed)\b[^>]*(?:src|href|data)=", text)
    assert not re.search(r"<script\b[^>]*\bsrc\s*=", text)
    assert "cdn" not in re.sub(r'<script type="application/json".*?</script>', "", text)


@pytest.mark.parametrize(
    "shell",
    [
        '<script src="https://cdn.example/x.js"></script>',
        "<link rel=stylesheet href='http://a.example/a.css'>",
        "<style>@import 'https://a.example/a.css';</style>",
        "<style>a { background: url(http://a.example/a.png) }</style>",
        '<img src="https://a.example/a.png">',
    ],
)
def test_shell_with_a_reference_is_refused(shell: str) -> None:
    with pytest.raises(ExportError, match="inside the page"):
        assets._refuse_references(shell)


def test_policy_names_the_hash_of_every_script_and_style(text: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    assert policy.group(1).startswith("default-src 'none'")
    assert "unsafe" not in policy.group(1)
    for tag in ("script", "style"):
        (inline,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy.group(1)
    assert not re.search(r"<[a-z][^<>]*\s(?:style|on[a-z]+)=", text.split("<script", 1)[0])


@pytest.mark.parametrize(
    ("folder", "licences"), [(assets.VENDOR, {"BSD-2-Clause", "MIT"}), (AXE_FOLDER, {"MPL-2.0"})]
)
def test_vendored_files_are_those_of_the_packages(folder: Path, licences: set[str]) -> None:
    rows = [line.split("  ") for line in (folder / "CHECKSUMS.txt").read_text().splitlines()[1:]]
    names = {path.name for path in folder.iterdir()} - {"CHECKSUMS.txt"}
    assert {name for _, name, *_ in rows} == names
    for digest, name, _, version, licence in rows:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
        assert version
        assert licence.split(",")[0] in licences or not name.endswith((".js", ".css"))
