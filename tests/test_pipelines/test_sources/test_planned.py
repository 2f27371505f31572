"""Sources that no layer uses yet: each says what it is for, and no picture reads it."""

from __future__ import annotations

import pytest

from pipelines.sources import FETCHABLE, SOURCES
from pipelines.sources.planned import SOURCES as PLANNED


@pytest.mark.parametrize("row", PLANNED, ids=lambda row: row.id)
def test_a_planned_source_feeds_no_layer_and_says_what_it_is_for(row):
    assert row.feeds == ""
    assert row.planned_for
    assert row.read is not None
    assert row.shape is not None


def test_sources_of_the_picture_are_not_planned_ones():
    assert not any(row.planned_for for row in SOURCES)
    assert (*SOURCES, *PLANNED) == FETCHABLE
