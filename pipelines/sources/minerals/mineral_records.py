"""Records of minerals: USGS's world-wide system, Greenland's occurrences, and nickel sites out of papers."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import geopandas as gpd
import pandas as pd
import shapely

from layers.errors import SourceError
from pipelines.intake.findings import Checks
from pipelines.intake.place_checks import frozen_list
from pipelines.read_helpers import read_rows, to_number
from pipelines.source import Remote
from pipelines.sources.features import feature_source

if TYPE_CHECKING:
    from pathlib import Path

_MRDS = {
    "dep_id": "key", "site_name": "name", "oper_type": "kind", "dev_stat": "status", "country": "country",
    "commod1": "detail", "latitude": "latitude", "longitude": "longitude",
}  # fmt: skip
_AS_OF_REPORT = " (as of the report it was taken from)"
_GEUS_LAYER = "mineral_occurrences_v3_external"
_GEUS = {"key": "ogc_fid", "name": "main_occ", "kind": "commodity_", "detail": "main_commo"}
_GEUS_EPSG = ("32624", "4326")
_AT_MOST_DEEP = 12


def _mrds(path: Path) -> gpd.GeoDataFrame:
    """Records of `mrds.csv`; a place of (0, 0) is none."""
    with zipfile.ZipFile(path) as box:
        names = [name for name in box.namelist() if name.rsplit("/", 1)[-1] == "mrds.csv"]
        if len(names) != 1:
            msg = f"{path.name}: expected one mrds.csv, found {', '.join(box.namelist()[:4])}"
            raise SourceError(msg)
        with box.open(names[0]) as stream:
            raw = pd.read_csv(
                stream, usecols=list(_MRDS), dtype=str, keep_default_na=False, encoding="utf-8",
                encoding_errors="replace",  # a letter that is not known is shown as such
            ).rename(columns=_MRDS)  # fmt: skip
    lon, lat = to_number(raw["longitude"]), to_number(raw["latitude"])
    nowhere = lon.isna() | lat.isna() | ((lon == 0) & (lat == 0))
    places = gpd.GeoSeries(gpd.points_from_xy(lon, lat), index=raw.index, crs=4326).where(~nowhere, None)
    told = raw["status"].where(raw["status"] != "", "Unknown") + _AS_OF_REPORT
    return gpd.GeoDataFrame(raw.assign(status=told), geometry=places, crs=4326)


class _Gml:
    """Features of a layer in GML 2, read by a parser that knows no entities and opens nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[dict[str, Any]] = []
        self._open: list[str] = []
        self._text = ""
        self._systems: set[str] = set()

    def read(self) -> gpd.GeoDataFrame:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._said
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            parser.Parse(self.path.read_bytes(), True)  # noqa: FBT003  it is the last of it
        except expat.ExpatError as error:
            msg = f"{self.path.name}: expected GML, found {error}"
            raise SourceError(msg) from error
        if not self.rows:
            msg = f"{self.path.name}: expected {_GEUS_LAYER}, found none: is the address still right?"
            raise SourceError(msg)
        epsg = [re.split("[:#/]", name)[-1] for name in self._systems]
        if len(epsg) != 1 or epsg[0] not in _GEUS_EPSG:
            msg = f"{self.path.name}: expected one CRS of EPSG:{', '.join(_GEUS_EPSG)}, found {epsg}"
            raise SourceError(msg)
        return gpd.GeoDataFrame(self.rows, geometry="geometry", crs=int(epsg[0])).to_crs(4326)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rsplit(":", 1)[-1]
        if "srsName" in attributes:
            self._systems.add(attributes["srsName"])
        self._open.append(name)
        self._text = ""
        if len(self._open) > _AT_MOST_DEEP:
            self._refuse("elements in elements")
        if name == _GEUS_LAYER:
            self.rows.append({"geometry": None})

    def _end(self, _: str) -> None:
        name, text = self._open.pop(), self._text.strip()
        self._text = ""
        if not self.rows or _GEUS_LAYER not in self._open:
            return
        if name in {"coordinates", "pos"} and self._open[-1] == "Point":  # a box around it has some too
            self.rows[-1]["geometry"] = self._point(text)
        elif self._open[-1] == _GEUS_LAYER and text:
            self.rows[-1][name] = text

    def _said(self, text: str) -> None:
        self._text += text

    def _point(self, text: str) -> shapely.Point:
        """A place as `x,y`: version 1.0.0 of the service has them in that order, also degrees."""
        try:
            x, y = (float(part) for part in text.replace(",", " ").split()[:2])
        except ValueError as error:
            msg = f"{self.path.name}: expected x,y, found {text[:40]!r}"
            raise SourceError(msg) from error
        return shapely.Point(x, y)

    def _refuse(self, what: str, *_: object) -> None:
        msg = f"{self.path.name}: expected plain GML, found {what}: not read"
        raise SourceError(msg)


