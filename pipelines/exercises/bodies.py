"""Who is responsible: jurisdictions of an exercise, their alliances, remits, owners and operators on file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.assessed.alliances import BASELINE_REQUIREMENTS, REMIT, institutions

if TYPE_CHECKING:
    from pipelines.exercises.play import Played

__all__ = ["Body", "bodies"]

_INSTITUTION = {"both": "NATO and EU", "nato_only": "NATO, not EU", "eu_only": "EU, not NATO",
                "neither": "neither NATO nor EU"}  # fmt: skip
_STATUS = {
    "svalbard_treaty_art9": "Svalbard Treaty, article 9: no naval base, no fortification, no warlike purpose",
    "demilitarised_neutralised": "demilitarised and neutralised",
    "outside_eu_treaties": "outside the EU treaties",
    "eu_overseas_territory": "overseas territory associated with the EU; EU law does not apply as such",
}
_REMIT_OF_MODE = {"cable": "cable_landing", "rail": "rail_terminal", "road": "rail_terminal", "sea": "port",
                  "strait": "port", "risk_group": "cable_landing"}  # fmt: skip
# Owner or operator of an asset, by layer.
_OWNERS = (("cables", "owner"), ("power_plants", "owner"), ("terminals", "operator"),
           ("ground_stations", "operator"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Body:
    """One sheet: a jurisdiction (ISO 3166 alpha-3) or an alliance.

    `standing` says membership and status. `injects` concern it. `operators` are owners and operators on
    file of its closed assets and affected nodes, each with its source. `requirements` are NATO's baseline
    requirements and `sectors` those of the CER Directive that the exercise touches there. `stocks` are
    published days on stock. `states` are members of an alliance that are concerned.
    """

    code: str
    name: str
    standing: tuple[str, ...]
    injects: tuple[str, ...]
    operators: tuple[str, ...]
    requirements: tuple[str, ...]
    sectors: tuple[str, ...]
    stocks: tuple[str, ...]
    places: int
    people: float
    states: tuple[str, ...] = ()


def bodies(played: Played) -> tuple[Body, ...]:
    """Return the bodies of an exercise: jurisdictions by code, then NATO and the EU for their members."""
    members = played.inputs.tables["memberships"].set_index("country_iso3")
    standing = institutions(played.inputs.tables["memberships"], date.fromisoformat(played.inputs.day))
    codes = {code for asset in played.assets.values() for code in asset.states}
    codes |= {code for one in played.exercise.injects for code in one.to if len(code) == 3 and code.isupper()}
    steps = played.effects.steps
    codes |= set(steps["country_iso3"].dropna()) - {""} if len(steps) else set()
    states = [_state(played, code, members, standing) for code in sorted(codes)]
    alliances = []
    for name, words in (("NATO", ("both", "nato_only")), ("EU", ("both", "eu_only"))):
        own = [one for one in states if one.code in standing.index
               and standing["institution"][one.code] in words]  # fmt: skip
        if own:
            alliances.append(_alliance(name, own))
    return (*states, *alliances)


def _state(played: Played, code: str, members: pd.DataFrame, standing: pd.DataFrame) -> Body:
    injects = tuple(
        one.id for one in played.exercise.injects if code in played.assets[one.id].states or code in one.to
    )
    steps = played.effects.steps
    own = steps[steps["country_iso3"] == code].drop_duplicates("vertex_id")
    towns = own[own["kind"] == "settlement"]
    kinds = {_REMIT_OF_MODE.get(kind, kind) for kind in own["kind"]} | {
        _REMIT_OF_MODE.get(played.assets[name].kind, played.assets[name].kind) for name in injects
    }
    remits = [REMIT[kind] for kind in sorted(kinds) if kind in REMIT]
    needs = sorted({need for needs, _ in remits for need in needs})
    return Body(
        code, str(members["name"].get(code, code)), _standing(code, members, standing), injects,
        _operators(played, code, injects, own), tuple(f"{one} {BASELINE_REQUIREMENTS[one]}" for one in needs),
        tuple(sorted({sector for _, sectors in remits for sector in sectors})), _stocks(played, code),
        len(own), float(towns["people"].sum()),
    )  # fmt: skip


def _standing(code: str, members: pd.DataFrame, standing: pd.DataFrame) -> tuple[str, ...]:
    if code not in standing.index:
        return ("membership is not on file",)
    row = standing.loc[code]
    out = [_INSTITUTION[str(row["institution"])]]
    parent = members["parent_iso3"].get(code)
    if isinstance(parent, str):
        out.append(f"territory of {members['name'].get(parent, parent)} ({parent})")
    status = row["special_status"]
    if isinstance(status, str):
        out.append(_STATUS.get(status, status.replace("_", " ")))
    return tuple(out)


def _operators(played: Played, code: str, injects: tuple[str, ...], own: pd.DataFrame) -> tuple[str, ...]:
    keys = {played.assets[name].key for name in injects} | set(own["vertex_id"])
    bare = (
        {key.partition(":")[2] or key for key in keys} | {key.removeprefix("cable-") for key in keys} | keys
    )
    bare |= {key.partition(":")[2].removeprefix("plant-") for key in keys}
    out = []
    for layer, column in _OWNERS:
        table = played.inputs.tables[layer]
        rows = table[table["feature_id"].isin(bare) & table[column].notna()]
        if "country_iso3" in table:
            rows = rows[rows["country_iso3"] == code]
        out += [f"{row[column]}: {row['name']} ({layer.replace('_', ' ')}, {row['as_of']})"
                for _, row in rows.iterrows()]  # fmt: skip
    return tuple(dict.fromkeys(out))


def _stocks(played: Played, code: str) -> tuple[str, ...]:
    table = played.inputs.tables["supply_autonomy"]
    rows = table[table["country_iso3"] == code].sort_values(["name", "what"])
    return tuple(_stock(row) for _, row in rows.iterrows())


def _stock(row: Any) -> str:
    low, high = row["days_low"], row["days_high"]
    ends = [f"{day:,.0f}" for day in (low, high) if pd.notna(day)]
    days = " to ".join(dict.fromkeys(ends)) or "an unknown number of"
    return f"{row['name']}, {row['what']}: {days} days ({row['basis'].replace('_', ' ')}, {row['as_of']})"


def _alliance(name: str, own: list[Body]) -> Body:
    words = {
        "NATO": "looks at the seven baseline requirements of resilience; the members hold the assets",
        "EU": "looks at the sectors of the CER Directive (EU) 2022/2557; the members hold the assets",
    }[name]
    return Body(
        name, name, (words,), tuple(dict.fromkeys(inject for one in own for inject in one.injects)), (),
        tuple(sorted({need for one in own for need in one.requirements})) if name == "NATO" else (),
        tuple(sorted({sector for one in own for sector in one.sectors})) if name == "EU" else (), (),
        sum(one.places for one in own), sum(one.people for one in own),
        tuple(f"{one.name} ({one.code})" for one in own),
    )  # fmt: skip
