"""The pages of a pack: facilitator notes, inject cards, and a sheet for each body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from layers.flows.autonomy import autonomy_days
from layers.flows.exercise_effects import UNKNOWNS
from maps.exercises.document import listed, page, section, table
from maps.reports.html_document import tag
from pipelines.exercises.events import OBSERVED, orders
from pipelines.exercises.words import (
    MONTHS,
    asset_words,
    clock,
    counted,
    days_words,
    inject_title,
    people,
    step_label,
    step_words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree import ElementTree as ET

    from pipelines.exercises.bodies import Body
    from pipelines.exercises.play import Played

__all__ = ["body_page", "cards_page", "facilitator_page"]

_FILE = {"file": "File", "what": "Holds"}
_ASKED = (
    "What of this is yours to decide, and what needs somebody else's consent?",
    "Whom do you tell, by what means, if the usual means is what has failed?",
    "What stands in, how much of it is there, and who has ordered it first?",
    "What do you not know now, and who could tell you?",
    "When would you ask another state, NATO or the EU for help, and for what?",
)


def facilitator_page(played: Played, found: Sequence[Body]) -> str:
    """Return the facilitator's notes: purpose, schedule, effects, what stands in, doubts, how to run it."""
    exercise = played.exercise
    files = (
        ("inject_cards.html", "a card for each inject, to hand out at its time"),
        ("map.html", "the map before and at each step"),
        ("msel.csv, msel_blueprint.xlsx", "the master scenario events list, and its form for Blueprint"),
        (
            "*.csv beside this page",
            "effects by step and inject, days, recovery, months, ways, what stands in",
        ),
        ("../bodies/", "a sheet for each responsible body, to hand out before play; it gives no answer away"),
        ("../observation_sheet.csv", "for observers: the state of each place at each step, left blank"),
    )
    return page(
        f"Facilitator notes: {exercise.title}", played.stamp,
        tag("p", exercise.purpose, class_="key") if exercise.purpose else tag("p", ""),
        section("In short", listed(_short(played), "")),
        section("Objectives", listed(exercise.objectives, "none is stated in the exercise file")),
        section("Schedule", _schedule(played)),
        section("In the room", *_room(played, found)),
        section("What happens, step by step", *_steps(played)),
        section("How long places are cut off", _durations(played)),
        section("In other months", _months(played)),
        section("The network as a whole, everything closed at once", _network(played)),
        section(
            "What stands in", "Large enough: a port of at least the size of the closed one in the World Port "
            "Index and at least small; a runway of at least four fifths. What stood in elsewhere is no "
            "offer.",
            _stand_ins(played),
        ),
        section("Findings and doubts", listed(played.findings, "none")),
        section("What this does not know", *_unknown(played)),
        section("Responsible bodies", _bodies(found)),
        section(
            "How to run it",
            listed([
                "Before play: hand out the sheets of the bodies. Keep the folder facilitator to yourself.",
                "In play: hand out each card at its time. A repair may be moved within its range.",
                f"Observers write {', '.join(OBSERVED)} into observed_state of the sheet, at the row of the "
                "place and the time: what players state, not what is right. Blank: nobody stated anything.",
                "After play: arctic-picture exercise --log LOG.csv FOLDER, and talk about what was missed.",
            ], "", ordered=True),
            table([dict(zip(_FILE, row, strict=True)) for row in files], _FILE, ""),
        ),
        kicker="For the exercise staff: it holds the answers",
    )  # fmt: skip


def _bodies(found: Sequence[Body]) -> ET.Element:
    rows = [
        {
            "body": one.name if one.states else f"{one.name} ({one.code})",
            "standing": "; ".join(one.standing),
            "injects": ", ".join(one.injects) or "-", "places": one.places, "people": f"{one.people:,.0f}",
        }
        for one in found
    ]  # fmt: skip
    columns = {"body": "Body", "standing": "Standing", "injects": "Injects", "places": "Affected places",
               "people": "People there, where known"}  # fmt: skip
    return table(rows, columns, "none", ("places", "people"))


