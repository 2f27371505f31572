"""OpenStreetMap through Overpass: ports, military, rail and power of the north, one query a theme.

ODbL: each theme is a table of its own, merged into nothing. A server that stops half way says so in a
`remark`, and its answer is held; so is one that lacks nodes of a way, or does not say how old its base is.
Military places are 0.1 degree, never scored, and named by their public tags alone.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import geopandas as gpd
import shapely

from layers.errors import SourceError
from pipelines.intake.findings import Checks
from pipelines.intake.name_checks import all_renamed
from pipelines.read_helpers import SOUTH_DEG
from pipelines.source import Remote
from pipelines.sources.features import feature_source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["SOURCES", "THEMES", "base_day", "elements", "query"]

_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}Z")
# What is asked, and how: ways and relations by their middle (`center`), or as drawn (`tags geom`).
_BASES = "^(base|naval_base|airfield|barracks|range|training_area)$"
_OVER_100_KV = "^[1-9]" + 5 * "[0-9]"
THEMES = {
    "osm_ports": (
        (
            'nwr["harbour"]', 'nwr["industrial"="port"]', 'nwr["landuse"="port"]',
            'nwr["amenity"="ferry_terminal"]',
        ),
        "center",
    ),
    "osm_military": ((f'nwr["military"~"{_BASES}"]',), "center"),
    "osm_rail": (('way["railway"="rail"]["usage"~"^(main|branch|industrial)$"]',), "tags geom"),
    "osm_power": (
        ('nwr["power"="plant"]', 'nwr["power"="substation"]["substation"="transmission"]'), "center",
    ),
    "osm_power_lines": ((f'way["power"="line"]["voltage"~"{_OVER_100_KV}"]',), "tags geom"),
}  # fmt: skip


def query(selectors: Sequence[str], form: str) -> str:
    """The query of a theme in Overpass QL: everything north of the snapshot's edge, in JSON."""
    asked = "".join(f"{selector};" for selector in selectors)
    return f"[out:json][timeout:300][bbox:{SOUTH_DEG:g},-180,90,180];({asked});out {form};"


def _answer(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or "remark" in content or not isinstance(content.get("elements"), list):
        found = content.get("remark", "no elements") if isinstance(content, dict) else type(content).__name__
        msg = f"{path.name}: expected an answer of Overpass in full, found {str(found)[:120]!r}"
        raise SourceError(msg)
    return content


def base_day(path: Path) -> str:
    """The day of the base that an answer was made from; a SourceError where it is not stated."""
    stamp = str((_answer(path).get("osm3s") or {}).get("timestamp_osm_base", ""))
    named = _STAMP.fullmatch(stamp)
    if named is None:
        msg = f"{path.name}: expected osm3s.timestamp_osm_base, found {stamp!r}: how old it is, is not known"
        raise SourceError(msg)
    return named[1]


def elements(path: Path) -> gpd.GeoDataFrame:
    """Elements of an answer in WGS 84 degrees: their key, their tags by name, and where they are.

    Raises
    ------
    SourceError
        If the answer is not whole, or a way in it lacks nodes.
    """
    rows = _answer(path)["elements"]
    if not rows:
        msg = f"{path.name}: expected elements, found none: is the query still right?"
        raise SourceError(msg)
    broken = [row for row in rows if row["type"] == "way" and not _is_whole(row)]
    if broken:
        found = f"{len(broken)} of {len(rows)}, way {broken[0].get('id')} first"
        msg = f"{path.name}: expected every way with all its nodes, found {found}: fetch it again"
        raise SourceError(msg)
    tags = [_told(row) | {"key": f"{row['type']}-{row['id']}"} for row in rows]
    return gpd.GeoDataFrame(tags, geometry=[_where(row) for row in rows], crs=4326)


def _is_whole(way: Mapping[str, Any]) -> bool:
    drawn = way.get("geometry")
    return bool(drawn) and all(drawn) if drawn is not None else "center" in way


def _where(row: Mapping[str, Any]) -> shapely.Geometry | None:
    """A node, the middle of a way or relation, or a way as drawn; none for a relation left unresolved."""
    if row.get("geometry"):
        return shapely.LineString([(node["lon"], node["lat"]) for node in row["geometry"]])
    at = row if row["type"] == "node" else row.get("center")
    return shapely.Point(at["lon"], at["lat"]) if at else None


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the public tags say, in the columns that are looked at."""
    tags = row.get("tags") or {}
    kinds = ("military", "railway", "power", "amenity", "industrial", "harbour", "landuse")
    kind = next((name for name in kinds if name in tags), None)
    return {
        "name": tags.get("name:en", tags.get("name")),
        "kind": f"{kind}={tags[kind]}" if kind else None,
        "status": tags.get("usage") if kind == "railway" else tags.get("access"),
        "operator": tags.get("operator"),
        "detail": tags.get("voltage", tags.get("plant:source", tags.get("gauge"))),
    }


def _row(name: str, geometry: str, title: str, made: str, **more: Any) -> Any:
    selectors, form = THEMES[name]
    asked = urlencode({"data": query(selectors, form)})
    return feature_source(
        geometry,
        {name: name for name in ("key", "name", "kind", "status", "operator", "detail")},
        parse=elements, dated=base_day, id=name, title=title, publisher="OpenStreetMap contributors",
        licence="ODbL-1.0", citation="© OpenStreetMap contributors, ODbL 1.0",
        homepage="https://www.openstreetmap.org/copyright", as_of="2026-01-01",
        made=f"{made}; a table of its own, merged into nothing; tried on a file written by the test",
        remotes=(
            Remote(
                f"https://overpass-api.de/api/interpreter?{asked}", f"infrastructure/{name}.json", "json",
                archive=f"https://overpass.kumi.systems/api/interpreter?{asked}",
                at_most_bytes=150_000_000, fresh_days=7,
            ),
        ),
        # The base of an answer is minutes old; a mirror that fell behind shows so.
        checks=Checks(age_days=(2, 7), own=(all_renamed,)),
        **more,
    )  # fmt: skip


SOURCES = (
    _row("osm_ports", "point", "Harbours, ports and ferry terminals", "points or middles of areas"),
    _row(
        "osm_military", "point", "Military areas by public tags", is_coarse=True,
        made="to 0.1 degree, never scored, named by public tags only; no single work is asked for",
    ),
    _row("osm_rail", "line", "Railways: main, branch and industrial lines", "ways as drawn"),
    _row("osm_power", "point", "Power plants and substations of transmission", "points or middles of areas"),
    _row("osm_power_lines", "line", "Power lines of 100 kV and more", "ways as drawn"),
)  # fmt: skip
