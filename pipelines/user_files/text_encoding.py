"""The text of a user's file, and in which encoding it was read where the file does not say it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layers.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["text_in"]

# Encodings of Cyrillic with a byte a letter: Windows, Unix, DOS, ISO. In Western ones the same bytes are
# letters with accents, or drawings.
_CYRILLIC = {
    "cp1251": "Windows-1251", "koi8-r": "KOI8-R", "cp866": "DOS 866", "iso8859-5": "ISO 8859-5",
}  # fmt: skip
# Russian letters from the most to the least frequent in texts (Lyashevskaya, Sharov, 2009, Frequency
# Dictionary of Modern Russian).
_BY_FREQUENCY = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
_WORD = re.compile(rb"[A-Za-z\x80-\xff]+")
# Words of three letters and more without an ASCII letter hardly occur in Western languages ("Å", "øy").
_LEAST_LETTERS = 3
_SAMPLE_BYTES = 200_000
# The mean rank of letters drawn at random is 16; Russian text has about 6, and its letters in another of the
# encodings 12 and more.
_MOST_RANK = 12.0


def text_in(path: Path, encoding: str = "") -> tuple[str, str]:
    """The text of a file, and a sentence on its encoding; empty if the file or the user states it.

    Without `encoding`, which the user names, the text is UTF-8, UTF-16 with a byte order mark, or else has a
    byte a letter: Cyrillic where most of its words can be nothing else, or Windows-1252.

    Raises
    ------
    SourceError
        If the file is not in the encoding that the user names, or it holds NUL, which no text does.
    """
    raw = path.read_bytes()
    is_wide = raw[:2] in {b"\xff\xfe", b"\xfe\xff"}
    for name in [encoding] if encoding else ["utf-16"] if is_wide else ["utf-8-sig", *_of_a_byte(raw)]:
        try:
            text = raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\0" in text:
            break
        is_sure = bool(encoding) or name.startswith("utf")
        return text, "" if is_sure else _said(name)
    msg = f"expected text in {encoding or 'UTF-8 or Latin-1'}, found other bytes: export it again as UTF-8"
    raise SourceError(msg)


def _said(name: str) -> str:
    title = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}.get(name) or f"{_CYRILLIC[name]} (Cyrillic)"
    return (
        f'its text is no UTF-8 and was read as {title}: if names look wrong, write encoding = "…" in its TOML'
    )


def _of_a_byte(raw: bytes) -> list[str]:
    """Encodings with a byte a letter, the likeliest first."""
    words = _WORD.findall(raw[:_SAMPLE_BYTES])
    high = [sum(byte >= 0x80 for byte in word) for word in words]
    foreign = [
        word
        for word, count in zip(words, high, strict=True)
        if count >= _LEAST_LETTERS and 2 * count > len(word)
    ]
    western = ["cp1252", "latin-1"]
    if 2 * sum(map(len, foreign)) <= sum(high):
        return western
    ranks = {name: _mean_rank(foreign, name) for name in _CYRILLIC}
    best = min(ranks, key=lambda name: ranks[name])
    return [best, *western] if ranks[best] <= _MOST_RANK else western


def _mean_rank(words: list[bytes], encoding: str) -> float:
    """The mean rank of the letters of some words, by frequency in Russian, if they are in an encoding.

    A letter that is none, or that stands in a word such as "мУРМАНСК", has the rank after the last.
    """
    ranks: list[int] = []
    for word in words:
        text = word.decode(encoding, "replace")
        is_shaped = text in {text.lower(), text.upper(), text.capitalize()}
        places = [_BY_FREQUENCY.find(letter) for letter in text.lower()]
        ranks += [place if is_shaped and place >= 0 else len(_BY_FREQUENCY) for place in places]
    return sum(ranks) / max(len(ranks), 1)
