// Parts of the details of a feature: heading, facts, origin.
import { columnTitle, columnValue } from "./column_words.js";
import { cell } from "./columns.js";
import { dependantParts, failsAs, leadsTo, monthsInWords, sharedParts } from "./dependants.js";
import { el, valueNode } from "./dom.js";
import { UNITS } from "./evidence_words.js";
import { nearestList } from "./nearest.js";
import { sources } from "./picture.js";
import { placeAt } from "./projection.js";
import { signal } from "./signals.js";
import { featureSwatch } from "./swatches.js";
import { count, number, position, words } from "./text.js";

/** Columns that each layer has and that stand in the heading and the origin. */
export const SPINE = ["name", "source_id", "as_of"];

/** Kind, title, what stands below them, and a button to close. */
export function heading(kind, title, image, below = null) {
  const shut = el("button", { type: "button", class: "close", "aria-label": "Close details" }, "×");
  shut.addEventListener("click", () => signal("close"));
  return el(
    "header",
    { class: "title" },
    image,
    el("div", null, el("p", { class: "kind" }, kind), el("h2", { tabindex: "-1" }, title), below),
    shut,
  );
}

/** A term and its value. */
export const fact = (term, value, title) => [el("dt", title ? { title } : null, term), el("dd", null, value)];

/** The value of a column as a fact. */
export const columnFact = (column, i) =>
  fact(
    columnTitle(column),
    valueNode(columnValue(column.name, cell(column, i)), UNITS[column.unit] || column.unit),
    column.meaning,
  );

// A private layer may have hundreds of columns: the first that are known stay in sight, the others fold.
const MOST_FACTS = 24;

/** Columns of a feature as facts: those with a value first, beyond the first ones folded. */
export function columnList(columns, i) {
  const known = columns.filter((column) => cell(column, i) !== null),
    unknown = columns.filter((column) => cell(column, i) === null);
  const facts = (some) => el("dl", { class: "facts" }, some.map((column) => columnFact(column, i)));
  if (columns.length <= MOST_FACTS) return facts(columns);
  const rest = [...known.slice(MOST_FACTS), ...unknown];
  return [
    facts(known.slice(0, MOST_FACTS)),
    el(
      "details",
      { class: "more-facts" },
      el("summary", null, `${number(rest.length)} more of ${count(columns.length, "column")}, ${number(unknown.length)} of them unknown`),
      facts(rest),
    ),
  ];
}

/** Source, date, licence and state. */
export function origin(id, asOf) {
  const source = sources.get(id);
  return el(
    "dl",
    { class: "facts" },
    fact("Source", source ? `${source.title}, ${source.publisher}` : valueNode(id)),
    fact("As of", valueNode(asOf)),
    fact("Licence", source ? source.licence : valueNode(null)),
    source && source.state ? fact("State", words(source.state)) : null,
  );
}

function columnFacts(layer, i) {
  const columns = layer.whole().columns.filter((column) => !SPINE.includes(column.name));
  return columns.length ? columnList(columns, i) : null;
}

// A military site is no node: readers who look for it are told so, and what lies near.
const whyNoNode = (place) => [
  el(
    "p",
    { class: "deciding" },
    "No node: this is a military site. The picture judges places that civil life uses as well. A military site is known to 0.1 degree from public sources, is never judged, and counts only as the neighbour of a node.",
  ),
  el("h3", null, "Nearest nodes"),
  nearestList(place),
];

/** The details of a position that a reader typed. */
export function positionDetails({ lat, lng }, place, isInside) {
  return [
    heading("Position", position(lat, lng), null),
    isInside ? null : el("p", { class: "deciding" }, "Outside the region of this picture."),
    el("h3", null, "Nearest nodes"),
    nearestList(place),
  ].filter(Boolean);
}

const BORDERS = { open: "open", closed: "closed: carries nothing", restricted: "open to some only: carries nothing" };

function lineFacts(layer, i) {
  const months = layer.value("open_months", i),
    border = layer.value("border", i);
  return el(
    "dl",
    { class: "facts" },
    fact("Passable", months === null ? valueNode(null) : months.includes("1") ? monthsInWords(months) : "in no month"),
    border ? fact("Border", BORDERS[border]) : null,
    fact("Drawn by", layer.value("is_assumed", i) ? "assumed: no source draws it" : "its source"),
  );
}

// A line without a name of its own is named for the largest place that depends on it.
function lineTitle(layer, i) {
  const place = layer.name(i) ? null : leadsTo(layer, i),
    title = layer.flow ? layer.titleOf(i) : layer.value("mode", i) === "rail" ? "Railway" : "Main road";
  return place ? `${title} to ${place}` : title;
}

/** The details of a feature that is no node. */
export function featureDetails(layer, i) {
  const place = layer.geometry === "point" ? placeAt(...layer.place(i)) : null;
  return [
    heading(layer.title, failsAs(layer) ? lineTitle(layer, i) : layer.titleOf(i), featureSwatch(layer, i)),
    layer.note && !layer.flow ? el("p", { class: "small note" }, layer.note) : null,
    layer.id === "military_sites" ? whyNoNode(layer.place(i)) : null,
    failsAs(layer) ? el("div", { id: "dependants" }, dependantParts(failsAs(layer), i), layer.flow ? sharedParts(layer.value("risk_groups", i)) : []) : null,
    layer.flow ? lineFacts(layer, i) : columnFacts(layer, i),
    place ? el("dl", { class: "facts" }, fact("Position", position(place.lat, place.lng))) : null,
    origin(layer.value("source_id", i), layer.flow ? sources.get(layer.value("source_id", i))?.as_of ?? null : layer.value("as_of", i)),
  ]
    .flat()
    .filter(Boolean);
}
