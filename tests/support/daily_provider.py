"""A provider on loopback that serves the daily ice series: well, with a bad file, or not at all."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
from good_files import DAILY, daily_csv
from provider_mirror import NSIDC, dated, place

from pipelines.intake.fetch import Fetcher, Limits
from pipelines.intake.refresh import refresh
from pipelines.picture.build import Options
from pipelines.sources import FETCHABLE

if TYPE_CHECKING:
    from pathlib import Path

# Short limits, so that a test of a server that is away ends within seconds.
QUICK = Limits(deadline_s=20, idle_s=5, tries=2, backoff_s=0.01, pace_s=0)
TODAY = date(2026, 11, 25)
DAILY_URL = f"{NSIDC}/daily/data/N_seaice_extent_daily_v4.0.csv"
QUICK_BUILD = Options(region="bering", draws=25)


class Provider:
    """The file of the series on loopback, which a test rewrites, and a cache that is refreshed from it."""

    def __init__(self, folder: Path, url: str, series: pd.DataFrame) -> None:
        self.file, self.url, self.cache = place(folder / "mirror", DAILY_URL), url, folder / "cache"
        self.series = series
        # Last-Modified of the last file. A server states whole seconds, so each file is 10 s newer.
        self.time = 1_790_000_000.0

    def serve(self, text: str | bytes, encoding: str = "utf-8") -> None:
        self.time += 10
        self.file.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        dated(self.file, self.time)

    def refresh(self, today: date = TODAY):
        return refresh(
            FETCHABLE, self.cache, Fetcher(self.url, QUICK), today=today, day=today, names=[DAILY]
        )[0]

    def more(self, *extents: float) -> pd.DataFrame:
        """The series with one more day after its last for each of `extents`, million km2."""
        last = pd.Timestamp(self.series["date"].iloc[-1])
        dates = [(last + pd.Timedelta(days=n + 1)).strftime("%Y-%m-%d") for n in range(len(extents))]
        added = pd.DataFrame({"date": dates, "extent_million_km2": extents})
        return pd.concat([self.series[["date", "extent_million_km2"]], added], ignore_index=True)

    @property
    def held(self) -> list[Path]:
        return sorted((self.cache / "quarantine").glob("*/*/WHY.json"))


def good(provider: Provider) -> None:
    last = float(provider.series["extent_million_km2"].iloc[-1])
    provider.serve(daily_csv(provider.more(last)))
    provider.refresh()


def held(provider: Provider) -> None:
    provider.serve("<html></html>\n")
    provider.refresh()


def away(provider: Provider) -> None:
    provider.file.unlink(missing_ok=True)
    provider.refresh()
