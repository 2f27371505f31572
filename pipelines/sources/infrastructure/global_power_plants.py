"""Power plants of 5 MW and more, from the source tables by country of the Global Power Plant Database."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from pipelines.intake.findings import Checks
from pipelines.intake.place_checks import ashore
from pipelines.read_helpers import points, read_rows, to_number
from pipelines.source import Inputs, Remote, Source

_FILES = {
    "infrastructure/gppd_source_database_WRI.csv": "fuel1",
    "infrastructure/gppd_source_database_CAN.csv": "primary_fuel",  # another name of the column
}
_LIVE = "https://raw.githubusercontent.com/wri/global-power-plant-database/master/source_databases_csv"
_AS_OF = "2018-06-01"  # the tables carry no date; capacities are of 2013 to 2017
_LEAST_MW = 5.0  # convention of the project


def read(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return the plants north of 58 N, EPSG:3413, capacity in MW.

    Rows without a position or below 5 MW are left out.
    """
    parts = []
    for path, fuel in _FILES.items():
        raw = read_rows(inputs.provider(path), expect=["gppd_idnr", "capacity_mw", fuel])
        parts.append(
            raw.assign(
                fuel=raw[fuel],
                capacity_mw=to_number(raw["capacity_mw"]),
                latitude=to_number(raw["latitude"]),
                longitude=to_number(raw["longitude"]),
            )
        )
    raw = pd.concat(parts, ignore_index=True).drop_duplicates("gppd_idnr")
    # Canadian plants occur in both files, with the key of their provider and with that of WRI.
    raw = raw.drop_duplicates(["country", "name", "capacity_mw"])
    placed = raw["latitude"].notna() & raw["longitude"].notna() & (raw["capacity_mw"] >= _LEAST_MW)
    table = points(raw[placed], "longitude", "latitude")
    return table.assign(
        feature_id="gppd-" + table["gppd_idnr"].str.lower(),
        country_iso3=table["country"],
        owner=table["owner"].where(table["owner"] != "", None),
        source_id="wri_global_power_plants",
        as_of=_AS_OF,
    )


SOURCES = (
    Source(
        id="wri_global_power_plants",
        feeds="power_plants",
        title="Global Power Plant Database, source tables",
        publisher="World Resources Institute",
        licence="CC-BY-4.0",
        citation="Global Energy Observatory, Google, KTH, Enipedia, WRI: Global Power Plant Database.",
        homepage="https://datasets.wri.org/dataset/globalpowerplantdatabase",
        as_of=_AS_OF,
        state="embedded",
        made="facts (name, place, capacity, fuel, owner) of plants >= 5 MW; Alaska is not at hand",
        read=read,
        remotes=tuple(
            Remote(
                f"{_LIVE}/{path.removeprefix('infrastructure/gppd_source_')}",
                path,
                at_least_rows=1000,
                mark=rf"\b{fuel}\b",
            )
            for path, fuel in _FILES.items()
        ),
        checks=Checks(own=(ashore,)),
    ),
)
