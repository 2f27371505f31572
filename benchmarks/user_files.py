"""Hostile files of a user through `--private`, and the time that 100,000 points add to a build."""

from __future__ import annotations

import random
import socket
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layers.errors import UsageError
from layers.picture import Picture
from layers.regions import REGIONS
from layers.scenarios import scenario
from pipelines.picture.build import Options, build
from pipelines.picture.private import add_private, read_private

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "support"))
from hostile_user_files import CANARY, HOSTILE, make

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Outcome", "hostile_outcomes", "user_files"]

_DAY = date(2026, 1, 1)
POINTS, MOST_S, MOST_ADDED_S = 100_000, 60.0, 5.0


class Outcome:
    """What came of one hostile file: its rows or the refusal, the seconds, and what leaked."""

    def __init__(self, name: str) -> None:
        self.name, self.rows, self.taken, self.left_out = name, None, 0, 0
        self.refusal, self.seconds, self.leaked, self.expected = "", 0.0, False, None

    @property
    def is_accounted(self) -> bool:
        """Whether the file was refused, or every row of it is taken or counted as left out."""
        if self.rows is None:
            return bool(self.refusal)
        return self.rows == self.expected and self.taken + self.left_out == self.rows


def hostile_outcomes(folder: Path, address: str) -> Iterator[Outcome]:
    """Read each hostile file as `--private` does. `address` is one that must not be reached."""
    secret = folder / "secret.csv"
    secret.write_text(f"name,lat,lon\n{CANARY},70,20\n")
    for number, name in enumerate(HOSTILE):
        outcome = Outcome(name)
        place = folder / str(number)
        outcome.expected = make(name, place, secret, address)
        started = time.monotonic()
        visible_text = ""
        try:
            own = read_private(place)
            picture = Picture(REGIONS[0], scenario("today"), _DAY, (), {}, ())
            whole = add_private(picture, own, "public")
            outcome.taken, outcome.rows = whole.private_rows
            outcome.left_out = sum(sum(one.left_out.values()) for one in own)
            visible_text = repr([(one.layer, one.note, one.table.to_csv()) for one in own])
        except UsageError as error:
            outcome.refusal = visible_text = str(error)
        outcome.seconds = time.monotonic() - started
        outcome.leaked = CANARY in visible_text
        yield outcome


def _connections() -> tuple[str, list[int], socket.socket]:
    """An address of this machine that counts who comes."""
    server = socket.create_server(("127.0.0.1", 0))
    came: list[int] = []

    def count() -> None:
        while True:
            try:
                visitor, _ = server.accept()
            except OSError:
                return
            came.append(1)
            visitor.close()

    threading.Thread(target=count, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}/x", came, server


def user_files() -> list[dict[str, Any]]:
    """A row for each property of the hostile files, and one for the time of 100,000 points."""
    address, came, server = _connections()
    with tempfile.TemporaryDirectory() as name:
        outcomes = list(hostile_outcomes(Path(name), address))
    server.close()
    counts = {
        "local bytes of another file in what comes out": sum(one.leaked for one in outcomes),
        "connections": len(came),
        f"over {MOST_S:g} s": sum(one.seconds > MOST_S for one in outcomes),
        "rows lost without a word": sum(not one.is_accounted for one in outcomes),
        "refused or read otherwise than they should be": sum(
            (one.rows is None) != (one.expected is None) for one in outcomes
        ),
    }
    rows = [
        {
            "benchmark": "user_files",
            "work": f"{len(outcomes)} hostile files of a user: {what}",
            "value": count,
            "goal": 0,
            "holds": count == 0,
        }
        for what, count in counts.items()
    ]
    return [*rows, _added_time()]


def _added_time() -> dict[str, Any]:
    """The wall seconds that 100,000 points of a CSV add to a build; medians of three."""
    draw = random.Random(0)
    with tempfile.TemporaryDirectory() as name:
        own = Path(name) / "own"
        own.mkdir()
        lines = [
            f"n{n};{draw.uniform(58, 85):.4f};{draw.uniform(-180, 180):.4f};k{n % 9}" for n in range(POINTS)
        ]
        (own / "posts.csv").write_text("\n".join(["name;lat;lon;kind", *lines]))
        (own / "posts.toml").write_text(
            'title = "p"\npillar = "social"\nlicence = "l"\nowner = "o"\n'
            'audience = "public"\nas_of = 2026-01-01\n'
        )
        seconds: dict[bool, list[float]] = {False: [], True: []}
        for turn in range(3):
            for has_own, times in seconds.items():
                started = time.perf_counter()
                build(Path(name) / f"{turn}{has_own}", Options(private=own if has_own else None))
                times.append(time.perf_counter() - started)
    bare, with_own = (sorted(times)[1] for times in seconds.values())
    added = with_own - bare
    return {
        "benchmark": "user_files", "work": f"{POINTS:,} points of a CSV, wall seconds added to a build",
        "value": round(added, 2), "goal": MOST_ADDED_S, "holds": added < MOST_ADDED_S,
        "build_s": round(bare, 2),
    }  # fmt: skip
