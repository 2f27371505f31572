"""Sensor and version of each day of a sea ice record, and the breaks at which they change (decisions/0015).

SPANS holds what providers document, each row with its reference. `by_day` gives each day its sensor, from its
file or from SPANS. `ledger` lists the gaps and the changes. A change of sensor or version is a break; a gap
is none. `season_table` and `route_trends` of `layers.ice` name the breaks that each of their trends crosses.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from layers.schema import Column, Layer

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "NOT_STATED",
    "SENSORS",
    "SOURCE_CONTINUITY",
    "SPANS",
    "Span",
    "by_day",
    "changes",
    "crossed",
    "ledger",
]

# By the letters in file names. SMMR: Scanning Multichannel Microwave Radiometer. SSM/I and SSMIS: Special
# Sensor Microwave Imager and Imager Sounder. AMSR2: Advanced Microwave Scanning Radiometer 2.
SENSORS = {
    "n07": "SMMR (Nimbus-7)",
    "f08": "SSM/I (DMSP F08)",
    "f11": "SSM/I (DMSP F11)",
    "f13": "SSM/I (DMSP F13)",
    "f17": "SSMIS (DMSP F17)",
    "f18": "SSMIS (DMSP F18)",
    "am2": "AMSR2 (GCOM-W1)",
    "amsr2": "AMSR2 (GCOM-W1)",
}
NOT_STATED = "sensor not stated"

# How a row was verified: in a file that was read here, on the page or in the public code of the publisher,
# with a third party, or not yet.
Validators = Literal["file", "page", "code", "third party", "unread"]


@dataclass(frozen=True, slots=True)
class Span:
    """Days of one product and version from one sensor or set of sensors, or a documented gap.

    `version` is "" if the row is valid for all versions. Days are ISO 8601, both included. An empty day is an
    open end, or is not known if `note` states so. `cadence_days` is the number of days from one daily map to
    the next, 0 for a gap. `seen` states how the row was verified.
    """

    product: str
    version: str
    sensor: str
    first_day: str
    last_day: str
    cadence_days: int
    note: str
    reference: str
    seen: Validators


_INDEX = "doi:10.7265/a98x-0f50; column Source Data of N_seaice_extent_daily_v4.0.csv"
_0051 = "doi:10.5067/8GQ8LZQVL0VL; file names in the Sea Ice Index's column Source Data"
_GSFC = "Cavalieri et al., user's guide, https://ntrs.nasa.gov/citations/19980076134"
_ECDR = "https://github.com/nsidc/seaice_ecdr, platform start dates of Version 5"
_V4_NEWS = (
    "https://nsidc.org/data/user-resources/data-announcements/new-version-release-noaansidc-sea-ice-index-"
    "version-4"
)
_OSI = "https://osi-saf.eumetsat.int/products/"
_HIGH = "https://osisaf-hl.met.no/"
_AS_0051 = "input NSIDC-0051"

SPANS: tuple[Span, ...] = (
    Span("nsidc_0051", "", SENSORS["n07"], "1978-10-26", "1987-08-20", 2, "every other day", _0051, "file"),
    Span("nsidc_0051", "", SENSORS["f08"], "1987-08-21", "1991-12-18", 1, "", _0051, "file"),
    Span("nsidc_0051", "", "none", "1987-12-03", "1988-01-12", 0, "no data of DMSP F08", _GSFC, "page"),
    Span("nsidc_0051", "", SENSORS["f11"], "1991-12-19", "1995-09-29", 1, "", _0051, "file"),
    Span("nsidc_0051", "", SENSORS["f13"], "1995-09-30", "2007-12-31", 1, "", _0051, "file"),
    Span(
        "nsidc_0051", "", SENSORS["f17"], "2008-01-01", "2024-12-31", 1,
        "version 2.0, from 2022 in the index, names no sensor in its file names", _0051, "file",
    ),
    Span("nsidc_g02135", "", SENSORS["n07"], "1978-10-26", "1987-08-20", 2, _AS_0051, _INDEX, "file"),
    Span("nsidc_g02135", "", SENSORS["f08"], "1987-08-21", "1991-12-18", 1, _AS_0051, _INDEX, "file"),
    Span("nsidc_g02135", "", "none", "1987-12-03", "1988-01-12", 0, "no data of DMSP F08", _GSFC, "page"),
    Span("nsidc_g02135", "", SENSORS["f11"], "1991-12-19", "1995-09-29", 1, _AS_0051, _INDEX, "file"),
    Span("nsidc_g02135", "", SENSORS["f13"], "1995-09-30", "2007-12-31", 1, _AS_0051, _INDEX, "file"),
    Span(
        "nsidc_g02135", "v3.0", SENSORS["f17"], "2008-01-01", "2022-12-31", 1, _AS_0051,
        "column Source Data of N_seaice_extent_daily_v3.0.csv", "file",
    ),
    Span(
        "nsidc_g02135", "v3.0", "SSMIS, DMSP platform not stated", "2023-01-01", "2025-02-06", 1,
        "input NSIDC-0081, near real time; the issue at hand ends there",
        "column Source Data of N_seaice_extent_daily_v3.0.csv", "file",
    ),
    Span("nsidc_g02135", "v4.0", SENSORS["f17"], "2008-01-01", "2024-12-31", 1, _AS_0051, _INDEX, "file"),
    Span(
        "nsidc_g02135", "v4.0", SENSORS["am2"], "2025-01-01", "", 1,
        "input NSIDC-0803, gaps interpolated in time; days before are those of version 3.0", _V4_NEWS, "page",
    ),
    Span(
        "noaa_cdr_g02202", "v04r00", SENSORS["f17"], "", "", 1,
        "so the files of 2021-12-31 and 2022-12; first and last day and the sensors before were not read",
        "doi:10.7265/efmz-2t65", "unread",
    ),
    Span("noaa_cdr_g02202", "v06r00", SENSORS["n07"], "1978-10-25", "1987-07-09", 2, "", _ECDR, "code"),
    Span("noaa_cdr_g02202", "v06r00", "none", "1984-08-12", "1984-08-24", 0, "SMMR was off", _ECDR, "code"),
    Span("noaa_cdr_g02202", "v06r00", "none", "1984-07-03", "1984-08-04", 0,
         "brightness temperatures of SMMR corrupt", _ECDR, "code"),
    Span("noaa_cdr_g02202", "v06r00", "none", "1986-12-04", "1986-12-10", 0, "bad input", _ECDR, "code"),
    Span("noaa_cdr_g02202", "v06r00", SENSORS["f08"], "1987-07-10", "1991-12-02", 1, "", _ECDR, "code"),
    Span("noaa_cdr_g02202", "v06r00", "none", "1987-12-03", "1988-01-13", 0,
         "satellite trouble; a day longer than in NSIDC-0051", _ECDR, "code"),
    Span("noaa_cdr_g02202", "v06r00", SENSORS["f11"], "1991-12-03", "1995-09-30", 1, "", _ECDR, "code"),
    Span("noaa_cdr_g02202", "v06r00", SENSORS["f13"], "1995-10-01", "2007-12-31", 1, "", _ECDR, "code"),
    Span("noaa_cdr_g02202", "v06r00", SENSORS["f17"], "2008-01-01", "2024-12-31", 1, "", _ECDR, "code"),
    Span(
        "noaa_cdr_g02202", "v06r00", SENSORS["am2"], "2025-01-01", "", 1,
        "files named am2; the user guide of version 6 was not read",
        "https://nsidc.org/data/g02202/versions/6", "third party",
    ),
    Span(
        "osisaf_cdr_v2", "OSI-450", "SMMR, SSM/I, SSMIS", "1979-01-01", "2015-12-31", 1,
        "years as its citation has them; superseded", _OSI + "osi-450", "page",
    ),
    Span(
        "osisaf_cdr_v2", "OSI-430-b", "SSMIS", "2016-01-01", "2023-04-30", 1, "interim, superseded",
        _OSI + "osi-430-a", "page",
    ),
    Span(
        "osisaf_cdr_v3", "OSI-450-a", "SMMR", "1978-10-01", "1987-06-30", 2,
        "every 48 hours before July 1987; the day on which SSM/I joins was not read",
        _OSI + "osi-450-a; " + _HIGH + "osi-450a-430a-desc", "page",
    ),
    Span(
        "osisaf_cdr_v3", "OSI-450-a", "SSM/I, with SSMIS from 2006", "1987-07-01", "2020-12-31", 1,
        "SSM/I to 2008, SSMIS from 2006", _HIGH + "osi-450a-430a-desc; doi:10.15770/EUM_SAF_OSI_0013", "page",
    ),
    Span(
        "osisaf_cdr_v3", "OSI-430-a", "SSMIS", "2021-01-01", "", 1,
        "interim, 16 days late; fast-track files, 2 days late, are replaced by these",
        _OSI + "osi-430-a", "page",
    ),
    Span(
        "osisaf_sic", "", "SSMIS (F16, F17, F18, not all always)", "2016-05-26", "", 1,
        "OSI-401-b, then -d; F15 and no F17 from November 2016 to 2018-04-22; upgraded as it runs, no "
        "climate record, says its provider", _HIGH + "osi-401-d-desc; "
        "http://www.osi-saf.org/?q=content/update-osi-401-b-new-instrument-and-correction-netcdf-attribute",
        "page",
    ),
    Span(
        "osisaf_sic", "", "none", "2021-02-20", "2021-02-21", 0, "outage of SSMIS data, not reprocessed",
        "https://osi-saf.eumetsat.int/community/stories/osi-saf-products-affected-outage-ssmis-data-19-22-"
        "february-2021", "page",
    ),
    Span(
        "bremen_asi_amsr2", "v5.4", SENSORS["am2"], "2012-07-02", "", 1, "first day of the folder's list",
        "https://data.seaice.uni-bremen.de/amsr2/asi_daygrid_swath/", "third party",
    ),
    Span(
        "bremen_asi_amsr2", "v5.4", "none", "2013-05-11", "2013-05-13", 0, "no file in the folder's list",
        "https://data.seaice.uni-bremen.de/amsr2/asi_daygrid_swath/", "third party",
    ),
)  # fmt: skip

_ALTERNATE_RUN = 5  # steps of two days in a row that make a record of every other day


def _base(product: str) -> str:
    """Return the name of a product without the cell size that an archive on another grid adds to the name."""
    return re.sub(r"_[\d.]+m$", "", product)


def _documented(product: str, version: str) -> list[Span]:
    """Return the rows of SPANS of a product and version; a version may have a suffix."""
    return [row for row in SPANS if row.product == _base(product) and version.startswith(row.version)]


def _within(row: Span, day: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    first = np.datetime64(row.first_day or "0001-01-01", "D")
    last = np.datetime64(row.last_day or "9999-12-31", "D")
    return np.asarray((day >= first) & (day <= last))


def by_day(days: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of `days` with the sensor of each day: from its file or, if it states none, from SPANS.

    `days` has date (datetime), product, version and sensor, without nulls. `sensor` is a key or a value of
    SENSORS; any other text counts as not stated. In the result `sensor` is the name of the sensor, or
    NOT_STATED. Added columns: `sensor_basis`: `file`, `documented` or `unknown`; `documented_sensor`: the
    sensor of SPANS or null; `is_as_documented`: whether file and SPANS agree, null if one is unknown.
    """
    when = days["date"].to_numpy(dtype="datetime64[D]")
    documented = np.full(len(days), None, dtype=object)
    for product, version in days[["product", "version"]].drop_duplicates().itertuples(index=False):
        at = ((days["product"] == product) & (days["version"] == version)).to_numpy()
        for row in _documented(product, version):
            # A gap has no sensor. A row without days would stand for the whole record.
            if row.cadence_days and (row.first_day or row.last_day):
                documented[at & _within(row, when)] = row.sensor
    codes, words = pd.factorize(days["sensor"])  # few words, many days
    names = np.array([SENSORS.get(str(word), str(word)) for word in words] or [""], dtype=object)
    named = names[codes]
    stated = np.isin(names.astype(str), list(SENSORS.values()))[codes]
    is_documented = pd.notna(documented)
    sensor = np.where(stated, named, np.where(is_documented, documented, NOT_STATED))
    same = pd.array(np.where(stated & is_documented, named == documented, None), dtype="boolean")
    return days.assign(
        sensor=sensor,
        sensor_basis=np.select([stated, is_documented], ["file", "documented"], "unknown"),
        documented_sensor=documented,
        is_as_documented=same,
    )


