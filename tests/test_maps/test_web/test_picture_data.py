"""What the page gets of a picture: state, anchors, extent of the ice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from page_pictures import LAND, block_of, made_picture

from layers.assessed.class_thresholds import ANCHORS
from maps.web import page, picture_data


def test_a_stale_source_degrades_the_picture() -> None:
    picture = made_picture()
    assert block_of(page.page(picture))["status"] == "COMPLETE"
    never = tuple(replace(source, state="not_held") for source in picture.sources)
    data = block_of(page.page(replace(picture, sources=never)))
    assert (data["status"], data["not_held"]) == ("COMPLETE", ["made"])
    for state in ("stale", "held", "missing"):
        late = tuple(replace(source, state=state) for source in picture.sources)
        data = block_of(page.page(replace(picture, sources=late)))
        assert (data["status"], data["late"]) == ("DEGRADED", ["made"])


def test_the_ice_panel_names_the_last_change_of_its_sensor(picture):
    result = picture_data.latest_extent(picture)
    assert result is not None
    assert result["break"] == "2025-01-01, SSMIS (DMSP F17) to AMSR2 (GCOM-W1)"
    early = replace(picture, day=date(2000, 6, 1))
    result = picture_data.latest_extent(early)
    assert result is not None
    assert result["break"] == "1995-09-30, SSM/I (DMSP F11) to SSM/I (DMSP F13)"
    without = {name: table for name, table in picture.tables.items() if name != "source_continuity"}
    result = picture_data.latest_extent(replace(picture, tables=without))
    assert result is not None
    assert result["break"] is None


def test_a_picture_without_nodes_and_ice_is_drawn() -> None:
    picture = made_picture()
    bare = replace(picture, layers=(LAND,), tables={"land": picture.tables["land"]}, sources=())
    assert block_of(page.page(bare), "evidence-data") is None
    assert [layer["id"] for layer in block_of(page.page(bare))["layers"]] == ["land"]


def test_the_page_prints_every_anchor_that_it_judges_by() -> None:
    picture = made_picture()
    usual = {a["id"]: a["value"] for a in block_of(page.page(picture))["anchors"]}
    assert usual == {anchor.id: anchor.value for anchor in ANCHORS}
    climate = replace(
        picture.scenario, id="own", title="Own", anchors={"erosion_high": 2.5}, with_association=False
    )
    data = block_of(page.page(replace(picture, scenario=climate)))
    own = {a["id"]: a for a in data["anchors"]}
    assert (own["erosion_high"]["value"], own["erosion_high"]["source"]) == (2.5, "this scenario")
    assert own["erosion_moderate"]["source"] != "this scenario"
    words = json.dumps(data["classes"])
    assert "high from 2.5 m a year" in words
    assert "association" not in words
