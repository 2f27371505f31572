"""Monthly sea-ice presence on the 25 km grid: extent polygons of the Sea Ice Index, 1978-11 to 2023-02.

A cell has ice in a month if its centre lies in the polygon of 15 % or more monthly mean concentration. The
area of these cells is 1 % (March) to 7.5 % (October) larger than the extent in the monthly table, which is
the mean of daily extents. So a trend must not mix these cells and that table.
"""

from __future__ import annotations

import io
import itertools
import lzma
import re
import tarfile
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

import pipelines.sources.sea_ice.nsidc_sea_ice_index as index
from layers.crs import POLAR
from layers.grid import LAND_SURFACE, NSIDC_25KM, OCEAN
from pipelines.source import Inputs, MissingInputError, Source
from pipelines.sources.sea_ice.cell_surface import ICE, NOT_ASSESSED, OPEN, presence
from pipelines.sources.sea_ice.ice_samples import refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

__all__ = [
    "ARCHIVES",
    "MASKS",
    "SOURCES",
    "monthly_polygons",
    "presence_dataset",
    "read",
    "read_valid_ice_csv",
]

ARCHIVES = "sea_ice/g02135_extent_polygons_all/N_*.tar.xz"
MASKS = "sea_ice/nsidc_masks_csv/valid_ice_flag_*.csv"
# The files are in the folder of provider files, or beside that folder in an older arrangement.
_ROOTS = ("", "more/", "../more/")
_SINGLE_ROOTS = ("", "mirror/", "../mirror/")
_SINGLES = (
    "sea_ice/g02135_extent_polygons/N-{month:%Y-%m}.geojson",
    "sea_ice/g02135_extent_polygons/extent_N_{month:%Y%m}_polygon_v4.0.zip",
)

_VALID_ICE = 1  # of the codes of NSIDC-0622; 0 and 1 are ocean
_MASK_CODES = (0, 1, 2, 3, 4)
_MASK_MEANINGS = "ocean_without_ice valid_ice coast land lake"  # `valid_ice_flag` of the NetCDF files
_MEMBER_BYTES, _ARCHIVE_BYTES = 5_000_000, 200_000_000  # the largest hold 0.4 and 37 MB
_MASK_LICENCE = "NSIDC open data, free to use, cite NSIDC-0622"
_PROJECT_LICENCE = "computed by this project, Apache-2.0"
_CITATION = (
    "Fetterer, F. et al. 2017, Sea Ice Index (G02135), Version 3, monthly extent polygons, "
    "doi:10.7265/N5K072F8; Meier, W. N. et al. 2015, valid ice masks (NSIDC-0622), "
    "https://nsidc.org/data/nsidc-0622"
)


def read(inputs: Inputs) -> xr.Dataset:
    """Return the CF-1.8 dataset of all monthly polygons and the twelve valid-ice masks.

    `presence_dataset` says what it holds. Months without a file are not in its `time`.

    Raises
    ------
    MissingInputError
        If the archives or a mask are not at hand.
    SourceError
        If a file has another form than the documented one.
    """
    masks = dict(read_valid_ice_csv(path) for path in _glob(inputs, MASKS))
    lacking = sorted(set(range(1, 13)) - set(masks))
    if lacking:
        msg = f"expected a valid-ice mask of each month, found none of {lacking}: put {MASKS} there"
        raise MissingInputError(msg)
    return presence_dataset(monthly_polygons(inputs), masks)


def monthly_polygons(inputs: Inputs) -> Iterator[tuple[date, NDArray[np.object_]]]:
    """Yield the first day of each month at hand and its ice polygons (EPSG:3413, without duplicates).

    The months of the archives come first, then months that the archives lack, from single files. Months after
    the last month of the archives are left out, because they are of another product version.

    Raises
    ------
    MissingInputError
        If no archive is at hand.
    SourceError
        If an archive has a file with a name unlike N-2012-09.geojson, or a month twice.
    """
    seen: set[date] = set()
    for archive in _glob(inputs, ARCHIVES):
        for month, shapes in _of_archive(archive):
            if month in seen:
                raise refuse(archive, "each month once", f"{month:%Y-%m} twice")
            seen.add(month)
            yield month, shapes
    for month in _between(min(seen), max(seen)):
        path = None if month in seen else _single_file(inputs, month)
        if path is not None:
            yield month, index.read_polygons(path)


