// The slider of an exit: its scale, its words, and the class at a tried value.
import "./browser.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";

const { classAt, rounded, scaleOf, standingOf, turnsInWords } = await import(
  "../../../../maps/web/page/what_if.js"
);

const exit = (at, after, before = "high", value = 42241) => ({ at, after, before, value, unit: "persons" });
const PEOPLE = [exit(1000, "moderate"), exit(300, "low")];

test("the turns of a slider have the words of the thresholds, whatever side the value is on", () => {
  assert.equal(turnsInWords(PEOPLE), "moderate from 300, high from 1\u202f000 people");
  const below = [exit(300, "moderate", "low", 12), exit(1000, "high", "low", 12)];
  assert.equal(turnsInWords(below), "moderate from 300, high from 1\u202f000 people");
  const between = [exit(300, "low", "moderate", 500), exit(1000, "high", "moderate", 500)];
  assert.equal(turnsInWords(between), "moderate from 300, high from 1\u202f000 people");
  assert.equal(turnsInWords([exit(300, "moderate")]), "high from 300 people");
});

test("a tried value is judged as it is shown: people are whole", () => {
  assert.equal(rounded(2151.91, "persons"), 2152);
  assert.equal(rounded(0.49987, "months"), 0.5);
  assert.equal(classAt(PEOPLE, rounded(299.6, "persons")), "moderate");
  assert.equal(classAt(PEOPLE, rounded(299.4, "persons")), "low");
});

test("a slider comes back to its value", () => {
  const scale = scaleOf(42241, [300, 1000], true);
  assert.equal(Math.round(scale.valueAt(scale.shareAt(42241))), 42241);
  assert.equal(scale.valueAt(0), 0);
});

test("three classes make a node critical, an overlap or neither", () => {
  assert.equal(standingOf({ climate: "high", military: "high", civil: "moderate" }), "critical");
  assert.equal(standingOf({ climate: "moderate", military: "high", civil: "high" }), "overlap");
  assert.equal(standingOf({ climate: "high", military: "moderate", civil: "high" }), "none");
});
