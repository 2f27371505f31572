// The three gates of a node: climate, defence, people.
import { el, lead, small } from "./dom.js";
import {
  citation,
  classOfScore,
  decidingEnd,
  hasValue,
  indicatorName,
  rowText,
  rowValue,
  sourcesOf,
  thresholds,
} from "./evidence_words.js";
import { CLASS_WORDS, classWord } from "./node_words.js";
import { data, nodes } from "./picture.js";
import { key, percent, upper, words } from "./text.js";
import { exitSlider } from "./what_if.js";

/** The axes: id, title, column of the class, classes that meet the gate. */
export const AXES = [
  ["climate", "Climate", "hazard_class", ["high"]],
  ["military", "Defence", "military_class", ["high"]],
  ["civil", "People", "dependence_class", ["high", "moderate"]],
];
const TIERS = {
  measured: "measured at the place",
  typed: "typed from a publication",
  mapped: "read from a published map",
  modelled: "modelled",
  proxy: "a proxy from modelled air alone",
};
const PARTS = ["facility", "hinterland", "position", "association"];
const anchor = (id) => data.anchors.find((a) => a.id === id)?.value;

// The heading of a gate: its class, and whether it is met.
const headParts = (title, value, word, isMet) => [
  title,
  el("span", { class: "class" }, word),
  el("span", { class: "met" }, isMet ? "✓ met" : value === "unknown" ? "? not known" : "✗ not met"),
];

/**
 * The gates of node `i`, from its rows of evidence. `onTrial` is called with the standing that a tried value
 * of a slider gives the node, or null when the stored value is back.
 */
export function gates(i, rows, onTrial) {
  const partsOf = { climate: climateGate, military: militaryGate, civil: civilGate };
  return el(
    "div",
    { class: "gates" },
    AXES.filter(([, , name]) => nodes.column[name] || nodes.whole().column[name]).map(
      ([axis, title, name, meeting]) => {
        const value = key(nodes.value(name, i)),
          head = el("h3", null, headParts(title, value, classWord(name, i) ?? "unknown", meeting.includes(value)));
        const slider = exitSlider(i, axis, (tried, standing) => {
          const gateClass = tried ?? value;
          section.className = `gate ${gateClass}${tried ? " trial" : ""}`;
          head.replaceChildren(
            ...headParts(title, gateClass, tried ? `trial: ${tried}` : (classWord(name, i) ?? "unknown"), meeting.includes(gateClass)),
          );
          onTrial(standing);
        });
        const section = el(
          "section",
          { class: `gate ${CLASS_WORDS[value] ? value : "unknown"}` },
          head,
          partsOf[axis](i, rows),
          slider,
        );
        return section;
      },
    ),
  );
}

// A datum that decides is one of the climate, or of the facility where that alone is unknown.
function decidingData(i) {
  const datum = nodes.value("deciding_datum", i),
    parts = datum === null ? [] : datum.split("; ");
  const isFacility =
    nodes.value("flag", i) === "insufficient_data" && nodes.value("military_class", i) === "unknown";
  return isFacility
    ? { facility: parts[0] ?? null, climate: parts.slice(1).join("; ") || null }
    : { facility: null, climate: datum };
}

function climateGate(i, rows) {
  const deciding = nodes.value("hazard_deciding", i),
    tier = nodes.value("hazard_tier", i),
    lacking = nodes.value("lacking", i);
  const hazards = rows.filter((row) => row.axis === "climate" && hasValue(row) && row.score !== null);
  const first = hazards.find((row) => deciding !== null && deciding.startsWith(words(row.indicator)));
  const rest = hazards.filter((row) => row !== first);
  const worse = nodes.value("hazard_could_be", i),
    { climate } = decidingData(i);
  return [
    el(
      "p",
      { class: "deciding" },
      deciding === null
        ? "No hazard that applies is known."
        : `${upper(deciding).replace(/ m a-1\b/, " m a year")}.`,
    ),
    tier === null
      ? null
      : small(
          upper(TIERS[tier] || tier),
          first ? `, ${first.as_of ?? "as of unknown"}: ${citation(first)}.` : ".",
        ),
    first && thresholds(first) ? small(`${upper(thresholds(first))}.`) : null,
    rest.length
      ? small(
          lead("Also known: "),
          `${rest.map((row) => `${rowText(row)}: ${classOfScore(row.score)}${decidingEnd(row) ? ` (${decidingEnd(row)})` : ""}`).join("; ")}.`,
        )
      : null,
    lacking === null ? null : small(lead("Not known: "), `${lacking}.`),
    worse === null
      ? null
      : el("p", { class: "could" }, `Could be ${worse}: ${climate ?? "what would tell"} is not known.`),
  ];
}

