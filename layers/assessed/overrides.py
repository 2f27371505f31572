"""OVERRIDES: documented corrections of an attribute of a source, each with the days on which it holds.

A correction names the old value of the source. If the source now has another value, the correction is
superseded and changes nothing. After its last day the correction is expired and changes nothing. The evidence
names every correction that is applied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.errors import SchemaError
from layers.schema import Column, Layer

if TYPE_CHECKING:
    from datetime import date

__all__ = ["OVERRIDES", "apply_overrides", "tell_overrides"]

# Attribute of ports and airfields -> indicators that follow from it. An attribute that is not here cannot be
# corrected: no evidence row would name the correction.
_RESTS_ON: dict[str, tuple[str, ...]] = {
    "channel_depth_low_m": ("approach_depth", "deep_water"),
    "channel_depth_high_m": ("approach_depth",),
    "anchorage_depth_low_m": ("approach_depth", "deep_water"),
    "anchorage_depth_high_m": ("approach_depth",),
    "cargo_pier_depth_low_m": ("pier_depth", "berth"),
    "cargo_pier_depth_high_m": ("pier_depth",),
    "max_vessel_length_m": ("large_ships",),
    "has_facilities_ro_ro": ("large_ships", "roro"),
    "repairs": ("sustainment",),
    "dry_dock": ("sustainment",),
    "has_lifts_100_plus_tons": ("sustainment", "crane"),
    "harbor_size": (),
    "runway_length_m": ("runway_length", "paved_2359_m"),
    "runway_width_m": ("runway_width", "width_27_4_m"),
    "paved_length_m": ("runway_length", "paved_1067_m", "paved_2359_m"),
    "is_runway_paved": ("runway_length",),
}


def apply_standing(table: pd.DataFrame, overrides: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the overrides that have no end and whose old value the source still has."""
    standing = overrides[overrides["until"].isna() & overrides["column"].isin(table.columns)]
    # The key of a feature may itself contain a colon, so only the first one separates the kind.
    standing = standing[standing["node_id"].str.split(":", n=1).str[-1].isin(set(table["feature_id"]))]
    return _applied(table, standing, None)[0]


