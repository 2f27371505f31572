"""Military relevance from public attributes, in four parts (method §4, in docs/method.md).

- Facility: what the node itself offers, such as depth of water, a runway or capacity.
- Hinterland: the transport that joins the node to land and sea: runway, deep port, railway, main road.
- Position: the distances to named sea routes, to narrows (gates of 200 km or less), and to the next node of
  the same kind that is as capable.
- Association: public documents, claims of military sites nearby, and policy lists that name the node.

The parts state that public attributes would let a node support allied or national movement and sustainment.
They state nothing about plans, forces or targets. A site that is military only is no node, so it has no
evidence row, no score and no class. A claim of one counts only in the association of a node nearby.

An anchor is the fixed value at which a score or a class changes (method §1.4). In this module `a` maps the
ids of anchors to values in their own units. An unknown value counts as 0, so it never makes a class higher.
If the facility is unknown, the military class is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed import rules
from layers.assessed.alliances import special_status
from layers.assessed.evidence_builder import SiteAttributes, numbers
from layers.assessed.military_facility import (
    add_facility,
    material_tier,
    named_materials,
    origin,
    ramp_row,
    shares,
)
from layers.assessed.policy import ten_t
from layers.assessed.sites import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.assessed.evidence_builder import EvidenceBuilder

__all__ = ["MILITARY", "TREATIES", "add_military_relevance"]

# Treaty status under which association and policy do not apply, and the reason that is printed.
TREATIES = {
    "svalbard_treaty_art9": "Svalbard Treaty 1920, Art. 9: no naval base, no fortification",
    "demilitarised_neutralised": "Åland: demilitarised and neutralised (1856, 1921, 1940)",
}
# Kinds whose hinterland is a runway and a deep port.
_INLAND = ("cable_landing", "mine", "rail_terminal", "energy_site", "ground_station")
_CONFIDENCES = ("high", "medium", "low")
# Indicators that `rules.facility` and `rules.parts` read, by the same names.
MILITARY = (
    "approach_depth",
    "pier_depth",
    "vessel_length",
    "roro",
    "sustainment",
    "runway_length",
    "runway_width",
    "systems_in_service",
    "capacity",
    "dependent_node",
    "listed_material",
    "producing_or_strategic",
    "gauge",
    "to_port_or_border",
    "civil_and_public",
    "polar_orbit",
    "runway_near",
    "railway",
    "main_road",
    "deep_port",
    "route",
    "narrow",
    "scarcity",
)


def add_military_relevance(
    builder: EvidenceBuilder,
    facts: SiteAttributes,
    anchors: Mapping[str, float],
    military_sites: gpd.GeoDataFrame,
    materials: pd.DataFrame,
    memberships: pd.DataFrame,
    day: date,
    ten_t_nodes: pd.DataFrame,
    papers: pd.DataFrame,
) -> None:
    """Write the military evidence rows of every site to `builder`, in the order of the four parts.

    The policy lists are the group `m_policy` of the association, beside its group `m_association`.

    `anchors` maps ids to values in their own units. `military_sites` holds claims, each the statement of one
    public source. `materials` holds the tier of each raw material, A to D, best first (method §6).
    `ten_t_nodes` holds the ports, airports and terminals of the EU's transport network (Regulation (EU)
    2024/1679, Annex II). `papers` is the result of `layers.assessed.policy.documented` for these sites. From
    `memberships` only the special status of a territory is read; membership of NATO or the EU has no effect.
    """
    add_facility(builder, facts, anchors, materials)
    _add_runway_and_land(builder, facts, anchors)
    _add_deep_port(builder, facts, anchors)
    _add_position(builder, facts, anchors)
    reason = special_status(builder.sites, memberships, day).map(TREATIES)
    _add_association(builder, facts, anchors, military_sites, reason, papers)
    _add_policy(builder, facts, materials, reason, ten_t(builder.sites, ten_t_nodes))


def _add_runway_and_land(builder: EvidenceBuilder, facts: SiteAttributes, a: Mapping[str, float]) -> None:
    """Write the runway within 50 km (not of airfields), and the railway or main road near a port."""
    m = facts.measures
    paved = numbers(m["runway_near_m"])
    names = ("runway_short", "runway_long", "runway_width")
    anchors = {name: rules.whole(a[name]) for name in names}
    # The width of a runway nearby is not measured: 1e9 is wider than the anchor, and NaN stays NaN.
    score = rules.runway({"runway_length": rules.whole(paved), "runway_width": 1e9 + 0 * paved}, anchors)
    builder.add(
        ~facts.of("airfield"),
        ("hinterland", "m_hinterland", "runway_near"),
        shares(score),
        value=paved,
        unit="m",
        label=m["runway_near_name"].to_numpy(dtype=object),
        source=m["runway_near_source_id"].to_numpy(dtype=object),
        as_of=m["runway_near_as_of"].to_numpy(dtype=object),
        scale=("runway", a["runway_short"], a["runway_long"]),
        note="longest paved runway within 50 km",
    )
    rail, road = numbers(m["rail_km"]), numbers(m["road_km"])
    nearest = np.fmin(rail, road)  # of the two, the known one
    near = np.where(np.isnan(nearest), np.nan, np.where(nearest <= a["land_near"], 1.0, 0.0))
    by_rail = (rail <= road) | np.isnan(road)
    builder.add(
        facts.of("port"),
        ("hinterland", "m_hinterland", "land_mode"),
        near,
        value=nearest,
        unit="km",
        label=np.where(by_rail, "railway", "main road"),
        source=np.where(by_rail, m["rail_source_id"], m["road_source_id"]),
        as_of=np.where(by_rail, m["rail_as_of"], m["road_as_of"]),
        scale=("within", a["land_near"], a["land_near"]),
        note=f"railway or main road within {a['land_near']:g} km; lesser roads are not held",
    )


def _add_deep_port(builder: EvidenceBuilder, facts: SiteAttributes, a: Mapping[str, float]) -> None:
    """Write the nearest deep port, and for an airfield the better of a deep port and a railway."""
    m = facts.measures
    rail, deep = numbers(m["rail_km"]), numbers(m["deep_port_km"])
    by_sea = ramp_row(deep, a, "deep_port")
    by_rail = np.where(rail <= a["land_near"], 1.0, 0.0)
    field = facts.of("airfield")
    harbour: dict[str, Any] = {
        "source": m["deep_port_source_id"].to_numpy(dtype=object),
        "as_of": m["deep_port_as_of"].to_numpy(dtype=object),
    }
    track = {
        "source": m["rail_source_id"].to_numpy(dtype=object), "as_of": m["rail_as_of"].to_numpy(dtype=object)
    }  # fmt: skip
    builder.add(
        facts.of(*_INLAND), ("hinterland", "m_hinterland", "deep_port"), **by_sea, unit="km", **harbour,
        note="nearest other port with 10.7 m of water",
    )  # fmt: skip
    # An airfield is supplied by sea or by rail: both distances have weight 0, and the better one counts.
    builder.add(
        field, ("hinterland", "m_hinterland", "deep_port"), value=deep, unit="km", share=0.0, **harbour,
        note="nearest port with 10.7 m of water",
    )  # fmt: skip
    builder.add(
        field, ("hinterland", "m_hinterland", "railway"), value=rail, unit="km", share=0.0, **track,
        note="nearest railway on file",
    )  # fmt: skip
    best = np.fmax(by_sea["score"], by_rail)
    is_rail = by_rail >= np.nan_to_num(by_sea["score"], nan=0.0)
    builder.add(
        field,
        ("hinterland", "m_hinterland", "supply_by_sea_or_rail"),
        best,
        value=best,
        unit="class",
        label=np.where(is_rail & (by_rail == 1), "railway", np.where(best > 0, "deep port", "none")),
        source=np.where(is_rail & (by_rail == 1), track["source"], harbour["source"]),
        as_of=np.where(is_rail & (by_rail == 1), track["as_of"], harbour["as_of"]),
        note=f"the better of a deep port (1 in {a['deep_port_one']:g} km, 0 from {a['deep_port_zero']:g}), "
        f"a railway within {a['land_near']:g} km",
    )


def _add_position(builder: EvidenceBuilder, facts: SiteAttributes, a: Mapping[str, float]) -> None:
    """Write route, narrow and scarcity. The facility rows must already be in `builder`."""
    m = facts.measures
    everywhere = np.ones(len(builder.sites), dtype=bool)
    for name, what in (("route", "named Arctic sea route"), ("narrow", "narrow (a gate of 200 km or less)")):
        builder.add(
            everywhere,
            ("position", "m_position", name),
            **ramp_row(numbers(m[f"{name}_km"]), a, name),
            unit="km",
            label=m[f"{name}_name"].to_numpy(dtype=object),
            source=m[f"{name}_source_id"].to_numpy(dtype=object),
            as_of=m[f"{name}_as_of"].to_numpy(dtype=object),
            note=f"nearest {what}",
        )
    score = facility_of(builder, facts, a)
    # Scarcity counts only for a capable facility, with a score of 0.5 or more (method §4.3).
    builder.add(
        everywhere, ("position", "m_position", "scarcity"),
        **ramp_row(numbers(m["own_class_km"]), a, "scarcity", "log ramp"), unit="km",
        source=builder.sites["source_id"].to_numpy(), as_of=builder.sites["as_of"].to_numpy(),
        off=~(score >= rules.ONE / 2), note="nearest other node of its kind that is as capable",
    )  # fmt: skip


def facility_of(
    builder: EvidenceBuilder, facts: SiteAttributes, a: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return the facility score of every site in whole thousandths (500 is a score of 0.5); NaN if unknown.

    It is computed from the facility rows, which must already be in `builder`.
    """
    score = np.full(len(builder.sites), np.nan)
    anchors = whole_anchors(a)
    values = inputs_of(builder.table(), builder.sites["node_id"])
    for kind in KINDS:
        rows = facts.of(kind)
        some = {name: value[rows] for name, value in values.items()}
        score[rows] = rules.facility(kind, some, anchors)
    return score


