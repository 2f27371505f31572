// Values of nodes in words: classes, flags, kinds, countries.
import { cell } from "./columns.js";
import { data, layerById, nodes } from "./picture.js";
import { key, upper, words } from "./text.js";

/** Kinds of which the season of ice is judged. */
export const BY_SEA = ["port", "cable_landing"];
/** Classes of an axis, the highest first. */
export const CLASS_WORDS = { high: "High", moderate: "Moderate", low: "Low", unknown: "Unknown" };
const WORDINGS = {
  flag: {
    robust: "Critical, robust",
    possible: "Critical, possible",
    not_flagged: "Not flagged",
    insufficient_data: "Insufficient data",
  },
  overlap: { overlap: "Overlap", none: "No overlap" },
  scope: {
    arctic: "In the Arctic",
    gateway: "Gateway to the Arctic",
    context: "Context: judged, never flagged",
  },
  institution: {
    both: "NATO and EU",
    nato_only: "NATO only",
    eu_only: "EU only",
    neither: "Neither NATO nor EU",
  },
  hazard_class: CLASS_WORDS,
  military_class: CLASS_WORDS,
  dependence_class: CLASS_WORDS,
};

/** Values of a column in the order in which they are listed, each with its words. */
export const wordingsOf = (name) =>
  new Map(
    name === "kind"
      ? nodes
        ? nodes.style.shapes.map((s) => [s.value, s.label])
        : []
      : Object.entries(WORDINGS[name] || {}),
  );
/** A value of a column in words. */
export const wording = (name, value) => wordingsOf(name).get(value) || upper(words(value));

let countries = null;

/** Name of a country of the map, or its code. */
export function countryName(code) {
  if (!countries) {
    const layer = layerById.countries,
      codes = layer && (layer.column.country_iso3 || layer.column.iso3);
    countries = new Map(
      codes ? Array.from({ length: layer.count }, (_, i) => [cell(codes, i), layer.name(i)]) : [],
    );
  }
  const name = countries.get(code) || code,
    state = data.territories[code];
  return state ? `${name} (${state})` : name;
}

/** Whether climate and defence overlap at a node: "overlap" or "none". */
export const overlapOf = (i) =>
  nodes.value("overlap_probability", i) >= data.overlap_from ? "overlap" : "none";
/** Value of a node that a filter sees. */
export const filterValue = (name, i) => (name === "overlap" ? overlapOf(i) : nodes.value(name, i));
/** The place of a node, or its own name. */
export const placeOf = (i) => nodes.value("place", i) || nodes.titleOf(i);

/** Class of a node in words: low is "low so far" while a hazard is unknown. */
export function classWord(name, i) {
  const value = nodes.value(name, i);
  return name === "hazard_class" && value === "low" && nodes.value("lacking", i) !== null
    ? "low so far"
    : value;
}

/** A number that orders nodes: first the critical, then those that overlap, each by its share of the draws. */
export const standing = (i) =>
  -(nodes.classOf(i) || { rank: 9 }).rank +
  0.6 * (nodes.value("flag_probability", i) || 0) +
  0.3 * (nodes.value("overlap_probability", i) || 0);

/** A node in one line: its kind, and its three classes as far as the picture has them. */
export function nodeLine(i) {
  const classes = [
    ["climate", "hazard_class"],
    ["defence", "military_class"],
    ["people", "dependence_class"],
  ].filter(([, name]) => nodes.column[name]);
  return [
    wording("kind", key(nodes.value("kind", i))),
    ...classes.map(([title, name]) => `${title} ${classWord(name, i) ?? "unknown"}`),
  ].join(" · ");
}
