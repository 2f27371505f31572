"""The Prefect flow `refresh`, which calls the same functions as the command line.

`python -m pipelines.flows` runs the flow in this process. With `--cron "0 5 * * *"` it serves the flow on a
schedule, which needs a Prefect server. `prefect.yaml` deploys it to a work pool under another name. Its
parameters are the options of `build` (pipelines.picture.options).

Correctness depends on files and locks, never on the state in Prefect: after a killed run the next run starts
from the beginning (decisions/0005). Prefect reads its environment on import, so the variables are set before
it, and only where the user has not set them. The temporary server of a run gets 180 s to start, because its
default is too short. No usage data is sent.

Settings come from the environment of the process that runs the flow. A secret is never a parameter, because
Prefect stores parameters as plain text in its database.

    ARCTIC_PICTURE_WEBHOOK      address to which the report on each new picture is posted
    ARCTIC_PICTURE_TASK_RUNNER  `dask`, or the address of a Dask scheduler that composes the pictures
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

import argparse
import asyncio
import inspect
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from prefect import flow, get_client, get_run_logger, runtime, task
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_table_artifact,
)
from prefect.assets import add_asset_metadata, materialize
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.runner import Runner
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import exponential_backoff

from layers.errors import SourceError, UsageError
from pipelines.intake import refresh as live
from pipelines.intake.reach import fetcher_for, named_fetcher
from pipelines.intake.webhook import webhook_host
from pipelines.operations.end_with_parent import PARENT, end_with_parent
from pipelines.operations.prefect_server import DEPLOYMENT, deployment_name
from pipelines.operations.runs import recorded
from pipelines.picture import build as line
from pipelines.picture.announce import announce, headline
from pipelines.picture.options import Options, RunOptions, run_parameters
from pipelines.picture.publish import manifest_of
from pipelines.sources import FETCHABLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from prefect.client.schemas.objects import State, TaskRun
    from prefect.task_runners import TaskRunner
    from prefect.tasks import Task

    from layers.picture import Picture
    from pipelines.intake.fetch import Fetcher
    from pipelines.intake.fetch_results import FetchResult
    from pipelines.operations.runs import Run
    from pipelines.snapshot import Snapshot

__all__ = ["main", "refresh"]

# After this time no further source is fetched: the picture must not wait for a network that is down.
_FETCHING_S = 3600.0
_NODES_IN_SUMMARY = 20
_PAGES = 50  # of 200 runs, of which a schedule of a run a minute makes one in three hours


class LateError(SourceError):
    """The server of a source was busy or out of reach, so another try may succeed.

    If no try succeeds, the picture is built with the files that were accepted last.
    """

    def __init__(self, results: list[FetchResult]) -> None:
        super().__init__("; ".join(row.reason for row in results if row.may_pass))
        self.results = results


def may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether Prefect tries a task again: only after `LateError`.

    A refusal that will not pass, and a file that a check held, are results of the task and no error.
    """
    return isinstance(state.data, LateError)


def _runner() -> TaskRunner[Any]:
    """Threads of this process, or Dask if ARCTIC_PICTURE_TASK_RUNNER names it."""
    engine_name = os.environ.get("ARCTIC_PICTURE_TASK_RUNNER", "")
    if not engine_name:
        return ThreadPoolTaskRunner()
    if engine_name != "dask" and "://" not in engine_name:
        msg = (
            "ARCTIC_PICTURE_TASK_RUNNER: expected dask, or tcp://host:8786 and the like, "
            f"found {engine_name!r}"
        )
        raise UsageError(msg)
    try:
        engine = import_module("prefect_dask")
    except ImportError as error:
        msg = f"expected prefect-dask, found {error}: pip install 'arctic-picture[dask]'"
        raise UsageError(msg) from error
    if engine_name != "dask":
        return engine.DaskTaskRunner(address=engine_name)
    local = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None, "host": "127.0.0.1"}
    return engine.DaskTaskRunner(cluster_kwargs=local)


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
    """Fetch one source. A refused source is a row of the result and no failure: its last good file stays."""
    today, yesterday = live.today_and_yesterday()
    results = live.refresh(
        FETCHABLE, cache, fetcher, today=today, day=yesterday, names=[source_id], is_asked=False
    )
    add_asset_metadata(_asset("source", source_id), {row.source: row.state for row in results})
    if any(row.may_pass for row in results):
        raise LateError(results)
    return results


# No task is cached: its result depends on files and on the clock, which Prefect does not see.
@task(name="build", cache_policy=NO_CACHE, timeout_seconds=1800)
def _build(options: Options) -> tuple[Picture, Snapshot]:
    return line.make(options)


