"""Military relevance from public attributes: what they would let a place do (judgement, section 2.3).

It says that public attributes would let a place support allied or national movement and sustainment. It
says nothing of plans, forces or targets, and never scores a military site. Four parts, each on absolute
anchors; what is not known counts as 0 and so raises no class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed import rules
from layers.assessed.book import Facts, numbers, yes
from layers.assessed.policy import ten_t
from layers.assessed.remit import special_status
from layers.assessed.sites import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import geopandas as gpd
    from numpy.typing import NDArray

    from layers.assessed.book import Attributes, Book

__all__ = ["MILITARY", "add_military_relevance", "material_tier"]

# Treaty status that takes association and policy out of the question; the reason is printed.
_TREATY = {
    "svalbard_treaty_art9": "Svalbard Treaty 1920, Art. 9: no naval base, no fortification",
    "demilitarised_neutralised": "Åland: demilitarised and neutralised (1856, 1921, 1940)",
}
_REPAIRS = {"None": 0.0, "Emergency Only": 0.25, "Limited": 0.5, "Moderate": 0.75, "Major": 1.0}
_DOCKS = {"None": 0.0, "Small": 0.33, "Medium": 0.67, "Large": 1.0}
# Kinds whose hinterland is a runway and a deep port.
_INLAND = ("cable_landing", "mine", "rail_terminal", "energy_site", "ground_station")
_CONFIDENCES = ("high", "medium", "low")
# Indicators that `rules.facility` and `rules.parts` read, by the name they have there.
MILITARY = {
    "approach_depth": "approach_depth",
    "pier_depth": "pier_depth",
    "vessel_length": "vessel_length",
    "roro": "roro",
    "sustainment": "sustainment",
    "runway_length": "runway_length",
    "runway_width": "runway_width",
    "systems_in_service": "systems_in_service",
    "capacity": "capacity",
    "dependent_node": "dependent_node",
    "listed_material": "listed_material",
    "producing_or_strategic": "producing_or_strategic",
    "gauge": "gauge",
    "to_port_or_border": "to_port_or_border",
    "civil_and_public": "civil_and_public",
    "polar_orbit": "polar_orbit",
    "runway_near": "runway_near",
    "railway": "railway",
    "main_road": "main_road",
    "deep_port": "deep_port",
    "route": "route",
    "narrow": "narrow",
    "scarcity": "scarcity",
}


def add_military_relevance(
    book: Book,
    facts: Facts,
    anchors: Mapping[str, float],
    military_sites: gpd.GeoDataFrame,
    materials: pd.DataFrame,
    memberships: pd.DataFrame,
    day: date,
    ten_t_nodes: pd.DataFrame,
    papers: pd.DataFrame,
) -> None:
    """Write facility, hinterland, position, association and policy of every site."""
    _add_port(book, facts, anchors)
    _add_airfield(book, facts, anchors)
    _add_other(book, facts, anchors, materials)
    _add_hinterland(book, facts, anchors)
    _add_position(book, facts, anchors)
    reason = special_status(book.sites, memberships, day).map(_TREATY)
    _add_association(book, facts, anchors, military_sites, reason, papers)
    _add_policy(book, facts, materials, reason, ten_t(book.sites, ten_t_nodes))


def _of(attributes: Attributes) -> dict[str, Any]:
    """Source and date of the row that an attribute comes from."""
    return {
        "source": attributes["source_id"].to_numpy(dtype=object),
        "as_of": attributes["as_of"].to_numpy(dtype=object),
    }


def _score(whole: NDArray[np.float64]) -> NDArray[np.float64]:
    return whole / rules.ONE


def _ramp(
    value: NDArray[np.float64], a: Mapping[str, float], name: str, form: str = "ramp"
) -> dict[str, Any]:
    """Value, score and scale of a ramp between the anchors `<name>_zero` and `<name>_one`."""
    zero, one = a[f"{name}_zero"], a[f"{name}_one"]
    score = rules.ramp if form == "ramp" else rules.log_ramp
    return {
        "value": value, "scale": (form, zero, one),
        "score": _score(score(rules.whole(value), rules.whole(zero), rules.whole(one))),
    }  # fmt: skip


def _said(word: object) -> str:
    return word.lower() if isinstance(word, str) else "not known"


def _add_port(book: Book, facts: Facts, a: Mapping[str, float]) -> None:
    port, where, told = facts.port, facts.of("port"), _of(facts.port)
    for indicator, fields, name in (
        ("approach_depth", ("channel_depth", "anchorage_depth"), "approach"),
        ("pier_depth", ("cargo_pier_depth",), "pier"),
    ):
        low = np.fmax.reduce([numbers(port[f"{field}_low_m"]) for field in fields])
        # A bin without an upper bound is deeper than every anchor.
        ends = [(numbers(port[f"{f}_low_m"]), numbers(port[f"{f}_high_m"])) for f in fields]
        high = np.fmax.reduce([np.where(np.isnan(top) & ~np.isnan(at), 99.0, top) for at, top in ends])
        zero, one = a[f"{name}_zero"], a[f"{name}_one"]
        book.add(
            where,
            ("facility", "m_facility", indicator),
            **_ramp(low, a, name),
            value_low=low,
            value_high=high,
            unit="m",
            **told,
            note=f"lower bound of the bin; 0 at {zero:g} m, 1 at {one:g} m",
        )
    length, roro = numbers(port["max_vessel_length_m"]), yes(port["has_facilities_ro_ro"])
    ships = {"vessel_length": rules.whole(length), "roro": roro * rules.ONE}
    score = _score(rules.large_ships(ships, {"vessel_length": rules.whole(a["vessel_length"])}))
    words = np.array(
        [
            f"ship length {'not known' if np.isnan(m) else f'{m:g} m'}, "
            f"ro-ro {'not known' if np.isnan(r) else ('yes' if r else 'no')}"
            for m, r in zip(length, roro, strict=True)
        ],
        dtype=object,
    )
    book.add(
        where,
        ("facility", "m_facility", "large_ships"),
        score,
        value=np.where(np.isnan(score), np.nan, length),
        unit="m",
        label=words,
        scale=("at least", a["vessel_length"], a["vessel_length"]),
        **told,
        note=f"the better of ships over {a['vessel_length']:g} m and roll-on roll-off; " + words,
    )
    best = [
        numbers(port["repairs"].map(_REPAIRS)), numbers(port["dry_dock"].map(_DOCKS)),
        yes(port["has_lifts_100_plus_tons"]),
    ]  # fmt: skip
    score = np.fmax.reduce(best)
    words = np.array(
        [
            f"repairs {_said(r)}, "
            f"dry dock {_said(d)}, "
            f"100 t lift {'not known' if np.isnan(t) else ('yes' if t else 'no')}"
            for r, d, t in zip(
                port["repairs"].to_numpy(dtype=object), port["dry_dock"].to_numpy(dtype=object), best[2],
                strict=True,
            )
        ],
        dtype=object,
    )  # fmt: skip
    book.add(
        where,
        ("facility", "m_facility", "sustainment"),
        score,
        value=score,
        unit="class",
        label=words,
        **told,
        share=3.0,
        note="the best of repairs, dry dock and a lift of 100 t; " + words,
    )


def runway_of(facts: Facts) -> NDArray[np.float64]:
    """Longest paved runway, m: 0 where the longest is unpaved, NaN where a long one is of unknown surface."""
    air = facts.airfield
    length, paved_m = numbers(air["runway_length_m"]), numbers(air["paved_length_m"])
    unpaved = np.where(yes(air["is_runway_paved"]) == 0, 0.0, np.nan)
    # Nothing short can be long, whatever its surface.
    unpaved = np.where(np.isnan(unpaved) & (length < 1067.0), 0.0, unpaved)
    return np.where(np.isnan(paved_m), unpaved, paved_m)


def _add_airfield(book: Book, facts: Facts, a: Mapping[str, float]) -> None:
    where, told = facts.of("airfield"), _of(facts.airfield)
    length, width = runway_of(facts), numbers(facts.airfield["runway_width_m"])
    whole = {"runway_length": rules.whole(length), "runway_width": rules.whole(width)}
    names = ("runway_short", "runway_long", "runway_width")
    score = _score(rules.runway(whole, {name: rules.whole(a[name]) for name in names}))
    unpaved = numbers(facts.airfield["runway_length_m"])
    note = np.where(
        (length == 0) & (unpaved >= a["runway_short"]),
        "longest runway is not paved; ", "",
    ).astype(object)  # fmt: skip
    note += (
        f"0.5 at {a['runway_short']:g} m, 1 at {a['runway_long']:g} m paved, {a['runway_width']:g} m wide; "
        "long enough says nothing of strong enough"
    )
    book.add(
        where,
        ("facility", "m_facility", "runway_length"),
        score,
        value=length,
        unit="m",
        **told,
        note=note,
        scale=("runway", a["runway_short"], a["runway_long"]),
    )
    book.add(
        where, ("facility", "m_facility", "runway_width"), value=width, unit="m", share=0.0, **told,
        note=f"a runway narrower than {a['runway_width']:g} m scores 0",
        scale=("at least", a["runway_width"], a["runway_width"]),
    )  # fmt: skip


def _add_other(book: Book, facts: Facts, a: Mapping[str, float], materials: pd.DataFrame) -> None:
    systems = numbers(facts.landing["systems_in_service"])
    score = rules.ramp(rules.whole(systems), 0.0, rules.whole(a["systems_one"]))
    book.add(
        facts.of("cable_landing"), ("facility", "m_facility", "systems_in_service"), _score(score),
        value=systems, unit="systems", **_of(facts.landing), scale=("ramp", 0.0, a["systems_one"]),
        note="cable systems in service that land here",
    )  # fmt: skip
    book.add(
        facts.of("energy_site"),
        ("facility", "m_facility", "capacity"),
        **_ramp(numbers(facts.plant["capacity_mw"]), a, "capacity", "log ramp"),
        unit="MW",
        **_of(facts.plant),
        note="installed capacity; throughput of terminals is not held",
    )
    near = facts.measures[["port_km", "airfield_km"]].min(axis=1).to_numpy(dtype=float)
    _yes_no(book, facts, "energy_site", "dependent_node", (near <= 25.0).astype(float), {},
            "a port or airfield within 25 km")  # fmt: skip
    listed, active, told = mine_facts(facts, materials)
    source = {
        "source": np.where(facts.mine.is_there, _of(facts.mine)["source"], _of(facts.project)["source"]),
        "as_of": np.where(facts.mine.is_there, _of(facts.mine)["as_of"], _of(facts.project)["as_of"]),
    }
    _yes_no(book, facts, "mine", "listed_material", listed, source, told)
    _yes_no(
        book, facts, "mine", "producing_or_strategic", active, source, "producing, or a strategic project"
    )
    head, gauge = _of(facts.railhead), numbers(facts.railhead["gauge_mm"])
    score = np.where(np.isnan(gauge), np.nan, np.where(gauge == 1435, 1.0, 0.5))
    apart = yes(facts.railhead["is_isolated"]) == 1
    score = np.where(apart, 0.0, score)
    book.add(
        facts.of("rail_terminal"),
        ("facility", "m_facility", "gauge"),
        score,
        value=gauge,
        unit="mm",
        **head,
        note=np.where(
            apart, "0: the line is joined to no other", "1 at 1,435 mm (standard), 0.5 at 1,520 or 1,524 mm"
        ),
    )
    _yes_no(book, facts, "rail_terminal", "to_port_or_border", reaches_port(facts), head,
            "a port within 10 km, or a border station")  # fmt: skip
    station = _of(facts.station)
    _yes_no(book, facts, "ground_station", "civil_and_public", facts.station.is_there.astype(float), station,
            "civil operator, public site")  # fmt: skip
    _yes_no(
        book,
        facts,
        "ground_station",
        "polar_orbit",
        yes(facts.station["is_polar_orbit_service"]),
        station,
        "serves polar orbits",
    )


def _yes_no(
    book: Book,
    facts: Facts,
    kind: str,
    name: str,
    score: NDArray[np.float64],
    told: Mapping[str, Any],
    note: Any,
) -> None:
    book.add(
        facts.of(kind), ("facility", "m_facility", name), score, value=score,
        **({"source": None, "as_of": None} | dict(told)), note=note,
    )  # fmt: skip


def reaches_port(facts: Facts) -> NDArray[np.float64]:
    """1 for a railhead within 10 km of a port or at a border."""
    beside = (facts.measures["port_km"] <= 10).to_numpy() | facts.railhead["serves_port"].notna().to_numpy()
    return (beside | (yes(facts.railhead["is_border_station"]) == 1)).astype(float)


def mine_facts(
    facts: Facts, materials: pd.DataFrame
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.object_]]:
    """Of each mine: what its material is worth (1 for tier A, 0.75 B, else 0), whether it works, in words."""
    text = facts.mine["commodity"].fillna(facts.project["materials"])
    tier = material_tier(text, materials)
    worth = tier.map({"A": 1.0, "B": 0.75, "C": 0.0, "D": 0.0}).to_numpy(dtype=float)
    idle = facts.mine["kind"].eq("deposit") | facts.mine["status"].isin(["standby", "project"])
    there = np.where(facts.mine.is_there, np.where(idle.fillna(value=False), 0.0, 1.0), np.nan)
    active = np.where(facts.project.is_there, 1.0, there)
    words = "tier " + tier.fillna("unknown") + ": " + text.fillna("commodity not known")
    return worth, active, words.to_numpy(dtype=object)


def material_tier(commodities: pd.Series, materials: pd.DataFrame) -> pd.Series:
    """Best tier (A, B, C, D) of the materials named in each text; null where the text is null."""
    best = pd.Series("D", index=commodities.index).where(commodities.notna(), None)
    for tier in ("C", "B", "A"):
        pattern = "|".join(
            f"(?:{regex})" for regex in materials.loc[materials["tier"] == tier, "match_regex"]
        )
        if pattern:
            best = best.mask(commodities.str.contains(pattern, case=False, na=False), tier)
    return best


def _add_hinterland(book: Book, facts: Facts, a: Mapping[str, float]) -> None:
    m = facts.measures
    paved = numbers(m["runway_near_m"])
    names = ("runway_short", "runway_long", "runway_width")
    anchors = {name: rules.whole(a[name]) for name in names}
    score = rules.runway({"runway_length": rules.whole(paved), "runway_width": 1e9 + 0 * paved}, anchors)
    book.add(
        ~facts.of("airfield"),
        ("hinterland", "m_hinterland", "runway_near"),
        _score(score),
        value=paved,
        unit="m",
        label=m["runway_near_name"].to_numpy(dtype=object),
        source=m["runway_near_source_id"].to_numpy(dtype=object),
        as_of=m["runway_near_as_of"].to_numpy(dtype=object),
        scale=("runway", a["runway_short"], a["runway_long"]),
        note="longest paved runway within 50 km",
    )
    rail, road = numbers(m["rail_km"]), numbers(m["road_km"])
    near = np.where(np.fmin(rail, road) <= a["land_near"], 1.0, 0.0)
    by_rail = ~(rail > road)
    book.add(
        facts.of("port"),
        ("hinterland", "m_hinterland", "land_mode"),
        near,
        value=np.fmin(rail, road),
        unit="km",
        label=np.where(by_rail, "railway", "main road"),
        source=np.where(by_rail, m["rail_source_id"], m["road_source_id"]),
        as_of=np.where(by_rail, m["rail_as_of"], m["road_as_of"]),
        scale=("within", a["land_near"], a["land_near"]),
        note=f"railway or main road within {a['land_near']:g} km; lesser roads are not held",
    )
    deep = numbers(m["deep_port_km"])
    by_sea = _ramp(deep, a, "deep_port")
    by_rail = np.where(rail <= a["land_near"], 1.0, 0.0)
    field = facts.of("airfield")
    told: dict[str, Any] = {
        "source": m["deep_port_source_id"].to_numpy(dtype=object),
        "as_of": m["deep_port_as_of"].to_numpy(dtype=object),
    }
    track = {
        "source": m["rail_source_id"].to_numpy(dtype=object), "as_of": m["rail_as_of"].to_numpy(dtype=object)
    }  # fmt: skip
    book.add(
        facts.of(*_INLAND), ("hinterland", "m_hinterland", "deep_port"), **by_sea, unit="km", **told,
        note="nearest other port with 10.7 m of water",
    )  # fmt: skip
    book.add(
        field, ("hinterland", "m_hinterland", "deep_port"), value=deep, unit="km", share=0.0, **told,
        note="nearest port with 10.7 m of water",
    )  # fmt: skip
    book.add(
        field, ("hinterland", "m_hinterland", "railway"), value=rail, unit="km", share=0.0, **track,
        note="nearest railway on file",
    )  # fmt: skip
    best = np.fmax(by_sea["score"], by_rail)
    is_rail = by_rail >= np.nan_to_num(by_sea["score"], nan=0.0)
    book.add(
        field,
        ("hinterland", "m_hinterland", "supply_by_sea_or_rail"),
        best,
        value=best,
        unit="class",
        label=np.where(is_rail & (by_rail == 1), "railway", np.where(best > 0, "deep port", "none")),
        source=np.where(is_rail & (by_rail == 1), track["source"], told["source"]),
        as_of=np.where(is_rail & (by_rail == 1), track["as_of"], told["as_of"]),
        note=f"the better of a deep port (1 in {a['deep_port_one']:g} km, 0 from {a['deep_port_zero']:g}), "
        f"a railway within {a['land_near']:g} km",
    )


def _add_position(book: Book, facts: Facts, a: Mapping[str, float]) -> None:
    m = facts.measures
    everywhere = np.ones(len(book.sites), dtype=bool)
    for name, what in (("route", "named Arctic sea route"), ("narrow", "narrow (a gate of 200 km or less)")):
        book.add(
            everywhere,
            ("position", "m_position", name),
            **_ramp(numbers(m[f"{name}_km"]), a, name),
            unit="km",
            label=m[f"{name}_name"].to_numpy(dtype=object),
            source=m[f"{name}_source_id"].to_numpy(dtype=object),
            as_of=m[f"{name}_as_of"].to_numpy(dtype=object),
            note=f"nearest {what}",
        )
    score = facility_of(book, facts, a)
    book.add(
        everywhere, ("position", "m_position", "scarcity"),
        **_ramp(numbers(m["own_class_km"]), a, "scarcity", "log ramp"), unit="km",
        source=book.sites["source_id"].to_numpy(), as_of=book.sites["as_of"].to_numpy(),
        off=~(score >= rules.ONE / 2), note="nearest other node of its kind that is as capable",
    )  # fmt: skip


def facility_of(book: Book, facts: Facts, a: Mapping[str, float]) -> NDArray[np.float64]:
    """Facility of every site, whole thousandths, from the rows written so far."""
    score = np.full(len(book.sites), np.nan)
    anchors = whole_anchors(a)
    values = inputs_of(book.table(), book.sites["node_id"])
    for kind in KINDS:
        rows = facts.of(kind)
        some = {name: value[rows] for name, value in values.items()}
        score[rows] = rules.facility(kind, some, anchors)
    return score


def whole_anchors(a: Mapping[str, float]) -> dict[str, NDArray[np.float64]]:
    """Every anchor in whole thousandths."""
    return {name: rules.whole(value) for name, value in a.items()}


def inputs_of(table: pd.DataFrame, nodes: pd.Series) -> dict[str, NDArray[np.float64]]:
    """What `rules.facility` reads, by node in the order of `nodes`, from evidence rows."""
    index = pd.Index(nodes)
    blank = np.full(len(index), np.nan)
    values: dict[str, NDArray[np.float64]] = {}
    rows = table[table["axis"] == "military"]
    for name, part in rows.groupby("indicator", sort=False):
        at = index.get_indexer(part["node_id"])
        values[str(name)] = blank.copy()
        values[str(name)][at] = rules.whole(part["value"])
        values[f"{name} score"] = blank.copy()
        values[f"{name} score"][at] = rules.whole(part["score"])
    ships = values.pop("large_ships", blank)
    # The better of length and ro-ro is already one score: as a yes or no it is read back.
    values |= {"vessel_length": blank, "roro": values.pop("large_ships score", blank)}
    del ships
    for name in ("listed_material", "producing_or_strategic", "to_port_or_border", "civil_and_public",
                 "polar_orbit", "sustainment", "dependent_node", "gauge"):  # fmt: skip
        values[name] = values.get(f"{name} score", blank)
    for name in MILITARY:
        values.setdefault(name, blank)
    return values


def _add_association(
    book: Book,
    facts: Facts,
    a: Mapping[str, float],
    military_sites: gpd.GeoDataFrame,
    reason: pd.Series,
    papers: pd.DataFrame,
) -> None:
    claims = military_sites.set_index("feature_id")
    m, off = facts.measures, reason.notna().to_numpy()
    joint = papers["is_joint"].to_numpy(dtype=bool) | papers["is_dual"].to_numpy(dtype=bool)
    seen = papers["seen_on"].where(papers["seen_on"] != "")  # where none is on file: the day they were read
    book.add(
        np.ones(len(book.sites), dtype=bool), ("association", "m_association", "documented_use"),
        joint.astype(float), value=joint.astype(float), source="own_documented_dual_use",
        as_of=seen.fillna(seen.max()).to_numpy(dtype=object), off=off,
        note=np.where(off, reason.fillna(""), np.where(joint, papers["note"], "no document on file")),
    )  # fmt: skip
    for confidence in _CONFIDENCES:
        row = claims.reindex(m[f"claim_{confidence}"])
        radius = row["uncertainty_km"].to_numpy(dtype=float)
        km = np.maximum(numbers(m[f"claim_{confidence}_km"]) - radius, 0.0)
        worth = rules.CLAIM_WORTH[confidence] / rules.ONE
        score = np.where(np.isnan(km), np.nan, np.where(km <= a["claim_near"], worth, 0.0))
        told = [
            f"nearest public claim of {confidence} confidence: {n}, within about {k + r:.0f} km, {t}, {u}"
            for n, k, r, t, u in zip(
                row["name"], km, radius, row["source_title"], row["source_url"], strict=True
            )
        ]
        book.add(
            np.ones(len(book.sites), dtype=bool),
            ("association", "m_association", f"claim_{confidence}"),
            score,
            value=np.round(km),
            unit="km",
            source=row["source_id"].to_numpy(dtype=object),
            as_of=row["as_of"].to_numpy(dtype=object),
            scale=("within", a["claim_near"], a["claim_near"]),
            off=off,
            note=np.where(off, reason.fillna(""), np.array(told, dtype=object)),
        )


def _add_policy(
    book: Book, facts: Facts, materials: pd.DataFrame, reason: pd.Series, network: pd.DataFrame
) -> None:
    off, why = reason.notna().to_numpy(), reason.fillna("").to_numpy(dtype=object)
    mine = facts.of("mine")
    tier = material_tier(facts.mine["commodity"].fillna(facts.project["materials"]), materials)
    project = facts.project.is_there
    score = np.where(project, 1.0, tier.map({"A": 0.7, "B": 0.4, "C": 0.0, "D": 0.0}).to_numpy(dtype=float))
    told = np.where(
        project, "EU strategic project", "material tier " + tier.fillna("unknown").to_numpy(dtype=object)
    )
    source = np.where(project, _of(facts.project)["source"], "own_materials")
    book.add(
        mine, ("association", "m_policy", "strategic_material"), score, value=score, source=source,
        as_of=np.where(project, _of(facts.project)["as_of"], materials["as_of"].max()), off=off,
        note=np.where(off, why, told),
    )  # fmt: skip
    book.add(
        ~mine, ("association", "m_policy", "ten_t_network"), network["score"], value=network["score"],
        source=network["source_id"], as_of=network["as_of"], off=off | network["off"],
        note=np.where(off, why, network["note"]),
    )  # fmt: skip
