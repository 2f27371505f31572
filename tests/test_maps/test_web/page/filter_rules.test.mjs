// A filter hides the rows whose value it refuses, and no other.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  filtersFor,
  hiddenRows,
  orderedValues,
  passes,
  tally,
} from "../../../../maps/web/page/filter_rules.js";

const ROWS = [
  { flag: "robust", kind: "port" },
  { flag: null, kind: "port" },
  { flag: "possible", kind: "mine" },
];
const valueOf = (name, i) => ROWS[i][name];

test("nothing is hidden while nothing is refused", () => {
  assert.deepEqual([...hiddenRows(3, { flag: new Set(), kind: new Set() }, valueOf)], [0, 0, 0]);
});

test("a row is hidden by any one filter; a missing value is refused as unknown", () => {
  assert.deepEqual(
    [...hiddenRows(3, { flag: new Set(["unknown"]), kind: new Set(["mine"]) }, valueOf)],
    [0, 1, 1],
  );
  assert.equal(
    passes({ kind: new Set(["mine"]) }, () => "port"),
    true,
  );
});

test("values are counted by key, the listed ones first", () => {
  const counts = tally(3, (i) => ROWS[i].flag);
  assert.deepEqual(
    [...counts],
    [
      ["robust", 1],
      ["unknown", 1],
      ["possible", 1],
    ],
  );
  assert.deepEqual(orderedValues(counts, ["possible", "robust", "not_flagged"]), [
    "possible",
    "robust",
    "unknown",
  ]);
});

test("only filters of columns that are there are offered", () => {
  const names = (columns) => filtersFor(columns).map(([name]) => name);
  assert.deepEqual(names({ kind: {}, flag: {} }), ["flag", "kind"]);
  assert.deepEqual(names({ overlap_probability: {} }), ["overlap"]);
});
