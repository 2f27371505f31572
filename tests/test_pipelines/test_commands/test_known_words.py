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
    "Longyearbyen",
    "Tiksi",
    "Narvik",
    "Utqiagvik",
    "Мурманск",
    "Pituffik",
    "Thule Air Base",
    "Prudhoe Bay",
)


def lines(folder: Path | None) -> dict[str, list[str]]:
    """The arguments of each line by what they are called here; `folder` is the picture."""
    commands = sorted(str(command.name or command.callback.__name__) for command in app.registered_commands)
    helps = {f"{name} --help": [name, "--help"] for name in commands}
    picture = str(folder)
    return helps | {
        "--help": ["--help"],
        "glossary": ["glossary"],
        **{f"glossary {word}": ["glossary", word] for word in ("roro", "ice", "hazard class")},
        "standards": ["standards", picture],
        "standards --by country": ["standards", picture, "--by", "country"],
        "lens": ["lens", picture, "--states", "NO,FI,SE"],
        **{f"explain {node}": ["explain", node, "--out", picture] for node in NODES},
        **{f"{line} --json": [*line.split(), "--out", picture, "--json"] for line in ("explain Tiksi",)},
    }


def printed(arguments: list[str]) -> str:
    done = CliRunner().invoke(app, arguments, env={"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"})
    return f"exit {done.exit_code}\n{done.stdout}"


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
