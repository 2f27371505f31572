"""The command `exercise`: packs for exercises, and the observer's log against what was expected."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from layers.errors import UsageError
from pipelines.commands.arguments import CACHE, Json, readable, writable_folder
from pipelines.commands.terminal import print_result, say

__all__ = ["exercise"]


def exercise(
    what: Annotated[
        str | None,
        typer.Argument(help="Name of an exercise, a TOML file, or with --log the folder of a pack."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of the pack; by default exercises/NAME.")] = None,
    log: Annotated[Path | None, typer.Option(help="Observation sheet filled in, to compare.")] = None,
    cache: Annotated[Path, typer.Option(help="Where the assembled network is kept.")] = CACHE.parent
    / "network",
    *,
    as_json: Json = False,
) -> None:
    """Write the pack of an exercise, or compare an observer's log; without a name list the exercises."""
    if log is not None:
        _compare(what, log, as_json=as_json)
    elif what is None:
        _list(as_json=as_json)
    else:
        _write(what, out, cache, as_json=as_json)


def _list(*, as_json: bool) -> None:
    from pipelines.exercises.files import read_exercise, shipped

    rows = [{"name": name, "title": read_exercise(name)[0].title} for name in shipped()]
    text = "\n".join(f"{row['name']}: {row['title']}" for row in rows)
    print_result({"exercises": rows}, as_json=as_json, text=text)


def _compare(what: str | None, log: Path, *, as_json: bool) -> None:
    from pipelines.exercises.compare import compare, comparison_text

    if what is None:
        msg = "--log: expected the folder of its pack as well, found none; name it after the options"
        raise UsageError(msg)
    report = compare(readable(log, "--log"), readable(Path(what), "pack", is_folder=True))
    print_result(report, as_json=as_json, text=lambda: comparison_text(report))


def _write(what: str, out: Path | None, cache: Path, *, as_json: bool) -> None:
    from pipelines.exercises.files import read_exercise
    from pipelines.exercises.inputs import read_inputs
    from pipelines.exercises.play import play
    from pipelines.exercises.write import write_pack

    plan, text = read_exercise(what)
    folder = out or Path("exercises") / plan.name
    writable_folder(folder.parent, "--out", make=False)
    say("reads or assembles the flow network")
    inputs = read_inputs(cache)
    say("plays the exercise")
    played = play(plan, inputs, text)
    say("writes the pack")
    files = write_pack(played, text, folder)
    result = {
        "path": str(folder), **played.stamp, "title": plan.title, "findings": list(played.findings),
        "files": [str(folder / name) for name in files],
    }  # fmt: skip
    lines = [
        str(folder / "README.md"),
        *(f"finding: {one}" for one in played.findings),
        played.stamp["status"],
    ]
    print_result(result, as_json=as_json, text="\n".join(lines))
