// The nearest exit of a gate as a slider: what the node would be if the value were another.
import { byId, el } from "./dom.js";
import { exitsOf } from "./evidence.js";
import { UNITS } from "./evidence_words.js";
import { overlapOf, wording } from "./node_words.js";
import { paint } from "./painter.js";
import { nodes } from "./picture.js";
import { state } from "./state.js";
import { key, short, upper, words } from "./text.js";

const STEPS = 400;
const CLASS_OF_AXIS = { climate: "hazard_class", military: "military_class", civil: "dependence_class" };
const NAMES = { people_without_another: "people without another" };

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

const STANDING_WORDS = {
  critical: "critical: all three gates are open",
  overlap: "an overlap of climate and defence, not critical",
  none: "neither critical nor an overlap",
};
const MARKS = { critical: "robust", overlap: "overlap", none: "not_flagged" };
const unitOf = (unit) => (unit === "1" ? "" : ` ${UNITS[unit] || unit}`);
const titleOf = ({ what, unit }) => NAMES[what] || `${words(what)}${unit === "1" ? " score" : ""}`;

const turnsAt = ({ at, value, after, unit }) =>
  `${wording("hazard_class", after).toLowerCase()} ${at > value ? "from" : "below"} ${short(at)}${unitOf(unit)}`;

/** The slider of the nearest exit of node `i` on an axis; null where no number turns it. */
export function exitSlider(i, axis) {
  const all = exitsOf(i, axis),
    exits = all.filter((exit) => exit.what === all[0].what);
  if (!exits.length) return null;
  const [{ value, unit }] = exits,
    scale = scaleOf(value, exits.map(({ at }) => at), unit === "persons", unit === "1" ? 1 : Infinity);
  const id = `exit-${axis}`,
    result = el("output", { for: id, class: "small" });
  const slider = el("input", { type: "range", id, min: 0, max: STEPS, step: 1, list: `${id}-turns` });
  const shareOf = () => Number(slider.value) / STEPS;
  slider.value = Math.round(scale.shareAt(value) * STEPS);
  const start = slider.value;
  slider.addEventListener("input", () => {
    const now = slider.value === start ? value : scale.valueAt(shareOf());
    result.textContent = tell(i, axis, exits, now);
  });
  return el(
    "div",
    { class: "exit" },
    el(
      "label",
      { for: id },
      el("span", { class: "lead" }, "Nearest turn: "),
      `${titleOf(exits[0])} is ${short(value)}${unitOf(unit)}; ${exits.map(turnsAt).join(", ")}.`,
    ),
    slider,
    el(
      "datalist",
      { id: `${id}-turns` },
      exits.map(({ at, after }) =>
        el("option", { value: Math.round(scale.shareAt(at) * STEPS), label: after }),
      ),
    ),
    el("p", { class: "small scale-ends", "aria-hidden": "true" }, el("span", null, short(scale.valueAt(0))), el("span", null, `${short(scale.valueAt(1))}${unitOf(unit)}`)),
    result,
  );
}

// Show what the node would be, in words and by its mark on the map.
function tell(i, axis, exits, value) {
  const classes = Object.fromEntries(
    Object.entries(CLASS_OF_AXIS).map(([name, column]) => [name, key(nodes.value(column, i))]),
  );
  const isStored = value === exits[0].value;
  if (!isStored) classes[axis] = classAt(exits, value);
  const standing = standingOf(classes);
  state.whatIf = isStored ? null : { row: i, mark: MARKS[standing] };
  for (const other of byId("details").querySelectorAll(".exit input"))
    if (other.id !== `exit-${axis}`) other.disabled = !isStored;
  paint();
  if (isStored) return "";
  const text = `${upper(titleOf(exits[0]))} ${short(value)}${unitOf(exits[0].unit)}: ${wording("hazard_class", classes[axis]).toLowerCase()}.`;
  return `${text} The node would be ${STANDING_WORDS[standing]}.${isNow(i, standing) ? " That is as it is." : ""} A trial: nothing stored changes.`;
}

const isNow = (i, standing) =>
  ["robust", "possible"].includes(nodes.value("flag", i))
    ? standing === "critical"
    : standing === (overlapOf(i) === "overlap" ? "overlap" : "none");
