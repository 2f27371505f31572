"""Exercise files: those that come with the package, by name, and a user's own TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path

from layers.errors import UsageError
from layers.flows.exercise import Exercise, exercise_of
from layers.names import hint, match, nearest

__all__ = ["read_exercise", "shipped"]

_PACKS = Path(__file__).parent / "packs"
_MOST_BYTES = 1_000_000


def shipped() -> dict[str, Path]:
    """Return the exercise files of the package by name."""
    return {path.stem: path for path in sorted(_PACKS.glob("*.toml"))}


def read_exercise(text: str) -> tuple[Exercise, str]:
    """Return the exercise of a name, or of a TOML file if `text` ends with `.toml`, and the text of the file.

    Raises
    ------
    UsageError
        If there is no such exercise, or the file cannot be used.
    """
    path = Path(text)
    if path.suffix.lower() != ".toml":
        known = shipped()
        name = match(text, {one: (one.replace("_", " "),) for one in known})
        if name is None:
            near = hint(nearest(text, known), f"there are {', '.join(known)}")
            msg = f"exercise: expected a name or a TOML file, found {text!r}: {near}"
            raise UsageError(msg)
        path = known[name]
    try:
        if path.stat().st_size > _MOST_BYTES:
            msg = (
                f"exercise: expected at most {_MOST_BYTES // 1_000_000} MB, found more in {path}: shorten it"
            )
            raise UsageError(msg)
        content = path.read_text(encoding="utf-8")
        return exercise_of(path.stem, tomllib.loads(content)), content
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"exercise: expected a TOML file in UTF-8 at {path}, found {error}: correct it or name another"
        raise UsageError(msg) from error
