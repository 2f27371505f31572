"""Critical sea routes and seas of MPAS geometric_features: transects of ships and regions of sea ice."""

from __future__ import annotations

from typing import Any

from pipelines.source import Remote
from pipelines.sources.features import feature_source

_RAW = "https://raw.githubusercontent.com/MPAS-Dev/geometric_features/main/geometric_data"
_ROUTES = (
    "Bering_Strait", "Bering_Strait_Ship_Track", "Fram_Strait", "Nares_Strait",
    "Northern_Sea_Route_New_Siberian_Islands", "Northern_Sea_Route_Novaya_Zemlya_Passage",
    "Northern_Sea_Route_Proliv_Longa", "Northern_Sea_Route_Severnaya_Zemlya",
    "Northwest_Passage_Cardigan_Strait", "Northwest_Passage_McClintock_Channel_Variant",
    "Northwest_Passage_Peel_Sound_Variant", "Northwest_Passage_Prince_of_Wales_Strait_Variant",
)  # fmt: skip
_SEAS = (
    "Baffin_Bay", "Beaufort_Sea", "Canadian_Archipelago", "Central_Arctic", "Chukchi_Sea",
    "East_Siberian_Sea", "Hudson_Bay", "Laptev_Sea",
)  # fmt: skip
_FIELDS = {"key": "name", "name": "name", "kind": "object", "operator": "author", "detail": "tags"}
_ROW: dict[str, Any] = {
    "publisher": "MPAS geometric_features",
    "licence": "BSD-3-Clause style (LANS and UCAR)",
    "homepage": "https://github.com/MPAS-Dev/geometric_features",
    "as_of": "2023-01-01",
}

SOURCES = (
    feature_source(
        "line", _FIELDS, **_ROW, id="mpas_sea_routes", title="Arctic sea routes and straits, transects",
        citation="MPAS geometric_features, transects by A. Roberts", made="lines as drawn",
        remotes=tuple(
            Remote(
                f"{_RAW}/ocean/transect/{name}/transect.geojson",
                f"shipping/arctic_sea_routes/{name}.geojson", "geojson",
            )
            for name in _ROUTES
        ),
    ),
    feature_source(
        "polygon", _FIELDS, **_ROW, id="mpas_sea_ice_regions", title="Seas of the Arctic after NSIDC",
        citation="MPAS geometric_features, Arctic regions after NSIDC", made="areas as drawn",
        remotes=tuple(
            Remote(
                f"{_RAW}/ocean/region/{name}_NSIDC/region.geojson",
                f"sea_ice/nsidc_regions/{name}_NSIDC.geojson", "geojson",
            )
            for name in _SEAS
        ),
    ),
)  # fmt: skip
