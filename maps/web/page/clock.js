// The clock of the map: a month, and a year of the record or the usual ice. Ice, ports and routes follow it.
import { byId } from "./dom.js";
import { cellAt, hasIce, meanShare, readRecord, record, spanOf, usualYears } from "./ice_record.js";
import { setMonth, startIce, writeIceNote } from "./ice.js";
import { lookOf } from "./layer_style.js";
import { drawLegend } from "./legend.js";
import { paint } from "./painter.js";
import { layerById, map, nodes } from "./picture.js";
import { signal } from "./signals.js";
import { markPixel } from "./spread.js";
import { state } from "./state.js";
import { fillAndStroke, traceSymbol } from "./symbols.js";
import { count, MONTHS, number } from "./text.js";
import { isDark } from "./theme.js";

const YEAR_MS = 350;
const SAMPLE_M = 12_500; // half a cell: no cell on a route is jumped over
const MARKED_ZOOM = 2.5; // from this zoom on the ports with ice are ringed; farther out the rings would cover all
const HALF = 0.5;
let yearTimer = 0;
let routeCells = null;
let fieldImage = { key: "" };

/** Show the ice of a year, or the usual ice (null). */
export function setYear(year) {
  const [first, last] = spanOf(record, layerById.sea_ice.month);
  state.year = year === null ? null : Math.min(Math.max(year, first), last);
  const slider = byId("year");
  slider.value = state.year ?? slider.min;
  slider.setAttribute("aria-valuetext", state.year === null ? "usual ice" : String(state.year));
  byId("year-title").textContent = state.year === null ? "usual, 1981–2010" : String(state.year);
  writeIceNote();
  writeOpen();
  paint();
  signal("clock");
}

/** Show another month and keep the year. */
export function setClockMonth(month) {
  setMonth(month);
  if (record) setYear(state.year);
}

// The years that the map shows: one, or those of the usual ice.
const yearsShown = (month) => (state.year === null ? usualYears(record, month) : [state.year]);

// Whether a route has no ice in any of its cells in a month, in half of the years shown at least.
function isRouteOpen(cells, month) {
  const years = yearsShown(month);
  const open = years.filter((one) => cells.every((cell) => !hasIce(record, cell, month, one)));
  return open.length >= HALF * years.length;
}

// The cells of each route that have ice in some field.
function cellsOfRoutes() {
  const routes = layerById.sea_routes;
  if (routeCells || !routes) return routeCells || [];
  const { first, start, xy } = routes.rings;
  routeCells = Array.from({ length: routes.count }, (_, i) => {
    const cells = new Set();
    for (let ring = first[i]; ring < first[i + 1]; ring++)
      for (let k = start[ring]; k + 1 < start[ring + 1]; k++) {
        const [x, y, u, v] = xy.subarray ? xy.subarray(2 * k, 2 * k + 4) : xy.slice(2 * k, 2 * k + 4);
        const steps = Math.ceil(Math.hypot(u - x, v - y) / SAMPLE_M) || 1;
        for (let s = 0; s <= steps; s++)
          cells.add(cellAt(record, [x + ((u - x) * s) / steps, y + ((v - y) * s) / steps]));
      }
    return [...cells].filter(Boolean);
  });
  return routeCells;
}

const openRoutes = () =>
  cellsOfRoutes().map((cells) => isRouteOpen(cells, layerById.sea_ice.month));

/** Rows of the ports that have ice in the month of the clock, and the number of ports in the record. */
export function icyPorts() {
  const rows = [...record.cellsOfNode.keys()].filter((row) => nodes.value("kind", row) === "port");
  const month = layerById.sea_ice.month;
  return {
    icy: rows.filter((row) => (meanShare(record, row, month, yearsShown(month)) ?? 0) >= HALF),
    known: rows.length,
  };
}

function writeOpen() {
  const { icy, known } = icyPorts(),
    open = openRoutes();
  const when = state.year === null ? "as usual in 1981–2010" : `in ${state.year}`;
  byId("open-note").textContent = [
    `${MONTHS[layerById.sea_ice.month - 1]} ${when}: ${number(known - icy.length)} of ${count(known, "port")} without ice`,
    open.length
      ? `${number(open.filter(Boolean).length)} of ${count(open.length, "sea route")} without ice on their whole length (solid lines)`
      : null,
  ]
    .filter(Boolean)
    .join("; ") + ". Cells of 25 km: harbours are not resolved.";
}

