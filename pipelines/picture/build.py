"""The straight line: snapshot -> compose -> store. What the command line and Prefect both call."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import xarray as xr

    from layers.picture import Picture, SourceNote
    from layers.redaction import Marked
    from layers.scenarios import Scenario
    from pipelines.picture.private import Own
    from pipelines.snapshot import Snapshot
    from pipelines.source import Source

__all__ = [
    "Options",
    "build",
    "compose_snapshot",
    "make",
    "put",
    "read_own",
    "scenario_of",
    "shown_sources",
    "summary",
]

_SNAPSHOT_DAYS = 365  # for which an embedded snapshot is good (convention)


@dataclass(frozen=True, slots=True)
class Options:
    """What a picture is built for. `day` None means the day the snapshot was made.

    `sensitivity` 0 leaves out what changes with each anchor a fifth lower and higher; any other number
    adds it. What is not for the `audience` is left out; `private` is a folder of layers for local outputs
    only. `cache` holds fetched files that replace the embedded ones (pipelines.intake.refresh).
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
        """Refuse numbers that cannot be used, before any work."""
        if self.draws < 1:
            msg = f"--draws: expected 1 or more, found {self.draws}: 10,000 is usual"
            raise UsageError(msg)
        if self.sensitivity < 0:
            msg = f"--sensitivity: expected 0 or more, found {self.sensitivity}: 0 leaves it out"
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


def shown_sources(options: Options) -> list[Source]:
    """The sources that the audience may be told of: not those that feed a layer which is not for it.

    Raises
    ------
    UsageError
        If there is no such audience.
    """
    from layers.catalog import LAYERS  # noqa: PLC0415
    from layers.redaction import audience  # noqa: PLC0415
    from pipelines.sources import SOURCES  # noqa: PLC0415

    seen = audience(options.audience)
    closed = {layer.id for layer in LAYERS if not seen.may_see(layer)}
    return [source for source in SOURCES if seen.may_see(source) and source.feeds not in closed]


def read_own(options: Options) -> list[Own]:
    """The user's private layers, whoever may see them; raises as `pipelines.picture.private.read_private`."""
    if options.private is None:
        return []
    from pipelines.picture.private import read_private  # noqa: PLC0415

    return read_private(options.private)


def _note(source: Source, as_of: str = "", state: str = "") -> SourceNote:
    """What a picture says of a source: of what is embedded of it, or of what was accepted."""
    from layers.picture import SourceNote  # noqa: PLC0415

    told = {name: getattr(source, name) for name in SourceNote.__slots__ if name != "fresh_until"}
    if not state:
        return SourceNote(**told | {"state": source.unfetched})
    from pipelines.intake.refresh import fresh_until  # noqa: PLC0415

    until = fresh_until(source, as_of) if state == "live" else ""
    return SourceNote(**told | {"as_of": as_of, "state": state, "fresh_until": until})


def _expires(used: Snapshot, sources: Sequence[Source], day: date | None) -> date:
    """The day from which a picture is a record of its day and nothing to rely on.

    With fetched tables (`day` is the picture's) it is good as long as the fastest of the sources stays
    fresh. The embedded snapshot claims no more than the day on which its sources were last looked at,
    and is good for the year in which the yearly ones are issued anew. No clock is asked.
    """
    paces = [source.fresh_days for source in sources if source.fresh_days]
    if day and paces:
        return day + timedelta(days=min(paces))
    return _day_of(used.manifest) + timedelta(days=_SNAPSHOT_DAYS)


