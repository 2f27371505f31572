// The list of critical places, and of those where climate and defence overlap.
import { afterFirstFrame, byId, el } from "./dom.js";
import { countryName, overlapOf, placeOf, wording } from "./node_words.js";
import { nodes } from "./picture.js";
import { state } from "./state.js";
import { openButton } from "./swatches.js";
import { count, key, number, percent } from "./text.js";

/** List the critical and the overlapping nodes that the filters leave. */
export function listFlagged() {
  const critical = rowsWhere(isFlaggedCritical),
    places = byPlace(critical, "flag_probability");
  byId("flagged-title").textContent = `Critical places, ${number(places.length)}`;
  byId("flagged-note").textContent = critical.length
    ? `${count(critical.length, "node")}: climate high, defence high, people moderate or high. Of the strongest node of each place, the share of draws in which all three hold:`
    : "No node shown is critical.";
  byId("flagged-list").replaceChildren(...places);
  afterFirstFrame(listOverlap);
}

function rowsWhere(holds) {
  const rows = [];
  for (let i = 0; i < nodes.count; i++) if (!nodes.hidden[i] && holds(i)) rows.push(i);
  return rows;
}
const isFlaggedCritical = (i) => ["robust", "possible"].includes(nodes.value("flag", i));

function listOverlap() {
  // To ask each row of a picture without this share would look for the column again and again.
  const both = nodes.column.overlap_probability ? rowsWhere((i) => overlapOf(i) === "overlap" && !isFlaggedCritical(i)) : [];
  const overlap = both.filter((i) => nodes.value("scope", i) !== "context"),
    outside = both.length - overlap.length,
    others = byPlace(overlap, "overlap_probability");
  byId("overlap-title").textContent = `Overlap, other nodes at ${count(others.length, "place")}`;
  byId("overlap-note").textContent =
    `${overlap.length ? `${count(overlap.length, "node")}, not critical: climate moderate or high and defence high. Share of draws in which both hold:` : "No other node shown overlaps."}${outside ? ` ${number(outside)} more ${outside === 1 ? "is" : "are"} context, outside the boundary.` : ""}`;
  byId("overlap-list").replaceChildren(...others);
}

const countryOf = (i) => (nodes.value("country_iso3", i) === null ? null : countryName(nodes.value("country_iso3", i)));

// The deciding hazard without its details: "permafrost thaw", "ice season lost".
const reasonOf = (i) => nodes.column.hazard_deciding && (nodes.value("hazard_deciding", i) || "").split(/:| -?\d/)[0];

// Places, the one with the largest share first; each opens its strongest node, which names the others.
function byPlace(rows, share) {
  const value = (i) => nodes.value(share, i),
    groups = new Map();
  // The rules of an alphabet (byName) take 30 ms to load; here a plain order parts equal shares.
  const ranked = rows.sort((a, b) => value(b) - value(a) || (nodes.titleOf(a) < nodes.titleOf(b) ? -1 : 1));
  for (const i of ranked) {
    const place = placeOf(i);
    if (groups.has(place)) groups.get(place).push(i);
    else groups.set(place, [i]);
  }
  const what = (members) =>
    members.length > 1
      ? count(members.length, "node")
      : wording("kind", key(nodes.value("kind", members[0]))).toLowerCase();
  return [...groups].map(([place, members]) =>
    el(
      "li",
      null,
      openButton(nodes, members[0], percent(value(members[0])), [
        el("span", { class: "name" }, place),
        el("span", { class: "small" }, [what(members), countryOf(members[0]), reasonOf(members[0])].filter(Boolean).join(" · ")),
        // On paper nothing opens: there a place of several nodes names them.
        state.isPrinting && members.length > 1 ? el("span", { class: "small" }, members.map((i) => nodes.titleOf(i)).join(", ")) : null,
      ]),
    ),
  );
}
