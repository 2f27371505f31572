"""The commands for operators: doctor and serve."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipelines.commands.arguments import PICTURES, Json, Out, takes_run_options, writable_folder
from pipelines.commands.terminal import hush, print_result, say
from pipelines.picture.options import RunOptions, run_parameters

__all__ = ["doctor", "serve"]


def doctor(out: Out = PICTURES, *, as_json: Json = False) -> None:
    """Check the installed parts and the latest picture of a folder, and name a remedy for each fault."""
    from pipelines.operations.doctor import examine, examine_pictures
    from pipelines.text_table import text_table

    say("examines the installation")
    rows = examine() + examine_pictures(out, datetime.now(UTC).date())
    columns = {name: name for name in ("part", "state", "found", "remedy")}
    print_result({"parts": rows}, as_json=as_json, text=lambda: text_table(rows, columns))
    states = {row["state"] for row in rows}
    # 1 means that the program will not work, 10 that a picture is late.
    if "broken" in states:
        raise typer.Exit(1)
    if "late" in states:
        raise typer.Exit(10)


@takes_run_options("as_of", "fetch", keep=30)
def serve(
    run: RunOptions,
    *,
    cron: Annotated[str, typer.Option(help='When to run, such as "0 5 * * *".')],
    webhook: Annotated[
        str,
        typer.Option(
            envvar="ARCTIC_PICTURE_WEBHOOK", help="Address told of each new picture: https, or here."
        ),
    ] = "",
) -> None:
    """Fetch, build and publish now and then on schedule, until the command is ended.

    Starts a Prefect server on this machine alone, unless PREFECT_API_URL names one. Writes runs.jsonl,
    health.json and changes.atom beside the pictures. Set a webhook with a secret in it as
    ARCTIC_PICTURE_WEBHOOK: other users of the machine can read a command line.
    """
    if webhook:
        from pipelines.intake.webhook import webhook_host

        webhook_host(webhook)
        # Not a parameter of the flow: Prefect stores parameters in plain text (decisions/0012).
        os.environ["ARCTIC_PICTURE_WEBHOOK"] = webhook
    from pipelines.operations import schedule

    schedule.next_run(cron, datetime.now(UTC))
    _refuse_now(run)
    hush()  # the schedule writes lines of its own
    schedule.serve(run.out, cron, _words(replace(run, fetch=True)))


def _refuse_now(run: RunOptions) -> None:
    """Raise UsageError for options that cannot be used, and not only at the first run of the schedule."""
    from layers.regions import region
    from pipelines.intake.reach import named_fetcher
    from pipelines.picture import build as line

    options = run.picture()
    region(options.region)
    line.scenario_of(options.scenario)
    line.shown_sources(options)
    writable_folder(run.out, "--out")
    if not run.no_fetch:
        writable_folder(run.cache, "--cache")
        named_fetcher(run.base_url, run.from_mirror)


def _words(run: RunOptions) -> list[str]:
    """The options of a run as words of a command line, without the options that have their default."""
    words = []
    for one in run_parameters():
        value = getattr(run, one.name)
        if value is True:
            words.append(f"--{one.name.replace('_', '-')}")
        elif value != one.default:
            words.append(f"--{one.name.replace('_', '-')}={value}")
    return words
