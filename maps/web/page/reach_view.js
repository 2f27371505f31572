// Days of sail from the port whose details are open, in the ice of the clock: button, bands, legend.
import { el, lead, small } from "./dom.js";
import { cellAt, hasIce, record, usualYears } from "./ice_record.js";
import { paint } from "./painter.js";
import { layerById, nodes } from "./picture.js";
import { cellsAround, daysFrom, SPEED_KN } from "./reach.js";
import { signal } from "./signals.js";
import { state } from "./state.js";
import { count, MONTHS, number } from "./text.js";
import { ink, isDark } from "./theme.js";

/** Upper ends of the bands, in days. */
export const REACH_DAYS = [1, 2, 3, 5, 7, 10, 14, 21];
const COLOUR = { light: "#00695c", dark: "#5fd3bf" };
const SAMPLES_M = 12_500; // half a cell
let last = { key: "" };
let straits = null;

// A cell is open where it has no ice, in half of the years of the usual ice at least.
function openCells() {
  const month = layerById.sea_ice.month,
    years = state.year === null ? usualYears(record, month) : [state.year];
  return (k) => {
    const cell = record.numbers[k];
    if (!cell) return true;
    let shut = 0,
      free = 0;
    for (const year of years) {
      if (hasIce(record, cell, month, year)) shut++;
      else free++;
      if (2 * shut >= years.length) return false;
      if (2 * free > years.length) return true;
    }
    return true;
  };
}

// Neighbouring cells of the sea along the routes that are apart on the grid: straits that it shuts.
function straitsOfRoutes() {
  const routes = layerById.sea_routes;
  if (straits || !routes) return straits || [];
  const { first, start, xy } = routes.rings;
  straits = [];
  for (let ring = first[0]; ring < first[routes.count]; ring++) {
    let before = null;
    for (let k = start[ring]; k + 1 < start[ring + 1]; k++) {
      const [x, y, u, v] = [0, 1, 2, 3].map((j) => xy[2 * k + j]),
        steps = Math.ceil(Math.hypot(u - x, v - y) / SAMPLES_M) || 1;
      for (let s = 0; s <= steps; s++) {
        const at = flatCell([x + ((u - x) * s) / steps, y + ((v - y) * s) / steps]);
        if (at === null || at === before) continue;
        if (before !== null && !areBeside(before, at)) straits.push([before, at]);
        before = at;
      }
    }
  }
  return straits;
}

const flatCell = ([x, y]) =>
  cellAt(record, [x, y]) === null
    ? null
    : Math.floor((record.north - y) / record.size) * record.wide + Math.floor((x - record.west) / record.size);
const areBeside = (a, b) =>
  Math.abs((a % record.wide) - (b % record.wide)) <= 1 && Math.abs(Math.floor(a / record.wide) - Math.floor(b / record.wide)) <= 1;

// The days from the chosen port, found again only when port, month or year is another.
function reachNow() {
  const key = `${state.reachFrom} ${layerById.sea_ice.month} ${state.year}`;
  if (last.key !== key)
    last = { key, days: daysFrom(record, nodes.place(state.reachFrom), openCells(), straitsOfRoutes()) };
  return last.days;
}

// How many other ports of the record a voyage from the chosen port reaches, in words.
function reachSentence(days) {
  const ports = [...record.cellsOfNode.keys()].filter((row) => nodes.value("kind", row) === "port" && row !== state.reachFrom),
    reached = ports.filter((row) => cellsAround(record, nodes.place(row)).some(([k]) => days[k] < Infinity)).length;
  const when = `${MONTHS[layerById.sea_ice.month - 1]} ${state.year ?? "as usual in 1981–2010"}`;
  return `${number(reached)} of ${count(ports.length, "other port")} without entering ice, ${when}, at ${SPEED_KN} knots. Cells of 25 km; a cell with ice is shut to every ship. Not for navigation.`;
}

// The policy of the page allows no style in an attribute.
function bandSwatch(k) {
  const swatch = el("span", { class: "reach-swatch" });
  swatch.style.background = `color-mix(in srgb, ${ink(COLOUR)} ${Math.round(100 * opacityOf(k))}%, transparent)`;
  return swatch;
}
const opacityOf = (k) => 0.85 * (1 - k / REACH_DAYS.length);

/** The button of the reach of node `i`, and what is shown of it; empty for a node that is no port of the record. */
export function reachPart(i) {
  if (!record?.cellsOfNode.has(i) || nodes.value("kind", i) !== "port") return [];
  const isOn = state.reachFrom === i;
  const button = el("button", { type: "button", id: "reach", class: "plain", "aria-pressed": String(isOn) }, isOn ? "Hide days by sea" : "Days by sea from here");
  button.addEventListener("click", () => {
    state.reachFrom = isOn ? null : i;
    signal("clock");
    signal("view");
    paint();
    document.getElementById("reach")?.focus();
  });
  if (!isOn) return [button];
  return [
    button,
    small(lead("Reached: "), reachSentence(reachNow())),
    el("ul", { class: "reach-bands small" }, REACH_DAYS.map((day, k) => el("li", null, bandSwatch(k), `${k ? REACH_DAYS[k - 1] : 0}–${day} d`))),
  ];
}

/** Draw the days from the chosen port as bands, below land and marks. */
export function drawReach(ctx, view) {
  if (state.reachFrom === null || !record) return;
  const { west, north, size, wide, high } = record,
    { a, b, e, f } = view,
    days = reachNow();
  if (last.image?.isDark !== isDark()) last.image = { isDark: isDark(), canvas: imageOfDays(days, wide, high) };
  ctx.save();
  ctx.transform(a * size, b * size, -b * size, a * size, a * west + b * north + e, b * west - a * north + f);
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(last.image.canvas, 0, 0, wide, high);
  ctx.restore();
}

function imageOfDays(days, wide, high) {
  const canvas = el("canvas", { width: wide, height: high }),
    image = new ImageData(wide, high),
    colour = parseInt(ink(COLOUR).slice(1), 16);
  days.forEach((value, k) => {
    const band = REACH_DAYS.findIndex((day) => value <= day);
    if (band >= 0) image.data.set([colour >> 16, (colour >> 8) & 255, colour & 255, 255 * opacityOf(band)], 4 * k);
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}
