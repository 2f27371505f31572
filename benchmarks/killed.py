"""Child processes that are killed, or whose calls fail, at the n-th call that changes the disk."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from layers.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Hook", "die", "fail", "forked", "row"]

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MUTATES = {
    "os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir", "os.chmod", "os.link", "os.truncate",
}  # fmt: skip


class Hook:
    """Counts calls that change the disk while it is armed, and calls `act` at the n-th of them."""

    def __init__(self) -> None:
        self.count, self.at, self.act = 0, 0, lambda: None
        self.armed = False
        sys.addaudithook(self._see)
        for name in ("write", "fsync"):  # Python raises no audit event for these
            setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            self._meet()
            return real(*arguments)

        return call

    def _see(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.armed and (
            event in _MUTATES
            or (event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES)
        ):
            self._meet()

    def _meet(self) -> None:
        if self.armed:
            self.count += 1
            if self.count == self.at:
                self.act()


def die() -> None:
    """Kill this process."""
    os.kill(os.getpid(), signal.SIGKILL)


def fail(code: int) -> Callable[[], None]:
    """Return a function that raises the OSError of a code."""

    def act() -> None:
        raise OSError(code, os.strerror(code))

    return act


def forked(work: Callable[[], int]) -> int:
    """Fork, run `work` in the child, and return the child's process id."""
    number = os.fork()
    if number == 0:
        code = 70
        try:
            code = work()
        except ExportError:
            code = 3
        finally:
            os._exit(code)
    return number


def row(work: str, value: float, **more: Any) -> dict[str, Any]:
    """Return a row of a count that must be 0."""
    return {"benchmark": "reliability", "work": work, "value": value, "goal": 0, "holds": value == 0, **more}
