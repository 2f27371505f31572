"""The route and the isochrone pages in a real browser: quiet, accessible, and true to their tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
import shapely
from on_record import hold

from layers.ice.polaris import CLASSES
from layers.ice.route_seasons import route_trends
from layers.ice.seasons import METRICS, Seasons, season_table
from layers.ice.warming import LEVELS_DEGC, warmed_seasons
from maps.reports.citations import format_value
from maps.reports.routes import RouteRecord, write
from pipelines.ice.isochrones import Voyage, find_isochrones
from pipelines.ice.record import embedded, read_warming
from pipelines.ice.route_page import write_edge_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser

AXE = Path(__file__).parents[2] / "vendor" / "axe.min.js"
YEARS = np.arange(1981, 2021)
pytestmark = pytest.mark.chromium


def made_seas(name: str = "ne-kara-sea") -> pd.DataFrame:
    """Two made seas at levels of warming: one with a sensitivity, one of noise."""
    random, warming = np.random.default_rng(0), read_warming().loc[YEARS].to_numpy()
    days = np.stack([100 + 90 * warming, np.full(40, 150.0)]) + random.normal(0, 5, (2, 40))
    base = {metric: np.full((2, 40), np.nan, dtype=np.float32) for metric in METRICS}
    base |= {"open_water_days": days.astype(np.float32), "longest_days": days.astype(np.float32),
             "is_all_open": np.zeros((2, 40), dtype=np.float32)}  # fmt: skip
    ids = np.array([name, "ne-laptev-sea"], dtype=object)
    seas = Seasons(ids, YEARS, base, "synthetic", np.full(2, 30.0), np.full(2, 5))
    table = warmed_seasons(seas, season_table(seas), warming, LEVELS_DEGC, draws=100)
    return table.assign(name=table["place_id"].map({name: "Kara Sea", "ne-laptev-sea": "Laptev Sea"}))


def made_record() -> RouteRecord:
    """Forty made years of two routes, longer by two days a year."""
    result = embedded()
    routes = result.feeds["sea_routes"][0]
    routes = routes[routes["feature_id"].isin(["route-nsr_north_new_siberian", "route-transpolar"])]
    rows = [
        {
            "route_id": route, "input": "daily, synthetic", "product": "synthetic", "year": int(year),
            "ice_class": name, "stage": "thick_fy", "open_days": float(rank * 20 + 2 * (year - 1981)),
            "unknown_days": 0.0, "first_day": 220.0 - rank, "last_day": 230.0 + rank,
            "opening_date": f"{year}-08-08", "closing_date": f"{year}-09-18", "bottleneck_share": 0.5,
            "bottleneck_longitude_deg": -106.9, "bottleneck_latitude_deg": 68.9,
            "bottleneck_water": "Queen Maud Gulf",
        }
        for route in routes["feature_id"] for rank, name in enumerate(CLASSES) for year in YEARS
    ]  # fmt: skip
    seasons = pd.DataFrame(rows)
    row = {"input": "daily, synthetic", "product": "synthetic", "stage": "thick_fy", "first": "1981",
            "last": "2020", "source": "made", "ice": "2020-09-15", "ice_edge": "2020-03-15"}  # fmt: skip
    loss = {"loss_million_km2_per_degc": 3.0, "loss_low_million_km2_per_degc": 2.0, "years": 40,
            "loss_high_million_km2_per_degc": 4.0, "note": "within"}  # fmt: skip
    return RouteRecord(
        tables={
            "route_seasons": seasons, "route_trends": route_trends(seasons), "ice_warming": made_seas(),
            "ice_loss": pd.DataFrame([loss]), "record": pd.DataFrame([row]),
            "routes": pd.DataFrame(routes.drop(columns="geometry")),
        },
        lines=dict(zip(routes["feature_id"], routes.geometry, strict=True)),
        land=shapely.union_all(result.feeds["land"][0].geometry.to_numpy()),
        ice=[("ice", shapely.Point(0, 0).buffer(1e6)), ("ice-shore", shapely.Polygon()),
             ("ice-edge", shapely.Point(0, 0).buffer(1.5e6).exterior)],
        is_synthetic=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, tuple[Path, Mapping[str, pd.DataFrame]]]:
    """Each page and the tables that its numbers are from, read back from disk where they are written."""
    folder, result = tmp_path_factory.mktemp("pages"), embedded()
    edges = write_edge_page(result, folder)
    ports, _, days = find_isochrones(result, Voyage("Murmansk", 9, 2022, "IA")).write(folder)
    record = made_record()
    return {
        "edges": (edges[-1], {path.stem: pd.read_parquet(path) for path in edges[:-1]}),
        "isochrones": (days, {"ports": pd.read_parquet(ports)}),
        "record": (write(record, folder / "routes-synthetic.html"), record.tables),
    }


def test_the_pages_are_those_on_record(pages: Any) -> None:
    hold("route pages", {path.name: path for path, _ in pages.values()})


@pytest.mark.parametrize("name", ["edges", "isochrones", "record"])
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_page_is_quiet_fits_and_is_accessible(
    browser: Browser, pages: Any, name: str, width: int, scheme: Any
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True
    )
    page, heard = context.new_page(), []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: heard.append(request.url))
    address = pages[name][0].as_uri()
    page.goto(address)
    assert heard == [address]
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run().then((r) => r.violations)")
    assert [(v["id"], v["nodes"][0]["html"][:90]) for v in found
            if v["impact"] in {"serious", "critical"}] == []  # fmt: skip
    context.close()


@pytest.mark.parametrize("name", ["edges", "isochrones", "record"])
def test_every_number_shown_is_that_of_its_row(browser: Browser, pages: Any, name: str) -> None:
    path, tables = pages[name]
    page = browser.new_page()
    page.goto(path.as_uri())
    output = page.evaluate(
        "[...document.querySelectorAll('[data-cell]')].map((e) => "
        "[e.dataset.cell, e.dataset.form, e.textContent])"
    )
    page.close()
    texts = {name: table.astype(str).to_dict("series") for name, table in tables.items()}
    checked = 0
    for address, form, text in output:
        what, rest = address.split(":", 1)
        table, _, rest = rest.partition("?")
        if what != "value" or table not in tables or not rest:
            continue
        conditions, column = rest.split("#")
        chosen = np.logical_and.reduce(
            [
                texts[table][key] == unquote(value)
                for key, value in (c.split("=") for c in conditions.split("&"))
            ]
        )
        assert chosen.sum() == 1, address
        assert text == format_value(tables[table][column].iloc[int(np.argmax(chosen))], form), address
        checked += 1
    assert checked > {"edges": 300, "isochrones": 300, "record": 600}[name]


def test_a_made_record_says_so_everywhere(pages: Any) -> None:
    text = pages["record"][0].read_text(encoding="utf-8")
    assert "<title>SYNTHETIC" in text
    assert text.count("Synthetic, not observed") > 4
    assert ">SYNTHETIC</text>" in text
    assert "68.9° N" in text
    assert "106.9° W" in text
    assert "° east" not in text
    seas = pages["record"][1]["ice_warming"]
    hatched = seas["is_extrapolated"].sum()
    assert hatched > 0
    assert text.count('class="guess"') == hatched
    assert text.count(", extrapolated") == hatched
    assert "a level, never a year" in text
