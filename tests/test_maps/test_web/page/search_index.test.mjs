// Search finds exact names first, then starts, words, places, and mistyped names last.
import assert from "node:assert/strict";
import { test } from "node:test";
import { lookUp, searchIndex } from "../../../../maps/web/page/search_index.js";

const layer = (id, order, rows, places = []) => ({
  id,
  style: { order },
  count: rows.length,
  name: (i) => rows[i],
  value: (_, i) => places[i] ?? null,
  classOf: (i) => ({ rank: i }),
  place: () => [0, 0],
});
const NODES = layer(
  "nodes",
  9,
  ["Tromsø harbour", "Tromsø", "Bodø", null, "Port of Alpha"],
  [null, null, "Alpha", "Alpha"],
);
const TOWNS = layer("settlements", 5, ["Tromsø", "Kirkenes", null]);
const ICE = layer("sea_ice", 1, ["Tromsø ice"]);
const INDEX = searchIndex([ICE, TOWNS, NODES], NODES);
const rows = (text) => lookUp(INDEX, text).map(({ layer: of, row }) => `${of.id} ${row}`);

test("the index has named features and nodes with a place, the topmost layer first, no ice", () => {
  assert.deepEqual(
    INDEX.map((entry) => `${entry.layer.id} ${entry.row}`),
    ["nodes 0", "nodes 1", "nodes 2", "nodes 3", "nodes 4", "settlements 0", "settlements 1"],
  );
});

test("the whole name comes before a start; diacritics and capitals do not matter", () => {
  assert.deepEqual(rows("TROMSO"), ["nodes 1", "settlements 0", "nodes 0"]);
  assert.deepEqual(rows(" tromsø "), rows("TROMSO"));
});

test("a word of a name comes before a place", () => {
  assert.deepEqual(rows("alpha"), ["nodes 4", "nodes 2", "nodes 3"]);
});

test("a critical node comes before all that bears the same name", () => {
  const marked = { ...NODES, value: (name, i) => (name === "mark" && i === 0 ? "robust" : null) };
  const index = searchIndex([TOWNS, marked], marked);
  assert.deepEqual(
    lookUp(index, "tromso").map(({ layer: of, row }) => `${of.id} ${row}`),
    ["nodes 0", "nodes 1", "settlements 0"],
  );
});

test("a mistyped name is found, and nothing for another", () => {
  assert.deepEqual(rows("kirknes"), ["settlements 1"]);
  assert.deepEqual(rows("zzzz"), []);
  assert.deepEqual(rows("  "), []);
});

test("a list has twelve entries at most", () => {
  const many = layer(
    "ports",
    1,
    Array.from({ length: 40 }, (_, k) => `Port ${k}`),
  );
  assert.equal(lookUp(searchIndex([many], NODES), "port").length, 12);
});

test("what bears one name in one place is one hit with its nodes below, without the layers they were made from", () => {
  const at = (of, ...xs) => ({ ...of, place: (i) => [xs[i], 0] });
  const nodes = at(layer("nodes", 9, ["Iqaluit Airport", "Iqaluit", "Iqaluit"], ["Iqaluit", "Iqaluit", null]), 0, 1000, 2e6),
    ports = at(layer("ports", 7, ["Iqaluit"]), 0),
    sites = at(layer("military_sites", 6, ["Iqaluit"]), 500),
    towns = at(layer("settlements", 5, ["Iqaluit"]), 3000),
    airfields = at(layer("airfields", 8, ["Iqaluit Airport"]), 10),
    reports = at(layer("thaw_damage", 4, ["Iqaluit", "Iqaluit"]), 0, 0);
  const found = lookUp(searchIndex([reports, towns, sites, ports, airfields, nodes], nodes), "iqaluit");
  assert.deepEqual(
    found.map(({ layer: of, row, isBelow }) => `${isBelow ? "- " : ""}${of.id} ${row}`),
    ["nodes 1", "- settlements 0", "- military_sites 0", "- nodes 0", "nodes 2"],
  );
});
