"""The quarantine keeps the newest sets of each unit, also those of a killed run."""

from __future__ import annotations

import os

from pipelines.intake.quarantine import trim_quarantine


def test_the_newest_three_sets_of_each_unit_stay(tmp_path):
    for unit, count in (("a", 5), ("b", 2)):
        for number in range(count):
            set_folder = tmp_path / "quarantine" / unit / f"set{number}"
            set_folder.mkdir(parents=True)
            (set_folder / "file").write_text("x")
            os.utime(set_folder, (1_000 * number, 1_000 * number))
    trim_quarantine(tmp_path)
    left = sorted(path.relative_to(tmp_path / "quarantine").as_posix() for path in tmp_path.glob("*/*/*"))
    assert left == ["a/set2", "a/set3", "a/set4", "b/set0", "b/set1"]
    trim_quarantine(tmp_path / "none")
