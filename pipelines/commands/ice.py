"""The commands on sea ice: ice, routes, isochrones and polaris."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from layers.errors import SourceError, UsageError
from pipelines.commands.arguments import Json, To, readable, writable_folder
from pipelines.commands.terminal import print_result, print_warning, say

__all__ = ["ice", "isochrones", "polaris", "routes"]

_PARTLY = 10  # exit code: some files were taken, others not

Stage = Annotated[str, typer.Option(help="Stage of ice that ships are held to.")]


def ice(
    cube: Annotated[Path, typer.Argument(help="Folder of the daily ice cube; made where there is none.")],
    files: Annotated[list[Path] | None, typer.Argument(help="Providers' daily files to take in.")] = None,
    product: Annotated[str | None, typer.Option(help="Product to write tables of.")] = None,
    to: Annotated[Path | None, typer.Option(help="Folder to write the tables of --product into.")] = None,
    stage: Stage = "thick_fy",
    *,
    own_grid: Annotated[
        bool, typer.Option("--own-grid", help="Keep products on the grids they come on.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Add daily ice files to an ice cube, and write seasons of nodes, seas and routes and the route page."""
    from pipelines.ice.archive import products
    from pipelines.ice.provider_files import ingest
    from pipelines.ice.record import embedded, land_of, surface_of, write_record
    from pipelines.ice.route_page import stage_of

    if (product is None) != (to is None):
        msg = "expected --product and --to together, found one: name the product and the folder"
        raise UsageError(msg)
    paths, refused = _usable(files or [])
    result: dict[str, Any] = {}
    if files:
        say(f"takes in {len(paths)} files of daily ice")
        snapshot, root = embedded(), writable_folder(cube, "CUBE")
        taken = ingest(root, paths, surface_of(snapshot), land_of(snapshot) if own_grid else None)
        refused += taken.refused.to_dict("records")
        result = {"added": taken.added, "repeated": taken.repeated, "held": refused}
    readable(cube, "CUBE", is_folder=True)
    result["products"], broken = products(cube)
    if broken and not files:
        raise UsageError(broken[0])
    # A broken archive is named, and does not hide what was added to another one.
    refused += [{"file": reason.split(":")[0], "reason": reason} for reason in broken]
    if not result["products"] and not files:
        msg = (
            f"CUBE: expected a folder of daily ice with a folder a product, found no days in {cube}: name it"
        )
        raise UsageError(msg)
    if product is not None and to is not None:
        # Check the stage before the long computation.
        stage_of(stage)
        written = write_record(cube, product, writable_folder(to, "--to"), stage=stage, report=say)
        result["files"] = [str(path) for path in written]
    lines = [f"{name}: {count} days" for name, count in result["products"].items()] or ["no days"]
    lines += [f"held: {row['reason']}" for row in refused]
    print_result(result, as_json=as_json, text="\n".join([*lines, *result.get("files", [])]))
    if files and not result["added"] + result["repeated"]:
        print_warning("no day was taken in: expected daily files of a known product")
        raise typer.Exit(2)
    if refused:
        print_warning(f"{len(refused)} left out, {result['added']} days added: the lines with 'held' say why")
        raise typer.Exit(_PARTLY)


def _usable(files: list[Path]) -> tuple[list[Path], list[dict[str, Any]]]:
    """The files that can be opened, and name and reason of the others.

    Raises
    ------
    UsageError
        If none of the files can be opened.
    """
    paths, refused = [], []
    for path in files:
        try:
            paths.append(readable(path, "FILES"))
        except UsageError as error:
            refused.append({"file": path.name, "reason": str(error)})
    if files and not paths:
        raise UsageError(refused[0]["reason"])
    return paths, refused


