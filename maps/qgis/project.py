"""A QGIS project of the picture, written without QGIS: `picture.qgz` beside `picture.gpkg`.

The same layers, order and looks as the web map. The project names its files by relative paths only,
runs nothing (no macro, no action, no expression made of data) and is embedded in the GeoPackage too.
"""

from __future__ import annotations

import inspect
import io
import zipfile
from calendar import monthrange
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import pandas as pd

from layers.crs import POLAR
from layers.errors import ExportError
from layers.raster import rasters
from layers.regions import REGIONS
from maps.qgis.cog import STOPS, write_rasters
from maps.qgis.graticule import items
from maps.qgis.layer_tree import in_package, tree
from maps.qgis.print_layout import canvas_colour, layouts
from maps.qgis.symbology import parts, rgba, start_of_month
from maps.status import expression, promise
from maps.style import MEDIAN_ENDS
from maps.text import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from layers.picture import Picture, SourceNote
    from layers.raster import Raster
    from layers.schema import Layer

__all__ = ["project", "write"]

_FILE = "picture.qgz"
_VERSION = "3.22.0"
# States in which a source says what it should; one that is not held never was, and is no decay.
_SOUND = frozenset({"embedded", "live", "user-supplied", "not_held"})
_KINDS = {
    "point": ("Point", "Point"),
    "line": ("Line", "MultiLineString"),
    "polygon": ("Polygon", "MultiPolygon"),
}
_WKT = POLAR.to_wkt()
# PROJ's short form of EPSG:3413, for readers older than WKT 2.
_SHORT = "+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs"
_GRATICULE = "graticule"
_TOP_CENTRE = "4"
# Tables of the GeoPackage that are no layer of the picture.
_BESIDE = (
    ("about", "Sources, caveats, region, scenario"),
    ("status_now", "Status of picture and sources, by this machine's clock"),
)


def write(picture: Picture, folder: Path) -> Path:
    """Write `picture.qgz` into `folder`, and the grids it shows into `folder/grids`.

    Raises
    ------
    ExportError
        If a file cannot be written.
    """
    found = rasters(picture.grids, picture.scenario)
    path, part = folder / _FILE, folder / "picture.part.qgz"
    try:
        if found:
            write_rasters(found, folder / "grids")
        part.unlink(missing_ok=True)
        part.write_bytes(project(picture, found))
        part.replace(path)  # a link planted under the name is replaced, not followed
    except OSError as error:
        part.unlink(missing_ok=True)
        msg = f"{_FILE}: expected to write it into {folder}, found {error}: is the disk full?"
        raise ExportError(msg) from error
    return path


def project(picture: Picture, grids: Sequence[Raster] = ()) -> bytes:
    """Make the project of a picture and of the grids that lie beside it; same input, same bytes."""
    root = _document(picture, grids)
    indent(root, " ")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        row = zipfile.ZipInfo("picture.qgs", (1980, 1, 1, 0, 0, 0))
        row.compress_type, row.create_system = zipfile.ZIP_DEFLATED, 3
        # As text and then encoded: ElementTree's own encoding costs twice the time.
        text = tostring(root, encoding="unicode").encode("utf-8", "xmlcharrefreplace")
        archive.writestr(row, b"<?xml version='1.0' encoding='utf-8'?>\n" + text, compresslevel=6)
    return packed.getvalue()


