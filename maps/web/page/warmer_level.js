// What a warmer level changes (maps/web/warmer_level.py): rings on the nodes, their list, and the air.
import { baseLook } from "./base_map.js";
import { byId, el } from "./dom.js";
import { classWord } from "./node_words.js";
import { paint } from "./painter.js";
import { data, layerById, nodes } from "./picture.js";
import { signal } from "./signals.js";
import { markPixel } from "./spread.js";
import { state } from "./state.js";
import { openButton } from "./swatches.js";
import { fillAndStroke, traceSymbol } from "./symbols.js";
import { count } from "./text.js";
import { isNarrow } from "./theme.js";

const LEVEL_DEGC = 2; // the one level that the page holds
const RING_PX = 9;
let risen = null;

const airAtLevel = () => layerById.warming_at_2_degc;
const isCriticalNow = (i) => ["robust", "possible"].includes(nodes.value("flag", i));

/** Rows of the nodes whose climate class is higher at the level, those of the gravest mark first. */
export function risenRows() {
  if (risen) return risen;
  risen = [];
  for (let i = 0; i < nodes.count; i++) if (nodes.value("hazard_class_at_2_degc", i) !== null) risen.push(i);
  return risen.sort((a, b) => (nodes.classOf(a)?.rank ?? 9) - (nodes.classOf(b)?.rank ?? 9) || a - b);
}

/** What the level changes, in words. */
export function levelSentence() {
  const rows = risenRows(),
    critical = rows.filter((i) => nodes.value("is_critical_at_2_degc", i) && !isCriticalNow(i));
  return [
    `At ${LEVEL_DEGC} °C of global warming, against the level of this picture (${data.scenario}):`,
    `the climate class is higher at ${count(rows.length, "node")} (ringed);`,
    `${critical.length ? count(critical.length, "more node") : "no further node"} would meet the rule of a critical place (judged once, without draws).`,
    "A condition, not a date.",
  ].join(" ");
}

/** Show what a level changes, or nothing more (null). A level that the page does not hold shows nothing. */
export function setLevel(level) {
  const next = level === LEVEL_DEGC && airAtLevel() ? level : null;
  if (next === state.level) return;
  state.level = next;
  byId("level").hidden = next === null;
  // The air of the picture's own level would be taken for that of the warmer one.
  switchOn(airAtLevel(), next !== null && layerById.warming.on);
  if (next !== null) {
    switchOn(layerById.warming, false);
    byId("level-title").textContent = `${LEVEL_DEGC} °C of global warming: ${count(risenRows().length, "node")} of a higher climate class`;
    byId("level-about").textContent = levelSentence();
    byId("level-more").open = !isNarrow(); // on a narrow screen the list would cover the rings
    byId("level-list").replaceChildren(
      ...risenRows().map((i) =>
        el("li", null, openButton(nodes, i, `${classWord("hazard_class", i)} → ${nodes.value("hazard_class_at_2_degc", i)}`)),
      ),
    );
  }
  paint();
}

function switchOn(layer, on) {
  if (layer.on !== on) byId(`show-${layer.id}`).click();
}

/** Ring the nodes whose climate class is higher at the level. */
export function drawLevel(ctx, view) {
  if (state.level === null || !nodes?.on) return;
  const look = { ...baseLook("selection"), fill: null, weight: 1.8 };
  for (const i of risenRows()) {
    if (nodes.hidden[i]) continue;
    traceSymbol(ctx, "circle", ...markPixel(view, nodes, i), RING_PX * view.size);
    fillAndStroke(ctx, look);
  }
}

/** Bind the button that leaves the level. */
export function startLevel() {
  byId("level-shut").addEventListener("click", () => {
    setLevel(null);
    signal("view");
  });
}
