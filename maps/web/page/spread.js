// Places of the marks of critical and overlapping nodes: marks that would cover one another stand apart.
import { marksOf } from "./layer_style.js";
import { map } from "./picture.js";
import { containerFrame, pixel } from "./plane_to_pixels.js";
import { markSize } from "./symbols.js";

const LEAST_PX = 11; // distance between two marks: a pointer 4 px off the middle of one is nearest to that one
const TURNS = 16; // tried directions on each ring around the true place
const RINGS = 14;

// Two thirds of a step from one ring to the next, so that a mark moves as little as it can.
function* offsets(step) {
  yield [0, 0];
  for (let ring = 1; ring <= RINGS; ring++)
    for (let k = 0; k < TURNS; k++) {
      const angle = (2 * Math.PI * k) / TURNS + ring;
      yield [ring * step * 0.66 * Math.cos(angle), ring * step * 0.66 * Math.sin(angle)];
    }
}

/**
 * Offsets in pixels by row, for the rows whose mark is moved away from its place. `rows` are in the order
 * of importance, `placeOf` gives the pixel of a row, and two marks are at least `step` pixels apart.
 */
export function spreadOffsets(rows, placeOf, step) {
  const taken = [],
    moved = new Map();
  for (const row of rows) {
    const [x, y] = placeOf(row);
    for (const [dx, dy] of offsets(step)) {
      if (taken.some(([u, v]) => Math.hypot(x + dx - u, y + dy - v) < step - 1e-6)) continue;
      taken.push([x + dx, y + dy]);
      if (dx || dy) moved.set(row, [dx, dy]);
      break;
    }
  }
  return moved;
}

// The flagged rows of a layer, the gravest first: found once, as a layer may have a hundred thousand points.
function flaggedRows(layer) {
  if (layer.flaggedRows) return layer.flaggedRows;
  const { list, kind } = marksOf(layer),
    rows = [],
    share = (i) => layer.value("flag_probability", i) || 0;
  for (let i = 0; i < layer.count; i++) if (list[kind[i]].flagged) rows.push(i);
  rows.sort((i, k) => list[kind[i]].rank - list[kind[k]].rank || share(k) - share(i) || i - k);
  return (layer.flaggedRows = rows);
}

/** The offsets of the marks of a layer in a view; empty for a layer without classes of nodes. */
export function spreadOf(layer, view) {
  if (layer.style.class_column !== "mark") return new Map();
  const { a, b, size } = view,
    last = layer.spread;
  if (last && last.a === a && last.b === b && last.size === size && last.hidden === layer.hidden)
    return last.moved;
  const { x, y } = layer.points,
    largest = Math.max(...layer.style.classes.map((c) => c.radius || layer.style.radius));
  // Without e and f: to move the view does not move a mark against its place.
  const moved = spreadOffsets(
    flaggedRows(layer).filter((i) => !(layer.hidden && layer.hidden[i])),
    (i) => [a * x[i] + b * y[i], b * x[i] - a * y[i]],
    Math.max(LEAST_PX, 2 * largest * size + 1),
  );
  layer.spread = { a, b, size, hidden: layer.hidden, moved };
  return moved;
}

/** The frame of the container of the map, with the size of marks. */
export const markFrame = () => ({ ...containerFrame(map), size: markSize(map) });

/** Pixels of the mark of a point: those of its place, or beside it where marks would cover one another. */
export function markPixel(view, layer, row) {
  const [x, y] = pixel(view, layer.place(row)),
    [dx, dy] = spreadOf(layer, view).get(row) || [0, 0];
  return [x + dx, y + dy];
}
