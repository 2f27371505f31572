// Packed numbers come back as Python packed them; test_packing.py packs the same file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startsOf, unpack } from "../../../../maps/web/page/decode.js";
import { pack } from "./pack.mjs";

const PAIRS = JSON.parse(readFileSync(new URL("packed_numbers.json", import.meta.url), "utf8"));

test("packed numbers come back, negative and large ones too", () => {
  for (const { numbers, text } of PAIRS) assert.deepEqual([...unpack(text)], numbers, text);
  for (const { numbers, text } of PAIRS) assert.equal(pack(numbers), text);
  assert.ok(PAIRS.some(({ numbers }) => numbers.some((n) => n < -250)));
});

test("starts are the sums of the sizes before them", () => {
  assert.deepEqual([...startsOf([2, 0, 3])], [0, 2, 2, 5]);
});
