"""A briefing is not printed where a row of evidence is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from layers.errors import ExportError
from maps.reports import briefing


def changed(picture, name, table):
    return replace(picture, tables={**picture.tables, name: table})


@pytest.mark.parametrize("indicator", ["approach_depth", "claim_high", "narrow", "capacity"])
def test_removing_a_row_of_evidence_fails(picture, indicator):
    rows = picture.tables["evidence"]
    gone = rows[(rows["indicator"] == indicator) & (rows["weight"] > 0)].index[0]
    with pytest.raises(ExportError, match=r"the military weights of .* to add to 1, found .* build the pic"):
        briefing.page(changed(picture, "evidence", rows.drop(index=gone)))


def test_removing_the_hazard_that_decides_fails(picture):
    rows, nodes = picture.tables["evidence"], picture.tables["nodes"]
    node = nodes.loc[nodes["hazard_deciding"].str.startswith("permafrost", na=False), "node_id"].iloc[0]
    gone = rows[(rows["node_id"] == node) & (rows["indicator"] == "permafrost_thaw")].index
    with pytest.raises(ExportError, match=f"expected evidence of the hazard that decides {node}"):
        briefing.page(changed(picture, "evidence", rows.drop(index=gone)))


def test_a_node_without_evidence_fails(picture):
    rows = picture.tables["evidence"]
    node = picture.tables["nodes"]["node_id"].iloc[0]
    with pytest.raises(ExportError, match="expected evidence on three axes of"):
        briefing.page(changed(picture, "evidence", rows[rows["node_id"] != node]))
    with pytest.raises(ExportError, match="expected evidence on three axes of"):
        briefing.page(changed(picture, "evidence", rows[rows["axis"] != "civil"]))
