"""Our own cited fact tables in layers/reference, and what joins them to other lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import distance_km, length_km
from layers.errors import SourceError
from pipelines.read_helpers import ISO3, lines, points, read_rows, to_number
from pipelines.source import Package, Source
from pipelines.sources.infrastructure.our_airports import AIRPORTS, AIRPORTSDATA, is_military_only, read_lists
from pipelines.sources.shipping import world_port_index

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.source import Inputs

_AS_OF = "2026-11-23"  # the day the tables were compiled; each row says when its source was read
_ROUND_KM = 6.0  # half the diagonal of a 0.1 degree cell at 58 N


def _blank_is_missing(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.apply(lambda column: column.str.strip().where(column.str.strip() != "", None))


def read_table(inputs: Inputs, name: str) -> pd.DataFrame:
    """One of our cited tables as text; blank is missing."""
    return _blank_is_missing(read_rows(inputs.table(name)))


def _as_of(frame: pd.DataFrame) -> pd.Series:
    return frame["seen_on"].fillna(_AS_OF) if "seen_on" in frame else pd.Series(_AS_OF, frame.index)


def read_military_sites(inputs: Inputs) -> gpd.GeoDataFrame:
    """Claims on military sites: our cited table, and what two aerodrome lists call military.

    Every position is rounded to 0.1 degree, whatever its source. An aerodrome list's row joins a
    site by ICAO code or becomes a site of its own.
    """
    cited = read_table(inputs, "military_sites.csv")
    cited = cited.assign(
        longitude_deg=to_number(cited["longitude_deg"].fillna("")),
        latitude_deg=to_number(cited["latitude_deg"].fillna("")),
        uncertainty_km=to_number(cited["uncertainty_km"].fillna("")),
        claim="cited",
        origin="own_military_sites",
    )
    claims = pd.concat([cited, _aerodrome_claims(inputs, cited), _port_claims(inputs)], ignore_index=True)
    # How far claims lie apart is measured before they are rounded: it tells no place.
    spread = claims.groupby("site_key").apply(_spread_km, include_groups=False)
    claims = claims.assign(
        longitude_deg=claims["longitude_deg"].round(1),
        latitude_deg=claims["latitude_deg"].round(1),
        uncertainty_km=claims["uncertainty_km"].clip(lower=_ROUND_KM),
    )
    claims = claims.drop_duplicates(["site_key", "claim", "source_url", "longitude_deg", "latitude_deg"])
    table = points(claims, "longitude_deg", "latitude_deg")
    number = table.groupby("site_key").cumcount() + 1
    by_site = table.groupby("site_key")
    count = by_site["name"].transform("size").to_numpy()
    return table.assign(
        feature_id="mil-" + table["site_key"] + "-" + number.astype("str"),
        site_id=table["site_key"],
        claims=count,
        claims_apart_km=np.where(count > 1, spread.reindex(table["site_key"]).to_numpy(), np.nan),
        is_joint_use=table["note"].fillna("").str.contains("joint civil-military"),
        source_id=table["origin"],
        as_of=_as_of(table),
    )


def _spread_km(claims: pd.DataFrame) -> float:
    if len(claims) < 2:
        return float("nan")
    lon, lat = claims["longitude_deg"].to_numpy(), claims["latitude_deg"].to_numpy()
    return round(float(distance_km(lon[:, None], lat[:, None], lon, lat).max()), 1)


def _aerodrome_claims(inputs: Inputs, cited: pd.DataFrame) -> pd.DataFrame:
    ours, theirs = read_lists(inputs)
    named = ours[is_military_only(ours)]
    named = named[(named["latitude_deg"] >= 58) & named["iso_country"].isin(ISO3)]
    site_of = dict(zip(cited["icao"].dropna(), cited.loc[cited["icao"].notna(), "site_key"], strict=True))
    kind_of = cited.drop_duplicates("site_key").set_index("site_key")
    # Every ICAO code of our table, and every aerodrome the list itself calls military.
    wanted = pd.concat([named, ours[ours["ident"].isin(site_of)]]).drop_duplicates("ident")
    rows = []
    for row in wanted.itertuples():
        site = site_of.get(row.ident, f"aerodrome-{row.ident.lower()}")
        known = kind_of.loc[site] if site in kind_of.index else None
        common = {
            "site_key": site,
            "name": row.name if known is None else known["name"],
            "country_iso3": ISO3[row.iso_country] if known is None else known["country_iso3"],
            "service": "unknown" if known is None else known["service"],
            "kind": "air_base" if known is None else known["kind"],
            "status": ("closed" if row.type == "closed" else "unknown") if known is None else known["status"],
            "uncertainty_km": _ROUND_KM,
            "confidence": "medium",
            "note": "named military by an aerodrome list" if known is None else known["note"],
        }
        rows.append(
            common
            | {
                "longitude_deg": row.longitude_deg,
                "latitude_deg": row.latitude_deg,
                "claim": "ourairports",
                "origin": "ourairports",
                "source_title": "OurAirports, aerodrome list of 2022-10-11",
                "source_url": f"https://ourairports.com/airports/{row.ident}/",
                "seen_on": "2022-10-11",
            }
        )
        other = theirs[theirs["icao"] == row.ident]
        if len(other):
            rows.append(
                common
                | {
                    "longitude_deg": other["lon"].iloc[0],
                    "latitude_deg": other["lat"].iloc[0],
                    "claim": "airportsdata",
                    "origin": "ourairports",
                    "source_title": "airportsdata 20260905, aerodrome list",
                    "source_url": "https://github.com/mborsetti/airportsdata",
                    "seen_on": "2026-09-05",
                }
            )
    return pd.DataFrame(rows)


def _port_claims(inputs: Inputs) -> pd.DataFrame:
    """Ports whose use the World Port Index calls military."""
    ports = world_port_index.read_all(inputs)
    ports = ports[ports["harbor_use"] == "Military"]
    return pd.DataFrame(
        {
            "site_key": "port-" + ports["name"].str.lower().str.replace(r"[^a-z]+", "-", regex=True),
            "name": ports["name"],
            "country_iso3": ports["country_iso3"],
            "service": "navy",
            "kind": "naval_base",
            "status": "unknown",
            "longitude_deg": ports["longitude_deg"],
            "latitude_deg": ports["latitude_deg"],
            "uncertainty_km": _ROUND_KM,
            "confidence": "medium",
            "note": "harbor use is military in the World Port Index",
            "claim": "world_port_index",
            "origin": "nga_world_port_index",
            "source_title": "World Port Index, Publication 150",
            "source_url": "https://msi.nga.mil/Publications/WPI",
            "seen_on": "2025-05-27",
        }
    )


def read_memberships(inputs: Inputs) -> pd.DataFrame:
    """NATO and EU membership by date and territory."""
    raw = read_table(inputs, "memberships.csv")
    return raw.assign(
        feature_id="member-" + raw["country_iso3"].str.lower(),
        is_arctic_council=raw["is_arctic_council"] == "1",
        source_id="own_memberships",
        as_of=_AS_OF,
    )


def read_materials(inputs: Inputs) -> pd.DataFrame:
    """Raw materials on the lists of NATO, the EU and the US."""
    return read_table(inputs, "materials.csv").assign(source_id="own_materials", as_of="2025-11-07")


def read_strategic_projects(inputs: Inputs) -> gpd.GeoDataFrame:
    """EU strategic projects north of 58 N, with how well each place is known."""
    raw = read_table(inputs, "strategic_projects.csv")
    raw = raw.assign(lon=to_number(raw["lon"]), lat=to_number(raw["lat"]))
    table = points(raw, "lon", "lat")
    slug = table["project"].str.lower().str.replace(r"[^a-z0-9]+", "-", regex=True).str.strip("-")
    return table.assign(
        feature_id="crma-" + slug,
        name=table["project"],
        country_iso3=table["country"].map(ISO3),
        position=table["coord_confidence"],
        reference=table["source"],
        source_id="own_strategic_projects",
        as_of=table["designated"],
    )


def read_chokepoints(inputs: Inputs) -> gpd.GeoDataFrame:
    """Maritime gates north of 58 N as lines between approximate end points."""
    raw = read_table(inputs, "chokepoints.csv")
    ends = [
        to_number(raw[f"{end}_{part}_deg"]) for end in ("from", "to") for part in ("longitude", "latitude")
    ]
    pairs = np.stack([np.column_stack(ends[:2]), np.column_stack(ends[2:])], axis=1)
    table = lines(gpd.GeoDataFrame(raw, geometry=list(shapely.linestrings(pairs)), crs=4326))
    widths = read_table(inputs, "gate_widths.csv").set_index("gate_key")["width_km"]
    return table.assign(
        narrows_km=to_number(widths.reindex(table["gate_key"]).reset_index(drop=True).fillna("")),
        feature_id="gate-" + table["gate_key"],
        length_km=length_km(table.geometry.to_numpy()).round(1),
        source_id="own_chokepoints",
        as_of=_as_of(table),
    )


def read_ground_stations(inputs: Inputs) -> gpd.GeoDataFrame:
    """Civil ground stations and space sites."""
    raw = read_table(inputs, "ground_stations.csv")
    raw = raw.assign(
        longitude_deg=to_number(raw["longitude_deg"]), latitude_deg=to_number(raw["latitude_deg"])
    )
    table = points(raw, "longitude_deg", "latitude_deg")
    return table.assign(
        feature_id="gs-" + table["station_key"],
        is_polar_orbit_service=table["is_polar_orbit_service"].map({"1": True, "0": False}),
        source_id="own_ground_stations",
        as_of=_as_of(table),
    )


def read_terminals(inputs: Inputs) -> gpd.GeoDataFrame:
    """Cited oil, gas and LNG terminals the World Port Index lacks."""
    raw = read_table(inputs, "energy_terminals.csv")
    raw = raw.assign(
        longitude_deg=to_number(raw["longitude_deg"]), latitude_deg=to_number(raw["latitude_deg"])
    )
    table = points(raw, "longitude_deg", "latitude_deg")
    return table.assign(
        feature_id="term-" + table["terminal_key"],
        source_id="own_energy_terminals",
        as_of=_as_of(table),
    )


def _systems_by_landing(inputs: Inputs) -> pd.DataFrame:
    links = read_table(inputs, "cable_links.csv")
    systems = read_table(inputs, "cable_systems.csv").set_index("system_key")
    ends = pd.concat([links["from_landing"], links["to_landing"]])
    pairs = pd.DataFrame(
        {"landing_key": ends.to_numpy(), "system": np.tile(links["system_key"].to_numpy(), 2)}
    ).drop_duplicates()
    strange = sorted(set(pairs["system"]) - set(systems.index))
    if strange:
        msg = f"cable_links.csv: expected a system of cable_systems.csv, found {strange[0]!r}: add it"
        raise SourceError(msg)
    return pairs.assign(
        name=pairs["system"].map(systems["name"]),
        in_service=pairs["system"].map(systems["status"]).eq("in_service"),
    )


def read_cable_landings(inputs: Inputs) -> gpd.GeoDataFrame:
    """Landing towns with the systems that land there."""
    raw = read_table(inputs, "cable_landings.csv")
    pairs = _systems_by_landing(inputs).groupby("landing_key")
    systems = pairs["name"].agg(lambda names: "; ".join(sorted(names)))
    raw = raw.assign(
        longitude_deg=to_number(raw["longitude_deg"]),
        latitude_deg=to_number(raw["latitude_deg"]),
        systems=raw["landing_key"].map(systems),
        systems_in_service=raw["landing_key"].map(pairs["in_service"].sum()),
    )
    table = points(raw, "longitude_deg", "latitude_deg")
    return table.assign(
        feature_id="landing-" + table["landing_key"],
        name=table["town"],
        source_id="own_cable_landings",
        as_of=_as_of(table),
    )


def read_cables(inputs: Inputs) -> gpd.GeoDataFrame:
    """Links of cable systems, drawn between towns through way points: schematic."""
    links = read_table(inputs, "cable_links.csv")
    systems = read_table(inputs, "cable_systems.csv").set_index("system_key")
    towns = read_table(inputs, "cable_landings.csv").set_index("landing_key")

    def place(end: str) -> tuple[float, float]:
        if end.startswith("south:"):
            lon, lat = end.removeprefix("south:").split(",")
            return float(lon), float(lat)
        if end not in towns.index:
            msg = f"cable_links.csv: expected a landing of cable_landings.csv, found {end!r}: add it"
            raise SourceError(msg)
        return float(towns.loc[end, "longitude_deg"]), float(towns.loc[end, "latitude_deg"])

    def path(row: Any) -> shapely.LineString:
        via = [tuple(map(float, pair.split())) for pair in row.via_lonlat.split(";") if pair]
        return shapely.LineString([place(row.from_landing), *via, place(row.to_landing)])

    links["via_lonlat"] = links["via_lonlat"].fillna("")
    drawn = gpd.GeoDataFrame(links, geometry=[path(row) for row in links.itertuples()], crs=4326)
    table = lines(drawn)
    system = systems.loc[table["system_key"]].reset_index()
    return table.assign(
        feature_id="cable-" + table["link_key"],
        name=system["name"],
        system_id=system["system_key"],
        ready_for_service_year=to_number(system["ready_for_service_year"].fillna("")),
        owner=system["owner"],
        published_length_km=to_number(system["length_km"].fillna("")),
        status=system["status"],
        source_title=system["source_title"],
        source_url=system["source_url"],
        seen_on=system["seen_on"],
        confidence=system["confidence"],
        note=system["note"],
        source_id="own_cables",
        as_of=_as_of(system),
    )


def read_sea_routes(inputs: Inputs) -> gpd.GeoDataFrame:
    """Named Arctic routes through our own way points."""
    raw = read_table(inputs, "sea_routes.csv")
    raw = raw.assign(
        longitude_deg=to_number(raw["longitude_deg"]), latitude_deg=to_number(raw["latitude_deg"])
    )
    rows, shapes = [], []
    for key, part in raw.groupby("route_key", sort=False):
        shapes.append(shapely.LineString(part[["longitude_deg", "latitude_deg"]].to_numpy()))
        head = part.iloc[0]
        rows.append(
            {
                "feature_id": f"route-{key}",
                "name": head["route_name"],
                "family": head["family"],
                "waypoints": "; ".join(dict.fromkeys(part["waypoint"].dropna())),
                "note": head["note"],
                "source_url": head["source_url"],
                "seen_on": head["seen_on"],
            }
        )
    table = lines(gpd.GeoDataFrame(pd.DataFrame(rows), geometry=shapes, crs=4326))
    return table.assign(
        length_km=length_km(table.geometry.to_numpy()).round(1),
        source_id="own_sea_routes",
        as_of=_as_of(table),
    )


def read_ten_t_nodes(inputs: Inputs) -> pd.DataFrame:
    """Nodes of the EU's transport network; a row a node of ours, or one where we have none."""
    raw = read_table(inputs, "ten_t_nodes.csv")
    raw = raw.assign(match_name=raw["match_name"].str.split("; ")).explode("match_name", ignore_index=True)
    slug = raw["match_name"].fillna(raw["name"]).str.lower().str.replace(r"\W+", "-", regex=True)
    return raw.assign(
        feature_id="tent-" + raw["kind"] + "-" + slug, source_id="own_ten_t", as_of="2024-07-18"
    )


