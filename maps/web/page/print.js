// Print and full screen.
import { byId } from "./dom.js";
import { map } from "./picture.js";
import { painter } from "./painter.js";
import { repaint } from "./repaint.js";
import { state } from "./state.js";
import { writeCaveats } from "./status_strip.js";
import { goHome } from "./view.js";

// The map of a print is drawn for its paper, in light colours, before the browser looks at it.
let screen = null;
function drawForPaper(on) {
  if (on === state.isPrinting) return;
  const view = { center: map.getCenter(), zoom: map.getZoom(), isAtHome: state.isAtHome };
  state.isPrinting = on;
  document.documentElement.classList.toggle("printing", on);
  if (on) screen = { view, hasLegend: byId("legend").open };
  writeCaveats();
  byId("legend").open = on || screen.hasLegend;
  map.invalidateSize({ pan: false });
  if ((on ? view : screen.view).isAtHome) goHome();
  else map.setView(screen.view.center, screen.view.zoom, { reset: true, animate: false });
  repaint();
  // Chromium prints the recorded strokes of a canvas, and loses them above some length: once its pixels have
  // been read, it prints the pixels.
  if (on) painter._container.getContext("2d").getImageData(0, 0, 1, 1);
}

/** Bind the print and the full screen. */
export function startPrint() {
  addEventListener("beforeprint", () => drawForPaper(true));
  addEventListener("afterprint", () => drawForPaper(false));
  byId("print").addEventListener("click", () => {
    byId("tools").open = false;
    window.print();
  });
  byId("full").hidden = !document.fullscreenEnabled;
  byId("full").addEventListener("click", () =>
    document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen(),
  );
  document.addEventListener("fullscreenchange", () => {
    byId("full").textContent = document.fullscreenElement ? "Leave full screen" : "Full screen";
  });
}
