"""Output of the commands: results on stdout, progress and warnings on stderr."""

from __future__ import annotations

import codecs
import io
import json
import re
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from maps.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.status import Status

__all__ = [
    "any_encoding", "bytes_progress", "hush", "print_error", "print_result", "print_warning", "say",
    "told_progress",
]  # fmt: skip

# What JSON may hold as it is, and a terminal may not: it could act on it or read in another order.
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")

# Seconds. A terminal shows a line soon; elsewhere a line comes only if the command lasts.
_SOON_S, _LASTS_S, _SAME_STEP_S, _TICK_S = 0.3, 1.8, 10.0, 0.1


class _Teller:
    """Tells on stderr what a command does now, from a thread, so that no slow step is silent.

    A terminal has one line that is rewritten. Elsewhere a step is a line of its own, and only a command that
    lasts has such lines.
    """

    def __init__(self, step: str) -> None:
        self.step = step
        self._began = self._told = time.monotonic()
        self._shown = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="progress", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop, and clear the line on a terminal."""
        self._ended.set()
        self._thread.join()

    def _tell(self) -> None:
        if not sys.stderr.isatty():
            while not self._ended.wait(_TICK_S):
                self._write_line()
            return
        if self._ended.wait(_SOON_S):
            return
        with _status(self.step) as status:
            while not self._ended.wait(_TICK_S):
                status.update(f"{self.step} ({self._seconds} s)")

    @property
    def _seconds(self) -> int:
        return round(time.monotonic() - self._began)

    def _write_line(self) -> None:
        """Write the step as a line, if the last line is old enough."""
        silent = time.monotonic() - self._told
        if silent >= (_LASTS_S if self.step != self._shown else _SAME_STEP_S):
            self._told, self._shown = time.monotonic(), self.step
            sys.stderr.write(f"[{self._seconds} s] {self.step}\n")
            sys.stderr.flush()


def _status(step: str) -> Status:
    # Rich takes a twentieth of a second to import, and most commands end before a line is shown.
    from rich.console import Console

    return Console(stderr=True, markup=False, highlight=False).status(step)


_teller: _Teller | None = None


def say(step: str) -> None:
    """Name what the command does now, in words such as `reads ports`."""
    if _teller is not None:
        _teller.step = visible(step)


def any_encoding() -> None:
    """Let stdout and stderr write every text, whatever encoding they have.

    A character that the encoding does not have is written in plain letters: `ġ` as `g`, `Мурманск` as
    `Murmansk`, `→` as `->`, and one without a letter by its code.
    """
    codecs.register_error("plain", _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")


def _plain(error: UnicodeError) -> tuple[str, int]:
    # An argument of the command line that is no UTF-8 holds surrogates, which no encoding has.
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101  only writing uses this
    from layers.names import in_ascii

    return in_ascii(error.object[error.start : error.end]), error.end


def hush() -> None:
    """End the progress, before a result is printed or another program takes over the terminal."""
    global _teller  # noqa: PLW0603  a process has one stderr and so one teller
    if _teller is not None:
        _teller.end()
        _teller = None


def _begin(step: str = "loads the program") -> None:
    global _teller  # noqa: PLW0603
    _teller = _Teller(step)


@contextmanager
def told_progress() -> Iterator[None]:
    """Tell on stderr what `say` names, until the end of the block or `hush`."""
    _begin()
    try:
        yield
    finally:
        hush()


def print_result(result: dict[str, Any], *, as_json: bool, text: str | Callable[[], str]) -> None:
    """Print a result as one JSON object, or as `text`. A function `text` is called only if it is needed."""
    if as_json:
        # NaN and infinity are no JSON, so they are an error here.
        is_utf8 = "utf" in (sys.stdout.encoding or "").lower()
        line = json.dumps(result, ensure_ascii=not is_utf8, allow_nan=False)
        line = _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", line)
    else:
        line = visible(text if isinstance(text, str) else text())
    hush()
    sys.stdout.write(line + "\n")


def print_warning(text: str) -> None:
    """Print a line of warning on stderr; the progress pauses for it."""
    step = None if _teller is None else _teller.step
    print_error(f"warning: {text}")
    if step is not None:
        _begin(step)


def print_error(text: str) -> None:
    """Print one line on stderr, after the name of the program."""
    hush()
    sys.stderr.write(f"arctic-picture: {visible(' '.join(text.split()))}\n")


@contextmanager
def bytes_progress() -> Iterator[Callable[[str, int, int | None], None]]:
    """Give a function that shows the bytes of each file: bars on a terminal, else lines that come seldom.

    Its arguments are a name, the bytes so far, and the bytes in all or None.
    """
    if not sys.stderr.isatty():
        yield lambda name, done, _total: say(f"fetches {name}, {done / 1e6:.1f} MB")
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn

    hush()
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
    # Two live displays cannot share a terminal, so the teller pauses.
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}
        bars.add_task("fetches sources", total=None)

        def report(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total)

        yield report
    _begin()
