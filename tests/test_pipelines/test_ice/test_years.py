"""`build --ice-record`: a daily record of the user's own stands before the embedded months."""

from pathlib import Path

import pandas as pd
import pytest

from layers.errors import UsageError
from pipelines.ice.years import FILE, with_ice_record
from pipelines.picture.build import Options, compose_snapshot
from pipelines.snapshot import load
from pipelines.sources import SOURCES

PORT = "port:wpi-20570"  # Longyearbyen


def rows(years: range, months: float = 6.0, per_year: float = 0.1) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "node_id": PORT,
            "year": list(years),
            "ice_months": [months - per_year * (year - years[0]) for year in years],
            "product": "nsidc_0051",
            "source_id": "user_daily_ice",
            "as_of": "2025-02-28",
        }
    )


def write(folder: Path, table: pd.DataFrame) -> Path:
    table.to_parquet(folder / FILE, index=False)
    return folder


@pytest.mark.sweep
def test_the_daily_record_decides_and_the_rest_stays(tmp_path: Path) -> None:
    options = Options(draws=100, ice_record=write(tmp_path, rows(range(1980, 2026))))
    picture, _ = compose_snapshot(options)
    plain, _ = compose_snapshot(Options(draws=100))
    facts = picture.tables["climate_facts"].set_index(["node_id", "fact"])
    lost = facts.loc[(PORT, "ice_months_lost")]
    # 6.0 falls by 0.1 a year from 1980: 4.45 on average in 1981-2010, 1.95 in the last ten years.
    assert lost["value"] == pytest.approx(4.45 - 1.95)
    assert lost["source_id"] == "user_daily_ice"
    assert lost["as_of"] == "2025-02-28"
    assert lost["tier"] == "measured"
    assert facts.loc[(PORT, "ice_months_recent"), "value"] == pytest.approx(1.95)
    evidence = picture.tables["evidence"]
    result = evidence[(evidence["node_id"] == PORT) & (evidence["indicator"] == "ice_season_lost")].iloc[0]
    assert (result["source_id"], result["as_of"]) == ("user_daily_ice", "2025-02-28")
    assert [note.state for note in picture.sources if note.id == "user_daily_ice"] == ["user-supplied"]
    others = [table.set_index("node_id").drop(PORT)["hazard_class"] for table in
              (picture.tables["nodes"], plain.tables["nodes"])]  # fmt: skip
    assert others[0].equals(others[1])


def test_a_short_record_leaves_the_embedded_months(tmp_path: Path) -> None:
    loaded, note = with_ice_record(load(SOURCES), write(tmp_path, rows(range(2010, 2026))))
    assert note.as_of == "2025-02-28"
    assert "climate_facts" not in loaded.static
    options = Options(draws=100, ice_record=tmp_path)
    facts = compose_snapshot(options)[0].tables["climate_facts"].set_index(["node_id", "fact"])
    assert facts.loc[(PORT, "ice_months_lost"), "source_id"] == "nsidc_ice_presence"


@pytest.mark.parametrize(
    ("table", "match"),
    [
        (rows(range(1980, 2026)).assign(ice_months=13.0), "expected months of ice by year"),
        (rows(range(1980, 2026)).drop(columns="year"), "expected months of ice by year"),
        (rows(range(1980, 2026)).assign(source_id="nsidc_ice_presence"), "expected rows of user_daily_ice"),
        (rows(range(1980, 1980)), "expected rows of user_daily_ice"),
    ],
)
def test_another_table_is_refused(tmp_path: Path, table: pd.DataFrame, match: str) -> None:
    with pytest.raises(UsageError, match=match):
        with_ice_record(load(SOURCES), write(tmp_path, table))


def test_a_folder_without_the_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected ice_years"):
        with_ice_record(load(SOURCES), tmp_path)
