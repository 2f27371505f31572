"""Gates: what a fetched file must be before it may stand in for the last good one.

`judge_file` weighs the summary of a file (pipelines.intake.sniff), `judge` the table that its source
reads from it, each against the last accepted one. A finding is a `warn` (published, and marked) or a
`hold` (the last good stays). Limits are starting values of the project, in one place; those of a source
stand in `_SPECIAL`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pipelines.snapshot import held_grid, held_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from pipelines.intake.sniff import FileSummary

__all__ = ["Finding", "judge", "judge_file"]

ROWS_HOLD, ROWS_WARN = (0.8, 1.5), (0.95, 1.05)  # of the last accepted
SIZE_HOLD = (0.5, 2.0)  # of the median of the last sizes
IDS_LEAST = 0.5  # share of the ids seen last time
MOVED_KM = 2.0
NULLS_WARN = 0.05  # more of a column missing than last time
UNIT_ROWS = 20
UNIT_HOLD = (0.5, 2.0)  # median of a measure against that of the same rows last time
STEP_HOLD, STEP_WARN = 0.5, 0.25  # sea ice extent, million km2 a day
COAST_KM, COAST_USUAL, COAST_MORE = 10.0, 0.03, 0.01  # 2.9 % of the index of 2025 lie farther inland or out
ASHORE_MOST = 0.05  # neither on land nor near a coast: 0 to 1.8 % of what is embedded, 4 % of landings
TURNED_LEAST = 10  # places that a gate of exchanged degrees can say something of
BASE_HOLD_DAYS, BASE_WARN_DAYS, RENAMED_WARN = 7, 2, 0.5
# The map of Canada: 99 % on land, 37 of 37 typed places within a step; turned over: half, and 3 %.
FROST_ASHORE, FROST_STEP, FROST_PLACES = 0.9, 0.8, 10
FROZEN, ABROAD_KM, ABROAD_HOLD = 0.01, 50.0, 0.01
# Countries by the names of others, and what else belongs to them on our map.
_ALSO = {"United States": ("United States of America",), "Norway": ("Svalbard and Jan Mayen",)}
SEASON_MARGIN = 1.0  # million km2 beyond the record of that day of the year
CRS_EPSG = 3413

# Control characters, marks that turn the direction of text, what was decoded wrongly (UTF-8 taken for
# Latin-1), and the openings of template languages.
_STRANGE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\N{LEFT-TO-RIGHT OVERRIDE}\N{RIGHT-TO-LEFT OVERRIDE}]"
    "|\N{REPLACEMENT CHARACTER}|[\u00c2\u00c3\u00d0\u00d1][\x80-\xbf]"
    r"|\{\{|\{%|\$\{|<script",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A gate that did not pass: its rule, whether it holds the file back, and what was found."""

    rule: str
    outcome: Literal["warn", "hold"]
    found: str


