"""Divergences of raw-material lists: what one has and another lacks, and what no list or project covers.

Instruments are the lists of NATO, the EU and the US and the strategic projects of the EU. Whether a site has
a listed grade is in no source, so a grade is a question and never an answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from layers.schema import Column, Layer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import geopandas as gpd

__all__ = ["DIVERGENCES", "MATERIAL_DIVERGENCES", "materials_in"]

DIVERGENCES = (
    "one issuer only", "NATO and EU strategic", "grade", "grade of a project", "site on no list",
    "deposit without a project", "item without a site", "project without a site",
)  # fmt: skip
_NATO, _STRATEGIC, _UNSPLIT = "nato_2024", "eu_strategic_2024", "ree_unspecified"
_COLUMNS = ("divergence", "subject", "material", "list_ids", "feature_id", "country_iso3", "words")


def materials_in(text: str | None, patterns: Mapping[str, str]) -> list[str]:
    """Return the materials that a commodity text names; `patterns` maps a material to its pattern."""
    return [name for name, regex in patterns.items() if text and re.search(regex, text, re.IGNORECASE)]


def _divergences(
    material_list_items: pd.DataFrame,
    materials: pd.DataFrame,
    mines: gpd.GeoDataFrame,
    strategic_projects: gpd.GeoDataFrame,
    node_sites: gpd.GeoDataFrame,
) -> pd.DataFrame:
    items = material_list_items.assign(covered=material_list_items["materials"].str.split(";").map(set))
    patterns = dict(zip(materials["material"], materials["match_regex"], strict=True))
    sites = _sites(node_sites, mines, patterns)
    projects = strategic_projects.assign(
        named=[materials_in(text, patterns) for text in strategic_projects["materials"]]
    )
    alone = set(node_sites.loc[~node_sites["sources"].str.contains("; "), "sources"])
    rows = [
        *_by_issuer(items),
        *_between_two(items),
        *_grades(items),
        *_grades_of_projects(items, projects),
        *_sites_on_no_list(items, sites),
        *_deposits_without_project(items, sites),
        *_items_without_site(items, sites),
        *_projects_without_site(projects, alone),
    ]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    parts = (
        table[["divergence", "list_ids", "feature_id", "subject", "material"]]
        .fillna("")
        .agg(" ".join, axis=1)
    )
    slug = parts.str.lower().str.replace(r"[\W_]+", "-", regex=True).str.strip("-")
    return table.assign(divergence_id=slug)


def _sites(
    node_sites: gpd.GeoDataFrame, mines: gpd.GeoDataFrame, patterns: Mapping[str, str]
) -> pd.DataFrame:
    """Return each site once, with the materials of its primary commodity and of its by-products."""
    of_mines = pd.DataFrame(node_sites.loc[node_sites["kind"] == "mine", ["node_id", "sources"]])
    of_mines["feature_id"] = of_mines["sources"].str.split("; ").str[0]
    facts = pd.DataFrame(
        mines[["feature_id", "name", "country_iso3", "kind", "stage", "commodity", "byproducts"]]
    )
    table = of_mines.merge(facts, on="feature_id")
    return table.assign(
        primary=[set(materials_in(text, patterns)) for text in table["commodity"]],
        others=[
            set(materials_in(text, patterns)) if isinstance(text, str) else set()
            for text in table["byproducts"]
        ],
        has_project=table["sources"].str.contains("crma-"),
    )


def _row(divergence: str, subject: str, words: str, **values: str | None) -> dict[str, str | None]:
    return dict.fromkeys(_COLUMNS) | {"divergence": divergence, "subject": subject, "words": words} | values


def _by_issuer(items: pd.DataFrame) -> Iterator[dict[str, str | None]]:
    """Yield the materials that only one of NATO, the EU and the US lists."""
    for material, of_material in items.explode("covered").groupby("covered", sort=True):
        issuers = of_material["issuer"].unique()
        if len(issuers) == 1:
            lists = "; ".join(of_material["list_id"].unique())
            words = f"only on the list of {issuers[0]}: {lists}"
            yield _row("one issuer only", str(material), words, material=str(material), list_ids=lists)


def _between_two(items: pd.DataFrame) -> Iterator[dict[str, str | None]]:
    """Yield the items of NATO's list that are not strategic for the EU, and the other way round."""
    for one, other, words in (
        (_NATO, _STRATEGIC, "on NATO's list, not strategic for the EU"),
        (_STRATEGIC, _NATO, "strategic for the EU, not on NATO's list"),
    ):
        covered = set().union(*items.loc[items["list_id"] == other, "covered"])
        for item in items[items["list_id"] == one].itertuples(index=False):
            if not item.covered & covered:
                yield _row("NATO and EU strategic", item.name, words, material=item.materials, list_ids=one)


