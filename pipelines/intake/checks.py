"""Checks that every fetched file and table must pass before it replaces the last accepted one.

`judge_file` checks the summary of a file (pipelines.intake.sniff). `judge` checks the table that the source
reads from the file. The limits for a table, and checks that only one source has, are in `Source.checks`.
The reasons for the limits are in decisions/0019.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from pipelines.intake.findings import Checks, Finding
from pipelines.picture.diff import moved_km

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pipelines.intake.sniff import FileSummary

__all__ = ["judge", "judge_file", "judge_size"]

SIZE_HOLD = (0.5, 2.0)  # factors of the median of the last sizes
UNIT_ROWS = 20  # rows with a value in both tables; fewer cannot show a change of unit
CRS_EPSG = 3413

# Control characters, marks that turn the direction of text, text decoded wrongly (UTF-8 taken for Latin-1),
# and the openings of template languages.
_STRANGE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\N{LEFT-TO-RIGHT OVERRIDE}\N{RIGHT-TO-LEFT OVERRIDE}]"
    "|\N{REPLACEMENT CHARACTER}|[\u00c2\u00c3\u00d0\u00d1][\x80-\xbf]"
    r"|\{\{|\{%|\$\{|<script",
    re.IGNORECASE,
)


def judge_file(
    facts: FileSummary, before: FileSummary | None, size: int, sizes: Sequence[int], at_least: int
) -> list[Finding]:
    """Findings on a file: its number of rows, its columns and its size.

    `facts` is the summary of the file, `before` that of the last accepted file; None if there is none. `size`
    and `sizes` are those of `judge_size`. `at_least` is the smallest number of rows that passes.
    """
    findings = []
    if facts.rows < at_least:
        findings.append(Finding("rows", "hold", f"expected at least {at_least} rows, found {facts.rows}"))
    if before:
        # The default limits are used: those of a source are for its table, not for the rows of its files.
        findings += _rows(facts.rows, before.rows, Checks())
        gone = [name for name in before.columns if name not in facts.columns]
        new = [name for name in facts.columns if name not in before.columns]
        if gone:
            findings.append(Finding("columns", "hold", f"expected the column {gone[0]!r}, found it gone"))
        elif new:
            findings.append(Finding("columns", "warn", f"the column {new[0]!r} is new"))
    return findings + judge_size(size, sizes)


def judge_size(size: int, sizes: Sequence[int]) -> list[Finding]:
    """Findings on the size of a file, in bytes, against the last accepted ones; none if `sizes` is empty."""
    usual = sorted(sizes)[len(sizes) // 2] if sizes else size
    if SIZE_HOLD[0] * usual <= size <= SIZE_HOLD[1] * usual:
        return []
    return [Finding("size", "hold", f"expected about {usual} bytes, found {size}")]


def _rows(now: int, before: int, checks: Checks) -> list[Finding]:
    share = now / max(before, 1)
    text = f"expected about {before} rows, found {now}"
    (least, most), (low, high) = checks.rows_hold, checks.rows_warn
    if not least <= share <= most:
        return [Finding("rows", "hold", text)]
    return [] if low <= share <= high else [Finding("rows", "warn", text)]


def judge(
    new: pd.DataFrame, old: pd.DataFrame | None, today: date, checks: Checks | None = None
) -> list[Finding]:
    """Findings on the table of a source, by itself and against the last accepted table.

    `new` and `old` are conformed to the same layer, with geometry in EPSG:3413. `old` is None if there is no
    earlier table. `today` is the day of the fetch. `checks` are the limits of the source, by default those
    of `Checks`. The age of the content and the checks of the source alone are left out if the table is empty,
    or if its CRS or a place cannot be right.
    """
    checks = checks or Checks()
    findings = _itself(new, today)
    if old is not None and len(old):
        findings += _rows(len(new), len(old), checks)
        findings += _against(new, old, checks)
    if not len(new) or _placed(new):
        return findings
    if checks.age_days:
        findings += _aged(new, today, checks.age_days)
    for check in checks.own:
        findings += check(new, old)
    return findings


def _aged(new: pd.DataFrame, today: date, age_days: tuple[int, int]) -> list[Finding]:
    """Findings on the age of the content, from its latest day to `today`.

    Above the first number of `age_days` it is a warning, above the second it is held.
    """
    warn_days, hold_days = age_days
    age = (today - date.fromisoformat(str(new["as_of"].max()))).days
    if age <= warn_days:
        return []
    text = f"expected a base of the last {warn_days} days, found one of {age} days ago"
    return [Finding("base", "hold" if age > hold_days else "warn", text)]


def _itself(new: pd.DataFrame, today: date) -> list[Finding]:
    findings = []
    latest = str(new["as_of"].max())
    # `today` is in UTC. East of Greenwich the next day may have begun, so one day ahead passes.
    if latest > (today + timedelta(days=1)).isoformat():
        findings.append(Finding("date", "hold", f"expected days up to {today}, found {latest}"))
    keys = new["feature_id"]
    if keys.duplicated().any():
        key = keys[keys.duplicated()].iloc[0]
        findings.append(Finding("key", "hold", f"expected each feature once, found {key!r} twice"))
    findings += _placed(new)
    for name in new.select_dtypes(include=["object", "str"]).columns.difference(["geometry"]):
        values = [str(value) for value in new[name].dropna().unique()]
        if _STRANGE.search("\n".join(values)):  # one search per column: most columns hold no such text
            odd = new[name].isin([value for value in values if _STRANGE.search(value)])
            text = f"{name} of {int(odd.sum())} rows holds code, control or misread text"
            findings.append(Finding("text", "warn", text))
    return findings


def _placed(new: pd.DataFrame) -> list[Finding]:
    """Findings on a CRS that is not EPSG:3413, and on places that are missing, infinite or at x = y = 0.

    That point of EPSG:3413 is the pole, where no feature of a table lies.
    """
    if "geometry" not in new:
        return []
    if new.crs is None or new.crs.to_epsg() != CRS_EPSG:
        return [Finding("crs", "hold", f"expected EPSG:{CRS_EPSG}, found {new.crs}")]
    bounds = new.geometry.bounds.to_numpy()
    for rule, odd in (("place", ~np.isfinite(bounds).all(axis=1)), ("zero", (bounds == 0).all(axis=1))):
        if odd.any():
            text = f"expected a place in every row, found none in {int(odd.sum())}, such as "
            return [Finding(rule, "hold", text + str(new["feature_id"][odd].iloc[0]))]
    return []


def _against(new: pd.DataFrame, old: pd.DataFrame, checks: Checks) -> list[Finding]:
    findings = []
    if str(new["as_of"].max()) < str(old["as_of"].max()):
        text = f"expected days up to {old['as_of'].max()} or later, found {new['as_of'].max()}"
        findings.append(Finding("date", "hold", text))
    findings += _ids(new, old, checks.ids_least)
    findings += _measures(new, old, checks.unit_hold)
    more = new.isna().mean() - old.isna().mean()
    findings += [
        Finding("missing", "warn", f"{name} is missing in {more[name]:.0%} more of the rows")
        for name in more.index[more > checks.missing_warn]
    ]
    if "geometry" in new and set(new.geometry.geom_type) == {"Point"}:
        moved = moved_km(old, new, "feature_id")
        far = int((moved > checks.moved_km).sum())
        if far:
            text = f"{far} moved by more than {checks.moved_km:g} km, {moved.idxmax()} most"
            findings.append(Finding("moved", "warn", text))
    return findings


def _ids(new: pd.DataFrame, old: pd.DataFrame, least: float) -> list[Finding]:
    """Findings on the ids of last time that are gone.

    An id may be written in another way: only its letters and digits count. If a provider numbers its rows
    anew, the features have the same names and places as before, which is a warning.
    """

    def kept(one: pd.Series, other: pd.Series) -> float:
        return float(one.drop_duplicates().isin(other).mean())

    def spelt(table: pd.DataFrame) -> pd.Series:
        return table["feature_id"].str.casefold().str.replace(r"\W|_", "", regex=True)

    share = kept(spelt(old), spelt(new))
    if share >= least:
        return []
    text = f"expected {least:.0%} or more of the ids of last time, found {share:.0%}"
    # Ids that differ in their numbers alone may be the row numbers of the provider.
    plain = (set(table["feature_id"].str.replace(r"\d+", "", regex=True)) for table in (old, new))
    is_numbered = "geometry" in new and len(set.union(*plain)) == 1
    if not is_numbered or (same := kept(*(_name_and_place(table) for table in (old, new)))) < least:
        return [Finding("ids", "hold", text)]
    return [
        Finding("ids", "warn", f"{text}; {same:.0%} of the names and places are the same: numbered anew?")
    ]


def _name_and_place(table: pd.DataFrame) -> pd.Series:
    """Name and bounds of each feature as text; the bounds are in steps of 100 m."""
    bounds = (table.geometry.bounds / 100).round().astype("Int64").astype("str").agg(" ".join, axis=1)
    return table["name"].fillna("").astype("str").str.casefold() + " " + bounds


def _measures(new: pd.DataFrame, old: pd.DataFrame, unit_hold: tuple[float, float]) -> list[Finding]:
    """Findings on measures whose median, over the rows of both tables, changed by a large factor.

    Such a change is likely a change of unit, from megawatts to kilowatts for example (decisions/0019).
    """
    now, then = (table.drop_duplicates("feature_id").set_index("feature_id") for table in (new, old))
    rows = now.index.intersection(then.index)
    findings = []
    for name in now.select_dtypes("float").columns.intersection(then.columns):
        both = now.loc[rows, name].notna() & then.loc[rows, name].notna()
        median, usual = (table.loc[rows, name][both].median() for table in (now, then))
        if both.sum() >= UNIT_ROWS and usual and not unit_hold[0] <= median / usual <= unit_hold[1]:
            text = f"expected a median {name} of about {usual:g}, found {median:g}: another unit?"
            findings.append(Finding("unit", "hold", text))
    return findings
