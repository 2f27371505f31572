"""The commands on a stored picture: explain, standards, lens, check, draw, brief and changes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from layers.errors import UsageError
from pipelines.commands.arguments import PICTURES, Json, Out, Place, To, picture_in, writable_folder
from pipelines.commands.terminal import print_result, say

__all__ = ["brief", "changes", "check", "draw", "explain", "lens", "standards", "upgrades"]


def explain(
    node: Annotated[str, typer.Argument(help="Node id or name, in full or in part.")],
    out: Out = PICTURES,
    *,
    as_json: Json = False,
) -> None:
    """Explain why a node is flagged or not: its classes, what could change them, and its evidence."""
    from pipelines.picture.explain import explain_node
    from pipelines.picture.explain_text import as_text

    say("reads the picture")
    report = explain_node(picture_in(out), node)
    print_result(report, as_json=as_json, text=lambda: as_text(report))


def standards(
    picture: Place = PICTURES,
    by: Annotated[str | None, typer.Option(help="Count by country or by kind.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Count pass, fail and unknown of the draft standards, a proposal of this project and not a norm."""
    from pipelines.picture.report import standards_report, standards_text

    say("counts the results of the standards")
    report = standards_report(picture_in(picture), by)
    print_result(report, as_json=as_json, text=lambda: standards_text(report))


def lens(
    states: Annotated[
        str,
        typer.Option(help="ISO codes or English names, as NO,FI,SE. Territories by their own; DK+ has them."),
    ],
    picture: Place = PICTURES,
    reach: Annotated[float, typer.Option(help="Share in % that the fewest states must reach.")] = 80.0,
    *,
    as_json: Json = False,
) -> None:
    """Count what a set of states holds, and find the fewest of all states that reach a share."""
    from pipelines.picture.report import lens_report, lens_text

    say("counts what the states hold")
    report = lens_report(picture_in(picture), states, reach)
    print_result(report, as_json=as_json, text=lambda: lens_text(report))


def check(picture: Place = PICTURES, *, as_json: Json = False) -> None:
    """Check the hashes, schemas and dates of a stored picture, and that all evidence belongs to a node."""
    from maps.status import COMPLETE, status_of
    from pipelines.picture.read import check_picture

    say("reads every file of the picture and holds it to its hash")
    counts, stored = check_picture(picture_in(picture))
    status = status_of(stored, datetime.now(UTC).date())
    expires = stored.expires and stored.expires.isoformat()
    words = ", ".join(f"{count} {name}" for name, count in counts.items())
    print_result(
        counts | {"status": status, "expires": expires, "late": list(stored.late)},
        as_json=as_json,
        text=f"{words}\n{status}{f', good until {expires}' if expires else ''}",
    )
    if status != COMPLETE:
        # 10 means: the result is there, but something in it is late.
        raise typer.Exit(10)


def draw(
    picture: Place = PICTURES,
    kind: Annotated[
        str, typer.Option("--as", help="What to draw; by default what every picture has.")
    ] = "all",
    to: To = Path("drawn"),
    compare: Annotated[
        Path | None, typer.Option(help="Another picture, whose differences the map shows.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Write outputs of a stored picture, such as the map, without computing the picture again."""
    import maps
    from pipelines.files import filling
    from pipelines.picture.read import read_picture

    kinds = list(maps.ALWAYS) if kind == "all" else [kind]
    if strange := [name for name in kinds if name not in maps.EXPORTS]:
        msg = f"--as: expected all, {', '.join(maps.EXPORTS)}, found {strange[0]!r}"
        raise UsageError(msg)
    say("reads and checks the picture")
    stored = read_picture(picture_in(picture))
    other = {} if compare is None else {"other": read_picture(picture_in(compare))}
    folder = writable_folder(to, "--to")
    paths = []
    for name in kinds:
        say(maps.drawing(name))
        options = other if name == "html" else {}
        if name == "rocrate":  # it describes the files that are there already
            paths.append(str(maps.write(name, stored, folder)))
            continue
        with filling(folder) as stage:
            path = maps.write(name, stored, stage, **options)
        paths.append(str(folder / path.relative_to(stage)))
    print_result({"files": paths}, as_json=as_json, text="\n".join(paths))


def brief(
    picture: Place = PICTURES,
    country: Annotated[str | None, typer.Option(help="One country, such as NO, NOR or Norway.")] = None,
    kind: Annotated[str, typer.Option("--as", help="html or pdf (pdf needs Chromium).")] = "html",
    to: To = Path("drawn"),
    *,
    as_json: Json = False,
) -> None:
    """Write the briefing of a stored picture, or of one country in it, as a page or a PDF."""
    from pipelines.files import filling
    from pipelines.picture.briefing import Brief

    if kind not in {"html", "pdf"}:
        msg = f"--as: expected html or pdf, found {kind!r}"
        raise UsageError(msg)
    say("reads and checks the picture")
    page = Brief.of(picture_in(picture), country, as_pdf=kind == "pdf")
    say("writes the briefing")
    folder = writable_folder(to, "--to")
    with filling(folder) as stage:
        path = folder / page.write(stage).relative_to(stage)
    print_result({"files": [str(path)]}, as_json=as_json, text=str(path))


def upgrades(
    picture: Place = PICTURES,
    kind: Annotated[str | None, typer.Option(help="deep_berth, runway or second_cable.")] = None,
    country: Annotated[str | None, typer.Option(help="One country, such as NO, NOR or Norway.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """List upgrades of nodes that give people a first or a second node in reach, without a ranking."""
    from pipelines.picture.upgrades import upgrades_report, upgrades_text

    say("searches the roads, railways and cables around each node")
    report = upgrades_report(picture_in(picture), kind, country)
    print_result(report, as_json=as_json, text=lambda: upgrades_text(report))


def changes(
    old: Annotated[Path, typer.Argument(help="The earlier picture.")],
    new: Annotated[Path, typer.Argument(help="The later picture.")],
    *,
    as_json: Json = False,
) -> None:
    """List the nodes and flags that differ between two pictures, each with its cause."""
    from pipelines.picture.diff import changes as compare
    from pipelines.picture.diff_text import changes_text

    say("reads and compares both pictures")
    report = compare(picture_in(old), picture_in(new))
    print_result(report, as_json=as_json, text=lambda: changes_text(report))
