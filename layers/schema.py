"""`Column` and `Layer` describe a table; `conform` and `check` validate it.

`conform` selects, orders and casts columns. `check` reports all faults of a table at once.
Tables are validated nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import POLAR
from layers.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = [
    "CITED",
    "CITED_READ",
    "CLASS_COLUMNS",
    "PILLARS",
    "SPINE",
    "Column",
    "Layer",
    "check",
    "conform",
    "union",
]

Pillar = Literal["military", "economic", "environmental", "social"]
PILLARS: tuple[Pillar, ...] = ("military", "economic", "environmental", "social")

# Largest coordinate in EPSG:3413: the whole northern hemisphere.
_BOUND_M = 13_000_000

_DTYPES = {"str": "str", "float": "float64", "int": "Int64", "bool": "boolean"}
# In the order of the type ids of Shapely.
_KINDS = np.array(
    ["Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
     "GeometryCollection"]
)  # fmt: skip
_GEOMETRY_KINDS = {
    "point": {"Point"},
    "line": {"LineString", "MultiLineString"},
    "polygon": {"Polygon", "MultiPolygon"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, unit (`""` if it has none) and meaning.

    `required` columns have no null. `low`, `high` and `choices` bound the values that are not null.
    `audience` holds ids of AUDIENCES (layers/redaction.py); a column with such marks is not required.
    """

    name: str
    dtype: Literal["str", "float", "int", "bool"]
    meaning: str
    unit: str = ""
    required: bool = False
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    audience: tuple[str, ...] = ("public",)


# Identity, source and date of every feature.
SPINE: tuple[Column, ...] = (
    Column("feature_id", "str", "key, stable across runs", required=True),
    Column("name", "str", "name as the source gives it"),
    Column("source_id", "str", "the source that says so, a row of the manifest", required=True),
    Column("as_of", "str", "date the statement holds for, ISO 8601", required=True),
)


# The document behind a row that is typed by hand; every such document was read.
CITED_READ: tuple[Column, ...] = (
    Column("source_title", "str", "document that says so", required=True),
    Column("source_url", "str", "address of that document", required=True),
    Column("seen_on", "str", "date its text was read for this table", required=True),
    Column("confidence", "str",
           "high: official or scholarly; medium: operator, press, encyclopedia; low: other",
           required=True, choices=("high", "medium", "low")),
    Column("note", "str", "remark"),
)  # fmt: skip
# The same columns for lists in which some documents are cited that were not read.
CITED: tuple[Column, ...] = (
    Column("source_title", "str", "document that says so", required=True),
    Column("source_url", "str", "address of that document", required=True),
    Column("seen_on", "str", "date its text was read for this table; null: cited unread"),
    Column("confidence", "str", "our confidence", required=True, choices=("high", "medium", "low")),
    Column("note", "str", "remark"),
)

# Columns of every layer of areas of a classed field.
CLASS_COLUMNS: tuple[Column, ...] = (
    Column("label", "str", "the class in words", required=True),
    Column("class_low", "float", "lower bound", required=True),
    Column("class_high", "float", "upper bound; null where open"),
)


