"""Countries and seas of Natural Earth on made-up packages, and a pickle that would run code."""

from __future__ import annotations

import io
import pickle
import tempfile
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.crs import area_km2, geographic_to_polar, polar_xy
from layers.errors import SourceError
from layers.grid import LAND_5KM
from pipelines.source import Inputs
from pipelines.sources.society import natural_earth


class _Bomb:
    def __reduce__(self):
        return (print, ("run",))


def test_a_pickle_that_names_code_is_refused(tmp_path, capsys):
    package = natural_earth.SEAS_PACKAGE
    path = tmp_path / package.name / package.member
    path.parent.mkdir(parents=True)
    for payload in (
        pickle.dumps({"marine": [_Bomb()]}),
        b"cos\nsystem\n(S'true'\ntR.",
        b"c__builtin__\neval\n.",
    ):
        path.write_bytes(payload)
        with pytest.raises(
            SourceError, match=r"reverse_geocoder_cache\.pkl: expected plain values, found \w+\.\w+: refused"
        ):
            natural_earth.read_seas(Inputs(tmp_path))
    assert capsys.readouterr().out == ""


@pytest.mark.filterwarnings("ignore:The symmetric_difference_all function:DeprecationWarning")
def test_a_plain_pickle_is_read(tmp_path):
    table = plain_seas(tmp_path)
    assert table[["name", "kind", "feature_id"]].to_numpy().tolist() == [
        ["Barents Sea", "sea", "ne-barents-sea"]
    ]
    square = gpd.GeoSeries([shapely.box(20, 70, 30, 75)], crs=4326)  # less the island, by the even-odd rule
    island = gpd.GeoSeries([shapely.box(24, 72, 26, 73)], crs=4326)
    expected = area_km2(geographic_to_polar(square)) - area_km2(geographic_to_polar(island))
    assert area_km2(table.geometry.to_numpy())[0] == pytest.approx(expected[0], rel=0.01)


def test_seas_are_read_without_a_warning(tmp_path):
    plain_seas(tmp_path)


def plain_seas(tmp_path):
    package = natural_earth.SEAS_PACKAGE
    path = tmp_path / package.name / package.member
    path.parent.mkdir(parents=True)
    shell = [(20.0, 70.0), (30.0, 70.0), (30.0, 75.0), (20.0, 75.0), (20.0, 70.0)]
    south = [(0.0, 10.0), (1.0, 10.0), (1.0, 11.0), (0.0, 10.0)]
    hole = [(24.0, 72.0), (26.0, 72.0), (26.0, 73.0), (24.0, 73.0), (24.0, 72.0)]
    rows = [
        ("BARENTS SEA", (20, 70, 30, 75), [(0, shell), (0, hole)]),
        ("Southern Bay", (0, 10, 1, 11), [(0, south)]),
    ]
    path.write_bytes(pickle.dumps({"marine": rows}))
    return natural_earth.read_seas(Inputs(tmp_path))


@pytest.fixture
def countries(package_file):
    """Norway with a part of Svalbard, an island of Åland, and a country south of 58 N."""
    names = ["Norway", "Aland", "Germany"]
    shapes = [
        shapely.MultiPolygon([shapely.box(10, 60, 20, 65), shapely.box(15, 77, 20, 79)]),
        shapely.box(19.5, 65, 20.5, 65.5),
        shapely.box(6, 48, 14, 54),
    ]
    table = gpd.GeoDataFrame(
        {"ADMIN": names, "SOVEREIGNT": ["Norway", "Finland", "Germany"], "ADM0_A3": ["NOR", "ALD", "DEU"],
         "POP_EST": [5_000_000, -99, 80_000_000]},
        geometry=shapes, crs=4326,
    )  # fmt: skip
    box = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(box, "w") as archive:
        table.to_file(Path(folder) / "countries.shp")
        for path in sorted(Path(folder).iterdir()):
            archive.write(path, path.name)
    return package_file(natural_earth.COUNTRIES_PACKAGE, box.getvalue())


def test_svalbard_is_set_apart_from_norway(countries):
    table = natural_earth.read_countries(countries).set_index("country_iso3")
    assert table.index.tolist() == ["NOR", "ALA", "SJM"]
    assert table["population"].tolist()[0] == 5_000_000
    assert table["population"].isna().tolist() == [False, True, True], "-99 is missing"
    assert table.loc["SJM", "name"] == "Svalbard and Jan Mayen"
    assert table.loc["SJM", "sovereign"] == "Norway"
    islands = geographic_to_polar([shapely.box(15, 77, 20, 79)])
    assert area_km2([table.geometry["SJM"]])[0] == pytest.approx(area_km2(islands)[0], rel=0.01)
    mainland = geographic_to_polar([shapely.box(10, 60, 20, 65)])
    assert area_km2([table.geometry["NOR"]])[0] == pytest.approx(area_km2(mainland)[0], rel=0.01)


def test_land_is_all_countries_in_one(countries):
    table = natural_earth.read_countries(countries)
    land = natural_earth.read_land(countries)
    assert land["area_km2"][0] == pytest.approx(area_km2(table.geometry.to_numpy()).sum(), rel=0.001)


def test_the_land_mask_reaches_south_of_the_snapshot(countries):
    mask = natural_earth.read_land_mask(countries)["is_land"].to_numpy()
    places = {(15.0, 62.0): 1, (17.0, 78.0): 1, (10.0, 53.0): 1, (15.0, 70.0): 0, (-15.0, 62.0): 0}
    for (lon, lat), expected in places.items():
        row, column, inside = LAND_5KM.cell_of(*polar_xy([lon], [lat]))
        if inside[0]:
            assert mask[row[0], column[0]] == expected, (lon, lat)
    assert mask.dtype == np.uint8