def whole_anchors(a: Mapping[str, float]) -> dict[str, NDArray[np.float64]]:
    """Return every anchor by id in whole thousandths of its unit: 10.7 m becomes 10,700."""
    return {name: rules.whole(value) for name, value in a.items()}


def inputs_of(table: pd.DataFrame, nodes: pd.Series) -> dict[str, NDArray[np.float64]]:
    """Return values by the names that `rules.facility` reads, from evidence rows.

    `nodes` are ids of nodes. `table` holds evidence rows of these nodes alone; only rows of the military axis
    are read. Each array has the shape (nodes,) and whole thousandths; NaN is unknown or has no row.

    An indicator has its value in thousandths of the unit of its row, and `<indicator> score` has its score.
    An indicator without an anchor, such as `gauge`, has its score under both names. All names of MILITARY are
    there.
    """
    index = pd.Index(nodes)
    blank = np.full(len(index), np.nan)
    values: dict[str, NDArray[np.float64]] = {}
    rows = table[table["axis"] == "military"]
    for name, part in rows.groupby("indicator", sort=False):
        # The position of an unlisted node would be -1, the last node; `table` has none.
        at = index.get_indexer(part["node_id"])
        values[str(name)] = blank.copy()
        values[str(name)][at] = rules.whole(part["value"])
        values[f"{name} score"] = blank.copy()
        values[f"{name} score"][at] = rules.whole(part["score"])
    # The evidence holds the better of ship length and ro-ro as one score, which is read as ro-ro.
    values.pop("large_ships", None)
    values |= {"vessel_length": blank, "roro": values.pop("large_ships score", blank)}
    for name in ("listed_material", "producing_or_strategic", "to_port_or_border", "civil_and_public",
                 "polar_orbit", "sustainment", "dependent_node", "gauge"):  # fmt: skip
        values[name] = values.get(f"{name} score", blank)
    for name in MILITARY:
        values.setdefault(name, blank)
    return values


