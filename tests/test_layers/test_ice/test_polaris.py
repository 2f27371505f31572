"""The table of POLARIS against the method's page, and its index by hand."""

from __future__ import annotations

import pytest
from toy_strait import RIV, TABLE

from layers.errors import SourceError
from layers.ice.polaris import ICE_TYPES, operation, polaris, rio, rio_bounds, stages

# Typed from the method's page, not from the file.
METHOD = """
PC1 3 3 3 3 2 2 2 2 2 2 1 1
PC2 3 3 3 3 2 2 2 2 2 1 1 0
PC3 3 3 3 3 2 2 2 2 2 1 0 -1
PC4 3 3 3 3 2 2 2 2 1 0 -1 -2
PC5 3 3 3 3 2 2 1 1 0 -1 -2 -2
PC6 3 2 2 2 2 1 1 0 -1 -2 -3 -3
PC7 3 2 2 2 1 1 0 -1 -2 -3 -3 -3
IA_Super 3 2 2 2 2 1 0 -1 -2 -3 -4 -4
IA 3 2 2 2 1 0 -1 -2 -3 -4 -5 -5
IB 3 2 2 1 0 -1 -2 -3 -4 -5 -6 -6
IC 3 2 1 0 -1 -2 -3 -4 -5 -6 -7 -8
none 3 1 0 -1 -2 -3 -4 -5 -6 -7 -8 -8
"""


def test_the_table_is_that_of_the_method():
    for line in METHOD.split("\n")[1:-1]:
        name, *values = line.split()
        assert RIV.riv.loc[name.replace("_", " ")].tolist() == [int(v) for v in values]
    assert RIV.speed_kn[["PC1", "PC2", "PC3", "PC5", "PC6", "none"]].tolist() == [11, 8, 5, 5, 3, 3]


C_STAR = {  # method §3.2
    "none": (0.60, 0.50, 0.38, 0.33, 0.30, 0.27),
    "IC": (0.75, 0.60, 0.43, 0.38, 0.33, 0.27),
    "IA": (1, 1, 0.60, 0.50, 0.43, 0.38),
    "IA Super": (1, 1, 0.75, 0.60, 0.50, 0.43),
    "PC7": (1, 1, 0.75, 0.60, 0.50, 0.50),
    "PC6": (1, 1, 1, 0.75, 0.60, 0.50),
    "PC5": (1, 1, 1, 1, 0.75, 0.60),
    "PC4": (1, 1, 1, 1, 1, 0.60),
}


@pytest.mark.parametrize("name", C_STAR)
def test_c_star_is_that_of_the_method(name: str):
    columns = ["thin_fy_1", "thin_fy_2", "medium_fy", "thick_fy", "second_year", "heavy_my"]
    assert RIV.c_star.loc[name, columns].tolist() == pytest.approx(C_STAR[name], abs=0.0051)


def test_at_c_star_the_index_is_zero():
    for name in RIV.riv.index:
        for stage in ICE_TYPES:
            if RIV.riv.loc[name, stage] < 0:
                at = 100 * RIV.c_star.loc[name, stage]
                assert rio(at, RIV.riv.loc[name, stage]) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ((("PC5", "medium_fy")), 3, "found PC5 to rise|found PC5"),
        ((("IC", "thin_fy_1")), 1, "to rise"),
    ],
)
def test_a_wrong_copy_of_the_table_is_refused(place, value, message):
    wrong = TABLE.copy()
    wrong.loc[(wrong["ice_class"] == place[0]) & (wrong["ice_type"] == place[1]), "riv"] = value
    with pytest.raises(SourceError, match=message):
        polaris(wrong)


def test_a_table_that_lacks_a_row_is_refused():
    with pytest.raises(SourceError, match="expected 12 classes x 12 ice types"):
        polaris(TABLE.iloc[:-1])


def test_index_by_hand():
    # Six tenths of thick first-year ice (RIV -1 for PC6): 4*3 + 6*(-1) = 6.
    assert rio(60, -1) == pytest.approx(6)
    result = rio_bounds(RIV, [0, 60, 100], "PC6", 3)
    assert result["stage_low"] == "heavy_my"
    assert result["rio_low"].tolist() == pytest.approx([30, -6, -30])
    assert result["rio_high"].tolist() == pytest.approx([30, 24, 20])
    assert rio_bounds(RIV, 60, "PC6", 3, "first_year")["rio_low"] == pytest.approx(6)
    assert stages(9, "multi_year") == ("second_year", "heavy_my")


def test_operation_knows_who_may_run_an_elevated_risk():
    assert operation([0, -0.1, -10, -10.1], "PC7").tolist() == ["normal", "elevated", "elevated", "special"]
    assert operation([0, -0.1, -10.1], "IA").tolist() == ["normal", "special", "special"]
