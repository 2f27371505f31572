"""Hostile words and terminals of any encoding; all lines are in `benchmarks/command_lines.py`."""

from __future__ import annotations

import json
import sys

import pytest

from benchmarks.command_lines import COMMANDS, lines, run_line, words
from layers.names import in_ascii

# They end before they read a picture, start another program or compute.
QUICK = (
    "{}",
    "glossary",
    "check",
    "changes {}",
    "sources",
    "fetch",
    "snapshot",
    "polaris",
    "draw {}",
    "build",
)


def test_a_sample_of_hostile_lines_is_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    some = [command for command in COMMANDS if command.startswith(QUICK)]
    of_some = [
        line
        for place, line in enumerate(lines(tmp_path, tmp_path / "none"))
        if COMMANDS[place % len(COMMANDS)] in some
    ]
    ended = [run_line(line, 30) for line in of_some[::6]]
    assert len(ended) > len(words(tmp_path))
    assert [(row.line, row.wrong) for row in ended if row.wrong] == []


def test_what_is_looked_for_in_a_line_is_seen(monkeypatch):
    """Each fault that the sweep looks for, made on purpose."""

    def ended(text: str, code: int) -> str:
        def main() -> None:

            sys.stderr.write(text)
            sys.exit(code)

        monkeypatch.setattr("benchmarks.command_lines.main", main)
        return run_line(["x"]).wrong

    good = "arctic-picture: expected a, found b\n"
    assert ended(good, 2) == ""
    assert ended(good + "\x1b[2J", 2) == "raw control character '\\x1b'"
    assert ended("Traceback (most recent call last)\n", 1) == "traceback"
    assert ended(good, 1) == "exit code 1"
    assert ended(good, 139) == "exit code 139"
    assert ended("", 2) == "0 lines of error"
    monkeypatch.setattr("benchmarks.command_lines.main", lambda: 1 / 0)
    assert run_line(["x"]).wrong == "traceback: ZeroDivisionError division by zero"


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "koi8-r"])
def test_a_terminal_of_another_encoding_gets_the_text_in_plain_letters(folder, encoding):
    explained = run_line(["explain", "Utqiagvik", "--out", str(folder)], encoding=encoding)
    assert (explained.code, explained.wrong) == (0, "")
    assert "airfield at Utqiagvik with" in explained.said
    assert "[U+" not in explained.said, "every letter and sign of the text has a plain one"


def test_json_for_another_encoding_loses_nothing(folder):
    outputs = [run_line(["explain", "Utqiagvik", "--json", "--out", str(folder)], encoding=encoding).said
             for encoding in ("utf-8", "ascii")]  # fmt: skip
    one, other = (json.loads(text.split(" | ")[0]) for text in outputs)
    assert one == other


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Gáivuotna", "Gaivuotna"), ("Мурманск", "Murmansk"), ("a → b ≥ 2", "a -> b >= 2"), ("Ŋ", "N"),
     ("日", "[U+65E5]"), ("caf\udce9", "caf[U+DCE9]")],
)  # fmt: skip
def test_letters_in_ascii(text, plain):
    assert in_ascii(text) == plain
