// Each form of a column gives its values; a missing value is null.
import assert from "node:assert/strict";
import { test } from "node:test";
import { byColumnName, cell, valueNumbers } from "../../../../maps/web/page/columns.js";
import { pack } from "./pack.mjs";

const cells = (column, rows) => Array.from({ length: rows }, (_, i) => cell(column, i));

test("a value that all rows share", () => {
  assert.deepEqual(cells({ one: "port" }, 2), ["port", "port"]);
});

test("a dictionary: code -1 is null, and so is an empty text", () => {
  assert.deepEqual(cells({ values: ["", "low"], codes: pack([1, -1, 0]) }, 3), ["low", null, null]);
});

test("packed decimals: 0 is null, what is not negative is moved up by one", () => {
  assert.deepEqual(cells({ digits: 1, packed: pack([0, 1, 26, -25]) }, 4), [null, 0, 2.5, -2.5]);
});

test("long texts are joined from their phrases", () => {
  assert.deepEqual(
    cells({ phrases: ["Low.", "High."], which: pack([1, 0, 1]), counts: pack([2, 0, 1]) }, 3),
    ["High. Low.", null, "High."],
  );
});

test("an id is written after its kind", () => {
  const kind = { one: "port" };
  assert.equal(cell({ values: ["a1"], before: kind }, 0), "port:a1");
});

test("a column that is not there is null", () => {
  assert.equal(cell(undefined, 0), null);
});

test("rows of the same value have the same number", () => {
  const [a, b, c] = valueNumbers({ values: ["x", "y", "x"] }, 3);
  assert.equal(a, c);
  assert.notEqual(a, b);
  assert.deepEqual(Object.keys(byColumnName([{ name: "x" }, { name: "y" }])), ["x", "y"]);
});