def _add_association(
    builder: EvidenceBuilder,
    facts: SiteAttributes,
    a: Mapping[str, float],
    military_sites: gpd.GeoDataFrame,
    reason: pd.Series,
    papers: pd.DataFrame,
) -> None:
    """Write documented use, and the nearest claim of each confidence.

    `reason` is the treaty by which association does not apply to a site; null where there is none.
    """
    claims = military_sites.set_index("feature_id")
    m, off = facts.measures, reason.notna().to_numpy()
    joint = papers["is_joint"].to_numpy(dtype=bool) | papers["is_dual"].to_numpy(dtype=bool)
    # A site without a document has the day on which the documents were read.
    seen = papers["seen_on"].where(papers["seen_on"] != "")
    builder.add(
        np.ones(len(builder.sites), dtype=bool), ("association", "m_association", "documented_use"),
        joint.astype(float), value=joint.astype(float), source=papers["source_id"].to_numpy(dtype=object),
        as_of=seen.fillna(seen.max()).to_numpy(dtype=object), off=off,
        note=np.where(off, reason.fillna(""), np.where(joint, papers["note"], "no document on file")),
    )  # fmt: skip
    for confidence in _CONFIDENCES:
        row = claims.reindex(m[f"claim_{confidence}"])
        radius = row["uncertainty_km"].to_numpy(dtype=float)
        # The claimed site may lie anywhere within its radius, so the least possible distance counts.
        # Whole kilometres: the class follows from the value that the row shows.
        km = np.round(np.maximum(numbers(m[f"claim_{confidence}_km"]) - radius, 0.0))
        worth = rules.CLAIM_WORTH[confidence] / rules.ONE
        score = np.where(np.isnan(km), np.nan, np.where(km <= a["claim_near"], worth, 0.0))
        words = [
            f"nearest public claim of {confidence} confidence: {n}, within about {k + r:.0f} km, {t}, {u}"
            for n, k, r, t, u in zip(
                row["name"], km, radius, row["source_title"], row["source_url"], strict=True
            )
        ]
        builder.add(
            np.ones(len(builder.sites), dtype=bool),
            ("association", "m_association", f"claim_{confidence}"),
            score,
            value=km,
            unit="km",
            source=row["source_id"].to_numpy(dtype=object),
            as_of=row["as_of"].to_numpy(dtype=object),
            scale=("within", a["claim_near"], a["claim_near"]),
            off=off,
            note=np.where(off, reason.fillna(""), np.array(words, dtype=object)),
        )


