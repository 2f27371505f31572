"""The shell of the map: folium makes it from constants, and `python -m maps.web.shell` writes shell.html.

The import of folium takes too long for a build (decisions/0006), and the shell depends on no picture. So the
shell is stored as a file; a test makes it again and compares. branca renders its input as a template a second
time, so no value of a picture may pass through this module.
"""

from __future__ import annotations

from pathlib import Path

import folium
from folium.template import Template

from maps.web.assets import CODE, DATA, LATER, LOOK, POLICY

__all__ = ["PATH", "make"]

PATH = Path(__file__).parent / "shell.html"

_HEAD = f"""
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>{LOOK}</style>
"""

_BODY = f"""
<a class="skip" id="skip-search" href="#search">Skip to search</a>
<a class="skip" id="skip-map" href="#map_arctic">Skip to map</a>
<header class="strip">
<div class="masthead"><h1>Arctic situational picture</h1><p id="scope"></p></div>
<p id="status"></p>
<p id="asof"></p>
</header>
<nav id="panel" aria-label="Search, layers and filters">
<div class="find">
<label for="search">Find a place or node</label>
<input id="search" type="search" role="combobox" autocomplete="off" spellcheck="false"
 aria-expanded="false" aria-controls="hits" aria-autocomplete="list" placeholder="Name">
<ul id="hits" role="listbox" aria-label="Places found" hidden></ul>
</div>
<section id="since" aria-labelledby="since-title" hidden><h2 id="since-title"></h2>
<p class="small" id="since-note"></p><div id="since-body"></div></section>
<section id="changes" aria-labelledby="changes-title" hidden><h2 id="changes-title">Two pictures</h2>
<p class="small" id="changes-note"></p>
<div class="row"><input type="checkbox" id="changes-on" checked>
<label for="changes-on">Mark changes on the map</label></div>
<div id="changes-list"></div></section>
<section id="flagged" aria-labelledby="flagged-title"><h2 id="flagged-title">Critical places</h2>
<p id="filtered" hidden><span id="filtered-count"></span>
<button type="button" class="plain" id="filter-reset">Show all nodes</button></p>
<p class="small" id="flagged-note"></p><ol id="flagged-list"></ol>
<details class="pillar" id="overlap"><summary id="overlap-title">Climate and defence overlap</summary>
<p class="small" id="overlap-note"></p><ol id="overlap-list"></ol></details></section>
<section id="filters" aria-labelledby="filters-title"><h2 id="filters-title">All nodes</h2>
<p id="shown" role="status"></p>
<div class="bar"><button type="button" id="table-open">Table of these nodes</button>
<button type="button" id="ice-table-open">Ice lost at ports</button></div>
<details class="pillar" id="filter-list"><summary>Filters</summary><div id="choices"></div></details>
</section>
<section aria-labelledby="layers-title"><h2 id="layers-title">Layers</h2>
<div id="layers"></div></section>
</nav>
<main id="stage" aria-label="Map">
<div class="folium-map" id="{{{{ this.get_name() }}}}"></div>
<div class="corner">
<button type="button" id="panel-toggle" aria-controls="panel" aria-expanded="false">Layers</button>
<label class="turn"><span>South at the bottom</span> <select id="turn"
 aria-label="Meridian that points down"></select></label>
<button type="button" id="home">Whole region</button>
<button type="button" id="story-open">Story</button>
<details id="tools"><summary>Tools</summary><div class="menu">
<button type="button" id="measure-open" aria-pressed="false">Measure distance</button>
<button type="button" id="full">Full screen</button>
<button type="button" id="print">Print</button>
<button type="button" id="link">Copy link to this view</button>
<input id="link-text" readonly aria-label="Link to this view" hidden>
<label>Colours <select id="theme"><option value="system">as the system</option>
<option value="light">light</option><option value="dark">dark</option></select></label>
</div></details>
<section id="story" aria-labelledby="story-title" hidden><p id="story-title" role="status"></p>
<p class="small" id="story-about"></p>
<div class="bar" id="story-cases" role="group" aria-label="Cases" hidden></div>
<button type="button" id="story-back">Back</button>
<button type="button" id="story-next">Next</button>
<button type="button" id="story-shut">Close</button></section>
<section id="level" aria-label="A warmer level" hidden>
<details id="level-more"><summary id="level-title" role="status"></summary><p id="level-about"></p>
<ul id="level-list"></ul></details>
<button type="button" id="level-shut">Back to the level of the picture</button></section>
<section id="measure" aria-label="Measured distance" hidden><p id="measured" role="status"></p>
<button type="button" id="measure-undo">Undo</button>
<button type="button" id="measure-done">Done</button></section>
</div>
<div class="rail">
<details id="legend"><summary>Legend</summary><div id="legend-body"></div></details>
<section id="ice" aria-labelledby="ice-title" hidden>
<p id="ice-title"></p>
<div class="months"><button type="button" id="play" aria-pressed="false">Play</button>
<div class="track"><input id="month" type="range" min="1" max="12" step="1" aria-label="Month">
<ol id="ticks" aria-hidden="true"></ol></div></div>
<div class="months" id="years" hidden>
<button type="button" id="play-years" aria-pressed="false">Years</button>
<div class="track"><input id="year" type="range" step="1" aria-label="Year">
<p class="small" id="year-title"></p></div></div>
<p class="small" id="ice-note"></p>
<p class="small" id="open-note" hidden></p>
</section>
<div id="north" role="img" hidden><span id="north-arrow" aria-hidden="true"></span>N</div>
<div id="scale" role="img"><span id="scale-bar"></span><span id="scale-text"></span></div>
</div>
<section id="expired" role="alert" hidden><h2>EXPIRED</h2><p id="expired-why"></p>
<button type="button" id="expired-open">Show it as a record of its day</button></section>
</main>
<aside id="details" aria-label="Details" hidden></aside>
<footer id="notes"><p id="first-caveats"></p>
<button type="button" id="method-open">How it is made</button>
<button type="button" id="caveats-open">All caveats</button></footer>
<dialog id="about" aria-labelledby="about-title"></dialog>
<dialog id="method" aria-labelledby="method-title"></dialog>
<dialog id="table-view" aria-labelledby="table-view-title"></dialog>
<noscript><p>This map draws itself with JavaScript, which is switched off here.</p></noscript>
{DATA}
"""

