// Drawing all again in other colours.
import { byId } from "./dom.js";
import { listFlagged } from "./flagged.js";
import { drawLegend } from "./legend.js";
import { paint } from "./painter.js";
import { nodes } from "./picture.js";
import { writeNames } from "./place_names.js";
import { signal } from "./signals.js";
import { state } from "./state.js";
import { redrawSwatches } from "./swatches.js";
import { onSchemeChange } from "./theme.js";

/** Draw map, swatches, lists and details again in the colours of the state. */
export function repaint() {
  const { theme, isPrinting, opened } = state,
    scheme = isPrinting ? "light" : theme;
  if (scheme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = scheme;
  redrawSwatches();
  drawLegend();
  paint();
  writeNames();
  if (nodes) listFlagged();
  if (opened) signal("open", opened.layer, opened.row);
}

/** Bind the choice of colours, and follow the reader's system. */
export function startTheme() {
  byId("theme").addEventListener("change", (event) => {
    state.theme = event.target.value;
    repaint();
    signal("view");
  });
  onSchemeChange(repaint);
}
