"""Sources from feature services that answer in GeoJSON: pipelines, cables and economic zones at sea.

No file of these services was at hand. The tests write files in the form that the services document.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from layers.regions import SOUTH_DEG
from pipelines.source import Remote
from pipelines.sources.planned_features import CROSS_REFERENCE, FLOW_NETWORK, feature_source, geojson

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

__all__ = ["SOURCES"]

_TRIED = "tried on a file written by the test in the documented form"
_NORTH = (
    f"geometry=-180,{SOUTH_DEG:g},180,90&geometryType=esriGeometryEnvelope"
    "&inSR=4326&outSR=4326&outFields=*&f=geojson"
)
_WFS = "service=WFS&version=2.0.0&request=GetFeature&outputFormat=application/json"


def _norwegian_cables(path: Path) -> gpd.GeoDataFrame:
    """Return the cables of the file at `path`; a voltage of 0 kV is missing."""
    raw = geojson(path)
    return (
        raw.assign(spenning_k=raw["spenning_k"].where(raw["spenning_k"] != 0)) if "spenning_k" in raw else raw
    )


SOURCES = (
    feature_source(
        "line",
        {"key": "pplNpdidPipeline", "name": "pplName", "kind": "pplMedium", "status": "pplCurrentPhase",
         "operator": "cmpLongName", "detail": "pplMainGroupingName"},
        id="sodir_pipelines", planned_for=FLOW_NETWORK, title="Pipelines of the Norwegian shelf",
        publisher="Norwegian Offshore Directorate", licence="NLOD-2.0", citation="Sodir FactMaps",
        homepage="https://factmaps.sodir.no", as_of="2026-01-01", made=_TRIED,
        remotes=(
            Remote(
                "https://factmaps.sodir.no/api/rest/services/Factmaps/FactMapsWGS84/MapServer/311/"
                f"query?where=1=1&{_NORTH}",
                "infrastructure/sodir_pipelines.geojson", "geojson",
            ),
        ),
    ),
    feature_source(
        "line", {"name": "name", "kind": "medium", "status": "status", "operator": "operator",
                 "country": "country_co"},
        id="emodnet_pipelines", planned_for=FLOW_NETWORK, title="Pipelines at sea",
        publisher="EMODnet Human Activities", licence="CC-BY-4.0", citation="EMODnet Human Activities",
        homepage="https://emodnet.ec.europa.eu/en/human-activities", as_of="2026-01-01", made=_TRIED,
        remotes=(
            Remote(
                f"https://ows.emodnet-humanactivities.eu/wfs?{_WFS}&typeNames=emodnet:pipelines",
                "infrastructure/emodnet_pipelines.geojson", "geojson",
            ),
        ),
    ),
    feature_source(
        "line", {"key": "lokalid", "name": "navn", "operator": "eier", "detail": "spenning_k"},
        parse=_norwegian_cables, id="emodnet_power_cables", planned_for=FLOW_NETWORK,
        title="Power cables at sea, Norway",
        publisher="EMODnet Human Activities, from NVE", licence="CC-BY-4.0",
        citation="EMODnet Human Activities", homepage="https://emodnet.ec.europa.eu/en/human-activities",
        as_of="2026-01-01", made=f"routes as drawn, not surveyed; kV, 0 is missing; {_TRIED}",
        remotes=(
            Remote(
                f"https://ows.emodnet-humanactivities.eu/wfs?{_WFS}&typeNames=emodnet:pcablesnve",
                "infrastructure/emodnet_power_cables.geojson", "geojson",
            ),
        ),
    ),
    feature_source(
        "line", {"key": "id", "name": "pipe_name", "kind": "fluid", "status": "status",
                 "operator": "operator"},
        id="emodnet_fibre_cables", planned_for=FLOW_NETWORK, title="Fibre cables at sea, United Kingdom",
        publisher="EMODnet Human Activities, from NSTA", licence="CC-BY-4.0",
        citation="EMODnet Human Activities", homepage="https://emodnet.ec.europa.eu/en/human-activities",
        as_of="2026-01-01", made=f"routes as drawn, not surveyed; {_TRIED}",
        remotes=(
            Remote(
                f"https://ows.emodnet-humanactivities.eu/wfs?{_WFS}&typeNames=emodnet:ukfibrecables",
                "infrastructure/emodnet_fibre_cables.geojson", "geojson",
            ),
        ),
    ),
    feature_source(
        "polygon", {"key": "mrgid", "name": "geoname", "kind": "pol_type", "country": "sovereign1",
                    "detail": "territory1"},
        id="marine_regions_eez", planned_for=CROSS_REFERENCE, title="Exclusive economic zones",
        publisher="Flanders Marine Institute (Marine Regions)", licence="CC-BY-4.0",
        citation="Flanders Marine Institute, Maritime Boundaries Geodatabase, doi:10.14284/632",
        homepage="https://www.marineregions.org", as_of="2023-10-25", made=f"cut at 58 N; {_TRIED}",
        remotes=(
            Remote(
                f"https://geo.vliz.be/geoserver/MarineRegions/wfs?{_WFS}&typeNames=MarineRegions:eez",
                "boundaries/marine_regions_eez.geojson", "geojson", at_most_bytes=400_000_000,
            ),
        ),
    ),
)  # fmt: skip
