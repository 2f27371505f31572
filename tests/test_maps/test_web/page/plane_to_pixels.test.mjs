// The map from the plane to pixels and back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { frameOf, isInside, pixel } from "../../../../maps/web/page/plane_to_pixels.js";

const point = (x, y) => ({ x, y, add: (other) => point(x + other.x, y + other.y) });
const map = (turn) => ({
  getZoom: () => 2,
  getPixelOrigin: () => point(-400, -300),
  options: { crs: { scale: () => 0.01, turn } },
});

test("y runs down the screen, and the corner is where asked", () => {
  assert.deepEqual(pixel(frameOf(map(0), point(10, 20)), [1000, 2000]), [400, 260]);
});

test("a pixel comes back to its place, in a turned view too", () => {
  const frame = frameOf(map(0.7), point(10, 20));
  const [x, y] = frame.plane(...pixel(frame, [12345, -67890]));
  assert.ok(Math.hypot(x - 12345, y + 67890) < 1e-6);
});

test("the edge of the view is outside by the pad", () => {
  const size = { x: 100, y: 50 };
  assert.equal(isInside({ x: 10, y: 10 }, size, 5), true);
  assert.equal(isInside({ x: 96, y: 10 }, size, 5), false);
});
