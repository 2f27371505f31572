"""Every source with a real file: fetched from the shared mirror under its provider's addresses, and read."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from daily_provider import QUICK, TODAY
from fault_server import serving
from provider_forms import FORMS
from provider_mirror import DAYS, MADE_FROM, REAL, dated, lay_out, place
from run_commands import ROOT

from layers.errors import SourceError
from pipelines.intake.fetch import Fetcher
from pipelines.intake.fetch_results import as_text
from pipelines.intake.ledger import accepted_folder, ledger_of
from pipelines.intake.refresh import refresh
from pipelines.intake.sniff import sniff
from pipelines.intake.tables import embedded_table, table_of
from pipelines.sources import FETCHABLE, source

if TYPE_CHECKING:
    pass


@pytest.fixture(scope="module")
def served(mirror, tmp_path_factory):
    """The mirror under the providers' own hosts and paths."""
    return lay_out(mirror, tmp_path_factory.mktemp("live") / "mirror")


@pytest.fixture(scope="module")
def fetched(served):
    """All that a first fetch from the loopback mirror says, by unit, and its cache."""
    folder = served.parent
    dated_wpi = place(folder / "mirror", "https://msi.nga.mil/api/publications/download")
    content = dated_wpi.read_bytes()
    dated_wpi.unlink()
    dated_wpi.write_bytes(content)
    dated(dated_wpi, 1_683_000_000)  # 2023-05-02
    fields = {}
    with serving(folder / "mirror") as url:
        fetcher = Fetcher(url, replace(QUICK, deadline_s=60))

        def take(day: date, *names: str) -> None:
            rows = refresh(FETCHABLE, folder / "cache", fetcher, today=TODAY, day=day, names=names)
            fields.update({row.source: row for row in rows})

        take(date(2026, 11, 24))
        for part, day in DAYS.items():
            whole = "dmi_ice_charts" if "T" in day else "sea_ice_grid"
            take(datetime.fromisoformat(day), f"{whole}.{part}")
        first = dict(fields)
        take(TODAY, "telegeography_cables", "telegeography_landings")
        named = {name: fields[name] for name in ("telegeography_cables", "telegeography_landings")}
        return first, named, folder / "cache"


# No file of theirs is at hand: test_written_forms, test_world_port_index_json.
WRITTEN = set(FORMS)


ICMM = "minerals/ICMM_global-mining-dataset_2025-09.xlsx"


# State and rows of what is read from the mirror's real files; of a part of the ice grid, the day read.
READ = {
    "natural_earth_countries": ("new", 14),
    "natural_earth_marine": ("new", 92),
    "sea_ice_grid.noaa_cdr_g02202": ("new", "2021-12-31"),
    "sea_ice_grid.nsidc_0051": ("new", "2015-02-04"),
    "sea_ice_grid.osisaf_sic": ("new", "2019-09-09"),
    "sea_ice_grid.g02135_day": ("new", "2015-02-04"),
    "sea_ice_grid.g02135_month": ("new", "2013-01-01"),
    # Made in their documented form: none of the provider's was at hand.
    "sea_ice_grid.noaa_cdr_g02202_v6": ("new", "2026-03-01"),
    "sea_ice_grid.osisaf_cdr": ("new", "2020-03-01"),
    "sea_ice_grid.osisaf_icdr": ("new", "2024-03-01"),
    "sea_ice_grid.bremen_asi": ("new", "2024-03-01"),
    "sea_ice_grid.polygons": ("new", "2012-09-30"),
    "sea_ice_grid.medians": ("new", "2010-12-31"),
    "nsidc_sea_ice_index": ("new", 15_800),
    "nsidc_sea_ice_index_monthly": ("new", 555),
    # The issue of 2023 is older than the embedded one: read, and held (test_changes reads it whole).
    "nga_world_port_index": ("held", None),
    "nga_world_port_index_terminals": ("held", None),
    "ourairports": ("new", 117_574),  # rows of both files; joining them takes airportsdata too
    "wri_global_power_plants": ("new", 642),
    "icmm_global_mining": ("by_hand", None),
    "gem_iron_ore_mines": ("by_hand", None),
    "usgs_commodity_summaries": ("by_hand", None),
    "gem_iron_steel_plants": ("by_hand", None),
    "entsoe_gridkit": ("by_hand", None),
    "dmi_ice_charts.capefarewell": ("new", 23),
    "dmi_ice_charts.capefarewell2": ("new", 8),
    "dmi_ice_charts.northeast": ("new", 25),
    "dmi_ice_charts.southwest": ("new", 27),
    "gem_pipelines": ("new", 197),
    "gem_europe_gas": ("new", 286),
    "telegeography_cables": ("new", 52),
    "telegeography_landings": ("new", 114),
    "snap_territories": ("new", 41),
}


