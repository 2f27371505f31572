"""The command line: results go to stdout, progress to stderr, and an error is one line on stderr.

Without a command it prints a short overview.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

import typer

from layers.errors import PictureError, UsageError
from pipelines.commands.build import build
from pipelines.commands.exercise import exercise
from pipelines.commands.glossary import glossary
from pipelines.commands.ice import ice, isochrones, polaris, routes
from pipelines.commands.operations import doctor, serve
from pipelines.commands.overview import overview
from pipelines.commands.pictures import brief, changes, check, draw, explain, lens, standards, upgrades
from pipelines.commands.sources import fetch, snapshot, sources
from pipelines.commands.terminal import any_encoding, print_error, told_progress
from pipelines.commands.user_files import add

__all__ = ["app", "main"]

app = typer.Typer(
    name="arctic-picture",
    help="An open situational picture of the Arctic, built from public data, with evidence.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.callback(invoke_without_command=True)(overview)
for _command in (
    build, explain, glossary, sources, standards, lens, upgrades, check, draw, brief, snapshot, ice, routes,
    isochrones, polaris, doctor, fetch, changes, serve, add, exercise,
):  # fmt: skip
    app.command()(_command)

# The error of typer for a line it cannot read: an unknown option, or a word where a number belongs. It is
# taken from the base classes because typer does not export it.
_REFUSED: Any = typer.BadParameter.__mro__[1]


def main() -> None:
    """Run the command that the arguments of this process name, then exit.

    An error is one line on stderr. The exit code is then 1, or 2 if the arguments or the input are refused.
    With `--trace` anywhere on the line the whole traceback is printed instead.
    """
    # One thread, so that a matrix product sums in the same order on every machine. The products of the
    # draws (decisions/0009) are too small to gain from more threads.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    arguments = [a for a in sys.argv[1:] if a != "--trace"]
    traced = len(arguments) != len(sys.argv) - 1
    any_encoding()
    try:
        with told_progress():
            code = app(args=arguments, standalone_mode=False)
    except typer.Abort:
        sys.exit(130)
    except _REFUSED as error:
        if traced:
            raise
        print_error(
            f"{error.format_message().rstrip().rstrip('.')}; 'arctic-picture --help' says what there is"
        )
        sys.exit(2)
    except PictureError as error:
        if traced:
            raise
        print_error(str(error))
        sys.exit(2 if isinstance(error, UsageError) else 1)
    except BrokenPipeError:
        # The reader of a pipe, such as `head`, has enough. Python would complain as it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        if traced:
            raise
        print_error(f"expected to read and write files, found {error}: check the path")
        # A name that no file can have is an argument that is refused; a full disk is not.
        sys.exit(2 if error.errno in {errno.ENAMETOOLONG, errno.ELOOP} else 1)
    sys.exit(code if isinstance(code, int) else 0)