def _grades(items: pd.DataFrame) -> Iterator[dict[str, str | None]]:
    """Yield the items that ask for a grade, with each other list that covers the material without it."""
    for one in items[items["grade"].notna()].itertuples(index=False):
        # Rare earths that are not split by element may be those of any item: they compare nothing.
        own = one.covered - {_UNSPLIT}
        same = items["covered"].map(own.isdisjoint).eq(other=False)
        differs = items["grade"].fillna("no grade") != one.grade
        for list_id, others in items[same & differs & (items["list_id"] != one.list_id)].groupby("list_id"):
            other_grades = ", ".join(others["grade"].fillna("no grade").unique())
            named = ", ".join(others["name"])
            words = f"{one.list_id} asks for {one.grade}; {list_id} ({named}) for {other_grades}"
            lists = f"{one.list_id}; {list_id}"
            yield _row("grade", one.name, words, material=one.materials, list_ids=lists)


def _grades_of_projects(items: pd.DataFrame, projects: pd.DataFrame) -> Iterator[dict[str, str | None]]:
    """Yield the question of grade of each strategic project and material that the EU lists by grade."""
    graded = items[(items["list_id"] == _STRATEGIC) & items["grade"].notna()]
    for project in projects.itertuples(index=False):
        for item in graded.itertuples(index=False):
            if item.covered & set(project.named):
                yield _row(
                    "grade of a project", project.name,
                    f"is it {item.name}? The decision names {project.materials} for {project.activity}; the "
                    "grade of its product is in no source",
                    material=item.materials, list_ids=_STRATEGIC, feature_id=project.feature_id,
                    country_iso3=project.country_iso3,
                )  # fmt: skip


def _sites_on_no_list(items: pd.DataFrame, sites: pd.DataFrame) -> Iterator[dict[str, str | None]]:
    """Yield the sites whose commodity and by-products are on no list, and that are no strategic project."""
    listed = set().union(*items["covered"])
    for site in sites[~sites["has_project"]].itertuples(index=False):
        if not (site.primary | site.others) & listed:
            words = f"{site.kind} of {site.commodity}: on no list, no strategic project"
            yield _row(
                "site on no list", site.name, words, material="; ".join(sorted(site.primary)) or None,
                feature_id=site.feature_id, country_iso3=site.country_iso3,
            )  # fmt: skip


def _deposits_without_project(items: pd.DataFrame, sites: pd.DataFrame) -> Iterator[dict[str, str | None]]:
    """Yield the deposits of a material that is strategic for the EU, without a strategic project."""
    strategic = set().union(*items.loc[items["list_id"] == _STRATEGIC, "covered"])
    for site in sites[(sites["kind"] == "deposit") & ~sites["has_project"]].itertuples(index=False):
        if listed := sorted((site.primary | site.others) & strategic):
            stage = site.stage if isinstance(site.stage, str) else "stage not known"
            words = f"deposit ({stage}) of {site.commodity}; strategic for the EU: {', '.join(listed)}"
            yield _row(
                "deposit without a project", site.name, words, material="; ".join(listed),
                list_ids=_STRATEGIC, feature_id=site.feature_id, country_iso3=site.country_iso3,
            )  # fmt: skip


def _items_without_site(items: pd.DataFrame, sites: pd.DataFrame) -> Iterator[dict[str, str | None]]:
    """Yield the items of which no site in the north has a material as its primary commodity."""
    primary, others = set().union(*sites["primary"]), set().union(*sites["others"])
    for item in items.itertuples(index=False):
        if not item.covered & primary:
            by_product = bool(item.covered & others)
            words = "no site in the north has it" + (", but as a by-product" if by_product else "")
            yield _row(
                "item without a site", item.name, words, material=item.materials, list_ids=item.list_id
            )


def _projects_without_site(projects: pd.DataFrame, alone: set[str]) -> Iterator[dict[str, str | None]]:
    """Yield the strategic projects of which no list of mines has a row."""
    for project in projects[projects["feature_id"].isin(alone)].itertuples(index=False):
        words = f"{project.activity} of {project.materials}: no list of sites has it"
        yield _row("project without a site", project.name, words, feature_id=project.feature_id,
                   country_iso3=project.country_iso3)  # fmt: skip


MATERIAL_DIVERGENCES = Layer(
    id="material_divergences",
    title="Divergences of raw-material lists, sites and projects",
    pillar="economic",
    geometry="table",
    spine=(),
    key=("divergence_id",),
    columns=(
        Column("divergence_id", "str", "what diverges, of which list, site and item", required=True),
        Column("divergence", "str", "what diverges", required=True, choices=DIVERGENCES),
        Column("subject", "str", "material, item, site or project", required=True),
        Column("material", "str", "materials of `materials`, `;` separated"),
        Column("list_ids", "str", "lists that it is about, `;` separated"),
        Column("feature_id", "str", "row of `mines` or `strategic_projects`"),
        Column("country_iso3", "str", "ISO 3166-1 alpha-3 of the site"),
        Column("words", "str", "the divergence in words", required=True),
    ),
    derive=_divergences,
    note="A site that the sources lack is no site that is not there; a grade is a question.",
)
