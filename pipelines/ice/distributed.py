"""Dask as an optional engine: the same passes, a year a task, on a local cluster or a scheduler's.

It pays only past one machine's memory or disk (6.25 km and 1 km grids); on one machine the built-in
`map` is faster. Workers read the archive from the same path. Needs `dask` and `distributed`.
"""

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from layers.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["dask_map"]


@contextmanager
def dask_map(address: str | None = None, *, workers: int = 2) -> Iterator[Callable[..., list[Any]]]:
    """Give a `map` that runs on Dask: on the scheduler at `address`, or on a cluster of this machine.

    Results come back in the order of the input, whatever the order of the workers.

    Raises
    ------
    UsageError
        If `dask.distributed` is not installed.
    """
    try:
        engine = import_module("distributed")
    except ImportError as error:
        msg = f"expected dask.distributed, found {error}: pip install 'arctic-picture[dask]'"
        raise UsageError(msg) from error
    cluster = None if address else engine.LocalCluster(
        n_workers=workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    )  # fmt: skip
    try:
        with engine.Client(address or cluster, set_as_default=False) as client:

            def run(function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
                return list(client.gather(client.map(function, list(items), pure=False)))

            yield run
    finally:
        if cluster is not None:
            cluster.close()
