"""Power lines of 100 kV and more in the north, from OpenStreetMap through Overpass.

The licence is ODbL, so the table stays separate and is merged with no other. An answer is refused if it has a
`remark` (the server stopped half way), if a way in it lacks nodes, or if it lacks the day of its database.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import geopandas as gpd
import shapely

from layers.errors import SourceError
from layers.regions import SOUTH_DEG
from pipelines.intake.findings import Checks
from pipelines.intake.name_checks import all_renamed
from pipelines.source import Remote
from pipelines.sources.planned_features import FLOW_NETWORK, feature_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["QUERY", "SOURCES", "base_day", "power_lines"]

_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}Z")
_OVER_100_KV = "^[1-9]" + 5 * "[0-9]"  # volts with six digits or more; the tag is text, so no comparison
# Overpass QL: every power line of that voltage north of the snapshot's edge, with its geometry, in JSON.
QUERY = (
    f"[out:json][timeout:300][bbox:{SOUTH_DEG:g},-180,90,180];"
    f'(way["power"="line"]["voltage"~"{_OVER_100_KV}"];);out tags geom;'
)


def _answer(path: Path) -> dict[str, Any]:
    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or "remark" in content or not isinstance(content.get("elements"), list):
        remark = content.get("remark", "no elements") if isinstance(content, dict) else type(content).__name__
        msg = f"{path.name}: expected an answer of Overpass in full, found {str(remark)[:120]!r}"
        raise SourceError(msg)
    return content


def base_day(path: Path) -> str:
    """Return the day (ISO date) of the database behind an answer; raises SourceError if it states none."""
    stamp = str((_answer(path).get("osm3s") or {}).get("timestamp_osm_base", ""))
    match = _STAMP.fullmatch(stamp)
    if match is None:
        msg = f"{path.name}: expected osm3s.timestamp_osm_base, found {stamp!r}: how old it is, is not known"
        raise SourceError(msg)
    return match[1]


def power_lines(path: Path) -> gpd.GeoDataFrame:
    """Return the ways of an answer as lines in WGS 84 degrees, with their key and tags.

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
        first = f"{len(broken)} of {len(rows)}, way {broken[0].get('id')} first"
        msg = f"{path.name}: expected every way with all its nodes, found {first}: fetch it again"
        raise SourceError(msg)
    return gpd.GeoDataFrame(
        [_attributes(row) for row in rows], geometry=[_line(row) for row in rows], crs=4326
    )


def _is_whole(way: Mapping[str, Any]) -> bool:
    nodes = way.get("geometry") or ()
    return len(nodes) > 1 and all(nodes)


def _line(element: Mapping[str, Any]) -> shapely.LineString | None:
    """Return the line of a way in degrees, unsimplified; None for an element of another type."""
    nodes = element.get("geometry") if element["type"] == "way" else None
    return shapely.LineString([(node["lon"], node["lat"]) for node in nodes]) if nodes else None


def _attributes(element: Mapping[str, Any]) -> dict[str, Any]:
    tags = element.get("tags") or {}
    return {
        "key": f"{element['type']}-{element['id']}",
        "name": tags.get("name:en", tags.get("name")),
        "kind": f"power={tags['power']}" if "power" in tags else None,
        "status": tags.get("access"),
        "operator": tags.get("operator"),
        "detail": tags.get("voltage"),
    }


_FORM = urlencode({"data": QUERY})

SOURCES = (
    feature_source(
        "line", {name: name for name in ("key", "name", "kind", "status", "operator", "detail")},
        parse=power_lines, dated=base_day, id="osm_power_lines", title="Power lines of 100 kV and more",
        planned_for=FLOW_NETWORK, publisher="OpenStreetMap contributors",
        licence="ODbL-1.0", citation="© OpenStreetMap contributors, ODbL 1.0",
        homepage="https://www.openstreetmap.org/copyright", as_of="2026-01-01",
        made="ways as drawn; a table of its own, merged into nothing; tried on a file written by the test",
        remotes=(
            Remote(
                f"https://overpass-api.de/api/interpreter?{_FORM}",
                "infrastructure/osm_power_lines.json", "json",
                archive=f"https://overpass.kumi.systems/api/interpreter?{_FORM}",
                at_most_bytes=150_000_000, fresh_days=7,
            ),
        ),
        # The database of a server is minutes old. A larger age shows a server that fell behind.
        checks=Checks(age_days=(2, 7), own=(all_renamed,)),
    ),
)  # fmt: skip
