# ruff: noqa: INP001  # a hook of mkdocs beside the documents, no package
"""Bring the documents of the root and the decisions into the site, and make their links lead there.

In the repository a page of `docs/` links to `../decisions/` and `../README.md`; in the site both lie beside
it. "decisions/NNNN" and "method §N" in the text become links in the site.
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
METHOD = re.findall(
    r"^##+ ((\d+(?:\.\d+)?) .*)$", (ROOT / "docs" / "method.md").read_text(encoding="utf-8"), re.MULTILINE
)
# Section -> the anchor that mkdocs gives its heading.
SECTIONS = {
    at: re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", head.lower())).strip("-") for head, at in METHOD
}
LINK = re.compile(r"(?<=\]\()(?P<up>(?:\.\./)*)(?P<to>[^)#\s:]+)(?=[)#])")
# What is no running text: fenced code, code, links, tags, headings.
KEPT = re.compile(r"(```.*?```|`[^`]*`|!?\[[^\]]*\]\([^)]*\)|<[^>]+>|^#.*?$)", re.DOTALL | re.MULTILINE)
CITED = re.compile(r"decisions?[/ ](?P<number>\d{4})\b|(?P<whose>method )?§(?P<at>\d+(?:\.\d+)?)")
# The offline plugin loads this from a server; the site asks nobody.
SHIM = "https://unpkg.com/iframe-worker/shim"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List every decision in the navigation."""
    for row in config.nav or []:
        if "Decisions" in row:
            row["Decisions"] = ["decisions/index.md", *(f"decisions/{p.name}" for p in DECISIONS.values())]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents that lie outside `docs/`."""
    outside = {in_site: ROOT / name for name, in_site in ROOT_PAGES.items()}
    outside |= {f"decisions/{path.name}": path for path in DECISIONS.values()}
    # The page of sources links to our own tables.
    outside |= {f"layers/reference/{p.name}": p for p in sorted((ROOT / "layers/reference").glob("*.csv"))}
    for in_site, path in outside.items():
        files.append(File.generated(config, in_site, abs_src_path=str(path)))
    rows = []
    for path in DECISIONS.values():
        title, *lines = path.read_text(encoding="utf-8").splitlines()
        status = next(line for line in lines if line.startswith("**Status:**"))
        rows.append(f"| [{title.removeprefix('# ')}]({path.name}) | {status.removeprefix('**Status:** ')} |")
    index = "\n".join(["# Decisions", "", "One page each.", "", "| decision | status |", "|---|---|", *rows])
    files.append(File.generated(config, "decisions/index.md", content=index + "\n"))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Lead links between the repository's folders to the places that the pages have in the site."""
    source = page.file.src_uri
    depth = source.count("/")
    is_outside = source in ROOT_PAGES.values() or source.startswith("decisions/")

    def turned(hit: re.Match[str]) -> str:
        up, to = hit["up"], hit["to"]
        if is_outside and len(up) == 3 * depth:  # docs/ is the root of the site
            to = to.removeprefix("docs/")
            return up + ROOT_PAGES.get(to, to)
        if not is_outside and len(up) > 3 * depth:  # out of docs/
            return up[3:] + ("decisions/index.md" if to == "decisions/" else ROOT_PAGES.get(to, to))
        return up + to

    return _cited(LINK.sub(turned, markdown), source, "../" * depth)


def _cited(markdown: str, source: str, up: str) -> str:
    """Make links of the decisions and sections that running text cites."""

    def link(hit: re.Match[str]) -> str:
        if hit["number"] in DECISIONS:
            return f"[{hit[0]}]({up}decisions/{DECISIONS[hit['number']].name})"
        if hit["at"] in SECTIONS and (hit["whose"] or source == "method.md"):
            page = "" if source == "method.md" else f"{up}method.md"
            return f"[{hit[0]}]({page}#{SECTIONS[hit['at']]})"
        return hit[0]

    pieces = KEPT.split(markdown)
    return "".join(piece if number % 2 else CITED.sub(link, piece) for number, piece in enumerate(pieces))


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG001  mkdocs names them
    """Take the one script that a server would send from the site itself."""
    return output.replace(SHIM, "../" * page.url.count("/") + "vendor/iframe-worker.js")


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:  # noqa: ARG001
    """The same for the page of a missing address."""
    return output_content.replace(SHIM, "/vendor/iframe-worker.js")
