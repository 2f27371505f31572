// Sea ice by month: the slider and its note.
import { byId, el } from "./dom.js";
import { paint } from "./painter.js";
import { data, lateSourceOf, layerById } from "./picture.js";
import { signal } from "./signals.js";
import { state } from "./state.js";
import { MONTHS, number } from "./text.js";

const FRAME_MS = 900;
let ticking = 0;
let showMonth = setMonth;

/** Show the ice of a month, 1 to 12. */
export function setMonth(value) {
  const ice = layerById.sea_ice,
    name = MONTHS[value - 1];
  ice.month = value;
  byId("month").value = value;
  byId("month").setAttribute("aria-valuetext", name);
  byId("ice-title").replaceChildren("Sea ice, ", el("strong", null, name));
  writeIceNote();
  paint();
  signal("month");
}

// A day, and that it is of another month than the one drawn.
const monthWords = (date, month) => (Number(date.slice(5, 7)) === month ? date : `${date} (not ${MONTHS[month - 1]})`);

/** Write what the map shows of the ice: the usual ice or that of a year, and the newest extent. */
export function writeIceNote() {
  const ice = layerById.sea_ice,
    name = MONTHS[ice.month - 1];
  const drawn = Array.from({ length: ice.count }, (_, i) => i).filter((i) => ice.isDrawn(i));
  const later = drawn.find((i) => ice.value("year", i) !== null);
  const hasMedian = drawn.some((i) => ice.value("year", i) === null);
  const extent = data.extent,
    late = lateSourceOf("sea_ice_extent");
  byId("ice-note").replaceChildren(
    state.year !== null ? `Filled: ${name} ${state.year}` : hasMedian ? `Filled: usual ${name}, the median 1981–2010` : `Usual ice of ${name} unknown`,
    state.year !== null ? "." : later === undefined ? `. No edge of a recent ${name} is held.` : `; dashed: ${name} ${ice.value("year", later)}.`,
    extent
      ? el("span", null, ` Newest extent held, ${monthWords(extent.date, ice.month)}: ${number(extent.million_km2)} million km²${late ? "" : "."}`)
      : late
        ? el("span", null, " Extent: not assessed")
        : "",
    late ? el("span", { class: "late" }, ` (▲ its source is ${late.state}).`) : "",
    extent && extent.break ? el("span", null, ` Sensor changed ${extent.break}.`) : "",
  );
}

function play(on) {
  clearInterval(ticking);
  ticking = on ? setInterval(() => showMonth((layerById.sea_ice.month % 12) + 1), FRAME_MS) : 0;
  if (!on) signal("view");
  byId("play").setAttribute("aria-pressed", String(on));
  byId("play").textContent = on ? "Pause" : "Play";
}

/** Show the slider if the picture has ice, set to the month of the picture; `onMonth` shows another month. */
export function startIce(onMonth) {
  showMonth = onMonth;
  if (!layerById.sea_ice) return;
  byId("ice").hidden = false;
  byId("ticks").append(...MONTHS.map((name) => el("li", null, name.charAt(0))));
  setMonth(Number(data.day.slice(5, 7)));
  byId("month").addEventListener("input", () => {
    play(false);
    showMonth(Number(byId("month").value));
    signal("view");
  });
  byId("play").addEventListener("click", () => play(!ticking));
}
