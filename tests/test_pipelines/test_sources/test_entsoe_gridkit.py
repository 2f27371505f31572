"""Lines of the ENTSO-E map: single quotes, lines and links, what is under construction, what lies south."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from layers.crs import distance_km
from layers.errors import SourceError
from layers.flows.parts import vertex_table
from layers.flows.power import power_flows
from pipelines.source import Inputs
from pipelines.sources import source
from pipelines.sources.infrastructure.entsoe_gridkit import gridkit_lines

LINES = (
    "line_id,bus0,bus1,voltage,circuits,length,underground,under_construction,tags,geometry\n"
    """7,1,2,380,1,9,False,False,'"TSO"=>"A, B"','LINESTRING(20 66,21 67)'\n"""
    "8,2,3,220,1,9,False,True,,'LINESTRING(21 67,22 67)'\n"
    "9,4,5,220,1,9,False,False,,'LINESTRING(9 50,10 51)'\n"
)
LINKS = (
    "link_id,bus0,bus1,length,underground,under_construction,tags,geometry\n"
    "3,1,2,9,f,f,,'LINESTRING(17 60.5,21 61)'\n"
)


def test_both_files_are_read_and_told_apart(provider_file):
    row = source("entsoe_gridkit")
    for remote, content in zip(row.remotes, (LINES, LINKS), strict=True):
        inputs = provider_file(remote.file, content)
    table = row.read(inputs)
    columns = ["feature_id", "kind", "detail"]
    assert table[columns].fillna("").to_numpy().tolist() == [
        ["entsoe_gridkit-lines-7", "ac line", "380 kV"], ["entsoe_gridkit-lines-8", "ac line", "220 kV"],
        ["entsoe_gridkit-links-3", "dc line", ""],
    ]  # fmt: skip
    assert table["status"].fillna("").tolist() == ["", "under construction", ""]
    assert (row.licence.startswith("CC-BY-4.0"), row.state) == (True, "user-supplied")


def test_a_file_of_another_shape_is_refused(tmp_path):
    path = tmp_path / "lines.csv"
    path.write_text("line_id,geometry\n1,'LINESTRING(20 66,21 67)'\n", encoding="utf-8")
    with pytest.raises(SourceError, match="expected the column under_construction, found none"):
        gridkit_lines(path)
    path.write_text("", encoding="utf-8")
    with pytest.raises(SourceError, match="expected the column geometry, found none"):
        gridkit_lines(path)


@pytest.mark.shared
def test_the_real_map_is_one_nordic_grid_and_iceland(mirror):
    inputs = Inputs(packages=mirror, provider_files=mirror.parent / "more")
    lines = source("entsoe_gridkit").read(inputs)
    assert lines["kind"].value_counts().to_dict() == {"ac line": 807, "dc line": 15}
    nobody = vertex_table(vertex_id=[], longitude_deg=[], latitude_deg=[]).assign(place_id=[])
    graph = power_flows(lines, nobody, lambda xy: np.full(len(xy), "", dtype=object), "2026-11-30")
    assert graph.edges["link_id"].nunique() == pytest.approx(780, abs=20), "less those under construction"
    part = connected_components(graph.matrix())[1]

    def piece(lon: float, lat: float) -> int:
        at = graph.vertices[["longitude_deg", "latitude_deg"]].to_numpy()
        return int(part[np.argmin(distance_km(at[:, 0], at[:, 1], lon, lat))])

    # Narvik, Oulu, Stockholm and Murmansk hang together; Iceland stands apart.
    assert len({piece(17.4, 68.4), piece(25.5, 65.0), piece(18.1, 59.3), piece(33.1, 69.0)}) == 1
    assert piece(-21.9, 64.1) != piece(17.4, 68.4)
