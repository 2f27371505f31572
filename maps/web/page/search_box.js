// The search box of the panel and its list of results.
import { readPosition } from "./coordinates.js";
import { byId, el } from "./dom.js";
import { wording } from "./node_words.js";
import { layers, nodes } from "./picture.js";
import { lookUp, searchIndex } from "./search_index.js";
import { signal } from "./signals.js";
import { featureSwatch } from "./swatches.js";
import { key, position } from "./text.js";

let index = null;
let results = [];
let active = -1;

function listResults() {
  const position = readPosition(byId("search").value);
  index = index || searchIndex(layers, nodes);
  results = position ? [{ position }] : lookUp(index, byId("search").value);
  active = results.length ? 0 : -1;
  const none = byId("search").value.trim() && !results.length;
  byId("hits").replaceChildren(
    ...results.map(resultItem),
    ...(none
      ? [
          el(
            "li",
            { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" },
            "No place of that name",
          ),
        ]
      : []),
  );
  byId("hits").hidden = !results.length && !none;
  byId("search").setAttribute("aria-expanded", String(!byId("hits").hidden));
  markActive();
}

function resultItem({ layer, row, position: at, isBelow = false }, k) {
  const item = el("li", { role: "option", id: `hit-${k}`, class: isBelow ? "below" : null, "aria-selected": String(k === active) });
  if (at) item.append(el("span", { class: "what" }, position(at.lat, at.lng)), el("span", { class: "count" }, "position"));
  else item.append(...featureItem(layer, row));
  item.addEventListener("mousedown", (event) => {
    event.preventDefault();
    choose(k);
  });
  return item;
}

const featureItem = (layer, row) => [
    featureSwatch(layer, row),
    el("span", { class: "what" }, layer.titleOf(row)),
    el(
      "span",
      { class: "count" },
      layer === nodes
        ? [
            wording("kind", key(nodes.value("kind", row))),
            nodes.value("scope", row) === "context" ? ", context" : "",
          ]
        : layer.title,
    ),
  ];

function markActive() {
  const items = [...byId("hits").children];
  items.forEach((item, k) => item.setAttribute("aria-selected", String(k === active)));
  if (active < 0) byId("search").removeAttribute("aria-activedescendant");
  else {
    byId("search").setAttribute("aria-activedescendant", `hit-${active}`);
    items[active].scrollIntoView({ block: "nearest" });
  }
}

function choose(k) {
  const result = results[k];
  if (!result) return;
  closeResults();
  byId("search").value = ""; // else the list would open again when the details are shut
  if (result.position) signal("position", result.position);
  else signal("open", result.layer, result.row, { move: true, focus: true });
}

function closeResults() {
  byId("hits").hidden = true;
  byId("search").setAttribute("aria-expanded", "false");
  byId("search").removeAttribute("aria-activedescendant");
}

/** Bind the search box. */
export function startSearch() {
  const box = byId("search");
  box.addEventListener("input", listResults);
  box.addEventListener("focus", () => {
    if (box.value) listResults();
  });
  box.addEventListener("blur", closeResults);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && results.length) {
      event.preventDefault();
      active = (active + step + results.length) % results.length;
      markActive();
    } else if (event.key === "Enter") {
      event.preventDefault();
      choose(active);
    } else if (event.key === "Escape") closeResults();
  });
}
