// Words on repair, stock, detour and substitute: what is not known is called unknown.
import "./browser.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";

const { daySpan, recoveryFacts } = await import("../../../../maps/web/page/recovery.js");
const reader = (row) => (name) => (name in row ? row[name] : null);

test("a range has two ends, or says which one is not known", () => {
  assert.equal(daySpan(2, 51), "2 to 51");
  assert.equal(daySpan(4, 4), "4");
  assert.equal(daySpan(null, 10), "at most 10");
  assert.equal(daySpan(153, null), "at least 153");
});

test("nothing known is unknown and no zero", () => {
  const facts = Object.fromEntries(recoveryFacts(reader({}), "port"));
  assert.match(facts.Repair, /^unknown/);
  assert.match(facts["Days on stock"], /^unknown/);
  assert.equal(facts.Substitute, "none on file");
});

test("a substitute has its room, and one incident is no range", () => {
  const row = { repaired_as: "runway", repair_low_days: 5, repair_high_days: 11, repair_incidents: 1, substitute: "B", substitute_land_km: 46.9, substitute_fits: "smaller", substitute_runway_m: 1567 };
  const facts = Object.fromEntries(recoveryFacts(reader(row), "airfield"));
  assert.equal(facts.Repair, "5 to 11 days, from one incident, which is no range (runway)");
  assert.match(facts.Substitute, /^B, 47 km by land; runway 1.?567 m; smaller; hazard unknown$/);
});