def union(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Stack the tables of several sources; the default merge of a layer."""
    return pd.concat(frames, ignore_index=True)


@dataclass(frozen=True, slots=True)
class Layer:
    """A named, typed table.

    Without `derive` the table is the `merge` of the tables of its sources. The parameters of `derive` name
    the layers it reads, and `scenario`, `day`, `grids`, `draws` or `seed`.

    Attributes
    ----------
    note
        Printed wherever the layer is shown; for a proxy it says so.
    key
        Columns that identify a row.
    is_published
        False for an intermediate step.
    audience
        Ids of AUDIENCES, as in `Column`.
    is_private
        True for a layer of the user, which appears in local outputs only.
    is_optional
        True if the layer is empty without a source; otherwise a missing source is an error.
    ignored_in_changes
        Columns whose difference is no change of a row: the date is stated with each change, and another
        place counts as a move. Names that are no column of the layer have no effect.
    """

    id: str
    title: str
    pillar: Pillar
    geometry: Literal["point", "line", "polygon", "table"]
    columns: tuple[Column, ...]
    note: str = ""
    spine: tuple[Column, ...] = SPINE
    key: tuple[str, ...] = ("feature_id",)
    merge: Callable[[Sequence[pd.DataFrame]], pd.DataFrame] = union
    derive: Callable[..., pd.DataFrame] | None = None
    is_published: bool = True
    audience: tuple[str, ...] = ("public",)
    is_private: bool = False
    is_optional: bool = False
    ignored_in_changes: tuple[str, ...] = ("as_of", "longitude_deg", "latitude_deg")

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Return the spine and the columns of the layer, in stored order."""
        return self.spine + self.columns


def conform(frame: pd.DataFrame, layer: Layer) -> pd.DataFrame:
    """Select, order and cast the columns of `layer`, sort by the first of its key, and check it.

    The table of a geometry layer is returned as a GeoDataFrame in EPSG:3413. Columns that the layer does
    not have are dropped. A missing optional column becomes null; a missing required column is an error.

    Raises
    ------
    SchemaError
        If the table has faults: all of them, each with column, row, expected and found.
    """
    lacking = [c.name for c in layer.all_columns if c.required and c.name not in frame.columns]
    if lacking:
        msg = (
            f"layer {layer.id}: expected the columns {', '.join(lacking)}, found only "
            f"{', '.join(map(str, frame.columns))}: add them in the reader"
        )
        raise SchemaError(msg)
    cast: dict[str, Any] = {}
    for column in layer.all_columns:
        values = frame.get(column.name)
        if values is None:
            values = pd.Series([None] * len(frame), index=frame.index, dtype="object")
        cast[column.name] = _cast(values, column, layer)
    table = pd.DataFrame(cast, index=frame.index)
    if layer.geometry != "table":
        _must_be_polar(frame, layer)
        table = gpd.GeoDataFrame(table, geometry=frame.geometry, crs=POLAR)
    table = table.sort_values(layer.key[0], kind="stable", ignore_index=True)
    check(table, layer)
    return table


def _cast(values: pd.Series, column: Column, layer: Layer) -> pd.Series:
    try:
        if column.dtype == "str":
            # One chunk, so that a merged table is written like a table that was read.
            texts = values.where(values.notna(), None).to_numpy(dtype=object)
            return pd.Series(texts, index=values.index, name=values.name, dtype="str")
        if column.dtype == "float":
            return pd.to_numeric(values).astype("float64")
        return values.astype(_DTYPES[column.dtype])
    except (TypeError, ValueError) as error:
        msg = (
            f"layer {layer.id}, column {column.name}: expected {column.dtype}, found "
            f"{values.dropna().iloc[0]!r} among {values.dtype} values ({error}): mend the reader"
        )
        raise SchemaError(msg) from error


def _must_be_polar(frame: pd.DataFrame, layer: Layer) -> None:
    crs = getattr(frame, "crs", None)
    if crs != POLAR:
        msg = (
            f"layer {layer.id}: expected geometry in {POLAR.to_string()}, found "
            f"{crs.to_string() if crs else 'none'}: project it with layers.crs"
        )
        raise SchemaError(msg)


def check(frame: pd.DataFrame, layer: Layer) -> None:
    """Check a conformed table against its layer.

    Raises
    ------
    SchemaError
        If the table has faults: all of them, each with column or geometry, row key, expected and found.
    """
    lacking = [column.name for column in layer.all_columns if column.name not in frame.columns]
    if lacking:
        msg = f"layer {layer.id}: expected the columns {', '.join(lacking)}, found none: the table is damaged"
        raise SchemaError(msg)
    faults: list[str] = []
    if layer.geometry != "table":
        _must_be_polar(frame, layer)
    doubled = frame.duplicated(list(layer.key), keep=False)
    if doubled.any():
        faults.append(f"{'+'.join(layer.key)}: expected unique, found twice {_some(frame, layer, doubled)}")
    for column in layer.all_columns:
        faults += _column_faults(frame, column, layer)
    if layer.geometry != "table":
        faults += _geometry_faults(frame, layer)
    if faults:
        msg = f"layer {layer.id}, {len(faults)} fault(s): " + "; ".join(faults)
        raise SchemaError(msg)


def _some(frame: pd.DataFrame, layer: Layer, bad: Any) -> str:
    keys = frame.loc[np.asarray(bad, dtype=bool), list(layer.key)].head(3)
    rows = ["+".join(map(str, row)) for row in keys.itertuples(index=False)]
    return f"in {int(np.sum(bad))} row(s), such as {', '.join(rows)}"


def _column_faults(frame: pd.DataFrame, column: Column, layer: Layer) -> list[str]:
    values = frame[column.name]
    has_value = values.notna()
    faults = []
    if column.required and not has_value.all():
        faults.append(f"{column.name}: expected a value, found null {_some(frame, layer, ~has_value)}")
    if column.dtype in {"float", "int"}:
        number = values.astype("float64")
        for bad, rule in (
            (has_value & ~np.isfinite(number), "a finite number"),
            (has_value & (number < column.low) if column.low is not None else None, f">= {column.low}"),
            (has_value & (number > column.high) if column.high is not None else None, f"<= {column.high}"),
        ):
            if bad is not None and bad.any():
                value = number[bad].iloc[0]
                faults.append(f"{column.name}: expected {rule}, found {value:g} {_some(frame, layer, bad)}")
    if column.choices:
        bad = has_value & ~values.isin(column.choices)
        if bad.any():
            faults.append(
                f"{column.name}: expected one of {', '.join(column.choices)}, found "
                f"{values[bad].iloc[0]!r} {_some(frame, layer, bad)}"
            )
    return faults


def _geometry_faults(frame: pd.DataFrame, layer: Layer) -> list[str]:
    geometry = np.asarray(frame.geometry.array, dtype=object)
    null = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    faults = []
    if null.any():
        faults.append(f"geometry: expected one, found none {_some(frame, layer, null)}")
        frame, geometry = frame[~null], geometry[~null]
    kinds = _KINDS[shapely.get_type_id(geometry)]
    wrong = ~np.isin(kinds, list(_GEOMETRY_KINDS[layer.geometry]))
    if wrong.any():
        faults.append(
            f"geometry: expected {layer.geometry}, found {kinds[wrong][0]} {_some(frame, layer, wrong)}"
        )
    bounds = shapely.bounds(geometry)
    far = ~np.isfinite(bounds).all(axis=1) | (np.abs(bounds) > _BOUND_M).any(axis=1)
    if far.any():
        faults.append(
            f"geometry: expected within {_BOUND_M} m of the pole, found "
            f"{bounds[far][0].round().tolist()} {_some(frame, layer, far)}"
        )
    invalid = ~shapely.is_valid(geometry)
    if invalid.any():
        reason = shapely.is_valid_reason(geometry[invalid][0])
        faults.append(f"geometry: expected valid, found {reason} {_some(frame, layer, invalid)}")
    return faults