def _document(picture: Picture, grids: Sequence[Raster]) -> Element:
    title = f"Arctic picture: {literal(picture.region.title)}, {picture.day.isoformat()}"
    root = Element(
        "qgis", version=_VERSION, projectname=title, saveUser="", saveUserFull="",
        saveDateTime=f"{picture.day.isoformat()}T00:00:00",
    )  # fmt: skip
    SubElement(root, "homePath", path="")
    SubElement(root, "title").text = title
    SubElement(root, "projectCrs").append(_crs())
    notes = {layer.id: _sources_of(layer, picture) for layer in picture.layers}
    rasters_by_name = {f"grid_{raster.id}": raster for raster in grids}
    titles = {layer.id: _title(layer, picture, notes[layer.id]) for layer in picture.layers}
    titles |= {
        name: _with_state(raster.title, _feeding(f"grid:{raster.source}", picture))
        for name, raster in rasters_by_name.items()
    }
    titles |= {**dict(_BESIDE), _GRATICULE: "Graticule"}
    beside = [name for name, _ in _BESIDE]
    root.append(tree(picture.layers, rasters_by_name, titles, beside, _GRATICULE, _id))
    related = _related(picture)
    _relations(SubElement(root, "relations"), related)
    layers = SubElement(root, "projectlayers")
    layers.extend(_layer(layer, picture, notes[layer.id], related) for layer in picture.layers)
    layers.extend(_beside(name, title, picture) for name, title in _BESIDE)
    layers.append(_graticule())
    layers.extend(_raster(raster, picture) for raster in grids)
    _properties(SubElement(root, "properties"), picture)
    _project_metadata(SubElement(root, "projectMetadata"), picture, title)
    root.append(layouts(picture, _id))
    _places(root, picture)
    _clock(root, picture)
    return root


def _id(name: str) -> str:
    """The project's id of a layer; QGIS wants more than eight characters."""
    return f"arctic_picture_{name}"


def _crs() -> Element:
    """EPSG:3413 as QGIS keeps a CRS: by name, and in full."""
    element = Element("spatialrefsys", nativeFormat="Wkt")
    for name, text in (
        ("wkt", _WKT),
        ("proj4", _SHORT),
        ("srsid", "0"),
        ("srid", "3413"),
        ("authid", "EPSG:3413"),
        ("description", POLAR.name),
        ("projectionacronym", "stere"),
        ("ellipsoidacronym", "EPSG:7030"),
        ("geographicflag", "false"),
    ):
        SubElement(element, name).text = text
    return element


def _properties(properties: Element, picture: Picture) -> None:
    """The strip with the status lies on the map itself, where every view of it shows it.

    Without `ProjectionsEnabled` QGIS ignores the project's CRS and draws all points at the pole.
    """
    enabled = SubElement(SubElement(properties, "SpatialRefSys"), "ProjectionsEnabled", type="int")
    enabled.text = "1"
    SubElement(SubElement(properties, "Paths"), "Absolute", type="bool").text = "false"
    SubElement(SubElement(properties, "Macros"), "pythonCode", type="QString").text = ""
    measurement = SubElement(properties, "Measurement")
    SubElement(measurement, "DistanceUnits", type="QString").text = "km"
    SubElement(measurement, "AreaUnits", type="QString").text = "km2"
    SubElement(SubElement(properties, "Measure"), "Ellipsoid", type="QString").text = "EPSG:7030"
    strip = SubElement(properties, "TitleLabel")
    SubElement(strip, "Enabled", type="bool").text = "true"
    SubElement(
        strip, "Label", type="QString"
    ).text = f"{expression(picture)} · as of {picture.day.isoformat()}"
    SubElement(strip, "Placement", type="int").text = _TOP_CENTRE
    gui = SubElement(properties, "Gui")
    for name, part in zip(("Red", "Green", "Blue"), rgba(canvas_colour(), 1.0).split(","), strict=False):
        SubElement(gui, f"CanvasColor{name}Part", type="int").text = part


# --- layers ----------------------------------------------------------------------------------


def _layer(
    layer: Layer, picture: Picture, notes: tuple[SourceNote, ...], related: Mapping[str, tuple[Layer, str]]
) -> Element:
    table = picture.tables[layer.id]
    kind, wkb = _KINDS.get(layer.geometry, ("No geometry", "NoGeometry"))
    relations = {name: literal(other.title) for name, (other, _) in related.items()}
    found = parts(layer, table, picture.day.month, relations)
    element = _maplayer(layer.id, _title(layer, picture, notes), in_package(layer.id), "vector")
    element.attrib.update(
        geometry=kind, wkbType=wkb, simplifyDrawingHints="1", simplifyDrawingTol="1", simplifyLocal="1",
        simplifyMaxScale="1", simplifyAlgorithm="0",
        labelsEnabled=str(int(any(part.tag == "labeling" for part in found))),
    )  # fmt: skip
    SubElement(element, "provider", encoding="UTF-8").text = "ogr"
    if layer.geometry != "table":
        SubElement(element, "srs").append(_crs())
    element.append(
        _metadata(layer.id, layer.title, layer.note, layer.pillar, notes, _made_from(layer, picture), picture)
    )
    if layer.id == "sea_ice":
        element.append(_months(_year_shown(picture)))
    element.extend(found)
    return element