def _geus(path: Path) -> gpd.GeoDataFrame:
    """Occurrences; of the names of their columns we have seen the first ten letters alone."""
    raw = _Gml(path).read()
    found = {ours: [name for name in raw if name.startswith(theirs)] for ours, theirs in _GEUS.items()}
    return raw.assign(**{ours: raw[names[-1]] for ours, names in found.items() if names})


def _minmod(path: Path) -> gpd.GeoDataFrame:
    """Sites whose place is a point in degrees: papers without one, and places past a pole, are left out."""
    raw = read_rows(path, expect=["ms_uri", "location", "crs", "commodity"])
    is_point = raw["location"].str.fullmatch(r"POINT ?\(-?[\d.]+ -?[\d.]+\)")
    placed = raw[is_point & raw["crs"].eq("EPSG:4326")]
    at = shapely.get_coordinates(shapely.from_wkt(placed["location"].to_numpy()))
    can_be = (abs(at) <= (180, 90)).all(axis=1)
    placed, at = placed[can_be].reset_index(drop=True), at[can_be]
    key = placed["ms_uri"].str.rsplit("/", n=1).str[-1]
    return gpd.GeoDataFrame(placed.assign(key=key), geometry=shapely.points(at), crs=4326)


SOURCES = (
    feature_source(
        "point", {name: name for name in ("key", "name", "kind", "status", "country", "detail")},
        parse=_mrds, id="usgs_mrds", title="Mineral Resources Data System: mines, deposits and occurrences",
        publisher="US Geological Survey", licence="public domain (US Government work)",
        citation="US Geological Survey, Mineral Resources Data System (MRDS)",
        homepage="https://mrdata.usgs.gov/mrds/", as_of="2011-12-31",
        made="status as of the source report, not current; not kept up since 2011; incomplete abroad; "
        "tried on a file written by the test in the documented form",
        remotes=(
            Remote("https://mrdata.usgs.gov/mrds/mrds-csv.zip", "minerals/mrds-csv.zip", "zip",
                   at_most_bytes=100_000_000),
        ),
        checks=Checks(own=(frozen_list,)),
    ),
    feature_source(
        "point", {name: name for name in _GEUS},
        parse=_geus,
        id="geus_mineral_occurrences", title="Greenland mineral occurrences",
        publisher="Geological Survey of Denmark and Greenland (GEUS)", licence="free use with source",
        citation="Thorning et al., Greenland mineral occurrences map (GMOM), GEUS",
        homepage="https://data.geus.dk/geonetwork/srv/eng/catalog.search#/metadata/"
        "8884ead8-45fc-4d1a-ae67-325182cde646",
        as_of="2024-01-01",
        made="GML; the names of its columns are known by their beginnings, what is not found stays blank; "
        "tried on a file written by the test in the documented form",
        remotes=(
            Remote(
                "https://data.geus.dk/geusmap/ows/32624.jsp?service=WFS&mapname=greenland_portal&version=1.0.0"
                f"&request=GetFeature&typename={_GEUS_LAYER}&maxfeatures=100000",
                "minerals/geus_mineral_occurrences.gml", "bytes",
            ),
        ),
    ),
    feature_source(
        "point", {"key": "key", "name": "site_name", "kind": "deposit_type", "country": "country",
                  "detail": "commodity"},
        parse=_minmod, id="minmod_nickel", title="Nickel sites of the MinMod knowledge graph",
        publisher="MinMod (DARPA CriticalMAAS)", licence="MIT (records of USGS: public domain)",
        citation="MinMod knowledge graph, nickel", homepage="https://minmod.isi.edu", as_of="2024-01-01",
        made="rows with a place; machine-read from reports, several rows a site",
        remotes=(
            Remote(
                "https://raw.githubusercontent.com/DARPA-CRITICALMAAS/umn-ta2-mineral-site-linkage/main/"
                "nickel_datafile.csv",
                "minerals/minmod_nickel_datafile.csv", at_least_rows=1000,
            ),
        ),
    ),
)  # fmt: skip