@materialize(_asset("picture", "any"), name="publish", cache_policy=NO_CACHE, timeout_seconds=1800)
def _publish(root: Path, options: Options, composed: tuple[Picture, Snapshot], keep: int) -> dict[str, Any]:
    """Publish the picture; returns the manifest of the picture that `latest` points at afterwards."""
    manifest = manifest_of(line.put(root, options, composed, keep=keep, is_compared=True))
    metadata = {name: manifest[name] for name in ("id", "seq", "status", "day")}
    add_asset_metadata(_asset("picture", options.region), metadata)
    return manifest


def _takes_run_options(function: Callable[..., str]) -> Callable[..., str]:
    """Give a function a signature with the options of a run, because Prefect reads parameters from there."""
    parameters = [
        inspect.Parameter(
            one.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=str(one.default) if isinstance(one.default, Path) else one.default,
            # Prefect stores parameters as JSON: a path is text.
            annotation={Path: str, Path | None: str | None}.get(one.kind, one.kind),
        )
        for one in run_parameters()
    ]
    function.__dict__["__signature__"] = inspect.Signature(parameters, return_annotation=str)
    return function


@flow(name="refresh", timeout_seconds=7200, task_runner=_runner())
@_takes_run_options
def refresh(**values: Any) -> str:
    """Fetch the sources if `fetch` is true, build the picture, publish it and return its id.

    The parameters are the options of a run (pipelines.picture.options.RunOptions).

    Raises
    ------
    UsageError
        If an option or the address of the webhook is not allowed.
    """
    end_with_parent()
    if runtime.deployment.id:
        _drop_late_runs(UUID(runtime.deployment.id))
    run_options = RunOptions.of(values)
    root, webhook = run_options.out, os.environ.get("ARCTIC_PICTURE_WEBHOOK", "")
    with recorded(
        root, cache=run_options.cache if run_options.fetch else None, tell=get_run_logger().info
    ) as run:
        if webhook:
            webhook_host(webhook)  # refused before any work
        is_fetching = run_options.fetch and not run_options.no_fetch
        results = _fetch_all(run, run_options) if is_fetching else []
        options = run_options.picture()
        run.say("build", region=options.region, scenario=options.scenario)
        # Without Dask the task runs in the main thread, where its time limit can interrupt it.
        is_here = isinstance(refresh.task_runner, ThreadPoolTaskRunner)
        composed = _build(options) if is_here else _build.submit(options).result()
        run.say("publish")
        upstream: list[Any] = [_asset("source", source.id) for source in line.shown_sources(options)]
        publish = _publish.with_options(assets=[_asset("picture", options.region)], asset_deps=upstream)
        manifest = publish(root, options, composed, run_options.keep)
        run.say("published", picture=manifest["id"], seq=manifest["seq"], status=manifest["status"])
        report = _announced(run, webhook)
    _show(root, manifest, results, report)
    return str(manifest["id"])


def _fetch_all(run: Run, run_options: RunOptions) -> list[FetchResult]:
    """Fetch each source in turn, with one fetcher that keeps the pace of each host."""
    ends = time.monotonic() + _FETCHING_S
    all_results: list[FetchResult] = []
    run.say("fetch")
    reach = fetcher_for(FETCHABLE, run_options.base_url, run_options.from_mirror)
    if reach.warning:
        run.say("no network", reason=reach.warning)
    for source in FETCHABLE:
        if not source.remotes:
            continue
        if time.monotonic() > ends:
            run.say("not fetched", source=source.id, reason=f"fetching took over {_FETCHING_S:.0f} s")
            continue
        asset = _asset("source", source.id)
        state = _fetch.with_options(assets=[asset])(
            source.id, run_options.cache, reach.fetcher, return_state=True
        )
        result = state.result(raise_on_failure=False)
        results = result.results if isinstance(result, LateError) else state.result()
        for row in results:
            run.say("source", source=row.source, state=row.state, as_of=row.as_of, reason=row.reason)
        all_results += results
    return all_results


def _announced(run: Run, webhook: str) -> dict[str, Any] | None:
    """The report of changes, None if there is none. A failure is only recorded: the picture is published."""
    try:
        report = announce(run.root, webhook)
    except Exception as error:  # noqa: BLE001  the picture stands, whatever fails here
        run.say("not announced", reason=f"{type(error).__name__}: {error}")
        return None
    if report:
        run.say("announced", number=report["number"], said=headline(report), webhook=report["posted"])
    return report


