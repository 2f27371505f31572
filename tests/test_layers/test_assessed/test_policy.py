"""The EU's network and documented dual use: every match by name, and what each says of a node."""

from __future__ import annotations

import unicodedata

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from rapidfuzz import fuzz, utils

from layers.assessed.dual_use import classify
from layers.assessed.policy import documented, ten_t
from layers.crs import distance_km
from pipelines.snapshot import DATA

# Where the annex calls a node by a name quite unlike ours.
ALIASES = {
    "Kokkola-Pietarsaari Airport": "Kruunupyy",
    "Mantyluoto": "Pori",
    "Tahkoluoto": "Pori",
    "Mariehamn": "Maarianhamina",
    "Mariehamn Airport": "Maarianhamina",
    "Vanasadam - Port of Tallinn": "Tallinn (Old City Harbour)",
    "Muuga-Port of Tallin": "Tallinn (Muuga Harbour)",
    "Stockholm Skavsta Airport": "Nyköping (Stockholm-Skavsta)",
    "Turku Airport": "Turku-Naantali (Turku)",
    "Paldiski Lounasadam": "Paldiski South Harbor",
}


def site(name: str, kind: str, country: str, lon: float = 20.0, lat: float = 65.0) -> dict[str, object]:
    return {
        "node_id": f"{kind}:{name}", "name": name, "kind": kind, "country_iso3": country,
        "longitude_deg": lon, "latitude_deg": lat,
    }  # fmt: skip


def listed(name: str, kind: str, network: str, country: str = "SWE") -> dict[str, object]:
    return {
        "name": name, "match_name": name, "kind": kind, "country_iso3": country, "network": network,
        "source_id": "made_up_list", "as_of": "2024-06-28",
    }  # fmt: skip


LIST = pd.DataFrame(
    [
        listed("Lulea", "port", "core"),
        listed("Kiruna", "airfield", "comprehensive"),
        listed("Umea", "port", "extended_core"),
        listed("Twice", "port", "comprehensive"),
        listed("Twice", "port", "core"),
        listed("Nowhere", "rail_terminal", "core") | {"match_name": None},
    ]
)


@pytest.mark.parametrize(
    ("of", "score", "off", "outcome"),
    [
        (site("Lulea", "port", "SWE"), 1.0, False, "core network"),
        (site("Umea", "port", "SWE", 20, 63.8), 0.7, False, "extended core network"),
        (site("Kiruna", "airfield", "SWE"), 0.4, False, "comprehensive network"),
        (site("Twice", "port", "SWE"), 1.0, False, "core"),
        # Of another kind or country it is not the listed node.
        (site("Lulea", "airfield", "SWE"), 0.0, False, "not in Reg"),
        (site("Lulea", "port", "NOR"), np.nan, False, "neighbouring country"),
        (site("Lulea", "port", "RUS"), np.nan, True, "does not extend"),
        (site("Lulea", "energy_site", "SWE"), np.nan, True, "not this kind"),
        (site("Lulea", "energy_site", "NOR"), np.nan, True, "not this kind"),
        # 0.1 degree of latitude is 11 km, 0.2 degree 22 km.
        (site("Beside", "port", "SWE", 20, 65.1), np.nan, False, "part of a listed port"),
        (site("Afar", "port", "SWE", 20, 65.2), 0.0, False, "not in Reg"),
        (site("Beside", "airfield", "SWE", 20, 65.1), 0.0, False, "not in Reg"),
        (site("Boden", "rail_terminal", "SWE"), np.nan, False, "maps of Annex I"),
    ],
    ids=lambda value: value["node_id"] + value["country_iso3"] if isinstance(value, dict) else None,
)
def test_the_network_of_one_node(of, score, off, outcome) -> None:
    sites = pd.DataFrame([site("Lulea", "port", "SWE"), of])
    row = ten_t(sites, LIST).iloc[1]
    assert row["score"] == score or (np.isnan(score) and np.isnan(row["score"]))
    assert row["off"] == off
    assert outcome in row["note"]


def test_without_a_listed_port_nothing_is_part_of_one() -> None:
    sites = pd.DataFrame([site("Beside", "port", "SWE")])
    assert ten_t(sites, LIST)["score"].tolist() == [0.0]


@pytest.fixture(scope="module")
def sites() -> pd.DataFrame:
    return pd.DataFrame(gpd.read_parquet(DATA / "node_sites.parquet").drop(columns="geometry"))


@pytest.fixture(scope="module")
def annex() -> pd.DataFrame:
    return pd.read_parquet(DATA / "own_ten_t.parquet")


@pytest.fixture(scope="module")
def papers() -> pd.DataFrame:
    return pd.read_parquet(DATA / "own_documented_dual_use.parquet")


def folded(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text)
    return str(utils.default_process("".join(c for c in bare if not unicodedata.combining(c))))


def test_every_match_is_one_node_and_its_name_is_like(sites, annex) -> None:
    named = annex.dropna(subset=["match_name"])
    assert len(annex) == 96
    assert len(named) == 87
    for row in named.itertuples():
        same = sites[(sites["kind"] == row.kind) & (sites["country_iso3"] == row.country_iso3)]
        assert (same["name"] == row.match_name).sum() == 1, row.match_name
        alike = fuzz.partial_ratio(folded(row.name), folded(row.match_name)) >= 85
        parts = fuzz.token_set_ratio(folded(row.name), folded(row.match_name)) >= 85
        assert alike or parts or ALIASES.get(row.match_name) == row.name, (row.name, row.match_name)