def read_documented_dual_use(inputs: Inputs) -> pd.DataFrame:
    """Nodes that official documents call dual use, with the words."""
    raw = read_table(inputs, "documented_dual_use.csv")
    return raw.assign(
        feature_id="dual-" + raw["document_key"],
        name=raw["match_name"],
        longitude_deg=to_number(raw["longitude_deg"]),
        latitude_deg=to_number(raw["latitude_deg"]),
        source_id="own_documented_dual_use",
        as_of=_as_of(raw),
    )


def read_overrides(inputs: Inputs) -> pd.DataFrame:
    """Documented corrections of an attribute of another source."""
    raw = read_table(inputs, "overrides.csv")
    return raw.assign(
        feature_id="override-" + raw["node_id"].str.replace(":", "-") + "-" + raw["column"],
        source_id="own_overrides",
        as_of=raw["since"],
    )


def _gauges(inputs: Inputs, name: str, numbers: tuple[str, ...]) -> pd.DataFrame:
    raw = read_table(inputs, name)
    cast = {column: to_number(raw[column]) for column in ("longitude_deg", "latitude_deg", *numbers)}
    return raw.assign(name=raw["station"], psmsl_id=to_number(raw["psmsl_id"]).astype("Int64"), **cast)


def read_sea_level_trends(inputs: Inputs) -> pd.DataFrame:
    """Observed trends of relative sea level at tide gauges."""
    columns = ("trend_mm_per_year", "uncertainty_mm_per_year", "first_year", "last_year")
    table = _gauges(inputs, "sea_level_trends.csv", columns)
    return table.assign(
        feature_id="trend-" + table["psmsl_id"].astype("str") + "-" + table["made"],
        source_id="own_sea_level_trends",
        as_of=table["last_year"].astype("int").astype("str") + "-12-31",
    )


