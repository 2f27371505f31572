// Two pictures: what another picture says of the same nodes.
import { baseLook } from "./base_map.js";
import { byColumnName, cell } from "./columns.js";
import { POINT_GRID } from "./decode.js";
import { byId, el } from "./dom.js";
import { pixel } from "./plane_to_pixels.js";
import { wording } from "./node_words.js";
import { paint } from "./painter.js";
import { data, nodes } from "./picture.js";
import { markPixel } from "./spread.js";
import { openButton } from "./swatches.js";
import { fillAndStroke, traceSymbol } from "./symbols.js";
import { count, key, number, percent, words } from "./text.js";

/** The other picture and the rows of nodes that are new or have another flag; null without a comparison. */
export let comparison = null;

const flagWords = (value) => (value === null ? "unknown" : words(value));
const otherValue = (name, i) => cell(comparison.column[name], i);

const AXIS_COLUMNS = [
  ["climate", "hazard_class"],
  ["defence", "military_class"],
  ["people", "dependence_class"],
];

// Each class that differs, from the other picture to this one.
const classChanges = (i) =>
  AXIS_COLUMNS.filter(
    ([, name]) => comparison.column[name] && nodes.column[name] && otherValue(name, i) !== nodes.value(name, i),
  ).map(([axis, name]) => `${axis} ${flagWords(otherValue(name, i))} → ${flagWords(nodes.value(name, i))}`);

/** Read the comparison of the page. */
export function readComparison() {
  if (!nodes || !data.compare) return;
  const { columns, gone, scenario, day } = data.compare;
  comparison = {
    column: byColumnName(columns),
    gone,
    title: `${scenario}, ${day}`,
    added: [],
    changed: [],
    turned: [], // rows whose flag stayed and of which a class changed
    on: true,
  };
  for (let i = 0; i < nodes.count; i++) {
    if (otherValue("flag", i) === null) comparison.added.push(i);
    else if (otherValue("flag", i) !== nodes.value("flag", i)) comparison.changed.push(i);
    else if (classChanges(i).length) comparison.turned.push(i);
  }
}

/** What the other picture says of node `i`. */
export const comparedSentence = (i) =>
  otherValue("flag", i) === null
    ? `New: not a node of the other picture (${comparison.title}).`
    : `Other picture (${comparison.title}): ${flagWords(otherValue("flag", i))}, critical in ${percent(otherValue("flag_probability", i))} of the draws; climate ${flagWords(otherValue("hazard_class", i))}, defence ${flagWords(otherValue("military_class", i))}, people ${flagWords(otherValue("dependence_class", i))}.`;

/** Ring changed nodes, square new ones, cross those that are gone. */
export function drawComparison(ctx, view) {
  if (!comparison || !comparison.on || !nodes.on) return;
  const look = { ...baseLook("selection"), fill: null, weight: 1.6 };
  const ring = (i, shape) => {
    if (nodes.hidden[i]) return;
    traceSymbol(ctx, shape, ...markPixel(view, nodes, i), 9 * view.size);
    fillAndStroke(ctx, look);
  };
  for (const i of comparison.changed) ring(i, "circle");
  for (const i of comparison.added) ring(i, "square");
  for (const node of comparison.gone) {
    const [x, y] = pixel(
        view,
        node.at.map((v) => v * POINT_GRID),
      ),
      r = 5 * view.size;
    ctx.beginPath();
    for (const k of [-1, 1]) {
      ctx.moveTo(x - r, y - k * r);
      ctx.lineTo(x + r, y + k * r);
    }
    fillAndStroke(ctx, look);
  }
}

const namedChanges = (i) => [
  el("span", { class: "name" }, nodes.titleOf(i)),
  el("span", { class: "small" }, classChanges(i).join(" · ")),
];

/** List the changes in the panel. */
export function startComparison() {
  if (!comparison) return;
  const { added, changed, turned, gone, title: other } = comparison;
  byId("changes").hidden = false;
  byId("changes-note").textContent =
    `Against ${other}: ${count(changed.length, "flag")} changed (ringed), ${number(turned.length)} more with another class, ${number(added.length)} new (squared), ${number(gone.length)} gone (crossed).`;
  const part = (title, items) =>
    items.length
      ? el(
          "details",
          { class: "pillar" },
          el("summary", null, `${title}, ${number(items.length)}`),
          el("ol", null, items),
        )
      : null;
  byId("changes-list").replaceChildren(
    ...[
      part(
        "Flag changed",
        changed.map((i) =>
          el(
            "li",
            null,
            openButton(
              nodes,
              i,
              `${flagWords(otherValue("flag", i))} → ${flagWords(nodes.value("flag", i))}`,
              namedChanges(i),
            ),
          ),
        ),
      ),
      part(
        "Class changed",
        turned.map((i) => el("li", null, openButton(nodes, i, "", namedChanges(i)))),
      ),
      part(
        "New",
        added.map((i) => el("li", null, openButton(nodes, i, wording("kind", key(nodes.value("kind", i)))))),
      ),
      part(
        "Gone",
        gone.map((node) =>
          el(
            "li",
            null,
            `${node.name || "without a name"}, ${wording("kind", node.kind)}, was ${words(node.flag)}`,
          ),
        ),
      ),
    ].filter(Boolean),
  );
  byId("changes-on").addEventListener("change", (event) => {
    comparison.on = event.target.checked;
    paint();
  });
}