def test_the_annex_as_it_was_read(annex) -> None:
    # Counted in the text: (country, kind) -> core, comprehensive; Helsinki to Naantali, Luleå, Tallinn.
    counts = (
        annex.drop_duplicates(["kind", "country_iso3", "name"])
        .groupby(["country_iso3", "kind", "network"])
        .size()
    )
    assert counts["FIN", "port"].to_dict() == {"core": 6, "comprehensive": 9}
    assert counts["FIN", "airfield"].to_dict() == {"core": 2, "comprehensive": 17}
    assert counts["SWE", "port"].to_dict() == {"core": 2, "comprehensive": 13}
    assert counts["EST", "port"].to_dict() == {"core": 2, "comprehensive": 7}
    core = annex[(annex["network"] == "core") & (annex["kind"] == "airfield")]["match_name"]
    assert set(core) == {
        "Helsinki Vantaa Airport", "Turku Airport", "Stockholm-Arlanda Airport",
        "Lennart Meri Tallinn Airport",
    }  # fmt: skip


def test_a_document_is_of_one_node_where_it_says_and_quotes_briefly(sites, papers) -> None:
    for row in papers.itertuples():
        node = sites[
            (sites["kind"] == row.kind)
            & (sites["country_iso3"] == row.country_iso3)
            & (sites["name"] == row.match_name)
        ]
        assert len(node) == 1, row.match_name
        apart = distance_km(
            [row.longitude_deg], [row.latitude_deg], node["longitude_deg"], node["latitude_deg"]
        )
        assert apart[0] < 2, row.match_name
        assert len(row.quote.split()) < 40


def test_only_what_is_said_of_the_node_itself_makes_d3(picture, papers) -> None:
    def keys(table: pd.DataFrame, name: str) -> list[tuple[str, str, str]]:
        return list(zip(table["kind"], table["country_iso3"], table[name], strict=True))

    nodes = picture.tables["nodes"]
    d3 = nodes[nodes["dual_use_class"] == "D3"]
    of_node = papers[papers["scope"] == "node"]
    assert set(keys(d3, "name")) == set(keys(of_node, "match_name"))
    only_the_way = set(keys(papers[papers["scope"] == "access"], "match_name")) - set(
        keys(of_node, "match_name")
    )
    assert only_the_way
    assert not only_the_way & set(keys(d3, "name"))
    assert nodes.set_index("name").loc["Kuopio Airport", "dual_use_class"] != "D3"
    evidence = picture.tables["evidence"]
    rows = evidence[evidence["group"] == "d_documented"].set_index("node_id")
    assert set(rows.index) == set(d3["node_id"])
    assert (rows["source_id"] == "own_documented_dual_use").all()
    quotes = dict(zip(keys(of_node, "match_name"), of_node["quote"], strict=True))
    for node, key in zip(d3["node_id"], keys(d3, "name"), strict=True):
        assert quotes[key] in rows.loc[node, "note"]


def test_joint_use_is_association_and_a_grant_is_not(sites, papers, picture) -> None:
    outcome = documented(sites, papers).set_index(sites["node_id"])
    joint = set(outcome.index[outcome["is_joint"]])
    assert {"airfield:oa-bgsf", "airfield:oa-espa"} <= joint
    assert all(node.startswith("airfield:") for node in joint)
    assert not (outcome["is_joint"] & ~outcome["is_dual"]).any()
    oulu = outcome.loc["port:wpi-27520"]
    assert not oulu["is_dual"]
    assert "only the way to it is funded" in oulu["note"]
    # One vote of the military class: 1 where a document says so of the node, else 0, on the day it was read.
    rows = picture.tables["evidence"].query("indicator == 'documented_use'").set_index("node_id")
    stated = rows[rows["state"] == "known"]
    assert set(stated.index[stated["score"] == 1]) == set(outcome.index[outcome["is_dual"]]) & set(
        stated.index
    )
    assert set(stated["score"]) == {0.0, 1.0}
    assert stated["as_of"].str.fullmatch(r"\d{4}-\d{2}-\d{2}").all()
    none = stated.loc[stated["score"] == 0, "note"]
    assert (none.eq("no document on file") | none.str.startswith("only the way to it is funded")).all()


def test_a_document_outweighs_the_rule_and_adds_nothing_to_coverage() -> None:
    def rows(node: str, group: str, scores: list[float]) -> pd.DataFrame:
        return pd.DataFrame({"node_id": node, "axis": "dual_use", "group": group, "score": scores})

    evidence = pd.concat(
        [
            rows("a", "d_required", [np.nan, np.nan]),
            rows("a", "d_supporting", [1.0, np.nan]),
            rows("a", "d_documented", [1.0]),
            rows("b", "d_required", [np.nan, np.nan]),
            rows("b", "d_supporting", [1.0, np.nan]),
        ],
        ignore_index=True,
    )
    outcome = classify(evidence)
    assert outcome["dual_use_class"].to_dict() == {"a": "D3", "b": "D?"}
    assert outcome["dual_use_coverage"].to_dict() == {"a": 0.25, "b": 0.25}


def test_the_evidence_tells_the_network(picture) -> None:
    rows = picture.tables["evidence"].query("indicator == 'ten_t_network'").set_index("node_id")
    assert rows.loc["port:wpi-27220", "score"] == 1.0  # Luleå, core
    assert rows.loc["port:wpi-27410", "score"] == 0.4  # Kemi, comprehensive
    assert rows.loc["port:wpi-22030", "state"] == "unknown"  # Narvik: the annex lists none in Norway
    assert rows.loc["port:wpi-1090", "state"] == "not_applicable"  # Churchill
    assert rows.loc["port:geonames-13179304", "state"] == "unknown"  # Raahe's deep harbour
