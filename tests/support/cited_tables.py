"""Rows of the cited tables in layers/reference as text, and the ellipsoid that the tests measure on."""

from __future__ import annotations

import csv
from pathlib import Path

from pyproj import Geod

GEOD = Geod(ellps="WGS84")
REFERENCE = Path(__file__).resolve().parents[2] / "layers" / "reference"
KINDS = {"port", "airfield", "cable_landing", "mine", "rail_terminal", "energy_site", "ground_station"}


def cited(name: str) -> list[dict[str, str]]:
    """Return the rows of the table `name` of layers/reference, all values as text."""
    with (REFERENCE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
