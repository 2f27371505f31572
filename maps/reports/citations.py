"""The address of each printed number in the stored tables, and the value read at this address.

An address is `<what>:<table>?<conditions>#<column>`, such as
`value:nodes?node_id=port%3Awpi-19800#flag_probability` or `count:nodes?flag=robust&kind=port`.
The conditions choose rows. `what` says what is read from them:

- `value`: the column of the one row. It is an error if there is not exactly one row.
- `count`: the number of rows.
- `distinct`: the number of different values of the column.
- `sum`, `median`, `min`, `max`: this statistic of the column, without missing values.
- `share`: the share of rows whose column has the value after `=`, as in `#state=unknown`.
- `area`: the area in km2 of the geometry within a region. It needs a condition on `region`.

A condition is `column=value`, `column=value|value` (one of several values), `column<=value` or
`column>=value`. A table with a geometry or a `node_id` accepts the condition `region`. A row is in each
region that its geometry touches. A table with a `node_id` also accepts `country_iso3`; its node gives the
value.

The tables are the layers of the picture and seven tables that describe the picture: `sources`, `layers`,
`regions`, `picture`, `before` (the earlier picture), `anchors` (the values at which classes turn) and
`caveats`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.assessed.class_thresholds import ANCHORS, anchor_values
from layers.crs import area_km2
from layers.errors import ExportError
from layers.regions import REGIONS
from maps.text import months_in_words, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from layers.picture import Picture

__all__ = ["Cell", "CitationIndex", "Condition", "Reading", "Tables", "format_value"]

# Column, operator (`=`, `<=` or `>=`) and value. A tuple as value means: one of these values.
Condition = tuple[str, str, Any]
_NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_MINUS = "\u2212"
_SIDES = {"longitude": ("E", "W"), "latitude": ("N", "S")}


@cache
def _outline(region_id: str) -> Any:
    """The outline of a region, prepared for repeated predicates."""
    outline = next(region.outline for region in REGIONS if region.id == region_id)
    shapely.prepare(outline)
    return outline


def _quoted(value: Any) -> str:
    """The value of a condition in an address; several values are separated by bars."""
    values = value if isinstance(value, tuple) else (value,)
    return "|".join(quote(str(one), safe="") for one in values)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, its address, and the form in which it is printed, such as `.2f` or `words`."""

    address: str
    value: Any
    form: str

    @property
    def text(self) -> str:
        """The printed text."""
        return format_value(self.value, self.form)


@dataclass(frozen=True, slots=True)
class Reading:
    """The parts of an address that was read, and the positions of the rows that it chose."""

    what: str
    table: str
    where: tuple[Condition, ...]
    column: str
    equals: str
    rows: NDArray[np.int64]


def format_value(value: Any, form: str) -> str:
    """The text of a value in a form; the text of a missing value is `unknown`.

    `form` is one of `words` (no underscores), `spelled` (a count up to twelve as a word), `plain` (three
    digits), `months` (of twelve digits), `km`, `longitude`, `latitude`, a format of Python
    such as `.2f`, the same after `±` for a change with its sign, or empty.
    """
    if pd.isna(value):
        return "unknown"
    if form in {"", "words", "months"}:
        text = months_in_words(value) if form == "months" else visible(value)
        return text.replace("_", " ") if form else text
    if form == "spelled":
        return _NUMBERS[value] if 0 <= value < len(_NUMBERS) else f"{value:,}"
    if form == "plain":
        form = ",.0f" if abs(value) >= 1000 else ".3g"
    if form == "km":  # positions are accurate to kilometres at best
        return "under 1" if value < 1 else f"{value:,.0f}"
    if form in _SIDES:  # degrees of longitude or latitude
        return f"{abs(value):.1f}° {_SIDES[form][bool(value < 0)]}"
    # The sign of a change is always printed, and a minus is no hyphen.
    return format(value, f"+{form[1:]}").replace("-", _MINUS) if form[0] == "±" else format(value, form)


