"""The child process of the sandbox: it limits itself, reads the files of one source and writes one table.

`python -m pipelines.intake.sandbox_child table SOURCE FETCHED PACKAGES` writes the table of a source.
`... day SOURCE PART FILES...` prints the day that a set of files holds for. `... ice GRID FILES...` writes
the fields of daily ice files. `... chart FOLDER NAME` writes the areas of an ice chart. `... own FORMAT
OPTIONS FILES...` writes the table of a file of the user. pipelines.intake.sandbox starts it (decisions/0016).
"""

from __future__ import annotations

import ctypes
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.errors import PictureError
from pipelines.intake.sandbox import LACKING, REFUSED, TABLE_FILE
from pipelines.source import MissingInputError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["limit", "main"]

MEMORY_BYTES, CPU_S, OUTPUT_BYTES = 4 << 30, 60, 500_000_000
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000  # CLONE_NEWUSER and CLONE_NEWNET of Linux
_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
# Audit events that no reader raises. A hook does not see the calls of C libraries; bubblewrap is for those.
_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "pty.")


def limit() -> None:
    """Set hard limits on this process: memory, CPU time, size of a file, no core dump, no network.

    An audit hook also refuses sockets and other programs.

    Some kernels forbid the namespace without a network. The process then goes on with the other limits.
    """
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NET)
        # A killed parent must not leave a child at work.
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
    sys.addaudithook(_forbid)


def _forbid(event: str, _: Any) -> None:
    if event.startswith(_FORBIDDEN):
        msg = f"expected a file to be read, found its reader asking for {event}"
        raise PermissionError(msg)  # libraries take this kind for a refusal


def _table(source_id: str, fetched: str, packages: str) -> str:
    # Imported after `limit`: libraries start threads, and a process with threads gets no new namespace.
    from pipelines.intake.tables import OUTSIDE, table_of  # noqa: PLC0415
    from pipelines.sources import source  # noqa: PLC0415

    table = table_of(source(source_id), Path(fetched), Path(packages))
    outside = table.attrs.pop(OUTSIDE)
    table.to_parquet(TABLE_FILE, index=False)
    return str(outside)


def _day(source_id: str, part: str, *paths: str) -> str:
    from pipelines.sources import source  # noqa: PLC0415  as in `_table`

    remotes = [remote for remote in source(source_id).remotes if remote.part == part]
    days = [row.probe(Path(path)) for row, path in zip(remotes, paths, strict=True) if row.probe]
    field = remotes[0].field
    if field:
        field.table(Path(paths[0])).to_parquet(TABLE_FILE, index=False)
    return max(days).isoformat()


def _own(format_id: str, options: str, *paths: str) -> str:
    from pipelines.user_files.read import write_table  # noqa: PLC0415  as in `_table`

    write_table(format_id, options, paths, Path(TABLE_FILE))
    return ""


def _ice(grid: str, *paths: str) -> str:
    from pipelines.ice.sandboxed_samples import write_samples  # noqa: PLC0415  as in `_table`

    write_samples([Path(path) for path in paths], Path(), own_grid=grid == "own")
    return ""


def _chart(folder: str, name: str) -> str:
    from pipelines.ice.charts import areas_of  # noqa: PLC0415  as in `_table`

    areas_of(Path(folder), name).to_parquet(TABLE_FILE, index=False)
    return ""


_WORK: dict[str, Callable[..., str]] = {
    "table": _table, "day": _day, "own": _own, "ice": _ice, "chart": _chart,
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Limit this process, then read and write what `arguments` name; returns the exit code.

    An error is one line on stdout.
    """
    limit()
    try:
        what, *rest = arguments
        sys.stdout.write(_WORK[what](*rest))
    except MissingInputError as error:
        sys.stdout.write(str(error))
        return LACKING
    except MemoryError:
        sys.stdout.write(f"expected at most {MEMORY_BYTES} bytes of memory to read it, found more")
        return REFUSED
    except Exception as error:  # noqa: BLE001  any error of a reader is reported
        text = " ".join(str(error).split())
        is_ours = isinstance(error, PictureError)
        sys.stdout.write(text if is_ours else f"expected it to be read, found {type(error).__name__} {text}")
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
