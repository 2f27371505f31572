"""Pages of a pack: stamp, tables and lists."""

from __future__ import annotations

from maps.exercises.document import listed, page, section, table
from maps.reports.html_document import tag

STAMP = {
    "status": "exercise input",
    "pack": "toy 1",
    "seed": 1,
    "picture_day": "2026-01-01",
    "graph_sha256": "ab",
}


def test_a_page_holds_its_title_stamp_and_parts_escaped():
    text = page("A < B", STAMP, section("Who", "a & b", listed(["one"], "none")), kicker="staff")
    assert "<h1>A &lt; B</h1>" in text
    assert "<p>a &amp; b</p><ul><li>one</li></ul>" in text
    assert text.count("exercise input") == 2
    assert "@@LOOK@@" not in text


def test_an_empty_table_or_list_says_so():
    assert table([], {"a": "A"}, "nothing").text == "nothing"
    assert listed([], "none").text == "none"
    assert listed(["x"], "none", ordered=True).tag == "ol"


def test_numbers_of_a_table_stand_right():
    body = table([{"a": 1, "b": "x"}], {"a": "A", "b": "B"}, "", ("a",))
    assert [cell.get("class") for cell in body.iter("td")] == ["n", ""]
    assert isinstance(tag("p"), type(body))
