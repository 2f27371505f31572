"""Styles of maps.style that the page draws."""

from __future__ import annotations

import pandas as pd
from page_pictures import LAND, ODD

from maps.style import STYLES, Ink, classed, marked, ramp, style_of


def test_every_geometry_has_a_style_and_ramps_keep_their_ends() -> None:
    assert style_of(ODD) not in STYLES.values()
    assert style_of(LAND) is STYLES["land"]
    ends = (Ink("#000000", "#ffffff"), Ink("#0000ff", "#000000"))
    assert ramp(ends, 3) == (ends[0], Ink("#000080", "#808080"), ends[1])
    assert ramp(ends, 1) == ends[:1]


def test_depth_classes_run_from_shallow_to_deep() -> None:
    table = pd.DataFrame({
        "label": ["deep", "shelf", "slope"],
        "class_low": [-5000.0, -200.0, -2000.0], "class_high": [-2000.0, 0.0, -200.0],
    })  # fmt: skip
    style = classed(STYLES["bathymetry"], table)
    assert [c.value for c in style.classes] == ["shelf", "slope", "deep"]


def test_marks_and_kinds_differ_in_more_than_colour() -> None:
    nodes = STYLES["nodes"]
    assert len({shape.shape for shape in nodes.shapes}) == len(nodes.shapes) == 7
    assert len({(c.radius, c.hollow) for c in nodes.classes}) == len(nodes.classes) == 7
    sizes = [c.radius for c in nodes.classes]
    assert sizes == sorted(sizes, reverse=True), "what weighs more is larger"


def test_a_mark_is_the_flag_then_the_overlap_and_context_is_only_that() -> None:
    table = pd.DataFrame(
        [
            ("robust", 1.0, "arctic", "robust"),
            ("possible", 0.6, "gateway", "possible"),
            ("not_flagged", 0.5, "arctic", "overlap"),
            ("not_flagged", 0.4999, "arctic", "not_flagged"),
            ("insufficient_data", 0.9, "arctic", "overlap_open"),
            ("insufficient_data", 0.0, "gateway", "insufficient_data"),
            ("not_flagged", 1.0, "context", "context"),
            ("not_flagged", 0.0, "context", "context"),
        ],
        columns=["flag", "overlap_probability", "scope", "mark"],
    )
    assert marked(table).tolist() == table["mark"].tolist()
    assert set(table["mark"]) == {c.value for c in STYLES["nodes"].classes}
    assert marked(table[["flag"]]).tolist()[:3] == ["robust", "possible", "not_flagged"]


def test_layers_of_climate_facts_have_a_look_and_only_the_boundary_is_shown_at_first() -> None:
    facts = {"permafrost_places", "thaw_damage", "coastal_erosion", "port_ice_seasons", "station_normals",
             "railheads", "gateways", "arctic_boundary"}  # fmt: skip
    assert facts <= set(STYLES)
    assert {name for name in facts if STYLES[name].visible} == {"arctic_boundary"}
    boundary = STYLES["arctic_boundary"]
    assert (boundary.fill_opacity, bool(boundary.dash), boundary.width < 1.5) == (0.0, True, True)