def _maplayer(name: str, title: str, source: str, kind: str) -> Element:
    element = Element(
        "maplayer", type=kind, styleCategories="AllStyleCategories", hasScaleBasedVisibilityFlag="0",
        minScale="1e+08", maxScale="0", autoRefreshEnabled="0", refreshOnNotifyEnabled="0",
    )  # fmt: skip
    SubElement(element, "id").text = _id(name)
    SubElement(element, "datasource").text = source
    SubElement(element, "layername").text = title
    styles = SubElement(element, "map-layer-style-manager", current="default")
    SubElement(styles, "map-layer-style", name="default")
    flags = SubElement(element, "flags")
    for flag, state in (("Identifiable", "1"), ("Removable", "1"), ("Searchable", "1"), ("Private", "0")):
        SubElement(flags, flag).text = state
    return element


def _beside(name: str, title: str, picture: Picture) -> Element:
    element = _maplayer(name, title, in_package(name), "vector")
    element.attrib.update(geometry="No geometry", wkbType="NoGeometry", labelsEnabled="0")
    SubElement(element, "provider", encoding="UTF-8").text = "ogr"
    element.append(_metadata(name, title, "", "", (), (), picture))
    return element


def _graticule() -> Element:
    element = _maplayer(_GRATICULE, "Graticule", "", "annotation")
    SubElement(element, "srs").append(_crs())
    element.append(items())
    SubElement(element, "layerOpacity").text = "1"
    return element


def _raster(raster: Raster, picture: Picture) -> Element:
    notes = _feeding(f"grid:{raster.source}", picture)
    title = _with_state(raster.title, notes)
    element = _maplayer(f"grid_{raster.id}", title, f"./grids/{raster.id}.tif", "raster")
    SubElement(element, "provider").text = "gdal"
    SubElement(element, "srs").append(_crs())
    element.append(
        _metadata(f"grids/{raster.id}", raster.title, raster.note, "environmental", notes, (), picture)
    )
    pipe = SubElement(element, "pipe")
    resampling = "bilinear" if raster.is_smooth and raster.void != 255 else "nearestNeighbour"
    SubElement(
        SubElement(pipe, "provider"), "resampling", enabled="false", maxOversampling="2",
        zoomedInResamplingMethod=resampling, zoomedOutResamplingMethod="nearestNeighbour",
    )  # fmt: skip
    stops = STOPS[raster.id]
    band = picture.day.month if len(raster.names) == 12 else 1
    renderer = SubElement(
        pipe, "rasterrenderer", type="singlebandpseudocolor", band=str(band), opacity="1", alphaBand="-1",
        classificationMin=f"{stops[0][0]:g}", classificationMax=f"{stops[-1][0]:g}",
        nodataColor="",
    )  # fmt: skip
    shader = SubElement(
        SubElement(renderer, "rastershader"), "colorrampshader", classificationMode="1", clip="0",
        colorRampType="INTERPOLATED" if raster.is_smooth else "EXACT", labelPrecision="0",
        minimumValue=f"{stops[0][0]:g}", maximumValue=f"{stops[-1][0]:g}",
    )  # fmt: skip
    for value, colour, label in stops:
        SubElement(shader, "item", value=f"{value:g}", color=colour, alpha="255", label=label)
    SubElement(shader, "rampLegendSettings", useContinuousLegend="0")
    return element


# --- where it comes from ---------------------------------------------------------------------


def _feeding(feeds: str, picture: Picture) -> tuple[SourceNote, ...]:
    return tuple(note for note in picture.sources if note.feeds == feeds)


