// Small drawings of marks, lines and areas for lists and the legend, and the buttons that bear them.
import { el } from "./dom.js";
import { nodes, data } from "./picture.js";
import { signal } from "./signals.js";
import { hatchPattern, SHAPES } from "./symbols.js";
import { ink } from "./theme.js";

/** The swatch of a style, or of its class `own`. */
export function swatch(style, geometry, own) {
  if (geometry === "point") return glyph(style, own || {});
  const stroke = ink((own && own.stroke) || style.stroke),
    fill = ink((own && own.fill) || style.fill);
  const width = Math.max((own && own.width) || style.width, 0.8),
    box = { x: 2, y: 2.5, width: 18, height: 11 };
  if (own && own.hatch && geometry !== "line")
    return hatchSwatch(hatchPattern(own.hatch, fill, stroke), style, stroke, width);
  const isLine = geometry === "line" || (!style.fill_opacity && style.dash.length > 0);
  const border = isLine || style.width ? stroke : ink(data.base.graticule.stroke);
  return el(
    "svg:svg",
    { class: "swatch", viewBox: "0 0 22 16", "aria-hidden": "true" },
    isLine
      ? el("svg:line", {
          x1: 1,
          y1: 8,
          x2: 21,
          y2: 8,
          stroke,
          "stroke-width": width,
          "stroke-opacity": style.stroke_opacity,
          "stroke-dasharray": style.dash.join(" ") || null,
        })
      : [
          el("svg:rect", { ...box, fill, "fill-opacity": Math.max(style.fill_opacity, 0.1) }),
          el("svg:rect", { ...box, fill: "none", stroke: border, "stroke-width": width }),
        ],
  );
}

function hatchSwatch(fill, style, stroke, width) {
  const canvas = el("canvas", { class: "swatch", width: 66, height: 48, "aria-hidden": "true" });
  const ctx = canvas.getContext("2d");
  if (!ctx) return canvas;
  ctx.scale(3, 3);
  ctx.fillStyle = fill;
  ctx.lineWidth = width;
  ctx.globalAlpha = Math.max(style.fill_opacity, 0.1);
  ctx.fillRect(2, 2.5, 18, 11);
  ctx.globalAlpha = 1;
  ctx.strokeStyle = style.width ? stroke : ink(data.base.graticule.stroke);
  ctx.strokeRect(2, 2.5, 18, 11);
  return canvas;
}

function glyph(style, own) {
  const r = Math.min(own.radius || Math.max(style.radius, 4), 6.6),
    outline = SHAPES[own.shape || style.shape];
  const look = {
    fill: ink(own.fill || style.fill),
    stroke: ink(own.stroke || style.stroke),
    "fill-opacity": own.hollow ? 0.55 : style.fill_opacity,
    "stroke-width": Math.max(own.width || style.width, 0.8),
    "stroke-dasharray": own.hollow ? "2 1.6" : null,
  };
  return el(
    "svg:svg",
    { class: "swatch", viewBox: "0 0 22 16", "aria-hidden": "true" },
    outline
      ? el("svg:polygon", {
          ...look,
          points: outline.map(([u, v]) => `${(11 + u * r).toFixed(1)},${(8 + v * r).toFixed(1)}`).join(" "),
        })
      : el("svg:circle", { ...look, cx: 11, cy: 8, r }),
    own.dot ? el("svg:circle", { cx: 11, cy: 8, r: 2.2, fill: look.stroke }) : null,
  );
}

/** The swatch of a feature: of a node its mark with the symbol of its kind. */
export function featureSwatch(layer, i) {
  if (layer !== nodes) return swatch(layer.style, layer.geometry, layer.classOf(i));
  const own = nodes.classOf(i),
    shape = nodes.shapes.get(String(nodes.value("kind", i)));
  return swatch(nodes.style, "point", {
    ...(own || {}),
    shape: (shape || nodes.style).shape,
    radius: 5.6,
    dot: nodes.value("dual_use_class", i) === "D3",
  });
}

const slots = [];

/** A slot with a swatch that is drawn again when the colours change. */
export function swatchSlot(...request) {
  const slot = el("span", { class: "slot" });
  const fill = () => slot.replaceChildren(swatch(...request));
  slots.push(fill);
  fill();
  return slot;
}

/** Draw the swatches of all slots again. */
export function redrawSwatches() {
  for (const fill of slots) fill();
}

/** A button that opens the details of a feature; `tail` stands at its end. */
export function openButton(layer, i, tail, title = layer.titleOf(i)) {
  const button = el(
    "button",
    { type: "button", class: "item" },
    featureSwatch(layer, i),
    el("span", { class: "what" }, title),
    el("span", { class: "count" }, tail),
  );
  button.addEventListener("click", () => signal("open", layer, i, { move: true, focus: true }));
  return button;
}
