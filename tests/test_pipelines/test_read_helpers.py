"""No reader takes a place that is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from layers.errors import SourceError
from pipelines.read_helpers import points

if TYPE_CHECKING:
    pass


@pytest.mark.parametrize("place", [(0.0, 0.0), (np.nan, 70.0), (20.0, np.inf), (20.0, 91.0)])
def test_no_reader_takes_a_place_that_is_none(place):
    frame = pd.DataFrame({"lon": [20.0, place[0]], "lat": [70.0, place[1]]})
    with pytest.raises(SourceError, match=r"row 1: expected longitude and latitude in degrees.*missing"):
        points(frame, "lon", "lat")
    assert len(points(frame[:1], "lon", "lat")) == 1
