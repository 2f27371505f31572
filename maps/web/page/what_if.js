// The nearest exit of a gate as a slider: what the node would be if the value were another.
import { byId, el } from "./dom.js";
import { exitsOf } from "./evidence.js";
import { UNITS } from "./evidence_words.js";
import { overlapOf, wording } from "./node_words.js";
import { paint } from "./painter.js";
import { nodes } from "./picture.js";
import { state } from "./state.js";
import { key, number, short, upper, words } from "./text.js";

const STEPS = 400;
const CLASS_OF_AXIS = { climate: "hazard_class", military: "military_class", civil: "dependence_class" };
const NAMES = {
  // The largest place turns at an anchor of its own, and a trial changes it with the others.
  people_without_another: "people without another, the largest place included,",
  ice_season_lost: "lower end of the ice season lost",
};

/**
 * The scale of a slider over a value and the anchors at which it turns: `valueAt` and `shareAt` change
 * a share of the slider to a value and back. Numbers of people are on a logarithmic scale; no value is
 * above `limit`.
 */
export function scaleOf(value, anchors, isLogarithmic, limit = Infinity) {
  const bend = isLogarithmic ? (v) => Math.log10(1 + v) : (v) => v,
    straight = isLogarithmic ? (u) => 10 ** u - 1 : (u) => u;
  const least = bend(Math.min(0, value, ...anchors)),
    most = bend(Math.min(Math.max(value, ...anchors) * 1.25 || 1, limit));
  return {
    valueAt: (share) => straight(least + share * (most - least)),
    shareAt: (v) => (bend(v) - least) / (most - least),
  };
}

/**
 * The class of an axis at a value, from the exits of one indicator: the farthest anchor between the
 * stored value and this one decides.
 */
export function classAt(exits, value) {
  const stored = exits[0].value;
  const passed = exits.filter(({ at }) => (at > stored ? value >= at : value < at) && value !== stored);
  passed.sort((a, b) => Math.abs(b.at - stored) - Math.abs(a.at - stored));
  return passed.length ? passed[0].after : exits[0].before;
}

/** What three classes make of a node: "critical", "overlap" or "none". */
export function standingOf({ climate, military, civil }) {
  if (military !== "high") return "none";
  if (climate === "high" && ["high", "moderate"].includes(civil)) return "critical";
  return ["high", "moderate"].includes(climate) ? "overlap" : "none";
}

/** A value of a slider as it is shown and judged: whole people, else three significant digits. */
export const rounded = (value, unit) =>
  unit === "persons" ? Math.round(value) : Number(value.toPrecision(3));

const STANDING_WORDS = {
  critical: "critical: all three gates are met",
  overlap: "an overlap of climate and defence, not critical",
  none: "neither critical nor an overlap",
};
const MARKS = { critical: "robust", overlap: "overlap", none: "not_flagged" };
const unitOf = (unit) => (unit === "1" ? "" : ` ${UNITS[unit] || unit}`);
const titleOf = ({ what, unit }) => NAMES[what] || `${words(what)}${unit === "1" ? " score" : ""}`;
const valueText = (value, unit) => (unit === "persons" ? number(Math.round(value)) : short(value));

/** The classes of some exits as the evidence words them: "moderate from 300, high from 1 000 people". */
export function turnsInWords(exits) {
  const { unit } = exits[0];
  const steps = [...exits]
    .sort((a, b) => a.at - b.at)
    .map(({ at }) => `${classAt(exits, at)} from ${valueText(at, unit)}`);
  return `${steps.join(", ")}${unitOf(unit)}`;
}

/**
 * The slider of the nearest exit of node `i` on an axis; null where no number turns it. `onTrial` is called
 * with the class and the standing of a tried value, and without them when the stored value is back.
 */
export function exitSlider(i, axis, onTrial) {
  const all = exitsOf(i, axis),
    exits = all.filter((exit) => exit.what === all[0].what);
  if (!exits.length) return null;
  const [{ value, unit }] = exits,
    scale = scaleOf(value, exits.map(({ at }) => at), unit === "persons", unit === "1" ? 1 : Infinity);
  const id = `exit-${axis}`,
    result = el("output", { for: id, class: "small" }),
    reset = el("button", { type: "button", class: "plain", hidden: true }, "Back to the stored value");
  const slider = el("input", { type: "range", id, min: 0, max: STEPS, step: 1, list: `${id}-turns` });
  slider.value = Math.round(scale.shareAt(value) * STEPS);
  const start = slider.value;
  const show = () => {
    const isStored = slider.value === start;
    const tried = isStored ? value : rounded(scale.valueAt(Number(slider.value) / STEPS), unit);
    result.textContent = tryValue(i, axis, exits, tried, isStored, onTrial);
    slider.setAttribute("aria-valuetext", `${valueText(tried, unit)}${unitOf(unit)}`);
    reset.hidden = isStored;
  };
  slider.addEventListener("input", show);
  reset.addEventListener("click", () => {
    slider.value = start;
    show();
    slider.focus();
  });
  return el(
    "div",
    { class: "exit" },
    el(
      "label",
      { for: id },
      el("span", { class: "lead" }, "Nearest turn, all else as it is: "),
      `${titleOf(exits[0])} is ${valueText(value, unit)}${unitOf(unit)}; the class is ${turnsInWords(exits)}.`,
    ),
    slider,
    el(
      "datalist",
      { id: `${id}-turns` },
      exits.map(({ at, after }) =>
        el("option", { value: Math.round(scale.shareAt(at) * STEPS), label: after }),
      ),
    ),
    el(
      "p",
      { class: "small scale-ends", "aria-hidden": "true" },
      el("span", null, valueText(scale.valueAt(0), unit)),
      el("span", null, "move to try another value"),
      el("span", null, `${valueText(scale.valueAt(1), unit)}${unitOf(unit)}`),
    ),
    result,
    reset,
  );
}

// Show what the node would be: in words, on its gate and badges, and by its mark on the map.
function tryValue(i, axis, exits, value, isStored, onTrial) {
  const classes = Object.fromEntries(
    Object.entries(CLASS_OF_AXIS).map(([name, column]) => [name, key(nodes.value(column, i))]),
  );
  if (!isStored) classes[axis] = classAt(exits, value);
  const standing = standingOf(classes);
  state.whatIf = isStored ? null : { row: i, mark: MARKS[standing] };
  for (const other of byId("details").querySelectorAll(".exit input"))
    if (other.id !== `exit-${axis}`) other.disabled = !isStored;
  onTrial(...(isStored ? [null, null] : [classes[axis], standing]));
  paint();
  if (isStored) return "";
  const [{ unit }] = exits,
    text = `${upper(titleOf(exits[0]).replace(/,$/, ""))}: ${valueText(value, unit)}${unitOf(unit)}, ${wording("hazard_class", classes[axis]).toLowerCase()}.`;
  return `${text} The node would be ${STANDING_WORDS[standing]}.${isNow(i, standing) ? " That is as it is." : ""} A trial: nothing stored changes.`;
}

const isNow = (i, standing) =>
  ["robust", "possible"].includes(nodes.value("flag", i))
    ? standing === "critical"
    : standing === (overlapOf(i) === "overlap" ? "overlap" : "none");
