// Search by name: exact, by its start, by a word, and names alike for mistyped ones.
import { namesOfCountry } from "./country_names.js";
import { FLAGGED } from "./layer_style.js";
import { fold } from "./text.js";

const MILITARY = "military_sites";
const SAME_NAMES = "alliances"; // its areas bear the names of countries
const COUNTRIES = "countries";
const MOST_RESULTS = 12;
// A search with fewer results than this looks for names alike as well.
const FEW_RESULTS = 6;
const SHARED_RUNS = 0.45;
const LEAST_LIKENESS = 0.4;
const TOWN_LAYER = "settlements";
const SAME_PLACE_M = 60_000; // what bears one name within this distance is of one place

/** Entries of all named features: the topmost layer first, without the sea ice; nodes have their place as well. */
export function searchIndex(layers, nodes) {
  const entries = [],
    sites = new Set();
  for (const layer of [...layers].sort((a, b) => b.style.order - a.style.order)) {
    if (layer.id === "sea_ice" || layer.id === SAME_NAMES) continue;
    for (let i = 0; i < layer.count; i++) {
      const name = layer.name(i),
        place = layer === nodes && nodes.value("place", i);
      if (!name && !place) continue;
      // A military site has a row for each public source: one of them answers for all.
      const site = `${layer.id} ${name} ${layer.id === MILITARY && layer.place(i)}`;
      if (layer.id === MILITARY && sites.has(site)) continue;
      sites.add(site);
      entries.push({
        layer,
        row: i,
        name: fold(name || ""),
        others: layer.id === COUNTRIES ? namesOfCountry(layer.value("country_iso3", i)).map(fold) : [],
        place: place ? fold(place) : "",
        isNode: layer === nodes,
        isFlagged: layer === nodes && FLAGGED.includes(layer.value("mark", i)),
        rank: layer === nodes ? (nodes.classOf(i) || { rank: 9 }).rank : 9,
      });
    }
  }
  return entries;
}

/**
 * Up to twelve entries for a typed text, the best first. What is of one place stands together: its nodes, its town and
 * its military site, but not what other layers have there under the same name. `isBelow` marks all but the first.
 */
export function lookUp(index, text) {
  const typed = fold(text.trim());
  if (!typed) return [];
  const grade = (name) =>
    name === typed ? 0 : name.startsWith(typed) ? 1 : name.includes(` ${typed}`) ? 2 : 3;
  const whole = index
    .map((entry, k) => ({
      ...entry,
      k,
      grade: Math.min(
        ...[entry.name, ...entry.others].map((name) => (name.includes(typed) ? grade(name) : 9)),
        entry.place.startsWith(typed) ? 4 : 9,
      ),
    }))
    .filter((entry) => entry.grade < 9);
  const found = [...whole, ...(whole.length < FEW_RESULTS && typed.length > 2 ? alike(index, typed, whole) : [])]
    .sort((a, b) => isFirst(b) - isFirst(a) || a.grade - b.grade || a.rank - b.rank || a.k - b.k);
  return groupedByPlace(found).slice(0, MOST_RESULTS);
}

function groupedByPlace(found) {
  const groups = [],
    ofName = new Map();
  for (const entry of found) {
    const name = entry.place || entry.name,
      here = ofName.get(name) || [],
      group = here.find(([first]) => isSamePlace(first, entry));
    if (!group && groups.length === MOST_RESULTS) break;
    if (group) joinPlace(group, entry);
    else groups.push([entry]);
    // What another layer has under the name of a node is of the place of the node.
    for (const own of new Set([name, entry.isNode ? entry.name : name]))
      ofName.set(own, [...(ofName.get(own) || []), group || groups.at(-1)]);
  }
  return groups.flatMap((group) => group.map((entry, k) => ({ ...entry, isBelow: k > 0 })));
}

const standsAlways = (entry) => entry.isNode || entry.layer.id === MILITARY;

function joinPlace(group, entry) {
  const other = group.findIndex((one) => !standsAlways(one));
  if (standsAlways(entry) || other < 0) group.push(entry);
  else if (entry.layer.id === TOWN_LAYER && group[other].layer.id !== TOWN_LAYER) group[other] = entry;
}

function isSamePlace(one, other) {
  const [[x, y], [u, v]] = [one, other].map(({ layer, row }) => layer.place(row) || []);
  return x === undefined || u === undefined || Math.hypot(x - u, y - v) < SAME_PLACE_M;
}

// Of the nodes that bear a name, or whose place does, readers look for the critical and overlapping ones.
const isFirst = ({ grade, isFlagged }) => grade <= 4 && isFlagged;

// A mistyped name shares most of its runs of three letters with the right one.
function alike(index, typed, results) {
  const runs = (text) => Array.from({ length: text.length }, (_, k) => ` ${text} `.slice(k, k + 3));
  const typedRuns = runs(typed),
    have = new Set(results.map((entry) => entry.k)),
    near = [];
  index.forEach((entry, k) => {
    const name = ` ${entry.name} `,
      shared = typedRuns.filter((run) => name.includes(run)).length;
    if (shared < SHARED_RUNS * typedRuns.length || have.has(k)) return;
    const best = Math.max(
      ...entry.name
        .split(/[^\p{L}\p{N}]+/u)
        .filter(Boolean)
        .map((word) => {
          const own = runs(word);
          return (2 * own.filter((run) => typedRuns.includes(run)).length) / (own.length + typedRuns.length);
        }),
      0,
    );
    if (best >= LEAST_LIKENESS) near.push({ ...entry, k, grade: 5 - best });
  });
  return near;
}
