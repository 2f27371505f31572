"""What the page gets of a layer."""

from __future__ import annotations

from dataclasses import replace

from page_pictures import (
    LAND,
    block_of,
    cell,
    decoded,
    layer_of,
    made_picture,
)

from maps.web import outlines, page


def test_shapes_of_two_layers_are_kept_once() -> None:
    picture = made_picture()
    twin = replace(LAND, id="twin")
    tables = {**picture.tables, "twin": picture.tables["land"]}
    text = page.page(replace(picture, layers=(*picture.layers, twin), tables=tables))
    assert block_of(text, "later-twin")["paths"] == "land"


def test_the_first_view_has_the_ice_of_its_month_alone() -> None:
    picture = made_picture()
    table = outlines.ice_rows(picture.tables["sea_ice"])
    text = page.page(picture)
    first, whole = layer_of(text, "sea_ice")["afar"], block_of(text, "later-sea_ice")["paths"]
    is_now = (table["month"] == picture.day.month).to_numpy()
    assert layer_of(text, "sea_ice")["afar_month"] == picture.day.month
    for shape, there, now in zip(decoded(first), decoded(whole), is_now, strict=True):
        assert shape.equals(there) if now else shape.is_empty


def test_the_slider_gets_medians_and_the_latest_year(text: str) -> None:
    ice = layer_of(text, "sea_ice")
    year = next(c for c in ice["columns"] if c["name"] == "year")
    assert [cell(year, i) for i in range(ice["count"])] == [None, None, 2025]


def test_an_empty_layer_is_listed() -> None:
    picture = made_picture()
    tables = {name: table.iloc[:0] for name, table in picture.tables.items()}
    data = block_of(page.page(replace(picture, tables=tables)))
    assert [layer["count"] for layer in data["layers"]] == [0] * 5
