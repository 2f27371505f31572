"""The straight line: snapshot -> compose -> store. What the command line and Prefect both call."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from layers.picture import Picture
    from layers.scenarios import Scenario
    from pipelines.snapshot import Snapshot

__all__ = ["Options", "build", "compose_snapshot", "scenario_of", "summary"]


@dataclass(frozen=True, slots=True)
class Options:
    """What a picture is built for. `day` None means the day the snapshot was made.

    `sensitivity` is the sample size of the Sobol indices, a power of two; 0 leaves them out. `cache`
    holds fetched files that stand in for the embedded ones of their sources (pipelines.live).
    """

    region: str = "arctic"
    scenario: str = "today"
    day: date | None = None
    draws: int = 10_000
    seed: int = 0
    sensitivity: int = 0
    cache: Path | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be used, before any work."""
        if self.draws < 1:
            msg = f"--draws: expected 1 or more, found {self.draws}: 10,000 is usual"
            raise UsageError(msg)
        if self.sensitivity < 0 or self.sensitivity & (self.sensitivity - 1):
            msg = f"--sensitivity: expected a power of two, found {self.sensitivity}: 256 is usual"
            raise UsageError(msg)
        if self.seed < 0:
            msg = f"--seed: expected 0 or more, found {self.seed}"
            raise UsageError(msg)


def _day_of(manifest: dict[str, Any]) -> date:
    return max(date.fromisoformat(row["retrieved"]) for row in manifest["sources"])


def scenario_of(named: str) -> Scenario:
    """The scenario of that id, or the one that a TOML file holds.

    Raises
    ------
    UsageError
        If there is neither, or the file cannot be used.
    """
    from layers.scenarios import from_toml, scenario  # noqa: PLC0415

    path = Path(named)
    if path.suffix != ".toml":
        return scenario(named)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"--scenario: expected a readable TOML file, found {named}: {error}"
        raise UsageError(msg) from error
    return from_toml(text, path.stem)


def compose_snapshot(
    options: Options, report: Callable[[str], None] = lambda _: None
) -> tuple[Picture, Snapshot]:
    """Compose the picture of the embedded snapshot; returns it with what it was made from.

    Raises
    ------
    UsageError
        If an option cannot be used.
    SourceError, SchemaError
        If the snapshot is damaged.
    """
    from layers.catalog import ON_REQUEST  # noqa: PLC0415
    from layers.compose import compose  # noqa: PLC0415  heavy; --help must not pay for it
    from layers.picture import SourceNote  # noqa: PLC0415
    from layers.regions import region  # noqa: PLC0415
    from pipelines import snapshot  # noqa: PLC0415
    from pipelines.sources import SOURCES  # noqa: PLC0415

    area, climate = region(options.region), scenario_of(options.scenario)
    loaded = snapshot.load(SOURCES, report=lambda name: report(f"read {name}"))
    standings: dict[str, tuple[str, str]] = {}
    if options.cache:
        from pipelines.live import stand_in, today_and_yesterday  # noqa: PLC0415

        today = options.day or today_and_yesterday()[0]
        loaded, standings = stand_in(loaded, SOURCES, options.cache, today)
    told = {s.id: standings.get(s.id, (s.as_of, s.state)) for s in SOURCES}
    notes = [
        SourceNote(
            id=s.id, feeds=s.feeds, title=s.title, publisher=s.publisher, licence=s.licence,
            citation=s.citation, homepage=s.homepage, as_of=told[s.id][0], state=told[s.id][1],
        )
        for s in SOURCES
    ]  # fmt: skip
    picture = compose(
        loaded.feeds,
        loaded.grids,
        region=area,
        scenario=climate,
        day=options.day or _day_of(loaded.manifest),
        draws=options.draws,
        seed=options.seed,
        sources=notes,
        made=loaded.standing,
        asked=ON_REQUEST if options.sensitivity else (),
        samples=options.sensitivity,
        report=lambda name: report(f"layer {name}"),
    )
    return picture, loaded


def build(
    root: Path, options: Options, report: Callable[[str], None] = lambda _: None
) -> tuple[Path, Picture]:
    """Build the picture of the embedded snapshot and publish it under `root`.

    Raises as `compose_snapshot`, and ExportError if it cannot be published.
    """
    from pipelines.store import store  # noqa: PLC0415

    picture, used = compose_snapshot(options, report)
    told = {
        "region": options.region,
        "scenario": picture.scenario.id,
        "as_of": picture.day.isoformat(),
        "draws": options.draws,
        "seed": options.seed,
        "sensitivity": options.sensitivity,
    }
    return store(picture, root, options=told, used=used, report=report), picture


def summary(folder: Path, picture: Picture, started: float) -> dict[str, Any]:
    """What `build --json` prints; `started` is a `time.perf_counter` reading."""
    from layers.assessed.nodes import FLAGS  # noqa: PLC0415
    from pipelines.store import as_of, state_of  # noqa: PLC0415

    counts = picture.tables["nodes"]["flag"].value_counts()
    return {
        "id": folder.name,
        "path": str(folder),
        "status": picture.status,
        "seconds": round(time.perf_counter() - started, 2),
        "region": picture.region.id,
        "scenario": picture.scenario.id,
        "day": picture.day.isoformat(),
        "layers": [
            {
                "id": layer.id,
                "pillar": layer.pillar,
                "rows": len(picture.tables[layer.id]),
                "as_of": as_of(picture.tables[layer.id]),
                "state": state_of(picture, layer.id),
            }
            for layer in picture.layers
        ],
        "nodes": {k: int(v) for k, v in picture.tables["nodes"]["kind"].value_counts().sort_index().items()},
        "flags": {name: int(counts.get(name, 0)) for name in FLAGS},
    }
