"""TeleGeography's Submarine Cable Map. Its licence excludes some uses, so it is fetched only by name."""

from __future__ import annotations

from typing import Any

from pipelines.intake.findings import Checks
from pipelines.intake.place_checks import ashore
from pipelines.source import Remote
from pipelines.sources.planned_features import FLOW_NETWORK, feature_source

__all__ = ["SOURCES"]

_ROW: dict[str, Any] = {
    "publisher": "TeleGeography",
    "licence": "CC-BY-NC-SA-3.0",
    "citation": "TeleGeography, Submarine Cable Map",
    "homepage": "https://www.submarinecablemap.com",
    "as_of": "2021-06-29",
    "state": "user-supplied",
    "planned_for": FLOW_NETWORK,
}


def _remote(path: str) -> tuple[Remote, ...]:
    return (
        Remote(
            f"https://www.submarinecablemap.com/api/v3/{path}",
            f"infrastructure/telegeography/{path}",
            "geojson",
            only_named="CC BY-NC-SA: not for every use, and never carried on",
        ),
    )  # fmt: skip


SOURCES = (
    feature_source(
        "line", {"key": "slug", "name": "name", "detail": "slug"}, **_ROW,
        id="telegeography_cables", title="Submarine Cable Map: drawn routes",
        made="drawn routes, not real paths", remotes=_remote("cable/cable-geo.json"),
    ),
    feature_source(
        "point", {"key": "id", "name": "name", "detail": "slug"}, **_ROW,
        id="telegeography_landings", title="Submarine Cable Map: landing points",
        made="towns, some to be decided", remotes=_remote("landing-point/landing-point-geo.json"),
        checks=Checks(own=(ashore,)),
    ),
)  # fmt: skip
