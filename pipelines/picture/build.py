"""Build a picture from the snapshot: compose it, add private layers, publish it.

The command `build`, the Prefect flow and `serve` all use these functions.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers import catalog
from layers.assessed.flags import FLAGS
from layers.compose import compose
from layers.errors import UsageError
from layers.picture import SourceNote
from layers.redaction import Redaction, audience
from layers.regions import region
from layers.scenarios import from_toml, scenario
from maps.status import status_of
from maps.style import OVERLAP_FROM
from maps.text import visible
from pipelines import snapshot, sources
from pipelines.files import sweep_scratch
from pipelines.ice.years import with_ice_record
from pipelines.intake.ledger import fresh_until, older_in_words
from pipelines.intake.replace_embedded import replace_embedded
from pipelines.picture.health import write_health
from pipelines.picture.options import Options
from pipelines.picture.private import add_private, passed_over, read_private
from pipelines.picture.publish import manifest_of
from pipelines.picture.read import as_of, state_of
from pipelines.picture.store import store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import xarray as xr

    from layers.picture import Picture
    from layers.redaction import Marked
    from layers.scenarios import Scenario
    from pipelines.picture.private import PrivateLayer
    from pipelines.snapshot import Snapshot
    from pipelines.source import Source

__all__ = [
    "Options",
    "build",
    "compose_snapshot",
    "later_in_words",
    "make",
    "own_in_words",
    "put",
    "read_own",
    "scenario_of",
    "shown_sources",
    "summary",
]

_JUDGED = {"evidence", "nodes", "standards"}
_SNAPSHOT_DAYS = 365  # days for which the embedded snapshot is good, a convention (decisions/0020)


def _day_of(manifest: dict[str, Any]) -> date:
    """The day on which the latest source of a snapshot was retrieved."""
    return max(date.fromisoformat(row["retrieved"]) for row in manifest["sources"])


def scenario_of(name: str) -> Scenario:
    """The scenario whose id is `name`, or the scenario in a TOML file if `name` ends with `.toml`.

    Raises
    ------
    UsageError
        If there is no such scenario, or the file cannot be used.
    """
    path = Path(name)
    if path.suffix != ".toml":
        return scenario(name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"--scenario: expected a readable TOML file, found {name}: {error}"
        raise UsageError(msg) from error
    return from_toml(text, path.stem)


def shown_sources(options: Options) -> list[Source]:
    """The sources that the audience may see, if it may also see the layer that they feed.

    Raises
    ------
    UsageError
        If there is no such audience.
    """
    seen = audience(options.audience)
    closed = {layer.id for layer in catalog.LAYERS if not seen.may_see(layer)}
    return [one for one in sources.SOURCES if seen.may_see(one) and one.feeds not in closed]


def read_own(options: Options) -> list[PrivateLayer]:
    """The private layers of the user, for all audiences; empty without a folder of private layers.

    Raises the errors of `pipelines.picture.private.read_private`.
    """
    return [] if options.private is None else read_private(options.private)


def own_in_words(options: Options, picture: Picture) -> list[str]:
    """A line for each private layer in a picture, and one for files of the folder that are passed over."""
    lines = [f"{note.title}: {note.remark}" for note in picture.sources if note.state == "private"]
    strange = passed_over(options.private) if options.private else []
    if strange:
        names = ", ".join(map(visible, strange[:5])) + (" and others" if len(strange) > 5 else "")
        lines.append(f"Not read, because their kind is not known here: {names}.")
    return lines


def _note(source: Source, day: str = "", state: str = "") -> SourceNote:
    """The note on a source, as embedded, or with the date (`day`) and `state` of its accepted file."""
    names = [name for name in SourceNote.__slots__ if name not in {"fresh_until", "remark"}]
    note = {name: getattr(source, name) for name in names}
    if not state:
        return SourceNote(**note | {"state": source.unfetched})
    until = fresh_until(source, day) if state == "live" else ""
    older = older_in_words(source, day, state)
    return SourceNote(**note | {"as_of": day, "state": state, "fresh_until": until, "remark": older})


def _expires(used: Snapshot, visible: Sequence[Source], day: date | None) -> date:
    """The day from which a picture is only a record of its day (decisions/0020).

    A picture with fetched tables is good as long as the source with the shortest period stays fresh after
    `day`, the day of the picture. A picture of the embedded snapshot (`day` is None) is good for one year
    from the last retrieval of a source, because yearly sources have a new issue within that time. The
    function reads no clock.
    """
    paces = [source.fresh_days for source in visible if source.fresh_days]
    if day and paces:
        return day + timedelta(days=min(paces))
    return _day_of(used.manifest) + timedelta(days=_SNAPSHOT_DAYS)


def _must_have_grids(grids: Mapping[str, xr.Dataset], seen_by: str) -> None:
    """Raise UsageError if a grid that every judgement reads is not for the audience `seen_by`."""
    lacking = [name for name in catalog.GRIDS if name not in grids]
    if lacking:
        msg = (
            f"--audience: expected the grid {lacking[0]} to be for {seen_by}, found that it is not: "
            "nothing can be judged without it; mark its source for them or build for another audience"
        )
        raise UsageError(msg)


def compose_snapshot(
    options: Options, report: Callable[[str], None] = lambda _: None
) -> tuple[Picture, Snapshot]:
    """Compose a picture from the embedded snapshot, the accepted files and the ice record of the user.

    Returns the picture and the snapshot of its inputs. `report` is called with the name of each step.

    Raises
    ------
    UsageError
        If an option cannot be used.
    SourceError, SchemaError
        If the snapshot is damaged.
    """
    area, climate = region(options.region), scenario_of(options.scenario)
    visible = shown_sources(options)
    embedded = snapshot.load(visible, report=lambda name: report(f"reads {_words(name)}"))
    _must_have_grids(embedded.grids, options.audience)
    loaded, notes = _with_fetched(embedded, visible, options)
    day = options.day or _day_of(loaded.manifest)
    is_fetched = loaded is not embedded
    if options.ice_record:
        loaded, note = with_ice_record(loaded, options.ice_record)
        notes.append(note)
    hidden = tuple(_note(source) for source in sources.SOURCES if source not in visible)
    picture = compose(
        loaded.feeds,
        loaded.grids,
        region=area,
        scenario=climate,
        day=day,
        draws=options.draws,
        seed=options.seed,
        sources=notes,
        expires=_expires(loaded, visible, day if is_fetched else None),
        ready=loaded.static,
        extra=catalog.ON_REQUEST if options.sensitivity else (),
        samples=options.sensitivity,
        redaction=Redaction(audience(options.audience), hidden),
        report=lambda name: report(_step(name)),
    )
    return picture if _is_for_all(picture, visible) else replace(picture, audience=options.audience), loaded


def _step(layer_id: str) -> str:
    """What is done while a layer is composed, in words."""
    layer = next(row for row in (*catalog.LAYERS, *catalog.ON_REQUEST) if row.id == layer_id)
    if layer.derive is None:
        return f"joins the sources of {_words(layer_id)}"
    return f"{'judges' if layer_id in _JUDGED else 'derives'} {_words(layer_id)}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _with_fetched(
    embedded: Snapshot, visible: Sequence[Source], options: Options
) -> tuple[Snapshot, list[SourceNote]]:
    """The snapshot in which accepted files replace embedded ones, and a note on each visible source."""
    if not options.cache:
        return embedded, [_note(source) for source in visible]
    from pipelines.intake.refresh import today_and_yesterday  # noqa: PLC0415  network code, only for fetched files

    today = options.day or today_and_yesterday()[0]
    loaded, standings = replace_embedded(embedded, visible, options.cache, today)
    return loaded, [_note(source, *standings.get(source.id, ())) for source in visible]


def _is_for_all(picture: Picture, visible: Sequence[Source]) -> bool:
    """Whether every source, layer and column of a picture is public."""
    columns = (column for layer in picture.layers for column in layer.columns)
    marked: list[Marked] = [*visible, *picture.layers, *columns]
    return all(audience("public").may_see(thing) for thing in marked)


def make(options: Options, report: Callable[[str], None] = lambda _: None) -> tuple[Picture, Snapshot]:
    """Compose the picture with the private layers of the user; returns the picture and the snapshot.

    Raises the errors of `compose_snapshot` and of `pipelines.picture.private.read_private`.
    """
    sweep_scratch()  # what a killed run left goes, also if this one needs no temporary folder
    own = read_own(options)
    picture, used = compose_snapshot(options, report)
    return add_private(picture, own, options.audience), used


def put(
    root: Path,
    options: Options,
    composed: tuple[Picture, Snapshot],
    report: Callable[[str], None] = lambda _: None,
    *,
    keep: int = 0,
    is_compared: bool = False,
) -> Path:
    """Publish the result of `make` under `root`, write the health file, and return the folder.

    `composed` is the result of `make`. `keep` is the number of pictures that stay, the highest in the
    sequence; 0 keeps all. `is_compared` adds the changes since the earlier picture
    (pipelines.picture.previous).

    Raises
    ------
    ExportError
        If the picture cannot be published.
    """
    picture, used = composed
    stored = {
        "region": picture.region.id,
        "scenario": picture.scenario.id,
        "as_of": picture.day.isoformat(),
        "draws": options.draws,
        "seed": options.seed,
        "sensitivity": options.sensitivity,
        "audience": options.audience,
    }
    folder = store(
        picture, root, options=stored, used=used, keep=keep, is_compared=is_compared, report=report
    )
    write_health(root, options.cache, datetime.now(UTC))
    return folder


def build(
    root: Path, options: Options, report: Callable[[str], None] = lambda _: None, *, keep: int = 0
) -> tuple[Path, Picture]:
    """Build a picture and publish it under `root`; returns the folder and the picture.

    If fetched files are used (`options.cache`), the stored picture has the changes since the earlier picture.
    The returned picture has no table of changes and no private layers. `keep` is the number of pictures that
    stay; 0 keeps all. Raises the errors of `make` and `put`.
    """
    composed = make(options, report)
    folder = put(root, options, composed, report, keep=keep, is_compared=options.cache is not None)
    return folder, composed[0].to_pass_on()


def later_in_words(picture_summary: Mapping[str, Any]) -> str:
    """A line that names the sources with a date after the day of the picture, three at most.

    `picture_summary` is the result of `summary`.
    """
    later = picture_summary["later_sources"]
    some = ", ".join(later[:3]) + (" and others" if len(later) > 3 else "")
    return (
        f"the facts of {len(later)} sources are of later dates than {picture_summary['day']} ({some}): the "
        "picture shows them as they are"
    )


def summary(folder: Path, picture: Picture, started: float, today: date) -> dict[str, Any]:
    """The object that `build --json` prints.

    `started` is the reading of `time.perf_counter` at the start, and `today` gives the status. In the result,
    `critical_places` is the number of places with a node whose flag is robust or possible. `overlap_nodes` is
    the number of nodes in scope with moderate or high hazard and high military relevance in at least half of
    the draws. `later_sources` are sources with a date after the day of the picture.
    """
    nodes = picture.tables["nodes"]
    counts = nodes["flag"].value_counts()
    overlaps = (nodes["overlap_probability"] >= OVERLAP_FROM) & (nodes["scope"] != "context")
    return {
        "id": folder.name,
        "path": str(folder),
        "status": status_of(picture, today),
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
        "private_rows": dict(zip(("taken", "in_files"), picture.private_rows, strict=True)),
        "later_sources": manifest_of(folder).get("later_sources", []),
    }