// The scores of the parts stand in the sentences of the node.
function scoresOfParts(i) {
  const text = nodes.value("reasons", i) || "";
  return PARTS.map((name) => [
    name,
    (text.match(new RegExp(`\\b${name} (not known|left out|[01]\\.\\d\\d)`)) || [])[1],
  ]).filter(([name, score]) => score !== undefined && (name !== "association" || data.with_association));
}

function militaryGate(i, rows) {
  const own = rows.filter((row) => row.axis === "military" && row.weight > 0);
  const facility = own.filter((row) => row.group === "m_facility" && hasValue(row));
  const unknown = own.filter((row) => row.state === "unknown").map(indicatorName);
  const { facility: datum } = decidingData(i),
    coverage = nodes.value("military_coverage", i);
  const part = ([name, score]) => {
    const from = name === "facility" ? anchor("facility_high") : anchor("part_holds"),
      value = Number(score),
      holds = value >= from;
    const some = name === "facility" && !holds && value >= anchor("facility_moderate");
    return el(
      "li",
      null,
      el(
        "span",
        { class: "sign", "aria-hidden": "true" },
        holds ? "✓" : some ? "~" : score === "not known" ? "?" : "–",
      ),
      `${upper(name)} ${score}`,
      el(
        "span",
        { class: "hide" },
        holds ? ", holds" : some ? ", moderate" : Number.isNaN(value) ? "" : ", does not hold",
      ),
    );
  };
  return [
    el("ul", { class: "parts" }, scoresOfParts(i).map(part)),
    small(
      `Facility holds from ${anchor("facility_high")} (moderate from ${anchor("facility_moderate")}), each other from ${anchor("part_holds")}; high needs the facility and two others.`,
    ),
    facility.length ? small(lead("Facility: "), `${facility.map(rowText).join("; ")}.`) : null,
    facility.length ? small(lead("Known from: "), `${sourcesOf(facility)}.`) : null,
    unknown.length
      ? small(
          lead("Not known: "),
          `${unknown.join(", ")}${coverage === null ? "" : ` (${percent(coverage)} of the weight is known)`}.`,
        )
      : null,
    datum === null ? null : el("p", { class: "could" }, `Would tell: ${datum}.`),
  ];
}

function civilGate(i, rows) {
  const own = rows.filter((row) => row.axis === "civil");
  const unknown = own.filter((row) => row.state === "unknown").map(indicatorName);
  const steps = (row) => thresholds(row).replace(/ people$/, "");
  const line = (row) =>
    `${upper(indicatorName(row))}: ${rowValue(row)}${row.label === null ? "" : `, ${row.label}`}${steps(row) ? ` (${steps(row)})` : ""}.`;
  const ranked = own.filter(hasValue).sort((a, b) => (b.score ?? -1) - (a.score ?? -1));
  return [
    el("p", { class: "deciding" }, ranked.length ? line(ranked[0]) : "Nothing is known."),
    ranked.slice(1).map((row) => small(line(row))),
    ranked.length ? small(lead("Known from: "), `${sourcesOf([ranked[0]])}.`) : null,
    unknown.length ? small(lead("Not known: "), `${unknown.join(", ")}.`) : null,
  ];
}
