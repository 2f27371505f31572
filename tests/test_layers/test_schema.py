"""conform and check: the only gate; and what holds of every row of LAYERS."""

from __future__ import annotations

import inspect
import random

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.catalog import GRIDS, LAYERS
from layers.crs import POLAR
from layers.errors import SchemaError
from layers.schema import PILLARS, Column, Layer, check, conform, union
from pipelines.sources import SOURCES

TABLE = Layer(
    id="things",
    title="Things",
    pillar="social",
    geometry="table",
    spine=(),
    key=("key",),
    columns=(
        Column("key", "str", "key", required=True),
        Column("size", "str", "size", choices=("small", "large")),
        Column("depth_m", "float", "depth", "m", required=True, low=0, high=100),
        Column("number", "int", "how many", low=0),
        Column("is_open", "bool", "open"),
    ),
)
PLACES = Layer(
    id="places",
    title="Places",
    pillar="social",
    geometry="polygon",
    spine=(),
    key=("key",),
    columns=(Column("key", "str", "key", required=True),),
)
SQUARE = shapely.box(0, 0, 1000, 1000)


def rows(**columns: list) -> pd.DataFrame:
    good = {
        "key": ["a", "b"], "size": ["small", None], "depth_m": [1.0, 2.0], "number": [1, None],
        "is_open": [True, None],
    }  # fmt: skip
    return pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in (good | columns).items()})


def places(*geometry: object, crs: object = POLAR, keys: str | None = None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"key": list(keys or "abcdefgh"[: len(geometry)])}, geometry=list(geometry), crs=crs
    )


def test_a_good_table_is_selected_ordered_cast_and_sorted() -> None:
    frame = rows(key=["b", "a"]).assign(strange=1)[["number", "strange", "key", "is_open", "depth_m", "size"]]
    table = conform(frame, TABLE)
    assert list(table.columns) == ["key", "size", "depth_m", "number", "is_open"]
    assert table["key"].tolist() == ["a", "b"]
    assert [str(kind) for kind in table.dtypes] == ["str", "str", "float64", "Int64", "boolean"]
    # The rows travelled whole: "a" was second, with depth 2 and no number.
    assert table["depth_m"].tolist() == [2.0, 1.0]
    assert table.loc[0, ["size", "number", "is_open"]].isna().all()
    assert table.loc[1, ["size", "number", "is_open"]].tolist() == ["small", 1, True]


def test_what_is_missing_is_null_and_never_zero_or_text() -> None:
    table = conform(rows(size=[np.nan, pd.NA], number=[np.nan, pd.NA], is_open=[None, np.nan]), TABLE)
    assert table[["size", "number", "is_open"]].isna().all().all()
    assert (table["number"] == 0).sum() == 0
    assert "None" not in set(table["size"])


def test_a_missing_optional_column_is_null_and_a_required_one_an_error() -> None:
    assert conform(rows().drop(columns=["number", "size"]), TABLE)[["number", "size"]].isna().all().all()
    with pytest.raises(
        SchemaError, match=r"layer things: expected the columns key, depth_m, found only size"
    ):
        conform(rows().drop(columns=["key", "depth_m"]), TABLE)