def _must_have_grids(grids: Mapping[str, xr.Dataset], audience: str) -> None:
    """Raise where a grid that every judgement reads is not for the audience: no blank stands for one."""
    from layers.catalog import GRIDS  # noqa: PLC0415

    lacking = [name for name in GRIDS if name not in grids]
    if lacking:
        msg = (
            f"--audience: expected the grid {lacking[0]} to be for {audience}, found that it is not: "
            "nothing can be judged without it; mark its source for them or build for another audience"
        )
        raise UsageError(msg)


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
    from layers.redaction import Redaction, audience  # noqa: PLC0415
    from layers.regions import region  # noqa: PLC0415
    from pipelines import snapshot  # noqa: PLC0415
    from pipelines.sources import SOURCES  # noqa: PLC0415

    area, climate = region(options.region), scenario_of(options.scenario)
    shown = shown_sources(options)
    hidden = tuple(_note(source) for source in SOURCES if source not in shown)
    loaded = snapshot.load(shown, report=lambda name: report(f"read {name}"))
    _must_have_grids(loaded.grids, options.audience)
    standings: dict[str, tuple[str, str]] = {}
    embedded = loaded
    if options.cache:
        from pipelines.intake.refresh import replace_embedded, today_and_yesterday  # noqa: PLC0415

        today = options.day or today_and_yesterday()[0]
        loaded, standings = replace_embedded(embedded, shown, options.cache, today)
    day = options.day or _day_of(loaded.manifest)
    notes = [_note(source, *standings.get(source.id, ())) for source in shown]
    if options.ice_record:
        from pipelines.ice.years import with_ice_record  # noqa: PLC0415

        loaded, note = with_ice_record(loaded, options.ice_record)
        notes.append(note)
    picture = compose(
        loaded.feeds,
        loaded.grids,
        region=area,
        scenario=climate,
        day=day,
        draws=options.draws,
        seed=options.seed,
        sources=notes,
        expires=_expires(loaded, shown, day if loaded is not embedded else None),
        made=loaded.static,
        asked=ON_REQUEST if options.sensitivity else (),
        samples=options.sensitivity,
        redaction=Redaction(audience(options.audience), hidden),
        report=lambda name: report(f"layer {name}"),
    )
    marked: list[Marked] = [
        *shown,
        *picture.layers,
        *(column for layer in picture.layers for column in layer.columns),
    ]
    is_for_all = all(audience("public").may_see(thing) for thing in marked)
    return picture if is_for_all else replace(picture, audience=options.audience), loaded


def make(options: Options, report: Callable[[str], None] = lambda _: None) -> tuple[Picture, Snapshot]:
    """Compose the picture with its user's private layers; returns it with what it was made from.

    Raises as `compose_snapshot` and `pipelines.picture.private.read_private`.
    """
    from pipelines.picture.private import add_private  # noqa: PLC0415

    own = read_own(options)
    picture, used = compose_snapshot(options, report)
    return add_private(picture, own, options.audience), used


def put(
    root: Path,
    options: Options,
    made: tuple[Picture, Snapshot],
    report: Callable[[str], None] = lambda _: None,
    *,
    keep: int = 0,
    is_compared: bool = False,
) -> Path:
    """Publish what `make` gave under `root`, its health beside it.

    `keep` is how many pictures stay, the highest in the sequence; 0 is all. One that `is_compared` says
    what changed since the earlier picture. Raises ExportError if it cannot be published.
    """
    from pipelines.picture.health import write_health  # noqa: PLC0415
    from pipelines.picture.store import store  # noqa: PLC0415

    picture, used = made
    told = {
        "region": options.region,
        "scenario": picture.scenario.id,
        "as_of": picture.day.isoformat(),
        "draws": options.draws,
        "seed": options.seed,
        "sensitivity": options.sensitivity,
        "audience": options.audience,
    }
    folder = store(picture, root, options=told, used=used, keep=keep, is_compared=is_compared, report=report)
    write_health(root, options.cache, datetime.now(UTC))
    return folder


def build(
    root: Path, options: Options, report: Callable[[str], None] = lambda _: None, *, keep: int = 0
) -> tuple[Path, Picture]:
    """Build the picture of the embedded snapshot and publish it under `root`, its health beside it.

    One of fetched sources says what changed since the earlier. The picture comes back without that, and
    without the user's private layers. Raises and keeps as `make` and `put`.
    """
    made = make(options, report)
    folder = put(root, options, made, report, keep=keep, is_compared=options.cache is not None)
    return folder, made[0].to_pass_on()


def summary(folder: Path, picture: Picture, started: float, today: date) -> dict[str, Any]:
    """What `build --json` prints on `today`; `started` is a `time.perf_counter` reading.

    `critical_places` are places with a node whose flag is robust or possible; `overlap_nodes` are those in
    scope of which hazard is moderate or high and military relevance high in half of the draws or more.
    """
    from layers.assessed.flags import FLAGS  # noqa: PLC0415
    from maps.style import OVERLAP_FROM  # noqa: PLC0415
    from pipelines.picture.store import as_of, state_of  # noqa: PLC0415

    nodes = picture.tables["nodes"]
    counts = nodes["flag"].value_counts()
    overlaps = (nodes["overlap_probability"] >= OVERLAP_FROM) & (nodes["scope"] != "context")
    return {
        "id": folder.name,
        "path": str(folder),
        "status": picture.status_on(today),
        "expires": picture.expires.isoformat() if picture.expires else None,
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
        "nodes": {k: int(v) for k, v in nodes["kind"].value_counts().sort_index().items()},
        "flags": {name: int(counts.get(name, 0)) for name in FLAGS},
        "critical_places": int(nodes.loc[nodes["flag"].isin(FLAGS[:2]), "place_id"].nunique()),
        "overlap_nodes": int(overlaps.sum()),
        "withheld": picture.withheld,
        "private": picture.left_out,
    }
