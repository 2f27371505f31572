"""Concentration of supply: Herfindahl-Hirschman index of national production, by material, stage and source.

The index is the sum of the squared shares of the countries (Herfindahl 1950), here between 0 and 1; times
10,000 it is the index of competition authorities. Where a source lumps small producers or withholds a number,
the rest of the world is unallocated: the index lies between the rest split without end and the rest as one
country.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from layers.observed.minerals import SUPPLY_STAGES
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ARCTIC_STATES", "SUPPLY_COMPARISONS", "SUPPLY_CONCENTRATION"]

ARCTIC_STATES = ("CAN", "DNK", "FIN", "FRO", "GRL", "ISL", "NOR", "RUS", "SWE", "USA")
_COMPLETE = 0.0005  # a rest of the world below this share is rounding
_KEYS = ["source_id", "material", "commodity", "stage", "year"]


def _concentration(mineral_production: pd.DataFrame) -> pd.DataFrame:
    """Return one row a source, commodity, stage and year."""
    rows = [
        dict(zip(_KEYS, key, strict=True)) | _measures(of_one)
        for key, of_one in mineral_production.groupby(_KEYS, sort=True)
    ]
    table = pd.DataFrame(rows)
    slug = table["commodity"].str.lower().str.replace(r"\W+", "-", regex=True).str.strip("-")
    year = table["year"].astype("str")
    return table.assign(concentration_id=table["source_id"] + "-" + year + "-" + slug, as_of=year + "-12-31")


def _measures(of_one: pd.DataFrame) -> dict[str, object]:
    """Return the measures of one commodity at one stage in one year of one source."""
    is_country = of_one["country_iso3"].notna()
    shares = of_one[is_country & of_one["world_share"].notna()].set_index("country_iso3")["world_share"]
    blank = set(of_one.loc[is_country & of_one["world_share"].isna(), "country_iso3"])
    counts: dict[str, object] = {
        "producers": int((shares > 0).sum()),
        "countries_without_number": len(blank),
    }
    if not shares.sum():
        return counts
    rest = max(0.0, 1.0 - float(shares.sum()))
    low = float((shares**2).sum())
    # A country that is not named may be one of the rest; one without a number may have any share.
    unnamed = 0.0 if rest < _COMPLETE else np.nan
    of_russia, of_china = (
        np.nan if code in blank else float(shares.get(code, unnamed)) for code in ("RUS", "CHN")
    )
    arctic = float(shares.reindex(ARCTIC_STATES).sum())
    open_end = rest if rest >= _COMPLETE else 0.0
    return counts | {
        "unallocated_share": rest,
        "hhi_low": low,
        "hhi_high": min(1.0, low + rest**2),
        "top_country_iso3": str(shares.idxmax()),
        "top_share": float(shares.max()),
        "arctic_share_low": arctic,
        "arctic_share_high": np.nan if blank.intersection(ARCTIC_STATES) else min(1.0, arctic + open_end),
        "russia_share": of_russia,
        "china_share": of_china,
    }


def _comparisons(mineral_production: pd.DataFrame, supply_concentration: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of two sources of one commodity and year, and of two stages of one source and year."""
    shares = mineral_production.dropna(subset=["country_iso3", "world_share"])
    by_id = dict(iter(shares.groupby(_KEYS)))
    rows = [_compared(compares, one, other, by_id) for compares, one, other in _pairs(supply_concentration)]
    table = pd.DataFrame(rows, columns=[column.name for column in SUPPLY_COMPARISONS.columns])
    return table.sort_values("comparison_id", ignore_index=True)


def _pairs(table: pd.DataFrame) -> Iterator[tuple[str, pd.Series, pd.Series]]:
    """Yield the rows to compare: the sources by name, mining before refining; a row without index is none."""
    known = table[table["hhi_low"].notna()]
    for compares, keys, name in (
        ("sources", ["commodity", "stage", "year"], "source_id"),
        ("stages", ["material", "source_id", "year"], "stage"),
    ):
        for _, group in known.groupby(keys):
            ordered = group.sort_values(name)
            for row, (_, one) in enumerate(ordered.iterrows()):
                for _, other in ordered.iloc[row + 1 :].iterrows():
                    if one[name] != other[name]:
                        yield compares, one, other


