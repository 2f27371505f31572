"""Colours and styles of the route pages, for light and dark paper."""

from __future__ import annotations

from typing import Final

from maps.style import STYLES

__all__ = ["INKS", "LOOK"]


def _inks(scheme: str) -> str:
    """CSS variables of sea, land, ice and ways in a scheme, `light` or `dark`."""
    sea, land = STYLES["seas"].fill, STYLES["land"].fill
    ice = STYLES["sea_ice"]
    return (
        f"--water:{getattr(sea, scheme)};--land:{getattr(land, scheme)};--ice:{getattr(ice.fill, scheme)};"
        f"--edge:{getattr(ice.stroke, scheme)};--way:{getattr(STYLES['sea_routes'].stroke, scheme)};"
    )


INKS: Final = (
    ":root{" + _inks("light") + "}@media screen and (prefers-color-scheme:dark){:root{" + _inks("dark") + "}}"
    """
.hatched{fill:var(--ice)}.hatch{stroke:var(--edge);stroke-width:1;fill:none}
.swatch.shut{background:repeating-linear-gradient(-45deg,var(--ice) 0 2px,var(--edge) 2px 3px)}
"""
)
# Colours of open days. More days have more contrast with the paper, so the order is reversed on dark paper.
_DAYS: Final = "--d1:{};--d2:{};--d3:{};--d4:{};--d5:{};"
_RAMP: Final = ("#cfe3f1", "#8fc1e3", "#4795cc", "#0b63a5", "#063a63")
LOOK: Final = (
    INKS
    + ":root{"
    + _DAYS.format(*_RAMP)
    + "}@media screen and (prefers-color-scheme:dark){:root{"
    + _DAYS.format(*_RAMP[::-1])
    + "}}"
    """
figure svg{max-width:none}
.warn{border:1.4pt solid var(--robust);font-weight:600;padding:1.5mm 2.5mm}
.water{fill:var(--water)}.land{fill:var(--land);stroke:none}
.ice{fill:var(--ice);stroke:var(--edge);stroke-width:.7}
.ice-edge{fill:none;stroke:var(--edge);stroke-width:1.5;stroke-dasharray:5 3}
.net{fill:none;stroke:var(--soft);stroke-width:.4;opacity:.45}
.way{fill:none;stroke:var(--way);stroke-width:1.6;stroke-linejoin:round}
.way.shut{stroke-dasharray:1.2 2.6}.way.doubtful{stroke-dasharray:6 3}
.ice-shore{fill:url(#hatch);stroke:var(--edge);stroke-width:.5}
.mark{fill:var(--robust);stroke:var(--paper);stroke-width:.8}
svg .letter{fill:#fff;font-weight:700}
svg .stamp{font-size:74px;font-weight:700;fill:var(--robust);opacity:.2;letter-spacing:4px}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:5mm}.pair>*{min-width:0}
.h0{fill:var(--track);background:var(--track)}.h1{fill:var(--d1);background:var(--d1)}
.h2{fill:var(--d2);background:var(--d2)}.h3{fill:var(--d3);background:var(--d3)}
.h4{fill:var(--d4);background:var(--d4)}.h5{fill:var(--d5);background:var(--d5)}
.hu{fill:none;stroke:var(--gapink);stroke-width:.5;stroke-dasharray:1 1;
background:repeating-linear-gradient(45deg,transparent 0 2px,var(--gapink) 2px 3px)}
.swatch{display:inline-block;width:9px;height:9px;margin:0 3px 0 9px}
.span0{stroke:var(--d2);stroke-width:2.2}.span1{stroke:var(--d4);stroke-width:2.2}
.told{fill:#4795cc}.guess{fill:url(#hatch);stroke:#4795cc;stroke-width:.7}
section{margin:0 0 4mm}section>h3{margin-top:3mm;font-size:9.4pt}
.fields td,.fields thead th{text-align:right}.fields th:first-child{text-align:left;width:30%}
.grids th:first-child{width:14%;font-weight:400}.grids td:nth-child(2){width:12%}
.levels svg{max-width:150mm}section>h3,section>.small{break-after:avoid}.season data{white-space:nowrap}
.scroll+h3{margin-top:3.5mm}h2+.small{break-after:avoid}
.necks th:first-child{width:34%;font-weight:400}.season td:last-child{width:30%}
.years td{padding:.2mm 1.4mm}summary{cursor:pointer;font-size:7.6pt;color:var(--soft)}
@media screen and (max-width:640px){.pair{grid-template-columns:1fr}}
"""
)
