"""Gates: what a fetched file must be before it may stand in for the last good one.

`sniff` looks at a file in Python alone, by its kind. `judge` holds the table that its source reads
from it against the last accepted one. A finding is a `warn` (published, and marked) or a `hold` (the
last good stays). Limits are starting values of the project, in one place; those of a source stand in
`_SPECIAL`.
"""

from __future__ import annotations

import json
import re
import stat
import struct
import zipfile
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from layers.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd

    from pipelines.source import Kind

__all__ = ["Facts", "Finding", "judge", "judge_file", "sniff"]

ROWS_HOLD, ROWS_WARN = (0.8, 1.5), (0.95, 1.05)  # of the last accepted
SIZE_HOLD = (0.5, 2.0)  # of the median of the last sizes
IDS_LEAST = 0.5  # share of the ids seen last time
MOVED_KM = 2.0
NULLS_WARN = 0.05  # more of a column missing than last time
UNIT_ROWS = 20
UNIT_HOLD = (0.5, 2.0)  # median of a measure against that of the same rows last time
STEP_HOLD, STEP_WARN = 0.5, 0.25  # sea ice extent, million km2 a day
COAST_KM, COAST_USUAL, COAST_MORE = 10.0, 0.03, 0.01  # 2.9 % of the index of 2025 lie farther inland or out
SEASON_MARGIN = 1.0  # million km2 beyond the record of that day of the year