def apply_overrides(
    table: pd.DataFrame, overrides: pd.DataFrame, day: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table with the overrides that hold on `day`, and all overrides with their `state`.

    `table` has `feature_id`; the `node_id` of an override is `<kind>:<feature_id>`. The states are applied,
    expired, not_yet (it begins later), superseded (the source has another value) and unmatched (no row).

    Raises
    ------
    SchemaError
        If an override names a column from which no indicator follows.
    """
    unknown = sorted(set(overrides["column"]) - set(_RESTS_ON))
    if unknown:
        node = overrides.loc[overrides["column"] == unknown[0], "node_id"].iloc[0]
        msg = (
            f"override of {node}: expected one of the columns {', '.join(_RESTS_ON)}, found "
            f"{unknown[0]}: name the indicators that rest on it in layers/assessed/overrides.py"
        )
        raise SchemaError(msg)
    corrected, states = _applied(table, overrides, day)
    return corrected, overrides.assign(state=pd.Series(states, index=overrides.index, dtype="str"))


def _applied(
    table: pd.DataFrame, overrides: pd.DataFrame, day: date | None
) -> tuple[pd.DataFrame, list[str]]:
    """Return the corrected table and the state of each override; if `day` is None, no date is checked."""
    corrected, states = table.copy(), []
    row_of = {key: row for row, key in enumerate(table["feature_id"])}
    for one in overrides.itertuples():
        row = row_of.get(str(one.node_id).split(":", 1)[-1]) if one.column in table else None
        says = None if row is None else table[one.column].iloc[row]
        state = _state(one, row, says, day)
        states.append(state)
        if state == "applied":
            corrected.loc[corrected.index[row], one.column] = _like(table[one.column], one.new_value)
    return corrected, states


def _state(one: Any, row: int | None, says: Any, day: date | None) -> str:
    """Return the state of one override; `says` is the value of the source at position `row`."""
    if day and pd.notna(one.until) and one.until < day.isoformat():
        return "expired"
    if day and one.since > day.isoformat():
        return "not_yet"
    if row is None:
        return "unmatched"
    unsaid = pd.isna(says)
    same = unsaid if pd.isna(one.old_value) else not unsaid and says == _like(says, one.old_value)
    return "applied" if same else "superseded"


def _like(example: Any, text: str) -> Any:
    """Return the text as a value of the same type as `example`, a column or one of its values."""
    is_flag = (
        pd.api.types.is_bool_dtype(example) if isinstance(example, pd.Series) else isinstance(example, bool)
    )
    if is_flag or str(text) in {"True", "False"}:
        return str(text) == "True"
    is_text = (
        pd.api.types.is_string_dtype(example) if isinstance(example, pd.Series) else isinstance(example, str)
    )
    return text if is_text else float(text)


def tell_overrides(evidence: pd.DataFrame, overrides: pd.DataFrame) -> pd.DataFrame:
    """Return the evidence with every applied override in the note of the indicators that follow from it.

    A row that has the corrected value also gets the source and date of the correction.
    """
    applied = overrides[overrides["state"] == "applied"]
    applied_to = applied.assign(indicator=applied["column"].map(_RESTS_ON)).explode("indicator")
    applied_to = applied_to.dropna(subset=["indicator"])
    # One pass over the evidence, and one assignment a column: a search for each correction took a second.
    concerned = np.flatnonzero(evidence["node_id"].isin(applied_to["node_id"]))
    rows_of = evidence.iloc[concerned].groupby(["node_id", "indicator"], sort=False).indices
    columns = {
        name: evidence[name].to_numpy(dtype=object, copy=True) for name in ("note", "source_id", "as_of")
    }
    values = evidence["value"].to_numpy(dtype=float, na_value=np.nan)
    for key, rows in applied_to.groupby(["node_id", "indicator"], sort=False):
        positions = concerned[rows_of.get(key, [])]
        first = rows.iloc[0]
        columns["note"][positions] += _override_note(rows)
        # A corrected yes/no value or word is behind a score: the row has no such number.
        number = pd.to_numeric(rows["new_value"], errors="coerce")
        taken = positions[np.isin(values[positions], number.dropna()) | bool(number.isna().any())]
        columns["source_id"][taken] = first["source_id"]
        columns["as_of"][taken] = first["since"]
    return evidence.assign(
        **{
            name: pd.Series(column, evidence.index, dtype=evidence[name].dtype)
            for name, column in columns.items()
        }
    )


def _override_note(rows: pd.DataFrame) -> str:
    """Return what the note of an evidence row says of the corrections of one node and indicator."""
    first = rows.iloc[0]
    was = ", ".join(
        f"{c} {'unsaid' if pd.isna(o) else o}" for c, o in zip(rows["column"], rows["old_value"], strict=True)
    )
    until = first["until"] if pd.notna(first["until"]) else "further notice"
    return (
        f"; override: {first['who']}, {first['why']}, until {until}, was {was}; now "
        f"{first['new_value']} {first['unit']} ({first['source_title']}, {first['source_url']})"
    )


def _overrides(
    overrides_on_file: pd.DataFrame, ports: pd.DataFrame, airfields: pd.DataFrame, day: date
) -> pd.DataFrame:
    is_field = overrides_on_file["node_id"].str.startswith("airfield:")
    parts = [
        apply_overrides(table, overrides_on_file[rows], day)[1]
        for table, rows in ((ports, ~is_field), (airfields, is_field))
    ]
    return pd.concat(parts).sort_index()


OVERRIDES = Layer(
    id="overrides",
    title="Documented corrections of an attribute, and whether they hold",
    pillar="economic",
    geometry="table",
    columns=(
        Column("node_id", "str", "the node", required=True),
        Column("column", "str", "attribute of the source's table that is corrected", required=True),
        Column("old_value", "str", "what the source says; null where it says nothing"),
        Column("new_value", "str", "what the correction says", required=True),
        Column("unit", "str", "unit of both", required=True),
        Column("who", "str", "who says so", required=True),
        Column("why", "str", "what it says", required=True),
        Column("since", "str", "first day it holds, ISO 8601", required=True),
        Column("until", "str", "last day it holds, ISO 8601; null where open"),
        Column("source_title", "str", "document that says so", required=True),
        Column("source_url", "str", "address at which it was read", required=True),
        Column("confidence", "str", "our confidence", required=True),
        Column("state", "str", "whether it holds on the picture's day", required=True,
               choices=("applied", "expired", "not_yet", "superseded", "unmatched")),
    ),
    note="Every value it changes says so in the evidence.",
    derive=_overrides,
)  # fmt: skip
