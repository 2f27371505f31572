"""`FetchResult`: what became of the fetch of one unit, and the results as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.text_table import text_table

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FetchResult", "as_text"]

_UNASKED_LISTED = 3  # units for which nobody was asked that are listed one by one


@dataclass(frozen=True, slots=True)
class FetchResult:
    """The result of a fetch of one unit.

    `source` is the id of the unit and `as_of` the date of its accepted content. `size` is in bytes.
    `rows_outside` are rows of the files that lie outside the region and are left out. `reason` says why new
    files were not accepted. `state` is one of:

    - `new`, `changed`, `unchanged`: files were accepted, the first or others, or are the accepted ones;
    - `held`: a check held the fetched files;
    - `refused`: the files could not be fetched;
    - `not_asked`: there is no network, or the folder of a mirror does not hold them: nothing is known anew;
    - `by_hand`: the unit waits for a file that a person fetches;
    - `by_name`: the unit is fetched only when a person names it.
    """

    source: str
    state: str
    as_of: str | None
    reason: str = ""
    rows: int | None = None
    rows_before: int | None = None
    size: int = 0
    warnings: tuple[str, ...] = ()
    rows_outside: int | None = None
    may_pass: bool = False  # refused by a server that was busy or not reached

    @property
    def outside_in_words(self) -> str:
        """How many rows lie outside the region and are left out; empty if there are none."""
        return f"{self.rows_outside:,} rows outside the region left out" if self.rows_outside else ""

    @property
    def is_accepted(self) -> bool:
        """Whether files were accepted, or are those that were accepted before."""
        return self.state in {"new", "changed", "unchanged"}

    @property
    def is_late(self) -> bool:
        """Whether the fetched files were not accepted."""
        return self.state in {"held", "refused"}


def as_text(results: Sequence[FetchResult]) -> str:
    """The results as a table, one row per unit: state, date, rows before and now, reason and warnings.

    If nobody was asked for more than a few units, a line below the table counts them.
    """
    unasked = sum(row.state == "not_asked" for row in results)
    is_listed = unasked <= _UNASKED_LISTED
    sentence = f"{unasked} not asked for: what was accepted before, or is embedded, stays as it is."
    rows = [
        {
            "source": row.source,
            "state": row.state.replace("_", " "),
            "as_of": row.as_of or "unknown",
            "rows": "" if row.rows is None else f"{row.rows_before} -> {row.rows}",
            "notes": "; ".join(filter(None, (row.reason, row.outside_in_words, *row.warnings))),
        }
        for row in results
        if is_listed or row.state != "not_asked"
    ]
    columns = {"source": "source", "state": "state", "as_of": "as of", "rows": "rows", "notes": "notes"}
    table = [text_table(rows, columns, right=("rows",))] if rows else []
    return "\n\n".join([*table, *([] if is_listed else [sentence])])
