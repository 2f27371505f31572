// What depends on a node, a line or a risk group: places that lose a flow, or their only way by a mode.
import { byColumnName, cell } from "./columns.js";
import { startsOf, unpack } from "./decode.js";
import { block, byId, el, small } from "./dom.js";
import { layerById, monthShown, nodes } from "./picture.js";
import { count, MONTHS, number } from "./text.js";

const MOST_PLACES = 5;
const EFFECT_FIELDS = ["effect", "flows", "mode", "months", "stands_in"];

// Read when first asked for; null in a picture without the table.
let dependantTable;
export function dependants() {
  if (dependantTable === undefined) dependantTable = byId("dependants-data") ? decodedDependants(block("dependants-data")) : null;
  return dependantTable;
}

/** Running sums of packed steps. */
function summed(text) {
  const steps = unpack(text);
  for (let i = 1; i < steps.length; i++) steps[i] += steps[i - 1];
  return steps;
}

/** The table of the page with its things by their number: `{ node, line, risk_group }`, each a map to rows. */
export function decodedDependants(content) {
  if (!content) return null;
  let from = 0;
  const spans = {};
  // In the order of their rows.
  for (const kind of Object.keys(content.things).sort()) {
    const { at, counts } = content.things[kind],
      starts = startsOf(unpack(counts));
    spans[kind] = new Map([...summed(at)].map((thing, k) => [thing, [from + starts[k], from + starts[k + 1]]]));
    from += starts.at(-1);
  }
  return {
    ...content,
    spans,
    place: summed(content.place),
    saying: unpack(content.saying),
    placeLayer: unpack(content.places.layer),
    placeRow: summed(content.places.row),
    otherColumn: byColumnName(content.places.others),
    otherOf: startsOf(unpack(content.places.layer).map((layer) => Number(layer === 2))),
    sayingColumn: byColumnName(content.sayings),
    recoveryColumn: byColumnName(content.recovery || []),
  };
}

// Name, kind and people of a place, from the layer that has it.
function dependentPlace(table, spot) {
  const row = table.placeRow[spot],
    towns = layerById.settlements;
  if (table.placeLayer[spot] === 0) return { place: nodes.value("name", row), kind: nodes.value("kind", row), people: null };
  if (table.placeLayer[spot] === 1) return { place: towns.value("name", row), kind: "settlement", people: towns.value("population", row) };
  const [place, kind, people] = ["place", "place_kind", "people"].map((name) => cell(table.otherColumn[name], table.otherOf[spot]));
  return { place, kind, people };
}

/** The rows of a thing, one object for each. */
export function rowsOf(table, kind, thing) {
  const [from, to] = table.spans[kind].get(thing) || [0, 0];
  return Array.from({ length: to - from }, (_, k) => {
    const spot = table.place[from + k],
      saying = table.saying[from + k];
    return {
      ...dependentPlace(table, spot),
      ...Object.fromEntries(EFFECT_FIELDS.map((name) => [name, cell(table.sayingColumn[name], saying)])),
    };
  });
}

const inMonth = (row, month) => row.months.charAt(month - 1) === "1";

/** Settlements, their known people, settlements of unknown number and other places of some rows, each place once. */
export function tallied(rows) {
  const seen = new Set(),
    sum = { settlements: 0, people: 0, unknown: 0, nodes: 0 };
  for (const row of rows) {
    const name = `${row.kind} ${row.place}`;
    if (seen.has(name)) continue;
    seen.add(name);
    if (row.kind !== "settlement") sum.nodes++;
    else {
      sum.settlements++;
      if (row.people === null) sum.unknown++;
      else sum.people += row.people;
    }
  }
  return sum;
}

/** A tally in words: unknown people are said apart, and are no zero. */
export function tallyInWords({ settlements, people, unknown, nodes }) {
  const some = settlements
    ? unknown === settlements
      ? `${count(settlements, "settlement")}, number of people unknown`
      : `${count(people, "person", "people")} in ${count(settlements, "settlement")}${unknown ? `, and in ${number(unknown)} of them an unknown number` : ""}`
    : null;
  return [some, nodes ? count(nodes, "other place") : null].filter(Boolean).join("; ") || "nothing";
}

/** Twelve digits as months in words, such as `January to May, December`. */
export function monthsInWords(digits) {
  if (!digits.includes("0")) return "all year";
  const spans = [];
  for (let m = 0; m < 12; m++) {
    if (digits.charAt(m) !== "1") continue;
    if (spans.length && spans.at(-1)[1] === m - 1) spans.at(-1)[1] = m;
    else spans.push([m, m]);
  }
  return spans
    .map(([a, b]) => (a === b ? MONTHS[a] : `${MONTHS[a]} to ${MONTHS[b]}`))
    .join(", ");
}

const byPeople = (p, q) => (q.people ?? -1) - (p.people ?? -1);
const MODE_WORDS = { sea: "sea", rail: "rail", road: "main road", air: "air", power: "power line", pipeline: "gas pipeline" };

