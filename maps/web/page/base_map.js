// What lies below and around the layers: region, mask, graticule, hatch of missing data.
import { pixel } from "./plane_to_pixels.js";
import { RAD } from "./geodesy.js";
import { data, outline } from "./picture.js";
import { plane } from "./projection.js";
import { fillAndStroke, hatchPattern } from "./symbols.js";
import { ink } from "./theme.js";

/** Latitude of the Arctic Circle in degrees. */
export const ARCTIC_CIRCLE = 66.5622;

/** The look of a part of the base map. */
export function baseLook(name) {
  const style = data.base[name];
  return {
    color: ink(style.stroke),
    weight: style.width,
    opacity: style.stroke_opacity,
    dash: [],
    fill: ink(style.fill),
    fillOpacity: 1,
  };
}

/** Fill the region. */
export function drawRegion(ctx, view) {
  ctx.beginPath();
  outline.trace(ctx, 0, view, true);
  fillAndStroke(ctx, { ...baseLook("region"), weight: 0 });
}

/** Cover what lies outside the region and draw its neat line. */
export function drawMask(ctx, view) {
  ctx.beginPath();
  ctx.rect(-9, -9, view.wide + 18, view.high + 18);
  outline.trace(ctx, 0, view, true);
  fillAndStroke(ctx, { ...baseLook("mask"), weight: 0 });
  ctx.beginPath();
  outline.trace(ctx, 0, view, true);
  fillAndStroke(ctx, { ...baseLook("mask"), fill: null });
}

/** Hatch the region for a layer whose data are missing. */
export function drawNoData(ctx, view) {
  const look = baseLook("graticule");
  ctx.beginPath();
  outline.trace(ctx, 0, view, true);
  fillAndStroke(ctx, {
    ...look,
    weight: 0,
    fill: hatchPattern("back", look.fill, look.color),
    fillOpacity: 0.45,
  });
}

// On a polar stereographic plane parallels are circles about the pole and meridians its rays.
const radii = new Map();
function radius(lat) {
  if (!radii.has(lat)) radii.set(lat, Math.abs(plane.forward([-45, lat])[1]));
  return radii.get(lat);
}

/** Metres of the plane of a latitude and a longitude in degrees. */
export function onPlane(lat, lng) {
  const r = radius(lat),
    angle = (lng + 45) * RAD;
  return [r * Math.sin(angle), -r * Math.cos(angle)];
}

/** Draw meridians, parallels and the Arctic Circle. */
export function drawGraticule(ctx, view) {
  const look = { ...baseLook("graticule"), fill: null };
  ctx.beginPath();
  for (let lat = 40; lat < 90; lat += 10) traceParallel(ctx, view, lat);
  for (let lng = -180; lng < 180; lng += 30) {
    [40, lng % 90 ? 85 : 90].forEach((lat, k) => {
      const [x, y] = pixel(view, plane.forward([lng, lat]));
      if (k) ctx.lineTo(x, y);
      else ctx.moveTo(x, y);
    });
  }
  fillAndStroke(ctx, look);
  ctx.beginPath();
  traceParallel(ctx, view, ARCTIC_CIRCLE);
  fillAndStroke(ctx, { ...look, dash: [4, 4] });
}

function traceParallel(ctx, view, lat) {
  const [x, y] = pixel(view, [0, 0]),
    r = radius(lat) * view.scale;
  ctx.moveTo(x + r, y);
  ctx.arc(x, y, r, 0, 2 * Math.PI);
}