_SHAPE = b"\x00\x00\x27\x0a"
_MEMBERS, _UNPACKED_BYTES, _RATIO, _COLUMNS = 100, 500_000_000, 100, 200
# Control characters, marks that turn the direction of text, what was decoded wrongly (UTF-8 taken for
# Latin-1), and the openings of template languages.
_STRANGE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\N{LEFT-TO-RIGHT OVERRIDE}\N{RIGHT-TO-LEFT OVERRIDE}]"
    "|\N{REPLACEMENT CHARACTER}|[\u00c2\u00c3\u00d0\u00d1][\x80-\xbf]"
    r"|\{\{|\{%|\$\{|<script",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says of itself: rows or features, and its columns where it has some."""

    rows: int
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """A gate that did not pass: its rule, whether it holds the file back, and what was found."""

    rule: str
    outcome: Literal["warn", "hold"]
    found: str


def sniff(path: Path, kind: Kind) -> Facts:
    """Look at a file by its kind, with no library that parses in C.

    Raises
    ------
    SourceError
        With expected and found, if it is not a whole file of that kind.
    """
    return _SNIFFERS[kind](path)


def _refuse(path: Path, expected: str, found: str) -> NoReturn:
    msg = f"{path.name}: expected {expected}, found {found}"
    raise SourceError(msg)


def _text(path: Path) -> str:
    raw = path.read_bytes()
    coding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        text = raw.decode(coding)
    except UnicodeDecodeError as error:
        _refuse(path, f"text in {coding}", f"{error} (row {_row(raw, error.start)})")
    if "\x00" in text:
        at = text.index("\x00")
        _refuse(path, "text", f"a NUL character in row {_row(text, at)}")
    return text


def _row(content: str | bytes, place: int) -> int:
    """The row of a text, counted from 1, in which a place lies."""
    begins = content[:place]
    return 1 + (begins.count("\n") if isinstance(begins, str) else begins.count(b"\n"))


def _csv(path: Path) -> Facts:
    text = _text(path)
    if re.match(r"\s*[<{\[]", text):
        _refuse(path, "a CSV", f"{' '.join(text[:60].split())!r} in row 1")
    if not text.endswith(("\n", "\r")):
        found = f"{text[-40:]!r} in row {_row(text, len(text))}: it is cut"
        _refuse(path, "a line end after the last row", found)
    first = text.split("\n", 1)[0]
    columns = tuple(name.strip().strip('"') for name in first.split(","))
    if not 2 <= len(columns) <= _COLUMNS:
        _refuse(path, f"2 to {_COLUMNS} columns", f"{len(columns)} in row 1 ({first[:60]!r})")
    return Facts(text.count("\n") - 1, columns)


def _json(path: Path) -> Facts:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            names = [name for name, _ in pairs]
            _refuse(path, "each name once", f"{max(names, key=names.count)!r} twice")
        return made

    def number(name: str) -> NoReturn:
        stands = re.search(rf"[:\[,]\s*{name}", text)
        _refuse(path, "numbers of JSON", f"{name} in row {_row(text, stands.end() if stands else 0)}")

    text = _text(path)
    try:
        content = json.loads(text, object_pairs_hook=once, parse_constant=number)
    except (ValueError, RecursionError) as error:
        _refuse(path, "JSON", str(error)[:120])
    if isinstance(content, dict) and "remark" in content:
        _refuse(path, "an answer of Overpass in full", f"the remark {str(content['remark'])[:120]!r}")
    rows = content.get("features", content) if isinstance(content, dict) else content
    return Facts(len(rows) if isinstance(rows, list) else 1)


def _geojson(path: Path) -> Facts:
    facts = _json(path)
    content = json.loads(_text(path))
    if not isinstance(content, dict) or content.get("type") not in {"FeatureCollection", "Feature"}:
        _refuse(path, "GeoJSON", f"type {content.get('type') if isinstance(content, dict) else content!r}")
    system = content.get("crs", {"type": "name", "properties": {"name": "CRS84"}})
    named = str(system.get("properties", {}).get("name", "")) if isinstance(system, dict) else ""
    # A `crs` of type link makes GDAL fetch it; a named one other than this is not GeoJSON.
    if not isinstance(system, dict) or system.get("type") != "name" or not re.search(r"CRS84$|4326$", named):
        _refuse(path, "longitude, latitude (CRS84)", f"crs {str(system)[:120]}")
    return facts


def _archive(path: Path) -> dict[str, int]:
    """Names and sizes of the members of a zip whose every member is whole, plain and of sound size."""
    try:
        with zipfile.ZipFile(path) as box:
            members = [row for row in box.infolist() if not row.is_dir()]
            _check_members(path, members)
            sizes = {row.filename: 0 for row in members}
            for row in members:
                with box.open(row) as stream:
                    while block := stream.read(1 << 20):
                        sizes[row.filename] += len(block)
                        if sum(sizes.values()) > _UNPACKED_BYTES:
                            _refuse(path, f"at most {_UNPACKED_BYTES} bytes unpacked", "more")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        _refuse(path, "a whole zip archive", str(error)[:120])
    except Exception as error:  # noqa: BLE001  zlib.error and lzma.LZMAError have no common base
        _refuse(path, "a whole zip archive", f"{type(error).__name__} {error}"[:120])
    return sizes


def _check_members(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    if not 1 <= len(members) <= _MEMBERS:
        _refuse(path, f"1 to {_MEMBERS} members", str(len(members)))
    seen: set[str] = set()
    for row in members:
        name = row.orig_filename
        parts = re.split(r"[/\\]", name)
        if "\x00" in name or "\\" in name or ":" in name or name.startswith("/") or ".." in parts:
            _refuse(path, "members inside the archive", repr(name))
        if stat.S_ISLNK(row.external_attr >> 16):
            _refuse(path, "plain files", f"the link {name!r}")
        if name.casefold() in seen:
            _refuse(path, "each member once", f"{name!r} twice")
        seen.add(name.casefold())
        if row.file_size > 1_000_000 and row.file_size > _RATIO * max(row.compress_size, 1):
            _refuse(path, f"at most {_RATIO} times unpacked", f"{name!r}: {row.file_size} bytes")


def _zip(path: Path) -> Facts:
    """A zip; a shapefile in it has its parts, and as many rows in each."""
    names = _archive(path)
    shapes = [name for name in names if name.lower().endswith(".shp")]
    rows = 0
    for shape in shapes:
        stem = shape[:-4]
        lacking = [part for part in (".shx", ".dbf", ".prj") if stem + part not in names]
        if lacking:
            _refuse(path, f"{shape} with {', '.join(lacking)}", "none")
        with zipfile.ZipFile(path) as box:
            records = int.from_bytes(box.read(stem + ".dbf")[4:8], "little")
            indexed = (names[stem + ".shx"] - 100) // 8
            begins = box.read(shape)[:28]
            if len(begins) < 28 or not begins.startswith(_SHAPE):  # GDAL chooses by content
                _refuse(path, f"{shape} to be a shapefile", repr(begins[:16]))
            length = struct.unpack(">I", begins[24:28])[0] * 2
        if records != indexed or length != names[shape]:
            found = f"{records} in .dbf, {indexed} in .shx; {length} bytes announced, {names[shape]} here"
            _refuse(path, f"{shape} with as many rows in each part and its whole length", found)
        rows += records
    return Facts(rows or len(names))


def _xlsx(path: Path) -> Facts:
    names = _archive(path)
    if "[Content_Types].xml" not in names:
        _refuse(path, "a spreadsheet", f"a zip of {', '.join(sorted(names)[:3])}")
    return Facts(sum("worksheets/" in name for name in names))


def _netcdf(path: Path) -> Facts:
    """The whole length is checked for HDF5; a classic file that is cut is refused when it is read."""
    raw, size = path.read_bytes()[:64], path.stat().st_size
    if raw.startswith(b"\x89HDF\r\n\x1a\n") and len(raw) == 64:
        version = raw[8]
        ends = struct.unpack_from("<Q", raw, 28 if version >= 2 else 40)[0]
        if ends > size:
            _refuse(path, f"{ends} bytes, as its header says", f"{size}: it is cut")
    elif not raw.startswith((b"CDF\x01", b"CDF\x02")):
        _refuse(path, "NetCDF", repr(raw[:16]))
    return Facts(1)


def _tiff(path: Path) -> Facts:
    """A TIFF by its first bytes: GDAL would open by content, and a list of other files is content too."""
    with path.open("rb") as stream:
        first = stream.read(4)
    if first not in {b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"}:
        _refuse(path, "TIFF", repr(first))
    return Facts(1)


def _bytes(path: Path) -> Facts:
    return Facts(path.stat().st_size)


_SNIFFERS: dict[str, Callable[[Path], Facts]] = {
    "csv": _csv, "json": _json, "geojson": _geojson, "zip": _zip, "xlsx": _xlsx, "netcdf": _netcdf,
    "tiff": _tiff, "bytes": _bytes,
}  # fmt: skip


def judge_file(
    facts: Facts, before: Facts | None, size: int, sizes: Sequence[int], at_least: int
) -> list[Finding]:
    """What speaks against a file: its rows, columns and size, against the last accepted ones."""
    found = []
    if facts.rows < at_least:
        found.append(Finding("rows", "hold", f"expected at least {at_least} rows, found {facts.rows}"))
    if before:
        found += _rows(facts.rows, before.rows)
        gone = [name for name in before.columns if name not in facts.columns]
        new = [name for name in facts.columns if name not in before.columns]
        if gone:
            found.append(Finding("columns", "hold", f"expected the column {gone[0]!r}, found it gone"))
        elif new:
            found.append(Finding("columns", "warn", f"the column {new[0]!r} is new"))
    if sizes:
        usual = sorted(sizes)[len(sizes) // 2]
        if not SIZE_HOLD[0] * usual <= size <= SIZE_HOLD[1] * usual:
            found.append(Finding("size", "hold", f"expected about {usual} bytes, found {size}"))
    return found


def _rows(now: int, before: int) -> list[Finding]:
    share = now / max(before, 1)
    text = f"expected about {before} rows, found {now}"
    if not ROWS_HOLD[0] <= share <= ROWS_HOLD[1]:
        return [Finding("rows", "hold", text)]
    return [] if ROWS_WARN[0] <= share <= ROWS_WARN[1] else [Finding("rows", "warn", text)]


def judge(source_id: str, new: pd.DataFrame, old: pd.DataFrame | None, today: date) -> list[Finding]:
    """What speaks against a source's table, itself and against the last accepted one.

    Both are conformed to the same layer; distances are geodesic kilometres.
    """
    found = _itself(new, today)
    if old is not None and len(old):
        found += _rows(len(new), len(old))
        found += _against(new, old)
    return found + (_SPECIAL[source_id](new, old) if source_id in _SPECIAL else [])


def _itself(new: pd.DataFrame, today: date) -> list[Finding]:
    found = []
    latest = str(new["as_of"].max())
    # An hour's grace would need a clock time; content dates are days, and the earth turns.
    if latest > (today + timedelta(days=1)).isoformat():
        found.append(Finding("date", "hold", f"expected days up to {today}, found {latest}"))
    keys = new["feature_id"]
    if keys.duplicated().any():
        key = keys[keys.duplicated()].iloc[0]
        found.append(Finding("key", "hold", f"expected each feature once, found {key!r} twice"))
    for name in new.select_dtypes(include=["object", "str"]).columns.difference(["geometry"]):
        odd = new[name].dropna().astype("str").str.contains(_STRANGE)
        if odd.any():
            said = f"{name} of {int(odd.sum())} rows holds code, control or misread text"
            found.append(Finding("text", "warn", said))
    return found


def _against(new: pd.DataFrame, old: pd.DataFrame) -> list[Finding]:
    found = []
    if str(new["as_of"].max()) < str(old["as_of"].max()):
        text = f"expected days up to {old['as_of'].max()} or later, found {new['as_of'].max()}"
        found.append(Finding("date", "hold", text))
    kept = old["feature_id"].isin(new["feature_id"]).mean()
    if kept < IDS_LEAST:
        found.append(Finding("ids", "hold", f"expected half of the ids of last time, found {kept:.0%}"))
    found += _measures(new, old)
    more = new.isna().mean() - old.isna().mean()
    found += [
        Finding("missing", "warn", f"{name} is missing in {more[name]:.0%} more of the rows")
        for name in more.index[more > NULLS_WARN]
    ]
    if "geometry" in new and set(new.geometry.geom_type) == {"Point"}:
        from pipelines.changes import moved_km  # noqa: PLC0415

        far = moved_km(old, new, "feature_id")
        if (far > MOVED_KM).any():
            text = f"{int((far > MOVED_KM).sum())} moved by more than {MOVED_KM:g} km, {far.idxmax()} most"
            found.append(Finding("place", "warn", text))
    return found


def _measures(new: pd.DataFrame, old: pd.DataFrame) -> list[Finding]:
    """Measures that doubled or halved in the same rows: another unit, not another world."""
    now, then = (table.drop_duplicates("feature_id").set_index("feature_id") for table in (new, old))
    rows = now.index.intersection(then.index)
    found = []
    for name in now.select_dtypes("float").columns.intersection(then.columns):
        both = now.loc[rows, name].notna() & then.loc[rows, name].notna()
        median, usual = (table.loc[rows, name][both].median() for table in (now, then))
        if both.sum() >= UNIT_ROWS and usual and not UNIT_HOLD[0] <= median / usual <= UNIT_HOLD[1]:
            text = f"expected a median {name} of about {usual:g}, found {median:g}: another unit?"
            found.append(Finding("unit", "hold", text))
    return found


def _daily_extent(new: pd.DataFrame, old: pd.DataFrame | None) -> list[Finding]:
    """Steps from day to day, and the season's record, of the days that are new.

    Extent in million km2. A step of half a million in a day has no melt or freeze behind it.
    """
    import numpy as np  # noqa: PLC0415
    import pandas as pd  # noqa: PLC0415

    table = new.sort_values("date")
    day = pd.to_datetime(table["date"])
    extent = table["extent_million_km2"]
    is_new = (
        ~table["date"].isin(old["date"]) if old is not None else day > day.max() - np.timedelta64(30, "D")
    )
    step = extent.diff().abs() / day.diff().dt.days
    found = []
    widest = step.where(is_new).max()
    if widest > STEP_WARN:
        at = table["date"][step.where(is_new).idxmax()]
        text = f"expected a step of at most {STEP_WARN:g} million km2 a day, found {widest:.2f} at {at}"
        found.append(Finding("step", "hold" if widest > STEP_HOLD else "warn", text))
    season = extent[~is_new].groupby(day[~is_new].dt.day_of_year).agg(["min", "max"])
    bounds = season.reindex(day[is_new].dt.day_of_year)
    off = (extent[is_new].to_numpy() < bounds["min"].to_numpy() - SEASON_MARGIN) | (
        extent[is_new].to_numpy() > bounds["max"].to_numpy() + SEASON_MARGIN
    )
    if off.any():
        at = table["date"][is_new][off].iloc[0]
        found.append(
            Finding("season", "hold", f"expected an extent of that time of year, found another at {at}")
        )
    return found


def _near_coast(new: pd.DataFrame, old: pd.DataFrame | None) -> list[Finding]:
    """The share of harbours far from the coast of 1:10m: rivers and islets have some, no more may come.

    Places that were shifted, cut to whole degrees or written with the wrong sign show so.
    """
    far = _far_share(new)
    usual = COAST_USUAL if old is None or not len(old) else max(_far_share(old), COAST_USUAL)
    if far <= usual + COAST_MORE:
        return []
    text = f"expected at most {usual + COAST_MORE:.0%} over {COAST_KM:g} km from a coast, found {far:.0%}"
    return [Finding("coast", "hold", text)]


def _far_share(points: pd.DataFrame) -> float:
    """Share of points in EPSG:3413 over `COAST_KM` from the embedded coast; its scale is within 4 % here."""
    import shapely  # noqa: PLC0415

    from pipelines.live import embedded_table  # noqa: PLC0415
    from pipelines.sources import source  # noqa: PLC0415

    land = embedded_table(source("natural_earth_land"))
    if land is None:
        return 0.0
    coast = shapely.STRtree(shapely.get_parts(shapely.boundary(land.geometry.to_numpy())))
    at = points.geometry.to_numpy()
    near = coast.query_nearest(at, max_distance=COAST_KM * 1000, all_matches=False)
    return 1 - len(set(near[0])) / max(len(at), 1)


_SPECIAL: dict[str, Callable[[pd.DataFrame, pd.DataFrame | None], list[Finding]]] = {
    "nsidc_sea_ice_index": _daily_extent,
    "nga_world_port_index": _near_coast,
    "geonames_harbours": _near_coast,
}
