"""The story of a briefing: six scenes on two pages, whose figures are links to their cells."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from briefing_reader import Stored, must_trace

from maps.reports import briefing
from maps.reports.citations import CitationIndex
from maps.reports.scenes import SCENES, View, fragment
from maps.reports.story_cases import chosen

IDS = ["scene-ice", "scene-overlap", "scene-cases", "scene-warming", "scene-cost", "scene-unknown"]


@pytest.fixture(scope="module")
def page(folder) -> str:
    return (folder / "briefing.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def norway(picture) -> str:
    return briefing.page(picture, "NOR")


def story_of(page: str) -> str:
    [found] = re.findall(r"<main.*?</main>", page, re.DOTALL)
    return found


def scene_of(page: str, scene_id: str) -> str:
    [found] = re.findall(rf'<section[^>]*id="{scene_id}".*?</section>', story_of(page), re.DOTALL)
    return found


def words(markup: str) -> str:
    bare = re.sub(r'<(span|tspan)[^>]*class="note".*?</\1>', "", markup)
    return " ".join(re.sub(r"<[^>]+>", "", bare).split())


# --- scenes ------------------------------------------------------------------------------------


def test_six_scenes_stand_in_order_each_with_a_drawing(page):
    assert [scene.id for scene in SCENES] == IDS
    assert re.findall(r'id="(scene-[a-z]+)"', page) == IDS
    for scene in SCENES:
        assert words(scene_of(page, scene.id)).startswith(words(scene.title))
        # The scene of the critical places is about the map and the list on the same page.
        assert ("<svg" in scene_of(page, scene.id)) == (scene.id != "scene-overlap"), scene.id
    assert story_of(page).index('class="map"') < story_of(page).index("scene-ice"), "the map comes first"


def test_each_scene_links_to_its_view_on_the_map(page, picture):
    layers = {layer.id for layer in picture.layers}
    for scene in SCENES:
        [address] = re.findall(r'href="map\.html#([^"]+)"', scene_of(page, scene.id))
        query = parse_qs(address.replace("&amp;", "&"))
        assert query["south"] == ["-45"]
        assert set(query["layers"][0].split(".")) <= layers
        assert query.get("month") == ([str(scene.month)] if scene.month else None)
        ice = picture.tables["sea_ice"].query("month == 9")["year"].max()
        assert query.get("year") == ([str(ice)] if scene.month else None), "the ice of the briefing's map"
        assert ("node" in query) == (scene.shows == "case")
        assert "at" not in query, "the whole picture is the view at first"
    [case] = parse_qs(re.findall(r'href="map\.html#([^"]+)"', scene_of(page, "scene-cases"))[0])["amp;node"]
    assert case in set(picture.tables["nodes"]["node_id"])


def test_a_fragment_is_what_the_map_reads():
    """By hand, in the format of maps/web/page/address_query.js."""
    scene = SCENES[0]
    assert fragment(scene, View(69.5, -145.25, 3.5, south=-145), node="port:a b") == (
        "at=69.5000,-145.2500&zoom=3.50&south=-145&layers=bathymetry.land.countries.sea_ice.sea_routes&month=9"
        "&node=port%3Aa+b"
    )
    assert fragment(scene, year=2022).endswith("&month=9&year=2022")
    assert fragment(SCENES[3], layer_ids=("land", "nodes")) == "south=-45&layers=land.nodes&level=2"


@pytest.mark.sweep
@pytest.mark.chromium
def test_the_map_opens_the_view_of_each_scene(browser, folder, page, picture):
    opened = browser.new_page(viewport={"width": 1200, "height": 800})
    for scene in SCENES:
        [link] = re.findall(r'href="(map\.html#[^"]+)"', scene_of(page, scene.id))
        opened.goto("about:blank")
        opened.goto(f"{folder.as_uri()}/{link.replace('&amp;', '&')}")
        opened.wait_for_selector("#show-nodes", state="attached")
        on = opened.evaluate(
            "[...document.querySelectorAll('[id^=show-]')].filter((b) => b.checked).map((b) => b.id)"
        )
        # The map has a few drawings of its own, such as the names of places; they are no layers.
        layers = {layer.id for layer in picture.layers}
        held = [one for one in scene.layers if opened.query_selector(f"#show-{one}")]
        assert len(held) > 2
        if scene.level_degc:  # the map shows the air of this level in place of that of the picture
            held.remove("warming")
        assert {name.removeprefix("show-") for name in on} & layers == set(held), scene.id
    opened.close()


def test_plain_words_without_identifiers(page, norway):
    for text in (page, norway):
        said = words(story_of(text))
        for word in (
            "degC",
            "alternative",
            "node",
            "flag",
            "unknown class",
            "hinterland",
            "D2",
            "dual-use class",
        ):
            assert word not in said, word
        assert not re.search(r"\b\w+_\w+\b", said), "an identifier is no word"
        assert not re.search(r":[a-z]+-\w+", said)
    assert re.search(r"the next airfield as large is [\d,]+ km away", words(story_of(page)))


# --- figures -----------------------------------------------------------------------------------


@pytest.mark.sweep
@pytest.mark.parametrize("country", [None, "NOR", "CAN"])
def test_every_figure_of_the_story_is_a_link_to_the_row_of_its_cell(picture, folder, country):
    text = briefing.page(picture, country)
    rows = dict(re.findall(r'<tr id="cell-(\d+)" data-address="([^"]*)"', text))
    main = story_of(text)
    cells = re.findall(r'<(?:data|text)\b[^>]*data-cell="([^"]*)"[^>]*>([^<]*)', main)
    # A digit in the name of a place or of a document is no figure.
    names = ("#name", "#place", "#title", "#source_title", "#what", "#note")
    figures = [
        (address, said) for address, said in cells
        if re.search(r"\d", said) and not address.endswith(names)
    ]  # fmt: skip
    links = re.findall(r'<a class="fig" href="#cell-(\d+)"><(?:data|text)\b[^>]*data-cell="([^"]*)"', main)
    assert len(figures) == len(links) > 25
    assert all(rows[number] == address for number, address in links)
    # One number for one cell, from 1 without a gap, in the order of reading.
    assert list(rows) == [str(place + 1) for place in range(len(rows))]
    assert list(dict.fromkeys(number for number, _ in links)) == list(rows)
    assert must_trace(text, Stored(folder)) > 300


def test_a_row_of_the_list_names_table_row_column_value_source_and_date(page, picture):
    nodes = picture.tables["nodes"]
    address = "count:nodes?flag=robust|possible"
    [row] = re.findall(rf'<tr id="[^"]*" data-address="{re.escape(address)}">(.*?)</tr>', page, re.DOTALL)
    cells = [words(cell) for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)]
    critical = nodes["flag"].isin(["robust", "possible"]).sum()
    title = next(layer.title for layer in picture.layers if layer.id == "nodes")
    assert cells[1:5] == [str(critical), title, "flag is robust or possible", "number of rows"]
    assert cells[5].startswith("judged by this project on: ")
    assert cells[6] == picture.day.isoformat()


@pytest.mark.sweep
@pytest.mark.chromium
@pytest.mark.parametrize("country", [None, "USA"])
def test_a_click_on_each_figure_shows_its_cell(browser, picture, tmp_path, country):
    path = briefing.write(picture, tmp_path, country)
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    figures = page.locator("main a.fig")
    assert figures.count() > 40
    for place in range(figures.count()):
        figure = figures.nth(place)
        figure.click()
        shown, address, value = page.evaluate(
            """() => { const box = document.getElementById("cell-box");
            return [!box.hidden && box.getBoundingClientRect().height > 40, box.dataset.address,
                    [...box.querySelectorAll("dd")].map((one) => one.textContent)]; }"""
        )
        cell = figure.locator("[data-cell]")
        assert shown
        assert address == cell.get_attribute("data-cell")
        assert len(value) == 7
        assert all(value), address
        # The box shows the stored value, the figure the same value rounded.
        stored = (
            float(value[1].replace(",", "").rstrip("%")) if re.fullmatch(r"-?[\d,.]+%?", value[1]) else None
        )
        printed = re.sub(
            r"[,%+]", "", cell.evaluate("one => one.firstChild.textContent").replace("\u2212", "-")
        )
        page.keyboard.press("Escape")  # the box may lie on the next figure
        if stored is not None and re.fullmatch(r"-?[\d.]+", printed):
            assert float(printed) == pytest.approx(stored, abs=0.6), address
    assert page.evaluate("document.getElementById('cell-box').hidden")
    assert not said
    assert len(asked) == 1
    page.close()


# --- cases -------------------------------------------------------------------------------------


def changed(picture, name, table):
    return replace(picture, tables={**picture.tables, name: table})


def test_the_cases_follow_the_stated_rule(picture):
    """A small set by hand: surest first, then people without another, then another kind and country."""
    nodes, evidence = picture.tables["nodes"].copy(), picture.tables["evidence"]
    alone = evidence[evidence["indicator"] == "people_without_another"].set_index("node_id")["value"]
    by_people = nodes[nodes["kind"].isin(["airfield", "port"])].assign(people=nodes["node_id"].map(alone))
    by_people = by_people[by_people["people"] > 0].sort_values("people", ascending=False)
    fields = by_people[by_people["kind"] == "airfield"]
    first, second = fields.iloc[0], fields.iloc[1]
    port = by_people[
        (by_people["kind"] == "port") & (by_people["country_iso3"] != first["country_iso3"])
    ].iloc[0]
    nodes["flag"], nodes["flag_probability"] = "not_flagged", 0.0
    for node, share in ((first, 1.0), (second, 1.0), (port, 0.9)):
        at = nodes["node_id"] == node["node_id"]
        nodes.loc[at, ["flag", "flag_probability"]] = ["robust", share]
    citations = CitationIndex(changed(picture, "nodes", nodes))
    # The second airfield is as sure as the first, but of the same kind.
    cases = chosen(citations, (), None)
    assert cases[:2] == (first["node_id"], port["node_id"])
    assert (
        chosen(citations, (("country_iso3", "=", port["country_iso3"]),), port["country_iso3"])[-1:]
        == (port["node_id"],)
        or second["country_iso3"] == port["country_iso3"]
    )


def test_the_cases_differ_in_country_and_each_tells_five_things(page, picture):
    nodes = picture.tables["nodes"].set_index("node_id")
    cases = chosen(CitationIndex(picture), (), None)
    assert len(cases) == 3
    assert nodes.loc[list(cases), "country_iso3"].is_unique
    text = words(scene_of(page, "scene-cases"))
    for head in (
        "What it is:",
        "What threatens it:",
        "Who depends on it:",
        "Defence use:",
        "What would change this:",
    ):
        assert text.count(head) == len(cases)
    assert all(nodes.loc[case, "name"] in text for case in cases)


# --- countries ---------------------------------------------------------------------------------


def test_a_country_without_critical_sites_says_so_in_each_scene(norway, picture):
    nodes = picture.tables["nodes"]
    assert not nodes[nodes["country_iso3"] == "NOR"]["flag"].isin(["robust", "possible"]).any()
    assert "No place in Norway is critical today" in words(story_of(norway))
    assert "there is no case to tell" in words(scene_of(norway, "scene-cases"))
    assert "nobody is counted as cut off" in words(scene_of(norway, "scene-cost"))
    assert "does one missing fact alone decide" in words(scene_of(norway, "scene-unknown"))
    # Its figures are its own: the country is in the address of every count.
    counts = re.findall(r'data-cell="(count:[^"]*)"', story_of(norway))
    assert counts
    assert all("country_iso3=NOR" in address for address in counts)


def test_where_climate_and_defence_meet_without_a_critical_site_it_says_why_not(picture):
    nodes = picture.tables["nodes"]
    own = nodes[(nodes["country_iso3"] == "FIN") & (nodes["scope"] != "context")]
    both = own[own["overlap_probability"] >= 0.5]
    assert len(both)
    assert not own["flag"].isin(["robust", "possible"]).any()
    assert ((both["hazard_class"] == "moderate") | (both["dependence_class"] == "low")).all()
    said = words(scene_of(briefing.page(picture, "FIN"), "scene-overlap"))
    count = both["place_id"].nunique()
    assert (
        f"Climate and defence meet in {count} place{'s' if count > 1 else ''}, but there the hazard" in said
    )


def test_not_assessed_counts_are_of_the_country(picture):
    evidence = picture.tables["evidence"]
    source = "ourairports"
    sources = tuple(replace(one, state="held") if one.id == source else one for one in picture.sources)
    rests = (evidence["source_id"] == source) & (evidence["state"] == "known")
    lost = evidence.assign(state=evidence["state"].mask(rests, "unknown"))
    late = replace(changed(picture, "evidence", lost), sources=sources)
    nodes = picture.tables["nodes"].set_index("node_id")["country_iso3"]
    own = lost[(lost["source_id"] == source) & (lost["state"] == "unknown")]
    count = (own["node_id"].map(nodes) == "FIN").sum()
    address = f"count:evidence?country_iso3=FIN&amp;source_id={source}&amp;state=unknown"
    [said] = re.findall(rf'data-cell="{re.escape(address)}"[^>]*>([\d,]+)<', briefing.page(late, "FIN"))
    assert said == f"{count:,}" != f"{len(own):,}"


def test_without_a_table_a_scene_says_what_it_lacks(picture):
    lean = {
        name: table for name, table in picture.tables.items() if name not in {"warming_levels", "sea_ice"}
    }
    text = briefing.page(replace(picture, tables=lean, layers=tuple(
        layer for layer in picture.layers if layer.id in lean)))  # fmt: skip
    assert "what 2 °C changes is not computed in it" in words(scene_of(text, "scene-warming"))
    assert 'class="m-ice"' not in text


# --- what a first reader asked ---------------------------------------------------------------


def test_the_list_beside_the_map_holds_every_critical_site_that_the_sentence_counts(page, picture):
    nodes = picture.tables["nodes"]
    critical = nodes[nodes["flag"].isin(["robust", "possible"])]
    key = re.findall(r'<div class="key">.*?</ul>', story_of(page), re.DOTALL)[0]
    assert f"with {len(critical)} critical sites" in words(key)
    numbers = ("", "", "two", "three", "four", "five", "six", "seven")
    sites = 0
    for item in re.findall(r'<li><b class="tick">.*?</li>', key, re.DOTALL):
        kinds = words(item).split(": ", 1)[1].split(";")[0]
        sites += sum(numbers.index(one.split()[0]) if one.split()[0] in numbers else 1
                     for one in kinds.split(", "))  # fmt: skip
    assert sites == len(critical)
    assert f"At {len(critical)} sites in {critical['place_id'].nunique()} places" in words(page)


def test_the_scene_of_the_cost_names_every_critical_place(page, picture):
    nodes, evidence = picture.tables["nodes"], picture.tables["evidence"]
    places = nodes[nodes["flag"].isin(["robust", "possible"])].groupby("place")["node_id"].agg(set)
    text = scene_of(page, "scene-cost")
    chart, beside = text.split("Not in the chart")[1].split("<svg", 1)[::-1]
    alone = evidence[evidence["indicator"] == "people_without_another"].set_index("node_id")["value"]
    for place, ids in places.items():
        people = alone.reindex(list(ids)).max()
        assert place in (chart if people > 0 else beside), place
    assert "GeoNames" in text
    assert "states no year of a count" in words(text)


def test_the_limits_of_the_picture_are_printed_and_a_scenario_changes_them(page, picture):
    own = replace(picture.scenario, anchors={"captive_moderate": 432.0, "ice_lost_high": 1.75})
    rules = re.findall(r'<aside class="rules">.*?</aside>', page, re.DOTALL)[0]
    assert "300 people or more within fifty kilometres have no other site" in words(rules)
    assert "5,000 people or more live within fifty" in words(rules)
    changed_rules = words(briefing.page(replace(picture, scenario=own), "ISL"))
    assert "432 people or more within fifty kilometres" in changed_rules
    assert "1.75 months a year less" in changed_rules


def test_the_two_counts_of_the_warmer_world_are_told_apart(page, picture):
    nodes, levels = picture.tables["nodes"].set_index("node_id"), picture.tables["warming_levels"]
    at = levels[levels["warming_degc"] == 2].set_index("node_id")
    at = at[nodes.loc[at.index, "scope"] != "context"]
    lost = at[at["is_zone_lost"]]
    already = (nodes.loc[lost.index, "hazard_class"] == "high").sum()
    text = words(scene_of(page, "scene-warming"))
    assert f"{at['is_higher'].sum()} of {len(at):,} sites" in text
    assert f"at {len(lost)} sites the air grows too warm" in text
    assert f"{already} of them have a high hazard already" in text


def test_numbers_of_notes_stand_in_brackets_and_names_have_none(page):
    notes = re.findall(r'class="note"[^>]*>([^<]*)<', story_of(page))
    assert len(notes) > 50
    assert all(re.fullmatch(r"\[\d+\]", note) for note in notes)
    assert "<sup" not in story_of(page)
    assert not re.search(r'<a class="fig"[^>]*><data[^>]*#(name|source_title)"', story_of(page))


def test_one_list_says_what_is_not_computed_and_the_words_of_the_trade_that_occur_are_explained(page, norway):
    assert words(story_of(page)).casefold().count("not computed") == 1
    assert "CHP: a power plant that also heats the town" in words(story_of(page))
    assert "apron" not in words(story_of(norway))
    assert "railhead: the end of a railway" in words(story_of(norway))


# --- two pages ---------------------------------------------------------------------------------


@pytest.mark.chromium
@pytest.mark.parametrize("country", [None, "NOR", "USA", "RUS", "EST"])
def test_the_story_is_two_pages_and_no_page_is_blank(browser, picture, tmp_path, country):
    page = browser.new_page()
    page.goto(briefing.write(picture, tmp_path, country).as_uri())
    whole = len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(prefer_css_page_size=True)))
    page.evaluate("for (const one of [...document.body.children]) if (one.tagName !== 'MAIN') one.remove()")
    story = len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(prefer_css_page_size=True)))
    assert story == 2
    assert whole > story
    page.close()


WIDE = """() => [...document.querySelectorAll("main *")].filter((one) => one instanceof HTMLElement
  && one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1).map((one) => one.className)"""
# Pairs of texts of one drawing that lie on one another; a pixel of touch is no overlap.
OVERLAPS = """() => [...document.querySelectorAll("main svg")].flatMap((drawing) => {
  const texts = [...drawing.querySelectorAll("text")]
    .map((one) => [one.textContent, one.getBoundingClientRect()]);
  return texts.flatMap(([said, a], place) => texts.slice(place + 1).filter(([, b]) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2.5)
    .map(([other]) => `${said} on ${other}`));
})"""
OUTSIDE = """() => [...document.querySelectorAll("main svg text")].filter((one) =>
  one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((one) => one.textContent)"""
# Height of letters on paper, pixels; the numbers of notes are meant to be small.
SMALLEST = """() => Math.min(...[...document.querySelectorAll("main *:not(.note)")]
  .filter((one) => [...one.childNodes].some((part) => part.nodeType === 3 && part.data.trim()))
  .map((one) => { const drawing = one.closest("svg");
    const size = parseFloat(getComputedStyle(one).fontSize);
    const wide = drawing ? drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width : 1;
    return size * wide; }))"""


@pytest.mark.chromium
@pytest.mark.parametrize("country", [None, "NOR", "USA"])
def test_on_paper_nothing_is_cut_or_tiny_and_no_text_lies_on_another(browser, picture, tmp_path, country):
    page = browser.new_page(viewport={"width": 696, "height": 1024})  # the paper within its margins, 184 mm
    page.goto(briefing.write(picture, tmp_path, country).as_uri())
    page.emulate_media(media="print")
    assert page.evaluate(WIDE) == []
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(SMALLEST) > 7
    page.close()


# GDAL of the system reads each page of a PDF as an image: the lowest row of the page with ink, as a share of
# its height, and the share of pixels with ink. The line at the foot of each page is left out.
_INK = """
import json, sys
from osgeo import gdal
gdal.UseExceptions()
pages = []
while True:
    try:
        page = gdal.OpenEx(f"PDF:{len(pages) + 1}:{sys.argv[1]}", open_options=["DPI=50", "BANDS=3"])
    except RuntimeError:
        break
    image = page.ReadAsArray().min(0)[: int(0.94 * page.RasterYSize)]
    ink = (image < 160).any(1).nonzero()[0]
    pages.append([float(ink.max() / page.RasterYSize) if len(ink) else 0.0, float((image < 160).mean())])
print(json.dumps(pages))
"""


def ink_of(path) -> list[tuple[float, float]]:
    run = subprocess.run(
        ["/usr/bin/python3", "-c", _INK, str(path)], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


# Leaves the list of figures alone on paper, with two rows more than a page holds.
LIST_ALONE = """() => {
  const list = document.querySelector(".cells");
  document.body.replaceChildren(list);
  const rows = [...list.querySelectorAll("tbody tr")], high = 1024; // pixels of a page within its margins
  const last = rows.findIndex((row) => row.getBoundingClientRect().bottom - list.offsetTop > high);
  rows.slice(last + 2).forEach((row) => row.remove());
  return last;
}"""


@pytest.mark.chromium
@pytest.mark.qgis
def test_no_page_of_the_print_is_blank_and_none_has_a_few_lines_alone(browser, picture, tmp_path):
    page = browser.new_page(viewport={"width": 696, "height": 1024})  # the paper within its margins
    page.emulate_media(media="print")
    page.goto(briefing.write(picture, tmp_path, "SJM").as_uri())
    page.pdf(path=tmp_path / "briefing.pdf", prefer_css_page_size=True)
    assert page.evaluate(LIST_ALONE) > 12
    page.pdf(path=tmp_path / "list.pdf", prefer_css_page_size=True)
    page.close()
    pages, of_list = ink_of(tmp_path / "briefing.pdf"), ink_of(tmp_path / "list.pdf")
    assert len(pages) > 5
    assert len(of_list) == 2
    for number, (lowest, share) in enumerate([*pages, *of_list], start=1):
        assert lowest > 0.25, f"page {number} of {len(pages)} ends after {lowest:.0%}"
        assert share > 0.003, f"page {number} is blank"
