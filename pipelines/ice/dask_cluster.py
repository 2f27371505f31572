"""Dask as an optional engine for passes over an archive: one task for each year, on a cluster.

Dask is useful only if the data exceed the memory or the disk of one machine (grids of 6.25 km and 1 km). On
one machine the built-in `map` is faster. All workers read the archive from the same path. The module needs
the packages `dask` and `distributed`.
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
    """Give a function like `map` that runs on Dask and returns a list in the order of its input.

    It runs on the scheduler at `address`, or without an address on a new cluster of this machine with
    `workers` processes.

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
                # Not pure: Dask must not return an earlier result for the same archive with new days.
                return list(client.gather(client.map(function, list(items), pure=False)))

            yield run
    finally:
        if cluster is not None:
            cluster.close()
