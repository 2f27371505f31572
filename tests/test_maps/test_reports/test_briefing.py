"""The briefing: every number is read again from the stored tables, hostile text stays text."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
from dataclasses import replace
from urllib.parse import unquote

import pytest
from briefing_reader import Stored, must_trace, read, rows_of

from maps.reports import briefing
from maps.reports.cell_notes import NOTES_SCRIPT
from maps.reports.citations import format_value
from maps.status import SCRIPT
from pipelines.cli import main
from pipelines.picture.read import read_picture


@pytest.fixture(scope="module")
def page(folder) -> str:
    return (folder / "briefing.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def stored(folder) -> Stored:
    return Stored(folder)


def test_every_number_is_that_of_its_cell(page, stored):
    assert must_trace(page, stored) > 800
    # The machine-readable value is the same one.
    for name, attrs in read(page).tags:
        if name == "data" and attrs["value"] and attrs["data-form"].endswith("f"):
            assert float(attrs["value"]) == pytest.approx(stored.value(attrs["data-cell"]))


@pytest.mark.parametrize("country", ["NOR", "RUS", "USA", "EST"])
def test_a_countrys_page_is_traced_too(picture, stored, tmp_path, country):
    path = briefing.write(picture, tmp_path, country)
    assert path.name == f"briefing-{country}.html"
    text = path.read_text(encoding="utf-8")
    assert must_trace(text, stored) > 300
    named = set(re.findall(r"value:nodes\?node_id=([^#\"]*)#flag_probability\"", text))
    nodes = picture.tables["nodes"]
    mine = nodes[(nodes["country_iso3"] == country) & nodes["flag"].isin(["robust", "possible"])]
    assert {unquote(node) for node in named} == set(mine["node_id"])
    assert ("No node here is critical" in text) == (not len(mine))


def test_the_counts_add_up_by_hand(page, picture):
    nodes = picture.tables["nodes"]
    text = {a: s for s, a, _ in read(page).texts if a}
    is_critical = nodes["flag"].isin(["robust", "possible"])
    inside = nodes["scope"] != "context"
    assert not (is_critical & ~inside).any(), "what is outside the boundary is never flagged"
    critical = nodes[is_critical]
    places = {(row.place_id, row.place, row.country_iso3) for row in critical.itertuples()}
    assert text["distinct:nodes?flag=robust|possible#place_id"] == str(len(places))
    assert text["count:nodes?flag=robust|possible"] == str(len(critical))
    assert text["count:nodes?flag=robust"] == str((nodes["flag"] == "robust").sum())
    assert text["count:nodes?flag=insufficient_data"] == str((nodes["flag"] == "insufficient_data").sum())
    both = inside & (nodes["overlap_probability"] >= 0.5)
    assert text["count:nodes?scope=arctic|gateway&overlap_probability>=0.5"] == str(both.sum())
    airfields = nodes[inside & (nodes["kind"] == "airfield")]
    of = "count:nodes?kind=airfield&scope=arctic|gateway&flag="
    for flag in ("robust", "possible", "not_flagged", "insufficient_data"):
        assert text[of + flag] == f"{(airfields['flag'] == flag).sum():,}"
    context = (nodes["kind"] == "airfield") & ~inside
    assert text["count:nodes?kind=airfield&scope=context"] == f"{context.sum():,}"


def test_every_critical_place_is_told_with_hazard_source_and_a_plain_sentence(page, picture):
    nodes, evidence = picture.tables["nodes"], picture.tables["evidence"]
    critical = nodes[nodes["flag"].isin(["robust", "possible"])]
    titles = {source.id: source.title for source in picture.sources}
    rows = {row[0]: row for row in rows_of(page, "places")}
    assert len(rows) == critical["place_id"].nunique()
    for _, some in critical.groupby("place_id"):
        key, row = next((k, r) for k, r in rows.items() if k.startswith(some["place"].iloc[0]))
        for node in some.itertuples():
            assert node.name in row[1]
            assert f"{node.flag}, {node.flag_probability:.0%}" in row[1]
            assert node.hazard_deciding in row[2]
            assert node.hazard_tier in row[2]
            known = evidence[(evidence["node_id"] == node.node_id) & (evidence["axis"] == "climate")]
            name = node.hazard_deciding.split(":")[0].replace(" ", "_")
            if name in set(known["indicator"]):
                [deciding] = known[known["indicator"] == name].itertuples()
                assert titles[deciding.source_id] in row[2]
                assert deciding.as_of in row[2]
        assert row[3].endswith("."), key
        assert row[3].split(":")[0] in set(some["name"]), "the sentence is of a node of the place"


def test_the_sentence_is_that_of_the_evidence(page, picture):
    """Iqaluit's airport by hand: damage is typed, its runway and its people stand in the evidence."""
    [row] = [row for row in rows_of(page, "places") if row[0].split()[0] == "Iqaluit"]
    evidence = picture.tables["evidence"]
    own = evidence[evidence["node_id"] == "airfield:oa-cyfb"].set_index("indicator")["value"]
    assert row[3] == (
        "Iqaluit Airport: thawing ground already damages it; an airfield with a paved runway of "
        f"{own['runway_length']:,.0f} metres, which can serve defence; "
        f"{own['people_without_another']:,.0f} people within fifty kilometres have no other airfield by road "
        "or rail."
    )


