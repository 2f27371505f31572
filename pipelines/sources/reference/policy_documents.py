"""Facts from official documents: projects, TEN-T nodes, dual use; corrections of sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.iso_3166 import NORTHERN
from pipelines.read_helpers import points, to_number
from pipelines.sources.reference.cited_tables import CITED, date_read, read_table, reference_source

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from pipelines.source import Inputs

__all__ = [
    "SOURCES", "read_documented_dual_use", "read_overrides", "read_strategic_projects", "read_ten_t_nodes",
]  # fmt: skip


def read_strategic_projects(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return EU strategic projects north of 58 N, EPSG:3413; `position` is the quality of the position."""
    raw = read_table(inputs, "strategic_projects.csv")
    raw = raw.assign(lon=to_number(raw["lon"]), lat=to_number(raw["lat"]))
    table = points(raw, "lon", "lat")
    slug = table["project"].str.lower().str.replace(r"[^a-z0-9]+", "-", regex=True).str.strip("-")
    return table.assign(
        feature_id="crma-" + slug,
        name=table["project"],
        country_iso3=table["country"].map(NORTHERN),
        position=table["coord_confidence"],
        reference=table["source"],
        source_id="own_strategic_projects",
        as_of=table["designated"],
    )


def read_ten_t_nodes(inputs: Inputs) -> pd.DataFrame:
    """Return nodes of the EU's transport network (TEN-T).

    A node of the network that is several nodes of the picture has a row for each of them. One that is no node
    of the picture has one row, without a `match_name`.
    """
    raw = read_table(inputs, "ten_t_nodes.csv")
    raw = raw.assign(match_name=raw["match_name"].str.split("; ")).explode("match_name", ignore_index=True)
    slug = raw["match_name"].fillna(raw["name"]).str.lower().str.replace(r"\W+", "-", regex=True)
    return raw.assign(
        feature_id="tent-" + raw["kind"] + "-" + slug, source_id="own_ten_t", as_of="2024-07-18"
    )


def read_documented_dual_use(inputs: Inputs) -> pd.DataFrame:
    """Return nodes that official documents call dual use, with the words of the document."""
    raw = read_table(inputs, "documented_dual_use.csv")
    return raw.assign(
        feature_id="dual-" + raw["document_key"],
        name=raw["match_name"],
        longitude_deg=to_number(raw["longitude_deg"]),
        latitude_deg=to_number(raw["latitude_deg"]),
        source_id="own_documented_dual_use",
        as_of=date_read(raw),
    )


def read_overrides(inputs: Inputs) -> pd.DataFrame:
    """Return corrections of attributes of other sources, each with the document behind it."""
    raw = read_table(inputs, "overrides.csv")
    return raw.assign(
        feature_id="override-" + raw["node_id"].str.replace(":", "-") + "-" + raw["column"],
        source_id="own_overrides",
        as_of=raw["since"],
    )


SOURCES = (
    reference_source(
        "own_strategic_projects", "strategic_projects", "strategic_projects",
        "EU strategic projects",
        read_strategic_projects, CITED, "2025-06-04",
    ),
    reference_source(
        "own_ten_t", "ten_t_nodes", "ten_t_nodes",
        "TEN-T nodes", read_ten_t_nodes,
        f"{CITED}; Regulation (EU) 2024/1679 Annex II, north of 58 N", "2024-07-18",
    ),
    reference_source(
        "own_documented_dual_use", "documented_dual_use", "documented_dual_use",
        "Documented dual use",
        read_documented_dual_use, f"{CITED}, with the words it rests on", "2026-11-25",
    ),
    reference_source(
        "own_overrides", "overrides", "overrides_on_file",
        "Documented corrections", read_overrides, CITED,
        "2026-11-25",
    ),
)  # fmt: skip
