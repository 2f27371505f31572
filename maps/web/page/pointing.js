// What lies under the pointer: hints, clicks, neighbours.
import { el } from "./dom.js";
import { marksOf } from "./layer_style.js";
import { addPlace, measure } from "./measure.js";
import { nodeLine } from "./node_words.js";
import { painter } from "./painter.js";
import { map, nodes, outline, visibleLayers } from "./picture.js";
import { containerFrame } from "./plane_to_pixels.js";
import { signal } from "./signals.js";
import { markFrame, markPixel } from "./spread.js";
import { featureSwatch } from "./swatches.js";
import { markSize } from "./symbols.js";

/** The place of the plane at a pixel of the map's container. */
export const planeAt = (point) => containerFrame(map).plane(point.x, point.y);

const metresOfPixel = () => 1 / map.options.crs.scale(map.getZoom());

const KEYS_PX = 60; // how far from the middle of the map the key Enter looks for a point
const OWN_PX = 6; // within this of the middle of a flagged mark the pointer means that mark
const OWN_TOUCH_PX = 12;
const REACH_PX = 4; // beyond the radius of a mark
const TOUCH_PX = 22; // half of the least size of a target for a finger (WCAG 2.5.5)
const NEIGHBOURS_PX = 12;
const MOST_NEIGHBOURS = 12;
const MOST_HINTS = 5;

/**
 * Drawn points of a layer within `reach` pixels of a point of the container, as `[row, pixels]`: flagged
 * marks whose middle is within `own` pixels first, then the nearest, of equally near ones the gravest.
 */
function drawnWithin(layer, point, reach, own) {
  const frame = markFrame(),
    { list, kind } = marksOf(layer),
    near = [];
  for (const row of layer.drawn || []) {
    if (layer.hidden && layer.hidden[row]) continue;
    const [x, y] = markPixel(frame, layer, row),
      away = Math.hypot(x - point.x, y - point.y);
    if (away > reach) continue;
    const mark = list[kind[row]];
    near.push({ row, away, first: mark.flagged && away <= own ? 0 : 1, rank: mark.rank });
  }
  near.sort((p, q) => p.first - q.first || p.away - q.away || p.rank - q.rank);
  return near.map(({ row }) => row);
}

const reachOf = (layer, isTouch) =>
  Math.max((layer.style.radius + REACH_PX) * markSize(map), OWN_PX, isTouch ? TOUCH_PX : 0);

const pointsAt = (layer, point, isTouch) =>
  drawnWithin(layer, point, reachOf(layer, isTouch), isTouch ? OWN_TOUCH_PX : OWN_PX);

// The row of a line or an area under a place; `metres` are those of a pixel.
function shapeAt(layer, where, metres) {
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

function featureAt(point, geometries, isTouch = false) {
  const where = planeAt(point);
  const shown = visibleLayers().filter((layer) => geometries.includes(layer.geometry));
  // A mark may stand beside its place, over the edge of the region; lines and areas end there.
  for (const layer of shown.filter((one) => one.geometry === "point")) {
    const [row] = pointsAt(layer, point, isTouch);
    if (row !== undefined) return { layer, row };
  }
  if (!outline.covers(0, where)) return null;
  for (const layer of shown.filter((one) => one.geometry !== "point")) {
    const row = shapeAt(layer, where, metresOfPixel());
    if (row !== null) return { layer, row };
  }
  return null;
}

/** Points near a point of the container other than the feature itself: up to twelve of `[layer, row]`. */
export function neighbours(point, layer, row) {
  return visibleLayers()
    .filter((other) => other.geometry === "point")
    .flatMap((other) => pointsHere(other, point).map((k) => [other, k]))
    .filter(([other, k]) => other !== layer || k !== row)
    .slice(0, MOST_NEIGHBOURS);
}

// All points about a point of the container, drawn or hidden beneath another mark, the drawn ones first.
function pointsHere(layer, point) {
  const drawn = drawnWithin(layer, point, NEIGHBOURS_PX, OWN_PX);
  const { x, y } = layer.points,
    { list, kind } = marksOf(layer),
    [u, v] = planeAt(point),
    metres = NEIGHBOURS_PX * metresOfPixel(),
    beneath = [];
  for (let i = 0; i < layer.count; i++) {
    const away = Math.hypot(x[i] - u, y[i] - v);
    if (away > metres || (layer.hidden && layer.hidden[i]) || drawn.includes(i)) continue;
    beneath.push([i, away]);
  }
  beneath.sort((p, q) => list[kind[p[0]]].rank - list[kind[q[0]]].rank || p[1] - q[1]);
  return [...drawn, ...beneath.map(([i]) => i)];
}

/** Open the point nearest to a point of the container, for readers who move the map by keys. */
export function openNearest(point) {
  for (const layer of visibleLayers()) {
    const [row] = layer.geometry === "point" ? drawnWithin(layer, point, KEYS_PX, OWN_PX) : [];
    if (row !== undefined) {
      signal("open", layer, row, { focus: true });
      return;
    }
  }
}

// What the pointer would open: its name; of a node its kind and classes as well; and what else stands there.
function hint({ layer, row }, point) {
  const others = layer.geometry === "point" ? neighbours(point, layer, row) : [];
  const more = others.length - MOST_HINTS;
  return el(
    "div",
    { class: "hint" },
    el("strong", null, layer.titleOf(row)),
    layer === nodes ? el("span", null, nodeLine(row)) : null,
    others.length
      ? el(
          "ul",
          null,
          others.slice(0, MOST_HINTS).map(([other, k]) => el("li", null, featureSwatch(other, k), other.titleOf(k))),
          more > 0 ? el("li", null, `and ${more}${others.length === MOST_NEIGHBOURS ? " or more" : ""}: click for the list`) : null,
        )
      : null,
  );
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
      const isNamed = feature && (feature.layer === nodes || feature.layer.name(feature.row));
      map.getContainer().style.cursor = measure.on ? "crosshair" : feature ? "pointer" : "";
      if (isNamed)
        tip
          .setContent(hint(feature, event.containerPoint))
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
  // Leaflet's click does not tell a finger from a mouse.
  let isTouch = false;
  map.getContainer().addEventListener("pointerdown", (event) => (isTouch = event.pointerType === "touch"), true);
  map.on("click", (event) => {
    const point = event.containerPoint;
    if (measure.on) return addPlace(planeAt(point));
    map.closeTooltip(tip);
    const feature = featureAt(point, ["point", "line", "polygon"], isTouch);
    if (feature) signal("open", feature.layer, feature.row, { from: point });
    return undefined;
  });
}
