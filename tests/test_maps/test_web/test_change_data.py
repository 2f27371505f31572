"""What the page gets of another picture."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from page_pictures import block_of, cell, layer_of, made_picture
from typer.testing import CliRunner

from maps.web import change_data
from pipelines.cli import app


def test_two_pictures_are_compared_node_by_node() -> None:
    old, new = made_picture(("A", "B", "C")), made_picture(("A", "B", "C"))
    nodes = new.tables["nodes"].assign(flag=["possible", "insufficient_data", "robust"]).iloc[[0, 2]]
    result = change_data.compared_data(
        replace(new, tables={"nodes": nodes}), replace(old, day=date(2025, 1, 2))
    )
    assert result is not None
    assert result["day"] == "2025-01-02"
    flag = next(c for c in result["columns"] if c["name"] == "flag")
    assert [cell(flag, row) for row in range(2)] == ["robust", "insufficient_data"]
    assert [(lost["name"], lost["flag"]) for lost in result["gone"]] == [("B", "insufficient_data")]


def test_draw_compares_with_another_picture(folder: Path, tmp_path: Path) -> None:

    line = ["draw", str(folder), "--as", "html", "--to", str(tmp_path), "--compare", str(folder)]
    result = CliRunner().invoke(app, line, catch_exceptions=False)
    assert result.exit_code == 0
    compared = block_of((tmp_path / "map.html").read_text(encoding="utf-8"))["compare"]
    assert compared["gone"] == []
    flags = next(c for c in compared["columns"] if c["name"] == "flag")
    ours = next(
        c
        for c in layer_of((tmp_path / "map.html").read_text(encoding="utf-8"), "nodes")["columns"]
        if c["name"] == "flag"
    )
    assert flags == ours