def _add_policy(
    builder: EvidenceBuilder,
    facts: SiteAttributes,
    materials: pd.DataFrame,
    reason: pd.Series,
    network: pd.DataFrame,
) -> None:
    """Write the policy rows: raw materials of a mine, the EU's transport network for other kinds.

    `reason` is that of `_add_association`, and `network` the result of `layers.assessed.policy.ten_t`.
    """
    off, why = reason.notna().to_numpy(), reason.fillna("").to_numpy(dtype=object)
    mine = facts.of("mine")
    tier = material_tier(named_materials(facts), materials)
    project = facts.project.is_there
    # Scores of method §4.4. Tiers C and D are neither on NATO's list nor strategic materials of the EU.
    score = np.where(project, 1.0, tier.map({"A": 0.7, "B": 0.4, "C": 0.0, "D": 0.0}).to_numpy(dtype=float))
    words = np.where(
        project, "EU strategic project", "material tier " + tier.fillna("unknown").to_numpy(dtype=object)
    )
    source = np.where(project, origin(facts.project)["source"], "own_materials")
    builder.add(
        mine, ("association", "m_policy", "strategic_material"), score, value=score, source=source,
        as_of=np.where(project, origin(facts.project)["as_of"], materials["as_of"].max()), off=off,
        note=np.where(off, why, words),
    )  # fmt: skip
    builder.add(
        ~mine, ("association", "m_policy", "ten_t_network"), network["score"], value=network["score"],
        source=network["source_id"], as_of=network["as_of"], off=off | network["off"],
        note=np.where(off, why, network["note"]),
    )  # fmt: skip