def read_sea_level_projections(inputs: Inputs) -> pd.DataFrame:
    """Relative sea level at tide gauges in 2100, IPCC AR6."""
    table = _gauges(inputs, "sea_level_projections.csv", ("low_m", "central_m", "high_m"))
    return table.assign(
        feature_id="level-" + table["psmsl_id"].astype("str"),
        source_id="own_sea_level_projections",
        as_of="2021-08-09",
    )


def own(
    source_id: str,
    feeds: str,
    title: str,
    read: Callable[[Inputs], pd.DataFrame],
    made: str,
    as_of: str = _AS_OF,
    packages: tuple[Package, ...] = (),
    file: str = "",
) -> Source:
    """A source of our own by its table in layers/reference: `file`, or as it is filed here."""
    return Source(
        id=source_id,
        feeds=feeds,
        title=title,
        publisher="arctic-picture",
        licence="CC-BY-4.0",
        citation="arctic-picture, compiled from public sources named in every row.",
        homepage=f"layers/reference/{file or _FILES[source_id]}.csv",
        as_of=as_of,
        state="embedded",
        made=made,
        read=read,
        packages=packages,
    )  # fmt: skip


_FILES = {
    "own_memberships": "memberships",
    "own_military_sites": "military_sites",
    "own_chokepoints": "chokepoints",
    "own_cables": "cable_systems",
    "own_cable_landings": "cable_landings",
    "own_ground_stations": "ground_stations",
    "own_energy_terminals": "energy_terminals",
    "own_sea_routes": "sea_routes",
    "own_materials": "materials",
    "own_strategic_projects": "strategic_projects",
    "own_ten_t": "ten_t_nodes",
    "own_documented_dual_use": "documented_dual_use",
    "own_overrides": "overrides",
    "own_sea_level_trends": "sea_level_trends",
    "own_sea_level_projections": "sea_level_projections",
}
_CITED = "own table, a citation in every row"
SOURCES = (
    own("own_memberships", "memberships", "Membership of NATO and the EU", read_memberships, _CITED),
    own("own_military_sites", "military_sites", "Military sites named by public sources",
         read_military_sites, f"{_CITED}; joined with what aerodrome and port lists call military; "
         "0.1 degree", packages=(AIRPORTS, AIRPORTSDATA, world_port_index.PACKAGE)),
    own("own_chokepoints", "chokepoints", "Maritime gates", read_chokepoints, _CITED),
    own("own_cables", "cables", "Subsea cables and links", read_cables, f"{_CITED}; lines are schematic"),
    own("own_cable_landings", "cable_landings", "Cable landing towns", read_cable_landings,
         f"{_CITED}; placed by GeoNames towns"),
    own("own_ground_stations", "ground_stations", "Civil ground stations", read_ground_stations, _CITED),
    own("own_energy_terminals", "terminals", "Energy terminals", read_terminals, _CITED),
    own("own_sea_routes", "sea_routes", "Named Arctic sea routes", read_sea_routes,
         f"{_CITED}; our own way points"),
    own("own_materials", "materials", "Raw-material lists", read_materials, _CITED, "2025-11-07"),
    own("own_strategic_projects", "strategic_projects", "EU strategic projects",
         read_strategic_projects, _CITED, "2025-06-04"),
    own("own_ten_t", "ten_t_nodes", "TEN-T nodes", read_ten_t_nodes,
         f"{_CITED}; Regulation (EU) 2024/1679 Annex II, north of 58 N", "2024-07-18"),
    own("own_documented_dual_use", "documented_dual_use", "Documented dual use",
         read_documented_dual_use, f"{_CITED}, with the words it rests on", "2026-11-25"),
    own("own_overrides", "overrides_on_file", "Documented corrections", read_overrides, _CITED,
         "2026-11-25"),
    own("own_sea_level_trends", "sea_level_trends", "Trends of relative sea level",
         read_sea_level_trends, f"{_CITED}; some computed from PSMSL annual means", "2023-12-31"),
    own("own_sea_level_projections", "sea_level_projections", "Relative sea level in 2100, IPCC AR6",
         read_sea_level_projections, f"{_CITED}; after Grandey et al. from Garner et al. 2021, "
         "doi:10.5281/zenodo.6382554", "2021-08-09"),
)  # fmt: skip
