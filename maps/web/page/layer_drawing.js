// Drawing of one layer on the canvas of the map.
import { baseLook } from "./base_map.js";
import { unpack } from "./decode.js";
import { lookOf, marksOf, stampsOf } from "./layer_style.js";
import { pixel } from "./plane_to_pixels.js";
import { spreadOf } from "./spread.js";
import { fillAndStroke } from "./symbols.js";
import { isDark } from "./theme.js";

/** Draw all features of a layer that the view has. */
export function drawLayer(layer, ctx, view) {
  if (!layer.style.visible) layer.whole();
  if (layer.geometry === "point") drawPoints(layer, ctx, view);
  else if (layer.geometry === "line") drawLines(layer, ctx, view);
  else if (layer.cells && layer.isAfar(view)) drawCells(layer, ctx, view);
  else drawAreas(layer, ctx, view);
}

function drawAreas(layer, ctx, view) {
  const rings = layer.ringsFor(view);
  const indices = Array.from({ length: layer.count }, (_, i) => i).filter((i) => layer.isDrawn(i));
  // The outline of a later year would vanish beneath the median's fill.
  if (layer.id === "sea_ice")
    indices.sort((a, b) => (layer.value("year", a) !== null) - (layer.value("year", b) !== null));
  for (const i of indices) {
    ctx.beginPath();
    if (rings.trace(ctx, i, view, true, layer.style.width ? 0.9 : 2))
      fillAndStroke(ctx, lookOf(layer, layer.classOf(i), i));
  }
}

// Areas of square cells are an image with one pixel for each cell.
function drawCells(layer, ctx, view) {
  const { west, north, size } = layer.cells,
    { a, b, e, f } = view,
    dark = isDark();
  if (!layer.image || layer.isImageDark !== dark) {
    layer.image = cellImage(layer);
    layer.isImageDark = dark;
  }
  ctx.save();
  ctx.transform(a * size, b * size, -b * size, a * size, a * west + b * north + e, b * west - a * north + f);
  ctx.globalAlpha = layer.style.fill_opacity;
  ctx.drawImage(layer.image, 0, 0);
  ctx.restore();
}

function cellImage(layer) {
  const { areas, runs, wide, high } = layer.cells,
    paper = new ImageData(wide, high),
    dots = new Uint32Array(paper.data.buffer);
  // Lowest byte first, as every machine that runs a browser has it.
  const inks = Array.from({ length: layer.count }, (_, i) => {
    const colour = parseInt(lookOf(layer, layer.classOf(i), i).fill.slice(1), 16);
    return (0xff << 24) | ((colour & 255) << 16) | (colour & 0xff00) | (colour >> 16);
  });
  const area = unpack(areas),
    run = unpack(runs);
  for (let k = 0, at = 0; k < run.length; at += run[k++])
    if (area[k]) dots.fill(inks[area[k] - 1], at, at + run[k]);
  const image = document.createElement("canvas");
  image.width = wide;
  image.height = high;
  image.getContext("2d").putImageData(paper, 0, 0);
  return image;
}

// All lines of one look are one stroke.
function drawLines(layer, ctx, view) {
  const groups = new Map();
  for (let i = 0; i < layer.count; i++) {
    if (layer.classes.size && !layer.isDrawn(i)) continue;
    const own = layer.classOf(i);
    if (!groups.has(own)) groups.set(own, []);
    if (!layer.classes.size) break;
    groups.get(own).push(i);
  }
  for (const [own, members] of groups) {
    ctx.beginPath();
    if (layer.classes.size) for (const i of members) layer.rings.trace(ctx, i, view, false);
    else if (layer.style.dash.length) layer.rings.traceOnce(ctx, view);
    else for (let i = 0; i < layer.count; i++) layer.rings.trace(ctx, i, view, false);
    fillAndStroke(ctx, lookOf(layer, own, 0));
  }
}

const HERE = [0, 0];

// A mark that stands beside its place is tied to it by a line.
function drawLeaders(layer, ctx, view, moved) {
  if (!moved.size) return;
  ctx.beginPath();
  for (const row of moved.keys()) {
    const [x, y] = pixel(view, layer.place(row)),
      [dx, dy] = moved.get(row);
    ctx.moveTo(x, y);
    ctx.lineTo(x + dx, y + dy);
  }
  fillAndStroke(ctx, { ...baseLook("selection"), fill: null, weight: 0.7, opacity: 0.9 });
}

// Of marks that would hide one another the one of the highest class is drawn; a major one always is.
function drawPoints(layer, ctx, view) {
  const { x, y } = layer.points,
    { list, kind, order } = marksOf(layer),
    { a, b, e, f, wide, high } = view;
  const { halves, radii, put } = stampsOf(layer, view),
    q = view.ratio;
  const step = Math.max(...radii, 1) > 4 ? 4.4 : Math.max(3, 1.3 * radii[0]);
  const columns = Math.ceil(wide / step) + 1,
    taken = new Uint8Array(columns * (Math.ceil(high / step) + 1));
  const chosen = [],
    moved = spreadOf(layer, view);
  let inView = 0;
  for (let n = 0; n < order.length; n++) {
    const i = order[n];
    if (layer.hidden && layer.hidden[i]) continue;
    const [dx, dy] = (moved.size && moved.get(i)) || HERE;
    const px = a * x[i] + b * y[i] + e + dx,
      py = b * x[i] - a * y[i] + f + dy;
    if (px < 0 || py < 0 || px > wide || py > high) continue;
    inView++;
    const place = Math.floor(py / step) * columns + Math.floor(px / step);
    if (taken[place] && !list[kind[i]].major) continue;
    taken[place] = 1;
    chosen.push(i, px, py);
  }
  layer.thinned = [chosen.length / 3, inView];
  layer.drawn = Uint32Array.from({ length: chosen.length / 3 }, (_, k) => chosen[3 * k]);
  drawLeaders(layer, ctx, view, moved);
  for (let k = chosen.length - 3; k >= 0; k -= 3) {
    const mark = kind[chosen[k]],
      half = halves[mark];
    put(
      ctx,
      mark,
      Math.round((chosen[k + 1] - half) * q) / q + half,
      Math.round((chosen[k + 2] - half) * q) / q + half,
    );
  }
}