def test_every_fault_of_a_table_stands_in_one_message() -> None:
    frame = rows(
        key=["a", "a", "c", "d", "e", "f", "g"],
        size=["small", "huge", None, None, None, None, None],
        depth_m=[1.0, 2.0, np.nan, -1.0, 101.0, np.inf, 3.0],
        number=[1, 2, 3, 4, 5, 6, -7],
        is_open=[None] * 7,
    )
    with pytest.raises(SchemaError) as caught:
        conform(frame, TABLE)
    message = str(caught.value)
    for part in (
        "layer things, 7 fault(s)",
        "key: expected unique, found twice in 2 row(s), such as a, a",
        "depth_m: expected a value, found null in 1 row(s), such as c",
        "depth_m: expected a finite number, found inf in 1 row(s), such as f",
        "depth_m: expected >= 0, found -1 in 1 row(s), such as d",
        "depth_m: expected <= 100, found 101 in 2 row(s), such as e, f",
        "size: expected one of small, large, found 'huge' in 1 row(s), such as a",
        "number: expected >= 0, found -7 in 1 row(s), such as g",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("depth_m", ["deep", "1"]),
        ("number", [1.5, 2]),
        ("number", ["x", 2]),
        ("is_open", ["yes", "no"]),
        ("is_open", [2, 0]),
    ],
)
def test_what_cannot_be_cast_is_refused_by_column(column: str, values: list) -> None:
    with pytest.raises(
        SchemaError, match=f"layer things, column {column}: expected .* found .* mend the reader"
    ):
        conform(rows(**{column: values}), TABLE)


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinity_is_refused_where_no_bound_is_set(value: float) -> None:
    layer = Layer("free", "Free", "social", "table", (Column("x", "float", "x"),), spine=(), key=("x",))
    with pytest.raises(SchemaError, match="expected a finite number"):
        conform(pd.DataFrame({"x": [value]}), layer)
    assert conform(pd.DataFrame({"x": [np.nan]}), layer)["x"].isna().all()


def test_bounds_hold_their_ends() -> None:
    assert conform(rows(depth_m=[0, 100]), TABLE)["depth_m"].tolist() == [0, 100]


def test_good_geometry_passes_in_the_polar_crs() -> None:
    table = conform(places(SQUARE, shapely.MultiPolygon([SQUARE]), keys="ba"), PLACES)
    assert isinstance(table, gpd.GeoDataFrame)
    assert table.crs == POLAR
    assert table["key"].tolist() == ["a", "b"]
    assert table.geometry[0].geom_type == "MultiPolygon"


def test_every_fault_of_geometry_stands_in_one_message() -> None:
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    far = shapely.box(0, 0, 1, 14_000_000)
    with pytest.raises(SchemaError) as caught:
        conform(places(SQUARE, shapely.Point(0, 0), bow_tie, far, keys="aabc"), PLACES)
    message = str(caught.value)
    for part in (
        "layer places, 4 fault(s)",
        "key: expected unique, found twice in 2 row(s), such as a, a",
        "geometry: expected polygon, found Point in 1 row(s), such as a",
        "geometry: expected within 13000000 m of the pole, found [0.0, 0.0, 1.0, 14000000.0] in 1 row(s)",
        "geometry: expected valid, found Self-intersection",
    ):
        assert part in message


@pytest.mark.parametrize("geometry", [None, shapely.Polygon()], ids=["null", "empty"])
def test_a_feature_without_geometry_is_refused(geometry: object) -> None:
    with pytest.raises(SchemaError, match=r"geometry: expected one, found none in 1 row\(s\), such as b"):
        conform(places(SQUARE, geometry), PLACES)


def test_a_null_geometry_does_not_hide_other_faults() -> None:
    with pytest.raises(SchemaError) as caught:
        conform(places(None, shapely.Point(0, 0)), PLACES)
    assert "expected polygon, found Point" in str(caught.value)


def test_infinite_coordinates_are_refused() -> None:
    point = Layer("p", "P", "social", "point", (Column("key", "str", "key"),), spine=(), key=("key",))
    frame = gpd.GeoDataFrame({"key": ["a"]}, geometry=[shapely.Point(np.inf, np.inf)], crs=POLAR)
    with pytest.raises(SchemaError, match="of the pole"):
        conform(frame, point)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3411", None])
def test_another_crs_is_refused(crs: str | None) -> None:
    with pytest.raises(SchemaError, match=rf"expected geometry in EPSG:3413, found {crs or 'none'}"):
        conform(places(SQUARE, crs=crs), PLACES)


def test_a_plain_table_is_no_layer_with_geometry() -> None:
    with pytest.raises(SchemaError, match="expected geometry in EPSG:3413, found none"):
        conform(pd.DataFrame({"key": ["a"]}), PLACES)