def _short(played: Played) -> list[str]:
    exercise = played.exercise
    rows = played.effects.durations
    towns = rows[rows["kind"] == "settlement"] if len(rows) else rows
    worst = [
        f"{flow}: {towns[towns['flow'] == flow]['people'].sum():,.0f} people in "
        f"{counted(int((towns['flow'] == flow).sum()), 'settlement')} cut off at some time"
        for flow in exercise.flows
        if len(towns) and (towns["flow"] == flow).any()
    ]
    before = ", ".join(
        f"{row['settlements_without_a_way']:,} for {row['flow']}"
        for row in played.effects.before.to_dict("records")
    )
    return [
        f"{MONTHS[exercise.month - 1]}, {exercise.lasts_days:g} days, "
        f"{counted(len(exercise.injects), 'inject')}, flows: {', '.join(exercise.flows)}",
        *(worst or ["nobody is cut off: ways become longer"]),
        f"settlements without a way before anything is closed, which do not count here: {before}",
    ]  # fmt: skip


def _schedule(played: Played) -> ET.Element:
    closing = {one.inject: one for one in played.times.closings}
    rows = [
        {
            "time": clock(one.at_h), "inject": inject_title(played, one.id),
            "to": ", ".join(one.to) or "all",
            "days": days_words(closing[one.id]) if one.id in closing else "ends a closure",
        }
        for one in played.exercise.injects
    ]  # fmt: skip
    return table(rows, {"time": "Time", "inject": "Inject", "to": "To", "days": "Lasts"}, "no inject")