def ledger(days: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger: the gaps and changes of a record, one row for each, sorted by `first_day`.

    `days` has date (datetime, rising), sensor and version, without nulls. It may have product, with which
    SPANS explains gaps. Columns: `kind`, `note`, and by kind `first_day`, `last_day` and `days`:

    - `gap`: the first and last missing day, and their number.
    - `every_other_day`, at least five steps of two days in a row, as SMMR has to 1987-08: the first and last
      day with a map, and the number of missing days between.
    - `sensor_change`, `version_change`: the last day of the old, the first day of the new, and 0.
    """
    when = days["date"].to_numpy(dtype="datetime64[D]")
    apart = np.diff(when).astype(int)
    products = {_base(name) for name in days["product"].unique()} if "product" in days else set()
    rows: list[tuple[str, Any, Any, int, str]] = []
    at = 0
    for width, group in itertools.groupby(apart.tolist()):
        count = len(list(group))
        first, last = when[at], when[at + count]
        if width == 2 and count >= _ALTERNATE_RUN:
            rows.append(("every_other_day", first, last, count, "one day of two was observed"))
        elif width > 1:
            for place in range(at, at + count):
                ends = when[place] + 1, when[place + 1] - 1
                rows.append(("gap", *ends, width - 1, _why_gone(products, *ends)))
        at += count
    for name in ("sensor", "version"):
        code, value = pd.factorize(days[name])
        for place in (np.flatnonzero(np.diff(code)) + 1).tolist():
            note = f"{value[code[place - 1]]} to {value[code[place]]}"
            rows.append((f"{name}_change", when[place - 1], when[place], 0, note))
    table = pd.DataFrame(rows, columns=["kind", "first_day", "last_day", "days", "note"])
    return table.sort_values(["first_day", "kind"], ignore_index=True)


def _why_gone(products: set[Any], first: np.datetime64, last: np.datetime64) -> str:
    """Return the note of SPANS on the gap from `first` to `last`; "" if SPANS has none."""
    for row in SPANS:
        if row.product in products and not row.cadence_days:
            is_within = _within(row, np.array([first, last]))
            if is_within.all():
                return row.note
    return ""


# --- breaks -------------------------------------------------------------------------------------


def changes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the breaks in the rows of a `ledger`: its changes of sensor and version, not its gaps.

    `day` is the first day of the new sensor or version. `words` is this day and the change.
    """
    some = rows[rows["kind"].str.endswith("_change")]
    day = pd.to_datetime(some["last_day"]).to_numpy().astype("datetime64[D]")
    words = [f"{when} {note}" for when, note in zip(day, some["note"], strict=True)]
    return pd.DataFrame({"day": day.astype("datetime64[s]"), "words": words})


def crossed(
    breaks: pd.DataFrame | None, first: ArrayLike, last: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Return the count of the breaks in each span of days, and their words, separated by "; ".

    `first` and `last` are the ends of the spans, such as the years of each trend, shape (n,). A break counts
    if `first` < day <= `last`. Without `breaks`, and for a span with NaT, both are unknown: NaN and None.
    """
    begin, end = (np.asarray(part, dtype="datetime64[D]") for part in (first, last))
    count = np.full(len(begin), np.nan)
    words = np.full(len(begin), None, dtype=object)
    if breaks is None:
        return count, words
    day = breaks["day"].to_numpy().astype("datetime64[D]")
    text = breaks["words"].to_numpy(dtype=object)
    pairs = np.column_stack([begin.astype(np.int64), end.astype(np.int64)])
    has_days = ~(np.isnat(begin) | np.isnat(end))
    for pair in np.unique(pairs[has_days], axis=0):
        rows = has_days & (pairs == pair).all(axis=1)
        # A break on the first day leaves no day of the old sensor in the span.
        inside = (day.astype(np.int64) > pair[0]) & (day.astype(np.int64) <= pair[1])
        count[rows] = inside.sum()
        words[rows] = "; ".join(text[inside])
    return count, words


# --- the layer ----------------------------------------------------------------------------------

# Product -> source of the picture; other products are not in the layer.
_SOURCE = {
    "nsidc_g02135": "nsidc_sea_ice_index",
    "nsidc_0051": "sea_ice_grid",
    "noaa_cdr_g02202": "sea_ice_grid",
    "osisaf_sic": "sea_ice_grid",
    "osisaf_cdr_v2": "sea_ice_grid",
    "osisaf_cdr_v3": "sea_ice_grid",
}
_SERIES, _SERIES_VERSION = "nsidc_g02135", "v4.0"
_OBSERVED = "seen in the daily extent series of this picture"
_READ_ON = "2026-11-25"  # the day on which the rows of SPANS were last verified


def source_continuity(sea_ice_extent: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the table of SOURCE_CONTINUITY: which sensor and version stands behind which days.

    It holds the `ledger` of the daily extent series up to `day`, and all SPANS of the products in `_SOURCE`.
    """
    when = pd.to_datetime(sea_ice_extent["date"]).to_numpy().astype("datetime64[D]")
    is_past = when <= np.datetime64(day)
    codes, notes = pd.factorize(sea_ice_extent["sensor_note"])
    sensors = np.array([str(note).split(", NSIDC", maxsplit=1)[0] for note in notes] or [""], dtype=object)
    days = by_day(
        pd.DataFrame(
            {"date": when[is_past], "sensor": sensors[codes[is_past]], "product": _SERIES,
             "version": _SERIES_VERSION}
        )
    )  # fmt: skip
    latest = str(when[is_past].max()) if is_past.any() else day.isoformat()
    gaps_and_changes = ledger(days)
    rows = [
        {"kind": row.kind, "product": _SERIES, "version": _SERIES_VERSION, "sensor": None,
         "lacking_days": row.days,
         "first_day": f"{row.first_day:%Y-%m-%d}", "last_day": f"{row.last_day:%Y-%m-%d}", "seen": "file",
         "note": row.note, "reference": _OBSERVED, "cadence_days": None}
        for row in gaps_and_changes.itertuples(index=False)
    ]  # fmt: skip
    rows += [
        asdict(row) | {"kind": "span" if row.cadence_days else "gap"}
        for row in SPANS
        if row.product in _SOURCE
    ]
    table = pd.DataFrame(rows)
    table["cadence_days"] = table["cadence_days"].where(table["cadence_days"] != 0, None)
    blank = ["first_day", "last_day", "version", "note"]
    table[blank] = table[blank].where(table[blank] != "", None)
    key = table["product"] + "-" + table["version"].fillna("all") + "-" + table["kind"]
    number = table.groupby(key).cumcount() + 1
    return table.assign(
        feature_id=key + "-" + number.astype(str).str.zfill(2),
        name=table["sensor"].fillna(table["note"]).fillna(table["kind"]),
        source_id=table["product"].map(_SOURCE),
        as_of=np.where(table["reference"] == _OBSERVED, latest, min(_READ_ON, day.isoformat())),
    )


# Published with every picture, so that a reader can judge a step in a series of ice.
SOURCE_CONTINUITY = Layer(
    id="source_continuity",
    title="Ledger of sensors and versions of the sea ice products",
    pillar="environmental",
    geometry="table",
    columns=(
        Column("product", "str", "product, as its reader is called", required=True),
        Column("version", "str", "version of the product; null holds for all"),
        Column("kind", "str", "what the row says", required=True,
               choices=("span", "gap", "every_other_day", "sensor_change", "version_change")),
        Column("sensor", "str", "sensor and satellite; none in a gap"),
        Column("first_day", "str", "first day; of a change the last of the old; null is not known"),
        Column("last_day", "str", "last day; of a change the first of the new; null is open or not known"),
        Column("cadence_days", "int", "step from day to day", "day", low=1, high=2),
        Column("lacking_days", "int", "days lacking in between", "day", low=0),
        Column("note", "str", "what else is said of it"),
        Column("reference", "str", "where it stands", required=True),
        Column("seen", "str", "how it was verified", required=True,
               choices=("file", "page", "code", "third party", "unread")),
    ),
    note="A trend over a change of sensor or version is a trend over a break.",
    derive=source_continuity,
)  # fmt: skip
