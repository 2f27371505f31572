"""Policy lists by node: the trans-European transport network and documented dual use.

A row of a list belongs to the node of the same kind, country and name. The lists name nodes as the picture
does, so that no name is matched at build time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.crs import EARTH_RADIUS_KM, unit_vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["documented", "ten_t"]

# Sources for a site that is in no row: the annex that lists its kind, the maps of the regulation (not on
# file), and the documents that were read.
_ANNEX, _MAPS, _DOCUMENTS = "own_ten_t", "eu_ten_t", "own_documented_dual_use"
_SCORE = {"core": 1.0, "extended_core": 0.7, "comprehensive": 0.4}
_KINDS = ("port", "airfield", "rail_terminal")
# EEA, EFTA or trade-agreement neighbours (Art. 3(2)): maps may extend the network to them; Annex II has none.
_NEIGHBOURS = ("NOR", "ISL", "GBR")
_ONE_PORT_KM = 15.0  # a harbour within this distance of a listed port may be part of it


def _keys(table: pd.DataFrame, name: str) -> pd.Series:
    """Return kind, country and name of each row as one text."""
    return table["kind"] + "|" + table["country_iso3"] + "|" + table[name].fillna("")


def ten_t(sites: pd.DataFrame, ten_t_nodes: pd.DataFrame) -> pd.DataFrame:
    """Return `score`, `off`, `note`, source and date of every site on the EU's transport network.

    Regulation (EU) 2024/1679, Annex II: core 1, extended core 0.7, comprehensive 0.4. The score is 0 where
    Annex II lists the kind in the country but not the node. It is NaN where the annex does not decide.
    """
    named = ten_t_nodes.dropna(subset=["match_name"])
    best = named.assign(key=_keys(named, "match_name"), score=named["network"].map(_SCORE))
    best = best.sort_values("score", kind="stable").drop_duplicates("key", keep="last").set_index("key")
    row = best.reindex(_keys(sites, "name"))
    score, kind = row["score"].to_numpy(dtype=float), sites["kind"]
    covered = sites["country_iso3"].isin(set(ten_t_nodes["country_iso3"])).to_numpy()
    neighbour = sites["country_iso3"].isin(_NEIGHBOURS).to_numpy()
    listed = ~np.isnan(score)
    part = (
        (kind == "port").to_numpy() & ~listed & covered & _near(sites, listed & (kind == "port").to_numpy())
    )
    rail = (kind == "rail_terminal").to_numpy() & ~listed & covered
    absent = covered & ~listed & ~part & ~rail
    other_kind = ~kind.isin(_KINDS).to_numpy()
    outside = ~covered & ~neighbour
    word = row["network"].str.replace("_", " ").fillna("").to_numpy(dtype=object)
    citation = (
        "TEN-T " + word + " network, Reg. (EU) 2024/1679 Annex II: " + row["name"].fillna("").to_numpy()
    )
    note = np.select(
        [other_kind, outside, neighbour, listed, part, rail],
        [
            "TEN-T lists ports, airports and terminals, not this kind of node",
            "the trans-European transport network does not extend to this country",
            "Reg. (EU) 2024/1679 Annex II lists no node of this neighbouring country; its maps are not held",
            citation,
            f"not listed itself; may be part of a listed port within {_ONE_PORT_KM:.0f} km",
            "not a listed terminal; lines are on the maps of Annex I, which are not held",
        ],
        "not in Reg. (EU) 2024/1679 Annex II, which lists this kind in this country",
    )
    score_or_0 = np.where(absent & ~other_kind, 0.0, score)
    return pd.DataFrame(
        {
            "score": np.where(other_kind | outside, np.nan, score_or_0),
            "off": other_kind | outside,
            "note": note,
            "source_id": np.where(listed, row["source_id"], np.where(covered & ~rail & ~part, _ANNEX, _MAPS)),
            "as_of": ten_t_nodes["as_of"].max(),
        },
        index=sites.index,
    )


def _near(sites: pd.DataFrame, listed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which sites lie within 15 km of a listed site, on the sphere."""
    if not listed.any():
        return np.zeros(len(sites), dtype=bool)
    # The cosine of the angle between two unit vectors gives the distance on the sphere.
    places = unit_vectors(sites["longitude_deg"].to_numpy(), sites["latitude_deg"].to_numpy())
    cosine = (places @ places[listed].T).max(axis=1)
    return np.asarray(cosine >= np.cos(_ONE_PORT_KM / EARTH_RADIUS_KM), dtype=bool)


def documented(sites: pd.DataFrame, documented_dual_use: pd.DataFrame) -> pd.DataFrame:
    """Return what official documents state about each site, in the order of `sites`.

    `is_dual` is true where a document states dual use of the node itself, `is_joint` where it states joint
    use. `note` has quote and address, also of a grant that funds only the access to the node. `seen_on` is
    the latest day on which a document was read. `source_id` is the list of documents.
    """
    table = documented_dual_use.assign(key=_keys(documented_dual_use, "match_name"))
    citation = table["what"].str.replace("_", " ") + ": \u201c" + table["quote"] + "\u201d, "
    citation += table["source_title"] + ", " + table["source_url"]
    way = "only the way to it is funded; " + citation
    of_node = table["scope"] == "node"
    table = table.assign(
        citation=citation.where(of_node, way),
        is_dual=of_node,
        is_joint=of_node & (table["what"] == "joint_use_aerodrome"),
    )
    by_key = table.groupby("key").agg(
        is_dual=("is_dual", "any"),
        is_joint=("is_joint", "any"),
        note=("citation", "; ".join),
        seen_on=("seen_on", "max"),
        source_id=("source_id", "first"),
    )
    by_site = by_key.reindex(_keys(sites, "name"))
    return pd.DataFrame(
        {
            "is_dual": by_site["is_dual"].eq(other=True).to_numpy(),
            "is_joint": by_site["is_joint"].eq(other=True).to_numpy(),
            "note": by_site["note"].fillna("").to_numpy(dtype=object),
            "seen_on": by_site["seen_on"].fillna("").to_numpy(dtype=object),
            "source_id": by_site["source_id"].fillna(_DOCUMENTS).to_numpy(dtype=object),
        },
        index=sites.index,
    )
