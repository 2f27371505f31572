"""The command line in this process."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
from run_commands import without_progress

from pipelines.cli import main


@pytest.fixture
def run(capsys, monkeypatch):
    """Run the command line in this process; returns code, stdout and stderr."""

    def call(*words: object) -> SimpleNamespace:
        monkeypatch.setattr(sys, "argv", ["arctic-picture", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        streams = capsys.readouterr()
        return SimpleNamespace(code=stop.value.code, out=streams.out, err=without_progress(streams.err))

    return call
