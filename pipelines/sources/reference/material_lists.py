"""Lists of raw materials of NATO, the EU and the US, item by item, and the materials that they name."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import pandas as pd

from layers.errors import SourceError
from pipelines.read_helpers import to_number
from pipelines.sources.reference.cited_tables import (
    CITED,
    check,
    read_cited,
    read_table,
    reference_source,
)

if TYPE_CHECKING:
    from pipelines.source import Inputs

__all__ = ["SOURCES", "read_list_items", "read_materials"]

_LISTS, _ITEMS, _MATERIALS = "material_lists.csv", "material_list_items.csv", "materials.csv"
_AS_OF = "2025-11-07"


def read_list_items(inputs: Inputs) -> pd.DataFrame:
    """Return the items of all lists, each in the words of its list, with the materials that it covers.

    Raises
    ------
    SourceError
        If a list has another number of items than it says, an item is of no list or covers a material
        that is not in materials.csv, or two items of a list have the same wording.
    """
    lists = read_cited(inputs, _LISTS, "list_id")
    items = read_table(inputs, _ITEMS)
    items = items.assign(position=to_number(items["position"].fillna("")))
    check(~items["list_id"].isin(lists["list_id"]), _ITEMS, items["list_id"], f"a list of {_LISTS}")
    check(items.duplicated(["list_id", "wording"]), _ITEMS, items["wording"], "each wording once in a list")
    known = list(read_table(inputs, _MATERIALS)["material"])
    for row, covered in enumerate(items["materials"].fillna("").str.split(";"), start=2):
        for name in covered:
            if name not in known:
                near = ", ".join(get_close_matches(name, known)) or "none"
                msg = (
                    f"{_ITEMS}, row {row}: expected a material of {_MATERIALS}, found {name!r}: near: {near}"
                )
                raise SourceError(msg)
    for one in lists.itertuples(index=False):
        _check_size(str(one.list_id), int(one.item_count), items.loc[items["list_id"] == one.list_id])
    about = lists.rename(columns={"name": "list_name", "note": "list_note"})
    table = items.merge(about, on="list_id", validate="many_to_one")
    return table.assign(
        feature_id=table["list_id"] + "-" + table["position"].map("{:02.0f}".format),
        name=table["wording"],
        source_id="own_material_list_items",
    )


def _check_size(list_id: str, expected: int, items: pd.DataFrame) -> None:
    """Raise SourceError with the difference if the items of a list are not numbered 1 to `expected`."""
    places = items["position"].astype(int).tolist()
    lacking = sorted(set(range(1, expected + 1)) - set(places))
    surplus = items.loc[items["position"].gt(expected) | items["position"].duplicated(), "wording"]
    if lacking or len(surplus):
        msg = (
            f"{_ITEMS}, list {list_id}: expected {expected} items, found {len(places)} "
            f"({len(places) - expected:+d}): positions without an item: {lacking or 'none'}; items too "
            f"many: {', '.join(surplus) or 'none'}"
        )
        raise SourceError(msg)


def read_materials(inputs: Inputs) -> pd.DataFrame:
    """Return the raw materials, with a flag for each list that has an item which covers them.

    Tier A is on NATO's list and strategic for the EU, B one of both, C on another list, D on none.
    """
    table = read_table(inputs, _MATERIALS)
    items = read_list_items(inputs)
    covered = items.assign(material=items["materials"].str.split(";")).explode("material")
    lists = read_table(inputs, _LISTS)["list_id"]
    named = pd.crosstab(covered["material"], covered["list_id"]).reindex(
        index=table["material"], columns=lists, fill_value=0
    )
    on = named.gt(0).reset_index(drop=True)
    both = on["nato_2024"] & on["eu_strategic_2024"]
    one = on["nato_2024"] ^ on["eu_strategic_2024"]
    tier = pd.Series("D", index=on.index).mask(on.any(axis=1), "C").mask(one, "B").mask(both, "A")
    strategic = covered[covered["list_id"] == "eu_strategic_2024"].set_index("material")["grade"]
    return table.assign(
        **{name: on[name].astype("int64") for name in lists},
        eu_strategic_grade_limit=table["material"].map(strategic),
        tier=tier,
        source_id="own_materials",
        as_of=items["as_of"].max(),
    )


SOURCES = (
    reference_source(
        "own_materials", "materials", "materials",
        "Raw materials", read_materials, f"{CITED} of the lists; flags counted from their items", _AS_OF,
    ),
    reference_source(
        "own_material_list_items", "material_list_items", "material_list_items",
        "Items of raw-material lists", read_list_items, f"{CITED} of the lists", _AS_OF,
    ),
)  # fmt: skip
