"""Map tips of QGIS: an HTML template with expressions on columns. It has no data and escapes each value.

A row is left out if its column is null. An unknown class is explained in words.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from maps.style import OVERLAP_FROM
from maps.text import heading, literal

if TYPE_CHECKING:
    from layers.schema import Column, Layer

__all__ = ["map_tip"]

# Control characters and marks of the reading order, as a pattern inside a string of a QGIS expression. A
# backslash is doubled for QGIS.
_HIDDEN = "[{}]".format(
    "".join(
        f"\\\\x{{{first}}}-\\\\x{{{last}}}"
        for first, last in (
            ("00", "08"), ("0B", "1F"), ("7F", "9F"), ("200B", "200F"), ("2028", "202E"), ("2060", "2069"),
        )
    )
)  # fmt: skip
# Columns with a row of their own in the tip of a node; the other rows are composed below.
_PLAIN_COLUMNS: Final = (
    "dual_use_class", "baseline_requirements", "cer_sectors", "special_status", "position_uncertainty_km",
)  # fmt: skip
_STATUS: Final = "special_status"  # a column of codes for which the schema has no list of choices


def map_tip(layer: Layer) -> str:
    """The map tip of a layer, as HTML with QGIS expressions."""
    columns = {column.name: column for column in layer.all_columns}
    title = "feature_id" if "name" not in columns else "name"
    head = f"<h3>[% {_escaped(title)} %]</h3>"
    if layer.id == "nodes":
        head += _headline()
        rows = _node_rows() + "".join(_cell(columns[name]) for name in _PLAIN_COLUMNS)
        foot = (
            f"<p>[% {_escaped('reasons')} %]</p><p>Evidence, exits and climate facts: the node's form, or "
            f"rows of those tables with node_id <b>[% {_escaped('node_id')} %]</b></p>"
        )
    else:
        own = [column for column in layer.columns if column.name != "node_id"]
        rows, foot = "".join(map(_cell, own)), ""
    source = f"Source [% {_escaped('source_id')} %], as of [% {_escaped('as_of')} %]"
    note = f"<p>{escape(literal(layer.note))}</p>" if layer.note else ""
    return f'<div style="max-width:26em">{head}<table>{rows}</table>{foot}<p>{source}</p>{note}</div>'


def _string(text: str) -> str:
    """A text as a string of a QGIS expression, in which no `[%` or `%]` begins or ends an expression."""
    quoted = text.replace("\\", "\\\\").replace("'", "''")
    return "'" + quoted.replace("[%", "[' || '%").replace("%]", "%' || ']") + "'"


def _column(name: str) -> str:
    """QGIS expression for the value of a column. A user's file may name a column in any way."""
    if "[%" in name or "%]" in name:  # no quotes keep these two from ending the expression
        return f"attribute({_string(name)})"
    return '"' + name.replace('"', '""') + '"'


def _escaped(name: str) -> str:
    """QGIS expression for the text of a column, escaped for HTML."""
    text = f"regexp_replace(to_string({_column(name)}), '{_HIDDEN}', '\u2423')"
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = f"replace({text}, '{character}', '{entity}')"
    return text


def _words(name: str) -> str:
    """QGIS expression for a column of codes, with spaces instead of underscores."""
    return f"replace({_escaped(name)}, '_', ' ')"


def _row(head: str, value: str, *, unless_null: str) -> str:
    """A row of the tip; `value` is an expression. The row is left out where `unless_null` is null."""
    label = _string(f"<tr><td>{escape(head, quote=False)}</td><td><b>")
    row = f"{label} || {value} || '</b></td></tr>'"
    return f"[% CASE WHEN {_column(unless_null)} IS NULL THEN '' ELSE {row} END %]"


def _cell(column: Column) -> str:
    value = _words(column.name) if column.choices or column.name == _STATUS else _escaped(column.name)
    if column.dtype == "float":
        value = f"format_number({_column(column.name)}, if(abs({_column(column.name)}) < 10, 2, 0))"
    return _row(heading(column), value, unless_null=column.name)


def _share(name: str) -> str:
    return f"format_number(100 * \"{name}\", 0) || ' % of draws'"


