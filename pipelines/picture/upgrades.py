"""What upgrades of nodes would give people, for a stored picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.assessed.capability import capability_of
from layers.assessed.coalition import country as country_of
from layers.assessed.measures import land_lines
from layers.assessed.overrides import apply_standing
from layers.assessed.people_cut_off import land_network
from layers.assessed.positions import with_lonlat
from layers.borders import borders
from layers.errors import UsageError
from layers.flows.assemble import assemble
from layers.flows.closures import Case
from layers.flows.gateways import mainland_landings
from layers.flows.upgrades import LAND_UPGRADES, NOT_COMPUTED, beside_each_other, cable_gains, land_gains
from layers.names import hint, nearest
from layers.regions import REGIONS
from pipelines import snapshot
from pipelines.picture.flow_network import flow_tables
from pipelines.picture.read import read_picture
from pipelines.sources import SOURCES
from pipelines.text_table import paragraph, text_table

if TYPE_CHECKING:
    from pathlib import Path

    from layers.picture import Picture

__all__ = ["upgrades_report", "upgrades_text"]

_KINDS = (*LAND_UPGRADES, "second_cable")
_NOTE = (
    "Each upgrade is judged alone, by the rules of the picture; a node whose state is not on file is no "
    "candidate. First: people without a deep port or a runway of 1,067 m within 100 km by main road or "
    "railway, or without a cable. Second: people with one. Unclear: people who live within 50 km of one to "
    "which no way is on file. Only settlements with a known population count. Military class is that of the "
    "node as it is, and is not added to the people. Cost is in no source: unknown. The hazard class at 2 °C "
    "is that of the node at 2 °C of warming, which an asset built today may meet in its life."
)


def upgrades_report(folder: Path, kind: str | None = None, country: str | None = None) -> dict[str, Any]:
    """Return the upgrades that give people a first or a second way, one entry for each node and upgrade.

    Raises
    ------
    UsageError
        If `kind` or `country` is none of the known ones, or the picture is not one of the whole Arctic.
    """
    if kind is not None and kind not in _KINDS:
        why = f": not computed, {NOT_COMPUTED[kind]}" if kind in NOT_COMPUTED else ""
        end = hint(nearest(kind, _KINDS), f"such as {_KINDS[0]}")
        msg = f"--kind: expected {', '.join(_KINDS)}, found {kind!r}{why}: {end}"
        raise UsageError(msg)
    picture = read_picture(folder)
    if picture.region.id != REGIONS[0].id:
        whole = REGIONS[0].id
        msg = (
            f"upgrades: expected a picture of {whole}, found one of {picture.region.id}: roads end at the "
            f"edge of a region, so build one with --region {whole}"
        )
        raise UsageError(msg)
    nodes: Any = picture.tables["nodes"]
    named = picture.tables["memberships"].set_index("country_iso3")["name"].to_dict()
    code = None if country is None else country_of(country, named, "--country")
    parts = [_land(picture, one) for one in LAND_UPGRADES if kind in {None, one}]
    if kind in {None, "second_cable"}:
        parts.append(_cables(picture))
    table = beside_each_other(pd.concat(parts, ignore_index=True), nodes, picture.tables["warming_levels"])
    if code is not None:
        table = table[table["country_iso3"] == code]
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return {
        "day": picture.day.isoformat(), "upgrades": rows, "not_computed": NOT_COMPUTED, "note": _NOTE,
    }  # fmt: skip


def _land(picture: Picture, upgrade: str) -> pd.DataFrame:
    tables: dict[str, Any] = dict(picture.tables)
    nodes, towns = tables["nodes"], tables["settlements"]
    points = np.concatenate([towns.geometry.to_numpy(), nodes.geometry.to_numpy()])
    closed = borders(tables["closed_borders"], picture.day.isoformat()).impassable
    lines = land_lines(tables["railways"], tables["roads"], tables["countries"])
    network = land_network(lines, points, tables["countries"], closed)
    sites = pd.DataFrame(nodes.drop(columns="geometry"))
    ports, airfields = (
        apply_standing(pd.DataFrame(tables[name].drop(columns="geometry")), tables["overrides"])
        for name in ("ports", "airfields")
    )
    capability = capability_of(sites, ports, airfields)
    return land_gains(upgrade, sites, with_lonlat(towns), capability, network)


def _cables(picture: Picture) -> pd.DataFrame:
    tables = flow_tables(snapshot.load(SOURCES))
    network = assemble(tables, picture.day.isoformat())
    number = {name: row for row, name in enumerate(network.graph.vertices["vertex_id"])}
    gates = network.gateways[network.gateways["flow"] == "data"]["vertex_id"].map(number).to_numpy(np.int64)
    towns: Any = picture.tables["settlements"]
    case = Case("data", picture.day.month)
    mainland = mainland_landings(network.graph, tables.countries)
    return cable_gains(network.graph, case, gates, mainland, with_lonlat(towns))


def upgrades_text(report: dict[str, Any], most: int = 25) -> str:
    """Return the result of `upgrades_report` as plain text, with the first `most` rows of each upgrade."""
    lines = [f"As of {report['day']}"]
    headings = {
        "name": "node", "country_iso3": "state", "first": "first", "second": "second", "unclear": "unclear",
        "km": "km", "military_class": "military", "hazard_class": "hazard",
        "hazard_class_at_2_degc": "at 2 °C", "cost": "cost",
    }  # fmt: skip
    for upgrade in dict.fromkeys(row["upgrade"] for row in report["upgrades"]):
        rows = [row for row in report["upgrades"] if row["upgrade"] == upgrade]
        lines += [
            "",
            f"{upgrade.replace('_', ' ')}: people with a first, or a second, node of the kind in reach",
        ]
        cells = [
            row
            | {name: f"{row[f'{name}_persons']:,.0f}" for name in ("first", "second", "unclear")}
            | {
                "km": "" if row["least_km"] is None else f"{row['least_km']:,.0f}", "cost": "unknown",
                "hazard_class_at_2_degc": row["hazard_class_at_2_degc"] or "unknown",
            }
            for row in rows[:most]
        ]  # fmt: skip
        lines.append(text_table(cells, headings, right=("first", "second", "unclear", "km")))
        if len(rows) > most:
            lines.append(f"and {len(rows) - most} more: --json lists all")
    missing = [
        f"{name.replace('_', ' ')}: not computed, {why}" for name, why in report["not_computed"].items()
    ]
    return "\n".join([*lines, "", *missing, "", paragraph(report["note"])])
