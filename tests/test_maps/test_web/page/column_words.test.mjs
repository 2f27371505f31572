// Columns and their values in words; names of countries in other languages.
import "./browser.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";

const { columnTitle, columnValue } = await import("../../../../maps/web/page/column_words.js");
const { namesOfCountry } = await import("../../../../maps/web/page/country_names.js");
const { searchIndex, lookUp } = await import("../../../../maps/web/page/search_index.js");

const title = (name, unit = "") => columnTitle({ name, unit });

test("a title is words: no unit that stands with the value, no code of a column", () => {
  assert.equal(title("country_iso3"), "Country");
  assert.equal(title("runway_length_m", "m"), "Runway length");
  assert.equal(title("rate_low_m_per_year", "m a-1"), "Rate low");
  assert.equal(title("area_million_km2", "million km2"), "Area");
  assert.equal(title("ice_months_lost", "months"), "Ice months lost");
  assert.equal(title("has_facilities_lng_terminal"), "Facilities LNG terminal");
  assert.equal(title("is_runway_lit"), "Runway lit");
  assert.equal(title("label_m"), "Label m", "without a unit the end of a name is no unit");
});

test("a value of our lists is words, and any other value is the source's own", () => {
  assert.equal(columnValue("product", "median_1981_2010"), "median extent 1981–2010");
  assert.equal(columnValue("special_status", "svalbard_treaty_art9"), "Svalbard Treaty, Article 9");
  assert.equal(columnValue("kind", "naval_base"), "naval base");
  assert.equal(columnValue("note", "a_b"), "a_b");
  assert.equal(columnValue("status", 3), 3);
  assert.equal(columnValue("kind", null), null);
});

test("a country is found by its name in other languages", () => {
  assert.ok(namesOfCountry("NOR").includes("Норвегия"));
  assert.deepEqual(namesOfCountry("XXX"), []);
  const countries = {
    id: "countries",
    style: { order: 1 },
    count: 2,
    name: (i) => ["Norway", "Iceland"][i],
    value: (_, i) => ["NOR", "ISL"][i],
    classOf: () => null,
  };
  const index = searchIndex([countries], null);
  for (const typed of ["Норвегия", "norge", "Norway", "Norja"]) assert.equal(lookUp(index, typed)[0].row, 0, typed);
  assert.equal(lookUp(index, "Ísland")[0].row, 1);
});