def _sources_of(layer: Layer, picture: Picture) -> tuple[SourceNote, ...]:
    """The sources a layer is fed by or whose ids its rows name."""
    table = picture.tables[layer.id]
    named = set(table["source_id"].dropna().unique()) if "source_id" in table else set()
    return tuple(note for note in picture.sources if note.feeds == layer.id or note.id in named)


def _with_state(title: str, notes: Iterable[SourceNote], rows: int = 1) -> str:
    """The title, and what is wrong with what stands behind it."""
    late = {
        note.state: note.as_of for note in sorted(notes, key=lambda n: n.as_of) if note.state not in _SOUND
    }
    said = [f"{state.replace('_', ' ')}, as of {day}" for state, day in late.items()]
    said += [] if rows else ["empty"]
    return literal(f"{title} ({'; '.join(said)})" if said else title)


def _title(layer: Layer, picture: Picture, notes: Iterable[SourceNote]) -> str:
    return _with_state(layer.title, notes, len(picture.tables[layer.id]))


def _made_from(layer: Layer, picture: Picture) -> tuple[str, ...]:
    """What a derived layer was computed from, in words."""
    if layer.derive is None:
        return ()
    known = {one.id: one.title for one in picture.layers}
    names = list(inspect.signature(layer.derive).parameters)
    read = [known.get(name, name.replace("_", " ")) for name in names]
    return (f"Computed by arctic-picture from: {'; '.join(read)}.",)


def _metadata(
    name: str, title: str, note: str, pillar: str, notes: Sequence[SourceNote], made: Sequence[str],
    picture: Picture,
) -> Element:  # fmt: skip
    """Who says so, under what terms, as of when, and what it was made from, as QGIS keeps it."""
    element = Element("resourceMetadata")
    _texts(element, {
        "identifier": f"arctic-picture/{name}",
        "parentidentifier": "arctic-picture",
        "language": "en",
        "type": "dataset",
        "title": title,
        "abstract": f"{note} {picture.caveats[1]}".strip(),
    })  # fmt: skip
    if pillar:
        _texts(SubElement(element, "keywords", vocabulary="pillar"), {"keyword": pillar})
    for who in dict.fromkeys(one.publisher for one in notes):
        contact = SubElement(element, "contact")
        _texts(contact, {"name": who, "organization": who, "role": "publisher"})
    links = SubElement(element, "links")
    for one in notes:
        if one.homepage.startswith(("https://", "http://")):
            SubElement(
                links, "link", name=literal(one.id), type="WWW:LINK", url=literal(one.homepage),
                description=literal(one.title), format="", mimeType="", size="",
            )  # fmt: skip
    said = [
        f"{one.title}, {one.publisher}: as of {one.as_of}, {one.state.replace('_', ' ')}." for one in notes
    ]
    for text in [*said, *made]:
        _texts(element, {"history": text})
    for text in dict.fromkeys(one.citation for one in notes):
        _texts(element, {"rights": text})
    for text in dict.fromkeys(one.licence for one in notes):
        _texts(element, {"license": text})
    days = sorted(one.as_of for one in notes if one.state != "not_held") or [picture.day.isoformat()]
    period = SubElement(SubElement(SubElement(element, "extent"), "temporal"), "period")
    _texts(period, {"start": f"{_first_day(days[0])}T00:00:00Z", "end": f"{_last_day(days[-1])}T00:00:00Z"})
    return element


def _first_day(told: str) -> str:
    """The first day of a day, month or year, ISO 8601."""
    return f"{told}-01-01"[:10]


def _last_day(told: str) -> str:
    """The last day of a day, month or year, ISO 8601."""
    if len(told) == len("2026-11-29"):
        return told
    year, month = (int(part) for part in f"{told}-12"[:7].split("-"))
    return f"{year}-{month:02d}-{monthrange(year, month)[1]}"


def _texts(element: Element, texts: dict[str, str]) -> None:
    for tag, text in texts.items():
        SubElement(element, tag).text = literal(text)