@dataclass(slots=True)
class Tables:
    """Tables by name that are read by address. Codes of columns and results of conditions are cached.

    `page` is the name of the page in error messages. `readings` has the parts of each address that was read.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict, kw_only=True)
    page: str = field(default="briefing", kw_only=True)
    readings: dict[str, Reading] = field(default_factory=dict, kw_only=True)
    _codes: dict[tuple[str, str], tuple[NDArray[np.int64], dict[Any, int]]] = field(
        default_factory=dict, kw_only=True
    )
    _masks: dict[tuple[str, Condition], NDArray[np.bool_]] = field(default_factory=dict, kw_only=True)

    def __contains__(self, table: str) -> bool:
        """Whether there is a table of that name."""
        return table in self.tables

    def table(self, name: str) -> pd.DataFrame:
        """A table by name.

        Raises
        ------
        ExportError
            If there is no such table.
        """
        if name not in self.tables:
            msg = f"{self.page}: expected a table {name!r}, found none: build the picture again"
            raise ExportError(msg)
        return self.tables[name]

    def has_column(self, table: str, column: str) -> bool:
        """Whether `table` accepts a condition on `column`: its own column, or `region` or `country_iso3`.

        Raises
        ------
        ExportError
            If there is no such table.
        """
        frame = self.table(table)
        if column in frame.columns or column != "region":
            return column in frame.columns or ("node_id" in frame.columns and column == "country_iso3")
        return isinstance(frame, gpd.GeoDataFrame) or "node_id" in frame.columns

    def rows(self, table: str, *where: Condition) -> NDArray[np.int64]:
        """Positions of the rows of `table` that meet every condition in `where`, in rising order.

        Raises
        ------
        ExportError
            If there is no such table.
        """
        mask = np.ones(len(self.table(table)), dtype=bool)
        for condition in where:
            mask &= self._mask(table, condition)
        return np.flatnonzero(mask)

    def cell(
        self, what: str, table: str, where: Mapping[str, Any] | tuple[Condition, ...] = (),
        column: str = "", form: str = "", equals: str = "",
    ) -> Cell:  # fmt: skip
        """Read a cell. `what`, `table`, `where`, `column` and `equals` are the parts of its address.

        `where` is a mapping from columns to values, or a tuple of conditions. `equals` is the value of a
        `share`. `form` is the form of `format_value`; counts have the form `,` by default.

        Raises
        ------
        ExportError
            If there is no such table, or `what` is `value` and not exactly one row meets the conditions.
        """
        conditions = tuple((k, "=", v) for k, v in where.items()) if not isinstance(where, tuple) else where
        query = "&".join(f"{c}{op}{_quoted(v)}" for c, op, v in conditions)
        tail = f"#{column}" + (f"={quote(equals, safe='')}" if equals else "") if column else ""
        address = f"{what}:{table}" + (f"?{query}" if query else "") + tail
        rows = self.rows(table, *conditions)
        self.readings[address] = Reading(what, table, conditions, column, equals, rows)
        value = self._value(what, table, rows, column, equals, conditions, address)
        return Cell(address, value, form or ("," if what in {"count", "distinct"} else ""))

    def _value(
        self, what: str, table: str, rows: NDArray[np.int64], column: str, equals: str,
        where: tuple[Condition, ...], address: str,
    ) -> Any:  # fmt: skip
        if what == "count":
            return len(rows)
        frame = self.table(table)
        if what == "area":
            outline = _outline(next(v for c, _, v in where if c == "region"))
            shapes = shapely.intersection(frame.geometry.to_numpy()[rows], outline)
            return float(area_km2(shapes).sum()) if len(rows) else None
        if what == "value":
            if len(rows) != 1:
                msg = (
                    f"{self.page}: expected one row for {address}, found {len(rows)}: "
                    "a number without its row is not printed; build the picture again"
                )
                raise ExportError(msg)
            value = frame[column].iloc[int(rows[0])]
            return value.item() if isinstance(value, np.generic) else value
        values = frame[column].iloc[rows]
        return _statistic(what, values, equals)

    def _mask(self, table: str, condition: Condition) -> NDArray[np.bool_]:
        key = (table, condition)
        # A page asks the same few conditions thousands of times.
        if key not in self._masks:
            self._masks[key] = self._meets(table, condition)
        return self._masks[key]

    def _meets(self, table: str, condition: Condition) -> NDArray[np.bool_]:
        """Which rows of a table meet a condition."""
        column, operator, value = condition
        frame = self.table(table)
        if column in frame.columns:
            if operator == "=":
                codes, code_of = self.coded(table, column)
                values = value if isinstance(value, tuple) else (value,)
                # -2 is no code: a value that does not occur selects no row, not even a missing one (-1).
                return np.isin(codes, [code_of.get(str(one), -2) for one in values])
            number = frame[column].to_numpy(dtype=float, na_value=np.nan)
            return number <= value if operator == "<=" else number >= value
        if column == "region" and isinstance(frame, gpd.GeoDataFrame):
            return np.asarray(shapely.intersects(_outline(value), frame.geometry.to_numpy()))
        # The table has no such column: the condition is tested on the node of each row.
        nodes = self.table("nodes")["node_id"].to_numpy()[self._mask("nodes", condition)]
        codes, code_of = self.coded(table, "node_id")
        return np.isin(codes, [code_of[node] for node in nodes if node in code_of])

    def coded(self, table: str, column: str) -> tuple[NDArray[np.int64], dict[Any, int]]:
        """Integer codes of a column, and a dictionary from the text of each value to its code.

        The code of a missing value is -1.

        Raises
        ------
        ExportError
            If there is no such table.
        """
        key = (table, column)
        if key not in self._codes:
            codes, values = pd.factorize(self.table(table)[column])
            self._codes[key] = codes, {str(value): code for code, value in enumerate(values.tolist())}
        return self._codes[key]


def _statistic(what: str, values: pd.Series, equals: str) -> float | None:
    """A statistic of a column; None without values."""
    if what == "distinct":
        return int(values.nunique())
    if what == "share":
        return float((values == equals).mean()) if len(values) else None
    values = values.dropna()
    return float(getattr(values, what)()) if len(values) else None


@dataclass(slots=True)
class CitationIndex(Tables):
    """The tables of the layers of a picture, and seven tables that describe the picture."""

    picture: Picture

    def __post_init__(self) -> None:
        """Add the seven tables that describe the picture to the tables of the layers."""
        picture = self.picture
        self.tables = {
            **picture.tables,
            "sources": pd.DataFrame([{n: getattr(s, n) for n in s.__slots__} for s in picture.sources]),
            "layers": pd.DataFrame(
                [{"id": row.id, "title": row.title, "note": row.note} for row in picture.layers]
            ),
            "regions": pd.DataFrame([{"id": row.id, "title": row.title} for row in REGIONS]),
            "picture": pd.DataFrame(
                [
                    {
                        "region": picture.region.id,
                        "scenario": picture.scenario.title,
                        "warming_degc": picture.scenario.warming_degc,
                        "basis": picture.scenario.basis,
                        "day": picture.day.isoformat(),
                    }
                ]
            ),
            "before": pd.DataFrame([asdict(picture.before)] if picture.before else []),
            "anchors": _anchors(picture),
            "caveats": pd.DataFrame({"place": range(len(picture.caveats)), "sentence": picture.caveats}),
        }


def _anchors(picture: Picture) -> pd.DataFrame:
    """The anchors of a picture: its scenario may replace the value of some."""
    value_of = anchor_values(picture.scenario.anchors)
    rows = [
        {"id": one.id, "name": one.meaning, "value": value_of[one.id], "unit": one.unit} for one in ANCHORS
    ]
    return pd.DataFrame(rows)