def _headline() -> str:
    """The lines below the name of a node: kind, country and place, then flag and overlap in words."""
    critical = _share("flag_probability")
    flag = (
        "CASE WHEN \"scope\" = 'context' THEN 'Context: outside the boundary, judged, never flagged' "
        f"WHEN \"flag\" = 'robust' THEN 'Critical, robust: all three in ' || {critical} "
        f"WHEN \"flag\" = 'possible' THEN 'Critical, possible: all three in ' || {critical} "
        "WHEN \"flag\" = 'insufficient_data' THEN 'Insufficient data: an unknown alone decides' "
        "ELSE 'Not critical' END"
    )
    both = _share("overlap_probability")
    overlap = (
        f"CASE WHEN \"overlap_probability\" >= {OVERLAP_FROM} THEN 'Overlap' ELSE 'No overlap' END"
        f" || ' of climate and defence: ' || {both}"
    )
    where = (
        f"{_words('kind')} || coalesce(', ' || {_words('site_kind')}, '') || ', ' || "
        f"{_escaped('country_iso3')} || ' (' || {_words('institution')} || '), ' || {_words('scope')} || "
        f"'; place: ' || {_escaped('place')}"
    )
    return f"<p>[% {where} %]</p><p><b>[% {flag} %]</b><br>[% {overlap} %]</p>"


def _between(name: str, digits: int) -> str:
    """QGIS expression for a value with its interval in brackets.

    `{}` in `name` is the place of `_low` and `_high`.
    """
    value, low, high = (f'format_number("{name.format(end)}", {digits})' for end in ("", "_low", "_high"))
    return f"{value} || coalesce(' (' || {low} || ' to ' || {high} || ')', '')"


def _node_rows() -> str:
    """Rows of a node: each class with what decides it, what could change it, then the climate facts."""
    so_far = "if(\"hazard_class\" = 'low' AND \"hazard_could_be\" IS NOT NULL, ' so far', '')"
    decides = f"{_escaped('hazard_deciding')} || coalesce(' (' || {_escaped('hazard_tier')} || ')', '')"
    lacking = f"coalesce(': ' || {_escaped('deciding_datum')} || ' is not known', '')"
    low, high, coverage = (
        'format_number("military_low", 2)', 'format_number("military_high", 2)',
        'format_number(100 * "military_coverage", 0)',
    )  # fmt: skip
    parts = f"'mean of its parts ' || {low} || ' to ' || {high} || ', ' || {coverage} || ' % known'"
    rate = "format_number(\"coastal_erosion_m_per_year\", 1) || ' m a year'"
    rows = (
        ("Climate hazard", "hazard_class",
         f"{_escaped('hazard_class')} || {so_far} || coalesce('</b><br>' || {decides} || '<b>', '')"),
        ("Hazard could be", "hazard_could_be", f"{_escaped('hazard_could_be')} || {lacking}"),
        ("Military relevance", "military_class",
         f"{_escaped('military_class')} || coalesce('</b><br>' || {parts} || '<b>', '')"),
        ("Dependence of people", "dependence_class", _escaped("dependence_class")),
        ("Nearest exit", "nearest_exit", _escaped("nearest_exit")),
        ("Oldest deciding fact", "fact_age_years", "format_number(\"fact_age_years\", 1) || ' years'"),
        ("Permafrost", "permafrost_zone",
         f"{_escaped('permafrost_zone')} || ', ground ice ' || {_escaped('ground_ice')}"),
        ("Months a year with ice", "ice_months_recent", 'format_number("ice_months_recent", 1)'),
        ("Months of ice lost since 1981-2010", "ice_months_lost", _between("ice_months_lost{}", 1)),
        ("Coastal erosion", "coastal_erosion_m_per_year",
         f"{_escaped('coastal_erosion_class')} || ', ' || {rate}"),
        ("Sea level by 2100 [m]", "relative_sea_level_m", _between("relative_sea_level{}_m", 2)),
    )  # fmt: skip
    return "".join(_row(head, value, unless_null=column) for head, column, value in rows)
