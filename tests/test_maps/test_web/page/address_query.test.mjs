// A view comes back from its address; what an address has wrong is left out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readQuery, writeQuery } from "../../../../maps/web/page/address_query.js";

const VIEW = {
  isAtHome: false,
  lat: 72.5,
  lng: -33.25,
  zoom: 3.5,
  lon0: -90,
  layers: ["land", "nodes"],
  month: 3,
  year: 1995,
  level: 2,
  refused: { flag: new Set(["robust", "possible"]), kind: new Set() },
  theme: "dark",
  node: "port:9",
  hasReach: true,
};

test("a view comes back from its address", () => {
  const { refused, ...view } = readQuery(String(writeQuery(VIEW)));
  assert.deepEqual(view, {
    lon0: -90,
    layers: ["land", "nodes"],
    month: 3,
    year: 1995,
    level: 2,
    theme: "dark",
    node: "port:9",
    hasReach: true,
    at: { lat: 72.5, lng: -33.25, zoom: 3.5 },
  });
  assert.deepEqual({ ...refused }, { flag: ["robust", "possible"] });
});

test("an address names only what is not as at first", () => {
  const query = writeQuery({
    ...VIEW,
    isAtHome: true,
    month: undefined,
    year: null,
    level: null,
    refused: {},
    theme: "system",
    node: null,
    hasReach: false,
  });
  assert.equal(String(query), "south=-90&layers=land.nodes");
});

test("what is out of range or no number is left out", () => {
  const view = readQuery("zoom=x&at=a,b&south=900&month=77&theme=<b>");
  assert.deepEqual(
    [view.lon0, view.month, view.theme, view.at, view.layers, view.node],
    [null, null, null, null, null, null],
  );
});

test("an address without a query has no view", () => {
  assert.equal(readQuery(""), null);
});

test("a filter named like a built-in property does no harm", () => {
  assert.deepEqual(readQuery("no___proto__=x&no_constructor=y&no_flag=z").refused.flag, ["z"]);
});

test("a middle that the polar plane does not have is no view", () => {
  for (const at of ["-90,0", "0,0", "91,0", "x,0", "70"]) assert.equal(readQuery(`at=${at}&zoom=3`).at, null, at);
  assert.deepEqual(readQuery("at=70,20&zoom=3").at, { lat: 70, lng: 20, zoom: 3 });
});