# The macro of folium without the switches and controls that this map does not have, and without a centre. A
# map with a centre is laid out for this centre before maps/web/page/view.js has fitted it to its region.
_START = f"""
{CODE}
var {{{{ this.get_name() }}}} = L.map({{{{ this.get_name()|tojson }}}}, {{
    crs: L.CRS.{{{{ this.crs }}}},
    ...{{{{ this.options|tojavascript }}}}
}});
L.control.zoom({{{{ {{"position": this.zoom_control}}|tojson }}}}).addTo({{{{ this.get_name() }}}});
arcticPicture.start({{{{ this.get_name() }}}});
"""


class _PolarMap(folium.Map):
    """A map of folium that fetches nothing, because its scripts and styles are in the page."""

    _template = Template(
        f"{{% macro header(this, kwargs) %}}{_HEAD}{{% endmacro %}}"
        f"{{% macro html(this, kwargs) %}}{_BODY}{{% endmacro %}}"
        f"{{% macro script(this, kwargs) %}}{_START}{{% endmacro %}}"
    )

    def __init__(self) -> None:
        super().__init__(
            location=(90, 0),
            zoom_start=1,
            tiles=None,
            crs="EPSG3413",
            zoom_control="bottomleft",
            zoom_snap=0.25,
            zoom_delta=0.5,
            wheel_px_per_zoom_level=120,
            attribution_control=False,
            max_bounds_viscosity=1.0,
        )
        # folium gives random names to its elements, and the same picture must give the same bytes.
        self._id = "arctic"
        self.default_js: list[tuple[str, str]] = []
        self.default_css: list[tuple[str, str]] = []


def make() -> str:
    """Return the page with a placeholder `@@…@@` for each of script, styles, policy and data."""
    figure = folium.Figure(title="Arctic situational picture").add_child(_PolarMap())
    text = str(figure.render()).replace("<html>", '<html lang="en">', 1)
    # Data that the first view does not need come after the script that draws the first view.
    return text.replace("</html>", f"{LATER}</html>") + "\n"


if __name__ == "__main__":
    PATH.write_text(make(), encoding="utf-8", newline="\n")
