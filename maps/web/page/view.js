// The view: the whole region in the window, and the meridian that points down.
import { byId, el } from "./dom.js";
import { edge, map, outline } from "./picture.js";
import { plane, polarCrs, RESOLUTIONS } from "./projection.js";
import { signal } from "./signals.js";
import { state } from "./state.js";
import { longitude } from "./text.js";
import { isNarrow } from "./theme.js";

/** Show the whole region, and keep the map from leaving it. */
export function fit() {
  const crs = map.options.crs;
  const box = L.bounds(edge.map(([x, y]) => crs.projection.project({ plane: [x, y] })));
  const size = map.getSize(),
    margin = 2 * (isNarrow() ? 22 : 32);
  const extent = box.getSize();
  // On a wide screen the rail stands beside the region, on a narrow one below it.
  const rail = document.querySelector(".rail");
  const aside = isNarrow() || state.isPrinting ? 0 : rail.offsetWidth + 12,
    below = isNarrow() && !state.isPrinting ? byId("ice").offsetHeight : 0;
  const resolution = Math.min(
    RESOLUTIONS[0],
    Math.max(
      extent.x / Math.max(size.x - margin - aside, 50),
      extent.y / Math.max(size.y - margin - below, 50),
    ),
  );
  const zoom = Math.max(0, crs.zoom(1 / resolution));
  const center = crs.projection.unproject(
    box.getCenter().add([(aside / 2) * resolution, -(below / 2) * resolution]),
  );
  map.options.minZoom = Math.max(0, zoom - 0.25);
  map.options.maxZoom = RESOLUTIONS.length - 1;
  map.setMaxBounds();
  map.options.zoomSnap = 0;
  map.setView(center, zoom, { reset: true, animate: false });
  map.options.zoomSnap = 0.25;
  map.setMaxBounds(boundsAround(crs, box));
}

// Latitudes and longitudes do not bound a polar view: Leaflet gets the corners of the plane.
function boundsAround(crs, box) {
  const extent = box.getSize(),
    reach = 1.5 * Math.max(extent.x, extent.y),
    middle = box.getCenter();
  const corner = (x, y) => crs.projection.unproject(L.point(middle.x + x * reach, middle.y + y * reach));
  const bounds = L.latLngBounds(corner(-1, -1), corner(1, 1));
  bounds.getSouthWest = () => corner(-1, -1);
  bounds.getNorthEast = () => corner(1, 1);
  bounds.getNorthWest = () => corner(-1, 1);
  bounds.getSouthEast = () => corner(1, -1);
  return bounds;
}

/** Show the whole region, as if nobody had moved the view. */
export function goHome() {
  fit();
  state.isAtHome = true;
}

const meridianOption = (lng) => el("option", { value: lng }, longitude(lng).replace("\u00a0", " "));

/** Turn the map so that the meridian `next` points down. */
export function turn(next) {
  const center = map.getCenter(),
    zoom = map.getZoom(),
    wasAtHome = state.isAtHome;
  state.lon0 = next;
  if (![...byId("turn").options].some((option) => Number(option.value) === next))
    byId("turn").prepend(meridianOption(next));
  byId("turn").value = next;
  map.options.crs = polarCrs(next);
  fit();
  if (!wasAtHome) map.setView(center, zoom, { reset: true, animate: false });
  state.isAtHome = wasAtHome;
}

/** Turn the map so that a place of the plane stands upright: the pole is above it. */
export function standUpright([x, y]) {
  const lng = Math.round(plane.inverse([x, y])[0]);
  if (lng !== state.lon0) turn(lng);
}

// A region beside the pole stands upright on its own meridian; the whole Arctic on that of the CRS.
function ownMeridian() {
  if (outline.covers(0, [0, 0])) return -45;
  const away = (k) => edge.reduce((sum, p) => sum + p[k] / Math.hypot(...p), 0);
  return Math.round(plane.inverse([away(0), away(1)])[0]);
}

/** Set the CRS of the map and fill the choice of meridians. */
export function startView() {
  state.lon0 = ownMeridian();
  map.options.crs = polarCrs(state.lon0);
  for (const lng of [...new Set([state.lon0, -45, 0, 45, 90, 135, 180, -135, -90])]) {
    byId("turn").append(meridianOption(lng));
  }
  byId("turn").addEventListener("change", () => {
    turn(Number(byId("turn").value));
    signal("view");
  });
  byId("home").addEventListener("click", () => {
    goHome();
    signal("view");
  });
}
