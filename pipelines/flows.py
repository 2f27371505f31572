"""Prefect at the rim: the flow `refresh` wraps the same functions as the command line.

`python -m pipelines.flows` runs it here; with `--cron "0 5 * * *"` it serves it on schedule, for which
a Prefect server must run; `prefect.yaml` deploys it to a work pool instead, under another name.
Correctness rests on files and locks, never on Prefect's state: a run that was killed is simply followed
by the next. The environment is set before Prefect is imported, and only where the user has not set it:
the temporary server needs longer than its default to start, and nothing is phoned home.

Settings are read from the environment of the process that runs the flow. Prefect keeps parameters in
its database in plain text: a secret is never one.

    ARCTIC_PICTURE_WEBHOOK      address that is told of each new picture
    ARCTIC_PICTURE_TASK_RUNNER  `dask`, or the address of a Dask scheduler: pictures are composed there
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_ENVIRONMENT = {
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "DO_NOT_TRACK": "1",
}
for _name, _value in _ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)

import argparse  # noqa: E402
import time  # noqa: E402
from dataclasses import asdict  # noqa: E402
from importlib import import_module  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402

from prefect import flow, get_run_logger, task  # noqa: E402
from prefect.artifacts import (  # noqa: E402
    create_link_artifact,
    create_markdown_artifact,
    create_table_artifact,
)
from prefect.assets import add_asset_metadata, materialize  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.task_runners import ThreadPoolTaskRunner  # noqa: E402
from prefect.tasks import exponential_backoff  # noqa: E402

from layers.errors import SourceError, UsageError  # noqa: E402
from pipelines.intake import refresh as live  # noqa: E402
from pipelines.intake.fetch import Fetcher, RefusedError  # noqa: E402
from pipelines.intake.webhook import webhook_host  # noqa: E402
from pipelines.operations.runs import recorded  # noqa: E402
from pipelines.picture import build as line  # noqa: E402
from pipelines.picture.announce import announce, headline  # noqa: E402
from pipelines.picture.build import Options  # noqa: E402
from pipelines.picture.publish import manifest_of  # noqa: E402
from pipelines.sources import FETCHABLE  # noqa: E402

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State, TaskRun
    from prefect.task_runners import TaskRunner
    from prefect.tasks import Task

    from layers.picture import Picture
    from pipelines.intake.refresh import FetchResult
    from pipelines.operations.runs import Run
    from pipelines.snapshot import Snapshot

__all__ = ["main", "refresh"]

DEPLOYMENT = "arctic-picture"
# After this no further source is asked: the picture must not wait for a network that is down.
_FETCHING_S = 3600.0
_SHOWN = 20


class LateError(SourceError):
    """A source was busy or not reached: worth another try, and no reason to do without a picture."""

    def __init__(self, told: list[FetchResult]) -> None:
        super().__init__("; ".join(row.reason for row in told if row.may_pass))
        self.told = told


def may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether to try again: not what a server refuses for good, nor what a gate holds."""
    return isinstance(state.data, LateError)


def _runner() -> TaskRunner[Any]:
    """Threads of this process; Dask where the setting asks for it."""
    named = os.environ.get("ARCTIC_PICTURE_TASK_RUNNER", "")
    if not named:
        return ThreadPoolTaskRunner()
    if named != "dask" and "://" not in named:
        msg = f"ARCTIC_PICTURE_TASK_RUNNER: expected dask, or tcp://host:8786 and the like, found {named!r}"
        raise UsageError(msg)
    try:
        engine = import_module("prefect_dask")
    except ImportError as error:
        msg = f"expected prefect-dask, found {error}: pip install 'arctic-picture[dask]'"
        raise UsageError(msg) from error
    if named != "dask":
        return engine.DaskTaskRunner(address=named)
    here = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None, "host": "127.0.0.1"}
    return engine.DaskTaskRunner(cluster_kwargs=here)


def _asset(kind: str, name: str) -> str:
    return f"arctic://{kind}/{name}"


@materialize(
    _asset("source", "any"),
    name="fetch",
    task_run_name="fetch {source_id}",
    cache_policy=NO_CACHE,
    timeout_seconds=3600,
    retries=2,
    retry_delay_seconds=exponential_backoff(20),
    retry_jitter_factor=0.5,
    retry_condition_fn=may_pass,
)
def _fetch(source_id: str, cache: Path, fetcher: Fetcher) -> list[FetchResult]:
    """One source; what is refused is a row of the table, not a failure: the last good stays."""
    today, yesterday = live.today_and_yesterday()
    told = live.refresh(
        FETCHABLE, cache, fetcher, today=today, day=yesterday, names=[source_id], is_asked=False
    )
    add_asset_metadata(_asset("source", source_id), {row.source: row.state for row in told})
    if any(row.may_pass for row in told):
        raise LateError(told)
    return told


@task(name="build", cache_policy=NO_CACHE, timeout_seconds=1800)
def _build(options: Options) -> tuple[Picture, Snapshot]:
    return line.make(options)


@materialize(_asset("picture", "any"), name="publish", cache_policy=NO_CACHE, timeout_seconds=1800)
def _publish(root: Path, options: Options, made: tuple[Picture, Snapshot], keep: int) -> dict[str, Any]:
    """The manifest of the picture that stands now."""
    manifest = manifest_of(line.put(root, options, made, keep=keep, is_compared=True))
    told = {name: manifest[name] for name in ("id", "seq", "status", "day")}
    add_asset_metadata(_asset("picture", options.region), told)
    return manifest


