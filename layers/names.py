# ruff: noqa: RUF001, RUF003  # Cyrillic letters and marks of several scripts are meant
"""Names that a reader types, matched to the names of a table in any case, script and spelling."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process, utils

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

__all__ = ["folded", "hint", "in_ascii", "match", "nearest", "without_invisible"]

# Letters that Unicode does not decompose into a letter and a diacritic. Sami has đ, ŋ and ŧ.
_UNFOLDED = str.maketrans(
    {"ø": "o", "æ": "ae", "å": "a", "ð": "d", "đ": "d", "þ": "th", "ł": "l", "ŋ": "n", "ŧ": "t", "ß": "ss"}
)
# Russian in Latin letters by BGN/PCGN 1947, which the World Port Index and GeoNames follow
# (https://www.gov.uk/government/publications/romanization-systems, "Russian"), without the marks of the hard
# and the soft sign. Ye at the beginning of a word is e here, so that Yenisey and Enisey are one name.
_RUSSIAN = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "e", "ж": "zh", "з": "z", "и": "i",
        "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
        "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y",
        "ь": "", "э": "e", "ю": "yu", "я": "ya",
    }
)  # fmt: skip
# Marks inside a word that are no border between words: Nar'yan-Mar, Noril’sk.
_MARKS = str.maketrans(dict.fromkeys("'’ʼ‘`´", ""))
_NEAR = 45  # score of rapidfuzz, 0 to 100, from which a name is shown as near


# Soft hyphen, zero-width space, joiners and marks of direction, embeddings and isolates, word joiner, BOM. An
# override of the direction stays: it is a warning of the checks, and the outputs show it by its code.
_INVISIBLE = "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202c\u2060-\u2064\u2066-\u2069\ufeff]"


def without_invisible(table: pd.DataFrame) -> pd.DataFrame:
    """The table without characters that have no width in any of its texts.

    Two names that look the same are the same then. The table itself is returned if no text has any.
    """
    changed = {}
    for name in table.select_dtypes(["object", "str"]).columns.difference(["geometry"]):
        texts = table[name].dropna().drop_duplicates()
        odd = [text for text in texts if isinstance(text, str) and re.search(_INVISIBLE, text)]
        if odd:
            clean = {text: re.sub(_INVISIBLE, "", text).strip() or None for text in odd}
            changed[name] = table[name].map(lambda text, clean=clean: clean.get(text, text))
    return table.assign(**changed) if changed else table


def folded(text: str) -> str:
    """A name in lower case and Latin letters, without diacritics and punctuation.

    `tromso` matches Tromsø then, and Мурманск matches Murmansk.
    """
    # Й and ё are composed first: without their marks they would be other letters.
    latin = unicodedata.normalize("NFC", text).lower().translate(_RUSSIAN).translate(_UNFOLDED)
    bare = unicodedata.normalize("NFKD", latin.translate(_MARKS))
    kept = "".join(c for c in bare if not unicodedata.combining(c))
    return " ".join(str(utils.default_process(kept)).split())


# Signs of the outputs, for a terminal whose encoding has no code for them.
_SIGNS = {
    "→": "->", "≥": ">=", "≤": "<=", "−": "-", "–": "-", "—": "-", "…": "...", "─": "-", "‘": "'",
    "’": "'", "“": '"', "”": '"', "●": "*", "▲": "!", "■": "#", "°": "deg", "±": "+/-", "×": "x", "·": ".",
}  # fmt: skip


def in_ascii(text: str) -> str:
    """The text in ASCII: `ġ` is g, `Мурманск` Murmansk, `→` ->. What has no letter is shown by its code."""
    return "".join(map(_letter_in_ascii, text))


def _letter_in_ascii(letter: str) -> str:
    plain = letter if letter.isascii() else _SIGNS.get(letter) or folded(letter)
    if not plain or not plain.isascii():
        return f"[U+{ord(letter):04X}]"
    return plain.capitalize() if letter.isupper() else plain


def match(text: str, spellings: Mapping[str, Iterable[str]]) -> str | None:
    """The id that `text` names; None if there is none.

    `spellings` maps each id to its other spellings. Ids and spellings are compared without case, diacritics
    and punctuation.
    """
    wanted = folded(text)
    for name, others in spellings.items():
        if wanted and wanted in {folded(name), *map(folded, others)}:
            return name
    return None


def nearest(text: str, names: Iterable[str], count: int = 3) -> list[str]:
    """The names that are nearest to `text`, the best first; empty if none is near."""
    hits = process.extract(
        folded(text), list(names), scorer=fuzz.WRatio, processor=folded, limit=count, score_cutoff=_NEAR
    )
    return [name for name, _, _ in hits]


def hint(names: Iterable[str], otherwise: str) -> str:
    """The end of a message: the names as the nearest, or `otherwise` if there are none."""
    near = list(dict.fromkeys(names))
    return f"nearest {'is' if len(near) == 1 else 'are'} {', '.join(near)}" if near else otherwise
