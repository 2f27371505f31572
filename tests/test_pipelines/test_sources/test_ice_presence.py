"""Monthly ice presence: archives and masks by hand, one real archive, and places whose ice is known."""

from __future__ import annotations

import io
import json
import tarfile
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr

from layers.crs import polar_xy
from layers.errors import SourceError
from layers.grid import NSIDC_25KM, cell_area_km2, rasterise
from layers.ice.daily import clean_ocean
from layers.ice.season_by_month import SeasonFacts, ice_months_by_year, ice_support, season_facts
from pipelines.netcdf import write_grid
from pipelines.snapshot import DATA
from pipelines.source import Inputs, MissingInputError
from pipelines.sources.sea_ice import ice_presence, nsidc_0622
from pipelines.sources.sea_ice import nsidc_sea_ice_index as index
from pipelines.sources.sea_ice.cell_surface import ICE, NOT_ASSESSED, OPEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHAPE = NSIDC_25KM.shape
FOLDER, MASKS = "sea_ice/g02135_extent_polygons_all", "sea_ice/nsidc_masks_csv"
CAP = shapely.Polygon([[-180, 80], [180, 80], [180, 90], [-180, 90]])


def geojson(*shapes: shapely.Geometry) -> bytes:
    features = [
        {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(s))} for s in shapes
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def pack(path: Path, members: dict[str, bytes], kind: bytes = tarfile.REGTYPE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:xz") as box:
        for name, body in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.type = (len(body), kind) if kind == tarfile.REGTYPE else (0, kind)
            box.addfile(member, io.BytesIO(body))


def write_masks(root: Path, codes: np.ndarray) -> None:
    folder = root / MASKS
    folder.mkdir(parents=True)
    for month in range(1, 13):
        np.savetxt(folder / f"valid_ice_flag_{month:02d}.csv", codes, fmt="%d", delimiter=",")


def half_sea() -> np.ndarray:
    """Left half land, then open ocean without ice on the charts, then valid ice."""
    codes = np.full(SHAPE, 3, dtype=np.uint8)
    codes[:, 152:] = 0
    codes[:, 160:] = 1
    return codes


# --- by hand


def test_ice_is_cut_by_the_mask_and_what_never_has_ice_is_ocean(tmp_path: Path) -> None:
    write_masks(tmp_path, half_sea())
    pack(tmp_path / FOLDER / "N_2010s.tar.xz", {"N-2012-09.geojson": geojson(CAP, CAP)})
    made = ice_presence.read(Inputs(tmp_path, tmp_path))
    assert made["time"].dt.strftime("%Y-%m-%d").to_numpy().tolist() == ["2012-09-01"]
    field = made["presence"].to_numpy()[0]
    row, column, _ = NSIDC_25KM.cell_of(*polar_xy([0.0], [89.9]))
    assert field[row[0], 158:162].tolist() == [OPEN, OPEN, ICE, ICE]
    assert (field[:, :152] == NOT_ASSESSED).all()
    assert made["is_ocean"].to_numpy()[0, 150:154].tolist() == [0, 0, 1, 1]
    assert made["valid_ice"].sel(month=9).to_numpy()[0, [0, 152, 160]].tolist() == [3, 0, 1]
    assert column[0] < 160  # the pole itself lies outside the made mask


@pytest.mark.parametrize("place", ["", "more", "../more"])
def test_files_are_found_under_the_folder_given_and_beside_the_mirror(tmp_path: Path, place: str) -> None:
    given = tmp_path / "mirror"
    given.mkdir()
    write_masks(given / place, half_sea())
    pack(given / place / FOLDER / "N_2010s.tar.xz", {"N-2012-09.geojson": geojson(CAP)})
    assert ice_presence.read(Inputs(tmp_path, given)).sizes["time"] == 1


def test_what_an_archive_lacks_comes_from_a_single_file_and_nothing_later_does(tmp_path: Path) -> None:
    members = {f"N-2012-{month}.geojson": geojson(CAP) for month in ("01", "03")}
    pack(tmp_path / FOLDER / "N_2010s.tar.xz", members)
    singles = tmp_path / "sea_ice/g02135_extent_polygons"
    singles.mkdir()
    for month in ("02", "03", "04"):
        (singles / f"N-2012-{month}.geojson").write_bytes(geojson(CAP))
    inputs = Inputs(tmp_path, tmp_path)
    found = [month for month, _ in ice_presence.monthly_polygons(inputs)]
    assert sorted(found) == [date(2012, month, 1) for month in (1, 2, 3)]
    assert [path.name for path in inputs.used] == ["N_2010s.tar.xz", "N-2012-02.geojson"]


def test_without_files_the_source_is_not_at_hand(tmp_path: Path) -> None:
    with pytest.raises(MissingInputError, match="valid_ice_flag"):
        ice_presence.read(Inputs(tmp_path, tmp_path))
    write_masks(tmp_path, half_sea())
    with pytest.raises(MissingInputError, match=r"N_\*\.tar\.xz"):
        ice_presence.read(Inputs(tmp_path, tmp_path))
    (tmp_path / MASKS / "valid_ice_flag_05.csv").unlink()
    with pytest.raises(MissingInputError, match=r"none of \[5\]"):
        ice_presence.read(Inputs(tmp_path, tmp_path))


def _foreign(path: Path) -> None:
    pack(path, {"../N-2012-09.geojson": geojson(CAP)})


def _link(path: Path) -> None:
    pack(path, {"N-2012-09.geojson": b""}, tarfile.SYMTYPE)


def _huge(path: Path) -> None:
    pack(path, {"N-2012-09.geojson": b" " * 5_000_001})


def _cut(path: Path) -> None:
    pack(path, {"N-2012-09.geojson": geojson(CAP)})
    path.write_bytes(path.read_bytes()[:-40])


def _cut_in_half(path: Path) -> None:
    pack(path, {f"N-2012-0{month}.geojson": geojson(CAP) + bytes(200_000) for month in range(1, 10)})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _text(path: Path) -> None:
    pack(path, {})
    path.write_bytes(b"not an archive")


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (_foreign, "files like N-2012-09"),
        (_link, "files like N-2012-09"),
        (_huge, "5000001 bytes"),
        (_cut, "whole tar.xz"),
        (_cut_in_half, "whole tar.xz"),
        (_text, "whole tar.xz"),
    ],
)
def test_an_archive_of_another_form_is_refused(
    tmp_path: Path, spoil: Callable[[Path], None], expected: str
) -> None:
    spoil(tmp_path / FOLDER / "N_2010s.tar.xz")
    with pytest.raises(SourceError, match=expected):
        list(ice_presence.monthly_polygons(Inputs(tmp_path, tmp_path)))


