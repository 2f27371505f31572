// The details of a node.
import { columnValue } from "./column_words.js";
import { columnFact, fact, heading, origin, SPINE } from "./cards.js";
import { comparedSentence, comparison } from "./compare.js";
import { dependantParts } from "./dependants.js";
import { byId, el, valueNode } from "./dom.js";
import { evidenceRows } from "./evidence.js";
import { evidenceTables } from "./evidence_table.js";
import { spanned } from "./evidence_words.js";
import { AXES, gates } from "./gates.js";
import { iceStrips } from "./ice_strips.js";
import { countryName, overlapOf, standing, wording } from "./node_words.js";
import { nodes } from "./picture.js";
import { placeAt } from "./projection.js";
import { reachPart } from "./reach_view.js";
import { changeSentence, changesOf, since } from "./changes.js";
import { recoveryParts } from "./recovery.js";
import { featureSwatch, openButton } from "./swatches.js";
import { count, key, lower, number, percent, position, upper, words } from "./text.js";

const DUAL_USE = {
  D3: "documented: an official public document says so",
  D2: "capable: an inference from public attributes",
  D1: "partial: one required attribute",
  D0: "none found",
  "D?": "unknown: too little is known",
};
const DRAWS = " of the draws";
// Above this many, the other nodes of a place are folded.
const MOST_OTHERS = 6;

/** Columns that the page adds to a node: none of its table, and so none of its CSV. */
export const ADDED = [
  "mark",
  "lacking",
  "hazard_class_at_2_degc",
  "is_critical_at_2_degc",
  "ice_months_lost_at_2_degc",
];

// Columns that the details give a place of their own; any other column is listed by its name.
const PLACED = new Set([
  ...SPINE,
  ...ADDED,
  "kind",
  "site_kind",
  "dual_use_class",
  "flag",
  "flag_probability",
  "overlap_probability",
  "scope",
  "in_arctic",
  "place",
  "place_id",
  ...AXES.map(([, , name]) => name),
  "hazard_deciding",
  "hazard_tier",
  "hazard_could_be",
  "deciding_datum",
  "military_low",
  "military_high",
  "military_known",
  "military_coverage",
  "permafrost_zone",
  "ground_ice",
  "ice_months_recent",
  "ice_months_lost",
  "ice_months_lost_low",
  "ice_months_lost_high",
  "coastal_erosion_class",
  "coastal_erosion_m_per_year",
  "relative_sea_level_m",
  "relative_sea_level_low_m",
  "relative_sea_level_high_m",
  "fact_age_years",
  "country_iso3",
  "institution",
  "special_status",
  "latitude_deg",
  "longitude_deg",
  "position_uncertainty_km",
  "reasons",
  "nearest_exit",
  "baseline_requirements",
  "cer_sectors",
  "sources",
  "node_id",
]);

// Title, group of the evidence that tells whether it applies, and the value of a node's columns.
const CLIMATE_FACTS = [
  [
    "Permafrost",
    "h_permafrost",
    (get) => (get("permafrost_zone") === "unknown" ? null : get("permafrost_zone")),
  ],
  [
    "Ground ice",
    "h_permafrost",
    (get) =>
      get("ground_ice") !== "unknown"
        ? get("ground_ice")
        : get("permafrost_zone") === "none"
          ? "no permafrost"
          : null,
  ],
  [
    "Ice, last ten years",
    "h_seaice",
    (get) => spanned(get("ice_months_recent"), null, null, "months a year"),
  ],
  [
    "Ice lost since 1981–2010",
    "h_seaice",
    (get) =>
      spanned(
        get("ice_months_lost"),
        get("ice_months_lost_low"),
        get("ice_months_lost_high"),
        "months a year",
      ),
  ],
  [
    "Ice lost at 2 °C",
    "h_seaice",
    (get) => spanned(get("ice_months_lost_at_2_degc"), null, null, "months a year"),
  ],
  ["Coastal erosion", "h_coast", (get) => spanned(get("coastal_erosion_m_per_year"), null, null, "m a year")],
  [
    "Sea level by 2100",
    "h_level",
    (get) =>
      spanned(
        get("relative_sea_level_m"),
        get("relative_sea_level_low_m"),
        get("relative_sea_level_high_m"),
        "m",
      ),
  ],
];

// A fact that does not apply to a kind has no evidence row, and is no gap.
function climateFacts(get, rows) {
  const applies = (group) =>
    !rows.length || rows.some((row) => row.group === group && row.state !== "not_applicable");
  return el(
    "dl",
    { class: "facts" },
    CLIMATE_FACTS.map(([title, group, valueOf]) => {
      const value = valueOf(get);
      return value === null && !applies(group) ? null : fact(title, value ?? valueNode(null));
    }),
  );
}

const plainList = (text) =>
  text
    ? el(
        "ul",
        { class: "plainlist" },
        text
          .split(";")
          .map((part) => part.trim())
          .filter(Boolean)
          .map((part) => el("li", null, part)),
      )
    : valueNode(null);

