"""What a feature service left out or calls otherwise is refused (test_written_forms reads what it serves)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from provider_forms import FORMS

from layers.errors import SourceError
from pipelines.intake.tables import table_of
from pipelines.sources import source

if TYPE_CHECKING:
    from pathlib import Path


def served(folder: Path, name: str, **more: Any) -> Path:
    path = folder / source(name).remotes[0].file
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(json.loads(FORMS[name].make()) | more))
    return folder


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"exceededTransferLimit": True}, "expected all features, found 1 of more"),
        ({"properties": {"exceededTransferLimit": True}}, "expected all features"),
        ({"numberMatched": 3}, "expected all features, found 1 of 3"),
        ({"features": []}, "expected features, found none"),
    ],
)
def test_what_a_service_left_out_is_not_taken_for_all(tmp_path, more, said):
    with pytest.raises(SourceError, match=said):
        table_of(source("sodir_pipelines"), served(tmp_path, "sodir_pipelines", **more), tmp_path)


def test_columns_of_another_form_are_refused(tmp_path):
    folder = served(tmp_path, "sodir_pipelines")
    path = folder / source("sodir_pipelines").remotes[0].file
    path.write_text(path.read_text().replace("ppl", "xyz"))
    with pytest.raises(SourceError, match="expected the columns pplNpdidPipeline"):
        table_of(source("sodir_pipelines"), folder, folder)
