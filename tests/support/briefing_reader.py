"""Read a briefing as a browser does, and read the cells that it cites from the stored files with pandas."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import geopandas as gpd
import pandas as pd
import shapely

from layers.assessed.class_thresholds import ANCHORS
from layers.crs import area_km2
from layers.regions import REGIONS
from maps.reports.citations import format_value
from maps.reports.html_document import LABELS

if TYPE_CHECKING:
    from pathlib import Path

VOID = {"meta", "br"}


class Reader(HTMLParser):
    """Collects (text, address, form) of every text node of a page.

    The address and the form are those of the nearest enclosing element with `data-cell`, None without one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str | None, str | None]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, name, attrs):
        self.tags.append((name, dict(attrs)))
        if name not in VOID:
            self.stack.append((name, dict(attrs)))

    def handle_endtag(self, name):
        assert self.stack.pop()[0] == name

    def handle_data(self, data):
        if any(name in {"style", "title", "script"} for name, _ in self.stack):
            return
        if any("tick" in (attrs.get("class") or "").split() for _, attrs in self.stack):
            assert re.fullmatch(r"\d+|[A-Z][a-z]{2}", data), "a tick is a round number or a month"
            return
        classes = {attrs.get("class") for _, attrs in self.stack}
        if "note" in classes:
            assert re.fullmatch(r"\[?\d+\]?", data), "a note is a number of the list of cells"
            return
        if "address" in classes:  # what a cell is, in words; test_cell_notes.py reads it
            return
        result = next((attrs for _, attrs in reversed(self.stack) if attrs.get("data-cell")), {})
        self.texts.append((data, result.get("data-cell"), result.get("data-form")))


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert not reader.stack
    return reader


class Stored:
    """The values at the addresses of cells, read with plain pandas from the files of a picture."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        manifest = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
        judged = manifest["judged_by"]
        caveats = manifest["caveats"]
        self.tables: dict[str, Any] = {
            "sources": pd.DataFrame(manifest["sources"]),
            "layers": pd.DataFrame(manifest["layers"]),
            "regions": pd.DataFrame([{"id": row.id, "title": row.title} for row in REGIONS]),
            "picture": pd.DataFrame(
                [
                    {
                        "scenario": judged["title"],
                        "warming_degc": judged["warming_degc"],
                        "basis": judged["basis"],
                        "day": manifest["day"],
                    }
                ]
            ),
            "anchors": pd.DataFrame(
                {
                    "id": [one.id for one in ANCHORS],
                    "name": [one.meaning for one in ANCHORS],
                    "value": [(judged["anchors"] or {}).get(one.id, one.value) for one in ANCHORS],
                }
            ),
            "caveats": pd.DataFrame({"place": range(len(caveats)), "sentence": caveats}),
        }
        self.seen: dict[str, Any] = {}

    def table(self, name: str) -> Any:
        if name not in self.tables:
            spatial = self.folder / "layers" / f"{name}.parquet"
            self.tables[name] = (
                gpd.read_parquet(spatial)
                if spatial.exists()
                else pd.read_parquet(self.folder / "tables" / f"{name}.parquet")
            )
        return self.tables[name]

    def value(self, address: str) -> Any:
        if address not in self.seen:
            self.seen[address] = self._value(address)
        return self.seen[address]

    def _rows(self, table: Any, column: str, sign: str, text: str) -> Any:
        if column in table.columns:
            if sign == "=":
                return table[column].astype("str").isin([unquote(one) for one in text.split("|")])
            return table[column] <= float(text) if sign == "<=" else table[column] >= float(text)
        if column == "region" and isinstance(table, gpd.GeoDataFrame):
            outline = next(row.outline for row in REGIONS if row.id == unquote(text))
            return table.intersects(outline)
        nodes = self.table("nodes")
        return table["node_id"].isin(nodes.loc[self._rows(nodes, column, sign, text), "node_id"])

    def _value(self, address: str) -> Any:
        what, name, where, column = re.fullmatch(
            r"([a-z]+):([a-z_]+)(?:\?([^#]*))?(?:#(.*))?", address
        ).groups()
        table, region = self.table(name), None
        for condition in (where or "").split("&") if where else []:
            key, sign, text = re.fullmatch(r"([a-z_0-9]+)(<=|>=|=)(.*)", condition).groups()
            if what == "area" and key == "region":
                region = next(row for row in REGIONS if row.id == text)
                continue
            table = table[self._rows(table, key, sign, text)]
        if what == "count":
            return len(table)
        if what == "area":
            return area_km2(shapely.intersection(table.geometry.to_numpy(), region.outline)).sum()
        if what == "value":
            assert len(table) == 1, address
            return table[column].iloc[0]
        if what == "distinct":
            return table[column].nunique()
        return _statistic(table, column, what)


def _statistic(table: Any, column: str, what: str) -> Any:
    if what == "share":
        name, wanted = column.split("=")
        return float((table[name] == unquote(wanted)).mean()) if len(table) else None
    known = table[column].dropna()
    return getattr(known, what)() if len(known) else None


def must_trace(text: str, stored: Stored) -> int:
    counted = 0
    for said, address, form in read(text).texts:
        if address is None:
            assert not re.search(r"\d", LABELS.sub("", said)), f"{said!r} comes from nowhere"
            continue
        counted += 1
        assert said == format_value(stored.value(address), form), address
    return counted


CELLS = r"<td[^>]*>(.*?)</td>"


def rows_of(page: str, class_: str) -> list[list[str]]:
    """The cells of the table of a class as text, row by row."""
    found = re.search(rf'<div class="scroll {class_}">.*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    assert found, class_
    rows = re.findall(r"<tr>(.*?)</tr>", found.group(1), re.DOTALL)
    return [[_text(cell) for cell in re.findall(CELLS, row, re.DOTALL)] for row in rows]


def _text(markup: str) -> str:
    """The text of some markup as a reader sees it: elements `data` and `b` leave no space, others one."""
    bare = re.sub(r"</?(?:data|b)\b[^>]*>", "", markup)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())