@flow(name="refresh", timeout_seconds=7200, task_runner=_runner())
def refresh(
    out: str = "pictures",
    region: str = "arctic",
    scenario: str = "today",
    draws: int = 10_000,
    seed: int = 0,
    keep: int = 0,
    *,
    fetch: bool = False,
    cache: str = "cache/live",
    base_url: str = "",
) -> str:
    """Fetch the sources if asked to, build the picture and publish it; returns the picture's id.

    `keep` is how many pictures stay, the highest in the sequence; 0 is all.
    """
    root, webhook = Path(out), os.environ.get("ARCTIC_PICTURE_WEBHOOK", "")
    held = Path(cache) if fetch else None
    with recorded(root, cache=held, tell=get_run_logger().info) as run:
        if webhook:
            webhook_host(webhook)  # refused before any work
        told = _fetch_all(run, Path(cache), base_url) if fetch else []
        options = Options(region=region, scenario=scenario, draws=draws, seed=seed, cache=held)
        run.say("build", region=region, scenario=scenario)
        # In the main thread its time limit can interrupt it.
        is_here = isinstance(refresh.task_runner, ThreadPoolTaskRunner)
        made = _build(options) if is_here else _build.submit(options).result()
        run.say("publish")
        upstream: list[Any] = [_asset("source", source.id) for source in line.shown_sources(options)]
        publish = _publish.with_options(assets=[_asset("picture", region)], asset_deps=upstream)
        manifest = publish(root, options, made, keep)
        run.say("published", picture=manifest["id"], seq=manifest["seq"], status=manifest["status"])
        report = _announced(run, webhook)
    _show(root, manifest, told, report)
    return str(manifest["id"])


def _fetch_all(run: Run, cache: Path, base_url: str) -> list[FetchResult]:
    """Each source in turn, with one fetcher for all, for the pace of each host."""
    fetcher, ends = Fetcher(base_url), time.monotonic() + _FETCHING_S
    all_told: list[FetchResult] = []
    run.say("fetch")
    for source in FETCHABLE:
        if not source.remotes:
            continue
        if time.monotonic() > ends:
            run.say("not asked", source=source.id, reason=f"fetching took over {_FETCHING_S:.0f} s")
            continue
        asset = _asset("source", source.id)
        state = _fetch.with_options(assets=[asset])(source.id, cache, fetcher, return_state=True)
        result = state.result(raise_on_failure=False)
        told = result.told if isinstance(result, LateError) else state.result()
        for row in told:
            run.say("source", source=row.source, state=row.state, as_of=row.as_of, reason=row.reason)
        all_told += told
    return all_told


def _announced(run: Run, webhook: str) -> dict[str, Any] | None:
    """What changed; the picture stands already, and nothing that fails here takes it down."""
    try:
        report = announce(run.root, webhook)
    except Exception as error:  # noqa: BLE001  see above
        run.say("not announced", reason=f"{type(error).__name__}: {error}")
        return None
    if report:
        run.say("announced", number=report["number"], said=headline(report), webhook=report["posted"])
    return report


def _show(
    root: Path, manifest: dict[str, Any], told: list[FetchResult], report: dict[str, Any] | None
) -> None:
    """Artifacts for the Prefect UI: a table of sources, a summary, and where the map is."""
    if told:
        table = [{key: str(value or "") for key, value in asdict(row).items()} for row in told]
        create_table_artifact(key="sources", table=table, description="What became of each source.")
    lines = [
        f"# Picture {manifest['seq']}: {manifest['status']}",
        "",
        f"`{manifest['id']}`, {manifest['day']}",
        "",
    ]
    if report:
        lines += [headline(report), ""]
        lines += [
            f"- {row['change']} {_plain(row['name'])}: {row['cause']}" for row in report["nodes"][:_SHOWN]
        ]
    create_markdown_artifact(key="picture", markdown="\n".join(lines), description="The picture that stands.")
    place = (root / "snapshots" / manifest["id"] / "map.html").resolve()
    create_link_artifact(
        key="map", link=place.as_uri(), link_text="map.html", description="On the machine that built it."
    )


def _plain(text: str) -> str:
    """A name of a source in Markdown: no mark-up of its own."""
    return "".join(c if c.isalnum() or c in " .,-" else " " for c in text)


def main(arguments: list[str]) -> None:
    """Run the flow once, or serve it on the schedule that `--cron` gives."""
    parser = argparse.ArgumentParser(prog="arctic-picture serve", description=main.__doc__)
    parser.add_argument("--cron", help='such as "0 5 * * *": each day at five, UTC')
    parser.add_argument("--out", default="pictures")
    parser.add_argument("--region", default="arctic")
    parser.add_argument("--scenario", default="today")
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--keep", type=int, default=0, help="pictures that stay; 0 is all")
    parser.add_argument("--fetch", action="store_true", help="fetch the sources first")
    parser.add_argument("--cache", default="cache/live")
    parser.add_argument("--base-url", default="")
    given = vars(parser.parse_args(arguments))
    cron = given.pop("cron")
    try:
        Fetcher(given["base_url"])  # before Prefect keeps what it is started with
    except RefusedError as error:
        msg = f"serve: {error}"
        raise UsageError(msg) from None
    if cron is None:
        sys.stdout.write(refresh(**given) + "\n")
        return
    if not os.environ.get("PREFECT_API_URL"):
        msg = (
            "serve: expected a Prefect server in PREFECT_API_URL, found none: run 'prefect server start' "
            "and set PREFECT_API_URL=http://127.0.0.1:4200/api"
        )
        raise UsageError(msg)
    # A run served by a process starts where the process did; what it writes must not depend on that.
    places = {name: str(Path(given[name]).resolve()) for name in ("out", "cache")}
    refresh.serve(name=DEPLOYMENT, cron=cron, parameters=given | places, limit=1, pause_on_shutdown=False)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UsageError as error:
        sys.exit(f"arctic-picture: {error}")
