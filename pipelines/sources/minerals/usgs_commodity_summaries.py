"""USGS Mineral Commodity Summaries: production by country, from the world tables of three editions.

The names of countries end with digits and letters of footnotes, and some values are words; both are cleaned.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from layers.errors import SourceError
from pipelines.source import Inputs, Remote, Source
from pipelines.sources.minerals.usgs_country_names import USGS_COUNTRIES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["SOURCES", "clean_country", "clean_value", "read"]

_PAGE = "https://www.usgs.gov/centers/national-minerals-information-center/mineral-commodity-summaries"
# Edition -> years that are taken from it: each year from the latest edition that has it.
_EDITIONS = {2024: (2022, 2023), 2023: (2021,), 2022: (2020,)}
_FILES = {edition: f"minerals/usgs_mcs{edition}_world.zip" for edition in _EDITIONS}


class _Table(NamedTuple):
    """One commodity at one stage: the code of its file, our names, and the pattern of its type of row."""

    code: str
    commodity: str
    material: str
    stage: str
    row_type: str = ""


_TABLES = (
    _Table("alumi", "Aluminium", "aluminium", "refining"),
    _Table("bauxi", "Bauxite", "aluminium", "mining", "mine"),
    _Table("bauxi", "Alumina", "aluminium", "refining", "refinery"),
    _Table("antim", "Antimony", "antimony", "mining"), _Table("arsen", "Arsenic", "arsenic", "refining"),
    _Table("barit", "Baryte", "baryte", "mining"),
    _Table("beryl", "Beryllium (conc.)", "beryllium", "mining"),
    _Table("bismu", "Bismuth", "bismuth", "refining"),
    _Table("chrom", "Chromium (Cr2O3)", "chromium", "mining"), _Table("cobal", "Cobalt", "cobalt", "mining"),
    _Table("coppe", "Copper", "copper", "mining", "mine"),
    _Table("coppe", "Refined copper", "copper", "refining", "refinery"),
    _Table("felds", "Feldspar", "feldspar", "mining"),
    _Table("feore", "Iron (Fe)", "iron_ore", "mining", "content"),
    _Table("fluor", "Fluorspar", "fluorspar", "mining"), _Table("galli", "Gallium", "gallium", "refining"),
    _Table("germa", "Germanium", "germanium", "refining"), _Table("gold", "Gold", "gold", "mining"),
    _Table("graph", "Graphite", "graphite", "mining"), _Table("heliu", "Helium", "helium", "mining"),
    _Table("indiu", "Indium", "indium", "refining"), _Table("lead", "Lead", "lead", "mining"),
    _Table("lithi", "Lithium (Li2O)", "lithium", "mining"),
    _Table("manga", "Manganese", "manganese", "mining"),
    _Table("mgmet", "Magnesium metal", "magnesium", "refining"),
    _Table("molyb", "Molybdenum", "molybdenum", "mining"), _Table("nicke", "Nickel", "nickel", "mining"),
    _Table("niobi", "Niobium (Nb2O5)", "niobium", "mining"),
    _Table("phosp", "Phosphate Rock (P2O5)", "phosphate_rock", "mining"),
    _Table("plati", "Palladium", "palladium", "mining", "palladium"),
    _Table("plati", "Platinum", "platinum", "mining", "platinum"),
    _Table("potas", "Potash (K2O)", "potash", "mining"),
    _Table("raree", "Rare Earths (REO)", "ree_unspecified", "mining"),
    _Table("rheni", "Rhenium", "rhenium", "mining"), _Table("silve", "Silver", "silver", "mining"),
    _Table("simet", "Silicon metal", "silicon", "refining", "production, silicon metal"),
    _Table("stron", "Strontium", "strontium", "mining"),
    _Table("tanta", "Tantalum (Ta2O5)", "tantalum", "mining"),
    _Table("tellu", "Tellurium", "tellurium", "refining"),
    _Table("timin", "Titanium (TiO2)", "titanium", "mining"),
    _Table("titan", "Titanium sponge", "titanium", "refining"), _Table("tin", "Tin", "tin", "mining"),
    _Table("tungs", "Tungsten (W)", "tungsten", "mining"),
    _Table("vanad", "Vanadium (V)", "vanadium", "mining"), _Table("zinc", "Zinc", "zinc", "mining"),
    _Table("zirco", "Zircon", "zirconium", "mining"),
)  # fmt: skip
# Words that stand for a value, and the state that they mean.
_WORDS = {
    "w": "withheld", "na": "not available", "xx": "not available", "": "not available",
    "less than ½ unit.": "under half a unit", "included with ilmenite": "counted elsewhere",
}  # fmt: skip
_HEADING = re.compile(r"Prod_(?:Sponge_)?(t|kt|kg|mcm)_(Est_|est_)?(\d{4})")
_UNITS = {"t": "t", "kt": "1,000 t", "kg": "kg", "mcm": "million m³"}
_OTHERS = "Other countries"


def clean_country(name: str) -> tuple[str, str | None]:
    """Return the name of a country without marks of footnotes, and its ISO 3166-1 alpha-3 code.

    The code is null for `Other countries`, and the name is `World total` for a total.

    Raises
    ------
    SourceError
        If no country of that name is known.
    """
    whole = name.replace("\N{NO-BREAK SPACE}", " ").strip()
    text = re.sub(r"\s*\(.*?\)|, [a-z].*$", "", whole)  # "Brazil (beneficiated)", "Kazakhstan, concentrate"
    for rest in (whole, text, re.sub(r"[\d,]+$", "", text), re.sub(r"e$", "", re.sub(r"\d+$", "", text))):
        if rest.startswith("World total"):
            return "World total", None
        if rest in {_OTHERS, "Other"}:
            return _OTHERS, None
        if rest in USGS_COUNTRIES:
            return rest, USGS_COUNTRIES[rest]
    msg = f"USGS world tables: expected a country, found {name!r}: add it to USGS_COUNTRIES"
    raise SourceError(msg)


def clean_value(text: str, *, is_estimated: bool) -> tuple[float | None, str]:
    """Return a value, null where it is a word, and its state. `is_estimated` says so of its whole column.

    Raises
    ------
    SourceError
        If the text is neither a number nor a known word.
    """
    bare = text.strip().lower().replace(",", "")
    if bare in _WORDS:
        return None, _WORDS[bare]
    if re.fullmatch(r"<\d+", bare):
        return None, "under half a unit"
    if number := re.fullmatch(r"(e?)(\d+(?:\.\d+)?)", bare):
        return float(number[2]), "estimated" if is_estimated or number[1] else "reported"
    msg = f"USGS world tables: expected a number or one of {', '.join(_WORDS)}, found {text!r}"
    raise SourceError(msg)


def _rows(path: Path, code: str, edition: int) -> list[list[str]]:
    """Return the rows of the table of a commodity, without blank ones; empty if the edition has none."""
    # From 2023 on, twelve tables stand in the archive twice, the second time with a name before the code.
    start = r"(?:[a-z_]+_)?" if edition == min(_EDITIONS) else ""
    pattern = re.compile(rf"{start}mcs{edition}-{code}(?:-hafni)?_world\.csv", re.IGNORECASE)
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if pattern.fullmatch(name.rsplit("/", 1)[-1])]
        if not names:
            return []
        text = archive.read(names[0]).decode("utf-8-sig")
    rows = csv.reader(io.StringIO(text, newline=""))
    return [row for row in rows if any(cell.strip() for cell in row)]


def _facts(rows: list[list[str]], table: _Table, years: tuple[int, ...]) -> Iterator[dict[str, object]]:
    """Yield the value of each country and year of one commodity at one stage."""
    header, *body = rows
    columns = [
        (place, found) for place, text in enumerate(header) if (found := _HEADING.fullmatch(text.strip()))
    ]
    for place, found in columns:
        if int(found[3]) not in years:
            continue
        for row in body:
            if not re.search(table.row_type, row[2], re.IGNORECASE):
                continue
            name, code = clean_country(row[1])
            value, state = clean_value(row[place], is_estimated=bool(found[2]))
            yield {
                "commodity": table.commodity, "material": table.material, "stage": table.stage,
                "year": int(found[3]), "country": name, "country_iso3": code, "production": value,
                "state": state, "unit": _UNITS[found[1]],
            }  # fmt: skip


def read(inputs: Inputs) -> pd.DataFrame:
    """Return the production of each country by commodity, stage and year, with its share of the world.

    The world is the larger of the stated total and of the sum of the rows. Withheld values are null; their
    share and that of the other countries stay unallocated.

    Raises
    ------
    SourceError
        If a table of the latest edition is missing, or as `clean_country` and `clean_value`.
    """
    facts: list[dict[str, object]] = []
    for edition, years in _EDITIONS.items():
        path = inputs.provider(_FILES[edition])
        for table in _TABLES:
            rows = _rows(path, table.code, edition)
            found = list(_facts(rows, table, years)) if rows else []
            if not found and edition == max(_EDITIONS):
                what = f"{table.commodity}, {table.stage}"
                msg = f"{path.name}: expected a table of {what}, found none: is it cut?"
                raise SourceError(msg)
            facts += found
    raw = pd.DataFrame(facts)
    return _with_shares(raw)


def _with_shares(raw: pd.DataFrame) -> pd.DataFrame:
    """Return one row a country, commodity, stage and year, with the share of the world."""
    keys = ["commodity", "material", "stage", "year", "unit"]
    is_total = raw["country"] == "World total"
    stated = raw[is_total].groupby(keys)["production"].max()
    # Ilmenite and rutile are two rows of a country and one commodity here.
    by_country = raw[~is_total].groupby([*keys, "country"], sort=False)
    table = by_country.agg(
        country_iso3=("country_iso3", "first"),
        production=("production", lambda values: values.sum(min_count=1)),
        state=("state", "first"),
    ).reset_index()
    known = table.groupby(keys)["production"].transform("sum")
    total = pd.concat([known, table.set_index(keys).index.map(stated).to_series(index=table.index)], axis=1)
    table["world_share"] = (table["production"] / total.max(axis=1)).where(known > 0).round(6)
    place = table["country_iso3"].str.lower().fillna("others")
    slug = table["commodity"].str.lower().str.replace(r"\W+", "-", regex=True).str.strip("-")
    day = table["year"].astype(str)
    return table.assign(
        feature_id="usgs-" + day + "-" + slug + "-" + place,
        name=table["commodity"] + ", " + table["country"],
        source_id="usgs_commodity_summaries",
        as_of=day + "-12-31",
    )


SOURCES = (
    Source(
        id="usgs_commodity_summaries",
        feeds="mineral_production",
        title="Mineral Commodity Summaries 2022 to 2024: world production",
        publisher="U.S. Geological Survey",
        licence="public domain",
        citation="U.S. Geological Survey, Mineral commodity summaries 2022, 2023 and 2024, data releases.",
        homepage=_PAGE,
        as_of="2023-12-31",
        state="embedded",
        made="production of listed materials by country; footnotes taken off the names, words made states",
        read=read,
        remotes=tuple(Remote(_PAGE, file, "page") for file in _FILES.values()),
    ),
)