def test_check_names_a_missing_column() -> None:
    with pytest.raises(SchemaError, match="depth_m"):
        check(conform(rows(), TABLE).drop(columns="depth_m"), TABLE)


def test_check_refuses_another_crs() -> None:
    table = conform(places(SQUARE), PLACES).set_crs("EPSG:3411", allow_override=True)
    with pytest.raises(SchemaError, match="EPSG:3411"):
        check(table, PLACES)


def test_an_empty_table_passes() -> None:
    assert len(conform(rows().iloc[:0], TABLE)) == 0
    assert len(conform(places(SQUARE).iloc[:0], PLACES)) == 0


def test_union_stacks_and_renumbers() -> None:
    both = union([rows(key=["c", "d"]), rows()])
    assert both["key"].tolist() == ["c", "d", "a", "b"]
    assert both.index.tolist() == [0, 1, 2, 3]
    with pytest.raises(SchemaError, match="expected unique"):
        conform(union([rows(), rows()]), TABLE)


RECORD = st.tuples(
    st.sampled_from(["small", "large", None]), st.floats(0, 100), st.one_of(st.none(), st.integers(0, 9))
)


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORD, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(records: list[tuple], rng: random.Random) -> None:
    table = pd.DataFrame(records, columns=["size", "depth_m", "number"], dtype=object)
    table["key"] = [f"k{number:02}" for number in range(len(table))]
    order = list(range(len(table)))
    rng.shuffle(order)
    pd.testing.assert_frame_equal(conform(table, TABLE), conform(table.iloc[order], TABLE))
    # What was missing is still missing, and nothing else is.
    assert conform(table, TABLE)["number"].isna().tolist() == [row[2] is None for row in records]


def test_conform_twice_is_conform_once() -> None:
    once = conform(rows(key=["b", "a"]), TABLE)
    pd.testing.assert_frame_equal(conform(once, TABLE), once)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.id)
def test_every_layer_is_well_described(layer: Layer) -> None:
    names = [column.name for column in layer.all_columns]
    assert len(names) == len(set(names))
    assert set(layer.key) <= set(names)
    assert all(column.required for column in layer.all_columns if column.name in layer.key)
    assert layer.pillar in PILLARS
    assert layer.title
    assert all(column.meaning for column in layer.all_columns)
    for column in layer.all_columns:
        if column.low is not None and column.high is not None:
            assert column.low < column.high
    # A length or share without its unit is a fault waiting to happen.
    for ending, unit in (("_m", "m"), ("_km", "km"), ("_deg", "degree"), ("_mw", "MW"), ("_km2", "km2")):
        measured = [c for c in layer.all_columns if c.name.endswith(ending) and c.dtype == "float"]
        # Sea ice counts in millions: `area_million_km2` has the unit `million km2`.
        assert all(c.unit == ("million km2" if "million" in c.name else unit) for c in measured)


def test_layers_are_unique_and_read_only_what_stands_before_them() -> None:
    ids = [layer.id for layer in LAYERS]
    assert len(ids) == len(set(ids))
    readable = {"grids", "scenario", "day", "draws", "seed", "source_order", "network_day"}
    for layer in LAYERS:
        if layer.derive is not None:
            assert set(inspect.signature(layer.derive).parameters) <= readable, layer.id
        readable.add(layer.id)
    # Every grid that derived layers read is fed by exactly one embedded source.
    feeds = [source.feeds for source in SOURCES if source.state == "embedded"]
    assert [feeds.count(f"grid:{name}") for name in GRIDS] == [1] * len(GRIDS)
    assert {"sea_ice", "climate"} <= set(GRIDS)


def test_every_published_table_passes_its_own_gate_again(picture) -> None:
    for layer in picture.layers:
        table = picture.tables[layer.id]
        check(table, layer)
        own = [column.name for column in layer.all_columns]
        assert list(table.columns) == own + (["geometry"] if layer.geometry != "table" else [])
        if layer.geometry != "table":
            assert table.crs == POLAR
