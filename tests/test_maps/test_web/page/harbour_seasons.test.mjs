// What is stated of the ice of a harbour, beside what is judged; means of decades.
import "./browser.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { pack } from "./pack.mjs";

const { harbourSeason, isContradiction, statementsNear } = await import(
  "../../../../maps/web/page/harbour_seasons.js"
);
const { meanOfYears } = await import("../../../../maps/web/page/ice_strips.js");
const { openPicture } = await import("../../../../maps/web/page/picture.js");
const { plane } = await import("../../../../maps/web/page/projection.js");

const PAIR = { light: "#000000", dark: "#ffffff" };
const STYLE = {
  visible: true, order: 1, class_column: "", shape_column: "", shape: "circle", classes: [], shapes: [],
  radius: 4, width: 1, fill: PAIR, stroke: PAIR, fill_opacity: 1, stroke_opacity: 1, dash: [],
};

function layer(id, places, columns) {
  const xy = places.map((place) => plane.forward(place).map((v) => Math.round(v / 10)));
  return {
    id, title: id, geometry: "point", count: places.length, sources: [], style: STYLE,
    x: pack(xy.map(([x]) => x)),
    y: pack(xy.map(([, y]) => y)),
    columns: Object.entries(columns).map(([name, values]) => ({ name, values, unit: "", meaning: "" })),
  };
}

// A port, an airfield at the same place; two statements, 0 and about 11 km (a tenth of a degree) off.
const AT = [33, 69];
const SEASONS = layer("port_ice_seasons", [AT, [33, 69.1]], {
  name: ["Harbour", "Roads"],
  reach_km: [15, 10],
  ice_months: [3.5, 1],
  ice_months_low: [0, null],
  ice_months_high: [3.5, null],
  as_of: ["1996", "2020-01-01"],
  last_year: [null, null],
  what: ["ice on the water", null],
  source_title: ["Report", null],
});
const open = (recent, seasons = [SEASONS]) =>
  openPicture(
    {
      layers: [
        ...seasons,
        layer("nodes", [AT, AT], { kind: ["port", "airfield"], ice_months_recent: [recent, null] }),
      ],
      sources: [], late: [], not_held: [],
      region: { outline: { shapes: "", rings: "", steps: "" } },
    },
    null,
  );

test("statements within their reach are named at a port, and at no other kind", () => {
  open(0);
  assert.deepEqual(statementsNear(0).map(({ row }) => row), [0], "the second reaches 10.5 km");
  assert.deepEqual(statementsNear(1), []);
});

test("a statement that differs by a month contradicts; an old one says that it is not judged by", () => {
  open(0);
  const [text] = harbourSeason(0).map((part) => part.textContent);
  assert.match(text, /Contradicts the judged 0 months: Harbour, 0 km off: 3\.5 \(0 to 3\.5\) months a year/);
  assert.match(text, /state of 1996, too old to be judged by\. Ice on the water\. Report\./);
  open(3);
  assert.doesNotMatch(harbourSeason(0)[0].textContent, /Contradicts/);
  assert.deepEqual([isContradiction(3.5, 0), isContradiction(3.5, 2.6), isContradiction(3.5, null)], [true, false, false]);
});

test("a picture without statements says nothing of harbours", () => {
  open(0, []);
  assert.deepEqual(harbourSeason(0), []);
});

test("a decade has the mean of its known years", () => {
  const years = [1979, 1980, 1981, 1990];
  assert.equal(meanOfYears(years, [9, 6, 8, 1], [1980, 1989]), 7);
  assert.equal(meanOfYears(years, [9, null, 8, 1], [1980, 1989]), 8);
  assert.equal(meanOfYears(years, [9, null, null, 1], [1980, 1989]), null);
});
