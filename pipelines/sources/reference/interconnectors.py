"""Cited tables of power lines, gas pipelines and fibre on land, and of what stands by at a place."""

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
    reference_source,
)

if TYPE_CHECKING:
    from pipelines.source import Inputs

__all__ = ["SOURCES", "read_backup_links", "read_interconnectors"]

_COMPILED = "2026-12-01"
_KINDS = ("power_cable", "power_line", "gas_pipeline", "land_fibre")
_ISO = r"\d{4}(-\d{2}(-\d{2})?)?"


def _cited(inputs: Inputs, file: str, key: str) -> pd.DataFrame:
    """Return the table `file` as `read_cited`; refuse an address that is none, and dates out of order."""
    raw = read_cited(inputs, file, key)
    check(~raw["source_url"].str.fullmatch(r"https?://[^\s]+\.[^\s]+"), file, raw["source_url"],
          "an address with http or https")  # fmt: skip
    for column in ("in_service_from", "in_service_until"):
        text = raw[column]
        is_date = text.fillna("").str.fullmatch(_ISO)
        is_date &= pd.to_datetime(text, format="ISO8601", errors="coerce").notna()
        check(text.notna() & ~is_date, file, text, "an ISO date")
    both = zip(raw["in_service_from"].fillna(""), raw["in_service_until"].fillna(""), strict=True)
    # Months and years are compared as far as both dates go.
    before = [bool(start and end) and end[: len(start)] < start[: len(end)] for start, end in both]
    check(pd.Series(before), file, raw["in_service_until"], "a day that is not before in_service_from")
    return raw


def read_interconnectors(inputs: Inputs) -> pd.DataFrame:
    """Return lines between two places, with capacity, dates of service and the supply at each end.

    Positions are WGS 84, to 0.1 degree.

    Raises
    ------
    SourceError
        As `read_cited`, or with file and row if a kind, a flag, a position or a date is none, a capacity
        lacks its unit, a line has one place at both ends, or a grid has another country than before.
    """
    file = "interconnectors.csv"
    raw = _cited(inputs, file, "line_key")
    check_choices(raw, file, "kind", _KINDS)
    numbers = ["capacity"]
    flags = {}
    for side in ("from", "to"):
        for name in (f"{side}_place", f"{side}_country_iso3"):
            check(raw[name].isna(), file, raw[name], "a value")
        flag = f"is_{side}_supplied"
        check(~raw[flag].isin(FLAGS), file, raw[flag], "1 or 0")
        flags[flag] = raw[flag].map(FLAGS).astype("boolean")
        for name, low, high in ((f"{side}_longitude_deg", -180, 180), (f"{side}_latitude_deg", 45, 90)):
            check(~to_number(raw[name].fillna("")).between(low, high), file, raw[name], f"{low} to {high}")
            numbers.append(name)
    table = raw.assign(**flags, **{name: to_number(raw[name].fillna("")) for name in numbers})
    check(raw["capacity"].isna() != raw["capacity_unit"].isna(), file, raw["capacity_unit"],
          "a unit where a capacity is given, else none")  # fmt: skip
    check(raw["from_place"] == raw["to_place"], file, raw["to_place"], "another place than from_place")
    return keyed(table, "own_interconnectors", "line_key", "line-")


def read_backup_links(inputs: Inputs) -> pd.DataFrame:
    """Return what stands by at a place, since when, where it leads, and its room where it is known.

    Raises
    ------
    SourceError
        As `read_cited`, or with file and row if a kind or a date is none, nothing is served, or a room is
        reversed or lacks its unit.
    """
    file = "backup_links.csv"
    raw = _cited(inputs, file, "backup_key")
    check_choices(raw, file, "kind", ("radio", "satellite", "generator"))
    check_choices(raw, file, "flow", ("data", "energy"))
    for name in ("vertices", "in_service_from"):
        check(raw[name].isna(), file, raw[name], "a value")
    room = {name: to_number(raw[name].fillna("")) for name in ("room_low", "room_high")}
    check(room["room_low"] > room["room_high"], file, raw["room_low"], "no more than room_high")
    is_known = raw["room_low"].notna() | raw["room_high"].notna()
    check(
        is_known != raw["room_unit"].notna(),
        file,
        raw["room_unit"],
        "a unit for a room, else none",
    )
    return keyed(raw.assign(**room), "own_backup_links", "backup_key", "backup-")


SOURCES = (
    reference_source(
        "own_interconnectors", "interconnectors", "interconnectors",
        "Power lines, gas pipelines and fibre on land", read_interconnectors, CITED, _COMPILED,
    ),
    reference_source(
        "own_backup_links", "backup_links", "backup_links",
        "What stands by at a place", read_backup_links, CITED, _COMPILED,
    ),
)  # fmt: skip
