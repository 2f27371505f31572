"""Cited tables of gateways to the Arctic, closed border crossings, and railheads with their gauge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.sources.reference.cited_tables import (
    CITED,
    check,
    check_choices,
    keyed,
    place,
    read_cited,
    reference_source,
)

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.source import Inputs

__all__ = ["SOURCES", "read_closed_borders", "read_gateways", "read_railheads"]

_COMPILED = "2026-11-29"


def read_gateways(inputs: Inputs) -> pd.DataFrame:
    """Return places outside the Arctic on which the supply of the Arctic depends, EPSG:3413."""
    table = place(read_cited(inputs, "gateways.csv", "gateway_key"), "reach_km")
    return keyed(table, "own_gateways", "gateway_key", "gateway-")


def read_closed_borders(inputs: Inputs) -> pd.DataFrame:
    """Return closed border crossings, each with its two states and its dates.

    Raises
    ------
    SourceError
        As `read_cited`, or if the two states of a row are not in alphabetical order.
    """
    file = "closed_borders.csv"
    raw = read_cited(inputs, file, "border_key")
    check(
        ~raw["states"].str.fullmatch("[A-Z]{3}-[A-Z]{3}"), file, raw["states"], "two states such as NOR-RUS"
    )
    ordered = raw["states"].map(lambda text: "-".join(sorted(text.split("-"))))
    check(ordered != raw["states"], file, raw["states"], "states in the order of the alphabet")
    check_choices(raw, file, "mode", ("road", "rail", "all"))
    table = raw.assign(name=raw["crossing"])
    return keyed(table, "own_closed_borders", "border_key", "border-")


def read_railheads(inputs: Inputs) -> pd.DataFrame:
    """Return railheads and border stations with their gauge (mm), EPSG:3413."""
    table = place(read_cited(inputs, "railheads.csv", "railhead_key"), "gauge_mm", "axle_load_t")
    return keyed(table, "own_railheads", "railhead_key", "railhead-")


SOURCES = (
    reference_source(
        "own_gateways", "gateways", "gateways",
        "Gateways to the Arctic",
        read_gateways, CITED, _COMPILED,
    ),
    reference_source(
        "own_closed_borders", "closed_borders", "closed_borders",
        "Closed border crossings",
        read_closed_borders, CITED, _COMPILED,
    ),
    reference_source(
        "own_railheads", "railheads", "railheads",
        "Railheads and border stations",
        read_railheads, CITED, _COMPILED,
    ),
)  # fmt: skip
