// What a loss of a node would mean in time and way: days of repair and on stock, detour, substitute.
import { fact } from "./cards.js";
import { cell } from "./columns.js";
import { dependants } from "./dependants.js";
import { el, small } from "./dom.js";
import { nodes } from "./picture.js";
import { number, words } from "./text.js";

const SUBSTITUTE_FITS = { large_enough: "large enough", smaller: "smaller", unknown: "its size against it unknown" };
const STOCK_BASIS = {
  published_stock: "a published stock",
  capacity_over_use: "tanks over yearly use",
  delivery_gap: "the gap between deliveries, which a stock must bridge",
  ran_short: "it ran short so",
};

/** A range of days; an end that is not known is said. */
export const daySpan = (low, high) =>
  low === null ? `at most ${number(high)}` : high === null ? `at least ${number(low)}` : low === high ? number(low) : `${number(low)} to ${number(high)}`;

function repairWords(get) {
  const kind = get("repaired_as");
  if (kind === null) return "unknown: no incident of its kind was read";
  const from = get("repair_incidents") > 1 ? `${number(get("repair_incidents"))} incidents` : "one incident, which is no range";
  return `${daySpan(get("repair_low_days"), get("repair_high_days"))} days, from ${from} (${words(kind)})`;
}

const stockWords = (get) =>
  get("stock_of") === null
    ? "unknown: no stock of its place was read"
    : `${daySpan(get("stock_low_days"), get("stock_high_days"))} days of ${get("stock_of")} (${STOCK_BASIS[get("stock_basis")]})`;

function detourWords(get) {
  const parts = [["03", "March"], ["09", "September"]]
    .filter(([month]) => get(`detour_${month}_km`) !== null)
    .map(([month, name]) => `${number(Math.round(get(`detour_${month}_km`)))} km in ${name} (${get(`detour_${month}_place`)}, the longest of ${number(get(`detour_${month}_places`))})`);
  return parts.join("; ") || "none of more than 5 km in March or September for a place that has a way";
}

function roomWords(get, kind) {
  const known = (value, unit) => (value === null ? "unknown" : `${number(value)} ${unit}`);
  const roRo = get("has_substitute_ro_ro");
  if (kind === "port") return `draught ${known(get("substitute_draught_m"), "m")}, ro-ro ${roRo === null ? "unknown" : roRo ? "yes" : "no"}`;
  return kind === "airfield" ? `runway ${known(get("substitute_runway_m"), "m")}` : "capacity unknown";
}

function substituteWords(get, kind) {
  if (get("substitute") === null) return "none on file";
  const row = get("substitute_row"),
    land = get("substitute_land_km"),
    away = land === null ? `${number(Math.round(get("substitute_straight_km")))} km straight, no way by land within 300 km` : `${number(Math.round(land))} km by land`,
    hazard = (row === null ? null : nodes.value("hazard_class", row)) || "unknown";
  return `${get("substitute")}, ${away}; ${roomWords(get, kind)}; ${SUBSTITUTE_FITS[get("substitute_fits")]}; hazard ${hazard}`;
}

/** The facts on a node of a kind, read by `get`, as pairs of a title and words. */
export const recoveryFacts = (get, kind) => [
  ["Repair", repairWords(get)],
  ["Days on stock", stockWords(get)],
  ["Detour", detourWords(get)],
  ["Substitute", substituteWords(get, kind)],
];

/** What the loss of the node in row `i` would mean; nothing in a picture without the table. */
export function recoveryParts(i) {
  const columns = dependants()?.recoveryColumn;
  if (!columns?.repaired_as) return [];
  const get = (name) => cell(columns[name], i);
  return [
    el("dl", { class: "facts" }, recoveryFacts(get, nodes.value("kind", i)).map(([title, text]) => fact(title, text))),
    small("Ranges of incidents that were read, no forecast. Whether a substitute has room is not known."),
  ];
}
