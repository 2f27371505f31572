# ruff: noqa: INP001  # a hook of mkdocs beside the documents, no package
"""Bring the documents of the root and the decisions into the site, and make their links lead there.

In the repository a page of `docs/` links to `../decisions/` and `../README.md`; in the site both lie beside it.
"decisions/NNNN" and "§N" in the text become links in the site.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
# File of the root -> its name in the site. mkdocs takes a README for the index of its folder.
ROOT_PAGES = {
    "README.md": "overview.md", "CHANGELOG.md": "CHANGELOG.md", "CONTRIBUTING.md": "CONTRIBUTING.md",
    "SECURITY.md": "SECURITY.md", "data_sources.md": "data_sources.md",
}  # fmt: skip
DECISIONS = {path.name[:4]: path for path in sorted((ROOT / "decisions").glob("[0-9]*.md"))}
LINK = re.compile(r"(?<=\]\()(?P<up>(?:\.\./)*)(?P<to>[^)#\s:]+)(?=[)#])")
# What is no running text: fenced code, code, links, tags.
KEPT = re.compile(r"(```.*?```|`[^`]*`|!?\[[^\]]*\]\([^)]*\)|<[^>]+>|^#.*?$)", re.DOTALL | re.MULTILINE)
CITED = re.compile(r"decisions?[/ ](?P<number>\d{4})\b|(?P<section>(?:method )?§(?P<at>\d+(?:\.\d+)?))")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List every decision in the navigation."""
    for row in config.nav or []:
        if "Decisions" in row:
            row["Decisions"] = ["decisions/index.md", *(f"decisions/{path.name}" for path in DECISIONS.values())]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents that lie outside `docs/`."""
    for name, in_site in ROOT_PAGES.items():
        files.append(File.generated(config, in_site, abs_src_path=str(ROOT / name)))
    for path in DECISIONS.values():
        files.append(File.generated(config, f"decisions/{path.name}", abs_src_path=str(path)))
    heads = [path.read_text(encoding="utf-8").splitlines() for path in DECISIONS.values()]
    status = [next(line for line in lines if line.startswith("**Status:**")) for lines in heads]
    rows = [
        f"| [{lines[0].removeprefix('# ')}]({path.name}) | {state.removeprefix('**Status:** ')} |"
        for path, lines, state in zip(DECISIONS.values(), heads, status, strict=True)
    ]
    index = "\n".join(["# Decisions", "", "One page each.", "", "| decision | status |", "|---|---|", *rows])
    files.append(File.generated(config, "decisions/index.md", content=index + "\n"))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Lead links between the repository's folders to the places that the pages have in the site."""
    source = page.file.src_uri
    depth = source.count("/")
    is_outside = source in ROOT_PAGES.values() or source.startswith("decisions/")
    markdown = _cited(markdown, source, "../" * depth)

    def turned(hit: re.Match[str]) -> str:
        up, to = hit["up"], hit["to"]
        if is_outside:  # the root is the root of the site, and docs/ lies in it
            if len(up) == 3 * depth:
                to = ROOT_PAGES.get(to.removeprefix("docs/"), to.removeprefix("docs/"))
            return up + to
        if len(up) > 3 * depth:  # out of docs/
            to = "decisions/index.md" if to == "decisions/" else ROOT_PAGES.get(to, to)
            return up[3:] + to
        return up + to

    return LINK.sub(turned, markdown)


def _cited(markdown: str, source: str, up: str) -> str:
    """Make links of the decisions and sections that running text cites."""
    text = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    heads = re.findall(r"^##+ ((\d+(?:\.\d+)?) .*)$", text, re.MULTILINE)
    slug = {at: re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", head.lower())).strip("-") for head, at in heads}
    docs = "../docs/" if source.startswith("decisions/") else "docs/" if source in ROOT_PAGES.values() else up
    out = up if source.startswith("decisions/") else "" if source in ROOT_PAGES.values() else f"{up}../"

    def link(hit: re.Match[str]) -> str:
        if hit["number"]:
            path = DECISIONS.get(hit["number"])
            return f"[{hit[0]}]({out}decisions/{path.name})" if path else hit[0]
        if source == "method.md":
            return f"[{hit[0]}](#{slug[hit['at']]})" if hit["at"] in slug else hit[0]
        is_ours = hit["section"].startswith("method") and hit["at"] in slug
        return f"[{hit[0]}]({docs}method.md#{slug[hit['at']]})" if is_ours else hit[0]

    pieces = KEPT.split(markdown)
    return "".join(piece if number % 2 else CITED.sub(link, piece) for number, piece in enumerate(pieces))
