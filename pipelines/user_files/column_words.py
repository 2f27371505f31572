"""Columns of a user's table found by name in several languages, and positions read from its cells."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LATITUDE", "LONGITUDE", "NAME", "SHAPE", "column_named", "date_column", "degrees", "name_column"]

# Languages of the Arctic states, then French, German, Spanish, Dutch, Polish, Greenlandic and Sámi.
LATITUDE = (
    "latitude", "lat", "breddegrad", "bredde", "breddgrad", "latitud", "leveysaste", "leveys",
    "leveyspiiri",
    "breiddargráða", "breidd", "breiddarstig", "breiddarstigi", "широта", "breite", "breitengrad",
    "geogr breite", "geografische breite", "breedtegraad",
    "szerokość", "szerokość geograficzna", "y", "point y",
    "coord y", "ycoord", "y coord", "nord", "northing", "lat dd", "dd lat", "latdd", "decimallatitude",
)  # fmt: skip
LONGITUDE = (
    "longitude", "lon", "long", "lng", "lengdegrad", "lengde", "længdegrad", "længde", "laengdegrad",
    "longitud",
    "längdgrad", "langdgrad", "pituusaste", "pituus", "pituuspiiri", "lengdargráða", "lengd", "longdarstig",
    "долгота", "länge", "laenge", "längengrad", "laengengrad", "lengtegraad", "długość",
    "długość geograficzna", "x", "point x", "coord x", "xcoord", "x coord", "øst", "ost", "easting", "lon dd",
    "long dd", "dd lon", "londd", "decimallongitude",
)  # fmt: skip
NAME = (
    "name", "navn", "namn", "nafn", "nimi", "имя", "название", "наименование", "nom", "nombre", "nome",
    "naam", "nazwa", "ateq", "aqqa", "namma", "nomma", "назва", "nev", "title", "titel", "tittel",
    "titre", "label", "toponym", "site", "place", "sted", "ort", "plats", "paikka", "staður",
    "station", "stasjon", "asema", "stöð", "станция", "facility", "anlegg", "port", "havn", "hamn", "satama",
)  # fmt: skip
# Endings of a compound that mean a name, such as stedsnavn, ortnamn and paikannimi.
_NAME_ENDINGS = ("navn", "namn", "nafn", "nimi", "name", "наименование", "название")
_DATES = (
    "as of", "asof", "date", "dato", "datum", "dags", "dagsetning",
    "päivämäärä", "paivamaara", "pvm", "дата",
    "updated", "last updated", "oppdatert", "opdateret", "uppdaterad", "päivitetty", "uppfært", "обновлено",
    "survey date", "valid from", "stand",
)  # fmt: skip
SHAPE = ("wkt", "geometry", "geom", "the geom", "shape")
_BRACKETS = re.compile(r"[\[(].*?[\])]")
_UNITS = re.compile(r"\b(?:wgs ?84|deg|degrees?|grader|dd|decimal)\b")
_PARTS = re.compile(r"[-+]?\d+(?:\.\d+)?")
_MARKS = re.compile(r"[°º˚'\u2019\u2032\"\u201d\u2033:\s]+|deg|min|sec|gr")
_SIDES = {
    "N": 1,
    "S": -1,
    "E": 1,
    "W": -1,
    "Ø": 1,
    "Ö": 1,
    "V": -1,
    "\u0421": 1,
    "\u042e": -1,
    "\u0412": 1,
    "\u0417": -1,
}


def _plain(name: str) -> str:
    """A column name in small letters, with single spaces instead of signs."""
    return " ".join(re.sub(r"[_\W]+", " ", unicodedata.normalize("NFC", name).casefold()).split())


def _without_unit(name: str) -> str:
    return " ".join(_UNITS.sub(" ", _plain(_BRACKETS.sub(" ", name))).split())


def column_named(names: Iterable[str], words: Iterable[str]) -> str | None:
    """The first of `names` that is one of `words`, which stand in the order of preference; None if none is.

    Units in brackets, such as `Lat (WGS84)`, do not count.
    """
    names = list(names)
    for form in (_plain, _without_unit):
        plain = {form(name): name for name in reversed(names)}
        for word in words:
            if form(word) in plain and form(word):
                return plain[form(word)]
    return None


def name_column(names: Iterable[str]) -> str | None:
    """The column that names the rows, in any of the languages; None if there is none."""
    names = list(names)
    endings = [name for name in names if _plain(name).endswith(_NAME_ENDINGS)]
    exact = column_named(names, NAME[: NAME.index("title")])
    return exact or next(iter(endings), None) or column_named(names, NAME)


def date_column(names: Iterable[str]) -> str | None:
    """The column with the date that a row holds for; None if there is none."""
    return column_named(names, _DATES)


def degrees(text: str | None) -> float | None:
    """A coordinate from a cell: with a point or a comma, a sign or a side of the world, degrees or minutes.

    `69.65`, `69,65`, `69° 39' 0" N`, `N 69 39.0` and `-18.95` are read. None where the cell cannot be read.
    """
    try:
        return float((text or "").replace(",", ".", 1))  # nearly every cell
    except ValueError:
        pass
    plain = _MARKS.sub(" ", (text or "").replace("\u2212", "-").replace("\xa0", " ")).strip().upper()
    side = 1
    for end in (plain[:1], plain[-1:]):
        if end in _SIDES and end:
            side = _SIDES[end]
            plain = plain[1:] if plain[:1] == end else plain[:-1]
            break
    plain = plain.replace(",", ".").strip()
    try:
        return float(plain) * side
    except ValueError:
        pass
    parts = plain.split()
    if not 2 <= len(parts) <= 3 or not all(_PARTS.fullmatch(part) for part in parts):
        return None
    whole, *rest = map(float, parts)
    # Minutes and seconds have no sign of their own and end at 60.
    if any(not 0 <= part < 60 for part in rest) or not whole.is_integer():
        return None
    share = sum(part / 60**power for power, part in enumerate(rest, start=1))
    return side * (whole - share if parts[0].startswith("-") else whole + share)
