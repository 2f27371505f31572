// A row of evidence in words: indicator, value with its span and unit, thresholds, sources.
import { sources } from "./picture.js";
import { key, number, short, words } from "./text.js";

/** Units as the page writes them. */
export const UNITS = { "m a-1": "m a year", degC: "°C", months: "months", persons: "people" };
const INDICATORS = {
  ten_t_network: "TEN-T network",
  roro: "ro-ro",
  paved_1067_m: "paved, 1\u202f067 m",
  paved_2359_m: "paved, 2\u202f359 m",
  width_27_4_m: "width 27.4 m",
};

/** Whether a row has a value, a label or a score. */
export const hasValue = (row) =>
  row.state === "known" && (row.value !== null || row.label !== null || row.score !== null);
/**
 * Whether the lower end of a row's range decides its class, and not its value: a loss of ice that the record
 * does not prove raises no class (layers/assessed/hazard.py).
 */
export const isByLowerEnd = ({ indicator }) => indicator === "ice_season_lost";
/** Which end of a row's range decides, in words; an empty text where the value itself does. */
export function decidingEnd(row) {
  if (!isByLowerEnd(row)) return "";
  const low = row.value_low ?? row.value;
  return `the lower end of the range${low === null ? "" : `, ${short(low)},`} decides`;
}
/** The class of a score of 0, 0.5 or 1. */
export const classOfScore = (score) =>
  score === null ? "unknown" : ["low", "moderate", "high"][Math.round(2 * score)];
/** The indicator of a row in words. */
export const indicatorName = (row) => INDICATORS[row.indicator] || words(key(row.indicator));

/** A value with its span and unit; null where it is missing. */
export const spanned = (value, low, high, unit) =>
  value === null
    ? null
    : `${short(value)}${low !== null && high !== null && low < high ? ` (${short(low)} to ${short(high)})` : ""} ${unit}`.trimEnd();

/** The value of a row: from low to high with its unit; a class, and a yes or no, in words. */
export function rowValue(row) {
  if (row.unit === "report")
    return row.value === null
      ? null
      : row.value
        ? `reported of the ${row.label ?? "place"}`
        : "none reported";
  if (row.unit === "class" || (row.value === null && row.label !== null))
    return row.label ?? (row.value === null ? null : short(row.value));
  if (row.value === null) return null;
  if (row.scale === "class" && row.unit === "1" && [0, 1].includes(row.value))
    return row.value ? "yes" : "no";
  const low = row.value_low ?? row.value,
    high = row.value_high ?? row.value,
    unit = row.unit === "1" ? "" : ` ${UNITS[row.unit] || row.unit}`;
  if (low === row.value && low < high) return `${short(low)} to ${short(high)}${unit}`;
  return `${short(row.value)}${low < high ? ` (${short(low)} to ${short(high)})` : ""}${unit}`;
}

/** Indicator, value and label of a row. */
export const rowText = (row) =>
  `${indicatorName(row)} ${rowValue(row)}${row.label !== null && rowValue(row) !== row.label ? `, ${row.label}` : ""}`;

/** The values at which the score of a row turns, and which end decides; an empty text where it has none. */
export const thresholds = (row) => [turnsOf(row), turnsOf(row) && decidingEnd(row)].filter(Boolean).join("; ");

function turnsOf({ scale, unit, zero_at: zero, one_at: one, axis, note }) {
  if (zero === null || one === null || unit === "class" || (note !== null && /\b0 at\b/.test(note)))
    return "";
  const of = unit === "1" ? "" : ` ${UNITS[unit] || unit}`,
    at = number;
  switch (scale) {
    case "steps":
      return zero === one
        ? `moderate from ${at(zero)}${of}`
        : `moderate from ${at(zero)}, high from ${at(one)}${of}`;
    case "ramp":
    case "log ramp":
      return `0 at ${at(zero)}, 1 at ${at(one)}${of}`;
    case "at least":
      return `${axis === "civil" ? "high" : "counts"} from ${at(one)}${of}`;
    case "within":
      return `counts within ${at(one)}${of}`;
    case "warmer than":
      return `warm from ${at(one)}${of}`;
    case "runway":
      return `0.5 at ${at(zero)}, 1 at ${at(one)}${of}`;
    default:
      return "";
  }
}

/** Title of a source by its id. */
export const sourceTitle = (id) =>
  id === null ? "source unknown" : sources.has(id) ? sources.get(id).title : id;
/** Titles and dates of the sources of some rows. */
export const sourcesOf = (rows) =>
  [...new Set(rows.map((row) => `${sourceTitle(row.source_id)}, ${row.as_of ?? "as of unknown"}`))].join(
    "; ",
  );

/** Publication of a row that was typed or mapped (its note names it, without the address), else its source. */
export function citation(row) {
  const note = (row.note ?? "").replace(/ *\(https?:[^)]*\)/g, "").replace(/\.$/, "");
  const own = row.label === null ? note : note.replace(`${row.label}; `, "");
  return ["typed", "mapped"].includes(row.tier) && own ? own : sourceTitle(row.source_id);
}