def _project_metadata(element: Element, picture: Picture, title: str) -> None:
    _texts(element, {
        "identifier": "arctic-picture",
        "language": "en",
        "type": "dataset",
        "title": title,
        "abstract": "\n".join((f"{picture.status}. {promise(picture)}".rstrip(), *picture.caveats)),
        "author": "arctic-picture",
        "creation": f"{picture.day.isoformat()}T00:00:00",
    })  # fmt: skip


# --- relations, places, time -----------------------------------------------------------------


# Columns that name a node.
_NAMES_NODE = ("node_id", "match_node")


def _related(picture: Picture) -> dict[str, tuple[Layer, str]]:
    """Id of each relation -> the layer whose rows name nodes, and the column that does."""
    if "nodes" not in picture.tables:
        return {}
    others = [layer for layer in picture.layers if layer.id != "nodes" and not layer.is_private]
    found = {}
    for name in _NAMES_NODE:
        for layer in others:
            if any(column.name == name for column in layer.all_columns):
                found[f"nodes_{layer.id}"] = (layer, name)
    first = {f"nodes_{name}": n for n, name in enumerate(("evidence", "exits", "climate_facts"))}
    return dict(sorted(found.items(), key=lambda row: first.get(row[0], len(first))))


def _relations(relations: Element, related: Mapping[str, tuple[Layer, str]]) -> None:
    """From each node to its rows of every layer that names nodes."""
    for key, (layer, column) in related.items():
        relation = SubElement(
            relations, "relation", id=key, name=literal(layer.title), strength="Association",
            referencingLayer=_id(layer.id), referencedLayer=_id("nodes"),
        )  # fmt: skip
        SubElement(relation, "fieldRef", referencingField=column, referencedField="node_id")


def _places(root: Element, picture: Picture) -> None:
    """A bookmark for each region, and the picture's own as the first view."""
    bookmarks = SubElement(root, "Bookmarks")
    for region in REGIONS:
        west, south, east, north = (round(value) for value in region.outline.bounds)
        corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
        ring = ", ".join(f"{x} {y}" for x, y in corners)
        bookmark = SubElement(
            bookmarks, "Bookmark", id=f"region_{region.id}", name=region.title, group="Regions",
            extent=f"POLYGON(({ring}))",
        )  # fmt: skip
        bookmark.append(_crs())
    west, south, east, north = picture.region.outline.bounds
    view = SubElement(
        SubElement(root, "ProjectViewSettings", UseProjectScales="0", rotation="0"), "DefaultViewExtent",
        xmin=f"{west:.0f}", ymin=f"{south:.0f}", xmax=f"{east:.0f}", ymax=f"{north:.0f}",
    )  # fmt: skip
    view.append(_crs())


def _year_shown(picture: Picture) -> int:
    """The year the clock runs through: that of most single months of ice, the latest of equals."""
    table = picture.tables.get("sea_ice")
    years = table["year"].dropna() if table is not None else pd.Series(dtype="Int64")
    years = years[years > MEDIAN_ENDS].astype(int)
    counts = years.value_counts()
    return max(counts.index, key=lambda year: (counts[year], year)) if len(counts) else picture.day.year


def _months(year: int) -> Element:
    """The times of the ice: each area holds for its month."""
    start = start_of_month(year)
    temporal = Element(
        "temporal", enabled="1", mode="4", limitMode="0", accumulate="0", durationUnit="min",
        durationField="", fixedDuration="0", startField="", endField="", startExpression=start,
        endExpression=f"{start} + to_interval('1 month')",
    )  # fmt: skip
    fixed = SubElement(temporal, "fixedRange")
    SubElement(fixed, "start")
    SubElement(fixed, "end")
    return temporal


def _clock(root: Element, picture: Picture) -> None:
    year = _year_shown(picture)
    settings = SubElement(
        root,
        "ProjectTimeSettings",
        timeStep="1",
        timeStepUnit="mon",
        frameRate="1",
        cumulativeTemporalRange="0",
    )
    span = SubElement(settings, "TemporalRange")
    SubElement(span, "start").text = f"{year}-01-01T00:00:00Z"
    SubElement(span, "end").text = f"{year}-12-31T23:59:59Z"