def _show(
    root: Path, manifest: dict[str, Any], results: list[FetchResult], report: dict[str, Any] | None
) -> None:
    """Create artifacts for the Prefect UI: a table of sources, a summary, and a link to the map."""
    if results:
        table = [{key: str(value or "") for key, value in asdict(row).items()} for row in results]
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
            f"- {row['change']} {_plain(row['name'])}: {row['cause']}"
            for row in report["nodes"][:_NODES_IN_SUMMARY]
        ]
    create_markdown_artifact(key="picture", markdown="\n".join(lines), description="The picture that stands.")
    place = (root / "snapshots" / manifest["id"] / "map.html").resolve()
    create_link_artifact(
        key="map", link=place.as_uri(), link_text="map.html", description="On the machine that built it."
    )


def _plain(text: str) -> str:
    """A name in which every character that could be Markdown is a space."""
    return "".join(c if c.isalnum() or c in " .,-" else " " for c in text)


def main(arguments: list[str]) -> None:
    """Run the flow once, or serve it on the schedule that `--cron` gives."""
    cron, run_options = _parsed(arguments)
    # Refuses an address that may hold a secret before Prefect stores the parameters in plain text.
    named_fetcher(run_options.base_url, run_options.from_mirror)
    if cron is None:
        sys.stdout.write(refresh(**run_options.parameters()) + "\n")
        return
    end_with_parent()
    if not os.environ.get("PREFECT_API_URL"):
        msg = (
            "serve: expected a Prefect server in PREFECT_API_URL, found none: 'arctic-picture serve' starts "
            "one, or run 'prefect server start' and set PREFECT_API_URL=http://127.0.0.1:4200/api"
        )
        raise UsageError(msg)
    # A served run may start in another folder than this one, so its paths are made absolute here.
    paths = {one.name: getattr(run_options, one.name) for one in run_parameters() if one.is_path}
    run_options = replace(
        run_options, **{name: path.resolve() for name, path in paths.items() if path is not None}
    )
    # One run at a time: the lock on the output would refuse a second one.
    name, parameters = deployment_name(run_options.out), run_options.parameters()
    runner = Runner(name=name, limit=1, pause_on_shutdown=False)
    # Outside of an event loop it gives the id itself.
    deployment_id = cast(
        "UUID",
        runner.add_flow(
            refresh, name=name, cron=cron, parameters=parameters, description=f"Pictures in {run_options.out}"
        ),
    )
    _drop_late_runs(deployment_id)
    _drop_old_deployment(parameters["out"])
    with get_client(sync_client=True) as client:
        client.create_flow_run_from_deployment(deployment_id)
    os.environ[PARENT] = str(os.getpid())  # for the process of each run
    asyncio.run(runner.start())


def _drop_late_runs(deployment_id: UUID) -> None:
    """Delete the runs that were due while none could start.

    They hold the options of their day, and a picture of now is what each of them would make.
    """
    due = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        next_scheduled_start_time=FlowRunFilterNextScheduledStartTime.model_validate(
            {"before_": datetime.now(UTC)}
        ),
    )
    of_ours = DeploymentFilter(id=DeploymentFilterId(any_=[deployment_id]))
    with get_client(sync_client=True) as client:
        # The server gives 200 at a time at most; a bound, because it might never come to an end.
        for _ in range(_PAGES):
            late = client.read_flow_runs(flow_run_filter=due, deployment_filter=of_ours)
            for run in late:
                client.delete_flow_run(run.id)
            if not late:
                return


def _drop_old_deployment(out: str) -> None:
    """Delete the deployment that an earlier version made for the folder `out` under the bare name.

    Its schedule would plan runs for ever that nobody starts.
    """
    named = DeploymentFilter(name=DeploymentFilterName(any_=[DEPLOYMENT]))
    with get_client(sync_client=True) as client:
        for one in client.read_deployments(deployment_filter=named):
            if one.parameters.get("out") == out:
                client.delete_deployment(one.id)


def _parsed(arguments: list[str]) -> tuple[str | None, RunOptions]:
    """The schedule and the options of a command line."""
    parser = argparse.ArgumentParser(prog="arctic-picture serve", description=main.__doc__)
    parser.add_argument("--cron", help='such as "0 5 * * *": each day at five, UTC')
    for one in run_parameters():
        flag = f"--{one.name.replace('_', '-')}"
        if one.kind is bool:
            parser.add_argument(flag, action="store_true", help=one.about.help)
        else:
            kind = int if one.kind is int else str
            parser.add_argument(flag, type=kind, default=one.default, help=one.about.help.replace("%", "%%"))
    values = vars(parser.parse_args(arguments))
    cron = values.pop("cron")
    return cron, RunOptions.of(values)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UsageError as error:
        sys.stderr.write(f"arctic-picture: {error}\n")
        sys.exit(2)
