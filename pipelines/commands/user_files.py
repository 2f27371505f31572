"""The command on files of the user: add."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.arguments import Json
from pipelines.commands.terminal import print_result

if TYPE_CHECKING:
    from pipelines.user_files.take import UserTable

__all__ = ["add"]


def add(
    file: Annotated[
        Path, typer.Argument(help="Your file: shapefile, CSV, XLSX, GeoPackage, GeoJSON, KML, zip …")
    ],
    into: Annotated[Path, typer.Option(help="Folder of your own files.")] = Path("own"),
    title: Annotated[str | None, typer.Option(help="Title of the layer.")] = None,
    pillar: Annotated[str | None, typer.Option(help="military, economic, environmental or social.")] = None,
    as_of: Annotated[str | None, typer.Option(help="Date the rows hold for, such as 2026-03-01.")] = None,
    owner: Annotated[str | None, typer.Option(help="Whose data they are.")] = None,
    licence: Annotated[str | None, typer.Option(help="Terms of the data.")] = None,
    audience: Annotated[str | None, typer.Option(help="public, eu, nato or both.")] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of a file that states none.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Copy a file of your own into a folder with a proposed description, ready for 'build --private'."""
    from maps.text import visible
    from pipelines.user_files.propose import propose, write_proposal

    values = {
        "title": title, "pillar": pillar, "as_of": as_of, "owner": owner, "licence": licence,
        "audience": audience, "crs": crs,
    }  # fmt: skip
    proposal = propose(file, {key: value for key, value in values.items() if value is not None})
    paths = write_proposal(proposal, into)
    layers = [
        {"name": table.name, "rows": table.rows, "taken": table.rows_taken, "left_out": dict(table.left_out)}
        for table in proposal.tables
    ]
    result = {"files": [str(path) for path in paths], "description": dict(proposal.values), "layers": layers}
    text = "\n".join([
        f"Wrote {visible(paths[-1])}; change what is not right:",
        *("", *(f"  {row}" for row in proposal.toml.splitlines()), ""),
        *(f"{table.in_words()} {_names(table)}" for table in proposal.tables),
        *("", f"Next: arctic-picture build --private {visible(into)}"),
    ])  # fmt: skip
    print_result(result, as_json=as_json, text=text)


def _names(table: UserTable) -> str:
    """Which column names the rows of a layer, or that none does and how to say it."""
    from maps.text import visible

    if table.name_column is not None:
        return f"Names are in the column {visible(table.name_column)!r}."
    if not table.attributes:
        return "The rows have no names."
    columns = ", ".join(visible(name) for name in list(table.attributes)[:8])
    return f'No column of names was found among {columns}: write name = "COLUMN" into the TOML if one is.'
