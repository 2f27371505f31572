// Print and full screen.
import { byId, el } from "./dom.js";
import { map } from "./picture.js";
import { repaint } from "./repaint.js";
import { scaleBar } from "./scale.js";
import { state } from "./state.js";
import { writeCaveats } from "./status_strip.js";
import { pixelRatio } from "./theme.js";
import { goHome } from "./view.js";

// The map of a print is drawn for paper, in light colours, before the browser lays the paper out. Leaflet's
// canvas reaches beyond the map, and Chromium prints nothing of such a canvas: the paper gets a copy of it, as
// large as the map, which the style fits to any size of paper.
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
  byId("paper-map")?.remove();
  if (on) byId("stage").prepend(paperMap());
}

function paperMap() {
  const { x, y } = map.getSize(),
    ratio = pixelRatio(),
    stage = map.getContainer().getBoundingClientRect();
  const paper = el("canvas", { id: "paper-map", width: x * ratio, height: y * ratio, role: "img", "aria-label": "Map" });
  const ctx = paper.getContext("2d");
  for (const canvas of map.getContainer().querySelectorAll(".leaflet-map-pane canvas")) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    ctx.drawImage(canvas, (left - stage.left) * ratio, (top - stage.top) * ratio, width * ratio, height * ratio);
  }
  ctx.scale(ratio, ratio);
  drawPaperScale(ctx, x, y);
  return paper;
}

// The copy is scaled with its paper, and so must its scale bar be.
function drawPaperScale(ctx, wide, high) {
  const { pixels, text } = scaleBar(),
    right = wide - 8,
    foot = high - 8;
  ctx.font = "12px system-ui, sans-serif";
  const left = right - ctx.measureText(text).width;
  ctx.fillText(text, left, foot);
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.moveTo(left - 8 - pixels, foot - 8);
  for (const [u, v] of [
    [left - 8 - pixels, foot - 2],
    [left - 8, foot - 2],
    [left - 8, foot - 8],
  ])
    ctx.lineTo(u, v);
  ctx.stroke();
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
