"""The map page against an empty Leaflet page and folium's layers of points, in the same Chromium.

`python -m benchmarks maps` needs chromium, playwright and npm, and says which of them is missing. The scripts
that the peers load from a network are taken from npm packages. A picture with more points than the real one
is synthetic: it repeats the real nodes, moved by up to 300 km.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
from folium.plugins import FastMarkerCluster

from maps.web import page as html
from pipelines.picture.build import Options, compose_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from layers.picture import Picture

__all__ = ["maps"]

CACHE = Path(os.environ.get("ARCTIC_PICTURE_PEERS", Path(tempfile.gettempdir()) / "arctic-picture-peers"))
# The files that the pages of folium 0.20 load, by the end of their addresses.
PACKAGES = ("leaflet@1.9.4", "leaflet.markercluster@1.5.3", "jquery@3.7.1", "bootstrap@5.2.2",
            "leaflet.awesome-markers@2.0.5")  # fmt: skip
FILES = {
    "leaflet.js": "leaflet-1.9.4/dist/leaflet.js",
    "leaflet.css": "leaflet-1.9.4/dist/leaflet.css",
    "leaflet.markercluster.js": "leaflet.markercluster-1.5.3/dist/leaflet.markercluster.js",
    "MarkerCluster.css": "leaflet.markercluster-1.5.3/dist/MarkerCluster.css",
    "MarkerCluster.Default.css": "leaflet.markercluster-1.5.3/dist/MarkerCluster.Default.css",
    "leaflet.awesome-markers.js": "leaflet.awesome-markers-2.0.5/dist/leaflet.awesome-markers.js",
    "jquery-3.7.1.min.js": "jquery-3.7.1/dist/jquery.min.js",
    "bootstrap.bundle.min.js": "bootstrap-5.2.2/dist/js/bootstrap.bundle.min.js",
    "bootstrap.min.css": "bootstrap-5.2.2/dist/css/bootstrap.min.css",
}
SCATTER_M = 300_000
MOST_KNOWN = 20_000  # above this, points have short keys and no evidence, like the points of the peers
RUNS = 10  # of the pages that are compared with the empty one; the peers are opened twice
PATIENCE_MS = 60_000
SWITCHES = ["--no-sandbox", "--disable-gpu", "--js-flags=--expose-gc", "--enable-precise-memory-info"]

# A page counts as ready when the frame after its own scripts is drawn: a message that is sent before a frame
# arrives after it.
READY = """<script>addEventListener("load", () => requestAnimationFrame(() => {
const { port1, port2 } = new MessageChannel();
port1.onmessage = () => { document.documentElement.dataset.ready = "true"; };
port2.postMessage(null); }));</script>"""

# Records the gaps between frames while the map is dragged to and fro, then zoomed in and out.
FRAMES = """() => { window.gaps = []; let last = performance.now();
const tick = (now) => { gaps.push(now - last); last = now; window.ticking = requestAnimationFrame(tick); };
requestAnimationFrame(tick); }"""


def maps() -> list[dict[str, Any]]:
    """Return size, time to ready, heap and frame times of the map page and its peers."""
    if lacking := [name for name in ("chromium", "npm") if shutil.which(name) is None]:
        sys.stderr.write(
            f"benchmark maps: expected {' and '.join(lacking)}, found none: apt-get install it\n"
        )
        return [{"benchmark": "maps", "work": f"not run: no {' and no '.join(lacking)}", "holds": False}]
    _fetch()
    with tempfile.TemporaryDirectory() as name:
        return list(_measure(Path(name)))


def _fetch() -> None:
    """Unpack the npm packages of the peers into the cache, each once."""
    CACHE.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        target = CACHE / package.replace("@", "-")
        if target.is_dir():
            continue
        subprocess.run(["npm", "pack", package, "--silent"], cwd=CACHE, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(CACHE / f"{target.name}.tgz") as archive:
            archive.extractall(CACHE, filter="data")
        (CACHE / "package").rename(target)


def _measure(folder: Path) -> Iterator[dict[str, Any]]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  the other benchmarks need none

    picture, _ = compose_snapshot(Options())
    many = _more(picture, 5_000)
    lot = _points_alone(_more(picture, 100_000))
    pages = {
        "empty": _empty(folder),
        "5 000 nodes": _written(folder / "many", html.page(many)),
        "100 000 points": _written(folder / "lot", html.page(lot)),
        "GeoJson": _geojson(folder, lot.tables["nodes"]),
        "FastMarkerCluster": _clustered(folder, lot.tables["nodes"]),
    }
    size = {name: path.stat().st_size / 1e6 for name, path in pages.items()}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        seen: dict[str, list[dict[str, float] | None]] = {name: [] for name in pages}
        for run in range(RUNS):
            for name, path in pages.items():
                # A page that does not get ready once is not tried again.
                if run == 0 or (name in {"empty", "5 000 nodes", "100 000 points"}) or run < 2:
                    if run and None in seen[name]:
                        continue
                    seen[name].append(_open(browser, path, moves=run == 0 and name != "empty"))
        browser.close()
    yield from _rows(size, seen)


def _rows(size: dict[str, float], seen: dict[str, list[dict[str, float] | None]]) -> Iterator[dict[str, Any]]:
    def median(name: str, what: str) -> float:
        values = [run[what] for run in seen[name] if run is not None and what in run]
        return statistics.median(values) if values else float("inf")

    def row(work: str, ours: float, peer: str, other: float, goal: float, unit: str) -> dict[str, Any]:
        ratio = other / ours
        timed = {"ours_s": round(ours, 3), "peer": peer, "peer_s": round(other, 3) if other < 1e9 else None}
        figures = (
            timed
            if unit == "s"
            else {"value": round(ours, 2), "peer": peer, "peer_value": round(other, 2), "unit": unit}
        )
        return {"benchmark": "maps", "work": work, **figures,
                "ratio": round(ratio, 2) if ratio < 1e9 else None, "goal": round(goal, 3),
                "holds": ratio >= goal}  # fmt: skip

    def most(work: str, value: float, goal: float, unit: str) -> dict[str, Any]:
        return {
            "benchmark": "maps",
            "work": work,
            "value": round(value, 2),
            "unit": unit,
            "goal": goal,
            "holds": value < goal,
        }

    ours, lot, cluster = "5 000 nodes", "100 000 points", "FastMarkerCluster"
    yield most("file with 5 000 nodes (synthetic) and all layers", size[ours], 8, "MB")
    yield row(
        "ready: 5 000 nodes and all layers",
        median(ours, "ready"),
        "an empty Leaflet page",
        median("empty", "ready"),
        1 / 3,
        "s",
    )
    yield most("first paint: 5 000 nodes and all layers", median(ours, "paint"), 0.6, "s")
    yield most("frames of pan and zoom, 5 000 nodes, 95th percentile", median(ours, "frame"), 50, "ms")
    yield most("frames of pan and zoom, 100 000 points, 95th percentile", median(lot, "frame"), 100, "ms")
    yield row("size: 100 000 points (synthetic)", size[lot], "folium.GeoJson", size["GeoJson"], 8, "MB")
    work = "ready: 100 000 points; a peer without a time did not come within a minute"
    yield row(work, median(lot, "ready"), "folium.GeoJson", median("GeoJson", "ready"), 8, "s")
    yield row(
        "ready: 100 000 points", median(lot, "ready"), f"folium {cluster}", median(cluster, "ready"), 8, "s"
    )
    yield row(
        "heap: 100 000 points", median(lot, "heap"), f"folium {cluster}", median(cluster, "heap"), 8, "MB"
    )


# --- pictures ----------------------------------------------------------------------------------


def _more(picture: Picture, count: int) -> Picture:
    """Return the picture with nodes and evidence repeated at other positions until there are `count`."""
    nodes: Any = picture.tables["nodes"]
    evidence = picture.tables["evidence"]
    turns = -(-count // len(nodes))
    table = gpd.GeoDataFrame(pd.concat([nodes] * turns, ignore_index=True).iloc[:count], crs=nodes.crs)
    turn = (np.arange(count) // len(nodes)).astype(str)
    away = np.random.default_rng(0).uniform(-SCATTER_M, SCATTER_M, (count, 2)) * (turn != "0")[:, None]
    table = table.set_geometry(
        gpd.points_from_xy(table.geometry.x + away[:, 0], table.geometry.y + away[:, 1]), crs=nodes.crs
    )
    table["node_id"] = (
        table["node_id"] + "/" + turn
        if count < MOST_KNOWN
        else table["kind"] + ":" + pd.Index(range(count)).astype(str)
    )
    rows = [
        evidence.assign(node_id=evidence["node_id"] + f"/{k}")
        for k in range(turns if count < MOST_KNOWN else 0)
    ]
    figures = pd.concat(rows, ignore_index=True) if rows else evidence.iloc[:0]
    return replace(picture, tables={**picture.tables, "nodes": table, "evidence": figures})


ATTRIBUTES = ("name", "kind", "country_iso3", "flag", "flag_probability")


def _points_alone(picture: Picture) -> Picture:
    """Return the picture with only coast and nodes, and only the attributes that the peers show too."""
    layers = tuple(
        replace(
            layer,
            columns=tuple(c for c in layer.columns if c.name in (*ATTRIBUTES, "node_id")),
            spine=tuple(c for c in layer.spine if c.name == "name"),
        )
        if layer.id == "nodes"
        else layer
        for layer in picture.layers
        if layer.id in {"nodes", "countries", "evidence"}
    )
    # Without the tables of other layers, no column of a node is made from them.
    tables = {name: table for name, table in picture.tables.items() if name in {one.id for one in layers}}
    return replace(picture, layers=layers, tables=tables)


# --- pages -------------------------------------------------------------------------------------


def _written(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    path = folder / "map.html"
    path.write_text(text, encoding="utf-8")
    return path


def _empty(folder: Path) -> Path:
    code = (CACHE / FILES["leaflet.js"]).read_text(encoding="utf-8")
    look = (CACHE / FILES["leaflet.css"]).read_text(encoding="utf-8")
    return _written(
        folder / "empty",
        f"<!DOCTYPE html><html><head><style>{look} #map {{ height: 100vh; }}</style></head><body>"
        f"<div id=map></div><script>{code}</script>"
        f'<script>window.map_empty = L.map("map").setView([70, 20], 3);</script>{READY}</body></html>',
    )


def _geojson(folder: Path, nodes: Any) -> Path:
    drawn = nodes[[*ATTRIBUTES, "geometry"]].to_crs(4326)
    page = folium.Map(location=(75, 20), zoom_start=3, max_zoom=18, tiles=None, maxZoom=18)
    folium.GeoJson(drawn, tooltip=folium.GeoJsonTooltip(list(ATTRIBUTES))).add_to(page)
    return _written(folder / "geojson", page.get_root().render().replace("</html>", READY + "</html>"))


def _clustered(folder: Path, nodes: Any) -> Path:
    at = nodes.to_crs(4326).geometry
    page = folium.Map(location=(75, 20), zoom_start=3, max_zoom=18, tiles=None, maxZoom=18)
    FastMarkerCluster(list(zip(at.y.round(4), at.x.round(4), nodes["name"].fillna(""), strict=True))).add_to(
        page
    )
    return _written(folder / "cluster", page.get_root().render().replace("</html>", READY + "</html>"))


# --- the browser -------------------------------------------------------------------------------


def _open(browser: Browser, path: Path, *, moves: bool) -> dict[str, float] | None:
    """Return seconds until first paint and ready, MB of heap after a collection, ms of frames if it moves.

    The result is None if the page did not get ready.
    """
    from playwright.sync_api import Error  # noqa: PLC0415

    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.route(lambda url: url.startswith("http"), _answer)
    page.add_init_script(
        "new MutationObserver((_, seen) => { if (document.documentElement?.dataset.ready === 'true') {"
        " window.readyAt = performance.now(); seen.disconnect(); } })"
        ".observe(document, { attributes: true, subtree: true, attributeFilter: ['data-ready'] });"
    )
    try:
        broken: list[str] = []
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(path.as_uri(), timeout=PATIENCE_MS)
        page.wait_for_selector("html[data-ready=true]", state="attached", timeout=PATIENCE_MS)
        session = page.context.new_cdp_session(page)
        session.send("HeapProfiler.collectGarbage")
        session.send("Performance.enable")
        heap = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}[
            "JSHeapUsedSize"
        ]
        paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity"
        result = {
            "ready": page.evaluate("window.readyAt") / 1000,
            "paint": page.evaluate(paint) / 1000,
            "heap": heap / 1e6,
        }
        # A page with an error has drawn less than the others, so its times do not count.
        assert not broken, f"{path.parent.name}: {broken[0]}"
        if moves:
            result["frame"] = _frames(page)
    except Error:
        return None
    finally:
        page.close()
    return result


def _answer(route: Any) -> None:
    """Serve network requests of a peer from the cache, so that no network time is counted."""
    name = FILES.get(route.request.url.rsplit("/", 1)[-1])
    if name is None:
        # Icons and fonts are not served, because no point needs them.
        route.fulfill(body="", content_type="text/css")
    else:
        route.fulfill(path=CACHE / name)


def _frames(page: Any) -> float:
    """Return the 95th percentile of the gaps between frames while the map is panned and zoomed, ms."""
    page.evaluate(FRAMES)
    page.mouse.move(700, 450)
    for _ in range(4):
        page.mouse.wheel(0, -240)
        page.wait_for_timeout(350)
    for dx in (-250, 250, 0):
        page.mouse.move(700, 450)
        page.mouse.down()
        page.mouse.move(700 + dx, 450 + dx / 2, steps=25)
        page.mouse.up()
        page.wait_for_timeout(200)
    for _ in range(4):
        page.mouse.wheel(0, 240)
        page.wait_for_timeout(350)
    gaps = sorted(
        page.evaluate("() => { cancelAnimationFrame(window.ticking); return window.gaps.slice(1); }")
    )
    return float(gaps[int(0.95 * (len(gaps) - 1))])
