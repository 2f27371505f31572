"""Rows that become node sites: by the columns of a row, whatever its source."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

import layers.assessed
from layers.assessed.sites import KINDS, SITES, _in_service
from layers.catalog import LAYERS
from layers.crs import POLAR, lonlat, polar_points
from layers.schema import conform
from pipelines.sources import FETCHABLE

LAYER = {layer.id: layer for layer in LAYERS}
# On the ice sheet of Greenland, hundreds of kilometres from every other site.
NEW_SOURCE, NEW_DAY = "new_list", "2031-05-06"
ROWS: dict[str, tuple[float, dict[str, Any]]] = {
    "airfields": (-40.0, {"kind": "small_airport", "runway_length_m": 900.0}),
    "ports": (-42.0, {}),
    "power_plants": (-44.0, {"capacity_mw": 12.0, "fuel": "Hydro"}),
    "mines": (-46.0, {"kind": "mine", "commodity": "Gold", "confidence": "high"}),
    "terminals": (-48.0, {}),
    "cable_landings": (-50.0, {}),
    "ground_stations": (-52.0, {}),
}
KIND_OF = {
    "airfields": "airfield", "ports": "port", "power_plants": "energy_site", "mines": "mine",
    "terminals": "energy_site", "cable_landings": "cable_landing", "ground_stations": "ground_station",
}  # fmt: skip


def with_row(table: gpd.GeoDataFrame, layer_id: str, lon: float, lat: float, **columns: Any) -> Any:
    """The table of a layer with one more row; a required column without a value takes that of a row."""
    like = {c.name: table[c.name].iloc[0] for c in LAYER[layer_id].all_columns if c.required}
    row = like | {"source_id": NEW_SOURCE, "as_of": NEW_DAY, "country_iso3": "GRL"} | columns
    new = gpd.GeoDataFrame([row], geometry=polar_points([lon], [lat]), crs=POLAR)
    return conform(pd.concat([table, new], ignore_index=True), LAYER[layer_id])


def sites_of(tables: dict[str, Any], source_order: tuple[str, ...]) -> pd.DataFrame:
    names = inspect.signature(SITES.derive).parameters
    layers_read = {name: tables[name] for name in names if name in tables}
    return conform(SITES.derive(**layers_read, source_order=source_order), SITES).set_index("node_id")


@pytest.fixture(scope="module")
def tables(picture) -> dict[str, Any]:
    return dict(picture.tables)


@pytest.fixture(scope="module")
def with_new_lists(tables) -> pd.DataFrame:
    changed = tables | {
        layer: with_row(
            tables[layer], layer, lon, 74.0, feature_id=f"new-{layer}", name=f"New {layer}", **columns
        )
        for layer, (lon, columns) in ROWS.items()
    }
    # A second list of the airfield and of the port of a known place, and rows that are no site.
    field = tables["airfields"].set_index("feature_id").loc["oa-enbo"]
    port = tables["ports"].set_index("name").loc["Bodo"]
    for layer, row, name in (("airfields", field, "Bodø"), ("ports", port, "Bodo")):
        lon, lat = lonlat_of(row.geometry)
        changed[layer] = with_row(
            changed[layer], layer, lon, lat, feature_id=f"new-bodo-{layer}", name=name, iata="BOO"
        )
    changed["airfields"] = with_row(
        changed["airfields"], "airfields", -54.0, 74.0, feature_id="new-named-only", name="Strip"
    )
    changed["mines"] = with_row(
        changed["mines"],
        "mines",
        -56.0,
        74.0,
        feature_id="new-closed",
        name="Shaft",
        kind="mine",
        stage="closed",
    )
    return sites_of(changed, ("ourairports", "nga_world_port_index"))


def lonlat_of(point: Any) -> tuple[float, float]:
    lon, lat = lonlat([point.x], [point.y])
    return float(lon[0]), float(lat[0])


@pytest.mark.parametrize("layer", list(ROWS))
def test_a_row_of_a_new_list_is_a_site_with_its_own_source_and_date(with_new_lists, layer: str) -> None:
    row = with_new_lists.loc[f"{KIND_OF[layer]}:new-{layer}"]
    assert (row["source_id"], row["as_of"]) == (NEW_SOURCE, NEW_DAY)
    assert row["sources"] == f"new-{layer}"
    assert (row["kind"], row["scope"], row["country_iso3"]) == (KIND_OF[layer], "arctic", "GRL")
    # Conventions by list (method §4.1): a name of a place is less sure than a survey of a runway.
    assert row["position_uncertainty_km"] == {
        "airfields": 2.0, "ports": 1.0, "power_plants": 2.0, "mines": 2.0, "terminals": 5.0,
        "cable_landings": 5.0, "ground_stations": 8.0,
    }[layer]  # fmt: skip


def test_the_first_list_stands_for_a_place_that_a_new_list_names_too(with_new_lists) -> None:
    row = with_new_lists.loc["airfield:oa-enbo"]
    assert row["source_id"] == "ourairports"
    assert row["sources"].split("; ")[-1] == "new-bodo-airfields"
    assert "airfield:new-bodo-airfields" not in with_new_lists.index
    assert "port:new-bodo-ports" not in with_new_lists.index
    assert with_new_lists["sources"].str.contains("new-bodo-ports").sum() == 1


def test_a_row_that_only_names_an_airstrip_and_a_closed_mine_are_no_sites(with_new_lists) -> None:
    assert not {"airfield:new-named-only", "mine:new-closed"} & set(with_new_lists.index)


def test_new_lists_leave_every_other_site_as_it_is(with_new_lists, tables) -> None:
    before = sites_of(tables, ("ourairports", "nga_world_port_index"))
    rest = with_new_lists[~with_new_lists["sources"].str.contains("new-")]
    same = before.loc[rest.index]
    assert len(before) - len(rest) == 2  # the two places of Bodø
    pd.testing.assert_frame_equal(pd.DataFrame(rest), pd.DataFrame(same))


def test_an_airfield_is_in_service_by_any_of_three_attributes() -> None:
    rows = pd.DataFrame(
        [
            ("length", "small_airport", 800.0, None, None, None),
            ("iata", "small_airport", None, "ABC", None, 0.2),
            ("service", "medium_airport", None, None, True, 3.0),
            ("name", "small_airport", None, None, False, None),
            ("shut", "closed", 800.0, "ABC", True, None),
            ("water", "seaplane_base", 800.0, "ABC", True, None),
            ("unsaid kind", None, 800.0, None, None, None),
        ],
        columns=[
            "feature_id", "kind", "runway_length_m", "iata", "has_scheduled_service", "position_apart_km"
        ],
    ).astype({"has_scheduled_service": "boolean", "iata": "str"})  # fmt: skip
    fields = gpd.GeoDataFrame(rows, geometry=polar_points([20.0] * len(rows), [70.0] * len(rows)), crs=POLAR)
    radius = _in_service(fields).set_index("feature_id")["position_uncertainty_km"]
    # 0.5 km at least, and 2 km where one list alone places the field.
    assert radius.to_dict() == {"length": 2.0, "iata": 0.5, "service": 3.0, "unsaid kind": 2.0}


def test_every_kind_has_sites(tables) -> None:
    assert set(tables["nodes"]["kind"]) == set(KINDS)


MODULES = sorted(Path(layers.assessed.__file__).parent.glob("*.py"))
# Modules in which a source id names who says so or who could say so. None of them decides what is a node.
NAME_SOURCES = {
    "air_facts", "alliances", "civilian_dependence", "dual_use", "hazard", "ice_facts", "indicators",
    "military_relevance", "policy", "standards",
}  # fmt: skip


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_no_module_holds_a_date_or_a_source_that_decides(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert not re.findall(r"[\"']\d{4}-\d\d(?:-\d\d)?[\"']", text)
    if module.stem not in NAME_SOURCES:
        assert not [row.id for row in FETCHABLE if re.search(rf"[\"']{row.id}[\"']", text)]
