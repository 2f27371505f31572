// Values of evidence in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  citation,
  classOfScore,
  decidingEnd,
  indicatorName,
  rowText,
  rowValue,
  sourcesOf,
  spanned,
  thresholds,
} from "../../../../maps/web/page/evidence_words.js";

const ROW = {
  unit: "m",
  scale: "ramp",
  value: 8,
  value_low: null,
  value_high: null,
  label: null,
  zero_at: 4.9,
  one_at: 10.7,
  axis: "military",
  note: null,
};

test("a value has its span and its unit", () => {
  assert.equal(rowValue(ROW), "8 m");
  assert.equal(rowValue({ ...ROW, value_high: 9.1 }), "8 to 9.1 m");
  assert.equal(rowValue({ ...ROW, value: 0.75, value_low: 0.4, value_high: 1.3 }), "0.75 (0.4 to 1.3) m");
  assert.equal(rowValue({ ...ROW, value: 12300, unit: "persons" }), "12\u202f300 people");
  assert.equal(rowValue({ ...ROW, value: -7.5, unit: "degC" }), "-7.5 °C");
});

test("classes, reports and a yes or no are words; a missing value is null", () => {
  assert.equal(rowValue({ ...ROW, unit: "class", label: "continuous" }), "continuous");
  assert.equal(rowValue({ ...ROW, unit: "report", value: 0 }), "none reported");
  assert.equal(rowValue({ ...ROW, unit: "1", scale: "class", value: 1 }), "yes");
  assert.equal(rowValue({ ...ROW, value: null }), null);
  assert.equal(spanned(null, 1, 2, "m"), null);
  assert.equal(spanned(1.5, 1, 2, "m"), "1.5 (1 to 2) m");
});

test("the thresholds of a row follow its scale", () => {
  assert.equal(thresholds(ROW), "0 at 4.9, 1 at 10.7 m");
  assert.equal(
    thresholds({ ...ROW, scale: "steps", zero_at: 300, one_at: 1000, unit: "persons" }),
    "moderate from 300, high from 1\u202f000 people",
  );
  assert.equal(thresholds({ ...ROW, scale: "at least", axis: "civil" }), "high from 10.7 m");
  assert.equal(thresholds({ ...ROW, zero_at: null }), "");
});

test("beside the thresholds of lost ice stands that the lower end of the range decides", () => {
  const lost = {
    ...ROW,
    indicator: "ice_season_lost",
    scale: "steps",
    value: 0.82,
    value_low: 0.31,
    value_high: 1.2,
    zero_at: 0.5,
    one_at: 1.5,
    unit: "months a year",
  };
  assert.equal(
    thresholds(lost),
    "moderate from 0.5, high from 1.5 months a year; the lower end of the range, 0.31, decides",
  );
  // The page leaves out an end that is the value itself.
  assert.equal(decidingEnd({ ...lost, value_low: null }), "the lower end of the range, 0.82, decides");
  assert.equal(decidingEnd({ ...lost, indicator: "coastal_erosion" }), "");
  assert.equal(thresholds({ ...lost, zero_at: null }), "", "without thresholds there is nothing to explain");
});

test("scores of 0, a half and 1 are classes", () => {
  assert.deepEqual([null, 0, 0.5, 1].map(classOfScore), ["unknown", "low", "moderate", "high"]);
});

test("a typed row cites its publication without the address, another its source", () => {
  const row = {
    label: "high",
    note: "high; Smith 2012 (https://example.org/x).",
    tier: "typed",
    source_id: "made",
    as_of: null,
  };
  assert.equal(citation(row), "Smith 2012");
  assert.equal(citation({ ...row, tier: "modelled" }), "made");
  assert.equal(sourcesOf([row, row]), "made, as of unknown");
});

test("an indicator is read as words", () => {
  assert.equal(indicatorName({ indicator: "pier_depth" }), "pier depth");
  assert.equal(indicatorName({ indicator: "roro" }), "ro-ro");
  assert.equal(rowText({ ...ROW, indicator: "pier_depth", label: "alongside" }), "pier depth 8 m, alongside");
});
