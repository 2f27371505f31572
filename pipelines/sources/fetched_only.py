"""Sources that can be fetched and looked at, and feed no layer: no picture names them."""

from __future__ import annotations

from pipelines.source import Remote
from pipelines.sources.wanted import wanted

# Pipelines that reach north of 66.5 N, by the keys of Global Energy Monitor.
_GEM_ROUTES = {
    "gas-pipelines": (
        "P0146 P0174 P0211 P0293 P0300 P0714 P0734 P0737 P0738 P0774 P0815 P1607 P1647 P2287 P2346 P2358 "
        "P2450 P2459 P3500 P3506 P3607 P3958 P4311 P5402 P5403 P5404 P5621 P5666 P5667 P5668 P6534 P6540 "
        "P6683 P6684 P7462 P7463 P7465"
    ),
    "hydrogen-pipelines": "P5826",
    "liquid-pipelines": (
        "P0135 P0660 P0661 P1292 P3668 P3675 P3704 P5123 P5126 P6098 P6099 P6100 P6124 P6128 P6133 P6140 "
        "P6159 P6160 P7160 P7187 P7256 P7263 P7266 P7267 P7427 P7428 P7429"
    ),
}
_GEM = "https://raw.githubusercontent.com/GlobalEnergyMonitor"
_CABLES = "https://www.submarinecablemap.com/api/v3"
_NOT_FREE = "CC BY-NC-SA: not for every use, and never carried on"

SOURCES = (
    wanted(
        "dmi_ice_charts", "sea_ice", "Regional ice charts of Greenland (SIGRID-3)",
        "Danish Meteorological Institute", "free use with source", "DMI ice charts, SIGRID-3",
        "https://download.dmi.dk/public/ICESERVICE/", "2014-05-01",
        (Remote("https://download.dmi.dk/public/ICESERVICE/", kind="page"),),
    ),
    wanted(
        "gem_pipelines", "terminals", "Oil, gas and hydrogen pipelines of the north, routes",
        "Global Energy Monitor", "CC-BY-4.0", "Global Energy Monitor, GOIT and GGIT pipeline routes",
        "https://globalenergymonitor.org", "2026-04-01",
        tuple(
            Remote(
                f"{_GEM}/GOIT-GGIT-pipeline-routes/main/data/individual-routes/{kind}/{key}.geojson",
                f"infrastructure/gem_pipeline_routes/{kind}__{key}.geojson",
                "geojson",
            )
            for kind, keys in _GEM_ROUTES.items()
            for key in keys.split()
        ),
    ),
    wanted(
        "gem_europe_gas", "terminals", "Europe Gas Tracker: plants, fields and LNG terminals",
        "Global Energy Monitor", "CC-BY-4.0", "Global Energy Monitor, Europe Gas Tracker",
        "https://globalenergymonitor.org", "2024-05-01",
        (
            Remote(
                f"{_GEM}/europe_gas_tracker/main/docs/static/data/data.csv",
                "infrastructure/gem_europe_gas_tracker_data.csv",
                at_least_rows=1000,
            ),
        ),
    ),
    wanted(
        "telegeography_cables", "cables", "Submarine Cable Map: drawn routes and landing points",
        "TeleGeography", "CC-BY-NC-SA-3.0", "TeleGeography, Submarine Cable Map",
        "https://www.submarinecablemap.com", "2021-06-29",
        tuple(
            Remote(
                f"{_CABLES}/{path}", f"infrastructure/telegeography/{path}", "geojson",
                only_named=_NOT_FREE,
            )
            for path in ("cable/cable-geo.json", "landing-point/landing-point-geo.json")
        ),
    ),
)  # fmt: skip