def read_valid_ice_csv(path: Path) -> tuple[int, NDArray[np.uint8]]:
    """Return the month (1...12) and the codes of a mask of NSIDC-0622 on `NSIDC_25KM`, uint8 (448, 304).

    Code 0 is open ocean in which the charts of the National Ice Center of 1972 to 2007 show no ice in
    that month, 1 ocean with ice, 2 coast, 3 land, 4 lake. Code 0 is not land.

    Raises
    ------
    SourceError
        If the name, the shape or a code is not the documented one.
    """
    match = re.fullmatch(r"valid_ice_flag_(0[1-9]|1[0-2])\.csv", path.name)
    if match is None:
        raise refuse(path, "a name like valid_ice_flag_09.csv", path.name)
    try:
        codes = np.loadtxt(path, delimiter=",", ndmin=2)
    except ValueError as error:
        raise refuse(path, f"a table of {NSIDC_25KM.shape} codes", str(error)) from error
    if codes.shape != NSIDC_25KM.shape or not np.isin(codes, _MASK_CODES).all():
        raise refuse(path, f"codes 0...4 in {NSIDC_25KM.shape}", f"{codes.shape}, up to {codes.max():g}")
    return int(match[1]), codes.astype(np.uint8)


def presence_dataset(
    months: Iterable[tuple[date, NDArray[np.object_]]], masks: Mapping[int, NDArray[np.uint8]]
) -> xr.Dataset:
    """Return the rasterised polygons of each month as a CF-1.8 dataset on `NSIDC_25KM` in EPSG:3413.

    `months` are pairs of a first day and the polygons (EPSG:3413) of its month. `masks` are the codes of
    `read_valid_ice_csv` by month, 1 to 12. The dataset has three variables, uint8:

    - `presence` (time, y, x): OPEN 0, ICE 1, and NOT_ASSESSED 255 outside the ocean;
    - `valid_ice` (month, y, x): the codes of the masks;
    - `is_ocean` (y, x): 1 where the code is 0 or 1. One ocean cell of the `sea_ice` grid is a lake here.

    Ice outside the mask of its month becomes OPEN. The provider applied the masks before: in the 526 months
    no cell changes.

    Raises
    ------
    ValueError
        If the masks differ in what is ocean.
    """
    ocean = masks[1] <= _VALID_ICE
    if any(((mask <= _VALID_ICE) != ocean).any() for mask in masks.values()):
        msg = "expected the same ocean in all valid-ice masks, found another: are they of one version?"
        raise ValueError(msg)
    surface = np.where(ocean, OCEAN, LAND_SURFACE).astype(np.uint8)
    fields = {}
    for month, shapes in months:
        field = presence(shapes, surface)
        field[(field == ICE) & (masks[month.month] != _VALID_ICE)] = OPEN
        fields[month] = field
    order = sorted(fields)
    return _described(
        np.array(order, dtype="datetime64[D]").astype("datetime64[s]"),
        np.stack([fields[month] for month in order]),
        np.stack([masks[month] for month in range(1, 13)]),
        ocean,
    )


def _glob(inputs: Inputs, pattern: str) -> list[Path]:
    for root in _ROOTS[:-1]:
        try:
            return inputs.provider_glob(root + pattern)
        except MissingInputError:
            continue
    return inputs.provider_glob(_ROOTS[-1] + pattern)


def _single_file(inputs: Inputs, month: date) -> Path | None:
    """Return the path of the single polygon file of a month; None if there is none."""
    for root, name in itertools.product(_SINGLE_ROOTS, _SINGLES):
        try:
            return inputs.provider(root + name.format(month=month))
        except MissingInputError:
            continue
    return None


def _between(first: date, last: date) -> list[date]:
    """Return the first days of the months from `first` to `last`, both included."""
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def _of_archive(archive: Path) -> Iterator[tuple[date, NDArray[np.object_]]]:
    # The reader of polygons needs a file, so each member is written out, read and removed. The archive is
    # unpacked as a whole first, because tarfile does not notice where it is cut.
    with tempfile.TemporaryDirectory() as folder:
        try:
            with lzma.open(archive) as packed:
                whole = packed.read(_ARCHIVE_BYTES + 1)
            if len(whole) > _ARCHIVE_BYTES:
                raise refuse(archive, f"at most {_ARCHIVE_BYTES} bytes unpacked", "more")
            with tarfile.open(fileobj=io.BytesIO(whole), mode="r:") as box:
                for member in box:
                    month = _month_of(archive, member)
                    stream = box.extractfile(member)
                    assert stream is not None  # noqa: S101  a regular file, as _month_of checks
                    path = Path(folder) / f"N-{month:%Y-%m}.geojson"
                    path.write_bytes(stream.read())
                    yield month, index.read_polygons(path)
                    path.unlink()
        except (tarfile.TarError, lzma.LZMAError, EOFError, OSError) as error:
            raise refuse(archive, "a whole tar.xz archive", str(error)) from error


