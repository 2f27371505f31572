// The rules of the node filters, apart from their boxes on the page.
import { key } from "./text.js";

/** All filters: column and title. */
const FILTERS = [
  ["flag", "Flag"],
  ["overlap", "Overlap of climate and defence"],
  ["kind", "Kind"],
  ["country_iso3", "Country"],
  ["scope", "Scope"],
  ["hazard_class", "Climate class"],
  ["military_class", "Defence class"],
  ["dependence_class", "People class"],
  ["institution", "Institution"],
];

/** Filters whose column is among `columns`. */
export const filtersFor = (columns) =>
  FILTERS.filter(([name]) => columns[name === "overlap" ? "overlap_probability" : name]);

/** Whether a row passes: no filter refuses the value it has. `refused` holds a set of values for each filter. */
export const passes = (refused, valueOf) =>
  Object.keys(refused).every((name) => !refused[name].size || !refused[name].has(key(valueOf(name))));

/** One byte for each row, 1 where a filter hides it. */
export function hiddenRows(rows, refused, valueOf) {
  const hidden = new Uint8Array(rows);
  if (!Object.values(refused).some((values) => values.size)) return hidden;
  for (let i = 0; i < rows; i++) if (!passes(refused, (name) => valueOf(name, i))) hidden[i] = 1;
  return hidden;
}

/** How many rows have each value, by the key of the value. */
export function tally(rows, valueAt) {
  const counts = new Map();
  for (let i = 0; i < rows; i++) {
    const value = valueAt(i);
    counts.set(value, (counts.get(value) || 0) + 1);
  }
  return new Map([...counts].map(([value, n]) => [key(value), n]));
}

/** Values in the order of a filter: the listed ones that occur, then the others by the alphabet. */
export const orderedValues = (counts, listed) => [
  ...listed.filter((value) => counts.has(value)),
  ...[...counts.keys()].filter((value) => !listed.includes(value)).sort(),
];
