// The ice season of a port as it is judged, and what harbours and ice services state of it.
import { el, lead, small } from "./dom.js";
import { geodesic } from "./geodesy.js";
import { record } from "./ice_record.js";
import { BY_SEA } from "./node_words.js";
import { layerById, nodes } from "./picture.js";
import { plane } from "./projection.js";
import { count, number, short, upper } from "./text.js";

const MARGIN_KM = 0.5; // as layers/assessed/fact_rows.py: cited positions are rounded
const RECENT_FROM = 2005; // as layers/assessed/ice_facts.py: an older statement does not describe recent ice
const APART_MONTHS = 1; // from this difference on a statement is said to contradict the judged season

/** Statements of harbours and ice services that reach node `i`, the nearest first, with their distance. */
export function statementsNear(i) {
  const layer = layerById.port_ice_seasons;
  if (!layer?.count || !BY_SEA.includes(nodes.value("kind", i))) return [];
  const here = plane.inverse(nodes.place(i)),
    near = [];
  for (let row = 0; row < layer.count; row++) {
    const km = geodesic(here, plane.inverse(layer.place(row))) / 1000;
    if (layer.value("ice_months", row) !== null && km <= (layer.value("reach_km", row) ?? 0) + MARGIN_KM)
      near.push({ row, km });
  }
  return near.sort((a, b) => a.km - b.km);
}

/** Whether a stated season and the judged one are a month or more apart; false where one is not known. */
export const isContradiction = (stated, judged) =>
  judged !== null && Math.abs(stated - judged) >= APART_MONTHS;

const lastYear = (get) => get("last_year") ?? (Number((get("as_of") ?? "").slice(0, 4)) || null);

function statementLine({ row, km }, judged) {
  const layer = layerById.port_ice_seasons,
    get = (name) => layer.value(name, row);
  const [months, low, high] = ["ice_months", "ice_months_low", "ice_months_high"].map(get),
    year = lastYear(get);
  const span = low !== null && high !== null && low < high ? ` (${short(low)} to ${short(high)})` : "";
  const isOld = year !== null && year < RECENT_FROM;
  return el(
    "li",
    null,
    isContradiction(months, judged)
      ? el("strong", { class: "late" }, `▲ Contradicts the judged ${count(Number(judged.toPrecision(2)), "month")}: `)
      : null,
    `${layer.titleOf(row)}, ${number(Math.round(km))} km off: ${short(months)}${span} months a year with ice`,
    year === null ? "" : `, state of ${year}`,
    isOld ? ", too old to be judged by" : "",
    get("what") ? `. ${upper(get("what"))}` : "",
    `. ${get("source_title") ?? "Source unknown"}.`,
  );
}

/** Where the ice season of node `i` is read, and every statement on its harbour; empty for other kinds. */
export function harbourSeason(i) {
  const near = statementsNear(i),
    km = record?.kmOfNode.get(i),
    judged = nodes.value("ice_months_recent", i);
  return [
    km === undefined
      ? null
      : small(
          lead("Read from: "),
          `${count(record.cellsOfNode.get(i).length, "cell")} of 25 km, in the mean ${number(km)} km off the place. Such a cell does not resolve a harbour.`,
        ),
    near.length
      ? el(
          "div",
          { class: "small harbour" },
          el("p", { class: "lead" }, "Stated of the harbour:"),
          el("ul", { class: "plainlist" }, near.map((one) => statementLine(one, judged))),
        )
      : null,
  ].filter(Boolean);
}
