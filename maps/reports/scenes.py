"""SCENES: the six scenes of the story, in order, for the briefing and for the web map.

A scene has an address of its own on the web map. The part of it after "#" is in the format of
maps/web/page/address_query.js.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SCENES", "Scene", "View", "fragment", "scene_of"]

HOME_SOUTH: Final = -45.0  # the meridian that points down on the map of EPSG:3413


@dataclass(frozen=True, slots=True)
class View:
    """A part of the map: its middle in degrees, its zoom, and the meridian that points down.

    Each step of `zoom` halves the metres of a pixel; at 0 a pixel is 32,768 m.
    """

    latitude: float
    longitude: float
    zoom: float
    south: float = HOME_SOUTH


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene of the story.

    `about` says in one sentence what the view shows; the web map prints it.

    `month` is the month of the ice, 1 to 12; None leaves the map's own. `layers` are the layers that are
    shown, and all others are hidden. `shows` says what the view is about: `all` is the whole picture or the
    country, `case` is the node of the first case. `level_degc` is a level of global warming: the web map
    rings the nodes whose climate class is higher at it, and shows its warming of the air.
    """

    id: str
    title: str
    about: str
    layers: tuple[str, ...]
    month: int | None = None
    shows: str = "all"
    level_degc: int | None = None


_GROUND: Final = ("bathymetry", "land", "countries")
SCENES: Final[tuple[Scene, ...]] = (
    Scene("scene-ice", "What the ice does",
          "The ice of September, the month with the least of it, against the usual edge. Move the year to "
          "see every September since 1979.",
          (*_GROUND, "sea_ice", "sea_routes"), month=9),
    Scene("scene-overlap", "Where climate meets defence and people",
          "Large marks: a high climate hazard, features that let the site serve defence, and people who "
          "depend on it. The list on the left names the places.",
          (*_GROUND, "sea_ice", "arctic_boundary", "nodes"), month=9),
    Scene("scene-cases", "Three cases",
          "One critical site after another, of other kinds and countries: its three gates, and the nearest "
          "change that would turn one. Choose a site here:",
          (*_GROUND, "settlements", "nodes"), shows="case"),
    Scene("scene-warming", "What 2\u00a0°C changes",
          "How much warmer the air is than before industry at 2\u00a0°C of global warming (a warmer picture "
          "shows its own level): one climate model, a condition and not a date. Ringed: sites whose climate "
          "class is higher than at the level of the picture.",
          (*_GROUND, "warming", "nodes"), level_degc=2),
    Scene("scene-cost", "What it costs people",
          "The settlements around the sites: who has no other by road or rail.",
          (*_GROUND, "settlements", "nodes")),
    Scene("scene-unknown", "What we do not know",
          "Dashed marks: one missing fact decides. Hexagons: places of which a publication describes the "
          "frozen ground; elsewhere it is not known.", (*_GROUND, "permafrost_places", "nodes")),
)  # fmt: skip


def scene_of(scene_id: str) -> Scene:
    """The scene with an id; raises KeyError if there is none."""
    return {scene.id: scene for scene in SCENES}[scene_id]


def fragment(
    scene: Scene,
    view: View | None = None,
    node: str | None = None,
    layer_ids: Sequence[str] = (),
    year: int | None = None,
) -> str:
    """The part after "#" of the address of a scene on the web map.

    Without a `view` the map shows the whole picture. `node` is the node whose details are opened. `layer_ids`
    are the layers of the picture; a layer of the scene that is not among them is left out. An empty
    `layer_ids` leaves none out. `year` is that of the ice in a scene with a month; None leaves the one of the
    map.
    """
    query: dict[str, str] = {}
    if view is not None:
        query["at"] = f"{view.latitude:.4f},{view.longitude:.4f}"
        query["zoom"] = f"{view.zoom:.2f}"
    query["south"] = f"{view.south if view else HOME_SOUTH:g}"
    query["layers"] = ".".join(name for name in scene.layers if not layer_ids or name in layer_ids)
    if scene.month is not None:
        query["month"] = str(scene.month)
        if year is not None:
            query["year"] = str(year)
    if scene.level_degc is not None:
        query["level"] = str(scene.level_degc)
    if node is not None:
        query["node"] = node
    return urlencode(query, safe=",")