// What stands in for a lost mode in a month, of what `sea 000011110000, road 111111111111` says.
export const standingIn = (text, month) =>
  (text || "")
    .split(", ")
    .map((part) => part.split(" "))
    .filter(([mode, digits]) => mode && digits.charAt(month - 1) === "1")
    .map(([mode]) => MODE_WORDS[mode] || mode);

function placeItem(row, month) {
  const others = standingIn(row.stands_in, month);
  return el(
    "li",
    null,
    row.place || "a place without a name",
    el(
      "span",
      { class: "small" },
      row.kind === "settlement" ? `, ${row.people === null ? "people unknown" : count(row.people, "person", "people")}` : ` (${row.kind.replace(/_/g, " ")})`,
      others.length || row.effect === "loses_mode" ? `; stands in: ${others.length ? others.join(", ") : "nothing on file"}` : "",
      row.months.includes("0") ? `; ${monthsInWords(row.months)}` : "",
    ),
  );
}

function placeList(rows, month) {
  const sorted = [...rows].sort(byPeople),
    rest = sorted.slice(MOST_PLACES);
  return [
    el("ul", { class: "plainlist" }, sorted.slice(0, MOST_PLACES).map((row) => placeItem(row, month))),
    rest.length
      ? el("details", null, el("summary", null, `${number(rest.length)} more`), el("ul", { class: "plainlist" }, rest.map((row) => placeItem(row, month))))
      : null,
  ];
}

// Rows of the same words are one paragraph: the flows lost, or the mode.
function effectParts(rows, month) {
  const groups = new Map();
  for (const row of rows) {
    const title =
      row.effect === "cut_off"
        ? `Cut off from ${row.flows.replace(/ /g, ", ").replace("data", "data by cable")}`
        : `Without a way by ${MODE_WORDS[row.mode] || row.mode}`;
    groups.set(title, [...(groups.get(title) || []), row]);
  }
  return [...groups].map(([title, own]) => [
    el("p", { class: "effect" }, el("strong", null, `${title}: `), tallyInWords(tallied(own)), "."),
    placeList(own, month),
  ]);
}

function yearLine(rows) {
  const lost = rows.filter((row) => row.effect === "cut_off");
  const byMonth = MONTHS.map((_, m) => tallied(lost.filter((row) => inMonth(row, m + 1))));
  if (!lost.length || byMonth.every((one) => tallyInWords(one) === tallyInWords(byMonth[0]))) return null;
  const digits = (words) => byMonth.map((one) => (tallyInWords(one) === words ? "1" : "0")).join("");
  return small(
    "Cut off over the year: ",
    [...new Set(byMonth.map(tallyInWords))].map((words) => `${monthsInWords(digits(words))}: ${words}`).join(". "),
    ".",
  );
}

/** As what kind of thing a row of a layer can fail, null if nothing says what depends on it. */
export const failsAs = (layer) => (layer === nodes ? "node" : layer?.flow ? "line" : layer?.id === "land_lines" ? "land" : null);

/** Name of the largest place that depends on a line of a layer, null without one. */
export function leadsTo(layer, line) {
  const table = dependants(),
    [first] = table ? rowsOf(table, failsAs(layer), line).sort(byPeople) : [];
  return first ? first.place : null;
}

/** What depends on what a line shares with others, such as a landing: each group that takes some place. */
export function sharedParts(groups) {
  const table = dependants();
  if (!table || !groups) return [];
  const { keys = [], names = [] } = table.things.risk_group,
    month = monthShown();
  return groups.split(" ").flatMap((key) => {
    const k = keys.indexOf(key),
      now = k < 0 ? [] : rowsOf(table, "risk_group", k).filter((row) => inMonth(row, month));
    return now.length ? [el("details", { class: "limits" }, el("summary", null, `With all that shares it: ${names[k]}`), effectParts(now, month).flat(Infinity).filter(Boolean))] : [];
  });
}

/** What depends on a thing, in the month shown. `kind` is `node`, `line`, `land` or `risk_group`. */
export function dependantParts(kind, thing) {
  const table = dependants();
  if (!table) return [];
  const rows = rowsOf(table, kind, thing),
    month = monthShown(),
    now = rows.filter((row) => inMonth(row, month));
  const title = el("h3", null, `What depends on it, ${MONTHS[month - 1]}`);
  const limits = el(
    "details",
    { class: "limits" },
    el("summary", null, "If it fails alone: what this does not know"),
    small(`An assumption, no forecast. ${table.not_known} Air links are assumed by runway and range. Borders, cables and flights stand as since ${table.network_of}.`),
  );
  const late = layerById.flow_goods?.late ? el("p", { class: "small late" }, "▲ A source of the network is late: what follows may have changed.") : null;
  if (!rows.length)
    return [title, late, small("No place on file loses a flow, or its only way by a mode, if this alone fails: another way is drawn, or it joins no line of the network. Whether another way has room is not known."), limits].filter(Boolean);
  return [
    title,
    late,
    now.length ? effectParts(now, month) : small(`Nothing in ${MONTHS[month - 1]}; in other months: ${tallyInWords(tallied(rows))}.`),
    yearLine(rows),
    limits,
  ].flat(Infinity).filter(Boolean);
}
