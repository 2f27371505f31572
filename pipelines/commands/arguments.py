"""Arguments and options that several commands share, and checks of the paths in them."""

from __future__ import annotations

import inspect
import os
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from layers.errors import ExportError, UsageError
from pipelines.picture.options import RunOptions, run_parameters

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "CACHE",
    "PICTURES",
    "Cache",
    "Json",
    "Out",
    "Place",
    "To",
    "picture_in",
    "readable",
    "takes_run_options",
    "writable_folder",
]

_USUAL = RunOptions()
PICTURES, CACHE = _USUAL.out, _USUAL.cache

Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout, nothing else.")]
Place = Annotated[Path, typer.Argument(help="A picture, or the folder that holds pictures.")]
Out = Annotated[Path, typer.Option(help="A picture, or the folder that holds pictures.")]
Cache = Annotated[Path, typer.Option(help="Where fetched files are kept.")]
To = Annotated[Path, typer.Option(help="Folder to write into.")]


def takes_run_options(
    *left_out: str, **defaults: Any
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A decorator that replaces the first parameter of a command, a `RunOptions`, by the options of a run.

    `left_out` are names of options that the command does not offer. `defaults` are other default values, by
    name.
    """
    parameters = [one for one in run_parameters() if one.name not in left_out]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        _, *others = inspect.signature(command, eval_str=True).parameters.values()

        @wraps(command)
        def call(**values: Any) -> None:
            command(RunOptions(**{one.name: values.pop(one.name) for one in parameters}), **values)

        signature = [
            inspect.Parameter(
                one.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=defaults.get(one.name, one.default),
                annotation=Annotated[
                    one.kind, typer.Option(f"--{one.flag}", help=one.about.help, min=one.about.least)
                ],
            )
            for one in parameters
        ]
        # Parameters after keyword-only ones must be keyword-only too.
        others = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in others]
        # typer reads the signature and the annotations, so both must name the options.
        call.__dict__["__signature__"] = inspect.Signature([*signature, *others])
        call.__annotations__ = {one.name: one.annotation for one in (*signature, *others)}
        return call

    return decorate


def picture_in(place: Path) -> Path:
    """The folder of a picture: `place` itself, or the latest picture in the folder `place`.

    Raises
    ------
    UsageError
        If there is no picture.
    """
    from pipelines.picture.publish import picture_folder

    try:
        return picture_folder(place)
    except (ExportError, OSError) as error:
        raise UsageError(str(error)) from error


def writable_folder(path: Path, option: str, *, make: bool = True) -> Path:
    """The folder `path`, if it can be written. `make` creates a missing folder; else it is only checked.

    `option` is the option that names the folder, for the error message.

    Raises
    ------
    UsageError
        If `path` is a file, or the folder cannot be created or written.
    """
    what = ""
    try:
        if make:
            path.mkdir(parents=True, exist_ok=True)
        # The nearest folder that exists decides whether the missing ones can be created.
        place = next(place for place in (path, *path.absolute().parents) if place.exists())
        if not place.is_dir():
            what = "a file"
        elif not os.access(place, os.W_OK | os.X_OK):
            what = "no permission to write"
    except OSError as error:
        is_file = isinstance(error, FileExistsError | NotADirectoryError)
        what = "a file" if is_file else str(error.strerror).lower()
    if what:
        msg = f"{option}: expected a folder that can be written, found {what} at {path}: name another folder"
        raise UsageError(msg)
    return path


def readable(path: Path, argument: str, *, is_folder: bool = False) -> Path:
    """The path itself, if it is a file, or with `is_folder` a folder.

    `argument` is the argument that names the path, for the error message.

    Raises
    ------
    UsageError
        If there is nothing at `path`, or a file instead of a folder, or no file that has an end: a folder, a
        pipe, a socket or a device.
    """
    try:
        what = _kind_of(path)
    except OSError as error:
        what = str(error.strerror).lower()
    expected = "a folder" if is_folder else "a file"
    if what != expected:
        msg = f"{argument}: expected {expected} at {path}, found {what}: check the path"
        raise UsageError(msg)
    return path


def _kind_of(path: Path) -> str:
    if path.is_dir():
        return "a folder"
    if path.is_file():
        # A file without the right to read it would fail later, in another process.
        return "a file" if os.access(path, os.R_OK) else "no permission to read"
    return "a pipe, socket or device" if path.exists() else "none (not found)"
