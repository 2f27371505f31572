"""Which sensor made each day: the ledger, what is documented beside it, and the breaks of a trend."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.ice.continuity import (
    NOT_STATED,
    SENSORS,
    SOURCE_CONTINUITY,
    SPANS,
    by_day,
    changes,
    crossed,
    ledger,
    source_continuity,
)
from layers.ice.route_seasons import route_trends
from layers.ice.seasons import METRICS, Seasons, season_table
from layers.schema import conform


def record(
    when: list[str], sensor: list[str] | None = None, version: list[str] | None = None
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": pd.to_datetime(when),
            "product": "nsidc_0051",
            "version": version or "v1",
            "sensor": sensor or ["f13"] * len(when),
        }
    )


def test_the_ledger_knows_alternate_days_gaps_and_sensors():
    smmr = [f"1987-08-{d:02d}" for d in range(2, 21, 2)]
    daily = [f"1987-08-{d:02d}" for d in (21, 22)]
    result = ledger(
        record([*smmr, *daily, "1987-12-02", "1988-01-13", "1988-01-14"], ["n07"] * 10 + ["f08"] * 5)
    )
    assert result.to_numpy().tolist() == [
        ["every_other_day", np.datetime64("1987-08-02"), np.datetime64("1987-08-20"), 9, result.note[0]],
        ["sensor_change", np.datetime64("1987-08-20"), np.datetime64("1987-08-21"), 0, "n07 to f08"],
        ["gap", np.datetime64("1987-08-23"), np.datetime64("1987-12-01"), 101, ""],
        ["gap", np.datetime64("1987-12-03"), np.datetime64("1988-01-12"), 41, result.note[3]],
    ]
    assert "F08" in result.note[3]


def test_a_whole_record_has_an_empty_ledger():
    assert not len(ledger(record(["2001-01-01", "2001-01-02"])))
    assert not len(ledger(record([])))


# --- what is documented


def test_every_row_says_where_it_was_seen_and_no_two_sensors_share_a_day():
    assert all(row.reference for row in SPANS)
    assert {row.seen for row in SPANS} == {"file", "page", "code", "third party", "unread"}
    for row in SPANS:
        for day in (row.first_day, row.last_day):
            assert not day or date.fromisoformat(day)
        assert row.first_day <= (row.last_day or "9999")
        assert row.note or row.seen != "unread"
    for product, version in {(row.product, row.version) for row in SPANS}:
        spans = sorted(
            (row.first_day, row.last_day or "9999-12-31")
            for row in SPANS
            if row.product == product and row.version in {"", version} and row.cadence_days and row.first_day
        )
        for (_, last), (first, _) in pairwise(spans):
            assert last < first, (product, version, first)


def test_the_file_speaks_first_and_the_table_where_it_is_silent():
    result = by_day(record(["1987-08-20", "1987-08-21", "2023-05-01", "2030-01-01"], ["n07", "f11", "", "x"]))
    assert result["sensor"].tolist() == [SENSORS["n07"], SENSORS["f11"], SENSORS["f17"], NOT_STATED]
    assert result["sensor_basis"].tolist() == ["file", "file", "documented", "unknown"]
    assert result["is_as_documented"].tolist() == [True, False, pd.NA, pd.NA]
    assert result["documented_sensor"].tolist()[:3] == [SENSORS["n07"], SENSORS["f08"], SENSORS["f17"]]
    assert result["documented_sensor"].isna().tolist() == [False, False, False, True]


def test_versions_of_one_product_have_their_own_sensors():
    days = pd.DataFrame(
        {"date": pd.to_datetime(["2024-06-01", "2025-06-01"] * 2), "sensor": "",
         "product": "nsidc_g02135", "version": ["v4.0", "v4.0", "v3.0", "v3.0"]}
    )  # fmt: skip
    result = by_day(days)["sensor"].tolist()
    assert result == [SENSORS["f17"], SENSORS["am2"], "SSMIS, DMSP platform not stated", NOT_STATED]


# --- what a trend crosses


def breaks() -> pd.DataFrame:
    rows = ledger(record(["1987-08-20", "1987-08-21", "2025-01-01"], ["a", "b", "b"], ["v1", "v1", "v2"]))
    return changes(rows)


BREAKS = breaks()


def test_breaks_are_changes_and_no_gaps():
    result = breaks()
    assert result["words"].tolist() == ["1987-08-21 a to b", "2025-01-01 v1 to v2"]
    assert result["day"].dt.strftime("%Y-%m-%d").tolist() == ["1987-08-21", "2025-01-01"]


def test_a_row_crosses_what_lies_inside_its_days():
    first = ["1979-01-01", "1987-08-20", "1987-08-21", "1990-01-01", "NaT"]
    last = ["2026-01-01", "1987-08-21", "2024-12-31", "2020-01-01", "NaT"]
    count, words = crossed(breaks(), first, last)
    assert count[:4].tolist() == [2, 1, 0, 0]
    assert np.isnan(count[4])
    assert words.tolist() == ["1987-08-21 a to b; 2025-01-01 v1 to v2", "1987-08-21 a to b", "", "", None]
    count, words = crossed(None, first, last)
    assert np.isnan(count).all()
    assert words.tolist() == [None] * 5


@settings(deadline=None)
@given(st.lists(st.integers(0, 20_000), min_size=2, max_size=2), st.integers(0, 5_000))
def test_a_longer_record_never_crosses_fewer_breaks(days: list[int], more: int):
    first, last = sorted(days)
    near, far = (crossed(BREAKS, [first], [last + extra])[0][0] for extra in (0, more))
    assert far >= near


def seasons_of(valid: list[list[bool]]) -> Seasons:
    given = np.array(valid)
    metrics = {name: np.where(given, 100, np.nan).astype(np.float32) for name in METRICS}
    metrics |= {"is_all_open": np.where(given, 0, np.nan), "longest_days": metrics["open_water_days"]}
    years = np.array([1986, 1987, 2024])
    ids = np.array(["a", "b", "c"], dtype=object)
    return Seasons(ids, years, metrics, "nsidc_0051", np.zeros(3), np.ones(3, dtype=int))


def test_a_season_table_names_the_breaks_its_trends_cross():
    seasons = seasons_of([[True, True, True], [True, False, False], [False, False, False]])
    result = season_table(seasons, breaks=breaks())
    assert result["breaks_crossed"].tolist()[:2] == [2, 0]  # the ice year 1986 ends in February 1987
    assert result["breaks"].tolist()[:2] == ["1987-08-21 a to b; 2025-01-01 v1 to v2", ""]
    assert result["breaks"].isna().tolist() == [False, False, True]
    assert season_table(seasons)["breaks"].isna().all()


def test_a_route_trend_names_the_breaks_it_crosses():
    years = list(range(1980, 1990))
    rows = pd.DataFrame(
        {"route_id": ["r"] * 10 + ["s"] * 10, "input": "daily", "ice_class": "PC7", "stage": "thin_fy",
         "year": years * 2, "open_days": [10.0 * n for n in range(10)] + [np.nan] * 8 + [1.0, 2.0]}
    )  # fmt: skip
    result = route_trends(rows, breaks()).set_index("route_id")
    assert result["breaks_crossed"].to_dict() == {"r": 1, "s": 0}
    assert result.loc["r", "breaks"] == "1987-08-21 a to b"
    assert route_trends(rows)["breaks"].isna().all()


# --- the layer


def extents(when: list[str], notes: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"date": when, "sensor_note": notes})


def test_the_layer_says_what_the_series_shows_and_what_is_documented():
    smmr = [f"1987-08-{d:02d}" for d in range(2, 21, 2)]
    when = [*smmr, "1987-08-21", "2022-01-01", "2024-12-31", "2025-01-01", "2025-01-02", "2027-01-01"]
    notes = [f"{SENSORS['n07']}, NSIDC-0051"] * 10 + [f"{SENSORS['f08']}, NSIDC-0051"]
    notes += [f"{NOT_STATED}, NSIDC-0051"] * 2 + [f"{SENSORS['am2']}, NSIDC-0051 and NSIDC-0803"]
    notes += [f"{SENSORS['am2']}, NSIDC-0803"] * 2
    table = conform(source_continuity(extents(when, notes), date(2026, 8, 5)), SOURCE_CONTINUITY)
    series = table[table["reference"].str.startswith("seen in the daily")]
    result = series[["kind", "first_day", "last_day", "note"]].to_numpy().tolist()
    assert ["every_other_day", "1987-08-02", "1987-08-20", "one day of two was observed"] in result
    seen = [row for row in result if row[0] == "sensor_change"]
    assert [row[2] for row in seen] == ["1987-08-21", "2022-01-01", "2025-01-01"]
    assert seen[2][3] == f"{SENSORS['f17']} to {SENSORS['am2']}"  # what files leave unsaid is documented
    assert not (table["first_day"] > "2026-08-05").any()
    assert set(series["as_of"]) == {"2025-01-02"}, "what a series shows is as old as its last day"
    assert set(table["kind"]) >= {"span", "gap"}
    assert table["source_id"].isin(["nsidc_sea_ice_index", "sea_ice_grid"]).all()


def test_the_layer_of_no_days_is_what_is_documented():
    table = conform(source_continuity(extents([], []), date(2026, 8, 5)), SOURCE_CONTINUITY)
    assert set(table["kind"]) == {"span", "gap"}


def test_the_picture_holds_the_breaks_of_its_series(picture):
    table = picture.tables["source_continuity"]
    days = table.loc[table["kind"] == "sensor_change", "last_day"]
    assert days.tolist() == [
        "1987-08-21",
        "1991-12-19",
        "1995-09-30",
        "2008-01-01",
        "2025-01-01",
    ]
    gap = table[(table["kind"] == "gap") & (table["reference"].str.startswith("seen in"))]
    assert gap[["first_day", "last_day", "lacking_days"]].to_numpy().tolist() == [
        ["1987-12-03", "1988-01-12", 41]
    ]
    assert gap["note"].tolist() == ["no data of DMSP F08"]


def test_five_steps_of_two_days_are_a_record_of_every_other_day_and_four_are_gaps():
    days = [f"1987-01-{day:02d}" for day in range(1, 13, 2)]
    assert ledger(record(days))["kind"].tolist() == ["every_other_day"]
    four = ledger(record(days[:5]))
    assert four["kind"].tolist() == ["gap"] * 4
    assert four["first_day"].dt.strftime("%d").tolist() == ["02", "04", "06", "08"]
    assert four["last_day"].equals(four["first_day"])
    assert four["days"].tolist() == [1, 1, 1, 1]