// The place of a node and the other nodes there, those of the highest standing first.
function placeDetails(i) {
  const place = nodes.value("place", i),
    id = nodes.value("place_id", i),
    others = [];
  if (place === null && id === null) return valueNode(null);
  for (let k = 0; k < nodes.count; k++) if (k !== i && nodes.value("place_id", k) === id) others.push(k);
  others.sort((a, b) => standing(b) - standing(a));
  if (!others.length) return [place ?? id, el("span", { class: "small" }, ", no other node")];
  const mark = (k) => (nodes.classOf(k) ? nodes.classOf(k).label.replace(/[,:(].*/, "") : "");
  return el(
    "details",
    { class: "others", open: others.length <= MOST_OTHERS },
    el("summary", null, `${place ?? id}, ${count(others.length, "other node")}`),
    el(
      "ul",
      null,
      others.map((k) =>
        el(
          "li",
          null,
          openButton(nodes, k, ["context", "not_flagged"].includes(nodes.value("mark", k)) ? "" : mark(k)),
        ),
      ),
    ),
  );
}

function badges(get, i) {
  const flag = get("flag");
  return [
    el("span", { class: `flag ${flag || ""}` }, flag === null ? "Flag unknown" : wording("flag", flag)),
    overlapOf(i) === "overlap" && !["robust", "possible"].includes(flag)
      ? el("span", { class: "flag overlap" }, "Overlap")
      : null,
  ].filter(Boolean);
}

const TRIAL_WORDS = { critical: "critical", overlap: "overlap", none: "neither critical nor overlap" };
const trialBadge = (standing) => el("span", { class: "flag trial" }, `Trial: ${TRIAL_WORDS[standing]}`);

function mainFacts(get, i) {
  const dual = get("dual_use_class"),
    special = get("special_status"),
    scope = get("scope"),
    age = get("fact_age_years");
  return el(
    "dl",
    { class: "facts" },
    fact(
      "Climate and defence overlap",
      `${percent(get("overlap_probability"))}${DRAWS}`,
      "climate moderate or high and defence high",
    ),
    fact(
      "All three: critical",
      scope === "context" ? "never flagged" : `${percent(get("flag_probability"))}${DRAWS}`,
      "climate high, defence high, people moderate or high",
    ),
    nodes.column.nearest_exit ? fact("Nearest exit", upper(get("nearest_exit") || "unknown")) : null,
    fact("Dual-use class", dual ? `${dual}, ${DUAL_USE[dual] || ""}` : valueNode(null)),
    scope === null ? null : fact("Scope", wording("scope", scope)),
    fact("Place", placeDetails(i)),
    age === null ? null : fact("Oldest fact that decides", `${number(age)} years old`),
    fact("Country", get("country_iso3") ? countryName(get("country_iso3")) : valueNode(null)),
    fact("Institution", get("institution") ? wording("institution", get("institution")) : valueNode(null)),
    special ? fact("Special status", upper(columnValue("special_status", special))) : null,
    fact("Position", [
      positionOf(get, i),
      get("position_uncertainty_km") === null
        ? ", uncertainty unknown"
        : ` ± ${number(get("position_uncertainty_km"))} km`,
    ]),
  );
}

// The raw rows: the gates and sentences above say what follows from them.
const foldedEvidence = (rows) =>
  rows.length
    ? [
        el(
          "details",
          { class: "raw" },
          el("summary", null, `${count(rows.length, "row")}: every value with its score, source and date`),
          evidenceTables(rows),
        ),
      ]
    : evidenceTables(rows);

function positionOf(get, i) {
  const { lat, lng } = placeAt(...nodes.place(i));
  return position(get("latitude_deg") ?? lat, get("longitude_deg") ?? lng);
}

function changes(get, i) {
  return [
    comparison ? el("p", { class: "small change" }, comparedSentence(i)) : null,
    ...(since ? changesOf("node") : [])
      .filter((row) => row.subject_id === get("node_id"))
      .map((row) =>
        el(
          "p",
          { class: "small change" },
          `Since ${since.before.day}: ${lower(changeSentence(row))} ${upper(row.cause)}: ${row.why}`,
        ),
      ),
  ];
}

/** Draw the ice of node `i` in its details again: the clock moved. */
export function redrawIce(i) {
  byId("ice-of-node")?.replaceChildren(...iceStrips(i), ...reachPart(i));
}

/** The details of node `i`. */
export function nodeDetails(i) {
  nodes.whole();
  const get = (name) => nodes.value(name, i),
    rows = evidenceRows(i),
    standingBadges = el("p", { class: "badges" }, badges(get, i));
  const showTrial = (tried) =>
    standingBadges.replaceChildren(...(tried === null ? [] : [trialBadge(tried)]), ...badges(get, i));
  return [
    heading(
      [wording("kind", key(get("kind"))), get("site_kind") === null ? "" : `, ${words(get("site_kind"))}`],
      nodes.titleOf(i),
      featureSwatch(nodes, i),
      standingBadges,
    ),
    get("scope") === "context"
      ? el(
          "p",
          { class: "small scope" },
          "Context: outside the boundary of the Arctic, judged, never flagged.",
        )
      : null,
    gates(i, rows, showTrial),
    el("div", { id: "ice-of-node" }, iceStrips(i), reachPart(i)),
    el("div", { id: "dependants" }, dependantParts("node", i)),
    recoveryParts(i),
    mainFacts(get, i),
    ...changes(get, i),
    el("h3", null, "In sentences"),
    get("reasons") ? el("p", { class: "reasons" }, get("reasons")) : el("p", null, valueNode(null)),
    el("h3", null, "Climate facts"),
    climateFacts(get, rows),
    el("h3", null, "Evidence"),
    ...foldedEvidence(rows),
    el("h3", null, "Of the node"),
    el(
      "dl",
      { class: "facts" },
      fact("NATO baseline requirements", plainList(get("baseline_requirements"))),
      fact("CER sectors", plainList(get("cer_sectors"))),
      nodes.column.sources ? fact("Position and attributes from", plainList(get("sources"))) : null,
      nodes.columns
        .filter((column) => !PLACED.has(column.name))
        .map((column) => columnFact(column, i)),
      fact("Key", get("node_id")),
    ),
    origin(get("source_id"), get("as_of")),
  ].filter(Boolean);
}
