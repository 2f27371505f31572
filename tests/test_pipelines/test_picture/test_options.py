"""One list of options: the command line, the flow and `serve` take the same, each with its help."""

from __future__ import annotations

import ast
import inspect
from datetime import date
from pathlib import Path

import pytest
from run_commands import ROOT

from layers.errors import UsageError
from pipelines.cli import app
from pipelines.commands.build import build
from pipelines.commands.operations import _words, serve
from pipelines.picture.options import Options, RunOptions, run_parameters

NAMES = [one.name for one in run_parameters()]


def test_build_and_serve_take_every_option_of_a_run():
    assert list(inspect.signature(build).parameters) == [*NAMES, "dry_run", "as_json"]
    at_serve = set(inspect.signature(serve).parameters)
    assert at_serve == {*NAMES, "cron", "webhook"} - {"as_of", "fetch"}
    assert inspect.signature(serve).parameters["keep"].default == 30
    assert {"build", "serve"} <= {command.callback.__name__ for command in app.registered_commands}


def test_no_other_module_lists_the_options_of_a_run():
    for name in ("flows.py", "commands/build.py", "commands/operations.py"):
        tree = ast.parse((ROOT / "pipelines" / name).read_text(encoding="utf-8"))
        arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        assert not arguments & {"region", "scenario", "draws", "seed", "audience", "private"}, name


def test_every_option_has_a_help_text_and_a_usual_picture_is_asked_for():
    assert all(one.about.help.endswith(".") for one in run_parameters())
    assert RunOptions().picture() == Options()


def test_the_options_of_a_run_are_those_of_its_picture():
    run = RunOptions.of(
        {"region": "bering", "as_of": "2026-03-01", "draws": 7, "seed": 2, "sensitivity": True,
         "private": "own", "cache": "kept", "fetch": True, "audience": "eu", "scenario": "plus_2",
         "ice_record": Path("ice")}
    )  # fmt: skip
    assert run.picture() == Options(
        region="bering", scenario="plus_2", day=date(2026, 3, 1), draws=7, seed=2, sensitivity=1,
        audience="eu", private=Path("own"), cache=Path("kept"), ice_record=Path("ice"),
    )  # fmt: skip
    assert RunOptions(cache=Path("kept")).picture().cache is None, "without a fetch nothing fetched is read"


@pytest.mark.parametrize("day", ["1900", "01.03.2026", "2026-02-30", ""])
def test_what_is_no_date_is_refused(day):
    with pytest.raises(UsageError, match="--as-of: expected a date such as 2026-03-01, found"):
        RunOptions(as_of=day).picture()


def test_serve_hands_its_options_on():
    run = RunOptions(
        region="bering", keep=30, fetch=True, cache=Path("a b"), from_mirror=Path("a stick"), no_fetch=True
    )
    assert _words(run) == [
        "--region=bering", "--keep=30", "--fetch", "--cache=a b", "--from-mirror=a stick", "--no-fetch",
    ]  # fmt: skip


def test_without_a_fetch_what_was_accepted_before_is_still_read():
    assert RunOptions(fetch=True, no_fetch=True, cache=Path("kept")).picture().cache == Path("kept")
    assert RunOptions(no_fetch=True, cache=Path("kept")).picture().cache == Path("kept")


@pytest.mark.parametrize(("option", "least"), [("draws", 1), ("seed", 0), ("sensitivity", 0)])
def test_a_number_is_taken_from_its_least_on(option, least):
    assert getattr(Options(**{option: least}), option) == least
    with pytest.raises(UsageError, match=f"--{option}: expected {least} or more, found {least - 1}"):
        Options(**{option: least - 1})
