"""The risk index of every class of ship in the charted areas of a SIGRID-3 chart."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from layers.crs import POLAR, chart_to_polar
from layers.errors import SourceError
from layers.ice.charts import chart_bounds, code_of
from pipelines.files import scratch_folder
from pipelines.ice.isochrones import write_areas
from pipelines.ice.passages import read_polaris
from pipelines.ice.route_page import NOTE
from pipelines.intake.sandbox import SECONDS, TABLE_FILE, run_apart
from pipelines.intake.tables import stored_table
from pipelines.shapes_agree import check_shapes_of
from pipelines.sources.shapefiles import check_shapefile

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["areas_of", "charted", "write_chart"]

# Columns of SIGRID-3: total concentration, stages of development, and the type of the area ("L" is land).
_COLUMNS = ("CT", "SA", "SB", "SC", "CN", "POLY_TYPE")
_PARTIAL = ("CA", "CB", "CC", "CD")  # not in every chart
# The index of the shapes (.shx) is left out on purpose: it may be missing or wrong, and is made again.
_PARTS = (".shp", ".dbf", ".prj", ".cpg")
_LARGEST_BYTES, _MOST_AREAS = 500_000_000, 200_000


def charted(path: Path, *, seconds: float = SECONDS) -> gpd.GeoDataFrame:
    """The areas of a chart, EPSG:3413, a row for each area and class of ship.

    The columns are those of `layers.ice.charts.chart_bounds`, with `chart` and `note`. The file is read in
    the sandbox, within `seconds`.

    Raises
    ------
    SourceError
        If the file is not a chart in SIGRID-3, is cut, or has no end.
    """
    with scratch_folder() as inputs, scratch_folder() as work:
        try:
            _copy(path, inputs)
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            reason = " ".join(str(error).split())
            msg = f"{path.name}: expected a shapefile that can be read, found {reason}: download it again"
            raise SourceError(msg) from error
        # A cut file is known by its headers, which need no parser in C.
        count = check_shapefile(inputs / "chart.shp", path.name)
        run_apart(["chart", str(inputs), path.name], path.name, work, seconds)
        areas = stored_table(work / TABLE_FILE)
    lacking = [name for name in (*_COLUMNS, *_PARTIAL, "geometry") if name not in areas]
    is_table = isinstance(areas, gpd.GeoDataFrame) and not lacking and len(areas) == count
    if not is_table or areas.crs != POLAR:
        msg = (
            f"{path.name}: expected {count} areas with their codes from its reader, found {len(areas)} or "
            "another table: report it"
        )
        raise SourceError(msg)
    bounds = chart_bounds(areas.drop(columns="geometry"), read_polaris())
    return gpd.GeoDataFrame(
        bounds.assign(chart=path.stem, note=NOTE),
        geometry=areas.geometry.to_numpy()[bounds["area"].to_numpy()], crs=POLAR,
    )  # fmt: skip


def _copy(path: Path, folder: Path) -> None:
    """Copy the parts of a shapefile, plain or zipped, as `chart.*` into `folder`: the child sees no more.

    Raises
    ------
    SourceError
        If there is not one shapefile, or a part is missing or too large.
    """
    suffix = path.suffix.lower()
    if suffix not in {".shp", ".zip"}:
        msg = (
            f"{path.name}: expected a shapefile, .shp or .zip, found {path.suffix or 'no suffix'}: export it"
        )
        raise SourceError(msg)
    if suffix == ".zip":
        with zipfile.ZipFile(path) as box:
            names = [info.filename for info in box.infolist() if not info.is_dir()]
            sizes = {info.filename: info.file_size for info in box.infolist()}
            for part, name in _parts(path, [name for name in names if "__MACOSX" not in name], sizes):
                with box.open(name) as source, (folder / f"chart{part}").open("wb") as target:
                    shutil.copyfileobj(source, target)
        return
    beside = [other for other in path.parent.iterdir() if other.stem == path.stem and other.is_file()]
    sizes = {other.name: other.stat().st_size for other in beside}
    names = [path.name, *(other.name for other in beside if other.suffix.lower() != ".shp")]
    for part, name in _parts(path, names, sizes):
        shutil.copyfile(path.parent / name, folder / f"chart{part}")


def _parts(path: Path, names: list[str], sizes: dict[str, int]) -> Iterable[tuple[str, str]]:
    """Suffix and name of each part of the one shapefile among `names`."""
    shapes = [name for name in names if name.lower().endswith(".shp")]
    if len(shapes) != 1:
        msg = f"{path.name}: expected one shapefile, found {len(shapes)}: give one chart at a time"
        raise SourceError(msg)
    stem = shapes[0][:-4]
    parts = {name[-4:].lower(): name for name in names if name[:-4] == stem and name[-4:].lower() in _PARTS}
    if ".dbf" not in parts or ".prj" not in parts:
        lacking = ".dbf" if ".dbf" not in parts else ".prj"
        need = "its codes are in it" if lacking == ".dbf" else "no place is guessed without its CRS"
        msg = f"{path.name}: expected a shapefile that can be read, found no {lacking}: add it, {need}"
        raise SourceError(msg)
    size = sum(sizes[name] for name in parts.values())
    if size > _LARGEST_BYTES:
        msg = f"{path.name}: expected at most {_LARGEST_BYTES} bytes, found {size}: is it one chart?"
        raise SourceError(msg)
    return parts.items()


def areas_of(folder: Path, name: str) -> gpd.GeoDataFrame:
    """The areas and codes of the shapefile `chart.shp` in `folder`, EPSG:3413; `name` names it in errors.

    This is the work of the child: GDAL reads the file.

    Raises
    ------
    SourceError
        If the file has no CRS or columns of SIGRID-3, or an area has no outline.
    """
    path = folder / "chart.shp"
    # `folder` may be read only, and GDAL writes the index beside the shapes.
    check_shapes_of(path)
    own = Path("own")
    shutil.copytree(folder, own)
    pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
    try:
        raw = gpd.read_file(own / path.name)
    except (OSError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        msg = f"{name}: expected a shapefile that can be read, found {reason}: download it again"
        raise SourceError(msg) from error
    if lacking := [column for column in _COLUMNS if column not in raw]:
        msg = f"{name}: expected the columns {', '.join(_COLUMNS)} of SIGRID-3, found no {lacking[0]}"
        raise SourceError(msg)
    if raw.crs is None:
        msg = f"{name}: expected a CRS in its .prj, found none: no place is guessed"
        raise SourceError(msg)
    shapes = raw.geometry.to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    kinds = set(shapely.get_type_id(shapes[~empty]).tolist())
    if empty.any() or not kinds <= {3, 6} or not 0 < len(raw) <= _MOST_AREAS:
        actual = f"{len(raw)} rows, {int(empty.sum())} without, {len(kinds - {3, 6})} other kinds"
        msg = f"{name}: expected an outline for each area, found {actual}: download it again"
        raise SourceError(msg)
    try:
        polar = chart_to_polar(shapes, raw.crs)
    except ValueError as error:
        msg = f"{name}: expected places of its CRS, found that {error}"
        raise SourceError(msg) from error
    if not np.isfinite(shapely.bounds(polar)).all():
        msg = f"{name}: expected places of its CRS {raw.crs.name}, found some outside of it: check its .prj"
        raise SourceError(msg)
    codes = {
        column: [code_of(value) for value in raw[column]] if column in raw else [""] * len(raw)
        for column in (*_COLUMNS, *_PARTIAL)
    }
    return gpd.GeoDataFrame(codes, geometry=polar, crs=POLAR)


def write_chart(areas: gpd.GeoDataFrame, chart: Path, folder: Path) -> Path:
    """Write the areas of a chart as `polaris-<name of the chart>.gpkg` into `folder`; returns the path.

    Raises
    ------
    ExportError
        If the file cannot be written.
    """
    return write_areas(areas, folder / f"polaris-{chart.stem.lower()}.gpkg", "polaris")
