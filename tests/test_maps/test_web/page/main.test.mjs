// All modules fit together: each import names an export, and the page offers `start`.
import "./browser.mjs";
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";

const FOLDER = new URL("../../../../maps/web/page/", import.meta.url);

test("each module can be imported, and main offers start", async () => {
  for (const name of readdirSync(FOLDER).filter((file) => file.endsWith(".js")))
    await import(new URL(name, FOLDER));
  assert.equal(typeof window.arcticPicture.start, "function");
});
