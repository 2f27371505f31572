"""The command `exercise`: its list, and refusals in one line with exit code 2."""

from __future__ import annotations

import json

import pytest

from pipelines.exercises.files import shipped


def test_without_a_name_it_lists_the_exercises(run):
    result = run("exercise", "--json")
    assert result.code == 0
    assert [row["name"] for row in json.loads(result.out)["exercises"]] == list(shipped())
    assert run("exercise").out.count("\n") == len(shipped())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("svalbard",), "expected a name or a TOML file, found 'svalbard': nearest"),
        (("none.toml",), "expected a TOML file in UTF-8 at none.toml"),
        (("--log", "log.csv"), "--log: expected the folder of its pack as well, found none"),
        (("--log", "log.csv", "pack"), "--log: expected a file at log.csv"),
        (
            ("svalbard_cables", "--out", "file/pack"),
            "--out: expected a folder that can be written, found a file",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(run, tmp_path, monkeypatch, words, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    result = run("exercise", *words)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert result.err.count("\n") == 1
