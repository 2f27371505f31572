"""Diesel that power plants of Alaska's villages burn in a winter day, from the monthly reports of the state.

The reports (Power Cost Equalization, Alaska Energy Authority) tell use, not storage. Days on stock need the
tanks as well, which no open list of all villages tells: `supply_autonomy.csv` has no row from this alone.
Run: `python -m benchmarks.alaska_diesel_use <reports.csv.gz>`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

__all__ = ["winter_use"]

_L_PER_GALLON = 3.785411784  # US liquid gallon (NIST SP 811, 2008, appendix B)
_DAYS = {"NOVEMBER": 30, "DECEMBER": 31, "JANUARY": 31, "FEBRUARY": 28.25, "MARCH": 31}


def winter_use(reports: pd.DataFrame) -> pd.DataFrame:
    """Return the median diesel use (litres a day) from November to March, a row a community.

    `reports` has the columns `community`, `umr_month`, `calendar_year` and `fuel_used_gallons`; several rows
    of a community and month are added. A month with no fuel or less is left out, because a plant that did
    not report is written as 0. `months` is how many months the median is taken over.
    """
    winter = reports[reports["umr_month"].isin(_DAYS) & (reports["fuel_used_gallons"] > 0)]
    keys = ["community", "calendar_year", "umr_month"]
    monthly = winter.groupby(keys, as_index=False)["fuel_used_gallons"].sum()
    litres = monthly["fuel_used_gallons"] * _L_PER_GALLON / monthly["umr_month"].map(_DAYS)
    use = litres.groupby(monthly["community"]).agg(["median", "size"])
    return use.set_axis(["use_l_per_day", "months"], axis=1).reset_index()


def main() -> None:
    """Print the table of the reports that the command line names, as CSV."""
    reports = pd.read_csv(Path(sys.argv[1]), low_memory=False)
    winter_use(reports).round(0).to_csv(sys.stdout, index=False)


if __name__ == "__main__":
    main()
