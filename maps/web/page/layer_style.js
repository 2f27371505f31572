// The look of a layer's features, and the marks of its points.
import { cell, valueNumbers } from "./columns.js";
import { startsOf } from "./decode.js";
import { classValue } from "./map_layer.js";
import { drawDot, fillAndStroke, greyed, hatchPattern, traceSymbol } from "./symbols.js";
import { ink, isDark } from "./theme.js";

/** Marks that a reader must be able to point at, one by one: they stand apart (spread.js). */
export const FLAGGED = ["robust", "possible", "overlap", "overlap_open"];
// Marks of nodes that are drawn wherever they are.
const MAJOR = [...FLAGGED, "insufficient_data"];

/** Colours, stroke and fill of a feature of class `own`. Late areas are hatched, lines dotted, marks hollow. */
export function lookOf(layer, own, i) {
  const style = layer.style;
  own = own || {};
  const colour = (pair) => (layer.late ? greyed(ink(pair)) : ink(pair));
  const stroke = colour(own.stroke || style.stroke),
    fill = colour(own.fill || style.fill);
  const isOutline = layer.id === "sea_ice" && layer.value("year", i) !== null;
  const hatch =
    own.hatch || (layer.late && layer.geometry === "polygon" && style.fill_opacity ? "forward" : "");
  return {
    color: stroke,
    weight: isOutline ? 1.8 : own.width || style.width,
    opacity: style.stroke_opacity,
    dash: isOutline
      ? [5, 4]
      : own.hollow || (layer.late && layer.geometry === "point")
        ? [2, 1.6]
        : layer.late && layer.geometry === "line"
          ? [1, 4]
          : own.dash || style.dash,
    fill:
      layer.geometry !== "line" && !isOutline && style.fill_opacity > 0
        ? hatch
          ? hatchPattern(hatch, fill, stroke)
          : fill
        : null,
    fillOpacity: own.hollow ? 0.55 : style.fill_opacity,
    radius: own.radius || style.radius,
  };
}

/** The distinct marks of a layer, which of them each point has, and the points in the order of their class. */
export function marksOf(layer) {
  if (layer.marks) return layer.marks;
  const style = layer.style,
    column = layer.column;
  const kind = new Uint16Array(layer.count),
    list = [];
  const parts = [column[style.class_column], column[style.shape_column], column.dual_use_class];
  // One number for each combination of values; a missing value has the number -1.
  const [levels, shapes, duals] = parts.map((part) => valueNumbers(part, layer.count));
  const [deep, wide] = [shapes, duals].map((numbers) => numbers.reduce((most, n) => Math.max(most, n), 0) + 2);
  const places = [];
  for (let i = 0; i < layer.count; i++) {
    const name = ((levels[i] + 1) * deep + shapes[i] + 1) * wide + duals[i] + 1;
    if (places[name] === undefined) {
      const [level, shape, dual] = [cell(parts[0], i), cell(parts[1], i), cell(parts[2], i) === "D3"];
      const own = layer.classes.get(classValue(level));
      places[name] = list.length;
      list.push({
        own,
        shape: (layer.shapes.get(String(shape)) || style).shape,
        dot: dual,
        rank: own ? own.rank : layer.classes.size,
        major: style.class_column === "mark" && MAJOR.includes(level),
        flagged: style.class_column === "mark" && FLAGGED.includes(level),
      });
    }
    kind[i] = places[name];
  }
  return (layer.marks = { list, kind, order: orderByRank(list, kind, layer.classes.size) });
}

// The points by the rank of their mark, those of one rank as they stand.
function orderByRank(list, kind, ranks) {
  const next = new Uint32Array(ranks + 2),
    order = new Uint32Array(kind.length);
  for (let i = 0; i < kind.length; i++) next[list[kind[i]].rank + 1]++;
  for (let rank = 0; rank <= ranks; rank++) next[rank + 1] += next[rank];
  for (let i = 0; i < kind.length; i++) order[next[list[kind[i]].rank]++] = i;
  return order;
}

/** The sheet of all marks of a layer, one below another: their sizes and `put`, which draws one. */
export function stampsOf(layer, { size, ratio }) {
  const state = `${size} ${ratio} ${isDark()}`;
  if (layer.stamps && layer.stamps.state === state) return layer.stamps;
  const marks = marksOf(layer).list,
    canvas = document.createElement("canvas");
  const looks = marks.map((mark) => lookOf(layer, mark.own, 0));
  const radii = looks.map((look) => look.radius * size),
    halves = radii.map((r) => Math.ceil(1.4 * r + 3));
  const tops = startsOf(halves.map((half) => 2 * half));
  canvas.width = 2 * Math.max(...halves, 1) * ratio;
  canvas.height = Math.max(tops[looks.length], 1) * ratio;
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  marks.forEach((mark, k) => {
    const half = halves[k],
      y = tops[k] + half;
    traceSymbol(ctx, mark.shape, half, y, radii[k]);
    fillAndStroke(ctx, looks[k]);
    if (mark.dot) drawDot(ctx, looks[k].color, half, y, radii[k]);
  });
  const put = (on, k, x, y) => {
    const wide = 2 * halves[k];
    on.drawImage(
      canvas,
      0,
      tops[k] * ratio,
      wide * ratio,
      wide * ratio,
      x - halves[k],
      y - halves[k],
      wide,
      wide,
    );
  };
  return (layer.stamps = { state, halves, radii, put });
}
