// The tables of a node's evidence, one for each axis.
import { el, valueNode } from "./dom.js";
import { classOfScore, indicatorName, rowValue, sourceTitle, thresholds } from "./evidence_words.js";
import { key, short, upper, words } from "./text.js";

const AXIS_NAMES = {
  climate: "Climate",
  military: "Defence",
  civil: "People",
  access: "Sea access",
  dual_use: "Dual use",
};
const GROUP_NAMES = {
  h_seaice: "Sea ice",
  h_permafrost: "Permafrost",
  h_coast: "Coast",
  h_level: "Sea level",
  m_facility: "Facility",
  m_hinterland: "Hinterland",
  m_position: "Position",
  m_association: "Association",
  m_policy: "Association: policy",
  c_sole: "Without another",
  c_people: "Within reach",
  a_season: "Season",
  d_documented: "Documented",
  d_required: "Required of its kind",
  d_supporting: "Supporting",
};
const HEAD = ["Indicator", "Value", "Score", "How known"];

/** The tables of some rows of evidence. */
export function evidenceTables(rows) {
  if (!rows.length) return [el("p", null, "No evidence row is stored for this node.")];
  return [...new Set(rows.map((row) => row.axis))].map((axis) => {
    const own = rows.filter((row) => row.axis === axis);
    return el(
      "table",
      { class: "evidence" },
      el("caption", null, AXIS_NAMES[axis] || upper(words(key(axis)))),
      el(
        "thead",
        null,
        el(
          "tr",
          null,
          HEAD.map((title) => el("th", { scope: "col" }, title)),
        ),
      ),
      [...new Set(own.map((row) => row.group))].map((group) => [
        group === null
          ? null
          : el(
              "tbody",
              { class: "group" },
              el(
                "tr",
                null,
                el(
                  "th",
                  { colspan: HEAD.length, scope: "rowgroup" },
                  GROUP_NAMES[group] || upper(words(group)),
                ),
              ),
            ),
        own.filter((row) => row.group === group).map(rowBody),
      ]),
    );
  });
}

function rowBody(row) {
  const state = key(row.state),
    isKnown = state === "known",
    isNone = state === "not_applicable";
  // A row whose source is held back or missing was not judged by: that is more than a common unknown.
  const isNotAssessed = row.note !== null && row.note.startsWith("not assessed");
  const value = rowValue(row),
    label =
      row.label !== null && row.label !== value ? el("span", { class: "small label" }, row.label) : null;
  const word =
    ["climate", "civil"].includes(row.axis) && row.score !== null
      ? el("span", { class: "small label" }, classOfScore(row.score))
      : null;
  const foot = [
    sourceTitle(row.source_id),
    row.as_of === null ? "as of unknown" : `as of ${row.as_of}`,
    thresholds(row),
    row.weight > 0 ? `weight ${short(row.weight)}` : "",
    row.note,
  ].filter(Boolean);
  return el(
    "tbody",
    { class: isKnown ? null : "missing" },
    el(
      "tr",
      null,
      el("th", { scope: "row" }, row.indicator === null ? valueNode(null) : upper(indicatorName(row))),
      el("td", null, value === null && isNone ? "–" : valueNode(value), label),
      el(
        "td",
        null,
        row.score === null ? (isKnown || isNone ? "–" : valueNode(null)) : short(row.score),
        word,
      ),
      el(
        "td",
        null,
        isNotAssessed
          ? "not assessed"
          : isKnown && row.tier !== null
            ? row.tier
            : isNone
              ? "does not apply"
              : words(state),
      ),
    ),
    el("tr", { class: "foot" }, el("td", { colspan: HEAD.length }, foot.join(" · "))),
  );
}
