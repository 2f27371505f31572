"""A server on loopback for providers of which no file is at hand: a test writes the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provider_forms import MONTH, TODAY
from provider_mirror import dated, place

from pipelines.intake.fetch import Fetcher, Limits
from pipelines.intake.fetch_results import FetchResult
from pipelines.intake.ledger import accepted_folder, ledger_of
from pipelines.intake.refresh import refresh
from pipelines.intake.tables import table_of
from pipelines.sources import FETCHABLE, source

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import geopandas as gpd

# Short limits and no pause, because all requests go to this machine.
QUICK = Limits(deadline_s=20, idle_s=5, tries=1, backoff_s=0.01, pace_s=0)


class Service:
    """Files under the addresses of their providers, which a test writes, and a cache refreshed from them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.mirror, self.cache, self.url = folder / "mirror", folder / "cache", url
        # Last-Modified of the last file. A server states whole seconds, so each file is 10 s newer.
        self.time = 1_790_000_000.0

    def serve(self, name: str, content: bytes) -> None:
        for remote in source(name).remotes[:1]:
            there = remote.of(MONTH)
            if remote.kind == "page":
                path = self.cache / "by_hand" / there.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            else:
                path = place(self.mirror, there.url, by_query=True)
                path.write_bytes(content)
                self.time += 10
                dated(path, self.time)

    def refresh(self, *names: str, today: date = TODAY) -> list[FetchResult]:
        return refresh(FETCHABLE, self.cache, Fetcher(self.url, QUICK), today=today, day=MONTH, names=names)

    def table(self, name: str) -> gpd.GeoDataFrame:
        folder = accepted_folder(self.cache, name, ledger_of(self.cache))
        assert folder is not None
        return table_of(source(name), folder, self.cache)


def read_here(source_id: str, fetched: Path, packages: Path, out: Path) -> None:
    """Read a table as the child of the sandbox does, in this process: to start a child takes 2 seconds."""
    table_of(source(source_id), fetched, packages).to_parquet(out, index=False)


def day_here(source_id: str, part: str, paths: list[Path], field: Path) -> date:  # noqa: ARG001
    """Read the day of some files as the child of the sandbox does, in this process."""
    remotes = [remote for remote in source(source_id).remotes if remote.part == part]
    return max(row.probe(path) for row, path in zip(remotes, paths, strict=True) if row.probe)
