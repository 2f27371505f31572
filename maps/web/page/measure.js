// The tool that measures distances along geodesics on WGS 84.
import { baseLook } from "./base_map.js";
import { byId } from "./dom.js";
import { pixel } from "./plane_to_pixels.js";
import { geodesic, greatCircle } from "./geodesy.js";
import { paint } from "./painter.js";
import { map } from "./picture.js";
import { plane } from "./projection.js";
import { fillAndStroke, traceSymbol } from "./symbols.js";
import { count, number } from "./text.js";

/** Whether the tool is on, and the places set so far in metres of the plane. */
export const measure = { on: false, places: [] };

const lonLat = (where) => plane.inverse(where);
const metresMeasured = () =>
  measure.places.slice(1).reduce((sum, to, k) => sum + geodesic(lonLat(measure.places[k]), lonLat(to)), 0);

/** Set the next place. */
export function addPlace(where) {
  measure.places.push(where);
  writeDistance();
}

function writeDistance() {
  const n = measure.places.length;
  byId("measured").textContent =
    n === 0
      ? "Click on the map, or press Enter for its centre, to set points."
      : n === 1
        ? "First point set; set the next."
        : `${number(Number((metresMeasured() / 1000).toPrecision(5)))} km along ${count(n - 1, "geodesic")} (WGS 84)`;
  byId("measure-undo").disabled = !n;
  paint();
}

/** Switch the tool on or off. */
export function switchMeasure(on) {
  measure.on = on;
  if (!on) measure.places = [];
  byId("measure").hidden = !on;
  document.body.classList.toggle("measuring", on);
  byId("measure-open").setAttribute("aria-pressed", String(on));
  map.getContainer().style.cursor = on ? "crosshair" : "";
  writeDistance();
  if (on) map.getContainer().focus({ preventScroll: true });
}

/** Draw the measured line: great circles, which on a map of this scale hide the geodesics. */
export function drawMeasure(ctx, view) {
  const look = { ...baseLook("selection"), fill: null, weight: 2 };
  ctx.beginPath();
  measure.places.forEach((to, k) => {
    const steps = k
      ? greatCircle(lonLat(measure.places[k - 1]), lonLat(to)).map((step) => plane.forward(step))
      : [to];
    steps.forEach((step, j) =>
      k || j ? ctx.lineTo(...pixel(view, step)) : ctx.moveTo(...pixel(view, step)),
    );
  });
  if (measure.places.length > 1) fillAndStroke(ctx, { ...look, color: baseLook("mask").fill, weight: 5 });
  if (measure.places.length > 1) fillAndStroke(ctx, { ...look, dash: [6, 3] });
  for (const place of measure.places) {
    traceSymbol(ctx, "circle", ...pixel(view, place), 4.5);
    fillAndStroke(ctx, { ...look, fill: baseLook("mask").fill });
  }
}

/** Bind the buttons of the tool. */
export function startMeasure() {
  byId("measure-open").addEventListener("click", () => {
    byId("tools").open = false;
    switchMeasure(!measure.on);
  });
  byId("measure-undo").addEventListener("click", () => {
    measure.places.pop();
    writeDistance();
  });
  byId("measure-done").addEventListener("click", () => switchMeasure(false));
}
