"""The one table of country codes, against the tables that name countries."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from layers.iso_3166 import ALPHA_3, ALPHA_3_OF_NAME, NORTHERN

MEMBERS = Path(__file__).parents[2] / "layers" / "reference" / "memberships.csv"


def test_codes_have_their_form_and_none_stands_twice() -> None:
    assert all(len(two) == 2 and two.isupper() for two in ALPHA_3)
    assert all(len(three) == 3 and three.isupper() for three in ALPHA_3.values())
    assert len(set(ALPHA_3.values())) == len(ALPHA_3)


def test_every_state_of_the_membership_table_has_a_code() -> None:
    table = pd.read_csv(MEMBERS, dtype=str, keep_default_na=False)
    [column] = [name for name in table if set(table[name]) >= {"NOR", "USA", "GRL"}]
    assert set(table[column]) == set(ALPHA_3.values())


def test_names_are_of_the_north_alone_and_leave_out_only_what_lists_do_not_name() -> None:
    assert set(ALPHA_3_OF_NAME.values()) == set(NORTHERN.values()) - {"ALA"}
    assert ALPHA_3_OF_NAME["Svalbard"] == ALPHA_3_OF_NAME["Jan Mayen"] == NORTHERN["SJ"] == "SJM"
