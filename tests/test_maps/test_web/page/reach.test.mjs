// Days of sail over open cells, by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cellsAround, daysFrom, earthOfPlane } from "../../../../maps/web/page/reach.js";

const KM_PER_DAY = 12 * 24 * 1.852;
// Five cells of 100 km in a row beside the pole, the third of them land: the start reaches only the first.
const ROW = { wide: 5, high: 1, west: 0, north: 50_000, size: 100_000, isOcean: Uint8Array.of(1, 1, 0, 1, 1) };
const START = [50_000, 0];
const near = (value, expected) => assert.ok(Math.abs(value - expected) < 0.02 * expected, `${value} is not ${expected}`);

test("the plane is true at 70 degrees north and stretches nothing more than 4 % at the pole", () => {
  near(earthOfPlane(0, 0), 2 / (1 + Math.sin((70 * Math.PI) / 180)));
  // 70 N lies 2194 km from the pole on the plane (EPSG:3413).
  near(earthOfPlane(2_194_000, 0), 1);
});

test("a voyage takes the distance at twelve knots, and land ends it", () => {
  const days = daysFrom(ROW, START, () => true);
  assert.deepEqual(cellsAround(ROW, START).map(([k]) => k), [0]);
  near(days[1], (100 * earthOfPlane(50_000, 0)) / KM_PER_DAY);
  assert.deepEqual([...days.slice(2)], [Infinity, Infinity, Infinity]);
});

test("a port up a fjord begins in the nearest water, and one inland nowhere", () => {
  const away = ROW.size * 0.5 + 70_000;
  assert.deepEqual(cellsAround(ROW, [50_000, away - 50_000]).map(([k]) => k), [0]);
  assert.deepEqual(cellsAround(ROW, [50_000, 150_000]), []);
  assert.ok(daysFrom(ROW, [50_000, 150_000], () => true).every((day) => day === Infinity));
});

test("a strait that the grid shuts joins its two ends; a cell with ice does not let a ship through", () => {
  const open = daysFrom(ROW, START, () => true, [[1, 3]]);
  near(open[3], 3 * open[1]);
  near(open[4], 4 * open[1]);
  const icy = daysFrom(ROW, START, (k) => k !== 1, [[1, 3]]);
  assert.deepEqual([icy[0] < 1, icy[1], icy[3]], [true, Infinity, Infinity]);
});

test("the shortest way goes round, and a step aslant is longer", () => {
  const square = { wide: 3, high: 3, west: 0, north: 300_000, size: 100_000, isOcean: Uint8Array.from({ length: 9 }, () => 1) };
  const days = daysFrom(square, [50_000, 250_000], (k) => k !== 4);
  const step = days[1];
  near(days[8], (2 + Math.SQRT2) * step);
  assert.equal(days[4], Infinity);
});
