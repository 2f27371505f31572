// The node filters of the panel.
import { byId, el } from "./dom.js";
import { filtersFor, hiddenRows, orderedValues, tally } from "./filter_rules.js";
import { listFlagged } from "./flagged.js";
import { writeThinned } from "./legend.js";
import { countryName, filterValue, wording, wordingsOf } from "./node_words.js";
import { paint } from "./painter.js";
import { nodes } from "./picture.js";
import { signal } from "./signals.js";
import { count, number } from "./text.js";

/** Values that each filter refuses. */
export const refused = {};
const renewBoxes = [];

/** Hide the nodes that a filter refuses, and list the others again. */
export function applyFilters() {
  nodes.hidden = hiddenRows(nodes.count, refused, filterValue);
  const left = nodes.hidden.reduce((sum, isHidden) => sum - isHidden, nodes.count);
  byId("shown").textContent = `${number(left)} of ${count(nodes.count, "node")} shown`;
  byId("filtered").hidden = left === nodes.count;
  byId("filtered-count").textContent = `Filters are on: ${byId("shown").textContent}. `;
  paint();
  writeThinned();
  listFlagged();
  signal("view");
}

/** Take the refused values of an address. */
export function refuse(values) {
  for (const name of Object.keys(refused)) refused[name] = new Set(values[name]);
  for (const renew of renewBoxes) renew();
  applyFilters();
}

/** Fill the list of filters. The boxes of a filter are made when it is first opened. */
export function startFilters() {
  if (!nodes) {
    byId("filters").hidden = byId("flagged").hidden = byId("overlap").hidden = true;
    return;
  }
  for (const [name, title] of filtersFor(nodes.column)) {
    refused[name] = new Set();
    const part = el("details", { class: "pillar" }, el("summary", null, title));
    part.addEventListener("toggle", () => part.append(boxesOf(name, title)), { once: true });
    byId("choices").append(part);
  }
  byId("filter-reset").addEventListener("click", () => refuse({}));
  applyFilters();
}

function boxesOf(name, title) {
  const counts = tally(nodes.count, (i) => filterValue(name, i));
  const values = orderedValues(counts, [...wordingsOf(name).keys()]);
  const boxes = values.map((value, k) => {
    const box = el("input", { type: "checkbox", id: `only-${name}-${k}` });
    box.checked = !refused[name].has(value);
    renewBoxes.push(() => {
      box.checked = !refused[name].has(value);
    });
    box.addEventListener("change", () => {
      refused[name][box.checked ? "delete" : "add"](value);
      applyFilters();
    });
    const words = name === "country_iso3" ? countryName(value) : wording(name, value);
    const alone = el("button", { type: "button", class: "plain alone", "aria-label": `Only ${words}` }, "only");
    alone.addEventListener("click", () => {
      refused[name] = new Set(values.filter((other) => other !== value));
      boxes.forEach((row, other) => (row.firstChild.checked = other === k));
      applyFilters();
    });
    return el(
      "div",
      { class: "row" },
      box,
      el("label", { for: box.id }, words),
      alone,
      el("span", { class: "count" }, number(counts.get(value))),
    );
  });
  const all = el("button", { type: "button", class: "plain" }, "All or none");
  all.addEventListener("click", () => {
    const every = boxes.every((row) => row.firstChild.checked);
    values.forEach((value, k) => {
      boxes[k].firstChild.checked = !every;
      refused[name][every ? "add" : "delete"](value);
    });
    applyFilters();
  });
  return el("fieldset", null, el("legend", { class: "hide" }, title), boxes, all);
}
