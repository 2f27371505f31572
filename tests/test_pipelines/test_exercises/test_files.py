"""Exercise files by name and by path, and what is refused in one line."""

from __future__ import annotations

import pytest

from layers.errors import UsageError
from pipelines.exercises.files import read_exercise, shipped


def test_each_shipped_exercise_reads_and_has_a_text_for_every_inject():
    for name, path in shipped().items():
        exercise, text = read_exercise(name)
        assert (exercise.name, text) == (name, path.read_text(encoding="utf-8"))
        assert exercise.objectives
        assert all(one.text and one.to for one in exercise.injects)


def test_a_name_is_matched_in_any_case():
    assert read_exercise("Svalbard Cables")[0].name == "svalbard_cables"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "expected a TOML file in UTF-8 at"),
        (b"title = ", "found Invalid value"),
        (b"title = '\xff'", "found 'utf-8' codec"),
        (b"month = 3\nseed = 1\n", "expected the key title, found none; add it"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path, content, said):
    path = tmp_path / "own.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_exercise(str(path))
    assert said in str(caught.value)


def test_an_unknown_name_shows_the_nearest():
    with pytest.raises(UsageError, match=r"found 'svalbard_cabels': nearest (is|are) svalbard_cables"):
        read_exercise("svalbard_cabels")
