"""Prefect at the rim: the flow `refresh` wraps the same functions as the command line.

`python -m pipelines.flows` runs it here. The environment is set before Prefect is imported, and
only where the user has not set it: the temporary server needs longer than its default to start,
and nothing is phoned home.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_ENVIRONMENT = {
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "DO_NOT_TRACK": "1",
}
for _name, _value in _ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)

from prefect import flow, task  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402

from pipelines import build as line  # noqa: E402
from pipelines.build import Options  # noqa: E402

__all__ = ["refresh"]


@task(name="build and publish", cache_policy=NO_CACHE, timeout_seconds=1800)
def _build(root: Path, options: Options) -> str:
    folder, _ = line.build(root, options)
    return folder.name


@flow(name="refresh", timeout_seconds=3600)
def refresh(
    out: str = "pictures", region: str = "arctic", scenario: str = "today", draws: int = 10_000, seed: int = 0
) -> str:
    """Build the picture and publish it; returns the picture's id."""
    return _build(Path(out), Options(region=region, scenario=scenario, draws=draws, seed=seed))


if __name__ == "__main__":
    sys.stdout.write(refresh() + "\n")
