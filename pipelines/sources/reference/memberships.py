"""Membership of NATO, the EU and the Arctic Council, by state or territory and date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.sources.reference.cited_tables import CITED, COMPILED, read_table, reference_source

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.source import Inputs

__all__ = ["SOURCES", "read_memberships"]


def read_memberships(inputs: Inputs) -> pd.DataFrame:
    """Return the membership of each state or territory: NATO and EU with dates, and the Arctic Council."""
    raw = read_table(inputs, "memberships.csv")
    return raw.assign(
        feature_id="member-" + raw["country_iso3"].str.lower(),
        is_arctic_council=raw["is_arctic_council"] == "1",
        source_id="own_memberships",
        as_of=COMPILED,
    )


SOURCES = (
    reference_source(
        "own_memberships", "memberships", "memberships",
        "Membership of NATO and the EU", read_memberships, CITED,
    ),
)  # fmt: skip
