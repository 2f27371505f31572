// Coordinates, numbers, shares and names as text.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  byName,
  count,
  fold,
  key,
  latitude,
  longitude,
  number,
  percent,
  position,
  short,
  upper,
  words,
} from "../../../../maps/web/page/text.js";

test("western longitudes print W and eastern ones E", () => {
  assert.equal(longitude(-68.5), "68.50°\u00a0W");
  assert.equal(longitude(25), "25°\u00a0E");
  assert.equal(longitude(-0.25), "0.25°\u00a0W");
  assert.deepEqual([0, 180, -180].map(longitude), ["0°", "180°", "180°"]);
});

test("southern latitudes print S and northern ones N", () => {
  assert.equal(latitude(69.65), "69.65°\u00a0N");
  assert.equal(latitude(-12), "12°\u00a0S");
});

test("a position is the latitude, then the longitude", () => {
  assert.equal(position(63.75, -68.5), "63.75°\u00a0N, 68.50°\u00a0W");
});

test("numbers have six significant digits and a thin space between thousands", () => {
  assert.deepEqual([0, 12.5, 12300, 1234567.8, 0.1234567, -4321].map(number), [
    "0",
    "12.5",
    "12\u202f300",
    "1\u202f234\u202f570",
    "0.123457",
    "-4\u202f321",
  ]);
  assert.equal(short(1.23456), "1.23");
  assert.equal(short("low"), "low");
  assert.equal(count(1, "node"), "1 node");
  assert.equal(count(2, "node"), "2 nodes");
});

test("a share that is not quite none or all does not read as none or all", () => {
  assert.deepEqual([null, 0, 0.004, 0.5, 0.996, 1].map(percent), [
    "unknown",
    "0 %",
    "under 1 %",
    "50 %",
    "over 99 %",
    "100 %",
  ]);
});

test("names fold to plain letters", () => {
  assert.deepEqual(["Tromsø", "Ísafjörður", "Łódź", "Ærø"].map(fold), [
    "tromso",
    "isafjordur",
    "lodz",
    "aero",
  ]);
  assert.ok(byName("Åsgård", "Bodø") < 0);
});

test("identifiers are read as words, a missing value as unknown", () => {
  assert.equal(upper(words("not_flagged")), "Not flagged");
  assert.deepEqual([null, true, "low"].map(key), ["unknown", "true", "low"]);
});
