"""What the commands print about the default picture is on record, word for word.

If a change is meant, read the difference, run this file as a script and commit the new record.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import app

RECORD = Path(__file__).with_name("known_words.json")
NODES = (
    "Longyearbyen", "Tiksi", "Narvik", "Utqiagvik", "Мурманск", "Pituffik", "Thule Air Base", "Prudhoe Bay",
    "Iqaluit", "Nuuk", "Norilsk", "Kiruna", "Red Dog", "Keflavik", "Kirkenes", "Tórshavn", "Sabetta",
    "Fairbanks",
)  # fmt: skip
# What is refused says why, with the nearest valid name.
REFUSED = (
    ["explain", "Longyearbin"], ["explain", "zzzz"], ["explain", " "],
    ["glossary", "hazrd"], ["lens", "--states", "NO,XX"], ["lens", "--states", ""],
    ["standards", "--by", "contry"], ["brief", "--country", "Norwey"], ["brief", "--country", "DE"],
    ["draw", "--as", "mapp"],
    ["isochrones", "Narvk", "--month", "3"], ["isochrones", "Narvik", "--month", "13"],
    ["isochrones", "Narvik", "--month", "3", "--speed-kn", "0"],
    ["isochrones", "Narvik", "--month", "3", "--speed-kn", "40.5"],
    ["isochrones", "Narvik", "--month", "3", "--year", "0"],
    ["isochrones", "Narvik", "--month", "3", "--ice-class", "PC8"],
    ["isochrones", "Narvik", "--month", "3", "--stage", "thick"],
    ["isochrones", "181,70", "--month", "3"], ["isochrones", "15,30.9", "--month", "3"],
    ["isochrones", "Narvik", "--month", "3", "--product", "x"],
    ["isochrones", "Narvik", "--month", "3", "--year", "1900"],
    ["routes", "--stage", "thik_fy"], ["polaris", "none.shp"], ["ice", "none.nc"],
    ["exercise", "svalbard"], ["exercise", "--log", "none.csv"], ["exercise", "x", "--log", "none.csv"],
    ["build", "--scenario", "warming_9"], ["build", "--region", "mediteranean"],
    ["build", "--as-of", "2026-13-01"], ["build", "--draws", "0"], ["build", "--audience", "alied"],
    ["fetch", "nsidc_sea_ice_indx"], ["fetch", "own_cables"], ["fetch", "--issued", "2026-01-01"],
    ["fetch", "nsidc_sea_ice_index", "--base-url", "ftp://mirror.example"],
    ["fetch", "--from-mirror", "none"],
    ["fetch", "--from-mirror", ".", "--base-url", "https://mirror.example"],
    ["serve", "--cron", "every day"], ["serve", "--cron", "61 * * * *"],
    ["serve", "--cron", "0 5 * * *", "--region", "artic"],
    ["snapshot", "--source", "atlantis"], ["add", "none.csv"], ["add", "."],
    ["changes", "none", "neither"], ["check", "none"], ["upgrades", "none"], ["sources", "--private", "none"],
)  # fmt: skip


def lines(folder: Path | None) -> dict[str, list[str]]:
    """The arguments of each line by what they are called here; `folder` is the picture."""
    commands = sorted(str(command.name or command.callback.__name__) for command in app.registered_commands)
    helps = {f"{name} --help": [name, "--help"] for name in commands}
    picture = str(folder)
    return helps | {
        "--help": ["--help"],
        "glossary": ["glossary"],
        **{f"glossary {word}": ["glossary", word] for word in ("roro", "ice", "hazard class")},
        **{" ".join(arguments): [*arguments, *_where(arguments, picture)] for arguments in REFUSED},
        "exercise": ["exercise"],
        "upgrades": ["upgrades", picture],
        "build --dry-run": ["build", "--dry-run"],
        "standards": ["standards", picture],
        "standards --by country": ["standards", picture, "--by", "country"],
        "lens": ["lens", picture, "--states", "NO,FI,SE"],
        **{f"explain {node}": ["explain", node, "--out", picture] for node in NODES},
        **{f"{line} --json": [*line.split(), "--out", picture, "--json"] for line in ("explain Tiksi",)},
    }


def _where(arguments: list[str], picture: str) -> list[str]:
    """What names the picture on a line that is refused for another reason."""
    if arguments[0] == "explain":
        return ["--out", picture]
    return [picture] if arguments[0] in {"brief", "draw", "lens", "standards"} else []


def printed(arguments: list[str]) -> str:
    done = CliRunner().invoke(app, arguments, env={"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"})
    refused = (
        "" if done.exception is None or isinstance(done.exception, SystemExit) else f"{done.exception}\n"
    )
    return f"exit {done.exit_code}\n{done.stdout}{done.stderr}{refused}"


@pytest.mark.parametrize("name", sorted(lines(None)))
def test_the_words_are_those_on_record(name: str, folder: Path) -> None:
    known = json.loads(RECORD.read_text(encoding="utf-8"))
    text = printed(lines(folder)[name]).replace(str(folder), "PICTURE")
    assert text.splitlines() == known[name]


def test_every_record_is_asked(folder: Path) -> None:
    assert set(json.loads(RECORD.read_text(encoding="utf-8"))) == set(lines(folder))


if __name__ == "__main__":
    import tempfile

    from pipelines.picture.build import Options, build

    with tempfile.TemporaryDirectory() as scratch:
        built = build(Path(scratch), Options())[0]
        words = {
            name: printed(arguments).replace(str(built), "PICTURE").splitlines()
            for name, arguments in lines(built).items()
        }
    RECORD.write_text(
        json.dumps(words, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    sys.stdout.write(f"{RECORD.name}: {len(words)} lines\n")
