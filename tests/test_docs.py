"""The documents: what they cite, link to and name is there, and their tables are made from the code."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [
        *DOCS.rglob("*.md"),
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    ]
)
DECISIONS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "decisions").glob("*.md"))
TEXTS = {".py", ".md", ".toml", ".yml", ".yaml", ".js", ".css", ".html", ".csv", ""}

# With or without a parenthesis, and at the beginning of a sentence too.
SECTION = re.compile(r"\bmethod,? \(?§(\d+(?:\.\d+)?)", re.IGNORECASE)
DECISION = re.compile(r"\bdecisions?[/ ]\(?(?P<number>\d{4})(?P<rest>-[a-z0-9-]+(?:\.md)?)?")
LINK = re.compile(r"\]\((?P<to>[^)\s]+)\)")
FENCED = re.compile(r"```.*?```", re.DOTALL)
# A path in backticks: at least one folder of ours.
NAMED = re.compile(r"`((?:layers|maps|pipelines|tests|docs|decisions|pins|benchmarks|\.ci)/[\w./-]*)`")


def tracked() -> list[Path]:
    if not shutil.which("git"):
        pytest.skip("not on this machine: git")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, timeout=60)
    if done.returncode:
        pytest.skip("not a git checkout")
    paths = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file() and path.suffix in TEXTS and "vendor" not in path.parts]


def sections() -> set[str]:
    text = (DOCS / "method.md").read_text(encoding="utf-8")
    return set(re.findall(r"^##+ (\d+(?:\.\d+)?) ", text, re.MULTILINE))


def slugs(path: Path) -> set[str]:
    """Anchors that the headings of a page get: as mkdocs and the host of the repository make them."""
    text = FENCED.sub("", path.read_text(encoding="utf-8"))
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", head.lower())).strip("-") for head in heads}


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate_documents", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cited(pattern: re.Pattern[str]) -> list[tuple[str, re.Match[str]]]:
    return [
        (f"{path.relative_to(ROOT)}: {hit[0]}", hit)
        for path in tracked()
        if path != Path(__file__).resolve()
        for hit in pattern.finditer(path.read_text(encoding="utf-8"))
    ]


def test_every_section_of_the_method_that_is_cited_is_there():
    rows = cited(SECTION)
    assert len(rows) > 20
    there = sections()
    assert [where for where, hit in rows if hit[1] not in there] == []


def test_the_sections_of_the_method_are_numbered_in_order():
    text = (DOCS / "method.md").read_text(encoding="utf-8")
    numbers = re.findall(r"^##+ (\d+(?:\.\d+)?) ", text, re.MULTILINE)
    assert len(re.findall(r"^##+ ", text, re.MULTILINE)) == len(numbers), "a section has no number"
    keys = [tuple(map(int, number.split("."))) for number in numbers]
    assert keys == sorted(set(keys))
    inside = [int(at) for at in re.findall(r"(?<![\w.])§(\d+)", text)]
    assert set(inside) <= {key[0] for key in keys}
    assert set(re.findall(r"§(\d+\.\d+)", text)) <= set(numbers)


def test_every_decision_that_is_cited_is_there():
    rows = cited(DECISION)
    assert len(rows) > 10
    names = {Path(name).name[:4]: Path(name).name for name in DECISIONS}
    assert [where for where, hit in rows if hit["number"] not in names] == []
    titled = [(where, hit["number"], hit["rest"].removesuffix(".md")) for where, hit in rows if hit["rest"]]
    wrong = [where for where, number, rest in titled if not names[number].startswith(number + rest)]
    assert wrong == []


@pytest.mark.parametrize("name", [*PAGES, *DECISIONS])
def test_every_relative_link_leads_somewhere(name):
    page = ROOT / name
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    lost = []
    for hit in LINK.finditer(text):
        to, _, anchor = hit["to"].partition("#")
        if re.match(r"[a-z]+:", to):
            continue
        target = (page.parent / to).resolve() if to else page
        if not target.exists() or (anchor and anchor not in slugs(target)):
            lost.append(hit["to"])
    assert lost == []


@pytest.mark.parametrize("name", [*PAGES, *DECISIONS])
def test_every_path_that_is_named_exists(name):
    text = FENCED.sub("", (ROOT / name).read_text(encoding="utf-8"))
    # How-to pages name the files that their reader is to make.
    made = {"layers/assessed/place_summary.py", "maps/exports/places.py",
            "layers/reference/small_ground_stations.csv",
            "pipelines/sources/infrastructure/small_ground_stations.py",
            "pipelines/snapshot/data/small_ground_stations.parquet"}  # fmt: skip
    paths = {path for path in NAMED.findall(text) if not re.fullmatch(r"decisions/\d{4}", path)}
    paths -= made if "/how-to/" in name else set()
    assert sorted(path for path in paths if not (ROOT / path).exists()) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_block_to_be_copied_names_the_command_where_the_bootstrap_puts_it(name):
    """The environment of the project is not on the path of a shell."""
    blocks = FENCED.findall((ROOT / name).read_text(encoding="utf-8"))
    lines = [line for block in blocks for line in block.splitlines()]
    assert not [line for line in lines if re.match(r"\$? ?arctic-picture ", line)]


def test_the_generated_parts_are_made_from_the_code():
    made = generator()
    stale = [
        page for page in PAGES
        if (text := (ROOT / page).read_text(encoding="utf-8")) != made.renewed(text)
    ]  # fmt: skip
    assert stale == [], "run `.venv/bin/python docs/generate.py`"
    names = {hit["name"] for page in PAGES for hit in made.PART.finditer((ROOT / page).read_text("utf-8"))}
    assert names == set(made.parts()), "a part is made and shown nowhere, or the other way round"


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_is_one_page_with_its_number_and_status(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    number = Path(name).name[:4]
    assert lines[0].startswith(f"# {number} ")
    status = next(line for line in lines if line.startswith("**Status:**"))
    assert re.match(r"\*\*Status:\*\* (accepted|replaced by \d{4})", status)
    assert len(lines) <= 110


def test_the_numbers_of_decisions_are_used_once():
    numbers = [Path(name).name[:4] for name in DECISIONS]
    assert numbers == sorted(set(numbers))


def test_every_page_is_in_the_navigation():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for path in DOCS.rglob("*.md"):
        assert path.relative_to(DOCS).as_posix() in text


def test_the_documents_load_nothing_from_elsewhere():
    for path in [*DOCS.rglob("*.md"), *DOCS.rglob("*.svg")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"!\[[^\]]*\]\(https?:|<script|<iframe|@import|(?:href|src)=\"https?:", text), (
            path
        )
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert "font: false" in site
    assert "http" not in re.sub(r"(?m)^#.*$", "", site)


def test_the_citation_names_this_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    fields = dict(re.findall(r"(?m)^([a-z-]+): +\"?([^\"\n]+)\"?$", text))
    assert fields["cff-version"] == "1.2.0"
    assert fields["version"] == project["version"]
    assert fields["license"] == project["license"]
    assert fields["type"] == "software"
    assert fields["title"].startswith(project["name"])
