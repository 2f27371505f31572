"""Railways and roads of a made-up graph: latitude first in the file, each edge once, the bound at 58 N."""

from __future__ import annotations

import pytest
import shapely

from layers.crs import distance_km
from layers.errors import SourceError
from pipelines.sources import source
from pipelines.sources.infrastructure import osm_transport

GRAPH = (
    "# made up\n"
    "graph=[{1: 111.0}, {0: 111.0, 2: 5.0}, {1: 5.0, 3: 9.0}, {2: 9.0}]\n"
    "nodes=[[69.0, 18.0], [70.0, 18.0], [57.0, 10.0], [56.0, 10.0]]\n"
)


def test_edges_have_longitude_first_and_occur_once(tmp_path):
    path = tmp_path / "world_railways.py"
    path.write_text(GRAPH)
    table = osm_transport.edges(path)
    assert table["edge"].tolist() == ["0-1", "1-2"], "that of 57 to 56 N is south of the edge"
    assert shapely.get_coordinates(table.geometry[0]).tolist() == [[18.0, 69.0], [18.0, 70.0]]


@pytest.mark.parametrize(
    ("name", "package"),
    [("osm_railways", osm_transport.RAIL_PACKAGE), ("osm_roads", osm_transport.ROAD_PACKAGE)],
)
def test_a_line_is_as_long_as_its_edge(name, package, package_file):
    table = source(name).read(package_file(package, GRAPH))
    assert table["feature_id"].tolist() == ["osm-0-1", "osm-1-2"]
    assert set(table["source_id"]) == {name}
    degree = distance_km([18.0], [69.0], [18.0], [70.0])[0]
    assert table["length_km"][0] == pytest.approx(degree, rel=0.005)
    assert table["length_km"][1] < distance_km([18.0], [70.0], [10.0], [57.0])[0], "cut at 58 N"


def test_a_file_without_the_list_is_refused(tmp_path):
    path = tmp_path / "world_railways.py"
    path.write_text("points=[]\n")
    with pytest.raises(SourceError, match=r"expected a line 'nodes=\[…\]', found none"):
        osm_transport.edges(path)
