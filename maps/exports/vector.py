"""One file a layer in a folder: what the doors to other programs share.

A layer keeps its own file, so that an ODbL table is never merged with another, and `ABOUT.txt`
beside them says sources, licences and caveats. Geometry in degrees is cut at 180 degrees, wound
and closed over the pole as RFC 7946 asks. The cut is made in the polar plane, where it is a straight
line: the library antimeridian, which cuts in degrees, refuses ice with holes on the date line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from layers.crs import GEOGRAPHIC, lonlat, polar_xy
from layers.errors import ExportError
from maps.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from layers.picture import Picture
    from layers.schema import Layer

__all__ = ["about", "geographic", "licences", "prepared", "write_layers"]

# A straight line of the polar plane is a curve in degrees, and the more so the nearer to the pole.
_STEP_M, _POLE_STEP_M, _NEAR_POLE_M = 25_000.0, 2_500.0, 500_000.0
_DIGITS = 6
_FAR_M = 2e7
_ON_M = 0.05  # closer to the cut than this is on it
_KINDS: Final = {"point": "Point", "line": "MultiLineString", "polygon": "MultiPolygon"}


def _unit(longitude_deg: float) -> NDArray[np.float64]:
    xy = np.array(polar_xy(longitude_deg, 70.0))
    direction: NDArray[np.float64] = xy / np.hypot(*xy)
    return direction


_DATE_LINE, _EAST = _unit(180.0), _unit(90.0)
_RAY: Final = shapely.LineString([(0, 0), _FAR_M * _DATE_LINE])
# Either side of the meridians 0 and 180; the pole is a corner, so that cut shapes have it too.
_HALVES: Final = tuple(
    (sign, shapely.Polygon([_FAR_M * corner for corner in
                            (-_DATE_LINE, 0 * _EAST, _DATE_LINE, _DATE_LINE + sign * _EAST,
                             sign * _EAST - _DATE_LINE)]))
    for sign in (1.0, -1.0)
)  # fmt: skip


def about(picture: Picture, said: str = "") -> str:
    """Sources, licences and caveats as plain text; `said` is what this kind of file does not hold."""
    lines = [
        f"Arctic picture: {picture.region.title}, {picture.scenario.title}, {picture.day.isoformat()}",
        *([said] if said else []),
        "",
        *(f"{place}. {sentence}" for place, sentence in enumerate(picture.caveats, 1)),
        "",
    ]
    lines += [
        visible(f"{s.feeds}: {s.title}, {s.publisher}, {s.licence}, {s.as_of}, {s.state}, {s.homepage}")
        for s in picture.sources
    ]
    return "\n".join(lines) + "\n"


def licences(picture: Picture, layer: Layer) -> list[str]:
    """The licences of the sources that a layer's rows name."""
    terms = {source.id: source.licence for source in picture.sources}
    table = picture.tables[layer.id]
    named = set(table["source_id"].dropna()) if "source_id" in table else set()
    return sorted({terms.get(name, "see ABOUT.txt") for name in named})


def geographic(shapes: Any) -> NDArray[np.object_]:
    """EPSG:3413 shapes in WGS 84 degrees with six digits, as RFC 7946 asks.

    Nothing crosses 180 degrees, outer rings run counterclockwise, and an area around the pole is
    closed along 90 N.
    """
    given = np.asarray(shapes, dtype=object)
    edges = np.where(shapely.get_dimensions(given) == 2, shapely.boundary(given), given)
    near = shapely.dwithin(edges, shapely.Point(0, 0), _NEAR_POLE_M)
    dense = shapely.segmentize(given, np.where(near, _POLE_STEP_M, _STEP_M))
    crosses = shapely.dwithin(dense, _RAY, _ON_M)
    out = np.empty(len(dense), dtype=object)
    out[~crosses] = shapely.transform(dense[~crosses], _degrees)
    out[crosses] = [_cut(shape) for shape in dense[crosses]]
    # Rounding may pinch an area; a line that shrank to a point stays, or its row would be empty.
    bad = ~shapely.is_valid(out) & (shapely.get_dimensions(out) == 2)
    out[bad] = [_same_kind(shapely.make_valid(shape), shape) for shape in out[bad]]
    wound: NDArray[np.object_] = shapely.orient_polygons(out, exterior_cw=False)
    return wound


def _degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    degrees: NDArray[np.float64] = np.column_stack(lonlat(xy[:, 0], xy[:, 1])).round(_DIGITS)
    return degrees


def _cut(shape: Any) -> Any:
    if shape.geom_type == "Point":
        return shapely.transform(shape, _degrees)
    halves = []
    for sign, half in _HALVES:
        parts = shapely.get_parts(_same_kind(shapely.intersection(shape, half), shape))
        halves += [_unrolled(part, sign) for part in parts]
    joined = shapely.union_all(halves)
    return joined if shapely.get_dimensions(shape) == 2 else shapely.line_merge(joined)