def test_a_month_in_two_archives_is_refused(tmp_path: Path) -> None:
    for name in ("N_2010s.tar.xz", "N_2020s.tar.xz"):
        pack(tmp_path / FOLDER / name, {"N-2012-09.geojson": geojson(CAP)})
    with pytest.raises(SourceError, match="2012-09 twice"):
        list(ice_presence.monthly_polygons(Inputs(tmp_path, tmp_path)))


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("valid_ice_flag_13.csv", "0", "a name like"),
        ("valid_ice_flag_01.csv", "0,1\n2,3", r"codes 0\.\.\.4"),
        ("valid_ice_flag_01.csv", "0,x", "a table of"),
    ],
)
def test_a_mask_of_another_form_is_refused(tmp_path: Path, name: str, text: str, expected: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=expected):
        ice_presence.read_valid_ice_csv(tmp_path / name)


def test_masks_of_two_oceans_are_refused() -> None:
    masks = {month: half_sea() for month in range(1, 13)}
    masks[7][0, 200] = 3
    with pytest.raises(ValueError, match="the same ocean"):
        ice_presence.presence_dataset([], masks)


# --- one real archive


@pytest.fixture(scope="module")
def more(request: pytest.FixtureRequest) -> Path:
    folder: Path = request.getfixturevalue("mirror").parent / "more"
    if not (folder / FOLDER).is_dir():
        pytest.skip(f"not on this machine: {folder / FOLDER}")
    return folder


