"""End this process when its parent is gone, even after kill -9 of the parent.

    python -m pipelines.operations.end_with_parent MODULE ARGUMENT…    runs a module in this way

The schedule starts a server, the server's client starts a process for each run. Without this, a killed parent
leaves them at work, with nobody who knows of them.
"""

from __future__ import annotations

import os
import runpy
import sys
import threading
import time

__all__ = ["PARENT", "end_with_parent"]

# The environment variable with the process id of the parent.
PARENT = "ARCTIC_PICTURE_PARENT"
_TICK_S = 0.5


def end_with_parent() -> None:
    """Watch the parent that the environment names, from a thread; without one, do nothing.

    The name is taken out of the environment, because it is not that of the parent of a child of this process.
    """
    parent = os.environ.pop(PARENT, "")
    if parent:
        threading.Thread(target=_watch, args=(int(parent),), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    # A process whose parent dies gets another parent. The id of the parent alone may be given anew.
    while os.getppid() == parent:
        time.sleep(_TICK_S)
    # Nothing is cleaned up on purpose: files must stand a kill anyway, and cleaning could wait for ever.
    os._exit(1)


def main(arguments: list[str]) -> None:
    """Run the module that the first of `arguments` names, with the others as its arguments."""
    end_with_parent()
    sys.argv = arguments
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