def _compared(
    compares: str, one: pd.Series, other: pd.Series, by_id: dict[object, pd.DataFrame]
) -> dict[str, object]:
    """Return the row of a pair: both ranges, the gap between them, and the country that differs most."""
    ours, theirs = (by_id[tuple(row[_KEYS])].set_index("country_iso3")["world_share"] for row in (one, other))
    # Of two stages a country that is absent from one has no share there; of two sources it may be unnamed.
    both = ours.index.union(theirs.index) if compares == "stages" else ours.index.intersection(theirs.index)
    apart = (theirs.reindex(both, fill_value=0.0) - ours.reindex(both, fill_value=0.0)).abs()
    widest = str(apart.idxmax()) if len(apart) else None
    gap = max(0.0, other["hhi_low"] - one["hhi_high"], one["hhi_low"] - other["hhi_high"])
    name = "source_id" if compares == "sources" else "commodity"
    return {
        "comparison_id": f"{compares}-{one['concentration_id']}-{other['concentration_id']}",
        "compares": compares, "material": one["material"], "year": one["year"],
        "commodity": "; ".join(dict.fromkeys([one["commodity"], other["commodity"]])),
        "one": one[name], "other": other[name],
        "one_hhi_low": one["hhi_low"], "one_hhi_high": one["hhi_high"],
        "other_hhi_low": other["hhi_low"], "other_hhi_high": other["hhi_high"], "hhi_gap": gap,
        "widest_country_iso3": widest,
        "widest_share_one": float(ours.get(widest, 0.0)) if widest else np.nan,
        "widest_share_other": float(theirs.get(widest, 0.0)) if widest else np.nan,
    }  # fmt: skip


SUPPLY_CONCENTRATION = Layer(
    id="supply_concentration",
    title="Concentration of the world's supply by material and stage",
    pillar="economic",
    geometry="table",
    spine=(),
    key=("concentration_id",),
    columns=(
        Column("concentration_id", "str", "source, year and commodity", required=True),
        Column("material", "str", "the material of `materials`", required=True),
        Column("commodity", "str", "commodity in the words of the source", required=True),
        Column("stage", "str", "mining or refining", required=True, choices=SUPPLY_STAGES),
        Column("year", "int", "year of production", required=True, low=2000, high=2100),
        Column("producers", "int", "countries with a number above zero", required=True, low=0),
        Column("countries_without_number", "int", "countries that the source names without a number",
               required=True, low=0),
        Column("unallocated_share", "float", "share of the world that no country is named for", "1",
               low=0, high=1),
        Column("hhi_low", "float", "index of the countries with a number, the unallocated share split "
               "without end", "1", low=0, high=1),
        Column("hhi_high", "float", "the same, the unallocated share as one country", "1", low=0, high=1),
        Column("top_country_iso3", "str", "country with the largest share, ISO 3166-1 alpha-3"),
        Column("top_share", "float", "its share of the world", "1", low=0, high=1),
        Column("arctic_share_low", "float", "share of the Arctic states, whole countries, as named", "1",
               low=0, high=1),
        Column("arctic_share_high", "float", "the same with the unallocated share; null where one of them "
               "has no number", "1", low=0, high=1),
        Column("russia_share", "float", "share of Russia; null where it may be among the others", "1",
               low=0, high=1),
        Column("china_share", "float", "share of China; null where it may be among the others", "1",
               low=0, high=1),
        Column("source_id", "str", "source", required=True),
        Column("as_of", "str", "ISO 8601", required=True),
    ),
    derive=_concentration,
    note="Shares of whole countries: what of it lies in their Arctic parts is in no source.",
)  # fmt: skip

SUPPLY_COMPARISONS = Layer(
    id="supply_comparisons",
    title="Concentration of supply compared: two sources, mining and refining",
    pillar="economic",
    geometry="table",
    spine=(),
    key=("comparison_id",),
    columns=(
        Column("comparison_id", "str", "what is compared", required=True),
        Column("compares", "str", "two sources, or two stages of one", required=True,
               choices=("sources", "stages")),
        Column("material", "str", "the material of `materials`", required=True),
        Column("year", "int", "year of production", required=True, low=2000, high=2100),
        Column("commodity", "str", "commodity, or the two of the stages", required=True),
        Column("one", "str", "source, or commodity that is mined", required=True),
        Column("other", "str", "the other source, or commodity that is refined", required=True),
        Column("one_hhi_low", "float", "index of the one, lower end", "1", required=True, low=0, high=1),
        Column("one_hhi_high", "float", "index of the one, upper end", "1", required=True, low=0, high=1),
        Column("other_hhi_low", "float", "index of the other, lower end", "1", required=True, low=0, high=1),
        Column("other_hhi_high", "float", "index of the other, upper end", "1", required=True, low=0, high=1),
        Column("hhi_gap", "float", "distance between the two ranges; 0 where they meet", "1", required=True,
               low=0, high=1),
        Column("widest_country_iso3", "str", "country whose shares differ most"),
        Column("widest_share_one", "float", "its share in the one", "1", low=0, high=1),
        Column("widest_share_other", "float", "its share in the other", "1", low=0, high=1),
    ),
    derive=_comparisons,
    note="Sources count differently (ore or content, mine or refinery): a gap is a question to both.",
)  # fmt: skip
