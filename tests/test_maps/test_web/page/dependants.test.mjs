// What depends on a thing: decoding, tallies and words, on a small table.
import "./browser.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { pack } from "./pack.mjs";

const { decodedDependants, monthsInWords, standingIn, tallied, tallyInWords } = await import("../../../../maps/web/page/dependants.js");
const { isPassable } = await import("../../../../maps/web/page/flow_layers.js");

test("things have the rows that their counts say, kinds in the order of the rows", () => {
  const one = (at, counts) => ({ at: pack(at), counts: pack(counts) });
  const table = decodedDependants({
    things: { node: one([4], [1]), line: one([2, 3], [2, 1]), risk_group: one([], []) },
    places: { layer: pack([0, 2, 1]), row: pack([7, -7, 3]), others: [] },
    place: pack([0, 1, 1, -2]),
    saying: pack([0, 0, 1, 1]),
    sayings: [],
  });
  assert.deepEqual(table.spans.line.get(2), [0, 2]);
  assert.deepEqual(table.spans.line.get(5), [2, 3]);
  assert.deepEqual(table.spans.node.get(4), [3, 4]);
  assert.deepEqual([...table.place], [0, 1, 2, 0]);
  assert.deepEqual([...table.placeRow], [7, 0, 3]);
  assert.deepEqual([...table.otherOf], [0, 0, 1, 1]);
});

test("a place counts once, and unknown people are no zero", () => {
  const town = { kind: "settlement", place: "A", people: 10 },
    dark = { kind: "settlement", place: "B", people: null };
  assert.equal(tallyInWords(tallied([town, town])), "10 people in 1 settlement");
  assert.equal(tallyInWords(tallied([town, dark])), "10 people in 2 settlements, and in 1 of them an unknown number");
  assert.equal(tallyInWords(tallied([dark])), "1 settlement, number of people unknown");
  assert.equal(tallyInWords(tallied([{ kind: "port", place: "A", people: null }])), "1 other place");
  assert.equal(tallyInWords(tallied([])), "nothing");
});

test("months are spans", () => {
  assert.equal(monthsInWords("111111111111"), "all year");
  assert.equal(monthsInWords("110010000001"), "January to February, May, December");
});

test("what stands in is said for the month", () => {
  const text = "sea 000001111000, road 111111111111";
  assert.deepEqual(standingIn(text, 1), ["main road"]);
  assert.deepEqual(standingIn(text, 6), ["sea", "main road"]);
  assert.deepEqual(standingIn(null, 6), []);
});

test("a line is passable in its months unless a border is closed or restricted or they are not computed", () => {
  assert.equal(isPassable("000001000000", null, 6), true);
  assert.equal(isPassable("000001000000", null, 5), false);
  assert.equal(isPassable("111111111111", "open", 1), true);
  assert.equal(isPassable("111111111111", "closed", 1), false);
  assert.equal(isPassable("111111111111", "restricted", 1), false);
  assert.equal(isPassable(null, null, 1), false);
});