def _same_kind(found: Any, shape: Any) -> Any:
    """The parts of `found` that have the dimension of `shape`; a cut also gives what only touches."""
    parts = shapely.get_parts(found)
    parts = shapely.get_parts(parts)  # a collection may hold collections
    return shapely.union_all(parts[shapely.get_dimensions(parts) == shapely.get_dimensions(shape)])


def _unrolled(part: Any, sign: float) -> Any:
    """A part on one side of the cut in degrees; the pole becomes the edge along 90 N."""
    if part.geom_type == "LineString":
        return shapely.LineString(_path(shapely.get_coordinates(part), sign))
    rings = [_path(shapely.get_coordinates(ring), sign) for ring in (part.exterior, *part.interiors)]
    polygon = shapely.Polygon(rings[0], rings[1:])
    return polygon if polygon.is_valid else _same_kind(shapely.make_valid(polygon), polygon)


def _path(xy: NDArray[np.float64], sign: float) -> NDArray[np.float64]:
    degrees = _degrees(xy)
    on_cut = np.abs(xy @ _EAST) < _ON_M
    degrees[on_cut, 0] = np.where(xy[on_cut] @ _DATE_LINE > 0, sign * 180.0, 0.0)
    pole = np.flatnonzero(np.hypot(xy[:, 0], xy[:, 1]) < _ON_M)
    is_closed = len(xy) > 2 and np.array_equal(xy[0], xy[-1])
    if not len(pole):
        return degrees
    last = len(xy) - 1
    if is_closed and 0 in pole:
        # Begin elsewhere, so that the pole has a neighbour on each side.
        return _path(np.roll(xy[:-1], -1, axis=0)[[*range(last), 0]], sign)
    whole = []
    for place, point in enumerate(degrees):
        if place in pole:
            around = [degrees[p, 0] for p in (place - 1, place + 1) if 0 <= p <= last]
            whole += [(longitude, 90.0) for longitude in around]
        else:
            whole.append(tuple(point))
    return np.array(whole)


def prepared(picture: Picture, layer: Layer, *, in_degrees: bool) -> Any:
    """A layer's table as it is written out: control characters shown, geometry where it belongs."""
    table = picture.tables[layer.id]
    words = [c.name for c in layer.all_columns if c.dtype == "str"]
    shown = table.assign(
        **{name: table[name].map(visible, na_action="ignore").astype("str") for name in words}
    )
    if layer.geometry == "table" or not in_degrees:
        return shown
    plain = pd.DataFrame(shown.drop(columns=table.geometry.name))
    return gpd.GeoDataFrame(plain, geometry=geographic(table.geometry.to_numpy()), crs=GEOGRAPHIC)


def write_layers(
    picture: Picture,
    folder: Path,
    driver: str,
    suffix: str,
    *,
    said: str,
    in_degrees: bool = True,
    options: Mapping[str, str] | None = None,
    members: bool = False,
) -> Path:
    """Write every layer with geometry into `folder`, one file each, and `ABOUT.txt`.

    `members` puts licence and caveats into the file itself (GeoJSON's foreign members).

    Raises
    ------
    ExportError
        If a file cannot be written.
    """
    import json  # noqa: PLC0415  only where it is wanted

    folder.mkdir(parents=True, exist_ok=True)
    for layer in picture.layers:
        # GDAL has no empty PMTiles: a region without a railway has no file of railways.
        if layer.geometry == "table" or (driver == "PMTiles" and picture.tables[layer.id].empty):
            continue
        path = folder / f"{layer.id}.{suffix}"
        path.unlink(missing_ok=True)
        table = prepared(picture, layer, in_degrees=in_degrees)
        chosen = dict(options or {})
        if members:
            told = {"title": layer.title, "note": layer.note, "licence": licences(picture, layer),
                    "caveats": list(picture.caveats)}  # fmt: skip
            chosen["FOREIGN_MEMBERS_COLLECTION"] = json.dumps(told, ensure_ascii=False)
        try:
            pyogrio.write_dataframe(
                table, path, layer=layer.id, driver=driver, layer_options=chosen,
                geometry_type=_KINDS[layer.geometry], promote_to_multi=layer.geometry != "point",
            )  # fmt: skip
        except (OSError, pyogrio.errors.DataSourceError, RuntimeError) as error:
            msg = f"{path.name}: expected to write it into {folder}, found {error}: is the disk full?"
            raise ExportError(msg) from error
    (folder / "ABOUT.txt").write_text(about(picture, said), encoding="utf-8", newline="\n")
    return folder