def test_the_overlap_stands_by_country(page, picture):
    nodes = picture.tables["nodes"]
    both = nodes[(nodes["scope"] != "context") & (nodes["overlap_probability"] >= 0.5)]
    rows = rows_of(page, "lists")
    assert len(rows) == both["country_iso3"].nunique()
    assert sum(int(row[2]) for row in rows) == len(both)
    text = " ".join(row[1] for row in rows)
    assert all(place in text for place in both["place"])


def test_what_an_unknown_decides_names_the_datum(page, picture):
    lacking = picture.tables["nodes"].query("flag == 'insufficient_data'")
    assert len(lacking)
    rows = {row[0]: row for row in rows_of(page, "lacking")}
    for node in lacking.itertuples():
        [row] = [row for key, row in rows.items() if key.startswith(f"{node.name},")]
        assert row[2] == node.deciding_datum
        assert f"climate {node.hazard_class}" in row[1]


def test_no_rank_and_no_order_is_told(page):
    text = " ".join(said for said, _, _ in read(page).texts).lower()
    assert not re.search(r"\brank|\btied?\b|\bties\b|percentile", text)


def test_where_nothing_is_critical_it_says_so(picture):
    nodes = picture.tables["nodes"].assign(flag="not_flagged", overlap_probability=0.0)
    text = briefing.page(changed(picture, "nodes", nodes))
    assert "places are critical: nowhere here do a high climate hazard" in text
    for words in ("No node here is critical.", "At no node here do climate and defence overlap.",
                  "No flag here hangs on an unknown alone."):  # fmt: skip
        assert words in text


def test_it_says_what_it_must(page, picture):
    text = " ".join(said for said, _, _ in read(page).texts)
    for words in ("Five domains", "Posture", "Climate adaptation", "Resources", "Environment",
                  "Infrastructure resilience", "What we do not know", "unknown", "Critical places",
                  "Where climate and defence overlap", "What must be known first"):  # fmt: skip
        assert words in text, words
    for sentence in picture.caveats:
        assert sentence in text
    for source in picture.sources:
        assert source.title in text
        assert source.licence in text
    for layer in picture.layers:
        assert layer.title in text
    critical = picture.tables["nodes"].query("flag in ('robust', 'possible')")["name"]
    assert all(name in text for name in critical)


def test_the_breaks_of_the_sensor_are_marked_and_named(page, picture):
    """A letter at each line, and its day and sensors in words below: no colour carries it alone."""
    table = picture.tables["source_continuity"]
    changes = table[table["kind"] == "sensor_change"].sort_values("last_day")
    words = " ".join(re.sub(r"<[^>]+>", "", page).split())
    before, last = changes.iloc[:-1], changes.iloc[-1]
    for letter, row in zip("abcd", before.itertuples(), strict=True):
        assert f"{letter} on {row.last_day}: {row.note}" in words
    assert f"after the reference, on {last.last_day}: {last.note}" in words
    # No line of 2025 in the chart of March and September, which ends with 2024, nor in that of 2026.
    assert page.count('class="break"') == len(before) == 4


