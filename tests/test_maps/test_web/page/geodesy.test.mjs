// Geodesics agree with PROJ; great circles pass through their ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { geodesic, greatCircle } from "../../../../maps/web/page/geodesy.js";

// From pyproj 3.7, Geod(ellps="WGS84").inv: from, to, metres.
const GEODESICS = [
  [[20, 70], [16, 78], 900785.6907337878],
  [[-170, 66], [170, 72], 1034503.3543126738],
  [[0, 90], [-45, 60], 3347892.909822211],
  [[-68.5, 63.75], [-51.7, 64.2], 821909.3358112206],
];

test("a geodesic is as long as PROJ says, over the date line and the pole too", () => {
  for (const [from, to, metres] of GEODESICS)
    assert.ok(Math.abs(geodesic(from, to) - metres) < 1e-3, `${from} to ${to}`);
  assert.equal(geodesic([20, 70], [20, 70]), 0);
});

test("a great circle ends where it leads and keeps to the shorter side of the date line", () => {
  const line = greatCircle([170, 70], [-170, 70]);
  assert.equal(line.length, 32);
  assert.ok(line.every(([lng]) => Math.abs(lng) >= 170 - 1e-9));
  const [lng, lat] = line.at(-1);
  assert.ok(Math.abs(lng + 170) < 1e-9 && Math.abs(lat - 70) < 1e-9);
  assert.ok(Math.max(...line.map(([, l]) => l)) > 70);
  assert.deepEqual(greatCircle([90, 0], [90, 0]), [[90, 0]]);
});
