// The table of the nodes that the filters leave, and its download as CSV.
import { cell } from "./columns.js";
import { fillDialog, wideTable } from "./dialogs.js";
import { byId, el, small, valueNode } from "./dom.js";
import { spanned } from "./evidence_words.js";
import { switchDrawer } from "./drawer.js";
import { ADDED } from "./node_details.js";
import { BY_SEA, classWord, countryName, standing, wording } from "./node_words.js";
import { data, nodes } from "./picture.js";
import { signal } from "./signals.js";
import { featureSwatch } from "./swatches.js";
import { csvText, sortedRows } from "./table_rows.js";
import { number, percent } from "./text.js";

const PAGE_ROWS = 200;
const CLASS_RANK = [null, "low", "moderate", "high"];
const orNull = (value, wordsOf) => value && wordsOf(value);
const asStored = (name) => [(i) => nodes.value(name, i), (i) => nodes.value(name, i)];
const inWords = (name) => [
  (i) => orNull(nodes.value(name, i), (value) => wording(name, value)),
  (i) => nodes.value(name, i),
];
const asClass = (name) => [
  (i) => classWord(name, i),
  (i) => CLASS_RANK.indexOf(nodes.value(name, i)) || null,
];
// Months of ice with their range; "–" for a kind that has no ice season.
const asMonths = (name) => [
  (i) =>
    BY_SEA.includes(nodes.value("kind", i))
      ? spanned(nodes.value(name, i), endOf(name, "low", i), endOf(name, "high", i), "")
      : "–",
  (i) => nodes.value(name, i),
];
const endOf = (name, end, i) => (nodes.column[`${name}_${end}`] ? nodes.value(`${name}_${end}`, i) : null);
const asShare = (name) => [(i) => percent(nodes.value(name, i)), (i) => nodes.value(name, i)];

// Title, text of a node, value by which the table is sorted.
const FIELDS = [
  ["Name", (i) => nodes.titleOf(i), (i) => nodes.titleOf(i)],
  ["Place", ...asStored("place")],
  ["Kind", ...inWords("kind")],
  [
    "Country",
    (i) => orNull(nodes.value("country_iso3", i), countryName),
    (i) => nodes.value("country_iso3", i),
  ],
  [
    "Scope",
    (i) => orNull(nodes.value("scope", i), (scope) => wording("scope", scope).replace(/:.*/, "")),
    (i) => nodes.value("scope", i),
  ],
  ["Flag", (i) => orNull(nodes.value("flag", i), (flag) => wording("flag", flag)), standing],
  // Outside the scope no node is flagged, which is not 0 % of draws.
  [
    "Critical",
    (i) => (nodes.value("scope", i) === "context" ? "never flagged" : percent(nodes.value("flag_probability", i))),
    (i) => (nodes.value("scope", i) === "context" ? null : nodes.value("flag_probability", i)),
  ],
  ["Overlap", ...asShare("overlap_probability")],
  ["Climate", ...asClass("hazard_class")],
  ["Defence", ...asClass("military_class")],
  ["People", ...asClass("dependence_class")],
  ["Ice now, months a year", ...asMonths("ice_months_recent")],
  ["Ice lost since 1981–2010, months", ...asMonths("ice_months_lost")],
  ["Ice lost at 2 °C, months", ...asMonths("ice_months_lost_at_2_degc")],
  ["Dual use", ...asStored("dual_use_class")],
  ["Institution", ...inWords("institution")],
];
const FLAG_FIELD = 5;
const ICE_LOST_FIELD = 12;
const LAST_FALLING_FIELD = 13;
const ordering = { field: FLAG_FIELD, rising: false, page: 0 };

function rowsInOrder() {
  const rows = [];
  for (let i = 0; i < nodes.count; i++) if (!nodes.hidden[i]) rows.push([i, FIELDS[ordering.field][2](i)]);
  return sortedRows(rows, ordering.rising);
}

function openTable() {
  switchDrawer(false);
  nodes.whole(); // else a column that stands at the end of the page would read as missing
  ordering.page = 0;
  fillTable();
  if (!byId("table-view").open) byId("table-view").showModal();
}

function stepButton(text, by, pages) {
  const page = ordering.page + by;
  const button = el("button", { type: "button", disabled: page < 0 || page >= pages }, text);
  button.addEventListener("click", () => {
    ordering.page = page;
    fillTable();
  });
  return button;
}

function headCell([title], k) {
  const isOwn = k === ordering.field;
  const sort = el(
    "button",
    { type: "button", class: "sort" },
    title,
    el("span", { "aria-hidden": "true" }, isOwn ? (ordering.rising ? " ▲" : " ▼") : ""),
  );
  sort.addEventListener("click", () => {
    // Words rise at first; flags, shares, classes and months fall.
    Object.assign(ordering, {
      rising: isOwn ? !ordering.rising : k < FLAG_FIELD || k > LAST_FALLING_FIELD,
      field: k,
      page: 0,
    });
    fillTable();
    byId("table-view").querySelectorAll(".sort")[k].focus();
  });
  return el(
    "th",
    { scope: "col", "aria-sort": !isOwn ? "none" : ordering.rising ? "ascending" : "descending" },
    sort,
  );
}

function bodyRow(i) {
  const name = el(
    "button",
    { type: "button", class: "item" },
    featureSwatch(nodes, i),
    el("span", { class: "what" }, nodes.titleOf(i)),
  );
  name.addEventListener("click", () => {
    byId("table-view").close();
    signal("open", nodes, i, { move: true, focus: true });
  });
  return el(
    "tr",
    null,
    el("th", { scope: "row" }, name),
    FIELDS.slice(1).map(([, textOf]) => el("td", null, valueNode(textOf(i)))),
  );
}

function fillTable() {
  const rows = rowsInOrder(),
    pages = Math.max(1, Math.ceil(rows.length / PAGE_ROWS)),
    first = ordering.page * PAGE_ROWS;
  const save = el("button", { type: "button", id: "csv" }, "Download as CSV");
  save.addEventListener("click", () => download(rows));
  fillDialog("table-view", "Nodes shown", [
    el(
      "p",
      { class: "bar", id: "table-count" },
      `${byId("shown").textContent}, ${rows.length ? `${number(first + 1)} to ${number(Math.min(first + PAGE_ROWS, rows.length))} here` : "none here"}.`,
      stepButton("Previous", -1, pages),
      stepButton("Next", 1, pages),
      save,
    ),
    small(
      "Ice: months a year of the last ten years, and how many fewer than in 1981–2010 (range in brackets; its lower end decides the class). From cells of 25 km off the place, or from the harbour where a service states it. –: no ice season is judged of this kind.",
    ),
    wideTable(
      "table-view-title",
      "nodes",
      FIELDS.map(headCell),
      rows.slice(first, first + PAGE_ROWS).map(bodyRow),
    ),
  ]);
}

function download(rows) {
  const columns = nodes.whole().columns.filter((column) => !ADDED.includes(column.name));
  const text = csvText([
    columns.map((column) => column.name),
    ...rows.map((i) => columns.map((column) => cell(column, i))),
  ]);
  const address = URL.createObjectURL(new Blob(["\ufeff", text, "\r\n"], { type: "text/csv" }));
  el("a", { href: address, download: `arctic-nodes-${data.day}.csv` }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Bind the buttons of the table. */
export function startTable() {
  if (!nodes) return;
  byId("table-open").addEventListener("click", openTable);
  byId("ice-table-open").addEventListener("click", () => {
    Object.assign(ordering, { field: ICE_LOST_FIELD, rising: false });
    openTable();
  });
}
