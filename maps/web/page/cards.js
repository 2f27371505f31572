// Parts of the details of a feature: heading, facts, origin.
import { cell } from "./columns.js";
import { el, valueNode } from "./dom.js";
import { sources } from "./picture.js";
import { placeAt } from "./projection.js";
import { signal } from "./signals.js";
import { featureSwatch } from "./swatches.js";
import { position, upper, words } from "./text.js";

/** Columns that each layer has and that stand in the heading and the origin. */
export const SPINE = ["name", "source_id", "as_of"];

/** Kind, title and button to close. */
export function heading(kind, title, image) {
  const shut = el("button", { type: "button", class: "close", "aria-label": "Close details" }, "×");
  shut.addEventListener("click", () => signal("close"));
  return el(
    "header",
    { class: "title" },
    image,
    el("div", null, el("p", { class: "kind" }, kind), el("h2", { tabindex: "-1" }, title)),
    shut,
  );
}

/** A term and its value. */
export const fact = (term, value, title) => [el("dt", title ? { title } : null, term), el("dd", null, value)];

/** The value of a column as a fact; `title` replaces the name of the column. */
export const columnFact = (column, i, title) =>
  fact(title || upper(words(column.name)), valueNode(cell(column, i), column.unit), column.meaning);

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
  return columns.length
    ? el(
        "dl",
        { class: "facts" },
        columns.map((column) => columnFact(column, i)),
      )
    : null;
}

/** The details of a feature that is no node. */
export function featureDetails(layer, i) {
  const place = layer.geometry === "point" ? placeAt(...layer.place(i)) : null;
  return [
    heading(layer.title, layer.titleOf(i), featureSwatch(layer, i)),
    layer.note ? el("p", { class: "small note" }, layer.note) : null,
    columnFacts(layer, i),
    place ? el("dl", { class: "facts" }, fact("Position", position(place.lat, place.lng))) : null,
    origin(layer.value("source_id", i), layer.value("as_of", i)),
  ].filter(Boolean);
}
