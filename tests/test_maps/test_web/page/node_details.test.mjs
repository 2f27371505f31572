// The card of a node: its position, its words for what is unknown, its gates.
import "./browser.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { factsOf, withClass } from "./browser.mjs";
import { pack } from "./pack.mjs";

const { nodeDetails } = await import("../../../../maps/web/page/node_details.js");
const { openPicture } = await import("../../../../maps/web/page/picture.js");
const { plane } = await import("../../../../maps/web/page/projection.js");

const PAIR = { light: "#000000", dark: "#ffffff" };
const STYLE = {
  visible: true,
  order: 1,
  class_column: "mark",
  shape_column: "kind",
  shape: "circle",
  classes: [],
  shapes: [],
  radius: 4,
  width: 1,
  fill: PAIR,
  stroke: PAIR,
  fill_opacity: 1,
  stroke_opacity: 1,
  dash: [],
};
const PLACES = [
  [-68.5, 63.75],
  [25.5, 71.25],
];

function picture(columns) {
  const xy = PLACES.map((place) => plane.forward(place).map((v) => Math.round(v / 10)));
  const nodes = {
    id: "nodes",
    title: "Nodes",
    geometry: "point",
    count: 2,
    sources: [],
    style: STYLE,
    x: pack(xy.map(([x]) => x)),
    y: pack(xy.map(([, y]) => y)),
    columns: Object.entries(columns).map(([name, values]) => ({ name, values, unit: "", meaning: "" })),
  };
  return {
    layers: [nodes],
    sources: [],
    late: [],
    not_held: [],
    anchors: [],
    overlap_from: 0.5,
    region: { outline: { shapes: "", rings: "", steps: "" } },
  };
}

test("the card prints W for a western longitude and E for an eastern one", () => {
  openPicture(
    picture({
      name: ["Iqaluit", "Honningsvåg"],
      kind: ["port", "port"],
      latitude_deg: [63.75, 71.25],
      longitude_deg: [-68.5, 25.5],
    }),
    null,
  );
  assert.match(factsOf(nodeDetails(0)).Position, /^63\.75°\u00a0N, 68\.50°\u00a0W, uncertainty unknown$/);
  assert.match(factsOf(nodeDetails(1)).Position, /^71\.25°\u00a0N, 25\.50°\u00a0E/);
});

test("without columns of the position the card takes the place of the mark", () => {
  openPicture(picture({ name: ["Iqaluit", "Honningsvåg"], kind: ["port", "port"] }), null);
  assert.match(factsOf(nodeDetails(0)).Position, /^63\.75°\u00a0N, 68\.50°\u00a0W/);
});

test("what is unknown is a word", () => {
  openPicture(picture({ name: [null, "Keel"], kind: ["port", "port"], hazard_class: [null, "high"] }), null);
  const card = nodeDetails(0),
    facts = factsOf(card);
  assert.equal(facts.Country, "unknown");
  assert.equal(facts["Dual-use class"], "unknown");
  assert.equal(facts["All three: critical"], "unknown of the draws");
  assert.equal(withClass(card, "met")[0].textContent, "? not known");
  assert.equal(withClass(nodeDetails(1), "met")[0].textContent, "✓ met");
  assert.match(card[0].textContent, /Nodes, without a name/);
});