/** Draw the ice of the year of the clock in place of the usual ice; false where the usual ice is shown. */
export function drawField(ctx, view, layer) {
  if (!record || state.year === null) return false;
  const { west, north, size, wide, high } = record,
    { a, b, e, f } = view;
  ctx.save();
  ctx.transform(a * size, b * size, -b * size, a * size, a * west + b * north + e, b * west - a * north + f);
  ctx.imageSmoothingEnabled = false;
  ctx.globalAlpha = layer.style.fill_opacity;
  ctx.drawImage(imageOf(layer, layer.month, state.year), 0, 0, wide, high);
  ctx.restore();
  return true;
}

function imageOf(layer, month, year) {
  const key = `${month} ${year} ${isDark()} ${state.isPrinting}`;
  if (fieldImage.key === key) return fieldImage.canvas;
  const { wide, high, numbers } = record,
    canvas = document.createElement("canvas");
  canvas.width = wide;
  canvas.height = high;
  const image = new ImageData(wide, high),
    colour = parseInt(lookOf(layer, null, layer.iceRow ?? 0).fill?.slice(1) ?? "ffffff", 16);
  const dot = (0xff << 24) | ((colour & 255) << 16) | (colour & 0xff00) | (colour >> 16);
  const dots = new Int32Array(image.data.buffer);
  for (let k = 0; k < dots.length; k++) if (numbers[k] && hasIce(record, numbers[k], month, year)) dots[k] = dot;
  canvas.getContext("2d").putImageData(image, 0, 0);
  fieldImage = { key, canvas };
  return canvas;
}

/** Draw the routes without ice as solid lines, and ring the ports with ice. */
export function drawClock(ctx, view) {
  if (!record || !layerById.sea_ice?.on) return;
  const routes = layerById.sea_routes;
  if (routes?.on) {
    const look = lookOf(routes, routes.classOf(0), 0);
    ctx.beginPath();
    openRoutes().forEach((isOpen, i) => isOpen && routes.rings.trace(ctx, i, view, false));
    fillAndStroke(ctx, { ...look, fill: null, dash: [], weight: look.weight + 1.4 });
  }
  if (!nodes?.on || map.getZoom() < MARKED_ZOOM) return;
  const look = lookOf(layerById.sea_ice, null, 0);
  for (const row of icyPorts().icy) {
    if (nodes.hidden && nodes.hidden[row]) continue;
    traceSymbol(ctx, "circle", ...markPixel(view, nodes, row), 7.5 * view.size);
    fillAndStroke(ctx, { ...look, fill: null, weight: 1.4, dash: [3, 2], opacity: 1 });
  }
}

function playYears(on) {
  clearInterval(yearTimer);
  const [first, last] = spanOf(record, layerById.sea_ice.month);
  const next = () => setYear(state.year === null || state.year >= last ? first : state.year + 1);
  yearTimer = on ? setInterval(next, YEAR_MS) : 0;
  if (on) next();
  else signal("view");
  byId("play-years").setAttribute("aria-pressed", String(on));
  byId("play-years").textContent = on ? "Pause" : "Years";
}

/** Show the sliders of month and year. The year waits for the record, which stands at the end of the page. */
export function startClock() {
  startIce(setClockMonth);
  if (!layerById.sea_ice || !nodes) return;
  const slider = byId("year");
  slider.addEventListener("input", () => {
    playYears(false);
    setYear(slider.value === slider.min ? null : Number(slider.value));
    signal("view");
  });
  byId("play-years").addEventListener("click", () => playYears(!yearTimer));
}

/** Read the record and show the slider of the year; `then` is called when it is there. */
export function startYears(then) {
  if (!layerById.sea_ice || !nodes) return;
  readRecord(() => {
    const all = record.years.flat();
    byId("year").min = Math.min(...all) - 1; // the usual ice stands before the first year
    byId("year").max = Math.max(...all);
    byId("years").hidden = byId("open-note").hidden = false;
    setYear(state.year);
    drawLegend();
    then();
  });
}