def _room(played: Played, found: Sequence[Body]) -> list[ET.Element]:
    """Return a plan of half a day in the room: exercise time is told, not waited for."""
    count = len(played.times.steps)
    minutes = max(10, 120 // max(count, 1))
    rows = [
        {"what": "Welcome, rules, sheets of the bodies read", "minutes": 20},
        *({"what": f"{step_label(step)}: cards, players state and decide", "minutes": minutes}
          for step in played.times.steps),
        {"what": f"Orders of repair and use: cards of {', '.join(code for code, _ in orders(found))}",
         "minutes": 30},
        {"what": "What was seen, from the observation sheet", "minutes": 30},
    ]  # fmt: skip
    total = sum(int(str(row["minutes"])) for row in rows)
    return [
        table(rows, {"what": "Part", "minutes": "Minutes"}, "", ("minutes",)),
        tag("p", f"{total} minutes in all; shorten a step in which nothing changes."),
    ]


def _steps(played: Played) -> list[ET.Element]:
    out = []
    for step in played.times.steps:
        out.append(tag("h3", step_label(step)))
        shut = ", ".join(dict.fromkeys(played.assets[name].name for name in sorted(step.in_force)))
        out.append(tag("p", f"Closed: {shut or 'nothing'}."))
        lines = [
            f"{flow.capitalize()}. {text}"
            for flow in played.exercise.flows
            for text in step_words(played, step.number, flow, only_changes=True)
        ]
        out.append(listed(lines, "Nothing differs from before."))
    return out


def _days(low: float, high: float, *, beyond: bool) -> str:
    text = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    return f"{text}, and still at the end" if beyond else text


def _durations(played: Played) -> ET.Element:
    table_ = played.effects.durations
    stocks = _stocks(played)
    rows = [
        {
            "flow": row["flow"], "name": row["name"], "country": row["country_iso3"],
            "people": people(row["people"]).removesuffix(" people"),
            "days": _days(row["low_days"], row["high_days"], beyond=row["is_cut_off_at_end"]),
            "stock": "does not apply" if row["flow"] == "data" else stocks.get(row["vertex_id"], "not known"),
        }
        for row in (table_[table_["kind"] == "settlement"].to_dict("records") if len(table_) else [])
    ]  # fmt: skip
    columns = {
        "flow": "Flow",
        "name": "Settlement",
        "country": "State",
        "people": "People",
        "days": "Days cut off",
        "stock": "Stock on file",
    }
    return table(rows[:40], columns, "No settlement is cut off.", ("people",))


def _stocks(played: Played) -> dict[str, str]:
    """Return the published days on stock of settlements in words, by vertex_id."""
    rows = autonomy_days(played.assembled.graph, played.inputs.tables["supply_autonomy"])
    out: dict[str, str] = {}
    for row in rows.to_dict("records"):
        ends = [f"{day:,.0f}" for day in (row["days_low"], row["days_high"]) if pd.notna(day)]
        text = f"{row['what']} {' to '.join(dict.fromkeys(ends))} days"
        out[row["vertex_id"]] = f"{out[row['vertex_id']]}; {text}" if row["vertex_id"] in out else text
    return out


def _months(played: Played) -> ET.Element:
    months = played.effects.months
    if not len(months):
        return tag("p", "The closures belong to the month of the exercise alone.")
    if not months["people_cut_off"].any():
        return tag("p", "With everything closed at once no settlement with a number is cut off in any month.")
    rows = []
    for flow in played.exercise.flows:
        own = months[months["flow"] == flow].set_index("month")["people_cut_off"]
        rows.append({"flow": flow} | {str(month): f"{own[month]:,.0f}" for month in range(1, 13)})
    columns = {"flow": "Flow"} | {str(month): MONTHS[month - 1][:3] for month in range(1, 13)}
    body = table(rows, columns, "", [str(month) for month in range(1, 13)])
    note = (
        "Known people cut off if everything closed here were closed at once; what freezes early is left out."
    )
    return tag("div", tag("p", note), body)


def _network(played: Played) -> ET.Element:
    """Return efficiency, redundancy and tonnage by flow; what is not known is called unknown."""
    rows = [
        {
            "flow": row["flow"],
            "drop": "unknown" if pd.isna(row["drop_pct"]) else f"{row['drop_pct']:.2g} %",
            "ways": f"{row['two_ways_before']} before, {row['two_ways_after']} after, "
            f"of {row['judged_places']}",
            "tonnage": f"unknown, at {counted(row['ports_of_unknown_tonnage'], 'port')}"
            if row["ports_of_unknown_tonnage"] else "no port is affected",
        }
        for row in played.measures.to_dict("records")
    ]  # fmt: skip
    columns = {
        "flow": "Flow",
        "drop": "Efficiency lost between large and affected settlements, in data between landings",
        "ways": "Affected settlements with two ways that share no line", "tonnage": "Tonnage exposed",
    }  # fmt: skip
    return table(rows, columns, "none")


def _stand_ins(played: Played) -> ET.Element:
    rows = [
        row | {"far": _far(row), "stand_in": f"{row['stand_in']} {row['country_iso3']}".strip()}
        for row in played.stand_ins.to_dict("records")
    ]
    columns = {"inject": "Inject", "asset": "In place of", "stand_in": "What", "far": "Distance",
               "capacity": "Capacity", "fits": "Against the closed one",
               "hazard_class": "Own hazard class"}  # fmt: skip
    return table(rows, columns, "Nothing of the same kind is in the tables.")


def _far(row: dict[str, Any]) -> str:
    if pd.notna(row["land_km"]):
        return f"{row['land_km']:,.0f} km by road or rail"
    return (
        f"{row['straight_km']:,.0f} km, no land way"
        if pd.notna(row["straight_km"])
        else "elsewhere, as published"
    )


def _unknown(played: Played) -> list[ET.Element]:
    out = []
    for flow in played.exercise.flows:
        out += [tag("h3", flow.capitalize()), listed(UNKNOWNS[flow], "")]
    note = (
        "A closure that lasts into another month is counted with the ways of the month of the exercise. "
        "Effects on military sites are never computed."
    )
    return [*out, tag("p", note)]


def cards_page(played: Played, found: Sequence[Body]) -> str:
    """Return the cards of the injects, of the ends of closures and of orders to set, by time."""
    cards = [
        (one.at_h, f"Card {one.id}", one.id, one.to or played.assets[one.id].states,
         one.text or f"{asset_words(played, one.id)}: {one.action}")
        for one in played.exercise.injects
    ]  # fmt: skip
    receivers = {one.id: one.to or played.assets[one.id].states for one in played.exercise.injects}
    cards += [
        (hour, f"End of {one.inject}", one.inject, receivers[one.inject],
         f"{asset_words(played, one.inject)} is open again.")
        for one in played.times.closings
        for hour in [one.at_h + 24 * one.drawn_days]
        if not one.ends and hour <= played.times.lasts_h
    ]  # fmt: skip
    cards += (
        [
            (max(one.at_h for one in played.times.closings), f"Card {code}", code, (code,), text)
            for code, text in orders(found)
        ]
        if played.times.closings
        else []
    )
    # A card that is cut out still says what it is.
    foot = (
        f"{played.stamp['status'].capitalize()}. Pack {played.pack_id}, {MONTHS[played.exercise.month - 1]}."
    )
    elements = [
        tag("div", tag("p", f"{head}: {clock(hour)}, to {', '.join(to) or 'all players'}", class_="who"),
            tag("p", text, class_="text"), tag("p", foot, class_="who"), class_="card")
        for hour, head, _, to, text in sorted(cards, key=lambda card: card[:3])
    ]  # fmt: skip
    return page(
        f"Inject cards: {played.exercise.title}", played.stamp, *elements,
        kicker="For the exercise staff: cut out, hand out each at its time",
    )  # fmt: skip


def body_page(played: Played, body: Body) -> str:
    """Return the sheet of a body for the time before play: what is its own, and no answer."""
    # The title of the exercise and its name would tell players what comes.
    stamp = played.stamp | {"pack": played.pack_id}
    touched = (*body.requirements, *(f"CER sector: {one}" for one in body.sectors))
    members = [section("Your members concerned", listed(body.states, "none"))] if body.states else []
    return page(
        f"{body.name}: sheet for players", stamp,
        tag("p", _role(body), class_="key"),
        section("Your standing", listed(body.standing, "not on file")), *members,
        section("What the exercise touches at yours", listed(touched, "nothing by the kinds of the assets")),
        *([] if body.states else _on_file(played, body)),
        section("Contacts, to be filled in before play", *(tag("div", class_="blank") for _ in range(4))),
        section("What you will be asked", listed(_ASKED, "", ordered=True)),
        section("Your notes", *(tag("div", class_="blank") for _ in range(8))),
        kicker=f"Exercise, {MONTHS[played.exercise.month - 1]}: responsible body {body.code}",
    )  # fmt: skip


def _on_file(played: Played, body: Body) -> list[ET.Element]:
    """Return the sections of what is on public file for a jurisdiction."""
    cables = _cables(played, body)
    nobody = "None is on file. Name who runs your ports, airfields, cables and plants."
    return [
        section("Owners and operators on file", listed(body.operators, nobody)),
        section("Stocks on file", listed(body.stocks, "No stock is published: ask how long yours last.")),
        section(
            "Cables in service on file", listed(cables, "none"),
        ),
        section("Repairs elsewhere, as published", listed(_repairs(played), "none")),
    ]  # fmt: skip


def _role(body: Body) -> str:
    if body.states:
        return (
            f"You play {body.name} as an institution: you hold no assets here, your members do. Say what you "
            "can ask of them, offer them and coordinate."
        )
    return (
        f"You play the civil authorities responsible in {body.name}. You get injects as cards. Say what you "
        "know, what you decide, whom you tell and what you ask for. This sheet holds what is on public file."
    )


def _cables(played: Played, body: Body) -> list[str]:
    """Return the cables of the network that touch a jurisdiction, with owner, in words."""
    cables = played.inputs.tables["cables"]
    edges, names = played.assembled.graph.edges, played.assembled.graph.vertices["name"]
    own = edges[edges["mode"] == "cable"]
    own = own[[body.code in text.split("-") for text in own["states"]]]
    owner = cables.set_index("feature_id")["owner"]
    title = cables.set_index("feature_id")["name"]
    out = []
    for link, u, v in sorted(zip(own["link_id"], own["u"], own["v"], strict=True)):
        ends = " to ".join(str(names.iloc[end]).replace("end of a cable", "an end") for end in (u, v))
        owned_by = owner.get(link)
        words = owned_by if isinstance(owned_by, str) else "not on file"
        out.append(f"{title.get(link, link)}: {ends}; owner {words}")
    return out


def _repairs(played: Played) -> list[str]:
    """Return the published times of repair of all kinds: those of the exercise would tell what fails."""
    out = []
    for row in played.inputs.tables["repair_times"].to_dict("records"):
        low, high = f"{row['days_low']:g}", f"{row['days_high']:g}"
        out.append(
            f"{row['name']}: {low} days, one case" if low == high else f"{row['name']}: {low} to {high} days"
        )
    return out
