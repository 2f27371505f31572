// The chosen feature: a node by its id, and the ring on the map.
import { baseLook } from "./base_map.js";
import { lookOf, marksOf, stampsOf } from "./layer_style.js";
import { nodes } from "./picture.js";
import { pixel } from "./plane_to_pixels.js";
import { signal } from "./signals.js";
import { markPixel } from "./spread.js";
import { state } from "./state.js";
import { fillAndStroke, traceSymbol } from "./symbols.js";

/** Row of a node by its id; null without such a node. */
export function nodeOf(id) {
  for (let i = 0; nodes && i < nodes.count; i++) if (nodes.value("node_id", i) === id) return i;
  return null;
}

/** Open the details of a node and move the map there; false without such a node. */
export function selectNode(id, focus = true) {
  const i = nodeOf(id);
  if (i !== null) signal("open", nodes, i, { move: true, focus });
  return i !== null;
}

/** Id of the node whose details are open; null without one. */
export const selectedNode = () =>
  state.opened && state.opened.layer === nodes ? nodes.value("node_id", state.opened.row) : null;

// The mark that the node would have at the value of a slider; under it the stored one is blotted out.
function drawTried(ctx, layer, row, view) {
  const own = layer.classes.get(state.whatIf.mark),
    look = lookOf(layer, own, row),
    place = markPixel(view, layer, row);
  const { shape } = layer.shapes.get(String(layer.value("kind", row))) || layer.style;
  traceSymbol(ctx, "circle", ...place, 9 * view.size);
  fillAndStroke(ctx, { ...baseLook("region"), weight: 0 });
  traceSymbol(ctx, shape, ...place, look.radius * view.size);
  fillAndStroke(ctx, look);
}

/** Draw the chosen feature above all others. */
export function drawSelection(ctx, view) {
  if (state.position) {
    traceSymbol(ctx, "circle", ...pixel(view, state.position), 9 * view.size);
    fillAndStroke(ctx, { ...baseLook("selection"), fill: null });
  }
  if (!state.opened) return;
  const { layer, row } = state.opened,
    look = { ...baseLook("selection"), fill: null };
  ctx.beginPath();
  if (layer.geometry === "point") {
    // The chosen mark may lie beneath another: it is drawn again, on top.
    if (state.whatIf) drawTried(ctx, layer, row, view);
    else stampsOf(layer, view).put(ctx, marksOf(layer).kind[row], ...markPixel(view, layer, row));
    ctx.beginPath();
    traceSymbol(
      ctx,
      "circle",
      ...markPixel(view, layer, row),
      (lookOf(layer, layer.classOf(row), row).radius + 5) * view.size,
    );
  } else layer.rings.trace(ctx, row, view, layer.geometry === "polygon");
  fillAndStroke(ctx, layer.geometry === "line" ? { ...look, weight: 5, opacity: 0.6 } : look);
}
