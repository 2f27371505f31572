"""Cited tables of climate, gateways and borders: each reads whole, a bad row is refused by file and row."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest

import pipelines.source
from layers.catalog import LAYERS
from layers.errors import SourceError
from layers.schema import check, conform
from pipelines.source import Inputs
from pipelines.sources import reference
from pipelines.sources.reference import climate_records as climate
from pipelines.sources.reference import gateways_and_borders as borders
from pipelines.sources.reference.cited_tables import FLAGS
from pipelines.sources.reference.global_warming import read_global_warming

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

REFERENCE = pipelines.source.REFERENCE
CITED = {
    "permafrost_places": (climate.read_permafrost_places, "place_key"),
    "permafrost_mapped": (climate.read_permafrost_mapped, "place_key"),
    "thaw_damage": (climate.read_thaw_damage, "damage_key"),
    "coastal_erosion": (climate.read_coastal_erosion, "site_key"),
    "port_ice_seasons": (climate.read_port_ice_seasons, "port_key"),
    "station_normals": (climate.read_station_normals, "station_key"),
    "gateways": (borders.read_gateways, "gateway_key"),
    "closed_borders": (borders.read_closed_borders, "border_key"),
    "railheads": (borders.read_railheads, "railhead_key"),
}
_ROWS = 9  # of each table that are kept


def rows_of(name: str) -> list[dict[str, str]]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Inputs]:
    """Write a table of ours anew, in a folder of its own."""
    monkeypatch.setattr(pipelines.source, "REFERENCE", tmp_path)

    def written(name: str, rows: list[dict[str, str]]) -> Inputs:
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return Inputs(packages=tmp_path)

    return written


def refused(name: str, inputs: Inputs) -> str:
    with pytest.raises(SourceError) as caught:
        CITED[name][0](inputs)
    message = str(caught.value)
    assert "\n" not in message
    return message


def changed(name: str, row: int, **cells: str) -> list[dict[str, str]]:
    """The first rows of a table with some cells of one row changed; the row as an editor counts it."""
    rows = rows_of(name)[:_ROWS]
    assert set(cells) <= set(rows[0])
    rows[row - 2] = rows[row - 2] | cells
    return rows


# ---------------------------------------------------------------------------------- as they stand


@pytest.mark.parametrize("name", CITED)
def test_each_table_reads_and_keeps_the_contract_of_its_layer(name: str, tmp_path: Path) -> None:
    source = next(s for s in reference.SOURCES if s.id == f"own_{name}")
    layer = next(row for row in LAYERS if row.id == source.feeds)
    read = CITED[name][0](Inputs(packages=tmp_path))
    table = conform(read, layer)
    check(table, layer)
    assert table["feature_id"].is_unique
    assert set(table["source_id"]) == {source.id}
    raw = rows_of(name)
    north = [row for row in raw if float(row.get("latitude_deg") or 90) >= 58]
    assert len(table) == len(north)
    assert table["source_url"].str.match("https?://").all()


@pytest.mark.parametrize("name", CITED)
def test_flags_of_the_tables_are_yes_no_or_blank(name: str) -> None:
    rows = rows_of(name)
    flags = [column for column in rows[0] if column.startswith("is_")]
    for column in flags:
        assert {row[column] for row in rows} <= {"", *FLAGS}, column


def test_flags_are_read_as_they_are_written(write: Callable[..., Inputs]) -> None:
    rows = changed("permafrost_places", 2, is_bedrock="1")[:4]
    rows = [row | {"is_bedrock": flag} for row, flag in zip(rows, ("1", "0", "", "true"), strict=True)]
    read = climate.read_permafrost_places(write("permafrost_places", rows))
    assert read["is_bedrock"].astype(object).where(read["is_bedrock"].notna(), None).tolist() == [
        True, False, None, True,
    ]  # fmt: skip


# ------------------------------------------------------------------------------------ every table


@pytest.mark.parametrize("column", ["source_title", "source_url", "as_of", "seen_on", "confidence"])
@pytest.mark.parametrize("name", CITED)
def test_a_row_without_source_or_date_is_refused(
    name: str, column: str, write: Callable[..., Inputs]
) -> None:
    for blank in ("", "   "):
        message = refused(name, write(name, changed(name, 4, **{column: blank})))
        assert message == (
            f"{name}.csv, row 4: expected a {column}, found none: a fact without it is not taken"
        )


@pytest.mark.parametrize("name", CITED)
def test_a_row_without_its_key_or_with_that_of_another_is_refused(
    name: str, write: Callable[..., Inputs]
) -> None:
    key = CITED[name][1]
    assert f"{name}.csv, row 5: expected a {key}" in refused(name, write(name, changed(name, 5, **{key: ""})))
    first = rows_of(name)[0][key]
    message = refused(name, write(name, changed(name, 6, **{key: first})))
    assert message == f"{name}.csv, row 6: {key}: expected each key once, found {first!r}"


@pytest.mark.parametrize("column", ["source_url", "seen_on"])
@pytest.mark.parametrize("name", CITED)
def test_a_table_without_such_a_column_is_refused(
    name: str, column: str, write: Callable[..., Inputs]
) -> None:
    rows = [{k: v for k, v in row.items() if k != column} for row in rows_of(name)[:_ROWS]]
    assert f"{name}.csv, row 2: expected a {column}, found none" in refused(name, write(name, rows))


@pytest.mark.parametrize(
    "day", ["yesterday", "29.11.2026", "2026-13", "2026-02-30", "202", "2026-1-1", "2026-11-29T00"]
)
def test_a_date_that_is_none_is_refused(day: str, write: Callable[..., Inputs]) -> None:
    message = refused("gateways", write("gateways", changed("gateways", 3, as_of=day)))
    assert message == f"gateways.csv, row 3: as_of: expected an ISO date, found {day!r}"


@pytest.mark.parametrize("day", ["1979", "2026-02", "2026-02-28"])
def test_a_year_a_month_and_a_day_are_dates(day: str, write: Callable[..., Inputs]) -> None:
    read = borders.read_gateways(write("gateways", changed("gateways", 3, as_of=day)))
    assert day in set(read["as_of"])


def test_a_confidence_that_is_none_is_refused(write: Callable[..., Inputs]) -> None:
    message = refused("railheads", write("railheads", changed("railheads", 2, confidence="certain")))
    assert message == "railheads.csv, row 2: confidence: expected high, medium or low, found 'certain'"


# ---------------------------------------------------------------------------------- each of them

LISTED = [
    ("permafrost_places", "permafrost_zone", "tundra",
     "one of continuous, discontinuous, sporadic, isolated, none"),
    ("permafrost_places", "ground_ice", "much", "one of high, medium, low"),
    ("permafrost_mapped", "permafrost_zone", "Continuous", "one of continuous, "),
    ("thaw_damage", "applies_to", "region", "one of facility, town"),
    ("thaw_damage", "grade", "severe", "one of damage, problems"),
    ("coastal_erosion", "coast_kind", "cliff", "one of eroding, stable, accreting, bedrock, protected"),
    ("closed_borders", "mode", "air", "one of road, rail, all"),
    ("closed_borders", "states", "RUS-FIN", "states in the order of the alphabet"),
    ("closed_borders", "states", "FINRUS", "two states such as NOR-RUS"),
    ("closed_borders", "states", "Fin-Rus", "two states such as NOR-RUS"),
    ("station_normals", "period", "1991-20", "a period such as 1991-2020"),
    ("station_normals", "period", "1991/2020", "a period such as 1991-2020"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "column", "value", "wanted"), LISTED)
def test_a_value_outside_its_list_is_refused_by_file_and_row(
    name: str, column: str, value: str, wanted: str, write: Callable[..., Inputs]
) -> None:
    message = refused(name, write(name, changed(name, 7, **{column: value})))
    assert message.startswith(f"{name}.csv, row 7: {column}: expected {wanted}")
    assert message.endswith(f"found {value!r}")


def test_a_blank_of_a_list_is_missing_and_no_fault(write: Callable[..., Inputs]) -> None:
    rows = changed("permafrost_places", 3, permafrost_zone="", ground_ice=" ")
    read = climate.read_permafrost_places(write("permafrost_places", rows))
    assert read.loc[1, ["permafrost_zone", "ground_ice"]].isna().all()


@pytest.mark.parametrize(
    ("name", "cells", "message"),
    [
        ("coastal_erosion", {"rate_m_per_year": "fast"},
         "rate_m_per_year, row 3: expected a number, found 'fast'"),
        ("port_ice_seasons", {"ice_months": "6-7"}, "ice_months, row 3: expected a number, found '6-7'"),
        ("gateways", {"reach_km": "near"}, "reach_km, row 3: expected a number, found 'near'"),
        ("gateways", {"longitude_deg": "64.5", "latitude_deg": "140.5"}, "swapped or missing?"),
        ("thaw_damage", {"latitude_deg": ""}, "swapped or missing?"),
        ("railheads", {"longitude_deg": "0", "latitude_deg": "0"}, "swapped or missing?"),
    ],
)  # fmt: skip
def test_a_number_or_place_that_is_none_is_refused(
    name: str, cells: dict[str, str], message: str, write: Callable[..., Inputs]
) -> None:
    assert message in refused(name, write(name, changed(name, 5, **cells)))


# ---------------------------------------------------------------------------------------- stations


def stations(*rows: tuple[float, float, float], **more: Any) -> list[dict[str, str]]:
    """Stations of (longitude, air, height); each its own."""
    usual = rows_of("station_normals")[0]
    return [
        usual
        | {
            "station_key": f"s{n}", "wmo_id": f"{n}", "longitude_deg": f"{lon}", "latitude_deg": "70",
            "elevation_m": f"{height}", "mean_annual_air_temperature_degc": f"{air}", "period": "2004-2020",
        }
        | {name: values[n] for name, values in more.items()}
        for n, (lon, air, height) in enumerate(rows)
    ]  # fmt: skip


LIKE = [(20 + 3 * n, -8.0, 10.0) for n in range(6)]


@pytest.mark.parametrize(("air", "is_refused"), [(-22.9, False), (-23.1, True), (6.9, False), (7.1, True)])
def test_a_station_far_off_its_neighbours_is_refused_by_row(
    air: float, is_refused: bool, write: Callable[..., Inputs]
) -> None:
    rows = stations(*LIKE[:3], (30.0, air, 10.0), *LIKE[3:])
    inputs = write("station_normals", rows)
    if not is_refused:
        assert len(climate.read_station_normals(inputs)) == 7
        return
    message = refused("station_normals", inputs)
    assert message.startswith(
        "station_normals.csv, row 5: mean_annual_air_temperature_degc: expected within 15 °C"
    )
    assert f"found {air:g}, 15.1 off: check place and sign" in message


def test_a_missing_minus_is_found_sixteen_degrees_off(write: Callable[..., Inputs]) -> None:
    rows = stations(*LIKE[:3], (30.0, 8.0, 10.0), *LIKE[3:])
    assert "row 5" in refused("station_normals", write("station_normals", rows))
    assert "16.0 off" in refused("station_normals", write("station_normals", rows))


def test_the_height_of_a_station_is_taken_into_account(write: Callable[..., Inputs]) -> None:
    # 2,000 m are 13 degC: -24 up there is as -11 by the sea.
    high = stations(*LIKE, (30.0, -24.0, 2000.0))
    assert len(climate.read_station_normals(write("station_normals", high))) == 7
    low = stations(*LIKE, (30.0, -24.0, 10.0))
    assert "row 8" in refused("station_normals", write("station_normals", low))


def test_another_period_of_one_station_is_no_neighbour_of_it(write: Callable[..., Inputs]) -> None:
    """A station with a wrong sign in all its periods does not vouch for itself."""
    wrong = [(30.0, 8.0, 10.0)] * 2
    rows = stations(*LIKE, *wrong, wmo_id=[*(f"{n}" for n in range(6)), "99", "99"])
    assert "row 8" in refused("station_normals", write("station_normals", rows))


def test_a_period_is_two_years(write: Callable[..., Inputs]) -> None:
    read = climate.read_station_normals(write("station_normals", stations(*LIKE)))
    assert set(read["first_year"].astype(int)) == {2004}
    assert set(read["last_year"].astype(int)) == {2020}


# ---------------------------------------------------------------------------------------- the rest


def test_what_lies_south_of_the_snapshot_is_left_out(write: Callable[..., Inputs]) -> None:
    rows = changed("gateways", 3, latitude_deg="57.9")
    assert len(borders.read_gateways(write("gateways", rows))) == len(rows) - 1


def test_warming_by_year_is_whole_and_rises(tmp_path: Path) -> None:
    read = read_global_warming(Inputs(packages=tmp_path))
    years = read["year"].to_numpy()
    assert (years[1:] - years[:-1] == 1).all()
    assert years[0] <= 1979
    warming = read.set_index("year")["warming_degc"]
    # 1981-2010 and the last ten years: about 0.6 and 1.2 degC (Forster et al. 2025).
    assert warming.loc[1981:2010].mean() == pytest.approx(0.65, abs=0.15)
    assert warming.iloc[-10:].mean() == pytest.approx(1.24, abs=0.15)
