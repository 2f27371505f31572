"""The options of a run and the options of a picture.

`build`, `serve` and the Prefect flow take the same options of a run.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_type_hints

from layers.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["About", "Options", "Parameter", "RunOptions", "run_parameters"]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a picture.

    `day` None means the day on which the latest source of the snapshot was retrieved. A `sensitivity` other
    than 0 adds a table of what changes if each anchor is a fifth lower or higher. The picture has only what
    the `audience` may see. `private` is a folder of layers that only local outputs show. `cache` is a folder
    of fetched files that replace the embedded ones (pipelines.intake.replace_embedded); None means that
    nothing was fetched. `ice_record` is a folder of tables that the command `ice --to` wrote.
    """

    region: str = "arctic"
    scenario: str = "today"
    day: date | None = None
    draws: int = 10_000
    seed: int = 0
    sensitivity: int = 0
    audience: str = "public"
    private: Path | None = None
    cache: Path | None = None
    ice_record: Path | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be used, before any work.

        Raises
        ------
        UsageError
            If a number is out of range.
        """
        if self.draws < 1:
            msg = f"--draws: expected 1 or more, found {self.draws}: 10,000 is usual"
            raise UsageError(msg)
        if self.sensitivity < 0:
            msg = f"--sensitivity: expected 0 or more, found {self.sensitivity}: 0 leaves it out"
            raise UsageError(msg)
        if self.seed < 0:
            msg = f"--seed: expected 0 or more, found {self.seed}"
            raise UsageError(msg)


@dataclass(frozen=True, slots=True)
class About:
    """What the command line shows of an option.

    `flag` is its name there; an empty one means the name of the field. `least` is its smallest value.
    """

    help: str
    flag: str = ""
    least: int | None = None


# The defaults of a run are the defaults of a picture, so each one is written once.
_USUAL = Options()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """The options of a run as a user gives them. Each field is an option with its help text."""

    region: Annotated[str, About("Area to build for.")] = _USUAL.region
    scenario: Annotated[str, About("Warming level to judge under, or a TOML file of your own.")] = (
        _USUAL.scenario
    )
    out: Annotated[Path, About("Folder that holds pictures.")] = Path("pictures")
    as_of: Annotated[str | None, About("Day of the picture; default: the snapshot's.")] = None
    seed: Annotated[int, About("Seed of the draws.")] = _USUAL.seed
    draws: Annotated[int, About("Draws of anchors, years, zones, bins and places.")] = _USUAL.draws
    audience: Annotated[
        str,
        About(
            "public, eu, nato or both: what is not for them is left out of every file. "
            "A convenience, not a guard."
        ),
    ] = _USUAL.audience
    private: Annotated[
        Path | None,
        About(
            "Folder of your own layers, each with a TOML beside it: drawn in map, GeoPackage and briefing, "
            "left out of all that is passed on. A convenience, not a guard."
        ),
    ] = None
    ice_record: Annotated[
        Path | None,
        About("Folder that 'ice --to' wrote: its daily seasons stand before the embedded months."),
    ] = None
    keep: Annotated[int, About("Pictures that stay, the latest by sequence; 0 keeps all.", least=0)] = 0
    sensitivity: Annotated[bool, About("Add what changes with each anchor a fifth lower and higher.")] = False
    fetch: Annotated[bool, About("Fetch the sources first.", flag="live")] = False
    cache: Annotated[Path, About("Where fetched files are kept.")] = Path("cache/live")
    base_url: Annotated[str, About("One mirror for every host.")] = ""
    from_mirror: Annotated[
        Path | None,
        About("Folder laid out by host and path, such as a USB stick, in place of any network."),
    ] = None
    no_fetch: Annotated[
        bool, About("Fetch nothing: build from the files that were accepted before and the embedded ones.")
    ] = False

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> RunOptions:
        """The options from a mapping of names to values. A path can be a text or a `Path`."""
        read: dict[str, Any] = dict(values)
        for one in run_parameters():
            if one.is_path and read.get(one.name) is not None:
                read[one.name] = Path(read[one.name])
        return cls(**read)

    def parameters(self) -> dict[str, Any]:
        """The options by name as JSON can hold them: a path is text."""
        values = {one.name: getattr(self, one.name) for one in run_parameters()}
        return {name: str(value) if isinstance(value, Path) else value for name, value in values.items()}

    def picture(self) -> Options:
        """The options of the picture that this run builds.

        Raises
        ------
        UsageError
            If an option cannot be used.
        """
        try:
            day = None if self.as_of is None else date.fromisoformat(self.as_of)
        except ValueError as error:
            msg = f"--as-of: expected a date such as 2026-03-01, found {self.as_of!r}"
            raise UsageError(msg) from error
        return Options(
            region=self.region,
            scenario=self.scenario,
            day=day,
            draws=self.draws,
            seed=self.seed,
            sensitivity=int(self.sensitivity),
            audience=self.audience,
            private=self.private,
            # A build without --live or --no-fetch uses the embedded files only (decisions/0012).
            cache=self.cache if self.fetch or self.no_fetch else None,
            ice_record=self.ice_record,
        )


@dataclass(frozen=True, slots=True)
class Parameter:
    """One option of a run: name, type, default, and its name on the command line."""

    name: str
    kind: Any
    default: Any
    flag: str
    about: About

    @property
    def is_path(self) -> bool:
        """Whether the value is a path on disk."""
        return self.kind in {Path, Path | None}


def run_parameters() -> list[Parameter]:
    """Every option of a run, in the order in which the help lists them."""
    hints = get_type_hints(RunOptions, include_extras=True)
    rows = []
    for one in fields(RunOptions):
        kind, about = get_args(hints[one.name])
        flag = about.flag or one.name.replace("_", "-")
        rows.append(Parameter(one.name, kind, one.default, flag, about))
    return rows