def judge_file(
    facts: FileSummary, before: FileSummary | None, size: int, sizes: Sequence[int], at_least: int
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
    if source_id in _OPENSTREETMAP:
        found += _aged(new, today)
    for gate in _SPECIAL.get(source_id, ()) if len(new) and not _placed(new) else ():
        found += gate(new, old)
    return found


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
    found += _placed(new)
    for name in new.select_dtypes(include=["object", "str"]).columns.difference(["geometry"]):
        texts = [str(text) for text in new[name].dropna().unique()]
        if _STRANGE.search("\n".join(texts)):  # one search: most columns hold none
            odd = new[name].isin([text for text in texts if _STRANGE.search(text)])
            said = f"{name} of {int(odd.sum())} rows holds code, control or misread text"
            found.append(Finding("text", "warn", said))
    return found


def _placed(new: pd.DataFrame) -> list[Finding]:
    """The pinned CRS; a place in every row, finite, and none at zero, which is the pole."""
    import numpy as np  # noqa: PLC0415

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


def _against(new: pd.DataFrame, old: pd.DataFrame) -> list[Finding]:
    found = []
    if str(new["as_of"].max()) < str(old["as_of"].max()):
        text = f"expected days up to {old['as_of'].max()} or later, found {new['as_of'].max()}"
        found.append(Finding("date", "hold", text))
    seen, now = (set(table["feature_id"].to_numpy(dtype=object)) for table in (old, new))
    kept = len(seen & now) / len(seen)
    if kept < IDS_LEAST:
        found.append(Finding("ids", "hold", f"expected half of the ids of last time, found {kept:.0%}"))
    found += _measures(new, old)
    more = new.isna().mean() - old.isna().mean()
    found += [
        Finding("missing", "warn", f"{name} is missing in {more[name]:.0%} more of the rows")
        for name in more.index[more > NULLS_WARN]
    ]
    if "geometry" in new and set(new.geometry.geom_type) == {"Point"}:
        from pipelines.picture.diff import moved_km  # noqa: PLC0415

        far = moved_km(old, new, "feature_id")
        if (far > MOVED_KM).any():
            text = f"{int((far > MOVED_KM).sum())} moved by more than {MOVED_KM:g} km, {far.idxmax()} most"
            found.append(Finding("moved", "warn", text))
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
    if extent[is_new].isna().any():
        at = table["date"][is_new & extent.isna()].iloc[0]
        found.append(Finding("value", "hold", f"expected an extent of each new day, found none at {at}"))
    widest = step.where(is_new).max()
    if widest > STEP_WARN:
        at = table["date"][step.where(is_new).idxmax()]
        text = f"expected a step of at most {STEP_WARN:g} million km2 a day, found {widest:.2f} at {at}"
        found.append(Finding("step", "hold" if widest > STEP_HOLD else "warn", text))
    if "sensor_note" in table and is_new.any() and not is_new.all():
        other = sorted(set(table["sensor_note"][is_new]) - {table["sensor_note"][~is_new].iloc[-1]})
        if other:
            found.append(Finding("sensor", "warn", f"new days come from {other[0]}: a step for any trend"))
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

    def far(points: pd.DataFrame) -> float:
        return float(1 - _at_coast(points.geometry.x, points.geometry.y).mean())

    usual = COAST_USUAL if old is None or not len(old) else max(far(old), COAST_USUAL)
    found = far(new)
    if found <= usual + COAST_MORE:
        return []
    text = f"expected at most {usual + COAST_MORE:.0%} over {COAST_KM:g} km from a coast, found {found:.0%}"
    return [Finding("coast", "hold", text)]


def _ashore(new: pd.DataFrame, old: pd.DataFrame | None) -> list[Finding]:  # noqa: ARG001
    """Places at sea; and whether more would lie ashore if degrees were exchanged, or had another sign."""
    import numpy as np  # noqa: PLC0415

    from layers.crs import lonlat, polar_xy  # noqa: PLC0415

    place = new.geometry.x.to_numpy(), new.geometry.y.to_numpy()
    lon, lat = lonlat(*place)
    here = _on_land(*place)
    found = []
    if 1 - here.mean() > ASHORE_MOST:
        text = f"expected at most {ASHORE_MOST:.0%} at sea, found {1 - here.mean():.0%}"
        found.append(Finding("ashore", "hold", text))
    south = lat.min(initial=90.0)
    for said, x, y in (("of the other sign", -lon, lat), ("exchanged", lat, lon)):
        could = (y >= south) & (y <= 90)
        if could.sum() >= TURNED_LEAST:
            turned = _on_land(*polar_xy(x[could], y[could])).mean()
            if turned > here[could].mean():
                text = f"{turned:.0%} of {int(np.sum(could))} lie ashore with degrees {said}, as they are "
                found.append(Finding("turned", "hold", text + f"{here[could].mean():.0%}"))
    return found


@cache
def _coast() -> Any:
    """The embedded coast as a tree of points a kilometre apart, EPSG:3413; its scale is within 4 % here."""
    import shapely  # noqa: PLC0415
    from scipy.spatial import cKDTree  # noqa: PLC0415

    line = shapely.segmentize(shapely.boundary(held_table("natural_earth_land").geometry.to_numpy()), 1000.0)
    return cKDTree(shapely.get_coordinates(line))


def _at_coast(x_m: Any, y_m: Any) -> Any:
    """Which places of EPSG:3413 lie within `COAST_KM` of the coast."""
    import numpy as np  # noqa: PLC0415

    bound = COAST_KM * 1000
    return np.isfinite(_coast().query(np.column_stack([x_m, y_m]), distance_upper_bound=bound)[0])


def _on_land(x_m: Any, y_m: Any) -> Any:
    """Which places of EPSG:3413 lie in a land cell of 5 km, or near the coast."""
    from layers.grid import LAND_5KM  # noqa: PLC0415

    row, column, inside = LAND_5KM.cell_of(x_m, y_m)
    is_land = held_grid("natural_earth_land_mask")["is_land"].to_numpy()[row, column].astype(bool)
    return (is_land & inside) | _at_coast(x_m, y_m)


def _frost_ashore(new: pd.DataFrame, old: pd.DataFrame | None) -> list[Finding]:  # noqa: ARG001
    """The share of mapped permafrost that is land: a map that was turned over or shifted lies at sea."""
    from layers.grid import LAND_5KM, rasterise  # noqa: PLC0415

    frozen = rasterise(new.geometry.to_numpy(), LAND_5KM)
    is_land = held_grid("natural_earth_land_mask")["is_land"].to_numpy().astype(bool)
    share = float(is_land[frozen].mean()) if frozen.any() else 1.0
    if share >= FROST_ASHORE:
        return []
    text = f"expected {FROST_ASHORE:.0%} or more of the permafrost on land, found {share:.0%}"
    return [Finding("ashore", "hold", text)]


def _frost_as_typed(new: pd.DataFrame, old: pd.DataFrame | None) -> list[Finding]:  # noqa: ARG001
    """Zones of the map against those that publications tell of places in it: within a step of the scale."""
    import shapely  # noqa: PLC0415

    from layers.observed.climate_records import PERMAFROST_ZONES  # noqa: PLC0415

    scale = {name: step for step, name in enumerate(PERMAFROST_ZONES)}
    places = held_table("own_permafrost_places")
    places = places[places["permafrost_zone"].notna()]
    at, area = shapely.STRtree(new.geometry.to_numpy()).query(places.geometry.to_numpy(), "within")
    if len(at) < FROST_PLACES:
        return []
    told = places["permafrost_zone"].map(scale).to_numpy()[at]
    share = float((abs(told - new["permafrost_zone"].map(scale).to_numpy()[area]) <= 1).mean())
    if share >= FROST_STEP:
        return []
    text = (
        f"expected {FROST_STEP:.0%} of {len(at)} typed places within a step of their zone, found {share:.0%}"
    )
    return [Finding("zone", "hold", text)]


def _few_more(new: pd.DataFrame, old: pd.DataFrame | None) -> list[Finding]:
    """An index that hardly changes: what is a warning elsewhere holds it."""
    found = _rows(len(new), len(old)) if old is not None and len(old) else []
    return [replace(row, outcome="hold") for row in found if row.outcome == "warn"]


def _renamed(new: pd.DataFrame, old: pd.DataFrame | None) -> list[Finding]:
    if old is None:
        return []
    before, now = (
        table.drop_duplicates("feature_id").set_index("feature_id")["name"] for table in (old, new)
    )
    both = before.index.intersection(now.index)
    other = before[both].fillna("") != now[both].fillna("")
    if not other.any():
        return []
    return [Finding("name", "warn", f"{int(other.sum())} have another name, such as {other.idxmax()}")]


def _aged(new: pd.DataFrame, today: date) -> list[Finding]:
    """The age of OpenStreetMap's base, by the day that an answer says it is of."""
    age = (today - date.fromisoformat(str(new["as_of"].max()))).days
    if age <= BASE_WARN_DAYS:
        return []
    text = f"expected a base of the last {BASE_WARN_DAYS} days, found one of {age} days ago"
    return [Finding("base", "hold" if age > BASE_HOLD_DAYS else "warn", text)]


def _all_renamed(new: pd.DataFrame, old: pd.DataFrame | None) -> list[Finding]:
    """Names that changed all at once: what anyone may edit is vandalised so."""
    if old is None or not len(old):
        return []
    was, now = (table.set_index("feature_id")["name"].dropna() for table in (old, new))
    kept = was.index.intersection(now.index)
    renamed = float((was[kept] != now[kept]).mean()) if len(kept) else 0.0
    if renamed <= RENAMED_WARN:
        return []
    return [Finding("names", "warn", f"{renamed:.0%} of the names changed since last time")]


def _frozen(new: pd.DataFrame, old: pd.DataFrame | None) -> list[Finding]:
    """Records that are no longer kept up: a count that changes is news; one abroad is, and many are wrong."""
    found = []
    if old is not None and len(old) and abs(len(new) / len(old) - 1) > FROZEN:
        text = f"expected {len(old)} records, as these are no longer kept up, found {len(new)}"
        found.append(Finding("frozen", "hold", text))
    abroad = _abroad(new)
    if abroad:
        text = (
            f"expected none over {ABROAD_KM:g} km outside its country, found {len(abroad)}: {abroad[0]} first"
        )
        found.append(Finding("country", "hold" if len(abroad) > ABROAD_HOLD * len(new) else "warn", text))
    return found


def _abroad(points: pd.DataFrame) -> list[str]:
    """Ids of points in EPSG:3413 farther than `ABROAD_KM` from the country they name, where that is held."""
    countries = held_table("natural_earth_countries")
    found: list[str] = []
    for name, rows in points.groupby("country"):
        land = countries[countries["name"].isin([name, *_ALSO.get(str(name), ())])]
        if len(land):
            far = rows.geometry.distance(land.geometry.union_all()) > ABROAD_KM * 1000
            found += rows.loc[far, "feature_id"].tolist()
    return found


_OPENSTREETMAP = ("osm_ports", "osm_military", "osm_rail", "osm_power", "osm_power_lines")
_Gate = Callable[["pd.DataFrame", "pd.DataFrame | None"], list[Finding]]
_SPECIAL: dict[str, tuple[_Gate, ...]] = {
    "nsidc_sea_ice_index": (_daily_extent,),
    "nga_world_port_index": (_near_coast, _ashore, _few_more, _renamed),
    "nga_world_port_index_terminals": (_ashore,),
    "geonames_harbours": (_near_coast, _ashore),
    "geonames_cities500": (_ashore,),
    "ourairports": (_ashore,),
    "wri_global_power_plants": (_ashore,),
    "icmm_global_mining": (_ashore,),
    "natural_earth_ports": (_ashore,),
    "natural_earth_airports": (_ashore,),
    "natural_earth_towns": (_ashore,),
    "snap_communities": (_ashore,),
    "telegeography_landings": (_ashore,),
    "us_mirta": (_ashore,),
    "usgs_mrds": (_frozen,),
    "obu_2019_permafrost": (_frost_ashore, _frost_as_typed),
    "nsidc_ggd318_permafrost": (_frost_ashore, _frost_as_typed),
    **dict.fromkeys(_OPENSTREETMAP, (_all_renamed,)),
}
