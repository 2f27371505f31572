"""The command build."""

from __future__ import annotations

import gc
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from layers.assessed.indicators import in_sentence
from pipelines.commands.arguments import Json, takes_run_options
from pipelines.commands.terminal import print_result, print_warning, say
from pipelines.picture.options import Options, RunOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.picture import Picture

__all__ = ["build"]


@takes_run_options()
def build(
    run: RunOptions,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be built and stop.")] = False,
    as_json: Json = False,
) -> None:
    """Build a picture from the embedded snapshot, offline, and publish it whole or not at all.

    With --live the sources are fetched first. If a new file is refused, the source keeps its last accepted
    file and is marked as late.
    """
    from pipelines.commands.sources import fetched
    from pipelines.operations.runs import recorded
    from pipelines.picture import build as line

    started = time.perf_counter()
    options = run.picture()
    if dry_run:
        _plan(options, as_json=as_json)
        return
    # A build makes half a million small objects and then ends. The garbage collector would take a tenth of
    # the time and free nothing.
    gc.disable()
    # Only a run that fetches is recorded: an offline build depends on no server.
    with recorded(run.out, cache=run.cache) if run.fetch else nullcontext():
        if run.fetch and not run.no_fetch:
            fetched(run.cache, run.base_url, run.from_mirror)
        composed = line.make(options, say)
        folder = line.put(
            run.out, options, composed, say, keep=run.keep, is_compared=options.cache is not None
        )
    whole = composed[0]
    picture = whole.to_pass_on()
    summary = line.summary(folder, picture, started, datetime.now(UTC).date())
    if summary["later_sources"]:
        print_warning(line.later_in_words(summary))
    # Names of private layers go to the screen of the user only, never into the object that scripts pass on.
    own = line.own_in_words(options, whole)
    print_result(summary, as_json=as_json, text=lambda: _text(run, summary, picture, own))
    if summary["status"] != "COMPLETE":
        # 10 means: the picture is published, but a source in it is late.
        raise typer.Exit(10)


def _plan(options: Options, *, as_json: bool) -> None:
    """Print the sources that a build would read. Raises UsageError if an option cannot be used."""
    from layers.regions import region
    from pipelines.picture import build as line
    from pipelines.snapshot import manifest_of
    from pipelines.text_table import text_table

    region(options.region)
    line.scenario_of(options.scenario)
    line.read_own(options)
    names = {source.id for source in line.shown_sources(options)}
    columns = {"id": "source", "rows": "rows", "bytes": "bytes", "licence": "licence"}
    plan = [
        {key: row[key] for key in ("id", "feeds", "rows", "bytes", "as_of", "licence")}
        for row in manifest_of()["sources"]
        if row["id"] in names
    ]
    print_result(
        {"sources": plan},
        as_json=as_json,
        text=lambda: text_table(plan, columns, right=("rows", "bytes")),
    )


def _text(run: RunOptions, summary: dict[str, Any], picture: Picture, own: Sequence[str]) -> str:
    """The summary of a build in words. `own` are lines on the files of the user."""
    from pipelines.text_table import paragraph

    flags, latest, scenario = summary["flags"], run.out / "latest", picture.scenario.title
    critical, untold, overlap = (
        flags["robust"] + flags["possible"], flags["insufficient_data"], summary["overlap_nodes"],
    )  # fmt: skip
    places = summary["critical_places"]
    lines = [
        f"Picture {summary['id']}, {summary['day']}, {summary['status']}: {picture.region.title}, under "
        f"{in_sentence(scenario)}; {sum(summary['nodes'].values()):,} nodes judged in "
        f"{summary['seconds']} s.",
        f"{_nodes(critical)} in {places} place{'' if places == 1 else 's'} {_are(critical)} critical: "
        f"climate high, defence high, people moderate or high. {flags['robust']} of them robust, "
        f"{flags['possible']} possible: in under 80 % of the draws, which vary facts and anchors within "
        "their errors.",
        f"At {_nodes(overlap)} climate (moderate or high) and defence (high) meet.",
        f"{_nodes(untold)} cannot be told: one lacking datum alone decides, and 'explain' names it.",
    ]
    if picture.late:
        lines.append(f"{len(picture.late)} sources are late: 'arctic-picture sources' names them.")
    if summary["withheld"]:
        lines.append(f"{summary['withheld']} layers are withheld, in whole or in part, from {run.audience}.")
    if run.private:
        count = summary["private"]
        layers = "layer is" if count == 1 else "layers are"
        lines.append(f"{count} private {layers} in map, GeoPackage and briefing only.")
        lines += own
    paths = [f"Open map:   {latest / 'map.html'}", f"GeoPackage: {latest / 'picture.gpkg'}"]
    return "\n".join([*map(paragraph, lines), *paths])


def _nodes(count: int) -> str:
    return f"{count} node{'' if count == 1 else 's'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
