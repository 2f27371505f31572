"""A pack on disk: written whole or not at all, with the stamp of the pack on every file."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from layers.errors import UsageError
from maps.text import visible
from pipelines.exercises import pages
from pipelines.exercises.bodies import bodies
from pipelines.exercises.events import events, observation_sheet
from pipelines.exercises.map_scenes import map_page
from pipelines.exercises.workbook import write_workbook
from pipelines.files import scratch_folder, sync_to_disk
from pipelines.source import sha256_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipelines.exercises.play import Played

__all__ = ["FORMAT", "MANIFEST", "write_pack"]

MANIFEST = "MANIFEST.json"
FORMAT = "arctic-picture exercise pack 1"


def write_pack(played: Played, text: str, folder: Path) -> list[str]:
    """Write the pack of an exercise as `folder`, and return its files, relative.

    `text` is the exercise file. An earlier pack there is replaced.

    Raises
    ------
    UsageError
        If there is something at `folder` that is no pack.
    """
    _refuse_others(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(folder.parent) as stage:
        pack = stage / "pack"
        pack.mkdir()
        _fill(played, text, pack)
        files = sorted(path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file())
        rows = [
            {"file": name, "sha256": sha256_of(pack / name), "size": (pack / name).stat().st_size}
            for name in files
        ]
        head = {"title": played.exercise.title, "month": played.exercise.month}
        flows = list(played.exercise.flows)
        manifest = {"format": FORMAT, **played.stamp, **head, "flows": flows, "files": rows}
        content = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        (pack / MANIFEST).write_text(content, encoding="utf-8", newline="\n")
        for path in pack.rglob("*"):
            sync_to_disk(path)
        if folder.exists():
            folder.rename(stage / "earlier")
        pack.rename(folder)
        sync_to_disk(folder.parent)
    return [*files, MANIFEST]


def _refuse_others(folder: Path) -> None:
    """Refuse a file, or a folder with something else than a pack in it."""
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if not folder.exists() and not folder.is_symlink():
        return
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["format"]
    except (OSError, ValueError, KeyError, TypeError):
        found = None
    if found != FORMAT or folder.is_symlink():
        msg = (
            f"--out: expected a new or empty folder or an earlier pack at {folder}, found something else: "
            "name another"
        )
        raise UsageError(msg)


def _fill(played: Played, text: str, pack: Path) -> None:
    stamp = played.stamp
    found = bodies(played)
    (pack / "bodies").mkdir()
    (pack / "facilitator").mkdir()
    html = {
        "facilitator/notes.html": pages.facilitator_page(played, found),
        "facilitator/map.html": map_page(played),
        "facilitator/inject_cards.html": pages.cards_page(played, found),
        **{f"bodies/{body.code}.html": pages.body_page(played, body) for body in found},
    }
    for name, content in html.items():
        (pack / name).write_text(content, encoding="utf-8", newline="\n")
    effects = played.effects
    tables: dict[str, pd.DataFrame] = {
        "facilitator/effects_by_step.csv": effects.steps, "facilitator/effects_by_inject.csv": effects.alone,
        "facilitator/durations.csv": effects.durations, "facilitator/recovery.csv": effects.recovery,
        "facilitator/months.csv": effects.months,
        "facilitator/network.csv": played.measures, "facilitator/before.csv": effects.before,
        "facilitator/stand_ins.csv": played.stand_ins, "facilitator/expected_effects.csv": played.expected,
        "facilitator/ways.csv": _ways(played), "facilitator/bodies.csv": _bodies(found),
    }  # fmt: skip
    for name, table in tables.items():
        _write_csv(pack / name, table.to_dict("records"), list(table.columns), stamp)
    listed = events(played, found)
    _write_csv(pack / "facilitator/msel.csv", listed, list(listed[0]), stamp)
    write_workbook(
        pack / "facilitator/msel_blueprint.xlsx", "MSEL", [row | _stamped(stamp) for row in listed]
    )
    sheet = observation_sheet(played)
    _write_csv(pack / "observation_sheet.csv", sheet, list(sheet[0]), stamp)
    (pack / "facilitator/exercise.toml").write_text(
        _stamped_toml(text, stamp), encoding="utf-8", newline="\n"
    )
    (pack / "README.md").write_text(_readme(played, found), encoding="utf-8", newline="\n")


def _stamped(stamp: dict[str, Any]) -> dict[str, Any]:
    return {name: stamp[name] for name in ("status", "pack", "graph_sha256", "seed", "picture_day")}


def _write_csv(path: Path, rows: Iterable[dict[str, Any]], columns: list[str], stamp: dict[str, Any]) -> None:
    """Write a table with the columns of the stamp at its end. Not known is an empty cell.

    It begins with a byte order mark, by which a spreadsheet knows UTF-8.
    """
    mark = _stamped(stamp)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([*columns, *mark])
        for row in rows:
            writer.writerow([*(_cell(row[name]) for name in columns), *mark.values()])


def _cell(value: Any) -> Any:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{round(value, 3):.10g}"
    # A spreadsheet would take such a text for a formula.
    text = visible(value)
    return f"'{text}" if re.match(r"[=+@\t]|-\D", text) else text


def _stamped_toml(text: str, stamp: dict[str, Any]) -> str:
    head = "".join(f"# {name}: {value}\n" for name, value in _stamped(stamp).items())
    body = re.sub(r"\A(?:# (?:status|pack|graph_sha256|seed|picture_day): .*\n)+\n?", "", text)
    return f"{head}\n{body}"


def _ways(played: Played) -> pd.DataFrame:
    rows = []
    for one in played.watched:
        for number, way in ((0, one.before), *enumerate(one.at_steps, start=1)):
            rows.append({
                "step": number, "way": one.label, "flow": one.flow,
                "state": "before" if not number else one.state(number),
                "km": way.km if np.isfinite(way.km) else None,
                "hours_at_least": way.hours if np.isfinite(way.hours) else None,
                "modes": " ".join(way.km_by_mode), "states": " ".join(way.states),
                "links": " ".join(way.links),
            })  # fmt: skip
    names = ["step", "way", "flow", "state", "km", "hours_at_least", "modes", "states", "links"]
    return pd.DataFrame(rows, columns=names)


def _bodies(found: Iterable[Any]) -> pd.DataFrame:
    return pd.DataFrame([
        {
            "code": one.code, "name": one.name, "standing": "; ".join(one.standing),
            "injects": " ".join(one.injects), "baseline_requirements": "; ".join(one.requirements),
            "cer_sectors": "; ".join(one.sectors), "affected_places": one.places,
            "affected_people": one.people,
        }
        for one in found
    ])  # fmt: skip


def _readme(played: Played, found: Iterable[Any]) -> str:
    """Return the first page of the pack: for its staff; it tells no plot, since players may see it."""
    stamp = played.stamp
    return (
        f"# Exercise pack {stamp['pack']}\n\n**{stamp['status'].capitalize()}.** For the exercise staff.\n\n"
        "| for | open |\n|---|---|\n"
        "| exercise staff: notes, map, cards, events list, effects | `facilitator/notes.html` first |\n"
        f"| players, before play | `bodies/`: {', '.join(f'`{one.code}.html`' for one in found)} |\n"
        "| observers | `observation_sheet.csv` |\n\n"
        "Give players their sheet of `bodies` and, one at a time, the cards. They get nothing else of this "
        "folder: `facilitator` holds the answers, and the rows of the observation sheet name times and "
        "places.\n\n"
        "D+0 00:00 is the moment at which the exercise begins, not midnight.\n\n"
        "## The observation sheet\n\n"
        "Write into `observed_state` what players state, not what is true; blank where nobody said anything. "
        "`observed_at` (exercise time, such as D+1 06:30), `who_noticed` and `evidence` are free text. In "
        "the rows at the end write what is on no other row: any words.\n\n"
        "| state | means |\n|---|---|\n"
        "| `cut_off` | no way of this flow is left from the place to the rest of the country or the world by "
        "what the network holds; satellite and radio do not count |\n"
        "| `longer` | a way is left, longer than before or by another mode |\n"
        "| `closed` | the place is the thing that is closed |\n"
        "| `same` | nothing changes for the place; also where one of two ways is lost and the other goes on |"
        "\n\n"
        "After play: `arctic-picture exercise --log LOG.csv FOLDER`, with the sheet filled in as LOG.csv and "
        "this folder; without the program, hold `observed_state` against `expected` of "
        "`facilitator/expected_effects.csv` by `effect_id`.\n\n"
        f"Pack {stamp['pack']}, seed {stamp['seed']}, picture of {stamp['picture_day']}, network SHA-256 "
        f"{stamp['graph_sha256']}. Only public data; effects on military sites are never computed. Not for "
        "navigation, targeting or site security decisions.\n"
    )
