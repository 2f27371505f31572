"""Mineral occurrences of Greenland, read from the GML of GEUS."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import geopandas as gpd
import shapely

from layers.errors import SourceError
from pipelines.source import Remote
from pipelines.sources.planned_features import CROSS_REFERENCE, feature_source

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["SOURCES"]

_LAYER = "mineral_occurrences_v3_external"
_COLUMNS = {"key": "ogc_fid", "name": "main_occ", "kind": "commodity_", "detail": "main_commo"}
_EPSG = ("32624", "4326")
_MAX_DEPTH = 12  # nested elements; a limit against a hostile file


class _Gml:
    """Reader of the features of a layer in GML 2. It resolves no entities and opens no other file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[dict[str, Any]] = []
        self._open: list[str] = []
        self._text = ""
        self._systems: set[str] = set()

    def read(self) -> gpd.GeoDataFrame:
        """Return the features in WGS 84 degrees; raises SourceError where the file is no plain GML."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._append
        parser.StartDoctypeDeclHandler = self._refuse
        try:
            parser.Parse(self.path.read_bytes(), True)  # noqa: FBT003  expat takes no keywords
        except expat.ExpatError as error:
            msg = f"{self.path.name}: expected GML, found {error}"
            raise SourceError(msg) from error
        if not self.rows:
            msg = f"{self.path.name}: expected {_LAYER}, found none: is the address still right?"
            raise SourceError(msg)
        epsg = [re.split("[:#/]", name)[-1] for name in self._systems]
        if len(epsg) != 1 or epsg[0] not in _EPSG:
            msg = f"{self.path.name}: expected one CRS of EPSG:{', '.join(_EPSG)}, found {epsg}"
            raise SourceError(msg)
        return gpd.GeoDataFrame(self.rows, geometry="geometry", crs=int(epsg[0])).to_crs(4326)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rsplit(":", 1)[-1]
        if "srsName" in attributes:
            self._systems.add(attributes["srsName"])
        self._open.append(name)
        self._text = ""
        if len(self._open) > _MAX_DEPTH:
            self._refuse("elements in elements")
        if name == _LAYER:
            self.rows.append({"geometry": None})

    def _end(self, _: str) -> None:
        name, text = self._open.pop(), self._text.strip()
        self._text = ""
        if not self.rows or _LAYER not in self._open:
            return
        if name in {"coordinates", "pos"} and self._open[-1] == "Point":  # a bounding box has some too
            self.rows[-1]["geometry"] = self._point(text)
        elif self._open[-1] == _LAYER and text:
            self.rows[-1][name] = text

    def _append(self, text: str) -> None:
        self._text += text

    def _point(self, text: str) -> shapely.Point:
        """Return the point of a text `x,y`. WFS 1.0.0 writes x first, and so longitude first for degrees."""
        try:
            x, y = (float(part) for part in text.replace(",", " ").split()[:2])
        except ValueError as error:
            msg = f"{self.path.name}: expected x,y, found {text[:40]!r}"
            raise SourceError(msg) from error
        return shapely.Point(x, y)

    def _refuse(self, construct: str, *_: object) -> None:
        msg = f"{self.path.name}: expected plain GML, found {construct}: not read"
        raise SourceError(msg)


def _occurrences(path: Path) -> gpd.GeoDataFrame:
    """Return the occurrences in a file, with the columns of `_COLUMNS`.

    A column is found by the first ten letters of its name, because only those letters are documented.
    """
    raw = _Gml(path).read()
    matches = {ours: [name for name in raw if name.startswith(theirs)] for ours, theirs in _COLUMNS.items()}
    return raw.assign(**{ours: raw[names[-1]] for ours, names in matches.items() if names})


SOURCES = (
    feature_source(
        "point", {name: name for name in _COLUMNS},
        parse=_occurrences,
        id="geus_mineral_occurrences", title="Greenland mineral occurrences",
        planned_for=CROSS_REFERENCE,
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
                f"&request=GetFeature&typename={_LAYER}&maxfeatures=100000",
                "minerals/geus_mineral_occurrences.gml", "bytes",
            ),
        ),
    ),
)  # fmt: skip