def test_the_page_runs_nothing_and_asks_for_nothing(page):
    reader = read(page)
    names = {name for name, _ in reader.tags}
    assert not names & {"link", "img", "iframe", "object", "embed", "form", "base", "use"}
    # A link leads to a cell on the page or to the map beside it, and nothing else is opened.
    links = [attrs["href"] for name, attrs in reader.tags if name == "a"]
    assert links
    assert all(re.match(r"#cell-\d+$|map\.html#south=|map\.html#at=", link) for link in links)
    assert not [attrs for _, attrs in reader.tags if any(k.startswith("on") or k == "style" for k in attrs)]
    policy = next(a["content"] for n, a in reader.tags if a.get("http-equiv") == "Content-Security-Policy")
    look = re.search(r"<style>(.*?)</style>", page, re.DOTALL).group(1)
    digest = base64.b64encode(hashlib.sha256(look.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{digest}'" in policy
    # The clock and the box of a cell, and nothing else.
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert scripts == [SCRIPT, NOTES_SCRIPT]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    assert f"script-src 'sha256-{digests[0]}' 'sha256-{digests[1]}'; " in policy
    assert "url(" not in look
    assert "@import" not in look


def test_the_same_picture_gives_the_same_bytes(page, folder):
    assert briefing.page(read_picture(folder)) == page


def changed(picture, name, table):
    return replace(picture, tables={**picture.tables, name: table})


# --- hostile text -----------------------------------------------------------------------------

HOSTILE = (
    "</td><script>window.__pwned=1</script>", "<img src=x onerror=alert(1)>", "{{7*7}} ${1+1}",
    "&lt;b&gt; \"'",     "@@LOOK@@ </style>", "nul\x00 turned\u202eder", "=cmd|' /C calc'!A0",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(picture, name, page):
    nodes = picture.tables["nodes"]
    critical = nodes[nodes["flag"].isin(["robust", "possible"])]
    top = critical.sort_values("flag_probability", ascending=False).index[0]
    renamed = nodes.copy()
    renamed.loc[top, "name"] = name
    text = briefing.page(changed(picture, "nodes", renamed))
    reader = read(text)
    address = f"value:nodes?node_id={nodes['node_id'][top].replace(':', '%3A')}#name"
    output = {a: s for s, a, _ in reader.texts if a}
    assert output[address] == format_value(name, "")
    assert {n for n, _ in reader.tags} == {n for n, _ in read(page).tags}
    assert not {"\x00", "\u202e"} & set(text)


def test_rows_that_a_users_file_lacks_are_said(picture, page):
    remark = "3 of 5 rows; left out: 1 without geometry, 1 outside the region."
    note = replace(picture.sources[0], id="private_x", title="<b>Mine</b>", state="private", remark=remark)
    text = briefing.page(replace(picture, sources=(*picture.sources, note)))
    output = {a: s for s, a, _ in read(text).texts if a}
    assert output["value:sources?id=private_x#remark"] == remark
    assert output["value:sources?id=private_x#title"] == "<b>Mine</b>"
    assert "Rows of your own files" not in page


# --- on request --------------------------------------------------------------------------------


def run(monkeypatch, *arguments) -> int:
    monkeypatch.setattr("sys.argv", ["arctic-picture", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def test_brief_writes_a_country(folder, tmp_path, monkeypatch, capsys):
    assert run(monkeypatch, "brief", folder, "--country", "no", "--to", tmp_path) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "briefing-NOR.html")
    assert run(monkeypatch, "brief", folder, "--country", "Norway", "--to", tmp_path) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "briefing-NOR.html")
    assert run(monkeypatch, "brief", folder, "--country", "../x", "--to", tmp_path) == 2
    assert (
        "--country: expected an ISO code or an English name of a country, found '../x'"
        in capsys.readouterr().err
    )
    assert run(monkeypatch, "brief", folder, "--as", "doc", "--to", tmp_path) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["briefing-NOR.html"]


def test_a_pdf_without_chromium_says_how_to_get_it(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(monkeypatch, "brief", folder, "--as", "pdf", "--to", tmp_path) == 1
    result = capsys.readouterr().err
    assert result.count("\n") == 1
    assert "install the package chromium" in result


@pytest.mark.chromium
def test_a_pdf_is_printed(folder, tmp_path, monkeypatch):
    assert run(monkeypatch, "brief", folder, "--country", "FIN", "--as", "pdf", "--to", tmp_path) == 0
    data = (tmp_path / "briefing-FIN.pdf").read_bytes()
    assert data.startswith(b"%PDF-")
    assert b"/MediaBox [0 0 594.95996 841.91998]" in data or b"/MediaBox [0 0 595" in data, "not A4"


@pytest.mark.chromium
@pytest.mark.parametrize(("width", "scheme"), [(1100, "light"), (1100, "dark"), (390, "light")])
def test_it_fits_the_window_and_runs_nothing(folder, width, scheme):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        result: list[str] = []
        value: list[str] = []
        page.on("console", lambda message: result.append(message.text))
        page.on("request", lambda request: value.append(request.url))
        page.goto((folder / "briefing.html").as_uri())
        assert not result
        assert len(value) == 1
        assert page.evaluate("document.documentElement.scrollWidth") == width
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (paper == "rgb(255, 255, 255)") == (scheme == "light")
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        browser.close()
