// Places of the marks of critical and overlapping nodes: marks that would cover one another stand apart.
import { marksOf } from "./layer_style.js";
import { map } from "./picture.js";
import { containerFrame, pixel } from "./plane_to_pixels.js";
import { markSize } from "./symbols.js";

const LEAST_PX = 11; // distance between two marks: a pointer 4 px off the middle of one is nearest to that one
const TURNS = 16; // tried directions on each ring around the true place
const RINGS = 14;

// The tried places in steps: two thirds of a step from one ring to the next, so that a mark moves little.
const OFFSETS = [[0, 0]];
for (let ring = 1; ring <= RINGS; ring++)
  for (let k = 0; k < TURNS; k++) {
    const angle = (2 * Math.PI * k) / TURNS + ring;
    OFFSETS.push([ring * 0.66 * Math.cos(angle), ring * 0.66 * Math.sin(angle)]);
  }

const DRAWERS = 1 << 14; // a square of the plane keeps its places in one of so many drawers

// Places that are taken, in squares as wide as a step: only the nine squares around a place can be too near.
function takenPlaces(most, step) {
  const last = new Int32Array(DRAWERS).fill(-1), // of the places in a drawer; each knows the one before it
    before = new Int32Array(most),
    xs = new Float64Array(most),
    ys = new Float64Array(most),
    least = (step - 1e-6) ** 2,
    drawer = (column, row) => (Math.imul(column, 73_856_093) ^ Math.imul(row, 19_349_663)) & (DRAWERS - 1);
  let count = 0;
  const isFree = (x, y) => {
    const column = Math.floor(x / step),
      row = Math.floor(y / step);
    for (let c = column - 1; c <= column + 1; c++)
      for (let r = row - 1; r <= row + 1; r++)
        for (let k = last[drawer(c, r)]; k >= 0; k = before[k])
          if ((x - xs[k]) ** 2 + (y - ys[k]) ** 2 < least) return false;
    return true;
  };
  const take = (x, y) => {
    const own = drawer(Math.floor(x / step), Math.floor(y / step));
    xs[count] = x;
    ys[count] = y;
    before[count] = last[own];
    last[own] = count++;
  };
  return { isFree, take };
}

/**
 * Offsets in pixels by row, for the rows whose mark is moved away from its place. `rows` are in the order
 * of importance, `placeOf` gives the pixel of a row, and two marks are at least `step` pixels apart.
 */
export function spreadOffsets(rows, placeOf, step) {
  const { isFree, take } = takenPlaces(rows.length, step),
    moved = new Map();
  for (const row of rows) {
    const [x, y] = placeOf(row);
    let k = 0;
    while (k < OFFSETS.length && !isFree(x + OFFSETS[k][0] * step, y + OFFSETS[k][1] * step)) k++;
    if (k === OFFSETS.length) continue;
    const dx = OFFSETS[k][0] * step,
      dy = OFFSETS[k][1] * step;
    take(x + dx, y + dy);
    if (dx || dy) moved.set(row, [dx, dy]);
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
