// The sea ice of a node as two strips: the months of the year, and the years of the record.
import { el } from "./dom.js";
import { meanShare, monthsOfYear, recentYears, record } from "./ice_record.js";
import { layerById } from "./picture.js";
import { state } from "./state.js";
import { MONTHS, short } from "./text.js";

const BAR = 10;
const HIGH = 34;

function strip(values, top, label, marked, titleOf) {
  return el(
    "svg:svg",
    { class: "strip-chart", viewBox: `0 0 ${BAR * values.length} ${HIGH}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
    values.map((value, k) =>
      el(
        "svg:g",
        null,
        el("svg:rect", { class: value === null ? "gap" : "ground", x: BAR * k + 0.5, y: 0, width: BAR - 1, height: HIGH }),
        value === null
          ? null
          : el("svg:rect", {
              class: marked === k ? "ice now" : "ice",
              x: BAR * k + 0.5,
              y: HIGH * (1 - value / top),
              width: BAR - 1,
              height: (HIGH * value) / top,
            }),
        el("svg:title", null, titleOf(k, value)),
      ),
    ),
  );
}

const ends = (...words) => el("p", { class: "small scale-ends", "aria-hidden": "true" }, words.map((word) => el("span", null, word)));

/** The strips of node `i`; empty for a node that is not in the record. */
export function iceStrips(i) {
  if (!record || !record.cellsOfNode.has(i)) return [];
  const months = MONTHS.map((_, m) =>
    meanShare(record, i, m + 1, state.year === null ? recentYears(record, m + 1) : [state.year]),
  );
  const years = [...new Set(record.years.flat())].sort((a, b) => a - b),
    byYear = years.map((year) => monthsOfYear(record, i, year));
  const known = byYear.filter((value) => value !== null),
    recent = recentYears(record, 1);
  const when = state.year === null ? `${recent[0]}–${recent.at(-1)}` : String(state.year);
  const mean = months.reduce((sum, share) => sum + (share ?? 0), 0);
  return [
    el("h3", null, "Sea ice by month and year"),
    el("p", { class: "small" }, `Share of the 25 km cells off the place with ice, ${when}: ${short(mean)} months a year in all.`),
    strip(months, 1, `Ice by month, ${when}: ${months.map((share, m) => `${MONTHS[m]} ${share === null ? "no field" : `${Math.round(100 * share)} %`}`).join(", ")}`, layerById.sea_ice.month - 1, (m, share) => `${MONTHS[m]}: ${share === null ? "no field" : `${Math.round(100 * share)} % of the cells`}`),
    ends("J", "F", "M", "A", "M", "J", "J", "A", "S", "O", "N", "D"),
    el("p", { class: "small" }, "Months with ice in each calendar year; a year with a missing month is left empty."),
    strip(byYear, 12, `Months with ice by year: ${short(known[0] ?? 0)} in the first and ${short(known.at(-1) ?? 0)} in the last whole year`, years.indexOf(state.year), (k, value) => `${years[k]}: ${value === null ? "a month without a field" : `${short(value)} months`}`),
    ends(String(years[0]), String(years.at(-1))),
  ];
}
