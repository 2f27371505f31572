"""Sea routes, railways, roads and cables of the picture."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
import shapely
from cited_tables import GEOD, cited

from layers.crs import length_km, lonlat


@pytest.mark.parametrize("name", ["cables", "sea_routes", "chokepoints", "sea_lanes"])
def test_lines_stay_north_and_do_not_cross_the_map(picture, name: str) -> None:
    table = picture.tables[name]
    xy, owner = shapely.get_coordinates(table.geometry.to_numpy(), return_index=True)
    _, lat = lonlat(xy[:, 0], xy[:, 1])
    assert lat.min() > 57.9
    # A chord drawn across the map is one long step; lines are densified, so every step is short.
    parts, _ = shapely.get_parts(table.geometry.to_numpy(), return_index=True)
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    step = np.hypot(*np.diff(xy, axis=0).T)[owner[1:] == owner[:-1]]
    assert step.max() < 50_000
    # A line that goes the wrong way round the pole has the pole's whole circle for a span: the map
    # is 7,000 km wide. Arctic Bridge, Churchill to Murmansk, is the widest there is: 4,800 km.
    bounds = table.bounds
    assert max((bounds["maxx"] - bounds["minx"]).max(), (bounds["maxy"] - bounds["miny"]).max()) < 5_000_000


def test_sea_routes_are_as_long_as_their_way_points_say(picture) -> None:
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in sorted(cited("sea_routes.csv"), key=lambda row: int(row["seq"])):
        points[row["route_key"]].append((float(row["longitude_deg"]), float(row["latitude_deg"])))
    table = picture.tables["sea_routes"].set_index("feature_id")["length_km"]
    assert len(table) == len(points) >= 8
    for key, places in points.items():
        lon, lat = np.array(places).T
        straight = GEOD.line_length(lon, lat) / 1000
        # Drawn straight in degrees, so longer than the geodesics; the wrong way round is far longer.
        assert straight * 0.999 <= table[f"route-{key}"] <= straight * 1.15, key


def test_sea_routes_keep_to_the_sea(picture) -> None:
    land = picture.tables["land"].geometry.union_all()
    routes = picture.tables["sea_routes"]
    over = length_km(shapely.intersection(routes.geometry.to_numpy(), land))
    assert dict(zip(routes["name"], over.round(1), strict=True)) == dict.fromkeys(
        routes["name"], pytest.approx(0, abs=2)
    )


def test_cables_land_at_their_landings(picture) -> None:
    landings = picture.tables["cable_landings"].set_index("feature_id").geometry
    cables = picture.tables["cables"]
    seen = 0
    for row in cables.itertuples():
        for end in (row.from_landing, row.to_landing):
            place = landings.get(f"landing-{end}")
            if place is not None:
                seen += 1
                assert row.geometry.distance(place) < 1000, (row.feature_id, end)
    assert seen > len(cables)
    assert cables["source_url"].str.startswith("http").all()


def test_landings_count_their_systems_in_service(picture) -> None:
    status = {row["system_key"]: (row["name"], row["status"]) for row in cited("cable_systems.csv")}
    at: dict[str, set[str]] = defaultdict(set)
    for row in cited("cable_links.csv"):
        at[row["from_landing"]].add(row["system_key"])
        at[row["to_landing"]].add(row["system_key"])
    for row in picture.tables["cable_landings"].itertuples():
        keys = at[row.feature_id.removeprefix("landing-")]
        assert row.systems_in_service == sum(status[key][1] == "in_service" for key in keys)
        assert set(row.systems.split("; ")) == {status[key][0] for key in keys}