@pytest.fixture(scope="module")
def seventies(more: Path) -> xr.Dataset:
    """November 1978 to December 1979, read from its archive alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ice_presence, "ARCHIVES", f"{FOLDER}/N_1970s.tar.xz")
        return ice_presence.read(Inputs(more, more))


@pytest.mark.shared
def test_every_feature_stands_twice_and_counts_once(more: Path, tmp_path: Path) -> None:
    with tarfile.open(more / FOLDER / "N_1970s.tar.xz") as box:
        stream = box.extractfile("N-1979-09.geojson")
        assert stream is not None
        raw = stream.read()
    path = tmp_path / "N-1979-09.geojson"
    path.write_bytes(raw)
    parts = shapely.get_parts(shapely.from_geojson(raw))
    once = index.read_polygons(path)
    assert len(parts) == 2 * len(once)
    # Read as one shape by the even-odd rule, the copies would wipe each other out.
    assert rasterise(once).sum() > 10_000
    assert rasterise(list(once) * 2).sum() == rasterise(once).sum()


@pytest.mark.shared
def test_an_archive_gives_its_months_on_the_ocean_alone(seventies: xr.Dataset) -> None:
    assert seventies.sizes["time"] == 14
    assert str(seventies["time"].dt.strftime("%Y-%m").to_numpy()[0]) == "1978-11"
    field, ocean = seventies["presence"].to_numpy(), seventies["is_ocean"].to_numpy() == 1
    assert ocean.sum() == 67_262
    assert ((field == NOT_ASSESSED) == ~ocean).all()
    valid = seventies["valid_ice"].to_numpy()[seventies["time"].dt.month.to_numpy() - 1]
    assert not ((field == ICE) & (valid != 1)).any()


@pytest.mark.shared
def test_areas_lie_over_the_monthly_table_by_what_a_mean_field_adds(seventies: xr.Dataset) -> None:
    table = pd.read_parquet(DATA / "nsidc_sea_ice_index_monthly.parquet")
    official = table.set_index(["year", "month"])["extent_million_km2"]
    when = seventies["time"].dt
    area = ((seventies["presence"].to_numpy() == ICE) * cell_area_km2()).sum(axis=(1, 2)) / 1e6
    keys = list(zip(when.year.to_numpy(), when.month.to_numpy(), strict=True))
    off = pd.Series(100 * (area / official.loc[keys].to_numpy() - 1), index=keys)
    print("\n" + off.round(2).to_string())
    assert off.between(0.0, 8.0).all()
    assert off[(1979, 3)] == pytest.approx(1.0, abs=0.7)
    assert off[(1979, 10)] == off.max()


@pytest.mark.shared
def test_a_single_file_and_the_archive_hold_the_same_month(more: Path, seventies: xr.Dataset) -> None:
    path = more.parent / "mirror/sea_ice/g02135_extent_polygons/N-1979-03.geojson"
    alone = rasterise(index.read_polygons(path)) & (seventies["is_ocean"].to_numpy() == 1)
    assert np.array_equal(seventies["presence"].sel(time="1979-03-01").to_numpy() == ICE, alone)


@pytest.mark.shared
def test_the_mask_as_csv_is_that_of_the_provider(more: Path) -> None:
    [path] = Inputs(more, more.parent / "mirror").provider_glob(nsidc_0622.FILES)
    month, valid = nsidc_0622.read_valid_ice_mask(path)
    ours, codes = ice_presence.read_valid_ice_csv(more / MASKS / "valid_ice_flag_01.csv")
    assert (month, ours) == (1, 1)
    assert np.array_equal(codes == 1, valid)


@pytest.mark.shared
def test_the_same_record_makes_the_same_bytes(seventies: xr.Dataset, tmp_path: Path) -> None:
    for name in ("a.nc", "b.nc"):
        write_grid(seventies, tmp_path / name)
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()
    with xr.open_dataset(tmp_path / "a.nc", engine="h5netcdf") as back:
        assert back["presence"].dtype == np.uint8
        assert back["presence"].equals(seventies["presence"])


@pytest.mark.shared
def test_every_variable_says_what_it_is(seventies: xr.Dataset) -> None:
    assert seventies.attrs["Conventions"] == "CF-1.8"
    assert "MEAN concentration" in seventies.attrs["comment"]
    assert "10.7265/N5K072F8" in seventies.attrs["references"]
    for name, variable in seventies.variables.items():
        for key in ("long_name", "source", "licence"):
            assert variable.attrs.get(key), (name, key)
        if "flag_values" in variable.attrs:
            assert len(variable.attrs["flag_meanings"].split()) == len(variable.attrs["flag_values"])


# --- the whole record, as the snapshot holds it

PLACES = {
    "Longyearbyen": (15.64, 78.22),
    "Utqiagvik": (-156.79, 71.29),
    "Ilulissat": (-51.10, 69.22),
    "Pevek": (170.28, 69.70),
    "Dikson": (80.51, 73.51),
    "Tromsø": (18.96, 69.65),
    "Murmansk": (33.05, 68.97),
    "Narvik": (17.42, 68.43),
    "Reykjavík": (-21.94, 64.15),
    "Sabetta": (72.05, 71.27),
    "Iqaluit": (-68.52, 63.75),
}


@pytest.fixture(scope="module")
def whole() -> xr.Dataset:
    with xr.open_dataset(DATA / "nsidc_ice_presence.nc", engine="h5netcdf") as stored:
        return stored.load()


@pytest.fixture(scope="module")
def facts(whole: xr.Dataset) -> SeasonFacts:
    return season_facts(whole, list(PLACES), *polar_xy(*np.array(list(PLACES.values())).T))


def test_the_record_has_526_months_and_is_small(whole: xr.Dataset) -> None:
    assert (DATA / "nsidc_ice_presence.nc").stat().st_size < 1_100_000
    stamps = whole["time"].dt.strftime("%Y-%m").to_numpy().tolist()
    assert len(stamps) == 526
    assert (stamps[0], stamps[-1]) == ("1978-11", "2023-02")
    span = pd.period_range("1978-11", "2023-02", freq="M").strftime("%Y-%m")
    assert sorted(set(span) - set(stamps)) == [
        "1987-12",
        "1988-01",
        "2007-09",
        "2018-03",
        "2021-09",
        "2022-12",
    ]


def test_areas_of_all_months_lie_over_the_table_by_what_a_mean_field_adds(whole: xr.Dataset) -> None:
    table = pd.read_parquet(DATA / "nsidc_sea_ice_index_monthly.parquet")
    official = table.set_index(["year", "month"])["extent_million_km2"]
    when, cell = whole["time"].dt, cell_area_km2()
    keys = list(zip(when.year.to_numpy(), when.month.to_numpy(), strict=True))
    area = np.array([((field == ICE) * cell).sum() for field in whole["presence"].to_numpy()]) / 1e6
    off = pd.Series(100 * (area / official.loc[keys].to_numpy() - 1), index=when.month.to_numpy())
    median = off.groupby(level=0).median()
    print("\n" + median.round(2).to_string())
    assert median.between(0.95, 7.5).all()
    assert median[[3, 9, 7, 10]].tolist() == pytest.approx([1.07, 1.72, 3.36, 7.48], abs=0.1)
    assert off.between(-0.6, 20.5).all()


def test_places_whose_ice_is_known(facts: SeasonFacts) -> None:
    table = facts.table.set_index("node_id")
    years, months = facts.series
    decades = [(1980, 1989), (1990, 1999), (2000, 2009), (2010, 2022)]
    means = {
        name: [float(row[(years >= first) & (years <= last)].mean().round(1)) for first, last in decades]
        for name, row in zip(table.index, months, strict=True)
    }
    print("\n" + "\n".join(f"{name}: {table.loc[name, 'state']} {values}" for name, values in means.items()))
    for name in ("Tromsø", "Murmansk", "Narvik", "Reykjavík"):
        assert table.loc[name, "state"] == "ice_free", name
        assert table.loc[name, "ice_months_lost_high"] == 0, name
    for name in ("Sabetta", "Iqaluit"):
        assert table.loc[name, ["state", "reason"]].tolist() == ["unknown", "estuary"], name
    assert means["Longyearbyen"] == pytest.approx([5.4, 2.8, 1.3, 0.2], abs=0.3)
    assert means["Utqiagvik"] == pytest.approx([11.1, 10.1, 9.1, 8.3], abs=0.3)
    assert means["Pevek"] == pytest.approx([11.3, 10.0, 9.5, 9.0], abs=0.3)
    assert means["Dikson"] == pytest.approx([9.9, 9.2, 8.6, 8.0], abs=0.3)
    assert table.loc["Longyearbyen", "ice_months_lost_low"] > 1.5
    assert table.loc["Utqiagvik", "ice_months_lost_low"] > 1
    # The 1980s at Ilulissat are SMMR's: ice in half of all Augusts, in none since.
    assert table.loc["Ilulissat", "doubt"] == "sensor"
    assert abs(table.loc["Ilulissat", "ice_months_lost_without_smmr"]) < 0.5


def test_the_first_ten_years_shift_the_loss_little_away_from_the_coast(whole: xr.Dataset) -> None:
    """Cells that touch no land lose as much as the open sea: land in the footprint does not make the loss."""
    ocean = whole["is_ocean"].to_numpy() == 1
    row, column = np.nonzero(clean_ocean(ocean))
    cells = np.ravel_multi_index((row, column), SHAPE)
    years, months = ice_months_by_year(whole["presence"], cells[:, None])
    normal = months[:, (years >= 1981) & (years <= 2010)].mean(axis=1)
    lost = normal - months[:, -10:].mean(axis=1)
    seasonal = (normal > 0.5) & (normal < 11.5)
    inner = clean_ocean(clean_ocean(clean_ocean(ocean))).ravel()[cells]
    near, far = lost[seasonal & ~inner].mean(), lost[seasonal & inner].mean()
    print(f"\nmonths lost: within three cells of land {near:.2f}, beyond {far:.2f}")
    assert 0.6 < near < far < 1.6


@pytest.mark.shared
def test_utqiagvik_against_daily_concentration(whole: xr.Dataset, more: Path) -> None:
    """Johnson & Eicken 2016 (doi:10.12952/journal.elementa.000124): daily values beside the town."""
    folder = more / "sea_ice/barrow_fubu"
    daily = pd.read_csv(
        folder / "BarrowCoastalDailySICvalues.csv",
        header=None, names=["year", "month", "day", "percent"], skipinitialspace=True,
    )  # fmt: skip
    mean = daily.groupby(["year", "month"], as_index=False)["percent"].mean()
    mean["ice_year"] = mean["year"] + (mean["month"] >= 9)
    key = mean.assign(ice=mean["percent"] >= 15).groupby("ice_year")["ice"].agg(["sum", "size"])
    key = key.loc[key["size"] == 12, "sum"]
    cells = ice_support(whole, *polar_xy([PLACES["Utqiagvik"][0]], [PLACES["Utqiagvik"][1]])).cells
    years, months = ice_months_by_year(whole["presence"], cells)
    ours = pd.Series(months[0], index=years)
    both = pd.DataFrame({"ours": ours, "key": key}).dropna()
    off = both["ours"] - both["key"]
    print(f"\n{len(both)} ice years, off by {off.mean():+.2f}, at most {off.abs().max():.1f}, r = ", end="")
    print(f"{both.corr().iloc[0, 1]:.3f}")
    assert len(both) == 33
    assert abs(off.mean()) < 0.15
    assert off.abs().max() < 0.85
    assert both.corr().iloc[0, 1] > 0.97
    dates = pd.read_csv(folder / "FUBUDatesNOSmooth_ordinal_mark_michael_compare.csv").iloc[:, :5]
    dates.columns = ["year", "break_start", "break_end", "freeze_start", "freeze_end"]
    dates = dates.set_index("year").replace(0, np.nan)
    outer = (dates["freeze_end"] - dates["break_start"]) / 30.44
    inner = (dates["freeze_start"] - dates["break_end"]) / 30.44
    open_months = 12 - ours.loc[1980:2012].mean()
    print(f"open months {open_months:.2f}, by dates {inner.mean():.2f} (inner) to {outer.mean():.2f} (outer)")
    assert inner.mean() - 0.75 < open_months < outer.mean()
