"""Names that changed: one is marked by one check, more than half of them by another."""

from __future__ import annotations

import pytest
from checked_tables import ports

from pipelines.intake.name_checks import all_renamed, renamed


@pytest.mark.parametrize(
    ("count", "found"), [(0, []), (50, []), (51, ["51% of the names changed since last time"])]
)
def test_half_of_the_names_may_change_at_once(count, found):
    new = ports(name=[f"Other {n}" if n < count else f"Port {n}" for n in range(100)])
    assert [row.found for row in all_renamed(new, ports())] == found
    assert all_renamed(new, None) == []
    assert all_renamed(new, ports(0)) == []


def test_a_name_that_is_new_or_lost_is_another_name():
    new = ports(name=[None, *[f"Port {n}" for n in range(1, 100)]])
    assert [row.found for row in renamed(new, ports())] == ["1 have another name, such as wpi-0"]
    assert renamed(new, new) == []
    assert renamed(new, None) == []
    assert renamed(ports(90), ports()) == [], "a row that is gone has no name"