def routes(to: To = Path("drawn"), stage: Stage = "thick_fy", *, as_json: Json = False) -> None:
    """Write the route page from the embedded ice edges and grids. For a daily ice cube use `ice --to`."""
    from pipelines.ice.record import embedded
    from pipelines.ice.route_page import stage_of, write_edge_page

    stage_of(stage)
    # Check the folder before the work, and create it only when there is something to write.
    writable_folder(to, "--to", make=False)
    say("counts the seasons of the sea routes and writes their page")
    paths = [str(path) for path in write_edge_page(embedded(), writable_folder(to, "--to"), stage)]
    print_result({"files": paths}, as_json=as_json, text="\n".join(paths))


def isochrones(
    port: Annotated[str, typer.Argument(help="A port by name, node id or longitude,latitude.")],
    month: Annotated[int, typer.Option(help="Month whose ice is sailed in, 1 to 12.")],
    year: Annotated[
        int | None, typer.Option(help="Its year; default: all of the cube, the last edge.")
    ] = None,
    ice_class: Annotated[str, typer.Option(help="Class of the ship, such as PC6, IA or none.")] = "PC6",
    stage: Stage = "thick_fy",
    speed_kn: Annotated[float, typer.Option(help="Speed where the class may sail freely, knots.")] = 12.0,
    cube: Annotated[Path | None, typer.Option(help="Folder of a daily ice cube; default: the edges.")] = None,
    product: Annotated[str | None, typer.Option(help="Product of the cube.")] = None,
    to: To = Path("drawn"),
    *,
    as_json: Json = False,
) -> None:
    """Write the days from a port for a class of ship in the ice of a month. Not for navigation."""
    from layers.ice.isochrones import NOT_REACHED
    from pipelines.ice.archive import Archive
    from pipelines.ice.isochrones import Voyage, find_isochrones
    from pipelines.ice.record import embedded

    if (cube is None) != (product is None):
        msg = "expected --cube and --product together, found one: name the folder and the product"
        raise UsageError(msg)
    # Check the folder before the work, and create it only when there is something to write.
    writable_folder(to, "--to", make=False)
    archive = None
    if cube is not None and product is not None:
        archive = Archive.named(readable(cube, "--cube", is_folder=True), product)
    say(f"sails from {port} over the ice of the month")
    voyage = Voyage(port, month, year, ice_class, stage, speed_kn)
    try:
        reach = find_isochrones(embedded(), voyage, archive)
    except (SourceError, OSError) as error:  # a broken cube, or a product that is no name of a folder
        msg = f"--cube: expected an archive of {str(product)[:100]} that can be read, found {error}"
        raise UsageError(msg) from error
    paths = [str(path) for path in reach.write(writable_folder(to, "--to"))]
    reasons = reach.not_reached
    result = {"files": paths, "ports_reached": reach.ports_reached, "ports": len(reach.ports)}
    others = [f"{count} {NOT_REACHED[reason]}" for reason, count in reasons.items() if count]
    head = f"{reach.ports_reached} of {len(reach.ports)} ports reached"
    text = "\n".join(["; ".join([head, *others]), *paths])
    result["not_reached"] = reasons
    print_result(result, as_json=as_json, text=text)
    if not reach.ports_reached:
        print_warning("no port is reached: the ice of this month shuts every way for this ship and stage")
        raise typer.Exit(1)


def polaris(
    charts: Annotated[list[Path], typer.Argument(help="Ice charts in SIGRID-3, as shapefiles.")],
    to: To = Path("drawn"),
    *,
    as_json: Json = False,
) -> None:
    """Write the risk index of each area of an ice chart for every class of ship. Not for navigation."""
    from pipelines.ice.charts import charted, write_chart

    # All charts are read before the first file is written, so a wrong chart leaves no files.
    areas = {}
    for chart in charts:
        readable(chart, "CHARTS")
        say(f"reads {chart.name}")
        try:
            areas[chart] = charted(chart)
        except SourceError as error:
            raise UsageError(str(error)) from error
    folder = writable_folder(to, "--to")
    paths = [str(write_chart(table, chart, folder)) for chart, table in areas.items()]
    print_result({"files": paths}, as_json=as_json, text="\n".join(paths))
