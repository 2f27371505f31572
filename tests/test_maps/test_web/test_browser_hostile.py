"""The page in Chromium: no name of a picture runs as script or markup."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from page_pictures import HIDDEN_SHOWN, HOSTILE, made_picture, open_page

from layers.picture import Picture, SourceNote
from layers.scenarios import scenario
from maps.web.page import write

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


SCRIPTS = (
    "<script>window.__pwned=1</script>",
    "</script><script>window.__pwned=1</script>",
    "<img src=x onerror=window.__pwned=1>",
    "<svg onload=window.__pwned=1>",
    "<svg/onload=window.__pwned=1//",
    "<body onload=window.__pwned=1>",
    "<iframe srcdoc='<script>parent.__pwned=1</script>'>",
    "<details open ontoggle=window.__pwned=1>",
    "<video><source onerror=window.__pwned=1></video>",
    "<input autofocus onfocus=window.__pwned=1>",
    "<a href='javascript:window.__pwned=1'>x</a>",
    "javascript:window.__pwned=1",
    "data:text/html,<script>window.__pwned=1</script>",
    '" onmouseover="window.__pwned=1',
    "' onfocus='window.__pwned=1' autofocus='",
    "--><script>window.__pwned=1</script>",
    "]]><script>window.__pwned=1</script>",
    "</style><script>window.__pwned=1</script>",
    "</title><script>window.__pwned=1</script>",
    "</textarea><img src=x onerror=window.__pwned=1>",
    "<math><mtext><img src=x onerror=window.__pwned=1></mtext></math>",
    "<object data='javascript:window.__pwned=1'>",
    "<meta http-equiv=refresh content='0;url=javascript:window.__pwned=1'>",
    "<base href='javascript:window.__pwned=1//'>",
    "<link rel=stylesheet href='data:text/css,*{}' onload=window.__pwned=1>",
    "<form action='javascript:window.__pwned=1'>",
    "\\u003cimg src=x onerror=window.__pwned=1\\u003e",
    "&lt;img src=x onerror=window.__pwned=1&gt;",
    "\\\\`;window.__pwned=1;//",
    "';window.__pwned=1;//",
    "<noscript><img title='</noscript><img src=x onerror=window.__pwned=1>'>",
)


TEMPLATES = (
    "{{7*7}}",
    "{{ 7 * 7 }}",
    "{{{7*7}}}",
    "{% raw %}",
    "{% if 1 %}x{% endif %}",
    "{# gone #}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "<% 7*7 %>",
    "[[7*7]]",
    "{{constructor.constructor('window.__pwned=1')()}}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{config}}",
    "${window.__pwned=1}",
    "@@DATA@@",
    "@@LATER@@ @@CODE@@ @@LOOK@@",
    "%(name)s",
    "{0.__class__}",
    "$&$1$`",
)


VECTORS = (*SCRIPTS, *TEMPLATES)


def hostile_picture() -> Picture:
    """A picture all of whose words are vectors, in rotation, so that each stands in each kind of field."""
    assert len(set(SCRIPTS)) >= 27
    assert len(set(TEMPLATES)) >= 17
    picture = made_picture(VECTORS)
    count = len(VECTORS)

    def turned(first: int, rows: int) -> list[str]:
        return [VECTORS[(first + k) % count] for k in range(rows)]

    layers, tables, first = [], {}, 0
    for layer in picture.layers:
        table = picture.tables[layer.id]
        if layer.id == "evidence":
            table = pd.concat(
                [table.assign(node_id=f"port:{k}").head(1) for k in range(count)], ignore_index=True
            )
        words = [
            c.name for c in layer.all_columns if c.dtype == "str" and c.name not in {"feature_id", "node_id"}
        ]
        for name in words:
            first += 1
            table = table.assign(**{name: turned(first, len(table))})
        tables[layer.id] = table
        columns = tuple(
            replace(c, meaning=VECTORS[first % count], unit=VECTORS[-first % count]) for c in layer.columns
        )
        layers.append(
            replace(layer, title=VECTORS[first % count], note=VECTORS[(first + 1) % count], columns=columns)
        )
    tables["nodes"] = tables["nodes"].assign(name=list(VECTORS), reasons=list(VECTORS))
    notes = tuple(
        SourceNote(vector, *turned(k, 7), "stale" if k % 2 else vector) for k, vector in enumerate(VECTORS)
    )
    climate = replace(scenario("today"), title=VECTORS[0])
    place = replace(picture.region, title=VECTORS[1])
    return replace(
        picture, layers=tuple(layers), tables=tables, sources=notes, scenario=climate, region=place
    )


@pytest.mark.chromium
def test_hostile_names_are_text(opened: tuple[Page, list[str]]) -> None:
    page, events = opened
    for row, name in enumerate([*HOSTILE, HIDDEN_SHOWN, "Tromsø"]):
        assert page.evaluate("id => arcticPicture.select(id)", f"port:{row}")
        assert page.text_content("#details h2") == name
        assert page.text_content("#details .reasons") == name
    assert page.evaluate("typeof window.__pwned") == "undefined"
    assert page.query_selector("#details img") is None
    assert not page.evaluate("() => arcticPicture.select('port:none')")
    assert len(events) == 1


@pytest.mark.chromium
def test_no_vector_runs_and_all_are_shown_verbatim(browser: Browser, tmp_path: Path) -> None:
    hostile = hostile_picture()
    gone = replace(hostile, tables={**hostile.tables, "nodes": hostile.tables["nodes"].iloc[:9]})
    path = write(gone, tmp_path, other=hostile)
    page, events = open_page(browser, path)
    assert page.locator("#changes-list li").count() == len(VECTORS) - 9
    page.close()
    page, more = open_page(browser, write(hostile, tmp_path))
    for box in page.query_selector_all("#layers input:not(:checked)"):
        box.click()
    for opener in ("#caveats-open", "#method-open"):
        page.click(opener)
        page.keyboard.press("Escape")
    for row, vector in enumerate(VECTORS):
        assert page.evaluate("id => arcticPicture.select(id)", f"port:{row}")
        assert page.text_content("#details h2") == vector
        assert page.text_content("#details .reasons") == vector
        words = page.text_content("#details .evidence") or ""
        table = hostile.tables["evidence"].iloc[row]
        for name in ("indicator", "note", "as_of"):
            text = table[name].replace("_", " ") if name == "indicator" else table[name]
            assert text[1:] in words, name
    page.click("#table-open")
    assert [h.strip() for h in page.locator("#table-view tbody th").all_text_contents()] == [
        v.strip() for v in VECTORS
    ]
    page.keyboard.press("Escape")
    page.fill("#search", VECTORS[2])
    page.keyboard.press("Enter")
    assert page.text_content("#details h2") == VECTORS[2]
    sources = page.locator("#about .sources tbody tr")
    assert sources.count() == len(VECTORS)
    assert page.evaluate("typeof window.__pwned") == "undefined"
    # What would have come of a vector that was read as markup.
    assert not page.query_selector("iframe, object, embed, video, math, form, base, img, [onerror], [onload]")
    assert not page.query_selector("a[href^='javascript'], a[href^='data']")
    assert [h for h in events + more if not h.startswith("request: file:")] == []
    assert len(events) == len(more) == 1
    page.close()