@pytest.mark.shared
def test_every_source_with_a_real_file_is_read(fetched):
    result, named, cache = fetched
    print(as_text([*result.values(), *named.values()]))
    assert {result[name].state for name in named} == {"by_name"}, "not free for every use"
    found = {
        name: (row.state, row.as_of if name.startswith("sea_ice_grid.") else row.rows)
        for name, row in (result | named).items()
        if name not in WRITTEN and not name.endswith(".json")
    }
    assert found == READ
    assert result["dmi_ice_charts.southwest"].as_of == "2014-05-01"
    assert result["nsidc_sea_ice_index"].as_of == "2026-08-05"
    assert result["nsidc_sea_ice_index_monthly"].as_of == "2025-01-31"
    older = "date: expected a file of 2025-05-27 or later, found one last changed on 2023-05-02"
    assert older in result["nga_world_port_index"].reason
    # No server's date of a file is the day of its content: what dates itself nowhere is as old as embedded.
    for name in ("ourairports", "wri_global_power_plants", "natural_earth_marine"):
        assert result[name].as_of == source(name).as_of, name
    assert len(ledger_of(cache)["gem_pipelines"]["files"]) == 65


@pytest.mark.shared
def test_every_real_file_is_read_or_named_with_the_reason_why_not(mirror, served):
    """Served above, put there by hand, read into the snapshot, or named in data_sources.md."""
    row = {path.resolve() for path in served.rglob("*")}
    row |= {(mirror / name).resolve() for name in (*REAL.values(), *MADE_FROM, ICMM)}
    preface = (ROOT / "data_sources.md").read_text(encoding="utf-8").split("<!--")[0]
    listed = preface[preface.index("**Provider files**") : preface.index("**Sources of which")]
    named = [name for text in re.findall(r"`([^`]+/[^`]+)`", listed) for name in braces(text)]
    for pattern in named:
        assert [*mirror.glob(pattern)], f"{pattern}: named, and not at hand"
    left = [
        path.relative_to(mirror)
        for path in sorted(mirror.rglob("*"))
        if path.is_file() and path.resolve() not in row
        and not any(path.relative_to(mirror).match(pattern) for pattern in named)
    ]  # fmt: skip
    assert left == []


@pytest.mark.shared
def test_a_table_that_was_saved_anew_and_lost_its_places_is_refused(mirror):
    path = mirror / "ports/NGA_WPI_UpdatedPub150_bloom_semicolon.csv"
    with pytest.raises(SourceError, match="expected 2 to 200 columns, found 1"):
        sniff(path, "csv")


def braces(text: str) -> list[str]:
    """The names that `a{b,c}d` stands for."""
    found = re.fullmatch(r"(.*)\{(.*)\}(.*)", text)
    return [found[1] + part + found[3] for part in found[2].split(",")] if found else [text]


@pytest.mark.shared
def test_what_a_person_fetched_is_read_from_its_folder(mirror, tmp_path):
    pytest.importorskip("openpyxl", reason="reading a spreadsheet takes the group snapshot")
    there = tmp_path / "by_hand" / ICMM
    there.parent.mkdir(parents=True)
    shutil.copyfile(mirror / ICMM, there)
    [results] = refresh(FETCHABLE, tmp_path, Fetcher(), today=TODAY, day=TODAY, names=["icmm_global_mining"])
    assert (results.state, results.rows, results.as_of, results.reason) == (
        "new",
        results.rows_before,
        "2025-09-01",
        "",
    )


@pytest.mark.shared
def test_what_was_fetched_makes_the_embedded_tables(fetched):
    """The embedded snapshot was made from the same files: fetched, they give the same rows."""
    *_, cache = fetched
    for name in ("nsidc_sea_ice_index", "nsidc_sea_ice_index_monthly", "wri_global_power_plants"):
        folder = accepted_folder(cache, name, ledger_of(cache))
        made = table_of(source(name), folder, cache)
        pd.testing.assert_frame_equal(pd.DataFrame(made), pd.DataFrame(embedded_table(source(name))))


@pytest.mark.shared
def test_nothing_fetched_is_left_out_of_the_mirror(served):
    """Every address that is a file's is served, on the day on which there is one."""
    rows = [row for row in FETCHABLE if row.id not in WRITTEN]
    for row in (remote for owner in rows for remote in owner.remotes if remote.kind != "page"):
        there = row.of(datetime.fromisoformat(DAYS.get(row.part, "2026-11-24")))
        assert row.part == "json" or place(served, there.url).is_file(), there.url
