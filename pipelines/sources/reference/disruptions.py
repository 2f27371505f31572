"""Cited tables of failures, repair times, stocks, shared risks, cable facts and substitutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pipelines.read_helpers import to_number
from pipelines.sources.reference.cited_tables import (
    CITED,
    FLAGS,
    check,
    check_choices,
    keyed,
    read_cited,
    read_table,
    reference_source,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.source import Inputs

__all__ = [
    "SOURCES", "read_cable_facts", "read_incidents", "read_repair_times", "read_shared_risk_groups",
    "read_substitutes", "read_supply_autonomy",
]  # fmt: skip

_COMPILED = "2026-11-29"
_ISO = r"\d{4}(-\d{2}(-\d{2})?)?"


def _cited(inputs: Inputs, file: str, key: str) -> pd.DataFrame:
    """Return the table `file` as `read_cited`, and refuse an address that is none."""
    raw = read_cited(inputs, file, key)
    bad = ~raw["source_url"].str.fullmatch(r"https?://[^\s]+\.[^\s]+")
    check(bad, file, raw["source_url"], "an address with http or https")
    return raw


def _ranges(raw: pd.DataFrame, file: str, *names: str) -> pd.DataFrame:
    """Return the table with `<name>_low` and `<name>_high` as numbers; blank is NaN.

    Raises
    ------
    SourceError
        With file and row, if a low end lies above its high end.
    """
    ends = [f"{name}_{end}" for name in names for end in ("low", "high")]
    table = raw.assign(**{end: to_number(raw[end].fillna("")) for end in ends})
    for name in names:
        bad = table[f"{name}_low"] > table[f"{name}_high"]
        check(bad, file, raw[f"{name}_low"], f"no more than {name}_high")
    return table


def _keys_are_known(raw: pd.DataFrame, file: str, column: str, known: Iterable[str], where: str) -> None:
    """Raise SourceError with file and row if a key in `column` (joined by a space) is none of `known`."""
    table = frozenset(known)
    bad = raw[column].fillna("").map(lambda text: not set(text.split()) <= table)
    check(bad, file, raw[column], f"keys of {where}")


def _dates_in_order(raw: pd.DataFrame, file: str) -> None:
    """Raise SourceError if a date of the incidents is none, is missing, or lies before the failure."""
    for column in ("date_from", "date_to"):
        text = raw[column]
        is_day = pd.to_datetime(text, format="ISO8601", errors="coerce").notna()
        is_iso = text.fillna("").str.fullmatch(_ISO)
        check(text.notna() & ~(is_iso & is_day), file, text, "an ISO date")
    has_end = raw["date_to_state"].isin(["reported", "announced"])
    wrong = has_end != raw["date_to"].notna()
    check(wrong, file, raw["date_to"], "a date if reported or announced, else none")
    both = zip(raw["date_from"], raw["date_to"].fillna(""), strict=True)
    # Months and years are compared as far as both dates go.
    before = [bool(end) and end[: len(start)] < start[: len(end)] for start, end in both]
    check(pd.Series(before), file, raw["date_to"], "a day that is not before date_from")


def _days_as_dated(table: pd.DataFrame, file: str) -> None:
    """Raise SourceError if the days of repair contradict the dates of an incident, where both are days."""
    is_day = (table["date_from"].str.len() == 10) & (table["date_to"].str.len() == 10)
    start, end = (
        pd.to_datetime(table[name].where(is_day), format="ISO8601") for name in ("date_from", "date_to")
    )
    days = (end - start).dt.days
    # The hours of the two days are not known, so that a day either way is no contradiction.
    off = (days < table["repair_days_low"] - 1) | (days > table["repair_days_high"] + 1)
    check(off, file, table["repair_days_low"], "the days from date_from to date_to, within a day")


def read_incidents(inputs: Inputs) -> pd.DataFrame:
    """Return failures of links and nodes with dates, who was cut off, what stood in, and days of repair.

    Positions are WGS 84, where a source gives one.

    Raises
    ------
    SourceError
        As `read_cited`, or with file and row if dates, ranges, keys or states contradict one another.
    """
    file = "incidents.csv"
    raw = _cited(inputs, file, "incident_key")
    links = read_table(inputs, "cable_links.csv")["link_key"]
    _keys_are_known(raw, file, "cable_links", links, "cable_links.csv")
    check_choices(raw, file, "date_to_state", ("reported", "announced", "not_read", "never"))
    check_choices(raw, file, "cut_off_extent", ("whole", "partial", "none"))
    check_choices(raw, file, "cause_status", ("established", "suspected", "unknown"))
    check(~raw["is_ice_hindered"].isin(FLAGS), file, raw["is_ice_hindered"], "1 or 0")
    _dates_in_order(raw, file)
    table = _ranges(raw, file, "people_cut_off", "cut_off_days", "repair_days")
    _days_as_dated(table, file)
    nobody = (table["cut_off_extent"] == "none") & (table["people_cut_off_high"] > 0)
    check(nobody, file, raw["people_cut_off_high"], "0 people where nothing was cut off")
    place = {name: to_number(raw[name].fillna("")) for name in ("longitude_deg", "latitude_deg")}
    ice = raw["is_ice_hindered"].map(FLAGS).astype("boolean")
    return keyed(table.assign(**place, is_ice_hindered=ice), "own_incidents", "incident_key", "incident-")


def read_repair_times(inputs: Inputs) -> pd.DataFrame:
    """Return the range of days until a failed link served again, by kind of link and condition.

    Raises
    ------
    SourceError
        As `read_cited`, or with file and row if a range is reversed or names an unknown incident.
    """
    file = "repair_times.csv"
    raw = _cited(inputs, file, "repair_key")
    known = read_table(inputs, "incidents.csv")["incident_key"]
    _keys_are_known(raw, file, "incidents", known, "incidents.csv")
    check_choices(raw, file, "basis", ("computed", "cited"))
    lacking = (raw["basis"] == "computed") & raw["incidents"].isna()
    check(lacking, file, raw["incidents"], "the incidents used")
    return keyed(_ranges(raw, file, "days"), "own_repair_times", "repair_key", "repair-")


def read_supply_autonomy(inputs: Inputs) -> pd.DataFrame:
    """Return the days that places have to live on a stock; stock in litres, use in litres a year.

    Raises
    ------
    SourceError
        As `read_cited`, or with file and row if both ends of a range are blank, a range is reversed, or
        `days_low` is not the stock over the use where the row says so.
    """
    file = "supply_autonomy.csv"
    raw = _cited(inputs, file, "autonomy_key")
    check_choices(raw, file, "basis", ("published_stock", "capacity_over_use", "delivery_gap", "ran_short"))
    check(raw["days_low"].isna() & raw["days_high"].isna(), file, raw["days_low"], "days: no row without any")
    amounts = {name: to_number(raw[name].fillna("")) for name in ("stock_l", "use_l_per_year")}
    table = _ranges(raw, file, "days").assign(**amounts)
    quotient = 365 * table["stock_l"] / table["use_l_per_year"]
    off = (raw["basis"] == "capacity_over_use") & ~((quotient - table["days_low"]).abs() <= 0.5)
    check(off, file, raw["days_low"], "365 times stock over use, in whole days")
    return keyed(table, "own_supply_autonomy", "autonomy_key", "autonomy-")


def read_shared_risk_groups(inputs: Inputs) -> pd.DataFrame:
    """Return groups of links that one event takes out together, as a source states.

    Raises
    ------
    SourceError
        As `read_cited`, or with file and row if a member is unknown or a group has fewer than two members.
    """
    file = "shared_risk_groups.csv"
    raw = _cited(inputs, file, "group_key")
    check_choices(raw, file, "kind", ("trench", "corridor", "landing", "station", "pass", "bridge"))
    links = read_table(inputs, "cable_links.csv")["link_key"]
    _keys_are_known(raw, file, "members", links, "cable_links.csv")
    keys = raw["members"].fillna("").str.split().str.len()
    named = raw["other_members"].fillna("").str.count("[^;]+")
    # A station is shared by all that hangs on it, which a source may name in one word.
    check((keys + named < 2) & (raw["kind"] != "station"), file, raw["members"], "two members or more")
    return keyed(raw, "own_shared_risk_groups", "group_key", "risk-")


def read_cable_facts(inputs: Inputs) -> pd.DataFrame:
    """Return depth (m), burial (m), ice and independent paths of cable systems.

    Raises
    ------
    SourceError
        As `read_cited`, or with file and row if a system is not in cable_systems.csv.
    """
    file = "cable_facts.csv"
    raw = _cited(inputs, file, "fact_key")
    systems = read_table(inputs, "cable_systems.csv")["system_key"]
    _keys_are_known(raw, file, "system_key", systems, "cable_systems.csv")
    numbers = ("greatest_depth_m", "buried_to_depth_m", "burial_m", "independent_paths")
    table = raw.assign(**{name: to_number(raw[name].fillna("")) for name in numbers})
    check(table["buried_to_depth_m"] > table["greatest_depth_m"], file, raw["buried_to_depth_m"],
          "no more than greatest_depth_m")  # fmt: skip
    return keyed(table, "own_cable_facts", "fact_key", "cable-fact-")


def read_substitutes(inputs: Inputs) -> pd.DataFrame:
    """Return what stood in for a lost link, with its amount and unit.

    Raises
    ------
    SourceError
        As `read_cited`, or with file and row if an amount is reversed or an incident is unknown.
    """
    file = "substitutes.csv"
    raw = _cited(inputs, file, "substitute_key")
    known = read_table(inputs, "incidents.csv")["incident_key"]
    _keys_are_known(raw, file, "incident_key", known, "incidents.csv")
    return keyed(_ranges(raw, file, "amount"), "own_substitutes", "substitute_key", "substitute-")


SOURCES = (
    reference_source(
        "own_incidents", "incidents", "incidents",
        "Failures of links and nodes", read_incidents, CITED, _COMPILED,
    ),
    reference_source(
        "own_repair_times", "repair_times", "repair_times",
        "Times of repair by kind", read_repair_times, f"{CITED}; computed from incidents.csv", _COMPILED,
    ),
    reference_source(
        "own_supply_autonomy", "supply_autonomy", "supply_autonomy",
        "Days on stock", read_supply_autonomy, f"{CITED}; some computed from tanks and yearly use", _COMPILED,
    ),
    reference_source(
        "own_shared_risk_groups", "shared_risk_groups", "shared_risk_groups",
        "Links with a shared risk", read_shared_risk_groups, CITED, _COMPILED,
    ),
    reference_source(
        "own_cable_facts", "cable_facts", "cable_facts",
        "Depth, ice and paths of cables", read_cable_facts, CITED, _COMPILED,
    ),
    reference_source(
        "own_substitutes", "substitutes", "substitutes",
        "What stood in for a lost link", read_substitutes, CITED, _COMPILED,
    ),
)  # fmt: skip
