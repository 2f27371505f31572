"""Prefect at the rim: the flow `refresh` wraps the same functions as the command line.

`python -m pipelines.flows` runs it here; with `--cron "0 5 * * *"` it serves it on schedule, for which
a Prefect server must run. Correctness rests on files and locks, never on Prefect's state: a run that
was killed is simply followed by the next. The environment is set before Prefect is imported, and only
where the user has not set it: the temporary server needs longer than its default to start, and nothing
is phoned home.
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
from dataclasses import asdict  # noqa: E402
from typing import Any  # noqa: E402

from prefect import flow, task  # noqa: E402
from prefect.artifacts import create_table_artifact  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402

from layers.errors import UsageError  # noqa: E402
from pipelines import build as line  # noqa: E402
from pipelines import live  # noqa: E402
from pipelines.build import Options  # noqa: E402
from pipelines.fetch import Fetcher  # noqa: E402
from pipelines.sources import FETCHABLE  # noqa: E402

__all__ = ["main", "refresh"]

DEPLOYMENT = "arctic-picture"


@task(name="fetch", task_run_name="fetch {source_id}", cache_policy=NO_CACHE, timeout_seconds=3600)
def _fetch(source_id: str, cache: Path, fetcher: Fetcher) -> list[dict[str, Any]]:
    """One source; what is refused is a row of the table, not a failure: the last good stays."""
    today, yesterday = live.today_and_yesterday()
    told = live.refresh(
        FETCHABLE, cache, fetcher, today=today, day=yesterday, names=[source_id], is_asked=False
    )
    return [asdict(row) for row in told]


@task(name="build and publish", cache_policy=NO_CACHE, timeout_seconds=1800)
def _build(root: Path, options: Options, keep: int) -> str:
    folder, _ = line.build(root, options, keep=keep)
    return folder.name


@flow(name="refresh", timeout_seconds=7200)
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
    if fetch:
        fetcher = Fetcher(base_url)  # one for all, for the pace of each host
        rows = [row for s in FETCHABLE if s.remotes for row in _fetch(s.id, Path(cache), fetcher)]
        table = [{key: str(value or "") for key, value in row.items()} for row in rows]
        create_table_artifact(key="sources", table=table, description="What became of each source.")
    options = Options(
        region=region, scenario=scenario, draws=draws, seed=seed, cache=Path(cache) if fetch else None
    )
    return _build(Path(out), options, keep)


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
