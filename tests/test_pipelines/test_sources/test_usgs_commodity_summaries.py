"""World tables of the USGS: names without footnotes, words as states, and refusals."""

from __future__ import annotations

import io
import re
import zipfile

import pandas as pd
import pytest

from layers.errors import SourceError
from layers.observed.minerals import MINERAL_PRODUCTION
from layers.schema import conform
from pipelines.sources.minerals import usgs_commodity_summaries as usgs
from pipelines.sources.minerals.usgs_commodity_summaries import clean_country, clean_value

TYPE = "Mine and refinery production, silicon metal, iron content, palladium, platinum"
PLAIN = [
    ("China", "60", "50"), ("Russiae", "30", "30"), ("Other countries4", "10", "20"),
    ("World total (rounded)8", "100", "100"),
]  # fmt: skip


def archive(edition: int, **tables: list[tuple[str, str, str]]) -> bytes:
    """An archive of an edition with a table for every commodity; `tables` gives the rows of some codes."""
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as out:
        for code in {table.code for table in usgs._TABLES}:
            head = f"Source,Country,Type,Prod_t_{edition - 2},Prod_t_est_{edition - 1},Prod_notes,,\n"
            rows = "".join(
                f'MCS,"{name}","{TYPE}","{one}","{two}",,,\n' for name, one, two in tables.get(code, PLAIN)
            )
            out.writestr(f"mcs{edition}-{code}_world.csv", "\ufeff" + head + rows + ",,,,,,,\n")
            if edition > 2022:  # a second table of the same, with a name before the code
                out.writestr(f"copy_mcs{edition}-{code}_world.csv", "Source,Country,Type\nMCS,Atlantis,x\n")
    return box.getvalue()


@pytest.fixture
def read(provider_file):
    def rows(**tables: list[tuple[str, str, str]]) -> pd.DataFrame:
        for edition, file in usgs._FILES.items():
            content = archive(edition, **tables)
            inputs = provider_file(file, content)
        return conform(usgs.read(inputs), MINERAL_PRODUCTION)

    return rows


def test_footnotes_are_no_part_of_a_name_and_years_are_those_of_the_latest_edition(read):
    table = read()
    nickel = table[table["commodity"] == "Nickel"]
    assert sorted(nickel["year"].unique()) == [2020, 2021, 2022, 2023]
    latest = nickel[nickel["year"] == 2023].set_index("name")
    assert latest.index.tolist() == ["Nickel, China", "Nickel, Other countries", "Nickel, Russia"]
    assert latest["country_iso3"].fillna("none").tolist() == ["CHN", "none", "RUS"]
    assert latest["world_share"].tolist() == [0.5, 0.2, 0.3]
    assert set(latest["state"]) == {"estimated"}
    assert set(nickel.loc[nickel["year"] == 2022, "state"]) == {"reported"}


def test_a_withheld_number_is_null_and_the_stated_total_still_counts(read):
    rows = [
        ("United\N{NO-BREAK SPACE}States1", "W", "W"), ("China", "60", "e1,060"),
        ("World total (rounded)", "100", "2,120"),
    ]  # fmt: skip
    table = read(nicke=rows)
    latest = table[(table["commodity"] == "Nickel") & (table["year"] == 2023)].set_index("country_iso3")
    assert latest["state"].to_dict() == {"CHN": "estimated", "USA": "withheld"}
    assert pd.isna(latest.loc["USA", "production"])
    assert latest.loc["CHN", ["production", "world_share"]].tolist() == [1060.0, 0.5]


@pytest.mark.parametrize(
    ("name", "country", "code"),
    [("New Caledonia11", "New Caledonia", "NCL"), ("Russiae", "Russia", "RUS"),
     ("Congo (Kinshasa)", "Congo (Kinshasa)", "COD"), ("Korea, Republic ofe", "Korea, Republic of", "KOR"),
     ("Kazakhstan, concentrate", "Kazakhstan", "KAZ"), ("Brazil (beneficiated)", "Brazil", "BRA"),
     ("Greecee", "Greece", "GRC"), ("Ukraine", "Ukraine", "UKR"),
     ("Other countriese", "Other countries", None),
     ("World total (rounded), excluding U.S. production", "World total", None)],
)  # fmt: skip
def test_names_of_countries(name, country, code):
    assert clean_country(name) == (country, code)


@pytest.mark.parametrize(
    ("text", "value", "state"),
    [("19,500", 19_500.0, "reported"), ("e5,000", 5_000.0, "estimated"), ("W", None, "withheld"),
     (" NA", None, "not available"), ("Less than ½ unit.", None, "under half a unit"),
     ("<100", None, "under half a unit"), ("0", 0.0, "reported"),
     ("Included with ilmenite", None, "counted elsewhere")],
)  # fmt: skip
def test_values_and_words(text, value, state):
    assert clean_value(text, is_estimated=False) == (value, state)


def test_what_is_neither_is_refused(read):
    with pytest.raises(SourceError, match="expected a country, found 'Atlantis7': add it"):
        clean_country("Atlantis7")
    with pytest.raises(SourceError, match=re.escape("found '12 (about)'")):
        clean_value("12 (about)", is_estimated=False)
    with pytest.raises(SourceError, match="expected a table of Tin, mining, found none"):
        read(tin=[])
