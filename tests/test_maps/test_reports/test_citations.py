"""Addresses of printed numbers, and the form of their text."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.errors import ExportError
from maps.reports.citations import CitationIndex, format_value


def test_a_number_without_a_row_fails(picture):
    citations = CitationIndex(picture)
    with pytest.raises(
        ExportError, match=r"expected one row for value:nodes\?node_id=no%20such#name, found 0"
    ):
        citations.cell("value", "nodes", {"node_id": "no such"}, "name")
    nodes = picture.tables["nodes"]
    many = int(((nodes["kind"] == "port") & (nodes["flag"] == "not_flagged")).sum())
    with pytest.raises(ExportError, match=f"found {many}"):
        citations.cell("value", "nodes", {"kind": "port", "flag": "not_flagged"}, "name")
    with pytest.raises(ExportError, match="expected a table 'nothing', found none"):
        citations.cell("count", "nothing")


def test_missing_is_unknown_never_zero():
    assert (
        format_value(None, ".2f")
        == format_value(float("nan"), ",.0f")
        == format_value(pd.NA, "km")
        == "unknown"
    )
    assert format_value(0.0, ".2f") == "0.00"
    assert format_value(0.3, "km") == "under 1"
    assert format_value(1234.5, "km") == "1,234"
    assert format_value("not_flagged", "words") == "not flagged"


def test_citations_by_hand(picture):
    citations = CitationIndex(picture)
    mines = picture.tables["mines"]
    assert citations.cell("count", "mines").value == len(mines)
    plants = picture.tables["power_plants"]
    nor = plants[plants["country_iso3"] == "NOR"]
    assert citations.cell(
        "sum", "power_plants", {"country_iso3": "NOR"}, "capacity_mw"
    ).value == pytest.approx(nor["capacity_mw"].sum())
    fuel = picture.tables["evidence"].query("indicator == 'fuel'")["state"]
    share = citations.cell("share", "evidence", {"indicator": "fuel"}, "state", equals="unknown")
    assert share.value == pytest.approx((fuel == "unknown").sum() / len(fuel))
    assert share.address.endswith("#state=unknown")
    # One of several values; a bar in a value is no bar between values.
    some = citations.cell("count", "nodes", (("kind", "=", ("port", "mine", "a|b")),))
    assert some.value == picture.tables["nodes"]["kind"].isin(["port", "mine"]).sum()
    assert some.address == "count:nodes?kind=port|mine|a%7Cb"
