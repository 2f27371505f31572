// Rings hold places, measure distances and are traced in pixels.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Rings } from "../../../../maps/web/page/rings.js";
import { packRings } from "./pack.mjs";

const square = (half) => [
  [-half, -half],
  [half, -half],
  [half, half],
  [-half, half],
];
const AREA = new Rings(packRings([[square(1000), square(300)]]));
const LINE = new Rings(
  packRings([
    [
      [
        [0, 0],
        [1000, 0],
        [1000, 1000],
      ],
    ],
  ]),
);
const VIEW = {
  a: 0.1,
  b: 0,
  e: 100,
  f: 100,
  wide: 200,
  high: 200,
  scale: 0.1,
  bounds: [-1000, -1000, 1000, 1000],
};

function pen() {
  const path = [];
  return {
    path,
    moveTo: (x, y) => path.push(["M", x, y]),
    lineTo: (x, y) => path.push(["L", x, y]),
    closePath: () => path.push(["Z"]),
  };
}

test("a place is inside where an odd number of rings hold it", () => {
  assert.equal(AREA.covers(0, [600, 0]), true);
  assert.equal(AREA.covers(0, [0, 0]), false, "in the hole");
  assert.equal(AREA.covers(0, [-1500, 0]), false);
});

test("the distance to a line is that to its nearest segment, within reach", () => {
  assert.equal(LINE.away(0, [500, 200], 1000), 200);
  assert.equal(LINE.away(0, [1300, 1400], 1000), 500);
  assert.equal(LINE.away(0, [500, 200], 100), Infinity);
});

test("an area is traced north up and closed", () => {
  const ctx = pen();
  assert.equal(AREA.trace(ctx, 0, VIEW, true), true);
  assert.deepEqual(ctx.path.slice(0, 5), [["M", 0, 200], ["L", 200, 200], ["L", 200, 0], ["L", 0, 0], ["Z"]]);
});

test("what is out of view or smaller than a pixel is not traced", () => {
  const far = { ...VIEW, bounds: [5000, 5000, 6000, 6000] },
    tiny = { ...VIEW, scale: 1e-4 };
  assert.equal(AREA.trace(pen(), 0, far, true), false);
  assert.equal(AREA.trace(pen(), 0, tiny, true), false);
});

test("points that move the pen by less than a pixel are left out, the last is kept", () => {
  const dense = new Rings(packRings([[Array.from({ length: 101 }, (_, k) => [100 * k, 0])]]));
  const ctx = pen();
  dense.trace(ctx, 0, { ...VIEW, a: 1e-3, scale: 1e-3, bounds: [0, -1, 10000, 1] }, false);
  assert.ok(ctx.path.length < 15);
  assert.deepEqual(ctx.path.at(-1), ["L", 110, 100]);
});

test("a stretch that lines share is traced once, either way along it", () => {
  const lines = new Rings(
    packRings([
      [[[-900, 0], [0, 0], [500, 0], [900, 500]]],
      [[[900, -500], [500, 0], [0, 0], [0, 900]]],
    ]),
  );
  const ctx = pen();
  lines.traceOnce(ctx, VIEW);
  assert.deepEqual(ctx.path, [
    ["M", 10, 100],
    ["L", 100, 100],
    ["L", 150, 100],
    ["L", 190, 50],
    ["M", 190, 150],
    ["L", 150, 100],
    ["M", 100, 100],
    ["L", 100, 10],
  ]);
});
