// The sea ice of a node as two strips: the months of the year, and the years of the record.
import { el, small } from "./dom.js";
import { harbourSeason } from "./harbour_seasons.js";
import { meanShare, monthsOfYear, recentYears, record } from "./ice_record.js";
import { layerById } from "./picture.js";
import { state } from "./state.js";
import { count, MONTHS, short } from "./text.js";

const BAR = 10;
const HIGH = 34;
/** The first and last year of the decade that readers compare with. */
export const EIGHTIES = [1980, 1989];

/** Mean of the known values of some years; null without one. */
export function meanOfYears(years, values, [first, last]) {
  const known = values.filter((value, k) => value !== null && years[k] >= first && years[k] <= last);
  return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

function bar(k, value, top, isNow) {
  const high = value === null ? 0 : (HIGH * value) / top;
  return el(
    "svg:g",
    null,
    el("svg:rect", { class: value === null ? "gap" : "ground", x: BAR * k + 0.5, y: 0, width: BAR - 1, height: HIGH }),
    value === null
      ? null
      : el("svg:rect", { class: isNow ? "ice now" : "ice", x: BAR * k + 0.5, y: HIGH - high, width: BAR - 1, height: high }),
  );
}

// A strip with its scale at the left, its ends below, and a line that reads the bar under the pointer.
function strip({ values, top, scale, label, now, titleOf, below, band }) {
  const reading = el("p", { class: "small reading", "aria-hidden": "true" }, "Point at a bar to read it, or use the arrow keys.");
  const chart = el(
    "svg:svg",
    { class: "strip-chart", viewBox: `0 0 ${BAR * values.length} ${HIGH}`, preserveAspectRatio: "none", role: "img", tabindex: 0, "aria-label": label },
    values.map((value, k) => bar(k, value, top, k === now)),
    band ? el("svg:rect", { class: "decade", x: BAR * band[0], y: 0, width: BAR * (band[1] - band[0] + 1), height: HIGH }) : null,
  );
  let at = now;
  const show = (k) => {
    if (values[k] === undefined) return;
    at = k;
    reading.textContent = titleOf(k, values[k]);
  };
  const read = (event) => {
    const box = chart.getBoundingClientRect();
    show(Math.floor(((event.clientX - box.left) / box.width) * values.length));
  };
  chart.addEventListener("pointermove", read);
  chart.addEventListener("pointerdown", read);
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    show(at < 0 ? 0 : at + step);
  });
  return el(
    "div",
    { class: "strip-box" },
    el("p", { class: "small strip-scale", "aria-hidden": "true" }, scale.map((text) => el("span", null, text))),
    chart,
    el("p", { class: "small scale-ends", "aria-hidden": "true" }, below.map((text) => el("span", null, text))),
    reading,
  );
}

function monthStrip(months, when) {
  const text = (m, share) => `${MONTHS[m]}: ${share === null ? "no field" : `${Math.round(100 * share)} % of the cells`}`;
  return strip({
    values: months,
    top: 1,
    scale: ["100 %", "0"],
    label: `Ice by month, ${when}. ${months.map((share, m) => text(m, share)).join(", ")}`,
    now: layerById.sea_ice.month - 1,
    titleOf: text,
    below: MONTHS.map((name) => name.charAt(0)),
  });
}

function yearStrip(years, byYear) {
  const at = (year) => Math.max(years.indexOf(year), 0);
  return strip({
    values: byYear,
    top: 12,
    scale: ["12", "0"],
    label: `Months with ice by year. ${years.map((year, k) => `${year}: ${byYear[k] === null ? "unknown" : short(byYear[k])}`).join(", ")}`,
    now: years.indexOf(state.year),
    titleOf: (k, value) => `${years[k]}: ${value === null ? "a month without a field" : count(Number(short(value)), "month")}`,
    below: [String(years[0]), "outlined: 1980s", String(years.at(-1))],
    band: [at(EIGHTIES[0]), at(EIGHTIES[1])],
  });
}

// The decade against the last ten years, in words.
function comparedWords(years, byYear) {
  const last = years.at(-1),
    [then, now] = [EIGHTIES, [last - 10, last]].map((span) => meanOfYears(years, byYear, span));
  return then === null || now === null
    ? "Months with ice in each calendar year; a year with a missing month is left empty."
    : `Months with ice in each calendar year: ${short(Number(then.toFixed(1)))} in the mean of the 1980s, ${short(Number(now.toFixed(1)))} since ${last - 10}. A year with a missing month is left empty.`;
}

/** The sea ice of node `i` from the record, and what is stated of its harbour; empty for a node without either. */
export function iceStrips(i) {
  const harbour = harbourSeason(i);
  const title = el("h3", null, "Sea ice by month and year");
  if (!record || !record.cellsOfNode.has(i)) return harbour.length ? [title, ...harbour] : [];
  const years = [...new Set(record.years.flat())].sort((a, b) => a - b),
    byYear = years.map((year) => monthsOfYear(record, i, year));
  const recent = recentYears(record, 1),
    when = state.year === null ? `${recent[0]}–${recent.at(-1)}` : String(state.year);
  const months = MONTHS.map((_, m) =>
    meanShare(record, i, m + 1, state.year === null ? recentYears(record, m + 1) : [state.year]),
  );
  if (byYear.every((value) => !value) && months.every((share) => !share))
    return [title, small(`No ice in any field of ${years[0]} to ${years.at(-1)} in the cells off the place.`), ...harbour];
  const mean = months.reduce((sum, share) => sum + (share ?? 0), 0);
  return [
    title,
    small(`Share of the 25 km cells off the place with ice, ${when}: ${short(Number(mean.toFixed(1)))} months a year in all.`),
    monthStrip(months, when),
    small(comparedWords(years, byYear)),
    yearStrip(years, byYear),
    ...harbour,
  ];
}
