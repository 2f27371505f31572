// What lies under the pointer: hints, clicks, neighbours.
import { el } from "./dom.js";
import { containerFrame } from "./plane_to_pixels.js";
import { marksOf } from "./layer_style.js";
import { addPlace, measure } from "./measure.js";
import { painter } from "./painter.js";
import { map, outline, visibleLayers } from "./picture.js";
import { signal } from "./signals.js";
import { markSize } from "./symbols.js";

/** The place of the plane at a pixel of the map's container. */
export const planeAt = (point) => containerFrame(map).plane(point.x, point.y);

const metresOfPixel = () => 1 / map.options.crs.scale(map.getZoom());

// Rows of points within a distance, nearest first. To look at every point costs less than an index.
function pointsWithin(layer, [u, v], metres) {
  const { x, y } = layer.points,
    near = [];
  for (let i = 0; i < layer.count; i++) {
    const dx = x[i] - u,
      dy = y[i] - v;
    if (dx * dx + dy * dy > metres * metres || (layer.hidden && layer.hidden[i])) continue;
    near.push([i, Math.hypot(dx, dy)]);
  }
  const { list, kind } = marksOf(layer);
  return near.sort((p, q) => p[1] - q[1] || list[kind[p[0]]].rank - list[kind[q[0]]].rank).map(([i]) => i);
}

// The row of a layer under a place; `metres` are those of a pixel, `pixels` the radius of a mark.
function rowAt(layer, where, metres, pixels) {
  if (layer.geometry === "point") return pointsWithin(layer, where, metres * pixels)[0] ?? null;
  if (!layer.whole().paths) return null;
  for (let i = layer.count - 1; i >= 0; i--) {
    if (!layer.isDrawn(i)) continue;
    if (
      layer.geometry === "line"
        ? layer.rings.away(i, where, metres * 4) < Infinity
        : (layer.style.fill_opacity > 0 || layer.labels) && layer.rings.covers(i, where)
    )
      return i;
  }
  return null;
}

function featureAt(point, geometries) {
  const where = planeAt(point);
  if (!outline.covers(0, where)) return null;
  for (const layer of visibleLayers()) {
    if (!geometries.includes(layer.geometry)) continue;
    const row = rowAt(layer, where, metresOfPixel(), (layer.style.radius + 4) * markSize(map));
    if (row !== null) return { layer, row };
  }
  return null;
}

/** Points near a place other than the feature itself: up to eight of `[layer, row]`. */
export function neighbours(where, layer, row) {
  const reach = 10 * metresOfPixel();
  return visibleLayers()
    .filter((other) => other.geometry === "point")
    .flatMap((other) => pointsWithin(other, where, reach).map((k) => [other, k]))
    .filter(([other, k]) => other !== layer || k !== row)
    .slice(0, 8);
}

/** Open the point nearest to a place, for readers who move the map by keys. */
export function openNearest(where) {
  const reach = 60 * metresOfPixel();
  for (const layer of visibleLayers()) {
    const [row] = layer.geometry === "point" ? pointsWithin(layer, where, reach) : [];
    if (row !== undefined) {
      signal("open", layer, row, { focus: true });
      return;
    }
  }
}

/** Bind the pointer on the map. */
export function startPointing() {
  const tip = L.tooltip({ direction: "top", offset: [0, -6], opacity: 1 });
  let waiting = null;
  map.on("mousemove", (event) => {
    if (waiting) cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => {
      waiting = null;
      if (map.dragging.moving() || map._animatingZoom) return;
      const feature = measure.on ? null : featureAt(event.containerPoint, ["point", "line"]);
      const text = feature && feature.layer.name(feature.row);
      map.getContainer().style.cursor = measure.on ? "crosshair" : feature ? "pointer" : "";
      if (text)
        tip
          .setContent(el("span", null, text))
          .setLatLng(event.latlng)
          .openOn(map);
      else map.closeTooltip(tip);
    });
  });
  map.on("mouseout", () => map.closeTooltip(tip));
  // A drag that leaves the drawn part draws again on the way.
  map.on("move", () => {
    const corner = map.containerPointToLayerPoint([0, 0]),
      view = L.bounds(corner, corner.add(map.getSize()));
    if (painter._bounds && !map._animatingZoom && !painter._bounds.contains(view)) painter._update();
  });
  map.on("click", (event) => {
    const where = planeAt(event.containerPoint);
    if (measure.on) return addPlace(where);
    const feature = featureAt(event.containerPoint, ["point", "line", "polygon"]);
    if (feature) signal("open", feature.layer, feature.row, { from: where });
    return undefined;
  });
}