def _month_of(archive: Path, member: tarfile.TarInfo) -> date:
    match = re.fullmatch(r"N-(\d{4})-(0[1-9]|1[0-2])\.geojson", member.name)
    if match is None or not member.isreg() or member.size > _MEMBER_BYTES:
        raise refuse(archive, "files like N-2012-09.geojson", f"{member.name} of {member.size} bytes")
    return date(int(match[1]), int(match[2]), 1)


_OWN = {"source": "layers.grid", "licence": _PROJECT_LICENCE}
_POLYGONS = {"source": "NSIDC G02135 V3, monthly extent polygons", "licence": index.LICENCE}
_CHARTS = {"source": "NSIDC-0622", "licence": _MASK_LICENCE}
_MAPPED = {"units": "1", "grid_mapping": "crs"}
_ATTRIBUTES = {
    "Conventions": "CF-1.8",
    "title": "Sea ice presence by month on the 25 km polar stereographic grid, 1978-11 to 2023-02",
    "institution": "Arctic picture, an open-source project; not an NSIDC product",
    "source": "monthly extent polygons N-YYYY-MM.geojson (G02135 V3, converted by Carbon Brief), "
    "each polygon once; valid_ice_flag_MM.csv (NSIDC-0622)",
    "references": _CITATION,
    "comment": "the polygons are of the monthly MEAN concentration field. 1987-12 and 1988-01 do "
    "not exist (no satellite). Land beside a cell reads as ice (spill-over): cells of estuaries "
    "and fjords can be ice in every month",
    "history": "made by pipelines.sources.sea_ice.ice_presence.read",
    "licence": f"{index.LICENCE}; {_MASK_LICENCE}",
}


def _described(
    times: NDArray[np.datetime64],
    fields: NDArray[np.uint8],
    masks: NDArray[np.uint8],
    ocean: NDArray[np.bool_],
) -> xr.Dataset:
    ice = {
        "long_name": "sea ice in the month",
        "comment": "ice is a mean concentration of 15 % or more in the monthly mean field; the "
        "area is 1 % (March) to 7.5 % (October) over the mean of daily extents of the monthly "
        "table; ice outside the valid-ice mask of the month is set open; months that are not "
        "in time are not known",
        "cell_methods": "time: mean",
        **_flags((OPEN, ICE, NOT_ASSESSED), "open_water sea_ice not_assessed"),
        **_MAPPED,
        **_POLYGONS,
    }
    charts = {
        "long_name": "where the charts of 1972 to 2007 show ice in the month",
        **_flags(_MASK_CODES, _MASK_MEANINGS),
        **_MAPPED,
        **_CHARTS,
    }
    sea = {"long_name": "ocean cell", **_flags((0, 1), "land_coast_or_lake ocean"), **_MAPPED, **_CHARTS}
    month = {"long_name": "month of the year", "units": "1", **_OWN}
    time = {"long_name": "first day of the month", "standard_name": "time", "axis": "T", **_POLYGONS}
    crs = {**POLAR.to_cf(), "long_name": POLAR.to_string(), **_OWN}
    return xr.Dataset(
        {
            "crs": ((), np.int32(0), crs),
            "presence": (("time", "y", "x"), fields, ice),
            "valid_ice": (("month", "y", "x"), masks, charts),
            "is_ocean": (("y", "x"), ocean.astype(np.uint8), sea),
        },
        coords={
            "x": _axis("x", NSIDC_25KM.x_m),
            "y": _axis("y", NSIDC_25KM.y_m),
            "month": ("month", np.arange(1, 13, dtype=np.int8), month),
            "time": ("time", times, time),
        },
        attrs=_ATTRIBUTES,
    )


def _flags(values: tuple[int, ...], meanings: str) -> dict[str, Any]:
    return {"flag_values": np.array(values, dtype=np.uint8), "flag_meanings": meanings}


def _axis(name: str, centres_m: NDArray[np.float64]) -> tuple[str, NDArray[np.float64], dict[str, str]]:
    meta = {
        "standard_name": f"projection_{name}_coordinate",
        "long_name": f"{name} of the cell centre in {POLAR}",
        "units": "m",
        "axis": name.upper(),
        **_OWN,
    }
    return name, centres_m, meta


SOURCES = (
    Source(
        id="nsidc_ice_presence",
        feeds="grid:ice_presence",
        title="Sea Ice Index, ice of every month on the 25 km grid",
        publisher="National Snow and Ice Data Center",
        licence=f"{index.LICENCE}; {_MASK_LICENCE}",
        citation=_CITATION,
        homepage="https://nsidc.org/data/g02135",
        as_of="2023-02-28",
        state="embedded",
        is_measured=True,
        made="monthly extent polygons, each feature once, rasterised to 25 km cells by their centres; "
        "ice outside the valid-ice mask of the month is open",
        read=read,
    ),
)
