import assert from "node:assert/strict";
import test from "node:test";
import { cellAt, decodeRecord, hasIce, iceShare, meanShare, monthsOfYear, recentYears, spanOf, usualYears } from "../../../../maps/web/page/ice_record.js";
import { pack } from "./pack.mjs";

// Three cells in a row: land, open water, ice. Ten years of January, nine of each other month.
const years = Array.from({ length: 12 }, (_, m) => Array.from({ length: m ? 9 : 10 }, (_, k) => 2000 + k));
const STORED = {
  wide: 3, high: 1, west: 0, north: 25000, size: 25000, years,
  mask: pack([2]), ocean: pack([1]), rows: pack([4, -1]), counts: pack([2, 1]), cells: pack([0, 1, 1]), km: pack([75, 12]),
};
// One cell in the mask: two bytes a month. Ice in every January but the last, and in December 2008.
const bits = new Uint8Array(24);
bits.set([0b11111111, 0b10000000], 0);
bits.set([0, 0b10000000], 22);
const RECORD = decodeRecord(STORED, bits);

test("a cell has ice where its bit is set, and no answer without a field", () => {
  assert.equal(hasIce(RECORD, 1, 1, 2000), true);
  assert.equal(hasIce(RECORD, 1, 1, 2008), true);
  assert.equal(hasIce(RECORD, 1, 1, 2009), false);
  assert.equal(hasIce(RECORD, 0, 1, 2000), false);
  assert.equal(hasIce(RECORD, 1, 12, 2008), true);
  assert.equal(hasIce(RECORD, 1, 12, 2007), false);
  assert.equal(hasIce(RECORD, 1, 12, 2009), null);
});

test("a node has the mean of its cells, of a year or of the last ten", () => {
  assert.equal(iceShare(RECORD, 4, 1, 2000), 0.5);
  assert.equal(meanShare(RECORD, 4, 1, recentYears(RECORD, 1)), 0.45);
  assert.equal(meanShare(RECORD, 4, 1, [2009]), 0);
  assert.equal(meanShare(RECORD, 0, 1, [2008]), null, "a node that the record does not have");
  assert.equal(monthsOfYear(RECORD, 4, 2008), 1);
  assert.equal(monthsOfYear(RECORD, 4, 2009), null, "eleven months have no field");
});

test("the record has how far off the cells of a node lie, and does without", () => {
  assert.deepEqual([...RECORD.kmOfNode], [[4, 75]], "a node that the picture does not have is left out");
  assert.equal(decodeRecord({ ...STORED, km: undefined }, bits).kmOfNode.size, 0);
});

test("a place lies in its cell; land and what is outside have none", () => {
  assert.equal(cellAt(RECORD, [60000, 10000]), 1);
  assert.equal(cellAt(RECORD, [30000, 10000]), 0);
  assert.equal(cellAt(RECORD, [10000, 10000]), null);
  assert.equal(cellAt(RECORD, [-1, 10000]), null);
  assert.deepEqual(spanOf(RECORD, 2), [2000, 2008]);
  assert.deepEqual(usualYears(RECORD, 2), [2000, 2001, 2002, 2003, 2004, 2005, 2006, 2007, 2008]);
});
