// Symbols, hatches and strokes on a canvas.

const corners = (n, turn, inner) =>
  Array.from({ length: inner ? 2 * n : n }, (_, i) => {
    const angle = turn + (i * Math.PI) / (inner ? n : n / 2);
    const size = inner && i % 2 ? inner : 1;
    return [size * Math.cos(angle), size * Math.sin(angle)];
  });
const UP = -Math.PI / 2;

/** Corners of each symbol for a radius of 1; a circle has none. */
export const SHAPES = {
  triangle: corners(3, UP).map(([x, y]) => [1.2 * x, 1.2 * y + 0.2]),
  down: corners(3, -UP).map(([x, y]) => [1.2 * x, 1.2 * y - 0.2]),
  diamond: corners(4, UP).map(([x, y]) => [1.2 * x, 1.2 * y]),
  square: corners(4, Math.PI / 4).map(([x, y]) => [1.22 * x, 1.22 * y]),
  pentagon: corners(5, UP).map(([x, y]) => [1.1 * x, 1.1 * y]),
  hexagon: corners(6, 0).map(([x, y]) => [1.1 * x, 1.1 * y]),
  star: corners(5, UP, 0.48).map(([x, y]) => [1.35 * x, 1.35 * y]),
  cross: [
    [-0.4, -1.1],
    [0.4, -1.1],
    [0.4, -0.4],
    [1.1, -0.4],
    [1.1, 0.4],
    [0.4, 0.4],
    [0.4, 1.1],
    [-0.4, 1.1],
    [-0.4, 0.4],
    [-1.1, 0.4],
    [-1.1, -0.4],
    [-0.4, -0.4],
  ],
};

/** Trace a symbol of radius `r` pixels about x, y. */
export function traceSymbol(ctx, shape, x, y, r) {
  ctx.beginPath();
  const outline = SHAPES[shape];
  if (!outline) {
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    return;
  }
  outline.forEach(([u, v], i) => (i ? ctx.lineTo(x + u * r, y + v * r) : ctx.moveTo(x + u * r, y + v * r)));
  ctx.closePath();
}

/** Factor on the radius of marks: a view of the whole Arctic has no room for the marks of a close one. */
export const markSize = (map) => Math.min(1.25, Math.max(0.62, 0.6 + 0.18 * map.getZoom()));

/** Draw the dot of a node whose dual use a public document states (class D3). */
export function drawDot(ctx, colour, x, y, r) {
  ctx.globalAlpha = 1;
  ctx.fillStyle = colour;
  traceSymbol(ctx, "circle", x, y, 0.36 * r);
  ctx.fill();
}

const HATCH = 8;

/** A hatch pattern of two colours: "forward", "back", "cross" or "dots". */
export function hatchPattern(kind, fill, line) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = HATCH;
  const ctx = tile.getContext("2d");
  if (!ctx) return fill;
  ctx.globalAlpha = 0.3;
  ctx.fillStyle = fill;
  ctx.fillRect(0, 0, HATCH, HATCH);
  ctx.globalAlpha = 0.9;
  ctx.strokeStyle = ctx.fillStyle = line;
  ctx.lineWidth = 1;
  ctx.beginPath();
  const stripe = (rising) => {
    for (const shift of [-HATCH, 0, HATCH]) {
      ctx.moveTo(shift - 1, rising ? HATCH + 1 : -1);
      ctx.lineTo(shift + HATCH + 1, rising ? -1 : HATCH + 1);
    }
  };
  if (kind === "forward" || kind === "cross") stripe(true);
  if (kind === "back" || kind === "cross") stripe(false);
  if (kind === "dots") ctx.arc(HATCH / 2, HATCH / 2, 1.1, 0, 2 * Math.PI);
  if (kind === "dots") ctx.fill();
  else ctx.stroke();
  return ctx.createPattern(tile, "repeat");
}

/** A colour greyed, for what is late. */
export function greyed(colour) {
  return `#${[1, 3, 5]
    .map((k) =>
      Math.round(0.3 * parseInt(colour.slice(k, k + 2), 16) + 0.7 * 140)
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

/** Fill and stroke the traced path. */
export function fillAndStroke(ctx, look) {
  if (look.fill) {
    ctx.globalAlpha = look.fillOpacity;
    ctx.fillStyle = look.fill;
    ctx.fill("evenodd");
  }
  if (look.weight > 0) {
    ctx.globalAlpha = look.opacity;
    ctx.strokeStyle = look.color;
    ctx.lineWidth = look.weight;
    ctx.lineJoin = ctx.lineCap = "round";
    if (look.dash.length) ctx.lineCap = "butt";
    ctx.setLineDash(look.dash);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  ctx.globalAlpha = 1;
}
